//! The rules of links: what may be shortened, what a code is, what the page shows.

use super::store::{self, From, Made, Row};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::LinkId;
use crate::domain::moment::When;
use crate::domain::page::{PAGE_SIZE, Part};
use crate::domain::permission::Permission;
use crate::features::identity::companies::server::service as companies;
use crate::features::links::model::{
    LinkAct, LinkCard, LinkDefaults, LinkList, LinkQuery, MAX_CAMPAIGN, MAX_MEDIUM, MAX_NAME, MAX_TARGET, MOST,
};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono_tz::Tz;
use futures::future::BoxFuture;
use rand::Rng;
use sqlx::PgPool;
use url::Url;

/// Letters and digits but for those that are mistaken for each other (0 O, 1 l I).
const ALPHABET: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// 57^7 are two million millions: nobody finds another company's link by trying.
const LENGTH: usize = 7;
/// Codes that are tried before we give up; the second is needed once in a lifetime.
const TRIES: u32 = 5;
/// Longest words that are searched for, in characters; more are left out.
const MAX_SEARCH: usize = 100;

fn new_code() -> String {
    let mut random = rand::rng();
    (0..LENGTH).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}

/// Whether it could be a code: what is none is not looked up.
pub fn is_code(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

fn address(base: &Url, code: &str) -> String {
    format!("{}/s/{code}", base.as_str().trim_end_matches('/'))
}

/// The address as it is kept: of the web, with a host, without a password in it, and no short link itself.
fn target(base: &Url, typed: &str) -> Result<String> {
    let refused = |message: &str| Err(AppError::invalid("target", message));
    let typed = typed.trim();
    if typed.is_empty() {
        return refused("Enter the address that the link leads to.");
    }
    let Ok(url) = Url::parse(typed) else {
        return refused("This is no web address. It begins with https://.");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refused("Only addresses that begin with https:// or http:// can be shortened.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("The address has a name or a password in it, which everybody would see. Take it out.");
    }
    if url.origin() == base.origin() && url.path().starts_with("/s/") {
        return refused("This is a short link already.");
    }
    if url.as_str().len() > MAX_TARGET {
        return refused(&format!("The address is too long: at most {MAX_TARGET} characters."));
    }
    Ok(url.into())
}

fn line(typed: &str, field: &str, what: &str, most: usize) -> Result<String> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let length = line.chars().count();
    if length > most {
        let message = format!("{what} is too long: {length} characters, at most {most}.");
        return Err(AppError::problems(vec![Problem::error(field, message)]));
    }
    Ok(line)
}

/// The short address that leads to `typed`: the one that is there already, unless it is to have a name.
pub async fn shorten(who: &Granted, typed: &str, name: &str) -> Result<String> {
    let base = &who.app.settings.public_url;
    let target = target(base, typed)?;
    let name = line(name, "name", "The name", MAX_NAME)?;
    if name.is_empty()
        && let Some(code) = store::of_target(&who.tenant, &target).await?
    {
        return Ok(address(base, &code));
    }
    for _ in 0..TRIES {
        let code = new_code();
        match store::insert(&who.tenant, &code, &target, &name, who.user).await? {
            Made::Yes => return Ok(address(base, &code)),
            Made::Taken => {}
            Made::TooMany => {
                let message = format!("There are {MOST} short links already. Delete some that you do not need.");
                return Err(AppError::invalid("target", message));
            }
        }
    }
    Err(AppError::unavailable("No short address was free. Please try again."))
}

/// Another target or name for a link that is out: whoever follows it from now on gets there.
pub async fn change(who: &Granted, id: LinkId, typed: &str, name: &str) -> Result<()> {
    let target = target(&who.app.settings.public_url, typed)?;
    let name = line(name, "name", "The name", MAX_NAME)?;
    store::update(&who.tenant, id, &target, &name, who.user).await
}

pub async fn act(who: &Granted, act: LinkAct, id: LinkId) -> Result<()> {
    let (tenant, by) = (&who.tenant, who.user);
    match act {
        LinkAct::Stop => store::stop(tenant, id, true, by).await,
        LinkAct::Start => store::stop(tenant, id, false, by).await,
        LinkAct::Delete => store::delete(tenant, id, true, by).await,
        LinkAct::Restore => store::delete(tenant, id, false, by).await,
    }
}

/// A part of the links, the newest first. A place beyond the list leads to its beginning.
pub async fn list(who: &Granted, query: &LinkQuery) -> Result<LinkList> {
    let tenant = &who.tenant;
    let search = query.search.chars().take(MAX_SEARCH).collect();
    let query = &LinkQuery { search, ..query.clone() };
    let mut from = match (query.older, query.newer) {
        (Some(at), _) => From::Older(at),
        (None, Some(at)) => From::Newer(at),
        (None, None) => From::Start,
    };
    let size = PAGE_SIZE as usize;
    let mut rows = store::rows(tenant, query, from).await?;
    let short_of_newer = matches!(from, From::Newer(_)) && rows.len() <= size;
    if short_of_newer || (rows.is_empty() && matches!(from, From::Older(_))) {
        from = From::Start;
        rows = store::rows(tenant, query, from).await?;
    }
    let more = rows.len() > size;
    rows.truncate(size);
    let (newer, older) = match from {
        From::Start => (false, more),
        From::Older(_) => (true, more),
        From::Newer(_) => {
            rows.reverse();
            (more, true)
        }
    };
    let zone = companies::zone(tenant).await?;
    let base = &who.app.settings.public_url;
    let edited = match query.edit {
        Some(id) => {
            let row = store::cards(tenant, &[id]).await?.pop().ok_or_else(|| AppError::not_found("link"))?;
            Some(card(base, zone, row))
        }
        None => None,
    };
    Ok(LinkList {
        part: Part {
            newer: rows.first().filter(|_| newer).map(Row::cursor),
            older: rows.last().filter(|_| older).map(Row::cursor),
            items: rows.into_iter().map(|row| card(base, zone, row)).collect(),
            total: None,
            looked_at: None,
        },
        edited,
        defaults: defaults(tenant).await?,
        may_edit: who.role.may(Permission::Publish),
        zone: zone.name().to_owned(),
    })
}

fn card(base: &Url, zone: Tz, row: Row) -> LinkCard {
    LinkCard {
        id: row.id,
        address: address(base, &row.code),
        target: row.target,
        name: row.name,
        created: When { at: row.created_at.into(), local: zone::local(zone, row.created_at) },
        by: row.by,
        stopped: row.stopped,
        clicks: row.clicks,
        week: row.week,
        bots: row.bots,
    }
}

pub async fn defaults(tenant: &Tenant) -> Result<LinkDefaults> {
    Ok(store::defaults(tenant).await?.unwrap_or_default())
}

pub async fn save_defaults(tenant: &Tenant, medium: &str, campaign: &str) -> Result<()> {
    let medium = line(medium, "medium", "The medium", MAX_MEDIUM)?;
    let campaign = line(campaign, "campaign", "The campaign", MAX_CAMPAIGN)?;
    store::save_defaults(tenant, &medium, &campaign).await
}

/// For the weekly clean-up: what was deleted a month ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    Box::pin(store::remove_deleted(db))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_codes_and_differ() {
        let codes: BTreeSet<_> = (0..1_000).map(|_| new_code()).collect();
        assert_eq!(codes.len(), 1_000);
        assert!(codes.iter().all(|code| is_code(code)));
        for none in ["", "abcdef", "abcdefgh", "abcdef0", "abcdefl", "abcde/f", "äbcdef"] {
            assert!(!is_code(none), "{none}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_are_shortened() {
        let base = Url::parse("https://lux.example/").expect("an address");
        assert_eq!(target(&base, " https://Shop.example/a?b#c ").as_deref(), Ok("https://shop.example/a?b#c"));
        assert_eq!(target(&base, "http://shop.example").as_deref(), Ok("http://shop.example/"));
        assert!(target(&base, "https://lux.example/posts").is_ok());
        let long = format!("https://shop.example/{}", "x".repeat(MAX_TARGET));
        for wrong in [
            "",
            "shop.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@shop.example",
            "//shop.example",
            "https://",
            "https://user:secret@shop.example/",
            "https://user@shop.example/",
            "https://lux.example/s/abcdefg",
            "https://lux.example:443/s/abcdefg",
            &long,
        ] {
            assert!(target(&base, wrong).is_err(), "{wrong}");
        }
        let broken = target(&base, "https://shop.example/a\r\nSet-Cookie:x").expect("the line break goes");
        assert!(!broken.contains(['\r', '\n']), "{broken}");
    }
}
