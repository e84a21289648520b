//! Grants: sealing, opening, and renewing them under a lock, so that a refresh token that counts once is used once.

use super::store::{self, Held, Tokens};
use super::{changed, renewal};
use crate::connectors::{AppKeys, Fault, Grant, Wire, registry};
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::domain::platform::Platform;
use crate::features::secrets::server::service as secrets;
use crate::infra::crypto::{KeyRing, SealContext, Sealed};
use crate::infra::detached::detached;
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;

/// An access token that ends within this time is renewed before it is used.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// Everything that a call on behalf of a connection needs, valid for at least some minutes.
pub struct Authorised {
    pub platform: Platform,
    pub keys: AppKeys,
    pub grant: Grant,
    pub remote_id: String,
    pub handle: String,
    /// What the connector has kept of the account.
    pub facts: serde_json::Value,
}

/// The keys and a valid grant of a connection; renews the grant first when it is about to end.
/// `Fault::AuthExpired`: a person must consent again. `Fault::Disconnected`: it is not connected (any more).
pub async fn call_context(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
) -> std::result::Result<Authorised, Fault> {
    let held = read(app, company, connection).await?;
    let platform = usable(&held)?;
    let keys = secrets::app_keys(app, company, platform).await.map_err(transient)?;
    authorise(app, company, held, platform, keys).await
}

/// The same, for a connection and keys that were read.
pub(super) async fn authorise(
    app: &App,
    company: CompanyId,
    held: Held,
    platform: Platform,
    keys: AppKeys,
) -> std::result::Result<Authorised, Fault> {
    let grant = if lasts(held.access_expires_at) {
        open(&app.keys, company, &held).map_err(transient)?
    } else {
        match renew_detached(app, company, held.id, platform, &keys, (held.refreshed_at, Access::Unknown)).await {
            Ok(fresh) => fresh,
            // The old one may still count for what is to be done now.
            Err(fault) if lasts_a_moment(held.access_expires_at) => {
                let passing = match fault {
                    Fault::Transient { .. } | Fault::RateLimited { .. } => true,
                    // Unless the whole grant turned out to be revoked.
                    Fault::AuthExpired { .. } => {
                        read(app, company, held.id).await.is_ok_and(|now| usable(&now).is_ok())
                    }
                    _ => false,
                };
                if !passing {
                    return Err(fault);
                }
                open(&app.keys, company, &held).map_err(transient)?
            }
            Err(fault) => return Err(fault),
        }
    };
    Ok(Authorised { platform, keys, grant, remote_id: held.remote_id, handle: held.handle, facts: held.facts })
}

/// Renews the grant whatever its age, ahead of its end. A refusal is no reason to stop using an access token that lasts:
/// it is used on, and renewing it is tried again. `Ok` does not promise a newer token: some platforms give none while the
/// old one lasts.
pub async fn refresh_now(app: &App, company: CompanyId, connection: ConnectionId) -> std::result::Result<(), Fault> {
    refresh(app, company, connection, Access::Unknown).await
}

/// The same after the platform has refused the access token itself: where it cannot be renewed, only a person can help;
/// then the connection is marked so and the fault is `AuthExpired`. As `Ok` does not promise a newer token, the caller tries
/// again once, not in a loop.
pub async fn refresh_refused(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
) -> std::result::Result<(), Fault> {
    refresh(app, company, connection, Access::Refused).await
}

/// What is known of the access token beside its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Unknown,
    /// The platform does not take it (any more), whatever its time says: the grant was revoked.
    Refused,
}

async fn refresh(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    access: Access,
) -> std::result::Result<(), Fault> {
    let held = read(app, company, connection).await?;
    let platform = usable(&held)?;
    let keys = secrets::app_keys(app, company, platform).await.map_err(transient)?;
    renew_detached(app, company, connection, platform, &keys, (held.refreshed_at, access)).await.map(drop)
}

/// A person must consent again; `reason` is one sentence for them.
pub async fn mark_reconnect(app: &App, company: CompanyId, connection: ConnectionId, reason: &str) -> Result<()> {
    let reason: String = reason.chars().take(500).collect();
    tracing::warn!(%company, %connection, reason, "connection needs a person");
    let mut tx = app.db.begin().await?;
    store::mark_reconnect(&mut tx, company, connection, &reason).await?;
    changed::announce(&mut tx, company, connection).await?;
    Ok(tx.commit().await?)
}

async fn read(app: &App, company: CompanyId, id: ConnectionId) -> std::result::Result<Held, Fault> {
    let mut db = app.db.acquire().await.map_err(transient)?;
    let held = store::held(&mut db, company, id).await.map_err(transient)?;
    held.ok_or_else(not_connected)
}

pub(super) fn not_connected() -> Fault {
    Fault::Disconnected { message: "This account is no longer connected.".into() }
}

/// The platform of a connection whose grant may be used.
pub(super) fn usable(held: &Held) -> std::result::Result<Platform, Fault> {
    match (held.platform.parse(), ConnectionState::parse(&held.state)) {
        (Ok(platform), Some(ConnectionState::Active)) => Ok(platform),
        (Ok(_), Some(ConnectionState::Reconnect)) => Err(Fault::AuthExpired {
            message: if held.state_reason.is_empty() {
                format!("{} must be connected again.", held.handle)
            } else {
                held.state_reason.clone()
            },
        }),
        _ => Err(Fault::Disconnected { message: format!("{} is not connected any more.", held.handle) }),
    }
}

fn lasts(access_expires_at: Option<DateTime<Utc>>) -> bool {
    access_expires_at.is_none_or(|end| end > Utc::now() + MARGIN)
}

fn lasts_a_moment(access_expires_at: Option<DateTime<Utc>>) -> bool {
    access_expires_at.is_none_or(|end| end > Utc::now() + TimeDelta::minutes(1))
}

/// A database that does not answer says nothing about the post or the account.
pub(super) fn transient(error: impl Into<AppError>) -> Fault {
    Fault::transient(error.into().message)
}

/// The new tokens must be kept even when whoever asked has gone meanwhile: the old ones may count no more.
async fn renew_detached(
    app: &App,
    company: CompanyId,
    id: ConnectionId,
    platform: Platform,
    keys: &AppKeys,
    seen: (DateTime<Utc>, Access),
) -> std::result::Result<Grant, Fault> {
    let work = renew(app.clone(), company, id, platform, keys.clone(), seen);
    detached(work).await.unwrap_or_else(|| Err(Fault::transient("Renewing the sign-in was interrupted.")))
}

/// Renews under the connection's lock. `seen` is when the grant was last renewed as the caller knows it: if that has
/// changed, somebody else was faster, and what they got is used.
async fn renew(
    app: App,
    company: CompanyId,
    id: ConnectionId,
    platform: Platform,
    keys: AppKeys,
    (seen, access): (DateTime<Utc>, Access),
) -> std::result::Result<Grant, Fault> {
    let Some(sign_in) = registry::find(platform).and_then(|c| c.sign_in) else {
        return Err(Fault::Unsupported { message: format!("{} cannot be connected yet.", platform.name()) });
    };
    let _turn = renewal::turn(id).await;
    // Before the connection, which is held while the platform answers.
    let _place = renewal::place(platform).await;
    let mut tx = app.db.begin().await.map_err(transient)?;
    store::lock(&mut tx, id).await.map_err(transient)?;
    let held = store::held(&mut tx, company, id).await.map_err(transient)?;
    let held = held.ok_or_else(|| Fault::Disconnected { message: "This account is no longer connected.".into() })?;
    usable(&held)?;
    let old = open(&app.keys, company, &held).map_err(transient)?;
    if held.refreshed_at != seen && lasts(held.access_expires_at) {
        return Ok(old);
    }
    match sign_in.refresh(&Wire::new(app.outbound.clone()), &keys, &old, &held.facts).await {
        // Still good, and the platform gives nothing newer (yet): its age stays what it is.
        Ok(fresh) if is_same(&fresh, &old) => {
            renewal::note_unchanged(tx, &app, company, &held).await;
            Ok(old)
        }
        Ok(fresh) => {
            let fresh = carry_over(fresh, &old);
            let tokens = seal(&app.keys, company, &grant_name(platform, &held.remote_id), &fresh);
            renewal::keep(&app, tx, company, &held, &tokens).await?;
            tracing::info!(%company, connection = %id, %platform, "sign-in renewed");
            Ok(fresh)
        }
        Err(fault) => {
            let mut usable = access == Access::Unknown && lasts_a_moment(old.access_expires_at);
            if usable && matches!(fault, Fault::AuthExpired { .. }) {
                // Whether the whole grant was revoked, the platform says when the access token is shown to it.
                let known = sign_in.accounts(&Wire::new(app.outbound.clone()), &keys, &old).await;
                usable = !matches!(known, Err(Fault::AuthExpired { .. } | Fault::Disconnected { .. }));
            }
            let park = renewal::needs_person(&fault, usable);
            renewal::note_fault(tx, &app, company, &held, &fault, park).await;
            Err(fault)
        }
    }
}

/// Nothing in it is newer. (Two access tokens of one second can be alike where they say no more than who and when, as those
/// of the AT Protocol do; the refresh token beside them is a new one all the same, and the old one is used up.)
fn is_same(fresh: &Grant, old: &Grant) -> bool {
    let new_refresh = fresh.refresh.as_ref().map(|token| token.expose_secret());
    let refresh = old.refresh.as_ref().map(|token| token.expose_secret());
    fresh.access.expose_secret() == old.access.expose_secret() && (new_refresh.is_none() || new_refresh == refresh)
}

/// What the platform did not send again stays as it was.
fn carry_over(fresh: Grant, old: &Grant) -> Grant {
    Grant {
        refresh_expires_at: fresh.refresh_expires_at.or(old.refresh_expires_at),
        refresh: fresh.refresh.or_else(|| old.refresh.clone()),
        scopes: if fresh.scopes.is_empty() { old.scopes.clone() } else { fresh.scopes },
        ..fresh
    }
}

/// The name in the AAD of a connection's tokens: an account's tokens open for that account only.
pub fn grant_name(platform: Platform, remote_id: &str) -> String {
    format!("{platform}:{remote_id}")
}

/// The same for a connection that was read.
pub fn name_of(held: &Held) -> String {
    format!("{}:{}", held.platform, held.remote_id)
}

/// Seals both tokens of a grant; `name` is what they belong to and must be the same to open them.
pub fn seal(keys: &KeyRing, company: CompanyId, name: &str, grant: &Grant) -> Tokens {
    let access = keys.seal(SealContext { company, kind: "access", name }, &grant.access);
    let refresh =
        grant.refresh.as_ref().map(|token| keys.seal(SealContext { company, kind: "refresh", name }, token).bytes);
    Tokens {
        kid: access.kid,
        access: access.bytes,
        refresh,
        access_expires_at: grant.access_expires_at,
        refresh_expires_at: grant.refresh_expires_at,
        scopes: grant.scopes.clone(),
    }
}

/// Opens what [`seal`] made.
pub fn unseal(keys: &KeyRing, company: CompanyId, name: &str, tokens: Tokens) -> Result<Grant> {
    let sealed = |bytes| Sealed { kid: tokens.kid.clone(), bytes };
    let access = keys.open(SealContext { company, kind: "access", name }, &sealed(tokens.access))?;
    let refresh = match tokens.refresh {
        Some(bytes) => Some(keys.open(SealContext { company, kind: "refresh", name }, &sealed(bytes))?),
        None => None,
    };
    Ok(Grant {
        access,
        refresh,
        access_expires_at: tokens.access_expires_at,
        refresh_expires_at: tokens.refresh_expires_at,
        scopes: tokens.scopes,
    })
}

/// The grant of a connection that was read.
pub fn open(keys: &KeyRing, company: CompanyId, held: &Held) -> Result<Grant> {
    let tokens = Tokens {
        kid: held.kid.clone(),
        access: held.sealed_access.clone(),
        refresh: held.sealed_refresh.clone(),
        access_expires_at: held.access_expires_at,
        refresh_expires_at: held.refresh_expires_at,
        scopes: held.scopes.clone(),
    };
    unseal(keys, company, &name_of(held), tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;

    fn grant(refresh: Option<&str>, minutes: i64) -> Grant {
        Grant {
            access: "access".into(),
            refresh: refresh.map(Into::into),
            access_expires_at: Some(Utc::now() + TimeDelta::minutes(minutes)),
            refresh_expires_at: None,
            scopes: vec!["write".into()],
        }
    }

    #[test]
    fn a_grant_opens_for_its_account_only() {
        let keys = KeyRing::parse(&KeyRing::generate_line()).unwrap();
        let company = CompanyId::from_u128(1);
        let tokens = || seal(&keys, company, "x:1", &grant(Some("refresh"), 60));
        let opened = unseal(&keys, company, "x:1", tokens()).unwrap();
        assert_eq!(opened.access.expose_secret(), "access");
        assert_eq!(opened.refresh.unwrap().expose_secret(), "refresh");
        assert_eq!(unseal(&keys, company, "x:2", tokens()).err().unwrap().kind, ErrorKind::Bug);
        assert!(unseal(&keys, CompanyId::from_u128(2), "x:1", tokens()).is_err());
        // The two tokens cannot be swapped.
        let Tokens { access, refresh, .. } = tokens();
        let swapped = Tokens { access: refresh.unwrap(), refresh: Some(access), ..tokens() };
        assert!(unseal(&keys, company, "x:1", swapped).is_err());
    }

    #[test]
    fn what_did_not_come_again_stays() {
        let old = Grant { refresh_expires_at: Some(Utc::now()), ..grant(Some("old"), 1) };
        let bare = Grant { scopes: vec![], ..grant(None, 60) };
        let kept = carry_over(bare, &old);
        assert_eq!(kept.refresh.unwrap().expose_secret(), "old");
        assert_eq!(kept.scopes, ["write"]);
        assert_eq!(kept.refresh_expires_at, old.refresh_expires_at);
        let rotated = carry_over(grant(Some("new"), 60), &old);
        assert_eq!(rotated.refresh.unwrap().expose_secret(), "new");
    }

    #[test]
    fn a_new_refresh_token_beside_the_same_access_token_is_news() {
        let old = grant(Some("old"), 60);
        for (fresh, same) in [(grant(None, 60), true), (grant(Some("old"), 60), true), (grant(Some("new"), 60), false)]
        {
            assert_eq!(is_same(&fresh, &old), same);
        }
        assert!(!is_same(&Grant { access: "other".into(), ..grant(None, 60) }, &old));
    }

    #[test]
    fn a_token_that_lasts_is_used_to_its_end() {
        let needs_person =
            |fault: &Fault, grant: &Grant| renewal::needs_person(fault, lasts_a_moment(grant.access_expires_at));
        let expired = Fault::AuthExpired { message: "no refresh token".into() };
        assert!(!needs_person(&expired, &grant(None, 60)));
        assert!(needs_person(&expired, &grant(None, 1)));
        assert!(!needs_person(&expired, &grant(Some("refused"), 77)));
        assert!(!needs_person(&expired, &grant(Some("refused"), 3)), "to its end, not to five minutes before it");
        assert!(needs_person(&expired, &grant(Some("refused"), 0)));
        assert!(renewal::needs_person(&expired, false), "the platform has refused the access token itself");
        let gone = Fault::Disconnected { message: "The person has removed the app.".into() };
        assert!(needs_person(&gone, &grant(Some("refused"), 77)));
        assert!(!needs_person(&Fault::transient("503"), &grant(Some("kept"), 1)));
        assert!(!needs_person(&Fault::NotConfigured { field: "client_id" }, &grant(Some("kept"), 1)));
    }
}
