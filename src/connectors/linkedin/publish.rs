//! Publishing on LinkedIn: each picture is registered, then sent (a video or document by `file`); then the one irreversible
//! `POST /rest/posts`.

use super::body::{self, card_link};
use super::card::{self, Card};
use super::file::File;
use super::problem::{self, Operation, lost};
use super::{LinkedIn, READ_SCOPES, REST, little, pages, read_list, versioned};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::wire::segment;
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, FoundPost, Grant, Lookup, Media, Prepared,
    ProbeOutcome, Publish, RemotePost, checkpoint, lookup,
};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::post::MediaKind;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

const VERSION: u64 = 1;
const UPLOAD_DEADLINE: Duration = Duration::from_secs(120);
/// A member's access cannot ask whether a picture is processed; this is long enough for a photo.
const SETTLE: Duration = Duration::from_secs(3);
/// Who may be handed our token for an upload.
const HOMES: [&str; 2] = ["linkedin.com", "licdn.com"];

#[derive(Serialize, Deserialize)]
pub(super) struct Prep {
    v: u64,
    pub(super) images: Vec<Image>,
    /// All pictures were sent and had a moment to be processed.
    settled: bool,
    /// What the link's page says of itself; read when the link becomes a card.
    #[serde(default)]
    pub(super) card: Option<Card>,
    /// The one video or document of the post.
    #[serde(default)]
    pub(super) file: Option<File>,
}

impl Prep {
    fn new(settled: bool) -> Self {
        Self { v: VERSION, images: vec![], settled, card: None, file: None }
    }
}

/// A picture that LinkedIn knows of.
#[derive(Serialize, Deserialize)]
pub(super) struct Image {
    /// Of the post's own pictures.
    asset: Option<AssetId>,
    pub(super) urn: String,
    /// Where the bytes go; `None` once they are there.
    pub(super) upload_url: Option<String>,
    upload_until: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Registered {
    value: RegisteredValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegisteredValue {
    upload_url: String,
    /// Milliseconds since 1970.
    upload_url_expires_at: Option<i64>,
    image: String,
}

#[derive(Deserialize)]
pub(super) struct Listing {
    pub elements: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub id: String,
    #[serde(default)]
    pub commentary: String,
    pub created_at: Option<i64>,
    pub published_at: Option<i64>,
    /// What it shows beside its words.
    #[serde(default)]
    pub content: Value,
}

/// Asks for the newest posts of the account.
pub(super) async fn by_author(call: &Call<'_>, start: usize, count: usize) -> Result<Listing, Fault> {
    let request = call.wire.read(Platform::LinkedIn, &format!("{REST}/posts"));
    let request = request.query("q", "author").query("author", call.account);
    let request = request.query("start", start.to_string()).query("count", count.to_string());
    read_list(request.query("sortBy", "CREATED").header("X-RestLi-Method", "FINDER"), call).await
}

#[async_trait]
impl Publish for LinkedIn {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &["w_member_social"]
    }

    fn account_scopes(&self, facts: &Value, pictures: bool) -> &'static [&'static str] {
        if pages::is_page(facts) { &[pages::POSTING] } else { self.scopes(pictures) }
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        let mut prep = match had {
            Some(checkpoint) => checkpoint::read(checkpoint, VERSION)?,
            None => Prep::new(content.media.is_empty()),
        };
        if content.role.commented_on(Platform::LinkedIn)?.is_some() {
            return Ok(Prepared::Ready(checkpoint::write(&Prep::new(true))));
        }
        if let Some(media) = file_of(content) {
            return prepare_file(call, prep, media).await;
        }
        same_pictures(&prep, content)?;
        if let Some(link) = card_link(content) {
            match &mut prep.card {
                Some(card) if card.link == link && card.picture.is_some() => {
                    card::hang(call, card).await?;
                    prep.settled = card.thumbnail.is_none();
                    let checkpoint = checkpoint::write(&prep);
                    return Ok(match prep.settled {
                        true => Prepared::More(checkpoint),
                        false => Prepared::Waiting { checkpoint, recheck_after: SETTLE },
                    });
                }
                Some(card) if card.link == link => {}
                _ => {
                    prep.card = Some(card::read(call, link).await);
                    return Ok(Prepared::More(checkpoint::write(&prep)));
                }
            }
        }
        if let Some((image, media)) = prep.images.iter_mut().zip(&content.media).find(|(i, _)| i.upload_url.is_some()) {
            if image.upload_until.is_some_and(|until| until < Utc::now()) {
                return Err(lost());
            }
            let address = image.upload_url.as_deref().unwrap_or_default();
            send(call, address, &media.facts.mime, media.source.whole().await?).await?;
            image.upload_url = None;
        } else if let Some(media) = content.media.get(prep.images.len()) {
            prep.images.push(register(call, Some(media.facts.asset)).await?);
        } else {
            prep.settled = true;
        }
        let sent = prep.images.len() == content.media.len() && prep.images.iter().all(|i| i.upload_url.is_none());
        let checkpoint = checkpoint::write(&prep);
        Ok(match (sent, prep.settled) {
            (true, true) => Prepared::Ready(checkpoint),
            (true, false) => Prepared::Waiting { checkpoint, recheck_after: SETTLE },
            (false, _) => Prepared::More(checkpoint),
        })
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        if let Some(post) = content.role.commented_on(Platform::LinkedIn)? {
            return self.comment(call, &content.text, post).await;
        }
        if let Some(media) = file_of(content) {
            if prep.file.as_ref().is_none_or(|file| file.asset != media.facts.asset || !file.is_ready()) {
                return Err(lost());
            }
        } else {
            same_pictures(&prep, content)?;
            if prep.images.len() != content.media.len() || prep.images.iter().any(|i| i.upload_url.is_some()) {
                return Err(lost());
            }
        }
        let request = call.wire.mutate(Platform::LinkedIn, Method::POST, &format!("{REST}/posts"));
        let body = body::of(call.account, content, &prep);
        let response = versioned(request, &call.grant.access).json(&body).send().await?;
        let response = response.accepted(|a| problem::of_account(problem::fault(a, Operation::Post), call.account))?;
        // The id is in a header; the body is empty.
        let id = response.header("x-restli-id").filter(|id| !id.is_empty()).ok_or_else(|| response.unreadable())?;
        Ok(Committed::Live(remote(id)))
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        _checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        if let Some(why) = self.blind(call.grant) {
            return Ok(ProbeOutcome::CannotTell(why.into()));
        }
        if let Some(post) = content.role.commented_on(Platform::LinkedIn)? {
            return self.find_comment(call, &content.text, post, since).await;
        }
        let listing = match by_author(call, 0, 50).await {
            Ok(listing) => listing,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let (ours, from) = (plain(&content.text), earliest(since).timestamp_millis());
        let found = listing.elements.iter().find(|post| {
            let recent = post.created_at.or(post.published_at).is_some_and(|at| at >= from);
            // Whether the commentary comes back in its notation or plain is not documented.
            recent && (plain(&little::decode(&post.commentary)) == ours || plain(&post.commentary) == ours)
        });
        Ok(found.map_or(ProbeOutcome::Absent, |post| ProbeOutcome::Live(remote(&post.id))))
    }

    fn deletes(&self) -> bool {
        true
    }

    /// Deleting what is gone is confirmed as well.
    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let address = format!("{REST}/posts/{}", segment(&post.id));
        let request = call.wire.repeatable(Platform::LinkedIn, Method::DELETE, &address);
        let response = versioned(request, &call.grant.access).send().await?;
        if response.status.as_u16() == 404 {
            return Ok(());
        }
        response.accepted(|a| problem::of_account(problem::fault(a, Operation::Read), call.account)).map(drop)
    }

    fn id_in(&self, address: &str) -> Option<String> {
        let plain = address.replace("%3A", ":").replace("%3a", ":");
        problem::post_urn(&plain)
    }

    fn address(&self, address: &str) -> Address {
        const FORM: &str = "https://www.linkedin.com/feed/update/urn:li:share:1234567890";
        let address = address.replace("%3A", ":").replace("%3a", ":");
        let is_post = |text: &str| {
            let after =
                ["share", "ugcPost", "activity"].iter().find_map(|kind| text.split_once(kind).map(|(_, id)| id));
            after.is_some_and(|id| id.trim_start_matches([':', '-']).starts_with(|c: char| c.is_ascii_digit()))
        };
        match lookup::parts(&address) {
            Some((host, path)) if host == "linkedin.com" => match path.as_slice() {
                [feed, update, urn, ..] if feed == "feed" && update == "update" && is_post(urn) => {
                    Address::Post { account: None }
                }
                [posts, slug, ..] if posts == "posts" && is_post(slug) => Address::Post { account: None },
                _ => Address::NoPost(FORM),
            },
            _ => Address::NoPost(FORM),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Seen {
            author: String,
            #[serde(default)]
            commentary: String,
            published_at: Option<i64>,
        }
        // Of an activity, which is what a post of somebody is called in a feed, the post's own id is not to be had.
        const UNNAMED: &str = "LinkedIn cannot be asked about this form of an address";
        const CLOSED: &str = "LinkedIn does not let this app look at a member's posts";
        if self.blind(call.grant).is_some() {
            return Ok(Lookup::Unavailable(CLOSED));
        }
        let Some(id) = self.id_in(address) else { return Ok(Lookup::Unavailable(UNNAMED)) };
        let request = call.wire.read(Platform::LinkedIn, &format!("{REST}/posts/{}", segment(&id)));
        let response = versioned(request, &call.grant.access).send().await?;
        if response.status.as_u16() == 404 {
            return Ok(Lookup::Missing);
        }
        let seen: Seen = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
        if seen.author != call.account {
            return Ok(Lookup::NotOurs);
        }
        let at = seen.published_at.and_then(DateTime::from_timestamp_millis);
        Ok(Lookup::Found(FoundPost { id, text: little::decode(&seen.commentary), at }))
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        if matches!(content.role, ContentRole::CommentOn(_)) {
            return &["POST /rest/socialActions/*/comments"];
        }
        match content.media.first().map(|media| media.facts.kind()) {
            None => &["POST /rest/posts"],
            Some(MediaKind::Picture) => &["POST /rest/posts", "POST /rest/images"],
            Some(MediaKind::Video) => &["POST /rest/posts", "POST /rest/videos"],
            Some(MediaKind::Document) => &["POST /rest/posts", "POST /rest/documents"],
        }
    }

    fn blind(&self, grant: &Grant) -> Option<&'static str> {
        let may_read = READ_SCOPES.iter().any(|scope| grant.scopes.iter().any(|s| s == scope));
        (!may_read).then_some(
            "LinkedIn does not let this app look at a member's posts. Please look at the profile: is the post there?",
        )
    }

    /// The deadline of the irreversible call is half a minute, the list by author follows within seconds.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}

/// A post by its URN.
pub(super) fn remote(urn: &str) -> RemotePost {
    RemotePost { id: urn.to_owned(), url: Some(format!("https://www.linkedin.com/feed/update/{urn}")) }
}

/// The one file of the post that is no picture.
fn file_of(content: &Content) -> Option<&Media> {
    content.media.iter().find(|media| media.facts.kind() != MediaKind::Picture)
}

/// The next step of a video or document.
async fn prepare_file(call: &Call<'_>, mut prep: Prep, media: &Media) -> Result<Prepared, Fault> {
    let wait = match &mut prep.file {
        None => {
            prep.file = Some(File::announce(call, media).await?);
            None
        }
        Some(file) if file.asset != media.facts.asset => {
            return Err(Fault::PreparationLost {
                message: "The file has changed since it was sent to LinkedIn.".into(),
            });
        }
        Some(file) => file.go_on(call, media).await?,
    };
    let ready = prep.file.as_ref().is_some_and(File::is_ready);
    let checkpoint = checkpoint::write(&prep);
    Ok(match wait {
        Some(recheck_after) => Prepared::Waiting { checkpoint, recheck_after },
        None if ready => Prepared::Ready(checkpoint),
        None => Prepared::More(checkpoint),
    })
}

/// The registered pictures belong to this content, in this order.
fn same_pictures(prep: &Prep, content: &Content) -> Result<(), Fault> {
    if checkpoint::in_order(prep.images.iter().map(|i| i.asset), &content.media) {
        return Ok(());
    }
    Err(Fault::PreparationLost { message: "The pictures have changed since they were sent to LinkedIn.".into() })
}

/// Announces a picture. `asset`: which one of the post's, if it is one of them.
pub(super) async fn register(call: &Call<'_>, asset: Option<AssetId>) -> Result<Image, Fault> {
    let address = format!("{REST}/images?action=initializeUpload");
    let request = call.wire.repeatable(Platform::LinkedIn, Method::POST, &address);
    let body = json!({ "initializeUploadRequest": { "owner": call.account } });
    let response = versioned(request, &call.grant.access).json(&body).send().await?;
    let response = response.accepted(|a| problem::fault(a, Operation::Upload))?;
    let value = response.json::<Registered>()?.value;
    Ok(Image {
        asset,
        urn: value.image,
        upload_url: Some(value.upload_url),
        // A minute early: the bytes have to arrive in time.
        upload_until: value
            .upload_url_expires_at
            .and_then(DateTime::from_timestamp_millis)
            .map(|at| at - TimeDelta::minutes(1)),
    })
}

/// Sends the bytes of a registered picture. Safe to repeat.
pub(super) async fn send(call: &Call<'_>, address: &str, mime: &str, bytes: Bytes) -> Result<(), Fault> {
    trusted(call, address)?;
    let response = call
        .wire
        .repeatable(Platform::LinkedIn, Method::PUT, address)
        .hide_path()
        .bearer(&call.grant.access)
        .bytes(mime, bytes)
        .deadline(UPLOAD_DEADLINE)
        .limits(super::limits)
        .send()
        .await?;
    match response.status.as_u16() {
        // The bytes arrived the first time, only our memory of it was lost.
        409 => Ok(()),
        // The address is used up or too old.
        403 | 404 | 410 => Err(lost()),
        _ => response.accepted(|a| problem::fault(a, Operation::Upload)).map(drop),
    }
}

/// The address of an upload comes from outside and gets our token.
pub(super) fn trusted(call: &Call<'_>, address: &str) -> Result<(), Fault> {
    if call.wire.trusts(Platform::LinkedIn, address, &HOMES) {
        return Ok(());
    }
    let message = "LinkedIn named an upload address that is not its own.".into();
    Err(Fault::Permanent { code: "foreign_upload_address".into(), message })
}
