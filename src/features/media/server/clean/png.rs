//! PNG: chunks between the signature and IEND.

use super::{Cleaned, says_something};
use std::io::Read;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a viewer needs: pixels, palette, transparency, colours, size, animation.
const KEPT: [&[u8; 4]; 19] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// Bytes of a colour profile once it is decompressed. The largest in use for pictures on screens have some hundred thousand.
const MAX_PROFILE: u64 = 4 << 20;

/// Whether the colour profile of an iCCP chunk is small once decompressed: picture decoders decompress it without a limit.
fn profile_is_bounded(data: &[u8]) -> bool {
    // Its name, a zero, how it is compressed.
    let Some(name) = data.iter().position(|byte| *byte == 0) else { return false };
    let compressed = data.get(name + 2..).unwrap_or_default();
    let mut profile = flate2::read::ZlibDecoder::new(compressed).take(MAX_PROFILE + 1);
    // What is broken is the decoder's to judge.
    std::io::copy(&mut profile, &mut std::io::sink()).map_or(true, |bytes| bytes <= MAX_PROFILE)
}

pub(super) fn clean(bytes: &[u8]) -> Option<Cleaned> {
    let mut out = Cleaned::with_capacity(bytes.len());
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    out.bytes.extend(SIGNATURE);
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let kind: &[u8; 4] = rest.get(4..)?.first_chunk()?;
        // Length, kind and checksum are four bytes each.
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        rest = after;
        if kind == b"iCCP" && !profile_is_bounded(&chunk[8..8 + length]) {
            return None;
        }
        if KEPT.contains(&kind) {
            out.bytes.extend(chunk);
        } else if kind == b"eXIf" {
            if let Some(tiff) = out.instead_of_exif(&chunk[8..8 + length]) {
                push(&mut out.bytes, kind, &tiff);
            }
        } else {
            out.removed = true;
        }
        if kind == b"IEND" {
            break;
        }
    }
    out.removed |= says_something(rest);
    Some(out)
}

pub(super) fn push(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let checksum = crc(&out[start..]);
    out.extend(checksum.to_be_bytes());
}

/// CRC-32 as PNG has it (annex D), bit by bit: it is needed for 30 bytes.
fn crc(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::media::server::clean::samples;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use image::ImageFormat;
    use std::io::Write;

    /// A picture with a colour profile of so many bytes.
    fn with_profile(bytes: usize) -> Vec<u8> {
        let plain = samples::plain(ImageFormat::Png);
        let mut compressed = ZlibEncoder::new(vec![], Compression::best());
        compressed.write_all(&vec![0; bytes]).expect("memory takes it");
        let data = [b"name\0\0".as_slice(), &compressed.finish().expect("memory takes it")].concat();
        // Right behind the header, which has 13 bytes.
        let (head, rest) = plain.split_at(SIGNATURE.len() + 25);
        let mut png = head.to_vec();
        push(&mut png, b"iCCP", &data);
        png.extend(rest);
        png
    }

    #[test]
    fn a_profile_that_decompresses_to_much_is_refused_before_it_is_decoded() {
        let usual = with_profile(3_000);
        assert_eq!(clean(&usual).map(|cleaned| cleaned.bytes), Some(usual));
        // Some kilobytes in the file.
        let bomb = with_profile(50 << 20);
        assert!(bomb.len() < 100_000);
        assert!(clean(&bomb).is_none());
    }
}
