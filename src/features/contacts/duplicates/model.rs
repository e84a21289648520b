//! Pairs of people, and what is chosen of each, as both sides know them.

use crate::domain::ids::{ContactId, MergeId, PairId};
use crate::domain::moment::When;
use serde::{Deserialize, Serialize};

/// Pairs of one page.
pub const SHOWN: usize = 20;

/// A field of which one of two values is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeField {
    Email,
    FirstName,
    LastName,
    FullName,
    Phone,
    CompanyName,
    Source,
}

impl MergeField {
    pub const ALL: [MergeField; 7] =
        [Self::FullName, Self::FirstName, Self::LastName, Self::Email, Self::Phone, Self::CompanyName, Self::Source];

    /// As it stands in forms; but for the address, the name of its column.
    pub fn id(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Phone => "phone",
            Self::CompanyName => "company_name",
            Self::Source => "source",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "E-mail",
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::FullName => "Name",
            Self::Phone => "Phone",
            Self::CompanyName => "Company",
            Self::Source => "Source",
        }
    }
}

/// Which of the two a value is taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    #[default]
    Left,
    Right,
}

/// What is kept of each field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MergeChoices {
    #[serde(default)]
    pub email: Side,
    #[serde(default)]
    pub first_name: Side,
    #[serde(default)]
    pub last_name: Side,
    #[serde(default)]
    pub full_name: Side,
    #[serde(default)]
    pub phone: Side,
    #[serde(default)]
    pub company_name: Side,
    #[serde(default)]
    pub source: Side,
}

impl MergeChoices {
    pub fn of(&self, field: MergeField) -> Side {
        match field {
            MergeField::Email => self.email,
            MergeField::FirstName => self.first_name,
            MergeField::LastName => self.last_name,
            MergeField::FullName => self.full_name,
            MergeField::Phone => self.phone,
            MergeField::CompanyName => self.company_name,
            MergeField::Source => self.source,
        }
    }
}

/// One of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwinCard {
    pub contact: ContactId,
    pub title: String,
    /// In the order of [`MergeField::ALL`].
    pub values: Vec<String>,
    pub tags: Vec<String>,
    pub created: When,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairCard {
    pub id: PairId,
    /// "Same phone number".
    pub why: String,
    /// The one who was known first.
    pub left: TwinCard,
    pub right: TwinCard,
}

/// A merge that can be undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergeCard {
    pub id: MergeId,
    pub contact: ContactId,
    pub title: String,
    /// The address of the one who was merged into it.
    pub gone: String,
    pub at: When,
    pub by: Option<String>,
}

/// A comparison of all contacts that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    pub at: When,
    pub contacts: i64,
    /// Pairs that were new.
    pub found: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DuplicateList {
    pub pairs: Vec<PairCard>,
    pub more: bool,
    pub merges: Vec<MergeCard>,
    /// Somebody looks right now.
    pub looking: bool,
    /// When all contacts were compared last; never so far.
    pub compared: Option<Compared>,
    pub zone: String,
}
