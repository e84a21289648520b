//! What the demo company needs: connections that are ready and a history that is already published.

use super::registry;
use super::state::Sandbox;
use super::tokens::{Consent, Minted};
use super::world::{Post, PostPicture};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};

/// A consent that was given without a consent page.
#[derive(Clone, Debug)]
pub struct IssuedGrant {
    pub access: String,
    pub refresh: Option<String>,
    pub access_expires_at: DateTime<Utc>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
}

/// A post that was put into an account's history.
#[derive(Clone, Debug)]
pub struct InsertedPost {
    /// As the platform's API names it.
    pub id: String,
    /// Permalink at the platform.
    pub url: String,
}

impl Sandbox {
    /// Tokens for an account (id or handle), as if a person had consented to everything that publishing needs.
    /// `client` must be the client id that later refreshes them. `None`: no such platform or account.
    pub async fn issue_grant(&self, platform: Platform, account: &str, client: &str) -> Option<IssuedGrant> {
        let stand_in = registry::find(platform)?;
        let scopes: Vec<String> = stand_in.publish_scopes().iter().map(|s| (*s).to_owned()).collect();
        let now = self.now();
        let Minted { access, refresh, access_expires_at, refresh_expires_at, .. } = {
            let mut world = self.world();
            let id = world.account(platform, account)?.id.clone();
            stand_in.issue_tokens(&mut world, &Consent { platform, account: &id, client, scopes: &scopes }, now)
        };
        self.save_now().await;
        Some(IssuedGrant { access, refresh, access_expires_at, refresh_expires_at, scopes })
    }

    /// Puts a post into an account's history, as published at `at`, with pictures and videos by address. `None`: no such
    /// platform or account.
    pub async fn insert_post(
        &self,
        platform: Platform,
        account: &str,
        text: &str,
        at: DateTime<Utc>,
        image_urls: &[String],
    ) -> Option<InsertedPost> {
        let stand_in = registry::find(platform)?;
        let inserted = {
            let mut world = self.world();
            let account = world.account(platform, account)?.clone();
            let post = stand_in.history_post(&mut world, &account, text, at);
            let inserted = InsertedPost { id: post.id.clone(), url: post.url.clone() };
            let pictures = image_urls
                .iter()
                .map(|address| PostPicture {
                    id: world.graph_id(),
                    key: None,
                    url: Some(address.clone()),
                    alt: String::new(),
                    // What the media routes call videos.
                    video: [".mp4", ".mov", ".webm"].iter().any(|end| address.ends_with(end)),
                })
                .collect();
            world.posts.push(Post {
                text: text.to_owned(),
                pictures,
                inserted: true,
                ..Post::new(platform, post, &account, at)
            });
            inserted
        };
        self.touch();
        Some(inserted)
    }
}
