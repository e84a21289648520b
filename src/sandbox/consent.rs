//! The OAuth consent page: choose an account, see the scopes, allow or cancel. Works without scripts. Platforms that sign
//! in this way pass their rules; the others do not use it.

use super::html::{escape, page};
use super::request::{PlatformRequest, PlatformResponse, find};
use super::state::Sandbox;
use super::tokens::client_is_known;
use super::world::{Challenge, Code};
use crate::domain::platform::Platform;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use std::fmt::Write;
use url::Url;

/// What differs between the platforms' consent pages.
pub(super) struct ConsentRules {
    /// What separates the scopes of the request.
    pub scope_separators: &'static [char],
    /// Whether an app (by client id) may ask for a scope.
    pub may_ask: fn(client: &str, scope: &str) -> bool,
    /// How the platform answers a scope that the app may not ask for.
    pub unknown_scope: UnknownScope,
    /// Whether the person can leave a scope out and allow the others.
    pub is_optional: fn(scope: &str) -> bool,
    /// Whether `state` and a PKCE challenge are mandatory.
    pub needs_pkce: bool,
    /// The parameters with which a person who cancels returns to the app.
    pub cancelled: &'static [(&'static str, &'static str)],
    /// How long a code can be redeemed.
    pub code_lifetime: TimeDelta,
    /// What follows the redirect address after a success.
    pub success_suffix: &'static str,
}

pub(super) enum UnknownScope {
    /// An error page at the platform.
    Page,
    /// A redirect to the app with this `error`; `description` is made from the scope.
    Redirect { error: &'static str, description: fn(scope: &str) -> String },
}

/// An authorization request that has passed the checks.
struct Authorization {
    client: String,
    redirect_uri: String,
    state: Option<String>,
    scopes: Vec<String>,
    challenge: Option<Challenge>,
}

/// The parameters that the page's form sends again.
const CARRIED: [&str; 8] = [
    "response_type",
    "client_id",
    "client_key",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// `GET` shows the page, `POST` (its form) sends the browser back to the app.
pub(super) fn serve(sandbox: &Sandbox, request: &PlatformRequest, rules: &ConsentRules) -> PlatformResponse {
    let platform = request.platform();
    let posted = request.method == Method::POST;
    let params = if posted { request.form() } else { request.query.clone() };
    let response = match check(platform, rules, &params) {
        Ok(authorization) if posted => decide(sandbox, platform, rules, &params, authorization),
        Ok(authorization) => show(sandbox, request, rules, &authorization),
        Err(response) => *response,
    };
    Ok(response)
}

/// Checks what every platform checks before it shows the page; `Err` is the error page or the redirect with the error.
fn check(
    platform: Platform,
    rules: &ConsentRules,
    params: &[(String, String)],
) -> Result<Authorization, Box<Response>> {
    let get = |name: &str| find(params, name).filter(|v| !v.is_empty());
    // TikTok has a name of its own for it, and its stand-in takes no other.
    let client = get("client_id").or_else(|| get("client_key")).unwrap_or_default();
    if !client_is_known(client) {
        return Err(error_page(platform, "This app is not known: check the client id."));
    }
    let redirect_uri = get("redirect_uri").unwrap_or_default();
    let absolute = Url::parse(redirect_uri)
        .is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host() && u.fragment().is_none());
    if !absolute {
        return Err(error_page(platform, "The redirect address is missing or is not an absolute http(s) address."));
    }
    let state = get("state");
    let back = |pairs: &[(&str, &str)]| Box::new(redirect(platform, redirect_uri, state, pairs, ""));
    if get("response_type") != Some("code") {
        let error =
            [("error", "unsupported_response_type"), ("error_description", "Only response_type=code is known.")];
        return Err(back(&error));
    }
    let mut scopes: Vec<String> = vec![];
    for scope in get("scope").unwrap_or_default().split(rules.scope_separators).filter(|s| !s.is_empty()) {
        if !scopes.iter().any(|had| had == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() {
        return Err(error_page(platform, "The app asks for no permission (scope)."));
    }
    if let Some(unknown) = scopes.iter().find(|s| !(rules.may_ask)(client, s)) {
        return Err(match &rules.unknown_scope {
            UnknownScope::Page => {
                error_page(platform, &format!("The app asks for a permission that does not exist: {unknown}"))
            }
            UnknownScope::Redirect { error, description } => {
                back(&[("error", *error), ("error_description", &description(unknown))])
            }
        });
    }
    let challenge = if rules.needs_pkce { Some(pkce_challenge(platform, params)?) } else { None };
    Ok(Authorization {
        client: client.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        state: state.map(str::to_owned),
        scopes,
        challenge,
    })
}

/// The PKCE challenge, where it and `state` are mandatory.
fn pkce_challenge(platform: Platform, params: &[(String, String)]) -> Result<Challenge, Box<Response>> {
    let get = |name: &str| find(params, name).filter(|v| !v.is_empty());
    match get("state") {
        None => return Err(error_page(platform, "The parameter “state” is missing.")),
        Some(state) if state.chars().count() > 500 => {
            return Err(error_page(platform, "The parameter “state” is longer than 500 characters."));
        }
        Some(_) => {}
    }
    let hashed = match get("code_challenge_method") {
        Some("S256") => true,
        Some("plain") => false,
        _ => return Err(error_page(platform, "The parameter “code_challenge_method” must be S256 or plain.")),
    };
    let value = get("code_challenge").ok_or_else(|| {
        error_page(platform, "The parameter “code_challenge” is missing: this platform demands PKCE.")
    })?;
    Ok(Challenge { value: value.to_owned(), hashed })
}

fn error_page(platform: Platform, why: &str) -> Box<Response> {
    let body = format!(
        "<p>{}</p><p class=\"muted\">The real {} would show an error page as well. Go back to the app and check its \
         settings.</p>",
        escape(why),
        platform.name()
    );
    Box::new(page(StatusCode::BAD_REQUEST, Some(platform), "This sign-in cannot go on", &body))
}

fn show(sandbox: &Sandbox, request: &PlatformRequest, rules: &ConsentRules, authorization: &Authorization) -> Response {
    let platform = request.platform();
    let mut hidden = String::new();
    for name in CARRIED {
        if let Some(value) = request.query(name) {
            // Writing to a string cannot fail; here and below.
            let _ = write!(hidden, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
        }
    }
    let mut accounts = String::new();
    let all = sandbox.accounts(platform);
    for (index, account) in all.iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        let _ = write!(
            accounts,
            "<label><input type=\"radio\" name=\"account\" value=\"{}\" required{checked}>\
             <span>{}<br><span class=\"muted\">@{} · {}</span></span></label>",
            escape(&account.id),
            escape(&account.name),
            escape(&account.handle),
            escape(&account.about)
        );
    }
    let mut scopes = String::new();
    for scope in &authorization.scopes {
        let safe = escape(scope);
        let _ = if (rules.is_optional)(scope) {
            write!(
                scopes,
                "<label><input type=\"checkbox\" name=\"grant\" value=\"{safe}\" checked><code>{safe}</code></label>"
            )
        } else {
            write!(scopes, "<p><code>{safe}</code></p>")
        };
    }
    let host =
        Url::parse(&authorization.redirect_uri).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
    let body = format!(
        "<p>The app <strong>{client}</strong> wants to use an account. Afterwards you return to \
         <strong>{host}</strong>.</p>\
         <form method=\"post\">{hidden}\
         <fieldset><legend>Which account?</legend>{accounts}</fieldset>\
         <fieldset><legend>The app may</legend>{scopes}</fieldset>\
         <div class=\"actions\"><button class=\"primary\" name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"cancel\" formnovalidate>Cancel</button></div></form>",
        client = escape(&authorization.client),
        host = escape(&host),
    );
    page(StatusCode::OK, Some(platform), &format!("Connect a demo account of {}", platform.name()), &body)
}

fn decide(
    sandbox: &Sandbox,
    platform: Platform,
    rules: &ConsentRules,
    params: &[(String, String)],
    authorization: Authorization,
) -> Response {
    let Authorization { client, redirect_uri, state, scopes, challenge } = authorization;
    let state = state.as_deref();
    if find(params, "decision") != Some("allow") {
        return redirect(platform, &redirect_uri, state, rules.cancelled, "");
    }
    let chosen = find(params, "account").unwrap_or_default();
    let granted = |scope: &String| {
        !(rules.is_optional)(scope) || params.iter().any(|(name, value)| name == "grant" && value == scope)
    };
    let code = {
        let mut world = sandbox.world();
        let Some(account) = world.account(platform, chosen).map(|a| a.id.clone()) else {
            drop(world);
            return *error_page(platform, "Choose one of the demo accounts.");
        };
        world.mint_code(Code {
            platform,
            account,
            client,
            redirect_uri: redirect_uri.clone(),
            scopes: scopes.into_iter().filter(granted).collect(),
            challenge,
            expires_at: sandbox.now() + rules.code_lifetime,
            used: false,
        })
    };
    sandbox.touch();
    redirect(platform, &redirect_uri, state, &[("code", &code)], rules.success_suffix)
}

/// Sends the browser back to the app.
fn redirect(platform: Platform, to: &str, state: Option<&str>, pairs: &[(&str, &str)], suffix: &str) -> Response {
    let Ok(mut url) = Url::parse(to) else {
        return *error_page(platform, "The redirect address is not an address.");
    };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(pairs);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("{url}{suffix}"))]).into_response()
}
