//! What an account has at its platform for options to choose from. Kept for an hour, so that opening the composer does not
//! wait for the platform each time; asked anew before a post is sent.

use super::store;
use super::tokens;
use crate::connectors::{Call, Fault, Wire, registry};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::domain::options::{Input, RemoteChoice};
use crate::domain::platform::Platform;
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
pub async fn list(who: &Granted, connection: ConnectionId, source: &str) -> Result<Vec<RemoteChoice>> {
    let platform = store::choices::platform(&who.tenant, connection).await?;
    let platform = platform.and_then(|id| id.parse().ok()).ok_or_else(|| AppError::not_found("account"))?;
    if !has_source(platform, source) {
        return Err(AppError::not_found("list"));
    }
    let kept = store::choices::find(&who.tenant, connection, source).await?;
    if let Some((choices, age)) = &kept
        && *age < FRESH
    {
        return Ok(choices.clone());
    }
    match fetch(&who.app, who.company, connection, source).await {
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
) -> std::result::Result<Vec<RemoteChoice>, Fault> {
    let auth = tokens::call_context(app, company, connection).await?;
    let capability =
        registry::find(auth.platform).and_then(|c| c.choices).filter(|_| has_source(auth.platform, source));
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
    let asked = tokio::time::timeout(WITHIN, capability.choices(&call, source)).await;
    let mut choices = asked.unwrap_or_else(|_| Err(Fault::transient("no answer within ten seconds")))?;
    let fits = |text: &str| text.len() <= MAX_LENGTH && !text.contains('\0');
    choices.retain(|c| !c.id.is_empty() && fits(&c.id) && fits(&c.label));
    choices.truncate(MOST);
    store::choices::keep(&app.tenant(company), connection, source, &choices).await.map_err(tokens::transient)?;
    Ok(choices)
}

/// Whether the platform's schema has an option that chooses from this list.
fn has_source(platform: Platform, source: &str) -> bool {
    let fields = platform.publishing().map_or(&[][..], |publishing| publishing.options.fields);
    fields.iter().any(|field| matches!(field.input, Input::Remote(name) if name == source))
}
