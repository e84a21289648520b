//! Pictures that a model makes, as both sides know them: in which shape, how many, and how far a request is.

use super::model::AssetCard;
use crate::domain::ids::MakingId;
use crate::domain::moment::When;
use serde::{Deserialize, Serialize};

/// Longest description, in characters.
pub const MAX_PROMPT: usize = 4_000;
/// Most pictures of one request.
pub const MOST: u32 = 4;
/// Most requests of a company at once.
pub const MOST_AT_ONCE: i64 = 5;

/// The shape of a picture, by where it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    #[default]
    Square,
    Portrait,
    Tall,
    Wide,
    Story,
}

impl Shape {
    pub const ALL: [Self; 5] = [Self::Square, Self::Portrait, Self::Tall, Self::Wide, Self::Story];

    pub fn id(self) -> &'static str {
        match self {
            Self::Square => "square",
            Self::Portrait => "portrait",
            Self::Tall => "tall",
            Self::Wide => "wide",
            Self::Story => "story",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.id() == id)
    }

    /// With the networks that show it so.
    pub fn name(self) -> &'static str {
        match self {
            Self::Square => "Square 1:1 (every network)",
            Self::Portrait => "Portrait 4:5 (Instagram, Facebook)",
            Self::Tall => "Tall 2:3 (Pinterest)",
            Self::Wide => "Wide 16:9 (X, LinkedIn, YouTube)",
            Self::Story => "Story 9:16 (TikTok, stories)",
        }
    }

    /// Pixels: sides that are multiples of 16, as the models want them.
    pub fn pixels(self) -> (u32, u32) {
        match self {
            Self::Square => (1024, 1024),
            Self::Portrait => (1024, 1280),
            Self::Tall => (1024, 1536),
            Self::Wide => (1536, 864),
            Self::Story => (864, 1536),
        }
    }
}

/// What makes pictures here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PainterCard {
    pub model: String,
    /// A stand-in answers in its place.
    pub stand_in: bool,
    pub shapes: Vec<ShapeCard>,
}

/// A shape with what it gives and costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeCard {
    pub shape: Shape,
    /// Pixels that this model makes of it.
    pub size: (u32, u32),
    /// What one, two, and so on cost, about, in words.
    pub costs: Vec<String>,
}

/// What the form for pictures needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PainterBoard {
    pub painter: Option<PainterCard>,
    /// Why there is none, with the next step.
    pub why_not: String,
    /// Whether the reader may have pictures made.
    pub may_make: bool,
    /// The page where that can be changed, if the reader may.
    pub settings: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MakingState {
    Making,
    Ended,
    Cancelled,
}

impl MakingState {
    pub fn parse(id: &str) -> Self {
        match id {
            "making" => Self::Making,
            "cancelled" => Self::Cancelled,
            _ => Self::Ended,
        }
    }
}

/// A request for pictures, and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MakingCard {
    pub id: MakingId,
    pub prompt: String,
    pub shape: Shape,
    pub wanted: u32,
    /// Those that are there, the first one first.
    pub made: Vec<AssetCard>,
    pub state: MakingState,
    /// Why it ended early.
    pub why: String,
    pub by: Option<String>,
    pub at: When,
}

impl MakingCard {
    /// `2 of 3 pictures are there.`
    pub fn words(&self) -> String {
        let (made, wanted) = (self.made.len(), self.wanted);
        match (self.state, wanted) {
            (MakingState::Making, 1) => "The picture is being made. That takes up to a minute.".into(),
            (MakingState::Making, _) => {
                format!(
                    "Picture {} of {wanted} is being made. Each takes up to a minute.",
                    (made + 1).min(wanted as usize)
                )
            }
            (MakingState::Cancelled, _) if made == 0 => "Cancelled.".into(),
            (MakingState::Cancelled, _) => format!("Cancelled. {made} of {wanted} are in the library."),
            (MakingState::Ended, 1) if made == 1 => "The picture is in the library.".into(),
            (MakingState::Ended, _) if made == wanted as usize => format!("All {wanted} pictures are in the library."),
            (MakingState::Ended, _) if made == 0 => "No picture was made.".into(),
            (MakingState::Ended, _) => format!("{made} of {wanted} pictures are in the library."),
        }
    }
}

/// What can be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MakingAct {
    Cancel,
    /// Take the note of it off the page; its pictures stay.
    PutAway,
}

impl MakingAct {
    pub fn id(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::PutAway => "put_away",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_has_sides_that_models_take() {
        for shape in Shape::ALL {
            let (width, height) = shape.pixels();
            assert_eq!((Shape::parse(shape.id()), width % 16, height % 16), (Some(shape), 0, 0));
            assert!(width <= 3 * height && height <= 3 * width);
        }
    }
}
