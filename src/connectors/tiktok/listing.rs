//! The account's own posts, as far as everybody can see them: to find one of ours, and one by its address.

use super::post::{options, title};
use super::{API, LISTING, TikTok, has, profile, send, with_json};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::{Address, Call, Content, Fault, FoundPost, Lookup, RemotePost, lookup};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const FIELDS: &str = "id,create_time,share_url,video_description,title";
/// As many as a page may have.
pub(super) const PAGE: usize = 20;

#[derive(Deserialize)]
pub(super) struct Listing {
    #[serde(default)]
    pub(super) videos: Vec<Listed>,
    /// Where older ones begin: milliseconds since 1970.
    pub(super) cursor: Option<i64>,
    #[serde(default)]
    pub(super) has_more: bool,
}

#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) id: String,
    /// Seconds since 1970.
    create_time: Option<i64>,
    pub(super) share_url: Option<String>,
    /// Absent or null where there is none.
    pub(super) video_description: Option<String>,
    pub(super) title: Option<String>,
    /// Only if it was asked for; good for six hours.
    pub(super) cover_image_url: Option<String>,
}

impl Listed {
    pub(super) fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.create_time?, 0)
    }
}

async fn ask<T: DeserializeOwned>(call: &Call<'_>, path: &str, body: &Value) -> Result<T, Fault> {
    ask_for(FIELDS, call, path, body).await
}

/// Asks for lists of the account's posts, with these fields.
pub(super) async fn ask_for<T: DeserializeOwned>(
    fields: &str,
    call: &Call<'_>,
    path: &str,
    body: &Value,
) -> Result<T, Fault> {
    let request = call.wire.repeatable(Platform::TikTok, Method::POST, &format!("{API}/video/{path}/"));
    send(with_json(request.query("fields", fields), body), call.grant).await
}

/// The post that shows this content and is as new as the attempt, among the newest. `None` says nothing: posts for some
/// people only are not listed, and whether pictures are is not said.
pub(super) async fn find(
    call: &Call<'_>,
    content: &Content,
    since: DateTime<Utc>,
) -> Result<Option<RemotePost>, Fault> {
    let (text, options) = (plain(&content.text), options(content));
    let title = plain(title(&options).unwrap_or_default());
    if !has(call.grant, LISTING) || (text.is_empty() && title.is_empty()) {
        return Ok(None);
    }
    let Listing { videos, .. } = ask(call, "list", &json!({ "max_count": PAGE })).await?;
    let from = earliest(since);
    let is_ours = |post: &&Listed| {
        let shown = |words: &Option<String>| plain(words.as_deref().unwrap_or_default());
        let same = shown(&post.video_description) == text && (title.is_empty() || shown(&post.title) == title);
        same && post.at().is_some_and(|at| at >= from)
    };
    let found = videos.iter().find(is_ours);
    Ok(found.map(|post| RemotePost { id: post.id.clone(), url: post.share_url.clone() }))
}

/// Whose post an address names, and which.
fn place(address: &str) -> Option<(String, String)> {
    let (host, path) = lookup::parts(address)?;
    let [account, kind, id, ..] = path.as_slice() else { return None };
    let account = account.strip_prefix('@').filter(|name| !name.is_empty())?;
    let is_id = !id.is_empty() && id.len() <= 30 && id.bytes().all(|b| b.is_ascii_digit());
    let is_post = host == "tiktok.com" && matches!(kind.as_str(), "video" | "photo") && is_id;
    is_post.then(|| (account.to_owned(), id.clone()))
}

pub(super) fn id_in(address: &str) -> Option<String> {
    Some(place(address)?.1)
}

impl TikTok {
    pub(super) fn address_of(address: &str) -> Address {
        match place(address) {
            Some((account, _)) => Address::Post { account: Some(account) },
            None => Address::NoPost("https://www.tiktok.com/@name/video/1234567890123456789"),
        }
    }
}

pub(super) async fn look_up(call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
    let Some((account, id)) = place(address) else { return Ok(Lookup::Missing) };
    if !has(call.grant, LISTING) {
        return Ok(Lookup::Unavailable("TikTok was not allowed to show us this account's posts"));
    }
    // Only the account's own posts are given.
    let Listing { videos, .. } = ask(call, "query", &json!({ "filters": { "video_ids": [id] } })).await?;
    Ok(match videos.into_iter().find(|post| post.id == id) {
        Some(post) => {
            let at = post.at();
            Lookup::Found(FoundPost { id: post.id, text: post.video_description.unwrap_or_default(), at })
        }
        None if !account.eq_ignore_ascii_case(call.handle.trim_start_matches('@')) => Lookup::NotOurs,
        None => Lookup::Unavailable("TikTok shows us only posts that everybody can see"),
    })
}

/// A post as people find it; where its id is not known, on the page of the account.
pub(super) fn remote(id: Option<String>, publish_id: &str, username: Option<&str>, is_video: bool) -> RemotePost {
    let kind = if is_video { "video" } else { "photo" };
    let home = username.map(profile);
    let url = match &id {
        Some(id) => Some(format!("{}/{kind}/{id}", home.unwrap_or_else(|| profile("")))),
        None => home,
    };
    RemotePost { id: id.unwrap_or_else(|| publish_id.to_owned()), url }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_read_from_addresses() {
        for address in [
            "https://www.tiktok.com/@northwind/video/7400000000000000001?lang=en",
            "https://m.tiktok.com/@northwind/photo/7400000000000000001",
        ] {
            let expected = ("northwind".to_owned(), "7400000000000000001".to_owned());
            assert_eq!(place(address), Some(expected), "{address}");
        }
        for address in [
            "https://www.tiktok.com/@northwind",
            "https://www.tiktok.com/@northwind/live/7400000000000000001",
            "https://www.tiktok.com/@/video/7400000000000000001",
            "https://www.tiktok.com/@northwind/video/new",
            "https://tiktok.com.evil.example/@northwind/video/7400000000000000001",
            "https://vm.tiktok.com/ZM123/",
        ] {
            assert_eq!(place(address), None, "{address}");
        }
    }
}
