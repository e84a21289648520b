//! What is left is read again by parsers that are not ours.

use super::samples::{self, PROFILE, SECRETS};
use super::*;
use image::{AnimationDecoder, ImageDecoder, ImageReader};
use proptest::prelude::*;
use std::io::Cursor;

/// A format and what makes a picture of it.
type Sample = (ImageFormat, fn() -> Vec<u8>);

const FORMATS: [Sample; 4] = [
    (ImageFormat::Jpeg, samples::jpeg),
    (ImageFormat::Png, samples::png),
    (ImageFormat::WebP, samples::webp),
    (ImageFormat::Gif, samples::gif),
];

fn says(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
}

#[test]
fn nothing_about_place_camera_and_person_is_left() {
    for (format, sample) in FORMATS {
        let before = sample();
        assert!(SECRETS.iter().any(|secret| says(&before, secret)), "{format:?}: the sample says nothing");
        let after = clean(format, &before).expect("whole");
        assert!(after.removed, "{format:?}");
        for secret in SECRETS {
            assert!(!says(&after.bytes, secret), "{format:?} still says {secret}");
        }
    }
}

/// Read by a reader of EXIF that is not ours: one field, which side is up.
#[test]
fn the_orientation_stays_and_nothing_else() {
    for (format, sample) in &FORMATS[..3] {
        let exif = |bytes: &[u8]| exif::Reader::new().read_from_container(&mut Cursor::new(bytes));
        let before = exif(&sample()).expect("EXIF");
        assert!(before.get_field(exif::Tag::GPSLatitude, exif::In::PRIMARY).is_some(), "{format:?}");
        let after = clean(*format, &sample()).expect("whole");
        assert_eq!(after.orientation, Orientation::Rotate90);
        let left = exif(&after.bytes).expect("EXIF");
        let fields: Vec<_> = left.fields().map(|field| (field.tag, field.value.get_uint(0))).collect();
        assert_eq!(fields, [(exif::Tag::Orientation, Some(6))], "{format:?}");
    }
}

#[test]
fn pixels_colours_and_animation_stay() {
    for (format, sample) in FORMATS {
        let before = sample();
        let after = clean(format, &before).expect("whole");
        let pixels = |bytes: &[u8]| image::load_from_memory_with_format(bytes, format).expect("decodes").into_bytes();
        assert!(pixels(&before) == pixels(&after.bytes), "{format:?}");
        let mut decoder = ImageReader::with_format(Cursor::new(&after.bytes), format).into_decoder().expect("reads");
        let profile = decoder.icc_profile().expect("reads");
        if matches!(format, ImageFormat::Jpeg | ImageFormat::WebP) {
            assert_eq!(profile.as_deref(), Some(PROFILE), "{format:?}");
        }
        // Nothing more to remove, and nothing removed twice.
        let again = clean(format, &after.bytes).expect("whole");
        assert!(again.bytes == after.bytes && !again.removed && again.orientation == after.orientation, "{format:?}");
    }
    let gif = clean(ImageFormat::Gif, &samples::gif()).expect("whole").bytes;
    let frames = image::codecs::gif::GifDecoder::new(Cursor::new(&gif)).expect("reads").into_frames();
    assert_eq!(frames.count(), 3);
    assert!(says(&gif, "NETSCAPE2.0"));
}

#[test]
fn pictures_that_say_nothing_stay_as_they_are() {
    for (format, _) in FORMATS {
        let plain = samples::plain(format);
        let after = clean(format, &plain).expect("whole");
        assert!(after.bytes == plain && !after.removed, "{format:?}");
    }
}

#[test]
fn what_is_cut_off_is_no_picture() {
    for (format, _) in FORMATS {
        let plain = samples::plain(format);
        for end in (1..plain.len()).step_by(7).chain([plain.len() - 1]) {
            assert!(clean(format, &plain[..end]).is_none(), "{format:?} at {end}");
        }
    }
}

proptest! {
    /// Nothing that a stranger sends stops it, and it never adds more than an orientation.
    #[test]
    fn damaged_files_do_no_harm(which in 0usize..4, at in 0usize..4000, byte: u8, cut in 0usize..4000) {
        let (format, sample) = FORMATS[which];
        let mut bytes = sample();
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(cut % length + 1);
        if let Some(cleaned) = clean(format, &bytes) {
            prop_assert!(cleaned.bytes.len() <= bytes.len() + 40);
        }
    }
}
