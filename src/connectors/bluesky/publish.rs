//! Publishing: pictures and the card's picture are uploaded, mentioned handles become accounts, then one write makes the
//! post.
//!
//! The record key is chosen at the start and saved before anything is sent, and it is what makes the post happen once: an
//! ordinary post is a `putRecord` that expects nothing under its key, so a second one is a success that changes nothing or
//! is refused (`InvalidSwap`). Who may reply is a record of its own under the same key. It cannot go before the post, as the
//! network's index notes a gate on a post that it knows; and after it, there would be a time in which everybody may reply,
//! and a crash could make it last. So both are made by one `applyWrites`, which is atomic. A second one is refused as a
//! whole, because the key is taken; the server gives no reason (status 500), so the outcome counts as unknown and the
//! record is looked for, as after every lost answer.

use super::problem::{self, NO_RECORD, Operation};
use super::record::{
    Blob, Card, Embed, Found, GATES, NewPost, POSTS, Picture, RecordUri, ReplyRefs, of_web_address, web_address,
};
use super::tid::Tid;
use super::{Bluesky, facets, mutate, query, record_of, repeatable, send, server};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, FoundPost, Lookup, Media, Prepared,
    ProbeOutcome, Publish, RemotePost, checkpoint, link_page,
};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::platforms::bluesky::{BlueskyOptions, WhoCanReply};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const VERSION: u64 = 1;
const UPLOAD_DEADLINE: Duration = Duration::from_secs(120);
/// Bytes of a card's picture (lexicon `app.bsky.embed.external`).
const MAX_THUMB: usize = 1_000_000;

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    /// The record key of the post.
    key: String,
    /// The post's pictures in their order, and those that are uploaded so far.
    assets: Vec<AssetId>,
    blobs: Vec<Blob>,
    /// The accounts that the text mentions, by handle. Handles that nobody has are not here.
    dids: BTreeMap<String, String>,
    card: Option<KeptCard>,
}

/// What is known of a link's page.
#[derive(Serialize, Deserialize)]
struct KeptCard {
    link: String,
    title: String,
    description: String,
    /// Where its picture is; gone once it was dealt with.
    picture: Option<String>,
    thumb: Option<Blob>,
}

/// What `putRecord` and `applyWrites` answer.
#[derive(Deserialize)]
struct Written {
    uri: Option<String>,
    #[serde(default)]
    results: Vec<WrittenRecord>,
}

#[derive(Deserialize)]
struct WrittenRecord {
    uri: Option<String>,
}

#[async_trait]
impl Publish for Bluesky {
    /// An app password allows everything.
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &[]
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        let media = pictures(content)?;
        let prep = match had {
            None => begin(call, content, media).await?,
            Some(checkpoint) => {
                let mut prep: Prep = checkpoint::read(checkpoint, VERSION)?;
                same_pictures(&prep, media)?;
                step(call, content, media, &mut prep).await?;
                prep
            }
        };
        let done = prep.is_done(content, media);
        let checkpoint = checkpoint::write(&prep);
        Ok(if done { Prepared::Ready(checkpoint) } else { Prepared::More(checkpoint) })
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        let media = pictures(content)?;
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        same_pictures(&prep, media)?;
        if !prep.is_done(content, media) {
            return Err(Fault::PreparationLost { message: "The pictures are not uploaded yet.".into() });
        }
        let reply = match &content.role {
            ContentRole::ReplyTo(post) => Some(answered(call, post).await?),
            _ => None,
        };
        // Of the call and not of the preparation, which may be older: feeds sort by it. The key alone makes it happen once.
        let now = Utc::now();
        let record = record(content, media, &prep, reply.as_ref(), now);
        let request = match gate(call, content, &prep.key, now)? {
            None => {
                let body = json!({ "repo": call.account, "collection": POSTS, "rkey": prep.key, "record": record,
                    "swapRecord": null });
                mutate(call.wire, server(call.facts), PUT, &call.grant.access).json(&body)
            }
            Some(gate) => {
                // The index notes a gate on a post that it knows: the post comes first.
                let create = |collection: &str, value: Value| {
                    json!({ "$type": "com.atproto.repo.applyWrites#create", "collection": collection, "rkey": prep.key,
                        "value": value })
                };
                let writes = [create(POSTS, record), create(GATES, gate)];
                let body = json!({ "repo": call.account, "writes": writes });
                mutate(call.wire, server(call.facts), APPLY, &call.grant.access).json(&body)
            }
        };
        let response = send(request, Operation::Post).await?;
        let written: Written = response.json()?;
        let uri = written.uri.or_else(|| written.results.into_iter().find_map(|result| result.uri));
        let uri = uri.ok_or_else(|| response.unreadable())?;
        Ok(Committed::Live(remote(&uri).ok_or_else(|| response.unreadable())?))
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let prep: Prep = match checkpoint::read(checkpoint, VERSION) {
            Ok(prep) => prep,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let uri = RecordUri { repo: call.account, collection: POSTS, key: &prep.key };
        let found = match find(call, &uri).await {
            Ok(found) => found,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        // The key is ours alone. What else could be there was written by hand or by another program, and is not this post.
        let ours = found.filter(|found| {
            let at = found.value["createdAt"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
            let text = found.value["text"].as_str().unwrap_or_default();
            at.is_some_and(|at| at >= earliest(since)) && plain(text) == plain(&content.text)
        });
        Ok(ours.and_then(|found| remote(&found.uri)).map_or(ProbeOutcome::Absent, ProbeOutcome::Live))
    }

    /// Deleting what is gone is a success, so both records can be deleted again and again.
    fn deletes(&self) -> bool {
        true
    }

    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let uri = RecordUri::parse(&post.id).ok_or_else(|| unknown_post(post))?;
        for collection in [POSTS, GATES] {
            let body = json!({ "repo": call.account, "collection": collection, "rkey": uri.key });
            let request =
                repeatable(call.wire, server(call.facts), "com.atproto.repo.deleteRecord", &call.grant.access);
            send(request.json(&body), Operation::Read).await?;
        }
        Ok(())
    }

    fn id_in(&self, address: &str) -> Option<String> {
        let (account, key) = of_web_address(address)?;
        Some(RecordUri { repo: account, collection: POSTS, key }.to_string())
    }

    fn address(&self, address: &str) -> Address {
        match of_web_address(address) {
            Some((account, _)) => Address::Post { account: Some(account.to_owned()) },
            None => Address::NoPost("https://bsky.app/profile/name.bsky.social/post/3abc"),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        let Some((account, key)) = of_web_address(address) else { return Ok(Lookup::Missing) };
        if account != call.account && !account.eq_ignore_ascii_case(call.handle.trim_start_matches('@')) {
            return Ok(Lookup::NotOurs);
        }
        let uri = RecordUri { repo: call.account, collection: POSTS, key };
        let Some(found) = find(call, &uri).await? else { return Ok(Lookup::Missing) };
        let said = |name: &str| found.value[name].as_str().unwrap_or_default();
        let at = DateTime::parse_from_rfc3339(said("createdAt")).ok().map(|at| at.to_utc());
        Ok(Lookup::Found(FoundPost { text: said("text").to_owned(), at, id: found.uri }))
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        const POST: [&str; 2] = ["POST /xrpc/com.atproto.repo.putRecord", UPLOAD_ENDPOINT];
        const GATED: [&str; 2] = ["POST /xrpc/com.atproto.repo.applyWrites", UPLOAD_ENDPOINT];
        const UPLOAD_ENDPOINT: &str = "POST /xrpc/com.atproto.repo.uploadBlob";
        let all: &'static [&'static str] = if who_can_reply(content).is_some() { &GATED } else { &POST };
        if content.media.is_empty() { &all[..1] } else { all }
    }

    /// Points of a record without a gate (see `HEADERS`).
    fn cost(&self) -> i32 {
        2
    }

    /// A server knows its own records at once; the deadline of the irreversible call is half a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}

const PUT: &str = "com.atproto.repo.putRecord";
const APPLY: &str = "com.atproto.repo.applyWrites";

impl Prep {
    /// Only the irreversible call is left.
    fn is_done(&self, content: &Content, media: &[Media]) -> bool {
        let card = match card_link(content) {
            Some(link) => self.card.as_ref().is_some_and(|card| card.link == link && card.picture.is_none()),
            None => true,
        };
        self.blobs.len() == media.len() && card
    }
}

/// The first step: the key, and who is mentioned.
async fn begin(call: &Call<'_>, content: &Content, media: &[Media]) -> Result<Prep, Fault> {
    Ok(Prep {
        v: VERSION,
        key: Tid::new(Utc::now(), rand::random()).to_string(),
        assets: media.iter().map(|m| m.facts.asset).collect(),
        blobs: vec![],
        dids: mentioned(call, &content.text).await?,
        card: None,
    })
}

/// One of the further steps.
async fn step(call: &Call<'_>, content: &Content, media: &[Media], prep: &mut Prep) -> Result<(), Fault> {
    if let Some(media) = media.get(prep.blobs.len()) {
        prep.blobs.push(upload(call, &media.facts.mime, media.source.whole().await?).await?);
        return Ok(());
    }
    let Some(link) = card_link(content) else { return Ok(()) };
    match &mut prep.card {
        Some(card) if card.link == link => add_thumb(call, card).await,
        _ => {
            let page = link_page::read(call, link).await;
            prep.card = Some(KeptCard {
                link: link.to_owned(),
                title: page.title.unwrap_or_else(|| link_page::host(link)),
                description: page.description.unwrap_or_default(),
                picture: page.picture,
                thumb: None,
            });
            Ok(())
        }
    }
}

/// Uploads the card's picture. What goes wrong with it is no reason not to publish; only refused access is said.
async fn add_thumb(call: &Call<'_>, card: &mut KeptCard) -> Result<(), Fault> {
    let Some(address) = card.picture.take() else { return Ok(()) };
    let picture = link_page::picture(call, &address).await.filter(|bytes| bytes.len() <= MAX_THUMB);
    let Some(bytes) = picture else { return Ok(()) };
    match upload(call, "image/jpeg", bytes).await {
        Ok(blob) => card.thumb = Some(blob),
        Err(fault @ Fault::AuthExpired { .. }) => return Err(fault),
        Err(fault) => tracing::info!(%fault, "the picture of a link's card could not be uploaded"),
    }
    Ok(())
}

async fn upload(call: &Call<'_>, mime: &str, bytes: Bytes) -> Result<Blob, Fault> {
    #[derive(Deserialize)]
    struct Uploaded {
        blob: Blob,
    }
    let request = repeatable(call.wire, server(call.facts), "com.atproto.repo.uploadBlob", &call.grant.access);
    let request = request.deadline(UPLOAD_DEADLINE).bytes(mime, bytes);
    Ok(send(request, Operation::Upload).await?.json::<Uploaded>()?.blob)
}

/// The accounts of the handles in a text. A handle that nobody has stays text.
async fn mentioned(call: &Call<'_>, text: &str) -> Result<BTreeMap<String, String>, Fault> {
    #[derive(Deserialize)]
    struct Resolved {
        did: String,
    }
    let mut dids = BTreeMap::new();
    for facet in facets::find(text) {
        let facets::Feature::Mention { handle } = facet.feature else { continue };
        let handle = handle.to_ascii_lowercase();
        if dids.contains_key(&handle) {
            continue;
        }
        let request = query(call.wire, server(call.facts), "com.atproto.identity.resolveHandle", &call.grant.access);
        match send(request.query("handle", &handle), Operation::Read).await {
            Ok(response) => {
                let Resolved { did } = response.json()?;
                if super::record::is_did(&did) {
                    dids.insert(handle, did);
                }
            }
            Err(Fault::Permanent { .. } | Fault::Unsupported { .. }) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(dids)
}

/// A record, or `None` where the server says that there is none. Every other refusal proves nothing.
async fn find(call: &Call<'_>, uri: &RecordUri<'_>) -> Result<Option<Found>, Fault> {
    let response = record_of(call, uri).send().await?;
    if response.ok() {
        return response.json().map(Some);
    }
    let body: problem::Body = response.error();
    if body.error == NO_RECORD { Ok(None) } else { Err(problem::fault(&response, Operation::Read)) }
}

/// What a reply to this post refers to.
async fn answered(call: &Call<'_>, post: &RemotePost) -> Result<ReplyRefs, Fault> {
    let uri = RecordUri::parse(&post.id).ok_or_else(|| unknown_post(post))?;
    let found = find(call, &uri).await?.ok_or_else(|| Fault::Permanent {
        code: "no_parent".into(),
        message: "the post that this one answers does not exist any more".into(),
    })?;
    Ok(found.reply_refs())
}

fn unknown_post(post: &RemotePost) -> Fault {
    Fault::Permanent { code: "bad_id".into(), message: format!("{} is no post of Bluesky", post.id) }
}

/// A post by its address in the network.
pub(super) fn remote(uri: &str) -> Option<RemotePost> {
    let RecordUri { repo, key, .. } = RecordUri::parse(uri)?;
    Some(RemotePost { id: uri.to_owned(), url: Some(web_address(repo, key)) })
}

/// What the server is asked to write.
fn record(content: &Content, media: &[Media], prep: &Prep, reply: Option<&ReplyRefs>, now: DateTime<Utc>) -> Value {
    let pictures = prep.blobs.iter().zip(media).map(|(blob, media)| Picture {
        blob,
        alt: media.facts.alt.trim(),
        size: Some((media.facts.width, media.facts.height)),
    });
    let link = card_link(content);
    let card = prep.card.as_ref().filter(|card| Some(card.link.as_str()) == link).map(|card| Card {
        uri: &card.link,
        title: &card.title,
        description: &card.description,
        thumb: card.thumb.as_ref(),
    });
    let embed = match card {
        _ if !media.is_empty() => Some(Embed::Pictures(pictures.collect())),
        Some(card) => Some(Embed::Card(card)),
        None => None,
    };
    let facets = facets::find(&content.text);
    NewPost { text: &content.text, facets: &facets, dids: &prep.dids, embed, reply, langs: &[], created_at: now }
        .record()
}

/// Who may reply, if that is not everybody. A thread's gate is that of its first post.
fn who_can_reply(content: &Content) -> Option<BlueskyOptions> {
    let options = BlueskyOptions::read(content.format, &content.options);
    let is_gated = content.role == ContentRole::Post && options.who_can_reply != WhoCanReply::Anybody;
    is_gated.then_some(options)
}

/// The record that says who may reply.
fn gate(call: &Call<'_>, content: &Content, key: &str, now: DateTime<Utc>) -> Result<Option<Value>, Fault> {
    let Some(options) = who_can_reply(content) else { return Ok(None) };
    let rule = |name: &str| json!({ "$type": format!("{GATES}#{name}") });
    let allow = match options.who_can_reply {
        WhoCanReply::Anybody | WhoCanReply::Nobody => vec![],
        WhoCanReply::Mentioned => vec![rule("mentionRule")],
        WhoCanReply::Following => vec![rule("followingRule")],
        WhoCanReply::List => {
            let missing = || Fault::InvalidContent {
                message: "no list is chosen".into(),
                problems: vec![Problem::error("options.list", "Choose “List” first.")],
            };
            let mut allowed = rule("listRule");
            allowed["list"] = options.list.ok_or_else(missing)?.into();
            vec![allowed]
        }
    };
    let post = RecordUri { repo: call.account, collection: POSTS, key }.to_string();
    let at = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    Ok(Some(json!({ "$type": GATES, "post": post, "allow": allow, "createdAt": at })))
}

/// The link that becomes a card. Pictures win over it: a post has one or the other.
fn card_link(content: &Content) -> Option<&str> {
    content.given_link().filter(|_| content.media.is_empty() && content.role == ContentRole::Post)
}

/// The pictures that go with it: the posts of a thread after the first are text only.
fn pictures(content: &Content) -> Result<&[Media], Fault> {
    match &content.role {
        ContentRole::Post => Ok(&content.media),
        ContentRole::ReplyTo(_) => Ok(&[]),
        ContentRole::CommentOn(_) => Err(ContentRole::unsupported(Platform::Bluesky, "comments beside replies")),
    }
}

/// The uploads belong to these pictures, in this order.
fn same_pictures(prep: &Prep, media: &[Media]) -> Result<(), Fault> {
    if prep.assets.iter().eq(media.iter().map(|m| &m.facts.asset)) {
        return Ok(());
    }
    Err(Fault::PreparationLost { message: "The pictures have changed since they were sent to Bluesky.".into() })
}
