//! The job that makes an asset of an upload: it reads what the file is from its parts, puts them together in the store, and
//! forgets the parts. Nothing of the file is in memory but the part that is being copied, and a video's index.

use super::document;
use super::inspect;
use super::receive::Incoming;
use super::service::{self, Keeper};
use super::stores::{self, storage_error};
use super::upload::{delete_parts, part_key};
use super::upload_store::{self, UploadRow};
use super::{stored, upload, video, video_in};
use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CompanyId, UploadId};
use crate::features::identity::companies::server::service as companies;
use crate::features::media::model::{MAX_UPLOAD_BYTES, RejectedFile, UploadState, Why};
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Which upload.
#[derive(Debug, Serialize, Deserialize)]
pub struct AssemblePayload {
    pub upload: UploadId,
}

/// Makes an asset of an upload.
pub struct Assemble;

impl Job for Assemble {
    type Payload = AssemblePayload;
    const KIND: &'static str = "assemble";
    const TITLE: &'static str = "Check an uploaded file";
    const ATTEMPTS: i32 = 5;
    /// Its upload would stay "Checking".
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: AssemblePayload) -> Outcome {
        let Some(company) = claim.company else { return Outcome::Done };
        assemble(&claim.app, company, payload.upload).await.into()
    }

    async fn on_dead(&self, claim: &Claim, payload: AssemblePayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        let why = "The file could not be checked, because the server had a problem. Upload it again.";
        upload_store::refuse(&claim.app.tenant(company), payload.upload, why).await
    }
}

/// Gives up uploads that stand still.
pub struct DropIdleUploads;

impl Job for DropIdleUploads {
    type Payload = Tick;
    const KIND: &'static str = "drop_idle_uploads";
    const TITLE: &'static str = "Remove unfinished uploads";
    const ATTEMPTS: i32 = 3;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "drop_idle_uploads",
        cron: "0 20 * * * *",
        title: "Unfinished uploads",
        does: "Removes uploads that nobody went on with for a day, and the records of finished ones.",
        when_stopped: "While this is stopped, parts of files that were never finished fill the media store.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        upload::delete_idle(&claim.app).await.map(drop).into()
    }
}

async fn assemble(app: &App, company: CompanyId, id: UploadId) -> Result<()> {
    let tenant = app.tenant(company);
    let Some(row) = upload_store::find(&app.db, company, id).await? else { return Ok(()) };
    if row.state != UploadState::Checking.id() {
        return Ok(());
    }
    let Some(place) = stores::find(app, company, &row.store).await? else {
        return upload_store::refuse(&tenant, id, &stores::lost(&row.store)).await;
    };
    let parts = Parts { place: &place, company, row: &row };
    match take_in(app, &tenant, &parts).await? {
        Ok(asset) => upload_store::ready(&tenant, id, asset).await?,
        Err(why) => upload_store::refuse(&tenant, id, &RejectedFile::new(&row.file_name, why).words()).await?,
    }
    delete_parts(app, company, id, &row.store).await;
    Ok(())
}

/// The file, or why it cannot be used.
async fn take_in(app: &App, tenant: &Tenant, parts: &Parts<'_>) -> Result<std::result::Result<AssetId, Why>> {
    let head = parts.read(0..64).await?;
    if document::is_pdf(&head) {
        return pdf(app, tenant, parts).await;
    }
    let Some(mime) = video::mime(&head) else { return picture(app, tenant, parts, &head).await };
    let length = parts.length();
    let to = Keeper { app, tenant, by: parts.row.created_by };
    let seen = match video_in::look(parts.company, mime, length, |range| Box::pin(parts.read(range))).await? {
        Ok(seen) => seen,
        Err(why) => return Ok(Err(why)),
    };
    let keeps_details = companies::keeps_picture_details(tenant).await?;
    let blanks: &[Range<u64>] = if keeps_details { &[] } else { &seen.personal };
    let name = &parts.row.file_name;
    let write = async |key: &str| parts.copy_to(key, blanks).await;
    let card = video_in::keep(to, parts.place, name, length, &seen, keeps_details, write).await?;
    Ok(Ok(card.facts.asset))
}

async fn pdf(app: &App, tenant: &Tenant, parts: &Parts<'_>) -> Result<std::result::Result<AssetId, Why>> {
    let length = parts.length();
    let pages = match document::look(app, length, async || parts.read(0..length).await).await? {
        Ok(pages) => pages,
        Err(why) => return Ok(Err(why)),
    };
    let to = Keeper { app, tenant, by: parts.row.created_by };
    let write = async |key: &str| parts.copy_to(key, &[]).await;
    let card = document::keep(to, parts.place, &parts.row.file_name, length, pages, write).await?;
    Ok(Ok(card.facts.asset))
}

/// A picture that came in parts is one like any other.
async fn picture(
    app: &App,
    tenant: &Tenant,
    parts: &Parts<'_>,
    head: &Bytes,
) -> Result<std::result::Result<AssetId, Why>> {
    if video::is_matroska(head) {
        return Ok(Err(Why::Matroska));
    }
    if parts.length() > MAX_UPLOAD_BYTES {
        return Ok(Err(if inspect::is_picture(head) { Why::TooBig } else { Why::NotAPicture }));
    }
    let file = Incoming { name: parts.row.file_name.clone(), bytes: parts.read(0..parts.length()).await? };
    let taken = service::take(Keeper { app, tenant, by: parts.row.created_by }, file).await?;
    Ok(taken.map(|card| card.facts.asset).map_err(|refused| refused.why))
}

/// The parts of an upload as one file.
struct Parts<'a> {
    /// Where they lie, and where the file will.
    place: &'a MediaStore,
    company: CompanyId,
    row: &'a UploadRow,
}

impl Parts<'_> {
    fn length(&self) -> u64 {
        self.row.bytes.unsigned_abs()
    }

    fn part_bytes(&self) -> u64 {
        self.row.part_bytes.unsigned_abs().max(1).into()
    }

    /// Some bytes of it; the range lies within the file.
    async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        let range = range.start..range.end.min(self.length());
        let mut out = BytesMut::with_capacity((range.end - range.start) as usize);
        let mut at = range.start;
        while at < range.end {
            let (n, from) = (at / self.part_bytes(), at % self.part_bytes());
            let to = (from + range.end - at).min(self.part_bytes());
            let key = part_key(self.company, self.row.id, n as u32);
            out.extend(self.place.get_range(&key, from..to).await.map_err(|e| storage_error(&e))?);
            at += to - from;
        }
        Ok(out.freeze())
    }

    /// Writes all of it to a file of the store, with zeros in the places to blank; the SHA-256 of what was written.
    async fn copy_to(&self, key: &str, blanks: &[Range<u64>]) -> Result<Vec<u8>> {
        let mut writer = self.place.writer(key).await.map_err(|e| storage_error(&e))?;
        let mut sha256 = Sha256::new();
        let mut at = 0;
        while at < self.length() {
            let end = (at + self.part_bytes()).min(self.length());
            let part = match self.read(at..end).await {
                Ok(part) => part,
                Err(error) => {
                    writer.abort().await;
                    return Err(error);
                }
            };
            let part = stored::blanked(part, at, blanks);
            sha256.update(&part);
            writer.write(&part).await.map_err(|e| storage_error(&e))?;
            at = end;
        }
        writer.finish().await.map_err(|e| storage_error(&e))?;
        Ok(sha256.finalize().to_vec())
    }
}
