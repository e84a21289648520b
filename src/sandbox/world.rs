//! What exists at the stand-in platforms: accounts, tokens, uploads, containers, posts.

use super::ask::Network;
use super::faults::{Fault, FaultKind, Operation};
use super::uploads::{Container, Upload};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An account that a person can choose on the consent page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub network: Network,
    /// The id that the platform's API uses: X's user id, LinkedIn's `sub`, Instagram's `user_id`.
    pub id: String,
    /// Instagram's second, app-scoped id, which its paths take as well; equal to `id` elsewhere.
    pub scoped_id: String,
    pub handle: String,
    pub name: String,
    pub about: String,
}

impl Account {
    /// By id or handle, with or without `@`.
    pub fn is(&self, wanted: &str) -> bool {
        let wanted = wanted.trim_start_matches('@');
        self.id == wanted || self.scoped_id == wanted || self.handle.eq_ignore_ascii_case(wanted)
    }
}

/// An authorisation code on its way to the token address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Code {
    pub network: Network,
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

/// Whether a token still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Standing {
    Good,
    /// Ended before its time.
    Expired,
    /// Taken back by the person or the app.
    Revoked,
    /// A newer one took its place.
    Replaced,
}

/// What the app shows with each call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AccessToken {
    pub network: Network,
    pub account: String,
    pub client: String,
    pub scopes: Vec<String>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub standing: Standing,
    /// One consent and everything that came of it.
    pub grant: u64,
    /// Instagram: lives 60 days and can be refreshed.
    pub long_lived: bool,
}

/// What the app gets a new access token for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    pub network: Network,
    pub account: String,
    pub client: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
    pub standing: Standing,
    pub grant: u64,
}

/// A picture of a post.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostPicture {
    /// The platform's id of the picture: X media id, LinkedIn image URN, Instagram media id.
    pub id: String,
    /// The picture that the stand-in keeps.
    pub key: Option<String>,
    /// Where it is, when the stand-in does not keep it (inserted history).
    pub url: Option<String>,
    pub alt: String,
}

/// A post that was published, or inserted as history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    pub network: Network,
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
    /// What else the platform was told.
    pub facts: Value,
}

impl Post {
    /// One that says nothing yet.
    pub(super) fn new(network: Network, (id, url): (String, String), account: &Account, at: DateTime<Utc>) -> Self {
        Self {
            network,
            id,
            account: account.id.clone(),
            text: String::new(),
            link: None,
            pictures: vec![],
            at,
            url,
            deleted_at: None,
            inserted: false,
            facts: json!({}),
        }
    }
}

/// A comment that was written through the API. (X has none: there, answers are posts.)
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comment {
    pub network: Network,
    /// As the API returns it.
    pub id: String,
    /// The post under which it stands.
    pub post: String,
    pub account: String,
    pub text: String,
    pub at: DateTime<Utc>,
}

/// Everything that the stand-in remembers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct World {
    pub accounts: Vec<Account>,
    pub codes: BTreeMap<String, Code>,
    pub access: BTreeMap<String, AccessToken>,
    pub refresh: BTreeMap<String, RefreshToken>,
    pub uploads: BTreeMap<String, Upload>,
    pub containers: BTreeMap<String, Container>,
    /// In the order in which they arrived.
    pub posts: Vec<Post>,
    /// The same; a snapshot of an earlier version has none.
    #[serde(default)]
    pub comments: Vec<Comment>,
    pub sequence: u64,
    #[serde(skip)]
    pub faults: Vec<Fault>,
    #[serde(skip)]
    pub requests: BTreeMap<(Network, Operation), u64>,
    /// How many of them a fault has hit.
    #[serde(skip)]
    pub hit: BTreeMap<(Network, Operation, FaultKind), u64>,
    /// Rate-limit windows: account and route to (start, calls).
    #[serde(skip)]
    pub windows: BTreeMap<(Network, String, &'static str), (DateTime<Utc>, u32)>,
}

impl World {
    pub fn new() -> Self {
        Self {
            accounts: accounts(),
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            uploads: BTreeMap::new(),
            containers: BTreeMap::new(),
            posts: vec![],
            comments: vec![],
            sequence: 0,
            faults: vec![],
            requests: BTreeMap::new(),
            hit: BTreeMap::new(),
            windows: BTreeMap::new(),
        }
    }

    pub fn account(&self, network: Network, wanted: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.network == network && a.is(wanted))
    }

    /// A post that is there (not deleted), by the platform's id.
    pub fn post(&self, network: Network, id: &str) -> Option<&Post> {
        self.posts.iter().rev().find(|p| p.network == network && p.id == id && p.deleted_at.is_none())
    }

    /// The same, to change it.
    pub fn post_mut(&mut self, network: Network, id: &str) -> Option<&mut Post> {
        self.posts.iter_mut().rev().find(|p| p.network == network && p.id == id && p.deleted_at.is_none())
    }

    /// An account's posts that are there, newest first.
    pub fn posts_of(&self, network: Network, account: &str) -> Vec<&Post> {
        let mut posts: Vec<&Post> = self
            .posts
            .iter()
            .filter(|p| p.network == network && p.account == account && p.deleted_at.is_none())
            .collect();
        posts.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.id.cmp(&a.id)));
        posts
    }

    /// The comments under a post, oldest first.
    pub fn comments_under(&self, network: Network, post: &str) -> Vec<Comment> {
        self.comments.iter().filter(|c| c.network == network && c.post == post).cloned().collect()
    }

    /// X: the posts that answer this one, oldest first.
    pub fn replies_to(&self, network: Network, post: &str) -> Vec<Post> {
        let answers = |p: &&Post| p.facts["in_reply_to_tweet_id"] == post && p.deleted_at.is_none();
        self.posts.iter().filter(|p| p.network == network).filter(answers).cloned().collect()
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

    /// Takes one call out of a rate-limit window: (limit left, when the window ends); `None` when it is used up.
    pub fn spend(
        &mut self,
        now: DateTime<Utc>,
        key: (Network, String, &'static str),
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

    /// Forgets what nobody can use any more, so that a snapshot does not grow for ever.
    pub fn tidy(&mut self, now: DateTime<Utc>) {
        let day = TimeDelta::days(1);
        self.codes.retain(|_, c| c.expires_at + day > now);
        self.access.retain(|_, t| t.expires_at + TimeDelta::days(30) > now);
        self.uploads.retain(|_, u| u.expires_at + day > now);
        self.containers.retain(|_, c| c.published.is_some() || c.created_at + TimeDelta::days(3) > now);
    }
}

/// One more account, with ids and a handle in the platform's own form.
pub(super) fn another(network: Network, number: usize) -> Account {
    let (id, scoped_id, handle) = match network {
        Network::X => (format!("{}", 1_710_000_000_000_000_000 + number), None, format!("northwind_{number}")),
        Network::LinkedIn => (format!("nwMore{number:04}"), None, format!("nora-north-{number}")),
        Network::Instagram => (
            format!("{}", 17_841_500_000_000_000 + number),
            Some(format!("{}", 24_100_000_000_000_000 + number)),
            format!("northwind.{number}"),
        ),
    };
    Account {
        network,
        scoped_id: scoped_id.unwrap_or_else(|| id.clone()),
        id,
        handle,
        name: format!("Northwind No. {number} (demo)"),
        about: "One of many accounts, for tests with many.".into(),
    }
}

/// Two demo accounts for each platform.
fn accounts() -> Vec<Account> {
    let account = |network, id: &str, scoped: &str, handle: &str, name: &str, about: &str| Account {
        network,
        id: id.into(),
        scoped_id: scoped.into(),
        handle: handle.into(),
        name: name.into(),
        about: about.into(),
    };
    let roasters = "A coffee roastery that exists only in this sandbox.";
    let lab = "The second demo account, for trying more than one connection.";
    vec![
        account(
            Network::X,
            "1700000000000000001",
            "1700000000000000001",
            "northwind_demo",
            "Northwind Roasters (demo)",
            roasters,
        ),
        account(Network::X, "1700000000000000002", "1700000000000000002", "northwind_lab", "Northwind Lab (demo)", lab),
        account(Network::LinkedIn, "nwDemo0001", "nwDemo0001", "nora-north-demo", "Nora North (demo)", roasters),
        account(Network::LinkedIn, "nwDemo0002", "nwDemo0002", "walt-west-demo", "Walt West (demo)", lab),
        account(
            Network::Instagram,
            "17841400000000001",
            "24000000000000001",
            "northwind.demo",
            "Northwind Roasters (demo)",
            roasters,
        ),
        account(
            Network::Instagram,
            "17841400000000002",
            "24000000000000002",
            "northwind.lab.demo",
            "Northwind Lab (demo)",
            lab,
        ),
    ]
}
