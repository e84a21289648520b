//! The way through a platform's consent page (where there is one; `credentials` is the other way of signing in): begin (state, PKCE), come back, choose an account if there are several.
//!
//! A state is 256 random bits, of which only the SHA-256 is kept; it is bound to the session, the person, the company
//! and the platform, lives ten minutes and counts once. The PKCE verifier waits sealed beside it.

use super::service::{self, choice_name, open_choice};
use super::{states, store, tokens};
use crate::connectors::oauth::redirect_uri;
use crate::connectors::{Consent, Fault, Grant, RemoteAccount, SignIn, SignInMethod, Wire, oauth, registry};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ConnectionId, ConsentId};
use crate::domain::local_path::is_page;
use crate::domain::platform::Platform;
use crate::features::connections::model::{Choice, ChoiceAccount};
use crate::features::connections::problem::ConsentProblem;
use crate::features::secrets::server::service as secrets;
use crate::infra::crypto::{SealContext, Sealed};
use crate::infra::http::throttle;
use crate::infra::session::{Granted, random_token, sha256};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A consent must be back within this time; a choice must be made within as long again.
pub const MINUTES: i32 = 10;

/// A consent that led nowhere.
#[derive(Debug)]
pub struct ConsentRefused {
    pub problem: ConsentProblem,
    /// Under which the platform's words are kept.
    pub about: Option<ConsentId>,
}

impl From<ConsentProblem> for ConsentRefused {
    fn from(problem: ConsentProblem) -> Self {
        Self { problem, about: None }
    }
}

/// The cause was logged where the error was made.
impl From<AppError> for ConsentRefused {
    fn from(_: AppError) -> Self {
        ConsentProblem::OurFault.into()
    }
}

/// What a platform adds to the redirect address.
#[derive(Default, Deserialize)]
pub struct Returned {
    pub code: Option<String>,
    pub state: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}

/// A consent that came back well.
#[derive(Debug)]
pub enum Finished {
    /// `instead`: the connection that was to be renewed, when another account came back. `next`: where the person was.
    Connected { id: ConnectionId, instead: Option<ConnectionId>, next: Option<String> },
    /// Several accounts: the person chooses one at `/connections/choose/:id`, and goes on at `next`.
    Choose { id: ConsentId, next: Option<String> },
}

/// Longest path that a person is led back to: it goes to the platform and back within the state.
const LONGEST_NEXT: usize = 200;

/// A page of ours that one may be led back to, without a query.
fn own_page(next: &str) -> bool {
    next.len() <= LONGEST_NEXT && is_page(next) && !next.contains(['?', '#'])
}

/// The page where one of several accounts is chosen.
pub fn choice_page(id: ConsentId, next: Option<&str>) -> String {
    let next = next.filter(|next| own_page(next)).map(|next| format!("?next={next}")).unwrap_or_default();
    format!("/connections/choose/{id}{next}")
}

/// Where one goes on with a connected account: where one was, else the list.
pub fn goes_on(id: ConnectionId, instead: Option<ConnectionId>, next: Option<&str>) -> String {
    match (instead, next.filter(|next| own_page(next))) {
        (Some(other), _) => format!("/connections?connected={id}&instead={other}"),
        (None, Some(next)) => format!("{next}?notice=connected"),
        (None, None) => format!("/connections?connected={id}"),
    }
}

/// A new state, which also says where the person goes on: its hash vouches for both.
fn new_state(next: Option<&str>) -> String {
    let token = random_token();
    match next.filter(|next| own_page(next)) {
        Some(next) => format!("{token}.{}", BASE64_URL_SAFE_NO_PAD.encode(next)),
        None => token,
    }
}

fn next_in(state: &str) -> Option<String> {
    let next = BASE64_URL_SAFE_NO_PAD.decode(state.split_once('.')?.1).ok()?;
    String::from_utf8(next).ok().filter(|next| own_page(next))
}

/// The sign-in of a platform that has one.
pub fn sign_in(platform: Platform) -> Option<&'static dyn SignIn> {
    registry::find(platform).and_then(|c| c.sign_in)
}

/// Begins a consent; the answer is the platform's address to send the browser to. Where people fill in a form of ours, it
/// is the page with the form; where the keys are access by themselves, the account is connected at once and it is the page
/// that comes next. `next`: the page of ours to come back to.
pub async fn begin(
    who: &Granted,
    platform: Platform,
    sign_in: &dyn SignIn,
    for_connection: Option<ConnectionId>,
    next: Option<&str>,
) -> std::result::Result<String, ConsentRefused> {
    throttle::check(&who.app.throttles.connect, &who.user.to_string(), "attempts to connect")
        .map_err(|_| ConsentProblem::TooMany)?;
    if let SignInMethod::Form(_) = sign_in.method() {
        return Ok(who.app.settings.public(&form_page(platform, for_connection, next)));
    }
    let keys = secrets::app_keys(&who.app, who.company, platform).await?;
    let (id, state) = (ConsentId::new(), new_state(next));
    let verifier = SecretString::from(random_token());
    let wire = Wire::new(who.app.outbound.clone());
    let opened = sign_in.open_by_keys(&wire, &keys).await;
    let redirect = redirect_uri(&who.app.settings.public_url, platform);
    let address =
        sign_in.flow(&keys).and_then(|flow| oauth::authorize_url(flow, &wire, &keys, &redirect, &state, &verifier));
    let address = address.map_err(|f| match f {
        Fault::NotConfigured { .. } => ConsentProblem::KeysMissing,
        fault => {
            tracing::error!(%platform, kind = fault.kind(), %fault, "no authorize address");
            ConsentProblem::OurFault
        }
    })?;
    let sealed = who.app.keys.seal(verifier_place(who, &id.to_string()), &verifier);
    let new = states::NewState {
        id,
        state_sha256: sha256(&state),
        platform,
        session: who.session,
        user: who.user,
        verifier: &sealed,
        for_connection,
        minutes: MINUTES,
    };
    states::begin_state(&who.tenant, new).await?;
    let Some(opened) = opened else { return Ok(address) };
    let answer = async {
        let grant = opened?;
        let accounts = sign_in.accounts(&wire, &keys, &grant).await?;
        Ok::<_, Fault>((grant, accounts.into_iter().filter_map(RemoteAccount::bounded).collect()))
    };
    let (grant, accounts) = match answer.await {
        Ok(answer) => answer,
        Err(fault) => return Err(refused(who, id, ConsentProblem::PlatformRefused, &fault.to_string()).await),
    };
    let finished = settle(who, platform, (id, for_connection), grant, accounts, next.map(str::to_owned)).await?;
    Ok(who.app.settings.public(&finished.goes_on()))
}

impl Finished {
    /// The page of ours that comes next.
    pub fn goes_on(&self) -> String {
        match self {
            Self::Connected { id, instead, next } => goes_on(*id, *instead, next.as_deref()),
            Self::Choose { id, next } => choice_page(*id, next.as_deref()),
        }
    }
}

/// Where the form of a platform is open, for a connection that is to be renewed or for a new one.
fn form_page(platform: Platform, for_connection: Option<ConnectionId>, next: Option<&str>) -> String {
    let renewed = for_connection.map(|id| format!("&for={id}")).unwrap_or_default();
    let next = next.filter(|next| own_page(next)).map(|next| format!("&next={next}")).unwrap_or_default();
    format!("/connections?connect={platform}{renewed}{next}#connect-{platform}")
}

fn verifier_place<'a>(who: &Granted, id: &'a str) -> SealContext<'a> {
    SealContext { company: who.company, kind: "verifier", name: id }
}

/// Takes a consent that came back: uses its state up, swaps the code for a grant, keeps the account.
pub async fn finish(
    who: &Granted,
    platform: Platform,
    sign_in: &dyn SignIn,
    returned: Returned,
) -> std::result::Result<Finished, ConsentRefused> {
    let state = returned.state.ok_or(ConsentProblem::StateUnknown)?;
    let next = next_in(&state);
    let state = sha256(&state);
    let back = states::Presented { state_sha256: &state, platform, session: who.session, user: who.user };
    let Some(taken) = states::take_state(&who.tenant, &back).await? else {
        let why = states::judge_state(&who.tenant, &back).await?;
        return Err(match why {
            Some((true, _)) => ConsentProblem::StateUsed,
            Some((false, true)) => ConsentProblem::StateExpired,
            _ => ConsentProblem::StateUnknown,
        }
        .into());
    };
    if let Some(error) = returned.error {
        if is_denial(&error) {
            return Err(ConsentProblem::Denied.into());
        }
        let said = match returned.error_description {
            Some(more) => format!("{error}: {more}"),
            None => error,
        };
        return Err(refused(who, taken.id, ConsentProblem::PlatformRefused, &said).await);
    }
    let Some(code) = returned.code.map(SecretString::from) else {
        let said = "The platform sent neither a code nor an error.";
        return Err(refused(who, taken.id, ConsentProblem::PlatformRefused, said).await);
    };
    let sealed = Sealed { kid: taken.kid.clone(), bytes: taken.sealed_verifier.clone() };
    let verifier = who.app.keys.open(verifier_place(who, &taken.id.to_string()), &sealed)?;
    let keys = secrets::app_keys(&who.app, who.company, platform).await?;
    let wire = Wire::new(who.app.outbound.clone());
    let redirect = redirect_uri(&who.app.settings.public_url, platform);
    let answer = async {
        let consent = Consent { code: &code, verifier: &verifier, redirect_uri: &redirect };
        let grant = sign_in.exchange(&wire, &keys, &consent).await?;
        let accounts = sign_in.accounts(&wire, &keys, &grant).await?;
        let accounts = accounts.into_iter().filter_map(RemoteAccount::bounded).collect();
        Ok((grant, accounts))
    };
    let (grant, accounts) = match answer.await {
        Ok(answer) => answer,
        Err(Fault::NotConfigured { .. }) => return Err(ConsentProblem::KeysMissing.into()),
        Err(fault) => {
            return Err(refused(who, taken.id, ConsentProblem::PlatformRefused, &fault.to_string()).await);
        }
    };
    settle(who, platform, (taken.id, taken.for_connection), grant, accounts, next).await
}

/// One account is connected at once, as is the one that was to be renewed; several are for the person to choose from.
async fn settle(
    who: &Granted,
    platform: Platform,
    (consent, for_connection): (ConsentId, Option<ConnectionId>),
    grant: Grant,
    accounts: Vec<RemoteAccount>,
    next: Option<String>,
) -> std::result::Result<Finished, ConsentRefused> {
    let wanted = match for_connection {
        Some(id) => {
            let mut db = who.app.db.acquire().await.map_err(AppError::from)?;
            store::held(&mut db, who.company, id).await?.filter(|held| held.platform == platform.id())
        }
        None => None,
    };
    let same = wanted.as_ref().and_then(|held| accounts.iter().find(|a| a.remote_id == held.remote_id));
    let account = match (same, accounts.as_slice()) {
        (Some(account), _) | (None, [account]) => account,
        (None, []) => return Err(ConsentProblem::NoAccount.into()),
        (None, _) => {
            let tokens = tokens::seal(&who.app.keys, who.company, &choice_name(consent), &grant);
            let accounts = accounts.iter().map(KeptAccount::from).collect::<Vec<_>>();
            let accounts = serde_json::to_value(accounts).map_err(|_| ConsentProblem::OurFault)?;
            states::keep_choice(&who.tenant, consent, &tokens, accounts, MINUTES).await?;
            return Ok(Finished::Choose { id: consent, next });
        }
    };
    let own = match service::grant_of(&who.app, who.company, platform, account, &grant).await {
        Ok(own) => own,
        Err(fault) => return Err(refused(who, consent, ConsentProblem::PlatformRefused, &fault.to_string()).await),
    };
    let id = service::keep(&who.app, who.company, Some(who.user), platform, account, own).await?;
    Ok(Finished::Connected { id, instead: wanted.map(|held| held.id).filter(|wanted| *wanted != id), next })
}

/// The codes for "the person said no" (RFC 6749; LinkedIn has two of its own).
fn is_denial(error: &str) -> bool {
    matches!(error, "access_denied" | "user_cancelled_login" | "user_cancelled_authorize")
}

/// Keeps the platform's words for the page that comes next; they may be long and are not trusted.
async fn refused(who: &Granted, id: ConsentId, problem: ConsentProblem, said: &str) -> ConsentRefused {
    let said: String = said.chars().filter(|c| !c.is_control()).take(400).collect();
    tracing::warn!(company = %who.company, consent = %id, said, "a consent was refused");
    match states::note_state(&who.tenant, id, &said).await {
        Ok(()) => ConsentRefused { problem, about: Some(id) },
        Err(_) => problem.into(),
    }
}

/// An account as it waits for the choice.
#[derive(Serialize, Deserialize)]
struct KeptAccount {
    remote_id: String,
    handle: String,
    display_name: String,
    picture_url: Option<String>,
    profile_url: Option<String>,
    facts: Value,
}

impl From<&RemoteAccount> for KeptAccount {
    fn from(a: &RemoteAccount) -> Self {
        Self {
            remote_id: a.remote_id.clone(),
            handle: a.handle.clone(),
            display_name: a.display_name.clone(),
            picture_url: a.picture_url.clone(),
            profile_url: a.profile_url.clone(),
            facts: a.facts.clone(),
        }
    }
}

async fn kept(who: &Granted, id: ConsentId) -> Result<(Platform, states::Pending, Vec<KeptAccount>)> {
    let gone = || AppError::new(crate::domain::error::ErrorKind::NotFound, "This link has expired. Connect again.");
    let mut pending = states::pending(&who.tenant, id, who.session).await?.ok_or_else(gone)?;
    let platform = pending.platform.parse().map_err(|()| gone())?;
    let accounts = serde_json::from_value(pending.accounts.take()).map_err(|_| gone())?;
    Ok((platform, pending, accounts))
}

/// The accounts to choose from.
pub async fn choice(who: &Granted, id: ConsentId) -> Result<Choice> {
    let (platform, _, accounts) = kept(who, id).await?;
    let mut db = who.app.db.acquire().await?;
    let mut shown = vec![];
    for account in accounts {
        let connected = store::find_account(&mut db, who.company, platform, &account.remote_id).await?.is_some();
        shown.push(ChoiceAccount {
            remote_id: account.remote_id,
            handle: account.handle,
            display_name: account.display_name,
            picture_url: account.picture_url,
            connected,
        });
    }
    Ok(Choice { id, platform, accounts: shown })
}

/// Connects the chosen account. One per consent: where a platform's refresh tokens count once, two connections with
/// the same grant would take it from each other.
pub async fn choose(who: &Granted, id: ConsentId, remote_id: &str) -> Result<ConnectionId> {
    let (platform, pending, accounts) = kept(who, id).await?;
    let account = accounts
        .into_iter()
        .find(|a| a.remote_id == remote_id)
        .ok_or_else(|| AppError::invalid("account", "Choose one of the accounts in the list."))?;
    let grant = open_choice(&who.app, who.company, id, pending)?;
    let account = RemoteAccount {
        remote_id: account.remote_id,
        handle: account.handle,
        display_name: account.display_name,
        picture_url: account.picture_url,
        profile_url: account.profile_url,
        facts: account.facts,
    };
    let connected = service::connect(&who.app, who.company, Some(who.user), platform, &account, &grant).await?;
    states::drop_choice(&who.tenant, id).await?;
    Ok(connected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_led_back_to() {
        let post = format!("/posts/{}", ConnectionId::from_u128(7));
        assert_eq!(next_in(&new_state(Some(&post))).as_deref(), Some(post.as_str()));
        assert_eq!(next_in(&new_state(None)), None);
        let long = format!("/{}", "a".repeat(LONGEST_NEXT));
        for foreign in
            ["//evil.test", "https://evil.test", "/.//evil.test", "/posts?x=1", "/posts#x", "", "posts", &long]
        {
            assert!(!new_state(Some(foreign)).contains('.'), "{foreign}");
            let forged = format!("token.{}", BASE64_URL_SAFE_NO_PAD.encode(foreign));
            assert_eq!(next_in(&forged), None, "{foreign}");
            let id = ConnectionId::from_u128(7);
            assert_eq!(goes_on(id, None, Some(foreign)), format!("/connections?connected={id}"));
        }
    }
}
