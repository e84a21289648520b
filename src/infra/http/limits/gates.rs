//! How many calls to one platform may be under way on this node at once. (One account has one post at a time anyway: the
//! queue sees to that.)

use crate::domain::platform::Platform;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many publishing calls a node makes at a time, unless `LUX_<PLATFORM>_CONCURRENCY` says otherwise. No platform
/// publishes such a number; X, Instagram and Facebook limit by window only, so theirs just keeps a burst from using up
/// sockets. The others follow what Postiz runs with (`maxConcurrentJob`, main branch, seen 2026-08: LinkedIn 2, Pinterest 3,
/// Reddit 1, YouTube 200, TikTok 10000; X 10, Instagram 400, Facebook 500), LinkedIn with more room, as its limits are
/// per day and account and not per moment.
pub const fn usual(platform: Platform) -> usize {
    match platform {
        Platform::X | Platform::Instagram | Platform::Facebook | Platform::TikTok => 512,
        Platform::YouTube => 128,
        Platform::LinkedIn => 64,
        Platform::Pinterest => 3,
        Platform::Reddit => 1,
        _ => 32,
    }
}

/// The permit to make one call; given back when it is dropped.
#[derive(Debug)]
#[must_use = "the gate closes behind a permit that is dropped"]
pub struct Permit {
    _held: OwnedSemaphorePermit,
}

/// One gate per platform.
#[derive(Debug)]
pub struct Gates(BTreeMap<Platform, Arc<Semaphore>>);

impl Default for Gates {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

impl Gates {
    /// `other`: numbers that differ from the usual ones.
    pub fn new(other: &BTreeMap<Platform, usize>) -> Self {
        let gate = |p: Platform| {
            let permits = other.get(&p).copied().unwrap_or(usual(p)).clamp(1, Semaphore::MAX_PERMITS);
            (p, Arc::new(Semaphore::new(permits)))
        };
        Self(Platform::ALL.into_iter().map(gate).collect())
    }

    /// Waits, in the order of asking, until one more call to this platform may begin. To be held until its answer.
    pub async fn acquire(&self, platform: Platform) -> Permit {
        let gate = self.0.get(&platform).expect("every platform has a gate").clone();
        Permit { _held: gate.acquire_owned().await.expect("gates are never closed") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn no_more_than_allowed_and_each_platform_by_itself() {
        let gates = Gates::new(&BTreeMap::from([(Platform::X, 2)]));
        let first = gates.acquire(Platform::X).await;
        let _second = gates.acquire(Platform::X).await;
        assert!(gates.acquire(Platform::X).now_or_never().is_none());
        assert!(gates.acquire(Platform::LinkedIn).now_or_never().is_some());
        drop(first);
        assert!(gates.acquire(Platform::X).now_or_never().is_some());
    }
}
