//! WebP: chunks of a RIFF file, and those within the frames of an animation.

use super::{Cleaned, says_something};

/// Flags of `VP8X` in its first byte.
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// `ANMF`: place, size and time of a frame before its chunks.
const FRAME_HEAD: usize = 16;

pub(super) fn clean(bytes: &[u8]) -> Option<Cleaned> {
    let size = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?) as usize;
    let end = size.checked_add(8)?;
    let mut rest = bytes.get(..end)?;
    if rest.get(..4)? != b"RIFF" || rest.get(8..12)? != b"WEBP" {
        return None;
    }
    rest = &rest[12..];
    let mut out = Cleaned::with_capacity(bytes.len());
    out.bytes.extend(b"RIFF\0\0\0\0WEBP");
    let mut flags = None;
    while !rest.is_empty() {
        let (kind, data, after) = chunk(rest)?;
        rest = after;
        match kind {
            b"VP8X" if !data.is_empty() => {
                flags.get_or_insert(out.bytes.len() + 8);
                push(&mut out.bytes, kind, &[data]);
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => push(&mut out.bytes, kind, &[data]),
            b"ANMF" => {
                let (head, chunks) = data.split_at_checked(FRAME_HEAD)?;
                let chunks = frame(&mut out, chunks)?;
                push(&mut out.bytes, kind, &[head, &chunks]);
            }
            b"EXIF" => {
                let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                if let Some(tiff) = out.instead_of_exif(tiff) {
                    push(&mut out.bytes, kind, &[&tiff]);
                }
            }
            _ => out.removed = true,
        }
    }
    if let Some(flags) = flags.and_then(|at| out.bytes.get_mut(at)) {
        let exif = if out.orientation == image::metadata::Orientation::NoTransforms { HAS_EXIF } else { 0 };
        *flags &= !(HAS_XMP | exif);
    }
    let size = u32::try_from(out.bytes.len() - 8).ok()?;
    out.bytes[4..8].copy_from_slice(&size.to_le_bytes());
    out.removed |= says_something(&bytes[end..]);
    Some(out)
}

/// The chunks of one frame of an animation.
fn frame(out: &mut Cleaned, mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (kind, data, after) = chunk(rest)?;
        rest = after;
        match kind {
            b"VP8 " | b"VP8L" | b"ALPH" => push(&mut kept, kind, &[data]),
            _ => out.removed = true,
        }
    }
    Some(kept)
}

/// The first chunk and what follows it. Chunks are padded to an even length; the last padding may be missing.
fn chunk(rest: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let kind: &[u8; 4] = rest.first_chunk()?;
    let length = u32::from_le_bytes(*rest.get(4..)?.first_chunk()?) as usize;
    let data = rest.get(8..8usize.checked_add(length)?)?;
    Some((kind, data, rest.get(8 + length + length % 2..).unwrap_or_default()))
}

fn push(out: &mut Vec<u8>, kind: &[u8; 4], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend(kind);
    out.extend((length as u32).to_le_bytes());
    parts.iter().for_each(|part| out.extend(*part));
    if length % 2 == 1 {
        out.push(0);
    }
}
