//! Our clients for the outside platforms: the contract. One file (or folder) per platform, one line in `registry`.
//! Read in this order: this file, `fault`, `wire` (the only way out), `rate_limits` (what responses say of budgets),
//! `oauth` and `credentials` (the two ways of signing in, as data), `by_hand` (accounts to which nothing is sent), `recent` (lists of newest posts), then one
//! platform. `link_page` reads the page behind a
//! link for those who make its card from what we tell them.
//!
//! Connectors are stateless. Capabilities are `Option`s, so that a declared capability cannot disagree with the code.
//! Publishing is split so that exactly one request is irreversible: `prepare` (uploads and containers, safe to repeat,
//! remote ids kept in the [`Checkpoint`]) -> `commit` (the one call) -> `probe` (read only: did it happen?).

pub mod bluesky;
pub mod by_hand;
mod checkpoint;
mod choices;
mod compare;
#[cfg(test)]
mod conformance;
pub mod converse;
pub mod credentials;
pub mod facebook;
pub mod fault;
pub mod instagram;
pub mod link_page;
pub mod linkedin;
pub mod lookup;
mod media;
mod meta;
pub mod models;
pub mod oauth;
pub mod object_store;
pub mod pinterest;
pub mod rate_limits;
pub mod recent;
pub mod reddit;
pub mod registry;
pub mod snapchat;
pub mod tiktok;
pub mod wire;
pub mod x;
pub mod youtube;

pub use checkpoint::Checkpoint;
pub use choices::Choices;
pub use converse::Converse;
pub use credentials::Credentials;
pub use fault::Fault;
pub use lookup::{Address, FoundPost, Lookup};
pub use media::{Files, Media, MediaSource};
pub use oauth::Consent;
pub use rate_limits::RateLimitHeaders;
pub use recent::{Recent, RecentPage};
pub use wire::Wire;

use crate::domain::platform::Platform;
use crate::domain::post::{PartKind, PostContent};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// A company's app credentials for one platform: field name (as in `domain::keys`) to value.
#[derive(Clone, Default)]
pub struct AppKeys(pub BTreeMap<String, SecretString>);

impl AppKeys {
    /// The value of a field; `Fault::NotConfigured` names it when it is missing.
    pub fn get(&self, field: &'static str) -> Result<&SecretString, Fault> {
        self.0.get(field).ok_or(Fault::NotConfigured { field })
    }
}

/// What a person's consent gave us. Never serialised, never logged.
#[derive(Clone)]
pub struct Grant {
    pub access: SecretString,
    pub refresh: Option<SecretString>,
    pub access_expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
}

/// An account that the consent covers and that can be connected.
#[derive(Clone, Debug)]
pub struct RemoteAccount {
    /// The id that the platform's API uses for it.
    pub remote_id: String,
    /// `@northwind`, `northwind.roasters`: as people know it.
    pub handle: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    pub profile_url: Option<String>,
    /// What the connector wants to know later (small, no secrets).
    pub facts: Value,
}

impl RemoteAccount {
    /// Bytes of an id or an address.
    const LONGEST: usize = 2_000;
    /// Characters of a name.
    const LONGEST_NAME: usize = 200;

    /// As it can be stored and shown, whatever the platform said: names without control characters and cut where they are
    /// too long, addresses that are too long left out. `None` for one whose id is no id.
    pub fn bounded(self) -> Option<Self> {
        let is_plain = |text: &str| text.len() <= Self::LONGEST && !text.contains(char::is_control);
        let name = |text: String| text.chars().filter(|c| !c.is_control()).take(Self::LONGEST_NAME).collect();
        (is_plain(&self.remote_id) && !self.remote_id.is_empty()).then(|| Self {
            handle: name(self.handle),
            display_name: name(self.display_name),
            picture_url: self.picture_url.filter(|url| is_plain(url)),
            profile_url: self.profile_url.filter(|url| is_plain(url)),
            ..self
        })
    }
}

/// Everything that one call needs; made anew for each step.
pub struct Call<'a> {
    pub wire: &'a Wire,
    pub keys: &'a AppKeys,
    pub grant: &'a Grant,
    /// The connected account's id at the platform.
    pub account: &'a str,
    pub handle: &'a str,
    /// What `SignIn::accounts` or `SignIn::open` said of it.
    pub facts: &'a Value,
}

impl Call<'_> {
    /// Whether the account has allowed all of these; `what` they are for, in words. Accounts that were connected before something
    /// was asked for have not; what is not known of an account it is taken to have.
    fn needs(&self, scopes: &[&str], what: &str) -> Result<(), Fault> {
        let granted = &self.grant.scopes;
        let lacks = |scope: &&&str| !granted.iter().any(|g| g == **scope);
        let missing: Vec<_> = scopes.iter().filter(lacks).map(|scope| (*scope).to_owned()).collect();
        if granted.is_empty() || missing.is_empty() {
            return Ok(());
        }
        let message = format!("it was connected without the permission to {what}");
        Err(Fault::NotAllowed { message, scopes: missing })
    }
}

/// One post as this connection gets it.
#[derive(Clone)]
pub struct Content {
    pub post: PostContent<Media>,
    pub role: ContentRole,
}

impl Deref for Content {
    type Target = PostContent<Media>;

    fn deref(&self) -> &Self::Target {
        &self.post
    }
}

impl DerefMut for Content {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.post
    }
}

/// What a content is published as. Replies and comments are text only: whatever else the content has is not sent. A
/// connector that cannot do it says [`Fault::Unsupported`] (`domain::limits::part_rules` says who can).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContentRole {
    /// A post of its own.
    #[default]
    Post,
    /// The next post of a thread, answering this one.
    ReplyTo(RemotePost),
    /// A comment under this post.
    CommentOn(RemotePost),
}

impl ContentRole {
    /// The post under which this is a comment; `None`: it is a post of its own. For platforms without threads.
    fn commented_on(&self, platform: Platform) -> Result<Option<&RemotePost>, Fault> {
        match self {
            Self::Post => Ok(None),
            Self::CommentOn(post) => Ok(Some(post)),
            Self::ReplyTo(_) => Err(Self::unsupported(platform, "threads")),
        }
    }

    /// A reply where there are no threads, a comment where they cannot be written.
    fn unsupported(platform: Platform, what: &str) -> Fault {
        Fault::Unsupported { message: format!("{} has no {what}", platform.name()) }
    }
}

/// A post that exists at the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemotePost {
    pub id: String,
    /// Where a person can see it.
    pub url: Option<String>,
}

/// The result of one `prepare` step. The caller saves the checkpoint before it does anything else.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// More steps to do at once: save the checkpoint, call `prepare` again.
    More(Checkpoint),
    /// The platform is still working: save, call `prepare` again after this time.
    Waiting { checkpoint: Checkpoint, recheck_after: Duration },
    /// Only the irreversible call is left.
    Ready(Checkpoint),
}

/// The result of `commit`.
#[derive(Clone, Debug)]
pub enum Committed {
    Live(RemotePost),
    /// Accepted, not visible yet; ask with `probe`.
    Processing {
        checkpoint: Checkpoint,
        recheck_after: Duration,
    },
}

/// What `probe` found.
#[derive(Clone, Debug)]
pub enum ProbeOutcome {
    Live(RemotePost),
    Processing {
        recheck_after: Duration,
    },
    /// Provably not there: arming again is safe.
    Absent,
    /// The platform took the call and says that it published nothing, and why: the same post would fail again.
    Refused(Fault),
    /// The platform cannot tell us: a person must look.
    CannotTell(String),
}

impl ProbeOutcome {
    /// What a probe that failed means: passing troubles stay faults (probe again later), lasting ones mean that this
    /// platform cannot tell us.
    pub fn of_failed_probe(fault: Fault) -> Result<Self, Fault> {
        match fault {
            Fault::Transient { .. }
            | Fault::RateLimited { .. }
            | Fault::AuthExpired { .. }
            | Fault::NotConfigured { .. }
            | Fault::Disconnected { .. } => Err(fault),
            lasting => Ok(Self::CannotTell(lasting.to_string())),
        }
    }
}

/// A platform that we can talk to, and what can be done there: the server's half of its spec (the other one is in
/// `domain::platforms`).
pub struct Connector {
    pub platform: Platform,
    /// Where its responses say how much is left.
    pub rate_limits: RateLimitHeaders,
    /// The keys can be tried without a connection.
    pub test: Option<&'static dyn TestKeys>,
    pub sign_in: Option<&'static dyn SignIn>,
    pub publish: Option<&'static dyn Publish>,
    /// For options that choose from what the account has there.
    pub choices: Option<&'static dyn Choices>,
    /// Comments under what was published.
    pub converse: Option<&'static dyn Converse>,
    /// The account's newest posts.
    pub recent: Option<&'static dyn Recent>,
}

impl Connector {
    /// A network: people sign in, publish, and can see what an account has published lately.
    pub const fn social<T: SignIn + Publish + Recent>(
        platform: Platform,
        it: &'static T,
        rate_limits: RateLimitHeaders,
    ) -> Self {
        Self {
            platform,
            rate_limits,
            test: Some(it),
            sign_in: Some(it),
            publish: Some(it),
            choices: None,
            converse: None,
            recent: Some(it),
        }
    }

    /// The same, where comments can be read and answered.
    pub const fn conversing(self, it: &'static dyn Converse) -> Self {
        Self { converse: Some(it), ..self }
    }
}

/// "Test" in Settings -> Integrations.
#[async_trait]
pub trait TestKeys: Send + Sync {
    /// Asks the platform whether it knows these keys; the answer in one sentence.
    async fn test(&self, wire: &Wire, keys: &AppKeys) -> Result<String, Fault>;
}

/// Where people sign in, the token address knows the app's keys.
#[async_trait]
impl<T: SignIn> TestKeys for T {
    async fn test(&self, wire: &Wire, keys: &AppKeys) -> Result<String, Fault> {
        let flow = self.method().flow()?;
        match self.open_by_keys(wire, keys).await {
            Some(Ok(_)) => Ok(format!("{} accepted the keys and the password.", flow.platform.name())),
            Some(Err(fault)) => Err(fault),
            None => oauth::test_keys(flow, wire, keys).await,
        }
    }
}

/// How a person gives us access to an account.
#[derive(Clone, Copy, Debug)]
pub enum SignInMethod {
    /// On a page of the platform, by OAuth 2.
    Consent(&'static oauth::Flow),
    /// In a form of ours, with a password that the platform makes for programs.
    Form(&'static credentials::Form),
}

impl SignInMethod {
    /// The flow; `Unsupported` where people fill in a form.
    pub fn flow(self) -> Result<&'static oauth::Flow, Fault> {
        match self {
            Self::Consent(flow) => Ok(flow),
            Self::Form(_) => Err(Fault::Unsupported { message: "This platform has no consent page.".into() }),
        }
    }
}

/// Connecting an account. Consent pages are described as data and the steps have defaults in `oauth`; for a form,
/// `open`, `refresh` and `revoke` are the connector's own.
#[async_trait]
pub trait SignIn: Send + Sync {
    fn method(&self) -> SignInMethod;

    /// The flow of an app with these keys: what it may ask for can depend on what the app was approved for. Default: that of
    /// `method`.
    fn flow(&self, keys: &AppKeys) -> Result<&'static oauth::Flow, Fault> {
        let _ = keys;
        self.method().flow()
    }

    /// Swaps the code of a consent for a grant. Default: the standard form post described by the flow.
    async fn exchange(&self, wire: &Wire, keys: &AppKeys, consent: &Consent<'_>) -> Result<Grant, Fault> {
        oauth::exchange(self.method().flow()?, wire, keys, consent).await
    }

    /// Signs in with what was typed into the form; nothing of it is kept. The accounts come with the grant, as the form may
    /// say on which server they are. `Fault::InvalidContent` names fields of the form.
    async fn open(&self, wire: &Wire, typed: &Credentials) -> Result<(Grant, Vec<RemoteAccount>), Fault> {
        let _ = (wire, typed);
        Err(Fault::Unsupported { message: "This platform has a consent page of its own.".into() })
    }

    /// Access that the company's keys give by themselves, as they hold a person's password (Reddit's apps of the type
    /// "script"): no consent is asked for then. `None`: they do not.
    async fn open_by_keys(&self, wire: &Wire, keys: &AppKeys) -> Option<Result<Grant, Fault>> {
        let _ = (wire, keys);
        None
    }

    /// The grant with which one account of those that a consent covers is used. Default: the consent's own.
    async fn grant_of(&self, wire: &Wire, grant: &Grant, account: &RemoteAccount) -> Result<Grant, Fault> {
        let _ = (wire, account);
        Ok(grant.clone())
    }

    /// A fresh grant for an old one. `Fault::AuthExpired` means that a person must consent again. Where a grant is still
    /// good but cannot be renewed (LinkedIn without refresh tokens, Instagram on the first day) it comes back unchanged:
    /// a caller that refreshes because of `AuthExpired` must therefore do so once per call, not in a loop. `facts`: what
    /// `accounts` or `open` said of the account.
    async fn refresh(&self, wire: &Wire, keys: &AppKeys, grant: &Grant, facts: &Value) -> Result<Grant, Fault> {
        let _ = facts;
        oauth::refresh(self.method().flow()?, wire, keys, grant).await
    }

    /// For accounts that people publish to themselves.
    fn by_hand(&self) -> Option<&by_hand::ByHand> {
        None
    }

    /// Whether a grant without a refresh token can be renewed all the same (Instagram renews the access token itself).
    fn renews_access_itself(&self) -> bool {
        false
    }

    /// The accounts that the grant covers (pages, organisations, the person).
    async fn accounts(&self, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault>;

    /// The member of an account's facts that says whose consent it is, where one consent serves several accounts and taking
    /// it back ends all of them: it is taken back with the last of them only.
    fn consent_is_of(&self) -> Option<&'static str> {
        None
    }

    /// Takes the grant back at the platform. `Fault::Unsupported` where it offers no way. `facts` as for `refresh`.
    async fn revoke(&self, wire: &Wire, keys: &AppKeys, grant: &Grant, facts: &Value) -> Result<(), Fault> {
        let _ = facts;
        oauth::revoke(self.method().flow()?, wire, keys, grant).await
    }
}

/// Posts, threads and comments under the company's accounts.
#[async_trait]
pub trait Publish: Send + Sync {
    /// The next step that can be repeated safely. `had` is the checkpoint of the step before; `None` at the start.
    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault>;

    /// The one irreversible call. Never called twice for one armed attempt.
    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault>;

    /// Read only: is the post there? `since` is when its first attempt was armed.
    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault>;

    /// Adds a picture to a post that is there, as its option `option` says (a thumbnail). It may be called again with the same
    /// picture, and what goes wrong is told and changes nothing about the post.
    async fn add_picture(&self, call: &Call<'_>, post: &RemotePost, option: &str, media: &Media) -> Result<(), Fault> {
        let _ = (call, post, option, media);
        Err(Fault::Unsupported { message: "This platform takes no such picture.".into() })
    }

    /// Whether what was published can be taken back.
    fn deletes(&self) -> bool {
        false
    }

    /// Takes a post back; one that is gone already counts as taken back.
    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let _ = (call, post);
        Err(Fault::Unsupported { message: "Posts of this platform are deleted there.".into() })
    }

    /// The permissions without which nothing can be published, as the platform names them; none where an account's sign-in
    /// allows everything (app passwords).
    fn scopes(&self, pictures: bool) -> &'static [&'static str];

    /// The same for one account, where that depends on what `SignIn::accounts` said of it.
    fn account_scopes(&self, facts: &Value, pictures: bool) -> &'static [&'static str] {
        let _ = facts;
        self.scopes(pictures)
    }

    /// The permissions that a further part of a post needs beyond those.
    fn part_scopes(&self, kind: PartKind) -> &'static [&'static str] {
        let _ = kind;
        &[]
    }

    /// Whether the platform fetches pictures from our public addresses itself.
    fn fetches_media(&self) -> bool {
        false
    }

    /// The id that `commit` would have given, read out of the address of a post. For posts of which a person told us only
    /// where they are, and which are to be answered or commented on.
    fn id_in(&self, _address: &str) -> Option<String> {
        None
    }

    /// Whether this is the address of a post, without asking anybody.
    fn address(&self, address: &str) -> Address;

    /// Whether there is such a post of this account, by reading only. For addresses that [`Publish::address`] takes.
    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault>;

    /// The limited calls that publishing this content makes, as the ledger of limits names them
    /// (`rate_limits::endpoint`): while one of them is used up, publishing need not begin.
    fn spends(&self, content: &Content) -> &'static [&'static str] {
        let _ = content;
        &[]
    }

    /// How much of such a limit one post without extras takes: 1 where the platform counts calls, more where it counts points.
    fn cost(&self) -> i32 {
        1
    }

    /// Why this access can never be asked what became of a call; `None`: `probe` can find out. A person is asked at once
    /// then, as waiting would tell nothing.
    fn blind(&self, grant: &Grant) -> Option<&'static str> {
        let _ = grant;
        None
    }

    /// How long after arming an `Absent` is to be believed: the platform's indexing lag, longer than our own deadline.
    fn grace(&self) -> Duration;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_stored_as_far_as_it_can_be() {
        let account = |id: &str| RemoteAccount {
            remote_id: id.into(),
            handle: format!("@a\0{}", "b".repeat(1_000_000)),
            display_name: "Tab\there".into(),
            picture_url: Some("https://x.example/\0".into()),
            profile_url: Some("https://x.example/a".into()),
            facts: Value::Null,
        };
        let bounded = account("did:plc:abc").bounded().expect("an account");
        assert_eq!((bounded.handle.len(), &bounded.handle[..3]), (200, "@ab"));
        assert_eq!((bounded.display_name.as_str(), bounded.picture_url), ("Tabhere", None));
        assert_eq!(bounded.profile_url.as_deref(), Some("https://x.example/a"));
        assert!(["", "a\0", &"x".repeat(2_001)].iter().all(|id| account(id).bounded().is_none()));
    }
}
