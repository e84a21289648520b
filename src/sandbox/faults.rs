//! Switchable faults. Every request to a platform goes through [`serve`].

use super::request::PlatformRequest;
use super::stand_in::RateLimitFault;
use super::state::Sandbox;
use super::world::TokenStatus;
use crate::domain::platform::Platform;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;

/// What a request is for; derived from its route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The one irreversible call, which publishes a post or writes a comment: X `POST /2/tweets`, LinkedIn
    /// `POST /rest/posts`, Instagram `media_publish`.
    Commit,
    /// Uploads, alternative texts, containers.
    Prepare,
    /// Signing in, exchanging, refreshing and revoking tokens.
    Token,
    Read,
    /// Deleting a post.
    Retract,
    /// A page for people; no fault applies to it.
    Page,
    /// In faults and counts only: every operation. Faults do not hit pages.
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Not executed; the platform's rate-limit error, `seconds` until the limit ends (default 60).
    RateLimit,
    /// The same for a limit on the whole app instead of this account: LinkedIn names the day and no time, X the end of the
    /// app's 24 hours, Instagram's error is the same as for `RateLimit`.
    AppRateLimit,
    /// Not executed; the platform's 5xx.
    ServerError,
    /// Executed; the platform's 5xx nevertheless.
    ServerErrorAfterAccept,
    /// Executed after `ms` (default 3000), whether the caller is still connected or not.
    Slow,
    /// Executed at once, the true response is sent after `ms` (default 3000).
    LateAnswer,
    /// Executed, then nothing is sent for `ms` (default 90 000), then the connection is closed.
    TimeoutAfterAccept,
    /// Not executed; the connection is closed.
    DropBeforeAccept,
    /// The token of this request is expired from now on (at the token address: the code or refresh token).
    ExpiredToken,
    /// The person revoked the app's access just before this request.
    RevokedAccount,
}

impl FaultKind {
    pub const ALL: [FaultKind; 10] = [
        Self::RateLimit,
        Self::AppRateLimit,
        Self::ServerError,
        Self::ServerErrorAfterAccept,
        Self::Slow,
        Self::LateAnswer,
        Self::TimeoutAfterAccept,
        Self::DropBeforeAccept,
        Self::ExpiredToken,
        Self::RevokedAccount,
    ];
}

/// What goes wrong, where, and how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    pub platform: Platform,
    pub operation: Operation,
    pub kind: FaultKind,
    /// The id of the account whose requests it hits; those of every account without one. Requests that say nothing of whose they
    /// are (to stores for files, to token addresses) are hit by faults without one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How many requests it hits.
    #[serde(default = "once")]
    pub times: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// The share of the matching requests that it hits, in per cent; all of them by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Selects which requests belong to that share: the same number selects the same ones by order of arrival.
    #[serde(default)]
    pub salt: u64,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// Hits the next request of that kind.
    pub fn once(platform: Platform, operation: Operation, kind: FaultKind) -> Self {
        Self { platform, operation, kind, account: None, times: 1, ms: None, seconds: None, percent: None, salt: 0 }
    }

    /// Whether it does the same in the same place.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let what = (self.platform, self.operation, self.kind) == (other.platform, other.operation, other.kind);
        what && self.account == other.account
    }

    /// Whether the request with this number belongs to the share that is hit.
    fn picks(&self, number: u64) -> bool {
        let Some(percent) = self.percent else { return true };
        // SplitMix64: neighbouring numbers give unrelated results.
        let mut z = number.wrapping_add(self.salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 100 < u64::from(percent)
    }
}

/// Counts a request, and answers it as the platform does or as the fault demands.
pub(super) async fn serve(sandbox: Sandbox, request: PlatformRequest) -> Response {
    let operation = request.stand_in.operation(&request);
    let due = count(&sandbox, &request, operation);
    let Some(fault) = due else { return execute(&sandbox, &request, operation).await };
    tracing::debug!(platform = request.platform().id(), ?operation, kind = ?fault.kind, "sandbox fault");
    match fault.kind {
        FaultKind::RateLimit | FaultKind::AppRateLimit => {
            let wait = TimeDelta::seconds(i64::from(fault.seconds.unwrap_or(60)));
            let limit = RateLimitFault {
                ends: sandbox.now() + wait,
                wait,
                seconds: fault.seconds,
                whole_app: fault.kind == FaultKind::AppRateLimit,
            };
            request.stand_in.rate_limited(&request, &limit)
        }
        FaultKind::ServerError => request.stand_in.server_error(&request),
        FaultKind::ServerErrorAfterAccept => {
            execute(&sandbox, &request, operation).await;
            request.stand_in.server_error(&request)
        }
        FaultKind::Slow => {
            let wait = Duration::from_millis(fault.ms.unwrap_or(3_000));
            // A task of its own: the platform goes on when the caller disconnects.
            let work = tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                execute(&sandbox, &request, operation).await
            });
            work.await.unwrap_or_else(|_| connection_closed())
        }
        FaultKind::LateAnswer => {
            let response = execute(&sandbox, &request, operation).await;
            tokio::time::sleep(Duration::from_millis(fault.ms.unwrap_or(3_000))).await;
            response
        }
        FaultKind::TimeoutAfterAccept => {
            execute(&sandbox, &request, operation).await;
            let silence = Duration::from_millis(fault.ms.unwrap_or(90_000));
            tokio::select! {
                () = tokio::time::sleep(silence) => {}
                () = sandbox.stopped() => {}
            }
            connection_closed()
        }
        FaultKind::DropBeforeAccept => connection_closed(),
        FaultKind::ExpiredToken => {
            end_credentials(&sandbox, &request, TokenStatus::Expired).await;
            execute(&sandbox, &request, operation).await
        }
        FaultKind::RevokedAccount => {
            end_credentials(&sandbox, &request, TokenStatus::Revoked).await;
            execute(&sandbox, &request, operation).await
        }
    }
}

/// Counts a request; the fault that hits it, if one does.
fn count(sandbox: &Sandbox, request: &PlatformRequest, operation: Operation) -> Option<Fault> {
    let platform = request.platform();
    let mut world = sandbox.world();
    let number = world.requests.entry((platform, operation)).or_default();
    *number += 1;
    let number = *number;
    if operation == Operation::Page {
        return None;
    }
    let whose = world.faults.iter().any(|f| f.account.is_some());
    let whose = if whose { request.stand_in.account_of(&mut world, request) } else { None };
    let is_whose = |f: &Fault| f.account.is_none() || f.account == whose;
    let is_what = |f: &Fault| f.operation == operation || f.operation == Operation::Any;
    let hits = |f: &Fault| f.platform == platform && is_what(f) && is_whose(f);
    let at = world.faults.iter().position(|f| hits(f) && f.times > 0 && f.picks(number))?;
    let fault = world.faults[at].clone();
    *world.hit.entry((platform, operation, fault.kind)).or_default() += 1;
    world.faults[at].times -= 1;
    if world.faults[at].times == 0 {
        world.faults.remove(at);
    }
    Some(fault)
}

/// The platform's own response. What the platform must not forget is on disk before it is sent.
async fn execute(sandbox: &Sandbox, request: &PlatformRequest, operation: Operation) -> Response {
    let response = request.stand_in.respond(sandbox, request).await.unwrap_or_else(Response::from);
    match operation {
        Operation::Commit | Operation::Token | Operation::Retract => sandbox.save_now().await,
        Operation::Prepare | Operation::Page => sandbox.touch(),
        Operation::Read | Operation::Any => {}
    }
    response
}

/// Ends the tokens and codes that the request contains; with `Revoked`, all tokens of their account.
async fn end_credentials(sandbox: &Sandbox, request: &PlatformRequest, status: TokenStatus) {
    let mut values: Vec<String> = request.params().await.into_iter().map(|(_, value)| value).collect();
    values.extend(request.bearer().map(str::to_owned));
    request.stand_in.end_credentials(&mut sandbox.world(), &values, status, sandbox.now());
}

/// A response that never arrives: its body fails at once, upon which the server closes the connection before it has
/// written anything of the head.
fn connection_closed() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, io::Error>(io::ErrorKind::ConnectionReset.into()) });
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
