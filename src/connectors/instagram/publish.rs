//! Publishing on Instagram: containers that Instagram fills from our public addresses, polling until they are FINISHED,
//! then the one irreversible `media_publish`. Unpublished containers are harmless and expire after 24 hours.

use super::comment;
use super::problem::{self, Operation, content as refused, lost};
use super::{COMMENTING, GRAPH, Instagram, made, moment};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::wire::{WireRequest, WireResponse, segment};
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, FoundPost, Lookup, Media, Prepared,
    ProbeOutcome, Publish, RemotePost, checkpoint, lookup, rate_limits,
};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::platforms::instagram::InstagramOptions;
use crate::domain::post::{Format, MediaKind, PartKind};
use crate::infra::http::limits::{Period, Reading};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const VERSION: u64 = 1;
const MAX_IMAGES: usize = 10;
const VIDEOS: [&str; 2] = ["video/mp4", "video/quicktime"];
const MAX_ALT: usize = 1000;
/// Containers expire after 24 hours; an older one is not worth publishing.
const CONTAINER_LIFE: TimeDelta = TimeDelta::hours(23);
/// After this many checks (about 20 minutes) a container is given up; Meta expects five minutes at most.
const MAX_CHECKS: u32 = 25;
/// Reading the address of a post that is live, or how many posts are left today, is a courtesy; it must not hold anything
/// up.
const COURTESY_DEADLINE: Duration = Duration::from_secs(10);
/// Meta's wait is short, but the listing follows within a minute: after this long it is live without an address.
const LISTING_LAG: TimeDelta = TimeDelta::minutes(10);
/// When a container turns out to be published already, nothing has to be waited for.
const AT_ONCE: Duration = Duration::from_secs(1);
/// The ledger's name for the posts of 24 hours.
const POSTS: &str = "media_publish";
/// How long an answer about the posts of 24 hours is believed. Instagram does not say when the oldest one leaves the count.
const QUOTA_LIFE: TimeDelta = TimeDelta::hours(1);
/// The state of a container that has become a post.
const PUBLISHED: &str = "PUBLISHED";

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    made_at: DateTime<Utc>,
    /// A carousel's pictures in order; empty for a single picture.
    children: Vec<Container>,
    /// What will be published.
    post: Option<Container>,
    /// How often Instagram was asked about the container that is being waited for.
    #[serde(rename = "looks")]
    checks: u32,
    /// Instagram says that `post` is published already: nothing is to be sent, only to be found.
    #[serde(default)]
    published: bool,
}

#[derive(Serialize, Deserialize)]
struct Container {
    id: String,
    asset: Option<AssetId>,
    finished: bool,
}

#[derive(Deserialize)]
struct Progress {
    /// `IN_PROGRESS`, `FINISHED`, `ERROR`, `EXPIRED`, `PUBLISHED`.
    status_code: String,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Quotas {
    data: Vec<Quota>,
}

#[derive(Deserialize)]
struct Quota {
    quota_usage: i32,
    config: QuotaConfig,
}

#[derive(Deserialize)]
struct QuotaConfig {
    /// Instagram's pages say 50 and 100; the account's own number is here.
    quota_total: i32,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(default)]
    caption: String,
    permalink: Option<String>,
    #[serde(default)]
    timestamp: String,
}

#[async_trait]
impl Publish for Instagram {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &["instagram_business_content_publish"]
    }

    fn part_scopes(&self, kind: PartKind) -> &'static [&'static str] {
        match kind {
            PartKind::Comment => &[COMMENTING],
            PartKind::Reply => &[],
        }
    }

    fn fetches_media(&self) -> bool {
        true
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        let mut prep = match had {
            Some(checkpoint) => checkpoint::read(checkpoint, VERSION)?,
            None => Prep { v: VERSION, made_at: Utc::now(), children: vec![], post: None, checks: 0, published: false },
        };
        if let Some(post) = content.role.commented_on(Platform::Instagram)? {
            comment::ready(call, post)?;
            return Ok(Prepared::Ready(checkpoint::write(&prep)));
        }
        suitable(content)?;
        still_good(&prep, content)?;
        let single = content.media.len() == 1;
        if had.is_none() {
            room(call).await?;
        }
        let made = prep.post.is_some();
        if let Some(waiting) = prep.children.iter_mut().chain(&mut prep.post).find(|c| !c.finished) {
            match check_container(call, waiting, &mut prep.checks).await? {
                Seen::Finished => {}
                Seen::Working { recheck_after } => {
                    return Ok(Prepared::Waiting { checkpoint: checkpoint::write(&prep), recheck_after });
                }
                // By an attempt of which nothing was written down (a restored backup, another program): not again.
                Seen::Published if made => prep.published = true,
                Seen::Published => {
                    let message = "Instagram has already published this upload.".into();
                    return Err(Fault::Duplicate { message, remote_id: None });
                }
            }
        } else if !single && let Some(media) = content.media.get(prep.children.len()) {
            let mut fields = vec![("is_carousel_item", "true")];
            if is_video(media) {
                fields.push(("media_type", "VIDEO"));
            }
            let id = make(call, &fields, Some(media)).await?;
            prep.children.push(Container { id, asset: Some(media.facts.asset), finished: false });
        } else if prep.post.is_none() {
            let mut fields = vec![];
            let ids: Vec<_> = prep.children.iter().map(|c| c.id.as_str()).collect();
            let children = ids.join(",");
            if !single {
                fields.extend([("media_type", "CAROUSEL"), ("children", children.as_str())]);
            }
            let is_story = content.format == Format::Story;
            if !content.text.is_empty() && !is_story {
                fields.push(("caption", content.text.as_str()));
            }
            let file = if single { content.media.first() } else { None };
            let options = InstagramOptions::read(content.format, &content.options);
            let cover = file.and_then(|file| offset(&options, file)).map(|millis| millis.to_string());
            if is_story {
                fields.push(("media_type", "STORIES"));
            } else if file.is_some_and(is_video) {
                // Also among the posts of the profile, as a person's own would be.
                let shared = if options.reels_only { "false" } else { "true" };
                fields.extend([("media_type", "REELS"), ("share_to_feed", shared)]);
                fields.extend(cover.as_deref().map(|millis| ("thumb_offset", millis)));
            }
            let id = make(call, &fields, file).await?;
            prep.post = Some(Container { id, asset: file.map(|m| m.facts.asset), finished: false });
        }
        let ready = prep.post.as_ref().is_some_and(|p| p.finished);
        let checkpoint = checkpoint::write(&prep);
        Ok(if ready { Prepared::Ready(checkpoint) } else { Prepared::More(checkpoint) })
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        if let Some(post) = content.role.commented_on(Platform::Instagram)? {
            comment::ready(call, post)?;
            return self.comment(call, &content.text, post).await;
        }
        still_good(&prep, content)?;
        let published =
            |checkpoint: &Checkpoint| Committed::Processing { checkpoint: checkpoint.clone(), recheck_after: AT_ONCE };
        if prep.published {
            return Ok(published(checkpoint));
        }
        let post = prep.post.filter(|p| p.finished).ok_or_else(|| lost("The upload is not finished yet."))?;
        let address = format!("{GRAPH}/{}/media_publish", segment(call.account));
        let request = call.wire.mutate(Platform::Instagram, Method::POST, &address);
        let response = graph(request, call).form(&[("creation_id", &post.id)]).send().await?;
        if !response.ok() {
            let fault = problem::fault(&response, Operation::Publish);
            // "Not ready" is also what a container says that an earlier call has published.
            let unready = matches!(fault, Fault::Transient { .. });
            if unready && state(call, &post.id).await.is_ok_and(|p| p.status_code == PUBLISHED) {
                return Ok(published(checkpoint));
            }
            return Err(fault);
        }
        let id = made(&response)?;
        call.wire.spent(POSTS, Period::Day);
        let url = permalink(call, &id).await;
        Ok(Committed::Live(RemotePost { id, url }))
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        if let Some(post) = content.role.commented_on(Platform::Instagram)? {
            return self.find_comment(call, &content.text, post, since).await;
        }
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        let Some(post) = prep.post else { return Ok(ProbeOutcome::Absent) };
        let progress = match state(call, &post.id).await {
            Ok(progress) => progress,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        if progress.status_code == "IN_PROGRESS" {
            return Ok(ProbeOutcome::Processing { recheck_after: Duration::from_secs(5) });
        }
        let published = progress.status_code == PUBLISHED;
        // What this container became cannot be older than the container.
        let from = if published { since.min(prep.made_at) } else { since };
        // The listing decides first: posts have gone live although the container said otherwise.
        let listed = match recent(call, from, edge_of(content)).await {
            Ok(listed) => listed,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        if let Some(found) = find(&listed, content, published) {
            return Ok(ProbeOutcome::Live(RemotePost { id: found.id.clone(), url: found.permalink.clone() }));
        }
        Ok(match progress.status_code.as_str() {
            // Proof enough; the address may follow.
            PUBLISHED if Utc::now() > since + LISTING_LAG => {
                ProbeOutcome::Live(RemotePost { id: format!("container:{}", post.id), url: None })
            }
            PUBLISHED => ProbeOutcome::Processing { recheck_after: Duration::from_secs(15) },
            // Documented: FINISHED is ready to be published, EXPIRED was not published within 24 hours.
            "FINISHED" | "EXPIRED" => ProbeOutcome::Absent,
            _ => ProbeOutcome::CannotTell(
                "Instagram reports an error for this post and does not list it. Please look there.".into(),
            ),
        })
    }

    fn address(&self, address: &str) -> Address {
        const FORM: &str = "https://www.instagram.com/p/Abc123/";
        let Some((host, path)) = lookup::parts(address) else { return Address::NoPost(FORM) };
        let is_kind = |kind: &String| matches!(kind.as_str(), "p" | "reel");
        match path.as_slice() {
            _ if host != "instagram.com" => Address::NoPost(FORM),
            [kind, _] if is_kind(kind) => Address::Post { account: None },
            [name, kind, _] if is_kind(kind) => Address::Post { account: Some(name.clone()) },
            _ => Address::NoPost(FORM),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        // As many posts are on a page where nobody asks for more.
        const PAGE: usize = 25;
        let code = |address: &str| lookup::parts(address).and_then(|(_, path)| path.last().cloned());
        let wanted = code(address);
        let path = format!("{}/media", segment(call.account));
        let listing: Listing = get(call, &path, "id,caption,permalink,timestamp", None).await?.json()?;
        let full = listing.data.len() >= PAGE;
        let found = listing.data.into_iter().find(|post| post.permalink.as_deref().and_then(code) == wanted);
        Ok(match found {
            Some(post) => {
                let at = moment(&post.timestamp);
                Lookup::Found(FoundPost { id: post.id, text: post.caption, at })
            }
            None if full => Lookup::Unavailable("Instagram shows only the account's newest posts"),
            None => Lookup::Missing,
        })
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        // The day's limit counts posts.
        if matches!(content.role, ContentRole::CommentOn(_)) { &[] } else { &[POSTS] }
    }

    /// The deadline of the irreversible call is half a minute; containers change at once.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}

/// What Instagram refuses in any case, before a container is spent on it.
fn suitable(content: &Content) -> Result<(), Fault> {
    let media = |why: &str| Err(refused("media", why.to_owned()));
    let (number, videos) = (content.media.len(), content.media.iter().filter(|m| is_video(m)).count());
    let kinds = content.media.iter().all(|m| m.facts.mime == "image/jpeg" || VIDEOS.contains(&m.facts.mime.as_str()));
    match content.format {
        Format::Reel if number != 1 || videos != 1 || !kinds => return media("A reel is one video, as MP4 or MOV."),
        Format::Story if number != 1 || !kinds => {
            return media("A story is one picture as JPEG, or one video as MP4 or MOV.");
        }
        Format::Carousel if !(2..=MAX_IMAGES).contains(&number) || !kinds => {
            return media("A carousel has 2 to 10 pictures as JPEG, or videos as MP4 or MOV.");
        }
        Format::Carousel | Format::Reel | Format::Story => return Ok(()),
        _ => {}
    }
    match number {
        0 => media("Instagram needs at least one picture, or a video."),
        1 if content.media.iter().any(|m| is_video(m) && VIDEOS.contains(&m.facts.mime.as_str())) => Ok(()),
        _ if content.media.iter().any(is_video) => media("Instagram takes a video alone, as MP4 or MOV."),
        n if n > MAX_IMAGES => media("Instagram takes up to 10 pictures in one post."),
        _ if content.media.iter().any(|m| m.facts.mime != "image/jpeg") => media("Instagram takes JPEG pictures only."),
        _ => Ok(()),
    }
}

/// Which picture of a reel is its cover, in milliseconds; never behind its end, which Instagram refuses.
fn offset(options: &InstagramOptions, file: &Media) -> Option<u64> {
    let last = file.facts.video.as_ref().map_or(0, |video| video.millis.saturating_sub(1));
    options.cover.millis().map(|millis| millis.min(last))
}

/// Where such posts of an account are listed.
fn edge_of(content: &Content) -> &'static str {
    if content.format == Format::Story { "stories" } else { "media" }
}

fn is_video(media: &Media) -> bool {
    media.facts.kind() == MediaKind::Video
}

/// The containers are young enough and belong to the pictures of this content, in this order.
fn still_good(prep: &Prep, content: &Content) -> Result<(), Fault> {
    let single = prep.post.as_ref().filter(|p| p.asset.is_some());
    let assets = prep.children.iter().chain(single).map(|c| c.asset);
    let all = prep.post.is_none() || assets.clone().count() == content.media.len();
    if !(all && checkpoint::in_order(assets, &content.media)) {
        return Err(lost("The pictures have changed since they were sent to Instagram."));
    }
    if Utc::now() - prep.made_at > CONTAINER_LIFE {
        return Err(lost("Instagram keeps an upload for a day only; it has to be sent again."));
    }
    Ok(())
}

/// Whether the account may post today, before uploads are spent on it. Asked once in a while only; not knowing is no reason
/// not to try. A carousel counts as one post.
async fn room(call: &Call<'_>) -> Result<(), Fault> {
    if !call.wire.needs_reading(POSTS, Period::Day) {
        return Ok(());
    }
    let path = format!("{}/content_publishing_limit", segment(call.account));
    let response = get(call, &path, "quota_usage,config", Some(COURTESY_DEADLINE)).await.ok();
    let Some(quota) = response.and_then(|a| a.json::<Quotas>().ok()).and_then(|q| q.data.into_iter().next()) else {
        return Ok(());
    };
    let resets_at = Utc::now() + QUOTA_LIFE;
    let remaining = (quota.config.quota_total - quota.quota_usage).max(0);
    let total = Some(quota.config.quota_total);
    call.wire.note(Reading { of_app: false, endpoint: POSTS, period: Period::Day, quota: total, remaining, resets_at });
    if remaining > 0 {
        return Ok(());
    }
    let message = format!("Instagram takes {} posts of this account in 24 hours.", quota.config.quota_total);
    Err(Fault::RateLimited { message, until: rate_limits::spread(resets_at, Utc::now()) })
}

/// What every call to the Graph carries. Server errors are ours to read: Graph puts its codes into them, too.
pub(super) fn graph(request: WireRequest, call: &Call<'_>) -> WireRequest {
    request.bearer(&call.grant.access).keep_server_errors().limits(problem::limits)
}

async fn make(call: &Call<'_>, fields: &[(&str, &str)], file: Option<&Media>) -> Result<String, Fault> {
    let mut form = fields.to_vec();
    let alt: String = file.map(|m| m.facts.alt.trim().chars().take(MAX_ALT).collect()).unwrap_or_default();
    if let Some(media) = file {
        form.push((if is_video(media) { "video_url" } else { "image_url" }, &media.public_url));
        // Instagram takes descriptions of pictures only.
        if !alt.is_empty() && !is_video(media) {
            form.push(("alt_text", &alt));
        }
    }
    let address = format!("{GRAPH}/{}/media", segment(call.account));
    let request = call.wire.repeatable(Platform::Instagram, Method::POST, &address);
    let response = graph(request, call).form(&form).send().await?;
    made(&response.accepted(|a| problem::fault(a, Operation::Container))?)
}

/// Reads a node of the Graph; `path` is what follows the version, `deadline` if other than the usual one.
pub(super) async fn get(
    call: &Call<'_>,
    path: &str,
    fields: &str,
    deadline: Option<Duration>,
) -> Result<WireResponse, Fault> {
    let mut request = call.wire.read(Platform::Instagram, &format!("{GRAPH}/{path}")).query("fields", fields);
    if let Some(deadline) = deadline {
        request = request.deadline(deadline);
    }
    let response = graph(request, call).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Read))
}

async fn state(call: &Call<'_>, container: &str) -> Result<Progress, Fault> {
    get(call, &segment(container), "status_code,status", None).await?.json()
}

/// What a container says.
enum Seen {
    Finished,
    Working { recheck_after: Duration },
    Published,
}

/// Asks once how far a container is.
async fn check_container(call: &Call<'_>, container: &mut Container, checks: &mut u32) -> Result<Seen, Fault> {
    let progress = state(call, &container.id).await?;
    match progress.status_code.as_str() {
        "FINISHED" => {
            container.finished = true;
            *checks = 0;
            Ok(Seen::Finished)
        }
        "IN_PROGRESS" if *checks >= MAX_CHECKS => Err(lost("Instagram did not finish with the upload.")),
        "IN_PROGRESS" => {
            *checks += 1;
            // 3 s, 4.5 s, 6.75 s, ... one minute: Meta asks for one check per minute, photos take seconds.
            let seconds = 3.0 * 1.5_f64.powi((*checks - 1).min(10) as i32);
            Ok(Seen::Working { recheck_after: Duration::from_secs_f64(seconds.min(60.0)) })
        }
        "EXPIRED" => Err(lost("Instagram has dropped the upload.")),
        PUBLISHED => {
            container.finished = true;
            Ok(Seen::Published)
        }
        _ => Err(problem::failed_container(&progress.status)),
    }
}

/// Our posts that are as new as the attempt, newest first.
async fn recent(call: &Call<'_>, since: DateTime<Utc>, edge: &str) -> Result<Vec<Listed>, Fault> {
    let path = format!("{}/{edge}", segment(call.account));
    let listing: Listing = get(call, &path, "id,caption,permalink,timestamp", None).await?.json()?;
    let from = earliest(since);
    Ok(listing.data.into_iter().filter(|m| moment(&m.timestamp).is_some_and(|at| at >= from)).collect())
}

/// The post with our caption. When it is certain that there is one (`published`), the only new post is it.
fn find<'a>(listed: &'a [Listed], content: &Content, published: bool) -> Option<&'a Listed> {
    // A story says nothing by which it could be known among several.
    if content.format == Format::Story {
        return listed.first().filter(|_| published && listed.len() == 1);
    }
    let ours = plain(&content.text);
    let same = listed.iter().find(|m| plain(&m.caption) == ours && (published || !ours.is_empty()));
    same.or_else(|| listed.first().filter(|_| published && listed.len() == 1))
}

async fn permalink(call: &Call<'_>, media: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Seen {
        permalink: Option<String>,
    }
    let response = get(call, &segment(media), "permalink", Some(COURTESY_DEADLINE)).await.ok()?;
    response.json::<Seen>().ok()?.permalink
}
