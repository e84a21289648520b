//! What stands against a planned delivery, from facts that were gathered: pure.

use super::address::NoPicture;
use crate::domain::connection::ConnectionState;
use crate::domain::error::{Problem, Severity};
use crate::domain::platform::Platform;
use crate::features::media::server::service::Stock;
use crate::features::preflight::model::{Cause, CheckStage, Finding, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use std::net::IpAddr;
use url::{Host, Url};

/// A day before and ten minutes before.
pub const EARLY: TimeDelta = TimeDelta::hours(24);
pub const LATE: TimeDelta = TimeDelta::minutes(10);
/// Something that keeps a post from going out is looked at again after this long, so that its sign turns once it is mended;
/// once a day while there are more than two days left.
const PROBLEM_AGAIN: TimeDelta = TimeDelta::hours(1);
/// A token must last so long beyond the time of publishing.
pub const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// Which check it is, by the time that is left.
pub fn stage(now: DateTime<Utc>, due: DateTime<Utc>) -> CheckStage {
    match due - now {
        left if left > EARLY => CheckStage::Save,
        left if left > LATE => CheckStage::Day,
        _ => CheckStage::Soon,
    }
}

/// When to look again by itself; never after the last check that comes before the time.
pub fn next(now: DateTime<Utc>, due: DateTime<Utc>, verdict: Verdict) -> Option<DateTime<Utc>> {
    let planned = [due - EARLY, due - LATE].into_iter().find(|at| *at > now);
    let pause = if due - now > EARLY * 2 { EARLY } else { PROBLEM_AGAIN };
    let soon = (verdict == Verdict::Problem).then_some(now + pause).filter(|at| *at < due);
    match (planned, soon) {
        (Some(planned), Some(soon)) => Some(planned.min(soon)),
        (planned, soon) => planned.or(soon),
    }
}

/// What is known of the account, the server and the content.
pub struct Facts<'a> {
    pub platform: Platform,
    pub handle: &'a str,
    pub now: DateTime<Utc>,
    pub due: DateTime<Utc>,
    pub connection: ConnectionState,
    /// Why it must be reconnected.
    pub reason: &'a str,
    pub token: Token,
    /// Permissions that publishing this needs and the account has not given.
    pub missing_scopes: Vec<&'a str>,
    /// The same for the first comment; the post goes out without them.
    pub missing_for_comment: Vec<&'a str>,
    /// This program can publish there.
    pub has_publisher: bool,
    pub has_keys: bool,
    /// Pictures (from 1) that are not in the store.
    pub missing_pictures: Vec<(usize, Stock)>,
    /// The platform would fetch the pictures from this address, which it cannot reach.
    pub unreachable: Option<&'a str>,
    /// It could reach this address of ours, where no picture was to be had.
    pub no_picture: Option<(&'a str, &'a NoPicture)>,
    /// A limit of the platform that is used up beyond the time.
    pub held: Option<Held>,
    /// By the platform's limits.
    pub limits: Vec<Problem>,
    /// What the guards say.
    pub guards: Vec<Finding>,
}

/// Until when a limit is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub until: DateTime<Utc>,
    /// So long after the post's time that a person would be asked before it goes out.
    pub too_long: bool,
}

/// How long the sign-in lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Beyond the time, by itself or by being renewed.
    Lasts,
    /// Until then, and only a person can renew it.
    EndsAt(DateTime<Utc>),
    /// It could not be renewed just now; that is tried again.
    NotRenewed,
}

/// Whether a sign-in lasts until `due`. `renews_itself`: the platform renews an access token that still counts.
pub fn token(
    now: DateTime<Utc>,
    due: DateTime<Utc>,
    access: Option<DateTime<Utc>>,
    refresh: Option<Option<DateTime<Utc>>>,
    renews_itself: bool,
) -> Token {
    let needed = due + MARGIN;
    let Some(access) = access.filter(|end| *end < needed) else { return Token::Lasts };
    match refresh {
        Some(None) => Token::Lasts,
        Some(Some(end)) if end >= needed => Token::Lasts,
        Some(Some(end)) => Token::EndsAt(end.max(access)),
        None if renews_itself && access > now => Token::Lasts,
        None => Token::EndsAt(access),
    }
}

/// Everything that was found, what keeps it from going out first.
pub fn findings(facts: Facts<'_>, said: impl Fn(DateTime<Utc>) -> String) -> Vec<Finding> {
    let (name, handle) = (facts.platform.name(), facts.handle);
    let mut found = vec![];
    if !facts.has_publisher {
        found.push(Finding::problem(Cause::Connection, format!("This server cannot publish to {name}.")));
    }
    match facts.connection {
        ConnectionState::Active => {
            found.extend(about_token(&facts, &said));
            found.extend(about_limit(&facts, &said));
            if !facts.missing_scopes.is_empty() {
                let scopes = facts.missing_scopes.join(", ");
                let message =
                    format!("{handle} has not allowed us to publish ({scopes}). Reconnect it and allow that.");
                found.push(Finding::problem(Cause::Scopes, message));
            }
            found.extend(no_comment(handle, &facts.missing_for_comment));
        }
        ConnectionState::Reconnect => {
            let why = facts.reason.trim().trim_end_matches('.');
            let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
            found.push(Finding::problem(
                Cause::Connection,
                format!("{handle} must be reconnected before this can go out{why}."),
            ));
        }
        ConnectionState::Disconnected => found.push(Finding::problem(
            Cause::Connection,
            format!("{handle} is no longer connected. Connect it again, or take it off the post."),
        )),
    }
    if !facts.has_keys {
        let message = format!("The keys of {name} are not entered, so nothing can be sent there.");
        found.push(Finding::problem(Cause::Keys, message));
    }
    for (number, stock) in facts.missing_pictures {
        let message = match stock {
            Stock::Locked(why) => format!("Picture {number} is out of reach. {why}"),
            _ => format!("Picture {number} is not in the media store any more. Take it off and add it again."),
        };
        found.push(Finding::problem(Cause::Media, message));
    }
    if let Some(address) = facts.unreachable {
        found.push(Finding::problem(
            Cause::Address,
            format!(
                "{name} fetches pictures from this server, and cannot reach {address}. Ask whoever looks after the server \
                 to set LUX_PUBLIC_URL to its public address."
            ),
        ));
    }
    found.extend(facts.no_picture.map(|(address, no_picture)| no_picture_finding(name, address, no_picture)));
    let errors = facts.limits.into_iter().filter(|p| p.severity == Severity::Error);
    found.extend(errors.map(|p| Finding::problem(Cause::Limits, p.message)));
    found.extend(facts.guards);
    found.sort_by_key(|f| f.severity == Severity::Warning);
    found
}

/// The first comment of a post that goes out must wait.
pub fn no_comment(handle: &str, missing: &[&str]) -> Option<Finding> {
    let scopes = missing.join(", ");
    let message = format!(
        "{handle} has not allowed us to write comments ({scopes}). The post goes out; its first comment waits until \
         the \
         account is connected again and that is allowed."
    );
    (!missing.is_empty()).then(|| Finding::warning(Cause::Scopes, message))
}

fn about_token(facts: &Facts<'_>, said: impl Fn(DateTime<Utc>) -> String) -> Option<Finding> {
    let (name, handle) = (facts.platform.name(), facts.handle);
    match facts.token {
        Token::Lasts => None,
        Token::EndsAt(end) if end <= facts.now => {
            Some(Finding::problem(Cause::Token, format!("The sign-in of {handle} has ended. Reconnect the account.")))
        }
        Token::EndsAt(end) => {
            let message = format!(
                "The sign-in of {handle} ends on {}, before this goes out. Reconnect the account before that.",
                said(end)
            );
            // There is time yet, as long as it is more than a day.
            let far = facts.due - facts.now > EARLY;
            Some(if far { Finding::warning(Cause::Token, message) } else { Finding::problem(Cause::Token, message) })
        }
        Token::NotRenewed => Some(Finding::warning(
            Cause::Token,
            format!("{name} did not renew the sign-in of {handle} just now. It is tried again before this goes out."),
        )),
    }
}

/// A limit that the platform has told us of. It goes by itself, and publishing waits for that, but not for ever.
fn about_limit(facts: &Facts<'_>, said: impl Fn(DateTime<Utc>) -> String) -> Option<Finding> {
    let Held { until, too_long } = facts.held?;
    let limit = format!("The limit of {} for {} is used up until {}", facts.platform.name(), facts.handle, said(until));
    Some(if too_long {
        let then = "long after this post's time. Choose a later time.";
        Finding::problem(Cause::Quota, format!("{limit}, {then}"))
    } else {
        Finding::warning(Cause::Quota, format!("{limit}; the post goes out then."))
    })
}

/// We came to our own address as the platform will, and there was no picture.
fn no_picture_finding(name: &str, address: &str, no_picture: &NoPicture) -> Finding {
    let NoPicture { sure, why } = no_picture;
    if *sure {
        let message = format!(
            "{name} fetches pictures from {address}, and what is there is not our picture ({why}). Ask whoever looks \
             after the server to check LUX_PUBLIC_URL and what stands in front of the server."
        );
        return Finding::problem(Cause::Address, message);
    }
    let message = format!(
        "{name} fetches pictures from {address}, and the server itself could not fetch one there ({why}). That is well if \
         the address works from outside. If not, ask whoever looks after the server to check LUX_PUBLIC_URL."
    );
    Finding::warning(Cause::Address, message)
}

/// Whether platforms can reach this address from outside, as far as one can tell by looking at it.
pub fn is_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let inside = ["localhost", "local", "internal", "lan", "home", "test", "invalid"];
            name.contains('.') && !inside.contains(&name.rsplit('.').next().unwrap_or_default())
        }
        Some(Host::Ipv4(ip)) => is_public_ip(ip.into()),
        Some(Host::Ipv6(ip)) => is_public_ip(ip.to_canonical()),
        None => false,
    }
}

fn is_public_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || ip.is_broadcast())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    fn facts(due: i64) -> Facts<'static> {
        Facts {
            platform: Platform::Instagram,
            handle: "northwind",
            now: at(0),
            due: at(due),
            connection: ConnectionState::Active,
            reason: "",
            token: Token::Lasts,
            missing_scopes: vec![],
            missing_for_comment: vec![],
            has_publisher: true,
            has_keys: true,
            missing_pictures: vec![],
            unreachable: None,
            no_picture: None,
            held: None,
            limits: vec![],
            guards: vec![],
        }
    }

    fn found(facts: Facts<'_>) -> Vec<(Cause, Severity)> {
        findings(facts, |at| at.to_string()).into_iter().map(|f| (f.cause, f.severity)).collect()
    }

    #[test]
    fn nothing_is_found_where_nothing_is_wrong() {
        assert_eq!(found(facts(30)), vec![]);
        // Warnings of the limits (no description) are no news here.
        assert_eq!(found(Facts { limits: vec![Problem::warning("media", "No description.")], ..facts(30) }), vec![]);
    }

    #[test]
    fn everything_that_is_wrong_is_found() {
        use Severity::*;
        let all = found(Facts {
            missing_scopes: vec!["publish"],
            has_keys: false,
            missing_pictures: vec![(2, Stock::Gone)],
            unreachable: Some("http://127.0.0.1:3000"),
            limits: vec![Problem::error("text", "Too long.")],
            guards: vec![Finding::warning(Cause::Clash, "Another post.")],
            token: Token::EndsAt(at(-1)),
            ..facts(2)
        });
        let causes = [Cause::Token, Cause::Scopes, Cause::Keys, Cause::Media, Cause::Address, Cause::Limits];
        let expected: Vec<_> = causes.map(|c| (c, Error)).into_iter().chain([(Cause::Clash, Warning)]).collect();
        assert_eq!(all, expected);
        for state in [ConnectionState::Reconnect, ConnectionState::Disconnected] {
            assert_eq!(found(Facts { connection: state, ..facts(2) }), [(Cause::Connection, Error)]);
        }
        assert_eq!(found(Facts { has_publisher: false, ..facts(2) }), [(Cause::Connection, Error)]);
    }

    #[test]
    fn a_comment_that_must_wait_does_not_stop_the_post() {
        let all = found(Facts { missing_for_comment: vec!["comments"], ..facts(2) });
        assert_eq!(all, [(Cause::Scopes, Severity::Warning)]);
    }

    #[test]
    fn a_limit_that_lasts_is_amber_and_red_when_the_post_would_not_go_out_then() {
        let held = |too_long| Facts { held: Some(Held { until: at(3), too_long }), ..facts(2) };
        assert_eq!(found(held(false)), [(Cause::Quota, Severity::Warning)]);
        assert_eq!(found(held(true)), [(Cause::Quota, Severity::Error)]);
        let words = findings(held(false), |_| "Fri 20 Nov, 14:30".into()).remove(0).message;
        assert_eq!(
            words,
            "The limit of Instagram for northwind is used up until Fri 20 Nov, 14:30; the post goes out then."
        );
        let gone = Facts { connection: ConnectionState::Disconnected, ..held(false) };
        assert_eq!(found(gone), [(Cause::Connection, Severity::Error)], "nothing goes out then either");
    }

    #[test]
    fn what_may_work_from_outside_is_not_red() {
        for (sure, severity) in [(true, Severity::Error), (false, Severity::Warning)] {
            let no_picture = NoPicture { sure, why: "it answers 404".into() };
            let all = findings(Facts { no_picture: Some(("https://lux.example", &no_picture)), ..facts(2) }, |_| {
                String::new()
            });
            assert_eq!((all.len(), all[0].cause, all[0].severity), (1, Cause::Address, severity));
            let words = &all[0].message;
            let told = ["https://lux.example", "(it answers 404)", "LUX_PUBLIC_URL"];
            assert!(told.iter().all(|told| words.contains(told)), "{words}");
        }
    }

    #[test]
    fn a_sign_in_that_ends_is_amber_first_and_red_on_the_last_day() {
        let ends = |due| found(Facts { token: Token::EndsAt(at(1)), ..facts(due) });
        assert_eq!(ends(48), [(Cause::Token, Severity::Warning)]);
        assert_eq!(ends(20), [(Cause::Token, Severity::Error)]);
        assert_eq!(found(Facts { token: Token::NotRenewed, ..facts(2) }), [(Cause::Token, Severity::Warning)]);
    }

    #[test]
    fn a_token_lasts_when_it_can_be_renewed() {
        let (now, due) = (at(0), at(10));
        for (access, refresh, itself, expected) in [
            (None, None, false, Token::Lasts),
            (Some(at(11)), None, false, Token::Lasts),
            (Some(at(10)), None, false, Token::EndsAt(at(10))),
            (Some(at(2)), None, false, Token::EndsAt(at(2))),
            (Some(at(2)), None, true, Token::Lasts),
            (Some(at(-1)), None, true, Token::EndsAt(at(-1))),
            (Some(at(-1)), Some(None), false, Token::Lasts),
            (Some(at(2)), Some(Some(at(20))), false, Token::Lasts),
            (Some(at(2)), Some(Some(at(4))), false, Token::EndsAt(at(4))),
        ] {
            assert_eq!(token(now, due, access, refresh, itself), expected, "{access:?} {refresh:?} {itself}");
        }
    }

    #[test]
    fn addresses_inside_are_not_public() {
        for (address, public) in [
            ("https://lux.example.com", true),
            ("http://203.0.113.7:8080", true),
            ("https://[2001:db8::1]", true),
            ("http://127.0.0.1:3000", false),
            ("http://localhost:3000", false),
            ("http://10.1.2.3", false),
            ("http://192.168.1.10", false),
            ("http://nas.local", false),
            ("http://lux", false),
            ("http://[::1]:3000", false),
            ("http://[fd00::1]", false),
            ("http://[::ffff:10.0.0.1]", false),
        ] {
            assert_eq!(is_public(&Url::parse(address).unwrap()), public, "{address}");
        }
    }

    #[test]
    fn looks_follow_the_time_that_is_left() {
        assert_eq!(
            [stage(at(0), at(25)), stage(at(0), at(24)), stage(at(0), at(0))],
            [CheckStage::Save, CheckStage::Day, CheckStage::Soon]
        );
        assert_eq!(next(at(0), at(30), Verdict::Warning), Some(at(6)));
        assert_eq!(next(at(6), at(30), Verdict::Ok), Some(at(30) - LATE));
        assert_eq!(next(at(30) - LATE, at(30), Verdict::Ok), None);
        assert_eq!(next(at(0), at(30), Verdict::Problem), Some(at(1)), "a problem is looked at sooner");
        assert_eq!(next(at(30) - LATE, at(30), Verdict::Problem), None, "but not after the time");
        assert_eq!(next(at(0), at(90), Verdict::Problem), Some(at(24)), "and not so often when there is time");
    }

    proptest! {
        #[test]
        fn looks_end_before_the_time(minutes in 0i64..5000, verdict in 0usize..3) {
            let (now, due) = (at(0), at(0) + TimeDelta::minutes(minutes));
            if let Some(next) = next(now, due, Verdict::ALL[verdict]) {
                prop_assert!(next > now && next < due);
            }
        }
    }
}
