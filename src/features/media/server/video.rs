//! What a video is, read from the index of its MP4 or MOV file without decoding anything.

use super::video_clean;
use crate::domain::post::VideoFacts;
use crate::features::media::model::Why;
use bytes::Bytes;
use futures::future::BoxFuture;
use mp4_atom::{Atom, FourCC, Hdlr, Mdhd, Mvhd, Stts, Tkhd};
use std::ops::Range;

/// Boxes beside one another that are looked at; ordinary files have five at the top, and some dozens in the index.
const MAX_BOXES: usize = 500;
/// The largest index. That of a film of two hours has some 5 MB.
const MAX_INDEX: u64 = 64 << 20;
/// Tracks that are looked at: picture, sound, texts, and what cameras add.
const MAX_TRACKS: usize = 50;
/// Longest side in pixels.
const MAX_SIDE: u16 = 16_384;

/// What a file's index says.
#[derive(Debug, PartialEq)]
pub struct Video {
    /// As a person sees it: after the camera's rotation.
    pub width: u32,
    pub height: u32,
    pub facts: VideoFacts,
}

/// `video/mp4` or `video/quicktime` by the first bytes of a file; `None`: something else.
pub fn mime(head: &[u8]) -> Option<&'static str> {
    let is_box = |name: &[u8; 4]| head.get(4..8) == Some(name);
    if is_box(b"ftyp") {
        let brand = head.get(8..12)?;
        let picture = matches!(brand, b"heic" | b"heix" | b"heim" | b"hevc" | b"mif1" | b"msf1" | b"avif");
        return (!picture).then(|| if brand == b"qt  " { "video/quicktime" } else { "video/mp4" });
    }
    // QuickTime files may have no type.
    (is_box(b"moov") || is_box(b"mdat") || is_box(b"wide")).then_some("video/quicktime")
}

/// Whether these are the first bytes of a WebM or Matroska file.
pub fn is_matroska(head: &[u8]) -> bool {
    head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
}

/// Where in a file its index lies, and what else it says of place, person and camera.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// Inside of the index.
    pub index: Range<u64>,
    /// The places to blank beside the index.
    pub personal: Vec<Range<u64>>,
}

/// Where the index lies in a file of `length` bytes. `read` gives a range of the file.
pub async fn find_index<'a, E>(
    length: u64,
    read: impl Fn(Range<u64>) -> BoxFuture<'a, Result<Bytes, E>>,
) -> Result<Result<Found, Why>, E> {
    let (mut at, mut index, mut personal) = (0, None, vec![]);
    // Behind the index as well: a file that is cut off announces more than there is.
    for _ in 0..MAX_BOXES {
        if at + 8 > length {
            break;
        }
        let head = read(at..(at + 16).min(length)).await?;
        let Some((kind, size, header)) = box_head(&head, length - at) else { break };
        let end = at.saturating_add(size);
        if size < header || end > length {
            return Ok(Err(Why::Damaged));
        }
        if kind == *b"moov" && index.is_none() {
            if size - header > MAX_INDEX {
                return Ok(Err(Why::TooLong));
            }
            index = Some(at + header..end);
        }
        personal.extend(video_clean::blanks(kind, at, header, end));
        at = end;
    }
    Ok(index.map(|index| Found { index, personal }).ok_or(Why::Damaged))
}

/// Kind, size with its header, and size of the header. `rest`: bytes until what it lies in ends.
pub fn box_head(head: &[u8], rest: u64) -> Option<([u8; 4], u64, u64)> {
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    let kind = head.get(4..8)?.try_into().ok()?;
    Some(match size {
        // To the end of the file.
        0 => (kind, rest, 8),
        1 => (kind, u64::from_be_bytes(head.get(8..16)?.try_into().ok()?), 16),
        size => (kind, size.into(), 8),
    })
}

/// Reads an index. `length`: bytes of the whole file. Costs CPU: call it off the async threads.
///
/// Only the boxes on the way to what we need are opened, each at its place: whatever else a file holds, and however deep it
/// nests it, costs nothing.
pub fn read_index(index: &[u8], length: u64) -> Result<Video, Why> {
    let header: Mvhd = first(index, b"mvhd").ok_or(Why::Damaged)?;
    let tracks: Vec<Track<'_>> =
        boxes(index).filter(|(kind, _)| kind == b"trak").take(MAX_TRACKS).filter_map(|(_, trak)| track(trak)).collect();
    let of = |handler: &[u8; 4]| tracks.iter().find(move |track| track.handler == FourCC::new(handler));
    let track = of(b"vide").ok_or(if tracks.is_empty() { Why::Damaged } else { Why::NoPicture })?;
    let millis = in_millis(header.duration, header.timescale);
    if millis == 0 {
        // Fragmented files tell their length nowhere, and platforms refuse them.
        return Err(if inner(index, b"mvex").is_some() { Why::Fragmented } else { Why::Damaged });
    }
    let (width, height) = track.size().ok_or(Why::Damaged)?;
    let times: Stts = first(track.samples, b"stts").ok_or(Why::Damaged)?;
    let samples: u64 = times.entries.iter().map(|entry| u64::from(entry.sample_count)).sum();
    let frames = samples.saturating_mul(1_000_000) / in_millis(track.times.duration, track.times.timescale).max(1);
    let facts = VideoFacts {
        millis,
        codec: track.codec().ok_or(Why::Damaged)?,
        audio: of(b"soun").and_then(Track::codec),
        frames: u32::try_from(frames).unwrap_or(u32::MAX),
        bit_rate: length.saturating_mul(8_000) / millis,
    };
    Ok(Video { width, height, facts })
}

fn in_millis(duration: u64, timescale: u32) -> u64 {
    duration.saturating_mul(1_000) / u64::from(timescale).max(1)
}

/// One track of an index.
struct Track<'a> {
    head: Tkhd,
    times: Mdhd,
    handler: FourCC,
    /// Inside of `stbl`.
    samples: &'a [u8],
}

fn track(trak: &[u8]) -> Option<Track<'_>> {
    let media = inner(trak, b"mdia")?;
    let handler: Hdlr = first(media, b"hdlr")?;
    Some(Track {
        head: first(trak, b"tkhd")?,
        times: first(media, b"mdhd")?,
        handler: handler.handler,
        samples: inner(inner(media, b"minf")?, b"stbl")?,
    })
}

impl Track<'_> {
    /// Kind and inside of the first description of samples: what they are encoded as.
    fn description(&self) -> Option<([u8; 4], &[u8])> {
        // Version, flags and a number come before the descriptions.
        boxes(inner(self.samples, b"stsd")?.get(8..)?).next()
    }

    /// Pixels, turned as the player turns them.
    fn size(&self) -> Option<(u32, u32)> {
        let (_, described) = self.description()?;
        // ISO/IEC 14496-12, VisualSampleEntry: 24 bytes, then width and height.
        let side = |at: usize| described.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes);
        let coded = side(24).zip(side(26)).filter(|(w, h)| *w > 0 && *h > 0);
        let (width, height) = coded.unwrap_or((self.head.width.integer(), self.head.height.integer()));
        let fits = |side: u16| (1..=MAX_SIDE).contains(&side);
        if !(fits(width) && fits(height)) {
            return None;
        }
        let matrix = &self.head.matrix;
        let turned = matrix.a == 0 && matrix.d == 0 && matrix.b != 0;
        let (width, height) = if turned { (height, width) } else { (width, height) };
        Some((width.into(), height.into()))
    }

    /// The codec's name, as [`VideoFacts`] has it.
    fn codec(&self) -> Option<String> {
        let name = match &self.description()?.0 {
            b"avc1" | b"avc3" => "h264",
            b"hev1" | b"hvc1" => "hevc",
            b"vp08" => "vp8",
            b"vp09" => "vp9",
            b"av01" => "av1",
            b"jpeg" | b"mjpa" => "mjpeg",
            b"mp4a" => "aac",
            b".mp3" => "mp3",
            b"Opus" => "opus",
            b"fLaC" => "flac",
            b"ac-3" => "ac3",
            b"ec-3" => "eac3",
            b"twos" | b"sowt" | b"lpcm" | b"in24" | b"in32" | b"fl32" | b"fl64" | b"ipcm" | b"fpcm" => "pcm",
            kind => return Some(plain(kind)),
        };
        Some(name.to_owned())
    }
}

/// The boxes that lie in these bytes one behind the other: kind and inside. Ends at the first that reaches beyond them.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (kind, size, header) = box_head(bytes, bytes.len() as u64)?;
        let (size, header) = (usize::try_from(size).ok()?, header as usize);
        let inside = bytes.get(header..size)?;
        bytes = &bytes[size..];
        Some((kind, inside))
    })
    .take(MAX_BOXES)
}

/// Inside of the first box of this kind.
fn inner<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(found, _)| found == kind).map(|(_, inside)| inside)
}

/// The first box of this kind, read.
fn first<T: Atom>(bytes: &[u8], kind: &[u8; 4]) -> Option<T> {
    T::decode_body(&mut inner(bytes, kind)?).ok()
}

/// Four letters of a container, as text that can be shown.
fn plain(kind: &[u8]) -> String {
    let text: String = kind.iter().map(|b| char::from(*b)).filter(char::is_ascii_alphanumeric).collect();
    if text.is_empty() { "an unknown codec".into() } else { text.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use proptest::prelude::*;

    // Made by FFmpeg: three seconds with sound and a place, one that lies on its side, H.265, fragments, sound alone.
    const CLIP: &[u8] = include_bytes!("../../../tests/files/clip.mp4");
    const TURNED: &[u8] = include_bytes!("../../../tests/files/turned.mov");
    const HEVC: &[u8] = include_bytes!("../../../tests/files/hevc.mp4");
    const FRAGMENTS: &[u8] = include_bytes!("../../../tests/files/fragments.mp4");
    const SOUND: &[u8] = include_bytes!("../../../tests/files/sound.mp4");
    const WEBM: &[u8] = include_bytes!("../../../tests/files/clip.webm");

    fn index(file: &[u8]) -> Result<Range<u64>, Why> {
        find(file).map(|found| found.index)
    }

    fn find(file: &[u8]) -> Result<Found, Why> {
        let read = |range: Range<u64>| -> BoxFuture<'_, Result<Bytes, ()>> {
            let part = file.get(range.start as usize..range.end as usize).map(Bytes::copy_from_slice).ok_or(());
            Box::pin(std::future::ready(part))
        };
        find_index(file.len() as u64, read).now_or_never().expect("nothing to wait for").expect("within the file")
    }

    fn read(file: &[u8]) -> Result<Video, Why> {
        let at = index(file)?;
        read_index(&file[at.start as usize..at.end as usize], file.len() as u64)
    }

    #[test]
    fn facts_come_from_the_file() {
        let clip = read(CLIP).unwrap();
        assert_eq!((clip.width, clip.height), (320, 568));
        let facts = clip.facts;
        assert_eq!((facts.codec.as_str(), facts.audio.as_deref(), facts.millis / 100), ("h264", Some("aac"), 30));
        assert!((29_900..=30_050).contains(&facts.frames), "{}", facts.frames);
        assert!((130_000..160_000).contains(&facts.bit_rate), "{}", facts.bit_rate);
        let turned = read(TURNED).unwrap();
        assert_eq!((turned.width, turned.height, turned.facts.audio), (320, 568, None));
        assert_eq!(read(HEVC).unwrap().facts.codec, "hevc");
    }

    #[test]
    fn what_is_no_video_says_why() {
        assert_eq!(read(FRAGMENTS), Err(Why::Fragmented));
        assert_eq!(read(SOUND), Err(Why::NoPicture));
        assert_eq!(mime(WEBM), None);
        assert!(is_matroska(WEBM));
        assert_eq!((mime(CLIP), mime(TURNED)), (Some("video/mp4"), Some("video/quicktime")));
        assert_eq!(mime(b"\0\0\0\x18ftypheic\0\0\0\0"), None);
        for part in [2, 3, 4] {
            assert_eq!(read(&CLIP[..CLIP.len() * (part - 1) / part]), Err(Why::Damaged), "{part}");
        }
    }

    #[test]
    fn the_place_is_blanked_and_the_video_stays() {
        for file in [CLIP, TURNED] {
            let at = index(file).unwrap();
            let mut clean = file.to_vec();
            for place in video_clean::places(&file[at.start as usize..at.end as usize]) {
                clean[(at.start + place.start) as usize..(at.start + place.end) as usize].fill(0);
            }
            for word in [&b"48.2082"[..], b"SERIAL-4711"] {
                assert!(!clean.windows(word.len()).any(|part| part == word), "{word:?}");
            }
            assert_eq!(read(&clean), read(file));
        }
    }

    /// Cameras and editing programs write what they know beside the index, too, and sizes of eight bytes.
    #[test]
    fn the_place_is_blanked_wherever_it_stands_in_the_file() {
        let place = b"+48.2082+016.3738/";
        let long = |kind: &[u8; 4]| {
            let size = u64::try_from(place.len() + 16).unwrap();
            [&1u32.to_be_bytes(), kind.as_slice(), &size.to_be_bytes(), place].concat()
        };
        let to_the_end = |kind: &[u8; 4]| [&0u32.to_be_bytes(), kind.as_slice(), place].concat();
        for kind in [b"uuid", b"meta", b"udta"] {
            for more in [boxed(kind, place), long(kind), to_the_end(kind)] {
                let file = [CLIP, &more].concat();
                let found = find(&file).unwrap();
                let mut clean = file.clone();
                for place in &found.personal {
                    clean[place.start as usize..place.end as usize].fill(0);
                }
                let text = String::from_utf8_lossy(&clean[CLIP.len()..]).into_owned();
                assert!(!text.contains("48.2082"), "{text:?}");
                assert_eq!(read(&clean).unwrap().facts.millis, read(CLIP).unwrap().facts.millis);
                assert_eq!(find(&clean).unwrap(), Found { personal: vec![], ..found });
                // The same in the index itself.
                let index = [boxed(b"mvhd", b"keep"), more].concat();
                let mut clean = index.clone();
                for place in video_clean::places(&index) {
                    clean[place.start as usize..place.end as usize].fill(0);
                }
                let text = String::from_utf8_lossy(&clean).into_owned();
                assert!(!text.contains("48.2082") || kind == b"udta", "{text:?}");
                assert!(text.contains("keep"));
            }
        }
        assert_eq!(find(CLIP).unwrap().personal, vec![]);
    }

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&u32::try_from(content.len() + 8).unwrap().to_be_bytes(), kind.as_slice(), content].concat()
    }

    /// A reader that opens whatever it finds overflows its stack here, which ends the program.
    #[test]
    fn however_deep_a_file_nests_its_boxes_it_is_read() {
        let at = index(CLIP).unwrap();
        let clip = &CLIP[at.start as usize..at.end as usize];
        for kind in [b"moov", b"meta", b"trak", b"avc1", b"stsd", b"udta"] {
            // Outside of each box only its eight bytes: half a million boxes in one another.
            let deep: Vec<u8> =
                (1..500_000u32).rev().flat_map(|n| [&(n * 8).to_be_bytes(), kind.as_slice()].concat()).collect();
            let with = [clip, &deep].concat();
            assert_eq!(read_index(&with, CLIP.len() as u64), read(CLIP), "{}", kind.escape_ascii());
            let described = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &deep].concat());
            let media = [boxed(b"minf", &boxed(b"stbl", &described))].concat();
            let _ = read_index(&[clip, &boxed(b"trak", &boxed(b"mdia", &media))].concat(), CLIP.len() as u64);
            let _ = video_clean::places(&with);
        }
    }

    proptest! {
        /// Whatever is changed in an index, reading it ends in facts or in a reason.
        #[test]
        fn a_broken_index_does_no_harm(changes in proptest::collection::vec((0usize..6_000, any::<u8>()), 1..20)) {
            let at = index(CLIP).unwrap();
            let mut broken = CLIP[at.start as usize..at.end as usize].to_vec();
            for (place, byte) in changes {
                let place = place % broken.len();
                broken[place] = byte;
            }
            let _ = read_index(&broken, CLIP.len() as u64);
            for range in video_clean::places(&broken) {
                prop_assert!(range.end <= broken.len() as u64);
            }
        }
    }
}
