//! Bluesky against the AT Protocol's own server (`support::pds`).

mod program;
mod relay;
mod server;
mod stand_in;

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// The collection of posts.
const POSTS: &str = "app.bsky.feed.post";

/// A record key as posts must have it: a TID, which counts microseconds in base 32. Written out here, so that the
/// connector's own way is not tested against itself.
fn record_key() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = chrono::Utc::now().timestamp_micros().unsigned_abs();
    let later = |last: u64| Some(now.max(last + 1));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later).unwrap_or_default();
    let micros = now.max(last + 1);
    let number = micros << 10;
    let digit = |n: u32| b"234567abcdefghijklmnopqrstuvwxyz"[(number >> (5 * n) & 31) as usize] as char;
    (0..13).rev().map(digit).collect()
}

/// A post of a text, made now.
fn post(text: &str) -> Value {
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    json!({ "$type": POSTS, "text": text, "createdAt": now })
}

/// A little PNG.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(vec![]);
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([64, 128, 192]));
    picture.write_to(&mut out, image::ImageFormat::Png).expect("a picture");
    out.into_inner()
}
