//! The brand voice as both sides know it.

use crate::domain::authenticity::{HouseWords, MOST_HOUSE_WORDS};
use crate::domain::bounds;
use crate::domain::moment::When;
use serde::{Deserialize, Serialize};

/// Characters of what is said in sentences.
pub const MAX_SAID: usize = 600;
/// Words and names, and the characters of one.
pub const MAX_WORDS: usize = 40;
pub const MAX_WORD: usize = 40;
/// Example texts, and the characters of one.
pub const MAX_EXAMPLES: usize = 5;
pub const MAX_EXAMPLE: usize = 1_000;
/// Characters of a text that is learnt from.
pub const MAX_LEARNT: usize = 20_000;
/// Between two examples in their field.
pub const BETWEEN: &str = "---";

/// How a company sounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrandVoice {
    /// What the company does.
    pub about: String,
    /// How it sounds.
    pub tone: String,
    /// Whom it speaks to.
    pub audience: String,
    /// Words and names that it likes to use.
    pub words: Vec<String>,
    /// Texts of its own.
    pub examples: Vec<String>,
}

impl BrandVoice {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As the fields of a form have it: words with commas between them, examples with lines of dashes.
    pub fn fields(&self) -> [String; 5] {
        let examples = self.examples.join(&format!("\n{BETWEEN}\n"));
        [self.about.clone(), self.tone.clone(), self.audience.clone(), self.words.join(", "), examples]
    }
}

/// The page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceBoard {
    pub kept: BrandVoice,
    /// Who changed it last and when.
    pub changed: Option<(Option<String>, When)>,
    /// What was read out of a text or page and is not kept yet.
    pub learnt: Option<BrandVoice>,
    /// A model can help to read a text.
    pub has_model: bool,
    /// The sandbox's stand-in reads in its place.
    #[serde(default)]
    pub stand_in: bool,
}

/// What changes of the company's words; a word that is added to one list leaves the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HouseChange {
    #[serde(default, deserialize_with = "bounds::list::<_, _, MOST_HOUSE_WORDS>")]
    pub avoid: Vec<String>,
    #[serde(default, deserialize_with = "bounds::list::<_, _, MOST_HOUSE_WORDS>")]
    pub allow: Vec<String>,
    #[serde(default, deserialize_with = "bounds::list::<_, _, { 2 * MOST_HOUSE_WORDS }>")]
    pub forget: Vec<String>,
}

impl HouseChange {
    /// What makes `now` of `before`.
    pub fn between(before: &HouseWords, now: &HouseWords) -> Self {
        let new = |before: &[String], now: &[String]| now.iter().filter(|w| !before.contains(w)).cloned().collect();
        let gone = before.avoid.iter().chain(&before.allowed);
        let gone = gone.filter(|w| !now.avoid.contains(w) && !now.allowed.contains(w));
        Self {
            avoid: new(&before.avoid, &now.avoid),
            allow: new(&before.allowed, &now.allowed),
            forget: gone.cloned().collect(),
        }
    }
}
