//! JPEG: segments between the start (SOI) and the first end (EOI).

use super::{Cleaned, says_something};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

const EXIF: &[u8] = b"Exif\0\0";

pub(super) fn clean(bytes: &[u8]) -> Option<Cleaned> {
    let mut out = Cleaned::with_capacity(bytes.len());
    let mut at = 2;
    if bytes.get(..2)? != [0xff, SOI] {
        return None;
    }
    out.bytes.extend([0xff, SOI]);
    loop {
        // Fill bytes, and what broken programs leave between segments.
        while *bytes.get(at)? != 0xff || matches!(*bytes.get(at + 1)?, 0 | 0xff) {
            at += 1;
        }
        let marker = bytes[at + 1];
        at += 2;
        match marker {
            EOI => break,
            // Without a length, and without a meaning here.
            0x01 | 0xd0..=SOI => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let data = bytes.get(at + 2..at + length)?;
        at += length;
        segment(&mut out, marker, data);
        if marker == SOS {
            let end = scan_end(bytes, at)?;
            out.bytes.extend(&bytes[at..end]);
            at = end;
        }
    }
    out.bytes.extend([0xff, EOI]);
    out.removed |= says_something(&bytes[at..]);
    Some(out)
}

fn segment(out: &mut Cleaned, marker: u8, data: &[u8]) {
    match (marker, data) {
        // Tables, frames and scans.
        (0xc0..=0xcf | SOS | 0xdb..=0xdd, _) => push(&mut out.bytes, marker, &[data]),
        // JFIF: version and density, without its small copy of the picture.
        (0xe0, [b'J', b'F', b'I', b'F', 0, ..]) if data.len() >= 14 => {
            out.removed |= data.len() > 14;
            push(&mut out.bytes, marker, &[&data[..12], &[0, 0]]);
        }
        (0xe1, _) if data.starts_with(EXIF) => {
            if let Some(tiff) = out.instead_of_exif(&data[EXIF.len()..]) {
                push(&mut out.bytes, marker, &[EXIF, &tiff]);
            }
        }
        (0xe2, _) if data.starts_with(b"ICC_PROFILE\0") => push(&mut out.bytes, marker, &[data]),
        // How the colours are stored.
        (0xee, [b'A', b'd', b'o', b'b', b'e', ..]) if data.len() >= 12 => push(&mut out.bytes, marker, &[&data[..12]]),
        _ => out.removed = true,
    }
}

/// Parts of existing segments, so the length fits.
fn push(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    out.extend([0xff, marker]);
    out.extend((length as u16).to_be_bytes());
    parts.iter().for_each(|part| out.extend(*part));
}

/// Where the compressed data of a scan ends: at a marker other than an escaped 0xff or a restart.
fn scan_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match bytes.get(at + 1)? {
            0 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}
