//! Posts in tests: a content put together piece by piece.

use lux::domain::ids::AssetId;
use lux::domain::post::{Parts, SavePost};

/// A post with another piece of content.
pub trait Content: Sized {
    fn saying(self, text: String) -> Self;
    fn linking(self, link: Option<String>) -> Self;
    fn showing(self, media: Vec<AssetId>) -> Self;
    fn followed_by(self, parts: Parts) -> Self;
}

impl Content for SavePost {
    fn saying(mut self, text: String) -> Self {
        self.content.text = text;
        self
    }

    fn linking(mut self, link: Option<String>) -> Self {
        self.content.link = link;
        self
    }

    fn showing(mut self, media: Vec<AssetId>) -> Self {
        self.content.media = media;
        self
    }

    fn followed_by(mut self, parts: Parts) -> Self {
        self.content.parts = parts;
        self
    }
}
