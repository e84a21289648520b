//! What the page about Zapier shows.

use crate::domain::ids::{ContactId, IntakeItemId, IntakeKeyId};
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use crate::features::intake::hooks::model::HookCard;
use serde::{Deserialize, Serialize};

/// What became of something that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    Accepted,
    /// The same had come in before, and nothing was changed.
    Repeated,
    Refused,
    /// It was refused, and taken in after somebody mended it.
    Fixed,
}

impl ItemState {
    pub const ALL: [ItemState; 4] = [Self::Accepted, Self::Repeated, Self::Refused, Self::Fixed];

    pub fn id(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Refused => "refused",
            Self::Fixed => "fixed",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Taken in",
            Self::Repeated => "Repeated",
            Self::Refused => "Refused",
            Self::Fixed => "Fixed",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }
}

/// Which of what came in is shown: all of it is in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IntakeQuery {
    /// Only what was refused.
    #[serde(default)]
    pub refused: bool,
    #[serde(default)]
    pub older: Option<Cursor>,
    #[serde(default)]
    pub newer: Option<Cursor>,
}

/// A user name with a password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyCard {
    pub id: IntakeKeyId,
    pub user_name: String,
    pub last_four: String,
    pub made: When,
    pub made_by: Option<String>,
    /// It was replaced, and works until then.
    pub ends: Option<When>,
    /// It does not work any more.
    pub over: bool,
    pub used: Option<When>,
}

/// Credentials that were just made: the only time that the password is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewKey {
    pub user_name: String,
    pub password: String,
}

/// Something that came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemCard {
    pub id: IntakeItemId,
    pub at: When,
    pub state: ItemState,
    pub user_name: String,
    /// Contacts in it, and how many of them were new.
    pub number: i32,
    pub created: i32,
    pub contact: Option<ContactId>,
    /// The contact's, while there is one.
    pub email: Option<String>,
    pub field: Option<String>,
    pub reason: Option<String>,
    /// What was sent, where it can be mended and sent again.
    pub body: Option<String>,
}

/// Who is put into the newsletter, as it is edited: one source or tag a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewsletterRule {
    pub sources: String,
    pub tags: String,
    /// Who is in it now, as `domain::page::counted`.
    pub members: i64,
}

/// The whole page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntakePage {
    /// Where contacts are sent to.
    pub address: String,
    pub keys: Vec<KeyCard>,
    /// Made by a form without JavaScript a moment ago.
    pub fresh: Option<NewKey>,
    pub part: Part<ItemCard>,
    /// What is refused now is not kept to be mended: too much of it waits already.
    #[serde(default)]
    pub full: bool,
    pub rule: NewsletterRule,
    pub hooks: Vec<HookCard>,
    pub zone: String,
}
