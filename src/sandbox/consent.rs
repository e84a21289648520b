//! The consent page: who am I, what may the app do, allow or cancel. Works without scripts.

use super::ask::{Answer, Ask, Network, find};
use super::html::{escape, page};
use super::state::Sandbox;
use super::tokens::client_is_known;
use super::world::{Challenge, Code};
use super::{instagram, linkedin, x};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use std::fmt::Write;
use url::Url;

/// What the app asks for, checked.
struct Wish {
    client: String,
    redirect_uri: String,
    state: Option<String>,
    scopes: Vec<String>,
    challenge: Option<Challenge>,
}

/// The names of the parameters that travel through the page.
const CARRIED: [&str; 7] =
    ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

/// `GET` shows the page, `POST` (its form) sends the browser back to the app.
pub(super) fn serve(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let params = if ask.method == Method::POST { ask.form() } else { ask.query.clone() };
    let wish = match wish(sandbox, ask.network, &params) {
        Ok(wish) => wish,
        Err(response) => return Ok(*response),
    };
    if ask.method == Method::POST {
        return Ok(decide(sandbox, ask.network, &params, wish));
    }
    Ok(show(sandbox, ask, &wish))
}

/// Checks what every platform checks before it shows anything; `Err` is the page or the redirect that says no.
fn wish(sandbox: &Sandbox, network: Network, params: &[(String, String)]) -> Result<Wish, Box<Response>> {
    let get = |name: &str| find(params, name).filter(|v| !v.is_empty());
    let client = get("client_id").unwrap_or_default();
    if !client_is_known(client) {
        return Err(refused(network, "This app is not known: check the client id."));
    }
    let redirect_uri = get("redirect_uri").unwrap_or_default();
    let absolute = Url::parse(redirect_uri)
        .is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host() && u.fragment().is_none());
    if !absolute {
        return Err(refused(network, "The redirect address is missing or is not an absolute http(s) address."));
    }
    let state = get("state");
    let back = |pairs: &[(&str, &str)]| Box::new(redirect(network, redirect_uri, state, pairs));
    if get("response_type") != Some("code") {
        let error =
            [("error", "unsupported_response_type"), ("error_description", "Only response_type=code is known.")];
        return Err(back(&error));
    }
    let separators: &[char] = if network == Network::Instagram { &[' ', ','] } else { &[' '] };
    let mut scopes: Vec<String> = vec![];
    for scope in get("scope").unwrap_or_default().split(separators).filter(|s| !s.is_empty()) {
        if !scopes.iter().any(|had| had == scope) {
            scopes.push(scope.to_owned());
        }
    }
    let known = |scope: &str| match network {
        Network::X => x::SCOPES.contains(&scope),
        Network::LinkedIn => linkedin::may_ask(sandbox, client, scope),
        Network::Instagram => instagram::SCOPES.contains(&scope),
    };
    if scopes.is_empty() {
        return Err(refused(network, "The app asks for no permission (scope)."));
    }
    if let Some(unknown) = scopes.iter().find(|s| !known(s)) {
        if network == Network::LinkedIn {
            let words = format!("Scope \"{unknown}\" is not authorized for your application");
            return Err(back(&[("error", "unauthorized_scope_error"), ("error_description", &words)]));
        }
        return Err(refused(network, &format!("The app asks for a permission that does not exist: {unknown}")));
    }
    let mut challenge = None;
    if network == Network::X {
        // PKCE and state are not optional there.
        match state {
            None => return Err(refused(network, "The parameter “state” is missing.")),
            Some(state) if state.chars().count() > 500 => {
                return Err(refused(network, "The parameter “state” is longer than 500 characters."));
            }
            Some(_) => {}
        }
        let hashed = match get("code_challenge_method") {
            Some("S256") => true,
            Some("plain") => false,
            _ => return Err(refused(network, "The parameter “code_challenge_method” must be S256 or plain.")),
        };
        let Some(value) = get("code_challenge") else {
            return Err(refused(network, "The parameter “code_challenge” is missing: this platform demands PKCE."));
        };
        challenge = Some(Challenge { value: value.to_owned(), hashed });
    }
    Ok(Wish {
        client: client.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        state: state.map(str::to_owned),
        scopes,
        challenge,
    })
}

fn refused(network: Network, why: &str) -> Box<Response> {
    let body = format!(
        "<p>{}</p><p class=\"muted\">The real {} would show an error page as well. Go back to the app and check its \
         settings.</p>",
        escape(why),
        network.name()
    );
    Box::new(page(StatusCode::BAD_REQUEST, Some(network), "This sign-in cannot go on", &body))
}

fn show(sandbox: &Sandbox, ask: &Ask, wish: &Wish) -> Response {
    let network = ask.network;
    let mut hidden = String::new();
    for name in CARRIED {
        if let Some(value) = ask.query(name) {
            // Writing to a string cannot fail; here and below.
            let _ = write!(hidden, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
        }
    }
    let mut accounts = String::new();
    let all = sandbox.accounts(network.platform());
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
    for scope in &wish.scopes {
        let safe = escape(scope);
        // Instagram lets people untick everything but the basic permission.
        let _ = if network == Network::Instagram && scope != instagram::BASIC {
            write!(
                scopes,
                "<label><input type=\"checkbox\" name=\"grant\" value=\"{safe}\" checked><code>{safe}</code></label>"
            )
        } else {
            write!(scopes, "<p><code>{safe}</code></p>")
        };
    }
    let host = Url::parse(&wish.redirect_uri).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
    let body = format!(
        "<p>The app <strong>{client}</strong> wants to use an account. Afterwards you return to \
         <strong>{host}</strong>.</p>\
         <form method=\"post\">{hidden}\
         <fieldset><legend>Which account?</legend>{accounts}</fieldset>\
         <fieldset><legend>The app may</legend>{scopes}</fieldset>\
         <div class=\"actions\"><button class=\"primary\" name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"cancel\" formnovalidate>Cancel</button></div></form>",
        client = escape(&wish.client),
        host = escape(&host),
    );
    page(StatusCode::OK, Some(network), &format!("Connect a demo account of {}", network.name()), &body)
}

fn decide(sandbox: &Sandbox, network: Network, params: &[(String, String)], wish: Wish) -> Response {
    let state = wish.state.as_deref();
    if find(params, "decision") != Some("allow") {
        let error: &[(&str, &str)] = match network {
            Network::X => &[("error", "access_denied")],
            Network::LinkedIn => {
                &[("error", "user_cancelled_authorize"), ("error_description", "The user cancelled the authorization")]
            }
            Network::Instagram => &[
                ("error", "access_denied"),
                ("error_reason", "user_denied"),
                ("error_description", "The user denied your request"),
            ],
        };
        return redirect(network, &wish.redirect_uri, state, error);
    }
    let chosen = find(params, "account").unwrap_or_default();
    let granted = |scope: &String| {
        network != Network::Instagram
            || scope == instagram::BASIC
            || params.iter().any(|(name, value)| name == "grant" && value == scope)
    };
    let code = {
        let mut world = sandbox.world();
        let Some(account) = world.account(network, chosen).map(|a| a.id.clone()) else {
            drop(world);
            return *refused(network, "Choose one of the demo accounts.");
        };
        let life = match network {
            Network::X => TimeDelta::seconds(30),
            Network::LinkedIn => TimeDelta::minutes(30),
            Network::Instagram => TimeDelta::hours(1),
        };
        world.mint_code(Code {
            network,
            account,
            client: wish.client,
            redirect_uri: wish.redirect_uri.clone(),
            scopes: wish.scopes.into_iter().filter(granted).collect(),
            challenge: wish.challenge,
            expires_at: sandbox.now() + life,
            used: false,
        })
    };
    sandbox.touch();
    redirect(network, &wish.redirect_uri, state, &[("code", &code)])
}

/// Back to the app. Instagram hangs `#_` on a success, which the app has to strip.
fn redirect(network: Network, to: &str, state: Option<&str>, pairs: &[(&str, &str)]) -> Response {
    let Ok(mut url) = Url::parse(to) else { return *refused(network, "The redirect address is not an address.") };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(pairs);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
    }
    let success = pairs.iter().any(|(name, _)| *name == "code");
    let suffix = if network == Network::Instagram && success { "#_" } else { "" };
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("{url}{suffix}"))]).into_response()
}
