//! The handle on the running stand-ins: their world behind one lock, their clock, and what tests do with them.

use super::faults::{Fault, FaultKind, Operation};
use super::openai::Models;
use super::persist;
use super::pictures::Pictures;
use super::registry;
use super::world::{Account, Comment, Post, TokenStatus, World};
use crate::domain::platform::Platform;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How the stand-ins behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// File that keeps accounts, tokens and posts across restarts; pictures go to a folder beside it.
    pub snapshot: Option<PathBuf>,
    /// How long the platforms process an upload: an Instagram container is `IN_PROGRESS`, a LinkedIn image `PROCESSING`, an
    /// X GIF `in_progress`.
    pub processing: Duration,
    /// Multiplies the platforms' own limits per window (posts per 15 minutes, per day); for load tests.
    pub limit_factor: u32,
    /// Accepts the same content (the same Instagram container) again and again, which no platform does: for tests that
    /// must see a second call as a second post instead of an error.
    pub takes_repeats: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { snapshot: None, processing: Duration::from_millis(1500), limit_factor: 1, takes_repeats: false }
    }
}

/// Cheap to clone; all clones share one world.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    options: Options,
    world: Mutex<World>,
    pictures: Pictures,
    models: Mutex<Models>,
    client: reqwest::Client,
    /// Milliseconds by which the clock here is ahead of the real one.
    ahead: AtomicI64,
    dirty: AtomicBool,
    wake: Notify,
    /// One snapshot at a time, in order.
    saving: tokio::sync::Mutex<()>,
    stop: CancellationToken,
}

impl Sandbox {
    /// Starts from the snapshot, if there is one. Errors: the snapshot's folder cannot be used.
    pub fn new(options: Options) -> io::Result<Self> {
        // The client that fetches pictures needs a TLS provider; the program has installed one already, a test may not.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder()
            .user_agent("lux-sandbox (stand-in for a platform's picture fetcher)")
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15))
            .redirect(reqwest::redirect::Policy::limited(3))
            .build()
            .map_err(io::Error::other)?;
        let world = persist::load(options.snapshot.as_deref())?.unwrap_or_else(World::new);
        let pictures = Pictures::new(options.snapshot.as_deref())?;
        Ok(Self(Arc::new(Inner {
            options,
            world: Mutex::new(world),
            pictures,
            models: Mutex::default(),
            client,
            ahead: AtomicI64::new(0),
            dirty: AtomicBool::new(false),
            wake: Notify::new(),
            saving: tokio::sync::Mutex::new(()),
            stop: CancellationToken::new(),
        })))
    }

    /// The world, locked. Never held across an await; a panic in another request does not lock it for good.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the stand-in for language models remembers, locked.
    pub(super) fn models(&self) -> MutexGuard<'_, Models> {
        self.0.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(super) fn pictures(&self) -> &Pictures {
        &self.0.pictures
    }

    pub(super) fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    /// A platform's limit, times the factor of the options.
    pub(super) fn limit(&self, official: u32) -> u32 {
        official.saturating_mul(self.0.options.limit_factor.max(1))
    }

    /// How long a platform processes an upload.
    pub(super) fn processing(&self) -> TimeDelta {
        TimeDelta::from_std(self.0.options.processing).unwrap_or(TimeDelta::zero())
    }

    /// The time at the platforms.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::milliseconds(self.0.ahead.load(Ordering::Relaxed))
    }

    /// Puts the clock forward, so that codes, tokens and containers age; ten years ahead at most, within which all times can be
    /// reckoned with.
    pub fn advance(&self, by: Duration) {
        const MOST: i64 = 10 * 365 * 24 * 3_600_000;
        let ms = i64::try_from(by.as_millis()).unwrap_or(MOST);
        let ahead = |ahead: i64| Some(ahead.saturating_add(ms).min(MOST));
        let _ = self.0.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, ahead);
    }

    // ---- faults and counters

    /// Makes the next `fault.times` matching requests fail that way.
    pub fn inject(&self, fault: Fault) {
        self.world().faults.push(fault);
    }

    /// Takes back the faults for which this is true.
    pub(super) fn turn_off(&self, which: impl Fn(&Fault) -> bool) {
        self.world().faults.retain(|fault| !which(fault));
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        let mut world = self.world();
        world.faults.clear();
        world.spoiled.clear();
    }

    /// How many requests of that kind arrived, faults included. `Operation::Any` counts all of them.
    pub fn requests(&self, platform: Platform, operation: Operation) -> u64 {
        let world = self.world();
        let counted = world
            .requests
            .iter()
            .filter(|((at, op), _)| *at == platform && (operation == Operation::Any || *op == operation));
        counted.map(|(_, n)| n).sum()
    }

    /// How many requests each kind of fault has hit, by operation, over all platforms.
    pub fn faults_hit(&self) -> BTreeMap<(Operation, FaultKind), u64> {
        let mut sums = BTreeMap::new();
        for ((_, operation, kind), n) in &self.world().hit {
            *sums.entry((*operation, *kind)).or_default() += n;
        }
        sums
    }

    // ---- accounts, posts, tokens

    /// Adds so many accounts at a platform; empty where there is no stand-in.
    pub fn add_accounts(&self, platform: Platform, many: usize) -> Vec<Account> {
        let Some(stand_in) = registry::find(platform) else { return vec![] };
        let mut world = self.world();
        let there = world.accounts.iter().filter(|a| a.platform == platform).count();
        let added: Vec<_> = (there + 1..=there + many).map(|number| stand_in.numbered_account(number)).collect();
        world.accounts.extend(added.iter().cloned());
        drop(world);
        self.touch();
        added
    }

    pub fn accounts(&self, platform: Platform) -> Vec<Account> {
        self.world().accounts.iter().filter(|a| a.platform == platform).cloned().collect()
    }

    /// Every post of a platform in the order of arrival, inserted and deleted ones too.
    pub fn posts(&self, platform: Platform) -> Vec<Post> {
        self.world().posts.iter().filter(|p| p.platform == platform).cloned().collect()
    }

    /// Every comment of a platform in the order of arrival.
    pub fn comments(&self, platform: Platform) -> Vec<Comment> {
        self.world().comments.iter().filter(|c| c.platform == platform).cloned().collect()
    }

    /// The next file that this platform works on turns out to be no good, as late as the platform says so.
    pub fn spoil(&self, platform: Platform) {
        *self.world().spoiled.entry(platform).or_default() += 1;
    }

    /// Whether the file that has just come is one of those.
    pub(super) fn spoils(&self, platform: Platform) -> bool {
        let mut world = self.world();
        let left = world.spoiled.get_mut(&platform).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }

    /// Takes all permissions from the tokens of a platform, as if the people had left them out when they were asked.
    pub fn take_scopes(&self, platform: Platform) {
        let mut world = self.world();
        world.access.values_mut().filter(|token| token.platform == platform).for_each(|token| token.scopes.clear());
        world.refresh.values_mut().filter(|token| token.platform == platform).for_each(|token| token.scopes.clear());
        drop(world);
        self.touch();
    }

    /// Makes every access token of an account expire; returns how many. Refresh tokens stay valid.
    pub fn expire_tokens(&self, platform: Platform, account: &str) -> usize {
        self.end_tokens(platform, account, TokenStatus::Expired)
    }

    /// Revokes the app's access to an account, refresh tokens included; returns how many tokens that ended.
    pub fn revoke_account(&self, platform: Platform, account: &str) -> usize {
        self.end_tokens(platform, account, TokenStatus::Revoked)
    }

    fn end_tokens(&self, platform: Platform, account: &str, status: TokenStatus) -> usize {
        let Some(stand_in) = registry::find(platform) else { return 0 };
        let mut world = self.world();
        let Some(id) = world.account(platform, account).map(|a| a.id.clone()) else { return 0 };
        let ended = stand_in.end_tokens(&mut world, &id, status);
        drop(world);
        self.touch();
        ended
    }

    /// Forgets everything but the demo accounts: tokens, posts, uploads, faults, counters; the clock is the real one again.
    pub async fn reset(&self) {
        *self.world() = World::new();
        self.0.ahead.store(0, Ordering::Relaxed);
        self.0.pictures.clear().await;
        self.save_now().await;
    }

    // ---- the snapshot

    /// Something changed: it will be on disk within a second.
    pub(super) fn touch(&self) {
        self.0.dirty.store(true, Ordering::Release);
        self.0.wake.notify_one();
    }

    /// Something changed that the platform must not forget, even if the process dies now.
    pub(super) async fn save_now(&self) {
        self.0.dirty.store(true, Ordering::Release);
        self.save().await;
    }

    /// Writes the snapshot if there is one and anything changed.
    pub async fn save(&self) {
        let Some(file) = self.0.options.snapshot.clone() else { return };
        let _turn = self.0.saving.lock().await;
        if !self.0.dirty.swap(false, Ordering::AcqRel) {
            return;
        }
        let bytes = {
            let now = self.now();
            let mut world = self.world();
            world.tidy(now);
            persist::encode(&world)
        };
        let written = match bytes {
            Ok(bytes) => persist::write(file.clone(), bytes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::warn!(file = %file.display(), %error, "the sandbox could not save its state");
            self.0.dirty.store(true, Ordering::Release);
        }
    }

    /// Saves after changes, at most twice a second, until the server stops.
    pub(super) async fn keep_saving(self) {
        loop {
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = self.0.wake.notified() => {}
            }
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
            self.save().await;
        }
    }

    pub(super) fn stop(&self) {
        self.0.stop.cancel();
    }

    /// Resolves when the server stops.
    pub(super) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        self.0.stop.clone().cancelled_owned()
    }
}
