//! What the demo company needs: connections that are ready and a history that is already published.

use super::ask::Network;
use super::state::Sandbox;
use super::tokens::{Consent, Minted};
use super::world::{Post, PostPicture};
use super::{instagram, linkedin, x};
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
    /// `client` must be the client id that later refreshes them. Instagram gets a long-lived token. `None`: no such
    /// account.
    pub async fn issue_grant(&self, platform: Platform, account: &str, client: &str) -> Option<IssuedGrant> {
        let network = Network::of(platform)?;
        let scopes: Vec<String> = match network {
            Network::X => x::PUBLISH_SCOPES,
            Network::LinkedIn => linkedin::PUBLISH_SCOPES,
            Network::Instagram => instagram::PUBLISH_SCOPES,
        }
        .iter()
        .map(|s| (*s).to_owned())
        .collect();
        let life = match network {
            Network::X => x::life(&scopes),
            Network::LinkedIn => linkedin::life(self, client),
            Network::Instagram => instagram::LONG,
        };
        let now = self.now();
        let Minted { access, refresh, access_expires_at, refresh_expires_at, .. } = {
            let mut world = self.world();
            let id = world.account(network, account)?.id.clone();
            world.mint(now, &Consent { network, account: &id, client, scopes: &scopes }, life)
        };
        self.save_now().await;
        Some(IssuedGrant { access, refresh, access_expires_at, refresh_expires_at, scopes })
    }

    /// Puts a post into an account's history, as published at `at`, with pictures by address. `None`: no such account.
    pub async fn insert_post(
        &self,
        platform: Platform,
        account: &str,
        text: &str,
        at: DateTime<Utc>,
        image_urls: &[String],
    ) -> Option<InsertedPost> {
        let network = Network::of(platform)?;
        let inserted = {
            let mut world = self.world();
            let account = world.account(network, account)?.clone();
            let (id, url) = match network {
                Network::X => x::new_id(&mut world, &account, at),
                Network::LinkedIn => linkedin::new_id(&mut world, at),
                Network::Instagram => instagram::new_id(&mut world),
            };
            let pictures = image_urls
                .iter()
                .map(|address| PostPicture {
                    id: world.graph_id(),
                    key: None,
                    url: Some(address.clone()),
                    alt: String::new(),
                })
                .collect();
            world.posts.push(Post {
                text: text.to_owned(),
                pictures,
                inserted: true,
                ..Post::new(network, (id.clone(), url.clone()), &account, at)
            });
            InsertedPost { id, url }
        };
        self.touch();
        Some(inserted)
    }
}
