//! Snippets as both sides know them.

use crate::domain::ids::SnippetId;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use serde::{Deserialize, Serialize};

/// Snippets of one company.
pub const MOST: i64 = 5_000;
/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Longest name of a folder, in characters.
pub const MAX_FOLDER: usize = 60;
/// Longest text, in characters.
pub const MAX_TEXT: usize = 10_000;
pub const MAX_TAGS: usize = 10;
/// Longest tag, in characters.
pub const MAX_TAG: usize = 40;
/// Folders that a page lists.
pub const FOLDERS: i64 = 200;

/// What a snippet is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnippetKind {
    /// Has placeholders, which are asked for when it is used.
    Template,
    #[default]
    Text,
    /// Goes to the end of a text.
    Signature,
    /// A group of hashtags.
    Hashtags,
    /// An answer to a comment.
    Reply,
}

impl SnippetKind {
    pub const ALL: [SnippetKind; 5] = [Self::Template, Self::Text, Self::Signature, Self::Hashtags, Self::Reply];

    /// As it stands in addresses and in the database.
    pub fn id(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Text => "text",
            Self::Signature => "signature",
            Self::Hashtags => "hashtags",
            Self::Reply => "reply",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Template => "Template",
            Self::Text => "Text",
            Self::Signature => "Signature",
            Self::Hashtags => "Hashtag group",
            Self::Reply => "Saved reply",
        }
    }

    /// The name of all of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Template => "Templates",
            Self::Text => "Texts",
            Self::Signature => "Signatures",
            Self::Hashtags => "Hashtag groups",
            Self::Reply => "Saved replies",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// Which snippets are shown, and where their part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SnippetQuery {
    #[serde(default)]
    pub kind: Option<SnippetKind>,
    #[serde(default)]
    pub folder: Option<String>,
    /// Words of the name, the folder, the tags or the text.
    #[serde(default)]
    pub search: String,
    /// This one is opened to be changed.
    #[serde(default)]
    pub edit: Option<SnippetId>,
    /// What comes behind this place.
    #[serde(default)]
    pub older: Option<Cursor>,
    /// What comes before this place.
    #[serde(default)]
    pub newer: Option<Cursor>,
}

impl SnippetQuery {
    /// The same from its beginning, with nothing opened.
    pub fn start(&self) -> Self {
        Self { edit: None, older: None, newer: None, ..self.clone() }
    }

    /// Everything is shown.
    pub fn is_plain(&self) -> bool {
        self.start() == Self::default()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnippetCard {
    pub id: SnippetId,
    pub version: i32,
    pub kind: SnippetKind,
    pub name: String,
    /// Empty: in none.
    pub folder: String,
    pub tags: Vec<String>,
    pub text: String,
    pub changed: When,
    /// Who changed it last, where that person is still there.
    pub by: Option<String>,
}

/// A part of the snippets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnippetList {
    pub part: Part<SnippetCard>,
    /// [`FOLDERS`] at most, by name.
    pub folders: Vec<String>,
    /// The one that is opened to be changed.
    pub edited: Option<SnippetCard>,
    pub may_edit: bool,
    /// The company's zone, in which all times are.
    pub zone: String,
}

/// Something to do with a snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnippetAct {
    Delete,
    Restore,
}

impl SnippetAct {
    /// As it stands in forms.
    pub fn id(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }
}
