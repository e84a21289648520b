//! Connections as both sides know them.

use crate::domain::connection::ConnectionState;
use crate::domain::ids::{ConnectionId, ConsentId};
use crate::domain::moment::Moment;
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// An account as lists and the composer show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionCard {
    pub id: ConnectionId,
    pub platform: Platform,
    pub handle: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    pub profile_url: Option<String>,
    pub state: ConnectionState,
    pub state_reason: String,
    pub scopes: Vec<String>,
    pub connected_by: Option<String>,
    pub connected_at: When,
    pub expires: Option<When>,
    /// Deliveries that wait for this account.
    pub waiting_posts: i64,
    /// What the platform still takes; `None` while it has told us nothing.
    pub posts_left: Option<PostsLeft>,
    pub sign_in: SignInLife,
    /// Nothing is sent there: people publish to it themselves.
    #[serde(default)]
    pub by_hand: bool,
    /// Nothing is sent there for a while, and its posts wait.
    #[serde(default)]
    pub paused: Option<Paused>,
}

/// Since when and why nothing is sent to an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paused {
    pub since: When,
    /// A sentence.
    pub why: String,
}

/// What is left of a platform's limit on posts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostsLeft {
    pub left: i32,
    pub of: Option<i32>,
    /// When it begins anew.
    pub until: When,
}

impl PostsLeft {
    /// One line for people.
    pub fn words(&self) -> String {
        match (self.left, self.of) {
            (0, _) => format!("None until {}", self.until.local.short()),
            (n, Some(of)) => format!("{n} of {of}"),
            (n, None) => n.to_string(),
        }
    }
}

/// How long the sign-in of an account lasts and how it is renewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignInLife {
    /// It can be renewed without a person.
    pub renewable: bool,
    /// When the present access ends (the sign-in itself may last longer: it is renewed).
    pub access_ends: Option<When>,
    /// The last try to renew it.
    pub last: Option<Renewal>,
    /// When it is renewed by itself next, if nothing needs it before.
    pub next: Option<When>,
    /// Deliveries that wait for their time.
    pub planned_posts: i64,
    /// Those of them that come when a person must have signed in again.
    pub posts_after_end: i64,
}

/// A try to renew a sign-in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renewal {
    pub at: When,
    pub result: RenewalResult,
    /// Why it failed, in a sentence; else empty.
    pub note: String,
}

/// What came of renewing a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalResult {
    Renewed,
    /// It is still good, and the platform gives already up to date.
    Unchanged,
    /// It failed for the moment; it is tried again by itself.
    Failed,
    /// Only a person who signs in again can renew it.
    Reconnect,
}

impl RenewalResult {
    pub const ALL: [RenewalResult; 4] = [Self::Renewed, Self::Unchanged, Self::Failed, Self::Reconnect];

    pub fn id(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::Reconnect => "reconnect",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.id() == id)
    }
    /// The words that people see behind the time.
    pub fn words(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Unchanged => "already up to date",
            Self::Failed => "failed",
            Self::Reconnect => "needs a new sign-in",
        }
    }
}

/// How far away an instant is, in words: `in 5 days`, `in 1 hour`, `over`.
pub fn in_words(ms: i64) -> String {
    const HOUR: i64 = 3_600_000;
    let (n, unit) = match ms {
        ms if ms <= 0 => return "over".into(),
        ms if ms < HOUR => ((ms / 60_000).max(1), "minute"),
        ms if ms < 48 * HOUR => (ms / HOUR, "hour"),
        ms => (ms / (24 * HOUR), "day"),
    };
    format!("in {n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// How an account is, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Ready,
    /// The sign-in ends soon and does not renew itself; full days that are left.
    Expires {
        days: i64,
    },
    Reconnect,
    Disconnected,
}

/// From how many days before the end a person is warned.
pub const WARN_DAYS: i64 = 14;

impl ConnectionCard {
    /// What the card says first, by the server's clock.
    pub fn health(&self, now: Moment) -> Health {
        let left = self.expires.map(|e| e.at.0 - now.0);
        match (self.state, left) {
            (ConnectionState::Disconnected, _) => Health::Disconnected,
            (ConnectionState::Reconnect, _) => Health::Reconnect,
            (ConnectionState::Active, Some(ms)) if ms <= 0 => Health::Reconnect,
            (ConnectionState::Active, Some(ms)) if ms < WARN_DAYS * 86_400_000 => {
                Health::Expires { days: ms / 86_400_000 }
            }
            (ConnectionState::Active, _) => Health::Ready,
        }
    }
}

/// The page of connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionsBoard {
    /// Those in use, and disconnected ones for which posts still wait.
    pub cards: Vec<ConnectionCard>,
    pub offers: Vec<Offer>,
    /// This person may connect and disconnect.
    pub may_connect: bool,
    /// The server's clock when this was read: both sides judge expiry by it.
    pub now: Moment,
    /// The company's zone, in which all times are shown.
    pub zone: String,
    /// What the platform said when a consent failed.
    pub note: Option<String>,
}

/// A platform that can be connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub platform: Platform,
    /// The company's keys (or the instance's) are there, or none are needed.
    pub ready: bool,
    /// To be filled in here; `None`: people sign in on a page of the platform.
    pub form: Option<SignInForm>,
}

/// What a person fills in to connect an account, where the platform makes passwords for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInForm {
    pub note: String,
    pub fields: Vec<SignInField>,
}

/// One input of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInField {
    pub name: String,
    pub label: String,
    pub help: String,
    pub initial: String,
    pub placeholder: String,
    pub is_secret: bool,
}

/// A consent that covers several accounts: one is to be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub id: ConsentId,
    pub platform: Platform,
    pub accounts: Vec<ChoiceAccount>,
}

/// One of the accounts that a consent covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceAccount {
    pub remote_id: String,
    pub handle: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    /// It is connected already; choosing it renews it.
    pub connected: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(state: ConnectionState, expires: Option<i64>) -> ConnectionCard {
        let when = |at| When { at: Moment(at), local: "2026-11-20T10:00".parse().unwrap() };
        ConnectionCard {
            id: ConnectionId::nil(),
            platform: Platform::X,
            handle: "@northwind".into(),
            display_name: "Northwind".into(),
            picture_url: None,
            profile_url: None,
            state,
            state_reason: String::new(),
            scopes: vec![],
            connected_by: None,
            connected_at: when(0),
            expires: expires.map(when),
            waiting_posts: 0,
            sign_in: SignInLife {
                renewable: true,
                access_ends: None,
                last: None,
                next: None,
                planned_posts: 0,
                posts_after_end: 0,
            },
            posts_left: None,
            by_hand: false,
            paused: None,
        }
    }

    #[test]
    fn distances_are_words() {
        for (minutes, words) in [
            (-5, "over"),
            (0, "over"),
            (1, "in 1 minute"),
            (59, "in 59 minutes"),
            (60, "in 1 hour"),
            (47 * 60 + 59, "in 47 hours"),
            (48 * 60, "in 2 days"),
            (60 * 24 * 60, "in 60 days"),
        ] {
            assert_eq!(in_words(minutes * 60_000), words);
        }
    }

    #[test]
    fn results_parse() {
        for result in RenewalResult::ALL {
            assert_eq!(RenewalResult::parse(result.id()), Some(result));
        }
        assert_eq!(RenewalResult::parse(""), None);
    }

    #[test]
    fn health_counts_full_days() {
        const DAY: i64 = 86_400_000;
        let now = Moment(1000 * DAY);
        let cases = [
            (ConnectionState::Active, None, Health::Ready),
            (ConnectionState::Active, Some(1014 * DAY), Health::Ready),
            (ConnectionState::Active, Some(1014 * DAY - 1), Health::Expires { days: 13 }),
            (ConnectionState::Active, Some(1000 * DAY + 1), Health::Expires { days: 0 }),
            (ConnectionState::Active, Some(1000 * DAY), Health::Reconnect),
            (ConnectionState::Reconnect, Some(1014 * DAY), Health::Reconnect),
            (ConnectionState::Disconnected, None, Health::Disconnected),
        ];
        for (state, expires, expected) in cases {
            assert_eq!(card(state, expires).health(now), expected, "{state:?} {expires:?}");
        }
    }
}
