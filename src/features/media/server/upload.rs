//! Large files come in parts: announced, sent part by part in any order, finished. A part that is sent again takes the place
//! of the one before it, so that an upload goes on after a reload or a stop of the server with the parts that are missing.
//! The parts are objects of the media store; what puts them together is the job in `assemble`.

use super::assemble::{Assemble, AssemblePayload};
use super::receive::clean_name;
use super::room;
use super::stores::{self, storage_error};
use super::upload_store::{self as store, UploadRow};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, UploadId};
use crate::features::media::model::{UploadCard, UploadState};
use crate::infra::database::Tenant;
use crate::infra::queue::{self, JobOptions};
use crate::infra::session::Granted;
use crate::infra::state::App;
use bytes::Bytes;
use chrono::Utc;
use sqlx::PgPool;
use std::time::Duration;

/// Bytes of a part. Small enough to arrive over a slow line within the time that a request has.
pub const PART: u32 = 8 << 20;
/// Uploads of one company at a time.
const MAX_AT_ONCE: i64 = 50;
/// Files of the largest size that these may be together.
const MAX_LARGEST: u64 = 4;
/// How long the parts of one upload may take to be deleted: the clean-up is for all companies.
const DELETING: Duration = Duration::from_secs(120);
/// Uploads that are given up in one run of the clean-up.
const A_RUN: i64 = 200;

/// Announces a file of so many bytes.
pub async fn begin(who: &Granted, file_name: &str, bytes: u64) -> Result<UploadCard> {
    let most = who.app.settings.web.max_upload_bytes;
    if bytes == 0 {
        return Err(AppError::invalid("bytes", "This file is empty. Choose another file."));
    }
    if bytes > most {
        let message = format!("This file is too big: {} MB at most. Export it smaller.", most >> 20);
        return Err(AppError::invalid("bytes", message));
    }
    let place = stores::current(&who.app, who.company).await?;
    room::check(&who.app, &who.tenant, &place, bytes).await?;
    let row = UploadRow {
        id: UploadId::new(),
        store: place.name().into(),
        file_name: clean_name(file_name),
        bytes: bytes as i64,
        part_bytes: PART as i32,
        parts: vec![],
        state: UploadState::Receiving.id().into(),
        refused: None,
        asset_id: None,
        created_by: Some(who.user),
    };
    let mut tx = who.tenant.db.begin().await?;
    let (number, held) = store::under_way(&mut tx, who.company).await?;
    if number >= MAX_AT_ONCE || held.unsigned_abs().saturating_add(bytes) > most.saturating_mul(MAX_LARGEST) {
        return Err(AppError::conflict("Too many uploads are under way. Wait until some are through, or cancel them."));
    }
    store::insert(&mut tx, who.company, who.user, &row).await?;
    tx.commit().await?;
    Ok(card(&row))
}

/// How far it is.
pub async fn state(tenant: &Tenant, id: UploadId) -> Result<UploadCard> {
    let row = store::find(&tenant.db, tenant.company, id).await?.ok_or_else(gone)?;
    Ok(card(&row))
}

/// Where a part goes.
pub struct Slot {
    /// It must have so many bytes.
    pub bytes: u64,
    /// The store of the upload.
    store: String,
}

/// The place of a part; an error for a part that the file has not.
pub async fn slot(tenant: &Tenant, id: UploadId, n: u32) -> Result<Slot> {
    let row = store::find(&tenant.db, tenant.company, id).await?.ok_or_else(gone)?;
    if row.state != UploadState::Receiving.id() {
        return Err(AppError::conflict("This upload is complete and takes no more parts."));
    }
    let (bytes, part) = (row.bytes.unsigned_abs(), u64::from(row.part_bytes.unsigned_abs()));
    let begins = u64::from(n) * part;
    if begins >= bytes {
        let message = format!("The file has {} parts, numbered from 0.", bytes.div_ceil(part));
        return Err(AppError::invalid("part", message));
    }
    Ok(Slot { bytes: (bytes - begins).min(part), store: row.store })
}

/// Keeps a part of the right size.
pub async fn put_part(who: &Granted, id: UploadId, n: u32, slot: &Slot, bytes: Bytes) -> Result<()> {
    let key = part_key(who.company, id, n);
    let place = stores::named(&who.app, who.company, &slot.store).await?;
    place.put(&key, bytes).await.map_err(|e| storage_error(&e))?;
    if store::add_part(&who.tenant, id, n as i32).await? {
        return Ok(());
    }
    // It was finished or cancelled meanwhile.
    if store::find(&who.tenant.db, who.company, id).await?.is_none() {
        delete_parts(&who.app, who.company, id, &slot.store).await;
        return Err(gone());
    }
    Err(AppError::conflict("This upload is complete and takes no more parts."))
}

/// All parts are there: a job puts them together and reads what the file is. Asking again changes nothing.
pub async fn finish(who: &Granted, id: UploadId) -> Result<UploadCard> {
    let mut tx = who.tenant.db.begin().await?;
    let mut row = store::lock(&mut tx, who.company, id).await?.ok_or_else(gone)?;
    if row.state != UploadState::Receiving.id() {
        return Ok(card(&row));
    }
    let all = row.bytes.unsigned_abs().div_ceil(row.part_bytes.unsigned_abs().into());
    if row.parts.len() as u64 != all {
        let missing = all - row.parts.len() as u64;
        return Err(AppError::conflict(format!("{missing} of {all} parts are missing. Send them, then finish.")));
    }
    store::begin_checking(&mut tx, who.company, id).await?;
    let options = JobOptions {
        company: Some(who.company),
        run_at: Utc::now(),
        job_key: Some(format!("assemble:{id}")),
        queue_key: Some(format!("assemble:{}", who.company)),
    };
    queue::enqueue::<Assemble>(&mut tx, &AssemblePayload { upload: id }, options).await?;
    tx.commit().await?;
    row.state = UploadState::Checking.id().into();
    Ok(card(&row))
}

/// Gives an upload up. One that is being read is let go on: its file can be deleted afterwards.
pub async fn cancel(who: &Granted, id: UploadId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let row = store::lock(&mut tx, who.company, id).await?.ok_or_else(gone)?;
    if !store::delete(&mut tx, who.company, id).await? {
        return Err(AppError::conflict("The file is being checked. Wait a moment, then delete it."));
    }
    tx.commit().await?;
    delete_parts(&who.app, who.company, id, &row.store).await;
    Ok(())
}

/// The clean-up: uploads that stood still for a day, with their parts. One that waits to be checked is not forgotten: its job ends
/// in a file or in a refusal.
pub async fn delete_idle(app: &App) -> Result<u64> {
    let db: &PgPool = &app.db;
    let idle = store::idle(db, A_RUN).await?;
    for (company, id, place) in &idle {
        delete_parts(app, *company, *id, place).await;
        store::forget(db, *company, *id).await?;
    }
    Ok(idle.len() as u64)
}

/// Where a part lies in the store.
pub fn part_key(company: CompanyId, upload: UploadId, n: u32) -> String {
    format!("{}/{n:06}", parts_folder(company, upload))
}

fn parts_folder(company: CompanyId, upload: UploadId) -> String {
    format!("uploads/{company}/{upload}")
}

/// What is left over costs room only; the next clean-up tries again where the row is still there.
pub async fn delete_parts(app: &App, company: CompanyId, upload: UploadId, store: &str) {
    let place = match stores::find(app, company, store).await {
        Ok(Some(place)) => place,
        Ok(None) => {
            return tracing::warn!(%upload, store, "the parts of an upload stay: their store has no keys any more");
        }
        Err(error) => return tracing::warn!(%error, %upload, store, "the parts of an upload could not be deleted"),
    };
    let folder = parts_folder(company, upload);
    let said: String = match tokio::time::timeout(DELETING, place.delete_folder(&folder)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string().chars().take(500).collect(),
        Err(_) => "the store does not answer".into(),
    };
    tracing::warn!(error = said, %upload, store, "the parts of an upload could not be deleted");
}

fn gone() -> AppError {
    AppError::not_found("upload")
}

fn card(row: &UploadRow) -> UploadCard {
    let (bytes, part_bytes) = (row.bytes.unsigned_abs(), row.part_bytes.unsigned_abs());
    UploadCard {
        id: row.id,
        file_name: row.file_name.clone(),
        bytes,
        part_bytes,
        parts: bytes.div_ceil(part_bytes.into()) as u32,
        have: row.parts.iter().map(|n| n.unsigned_abs()).collect(),
        state: UploadState::parse(&row.state).unwrap_or(UploadState::Refused),
        refused: row.refused.clone(),
        asset: row.asset_id,
    }
}
