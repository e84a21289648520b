//! What this process counts of itself, for `/metrics`: numbers that only grow, without locks.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Upper bounds of the time of a request, in milliseconds.
pub const BOUNDS_MS: [u64; 7] = [10, 50, 100, 500, 1_000, 5_000, 30_000];

/// Requests by the first digit of their status, and by how long they took.
static BY_STATUS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
static BY_TIME: [AtomicU64; 8] = [const { AtomicU64::new(0) }; 8];
static MICROS: AtomicU64 = AtomicU64::new(0);
static STARTED: LazyLock<SystemTime> = LazyLock::new(SystemTime::now);

/// A request was answered.
pub fn request(status: u16, took: Duration) {
    LazyLock::force(&STARTED);
    let class = usize::from(status / 100).clamp(1, 5) - 1;
    if let Some(count) = BY_STATUS.get(class) {
        count.fetch_add(1, Ordering::Relaxed);
    }
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let place = BOUNDS_MS.iter().position(|bound| ms <= *bound).unwrap_or(BOUNDS_MS.len());
    if let Some(count) = BY_TIME.get(place) {
        count.fetch_add(1, Ordering::Relaxed);
    }
    MICROS.fetch_add(u64::try_from(took.as_micros()).unwrap_or_default(), Ordering::Relaxed);
}

/// Numbers of requests as they stand now.
#[derive(Debug, PartialEq)]
pub struct Requests {
    /// With a status of 100 to 199, 200 to 299 and so on.
    pub by_status: [u64; 5],
    /// As fast as each of [`BOUNDS_MS`], and slower than all.
    pub by_time: [u64; 8],
    pub seconds: f64,
}

pub fn requests() -> Requests {
    Requests {
        by_status: BY_STATUS.each_ref().map(|count| count.load(Ordering::Relaxed)),
        by_time: BY_TIME.each_ref().map(|count| count.load(Ordering::Relaxed)),
        seconds: MICROS.load(Ordering::Relaxed) as f64 / 1e6,
    }
}

/// When the process began to answer.
pub fn started() -> SystemTime {
    *STARTED
}

/// Bytes of memory that the process has, and files that it has open; `None` where the system does not say (it is not Linux).
pub fn resident() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    let page = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok()??;
    Some(pages * u64::try_from(page).ok()?)
}

pub fn open_files() -> Option<u64> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as u64)
}
