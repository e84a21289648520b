//! What home shows.

use crate::domain::moment::{Day, LocalTime};
use crate::domain::permission::Role;
use crate::domain::platform::Platform;
use crate::features::posts::model::PostCard;
use serde::{Deserialize, Serialize};

/// So many things that need somebody have a card; the others are behind a link.
pub const NEEDS: usize = 6;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeData {
    /// Of the person who looks: what is offered to them.
    pub role: Role,
    pub zone: String,
    pub now: LocalTime,
    /// Today's first posts, earliest first.
    pub today: Vec<PostCard>,
    /// How many there are today, up to one past `domain::page::DAY_COUNTED`.
    pub today_total: i64,
    /// The next posts after today, at most five.
    pub next: Vec<PostCard>,
    /// Posts with a delivery that a person must look at, at most six.
    pub attention: Vec<PostCard>,
    /// How many things there are in all for a person to look at, deliveries and proposals, each up to one past `domain::page::COUNTED`:
    /// what the badge in the sidebar says, and what `/needs` has.
    pub attention_total: i64,
    /// The proposals among them.
    pub proposals: i64,
    /// Connections that must be renewed, or soon; without those that have a card for a post that waits for them.
    pub expiring: Vec<EndingSignIn>,
    /// For whoever may connect accounts, until they are done or put away.
    pub first_steps: Option<FirstSteps>,
    pub measures: Vec<Measure>,
    /// For whoever may see contacts.
    pub people: Option<NewPeople>,
    /// The eleven, in their order.
    pub agents: Vec<HomeAgent>,
}

/// Contacts of the last seven days, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewPeople {
    /// "12", "2,000+"
    pub total: String,
    /// "7 from Newsletter", the most first.
    pub sources: Vec<String>,
}

/// An agent in the words of its tile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeAgent {
    pub name: String,
    /// What came of the last run, or what it is for.
    pub line: String,
    /// When it works next.
    pub next: String,
    /// The one thing to do, and where.
    pub act: String,
    pub href: String,
}

/// An account whose sign-in has ended, or ends soon, or to which nothing is sent for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndingSignIn {
    pub platform: Platform,
    pub handle: String,
    /// When; `None` when it must be signed in to again now.
    pub ends: Option<LocalTime>,
    /// Posts that wait for this account, up to one past `domain::page::COUNTED`.
    pub waiting_posts: i64,
    /// Nothing is sent there for a while, as its platform keeps failing.
    pub paused: bool,
}

/// What a new company does first; `true`: done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSteps {
    pub keys: bool,
    pub account: bool,
    pub post: bool,
}

/// One figure of the last seven days against the seven before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub name: String,
    pub total: i64,
    pub before: i64,
    /// A day had more than are counted: at least so many.
    pub at_least: bool,
    /// One value per day, oldest first, seven of them.
    pub days: Vec<(Day, i64)>,
    /// More is better (decides the colour of the change).
    pub more_is_better: bool,
}
