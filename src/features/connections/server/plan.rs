//! When a grant is renewed by itself: by the sweep every six hours, between the sweeps before a planned post needs it,
//! and on use (`tokens::call_context`). Short-lived grants are not kept fresh for nobody: needless rotation is how refresh
//! tokens get lost.

use chrono::{DateTime, TimeDelta, Utc};

/// So long before a planned post its token is looked at, so that a renewal that fails can be tried again in time.
pub const AHEAD: TimeDelta = TimeDelta::minutes(15);
/// So long after its time a post may still need the token: uploads, polling.
pub const MARGIN: TimeDelta = TimeDelta::minutes(10);
/// Hours between sweeps, counted from midnight UTC.
const SWEEP_HOURS: i64 = 6;

/// What the plan depends on.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    pub refreshed_at: DateTime<Utc>,
    pub access_expires_at: Option<DateTime<Utc>>,
    /// Not by itself before then: it failed or the platform asked us to wait.
    pub not_before: Option<DateTime<Utc>>,
    pub next_post: Option<DateTime<Utc>>,
}

/// When an active grant that renews itself is renewed next, if nothing asks for it before. `None`: it has no end.
pub fn next(grant: Grant, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let end = grant.access_expires_at?;
    let life = end - grant.refreshed_at;
    let ripe = (end - (life / 5).max(TimeDelta::hours(12))).max(now);
    // The job between the sweeps takes long-lived grants as soon as they are ripe; short-lived ones wait for a sweep.
    let by_age = if life >= TimeDelta::days(1) { ripe } else { sweep_after(ripe) };
    let for_post = grant.next_post.filter(|due| *due + MARGIN > end).map(|due| (due - AHEAD).max(now));
    let soonest = for_post.map_or(by_age, |at| at.min(by_age));
    Some(grant.not_before.map_or(soonest, |at| at.max(soonest)))
}

fn sweep_after(at: DateTime<Utc>) -> DateTime<Utc> {
    let step = SWEEP_HOURS * 3600;
    let next = at.timestamp().div_euclid(step) * step + if at.timestamp().rem_euclid(step) == 0 { 0 } else { step };
    DateTime::from_timestamp(next, 0).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }
    fn grant(refreshed: &str, end: &str) -> Grant {
        Grant { refreshed_at: at(refreshed), access_expires_at: Some(at(end)), not_before: None, next_post: None }
    }

    #[test]
    fn a_long_lived_grant_is_renewed_at_four_fifths_of_its_life() {
        let sixty_days = grant("2026-11-01T00:00:00Z", "2026-12-31T00:00:00Z");
        let now = at("2026-11-20T10:00:00Z");
        assert_eq!(next(sixty_days, now), Some(at("2026-12-19T00:00:00Z")));
        assert_eq!(next(sixty_days, at("2026-12-20T00:00:00Z")), Some(at("2026-12-20T00:00:00Z")), "it is ripe");
        let late = Grant { not_before: Some(at("2026-12-21T07:00:00Z")), ..sixty_days };
        assert_eq!(next(late, at("2026-12-20T00:00:00Z")), late.not_before);
        assert_eq!(next(Grant { access_expires_at: None, ..sixty_days }, now), None);
    }

    #[test]
    fn a_short_lived_one_waits_for_the_sweep_or_the_next_post() {
        let two_hours = grant("2026-11-20T10:00:00Z", "2026-11-20T12:00:00Z");
        let now = at("2026-11-20T10:01:00Z");
        assert_eq!(next(two_hours, now), Some(at("2026-11-20T12:00:00Z")));
        assert_eq!(next(two_hours, at("2026-11-20T18:00:00Z")), Some(at("2026-11-20T18:00:00Z")));
        let post = |due| Grant { next_post: Some(at(due)), ..two_hours };
        assert_eq!(next(post("2026-11-20T11:55:00Z"), now), Some(at("2026-11-20T11:40:00Z")), "it ends meanwhile");
        assert_eq!(next(post("2026-11-20T11:00:00Z"), now), Some(at("2026-11-20T12:00:00Z")), "it lasts");
        assert_eq!(next(post("2026-11-20T16:00:00Z"), now), Some(at("2026-11-20T12:00:00Z")), "the sweep is sooner");
    }
}
