//! An import as both sides know it.

use crate::domain::bounds;
use crate::domain::ids::{FieldId, ImportId};
use crate::domain::moment::When;
use crate::features::contacts::fields::model::FieldCard;
use serde::{Deserialize, Serialize};

/// Bytes of the largest file.
pub const MAX_BYTES: u64 = 200 << 20;
/// Columns of a file.
pub const MAX_COLUMNS: usize = 200;
/// Rows that are shown before anything happens.
pub const PREVIEWED: usize = 12;
/// Rows that were refused and are kept to be downloaded.
pub const REFUSALS_KEPT: i64 = 100_000;

/// What a column of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Email,
    FirstName,
    LastName,
    FullName,
    Phone,
    Company,
    Source,
    Tags,
    /// Yes or no to mail.
    Consent,
    /// Yes here is no to mail.
    NoMail,
    /// A field of its own, under the column's name.
    Custom,
    /// One of the company's fields.
    Field(FieldId),
    Skip,
}

impl Target {
    /// All but the company's fields.
    pub const ALL: [Target; 12] = [
        Self::Email,
        Self::FirstName,
        Self::LastName,
        Self::FullName,
        Self::Phone,
        Self::Company,
        Self::Source,
        Self::Tags,
        Self::Consent,
        Self::NoMail,
        Self::Custom,
        Self::Skip,
    ];

    pub fn id(self) -> String {
        let id = match self {
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Source => "source",
            Self::Tags => "tags",
            Self::Consent => "consent",
            Self::NoMail => "no_mail",
            Self::Custom => "custom",
            Self::Field(id) => return format!("field:{id}"),
            Self::Skip => "skip",
        };
        id.to_owned()
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "E-mail",
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::FullName => "Whole name",
            Self::Phone => "Phone",
            Self::Company => "Company",
            Self::Source => "Source",
            Self::Tags => "Tags",
            Self::Consent => "Agreed to mail (yes or no)",
            Self::NoMail => "Unsubscribed (yes or no)",
            Self::Custom => "A field of its own",
            Self::Field(_) => "A field of yours",
            Self::Skip => "Leave out",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        if let Some(field) = id.strip_prefix("field:") {
            return field.parse().ok().map(Self::Field);
        }
        Self::ALL.into_iter().find(|target| target.id() == id)
    }

    /// Several columns may be this.
    pub fn may_repeat(self) -> bool {
        matches!(self, Self::Tags | Self::Custom | Self::Skip)
    }
}

/// What becomes of people who are known already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    #[default]
    Fill,
    Overwrite,
    Skip,
}

impl Known {
    pub const ALL: [Known; 3] = [Self::Fill, Self::Overwrite, Self::Skip];

    pub fn id(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Overwrite => "overwrite",
            Self::Skip => "skip",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Fill => "Fill in what is empty",
            Self::Overwrite => "Replace with what is in the file",
            Self::Skip => "Leave them as they are",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.id() == id)
    }
}

/// Where an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Somebody says what each column is.
    Choosing,
    Running,
    Done,
    /// Somebody ended it.
    Stopped,
    Failed,
    Undoing,
    Undone,
}

impl ImportState {
    const ALL: [ImportState; 7] =
        [Self::Choosing, Self::Running, Self::Done, Self::Stopped, Self::Failed, Self::Undoing, Self::Undone];

    pub fn id(self) -> &'static str {
        match self {
            Self::Choosing => "choosing",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Choosing => "Not begun",
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Stopped => "Stopped",
            Self::Failed => "Ended early",
            Self::Undoing => "Being undone",
            Self::Undone => "Undone",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }
    /// Something happens by itself.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

/// How far it is and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Of a hundred.
    pub percent: u8,
    pub rows: i64,
    pub made: i64,
    pub changed: i64,
    pub same: i64,
    pub refused: i64,
    pub undone: i64,
    pub kept: i64,
}

/// An import as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportCard {
    pub id: ImportId,
    pub file_name: String,
    pub state: ImportState,
    pub counts: Counts,
    pub by: Option<String>,
    pub created: When,
    /// Why it ended early.
    pub why: Option<String>,
    pub stop_asked: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportList {
    pub imports: Vec<ImportCard>,
    pub zone: String,
}

/// What somebody chose. Tags are divided by commas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportChoices {
    /// What each column is, in their order.
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_COLUMNS>")]
    pub columns: Vec<String>,
    #[serde(default)]
    pub known: Known,
    #[serde(default)]
    pub tags: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub consent_words: String,
}

/// What follows the choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// What would happen is shown.
    #[default]
    Look,
    Begin,
}

/// What will become of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    New,
    Changed,
    /// Known, and nothing of it changes.
    Same,
    /// The same person as in a row further up: both are one.
    Again(i64),
    Refused(String),
}

/// A row of the file, before anything happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewRow {
    pub row: i64,
    /// As they stand in the file, shortened.
    pub cells: Vec<String>,
    pub fate: Fate,
    /// In words: what changes, what is kept about mail.
    pub what: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportDetail {
    pub card: ImportCard,
    pub header: Vec<String>,
    pub choices: ImportChoices,
    /// The company's fields, which columns can be.
    pub fields: Vec<FieldCard>,
    /// Whether the choices are those of an earlier file with the same columns.
    pub remembered: bool,
    /// How the file was read: "UTF-8, columns divided by commas".
    pub read_as: String,
    pub preview: Vec<PreviewRow>,
    /// Why nothing can be shown before it begins.
    pub cannot_begin: Option<String>,
    pub may_undo: bool,
    pub zone: String,
}
