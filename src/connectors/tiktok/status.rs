//! What became of something that was sent, by its `publish_id`.

use super::{post, problem, send};
use crate::connectors::{Call, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    fail_reason: String,
    /// TikTok's spelling. Numbers of 64 bits.
    #[serde(default, rename = "publicaly_available_post_id")]
    posts: Vec<Value>,
    uploaded_bytes: Option<u64>,
}

/// How far it is.
#[derive(Debug, PartialEq)]
pub enum Stage {
    /// Bytes are missing, or TikTok does not say how many are there.
    Uploading(Option<u64>),
    Working,
    /// With the post's id where everybody can see it: not at once, and never for a post that only some can see.
    Published(Option<String>),
    /// It is in the account's inbox, where a person has to finish it.
    Inbox,
    /// Nothing was published.
    Failed(String),
}

pub async fn ask(call: &Call<'_>, publish_id: &str) -> Result<Stage, Fault> {
    let request = post(call, "post/publish/status/fetch", &json!({ "publish_id": publish_id }));
    let Answer { status, fail_reason, posts, uploaded_bytes } = send(request, call.grant).await?;
    Ok(match status.as_str() {
        "PROCESSING_UPLOAD" => Stage::Uploading(uploaded_bytes),
        "PUBLISH_COMPLETE" => Stage::Published(posts.iter().find_map(id_of)),
        "SEND_TO_USER_INBOX" => Stage::Inbox,
        "FAILED" => Stage::Failed(fail_reason),
        // PROCESSING_DOWNLOAD, and what may be added to it.
        _ => Stage::Working,
    })
}

fn id_of(value: &Value) -> Option<String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    (text.len() <= 30 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// Whether TikTok's own trouble was why nothing was published, so that the same may be sent again.
pub fn is_theirs(reason: &str) -> bool {
    reason == "internal"
}

/// Why nothing was published.
pub fn why(reason: &str) -> Fault {
    problem::failed(reason)
}
