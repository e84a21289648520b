//! The first comment under a post: nothing to prepare, one irreversible call, and a probe that reads what is under the post.

use super::problem::{self, Operation};
use super::things::{Entry, Listing, Thing, full_name};
use super::{mutate, read, send};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::{Call, Committed, Fault, ProbeOutcome, RemotePost};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Comments that are looked through, newest first.
const PAGE: usize = 100;

/// The post's full name; refused for one of which only the address is known and that names none.
pub(super) fn name_of(post: &RemotePost) -> Result<String, Fault> {
    full_name("t3", &post.id).ok_or_else(|| Fault::Unsupported {
        message: "it has not told us the id of the post; write the comment there by hand".into(),
    })
}

/// The irreversible call.
pub(super) async fn write(call: &Call<'_>, text: &str, post: &RemotePost) -> Result<Committed, Fault> {
    let name = name_of(post)?;
    let form = [("api_type", "json"), ("thing_id", name.as_str()), ("text", text)];
    let response = send(mutate(call, "api/comment").form(&form), call).await?;
    let data = problem::done(&response, Operation::Comment)?;
    let made = &data["things"][0]["data"];
    let said = |name: &str| made[name].as_str();
    let id = said("name").or(said("id")).and_then(|id| full_name("t1", id)).ok_or_else(|| response.unreadable())?;
    let url =
        said("permalink").filter(|path| path.starts_with('/')).map(|path| format!("https://www.reddit.com{path}"));
    Ok(Committed::Live(RemotePost { id, url: url.or_else(|| post.url.clone()) }))
}

/// Looks for it: ours, same words, new enough.
pub(super) async fn find(
    call: &Call<'_>,
    text: &str,
    post: &RemotePost,
    since: DateTime<Utc>,
) -> Result<ProbeOutcome, Fault> {
    let name = name_of(post)?;
    let id = name.trim_start_matches("t3_");
    let request = read(call, &format!("comments/{id}")).query("sort", "new").query("depth", "1");
    let response = send(request.query("limit", PAGE.to_string()), call).await;
    let read = response.and_then(|response| {
        // The post, then what is under it.
        let response = response.accepted(|a| problem::fault(a, Operation::Read))?;
        let all: Vec<Value> = response.json()?;
        let below = all.into_iter().nth(1).ok_or_else(|| response.unreadable())?;
        serde_json::from_value::<Thing<Listing<Entry>>>(below).map_err(|_| response.unreadable())
    });
    let below = match read {
        Ok(below) => below.data.children,
        Err(fault) => return ProbeOutcome::of_failed_probe(fault),
    };
    let (ours, from) = (plain(text), earliest(since));
    let recent = || below.iter().filter(|thing| thing.kind == "t1" && thing.data.since(from)).map(|thing| &thing.data);
    let is_ours = |c: &&Entry| c.is_by(call.handle) && plain(c.body.as_deref().unwrap_or_default()) == ours;
    if let Some(found) = recent().find(is_ours) {
        let url = found.page().or_else(|| post.url.clone());
        return Ok(ProbeOutcome::Live(RemotePost { id: found.name.clone(), url }));
    }
    // So many comments since the attempt that ours may be among those that were left out.
    if recent().count() >= PAGE {
        return Ok(ProbeOutcome::CannotTell("Reddit shows only a part of the comments under this post.".into()));
    }
    Ok(ProbeOutcome::Absent)
}
