//! Tokens over REST (row B4): how long every sign-in lasts, and renewing them by hand.
//!
//! | address | body | answer |
//! |---|---|---|
//! | `GET /api/tokens/status` | | `{now, tokens: [status]}` |
//! | `POST /api/tokens/refresh` | `{}`, `{account}` or `{platform}` | `{results: [result], renewed, unchanged, failed, reconnect}` |
//! | `POST /api/v1/social/refresh-tokens` | the same and `org` | the same |
//!
//! Tokens themselves are in none of them.

use super::service::{self, Refreshed, refresh_all, refresh_one};
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::features::connections::model::{ConnectionCard, RenewalResult};
use crate::infra::http::body::{Fields, JsonObject};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Serialize;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/tokens/status", get(status))
        .route("/api/tokens/refresh", post(refresh))
        .route("/api/v1/social/refresh-tokens", post(refresh))
}

/// How the sign-in of one account is.
#[derive(Serialize)]
struct Status {
    account: ConnectionId,
    platform: Platform,
    handle: String,
    display_name: String,
    state: ConnectionState,
    /// Why a person must sign in again; else empty.
    state_reason: String,
    /// It is renewed without a person.
    refreshable: bool,
    /// When the present access ends.
    expires_at: Option<DateTime<Utc>>,
    /// When a person must sign in again; null while it renews itself.
    sign_in_ends_at: Option<DateTime<Utc>>,
    last_refresh: Option<LastRefresh>,
    /// When it is renewed by itself next, if no post needs it before.
    next_refresh_at: Option<DateTime<Utc>>,
    planned_posts: i64,
    /// Planned posts that come when a person must have signed in again.
    posts_after_expiry: i64,
}

#[derive(Serialize)]
struct LastRefresh {
    at: DateTime<Utc>,
    result: RenewalResult,
    message: String,
}

impl From<ConnectionCard> for Status {
    fn from(card: ConnectionCard) -> Self {
        let instant = |when: When| when.at.into();
        Self {
            account: card.id,
            platform: card.platform,
            handle: card.handle,
            display_name: card.display_name,
            state: card.state,
            state_reason: card.state_reason,
            refreshable: card.sign_in.renewable,
            expires_at: card.sign_in.access_ends.map(instant),
            sign_in_ends_at: card.expires.map(instant),
            last_refresh: card.sign_in.last.map(|last| LastRefresh {
                at: instant(last.at),
                result: last.result,
                message: last.note,
            }),
            next_refresh_at: card.sign_in.next.map(instant),
            planned_posts: card.sign_in.planned_posts,
            posts_after_expiry: card.sign_in.posts_after_end,
        }
    }
}

#[derive(Serialize)]
struct Statuses {
    now: DateTime<Utc>,
    tokens: Vec<Status>,
}

/// `GET /api/tokens/status`: every account in use, and disconnected ones for which posts still wait.
async fn status(who: Who) -> Result<Json<Statuses>> {
    let who = who.require(Permission::View)?;
    let tokens = service::cards(&who.tenant).await?.into_iter().map(Status::from).collect();
    Ok(Json(Statuses { now: Utc::now(), tokens }))
}

#[derive(Serialize)]
struct Outcome {
    result: RenewalResult,
    message: String,
    #[serde(flatten)]
    status: Status,
}

impl From<Refreshed> for Outcome {
    fn from(refreshed: Refreshed) -> Self {
        Self { result: refreshed.result, message: refreshed.message, status: refreshed.card.into() }
    }
}

#[derive(Default, Serialize)]
struct Outcomes {
    renewed: usize,
    unchanged: usize,
    failed: usize,
    reconnect: usize,
    results: Vec<Outcome>,
}

/// What is to be renewed.
enum Wanted {
    One(ConnectionId),
    All(Option<Platform>),
}

/// `POST /api/tokens/refresh`, `POST /api/v1/social/refresh-tokens`: renews one account (`account`), those of one
/// `platform`, or all of the company; `org` names another company of the caller. What the platforms answered is in
/// `results`; the request itself fails only with 401, 403, 404 (no such account or company), 409 (the account is
/// disconnected), 422 or 429.
async fn refresh(who: Who, JsonObject(body): JsonObject) -> Result<Json<Outcomes>> {
    let (org, wanted) = read(Fields::new(body, ""))?;
    let who = who.in_company(org.as_deref()).await?.require(Permission::Connect)?;
    let refreshed = match wanted {
        Wanted::One(id) => vec![refresh_one(&who, id).await?],
        Wanted::All(platform) => refresh_all(&who, platform).await?,
    };
    let mut outcomes = Outcomes::default();
    for refreshed in refreshed {
        match refreshed.result {
            RenewalResult::Renewed => outcomes.renewed += 1,
            RenewalResult::Unchanged => outcomes.unchanged += 1,
            RenewalResult::Failed => outcomes.failed += 1,
            RenewalResult::Reconnect => outcomes.reconnect += 1,
        }
        outcomes.results.push(refreshed.into());
    }
    Ok(Json(outcomes))
}

fn read(mut fields: Fields) -> Result<(Option<String>, Wanted)> {
    let mut problems = vec![];
    let account = fields.id("account", &mut problems);
    let platform = platform(&mut fields, &mut problems);
    let org = fields.text("org", &mut problems);
    fields.finish(&mut problems);
    if account.is_some() && platform.is_some() {
        problems.push(Problem::error("platform", "Name an `account` or a `platform`, not both."));
    }
    if problems.is_empty() {
        Ok((org, account.map_or(Wanted::All(platform), Wanted::One)))
    } else {
        Err(AppError::problems(problems))
    }
}

/// The field `platform`; one that cannot be connected is told with those that can.
pub(super) fn platform(fields: &mut Fields, problems: &mut Vec<Problem>) -> Option<Platform> {
    let named = fields.text("platform", problems)?;
    let known = named.parse().ok().filter(|platform| super::consent::sign_in(*platform).is_some());
    if known.is_none() {
        let all = Platform::ALL.into_iter().filter(|platform| super::consent::sign_in(*platform).is_some());
        let all = all.map(Platform::id).collect::<Vec<_>>().join(", ");
        problems.push(Problem::error(fields.path("platform"), format!("Choose one of: {all}.")));
    }
    known
}
