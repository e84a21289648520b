//! Snippets as both sides know them.

use crate::domain::bounds;
use crate::domain::ids::{DocumentId, PostId, SnippetActId, SnippetId};
use crate::domain::moment::When;
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
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
/// Folders that a page lists, and tags.
pub const FOLDERS: i64 = 200;
/// Snippets that something is done with at once: a page of them.
pub const MOST_CHOSEN: usize = PAGE_SIZE as usize;

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

/// Documents of agents beside the snippets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Documents {
    #[default]
    None,
    /// The first of those that a search finds.
    Beside,
    /// Nothing but them.
    Only,
}

/// Which snippets are shown, and where their part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SnippetQuery {
    #[serde(default)]
    pub kind: Option<SnippetKind>,
    #[serde(default)]
    pub documents: Documents,
    #[serde(default)]
    pub folder: Option<String>,
    #[serde(default)]
    pub tag: Option<String>,
    /// Words of the name, the folder, the tags or the text, in any order and form.
    #[serde(default)]
    pub search: String,
    /// This one is opened to be changed.
    #[serde(default)]
    pub edit: Option<SnippetId>,
    /// A new one begins with the text of this post.
    #[serde(default)]
    pub post: Option<PostId>,
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
        Self { edit: None, post: None, older: None, newer: None, ..self.clone() }
    }

    /// Everything is shown.
    pub fn is_plain(&self) -> bool {
        self.documents != Documents::Only && Self { documents: Documents::None, ..self.start() } == Self::default()
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

/// A document of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentHit {
    pub id: DocumentId,
    /// The agent's name.
    pub agent: String,
    pub title: String,
    pub changed: When,
}

/// Documents that are shown beside snippets.
pub const BESIDE: usize = 3;

/// A part of the snippets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnippetList {
    pub part: Part<SnippetCard>,
    /// As the query asks for them: a part, or the first [`BESIDE`].
    pub documents: Part<DocumentHit>,
    /// Nothing has the words that were searched for; these have nearly the same.
    pub is_alike: bool,
    /// [`FOLDERS`] at most, by name.
    pub folders: Vec<String>,
    /// As many, by name.
    pub tags: Vec<String>,
    /// The one that is opened to be changed.
    pub edited: Option<SnippetCard>,
    /// The text of the post that a new one begins with.
    pub begin: Option<String>,
    pub may_edit: bool,
    /// The company's zone, in which all times are.
    pub zone: String,
}

/// The snippets of one request, bounded while they are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenSnippets(#[serde(deserialize_with = "bounds::list::<_, _, MOST_CHOSEN>")] pub Vec<SnippetId>);

/// Something to do with one snippet or several; each can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnippetAct {
    /// Into a folder, or out of all.
    Move,
    Tag,
    Untag,
    Delete,
}

impl SnippetAct {
    const ALL: [SnippetAct; 4] = [Self::Move, Self::Tag, Self::Untag, Self::Delete];

    /// As it stands in forms, in addresses and in the database.
    pub fn id(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::Delete => "delete",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.id() == id)
    }
}

/// What was done, as it stands in an address: `did=tag.3.ID&notice=Spring`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnippetOutcome {
    pub act: SnippetAct,
    /// With how many.
    pub count: usize,
    /// By which it is taken back.
    pub id: SnippetActId,
    /// The folder or the tag.
    pub name: String,
}

impl SnippetOutcome {
    pub fn parse(did: &str, name: &str) -> Option<Self> {
        let [act, count, id] = did.split('.').collect::<Vec<_>>()[..] else { return None };
        let count = count.parse().ok().filter(|count| (1..=MOST_CHOSEN).contains(count))?;
        let name = name.chars().take(MAX_FOLDER).collect();
        Some(Self { act: SnippetAct::parse(act)?, count, id: id.parse().ok()?, name })
    }

    pub fn did(&self) -> String {
        format!("{}.{}.{}", self.act.id(), self.count, self.id)
    }

    /// "3 snippets moved to “Spring”."
    pub fn words(&self) -> String {
        let what = if self.count == 1 { "1 snippet".to_owned() } else { format!("{} snippets", self.count) };
        match self.act {
            SnippetAct::Move if self.name.is_empty() => format!("{what} taken out of folders."),
            SnippetAct::Move => format!("{what} moved to “{}”.", self.name),
            SnippetAct::Tag => format!("{what} tagged “{}”.", self.name),
            SnippetAct::Untag => format!("Tag “{}” taken off {what}.", self.name),
            SnippetAct::Delete => format!("{what} deleted."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_read_from_an_address() {
        let id = SnippetActId::from_u128(7);
        let outcome = SnippetOutcome { act: SnippetAct::Tag, count: 3, id, name: "Spring".into() };
        assert_eq!(SnippetOutcome::parse(&outcome.did(), "Spring"), Some(outcome.clone()));
        assert_eq!(outcome.words(), "3 snippets tagged “Spring”.");
        for bad in [
            "",
            "saved",
            "tag.0.x",
            "tag.99.00000000-0000-0000-0000-000000000007",
            "eat.1.00000000-0000-0000-0000-000000000007",
        ] {
            assert_eq!(SnippetOutcome::parse(bad, ""), None, "{bad}");
        }
    }
}
