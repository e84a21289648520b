//! Is a post on the timeline ours? X escapes three characters, shortens every link to t.co and appends one for media.

use crate::connectors::compare::plain;
use crate::domain::recent::RecentKind;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// A post as the timeline lists it. X renames fields in 2026: both spellings are read.
#[derive(Deserialize)]
pub struct Post {
    pub id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    entities: Entities,
    attachments: Option<Attachments>,
    /// The whole text of a post that is longer than 280.
    #[serde(alias = "note_post")]
    note_tweet: Option<Note>,
    /// What it answers, quotes or repeats; only if it was asked for.
    #[serde(default, alias = "referenced_posts")]
    referenced_tweets: Vec<Reference>,
    pub created_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

#[derive(Default, Deserialize)]
struct Entities {
    #[serde(default)]
    urls: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    /// `https://t.co/...`, as it stands in the text.
    url: Option<String>,
    expanded_url: Option<String>,
    /// Set when the link stands for attached media.
    media_key: Option<String>,
}

#[derive(Deserialize)]
struct Attachments {
    #[serde(default)]
    media_keys: Vec<String>,
    #[serde(default)]
    poll_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Note {
    text: String,
    #[serde(default)]
    entities: Entities,
}

impl Post {
    /// Whether this is what we sent. A post without text is recognised by its number of pictures.
    pub fn shows(&self, text: &str, pictures: usize) -> bool {
        let ours = address_free(text);
        if self.comparable() != ours {
            return false;
        }
        let theirs = self.attachments.as_ref().map_or(0, |a| a.media_keys.len());
        !ours.is_empty() || theirs == pictures
    }

    /// Whether this can be the answer to that post (`None`: a post of its own). Where X does not say what a post answers,
    /// the text alone decides.
    pub fn may_answer(&self, post: Option<&str>) -> bool {
        let answered = self.referenced_tweets.iter().find(|r| r.kind == "replied_to");
        match (post, answered) {
            (Some(post), Some(answered)) => answered.id == post,
            _ => true,
        }
    }

    /// What kind of post it is. A key of media begins with the number of its type, as in X's examples: 3 a photo, 7 and 13 a
    /// video, 16 an animated GIF.
    pub fn kind(&self) -> RecentKind {
        let (media, polls) = match &self.attachments {
            Some(attached) => (attached.media_keys.as_slice(), attached.poll_ids.as_slice()),
            None => Default::default(),
        };
        match (media, polls) {
            (_, [_, ..]) => RecentKind::Poll,
            ([one], _) if one.starts_with("3_") => RecentKind::Picture,
            ([_], _) => RecentKind::Video,
            ([_, ..], _) => RecentKind::Album,
            _ if self.referenced_tweets.iter().any(|r| r.kind == "replied_to") => RecentKind::Reply,
            _ => RecentKind::Text,
        }
    }

    fn comparable(&self) -> String {
        address_free(&self.text())
    }

    /// The text as people see it: with the links that were written, and without those to its own media.
    pub fn text(&self) -> String {
        let (text, links) = match &self.note_tweet {
            Some(note) => (&note.text, &note.entities.urls),
            None => (&self.text, &self.entities.urls),
        };
        // The link to the pictures is part of the short text even where the note has none.
        let mut shown = unescape(text);
        for link in links.iter().chain(&self.entities.urls) {
            let Some(short) = &link.url else { continue };
            let long = link.expanded_url.as_deref().unwrap_or_default();
            let own = ["photo", "video"].iter().any(|kind| long.contains(&format!("/status/{}/{kind}/", self.id)));
            shown = shown.replace(short.as_str(), if own || link.media_key.is_some() { "" } else { long });
        }
        shown.trim().to_owned()
    }
}

/// The characters that X escapes in `text`.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// Plain text whose addresses have lost what X adds or drops when it expands them: the scheme and a closing slash.
fn address_free(text: &str) -> String {
    let text = plain(text).replace("https://", "").replace("http://", "");
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '/' || rest.peek().is_some_and(|next| next.is_alphanumeric()) {
            kept.push(c);
        }
    }
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn post(value: Value) -> Post {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn escapes_links_and_media_are_undone() {
        let seen = post(json!({
            "id": "1",
            "text": "Beans &amp; cake &lt;3 https://t.co/aaa and https://t.co/bbb. https://t.co/ccc",
            "entities": {"urls": [
                {"url": "https://t.co/aaa", "expanded_url": "http://example.com"},
                {"url": "https://t.co/bbb", "expanded_url": "https://example.com/menu/"},
                {"url": "https://t.co/ccc", "expanded_url": "https://x.com/n/status/1/photo/1", "media_key": "3_1"},
            ]},
        }));
        assert!(seen.shows("Beans & cake <3 example.com and https://example.com/menu.", 1));
        assert!(!seen.shows("Beans & cake <3", 1));
        assert!(!seen.shows("", 1));
    }

    #[test]
    fn the_link_to_our_own_pictures_is_known_by_its_address_too() {
        let text = "Look https://t.co/p";
        let link = |to: &str| json!({"id": "7", "text": text, "entities": {"urls": [{"url": "https://t.co/p", "expanded_url": to}]}});
        assert!(post(link("https://x.com/northwind/status/7/photo/1")).shows("Look", 1));
        assert!(!post(link("https://x.com/northwind/status/8/photo/1")).shows("Look", 1));
    }

    #[test]
    fn an_ampersand_that_was_escaped_by_us_survives() {
        assert!(post(json!({"id": "1", "text": "write &amp;amp; learn"})).shows("write &amp; learn", 0));
    }

    #[test]
    fn long_texts_are_read_from_the_note_in_both_spellings() {
        for name in ["note_tweet", "note_post"] {
            let seen = post(json!({"id": "1", "text": "Once upon…", name: {"text": "Once upon a time"}}));
            assert!(seen.shows("Once upon a time", 0));
        }
    }

    #[test]
    fn a_reply_is_known_by_what_it_answers() {
        for name in ["referenced_tweets", "referenced_posts"] {
            let seen = post(
                json!({"id": "3", "text": "2/3", name: [{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "2"}]}),
            );
            assert!(seen.may_answer(Some("2")) && !seen.may_answer(Some("9")), "{name}");
        }
        assert!(post(json!({"id": "3", "text": "2/3"})).may_answer(Some("2")), "X did not say");
    }

    #[test]
    fn pictures_without_text_are_counted() {
        let seen = post(json!({
            "id": "1", "text": "https://t.co/ccc", "attachments": {"media_keys": ["3_1", "3_2"]},
            "entities": {"urls": [{"url": "https://t.co/ccc", "media_key": "3_1"}, {"url": "https://t.co/ccc", "media_key": "3_2"}]},
        }));
        assert!(seen.shows("", 2));
        assert!(!seen.shows("", 1));
    }
}
