//! A post as a network lists it among an account's newest ones, whoever published it.

use super::moment::Moment;
use serde::{Deserialize, Serialize};

/// What a listed post is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecentKind {
    Text,
    /// It answers another post.
    Reply,
    Picture,
    /// Several pictures, or pictures and videos.
    Album,
    Video,
    Reel,
    Link,
    Poll,
    Document,
    /// The network did not say it in a way that we know.
    #[default]
    Other,
}

impl RecentKind {
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Reply,
        Self::Picture,
        Self::Album,
        Self::Video,
        Self::Reel,
        Self::Link,
        Self::Poll,
        Self::Document,
        Self::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Reply => "Reply",
            Self::Picture => "Picture",
            Self::Album => "Several pictures",
            Self::Video => "Video",
            Self::Reel => "Reel",
            Self::Link => "Link",
            Self::Poll => "Poll",
            Self::Document => "Document",
            Self::Other => "Post",
        }
    }
}

/// One of an account's newest posts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentPost {
    /// As publishing would have named it.
    pub id: String,
    /// The other id that publishing may have named: of a video on Facebook, which is no post there.
    pub also: Option<String>,
    /// Where posts have one beside their text.
    pub title: Option<String>,
    pub text: String,
    pub at: Option<Moment>,
    /// Where a person can see it.
    pub url: Option<String>,
    pub kind: RecentKind,
    /// The network's address of a small picture of it.
    pub picture: Option<String>,
    /// Who can see it, where that is not everybody; one word.
    pub audience: Option<String>,
}

impl RecentPost {
    /// Bytes of an id or an address.
    const LONGEST: usize = 2_000;
    /// Characters of a title, and of a text: a list shows its beginning.
    const LONGEST_TITLE: usize = 300;
    const LONGEST_TEXT: usize = 1_000;

    /// As it can be kept and shown, whatever the network said: texts are cut, addresses that are none or too long left out.
    /// `None` for one whose id is no id.
    pub fn bounded(self) -> Option<Self> {
        let is_plain =
            |text: &String| !text.is_empty() && text.len() <= Self::LONGEST && !text.contains(char::is_control);
        let is_address =
            |text: &String| is_plain(text) && (text.starts_with("https://") || text.starts_with("http://"));
        is_plain(&self.id).then(|| Self {
            also: self.also.filter(is_plain),
            title: self.title.map(|title| cut(&title, Self::LONGEST_TITLE)).filter(|title| !title.trim().is_empty()),
            text: cut(&self.text, Self::LONGEST_TEXT),
            url: self.url.filter(is_address),
            picture: self.picture.filter(is_address),
            audience: self.audience.map(|word| cut(&word, 40)).filter(|word| !word.is_empty()),
            ..self
        })
    }
}

/// The beginning of a text, with a sign that something follows.
fn cut(text: &str, longest: usize) -> String {
    let mut plain = text.chars().filter(|c| *c == '\n' || !c.is_control());
    let mut kept: String = plain.by_ref().take(longest).collect();
    if plain.next().is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_kept_as_far_as_it_can_be() {
        let post = |id: &str| RecentPost {
            id: id.into(),
            also: Some("a\0".into()),
            title: Some(" \0".into()),
            text: format!("One\r\n\0two{}", "x".repeat(5_000)),
            url: Some("javascript:alert(1)".into()),
            picture: Some(format!("https://x.example/{}", "a".repeat(3_000))),
            audience: Some("Private".into()),
            ..RecentPost::default()
        };
        let kept = post("1_2").bounded().expect("a post");
        assert_eq!((kept.text.chars().count(), &kept.text[..7]), (1_001, "One\ntwo"));
        assert!(kept.text.ends_with("x…"));
        assert_eq!((kept.also, kept.title, kept.url, kept.picture), (None, None, None, None));
        assert_eq!(kept.audience.as_deref(), Some("Private"));
        assert!(["", "a\0", &"x".repeat(2_001)].iter().all(|id| post(id).bounded().is_none()));
        assert_eq!(cut("three", 5), "three");
    }
}
