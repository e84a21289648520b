//! What each network says to a file as it is: the same check that a post gets (`domain::limits`), for a post with this file alone.

use crate::domain::account::AccountFacts;
use crate::domain::error::Severity;
use crate::domain::limits;
use crate::domain::limits::fit::{Need, Place, need};
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaFacts, PostContent};

/// What one network says.
#[derive(Debug)]
pub struct Verdict {
    pub platform: Platform,
    /// The formats in which it takes the file; none: it does not.
    pub takes: Vec<Format>,
    /// Why it does not, or what to know where it does.
    pub reasons: Vec<String>,
    /// The copy that it would take, and in which format: where it takes the file in none, or not as an ordinary post.
    pub copy: Option<(Format, Need)>,
}

/// Of all networks that we publish to.
pub fn verdicts(file: &MediaFacts) -> Vec<Verdict> {
    Platform::publishers().map(|platform| verdict(platform, file)).collect()
}

fn verdict(platform: Platform, file: &MediaFacts) -> Verdict {
    // A missing description is no matter of the network's.
    let alt = if file.alt.is_empty() { "-".into() } else { file.alt.clone() };
    let file = MediaFacts { alt, ..file.clone() };
    let formats = platform.publishing().map_or(&[][..], |publishing| publishing.formats);
    let (mut takes, mut notes, mut refusals) = (vec![], vec![], None::<(Format, Vec<String>)>);
    for format in formats.iter().map(|f| f.format) {
        let content = PostContent { format, media: vec![file.clone()], ..PostContent::of_text("-") };
        let found = limits::check(platform, &AccountFacts::default(), &content);
        let of = |severity| {
            found.iter().filter(move |p| p.field == "media" && p.severity == severity).map(|p| words(&p.message))
        };
        let wrong: Vec<_> = of(Severity::Error).collect();
        if wrong.is_empty() {
            if takes.is_empty() {
                notes = of(Severity::Warning).collect();
            }
            takes.push(format);
        } else {
            // The format that comes nearest says why; one that takes no such files at all is not near.
            let near = |wrong: &Vec<String>| {
                (wrong.iter().any(|w| w.contains("in this format") || w.contains(" allows 0 ")), wrong.len())
            };
            if refusals.as_ref().is_none_or(|(_, known)| near(&wrong) < near(known)) {
                refusals = Some((format, wrong));
            }
        }
    }
    let (reasons, copy) = match refusals.filter(|_| takes.is_empty()) {
        Some((format, reasons)) => {
            let copy = need([Place { platform, format }], &file, true).map(|need| (format, need));
            (reasons, copy)
        }
        // A wide picture that is taken as a story only can still be cropped for an ordinary post.
        None => {
            let first = formats.first().map(|f| f.format).filter(|format| !takes.contains(format));
            (notes, first.and_then(|format| Some((format, need([Place { platform, format }], &file, true)?))))
        }
    };
    Verdict { platform, takes, reasons, copy }
}

/// The check names pictures by their position in the post; here is one.
fn words(message: &str) -> String {
    message.replace("Picture 1", "This picture").replace("picture 1", "this picture")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AssetId;
    use crate::domain::post::VideoFacts;

    fn file(mime: &str, width: u32, height: u32, video: Option<VideoFacts>) -> MediaFacts {
        let (asset, alt) = (AssetId::nil(), String::new());
        MediaFacts { asset, mime: mime.into(), bytes: 400_000, width, height, alt, video, pages: None }
    }

    fn of(platform: Platform, file: &MediaFacts) -> Verdict {
        verdicts(file).into_iter().find(|v| v.platform == platform).expect("a verdict of each")
    }

    #[test]
    fn each_network_says_what_the_check_of_a_post_says() {
        let jpeg = file("image/jpeg", 1_200, 1_000, None);
        let x = of(Platform::X, &jpeg);
        assert!(x.takes.contains(&Format::Feed) && x.reasons.is_empty() && x.copy.is_none(), "{x:?}");
        let png = file("image/png", 1_200, 1_000, None);
        let instagram = of(Platform::Instagram, &png);
        assert!(instagram.takes.is_empty(), "{instagram:?}");
        assert_eq!(
            instagram.reasons[0],
            "This picture is a PNG; Instagram takes JPEG only. Replace it, or save it as JPEG."
        );
        assert!(instagram.copy.is_some_and(|(_, need)| need.kind));
        let facts =
            VideoFacts { millis: 30_000, codec: "h264".into(), audio: None, frames: 30_000, bit_rate: 1_000_000 };
        let odd = VideoFacts { codec: "vp9".into(), ..facts.clone() };
        let video = of(Platform::Instagram, &file("video/mp4", 720, 1_280, Some(odd)));
        assert!(video.takes.is_empty() && video.copy.is_none() && video.reasons[0].contains("VP9"), "{video:?}");
        assert!(!of(Platform::Instagram, &file("video/mp4", 720, 1_280, Some(facts))).takes.is_empty());
        let wide = of(Platform::Instagram, &file("image/jpeg", 2_400, 600, None));
        assert_eq!(wide.takes, [Format::Story], "{wide:?}");
        assert!(matches!(wide.copy, Some((Format::Feed, Need { shape: Some(_), .. }))), "{wide:?}");
        // Nobody is left out, and nobody says nothing.
        let document = file("application/pdf", 0, 0, None);
        assert_eq!(verdicts(&document).len(), Platform::publishers().count());
        assert!(verdicts(&document).iter().all(|v| !v.takes.is_empty() || !v.reasons.is_empty()));
    }
}
