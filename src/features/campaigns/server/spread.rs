//! Posts over days: when each account posts, between the first and the last day of a campaign, at hours that suit the company, evenly,
//! and never at a time that its clock does not show or shows twice.

use crate::domain::moment::{Day, LocalTime};
use crate::features::campaigns::model::MAX_POSTS;
use crate::infra::zone::{self, Resolved};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// One account: how many posts a week suit it, and when it posts anyway.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    pub per_week: u32,
    pub taken: Vec<DateTime<Utc>>,
}

/// Two posts of one account are at least so far apart.
const APART: TimeDelta = TimeDelta::minutes(60);

/// When which lane (by its number) posts, in the order of time. Nothing comes before `not_before`; of one lane there is at most one post
/// a day, and [`MAX_POSTS`] of all together.
pub fn spread(
    zone: Tz,
    (from, to): (Day, Day),
    not_before: DateTime<Utc>,
    lanes: &[Lane],
    hours: &[u8],
) -> Vec<(usize, LocalTime)> {
    // Days that are over take no part.
    let from = from.max(zone::today(zone, not_before));
    let days = to.number() - from.number() + 1;
    if days < 1 || lanes.is_empty() || hours.is_empty() {
        return vec![];
    }
    let mut counts: Vec<i64> = lanes.iter().map(|lane| count(days, i64::from(lane.per_week))).collect();
    while counts.iter().sum::<i64>() > MAX_POSTS as i64 {
        let Some(most) = (0..counts.len()).max_by_key(|at| counts[*at]) else { break };
        counts[most] -= 1;
    }
    let all = lanes.len() as i64;
    let mut found = vec![];
    for (number, (lane, count)) in lanes.iter().zip(counts).enumerate() {
        // Each lane begins a little later than the one before, so that not all accounts post on the same days.
        let place = |n: i64| ((n * 2 * all + 2 * number as i64 + 1) * days) / (count * 2 * all);
        for n in 0..count {
            let end = if n + 1 < count { place(n + 1) } else { days };
            let free = (place(n)..end).find_map(|day| {
                let day = from.plus(day);
                let turned = (0..hours.len()).map(|at| hours[(at + n as usize + number) % hours.len()]);
                turned.map(|hour| LocalTime { day, hour, minute: 0 }).find(|time| suits(zone, *time, not_before, lane))
            });
            found.extend(free.map(|time| (number, time)));
        }
    }
    found.sort_by_key(|(lane, time)| (*time, *lane));
    found
}

/// So many a week over so many days: at least one, at most one a day.
fn count(days: i64, per_week: i64) -> i64 {
    ((days * per_week.max(1) * 2 + 7) / 14).clamp(1, days)
}

fn suits(zone: Tz, time: LocalTime, not_before: DateTime<Utc>, lane: &Lane) -> bool {
    match zone::resolve(zone, time) {
        Resolved::One(at) => at >= not_before && lane.taken.iter().all(|other| (*other - at).abs() >= APART),
        Resolved::Twice { .. } | Resolved::Never { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn two_accounts_take_turns_over_a_week() {
        let lanes = [Lane { per_week: 2, ..Lane::default() }, Lane { per_week: 1, ..Lane::default() }];
        let from: DateTime<Utc> = "2026-11-30T00:00:00Z".parse().unwrap();
        let found = spread(Tz::UTC, (day("2026-11-30"), day("2026-12-06")), from, &lanes, &[9, 17]);
        let found: Vec<_> = found.into_iter().map(|(lane, at)| (lane, at.to_string())).collect();
        let expected = [(0, "2026-11-30T09:00"), (0, "2026-12-04T17:00"), (1, "2026-12-05T17:00")];
        assert_eq!(found, expected.map(|(lane, at)| (lane, at.to_owned())));
    }

    #[test]
    fn what_is_taken_or_over_is_passed_by() {
        let taken = vec!["2026-11-30T09:30:00Z".parse().unwrap()];
        let lanes = [Lane { per_week: 7, taken }];
        let now: DateTime<Utc> = "2026-11-30T08:00:00Z".parse().unwrap();
        let days = (day("2026-11-20"), day("2026-12-01"));
        let found = spread(Tz::UTC, days, now, &lanes, &[9]);
        assert_eq!(found.iter().map(|(_, at)| at.to_string()).collect::<Vec<_>>(), ["2026-12-01T09:00"]);
        assert!(spread(Tz::UTC, (day("2026-11-01"), day("2026-11-02")), now, &lanes, &[9]).is_empty());
    }
}
