//! What is known of a file, in words. Whole numbers only: code for floating-point numbers is large in the browser.

use super::model::AssetCard;
use crate::domain::post::{MediaFacts, MediaKind};

/// `Video, 0:03, 320 × 568 pixels`; `PDF, 12 pages`. Nothing for a picture, which is seen.
pub fn of_unseen(card: &AssetCard) -> Option<String> {
    if let Some(pages) = card.facts.pages {
        return Some(format!("PDF, {pages} {}", if pages == 1 { "page" } else { "pages" }));
    }
    let video = card.facts.video.as_ref()?;
    let (width, height) = (card.facts.width, card.facts.height);
    Some(format!("Video, {}, {width} × {height} pixels", clock(video.millis)))
}

/// Under a file in the library: `JPEG, 1.2 MB`, `Video 0:03, 53 kB`.
pub fn short(facts: &MediaFacts) -> String {
    let size = size(facts.bytes);
    match &facts.video {
        Some(video) => format!("Video {}, {size}", clock(video.millis)),
        None => format!("{}, {size}", kind(&facts.mime)),
    }
}

/// The same, with the mark of a picture that a model made.
pub fn line(card: &AssetCard) -> String {
    let short = short(&card.facts);
    if card.made_by.is_some() { format!("Made by AI · {short}") } else { short }
}

/// All of them, as pairs of a name and a value.
pub fn all(facts: &MediaFacts) -> Vec<(&'static str, String)> {
    let mut all = vec![("Type", kind(&facts.mime).to_owned()), ("Size", size(facts.bytes))];
    if facts.kind() != MediaKind::Document {
        all.push(("Pixels", format!("{} × {}", facts.width, facts.height)));
    }
    if let Some(pages) = facts.pages {
        all.push(("Pages", pages.to_string()));
    }
    if let Some(video) = &facts.video {
        all.push(("Length", clock(video.millis)));
        all.push(("Video codec", codec(&video.codec).to_owned()));
        let sound = video.audio.as_deref().map_or("none", codec);
        all.push(("Sound", sound.to_owned()));
        all.push(("Frame rate", format!("{} a second", hundredths(u64::from(video.frames) / 10))));
        all.push(("Bit rate", format!("{} Mbit a second", tenths(video.bit_rate / 100_000))));
    }
    all
}

/// `0:03`, `1:02:03`
fn clock(millis: u64) -> String {
    let seconds = (millis + 500) / 1_000;
    match seconds {
        0..3_600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60),
    }
}

/// `812 bytes`, `53 kB`, `1.2 MB`, `3.9 GB`
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(bytes / 100_000)),
        _ => format!("{} GB", tenths(bytes / 100_000_000)),
    }
}

fn tenths(n: u64) -> String {
    if n.is_multiple_of(10) { (n / 10).to_string() } else { format!("{}.{}", n / 10, n % 10) }
}

fn hundredths(n: u64) -> String {
    if n.is_multiple_of(100) { (n / 100).to_string() } else { format!("{}.{:02}", n / 100, n % 100) }
}

fn kind(mime: &str) -> &str {
    match mime {
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/webp" => "WebP",
        "image/gif" => "GIF",
        "video/mp4" => "MP4",
        "video/quicktime" => "MOV",
        "video/webm" => "WebM",
        "application/pdf" => "PDF",
        other => other,
    }
}

fn codec(id: &str) -> &str {
    match id {
        "h264" => "H.264",
        "hevc" => "H.265",
        "av1" => "AV1",
        "vp8" => "VP8",
        "vp9" => "VP9",
        "aac" => "AAC",
        "mp3" => "MP3",
        "opus" => "Opus",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            [812, 53_449, 1_250_000, 2_000_000, 3_900_000_000].map(size),
            ["812 bytes", "53 kB", "1.2 MB", "2 MB", "3.9 GB"]
        );
        assert_eq!([2_600, 61_000, 3_723_000].map(clock), ["0:03", "1:01", "1:02:03"]);
        assert_eq!((hundredths(2_997), hundredths(3_000), tenths(14)), ("29.97".into(), "30".into(), "1.4".into()));
    }
}
