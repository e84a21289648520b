//! Pictures that say too much, built from the formats' own parts.

use image::{DynamicImage, ImageFormat, RgbaImage};
use std::io::Cursor;

/// What no cleaned picture may contain.
pub const SECRETS: [&str; 7] =
    ["SERIAL-4711", "52.5163N", "Ann Author", "MakerNote-9", "http://ns.adobe.com/xap", "Photoshop 3.0", "SmallCopy"];

pub const PROFILE: &[u8] = b"the colour profile";

pub fn plain(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(vec![]);
    let pixels = RgbaImage::from_fn(60, 40, |x, y| image::Rgba([(x * 4) as u8, (y * 6) as u8, 90, 255]));
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(pixels).to_rgb8()).write_to(&mut out, format).expect("encodes");
    out.into_inner()
}

/// EXIF with orientation 6, GPS, a serial number, an author and a maker note.
pub fn exif() -> Vec<u8> {
    use exif::experimental::Writer;
    use exif::{Field, In, Rational, Tag, Value};
    let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
    let text = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    let degrees = [52, 30, 58].map(|num| Rational { num, denom: 1 });
    let fields = [
        field(Tag::Orientation, Value::Short(vec![6])),
        field(Tag::GPSLatitude, Value::Rational(degrees.to_vec())),
        field(Tag::GPSLatitudeRef, text("N")),
        field(Tag::GPSAreaInformation, Value::Undefined(b"ASCII\0\0\x0052.5163N".to_vec(), 0)),
        field(Tag::BodySerialNumber, text("SERIAL-4711")),
        field(Tag::Artist, text("Ann Author")),
        field(Tag::MakerNote, Value::Undefined(b"MakerNote-9".to_vec(), 0)),
    ];
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut out = Cursor::new(vec![]);
    writer.write(&mut out, true).expect("writes");
    out.into_inner()
}

fn xmp() -> Vec<u8> {
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><exif:GPSLatitude>52.5163N</exif:GPSLatitude></x:xmpmeta>".to_vec()
}

pub fn jpeg() -> Vec<u8> {
    let plain = plain(ImageFormat::Jpeg);
    let mut out = plain[..2].to_vec();
    let mut segment = |marker: u8, data: &[u8]| {
        out.extend([0xff, marker]);
        out.extend((data.len() as u16 + 2).to_be_bytes());
        out.extend(data);
    };
    segment(0xe1, &[b"Exif\0\0", &exif()[..]].concat());
    segment(0xe1, &xmp());
    segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", PROFILE].concat());
    segment(0xe2, b"MPF\0 SmallCopy");
    segment(0xed, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c\x1c\x02\x50\0\x0aAnn Author");
    segment(0xe0, b"JFXX\0\x10SmallCopy");
    segment(0xfe, b"SERIAL-4711");
    out.extend(&plain[2..]);
    // A second picture behind the first.
    out.extend(b"\xff\xd8\xff\xe1\0\x16Exif\0\0SERIAL-4711");
    out
}

pub fn png() -> Vec<u8> {
    let plain = plain(ImageFormat::Png);
    // Signature and IHDR.
    let (head, body) = plain.split_at(33);
    let mut out = head.to_vec();
    for (kind, data) in [
        (b"tEXt", b"Author\0Ann Author".to_vec()),
        (b"iTXt", [b"XML:com.adobe.xmp\0\0\0\0\0", &xmp()[..]].concat()),
        (b"zTXt", b"Comment\0\0SERIAL-4711".to_vec()),
        (b"eXIf", exif()),
        (b"tIME", vec![7, 234, 11, 28, 0, 0, 0]),
        (b"prVt", b"MakerNote-9".to_vec()),
    ] {
        super::png::push(&mut out, kind, &data);
    }
    out.extend(body);
    out.extend(b"SmallCopy");
    out
}

pub fn webp() -> Vec<u8> {
    let plain = plain(ImageFormat::WebP);
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        out.extend(kind);
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        out.extend(vec![0; data.len() % 2]);
    };
    // Profile, EXIF and XMP; 60 by 40.
    chunk(b"VP8X", &[0x2c, 0, 0, 0, 59, 0, 0, 39, 0, 0]);
    chunk(b"ICCP", PROFILE);
    let length = u32::from_le_bytes([plain[16], plain[17], plain[18], plain[19]]) as usize;
    chunk(b"VP8L", &plain[20..20 + length]);
    chunk(b"EXIF", &exif());
    chunk(b"XMP ", &xmp());
    chunk(b"junk", b"SERIAL-4711");
    let size = out.len() as u32 - 8;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    out.extend(b"SmallCopy");
    out
}

pub fn gif() -> Vec<u8> {
    let mut plain = animation(3);
    plain.pop();
    plain.extend(b"\x21\xfe\x0aAnn Author\0");
    plain.extend(b"\x21\xff\x0bXMP DataXMP\x1dhttp://ns.adobe.com/xap/1.0/\0\0");
    plain.extend(b"\x3bSERIAL-4711");
    plain
}

/// A GIF of so many different frames.
pub fn animation(frames: u8) -> Vec<u8> {
    let mut out = vec![];
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut out);
    encoder.set_repeat(image::codecs::gif::Repeat::Infinite).expect("repeats");
    for frame in 0..frames {
        let pixels = RgbaImage::from_fn(60, 40, |x, y| image::Rgba([(x * 4) as u8, (y * 6) as u8, frame * 60, 255]));
        encoder.encode_frame(image::Frame::new(pixels)).expect("encodes");
    }
    drop(encoder);
    out
}
