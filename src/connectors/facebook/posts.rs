//! What a Page has: its newest posts, to find ours among them, and one post by its address.

use super::problem::{self, Operation};
use super::{GRAPH, Paging, graph, is_gone};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::meta::{Body, id_of, moment};
use crate::connectors::wire::{WireResponse, segment};
use crate::connectors::{Address, Call, Content, Fault, FoundPost, Lookup, RemotePost, lookup};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// As many posts as a listing gives at once.
const PAGE: &str = "100";
const FIELDS: &str =
    "id,message,created_time,permalink_url,attachments{target{id},unshimmed_url,subattachments{target{id}}}";

#[derive(Deserialize)]
pub(super) struct Listing {
    pub(super) data: Vec<Listed>,
    #[serde(default)]
    pub(super) paging: Paging,
}

#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) id: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    created_time: String,
    permalink_url: Option<String>,
    #[serde(default)]
    pub(super) attachments: Attachments,
    /// A picture of it; only if it was asked for.
    pub(super) full_picture: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachments {
    pub(super) data: Vec<Attachment>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    /// `photo`, `video`, `album`, `link` and others; only if it was asked for.
    pub(super) media_type: String,
    target: Option<Target>,
    /// Where a link leads, without Facebook's own address before it.
    unshimmed_url: Option<String>,
    subattachments: Attachments,
}

#[derive(Deserialize)]
struct Target {
    id: Option<Value>,
}

impl Attachment {
    /// The id of the photo or video that it is.
    pub(super) fn target(&self) -> Option<String> {
        id_of(self.target.as_ref()?.id.as_ref()?)
    }
}

impl Attachments {
    fn all(&self) -> Vec<&Attachment> {
        self.data.iter().flat_map(|one| std::iter::once(one).chain(one.subattachments.all())).collect()
    }
}

impl Listed {
    pub(super) fn at(&self) -> Option<DateTime<Utc>> {
        moment(&self.created_time)
    }

    /// Whether this is what we sent. What has no text is known by its photos or by its link.
    fn shows(&self, content: &Content, photos: &[&str]) -> bool {
        let ours = plain(&content.text);
        if plain(&self.message) != ours {
            return false;
        }
        let attachments = self.attachments.all();
        let has_photo = || {
            let targets = attachments.iter().filter_map(|a| a.target());
            targets.into_iter().any(|id| photos.contains(&id.as_str()))
        };
        let has_link = |link: &str| {
            let same = |there: &str| there.trim_end_matches('/') == link.trim_end_matches('/');
            attachments.iter().filter_map(|a| a.unshimmed_url.as_deref()).any(same)
        };
        match (ours.is_empty(), content.given_link()) {
            (false, _) => true,
            (true, _) if !photos.is_empty() => has_photo(),
            (true, Some(link)) => has_link(link),
            (true, None) => false,
        }
    }

    pub(super) fn remote(&self) -> RemotePost {
        let url = self.permalink_url.as_deref().map_or_else(|| web(&self.id), whole);
        RemotePost { id: self.id.clone(), url: Some(url) }
    }
}

/// What the Page's newest posts say of ours.
pub(super) enum Seen {
    Ours(RemotePost),
    No,
    /// So many posts since then that it may be among those that were not read.
    Unclear,
}

/// Looks for a post that is as new as the attempt.
pub(super) async fn find(
    call: &Call<'_>,
    content: &Content,
    photos: &[&str],
    since: DateTime<Utc>,
) -> Result<Seen, Fault> {
    let listing = list(call).await?;
    let from = earliest(since);
    let recent = |post: &&Listed| post.at().is_some_and(|at| at >= from);
    if let Some(found) = listing.data.iter().filter(recent).find(|post| post.shows(content, photos)) {
        return Ok(Seen::Ours(found.remote()));
    }
    let more = listing.paging.next.is_some() && listing.data.last().is_some_and(|post| recent(&post));
    Ok(if more { Seen::Unclear } else { Seen::No })
}

async fn list(call: &Call<'_>) -> Result<Listing, Fault> {
    listed(call, &[("fields", FIELDS), ("limit", PAGE)]).await
}

/// The posts that the Page has published, newest first.
pub(super) async fn listed(call: &Call<'_>, query: &[(&str, &str)]) -> Result<Listing, Fault> {
    let path = format!("{}/published_posts", segment(call.account));
    get(call, &path, query).await?.json()
}

/// Reads with the Page's token.
pub(super) async fn get(call: &Call<'_>, path: &str, query: &[(&str, &str)]) -> Result<WireResponse, Fault> {
    super::read(call.wire, &call.grant.access, path, query).await
}

/// Where people see a post, a video or a photo.
pub(super) fn web(id: &str) -> String {
    format!("https://www.facebook.com/{}", segment(id))
}

/// Facebook gives the addresses of videos without its name.
pub(super) fn whole(permalink: &str) -> String {
    match permalink.strip_prefix('/') {
        Some(path) => format!("https://www.facebook.com/{path}"),
        None => permalink.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// An id as Facebook's addresses have it: of a video or photo, or of a Page and a post.
pub(super) fn is_id(text: &str) -> bool {
    match text.split_once('_') {
        Some((page, post)) => is_number(page) && is_number(post),
        None => is_number(text),
    }
}

/// The value of a query parameter of an address.
fn parameter(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

/// What an address of a post says: whose it is, and its id or the word that stands for it there.
struct Place {
    account: Option<String>,
    post: String,
}

fn place(address: &str) -> Option<Place> {
    let (host, path) = lookup::parts(address)?;
    if host != "facebook.com" {
        return None;
    }
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let of = |account: Option<&str>, post: &str| Some(Place { account: account.map(str::to_owned), post: post.into() });
    match path.as_slice() {
        ["permalink.php" | "story.php"] => {
            Some(Place { account: parameter(address, "id"), post: parameter(address, "story_fbid")? })
        }
        ["watch"] => of(None, &parameter(address, "v")?),
        ["photo" | "photo.php"] => of(None, &parameter(address, "fbid")?),
        ["reel" | "videos" | "photos", id] => of(None, id),
        [page, "posts", .., id] | [page, "videos" | "photos", .., id] => of(Some(page), id),
        [id] if id.contains('_') && is_id(id) => of(id.split('_').next(), id),
        _ => None,
    }
}

/// The id by which the API knows it, where the address has one.
pub(super) fn id_in(address: &str) -> Option<String> {
    let Place { account, post } = place(address)?;
    let is_post = ["/posts/", "permalink.php", "story.php"].iter().any(|form| address.contains(form));
    match account {
        _ if !is_id(&post) => None,
        Some(page) if is_post && !post.contains('_') => is_number(&page).then(|| format!("{page}_{post}")),
        None if is_post => None,
        _ => Some(post),
    }
}

pub(super) fn address(address: &str) -> Address {
    match place(address) {
        Some(Place { account, .. }) => Address::Post { account },
        None => Address::NoPost("https://www.facebook.com/page/posts/1234567890"),
    }
}

pub(super) async fn look_up(call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
    #[derive(Deserialize)]
    struct Node {
        from: Option<From>,
        /// Of a post; a video has a description.
        #[serde(alias = "description")]
        message: Option<String>,
        #[serde(default)]
        created_time: String,
    }
    #[derive(Deserialize)]
    struct From {
        id: Value,
    }
    let Some(id) = id_in(address) else { return among_newest(call, address).await };
    let words = if id.contains('_') { "message" } else { "description" };
    let fields = format!("from,created_time,{words}");
    let request = call.wire.read(Platform::Facebook, &format!("{GRAPH}/{}", segment(&id))).query("fields", &fields);
    let response = graph(request, &call.grant.access).send().await?;
    if is_gone(&response.error::<Body>().error) {
        return Ok(Lookup::Missing);
    }
    let node: Node = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
    match node.from.and_then(|from| id_of(&from.id)) {
        None => Ok(Lookup::Unavailable("Facebook does not say whose post this is")),
        Some(from) if from != call.account => Ok(Lookup::NotOurs),
        Some(_) => {
            let (text, at) = (node.message.unwrap_or_default(), moment(&node.created_time));
            Ok(Lookup::Found(FoundPost { id, text, at }))
        }
    }
}

/// An address that names no id is looked for among the Page's newest posts.
async fn among_newest(call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
    let wanted = place(address).map(|place| place.post);
    let listing = list(call).await?;
    let full = listing.paging.next.is_some();
    let of = |post: &Listed| Some(place(post.permalink_url.as_deref()?)?.post);
    let found = listing.data.into_iter().find(|post| wanted.is_some() && of(post) == wanted);
    Ok(match found {
        Some(post) => {
            let at = post.at();
            Lookup::Found(FoundPost { id: post.id, text: post.message, at })
        }
        None if full => Lookup::Unavailable("Facebook shows only the Page's newest posts"),
        None => Lookup::Missing,
    })
}
