//! What the tests of this folder share: the connectors with their cases, and the steps of a publication.

use super::cases::{Case, case};
use super::peer::{Peer, Reply, Seen};
use crate::connectors::{Checkpoint, Committed, Connector, Content, Fault, Media, Prepared, Publish, Wire, registry};
use crate::domain::options::OptionValue;
use crate::domain::platform::Platform;
use serde_json::Value;

/// Every connector that talks to a network, with its case. (Of those that publish by hand there is nothing to hear, and services
/// without accounts have no case.)
pub fn everyone() -> impl Iterator<Item = (&'static Connector, Case)> {
    let talks = |c: &&Connector| c.publish.is_some() || c.sign_in.is_some_and(|sign_in| sign_in.by_hand().is_none());
    registry::all().filter(talks).map(|c| (c, case(c.platform)))
}

pub fn everyone_who_publishes() -> impl Iterator<Item = (&'static dyn Publish, Case)> {
    everyone().filter_map(|(c, case)| Some((c.publish?, case)))
}

/// With another text, and another title where it has one.
pub fn saying(mut content: Content, text: &str) -> Content {
    content.text = text.into();
    if content.options.has("title") {
        content.options.set("title", OptionValue::Text(text.into()));
    }
    content
}

/// With a link card.
pub fn linking(mut content: Content, link: impl Into<String>) -> Content {
    content.link = Some(link.into());
    content
}

/// With these pictures.
pub fn showing(mut content: Content, media: Vec<Media>) -> Content {
    content.media = media;
    content
}

/// A call of this case.
macro_rules! call {
    ($case:expr, $wire:expr) => {
        $crate::connectors::Call {
            wire: $wire,
            keys: &$crate::connectors::conformance::cases::keys(),
            grant: &$crate::connectors::conformance::cases::grant(),
            account: $case.account,
            handle: $case.handle,
            facts: &serde_json::Value::Null,
        }
    };
}
pub(super) use call;

/// Prepares from `had` to the end; every checkpoint on the way, and the last one.
pub async fn prepare(
    publish: &dyn Publish,
    case: &Case,
    wire: &Wire,
    content: &Content,
    had: Option<Checkpoint>,
) -> Result<(Vec<Checkpoint>, Checkpoint), Fault> {
    let (mut steps, mut had) = (vec![], had);
    loop {
        assert!(steps.len() < 50, "{}: prepare does not come to an end", case.platform);
        match publish.prepare(&call!(case, wire), content, had.as_ref()).await? {
            Prepared::More(checkpoint) | Prepared::Waiting { checkpoint, .. } => {
                steps.push(checkpoint.clone());
                had = Some(checkpoint);
            }
            Prepared::Ready(checkpoint) => return Ok((steps, checkpoint)),
        }
    }
}

/// A peer on which all is well but the irreversible call, which gets `reply`.
pub async fn peer_failing_at_commit(case: &Case, reply: Reply) -> Peer {
    let (well, commits) = (case.well, case.commits);
    Peer::start(move |seen| if commits(seen) && seen.method != "GET" { reply.clone() } else { well(seen) }).await
}

/// What `commit` makes of `reply`.
pub async fn commit_against(publish: &dyn Publish, case: &Case, reply: Reply) -> Result<Committed, Fault> {
    let (peer, content) = (peer_failing_at_commit(case, reply).await, case.content(2));
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &checkpoint).await
}

pub fn kind<T>(result: &Result<T, Fault>) -> &'static str {
    result.as_ref().err().map_or("ok", Fault::kind)
}

pub fn of(platform: Platform) -> (&'static dyn Publish, Case) {
    (registry::find(platform).unwrap().publish.unwrap(), case(platform))
}

/// What `commit` makes of each answer.
pub async fn commits(platform: Platform, rows: Vec<(u16, Value, &str)>) {
    let (publish, case) = of(platform);
    for (status, body, expected) in rows {
        let got = commit_against(publish, &case, Reply::json(status, body.clone())).await;
        assert_eq!(kind(&got), expected, "{platform} {status} {body}: {got:?}");
    }
}

/// The body of the irreversible call for this content.
pub async fn sent(platform: Platform, content: &Content) -> Seen {
    let (publish, case) = of(platform);
    let peer = Peer::start(case.well).await;
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, &case, &wire, content, None).await.unwrap();
    let committed = publish.commit(&call!(case, &wire), content, &checkpoint).await;
    assert!(matches!(committed, Ok(Committed::Live(_))), "{committed:?}");
    peer.seen().into_iter().rfind(|s| s.method == "POST").unwrap()
}
