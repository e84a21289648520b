//! The check of one content against one platform's rules. Every message says what is wrong and what to do, in the same
//! words in the browser and from the server. Pictures are named by their position, from 1.

use super::{Counting, GifRules, Rules, Shape, files, rules, utf16};
use crate::domain::account::AccountFacts;
use crate::domain::error::Problem;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaFacts, MediaKind, PostContent};
use crate::domain::xtext;

/// Everything that this platform would refuse (errors) or that is likely a slip (warnings). The fields are `format`,
/// `text`, `media`, `link` and `options`. Nothing for a platform that we do not publish to.
pub fn check<M: AsRef<MediaFacts>>(platform: Platform, facts: &AccountFacts, content: &PostContent<M>) -> Vec<Problem> {
    let mut found = vec![];
    match rules(platform, content.format, facts) {
        Some(rules) => {
            text(&rules, content, &mut found);
            media(&rules, content, &mut found);
            link(&rules, content, &mut found);
            if let Some(publishing) = platform.publishing() {
                let files: Vec<_> = content.media.iter().map(AsRef::as_ref).collect();
                found.extend(publishing.options.check(content.format, &content.options));
                found.extend((publishing.own_rules)(&content.options, &content.text, &files));
            }
        }
        None if platform.publishes() => {
            let (name, form) = (platform.name(), content.format.name());
            let message = format!("“{form}” is not possible on {name} yet. Choose another format.");
            found.push(Problem::error("format", message));
        }
        None => {}
    }
    found
}

pub(super) fn text<M: AsRef<MediaFacts>>(rules: &Rules, content: &PostContent<M>, found: &mut Vec<Problem>) {
    let name = rules.platform.name();
    let text = content.text.as_str();
    let has_card = rules.link_card && content.given_link().is_some();
    if rules.text_required_without_media && text.trim().is_empty() && content.media.is_empty() && !has_card {
        let or_link = if rules.link_card { ", a link" } else { "" };
        found.push(Problem::error("text", format!("{name} needs text{or_link} or a picture. Write something.")));
    }
    if let (Counting::Weighted, Some(c)) = (rules.counting, xtext::forbidden(text)) {
        let code = u32::from(c);
        found.push(Problem::error(
            "text",
            format!("The text contains an invisible character (U+{code:04X}) that {name} refuses. Remove it."),
        ));
    }
    let (length, max) = (rules.counting.of(text), rules.max_text);
    let escaped = length + text.chars().filter(|c| rules.escaped.contains(*c)).count() as u32;
    if max == 0 && length > 0 {
        // Nor does anything in it count.
        found.push(Problem::warning("text", format!("{name} shows no text in this format: yours is not sent.")));
        return;
    }
    if length > max {
        let extra = length - max;
        found
            .push(Problem::error("text", format!("{name} allows {max} characters; this is {length}. Remove {extra}.")));
    } else if escaped > max {
        let extra = escaped - max;
        found.push(Problem::warning(
            "text",
            format!(
                "{name} may count each of {} twice: then this is {escaped} of {max} and the end could be cut off. \
                 Remove {extra} to be safe.",
                rules.escaped
            ),
        ));
    }
    if let Counting::Graphemes { max_bytes } = rules.counting
        && length <= max
        && text.len() > max_bytes as usize
    {
        let bytes = text.len();
        let message = format!(
            "{name} allows {max_bytes} bytes of text; the characters of this have {bytes}. Use fewer emoji or shorten it."
        );
        found.push(Problem::error("text", message));
    }
    let tags = [
        (rules.max_hashtags, "hashtags", hashtags as fn(&str) -> usize),
        (rules.max_mentions, "mentions", |text| xtext::mentions(text).len()),
    ];
    for (max, what, number) in tags {
        if let Some((max, number)) = max.map(|max| (max, number(text))).filter(|(max, number)| number > max) {
            let extra = number - max;
            let message = format!("{name} allows {max} {what}; this has {number}. Remove {extra}.");
            found.push(Problem::error("text", message));
        }
    }
    let cashtags = xtext::cashtags(text);
    if rules.one_cashtag && cashtags.len() > 1 {
        let list: Vec<&str> = cashtags.into_iter().map(|range| &text[range]).collect();
        let message = format!("{name} allows one cashtag in a post; this has {}. Keep one.", list.join(", "));
        found.push(Problem::error("text", message));
    }
}

/// Hashtags as Instagram may see them: more than X does, as numbers, emoji and tags without a space between them count.
fn hashtags(text: &str) -> usize {
    let links = xtext::urls(text);
    let starts_tag = |c: char| {
        !(c.is_whitespace() || matches!(c, '\u{fe0f}' | '\u{20e3}') || (c.is_ascii_punctuation() && c != '_'))
    };
    text.match_indices(['#', '＃'])
        .filter(|(at, sign)| text[at + sign.len()..].starts_with(starts_tag))
        .filter(|(at, _)| links.get(links.partition_point(|link| link.end <= *at)).is_none_or(|link| link.start > *at))
        .count()
}

fn media<M: AsRef<MediaFacts>>(rules: &Rules, content: &PostContent<M>, found: &mut Vec<Problem>) {
    let pictures: Vec<&MediaFacts> = content.media.iter().map(AsRef::as_ref).collect();
    let name = rules.platform.name();
    // TikTok's carousel has pictures only.
    let mixes = content.format.mixes() && rules.video.is_some();
    if mixes {
        files::among_pictures(rules, &pictures, found);
    } else if files::check(rules, &pictures, found) {
        return;
    }
    let is_picture = |file: &&MediaFacts| file.kind() == MediaKind::Picture;
    let (number, max) = (pictures.len(), rules.max_images);
    if rules.media_required && number == 0 {
        let what = match (max, rules.video, rules.document) {
            (1.., Some(_), _) => "a picture or a video",
            (0, Some(_), _) => "a video",
            (0, _, Some(_)) => "a document",
            _ => "at least one picture",
        };
        found.push(Problem::error("media", format!("{name} needs {what}.")));
    }
    if number > max {
        let extra = number - max;
        let what = match max {
            _ if mixes => "pictures and videos",
            1 => "picture",
            _ => "pictures",
        };
        let message = match max {
            0 => format!("{name} shows no pictures in this format. Remove {extra}, or choose another format."),
            _ => format!("{name} allows {max} {what}; this has {number}. Remove {extra}."),
        };
        found.push(Problem::error("media", message));
    }
    let has_gif = pictures.iter().any(|m| m.mime == "image/gif");
    if number > 1 && has_gif && rules.gif.is_some_and(|gif| gif.alone) {
        let message = format!("{name} shows a GIF only alone. Keep one GIF, or only the other pictures.");
        found.push(Problem::error("media", message));
    }
    for (at, picture) in pictures.iter().enumerate().filter(|(_, file)| is_picture(file)) {
        one_picture(rules, at + 1, picture, found);
    }
    if let (Some(shape), Some((first, others))) = (rules.shape, pictures.split_first()) {
        if is_picture(first) {
            fits_shape(name, shape, first, found);
        }
        let cropped: Vec<usize> = (2..).zip(others).filter(|(_, m)| !same_shape(first, m)).map(|(n, _)| n).collect();
        if let Some(pictures) = listed(&cropped) {
            let message = format!("{name} will crop {pictures} to the shape of picture 1. Check what is cut off.");
            found.push(Problem::warning("media", message));
        }
    }
    let silent = (1..).zip(&pictures).filter(|(_, m)| is_picture(m) && m.alt.trim().is_empty());
    let silent: Vec<usize> = silent.map(|(n, _)| n).collect();
    if let Some(pictures) = listed(&silent) {
        let message = format!("No description (alt text) for {pictures}. Say in a sentence what can be seen.");
        found.push(Problem::warning("media", message));
    }
}

/// What can be said of a picture by itself.
fn one_picture(rules: &Rules, n: usize, picture: &MediaFacts, found: &mut Vec<Problem>) {
    let name = rules.platform.name();
    let (width, height) = (picture.width, picture.height);
    let mut error = |message: String| found.push(Problem::error("media", message));
    if !rules.image_types.contains(&picture.mime.as_str()) {
        let known: Vec<&str> = rules.image_types.iter().map(|mime| kind(mime)).collect();
        let (is, known) = (a_kind(&picture.mime), either(&known));
        error(format!("Picture {n} is {is}; {name} takes {known} only. Replace it, or save it as {known}."));
    }
    let gif = rules.gif.filter(|_| picture.mime == "image/gif");
    let max_bytes = gif.map(|gif| gif.max_bytes).or(rules.max_image_bytes);
    if let Some(max) = max_bytes.filter(|max| picture.bytes > *max) {
        let (is, max) = (megabytes(picture.bytes), at_most_megabytes(max));
        error(format!("Picture {n} has {is} MB; {name} allows {max} MB. Use a smaller file."));
    }
    if let Some(GifRules { max_width, max_height, .. }) = gif.filter(|g| width > g.max_width || height > g.max_height) {
        error(format!(
            "Picture {n} is a GIF of {width} × {height} pixels; {name} allows {max_width} × {max_height}. Scale it down."
        ));
    }
    let pixels = u64::from(width) * u64::from(height);
    if let Some(below) = rules.pixels_below.filter(|below| pixels >= *below) {
        error(format!(
            "Picture {n} has {width} × {height} = {pixels} pixels; {name} takes fewer than {below}. Scale it down."
        ));
    }
    let alt = utf16(&picture.alt);
    if let Some(max) = rules.max_alt.filter(|max| alt > *max) {
        let extra = alt - max;
        error(format!("The description of picture {n} has {alt} characters; {name} allows {max}. Remove {extra}."));
    }
    if width < rules.min_width {
        let min = rules.min_width;
        let message = format!(
            "Picture {n} is {width} pixels wide; {name} enlarges it to {min}, which looks blurred. Use a wider one."
        );
        found.push(Problem::warning("media", message));
    }
}

fn fits_shape(name: &str, shape: Shape, picture: &MediaFacts, found: &mut Vec<Problem>) {
    let (width, height) = (u64::from(picture.width), u64::from(picture.height));
    let at_least = |(w, h): (u32, u32)| width * u64::from(h) >= height * u64::from(w);
    let at_most = |(w, h): (u32, u32)| width * u64::from(h) <= height * u64::from(w);
    let (too, fix) = match (at_least(shape.tallest), at_most(shape.widest)) {
        (true, true) => return,
        (false, _) => ("tall", "Cut something off at the top or bottom"),
        (true, false) => ("wide", "Cut something off at the sides"),
    };
    let (tall, wide) = (shape.tallest, shape.widest);
    found.push(Problem::error(
        "media",
        format!(
            "Picture 1 is too {too} for {name} ({width} × {height}); the shape has to be between {}:{} and {}.{:02}:1. {fix}.",
            tall.0,
            tall.1,
            wide.0 / wide.1,
            wide.0 * 100 / wide.1 % 100
        ),
    ));
}

/// The same shape but for a hundredth, which nobody sees.
fn same_shape(a: &MediaFacts, b: &MediaFacts) -> bool {
    let (one, other) = (u64::from(a.width) * u64::from(b.height), u64::from(b.width) * u64::from(a.height));
    one.abs_diff(other) * 100 <= one.max(other)
}

/// Only the address of a link card can be wrong; elsewhere, or beside pictures, a link is not sent at all.
fn link<M: AsRef<MediaFacts>>(rules: &Rules, content: &PostContent<M>, found: &mut Vec<Problem>) {
    let name = rules.platform.name();
    let Some(link) = content.given_link() else {
        if content.format == Format::Link {
            found.push(Problem::error("link", format!("{name} needs a link in this format. Add one.")));
        }
        return;
    };
    if rules.link_card && (content.media.is_empty() || rules.link_beside_media) {
        if !xtext::is_valid_url(link, true) {
            let message = if xtext::is_valid_url(link, false) {
                format!("Begin the link with https://, as in https://{link}")
            } else {
                "This link is not a web address. Write it as in https://example.com/page".into()
            };
            found.push(Problem::error("link", message));
        }
    } else if !content.text.contains(link) {
        let why = if rules.link_card { "shows no link card beside pictures" } else { "takes links only in the text" };
        let message = format!("{name} {why}: this link will not appear. Put it into the text.");
        found.push(Problem::warning("link", message));
    }
}

/// A MIME type as people say it.
pub(super) fn kind(mime: &str) -> &str {
    match mime {
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/webp" => "WebP",
        "image/gif" => "GIF",
        "video/mp4" => "MP4",
        "video/quicktime" => "MOV",
        "video/webm" => "WebM",
        "application/pdf" => "PDF",
        other => other,
    }
}

/// `a PNG`, or the type itself if it has no common name.
pub(super) fn a_kind(mime: &str) -> String {
    match kind(mime) {
        unknown if unknown == mime => format!("of type {mime}"),
        known => format!("a {known}"),
    }
}

/// `JPEG, PNG or GIF`
pub(super) fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).into(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// `picture 2`, `pictures 2 and 3`, `pictures 1, 2 and 4`; nothing for none.
fn listed(numbers: &[usize]) -> Option<String> {
    let words: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match words.as_slice() {
        [] => None,
        [one] => Some(format!("picture {one}")),
        [most @ .., last] => Some(format!("pictures {} and {last}", most.join(", "))),
    }
}

/// One decimal, rounded up, so that a file over a limit never reads like one at the limit.
pub(super) fn megabytes(bytes: u64) -> String {
    in_tenths(bytes.saturating_mul(10).div_ceil(super::MIB))
}

/// The same of a limit, rounded down.
pub(super) fn at_most_megabytes(bytes: u64) -> String {
    in_tenths(bytes.saturating_mul(10) / super::MIB)
}

fn in_tenths(tenths: u64) -> String {
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        tenth => format!("{}.{tenth}", tenths / 10),
    }
}
