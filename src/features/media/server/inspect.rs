//! What a file is, read from its bytes and never from its name: format, size as it is seen, and a thumbnail. Every frame
//! is decoded to its end, as a file that is cut off would be published grey from there on.

use super::clean::{Cleaned, clean};
use crate::features::media::model::{RejectedFile, Why};
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, Rgb, RgbImage};
use std::io::Cursor;
use std::time::{Duration, Instant};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Longest side of a thumbnail, in px.
const THUMB: u32 = 480;
/// Longest side that we decode. The largest cameras stay below it.
const MAX_SIDE: u32 = 16_384;
/// Most pixels that we decode: a small file can unfold to gigabytes.
const MAX_PIXELS: u64 = 64_000_000;
/// Most pixels of all frames of an animation together: some seconds of work.
const MAX_ANIMATION: u64 = 1_000_000_000;
/// Longest time for one file. It ends between two frames; one frame is bounded by its pixels.
const MAX_TIME: Duration = Duration::from_secs(20);
/// Most memory for one decoded picture (64 million pixels of 8-bit RGBA fit).
const MAX_MEMORY: u64 = 300 * 1024 * 1024;

/// A picture as its bytes describe it.
#[derive(Debug)]
pub struct Picture {
    pub mime: &'static str,
    pub extension: &'static str,
    /// As a person sees it: after the camera's rotation.
    pub width: u32,
    pub height: u32,
    /// JPEG, at most 480 px on its longest side.
    pub thumbnail: Vec<u8>,
    /// Without anything about place, camera and person (`clean`).
    pub cleaned: Vec<u8>,
    /// Whether the file said anything of that.
    pub had_details: bool,
}

/// Reads a file. Costs CPU: call it off the async threads.
pub fn inspect(name: &str, bytes: &[u8]) -> Result<Picture, RejectedFile> {
    let (format, mime, extension) = kind(name, bytes)?;
    let refused = |why| RejectedFile::new(name, why);
    let Cleaned { bytes: cleaned, removed, orientation } = clean(format, bytes).ok_or_else(|| refused(Why::Damaged))?;
    let picture = first_frame(format, &cleaned).map_err(refused)?;
    let (width, height) =
        if turns(orientation) { (picture.height(), picture.width()) } else { (picture.width(), picture.height()) };
    let thumbnail = thumbnail(picture, orientation).map_err(|_| refused(Why::Damaged))?;
    Ok(Picture { mime, extension, width, height, thumbnail, cleaned, had_details: removed })
}

/// Decodes a whole picture, of an animation all frames, and gives the first one.
pub(super) fn first_frame(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, Why> {
    let read = || Cursor::new(bytes);
    match format {
        ImageFormat::Jpeg => jpeg(bytes),
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(read(), limits()).map_err(|e| why(&e))?;
            if decoder.is_apng().map_err(|e| why(&e))? {
                bounded(&decoder)?;
                return frames(decoder.apng().map_err(|e| why(&e))?);
            }
            still(decoder)
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(read()).map_err(|e| why(&e))?;
            if decoder.has_animation() {
                bounded(&decoder)?;
                return frames(decoder);
            }
            still(decoder)
        }
        _ => {
            let mut decoder = GifDecoder::new(read()).map_err(|e| why(&e))?;
            decoder.set_limits(limits()).map_err(|e| why(&e))?;
            bounded(&decoder)?;
            frames(decoder)
        }
    }
}

fn why(error: &ImageError) -> Why {
    if matches!(error, ImageError::Limits(_)) { Why::TooManyPixels } else { Why::Damaged }
}

fn bounded(decoder: &impl ImageDecoder) -> Result<(), Why> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let fits = width <= MAX_SIDE && height <= MAX_SIDE && pixels <= MAX_PIXELS && decoder.total_bytes() <= MAX_MEMORY;
    if fits { Ok(()) } else { Err(Why::TooManyPixels) }
}

fn still(mut decoder: impl ImageDecoder) -> Result<DynamicImage, Why> {
    bounded(&decoder)?;
    decoder.set_limits(limits()).map_err(|e| why(&e))?;
    DynamicImage::from_decoder(decoder).map(in_8_bit).map_err(|e| why(&e))
}

/// 16 bits per channel take twice the memory in every step that follows, and neither a thumbnail nor a JPEG can show them.
fn in_8_bit(picture: DynamicImage) -> DynamicImage {
    match picture.color() {
        ColorType::L16 | ColorType::Rgb16 => picture.into_rgb8().into(),
        ColorType::La16 | ColorType::Rgba16 => picture.into_rgba8().into(),
        _ => picture,
    }
}

fn frames<'a>(decoder: impl AnimationDecoder<'a>) -> Result<DynamicImage, Why> {
    let started = Instant::now();
    let (mut first, mut pixels) = (None, 0);
    for frame in decoder.into_frames() {
        let frame = frame.map_err(|e| why(&e))?.into_buffer();
        pixels += u64::from(frame.width()) * u64::from(frame.height());
        if pixels > MAX_ANIMATION || started.elapsed() > MAX_TIME {
            return Err(Why::TooManyPixels);
        }
        first.get_or_insert(frame);
    }
    first.map(DynamicImage::ImageRgba8).ok_or(Why::Damaged)
}

/// By the decoder that `image` uses too, but strictly: it would fill up with grey what a file lacks.
fn jpeg(bytes: &[u8]) -> Result<DynamicImage, Why> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| {
        let large = error.to_string().contains("greater than");
        if large { Why::TooManyPixels } else { Why::Damaged }
    })?;
    let (width, height) = decoder.dimensions().ok_or(Why::Damaged)?;
    if (width as u64) * (height as u64) > MAX_PIXELS {
        return Err(Why::TooManyPixels);
    }
    let pixels = decoder.decode().map_err(|_| Why::Damaged)?;
    RgbImage::from_raw(width as u32, height as u32, pixels).map(DynamicImage::ImageRgb8).ok_or(Why::Damaged)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}

fn kind(name: &str, bytes: &[u8]) -> Result<(ImageFormat, &'static str, &'static str), RejectedFile> {
    match image::guess_format(bytes) {
        Ok(format @ ImageFormat::Jpeg) => Ok((format, "image/jpeg", "jpg")),
        Ok(format @ ImageFormat::Png) => Ok((format, "image/png", "png")),
        Ok(format @ ImageFormat::WebP) => Ok((format, "image/webp", "webp")),
        Ok(format @ ImageFormat::Gif) => Ok((format, "image/gif", "gif")),
        _ if bytes.is_empty() => Err(RejectedFile::new(name, Why::Empty)),
        _ if is_heif(bytes) => Err(RejectedFile::new(name, Why::Heif)),
        _ => Err(RejectedFile::new(name, Why::NotAPicture)),
    }
}

/// Whether these are the first bytes of a picture that is taken in.
pub fn is_picture(head: &[u8]) -> bool {
    kind("", head).is_ok()
}

/// What phones save by default: an ISO media file with a picture brand.
fn is_heif(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
        && matches!(bytes.get(8..12), Some(b"heic" | b"heix" | b"heim" | b"hevc" | b"mif1" | b"msf1" | b"avif"))
}

/// Whether the camera lay on its side, so that width and height change places.
fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

fn thumbnail(picture: DynamicImage, orientation: Orientation) -> image::ImageResult<Vec<u8>> {
    let mut small =
        if picture.width() > THUMB || picture.height() > THUMB { picture.thumbnail(THUMB, THUMB) } else { picture };
    small.apply_orientation(orientation);
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 82).encode_image(&on_white(&small))?;
    Ok(out)
}

/// JPEG has no transparency; the networks put such pictures on white, so do we.
pub(super) fn on_white(picture: &DynamicImage) -> RgbImage {
    let from = picture.to_rgba8();
    let mut to = RgbImage::new(from.width(), from.height());
    for (source, target) in from.pixels().zip(to.pixels_mut()) {
        let [r, g, b, a] = source.0.map(u32::from);
        let mix = |c: u32| ((c * a + 255 * (255 - a)) / 255) as u8;
        *target = Rgb([mix(r), mix(g), mix(b)]);
    }
    to
}

#[cfg(test)]
mod tests {
    use super::super::clean::samples;
    use super::*;
    use image::RgbaImage;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let picture = RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8, y as u8, 90, 255]));
        DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(picture).to_rgb8()).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn facts_come_from_the_bytes() {
        for (format, mime) in [
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::Png, "image/png"),
            (ImageFormat::WebP, "image/webp"),
            (ImageFormat::Gif, "image/gif"),
        ] {
            let seen = inspect("wrong.pdf", &encoded(900, 300, format)).unwrap();
            assert_eq!((seen.mime, seen.width, seen.height), (mime, 900, 300));
            let thumb = image::load_from_memory(&seen.thumbnail).unwrap();
            assert_eq!((thumb.width(), thumb.height()), (480, 160));
        }
    }

    #[test]
    fn sixteen_bits_per_channel_are_read_as_eight() {
        for picture in [
            DynamicImage::new_luma16(40, 20),
            DynamicImage::new_luma_a16(40, 20),
            DynamicImage::new_rgb16(40, 20),
            DynamicImage::new_rgba16(40, 20),
        ] {
            let mut png = Cursor::new(vec![]);
            picture.write_to(&mut png, ImageFormat::Png).unwrap();
            let read = first_frame(ImageFormat::Png, &png.into_inner()).unwrap();
            assert_eq!(read.color().has_alpha(), picture.color().has_alpha());
            assert!(matches!(read.color(), ColorType::Rgb8 | ColorType::Rgba8), "{:?}", picture.color());
        }
    }

    /// Printers want four colours, and designers send the same file: red on the left, blue on the right.
    #[test]
    fn colours_for_print_are_read_as_a_screen_shows_them() {
        let bytes = include_bytes!("../../../tests/files/cmyk.jpg");
        assert_eq!(inspect("print.jpg", bytes).map(|seen| (seen.width, seen.height)).unwrap(), (64, 48));
        let read = first_frame(ImageFormat::Jpeg, bytes).unwrap().to_rgb8();
        let (left, right) = (read.get_pixel(8, 24).0, read.get_pixel(56, 24).0);
        assert!(left[0] > 180 && left[2] < 90, "{left:?}");
        assert!(right[2] > 120 && right[0] < 90, "{right:?}");
    }

    #[test]
    fn small_pictures_are_not_blown_up() {
        let seen = inspect("dot.png", &encoded(20, 10, ImageFormat::Png)).unwrap();
        assert_eq!(image::load_from_memory(&seen.thumbnail).unwrap().width(), 20);
    }

    /// The camera was turned: EXIF orientation 6 in an APP1 segment right after the start of the JPEG.
    #[test]
    fn the_size_is_what_people_see() {
        let plain = encoded(600, 400, ImageFormat::Jpeg);
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let mut turned = vec![0xFF, 0xD8, 0xFF, 0xE1];
        turned.extend(((exif.len() + 2) as u16).to_be_bytes());
        turned.append(&mut exif);
        turned.extend(&plain[2..]);
        let seen = inspect("phone.jpg", &turned).unwrap();
        assert_eq!((seen.width, seen.height), (400, 600));
        let thumb = image::load_from_memory(&seen.thumbnail).unwrap();
        assert_eq!((thumb.width(), thumb.height()), (320, 480));
    }

    #[test]
    fn other_files_are_refused_with_the_reason() {
        let why = |name, bytes: &[u8]| inspect(name, bytes).unwrap_err().why;
        assert_eq!(why("notes.pdf", b"%PDF-1.7 ..."), Why::NotAPicture);
        assert_eq!(why("page.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Why::NotAPicture);
        assert_eq!(why("IMG_1.heic", b"\0\0\0\x18ftypheic\0\0\0\0"), Why::Heif);
        assert_eq!(why("nothing.jpg", b""), Why::Empty);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let why = |bytes: &[u8]| inspect("cut", bytes).map_err(|refused| refused.why);
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
            let whole = encoded(300, 300, format);
            for part in [2, 3, 4] {
                assert_eq!(why(&whole[..whole.len() * (part - 1) / part]).err(), Some(Why::Damaged), "{format:?}");
            }
        }
        let gif = samples::animation(3);
        assert!(why(&gif).is_ok());
        for length in [gif.len() - 1, gif.len() - 40, gif.len() / 2] {
            assert_eq!(why(&gif[..length]).err(), Some(Why::Damaged));
        }
        // The last frame's data ends early, in order.
        let cut = [&gif[..gif.len() - 60], &[0, 0x3b]].concat();
        assert!(why(&cut).is_err());
    }

    #[test]
    fn details_are_left_out_and_the_size_is_what_people_see() {
        let seen = inspect("phone.jpg", &samples::jpeg()).unwrap();
        assert!(seen.had_details && seen.cleaned.len() < samples::jpeg().len());
        assert_eq!((seen.width, seen.height), (40, 60));
        assert!(!inspect("plain.jpg", &encoded(60, 40, ImageFormat::Jpeg)).unwrap().had_details);
    }

    /// A PNG header that promises 60 000 × 60 000 pixels must be refused before anything is allocated.
    #[test]
    fn bombs_are_refused() {
        let mut bomb = encoded(4, 4, ImageFormat::Png);
        bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        // The header's checksum no longer fits; either way it ends in words, not in memory.
        assert!(inspect("bomb.png", &bomb).is_err());
        let gif = {
            let mut gif = encoded(4, 4, ImageFormat::Gif);
            gif[6..8].copy_from_slice(&u16::MAX.to_le_bytes());
            gif[8..10].copy_from_slice(&u16::MAX.to_le_bytes());
            gif
        };
        assert_eq!(inspect("bomb.gif", &gif).unwrap_err().why, Why::TooManyPixels);
    }
}
