//! What an account has at its platform for options to choose from. Kept for an hour, so that opening the composer does not
//! wait for the platform each time; asked anew before a post is sent.

use super::store;
use super::tokens;
use crate::connectors::{Call, Fault, Wire, registry};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::domain::options::{Field, Input, RemoteChoice};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::state::App;
use chrono::TimeDelta;
use std::time::Duration;

/// How long a list counts as fresh for the composer.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long a person waits for the platform.
const WITHIN: Duration = Duration::from_secs(10);
/// More than this is cut off: nobody looks for one of a thousand boards in a list.
const MOST: usize = 1_000;
/// Bytes. Longer ids and labels of a platform are left out, and those with a NUL, which Postgres does not take.
const MAX_LENGTH: usize = 500;

/// For the composer: what was fetched lately, or what the platform says now; and when it does not answer, what it said
/// before, however old.
pub async fn list(who: &Granted, connection: ConnectionId, source: &str, parent: &str) -> Result<Vec<RemoteChoice>> {
    let platform = store::choices::platform(&who.tenant, connection).await?;
    let platform = platform.and_then(|id| id.parse().ok()).ok_or_else(|| AppError::not_found("account"))?;
    let field = field(platform, source).ok_or_else(|| AppError::not_found("list"))?;
    let of = field.parent.and_then(|parent| platform.publishing()?.options.field(parent));
    // Only what the account has there has a list of its own: otherwise anything could be asked for and kept.
    match of.map(|of| of.input) {
        None if parent.is_empty() => {}
        Some(Input::Remote(above)) => {
            let known = kept_or_asked(who, connection, above, "").await?;
            if !known.iter().any(|choice| choice.id == parent) {
                return Ok(vec![]);
            }
        }
        _ => return Err(AppError::not_found("list")),
    }
    kept_or_asked(who, connection, source, parent).await
}

/// What choices of accounts are called, as they were last fetched; those that no list has are left out.
pub async fn named(tenant: &Tenant, wanted: &[(ConnectionId, String)]) -> Result<Vec<(ConnectionId, RemoteChoice)>> {
    store::choices::named(tenant, wanted).await
}

async fn kept_or_asked(
    who: &Granted,
    connection: ConnectionId,
    source: &str,
    parent: &str,
) -> Result<Vec<RemoteChoice>> {
    let kept = store::choices::find(&who.tenant, connection, &place(source, parent)).await?;
    if let Some((choices, age)) = &kept
        && *age < FRESH
    {
        return Ok(choices.clone());
    }
    match fetch(&who.app, who.company, connection, source, parent).await {
        Ok(choices) => Ok(choices),
        Err(fault) => match kept {
            Some((choices, _)) => Ok(choices),
            None => Err(AppError::new(ErrorKind::Unavailable, format!("The list could not be loaded: {fault}."))),
        },
    }
}

/// Asks the platform and keeps what it says.
pub async fn fetch(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    source: &str,
    parent: &str,
) -> std::result::Result<Vec<RemoteChoice>, Fault> {
    let auth = tokens::call_context(app, company, connection).await?;
    let capability = registry::find(auth.platform).and_then(|c| c.choices);
    let capability = capability.filter(|_| field(auth.platform, source).is_some());
    let Some(capability) = capability else {
        return Err(Fault::Unsupported { message: format!("{} has no such list", auth.platform.name()) });
    };
    let wire = Wire::new(app.outbound.clone()).on_behalf_of(company);
    let wire = wire.counted_for(auth.platform, &auth.keys, &auth.remote_id);
    let call = Call {
        wire: &wire,
        keys: &auth.keys,
        grant: &auth.grant,
        account: &auth.remote_id,
        handle: &auth.handle,
        facts: &auth.facts,
    };
    let asked = tokio::time::timeout(WITHIN, capability.choices(&call, source, parent)).await;
    let mut choices = asked.unwrap_or_else(|_| Err(Fault::transient("no answer within ten seconds")))?;
    let fits = |text: &str| text.len() <= MAX_LENGTH && !text.contains('\0');
    choices.retain(|c| !c.id.is_empty() && fits(&c.id) && fits(&c.label));
    choices.truncate(MOST);
    let place = place(source, parent);
    store::choices::keep(&app.tenant(company), connection, &place, &choices).await.map_err(tokens::transient)?;
    Ok(choices)
}

/// Under which name a list is kept: its source, and whose it is where it depends on another choice.
fn place(source: &str, parent: &str) -> String {
    if parent.is_empty() { source.to_owned() } else { format!("{source}:{parent}") }
}

/// The option of the platform that chooses from this list.
fn field(platform: Platform, source: &str) -> Option<&'static Field> {
    let fields = platform.publishing()?.options.fields;
    fields.iter().find(|field| matches!(field.input, Input::Remote(name) if name == source))
}
