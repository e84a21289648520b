//! "It is live: link it": a person says where a post is whose outcome we could not find out. That it is a post of that
//! account is read off the address, and asked where the platform can be asked; what could not be checked is said.

use super::machine::{Event, next};
use super::service::{database_time, job_key, too_late};
use super::{parts, store};
use crate::connectors::{Address, Call, Fault, Publish, Sighting, Wire, registry};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::platform::Platform;
use crate::features::connections::server::service as connections;
use crate::features::deliveries::server::store::ByPerson;
use crate::infra::queue;
use crate::infra::session::Granted;
use crate::infra::state::App;
use std::time::Duration;
use url::Url;

/// The longest that a person waits for the platform.
const PATIENCE: Duration = Duration::from_secs(15);

/// `url` may be empty: then only the person's word counts.
pub async fn confirm_live(who: &Granted, id: DeliveryId, url: &str) -> Result<()> {
    let tenant = &who.tenant;
    let url = readable_address(url)?;
    let (platform, is_comment) = store::place_of(tenant, id).await?;
    let found = match &url {
        Some(url) => look(who, id, (platform, is_comment), url).await?,
        None => String::new(),
    };
    let mut tx = tenant.db.begin().await?;
    let row = store::lock(&mut tx, tenant.company, id).await?;
    let to = next(row.state, Event::ConfirmLive).map_err(|_| too_late(&row, "marked as published"))?;
    let now = database_time(&mut tx).await?;
    let at = row.armed_at.unwrap_or(now);
    let change = ByPerson {
        live: Some((url.map(|url| there(&who.app, platform, &url)), at)),
        same_content: true,
        ..Default::default()
    };
    let note = format!("Somebody looked: it is published.{found}");
    store::move_by_person(&mut tx, tenant.company, &row, to, &change, &note).await?;
    queue::cancel(&mut tx, &job_key(id)).await?;
    parts::resume_followers(&mut tx, tenant.company, id, now).await?;
    Ok(tx.commit().await?)
}

/// Looks at the address; what was found, for the history. An error says what is wrong with it.
async fn look(who: &Granted, id: DeliveryId, (platform, is_comment): (Platform, bool), url: &str) -> Result<String> {
    let mut db = who.tenant.db.acquire().await?;
    let row = store::lock(&mut db, who.company, id).await?;
    drop(db);
    next(row.state, Event::ConfirmLive).map_err(|_| too_late(&row, "marked as published"))?;
    let name = platform.name();
    let wrong = |message: String| AppError::invalid("url", message);
    let Some(publish) = registry::find(platform).and_then(|connector| connector.publish) else {
        return Ok(String::new());
    };
    let account = match publish.address(url) {
        Address::NoPost(form) => {
            return Err(wrong(format!("This is not the address of a post on {name}. It looks like {form}")));
        }
        Address::Post { account } => account,
    };
    if is_comment {
        return Ok(format!(" We could not check the address: {name} cannot be asked for a comment."));
    }
    let anothers = |handle: &str| wrong(format!("This post is not from {handle}. Paste the address of its post."));
    let called = connections::call_context(&who.app, who.company, row.connection).await;
    let (handle, seen) = match called {
        Ok(auth) => {
            let wire = Wire::new(who.app.outbound.clone());
            let call = Call {
                wire: &wire,
                keys: &auth.keys,
                grant: &auth.grant,
                account: &auth.remote_id,
                handle: &auth.handle,
                facts: &auth.facts,
            };
            (auth.handle.clone(), sight(publish, &call, url).await)
        }
        Err(fault) => (String::new(), Err(fault)),
    };
    let named = |account: &str| account.eq_ignore_ascii_case(handle.trim_start_matches('@'));
    match seen {
        Ok(Sighting::Ours { id: remote, text }) => {
            if store::is_anothers(&who.tenant, id, row.connection, &remote).await? {
                return Err(wrong("This is another post of yours, which is linked already.".into()));
            }
            Ok(format!(" Found at {name}: “{}”", first_words(&text)))
        }
        Ok(Sighting::NotThere) => Err(wrong(format!("There is no such post on {name}. Check the address."))),
        Ok(Sighting::Anothers) => Err(anothers(&handle)),
        Err(Fault::Transient { .. } | Fault::RateLimited { .. } | Fault::UnknownOutcome { .. }) => {
            Err(AppError::unavailable(format!("{name} does not answer right now. Try again in a minute.")))
        }
        // What the address says itself can still be held against the account.
        Ok(Sighting::Unasked(_)) if account.as_deref().is_some_and(|a| !named(a)) => Err(anothers(&handle)),
        Ok(Sighting::Unasked(why)) => Ok(format!(" We could not check the address: {why}.")),
        Err(_) => Ok(format!(" We could not check the address: the account cannot be used at {name} right now.")),
    }
}

async fn sight(publish: &dyn Publish, call: &Call<'_>, url: &str) -> Result<Sighting, Fault> {
    let seen = tokio::time::timeout(PATIENCE, publish.sight(call, url)).await;
    seen.unwrap_or_else(|_| Err(Fault::transient("no answer")))
}

/// Where it can be seen: the stand-in's page while the sandbox is on.
fn there(app: &App, platform: Platform, url: &str) -> String {
    let resolved = if app.settings.sandbox { app.outbound.resolve(platform, url).ok() } else { None };
    resolved.map_or_else(|| url.to_owned(), String::from)
}

/// The first line of a text, at most so long that it fits into a history.
fn first_words(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.len() < text.trim_end().len() { format!("{}…", cut.trim_end()) } else { cut }
}

/// An address that a browser may be sent to, or nothing.
fn readable_address(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && text.len() <= 2000 => {
            Ok(Some(url.into()))
        }
        _ => Err(AppError::invalid("url", "Paste the post's address, beginning with https://, or leave it empty.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_linked() {
        assert_eq!(readable_address("  ").unwrap(), None);
        assert_eq!(
            readable_address(" https://x.com/a/status/1 ").unwrap().as_deref(),
            Some("https://x.com/a/status/1")
        );
        for bad in ["javascript:alert(1)", "x.com/a", "data:text/html,hi", "https://"] {
            assert!(readable_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_history_gets_the_first_words() {
        assert_eq!(first_words("Beans"), "Beans");
        assert_eq!(first_words("Beans\nand more"), "Beans…");
        assert_eq!(first_words(&"ä".repeat(90)).chars().count(), 81);
    }
}
