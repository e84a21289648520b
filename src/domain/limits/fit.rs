//! What would make a picture fit where it is refused: a copy, which is always a JPEG, as every platform takes that. What
//! is wrong with the picture is found by the rules of the places that it goes to; the server makes the copy.

use super::{Rules, Shape, rules};
use crate::domain::account::AccountFacts;
use crate::domain::bounds;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaFacts, MediaKind};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Where a picture has to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub platform: Platform,
    #[serde(default)]
    pub format: Format,
}

impl Place {
    /// The rules for pictures depend on no account.
    fn rules(self) -> Option<Rules> {
        rules(self.platform, self.format, &AccountFacts::default())
    }
}

/// How a picture gets another shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reshape {
    /// What is too much is cut off.
    #[default]
    Crop,
    /// White is added.
    Pad,
}

/// Most places of one copy.
const MAX_PLACES: usize = 50;

/// The copy that somebody wants of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyWish {
    /// None: the picture that it was made of.
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_PLACES>")]
    pub places: Vec<Place>,
    /// It is the first of its post: the only one whose shape has to fit.
    #[serde(default = "yes")]
    pub first: bool,
    #[serde(default)]
    pub reshape: Reshape,
    /// Which part is kept when something is cut off, in per cent: 0 is the left, 100 the right.
    #[serde(default = "middle", deserialize_with = "percent")]
    pub x: u8,
    /// The same from the top, 0, to the bottom, 100.
    #[serde(default = "middle", deserialize_with = "percent")]
    pub y: u8,
}

fn yes() -> bool {
    true
}

const fn middle() -> u8 {
    50
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let given = u8::deserialize(deserializer)?;
    if given <= 100 { Ok(given) } else { Err(de::Error::custom("a place in the picture is from 0 to 100")) }
}

impl CopyWish {
    /// The middle of the picture, for these places.
    pub fn of(places: Vec<Place>, first: bool) -> Self {
        Self { places, first, reshape: Reshape::Crop, x: middle(), y: middle() }
    }

    /// What the picture needs there; `None`: nothing, or there is no such place.
    pub fn need(&self, picture: &MediaFacts) -> Option<Need> {
        need(self.places.iter().copied(), picture, self.first)
    }
}

/// What a copy keeps to: the limits of all places together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyLimits {
    pub max_bytes: u64,
    /// Width times height stays below this.
    pub pixels_below: u64,
    pub shape: Option<Shape>,
}

impl CopyLimits {
    /// What nobody refuses: more than the largest upload.
    pub const NONE: Self = Self { max_bytes: 30 * super::MIB, pixels_below: u64::MAX, shape: None };
}

/// What is wrong with a picture and a copy would mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    pub limits: CopyLimits,
    /// Its kind is refused.
    pub kind: bool,
    /// It has too many bytes or pixels.
    pub size: bool,
    /// The nearest allowed shape, where its own is refused: width to height.
    pub shape: Option<(u32, u32)>,
    /// It is a GIF: the copy stands still.
    pub still: bool,
}

/// What a picture needs to be taken at all of these places; `None`: nothing, or it is no picture. `first`: its shape has to fit as well.
pub fn need(places: impl IntoIterator<Item = Place>, picture: &MediaFacts, first: bool) -> Option<Need> {
    if picture.kind() != MediaKind::Picture {
        return None;
    }
    let mut limits = CopyLimits::NONE;
    let (mut kind, mut size) = (false, false);
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    let still = picture.mime == "image/gif";
    for rules in places.into_iter().filter_map(Place::rules) {
        kind |= !rules.image_types.contains(&picture.mime.as_str());
        if let Some(max) = rules.max_image_bytes {
            limits.max_bytes = limits.max_bytes.min(max);
        }
        size |= match rules.gif.filter(|_| still) {
            Some(gif) => {
                picture.bytes > gif.max_bytes || picture.width > gif.max_width || picture.height > gif.max_height
            }
            None => rules.max_image_bytes.is_some_and(|max| picture.bytes > max),
        };
        if let Some(below) = rules.pixels_below {
            size |= pixels >= below;
            limits.pixels_below = limits.pixels_below.min(below);
        }
        if let (true, Some(shape)) = (first, rules.shape) {
            limits.shape = Some(limits.shape.map_or(shape, |known| known.both(shape)));
        }
    }
    let shape = limits.shape.and_then(|shape| shape.nearest(picture.width, picture.height));
    (kind || size || shape.is_some()).then_some(Need { limits, kind, size, shape, still })
}

impl Need {
    /// What the copy is, in a few words: `JPEG, cropped to 4:5`.
    pub fn words(&self, reshape: Reshape) -> String {
        let mut words = vec![];
        if self.still {
            words.push("a JPEG that stands still".to_owned());
        } else if self.kind {
            words.push("JPEG".to_owned());
        }
        if self.size {
            words.push("smaller".to_owned());
        }
        if let Some(shape) = self.shape {
            let how = if reshape == Reshape::Crop { "cropped to" } else { "white added to make it" };
            words.push(format!("{how} {}", in_words(shape)));
        }
        words.join(", ")
    }
}

/// `4:5`, `1.91:1`.
pub fn in_words((width, height): (u32, u32)) -> String {
    if width > height {
        let rest = width * 100 / height % 100;
        let whole = width / height;
        return if rest == 0 { format!("{whole}:1") } else { format!("{whole}.{rest:02}:1") };
    }
    format!("{width}:{height}")
}

impl Shape {
    /// The nearest allowed shape; `None`: these sides are allowed. Where one shape alone is, a hundredth beside it is, too: the
    /// whole and even numbers of pixels that codecs want seldom meet it (640 wide, 9:16 is 1137.8 high).
    pub fn nearest(self, width: u32, height: u32) -> Option<(u32, u32)> {
        let (width, height) = (u64::from(width), u64::from(height));
        if self.tallest == self.widest {
            let (one, other) = (width * u64::from(self.widest.1), height * u64::from(self.widest.0));
            return (one.abs_diff(other) * 100 > one.max(other)).then_some(self.widest);
        }
        let is_wider = |(w, h): (u32, u32)| width * u64::from(h) > height * u64::from(w);
        let is_taller = |(w, h): (u32, u32)| width * u64::from(h) < height * u64::from(w);
        if is_taller(self.tallest) {
            return Some(self.tallest);
        }
        is_wider(self.widest).then_some(self.widest)
    }

    /// What both allow; where that is nothing, the first one.
    fn both(self, other: Self) -> Self {
        let narrower = |a: (u32, u32), b: (u32, u32)| a.0 * b.1 < b.0 * a.1;
        let tallest = if narrower(self.tallest, other.tallest) { other.tallest } else { self.tallest };
        let widest = if narrower(other.widest, self.widest) { other.widest } else { self.widest };
        if narrower(widest, tallest) { self } else { Self { tallest, widest } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AssetId;
    use crate::domain::platform::Platform::{Bluesky, Instagram, LinkedIn, X};
    use crate::domain::post::PostContent;

    fn picture(mime: &str, width: u32, height: u32, bytes: u64) -> MediaFacts {
        MediaFacts {
            asset: AssetId::nil(),
            mime: mime.into(),
            bytes,
            width,
            height,
            alt: "Beans".into(),
            video: None,
            pages: None,
        }
    }

    fn places(platforms: &[Platform]) -> Vec<Place> {
        platforms.iter().map(|platform| Place { platform: *platform, format: Format::Feed }).collect()
    }

    fn words(platforms: &[Platform], picture: &MediaFacts, first: bool) -> Option<String> {
        need(places(platforms), picture, first).map(|need| need.words(Reshape::Crop))
    }

    #[test]
    fn what_is_refused_has_a_way_out() {
        let png = picture("image/png", 1000, 1000, 100_000);
        let says = |text: &str| Some(text.to_owned());
        assert_eq!(words(&[X], &png, true), None);
        assert_eq!(words(&[X, Instagram], &png, true), says("JPEG"));
        let gif = picture("image/gif", 500, 500, 100_000);
        assert_eq!(words(&[Instagram], &gif, true), says("a JPEG that stands still"));
        assert_eq!(words(&[Bluesky], &gif, true), says("a JPEG that stands still"));
        assert_eq!(words(&[X], &gif, true), None);
        let wide = picture("image/gif", 1281, 500, 100_000);
        assert_eq!(words(&[X], &wide, true), says("a JPEG that stands still, smaller"));
        let tall = picture("image/jpeg", 1000, 2000, 100_000);
        assert_eq!(words(&[Instagram], &tall, true), says("cropped to 4:5"));
        assert_eq!(words(&[Instagram], &tall, false), None);
        assert_eq!(words(&[X], &tall, true), None);
        assert_eq!(words(&[], &tall, true), None);
        // There are copies of pictures only.
        assert_eq!(words(&[Instagram], &picture("video/mp4", 1000, 2000, 9_000_000_000), true), None);
        let strip = picture("image/webp", 3000, 1000, 9_000_000);
        assert_eq!(words(&[Instagram], &strip, true), says("JPEG, smaller, cropped to 1.91:1"));
        let padded = need(places(&[Instagram]), &tall, true).unwrap().words(Reshape::Pad);
        assert_eq!(padded, "white added to make it 4:5");
        assert_eq!(words(&[LinkedIn], &picture("image/jpeg", 3000, 3000, 9_000_000), true), None);
        assert_eq!(words(&[LinkedIn], &picture("image/jpeg", 7680, 4708, 9_000_000), true), says("smaller"));
        let limits = need(places(&[X, Bluesky, Instagram]), &strip, true).unwrap().limits;
        assert_eq!(limits.max_bytes, 2_000_000);
    }

    /// Whatever the check refuses of a single picture for what it is (and not for its description), a copy is offered for.
    #[test]
    fn the_check_and_the_offer_agree() {
        let mut refused = 0;
        // Where no picture is taken at all (YouTube), no copy of it helps.
        let takes_pictures = |platform: &Platform| {
            rules(*platform, Format::default(), &AccountFacts::default()).is_some_and(|rules| rules.max_images > 0)
        };
        let all: Vec<_> = Platform::ALL.into_iter().filter(takes_pictures).collect();
        assert!(all.len() >= 8, "{all:?}");
        for platform in all {
            for mime in ["image/jpeg", "image/png", "image/webp", "image/gif"] {
                for (width, height) in [(1000, 1000), (1000, 1251), (1911, 1000), (1300, 1000), (7680, 4708), (2, 1)] {
                    for bytes in [100_000, 3_000_000, 6_000_000, 16_000_000] {
                        let picture = picture(mime, width, height, bytes);
                        let content = PostContent { media: vec![picture.clone()], ..PostContent::of_text("Beans") };
                        let found = super::super::check(platform, &AccountFacts::default(), &content);
                        let wrong = found.iter().any(|problem| {
                            problem.field == "media" && problem.severity == crate::domain::error::Severity::Error
                        });
                        refused += u32::from(wrong);
                        let offered = need(places(&[platform]), &picture, true).is_some();
                        assert_eq!(wrong, offered, "{platform:?} {picture:?}: {found:?}");
                    }
                }
            }
        }
        assert!(refused > 50);
    }

    #[test]
    fn wishes_are_bounded() {
        let read = |json: &str| serde_json::from_str::<CopyWish>(json);
        let wish = read(r#"{"places":[{"platform":"instagram"}]}"#).unwrap();
        assert_eq!(wish, CopyWish::of(places(&[Instagram]), true));
        assert!(read(r#"{"x":101}"#).is_err() && read(r#"{"y":-1}"#).is_err() && read(r#"{"x":1e9}"#).is_err());
        let many = vec![r#"{"platform":"x"}"#; 51].join(",");
        assert!(read(&format!(r#"{{"places":[{many}]}}"#)).is_err());
        assert!(read(r#"{"places":[{"platform":"fax"}]}"#).is_err());
    }

    #[test]
    fn shapes_have_names_and_meet() {
        assert_eq!(
            (in_words((4, 5)), in_words((191, 100)), in_words((2, 1))),
            ("4:5".into(), "1.91:1".into(), "2:1".into())
        );
        let (one, other) = (Shape { tallest: (4, 5), widest: (191, 100) }, Shape { tallest: (1, 1), widest: (2, 1) });
        assert_eq!(one.both(other), Shape { tallest: (1, 1), widest: (191, 100) });
        let apart = Shape { tallest: (9, 16), widest: (9, 16) };
        assert_eq!(one.both(apart), one);
    }
}
