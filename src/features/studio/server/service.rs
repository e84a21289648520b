//! What the composer opens with.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{PostId, new_id};
use crate::domain::moment::LocalTime;
use crate::features::posts::model::PostDetail;
use crate::features::posts::server::service as posts;
use crate::features::studio::model::{Outlet, StudioData};
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};

/// An empty composer, or one with a post; `at` goes before the post's own time.
pub async fn open(who: &Granted, post: Option<&str>, at: Option<&str>) -> Result<StudioData> {
    let post = match post.filter(|p| !p.is_empty()) {
        Some(id) => Some(find(who, id).await?),
        None => None,
    };
    let also: Vec<_> = post.iter().flat_map(|p| &p.targets).map(|t| t.connection).collect();
    let accounts = posts::offered(who, &also)
        .await?
        .into_iter()
        .map(|o| Outlet { id: o.id, account: o.account, display_name: o.display_name, reason: o.reason })
        .collect();
    let zone = posts::zone_name(who).await?;
    let chosen = at.and_then(|at| at.parse().ok()).or(post.as_ref().and_then(|p| p.due).map(|due| due.local));
    let at = chosen.unwrap_or_else(|| suggestion(&zone, Utc::now()));
    let time = posts::check_time(who, Some(at)).await?;
    Ok(StudioData { key: new_id(), post, accounts, at, suggested: chosen.is_none(), time, zone })
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
