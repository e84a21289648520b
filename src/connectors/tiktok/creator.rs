//! What the account may do right now. TikTok demands that it is asked before each post: to whom it may post, what its own
//! settings forbid, how long its videos may be.

use super::problem::{self, audience};
use super::{TikTok, post, send};
use crate::connectors::{Call, Choices, Content, Fault};
use crate::domain::options::RemoteChoice;
use crate::domain::platforms::tiktok::{AUDIENCES, ONLY_ME, TikTokOptions};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub(super) struct Creator {
    #[serde(default)]
    creator_username: String,
    privacy_level_options: Vec<String>,
    #[serde(default)]
    comment_disabled: bool,
    #[serde(default)]
    duet_disabled: bool,
    #[serde(default)]
    stitch_disabled: bool,
    max_video_post_duration_sec: Option<u64>,
}

impl Creator {
    /// As addresses have it.
    pub fn username(&self) -> Option<String> {
        let is_name = |name: &&str| name.len() <= 100 && !name.contains(|c: char| c.is_control() || "/?#%".contains(c));
        Some(self.creator_username.as_str()).filter(|name| !name.is_empty()).filter(is_name).map(str::to_owned)
    }

    /// What the account's own settings have against this post; its audience.
    pub fn check(&self, content: &Content, options: &TikTokOptions) -> Result<String, Fault> {
        let Some(chosen) = options.privacy.as_deref().filter(|chosen| !chosen.is_empty()) else {
            return Err(audience("TikTok wants to know who can see this. Choose it."));
        };
        if !self.privacy_level_options.iter().any(|level| level == chosen) {
            return Err(audience("This account cannot post to the chosen audience any more. Choose who can see this."));
        }
        if options.branded_content && chosen == ONLY_ME {
            return Err(audience("TikTok does not show branded content to “Only me”. Choose another audience."));
        }
        let film = content.media.iter().find_map(|media| media.facts.video.as_ref());
        let is_video = film.is_some();
        for (wanted, forbidden, field, what) in [
            (options.comments, self.comment_disabled, "options.comments", "comments"),
            (options.duet && is_video, self.duet_disabled, "options.duet", "duets"),
            (options.stitch && is_video, self.stitch_disabled, "options.stitch", "stitches"),
        ] {
            if wanted && forbidden {
                let message = format!(
                    "The account's settings at TikTok allow no {what}. Switch “Allow {what}” off, or change them in TikTok's app."
                );
                return Err(problem::content(field, &message));
            }
        }
        let longest = self.max_video_post_duration_sec.filter(|most| *most > 0);
        if let Some((most, film)) = longest.zip(film)
            && film.millis > most.saturating_mul(1_000)
        {
            let message = format!(
                "TikTok takes videos of {most} seconds from this account; this one lasts {}. Cut it shorter.",
                film.millis.div_ceil(1_000)
            );
            return Err(problem::content("media", &message));
        }
        Ok(chosen.to_owned())
    }
}

pub(super) async fn ask(call: &Call<'_>) -> Result<Creator, Fault> {
    send(post(call, "post/publish/creator_info/query", &json!({})), call.grant).await
}

#[async_trait]
impl Choices for TikTok {
    async fn choices(&self, call: &Call<'_>, source: &str, _: &str) -> Result<Vec<RemoteChoice>, Fault> {
        if source != AUDIENCES {
            return Err(Fault::Unsupported { message: "TikTok has no such list.".into() });
        }
        let levels = ask(call).await?.privacy_level_options.into_iter();
        Ok(levels.map(|id| RemoteChoice { label: label(&id).to_owned(), id }).collect())
    }
}

/// An audience as TikTok's app names it.
fn label(level: &str) -> &str {
    match level {
        "PUBLIC_TO_EVERYONE" => "Everyone",
        "MUTUAL_FOLLOW_FRIENDS" => "Friends (followers that you follow back)",
        "FOLLOWER_OF_CREATOR" => "Followers",
        ONLY_ME => "Only me",
        other => other,
    }
}
