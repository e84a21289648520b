//! What the studio opens with, and the words for what happened before.

use crate::domain::authenticity::HouseWords;
use crate::domain::connection::ConnectionSummary;
use crate::domain::ids::PostId;
use crate::domain::moment::{LocalTime, When};
use crate::domain::post::{SavePost, TimeCheck};
use crate::features::captions::model::Writer;
use crate::features::media::model::AssetCard;
use crate::features::posts::model::PostDetail;
use serde::{Deserialize, Serialize};

/// Everything that the composer needs at the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudioData {
    /// The id that a new post gets when it is saved; made anew for each opening.
    pub key: PostId,
    pub post: Option<PostDetail>,
    /// Files of the library that it is to show as well; not saved yet.
    #[serde(default)]
    pub added: Vec<AssetCard>,
    pub accounts: Vec<ConnectionSummary>,
    /// The company's zone: all local times are in it.
    pub zone: String,
    /// What stands in the time field.
    pub at: LocalTime,
    /// Nobody chose that time yet; it is only a place to begin.
    pub suggested: bool,
    pub time: TimeCheck,
    /// Somebody wanted to publish it now (without JavaScript) and is asked first.
    #[serde(default)]
    pub question: Option<Question>,
    /// What writes texts, if anything does.
    #[serde(default)]
    pub writer: Writer,
    /// The name of a file that did not come in with the save that led here (without JavaScript).
    #[serde(default)]
    pub refused_file: Option<String>,
    /// The company's words to avoid and words that are never marked.
    #[serde(default)]
    pub house: HouseWords,
    /// What this person left unsaved.
    #[serde(default)]
    pub unsaved: Option<Unsaved>,
}

/// What stood in a composer and was not saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unsaved {
    pub id: PostId,
    /// What a save would have sent; without the post's id.
    pub work: SavePost,
    /// The time as it stood in its field.
    pub time: String,
    /// The files that are still there.
    pub media: Vec<AssetCard>,
    pub kept: When,
    /// The post was saved by somebody since.
    pub newer: bool,
}

/// Hashtags that can be put into a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagIdea {
    /// One, or those of a group with spaces between them.
    pub tags: String,
    /// Of a group.
    pub name: Option<String>,
    /// How often it was used, when last and where; of a group what is in it.
    pub about: String,
}

/// Before a post is published now: what to know about that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What the guards say, each thing once.
    pub notes: Vec<String>,
    /// It stays planned for then if nobody goes on; `None`: it is a draft.
    pub planned: Option<LocalTime>,
}

impl Question {
    /// What becomes of the post meanwhile.
    pub fn meanwhile(&self) -> String {
        match self.planned {
            Some(time) => format!("Not published yet: it stays scheduled for {}.", time.short()),
            None => "Not published yet: it is saved as a draft.".into(),
        }
    }
}

/// What a save without JavaScript tells the page that it leads to (`?notice=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    Saved,
    Scheduled,
    Problems,
    Time,
    Copied,
    Copy,
    File,
    Ask,
    Fits,
    NoCopy,
    CopyLater,
    Wrote,
    NotWritten,
}

impl Note {
    const ALL: [Note; 13] = [
        Self::Saved,
        Self::Scheduled,
        Self::Problems,
        Self::Time,
        Self::Copied,
        Self::Copy,
        Self::File,
        Self::Ask,
        Self::Fits,
        Self::NoCopy,
        Self::CopyLater,
        Self::Wrote,
        Self::NotWritten,
    ];

    /// As it stands in the address.
    pub fn id(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Scheduled => "scheduled",
            Self::Problems => "problems",
            Self::Time => "time",
            Self::Copied => "copied",
            Self::Copy => "copy",
            Self::File => "file",
            Self::Ask => "ask",
            Self::Fits => "fits",
            Self::NoCopy => "no-copy",
            Self::CopyLater => "copy-later",
            Self::Wrote => "wrote",
            Self::NotWritten => "not-written",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.id() == id)
    }

    pub fn is_good(self) -> bool {
        matches!(self, Self::Saved | Self::Scheduled | Self::Copy | Self::Fits | Self::Wrote)
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Saved => "Saved as a draft.",
            Self::Scheduled => "Scheduled.",
            Self::Problems => "Not scheduled. Fix the problems below; your post is saved as a draft.",
            Self::Time => "Not scheduled. Choose another time below; your post is saved as a draft.",
            Self::Copied => "Somebody changed or deleted the post meanwhile. Your version is saved as this new draft.",
            Self::Copy => "This is a copy. Change what you like, then schedule it.",
            Self::File => "A picture was not added. Everything else is saved as a draft.",
            Self::Fits => "The copies that fit are in the place of the pictures. Your post is saved as a draft.",
            Self::NoCopy => {
                "A picture cannot be made to fit. Remove it and add another one; your post is saved as a draft."
            }
            Self::CopyLater => {
                "A copy that fits could not be made right now. Wait a minute and ask for it again; your post is saved as a draft."
            }
            Self::Wrote => "The texts are in the fields. Your post is saved as a draft.",
            Self::NotWritten => {
                "No text was written: say in the brief what the post is about, or try again in a minute. Your post is saved as a draft."
            }
            Self::Ask => "Not published yet. Check the warnings below, then publish or choose another time.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_survive_in_an_address() {
        for note in Note::ALL {
            assert_eq!(Note::parse(note.id()), Some(note));
            assert!(!note.words().is_empty());
        }
        assert_eq!(Note::parse("<script>"), None);
    }
}
