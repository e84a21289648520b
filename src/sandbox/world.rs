//! What exists at the platforms: accounts, tokens, posts, comments, and what each platform keeps for itself.
//!
//! The types are also the format of the snapshot file; the aliases are names that older files have.

use super::faults::{Fault, FaultKind, Operation};
use super::platform_state::{PlatformState, PlatformStates};
use super::registry;
use crate::domain::platform::Platform;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An account that a person can choose on the consent page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    #[serde(alias = "network")]
    pub platform: Platform,
    /// The id that the platform's API uses: X's user id, LinkedIn's `sub`, Instagram's `user_id`.
    pub id: String,
    /// A second id that the API takes as well (Instagram's app-scoped one); equal to `id` where there is none.
    pub scoped_id: String,
    pub handle: String,
    pub name: String,
    pub about: String,
}

impl Account {
    /// An account with one id.
    pub(super) fn new(platform: Platform, id: &str, handle: &str, name: &str, about: &str) -> Self {
        Self {
            platform,
            id: id.into(),
            scoped_id: id.into(),
            handle: handle.into(),
            name: name.into(),
            about: about.into(),
        }
    }

    /// One of many accounts, for tests that need many.
    pub(super) fn numbered(platform: Platform, number: usize, id: &str, handle: &str) -> Self {
        let name = format!("Northwind No. {number} (demo)");
        Self::new(platform, id, handle, &name, "One of many accounts, for tests with many.")
    }

    pub(super) fn with_scoped_id(self, scoped_id: &str) -> Self {
        Self { scoped_id: scoped_id.into(), ..self }
    }

    /// By id or handle, with or without `@`.
    pub fn is(&self, wanted: &str) -> bool {
        let wanted = wanted.trim_start_matches('@');
        self.id == wanted || self.scoped_id == wanted || self.handle.eq_ignore_ascii_case(wanted)
    }
}

/// How the first demo account of a platform describes itself.
pub(super) const ABOUT_ROASTERS: &str = "A coffee roastery that exists only in this sandbox.";

/// How the second one does.
pub(super) const ABOUT_LAB: &str = "The second demo account, for trying more than one connection.";

/// An authorisation code on its way to the token address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Code {
    #[serde(alias = "network")]
    pub platform: Platform,
    pub account: String,
    pub client: String,
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub challenge: Option<Challenge>,
    pub expires_at: DateTime<Utc>,
    pub used: bool,
}

/// PKCE: what the verifier must match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Challenge {
    pub value: String,
    /// `S256`; otherwise `plain`.
    pub hashed: bool,
}

/// Whether a token is still valid. Its own expiry time comes on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TokenStatus {
    #[serde(alias = "Good")]
    Valid,
    /// Expired before its time.
    Expired,
    /// Revoked by the person or the app.
    Revoked,
    /// Replaced by a newer token.
    Replaced,
}

/// What the app sends with each call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AccessToken {
    #[serde(alias = "network")]
    pub platform: Platform,
    pub account: String,
    pub client: String,
    pub scopes: Vec<String>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    #[serde(alias = "standing")]
    pub status: TokenStatus,
    /// The consent from which this token and all its successors come.
    pub grant: u64,
    /// Instagram: lives 60 days and can be refreshed.
    pub long_lived: bool,
}

/// What the app exchanges for a new access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    #[serde(alias = "network")]
    pub platform: Platform,
    pub account: String,
    pub client: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
    #[serde(alias = "standing")]
    pub status: TokenStatus,
    pub grant: u64,
}

/// A picture of a post.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostPicture {
    /// The platform's id of the picture: X media id, LinkedIn image URN, Instagram media id.
    pub id: String,
    /// Key of the kept bytes.
    pub key: Option<String>,
    /// Its address, when the bytes are not kept here (inserted history).
    pub url: Option<String>,
    pub alt: String,
    /// It moves.
    #[serde(default)]
    pub video: bool,
}

/// A post that was published, or inserted as history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    #[serde(alias = "network")]
    pub platform: Platform,
    /// As the API returns it: post id, URN, media id.
    pub id: String,
    pub account: String,
    pub text: String,
    /// The page of a link card.
    pub link: Option<String>,
    pub pictures: Vec<PostPicture>,
    pub at: DateTime<Utc>,
    /// Permalink at the platform.
    pub url: String,
    pub deleted_at: Option<DateTime<Utc>>,
    /// Inserted, not published through the API.
    pub inserted: bool,
    /// What else the platform keeps with it, in the platform's own form.
    pub facts: Value,
}

/// How a post is named.
#[derive(Clone, Debug)]
pub(super) struct PostRef {
    /// As the API names it.
    pub id: String,
    /// Permalink at the platform.
    pub url: String,
}

impl Post {
    /// A post without content.
    pub(super) fn new(platform: Platform, post: PostRef, account: &Account, at: DateTime<Utc>) -> Self {
        Self {
            platform,
            id: post.id,
            account: account.id.clone(),
            text: String::new(),
            link: None,
            pictures: vec![],
            at,
            url: post.url,
            deleted_at: None,
            inserted: false,
            facts: json!({}),
        }
    }
}

/// A comment at a platform where replies are not posts: written through the API, or by a visitor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comment {
    #[serde(alias = "network")]
    pub platform: Platform,
    /// As the API returns it.
    pub id: String,
    /// The id of the post that it comments on.
    pub post: String,
    /// Empty for a visitor's.
    pub account: String,
    pub text: String,
    pub at: DateTime<Utc>,
    /// The visitor's name.
    #[serde(default)]
    pub author: Option<String>,
    /// The id of the comment that it answers.
    #[serde(default)]
    pub parent: Option<String>,
    /// By the account under whose post it is.
    #[serde(default)]
    pub hidden: bool,
    #[serde(default)]
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Comment {
    pub(super) fn new(
        platform: Platform,
        id: String,
        post: &str,
        account: &str,
        text: &str,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            platform,
            id,
            post: post.to_owned(),
            account: account.to_owned(),
            text: text.to_owned(),
            at,
            author: None,
            parent: None,
            hidden: false,
            deleted_at: None,
        }
    }
}

/// Everything that the stand-ins remember.
#[derive(Serialize, Deserialize)]
pub(super) struct World {
    pub accounts: Vec<Account>,
    pub codes: BTreeMap<String, Code>,
    pub access: BTreeMap<String, AccessToken>,
    pub refresh: BTreeMap<String, RefreshToken>,
    /// In order of arrival.
    pub posts: Vec<Post>,
    /// In order of arrival; older files have none.
    #[serde(default)]
    pub comments: Vec<Comment>,
    /// Counts up with every id that is given.
    pub sequence: u64,
    #[serde(default)]
    pub platform_states: PlatformStates,
    #[serde(skip)]
    pub faults: Vec<Fault>,
    #[serde(skip)]
    pub requests: BTreeMap<(Platform, Operation), u64>,
    /// How many of the next files that a platform works on turn out to be no good.
    #[serde(skip)]
    pub spoiled: BTreeMap<Platform, u32>,
    /// How many of the requests a fault has hit.
    #[serde(skip)]
    pub hit: BTreeMap<(Platform, Operation, FaultKind), u64>,
    /// Rate-limit windows: platform, account and route to (start, calls).
    #[serde(skip)]
    pub windows: BTreeMap<(Platform, String, &'static str), (DateTime<Utc>, u32)>,
}

impl World {
    /// One with the demo accounts only.
    pub fn new() -> Self {
        let mut world = Self {
            accounts: vec![],
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            posts: vec![],
            comments: vec![],
            sequence: 0,
            platform_states: PlatformStates::default(),
            faults: vec![],
            requests: BTreeMap::new(),
            spoiled: BTreeMap::new(),
            hit: BTreeMap::new(),
            windows: BTreeMap::new(),
        };
        world.add_demo_accounts();
        world
    }

    /// Adds the demo accounts of every platform that has no account: all of them in a new world, and those of a stand-in
    /// that is newer than the snapshot.
    pub fn add_demo_accounts(&mut self) {
        for stand_in in registry::STAND_INS {
            if !self.accounts.iter().any(|a| a.platform == stand_in.platform()) {
                self.accounts.extend(stand_in.demo_accounts());
            }
        }
    }

    /// What only this platform keeps.
    pub fn own<S: PlatformState>(&mut self) -> &mut S {
        self.platform_states.get()
    }

    pub fn account(&self, platform: Platform, wanted: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.platform == platform && a.is(wanted))
    }

    /// A post that is not deleted, by the platform's id.
    pub fn post(&self, platform: Platform, id: &str) -> Option<&Post> {
        self.posts.iter().rev().find(|p| p.platform == platform && p.id == id && p.deleted_at.is_none())
    }

    /// The same, to change it.
    pub fn post_mut(&mut self, platform: Platform, id: &str) -> Option<&mut Post> {
        self.posts.iter_mut().rev().find(|p| p.platform == platform && p.id == id && p.deleted_at.is_none())
    }

    /// An account's posts that are not deleted, newest first.
    pub fn posts_of(&self, platform: Platform, account: &str) -> Vec<&Post> {
        let mut posts: Vec<&Post> = self
            .posts
            .iter()
            .filter(|p| p.platform == platform && p.account == account && p.deleted_at.is_none())
            .collect();
        posts.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.id.cmp(&a.id)));
        posts
    }

    /// The comments under a post that are not deleted, oldest first.
    pub fn comments_under(&self, platform: Platform, post: &str) -> Vec<Comment> {
        let there = |c: &&Comment| c.platform == platform && c.post == post && c.deleted_at.is_none();
        self.comments.iter().filter(there).cloned().collect()
    }

    /// A comment that is not deleted, under a post of this account that is there.
    pub fn comment_mut(&mut self, platform: Platform, account: &str, id: &str) -> Option<&mut Comment> {
        let under = self.comments.iter().find(|c| c.platform == platform && c.id == id)?.post.clone();
        self.post(platform, &under).filter(|post| post.account == account)?;
        self.comments.iter_mut().find(|c| c.platform == platform && c.id == id && c.deleted_at.is_none())
    }

    /// A new 19-digit id that sorts by time, as X and LinkedIn have them.
    pub fn snowflake(&mut self, at: DateTime<Utc>) -> u64 {
        // X's own epoch; the low 22 bits are machine and sequence there, only a sequence here.
        const EPOCH_MS: i64 = 1_288_834_974_657;
        self.sequence += 1;
        let ms = u64::try_from(at.timestamp_millis() - EPOCH_MS).unwrap_or(0);
        (ms << 22) | (self.sequence & 0x3f_ffff)
    }

    /// A new 17-digit id, as Instagram has them.
    pub fn graph_id(&mut self) -> String {
        self.sequence += 1;
        format!("{}", 18_000_000_000_000_000 + self.sequence)
    }

    /// Counts one call in a rate-limit window: (calls left, when the window ends); `None` when no call was left.
    pub fn spend(
        &mut self,
        now: DateTime<Utc>,
        key: (Platform, String, &'static str),
        limit: u32,
        window: TimeDelta,
    ) -> (Option<u32>, DateTime<Utc>) {
        let entry = self.windows.entry(key).or_insert((now, 0));
        if now >= entry.0 + window {
            *entry = (now, 0);
        }
        let ends = entry.0 + window;
        if entry.1 >= limit {
            return (None, ends);
        }
        entry.1 += 1;
        (Some(limit - entry.1), ends)
    }

    /// Removes what no request can use any more, so that the snapshot does not grow for ever.
    pub fn tidy(&mut self, now: DateTime<Utc>) {
        let day = TimeDelta::days(1);
        self.codes.retain(|_, c| c.expires_at + day > now);
        self.access.retain(|_, t| t.expires_at + TimeDelta::days(30) > now);
        self.platform_states.tidy(now);
    }
}
