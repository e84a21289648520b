//! The first comment under a post: nothing to prepare, one irreversible call, and a probe that lists the post's comments.

use super::comments::{self, Found};
use super::problem::{self, Operation};
use super::{CONVERSING, GRAPH, graph, posts};
use crate::connectors::converse::needs;
use crate::connectors::meta::made;
use crate::connectors::wire::segment;
use crate::connectors::{Call, Committed, Fault, ProbeOutcome, RemotePost};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use http::Method;

/// What can be known before the call. Pages that were connected before comments were asked for lack the permissions; without
/// the one for reading nobody could find out what became of a call whose answer is lost.
pub(super) fn ready(call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
    needs(call, &CONVERSING)?;
    if posts::is_id(&post.id) {
        return Ok(());
    }
    let message = "it has not told us the id of the post; write the comment there by hand".into();
    Err(Fault::Unsupported { message })
}

/// The irreversible call.
pub(super) async fn write(call: &Call<'_>, text: &str, post: &RemotePost) -> Result<Committed, Fault> {
    let address = format!("{GRAPH}/{}/comments", segment(&post.id));
    let request = call.wire.mutate(Platform::Facebook, Method::POST, &address);
    let response = graph(request, &call.grant.access).form(&[("message", text)]).send().await?;
    let response = response.accepted(|a| of_comment(problem::fault(a, Operation::Comment)))?;
    Ok(Committed::Live(RemotePost { id: made(&response)?, url: post.url.clone() }))
}

/// Looks for it: same words, new enough, the Page's own, and no answer to another comment.
pub(super) async fn find(
    call: &Call<'_>,
    text: &str,
    post: &RemotePost,
    since: DateTime<Utc>,
) -> Result<ProbeOutcome, Fault> {
    match comments::find(call, &post.id, text, since, true).await {
        Ok(Found::Ours { id, url }) => Ok(ProbeOutcome::Live(RemotePost { id, url: url.or_else(|| post.url.clone()) })),
        Ok(Found::No) => Ok(ProbeOutcome::Absent),
        Ok(Found::Unclear) => {
            Ok(ProbeOutcome::CannotTell("Facebook shows only a part of the comments under this post.".into()))
        }
        Err(fault) => ProbeOutcome::of_failed_probe(fault),
    }
}

/// Commenting is a permission of its own: the Page is not parked for it, its posts go on.
fn of_comment(fault: Fault) -> Fault {
    match fault {
        Fault::NotAllowed { .. } | Fault::PermissionMissing { .. } => Fault::Permanent {
            code: "comments_forbidden".into(),
            message: format!(
                "it does not let this Page write comments. The post is out. Connect the Page again, allow comments ({}), \
                 then try again",
                CONVERSING.join(", ")
            ),
        },
        other => other,
    }
}
