//! Who sees which errors, and marking them as resolved. Admins of a company see its errors; those of no company, and the health
//! of the parts, are for the owner of the server.

use super::store::{self, Row, Scope};
use super::{advice, health, logs, repair};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ErrorId;
use crate::domain::incident::FaultLevel;
use crate::domain::page::Part;
use crate::domain::permission::Permission;
use crate::features::diagnostics::model::{
    Advice, Diagnostics, ErrorCard, ErrorDetail, ErrorQuery, Health, LastRepair, LogFinding, LogKind, LogReport,
    LogSource, MAX_NOTE, MOST_LOG_HOURS, Receipt, Resolved, Undone,
};
use crate::features::identity::companies::server::service::zone;
use crate::features::posts::server::cards::when;
use crate::infra::session::{Granted, Who};
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use sqlx::PgPool;

/// The most errors in one answer.
pub const LIMIT: u32 = 500;

/// The caller, and whether they own the server. Errors show addresses and names: for those who look after the company.
pub(super) fn admitted(who: Who) -> Result<(Granted, bool)> {
    let server = who.is_instance_owner;
    Ok((who.require(Permission::Company)?, server))
}

/// The diagnostics page.
pub async fn board(who: Who, query: ErrorQuery) -> Result<Diagnostics> {
    let (who, server) = admitted(who)?;
    let zone = zone(&who.tenant).await?;
    let part = store::part(&Scope { tenant: &who.tenant, server }, &query).await?;
    let items = part.items.into_iter().map(|row| card(zone, &row)).collect();
    Ok(Diagnostics {
        health: if server {
            Some(health::with_times(&who.app, zone, health::parts(&who.app).await).await)
        } else {
            None
        },
        errors: Part { items, newer: part.newer, older: part.older, total: None, looked_at: None },
        zone: zone.name().to_owned(),
        may_resolve: true,
    })
}

/// Those of the last hours, the latest first.
pub async fn recent(who: Who, hours: u32, limit: u32) -> Result<Vec<ErrorDetail>> {
    let (who, server) = admitted(who)?;
    let zone = zone(&who.tenant).await?;
    let since = Utc::now() - TimeDelta::hours(i64::from(hours));
    let rows = store::since(&Scope { tenant: &who.tenant, server }, since, i64::from(limit)).await?;
    Ok(rows.into_iter().map(|row| whole(zone, row)).collect())
}

/// Whether a critical error is open that this person looks after. For the frame of every page: one look at an index.
pub async fn alarm(who: &Who) -> Result<bool> {
    let Some((company, role)) = who.membership else { return Ok(false) };
    if !role.may(Permission::Company) {
        return Ok(false);
    }
    store::any_critical(&Scope { tenant: &who.app.tenant(company), server: who.is_instance_owner }).await
}

/// How many critical errors are open, of all companies and of the server; for `lux doctor`.
pub async fn open_critical(app: &App) -> Result<i64> {
    store::open_critical(&app.db).await
}

/// For the owner of the server: each part.
pub async fn parts(who: Who) -> Result<Vec<Health>> {
    let (who, server) = admitted(who)?;
    if !server {
        return Err(AppError::forbidden("Only the owner of this server sees how its parts are."));
    }
    let zone = zone(&who.tenant).await?;
    Ok(health::with_times(&who.app, zone, health::parts(&who.app).await).await)
}

/// For the owner of the server: what its logs of the last hours hold.
pub async fn logs(who: Who, hours: u32) -> Result<LogReport> {
    let (who, server) = admitted(who)?;
    if !server {
        return Err(AppError::forbidden("Only the owner of this server reads its logs."));
    }
    if !(1..=MOST_LOG_HOURS).contains(&hours) {
        return Err(AppError::invalid("hours", format!("Use a number from 1 to {MOST_LOG_HOURS}.")));
    }
    let zone = zone(&who.tenant).await?;
    let since = Utc::now() - TimeDelta::hours(i64::from(hours));
    let sources = logs::read(&who.app.settings.logs, since).await;
    let sources = sources.into_iter().map(|source| log_source(zone, source)).collect();
    Ok(LogReport { hours, sources, zone: zone.name().to_owned() })
}

fn log_source(zone: Tz, source: logs::Source) -> LogSource {
    let finding = |(kind, found): (LogKind, logs::Finding)| LogFinding {
        kind,
        count: found.count,
        first: found.first.map(|at| when(zone, at)),
        last: found.last.map(|at| when(zone, at)),
        example: found.example,
        meaning: kind.meaning().to_owned(),
        next: kind.next().to_owned(),
    };
    let (problem, fix) = source.trouble.map(|trouble| (trouble.what, trouble.fix)).unzip();
    LogSource {
        name: source.name,
        place: source.place,
        problem,
        fix,
        lines: source.lines,
        cut: source.cut,
        findings: source.findings.into_iter().map(finding).collect(),
    }
}

pub(super) fn gone() -> AppError {
    AppError::not_found("error")
}

pub async fn detail(who: Who, id: ErrorId) -> Result<ErrorDetail> {
    let (who, server) = admitted(who)?;
    let scope = Scope { tenant: &who.tenant, server };
    let row = store::find(&scope, id).await?.ok_or_else(gone)?;
    let is_back = row.is_resolved && store::is_back(&scope, &row).await?;
    let (would, asks) = if row.is_resolved { (None, None) } else { repair::offer(&who.app, &row).await? };
    let zone = zone(&who.tenant).await?;
    let receipts = repair::receipts(&who.app, id).await?.into_iter().map(|kept| receipt(zone, kept)).collect();
    let advice = advice::kept(&row).map(|kept| advised(zone, kept));
    let may_ask = !row.is_resolved && advice::offered(&who).await?;
    Ok(ErrorDetail { is_back, receipts, would, asks: asks.map(str::to_owned), advice, may_ask, ..whole(zone, row) })
}

/// Marks it as resolved; doing so again changes nothing. Should it come back, that is a new one.
pub async fn resolve(who: Who, id: ErrorId, note: &str) -> Result<()> {
    let (who, server) = admitted(who)?;
    let note = note.trim();
    if note.chars().count() > MAX_NOTE {
        return Err(AppError::invalid("note", format!("A note has at most {MAX_NOTE} characters. Shorten it.")));
    }
    let scope = Scope { tenant: &who.tenant, server };
    let notes = json!({ "by": "person", "note": note.replace('\0', "") });
    if !store::resolve(&scope, id, who.user, &notes).await? {
        store::find(&scope, id).await?.ok_or_else(gone)?;
    }
    Ok(())
}

pub async fn reopen(who: Who, id: ErrorId) -> Result<()> {
    let (who, server) = admitted(who)?;
    let scope = Scope { tenant: &who.tenant, server };
    if store::reopen(&scope, id).await? {
        return Ok(());
    }
    let row = store::find(&scope, id).await?.ok_or_else(gone)?;
    if row.is_resolved {
        return Err(AppError::conflict("It came back meanwhile and is open as a new one. See the open errors."));
    }
    Ok(())
}

/// For the daily clean-up.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    store::delete_old(db)
}

fn card(zone: Tz, row: &Row) -> ErrorCard {
    let note = row.resolution_notes.as_ref().and_then(|notes| notes["note"].as_str()).unwrap_or_default();
    let resolved = row.resolved_at.filter(|_| row.is_resolved);
    let resolved = resolved.map(|at| Resolved { at: when(zone, at), by: row.resolver.clone(), note: note.to_owned() });
    ErrorCard {
        id: row.id,
        kind: row.error_type.clone(),
        level: FaultLevel::parse(&row.severity).unwrap_or(FaultLevel::Error),
        message: row.error_message.clone(),
        endpoint: row.endpoint.clone(),
        method: row.method.clone(),
        count: row.count,
        first: when(zone, row.created_at),
        last: when(zone, row.last_seen_at),
        of_server: row.company_id.is_none(),
        needs_person: !row.is_resolved
            && row.resolution_notes.as_ref().is_some_and(|notes| notes["needs_person"] == true),
        resolved,
    }
}

/// What a repair left with the error; nothing where a person has resolved it.
fn last_repair(notes: &Value) -> Option<LastRepair> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let steps = notes["steps"].as_array()?.iter().filter_map(|step| text(&step["done"])).collect();
    let (meaning, seen) = (text(&notes["meaning"])?, text(&notes["check"]["seen"]).unwrap_or_default());
    Some(LastRepair { meaning, steps, seen, next: text(&notes["next"]) })
}

fn receipt(zone: Tz, kept: repair::Kept) -> Receipt {
    Receipt {
        id: kept.id,
        at: when(zone, kept.at),
        by: kept.by,
        before: kept.before,
        done: kept.done,
        after: kept.after,
        mended: kept.mended,
        can_undo: kept.can_undo,
        undone: kept.undone_at.map(|at| Undone { at: when(zone, at), by: kept.undone_by }),
    }
}

fn advised(zone: Tz, kept: advice::Kept) -> Advice {
    let at = DateTime::from_timestamp(kept.at, 0).unwrap_or_default();
    Advice { at: when(zone, at), model: kept.model, meaning: kept.meaning, next: kept.next, repair: kept.repair }
}

fn whole(zone: Tz, row: Row) -> ErrorDetail {
    ErrorDetail {
        card: card(zone, &row),
        stack: row.error_stack,
        request: row.request_id,
        version: row.version,
        user: row.user_name,
        repair: row.resolution_notes.as_ref().and_then(last_repair),
        receipts: vec![],
        would: None,
        asks: None,
        is_back: false,
        advice: None,
        may_ask: false,
        zone: zone.name().to_owned(),
    }
}
