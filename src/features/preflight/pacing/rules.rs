//! The guards themselves, as pure functions over what else goes to the same account.

use crate::domain::ids::PostId;
use crate::domain::moment::LocalTime;
use crate::domain::moment::When;

use crate::domain::pace::{CLASH_MINUTES, Quota, Repeats};
use crate::domain::platform::Platform;
use crate::features::preflight::model::{Cause, Finding};

/// Another post on the same account.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    pub post: PostId,
    pub at: When,
    /// It is out; otherwise it is planned.
    pub live: bool,
}

/// The post that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    pub platform: Platform,
    pub handle: &'a str,
    pub due: When,
}

const MINUTE: i64 = 60_000;

/// What there is too much of within a quota's window, counted with this post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// The quota is used up when this post comes: its number, counted from 1.
    Beyond(usize),
    /// This one fits, but a later one then no longer does: so many in all.
    Pushes(usize),
}

/// Looks at every window that this post is in. `others` in milliseconds, in any order.
pub fn crowd(quota: Quota, due: i64, others: impl IntoIterator<Item = i64>) -> Option<Crowd> {
    let window = quota.minutes * MINUTE;
    let mut times: Vec<i64> = others.into_iter().filter(|at| (at - due).abs() < window).chain([due]).collect();
    times.sort_unstable();
    let until = |end: i64| times.iter().filter(|at| **at <= end && **at > end - window).count();
    let own = until(due);
    if own > quota.posts {
        return Some(Crowd::Beyond(own));
    }
    let most = times.iter().filter(|at| **at >= due).map(|at| until(*at)).max().unwrap_or(own);
    (most > quota.posts).then_some(Crowd::Pushes(most))
}

/// More posts than the platform takes: "This would be the 26th Instagram post within 24 hours".
pub fn quota(planned: Planned<'_>, others: &[Other]) -> Option<Finding> {
    let quota = planned.platform.pace()?.quota?;
    let (name, handle) = (planned.platform.name(), planned.handle);
    let Quota { posts, minutes } = quota;
    let span = if minutes % 60 == 0 { format!("{} hours", minutes / 60) } else { format!("{minutes} minutes") };
    let message = match crowd(quota, planned.due.at.0, others.iter().map(|o| o.at.at.0))? {
        Crowd::Beyond(n) => format!(
            "This would be the {} {name} post within {span} on {handle}; {name} takes {posts}. Choose another time.",
            ordinal(n)
        ),
        Crowd::Pushes(n) => format!(
            "With this one, {n} {name} posts go to {handle} within {span}; {name} takes {posts}. Choose another time."
        ),
    };
    Some(Finding::warning(Cause::Quota, message))
}

/// Another post of the account within some minutes; the nearest one is named.
pub fn clash(planned: Planned<'_>, others: &[Other]) -> Option<Finding> {
    let apart = |o: &Other| (o.at.at.0 - planned.due.at.0).abs();
    let nearest = others.iter().filter(|o| apart(o) < CLASH_MINUTES * MINUTE).min_by_key(|o| (apart(o), o.post))?;
    let goes = if nearest.live { "went" } else { "goes" };
    let minutes = apart(nearest) / MINUTE;
    let distance = match (minutes, nearest.at.at < planned.due.at) {
        (0, _) => "in the same minute as this one".to_owned(),
        (1, true) => "a minute before".to_owned(),
        (1, false) => "a minute after".to_owned(),
        (n, true) => format!("{n} minutes before"),
        (n, false) => format!("{n} minutes after"),
    };
    let message = format!(
        "Another post {goes} to {} at {}, {distance}. Leave {CLASH_MINUTES} minutes between them.",
        planned.handle,
        nearest.at.local.clock()
    );
    Some(Finding { about: Some(nearest.post), ..Finding::warning(Cause::Clash, message) })
}

/// What another post has in common with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    Text,
    Pictures,
    Both,
}

/// The same text or pictures on the same account; one of `others` is named: one that is out, else the next one.
pub fn repeat(planned: Planned<'_>, others: &[(Same, Other)]) -> Option<Finding> {
    let rank = |(same, o): &&(Same, Other)| (*same == Same::Pictures, !o.live, (o.at.at.0 - planned.due.at.0).abs());
    let (same, other) = others.iter().min_by_key(rank)?;
    let what = match same {
        Same::Text => "The same text",
        Same::Pictures => "The same pictures",
        Same::Both => "The same post",
    };
    let (verb, when) = match (other.live, same) {
        (true, _) => ("went out", "on"),
        (false, Same::Pictures) => ("are planned", "for"),
        (false, _) => ("is planned", "for"),
    };
    let name = planned.platform.name();
    let refused = planned.platform.pace().is_some_and(|p| p.repeats == Repeats::Refused);
    let then = match same {
        Same::Text | Same::Both if refused => format!("{name} refuses repeats: change the text."),
        Same::Text | Same::Both => "Change the text, or leave this account out.".to_owned(),
        Same::Pictures => "Take other pictures, unless you mean it.".to_owned(),
    };
    let message = format!("{what} {verb} on {} {when} {}. {then}", planned.handle, LocalTime::short(other.at.local));
    Some(Finding { about: Some(other.post), ..Finding::warning(Cause::Repeat, message) })
}

/// "26th"
fn ordinal(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Moment;
    use proptest::prelude::*;

    const HOUR: i64 = 60 * MINUTE;

    fn when(at: i64) -> When {
        When { at: Moment(at), local: "2026-11-20T16:45".parse().unwrap() }
    }

    fn other(n: u128, at: i64, live: bool) -> Other {
        Other { post: PostId::from_u128(n), at: when(at), live }
    }

    fn planned(platform: Platform, due: i64) -> Planned<'static> {
        Planned { platform, handle: "northwind", due: when(due) }
    }

    #[test]
    fn the_26th_instagram_post_of_a_day_is_one_too_many() {
        let others: Vec<_> = (0..25).map(|n| other(n as u128, n * 30 * MINUTE, n < 10)).collect();
        let found = quota(planned(Platform::Instagram, 23 * HOUR), &others).unwrap();
        assert_eq!(
            found.message,
            "This would be the 26th Instagram post within 24 hours on northwind; Instagram takes 25. Choose another time."
        );
        assert!(quota(planned(Platform::Instagram, 23 * HOUR), &others[1..]).is_none(), "the 25th is fine");
        // The first ones have left the window.
        assert!(quota(planned(Platform::Instagram, 24 * HOUR + 1), &others).is_none());
        // Before them it fits itself, and pushes the last one out.
        let first = quota(planned(Platform::Instagram, -HOUR), &others).unwrap();
        assert!(first.message.starts_with("With this one, 26 Instagram posts"), "{}", first.message);
        assert!(quota(planned(Platform::Pinterest, 23 * HOUR), &others).is_none(), "names no quota");
    }

    #[test]
    fn the_nearest_post_within_ten_minutes_is_named() {
        let at = planned(Platform::X, 60 * MINUTE);
        let others = [other(1, 51 * MINUTE, true), other(2, 64 * MINUTE, false), other(3, 70 * MINUTE, false)];
        let found = clash(at, &others).unwrap();
        assert_eq!(found.about, Some(PostId::from_u128(2)));
        let words = "Another post goes to northwind at 16:45, 4 minutes after. Leave 10 minutes between them.";
        assert_eq!(found.message, words);
        assert!(clash(at, &others[2..]).is_none(), "ten minutes are enough");
        let before = clash(at, &others[..1]).unwrap().message;
        assert!(before.contains("went") && before.contains("9 minutes before"), "{before}");
        let together = clash(at, &[other(1, 60 * MINUTE, true)]).unwrap().message;
        let words =
            "Another post went to northwind at 16:45, in the same minute as this one. Leave 10 minutes between them.";
        assert_eq!(together, words);
    }

    #[test]
    fn a_repeat_says_what_where_and_when() {
        let at = planned(Platform::X, 0);
        let text = (Same::Text, other(1, -HOUR, true));
        let pictures = (Same::Pictures, other(2, -MINUTE, true));
        let found = repeat(at, &[pictures.clone(), text]).unwrap();
        assert_eq!(
            found.message,
            "The same text went out on northwind on Fri 20 Nov, 16:45. X refuses repeats: change the text."
        );
        assert_eq!(found.about, Some(PostId::from_u128(1)));
        let planned_too = (Same::Both, other(3, HOUR, false));
        let found = repeat(planned(Platform::Instagram, 0), &[planned_too]).unwrap().message;
        assert!(found.starts_with("The same post is planned on northwind for Fri 20 Nov, 16:45. Change"), "{found}");
        assert!(repeat(at, &[pictures]).unwrap().message.starts_with("The same pictures went out"));
        assert!(repeat(at, &[]).is_none());
    }

    #[test]
    fn ordinals_are_said_right() {
        let said: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 26, 101, 111].map(ordinal).to_vec();
        assert_eq!(said.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 26th 101st 111th");
    }

    proptest! {
        /// The definition, spelt out: somewhere a window with this post in it holds more than the quota.
        #[test]
        fn the_crowd_is_the_fullest_window(others in proptest::collection::vec(-200i64..200, 0..30), posts in 1usize..8, minutes in 1i64..90) {
            let quota = Quota { posts, minutes };
            let due = 0;
            let window = minutes * MINUTE;
            let all: Vec<i64> = others.iter().map(|m| m * MINUTE).chain([due]).collect();
            let fullest = all.iter()
                .filter(|end| **end >= due && **end < due + window)
                .map(|end| all.iter().filter(|at| **at <= *end && **at > *end - window).count())
                .max().unwrap();
            let found = crowd(quota, due, others.iter().map(|m| m * MINUTE));
            prop_assert_eq!(found.is_some(), fullest > posts);
            match found {
                Some(Crowd::Beyond(n)) => prop_assert!(n > posts && n <= fullest),
                Some(Crowd::Pushes(n)) => prop_assert_eq!(n, fullest),
                None => {}
            }
        }

        #[test]
        fn fewer_posts_never_make_a_crowd(others in proptest::collection::vec(-200i64..200, 0..30), posts in 1usize..8) {
            let quota = Quota { posts, minutes: 60 };
            let times = || others.iter().map(|m| m * MINUTE);
            if crowd(quota, 0, times()).is_none() {
                prop_assert!(crowd(quota, 0, times().skip(1)).is_none());
            }
        }
    }
}
