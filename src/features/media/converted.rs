//! A video's copy in the form that networks take, as both sides know it: how far it is.

use crate::domain::ids::ConversionId;
use crate::domain::post::{MediaFacts, MediaKind};
use serde::{Deserialize, Serialize};

/// Longest video that is converted here, in milliseconds, and its most bytes.
pub const MAX_MILLIS: u64 = 3_600_000;
pub const MAX_BYTES: u64 = 4 << 30;
/// The longest side of what comes out.
pub const MAX_SIDE: u32 = 1920;
/// Conversions of a company at a time.
pub const MOST_AT_ONCE: i64 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversionState {
    Waiting,
    Working,
    Done,
    Failed,
    Cancelled,
}

impl ConversionState {
    pub fn parse(id: &str) -> Self {
        match id {
            "waiting" => Self::Waiting,
            "working" => Self::Working,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Working)
    }
}

/// The last conversion of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionCard {
    pub id: ConversionId,
    pub state: ConversionState,
    pub percent: u8,
    /// Why it failed, with what to do.
    pub why: String,
}

impl ConversionCard {
    pub fn words(&self) -> String {
        match self.state {
            ConversionState::Waiting => "Waiting for its turn.".into(),
            ConversionState::Working => format!("{} % converted.", self.percent),
            ConversionState::Done => "Converted: it is among the copies.".into(),
            ConversionState::Failed => self.why.clone(),
            ConversionState::Cancelled => "Cancelled.".into(),
        }
    }
}

/// What a video's page needs to offer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converter {
    /// ffmpeg is installed on this server.
    pub installed: bool,
    pub last: Option<ConversionCard>,
}

/// Whether a video has the form already that every network takes: MP4 with H.264, AAC if it has sound, not over 1920 pixels.
pub fn fits_already(video: &MediaFacts) -> bool {
    let Some(facts) = video.video.as_ref().filter(|_| video.kind() == MediaKind::Video) else { return true };
    video.mime == "video/mp4"
        && facts.codec == "h264"
        && facts.audio.as_deref().is_none_or(|audio| audio == "aac")
        && video.width.max(video.height) <= MAX_SIDE
        && facts.frames <= 60_000
}

/// Why a video is not converted, whoever asks.
pub fn refusal(video: &MediaFacts) -> Option<&'static str> {
    let millis = video.video.as_ref().map_or(0, |facts| facts.millis);
    match () {
        () if fits_already(video) => Some("This video is an MP4 with H.264 already. Nothing has to be converted."),
        () if millis > MAX_MILLIS => Some("This video is longer than an hour. Cut it, or export it as MP4 with H.264."),
        () if video.bytes > MAX_BYTES => Some("This video has more than 4 GB. Export it as MP4 with H.264 yourself."),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AssetId;
    use crate::domain::post::VideoFacts;

    #[test]
    fn only_what_is_refused_for_its_form_is_converted() {
        let film = |mime: &str, codec: &str, audio: Option<&str>, width: u32| MediaFacts {
            asset: AssetId::nil(),
            mime: mime.into(),
            bytes: 1_000,
            width,
            height: 1080,
            alt: String::new(),
            video: Some(VideoFacts {
                millis: 3_000,
                codec: codec.into(),
                audio: audio.map(str::to_owned),
                frames: 30_000,
                bit_rate: 1_000_000,
            }),
            pages: None,
        };
        let good = film("video/mp4", "h264", Some("aac"), 1920);
        assert!(fits_already(&good) && fits_already(&film("video/mp4", "h264", None, 608)));
        assert!(refusal(&good).is_some_and(|words| words.contains("already")));
        for other in [
            film("video/quicktime", "h264", Some("aac"), 1920),
            film("video/mp4", "hevc", Some("aac"), 1920),
            film("video/mp4", "h264", Some("mp3"), 1920),
            film("video/mp4", "h264", Some("aac"), 3840),
        ] {
            assert_eq!((fits_already(&other), refusal(&other)), (false, None), "{other:?}");
        }
        let picture = MediaFacts { mime: "image/png".into(), video: None, ..good };
        assert!(refusal(&picture).is_some());
        let mut long = film("video/mp4", "hevc", None, 1920);
        long.video.as_mut().unwrap().millis = MAX_MILLIS + 1;
        assert!(refusal(&long).is_some_and(|words| words.contains("an hour")));
    }
}
