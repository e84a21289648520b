//! What the composer opens with.

use super::{PAGE, unsaved};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, PostId};
use crate::domain::moment::LocalTime;
use crate::domain::post::{Plan, SavePost, words_of};
use crate::features::brand_voice::server::house;
use crate::features::captions::server::service as captions;
use crate::features::media::act::MOST;
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::posts::model::PostDetail;
use crate::features::posts::server::service as posts;
use crate::features::studio::model::{Question, StudioData};
use crate::infra::http::flash;
use crate::infra::session::Granted;
use crate::infra::zone;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

/// An empty composer, or one with a post; `at` goes before the post's own time.
/// `ask`: what to know before the post is published now. `add`: files of the library that it is to show as well.
pub async fn open(
    who: &Granted,
    post: Option<&str>,
    at: Option<&str>,
    ask: bool,
    add: Option<&str>,
) -> Result<StudioData> {
    let post = match post.filter(|p| !p.is_empty()) {
        Some(id) => Some(find(who, id).await?),
        None => None,
    };
    let also: Vec<_> = post.iter().flat_map(|p| &p.targets).map(|t| t.connection).collect();
    let accounts = posts::accounts(who, &also).await?;
    let zone = posts::zone_name(who).await?;
    let chosen = at.and_then(|at| at.parse().ok()).or(post.as_ref().and_then(|p| p.due).map(|due| due.local));
    let at = chosen.unwrap_or_else(|| suggestion(&zone, Utc::now()));
    let time = posts::check_time(who, Some(at)).await?;
    let question = match &post {
        Some(post) if ask => question(who, post).await?,
        _ => None,
    };
    let refused_file = flash::take(&who.app, PAGE).and_then(|name| BASE64_URL_SAFE_NO_PAD.decode(name).ok());
    let refused_file = refused_file.and_then(|name| String::from_utf8(name).ok());
    let key = PostId::new();
    let added = added(who, post.as_ref(), add.unwrap_or_default()).await?;
    let writer = captions::writer(who).await?;
    let house = house::all(&who.tenant).await?;
    let suggested = chosen.is_none();
    let unsaved = unsaved::last(who, post.as_ref(), zone::of(&zone)).await?;
    Ok(StudioData {
        key,
        post,
        added,
        accounts,
        at,
        suggested,
        time,
        zone,
        question,
        writer,
        refused_file,
        house,
        unsaved,
    })
}

/// Those of the named files that are there and that the post does not show already, in this order.
async fn added(who: &Granted, post: Option<&PostDetail>, named: &str) -> Result<Vec<AssetCard>> {
    let has = |id: &AssetId| post.is_some_and(|post| post.content.media.iter().any(|card| card.facts.asset == *id));
    let mut ids: Vec<AssetId> = vec![];
    for id in named.split('.').take(MOST).filter_map(|id| id.parse().ok()) {
        if !ids.contains(&id) && !has(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut cards = media::known(who, &ids).await?;
    cards.sort_by_key(|card| ids.iter().position(|id| *id == card.facts.asset));
    Ok(cards)
}

/// The guards are asked anew: what they said when it was saved may be over.
async fn question(who: &Granted, post: &PostDetail) -> Result<Option<Question>> {
    let input = SavePost {
        id: Some(post.id),
        version: Some(post.version),
        content: post.content.clone().with_media(post.content.media.iter().map(|a| a.facts.asset).collect()),
        alts: vec![],
        targets: post.targets.clone(),
        plan: Plan::Now,
    };
    let notes = words_of(posts::guard(who, input).await?);
    let planned = post.due.filter(|_| post.state == DeliveryState::Queued).map(|due| due.local);
    Ok((post.editable && !notes.is_empty()).then_some(Question { notes, planned }))
}

async fn find(who: &Granted, id: &str) -> Result<PostDetail> {
    let gone = || AppError::not_found("post");
    let id: PostId = id.parse().map_err(|_| gone())?;
    let post = posts::detail(who, id).await?;
    if post.deleted { Err(gone()) } else { Ok(post) }
}

/// A time to begin with: the next full hour that is at least an hour away.
fn suggestion(zone_name: &str, now: DateTime<Utc>) -> LocalTime {
    let later = zone::local(zone::of(zone_name), now + TimeDelta::minutes(119));
    LocalTime { minute: 0, ..later }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_suggestion_is_a_full_hour_ahead() {
        let at = |s: &str| suggestion("Europe/Lisbon", s.parse().unwrap()).clock();
        assert_eq!(at("2026-11-20T09:00:00Z"), "10:00");
        assert_eq!(at("2026-11-20T09:12:00Z"), "11:00");
        assert_eq!(at("2026-11-20T22:30:00Z"), "00:00");
    }
}
