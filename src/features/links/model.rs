//! Links as both sides know them.

use crate::domain::ids::LinkId;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use serde::{Deserialize, Serialize};

/// Longest address that is shortened, in bytes.
pub const MAX_TARGET: usize = 2_000;
/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Short links of one company.
pub const MOST: i64 = 20_000;
/// Longest medium and campaign, in characters.
pub const MAX_MEDIUM: usize = 60;
pub const MAX_CAMPAIGN: usize = 100;

/// Which links are shown, and where their part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkQuery {
    /// Words of the name or of the address.
    #[serde(default)]
    pub search: String,
    /// This one is opened to be changed.
    #[serde(default)]
    pub edit: Option<LinkId>,
    /// What comes behind this place.
    #[serde(default)]
    pub older: Option<Cursor>,
    /// What comes before this place.
    #[serde(default)]
    pub newer: Option<Cursor>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkCard {
    pub id: LinkId,
    /// The short address.
    pub address: String,
    pub target: String,
    pub name: String,
    pub created: When,
    /// Who changed it last, where that person is still there.
    pub by: Option<String>,
    /// It leads nowhere at present.
    pub stopped: bool,
    /// Visits by people: ever, and of the last seven days.
    pub clicks: i64,
    pub week: i64,
    /// Looks of programs, ever.
    pub bots: i64,
}

/// What campaign parameters begin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkDefaults {
    pub medium: String,
    pub campaign: String,
}

impl Default for LinkDefaults {
    fn default() -> Self {
        Self { medium: "social".into(), campaign: String::new() }
    }
}

/// A part of the links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkList {
    pub part: Part<LinkCard>,
    /// The one that is opened to be changed.
    pub edited: Option<LinkCard>,
    pub defaults: LinkDefaults,
    pub may_edit: bool,
    /// The company's zone, in which all times are.
    pub zone: String,
}

/// Something to do with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkAct {
    Stop,
    Start,
    Delete,
    Restore,
}

impl LinkAct {
    /// As it stands in forms.
    pub fn id(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }
}
