//! Where a video says where and by whom it was taken: the places to blank. A player does not need any of it, and
//! a file that keeps its length needs no other change.

use super::video::box_head;
use std::ops::Range;

/// Boxes that hold others.
const OUTER: [&[u8; 4]; 2] = [b"trak", b"udta"];
/// Boxes about place, person and camera: QuickTime's own (`©xyz` is the place), 3GPP's place and author, Apple's list of
/// keys and values, and what programs add.
const PERSONAL: [&[u8; 4]; 15] = [
    b"\xa9xyz", b"\xa9mak", b"\xa9mod", b"\xa9swr", b"\xa9day", b"\xa9aut", b"\xa9ART", b"\xa9cmt", b"\xa9nam",
    b"loci", b"auth", b"meta", b"uuid", b"XMP_", b"Xtra",
];
/// Boxes that are looked at; an index has some dozens.
const MAX_BOXES: usize = 10_000;
/// `trak` in `moov`, `udta` in `trak`.
const MAX_DEPTH: usize = 4;

/// What of the index (without its own header) is to be zeros. The kind of each such box is blanked as well: a box of kind
/// zero is one that nobody knows and everybody skips.
pub fn places(index: &[u8]) -> Vec<Range<u64>> {
    let mut found = vec![];
    let mut left = MAX_BOXES;
    walk(index, 0, MAX_DEPTH, &mut left, &mut found);
    found
}

/// What of a box beside the index is to be zeros: those that are personal, and the lists that hold nothing else there. It begins
/// at `at`, its header has `header` bytes, and it ends at `end`. Its size stays.
pub fn blanks(kind: [u8; 4], at: u64, header: u64, end: u64) -> Vec<Range<u64>> {
    if kind == *b"udta" || is_personal(&kind) { whole(at, header, end) } else { vec![] }
}

fn is_personal(kind: &[u8; 4]) -> bool {
    PERSONAL.contains(&kind)
}

/// The kind of a box and all that it holds.
fn whole(at: u64, header: u64, end: u64) -> Vec<Range<u64>> {
    [at + 4..at + 8, at + header..end].into_iter().filter(|range| !range.is_empty()).collect()
}

fn walk(boxes: &[u8], offset: u64, depth: usize, left: &mut usize, found: &mut Vec<Range<u64>>) {
    let mut at = 0usize;
    while let Some((kind, size, header)) = boxes.get(at..).and_then(|rest| box_head(rest, rest.len() as u64)) {
        *left = left.saturating_sub(1);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let fits = size >= header as usize && at.checked_add(size).is_some_and(|end| end <= boxes.len());
        if *left == 0 || !fits {
            return;
        }
        let (inside, end) = (at + header as usize, at + size);
        if is_personal(&kind) {
            found.extend(whole(offset + at as u64, header, offset + end as u64));
        } else if depth > 0 && OUTER.contains(&&kind) {
            walk(&boxes[inside..end], offset + inside as u64, depth - 1, left, found);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes(), kind.as_slice(), content].concat()
    }

    #[test]
    fn place_and_camera_are_found_and_nothing_else() {
        let place = boxed(b"\xa9xyz", b"\0\x12\x15\xc7+48.2082+016.3738/");
        let header = boxed(b"mvhd", b"keep");
        let track = boxed(b"trak", &[boxed(b"tkhd", b"keep"), boxed(b"udta", &place)].concat());
        let index = [header, track, boxed(b"meta", b"com.apple.quicktime.location.ISO6709")].concat();
        let mut cleaned = index.clone();
        for range in places(&index) {
            cleaned[range.start as usize..range.end as usize].fill(0);
        }
        let text = String::from_utf8_lossy(&cleaned).into_owned();
        assert!(!text.contains("48.2") && !text.contains("location") && text.matches("keep").count() == 2, "{text}");
        assert_eq!(cleaned.len(), index.len());
        // Once more there is nothing left to find.
        assert_eq!(places(&cleaned), vec![]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_within_their_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for range in places(&bytes) {
                prop_assert!(range.start < range.end && range.end <= bytes.len() as u64);
            }
        }
    }
}
