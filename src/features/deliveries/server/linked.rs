//! "It is live: link it" and "Mark as posted": a person says where a post is whose outcome we could not find out, or which
//! they have published themselves. That it is a post of that
//! account is read off the address, and asked where the platform can be asked; what was found, or why nothing could be
//! checked, is told, and the link can be taken back.

use super::machine::{Event, next};
use super::service::{database_time, job_key, too_late};
use super::store::{ByPerson, Link};
use super::{by_hand, parts, store};
use crate::connectors::{Address, Call, Fault, FoundPost, Lookup, Publish, Wire, registry};
use crate::domain::delivery::{DeliveryState, LinkedPost};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::platform::Platform;
use crate::features::connections::server::service as connections;
use crate::infra::database::Tenant;
use crate::infra::http::back;
use crate::infra::queue;
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use std::time::Duration;
use url::Url;

/// The longest that a person waits for the platform.
const PATIENCE: Duration = Duration::from_secs(15);
/// Why a delivery waits for a person, as a probe that cannot tell says it.
const UNKNOWN: &str = "unknown_outcome";

/// Marks the delivery as published. `url` may be empty: then only the person's word counts.
pub async fn confirm_live(who: &Granted, id: DeliveryId, url: &str) -> Result<()> {
    let tenant = &who.tenant;
    let url = readable_address(url)?;
    let place = store::place_of(tenant, id).await?;
    if place.is_handed && matches!(place.state, DeliveryState::ByHand | DeliveryState::Live) {
        return by_hand::mark_posted(who, id, &place, url).await;
    }
    let looked = match &url {
        Some(url) => look(who, id, &place, url).await?,
        None => Looked::Unchecked("no address was given".into()),
    };
    let mut tx = tenant.db.begin().await?;
    let row = store::lock(&mut tx, tenant.company, id).await?;
    let to = next(row.state, Event::ConfirmLive).map_err(|_| too_late(&row, "marked as published"))?;
    let now = database_time(&mut tx).await?;
    let (found, what) = match looked {
        Looked::Found(post) => {
            let what = in_words(&post, &store::zone_of(tenant).await?);
            (Some(post), format!("Found on {}: {what}", place.platform.name()))
        }
        Looked::Unchecked(why) => (None, format!("The address is not checked: {why}.")),
    };
    let at = found.as_ref().and_then(|post| post.at).or(row.armed_at).unwrap_or(now);
    let link =
        Link { url: url.map(|url| there(&who.app, place.platform, &url)), remote: found.map(|post| post.id), at };
    let change = ByPerson { link: Some(link), same_content: true, ..Default::default() };
    let note = format!("Somebody checked: it is published. {what}");
    store::move_by_person(&mut tx, tenant.company, &row, to, &change, &note).await?;
    queue::cancel(&mut tx, &job_key(id)).await?;
    parts::resume_followers(&mut tx, tenant.company, id, now).await?;
    Ok(tx.commit().await?)
}

/// Takes a person's link back: the question is open again. Not once what follows the post has begun to go out.
pub async fn unlink(tenant: &Tenant, id: DeliveryId) -> Result<()> {
    let place = store::place_of(tenant, id).await?;
    let mut tx = tenant.db.begin().await?;
    let row = store::lock(&mut tx, tenant.company, id).await?;
    let undo = if row.is_handed { Event::Unmark } else { Event::Unlink };
    if row.is_removed {
        return Err(AppError::conflict("This post was deleted at the platform, so the link cannot be undone."));
    }
    let open = next(row.state, undo).ok().filter(|_| row.is_linked);
    let to = open.ok_or_else(|| AppError::conflict("Nobody linked this post by hand, so there is nothing to undo."))?;
    if parts::have_begun(&mut tx, tenant.company, id).await? {
        return Err(AppError::conflict(
            "What follows this post is already on its way, so the link cannot be undone. Look at it on the post's page.",
        ));
    }
    let name = place.platform.name();
    let (fault, note) = if row.is_handed {
        ((by_hand::KIND, by_hand::words(place.platform)), "Somebody took back that it is posted.")
    } else {
        let why = format!("We cannot tell whether this is on {name}. Check there, then tell us.");
        ((UNKNOWN, why), "The link was undone.")
    };
    let change = ByPerson { unlink: true, same_content: true, fault: Some(fault), ..Default::default() };
    store::move_by_person(&mut tx, tenant.company, &row, to, &change, note).await?;
    Ok(tx.commit().await?)
}

/// What a person has linked; `None`: nothing, or not any more.
pub async fn linked_post(tenant: &Tenant, id: DeliveryId) -> Result<Option<LinkedPost>> {
    if !store::exists(tenant, id).await? {
        return Err(AppError::not_found("delivery"));
    }
    store::linked_post(tenant, id).await
}

/// Where the browser goes: to where the form stood, else to the post; `linked`: with what was found.
pub async fn next_page(who: &Granted, id: DeliveryId, back: &str, linked: bool) -> Result<String> {
    let say = if linked { format!("linked={id}") } else { String::new() };
    let rooms = ["posts", "needs"];
    if let Some(page) = back::page(back, &rooms, &say) {
        return Ok(page);
    }
    let post = store::place_of(&who.tenant, id).await?.post;
    Ok(back::page(&format!("/posts/{post}"), &rooms, &say).unwrap_or_else(|| "/needs".into()))
}

enum Looked {
    Found(FoundPost),
    /// Why not, as the end of a sentence.
    Unchecked(String),
}

/// Looks at the address. An error says what is wrong with it.
async fn look(who: &Granted, id: DeliveryId, place: &store::Place, url: &str) -> Result<Looked> {
    let name = place.platform.name();
    let wrong = |message: String| AppError::invalid("url", message);
    next(place.state, Event::ConfirmLive).map_err(|_| AppError::conflict("Somebody has answered this already."))?;
    let Some(publish) = registry::find(place.platform).and_then(|connector| connector.publish) else {
        return Ok(Looked::Unchecked(format!("this server cannot ask {name}")));
    };
    let account = match publish.address(url) {
        Address::NoPost(form) => {
            return Err(wrong(format!("This is not the address of a post on {name}. It looks like {form}")));
        }
        Address::Post { account } => account,
    };
    let handle = place.handle.as_str();
    let not_ours = || wrong(format!("This post is not from {handle}. Paste the address of its post."));
    // What the address says itself counts in any case.
    let is_another = account.is_some_and(|account| !is_named(&account, place));
    if place.is_comment {
        return if is_another {
            Err(not_ours())
        } else {
            Ok(Looked::Unchecked(format!("{name} cannot be asked for a comment")))
        };
    }
    match ask(who, publish, place, url).await {
        Ok(Lookup::Found(post)) => {
            if store::is_anothers(&who.tenant, id, place.connection, &post.id).await? {
                return Err(wrong("This is another post of yours, which is linked already.".into()));
            }
            Ok(Looked::Found(post))
        }
        Ok(Lookup::Missing) => Err(wrong(format!("There is no such post on {name}. Check the address."))),
        Ok(Lookup::NotOurs) => Err(not_ours()),
        _ if is_another => Err(not_ours()),
        Ok(Lookup::Unavailable(why)) => Ok(Looked::Unchecked(why.into())),
        Err(Fault::Transient { .. } | Fault::RateLimited { .. } | Fault::UnknownOutcome { .. }) => {
            Ok(Looked::Unchecked(format!("{name} does not answer right now")))
        }
        Err(_) => Ok(Looked::Unchecked(format!("the account cannot be used at {name} right now"))),
    }
}

/// Whether an address names this account: by its handle or its id.
fn is_named(account: &str, place: &store::Place) -> bool {
    account.eq_ignore_ascii_case(place.handle.trim_start_matches('@')) || account == place.account
}

async fn ask(who: &Granted, publish: &dyn Publish, place: &store::Place, url: &str) -> Result<Lookup, Fault> {
    let auth = connections::call_context(&who.app, who.company, place.connection).await?;
    let wire = Wire::new(who.app.outbound.clone());
    let call = Call {
        wire: &wire,
        keys: &auth.keys,
        grant: &auth.grant,
        account: &auth.remote_id,
        handle: &auth.handle,
        facts: &auth.facts,
    };
    let answer = tokio::time::timeout(PATIENCE, publish.look_up(&call, url)).await;
    answer.unwrap_or_else(|_| Err(Fault::transient("no answer")))
}

/// "“First words…”, Sat 28 Nov, 12:03."
fn in_words(post: &FoundPost, zone: &chrono_tz::Tz) -> String {
    let at = post.at.map(|at| format!(", {}", zone::local(*zone, at).short())).unwrap_or_default();
    match first_words(&post.text) {
        words if words.is_empty() => format!("a post without text{at}."),
        words => format!("“{words}”{at}."),
    }
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
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                // `https://x.com@elsewhere/` leads elsewhere.
                && (url.username(), url.password()) == ("", None)
                && text.len() <= 2000 =>
        {
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
        for bad in
            ["javascript:alert(1)", "x.com/a", "data:text/html,hi", "https://", "https://x.com@b/", "https://:a@b/"]
        {
            assert!(readable_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_history_gets_the_first_words() {
        assert_eq!(first_words("Beans"), "Beans");
        assert_eq!(first_words("Beans\nand more"), "Beans…");
        assert_eq!(first_words(&"ä".repeat(90)).chars().count(), 81);
    }

    #[test]
    fn what_was_found_is_told_with_its_time() {
        let at = "2026-11-28T12:03:00Z".parse().ok();
        let post = |text: &str, at| FoundPost { id: "1".into(), text: text.into(), at };
        let zone = &chrono_tz::Europe::Berlin;
        assert!(in_words(&post("Beans\nand more", at), zone).starts_with("“Beans…”, Sat 28 Nov"));
        assert!(in_words(&post("Beans", at), zone).ends_with(", 13:03."));
        assert_eq!(in_words(&post("", None), zone), "a post without text.");
    }
}
