//! Connections as both sides know them.

use crate::domain::ids::{ConnectionId, Uuid};
use crate::domain::moment::Moment;
use crate::domain::platform::Platform;
use crate::features::publishing::model::When;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    Active,
    /// A person must consent again.
    Reconnect,
    /// Kept for history only.
    Disconnected,
}

impl ConnectionState {
    pub fn id(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reconnect => "reconnect",
            Self::Disconnected => "disconnected",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        [Self::Active, Self::Reconnect, Self::Disconnected].into_iter().find(|s| s.id() == id)
    }
}

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
    /// The company's keys (or the instance's) are there.
    pub ready: bool,
}

/// A consent that covers several accounts: one is to be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub id: Uuid,
    pub platform: Platform,
    pub accounts: Vec<ChoiceAccount>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceAccount {
    pub remote_id: String,
    pub handle: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    /// It is connected already; choosing it renews it.
    pub connected: bool,
}

/// Why a consent led nowhere: the word in `/connections?problem=...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentProblem {
    /// Never issued here, or to another session, company or platform.
    StateUnknown,
    StateUsed,
    StateExpired,
    /// The person said no.
    Denied,
    KeysMissing,
    /// The platform said no; its words are kept on the server.
    PlatformRefused,
    /// Signed in, but there is nothing that can be connected.
    NoAccount,
    /// Too many beginnings in a short time.
    TooMany,
    /// This person's role does not allow it.
    NotAllowed,
    /// Our own fault.
    OurFault,
}

impl ConsentProblem {
    pub const ALL: [ConsentProblem; 10] = [
        Self::StateUnknown,
        Self::StateUsed,
        Self::StateExpired,
        Self::Denied,
        Self::KeysMissing,
        Self::PlatformRefused,
        Self::NoAccount,
        Self::TooMany,
        Self::NotAllowed,
        Self::OurFault,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::StateUnknown => "state_unknown",
            Self::StateUsed => "state_used",
            Self::StateExpired => "state_expired",
            Self::Denied => "denied",
            Self::KeysMissing => "keys_missing",
            Self::PlatformRefused => "platform_refused",
            Self::NoAccount => "no_account",
            Self::TooMany => "too_many",
            Self::NotAllowed => "not_allowed",
            Self::OurFault => "our_fault",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.id() == id)
    }
    pub fn title(self) -> &'static str {
        match self {
            Self::StateUnknown => "This sign-in did not begin here",
            Self::StateUsed => "This sign-in has been used already",
            Self::StateExpired => "This sign-in took too long",
            Self::Denied => "You did not allow the connection",
            Self::KeysMissing => "The keys of this platform are missing",
            Self::PlatformRefused => "The platform refused the connection",
            Self::NoAccount => "There is no account that can be connected",
            Self::TooMany => "Too many attempts",
            Self::NotAllowed => "Only admins connect accounts",
            Self::OurFault => "The connection could not be saved",
        }
    }
    /// What happened, what was kept, what to do.
    pub fn text(self) -> &'static str {
        match self {
            Self::StateUnknown => {
                "It was begun in another browser, after another sign-in or for another company, or its address was changed on the way. Nothing was connected. Begin again with Connect, in this window."
            }
            Self::StateUsed => {
                "Each one counts once; the page was probably loaded again. If the account is in the list below, all is well. Otherwise begin again with Connect."
            }
            Self::StateExpired => {
                "More than ten minutes passed before you came back from the platform. Nothing was connected. Begin again with Connect."
            }
            Self::Denied => "Nothing was connected. If that was a slip, begin again with Connect and allow the access.",
            Self::KeysMissing => {
                "Nothing was connected. An admin can enter the keys under Settings → Integrations; then begin again with Connect."
            }
            Self::PlatformRefused => {
                "Nothing was connected. The usual reasons are a wrong client secret or a redirect address that is not registered at the platform to the letter; both are under Settings → Integrations."
            }
            Self::NoAccount => {
                "The platform let you in, but the account is not of a kind that programs may publish to. Check that it is a professional account and that you chose the right one."
            }
            Self::TooMany => "Please wait a minute, then begin again with Connect.",
            Self::NotAllowed => "Nothing was connected. Ask an admin of the company.",
            Self::OurFault => {
                "Something went wrong on our side and nothing was connected. Please begin again with Connect; if it happens again, look at the server's log."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(state: ConnectionState, expires: Option<i64>) -> ConnectionCard {
        let when = |at| When { at: Moment(at), local: "2026-11-20T10:00".parse().unwrap() };
        ConnectionCard {
            id: Uuid::nil(),
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
            posts_left: None,
        }
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

    #[test]
    fn problem_words_parse() {
        for problem in ConsentProblem::ALL {
            assert_eq!(ConsentProblem::parse(problem.id()), Some(problem));
        }
        assert_eq!(ConsentProblem::parse("<script>"), None);
    }
}
