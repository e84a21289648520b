//! Pages behind links for the previews of posts: the server reads title, description and picture as the connectors do when they
//! publish (`connectors::link_page`). Pages are allowed to show pictures of this server only, so the picture comes from here, too.
//! What was read is kept for some minutes, for each company apart, in the memory of this process.

use crate::connectors::link_page::{self, LinkPage};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, UserId};
use crate::domain::page_company::prefix;
use crate::domain::permission::Permission;
use crate::features::posts::model::PageLook;
use crate::infra::http::throttle;
use crate::infra::session::{Granted, Who};
use crate::infra::state::App;
use axum::Router;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use url::form_urlencoded::Serializer;

/// Longest address, in bytes; what the finder of links takes.
const LONGEST: usize = 4_096;
/// How long a page that was read counts, and one that could not be read.
const KEPT: Duration = Duration::from_secs(10 * 60);
const KEPT_UNREAD: Duration = Duration::from_secs(60);
/// What is kept at a time, of all companies: pages, and bytes of their pictures.
const MOST_PAGES: usize = 500;
const MOST_BYTES: usize = 16 << 20;
/// The longest side that a preview shows, for screens with two pixels in one.
const SIDE: u32 = 800;

/// So many pages and pictures are fetched at once; so many for one person, whose pages may be slow; and how long one waits for a place.
static VISITS: Semaphore = Semaphore::const_new(8);
const OF_ONE: usize = 3;
const PATIENCE: Duration = Duration::from_secs(5);
static PEOPLE: LazyLock<Mutex<HashMap<UserId, Arc<Semaphore>>>> = LazyLock::new(Mutex::default);
static PAGES: LazyLock<Mutex<HashMap<(CompanyId, String), Kept>>> = LazyLock::new(Mutex::default);

/// What is known of one page.
struct Kept {
    at: Instant,
    /// Or why it could not be read.
    page: std::result::Result<LinkPage, String>,
    /// Once it was asked for: the picture, if there is one to be had.
    picture: Option<Option<Bytes>>,
}

impl Kept {
    fn counts(&self) -> bool {
        self.at.elapsed() < if self.page.is_ok() { KEPT } else { KEPT_UNREAD }
    }

    fn bytes(&self) -> usize {
        self.picture.iter().flatten().map(Bytes::len).sum()
    }
}

pub fn routes() -> Router<App> {
    Router::new().route("/link-picture", get(show))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    link: String,
}

/// `GET /link-picture?link`: the picture of a page, for who writes or reads a post with that link.
async fn show(who: Who, Query(asked): Query<Asked>) -> std::result::Result<Response, AppError> {
    let who = who.require(Permission::View)?;
    let bytes = picture(&who, &asked.link).await?;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=600")];
    Ok((headers, bytes).into_response())
}

/// What the page behind a link says of itself.
pub async fn look(who: &Granted, link: &str) -> Result<PageLook> {
    let link = bounded(link)?;
    let LinkPage { title, description, picture } = match page(who, link).await? {
        Ok(page) => page,
        Err(why) => return Ok(PageLook { unread: Some(words(&why)), ..PageLook::default() }),
    };
    let address = || {
        let query = Serializer::new(String::new()).append_pair("link", link).finish();
        format!("{}/link-picture?{query}", prefix(who.tenant.company))
    };
    Ok(PageLook { title, description, picture: picture.map(|_| address()), unread: None })
}

/// Its picture as a JPEG.
pub async fn picture(who: &Granted, link: &str) -> Result<Bytes> {
    let link = bounded(link)?;
    let none = || AppError::not_found("picture");
    let address = page(who, link).await?.ok().and_then(|page| page.picture).ok_or_else(none)?;
    let key = (who.tenant.company, link.to_owned());
    if let Some(known) = with(|pages| pages.get(&key).and_then(|kept| kept.picture.clone())) {
        return known.ok_or_else(none);
    }
    let _place = begin(who).await?;
    let found = link_page::picture_within(who.app.outbound.reach(), &address, SIDE).await;
    with(|pages| {
        if let Some(kept) = pages.get_mut(&key) {
            kept.picture = Some(found.clone());
        }
        make_room(pages);
    });
    found.ok_or_else(none)
}

fn bounded(link: &str) -> Result<&str> {
    let link = link.trim();
    if link.is_empty() || link.len() > LONGEST {
        return Err(AppError::invalid("link", "Write a whole link, such as https://example.com/page."));
    }
    Ok(link)
}

/// The page, as it was kept or as it is now; the inner error says why it cannot be read.
async fn page(who: &Granted, link: &str) -> Result<std::result::Result<LinkPage, String>> {
    let key = (who.tenant.company, link.to_owned());
    let known = with(|pages| pages.get(&key).filter(|kept| kept.counts()).map(|kept| kept.page.clone()));
    if let Some(page) = known {
        return Ok(page);
    }
    let _place = begin(who).await?;
    let page = link_page::look(who.app.outbound.reach(), link).await;
    let kept = Kept { at: Instant::now(), page: page.clone(), picture: None };
    with(|pages| {
        pages.insert(key, kept);
        make_room(pages);
    });
    Ok(page)
}

/// One more visit of this person, once there is a place for it.
async fn begin(who: &Granted) -> Result<(OwnedSemaphorePermit, SemaphorePermit<'static>)> {
    throttle::check(&who.app.throttles.visits, &who.user.to_string(), "links")?;
    let mine = {
        let mut people = PEOPLE.lock().unwrap_or_else(PoisonError::into_inner);
        people.retain(|_, places| Arc::strong_count(places) > 1);
        people.entry(who.user).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE))).clone()
    };
    // One's own place first: whoever looks at slow pages waits without holding what others need.
    let places = async { Some((mine.acquire_owned().await.ok()?, VISITS.acquire().await.ok()?)) };
    let places = tokio::time::timeout(PATIENCE, places).await.ok().flatten();
    places.ok_or_else(|| AppError::unavailable("Other links are being looked at. Try again in a moment."))
}

/// Why a page cannot be read. What is said of the address itself is a sentence already.
fn words(why: &str) -> String {
    if why.ends_with('.') { why.to_owned() } else { format!("The page cannot be read ({why}).") }
}

fn with<T>(act: impl FnOnce(&mut HashMap<(CompanyId, String), Kept>) -> T) -> T {
    act(&mut PAGES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Forgets what no longer counts, and the oldest of what is too much.
fn make_room(pages: &mut HashMap<(CompanyId, String), Kept>) {
    pages.retain(|_, kept| kept.counts());
    let mut bytes: usize = pages.values().map(Kept::bytes).sum();
    while pages.len() > MOST_PAGES || bytes > MOST_BYTES {
        let Some(oldest) = pages.iter().min_by_key(|(_, kept)| kept.at).map(|(key, _)| key.clone()) else { break };
        bytes -= pages.remove(&oldest).map_or(0, |kept| kept.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let company = CompanyId::from_u128(1);
        let mut pages = HashMap::new();
        let now = Instant::now();
        for n in 0..600u64 {
            let picture = Some(Some(Bytes::from(vec![0; 100_000])));
            let kept = Kept { at: now + Duration::from_millis(n), page: Ok(LinkPage::default()), picture };
            pages.insert((company, n.to_string()), kept);
        }
        make_room(&mut pages);
        assert!(pages.values().map(Kept::bytes).sum::<usize>() <= MOST_BYTES);
        assert!(pages.contains_key(&(company, "599".into())) && !pages.contains_key(&(company, "0".into())));
        let unread = Kept { at: now - KEPT_UNREAD, page: Err("the answer has status 404".into()), picture: None };
        assert!(!unread.counts());
        assert_eq!(words("the answer has status 404"), "The page cannot be read (the answer has status 404).");
        assert_eq!(words("This address leads nowhere."), "This address leads nowhere.");
    }
}
