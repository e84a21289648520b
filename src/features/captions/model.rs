//! What is asked for a post's texts, and what comes back, piece by piece.

use crate::domain::bounds;
use crate::domain::ids::{AssetId, ConnectionId, PostId, VersionId};
use crate::domain::moment::When;
use crate::domain::post::Format;
use serde::{Deserialize, Serialize};

/// Most characters of a brief.
pub const MAX_BRIEF: usize = 4_000;
/// Most characters of an audience.
pub const MAX_AUDIENCE: usize = 300;
/// Most characters of a text that is written anew.
pub const MAX_TEXT: usize = 20_000;
/// Most accounts that are written for at once.
pub const MAX_ACCOUNTS: usize = 30;
/// Most pictures that the model looks at.
pub const MAX_PICTURES: usize = 6;
/// How many texts stand side by side.
pub const VARIANTS: usize = 3;

/// How a text is to sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    #[default]
    Friendly,
    Expert,
    Playful,
    Calm,
    Bold,
}

impl Tone {
    pub const ALL: [Self; 5] = [Self::Friendly, Self::Expert, Self::Playful, Self::Calm, Self::Bold];

    pub fn id(self) -> &'static str {
        match self {
            Self::Friendly => "friendly",
            Self::Expert => "expert",
            Self::Playful => "playful",
            Self::Calm => "calm",
            Self::Bold => "bold",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Friendly => "Friendly",
            Self::Expert => "Expert",
            Self::Playful => "Playful",
            Self::Calm => "Calm",
            Self::Bold => "Bold",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tone| tone.id() == id)
    }
}

/// Languages that are offered: BCP 47 code and English name. An empty code is the brief's own language.
pub const LANGUAGES: [(&str, &str); 15] = [
    ("", "As in the brief"),
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("pt", "Portuguese"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("cs", "Czech"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("ja", "Japanese"),
];

/// The English name of an offered language.
pub fn language_name(code: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(known, _)| *known == code && !code.is_empty()).map(|(_, name)| *name)
}

/// What to do with a text that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// As a person would say it.
    Human,
    Again,
    Shorter,
    Warmer,
    LessSalesy,
    Question,
    Translate,
}

impl Wish {
    pub const ALL: [Self; 7] =
        [Self::Human, Self::Again, Self::Shorter, Self::Warmer, Self::LessSalesy, Self::Question, Self::Translate];

    pub fn id(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Again => "again",
            Self::Shorter => "shorter",
            Self::Warmer => "warmer",
            Self::LessSalesy => "less_salesy",
            Self::Question => "question",
            Self::Translate => "translate",
        }
    }

    /// Whether the text must still say all that it said before, and nothing that it did not say. Another text may choose, and a
    /// translation cannot be compared word for word.
    pub fn keeps_facts(self) -> bool {
        matches!(self, Self::Human | Self::Warmer | Self::LessSalesy | Self::Question)
    }

    /// Whether it may say less, and nothing new.
    pub fn invents_nothing(self) -> bool {
        self == Self::Shorter || self.keeps_facts()
    }

    /// As the button says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "More human",
            Self::Again => "Again",
            Self::Shorter => "Shorter",
            Self::Warmer => "Warmer",
            Self::LessSalesy => "Less salesy",
            Self::Question => "Add a question",
            Self::Translate => "Translate",
        }
    }
}

/// An account that is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionTarget {
    /// `None`: the text for all accounts.
    pub connection: Option<ConnectionId>,
    #[serde(default)]
    pub format: Format,
}

/// `POST /api/v1/captions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionAsk {
    /// The post, or the id that a new one gets.
    pub post: Option<PostId>,
    #[serde(default)]
    pub brief: String,
    #[serde(default)]
    pub tone: Tone,
    #[serde(default)]
    pub language: String,
    #[serde(default)]
    pub audience: String,
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_ACCOUNTS>")]
    pub targets: Vec<CaptionTarget>,
    #[serde(default, deserialize_with = "bounds::list::<_, _, 100>")]
    pub media: Vec<AssetId>,
    /// With `text`: what is to become of it. Without: a new text is written from the brief.
    #[serde(default)]
    pub wish: Option<Wish>,
    /// The texts that stand in the fields and give way; kept as versions.
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_ACCOUNTS>")]
    pub before: Vec<Before>,
    /// Three texts for the one account.
    #[serde(default)]
    pub variants: bool,
}

/// Characters of each fact of a product.
pub const MAX_PRODUCT: usize = 300;

/// What a post about a product has to say rightly; empty where it is about none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    pub price: String,
    pub link: String,
}

impl Product {
    /// The brief with these facts behind it.
    pub fn added_to(&self, brief: &str) -> String {
        let facts = [("Product", &self.name), ("Price", &self.price), ("Link", &self.link)];
        let line = |(what, fact): (&str, &String)| {
            let fact: String =
                fact.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_PRODUCT).collect();
            (!fact.is_empty()).then(|| format!("{what}: {fact}"))
        };
        let brief = Some(brief.trim_end().to_owned()).filter(|brief| !brief.is_empty());
        brief.into_iter().chain(facts.into_iter().filter_map(line)).collect::<Vec<_>>().join("\n")
    }
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub connection: Option<ConnectionId>,
    pub text: String,
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CaptionEvent {
    /// All of a text as it is now: it grows, and a text that did not fit is replaced. `place`: which of several variants.
    Text { connection: Option<ConnectionId>, place: u8, text: String },
    /// The texts are checked and kept.
    Done { model: String },
    /// What came stays; one sentence says what happened and what to do.
    Failed { message: String },
}

/// Most characters of a text that a picture is held against.
pub const MAX_HELD: usize = 5_000;
/// Most characters of the reason.
pub const MAX_WHY: usize = 300;

/// Whether a picture shows what a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    Yes,
    Partly,
    No,
}

impl Fit {
    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Yes => "The picture fits the text.",
            Self::Partly => "The picture fits the text in part.",
            Self::No => "The picture does not fit the text.",
        }
    }
}

/// What a model says to a picture and a text. It only says so: nothing is held back because of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFit {
    pub fits: Fit,
    pub why: String,
}

/// A text of a post that can be taken again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub id: VersionId,
    pub connection: Option<ConnectionId>,
    pub text: String,
    /// `Written by gpt-4o`, `Your own text`.
    pub origin: String,
    pub at: When,
}

/// What the studio knows of the model when it opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// `None`: there is no key.
    pub model: Option<String>,
    /// Its words come from a stand-in.
    pub stand_in: bool,
    /// What a text for one account costs, about.
    pub estimate: String,
    /// May enter keys.
    pub may_add_key: bool,
}
