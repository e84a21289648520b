//! The record of a post (`app.bsky.feed.post`), as it is sent and as it is read back.

use super::facets::{Facet, Feature};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The collection of posts.
pub const POSTS: &str = "app.bsky.feed.post";
/// The collection of records that say who may reply; each has the key of its post.
pub const GATES: &str = "app.bsky.feed.threadgate";

/// An uploaded file, exactly as `uploadBlob` answered it: a record must repeat it unchanged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blob(pub Value);

/// A record in this version: what replies and quotes refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrongRef {
    /// `at://DID/COLLECTION/KEY`
    pub uri: String,
    pub cid: String,
}

/// What a reply answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRefs {
    /// The first post of the thread.
    pub root: StrongRef,
    pub parent: StrongRef,
}

/// A picture of a post.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture<'a> {
    pub blob: &'a Blob,
    /// May be empty.
    pub alt: &'a str,
    /// In pixels; without them clients show a square until it is loaded.
    pub size: Option<(u32, u32)>,
}

/// The card of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Card<'a> {
    pub uri: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub thumb: Option<&'a Blob>,
}

/// What is shown below the text. A post has at most one.
#[derive(Clone, Debug, PartialEq)]
pub enum Embed<'a> {
    /// Up to four.
    Pictures(Vec<Picture<'a>>),
    Card(Card<'a>),
}

/// Everything that makes a post. The same post always gives the same record, and so the same CID.
#[derive(Clone, Debug)]
pub struct NewPost<'a> {
    pub text: &'a str,
    /// In the order of the text.
    pub facets: &'a [Facet],
    /// The DIDs of the handles that are mentioned. A handle that is not here stays plain text.
    pub dids: &'a BTreeMap<String, String>,
    pub embed: Option<Embed<'a>>,
    pub reply: Option<&'a ReplyRefs>,
    /// BCP 47; the first three count.
    pub langs: &'a [String],
    /// When it is published. Cut to milliseconds.
    pub created_at: DateTime<Utc>,
}

/// How many languages a post may name.
const MAX_LANGS: usize = 3;

impl NewPost<'_> {
    /// The record as `putRecord` takes it.
    pub fn record(&self) -> Value {
        let mut record = Map::new();
        record.insert("$type".into(), POSTS.into());
        record.insert("text".into(), self.text.into());
        record.insert("createdAt".into(), self.created_at.to_rfc3339_opts(SecondsFormat::Millis, true).into());
        let facets: Vec<Value> = self.facets.iter().filter_map(|facet| self.facet(facet)).collect();
        if !facets.is_empty() {
            record.insert("facets".into(), facets.into());
        }
        if let Some(embed) = &self.embed {
            record.insert("embed".into(), embed.record());
        }
        if let Some(reply) = self.reply {
            record.insert("reply".into(), json!(reply));
        }
        if !self.langs.is_empty() {
            record.insert("langs".into(), json!(self.langs[..self.langs.len().min(MAX_LANGS)]));
        }
        record.into()
    }

    fn facet(&self, Facet { range, feature }: &Facet) -> Option<Value> {
        let feature = match feature {
            Feature::Link { uri } => json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri }),
            Feature::Tag { tag } => json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag }),
            Feature::Mention { handle } => {
                json!({ "$type": "app.bsky.richtext.facet#mention", "did": self.dids.get(&handle.to_ascii_lowercase())? })
            }
        };
        Some(json!({ "index": { "byteStart": range.start, "byteEnd": range.end }, "features": [feature] }))
    }
}

impl Embed<'_> {
    fn record(&self) -> Value {
        match self {
            Self::Pictures(pictures) => {
                let images: Vec<Value> = pictures.iter().map(Picture::record).collect();
                json!({ "$type": "app.bsky.embed.images", "images": images })
            }
            Self::Card(card) => {
                let mut external = json!({ "uri": card.uri, "title": card.title, "description": card.description });
                if let Some(thumb) = card.thumb {
                    external["thumb"] = thumb.0.clone();
                }
                json!({ "$type": "app.bsky.embed.external", "external": external })
            }
        }
    }
}

impl Picture<'_> {
    fn record(&self) -> Value {
        let mut image = json!({ "image": self.blob.0, "alt": self.alt });
        // The server refuses a side of 0.
        if let Some((width @ 1.., height @ 1..)) = self.size {
            image["aspectRatio"] = json!({ "width": width, "height": height });
        }
        image
    }
}

/// A record that `getRecord` found.
#[derive(Clone, Debug, Deserialize)]
pub struct Found {
    pub uri: String,
    pub cid: String,
    #[serde(default)]
    pub value: Value,
}

impl Found {
    /// What a reply to it refers to: the thread is that of the post that it answers itself, or begins with it.
    pub fn reply_refs(&self) -> ReplyRefs {
        let parent = StrongRef { uri: self.uri.clone(), cid: self.cid.clone() };
        let root = self.value.pointer("/reply/root").and_then(|root| StrongRef::deserialize(root).ok());
        ReplyRefs { root: root.unwrap_or_else(|| parent.clone()), parent }
    }
}

/// The address of a record: `at://REPO/COLLECTION/KEY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordUri<'a> {
    /// The account: its DID, or a handle in addresses that a person gave us.
    pub repo: &'a str,
    pub collection: &'a str,
    pub key: &'a str,
}

impl<'a> RecordUri<'a> {
    /// Reads one; `None` for everything else.
    pub fn parse(uri: &'a str) -> Option<Self> {
        let (repo, rest) = uri.strip_prefix("at://")?.split_once('/')?;
        let (collection, key) = rest.split_once('/')?;
        let good = is_repo(repo) && collection.contains('.') && is_key(key);
        good.then_some(Self { repo, collection, key })
    }
}

impl fmt::Display for RecordUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at://{}/{}/{}", self.repo, self.collection, self.key)
    }
}

/// Where people see a post. By DID, because handles change.
pub fn web_address(did: &str, key: &str) -> String {
    format!("https://bsky.app/profile/{did}/post/{key}")
}

/// The account (a DID or a handle) and the record key of a post's web address.
pub fn of_web_address(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("https://bsky.app/profile/")?;
    let (account, rest) = rest.split_once("/post/")?;
    let key = rest.split(['/', '?', '#']).next()?;
    (is_repo(account) && is_key(key)).then_some((account, key))
}

/// A DID or a handle.
fn is_repo(text: &str) -> bool {
    is_did(text) || (text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-'))
}

/// A DID of the two methods that the network uses.
pub fn is_did(text: &str) -> bool {
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'%');
    ["did:plc:", "did:web:"]
        .iter()
        .filter_map(|method| text.strip_prefix(method))
        .any(|rest| (1..=2048).contains(&rest.len()) && rest.bytes().all(name))
}

fn is_key(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'~');
    (1..=512).contains(&text.len()) && text != "." && text != ".." && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::super::facets;
    use super::*;

    const DID: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    fn post(text: &str) -> NewPost<'_> {
        static NOBODY: BTreeMap<String, String> = BTreeMap::new();
        let created_at = DateTime::from_timestamp_micros(1_795_823_240_123_456).unwrap();
        NewPost { text, facets: &[], dids: &NOBODY, embed: None, reply: None, langs: &[], created_at }
    }

    #[test]
    fn a_bare_post_has_nothing_that_it_does_not_need() {
        let record = post("Hello").record();
        let expected = json!({ "$type": POSTS, "text": "Hello", "createdAt": "2026-11-27T23:47:20.123Z" });
        assert_eq!(record, expected);
    }

    #[test]
    fn only_resolved_mentions_become_facets() {
        let text = "@Ann.test and @bob.test on shop.de #sale";
        let facets = facets::find(text);
        let dids = BTreeMap::from([("ann.test".to_owned(), DID.to_owned())]);
        let langs = ["en", "de", "fr", "it"].map(str::to_owned);
        let record = NewPost { facets: &facets, dids: &dids, langs: &langs, ..post(text) }.record();
        let expected = json!([
            { "index": { "byteStart": 0, "byteEnd": 9 },
              "features": [{ "$type": "app.bsky.richtext.facet#mention", "did": DID }] },
            { "index": { "byteStart": 27, "byteEnd": 34 },
              "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://shop.de" }] },
            { "index": { "byteStart": 35, "byteEnd": 40 },
              "features": [{ "$type": "app.bsky.richtext.facet#tag", "tag": "sale" }] },
        ]);
        assert_eq!((&record["facets"], &record["langs"]), (&expected, &json!(["en", "de", "fr"])));
    }

    #[test]
    fn embeds_repeat_their_blobs_unchanged() {
        let blob =
            Blob(json!({ "$type": "blob", "ref": { "$link": "bafk" }, "mimeType": "image/png", "size": 74, "new": 1 }));
        let picture = |size| Picture { blob: &blob, alt: "", size };
        let pictures = Embed::Pictures(vec![picture(Some((8, 6))), picture(Some((0, 6))), picture(None)]);
        let record = NewPost { embed: Some(pictures), ..post("") }.record();
        let plain = json!({ "image": blob, "alt": "" });
        let sized = json!({ "image": blob, "alt": "", "aspectRatio": { "width": 8, "height": 6 } });
        assert_eq!(record["embed"], json!({ "$type": "app.bsky.embed.images", "images": [sized, plain, plain] }));

        let card = Card { uri: "https://shop.de", title: "Shop", description: "", thumb: Some(&blob) };
        let record = NewPost { embed: Some(Embed::Card(card)), ..post("x") }.record();
        let external = json!({ "uri": "https://shop.de", "title": "Shop", "description": "", "thumb": blob });
        assert_eq!(record["embed"], json!({ "$type": "app.bsky.embed.external", "external": external }));
    }

    #[test]
    fn a_reply_stays_in_the_thread_of_what_it_answers() {
        let at = |key: &str| StrongRef { uri: format!("at://{DID}/{POSTS}/{key}"), cid: format!("cid-{key}") };
        let found = |value| Found { uri: at("b").uri, cid: at("b").cid, value };
        let first = found(json!({ "text": "x" })).reply_refs();
        assert_eq!(first, ReplyRefs { root: at("b"), parent: at("b") });
        let later = found(json!({ "reply": { "root": at("a"), "parent": at("a") } })).reply_refs();
        assert_eq!(later, ReplyRefs { root: at("a"), parent: at("b") });
        assert_eq!(
            NewPost { reply: Some(&later), ..post("x") }.record()["reply"],
            json!({ "root": at("a"), "parent": at("b") })
        );
    }

    #[test]
    fn addresses_are_read_and_written() {
        let uri = format!("at://{DID}/{POSTS}/3n3der6x74227");
        let parsed = RecordUri { repo: DID, collection: POSTS, key: "3n3der6x74227" };
        assert_eq!(RecordUri::parse(&uri), Some(parsed));
        assert_eq!(parsed.to_string(), uri);
        assert_eq!(RecordUri::parse("at://ann.test/app.bsky.feed.post/a").map(|uri| uri.repo), Some("ann.test"));
        for bad in ["at://ann/app.bsky.feed.post/a", "at://did:plc:a/b/c", "at://did:plc:a/b.c/d/e", "at://did:plc:a"] {
            assert_eq!(RecordUri::parse(bad), None, "{bad}");
        }
        let address = web_address(DID, "3n3der6x74227");
        assert_eq!(of_web_address(&address), Some((DID, "3n3der6x74227")));
        assert_eq!(of_web_address("https://bsky.app/profile/ann.test/post/a?x"), Some(("ann.test", "a")));
        for bad in
            ["https://bsky.app/profile/ann.test", "https://bsky.app/profile/a b/post/c", "https://x.com/a/status/1"]
        {
            assert_eq!(of_web_address(bad), None, "{bad}");
        }
        assert!(!is_did("did:key:zQ3") && !is_did("did:plc:") && is_did("did:web:pds.example.com"));
    }
}
