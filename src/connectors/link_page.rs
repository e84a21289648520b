//! The page behind a link, for platforms that do not read it themselves: its title, description and picture are read here,
//! as Open Graph (ogp.me) and plain HTML name them. Nothing that goes wrong here keeps a post from going out.

use super::Call;
use super::wire::clip;
use crate::infra::http::ssrf::Reach;
use crate::infra::http::visit::{self, Want};
use bytes::Bytes;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageReader, Limits};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// The head of a page is in here.
const PAGE: Want = Want {
    kinds: &["text/html", "application/xhtml+xml"],
    max_bytes: 512 << 10,
    beginning_is_enough: true,
    deadline: Duration::from_secs(8),
};
const PICTURE: Want =
    Want { kinds: &["image/"], max_bytes: 8 << 20, beginning_is_enough: false, deadline: Duration::from_secs(15) };
/// LinkedIn takes 400 (learn.microsoft.com, Posts API, article), Bluesky names no number; cards show less.
const MAX_TITLE: usize = 200;
const MAX_DESCRIPTION: usize = 300;
/// The longest side that a card's picture needs; and what is not decoded.
const PICTURE_SIDE: u32 = 1200;
const MAX_SIDE: u32 = 10_000;
const MAX_DECODED: u64 = 128 << 20;

/// So many pictures are decoded at once: a small file may need all of `MAX_DECODED`, and many posts may go out at one time.
static PLACES: Semaphore = Semaphore::const_new(2);

/// What a page says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkPage {
    pub title: Option<String>,
    pub description: Option<String>,
    /// Where its picture is.
    pub picture: Option<String>,
}

/// Visits the page. An unreadable one says nothing.
pub async fn read(call: &Call<'_>, link: &str) -> LinkPage {
    look(call.wire.outbound.reach(), link).await.unwrap_or_else(|why| {
        tracing::info!(why, "the page of a link could not be read; its card stays bare");
        LinkPage::default()
    })
}

/// Visits the page. The error says why it cannot be read.
pub async fn look(reach: Reach, link: &str) -> Result<LinkPage, String> {
    let page = visit::fetch(reach, link, &PAGE).await?;
    Ok(of(&page.body, &page.url))
}

/// The text of a page, as a visitor reads it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageText {
    /// What it says of itself; may be empty.
    pub about: String,
    /// A line for each of its paragraphs.
    pub text: String,
}

/// Reads all of a page. The error says why it cannot be read.
pub async fn text(reach: Reach, address: &str) -> Result<PageText, String> {
    let page = visit::fetch(reach, address, &PAGE).await?;
    let about = of(&page.body, &page.url).description.unwrap_or_default();
    let body = page.body;
    // Half a megabyte of tags keeps a processor busy for a moment.
    let text = tokio::task::spawn_blocking(move || body_text(&body)).await.map_err(|e| e.to_string())?;
    Ok(PageText { about, text })
}

/// A page's picture as a JPEG of useful size; `None` if there is none to be had.
pub async fn picture(call: &Call<'_>, address: &str) -> Option<Bytes> {
    picture_within(call.wire.outbound.reach(), address, PICTURE_SIDE).await
}

/// The same with a longest side of so many pixels.
pub async fn picture_within(reach: Reach, address: &str, side: u32) -> Option<Bytes> {
    match visit::fetch(reach, address, &PICTURE).await {
        Ok(found) => {
            let place = PLACES.acquire().await.ok()?;
            let decoded = tokio::task::spawn_blocking(move || {
                let _place = place;
                jpeg(&found.body, side)
            });
            decoded.await.ok().flatten()
        }
        Err(why) => {
            tracing::info!(why, "the picture of a link's card could not be fetched");
            None
        }
    }
}

/// What a card is called whose page says nothing: the host of its link.
pub fn host(link: &str) -> String {
    let host = Url::parse(link).ok().and_then(|u| u.host_str().map(str::to_owned));
    host.unwrap_or_else(|| link.to_owned())
}

/// Any picture that we can read, as a JPEG of useful size.
fn jpeg(bytes: &[u8], side: u32) -> Option<Bytes> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let large = picture.width().max(picture.height()) > side;
    let picture = if large { picture.thumbnail(side, side) } else { picture };
    let mut out = vec![];
    JpegEncoder::new_with_quality(&mut out, 85).encode_image(&picture.to_rgb8()).ok()?;
    Some(out.into())
}

/// Reads the head of a page.
fn of(html: &[u8], page: &Url) -> LinkPage {
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    let mut title = None;
    let mut emitter = DefaultEmitter::default();
    // What stands in a script is no tag.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) if *tag.name == b"meta" => {
                let get = |name: &[u8]| {
                    let value = tag.attributes.get(name)?;
                    Some(String::from_utf8_lossy(value).into_owned())
                };
                let (name, content) = (get(b"property").or_else(|| get(b"name")), get(b"content"));
                if let (Some(name), Some(content)) = (name, content) {
                    // The first one counts: further pictures follow.
                    said.entry(name.trim().to_ascii_lowercase()).or_insert(content);
                }
            }
            Token::StartTag(tag) if *tag.name == b"title" => title = title.or(Some(String::new())),
            Token::StartTag(tag) if *tag.name == b"body" => break,
            Token::String(text) => {
                if let Some(title) = title.as_mut().filter(|t| t.is_empty()) {
                    title.push_str(&String::from_utf8_lossy(&text));
                }
            }
            Token::EndTag(tag) if *tag.name == b"head" => break,
            _ => {}
        }
    }
    let first = |names: &[&str], max: usize| names.iter().find_map(|name| words(said.get(*name)?, max));
    let picture =
        first(&["og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src"], 2000);
    LinkPage {
        title: first(&["og:title", "twitter:title"], MAX_TITLE).or_else(|| words(&title?, MAX_TITLE)),
        description: first(&["og:description", "twitter:description", "description"], MAX_DESCRIPTION),
        picture: picture.and_then(|p| page.join(&p).ok()).map(String::from),
    }
}

/// Elements whose content nobody reads.
const UNREAD: [&[u8]; 8] = [b"script", b"style", b"noscript", b"template", b"svg", b"nav", b"footer", b"head"];
/// Elements that do not end a line.
const INLINE: [&[u8]; 12] =
    [b"a", b"b", b"strong", b"em", b"i", b"span", b"small", b"u", b"mark", b"code", b"sup", b"sub"];

/// What stands in the body of a page, a line for each paragraph.
fn body_text(html: &[u8]) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let (mut lines, mut line) = (vec![], String::new());
    // Names of the unread elements that are open.
    let mut unread: Vec<&[u8]> = vec![];
    let mut end = |line: &mut String| {
        let whole = std::mem::take(line).split_whitespace().collect::<Vec<_>>().join(" ");
        if !whole.is_empty() && !whole.contains(char::REPLACEMENT_CHARACTER) {
            lines.push(whole);
        }
    };
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => {
                if let Some(name) = UNREAD.iter().find(|name| **name == &tag.name[..]) {
                    if !tag.self_closing && unread.len() < 100 {
                        unread.push(name);
                    }
                } else if &tag.name[..] == b"body" {
                    // A head that was never closed.
                    unread.clear();
                }
                if !INLINE.contains(&&tag.name[..]) {
                    end(&mut line);
                }
            }
            Token::EndTag(tag) => {
                if let Some(at) = unread.iter().rposition(|name| *name == &tag.name[..]) {
                    unread.truncate(at);
                }
                if !INLINE.contains(&&tag.name[..]) {
                    end(&mut line);
                }
            }
            Token::String(text) if unread.is_empty() => line.push_str(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    end(&mut line);
    lines.join("\n")
}

/// One line of text. What was written in another alphabet than UTF-8 is no text to us.
fn words(text: &str, max: usize) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty() && !line.contains(char::REPLACEMENT_CHARACTER)).then(|| clip(&line, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> LinkPage {
        of(html.as_bytes(), &Url::parse("https://northwind.example/roast/").unwrap())
    }

    #[test]
    fn open_graph_comes_before_the_plain_head() {
        let full = page(
            r#"<!doctype html><html><head><script>var a = "<title>no</title>";</script><title>Plain &amp; simple</title>
            <meta name="description" content="Plain words"><meta property="og:title" content=" A new
            roast &lt;3 "><meta property=og:description content='Fresh beans'><meta property="og:image" content="../a.png">
            <meta property="og:image" content="second.png"></head><body><meta property="og:image" content="late"></body>"#,
        );
        assert_eq!(full.title.as_deref(), Some("A new roast <3"));
        assert_eq!(full.description.as_deref(), Some("Fresh beans"));
        assert_eq!(full.picture.as_deref(), Some("https://northwind.example/a.png"));
        let plain = page("<title>Plain &amp; simple</title><meta name=Description content='Plain words'>");
        assert_eq!(plain.title.as_deref(), Some("Plain & simple"));
        assert_eq!((plain.description.as_deref(), plain.picture), (Some("Plain words"), None));
        assert_eq!(page("no head at all"), LinkPage::default());
        assert_eq!(page(""), LinkPage::default());
    }

    #[test]
    fn the_body_is_read_as_a_visitor_reads_it() {
        let html = br#"<head><title>no</title><style>p { color: red }</style><body><nav><a>Home</a></nav><h1>Fresh
            <em>coffee</em></h1><script>var no = "<p>no</p>";</script><p>We roast &amp; grind.<p>On Tuesdays<br>only<footer>no</footer>"#;
        assert_eq!(body_text(html), "Fresh coffee\nWe roast & grind.\nOn Tuesdays\nonly");
        assert_eq!(body_text(b"<head><title>x<body>Still here"), "");
        assert_eq!(body_text(b"<head><body>Still here"), "Still here");
        assert_eq!(body_text(b"plain"), "plain");
    }

    #[test]
    fn too_much_and_nonsense_are_kept_out() {
        let long = page(&format!("<title>{}</title>", "a".repeat(1000)));
        assert_eq!(long.title.map(|t| t.chars().count()), Some(MAX_TITLE + 1), "and an ellipsis");
        let foreign = of(b"<title>Caf\xe9</title>", &Url::parse("https://northwind.example/").unwrap());
        assert_eq!(foreign.title, None);
    }

    #[test]
    fn pictures_become_jpegs_of_useful_size() {
        let mut png = Cursor::new(vec![]);
        image::RgbaImage::new(2400, 1200).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let out = jpeg(png.get_ref(), PICTURE_SIDE).unwrap();
        let read = ImageReader::new(Cursor::new(&out)).with_guessed_format().unwrap();
        assert_eq!(read.format(), Some(image::ImageFormat::Jpeg));
        assert_eq!(read.into_dimensions().unwrap(), (1200, 600));
        assert!(jpeg(b"<html>", PICTURE_SIDE).is_none());
    }
}
