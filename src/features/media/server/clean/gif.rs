//! GIF: blocks between the header and the trailer.

use super::{Cleaned, says_something};

pub(super) fn clean(bytes: &[u8]) -> Option<Cleaned> {
    let mut out = Cleaned::with_capacity(bytes.len());
    if !bytes.starts_with(b"GIF") {
        return None;
    }
    let mut at = 13 + colours(*bytes.get(10)?);
    out.bytes.extend(bytes.get(..at)?);
    loop {
        let start = at;
        match *bytes.get(at)? {
            0x3b => break,
            0x2c => {
                // Place and size, colours, and how many bits a code has.
                at += 10 + colours(*bytes.get(at + 9)?) + 1;
                at = blocks(bytes, at)?;
                out.bytes.extend(bytes.get(start..at)?);
            }
            0x21 => {
                let kind = *bytes.get(at + 1)?;
                at = blocks(bytes, at + 2)?;
                let block = bytes.get(start..at)?;
                match kind {
                    // Time and transparency of a frame.
                    0xf9 => out.bytes.extend(block),
                    0xff if block.get(3..14).is_some_and(needed) => out.bytes.extend(block),
                    _ => out.removed = true,
                }
            }
            // Padding between blocks.
            0 => at += 1,
            _ => return None,
        }
    }
    out.bytes.push(0x3b);
    out.removed |= says_something(&bytes[at + 1..]);
    Some(out)
}

/// Applications' blocks: how often it repeats, and the colour profile.
fn needed(name: &[u8]) -> bool {
    [&b"NETSCAPE2.0"[..], b"ANIMEXTS1.0", b"ICCRGBG1012"].contains(&name)
}

/// Length of the table of colours that these flags announce.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Behind a row of blocks, each with its length; an empty one ends it.
fn blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}
