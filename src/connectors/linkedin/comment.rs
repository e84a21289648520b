//! The first comment under a post: nothing to prepare, one irreversible call, and a probe that lists the post's comments.
//! Comments are plain text, without LinkedIn's own notation.

use super::problem::{self, Operation};
use super::publish::remote;
use super::{LinkedIn, REST, pages, read_list, versioned};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::wire::{WireResponse, segment};
use crate::connectors::{Call, Committed, Fault, ProbeOutcome, RemotePost};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use http::Method;
use serde::Deserialize;
use serde_json::json;

/// Comments per probe; a new post has a few.
const PAGE: usize = 100;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Made {
    comment_urn: Option<String>,
    id: Option<String>,
}

#[derive(Deserialize)]
struct Listing {
    elements: Vec<Comment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    comment_urn: Option<String>,
    id: Option<String>,
    actor: String,
    #[serde(default)]
    message: Message,
    created: Option<Created>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    text: String,
}

#[derive(Deserialize)]
struct Created {
    /// Milliseconds since 1970.
    time: i64,
}

impl LinkedIn {
    /// The irreversible call.
    pub(super) async fn comment(&self, call: &Call<'_>, text: &str, post: &RemotePost) -> Result<Committed, Fault> {
        let request = call.wire.mutate(Platform::LinkedIn, Method::POST, &address(post));
        let body = json!({ "actor": call.account, "object": post.id, "message": { "text": text } });
        let response = versioned(request, &call.grant.access).json(&body).send().await?;
        let response = response.accepted(|a| refusal(a, call))?;
        let made: Made = response.json().unwrap_or_default();
        let id = made.id.or_else(|| response.header("x-restli-id").map(str::to_owned)).filter(|id| !id.is_empty());
        let urn = made.comment_urn.or(id).ok_or_else(|| response.unreadable())?;
        Ok(Committed::Live(commented(post, &urn)))
    }

    /// Called only where the access may read.
    pub(super) async fn find_comment(
        &self,
        call: &Call<'_>,
        text: &str,
        post: &RemotePost,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let request = call.wire.read(Platform::LinkedIn, &address(post));
        let request = request.query("start", "0").query("count", PAGE.to_string());
        let listing: Listing = match read_list(request, call).await {
            Ok(listing) => listing,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let (ours, from) = (plain(text), earliest(since).timestamp_millis());
        let found = listing.elements.iter().find(|c| {
            c.actor == call.account
                && c.created.as_ref().is_some_and(|at| at.time >= from)
                && plain(&c.message.text) == ours
        });
        if let Some(urn) = found.and_then(|c| c.comment_urn.as_ref().or(c.id.as_ref())) {
            return Ok(ProbeOutcome::Live(commented(post, urn)));
        }
        if listing.elements.len() >= PAGE {
            return Ok(ProbeOutcome::CannotTell("LinkedIn shows only a part of the comments under this post.".into()));
        }
        Ok(ProbeOutcome::Absent)
    }
}

fn address(post: &RemotePost) -> String {
    format!("{REST}/socialActions/{}/comments", segment(&post.id))
}

/// `urn` may also be the bare number that stands in `x-restli-id`.
fn commented(post: &RemotePost, urn: &str) -> RemotePost {
    let urn = if urn.starts_with("urn:") { urn.to_owned() } else { format!("urn:li:comment:({},{urn})", post.id) };
    let page = remote(&post.id).url.unwrap_or_default();
    RemotePost { url: Some(format!("{page}?commentUrn={}", segment(&urn))), id: urn }
}

/// Commenting belongs to a product that not every developer app has. Signing in again would not help, so the account
/// is not parked for it: its posts go on.
fn refusal(response: &WireResponse, call: &Call<'_>) -> Fault {
    let writes = |scope: &String| scope.starts_with("w_member_social") || scope == pages::POSTING;
    let granted = call.grant.scopes.iter().any(writes);
    match response.status.as_u16() {
        403 if granted || call.grant.scopes.is_empty() => Fault::Permanent {
            code: "comments_forbidden".into(),
            message: "LinkedIn does not let this developer app write comments (that takes its Community Management \
                      product). The post is out; write the comment there by hand"
                .into(),
        },
        404 => Fault::Permanent {
            code: "404".into(),
            message: "the post that is to be commented on is not there any more".into(),
        },
        _ => problem::of_account(problem::fault(response, Operation::Comment), call.account),
    }
}
