//! `lux sink`: a platform that takes every post at once and counts, for measuring. Any POST is a publication, known by a
//! marker `benchpost-<number>-<due, ms since 1970>` anywhere in its body; `GET /stats` says what arrived and how late. Any
//! other GET is answered as X answers for a timeline: with what arrived under the same token.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
struct Seen {
    latency: Duration,
    /// Arrivals of each post.
    posts: HashMap<u64, u32>,
    /// What was posted with each token: when, and the body.
    timelines: HashMap<String, Vec<(DateTime<Utc>, Bytes)>>,
    /// Microseconds between due and first arrival.
    late: Vec<i64>,
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
}

type Sink = Arc<Mutex<Seen>>;

/// Listens until the process is stopped.
pub async fn run(addr: SocketAddr) -> Result<(), String> {
    let sink = Sink::default();
    let routes = Router::new()
        .route("/reset", post(reset))
        .route("/stats", get(stats))
        .fallback(get(timeline).post(publish))
        .with_state(sink);
    let listener =
        tokio::net::TcpListener::bind(addr).await.map_err(|e| format!("{addr} cannot be listened on: {e}"))?;
    println!("The sink listens on http://{addr}");
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes).await.map_err(|e| e.to_string())
}

#[derive(Deserialize)]
struct Reset {
    #[serde(default)]
    latency_ms: u64,
}

async fn reset(State(sink): State<Sink>, Query(reset): Query<Reset>) -> Json<Value> {
    let latency = Duration::from_millis(reset.latency_ms);
    *sink.lock().unwrap_or_else(PoisonError::into_inner) = Seen { latency, ..Seen::default() };
    Json(json!({ "latency_ms": reset.latency_ms }))
}

/// Whose request it is.
fn token(headers: &HeaderMap) -> String {
    headers.get(AUTHORIZATION).map_or_else(String::new, |value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

async fn publish(State(sink): State<Sink>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let now = Utc::now();
    let (latency, n) = {
        let mut seen = sink.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, due)) = marker(&body) {
            let arrivals = seen.posts.entry(id).or_default();
            *arrivals += 1;
            if *arrivals == 1 {
                seen.late.push(now.timestamp_micros() - due * 1000);
                seen.first.get_or_insert(now);
                seen.last = Some(now);
            }
            seen.timelines.entry(token(&headers)).or_default().push((now, body));
        }
        (seen.latency, seen.late.len())
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    Json(json!({ "data": { "id": format!("sink-{n}") } }))
}

#[derive(Deserialize)]
struct Asked {
    start_time: Option<DateTime<Utc>>,
}

/// The newest hundred since then, and whether there are more.
/// Source: <https://docs.x.com/x-api/users/get-posts>
async fn timeline(State(sink): State<Sink>, Query(asked): Query<Asked>, headers: HeaderMap) -> Json<Value> {
    const PAGE: usize = 100;
    let seen = sink.lock().unwrap_or_else(PoisonError::into_inner);
    let posts = seen.timelines.get(&token(&headers)).map_or(&[][..], Vec::as_slice);
    let since = asked.start_time.unwrap_or_default();
    let wanted: Vec<_> = posts.iter().rev().take_while(|(at, _)| *at >= since).take(PAGE + 1).collect();
    let data: Vec<_> = (wanted.iter().take(PAGE))
        .filter_map(|(at, body)| {
            let (id, _) = marker(body)?;
            let sent: Value = serde_json::from_slice(body).ok()?;
            Some(json!({ "id": id.to_string(), "text": sent["text"], "created_at": at }))
        })
        .collect();
    match wanted.len() > PAGE {
        true => Json(json!({ "data": data, "meta": { "next_token": "more" } })),
        false => Json(json!({ "data": data, "meta": {} })),
    }
}

async fn stats(State(sink): State<Sink>) -> Json<Value> {
    let seen = sink.lock().unwrap_or_else(PoisonError::into_inner);
    let mut late = seen.late.clone();
    late.sort_unstable();
    let at =
        |q: f64| late.get(((late.len() as f64 * q).ceil() as usize).saturating_sub(1)).map(|us| *us as f64 / 1000.0);
    let span = seen.first.zip(seen.last).map(|(first, last)| (last - first).as_seconds_f64());
    Json(json!({
        "unique": seen.posts.len(),
        "duplicates": seen.posts.values().map(|n| n - 1).sum::<u32>(),
        "early": late.iter().filter(|us| **us < 0).count(),
        "rate": span.filter(|s| *s > 0.0).map(|s| (seen.posts.len().saturating_sub(1)) as f64 / s),
        "last_ms": seen.last.map(|at| at.timestamp_millis()),
        "late_ms": { "min": at(0.0), "p50": at(0.5), "p99": at(0.99), "max": at(1.0) },
    }))
}

fn marker(body: &[u8]) -> Option<(u64, i64)> {
    const MARK: &[u8] = b"benchpost-";
    let start = body.windows(MARK.len()).position(|w| w == MARK)? + MARK.len();
    let text = std::str::from_utf8(body.get(start..(start + 40).min(body.len()))?).ok()?;
    let (id, rest) = text.split_once('-')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((id.parse().ok()?, rest[..digits].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_known_by_its_marker() {
        assert_eq!(marker(br#"{"text":"Hello benchpost-17-1790000000000"}"#), Some((17, 1_790_000_000_000)));
        assert_eq!(marker(b"benchpost-x-1"), None);
        assert_eq!(marker(b"nothing"), None);
    }
}
