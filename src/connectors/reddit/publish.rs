//! Publishing on Reddit: the subreddit is asked for its rules, pictures are sent, then the one irreversible call. A post of
//! one picture is made a little later, and its answer names no id: it is found among the account's new posts.

use super::problem::{self, Operation};
use super::things::{Entry, Listing, Thing, full_name, is_id};
use super::upload::{self, Upload};
use super::{POSTING, Reddit, comment, mutate, read, repeat, send, subreddits};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::wire::segment;
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, FoundPost, Lookup, Prepared, ProbeOutcome,
    Publish, RemotePost, checkpoint, lookup,
};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::platforms::reddit::RedditOptions;
use crate::domain::post::Format;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

const VERSION: u64 = 1;
const MAX_PICTURES: usize = 20;
/// New posts of the account that are looked through.
const PAGE: usize = 25;
/// A post of a picture can appear so much later than it was sent.
const LAG: TimeDelta = TimeDelta::minutes(15);

/// What a content becomes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Text,
    Link(&'a str),
    /// One picture.
    Image,
    Gallery,
}

impl<'a> Kind<'a> {
    fn of(content: &'a Content) -> Result<Self, Fault> {
        let refused = |field: &str, message: &str| {
            Err(Fault::InvalidContent { message: message.into(), problems: vec![Problem::error(field, message)] })
        };
        match (content.format, content.media.as_slice(), content.given_link()) {
            (Format::SelfPost, ..) => Ok(Self::Text),
            (Format::Link, _, None) => refused("link", "Reddit needs a link in this format. Add one."),
            (Format::Link, _, Some(link)) | (_, [], Some(link)) => Ok(Self::Link(link)),
            (_, [], None) => Ok(Self::Text),
            (_, [_], _) => Ok(Self::Image),
            (_, several, _) if several.len() > MAX_PICTURES => refused("media", "Reddit takes up to 20 pictures."),
            _ => Ok(Self::Gallery),
        }
    }

    fn has_pictures(self) -> bool {
        matches!(self, Self::Image | Self::Gallery)
    }
}

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    /// That was asked for its rules.
    subreddit: String,
    /// What the post shows.
    media: Vec<AssetId>,
    /// The first of them, as they are at Reddit.
    uploads: Vec<Upload>,
    /// When Reddit took a post of one picture.
    taken: Option<DateTime<Utc>>,
}

/// The account's posts, newest first; `after` as the list before named it.
pub(super) async fn submitted(call: &Call<'_>, most: usize, after: Option<&str>) -> Result<Listing<Entry>, Fault> {
    let request = read(call, &format!("user/{}/submitted", segment(call.handle)));
    let request = request.query("sort", "new").query("limit", most.to_string());
    let request = after.into_iter().fold(request, |request, after| request.query("after", after));
    let response = send(request, call).await?.accepted(|a| problem::fault(a, Operation::Read))?;
    Ok(response.json::<Thing<Listing<Entry>>>()?.data)
}

#[async_trait]
impl Publish for Reddit {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &POSTING
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        if let Some(post) = content.role.commented_on(Platform::Reddit)? {
            comment::name_of(post)?;
            return Ok(Prepared::Ready(json!({ "v": VERSION })));
        }
        let kind = Kind::of(content)?;
        let Some(had) = had else {
            let chosen = Chosen::of(content)?;
            subreddits::check(call, &chosen.subreddit, content, &chosen.options, &kind).await?;
            let media = if kind.has_pictures() { assets(content) } else { vec![] };
            let prep = Prep { v: VERSION, subreddit: chosen.subreddit, media, uploads: vec![], taken: None };
            return Ok(prep.next());
        };
        let mut prep: Prep = checkpoint::read(had, VERSION)?;
        prep.still_good(content, kind)?;
        if let Some(media) = content.media.get(prep.uploads.len()).filter(|_| kind.has_pictures()) {
            prep.uploads.push(upload::send_picture(call, media).await?);
        }
        Ok(prep.next())
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        if let Some(post) = content.role.commented_on(Platform::Reddit)? {
            // Only a checkpoint of ours.
            checkpoint::read::<Value>(checkpoint, VERSION)?;
            return comment::write(call, &content.text, post).await;
        }
        let kind = Kind::of(content)?;
        let mut prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        prep.still_good(content, kind)?;
        if prep.uploads.len() < prep.media.len() {
            return Err(Fault::PreparationLost { message: "Not all pictures were sent to Reddit.".into() });
        }
        let chosen = Chosen::of(content)?;
        let request = match kind {
            Kind::Gallery => mutate(call, "api/submit_gallery_post.json").json(&gallery(content, &chosen, &prep)),
            _ => {
                let fields = form(content, &chosen, kind, &prep);
                let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                mutate(call, "api/submit").form(&fields)
            }
        };
        let response = send(request, call).await?;
        let data = problem::done(&response, Operation::Submit)?;
        let said = |name: &str| data[name].as_str();
        let url = said("url").filter(|url| id_in(url).is_some()).map(str::to_owned);
        let id = said("name").or(said("id")).and_then(|id| full_name("t3", id));
        match id.or_else(|| url.as_deref().and_then(id_in)) {
            Some(id) => Ok(Committed::Live(RemotePost { url: url.or_else(|| Some(address_of(&id))), id })),
            None if matches!(kind, Kind::Image) && data.is_object() => {
                prep.taken = Some(Utc::now());
                let recheck_after = Duration::from_secs(5);
                Ok(Committed::Processing { checkpoint: checkpoint::write(&prep), recheck_after })
            }
            None => Err(response.unreadable()),
        }
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        if let Some(post) = content.role.commented_on(Platform::Reddit)? {
            return comment::find(call, &content.text, post, since).await;
        }
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        let chosen = Chosen::of(content)?;
        let listing = match submitted(call, PAGE, None).await {
            Ok(listing) => listing,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let from = earliest(since);
        let recent = || listing.children.iter().map(|thing| &thing.data).filter(|post| post.since(from));
        let title = plain(&chosen.title);
        let same = |post: &&Entry| post.subreddit.eq_ignore_ascii_case(&prep.subreddit) && plain(&post.title) == title;
        let text = plain(&content.text);
        // Of a post with a link or a picture Reddit does not always list the words.
        let says =
            |post: &Entry| post.selftext.as_deref().map(plain).is_none_or(|theirs| theirs.is_empty() || theirs == text);
        if let Some(found) = recent().filter(same).find(|post| says(post)) {
            return Ok(ProbeOutcome::Live(RemotePost { id: found.name.clone(), url: found.page() }));
        }
        if recent().any(|post| same(&post)) {
            let why = "Reddit shows a new post with this title and other words. Please look there: is it this one?";
            return Ok(ProbeOutcome::CannotTell(why.into()));
        }
        // So many posts since the attempt that ours may be on the next page.
        if listing.after.is_some() && recent().count() >= PAGE {
            return Ok(ProbeOutcome::CannotTell("Reddit shows only a part of the account's new posts.".into()));
        }
        let is_slow = matches!(Kind::of(content), Ok(Kind::Image));
        match prep.taken {
            _ if is_slow && Utc::now() < since.max(prep.taken.unwrap_or(since)) + LAG => {
                Ok(ProbeOutcome::Processing { recheck_after: Duration::from_secs(20) })
            }
            Some(_) => Ok(ProbeOutcome::CannotTell("Reddit took the picture, and does not show the post.".into())),
            None => Ok(ProbeOutcome::Absent),
        }
    }

    fn deletes(&self) -> bool {
        true
    }

    /// Reddit answers as if all were well whether there is such a post or not.
    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let comment = || full_name("t1", &post.id).filter(|_| post.id.starts_with("t1_"));
        let Some(name) = comment().or_else(|| full_name("t3", &post.id)) else {
            return Err(Fault::Permanent { code: "unknown_id".into(), message: "It is no post of Reddit.".into() });
        };
        let response = send(repeat(call, "api/del").form(&[("id", name.as_str())]), call).await?;
        match response.status.as_u16() {
            404 => Ok(()),
            _ => response.accepted(|a| problem::fault(a, Operation::Read)).map(drop),
        }
    }

    fn id_in(&self, address: &str) -> Option<String> {
        id_in(address)
    }

    fn address(&self, address: &str) -> Address {
        match id_in(address) {
            Some(_) => Address::Post { account: None },
            None => Address::NoPost("https://www.reddit.com/r/coffee/comments/1abc2d/"),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        let Some(id) = id_in(address) else { return Ok(Lookup::Missing) };
        let response = send(read(call, "api/info").query("id", &id), call).await?;
        let listing: Thing<Listing<Entry>> = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
        let Some(post) = listing.data.children.into_iter().next().map(|thing| thing.data) else {
            return Ok(Lookup::Missing);
        };
        // So are posts called whose author has taken them back.
        if post.author == "[deleted]" {
            return Ok(Lookup::Missing);
        }
        if !post.is_by(call.handle) {
            return Ok(Lookup::NotOurs);
        }
        let at = post.at();
        let text = post.selftext.filter(|text| !text.trim().is_empty()).unwrap_or(post.title);
        Ok(Lookup::Found(FoundPost { id, text, at }))
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        match content.role {
            ContentRole::Post => &["POST /api/submit", "POST /api/submit_gallery_post.json"],
            _ => &["POST /api/comment"],
        }
    }

    /// Words and links are listed at once; the deadline of the irreversible call is half a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(120)
    }
}

impl Prep {
    /// Ready once every picture is there.
    fn next(&self) -> Prepared {
        let checkpoint = checkpoint::write(self);
        if self.uploads.len() < self.media.len() { Prepared::More(checkpoint) } else { Prepared::Ready(checkpoint) }
    }

    /// What was prepared is for this content.
    fn still_good(&self, content: &Content, kind: Kind<'_>) -> Result<(), Fault> {
        let same = if kind.has_pictures() { self.media == assets(content) } else { self.media.is_empty() };
        if same && Chosen::of(content)?.subreddit == self.subreddit {
            return Ok(());
        }
        Err(Fault::PreparationLost { message: "The post has changed since it was prepared.".into() })
    }
}

fn assets(content: &Content) -> Vec<AssetId> {
    content.media.iter().map(|media| media.facts.asset).collect()
}

/// What has to be chosen for every post.
struct Chosen {
    subreddit: String,
    title: String,
    options: RedditOptions,
}

impl Chosen {
    fn of(content: &Content) -> Result<Self, Fault> {
        let options = RedditOptions::read(content.format, &content.options);
        let subreddit = options.subreddit.clone().filter(|name| !name.is_empty());
        let subreddit = subreddit.ok_or_else(|| subreddits::choose("Every post is in a subreddit."))?;
        if !subreddits::is_name(&subreddit) {
            return Err(subreddits::choose("There is no such subreddit."));
        }
        let title = options.title.as_deref().map(str::trim).unwrap_or_default().to_owned();
        if title.is_empty() {
            let message = "Every post on Reddit has a title. Write one.".to_owned();
            let problems = vec![Problem::error("options.title", message.clone())];
            return Err(Fault::InvalidContent { message, problems });
        }
        Ok(Self { subreddit, title, options })
    }
}

/// The fields of a post that is no gallery.
fn form(content: &Content, chosen: &Chosen, kind: Kind<'_>, prep: &Prep) -> Vec<(&'static str, String)> {
    let Chosen { subreddit, title, options } = chosen;
    let yes = |yes: bool| yes.to_string();
    let mut fields = vec![
        ("api_type", "json".to_owned()),
        ("sr", subreddit.clone()),
        ("title", title.clone()),
        ("nsfw", yes(options.nsfw)),
        ("spoiler", yes(options.spoiler)),
        ("sendreplies", yes(!options.mute_replies)),
        ("validate_on_submit", yes(true)),
    ];
    let text = content.text.trim().to_owned();
    match kind {
        Kind::Text | Kind::Gallery => fields.push(("kind", "self".to_owned())),
        Kind::Link(link) => {
            // A repeat of ours is refused instead of made.
            fields.extend([("kind", "link".to_owned()), ("url", link.to_owned()), ("resubmit", yes(false))]);
        }
        Kind::Image => {
            let url = prep.uploads.first().map(|upload| upload.url.clone()).unwrap_or_default();
            fields.extend([("kind", "image".to_owned()), ("url", url)]);
        }
    }
    if kind == Kind::Text || !text.is_empty() {
        fields.push(("text", text));
    }
    if let Some(flair) = &options.flair {
        fields.push(("flair_id", flair.clone()));
    }
    fields
}

/// The body of a gallery.
fn gallery(content: &Content, chosen: &Chosen, prep: &Prep) -> Value {
    let Chosen { subreddit, title, options } = chosen;
    let item = |upload: &Upload| json!({ "caption": "", "outbound_url": "", "media_id": upload.id });
    let mut body = json!({
        "api_type": "json", "sr": subreddit, "title": title, "nsfw": options.nsfw, "spoiler": options.spoiler,
        "sendreplies": !options.mute_replies, "show_error_list": true, "validate_on_submit": true,
        "items": prep.uploads.iter().map(item).collect::<Vec<_>>(),
    });
    if !content.text.trim().is_empty() {
        body["text"] = content.text.trim().into();
    }
    if let Some(flair) = &options.flair {
        body["flair_id"] = flair.as_str().into();
    }
    body
}

/// Where a person finds it.
fn address_of(name: &str) -> String {
    format!("https://www.reddit.com/comments/{}/", name.trim_start_matches("t3_"))
}

/// The full name of the post that an address of Reddit names: `/r/coffee/comments/1abc2d/words/`, `/user/x/comments/1abc2d/`,
/// `/gallery/1abc2d`, `redd.it/1abc2d`. A comment's address names its post.
fn id_in(address: &str) -> Option<String> {
    let (host, path) = lookup::parts(address)?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let is_reddit = ["reddit.com", "old.reddit.com", "new.reddit.com", "np.reddit.com", "sh.reddit.com"];
    let id = match (host.as_str(), path.as_slice()) {
        ("redd.it", [id]) => id,
        (host, ["r" | "user" | "u", _, "comments", id, ..] | ["comments" | "gallery", id, ..])
            if is_reddit.contains(&host) =>
        {
            id
        }
        _ => return None,
    };
    is_id(id).then(|| format!("t3_{}", id.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_read_from_addresses() {
        for address in [
            "https://www.reddit.com/r/coffee/comments/1abc2d/fresh_beans/",
            "https://old.reddit.com/r/coffee/comments/1abc2d",
            "https://www.reddit.com/user/northwind/comments/1abc2d/fresh_beans/?utm_source=share",
            "https://reddit.com/comments/1abc2d/",
            "https://www.reddit.com/gallery/1ABC2D",
            "https://redd.it/1abc2d",
            "https://www.reddit.com/r/coffee/comments/1abc2d/comment/kx1/",
        ] {
            assert_eq!(id_in(address).as_deref(), Some("t3_1abc2d"), "{address}");
        }
        for address in [
            "https://www.reddit.com/r/coffee/",
            "https://www.reddit.com/user/northwind",
            "https://www.reddit.com/r/coffee/comments/../me",
            "https://reddit.com.evil.example/comments/1abc2d",
            "https://redd.it/",
            "https://example.com/comments/1abc2d",
        ] {
            assert_eq!(id_in(address), None, "{address}");
        }
    }
}
