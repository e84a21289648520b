//! The check of videos and documents. A post has one of them, and then nothing beside it.

use super::check::{a_kind, at_most_megabytes, either, kind, megabytes};
use super::{DocumentRules, Rules, VideoRules};
use crate::domain::error::Problem;
use crate::domain::post::{MediaFacts, MediaKind, VideoFacts};

/// What stands against the videos among the pictures of a carousel. Files are named by their position, from 1.
pub(super) fn among_pictures(rules: &Rules, files: &[&MediaFacts], found: &mut Vec<Problem>) {
    let name = rules.platform.name();
    for (n, file) in (1..).zip(files) {
        let mut wrong = vec![];
        match (file.kind(), rules.video) {
            (MediaKind::Picture, _) => {}
            (MediaKind::Video, Some(wanted)) => video(name, &wanted, file, &mut wrong),
            (kind, _) => {
                let message = format!("{name} takes no {}s in this format. Remove it.", kind.name());
                wrong.push(Problem::error("media", message));
            }
        }
        found.extend(wrong.into_iter().map(|problem| {
            let message = format!("File {n}: {}", problem.message);
            Problem { message, ..problem }
        }));
    }
    if files.len() == 1 {
        let message =
            format!("A carousel on {name} has 2 pictures or videos at least. Add one, or choose another format.");
        found.push(Problem::error("media", message));
    }
}

/// Whether there is anything here that is no picture, and what stands against it.
pub(super) fn check(rules: &Rules, files: &[&MediaFacts], found: &mut Vec<Problem>) -> bool {
    let Some(file) = files.iter().find(|file| file.kind() != MediaKind::Picture) else { return false };
    let (name, what) = (rules.platform.name(), file.kind().name());
    if files.len() > 1 {
        let message = format!("{name} shows a {what} only alone. Keep the {what}, or only the pictures.");
        found.push(Problem::error("media", message));
    }
    match (file.kind(), rules.video, rules.document) {
        (MediaKind::Video, Some(wanted), _) => video(name, &wanted, file, found),
        (MediaKind::Document, _, Some(wanted)) => document(name, &wanted, file, found),
        _ => {
            let instead = match (rules.max_images, rules.video, rules.document) {
                (1.., ..) => "Use a picture, or choose another format",
                (_, Some(_), _) => "Use a video, or choose another format",
                (_, _, Some(_)) => "Use a document, or choose another format",
                _ => "Remove it",
            };
            let message = format!("{name} takes no {what}s in this format. {instead}.");
            found.push(Problem::error("media", message));
        }
    }
    true
}

fn video(name: &str, wanted: &VideoRules, file: &MediaFacts, found: &mut Vec<Problem>) {
    let mut error = |message: String| found.push(Problem::error("media", message));
    if !of_type(wanted.types, file) {
        error(wrong_type(name, "video", wanted.types, file));
    }
    too_big(name, "video", wanted.max_bytes, file).map(&mut error);
    let (long, short) = (file.width.max(file.height), file.width.min(file.height));
    let (width, height) = (file.width, file.height);
    if short < wanted.min_side {
        let min = wanted.min_side;
        error(format!("The video has {width} × {height} pixels; {name} wants {min} at least. Export it larger."));
    }
    if let Some((max_long, max_short)) = wanted.max_sides.filter(|(l, s)| long > *l || short > *s) {
        error(format!(
            "The video has {width} × {height} pixels; {name} takes {max_long} × {max_short} at most. Export it smaller."
        ));
    }
    if let Some(max) = wanted.max_width.filter(|max| width > *max) {
        error(format!("The video is {width} pixels wide; {name} takes {max} at most. Export it smaller."));
    }
    if let Some(shape) = wanted.shape {
        let (tall, wide) = (shape.tallest, shape.widest);
        let one = (tall == wide).then_some(tall);
        // Of one shape, the longer side has a least length as well.
        let least = one.map(|(w, h)| wanted.min_side * w.max(h) / w.min(h).max(1)).filter(|_| short >= wanted.min_side);
        match (shape.nearest(width, height), least.filter(|least| long < *least)) {
            (None, Some(least)) => {
                let min = wanted.min_side;
                error(format!(
                    "The video has {width} × {height} pixels; {name} wants {min} × {least} at least. Export it larger."
                ));
            }
            (Some(nearest), _) => {
                let allowed = match one {
                    Some((w, h)) => format!("{w}:{h}"),
                    None => format!("between {}:{} and {}:{}", tall.0, tall.1, wide.0, wide.1),
                };
                let is_wide =
                    nearest == wide && u64::from(width) * u64::from(wide.1) > u64::from(height) * u64::from(wide.0);
                let where_to = if is_wide { "at the sides" } else { "at the top or bottom" };
                let (w, h) = inside(nearest, (width, height));
                error(format!(
                    "The shape of the video ({width} × {height}) has to be {allowed} for {name}. Cut it {where_to}, to {w} × {h}, or \
                     export it in that shape."
                ));
            }
            (None, None) => {}
        }
    }
    if let Some(facts) = &file.video {
        track(name, wanted, facts, &mut error);
    }
}

/// The largest picture of this shape that lies within these sides; even numbers, as codecs want them.
fn inside((w, h): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let even = |n: u64| (n / 2 * 2) as u32;
    let by_width = u64::from(width) * u64::from(h) / u64::from(w);
    match by_width <= u64::from(height) {
        true => (even(width.into()), even(by_width)),
        false => (even(u64::from(height) * u64::from(w) / u64::from(h)), even(height.into())),
    }
}

/// What a video's own facts say.
fn track(name: &str, wanted: &VideoRules, video: &VideoFacts, error: &mut impl FnMut(String)) {
    if !wanted.codecs.contains(&video.codec.as_str()) {
        let known: Vec<&str> = wanted.codecs.iter().map(|c| codec(c)).collect();
        let (is, known) = (codec(&video.codec), either(&known));
        error(format!("The video is encoded as {is}; {name} takes {known}. Export it anew as {known}."));
    }
    if let Some(audio) = video.audio.as_deref().filter(|audio| !wanted.audio.contains(audio)) {
        let known: Vec<&str> = wanted.audio.iter().map(|c| codec(c)).collect();
        let (is, known) = (codec(audio), either(&known));
        error(format!("The sound is encoded as {is}; {name} takes {known}. Export the video anew with {known}."));
    }
    if video.millis < wanted.min_millis {
        let (is, min) = (length(video.millis), length(wanted.min_millis));
        error(format!("The video lasts {is}; {name} wants {min} at least."));
    }
    if video.millis > wanted.max_millis {
        // Rounded up, so that what is longer also reads as longer.
        let (is, max) = (length(video.millis.div_ceil(1_000) * 1_000), length(wanted.max_millis));
        error(format!("The video lasts {is}; {name} takes {max} at most. Cut it shorter."));
    }
    if let Some(max) = wanted.max_frames.filter(|max| video.frames > *max) {
        let (is, max) = (per_second(video.frames), per_second(max));
        error(format!("The video has {is} frames a second; {name} takes {max} at most. Export it with fewer."));
    }
    if let Some(max) = wanted.max_bit_rate.filter(|max| video.bit_rate > *max) {
        let (is, max) = (megabits(video.bit_rate), megabits(max));
        error(format!("The video has {is} Mbit a second; {name} takes {max} at most. Export it with fewer."));
    }
}

fn document(name: &str, wanted: &DocumentRules, file: &MediaFacts, found: &mut Vec<Problem>) {
    let mut error = |message: String| found.push(Problem::error("media", message));
    if !of_type(wanted.types, file) {
        error(wrong_type(name, "document", wanted.types, file));
    }
    too_big(name, "document", wanted.max_bytes, file).map(&mut error);
    if let Some(pages) = file.pages.filter(|pages| *pages > wanted.max_pages) {
        let max = wanted.max_pages;
        error(format!("The document has {pages} pages; {name} takes {max} at most. Remove {}.", pages - max));
    }
}

fn of_type(types: &[&str], file: &MediaFacts) -> bool {
    types.contains(&file.mime.as_str())
}

fn wrong_type(name: &str, what: &str, types: &[&str], file: &MediaFacts) -> String {
    let known: Vec<&str> = types.iter().map(|mime| kind(mime)).collect();
    let (is, known) = (a_kind(&file.mime), either(&known));
    format!("The {what} is {is}; {name} takes {known} only. Export it as {known}.")
}

fn too_big(name: &str, what: &str, max: u64, file: &MediaFacts) -> Option<String> {
    (file.bytes > max).then(|| {
        let (is, max) = (megabytes(file.bytes), at_most_megabytes(max));
        format!("The {what} has {is} MB; {name} allows {max} MB. Export it smaller.")
    })
}

/// A codec as people write it.
fn codec(id: &str) -> &str {
    match id {
        "h264" => "H.264",
        "hevc" => "H.265",
        "av1" => "AV1",
        "vp8" => "VP8",
        "vp9" => "VP9",
        "aac" => "AAC",
        "mp3" => "MP3",
        "opus" => "Opus",
        "vorbis" => "Vorbis",
        other => other,
    }
}

/// `0.5 seconds`, `58 seconds`, `2:20 minutes`.
fn length(millis: u64) -> String {
    match millis {
        1_000 => "1 second".into(),
        0..10_000 if !millis.is_multiple_of(1_000) => format!("{}.{} seconds", millis / 1_000, millis % 1_000 / 100),
        0..60_000 => format!("{} seconds", millis / 1_000),
        _ => format!("{}:{:02} minutes", millis / 60_000, millis / 1_000 % 60),
    }
}

/// `60`, `29.97`.
fn per_second(frames: u32) -> String {
    let hundredths = frames.div_ceil(10);
    match hundredths % 100 {
        0 => format!("{}", hundredths / 100),
        rest => format!("{}.{rest:02}", hundredths / 100),
    }
}

/// One decimal, rounded up.
fn megabits(bits: u64) -> String {
    let tenths = bits.div_ceil(100_000);
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        rest => format!("{}.{rest}", tenths / 10),
    }
}
