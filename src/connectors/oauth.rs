//! OAuth 2 as data: one description per platform, one module that drives all of them.

use super::wire::{WireResponse, clip};
use super::{AppKeys, Fault, Grant, Wire};
use crate::domain::platform::Platform;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// How the app proves itself at the token address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// `Authorization: Basic`; with PKCE and without a secret, `client_id` in the form (a public client).
    Basic,
    /// Id and `client_secret` in the form.
    Body,
    /// Everything in the query of a GET (Facebook).
    Query,
}

/// One platform's authorization code flow.
#[derive(Debug)]
pub struct Flow {
    pub platform: Platform,
    pub authorize_url: &'static str,
    pub token_url: &'static str,
    pub revoke_url: Option<&'static str>,
    pub scopes: &'static [&'static str],
    pub scope_separator: &'static str,
    pub pkce: bool,
    pub client_auth: ClientAuth,
    /// Names of the fields of its keys that hold the client id and secret. The first is also what the platform calls the id
    /// (`client_id`, at TikTok `client_key`).
    pub id_field: &'static str,
    pub secret_field: &'static str,
    /// Added to the authorize address as they are.
    pub extra: &'static [(&'static str, &'static str)],
}

/// What the person's browser brings back from a consent, and what was kept for it.
pub struct Consent<'a> {
    pub code: &'a SecretString,
    pub verifier: &'a SecretString,
    /// The address that the consent began with.
    pub redirect_uri: &'a str,
}

/// X gives a code 30 seconds to live, so waiting longer for the exchange is pointless.
const DEADLINE: Duration = Duration::from_secs(20);

/// A fresh PKCE verifier: 43 characters, 256 bits. Kept with the state until the callback.
pub fn new_verifier() -> SecretString {
    let (_, verifier) = PkceCodeChallenge::new_random_sha256();
    SecretString::from(verifier.into_secret())
}

/// Where to send the person's browser. `base` overrides apply (`Wire::public_url`).
pub fn authorize_url(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    redirect_uri: &str,
    state: &str,
    verifier: &SecretString,
) -> Result<String, Fault> {
    let client_id = keys.get(flow.id_field)?;
    let mut url = wire.public_url(flow.platform, flow.authorize_url)?;
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("response_type", "code");
        query.append_pair(flow.id_field, client_id.expose_secret());
        query.append_pair("redirect_uri", redirect_uri);
        query.append_pair("scope", &flow.scopes.join(flow.scope_separator));
        query.append_pair("state", state);
        if flow.pkce {
            query.append_pair("code_challenge", &challenge(verifier)?);
            query.append_pair("code_challenge_method", "S256");
        }
        query.extend_pairs(flow.extra);
    }
    // A form writes a space as `+`, which not every consent page reads as one; `%20` is understood everywhere.
    let query = url.query().unwrap_or_default().replace('+', "%20");
    url.set_query(Some(&query));
    Ok(url.into())
}

fn challenge(verifier: &SecretString) -> Result<String, Fault> {
    let verifier = verifier.expose_secret();
    if !(43..=128).contains(&verifier.len()) {
        let message = "The sign-in did not work. Start again.".into();
        return Err(Fault::Permanent { code: "bad_verifier".into(), message });
    }
    let verifier = PkceCodeVerifier::new(verifier.to_owned());
    Ok(PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str().to_owned())
}

/// Swaps the code for a grant. `Fault::AuthExpired`: the code was not accepted; the person must start again.
pub async fn exchange(flow: &Flow, wire: &Wire, keys: &AppKeys, consent: &Consent<'_>) -> Result<Grant, Fault> {
    exchange_with(flow, wire, keys, consent, &[]).await
}

/// The same with further fields in the form, for platforms that want some.
pub(super) async fn exchange_with(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    consent: &Consent<'_>,
    more: &[(&str, &str)],
) -> Result<Grant, Fault> {
    let response = asked(flow, wire, keys, consent, more).await?;
    read_grant(flow, &response, None)
}

/// The first half of [`exchange`], for platforms whose answer has a form of its own.
pub(super) async fn exchange_code(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    consent: &Consent<'_>,
) -> Result<WireResponse, Fault> {
    asked(flow, wire, keys, consent, &[]).await
}

async fn asked(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    consent: &Consent<'_>,
    more: &[(&str, &str)],
) -> Result<WireResponse, Fault> {
    let mut form = vec![("code", consent.code.expose_secret()), ("redirect_uri", consent.redirect_uri)];
    // Facebook knows codes without it.
    if flow.client_auth != ClientAuth::Query {
        form.push(("grant_type", "authorization_code"));
    }
    if flow.pkce {
        form.push(("code_verifier", consent.verifier.expose_secret()));
    }
    form.extend(more);
    let response = post(flow, wire, keys, flow.token_url, form).await?;
    granted(flow, response, "sign-in")
}

/// Access for the user name and password of a person (RFC 6749, 4.3), for platforms that give it to apps of that person.
pub(super) async fn sign_in_as(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    (user, password): (&SecretString, &SecretString),
) -> Result<Grant, Fault> {
    let form =
        vec![("grant_type", "password"), ("username", user.expose_secret()), ("password", password.expose_secret())];
    let response = granted(flow, post(flow, wire, keys, flow.token_url, form).await?, "user name and password")?;
    read_grant(flow, &response, None)
}

/// The answer of a token address. One that names an error is a refusal, whatever its status says.
fn granted(flow: &Flow, response: WireResponse, what: &str) -> Result<WireResponse, Fault> {
    let error = response.error::<ErrorBody>().error;
    let is_refused = !response.ok() || !(error.is_null() || error == "");
    if is_refused { Err(RateLimited::read(&response).into_fault(flow, &response, what)) } else { Ok(response) }
}

/// How a program says who it is, in the form that Reddit asks for: other ones are slowed down there.
pub(super) fn user_agent(keys: &AppKeys, flow: &Flow, by: Option<&str>) -> String {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
    };
    let app = keys.0.get(flow.id_field).map(|id| plain(id.expose_secret())).unwrap_or_default();
    let by = by.map(|name| format!(" (by /u/{})", plain(name))).unwrap_or_default();
    format!("web:{app}:v{} LUX-Marketing{by}", env!("CARGO_PKG_VERSION"))
}

/// A fresh grant from the refresh token. Both tokens are replaced when the platform sends both (X rotates them); the old
/// refresh token is kept when it sends none.
pub async fn refresh(flow: &Flow, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<Grant, Fault> {
    let Some(token) = &grant.refresh else {
        let message =
            format!("{} does not let us renew this sign-in. Connect the account again.", flow.platform.name());
        return Err(Fault::AuthExpired { message });
    };
    let form = vec![("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())];
    let response = post(flow, wire, keys, flow.token_url, form).await?;
    let response = granted(flow, response, "renewal of our access")?;
    read_grant(flow, &response, Some(grant))
}

/// Takes the grant back. A token that the platform no longer knows counts as revoked.
pub async fn revoke(flow: &Flow, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<(), Fault> {
    let Some(address) = flow.revoke_url else {
        let message = format!(
            "{} does not let us end the access. Remove LUX in the account's settings there.",
            flow.platform.name()
        );
        return Err(Fault::Unsupported { message });
    };
    let refresh = grant.refresh.as_ref().map(|token| ("refresh_token", token));
    for (hint, token) in refresh.into_iter().chain([("access_token", &grant.access)]) {
        let form = vec![("token", token.expose_secret()), ("token_type_hint", hint)];
        take_back(flow, wire, keys, address, form).await?;
    }
    Ok(())
}

/// Takes one token back.
pub(super) async fn take_back(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    address: &str,
    form: Vec<(&str, &str)>,
) -> Result<(), Fault> {
    let response = post(flow, wire, keys, address, form).await?;
    let refusal = RateLimited::read(&response);
    let is_done = (response.ok() && refusal.code.is_empty()) || (refusal.kind == Kind::Grant);
    if is_done { Ok(()) } else { Err(refusal.into_fault(flow, &response, "disconnecting")) }
}

/// Tries the app's keys with a code that cannot exist. No platform documents a check for keys alone; but each one looks
/// at the client before it looks at the code (inferred from their error answers), so an answer that complains about the
/// code tells that the keys were accepted.
pub async fn test_keys(flow: &Flow, wire: &Wire, keys: &AppKeys) -> Result<String, Fault> {
    let name = flow.platform.name();
    keys.get(flow.id_field)?;
    let code = SecretString::from("lux-key-test");
    let consent = Consent { code: &code, verifier: &new_verifier(), redirect_uri: "https://localhost/lux-key-test" };
    match exchange_code(flow, wire, keys, &consent).await {
        Err(Fault::AuthExpired { .. } | Fault::PermissionMissing { .. }) => Ok(format!("{name} accepted the keys.")),
        Err(fault) => Err(fault),
        Ok(_) => Err(Fault::Permanent {
            code: "unexpected".into(),
            message: format!("{name} answered in an unexpected way, so the keys could not be checked."),
        }),
    }
}

async fn post<'a>(
    flow: &Flow,
    wire: &Wire,
    keys: &'a AppKeys,
    address: &str,
    mut form: Vec<(&'a str, &'a str)>,
) -> Result<WireResponse, Fault> {
    let id = keys.get(flow.id_field)?;
    let is_query = flow.client_auth == ClientAuth::Query;
    let method = if is_query { Method::GET } else { Method::POST };
    let request = wire.repeatable(flow.platform, method, address).deadline(DEADLINE);
    let mut request = request.header("user-agent", &user_agent(keys, flow, None));
    match (flow.client_auth, keys.0.get(flow.secret_field)) {
        (ClientAuth::Basic, Some(secret)) => request = request.basic(&form_encoded(id), &form_encoded(secret)),
        (ClientAuth::Basic, None) if flow.pkce => form.push((flow.id_field, id.expose_secret())),
        _ => {
            form.push((flow.id_field, id.expose_secret()));
            form.push(("client_secret", keys.get(flow.secret_field)?.expose_secret()));
        }
    }
    let request = match is_query {
        true => form.into_iter().fold(request, |request, (name, value)| request.query(name, value)),
        false => request.form(&form),
    };
    request.send().await
}

/// RFC 6749, 2.3.1: id and secret are form-encoded before they become a Basic header.
fn form_encoded(value: &SecretString) -> SecretString {
    url::form_urlencoded::byte_serialize(value.expose_secret().as_bytes()).collect::<String>().into()
}

/// A token answer. Unknown members are ignored; wrong types are an unreadable answer.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<i64>,
    refresh_token: Option<String>,
    /// LinkedIn, and by another name TikTok: the refresh token's own life.
    #[serde(alias = "refresh_expires_in")]
    refresh_token_expires_in: Option<i64>,
    scope: Option<String>,
}

fn read_grant(flow: &Flow, response: &WireResponse, old: Option<&Grant>) -> Result<Grant, Fault> {
    let tokens: Tokens = response.json()?;
    let bearer = tokens.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    if tokens.access_token.trim().is_empty() || !bearer {
        return Err(response.unreadable());
    }
    let known = || old.map_or_else(|| flow.scopes.iter().map(|s| (*s).to_owned()).collect(), |o| o.scopes.clone());
    let new_refresh = tokens.refresh_token.filter(|t| !t.is_empty()).map(SecretString::from);
    let kept = new_refresh.is_none();
    Ok(Grant {
        access: tokens.access_token.into(),
        refresh: new_refresh.or_else(|| old.and_then(|o| o.refresh.clone())),
        access_expires_at: expiry(tokens.expires_in),
        refresh_expires_at: expiry(tokens.refresh_token_expires_in)
            .or_else(|| old.filter(|_| kept).and_then(|o| o.refresh_expires_at)),
        // RFC 6749: no scope in the answer means the one that was asked for.
        // Reddit's `*`: everything.
        scopes: tokens.scope.map(|s| split_scopes(&s)).filter(|s| !s.is_empty() && *s != ["*"]).unwrap_or_else(known),
    })
}

/// When something that lasts this many seconds from now ends.
pub(super) fn expiry(seconds: Option<i64>) -> Option<DateTime<Utc>> {
    Utc::now().checked_add_signed(TimeDelta::try_seconds(seconds.filter(|s| *s > 0)?)?)
}

/// Scopes in either separator: LinkedIn asks with spaces and answers with commas.
pub(super) fn split_scopes(text: &str) -> Vec<String> {
    text.split([' ', ',']).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

/// Whose fault a refused token request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The app's keys are wrong.
    Client,
    /// The code or token is used up, expired or unknown.
    Grant,
    Scope,
    /// Theirs; trying again helps.
    Temporary,
    Other,
}

/// Why a token address said no.
struct RateLimited {
    kind: Kind,
    code: String,
    words: String,
}

/// The forms of error bodies: RFC 6749 (`error` is a word), the Graph's (it is an object), Instagram's and Pinterest's own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    error: Value,
    error_description: Option<String>,
    error_type: Option<String>,
    error_message: Option<String>,
    /// Pinterest: a number and a message, and nothing else. Reddit has the number as `error`.
    code: Value,
    message: Option<String>,
}

impl RateLimited {
    fn read(response: &WireResponse) -> Self {
        let body: ErrorBody = response.error();
        let words = body.error_description.or(body.error_message);
        let words = words.or_else(|| Some(body.error.get("message")?.as_str()?.to_owned())).or(body.message);
        let words = words.unwrap_or_default();
        let code = body.error.as_str().or_else(|| body.error.get("type")?.as_str()).map(str::to_owned);
        let code = code.or(body.error_type).unwrap_or_default();
        let passing = body.error.get("is_transient").and_then(Value::as_bool).unwrap_or_default();
        let kind = match code.as_str() {
            // LinkedIn also has `invalid_client_id`.
            "invalid_client" | "unauthorized_client" | "invalid_client_id" => Kind::Client,
            // X answers `invalid_request` to a spent refresh token or code, LinkedIn to a spent code; our own requests
            // are well-formed (the conformance suite holds that).
            "invalid_grant" | "invalid_request" | "invalid_token" | "expired_token" | "access_denied" => Kind::Grant,
            "invalid_scope" | "unauthorized_scope_error" => Kind::Scope,
            "temporarily_unavailable" | "server_error" => Kind::Temporary,
            _ if passing => Kind::Temporary,
            // Meta has one type for everything, Instagram one code (400) as well; only the words tell keys from codes.
            "OAuthException" if names_the_client(&words) => Kind::Client,
            "OAuthException" => Kind::Grant,
            _ if response.status == 401 => Kind::Client,
            // The number says nothing of what is wrong; keys that are wrong are answered with 401.
            "" if response.status == 400 && (body.code.is_i64() || body.error.is_i64()) => Kind::Grant,
            _ => Kind::Other,
        };
        Self { kind, code, words: clip(&words, 300) }
    }

    fn into_fault(self, flow: &Flow, response: &WireResponse, what: &str) -> Fault {
        let name = flow.platform.name();
        let says = match self.words.as_str() {
            "" => String::new(),
            words => format!(" {name} says: {words}"),
        };
        match self.kind {
            Kind::Client => Fault::Permanent {
                code: "invalid_client".into(),
                message: format!(
                    "{name} did not accept the app's keys. Check them under Settings → Integrations.{says}"
                ),
            },
            Kind::Grant => Fault::AuthExpired {
                message: format!("{name} did not accept the {what}. Please connect the account again.{says}"),
            },
            Kind::Scope => Fault::PermissionMissing {
                message: format!("The app at {name} lacks a permission that we need.{says}"),
                scopes: flow.scopes.iter().map(|s| (*s).to_owned()).collect(),
            },
            Kind::Temporary => response.failed_there(format!("{name} is having problems.{says}")),
            Kind::Other if self.code.is_empty() => response.by_status(Some(&self.words), flow.scopes),
            Kind::Other => Fault::Permanent { message: format!("{name} refused the {what}.{says}"), code: self.code },
        }
    }
}

/// Wordings seen from Instagram: "Invalid platform app", "Error validating client secret.", "Invalid Client ID"; from
/// Facebook: "Error validating application. Cannot get application info due to a system error."
fn names_the_client(words: &str) -> bool {
    let words = words.to_lowercase();
    let named = ["platform app", "validating application", "client secret", "client_secret", "client id", "client_id"];
    named.iter().any(|w| words.contains(w))
}

/// Where a platform sends people back to: to be registered there to the letter.
pub fn redirect_uri(public_url: &url::Url, platform: Platform) -> String {
    format!("{}/api/social/callback/{platform}", public_url.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_addresses_have_one_slash() {
        for (public, expected) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/api/social/callback/x"),
            ("https://lux.example/", "https://lux.example/api/social/callback/x"),
            ("https://example.org/lux/", "https://example.org/lux/api/social/callback/x"),
        ] {
            assert_eq!(redirect_uri(&url::Url::parse(public).unwrap(), Platform::X), expected);
        }
    }
}
