//! Copies of a picture that fit where the original is refused: turned upright, cut or put on white, scaled, and saved as JPEG
//! with its colour profile. `layout` is the arithmetic.

mod layout;

use super::clean::{Cleaned, clean};
use super::inspect::{first_frame, on_white};
use crate::domain::limits::fit::{CopyLimits, Reshape};
use fast_image_resize::{ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Rgb, RgbImage};
use layout::{Layout, layout, pixels};
use std::io::Cursor;

pub use layout::Focus;

/// From nearly as good as the original to what still looks fine.
const QUALITIES: [u8; 3] = [92, 84, 75];
/// How often it is made smaller for its bytes. Each time a fifth of the pixels goes at least: few are needed.
const ATTEMPTS: usize = 8;

/// The JPEG; `None`: the bytes are no picture that can be read, or none that can be made so small. Costs CPU and up to 500 MB:
/// call it off the async threads, and few at a time.
pub fn fitted(bytes: &[u8], limits: &CopyLimits, focus: Focus) -> Option<Vec<u8>> {
    let format = image::guess_format(bytes).ok()?;
    let Cleaned { bytes, orientation, .. } = clean(format, bytes)?;
    let profile = profile(format, &bytes);
    let mut picture = first_frame(format, &bytes).ok()?;
    if orientation != Orientation::NoTransforms {
        picture.apply_orientation(orientation);
    }
    let mut below = u64::MAX;
    for _ in 0..ATTEMPTS {
        let layout = layout((picture.width(), picture.height()), limits, below, focus);
        let drawn = drawn(&picture, layout, focus.reshape)?;
        let mut least = 0;
        for quality in QUALITIES {
            let jpeg = encoded(&drawn, quality, profile.as_deref())?;
            if jpeg.len() as u64 <= limits.max_bytes {
                return Some(jpeg);
            }
            least = jpeg.len() as u64;
        }
        below = pixels(layout.size) * 4 / 5 * limits.max_bytes / least.max(1);
    }
    None
}

fn drawn(picture: &DynamicImage, layout: Layout, reshape: Reshape) -> Option<RgbImage> {
    let Layout { scaled, size, from, to } = layout;
    let smaller = if scaled == (picture.width(), picture.height()) { None } else { Some(scaled_to(picture, scaled)?) };
    let picture = smaller.as_ref().unwrap_or(picture);
    Some(match reshape {
        Reshape::Crop if size != scaled => on_white(&picture.crop_imm(from.0, from.1, size.0, size.1)),
        Reshape::Pad if size != scaled => {
            let mut canvas = RgbImage::from_pixel(size.0, size.1, Rgb([255; 3]));
            image::imageops::replace(&mut canvas, &on_white(picture), to.0.into(), to.1.into());
            canvas
        }
        _ => on_white(picture),
    })
}

fn scaled_to(picture: &DynamicImage, (width, height): layout::Size) -> Option<DynamicImage> {
    let mut smaller = DynamicImage::new(width, height, picture.color());
    Resizer::new().resize(picture, &mut smaller, &ResizeOptions::new()).ok()?;
    Some(smaller)
}

fn encoded(picture: &RgbImage, quality: u8, profile: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut out = vec![];
    let mut encoder = JpegEncoder::new_with_quality(&mut out, quality);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).ok()?;
    }
    encoder.encode_image(picture).ok()?;
    Some(out)
}

/// The colour profile, if it is one for the colours that the copy has: print colours (CMYK) and greys are converted.
fn profile(format: ImageFormat, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().ok()?;
    let profile = decoder.icc_profile().ok().flatten()?;
    // The colour space of its data (ICC.1, header).
    (profile.get(16..20) == Some(b"RGB ")).then_some(profile)
}

#[cfg(test)]
mod tests {
    use super::super::clean::samples;
    use super::*;
    use crate::domain::limits::Shape;
    use image::codecs::png::PngEncoder;
    use image::{ExtendedColorType, Rgba, RgbaImage};

    const MIDDLE: Focus = Focus { reshape: Reshape::Crop, x: 50, y: 50 };
    const INSTAGRAM: CopyLimits =
        CopyLimits { shape: Some(Shape { tallest: (4, 5), widest: (191, 100) }), ..CopyLimits::NONE };

    fn noisy(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(vec![]);
        let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_be_bytes();
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb([noise(x, y)[0], noise(x, y)[1], 90]));
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn seen(jpeg: &[u8]) -> RgbImage {
        assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(jpeg).unwrap().to_rgb8()
    }

    #[test]
    fn copies_are_jpegs_of_the_wanted_shape_and_size() {
        for (format, (width, height), reshape, size) in [
            (ImageFormat::Png, (300, 300), Reshape::Crop, (300, 300)),
            (ImageFormat::WebP, (300, 600), Reshape::Crop, (300, 375)),
            (ImageFormat::Jpeg, (600, 200), Reshape::Crop, (382, 200)),
            (ImageFormat::Jpeg, (600, 200), Reshape::Pad, (600, 315)),
            (ImageFormat::Gif, (300, 600), Reshape::Pad, (480, 600)),
        ] {
            let copy = fitted(&noisy(width, height, format), &INSTAGRAM, Focus { reshape, ..MIDDLE }).unwrap();
            assert_eq!(seen(&copy).dimensions(), size, "{format:?} {reshape:?}");
        }
    }

    #[test]
    fn copies_stay_below_the_limits() {
        let large = noisy(700, 700, ImageFormat::Png);
        assert!(large.len() > 200_000);
        for max_bytes in [20_000, 60_000, 150_000] {
            let copy = fitted(&large, &CopyLimits { max_bytes, ..CopyLimits::NONE }, MIDDLE).unwrap();
            assert!(copy.len() as u64 <= max_bytes && copy.len() as u64 > max_bytes / 4, "{}", copy.len());
        }
        let copy = fitted(&large, &CopyLimits { pixels_below: 100_000, ..CopyLimits::NONE }, MIDDLE).unwrap();
        assert!(pixels(seen(&copy).dimensions()) < 100_000);
        assert_eq!(fitted(&large, &CopyLimits { max_bytes: 10, ..CopyLimits::NONE }, MIDDLE), None);
    }

    /// Black above, white below: which part is kept can be seen, and so can what was added.
    #[test]
    fn the_chosen_part_is_kept() {
        let mut bytes = Cursor::new(vec![]);
        let halves = RgbImage::from_fn(200, 400, |_, y| Rgb([if y < 200 { 0 } else { 255 }; 3]));
        halves.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let bytes = bytes.into_inner();
        let dark = |focus| {
            let copy = seen(&fitted(&bytes, &INSTAGRAM, focus).unwrap());
            copy.pixels().filter(|pixel| pixel.0[0] < 128).count() as u32 * 100 / (copy.width() * copy.height())
        };
        assert!(dark(Focus { y: 0, ..MIDDLE }) >= 79);
        assert!((49..=51).contains(&dark(MIDDLE)));
        assert!(dark(Focus { y: 100, ..MIDDLE }) <= 21);
        assert!((30..=32).contains(&dark(Focus { reshape: Reshape::Pad, ..MIDDLE })), "half of 200 of 320 columns");
    }

    /// The camera lay on its side; transparency becomes white; nothing is said of place and camera.
    #[test]
    fn copies_look_like_the_original() {
        let turned = fitted(&samples::jpeg(), &CopyLimits::NONE, MIDDLE).unwrap();
        assert_eq!(seen(&turned).dimensions(), (40, 60));
        assert_eq!(clean(ImageFormat::Jpeg, &turned).unwrap().orientation, Orientation::NoTransforms);
        let says = |secret: &str| turned.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!samples::SECRETS.iter().any(|secret| says(secret)));
        let mut clear = Cursor::new(vec![]);
        RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0])).write_to(&mut clear, ImageFormat::Png).unwrap();
        let clear = fitted(&clear.into_inner(), &CopyLimits::NONE, MIDDLE).unwrap();
        assert!(seen(&clear).get_pixel(20, 20).0.iter().all(|c| *c > 250));
        assert!(fitted(b"no picture", &CopyLimits::NONE, MIDDLE).is_none());
    }

    #[test]
    fn the_colour_profile_comes_along() {
        let profile = |space: &[u8; 4]| [&[0; 16][..], space, &[7; 108]].concat();
        for (space, kept) in [(b"RGB ", true), (b"GRAY", false)] {
            let mut png = vec![];
            let mut encoder = PngEncoder::new(&mut png);
            encoder.set_icc_profile(profile(space)).unwrap();
            encoder.write_image(&[90; 300], 10, 10, ExtendedColorType::Rgb8).unwrap();
            let copy = fitted(&png, &CopyLimits::NONE, MIDDLE).unwrap();
            let found = super::profile(ImageFormat::Jpeg, &copy);
            assert_eq!(found, kept.then(|| profile(space)));
        }
    }
}
