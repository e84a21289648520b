//! Switchable faults, and the one place through which every request to a stand-in goes.

use super::ask::{Ask, Network};
use super::state::Sandbox;
use super::world::Standing;
use super::{instagram, linkedin, x};
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
    /// The one irreversible call: X `POST /2/tweets`, LinkedIn `POST /rest/posts`, Instagram `media_publish`; and writing
    /// a comment.
    Commit,
    /// Uploads, alternative texts, containers.
    Prepare,
    /// Exchange, refresh, revoke.
    Token,
    Read,
    /// Deleting a post.
    Retract,
    /// A page for people; no fault applies to it.
    Page,
    /// Only in faults and questions: all of them except pages.
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Refused with the platform's rate-limit answer; `seconds` until it ends (default 60).
    RateLimit,
    /// The same, because of all that the app does and not of this account alone: LinkedIn names the day and no time, X the
    /// end of the app's 24 hours, Instagram's usual answer is about the app.
    AppRateLimit,
    /// Refused with a 5xx; nothing happened.
    ServerError,
    /// Done, and answered with a 5xx.
    ServerErrorAfterAccept,
    /// Waits `ms` (default 3000), then does it, whether the caller is still there or not.
    Slow,
    /// Done, and answered properly, but only after `ms` (default 3000).
    LateAnswer,
    /// Done, then silent for `ms` (default 90 000), then the connection is cut.
    TimeoutAfterAccept,
    /// The connection is cut; nothing happened.
    DropBeforeAccept,
    /// The token of this request is expired from now on (at the token address: the code or refresh token).
    ExpiredToken,
    /// The account took the app's access away just before this request.
    RevokedAccount,
}

/// What goes wrong, where, and how often.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Fault {
    pub platform: Network,
    pub operation: Operation,
    pub kind: FaultKind,
    /// How many requests it hits.
    #[serde(default = "once")]
    pub times: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Hits only so many in a hundred of the requests that it could hit; all of them when it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Which ones of them; the same number picks the same requests, in the order of their arrival.
    #[serde(default)]
    pub salt: u64,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// Hits the next request of that kind.
    pub fn once(platform: Network, operation: Operation, kind: FaultKind) -> Self {
        Self { platform, operation, kind, times: 1, ms: None, seconds: None, percent: None, salt: 0 }
    }

    /// Whether it is the turn of the request with this number.
    fn picks(&self, number: u64) -> bool {
        let Some(percent) = self.percent else { return true };
        // SplitMix64: neighbouring numbers give unrelated results.
        let mut z = number.wrapping_add(self.salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 100 < u64::from(percent)
    }
}

/// Counts a request, and answers it as the platform or as the fault that is due.
pub(super) async fn serve(sandbox: Sandbox, ask: Ask) -> Response {
    let operation = ask.operation();
    let due = enter(&sandbox, ask.network, operation);
    let Some(fault) = due else { return accept(&sandbox, &ask, operation).await };
    tracing::debug!(platform = ask.network.id(), ?operation, kind = ?fault.kind, "sandbox fault");
    match fault.kind {
        FaultKind::RateLimit | FaultKind::AppRateLimit => {
            let until = sandbox.now() + TimeDelta::seconds(i64::from(fault.seconds.unwrap_or(60)));
            let of_app = fault.kind == FaultKind::AppRateLimit;
            match ask.network {
                Network::X if of_app => x::used_up(until),
                Network::X => x::rate_limited(100, until),
                Network::LinkedIn => linkedin::throttled(fault.seconds, of_app),
                Network::Instagram => instagram::throttled(&ask, until - sandbox.now()),
            }
        }
        FaultKind::ServerError => server_error(ask.network),
        FaultKind::ServerErrorAfterAccept => {
            accept(&sandbox, &ask, operation).await;
            server_error(ask.network)
        }
        FaultKind::Slow => {
            let wait = Duration::from_millis(fault.ms.unwrap_or(3_000));
            // A task of its own: a caller that hangs up does not stop a platform that has already begun.
            let work = tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                accept(&sandbox, &ask, operation).await
            });
            work.await.unwrap_or_else(|_| cut())
        }
        FaultKind::LateAnswer => {
            let answer = accept(&sandbox, &ask, operation).await;
            tokio::time::sleep(Duration::from_millis(fault.ms.unwrap_or(3_000))).await;
            answer
        }
        FaultKind::TimeoutAfterAccept => {
            accept(&sandbox, &ask, operation).await;
            let silence = Duration::from_millis(fault.ms.unwrap_or(90_000));
            tokio::select! {
                () = tokio::time::sleep(silence) => {}
                () = sandbox.stopped() => {}
            }
            cut()
        }
        FaultKind::DropBeforeAccept => cut(),
        FaultKind::ExpiredToken => {
            spoil(&sandbox, &ask, Standing::Expired).await;
            accept(&sandbox, &ask, operation).await
        }
        FaultKind::RevokedAccount => {
            spoil(&sandbox, &ask, Standing::Revoked).await;
            accept(&sandbox, &ask, operation).await
        }
    }
}

fn enter(sandbox: &Sandbox, network: Network, operation: Operation) -> Option<Fault> {
    let mut world = sandbox.world();
    let number = world.requests.entry((network, operation)).or_default();
    *number += 1;
    let number = *number;
    if operation == Operation::Page {
        return None;
    }
    let hits = |f: &Fault| f.platform == network && (f.operation == operation || f.operation == Operation::Any);
    let at = world.faults.iter().position(|f| hits(f) && f.times > 0 && f.picks(number))?;
    let fault = world.faults[at];
    *world.hit.entry((network, operation, fault.kind)).or_default() += 1;
    world.faults[at].times -= 1;
    if world.faults[at].times == 0 {
        world.faults.remove(at);
    }
    Some(fault)
}

/// The platform's own answer. What must not be forgotten is on disk before it leaves.
async fn accept(sandbox: &Sandbox, ask: &Ask, operation: Operation) -> Response {
    let response = match ask.network {
        Network::X => x::answer(sandbox, ask).await,
        Network::LinkedIn => linkedin::answer(sandbox, ask).await,
        Network::Instagram => instagram::answer(sandbox, ask).await,
    };
    match operation {
        Operation::Commit | Operation::Token | Operation::Retract => sandbox.save_now().await,
        Operation::Prepare | Operation::Page => sandbox.touch(),
        Operation::Read | Operation::Any => {}
    }
    response
}

fn server_error(network: Network) -> Response {
    match network {
        Network::X => x::unavailable(),
        Network::LinkedIn => linkedin::internal_error(),
        Network::Instagram => instagram::unexpected_error(),
    }
}

/// Ends whatever tokens and codes the request shows (with `Revoked`: everything of their account).
async fn spoil(sandbox: &Sandbox, ask: &Ask, standing: Standing) {
    let mut shown: Vec<String> = ask.params().await.into_iter().map(|(_, value)| value).collect();
    shown.extend(ask.bearer().map(str::to_owned));
    let past = sandbox.now() - TimeDelta::seconds(1);
    let mut world = sandbox.world();
    for value in shown {
        if let Some(code) = world.codes.get_mut(&value) {
            code.expires_at = past;
        }
        let by_access = world.access.get(&value).map(|t| t.account.clone());
        let account = by_access.or_else(|| world.refresh.get(&value).map(|t| t.account.clone()));
        if standing == Standing::Revoked
            && let Some(account) = account
        {
            world.end_all(ask.network, &account, Standing::Revoked);
            continue;
        }
        if let Some(token) = world.access.get_mut(&value) {
            token.standing = standing;
        }
        if let Some(token) = world.refresh.get_mut(&value) {
            token.standing = standing;
        }
    }
}

/// An answer that never arrives: its body fails at once, at which the server closes the connection before it has
/// written anything of the head.
fn cut() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, io::Error>(io::ErrorKind::ConnectionReset.into()) });
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
