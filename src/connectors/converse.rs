//! Comments under what an account has published: reading and answering them, hiding what others wrote, taking back what
//! the account wrote itself.
//!
//! An answer is sent like a post: `prepare` (safe to repeat, its result is kept) -> `reply` (the one irreversible call) ->
//! `find_reply` (read only: is it there?). Reading, hiding and removing may be repeated.

use super::{Call, Checkpoint, Fault, ProbeOutcome, RemotePost};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;

/// A comment as a platform shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteComment {
    pub id: String,
    /// The comment that it answers; `None`: it stands under the post itself.
    pub parent: Option<String>,
    /// As people know them there; empty where the platform does not say.
    pub author: String,
    pub text: String,
    pub at: DateTime<Utc>,
    /// The account itself has written it.
    pub ours: bool,
    pub hidden: bool,
    /// Where a person can see it.
    pub url: Option<String>,
}

impl RemoteComment {
    /// Bytes of an id or an address.
    const LONGEST: usize = 2_000;
    /// Characters of a name.
    const LONGEST_NAME: usize = 200;
    /// Characters of a text: no platform takes longer comments.
    const LONGEST_TEXT: usize = 10_000;

    /// As it can be stored and shown, whatever the platform said: texts are cut, addresses that are too long left out.
    /// `None` for one whose id is no id.
    pub fn bounded(self) -> Option<Self> {
        let is_plain = |text: &str| !text.is_empty() && text.len() <= Self::LONGEST && !text.contains(char::is_control);
        let cut = |text: &str, longest, keeps: fn(char) -> bool| -> String {
            text.chars().filter(|c| !c.is_control() || keeps(*c)).take(longest).collect()
        };
        is_plain(&self.id).then(|| Self {
            parent: self.parent.filter(|id| is_plain(id)),
            author: cut(&self.author, Self::LONGEST_NAME, |_| false),
            text: cut(&self.text, Self::LONGEST_TEXT, |c| c == '\n'),
            url: self.url.filter(|url| is_plain(url) && url.starts_with("https://")),
            ..self
        })
    }
}

/// Some comments of a post, newest first.
#[derive(Clone, Debug)]
pub struct CommentPage {
    pub comments: Vec<RemoteComment>,
    /// With every answer of each comment. Otherwise one that is missing may be there all the same.
    pub whole: bool,
    /// For asking for those that come behind; `None`: these were the last.
    pub next: Option<String>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The comment's id.
    pub comment: String,
    /// The comment that it answers itself.
    pub parent: Option<String>,
    /// The post under which it stands.
    pub post: RemotePost,
}

impl Answered {
    /// Where answers are one level deep: the comment under the post in whose row it stands.
    pub fn top(&self) -> &str {
        self.parent.as_deref().unwrap_or(&self.comment)
    }
}

/// Whether an account has allowed all of these. Accounts that were connected before something was asked for have not.
pub fn needs(call: &Call<'_>, scopes: &[&str]) -> Result<(), Fault> {
    call.needs(scopes, "read and answer comments")
}

/// What can be done with comments at a platform.
#[async_trait]
pub trait Converse: Send + Sync {
    /// The permissions that all of this needs beyond those of publishing. Accounts that were connected before they were asked for do not
    /// have them, and must be connected again.
    fn scopes(&self) -> &'static [&'static str];

    /// The longest answer, in UTF-16 units.
    fn longest(&self) -> usize;

    /// The comments of a post, answers among them, newest first; `page` as [`CommentPage::next`] gave it.
    async fn comments(&self, call: &Call<'_>, post: &RemotePost, page: Option<&str>) -> Result<CommentPage, Fault>;

    /// What has to be known before an answer can be sent; safe to repeat.
    async fn prepare(&self, call: &Call<'_>, to: &Answered, text: &str) -> Result<Checkpoint, Fault> {
        let _ = (call, to, text);
        Ok(Value::Null)
    }

    /// The one irreversible call; the answer's id. Never called twice for one armed attempt.
    async fn reply(&self, call: &Call<'_>, to: &Answered, text: &str, checkpoint: &Checkpoint)
    -> Result<String, Fault>;

    /// Read only: is the answer there? `since` is when its first attempt was armed.
    async fn find_reply(
        &self,
        call: &Call<'_>,
        to: &Answered,
        text: &str,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault>;

    /// Below which comment the answer to another one stands: mostly, answers are one level deep.
    fn below<'a>(&self, to: &'a Answered) -> &'a str {
        to.top()
    }

    /// Whether what others wrote can be hidden.
    fn hides(&self) -> bool {
        false
    }

    /// Whether a hidden comment, and what answers it, stays in the list of the post's comments. Where it does not, that one is
    /// missing says nothing about whether it was deleted.
    fn lists_hidden(&self) -> bool {
        true
    }

    /// Hides a comment, or shows it again. What is so already counts as done.
    async fn hide(&self, call: &Call<'_>, comment: &str, hidden: bool) -> Result<(), Fault> {
        let _ = (call, comment, hidden);
        Err(Fault::Unsupported { message: "comments are hidden there".into() })
    }

    /// Whether what the account wrote itself can be taken back.
    fn removes(&self) -> bool {
        false
    }

    /// Takes back what the account wrote itself. What is gone already counts as done.
    async fn remove(&self, call: &Call<'_>, comment: &str) -> Result<(), Fault> {
        let _ = (call, comment);
        Err(Fault::Unsupported { message: "comments are deleted there".into() })
    }

    /// How long after arming an absence is to be believed; longer than our own deadline for the call.
    fn grace(&self) -> Duration;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_stored_as_far_as_it_can_be() {
        let comment = |id: &str| RemoteComment {
            id: id.into(),
            parent: Some("a\0".into()),
            author: format!("A\tdam{}", "m".repeat(1_000)),
            text: format!("One\r\n\0two{}", "x".repeat(20_000)),
            at: Utc::now(),
            ours: false,
            hidden: false,
            url: Some("javascript:alert(1)".into()),
        };
        let bounded = comment("1_2").bounded().expect("a comment");
        assert_eq!((bounded.author.len(), &bounded.author[..4]), (200, "Adam"));
        assert_eq!((bounded.text.len(), &bounded.text[..7]), (10_000, "One\ntwo"));
        assert_eq!((bounded.parent, bounded.url), (None, None));
        assert!(["", "a\0", &"x".repeat(2_001)].iter().all(|id| comment(id).bounded().is_none()));
    }
}
