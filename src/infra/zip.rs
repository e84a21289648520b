//! ZIP files that are written while they are sent: each file is read once, none is kept, and the length of the whole is known
//! before its first byte. (The crates that write ZIP files want to go back in them, or cannot say how long they become.)
//!
//! Files are "deflated" into blocks that are stored as they are: pictures and videos become no smaller, and readers that
//! take the bytes as they come (phones) find the end of a stored file only when it is deflated. Their sizes and checksums
//! stand behind them, in data descriptors. Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.4; RFC 1951, 3.2.4.

use bytes::{BufMut, Bytes, BytesMut};
use flate2::Crc;

/// Bytes of one block of DEFLATE that is stored, at most.
const BLOCK: usize = 65_535;
/// Bytes to be handed to [`Archive::piece`] at a time, but for the last piece of a file.
pub const PIECE: u64 = 16 * BLOCK as u64;
/// What stands before each block.
const BLOCK_HEAD: u64 = 5;
/// The format without its extension for larger ones counts in 32 bits.
const MAX: u64 = u32::MAX as u64;
/// 2.0: deflated.
const VERSION: u16 = 20;
/// Sizes follow the data; names are UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
const DEFLATED: u16 = 8;
/// 1 January 1980, the first day that the format knows: files say nothing of when they were made.
const DAY: u16 = 1 << 5 | 1;

/// One file of an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Without folders.
    pub name: String,
    /// Bytes.
    pub length: u64,
}

impl Entry {
    /// Bytes of the data as they stand in the archive: blocks, and the empty one that ends them.
    fn packed(&self) -> u64 {
        self.length + self.length.div_ceil(BLOCK as u64) * BLOCK_HEAD + BLOCK_HEAD
    }
}

/// An archive that is being written: for each entry in turn [`Archive::begin`], its bytes by [`Archive::piece`],
/// [`Archive::end`]; then [`Archive::directory`].
pub struct Archive {
    entries: Vec<Entry>,
    /// Of those that have ended.
    checksums: Vec<u32>,
    crc: Crc,
}

impl Archive {
    /// `None`: more than the 4 GiB that the format takes.
    pub fn new(entries: Vec<Entry>) -> Option<Self> {
        let archive = Self { entries, checksums: vec![], crc: Crc::new() };
        let counted = archive.entries.len() < usize::from(u16::MAX);
        let named = archive.entries.iter().all(|entry| entry.name.len() <= usize::from(u16::MAX));
        (counted && named && archive.length() <= MAX).then_some(archive)
    }

    /// Bytes of the whole.
    pub fn length(&self) -> u64 {
        let names = |entry: &Entry| entry.name.len() as u64;
        self.entries.iter().map(|entry| 30 + names(entry) + entry.packed() + 16 + 46 + names(entry)).sum::<u64>() + 22
    }

    /// The head of the next entry.
    pub fn begin(&mut self) -> Bytes {
        self.crc = Crc::new();
        let mut out = BytesMut::new();
        if let Some(entry) = self.entries.get(self.checksums.len()) {
            out.put_u32_le(0x0403_4b50);
            put_kind(&mut out);
            out.put_bytes(0, 12);
            out.put_u16_le(entry.name.len() as u16);
            out.put_u16_le(0);
            out.put_slice(entry.name.as_bytes());
        }
        out.freeze()
    }

    /// The next bytes of that entry: [`PIECE`] of them, or what is left.
    pub fn piece(&mut self, bytes: &[u8]) -> Bytes {
        self.crc.update(bytes);
        let mut out = BytesMut::with_capacity(bytes.len() + bytes.len().div_ceil(BLOCK) * BLOCK_HEAD as usize);
        for block in bytes.chunks(BLOCK) {
            put_block_head(&mut out, block.len() as u16, false);
            out.put_slice(block);
        }
        out.freeze()
    }

    /// What ends that entry.
    pub fn end(&mut self) -> Bytes {
        let mut out = BytesMut::new();
        put_block_head(&mut out, 0, true);
        if let Some(entry) = self.entries.get(self.checksums.len()) {
            out.put_u32_le(0x0807_4b50);
            put_sizes(&mut out, self.crc.sum(), entry);
        }
        self.checksums.push(self.crc.sum());
        out.freeze()
    }

    /// What ends the archive: where everything is.
    pub fn directory(&self) -> Bytes {
        let mut out = BytesMut::new();
        let mut at = 0u64;
        for (entry, checksum) in self.entries.iter().zip(&self.checksums) {
            out.put_u32_le(0x0201_4b50);
            out.put_u16_le(VERSION);
            put_kind(&mut out);
            put_sizes(&mut out, *checksum, entry);
            out.put_u16_le(entry.name.len() as u16);
            // No extra field, no comment, the first disk, no attributes.
            out.put_bytes(0, 12);
            out.put_u32_le(at as u32);
            out.put_slice(entry.name.as_bytes());
            at += 30 + entry.name.len() as u64 + entry.packed() + 16;
        }
        let size = out.len() as u32;
        out.put_u32_le(0x0605_4b50);
        out.put_u32_le(0);
        out.put_u16_le(self.entries.len() as u16);
        out.put_u16_le(self.entries.len() as u16);
        out.put_u32_le(size);
        out.put_u32_le(at as u32);
        out.put_u16_le(0);
        out.freeze()
    }
}

/// Version needed, flags, method, time and day.
fn put_kind(out: &mut BytesMut) {
    for word in [VERSION, FLAGS, DEFLATED, 0, DAY] {
        out.put_u16_le(word);
    }
}

fn put_sizes(out: &mut BytesMut, checksum: u32, entry: &Entry) {
    for word in [checksum, entry.packed() as u32, entry.length as u32] {
        out.put_u32_le(word);
    }
}

fn put_block_head(out: &mut BytesMut, length: u16, last: bool) {
    out.put_u8(u8::from(last));
    out.put_u16_le(length);
    out.put_u16_le(!length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::DeflateDecoder;
    use std::io::Read;

    fn written(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let entries = files.iter().map(|(name, bytes)| Entry { name: (*name).into(), length: bytes.len() as u64 });
        let mut archive = Archive::new(entries.collect()).expect("small enough");
        let length = archive.length();
        let mut all = vec![];
        for (_, bytes) in files {
            all.extend(archive.begin());
            for piece in bytes.chunks(PIECE as usize) {
                all.extend(archive.piece(piece));
            }
            all.extend(archive.end());
        }
        all.extend(archive.directory());
        assert_eq!(all.len() as u64, length, "its length was known before");
        all
    }

    fn word(bytes: &[u8], at: usize, n: usize) -> usize {
        bytes[at..at + n].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    }

    /// Reads an archive by its directory, as programs do: names and contents, with their checksums held against them.
    fn read(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
        let end = zip.len() - 22;
        assert_eq!(word(zip, end, 4), 0x0605_4b50);
        let mut at = word(zip, end + 16, 4);
        assert_eq!(at + word(zip, end + 12, 4), end);
        let mut files = vec![];
        for _ in 0..word(zip, end + 10, 2) {
            assert_eq!(word(zip, at, 4), 0x0201_4b50);
            let (crc, packed, length) = (word(zip, at + 16, 4), word(zip, at + 20, 4), word(zip, at + 24, 4));
            let (name, local) = (word(zip, at + 28, 2), word(zip, at + 42, 4));
            let name = String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).expect("UTF-8");
            assert_eq!((word(zip, local, 4), word(zip, local + 8, 2)), (0x0403_4b50, 8));
            let data = local + 30 + word(zip, local + 26, 2) + word(zip, local + 28, 2);
            let mut content = vec![];
            let mut decoder = DeflateDecoder::new(&zip[data..data + packed]);
            decoder.read_to_end(&mut content).expect("deflated");
            assert_eq!(decoder.total_in() as usize, packed, "{name} ends where it says");
            assert_eq!(content.len(), length, "{name}");
            let mut sum = Crc::new();
            sum.update(&content);
            assert_eq!(sum.sum() as usize, crc, "{name}");
            let told: Vec<_> = (0..4).map(|n| word(zip, data + packed + 4 * n, 4)).collect();
            assert_eq!(told, [0x0807_4b50, crc, packed, length], "{name}: the descriptor says the same");
            files.push((name.clone(), content));
            at += 46 + name.len();
        }
        files
    }

    #[test]
    fn what_is_written_is_read_again() {
        let large: Vec<u8> = (0..2 * PIECE + 70_000).map(|n| (n % 251) as u8).collect();
        let files =
            [("1.mp4", large), ("text.txt", "Größe: klein".into()), ("leer.txt", vec![]), ("ä.jpg", vec![7; BLOCK])];
        let read = read(&written(&files));
        assert_eq!(read.len(), 4);
        for ((name, bytes), (found, content)) in files.iter().zip(read) {
            assert!(*name == found && *bytes == content, "{name}");
        }
    }

    #[test]
    fn what_the_format_cannot_count_is_refused() {
        let of = |length| Archive::new(vec![Entry { name: "1.mp4".into(), length }]);
        assert!(of(4_200_000_000).is_some());
        assert!(of(u64::from(u32::MAX)).is_none(), "the blocks' heads come on top");
    }
}
