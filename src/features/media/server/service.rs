//! Rules of the media library: what is taken in, and how others get at it.

pub use super::receive::Incoming;

use super::clean::clean;
use super::copy::{self, Focus};
use super::inspect::{Picture, inspect};
use super::store::{self, AssetRow, extension};
use super::stored::{self, StoredFile};
use super::stores::{self, storage_error};
use super::{document, lost, room, video, video_in};
use crate::connectors::{Media, MediaSource};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{AssetId, CompanyId, PostId, UserId};
use crate::domain::limits::fit::{CopyWish, Need, Reshape};
use crate::domain::post::{Alts, MAX_LISTED, MediaFacts, MediaKind};
use crate::features::identity::companies::server::service as companies;
use crate::features::media::model::{AssetCard, MAX_ALT, RejectedFile, Why};
use crate::infra::database::Tenant;
use crate::infra::session::{Granted, random_token};
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use crate::infra::work::Places;
use bytes::Bytes;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Decoding takes up to 500 MB each; more than two at once would let a handful of uploads eat the machine. Half of them for one
/// company, so that its pictures do not keep another's waiting.
pub(super) static DECODERS: LazyLock<Places> = LazyLock::new(|| Places::new(2, 1));

/// Takes pictures, documents and small videos in. All or none: every file that cannot be used is named, and then nothing is kept.
pub async fn upload(who: &Granted, files: Vec<Incoming>) -> Result<Vec<AssetCard>> {
    if files.is_empty() {
        return Err(AppError::invalid("files", "Choose at least one picture or video."));
    }
    let mut seen = Vec::with_capacity(files.len());
    let mut problems: Vec<Problem> = vec![];
    for file in files {
        match look(&who.app, who.company, file.clone()).await? {
            Ok(found) => seen.push((file, found)),
            Err(refusal) => problems.push(refusal.problem()),
        }
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    let keeps_details = companies::keeps_picture_details(&who.tenant).await?;
    let mut cards = Vec::with_capacity(seen.len());
    for (file, found) in seen {
        cards.push(keep(who.into(), file, found, keeps_details).await?);
    }
    Ok(cards)
}

/// Takes one picture, document or small video in; the inner error says why it cannot be used.
pub async fn take(to: Keeper<'_>, file: Incoming) -> Result<Result<AssetCard, RejectedFile>> {
    match look(to.app, to.tenant.company, file.clone()).await? {
        Ok(found) => {
            let keeps_details = companies::keeps_picture_details(to.tenant).await?;
            keep(to, file, found, keeps_details).await.map(Ok)
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Which model made a picture, and from which words.
#[derive(Clone, Debug)]
pub struct MadeBy {
    pub model: String,
    /// Empty where it is a copy of one.
    pub prompt: String,
}

/// Takes in what a model made, marked so; the inner error says why it is no picture. Nothing is removed from it: what it says of
/// itself is where it comes from, which networks read.
pub async fn take_made(to: Keeper<'_>, file: Incoming, by: MadeBy) -> Result<Result<AssetCard, RejectedFile>> {
    let picture = match look(to.app, to.tenant.company, file.clone()).await? {
        Ok(Seen::Picture(picture)) => picture,
        Ok(_) => return Ok(Err(RejectedFile::new(&file.name, Why::NotAPicture))),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let origin = Origin { made: Some(by.clone()), ..Origin::default() };
    let mut card = store_picture(to, file, picture, origin).await?;
    if card.made_by.is_none() {
        store::mark_made(to.tenant, card.facts.asset, &by.model, &by.prompt).await?;
        card.made_by = Some(by.model);
    }
    Ok(Ok(card))
}

/// What a file turned out to be.
enum Seen {
    Picture(Picture),
    Video(video_in::SeenVideo),
    /// With so many pages.
    Document(u32),
}

/// The file as it is kept: without what it says about place, camera and person, unless the company keeps that.
fn kept(file: Incoming, picture: &mut Picture, keeps_details: bool) -> (Incoming, bool) {
    let cleaned = std::mem::take(&mut picture.cleaned);
    if keeps_details { (file, false) } else { (Incoming { bytes: cleaned.into(), ..file }, picture.had_details) }
}

async fn look(app: &App, company: CompanyId, file: Incoming) -> Result<Result<Seen, RejectedFile>> {
    let refused = |why| RejectedFile::new(&file.name, why);
    if let Some(mime) = video::mime(&file.bytes) {
        let seen =
            video_in::look(company, mime, file.bytes.len() as u64, |range| in_memory(&file.bytes, range)).await?;
        return Ok(seen.map(Seen::Video).map_err(refused));
    }
    if document::is_pdf(&file.bytes) {
        let seen = document::look(app, file.bytes.len() as u64, async || Ok(file.bytes.clone())).await?;
        return Ok(seen.map(Seen::Document).map_err(refused));
    }
    if video::is_matroska(&file.bytes) {
        return Ok(Err(refused(Why::Matroska)));
    }
    let seen = DECODERS.run(company, move || inspect(&file.name, &file.bytes)).await?;
    Ok(seen.map(Seen::Picture))
}

/// Some bytes of a file that is in memory; the range lies within it.
fn in_memory(bytes: &Bytes, range: Range<u64>) -> BoxFuture<'static, Result<Bytes>> {
    let part = bytes.slice(range.start as usize..range.end as usize);
    Box::pin(std::future::ready(Ok(part)))
}

/// Whose library a file is kept in.
#[derive(Clone, Copy)]
pub struct Keeper<'a> {
    pub app: &'a App,
    pub tenant: &'a Tenant,
    /// Who added it; `None`: somebody who is gone.
    pub by: Option<UserId>,
}

impl<'a> From<&'a Granted> for Keeper<'a> {
    fn from(who: &'a Granted) -> Self {
        Self { app: &who.app, tenant: &who.tenant, by: Some(who.user) }
    }
}

async fn keep(to: Keeper<'_>, file: Incoming, seen: Seen, keeps_details: bool) -> Result<AssetCard> {
    let mut picture = match seen {
        Seen::Picture(picture) => picture,
        Seen::Video(seen) => {
            let bytes = if keeps_details { file.bytes } else { stored::blanked(file.bytes, 0, &seen.personal) };
            let (name, length) = (&file.name, bytes.len() as u64);
            let place = stores::current(to.app, to.tenant.company).await?;
            return video_in::keep(to, &place, name, length, &seen, keeps_details, async |key: &str| {
                let sha256 = Sha256::digest(&bytes).to_vec();
                place.put(key, bytes).await.map_err(|e| storage_error(&e))?;
                Ok(sha256)
            })
            .await;
        }
        Seen::Document(pages) => {
            let (name, length, bytes) = (&file.name, file.bytes.len() as u64, file.bytes.clone());
            let place = stores::current(to.app, to.tenant.company).await?;
            return document::keep(to, &place, name, length, pages, async |key: &str| {
                let sha256 = Sha256::digest(&bytes).to_vec();
                place.put(key, bytes).await.map_err(|e| storage_error(&e))?;
                Ok(sha256)
            })
            .await;
        }
    };
    let (file, details_removed) = kept(file, &mut picture, keeps_details);
    let origin = Origin { details_removed, may_have_details: keeps_details, ..Origin::default() };
    store_picture(to, file, picture, origin).await
}

/// Where a picture comes from.
#[derive(Default)]
struct Origin {
    details_removed: bool,
    may_have_details: bool,
    alt: String,
    copy_of: Option<AssetId>,
    copy_recipe: String,
    made: Option<MadeBy>,
}

/// Puts the bytes of a file back in its place, as they came in once.
pub(super) async fn put_back(app: &App, tenant: &Tenant, row: AssetRow, bytes: Bytes) -> Result<()> {
    let file = Incoming { name: row.file_name.clone(), bytes };
    let seen = look(app, tenant.company, file.clone()).await?.map_err(|refusal| AppError::conflict(refusal.words()))?;
    let keeps_details = companies::keeps_picture_details(tenant).await?;
    let place = stores::named(app, tenant.company, &row.store).await?;
    let bytes = match seen {
        Seen::Picture(mut picture) => {
            let small = Bytes::from(std::mem::take(&mut picture.thumbnail));
            place.put(&thumb_key(&row.storage_key), small).await.map_err(|e| storage_error(&e))?;
            kept(file, &mut picture, keeps_details).0.bytes
        }
        Seen::Video(seen) if !keeps_details => stored::blanked(file.bytes, 0, &seen.personal),
        Seen::Video(_) | Seen::Document(_) => file.bytes,
    };
    let (sha256, length) = (Sha256::digest(&bytes).to_vec(), bytes.len() as i64);
    place.put(&row.storage_key, bytes).await.map_err(|e| storage_error(&e))?;
    store::put_back(tenant, row.id, length, &sha256, keeps_details).await
}

/// Whether these bytes are a picture from their beginning to their end.
pub(super) async fn is_picture(company: CompanyId, bytes: Bytes) -> Result<bool> {
    DECODERS.run(company, move || inspect("picture", &bytes).is_ok()).await
}

/// Keeps the bytes and what is known of them; the same bytes again are the same picture.
async fn store_picture(to: Keeper<'_>, file: Incoming, picture: Picture, origin: Origin) -> Result<AssetCard> {
    let sha256 = Sha256::digest(&file.bytes).to_vec();
    let lost = match store::find_same(to.tenant, &sha256).await? {
        Some(same) => match stores::find(to.app, to.tenant.company, &same.store).await? {
            Some(place) if lost::is_there(&place, &same).await => return Ok(same.card()),
            // It lay out of reach, or was lost: it is here again.
            _ => Some(same),
        },
        None => None,
    };
    let place = stores::current(to.app, to.tenant.company).await?;
    let id = AssetId::new();
    let row = AssetRow {
        id,
        file_name: file.name,
        mime: picture.mime.into(),
        bytes: file.bytes.len() as i64,
        width: picture.width as i32,
        height: picture.height as i32,
        store: place.name().into(),
        storage_key: format!("{}/{id}.{}", to.tenant.company, picture.extension),
        public_token: random_token(),
        alt: origin.alt,
        details_removed: origin.details_removed,
        may_have_details: origin.may_have_details,
        copy_of: origin.copy_of,
        copy_recipe: origin.copy_recipe,
        ai_model: origin.made.as_ref().map(|made| made.model.clone()),
        millis: None,
        codec: None,
        audio: None,
        frames: None,
        bit_rate: None,
        pages: None,
        has_thumb: true,
    };
    room::check(to.app, to.tenant, &place, file.bytes.len() as u64).await?;
    // Bytes first: a row never points at nothing.
    let thumb = thumb_key(&row.storage_key);
    place.put(&row.storage_key, file.bytes).await.map_err(|e| storage_error(&e))?;
    place.put(&thumb, Bytes::from(picture.thumbnail)).await.map_err(|e| storage_error(&e))?;
    if let Some(lost) = lost {
        store::moved(to.tenant, lost.id, place.name(), &row.storage_key, true).await?;
        return Ok(lost.card());
    }
    let prompt = origin.made.as_ref().map(|made| made.prompt.as_str());
    if store::insert(to.tenant, to.by, &row, &sha256, prompt).await? {
        return Ok(row.card());
    }
    for key in [&row.storage_key, &thumb] {
        if let Err(error) = place.delete(key).await {
            tracing::warn!(%error, key, "a spare copy of a picture could not be deleted");
        }
    }
    let same = store::find_same(to.tenant, &sha256).await?;
    same.map(AssetRow::card).ok_or_else(|| AppError::unavailable("The picture could not be kept. Please try again."))
}

/// The copy of a picture that somebody wishes for; the picture itself where it fits already, and the one that it was made of where
/// no places are named. A copy is always made of the original, and the same wish gives the same copy.
pub async fn copy(who: &Granted, asset: AssetId, wish: &CopyWish) -> Result<AssetCard> {
    let row = original(who, asset).await?;
    let Some(need) = wish.need(&row.facts()) else { return Ok(row.card()) };
    let focus = Focus { reshape: wish.reshape, x: wish.x, y: wish.y };
    let recipe = recipe(&need, focus);
    if let Some(same) = store::find_copy(&who.tenant, row.id, &recipe).await? {
        return Ok(same.card());
    }
    let place = stores::named(&who.app, who.company, &row.store).await?;
    let bytes = place.get(&row.storage_key).await.map_err(|e| storage_error(&e))?;
    let stem = row.file_name.rsplit_once('.').map_or(row.file_name.as_str(), |(stem, _)| stem);
    let name = format!("{stem} (copy).jpg");
    let made = DECODERS.run(who.company, move || {
        let bytes = copy::fitted(&bytes, &need.limits, focus)?;
        let picture = inspect(&name, &bytes).ok()?;
        Some((Incoming { name, bytes: bytes.into() }, picture))
    });
    let cannot = "This picture cannot be made to fit. Remove it and add another one.";
    let Some((file, picture)) = made.await? else {
        // It could be read when it came in.
        lost::note(&who.tenant, row.id).await?;
        return Err(AppError::invalid("media", cannot));
    };
    let origin = Origin {
        details_removed: row.details_removed,
        may_have_details: false,
        alt: row.alt,
        copy_of: Some(row.id),
        copy_recipe: recipe,
        made: row.ai_model.map(|model| MadeBy { model, prompt: String::new() }),
    };
    store_picture(who.into(), file, picture, origin).await
}

/// All that decides how a copy turns out, in one line.
fn recipe(need: &Need, focus: Focus) -> String {
    let limits = need.limits;
    let shape = match (need.shape, focus.reshape) {
        (None, _) => String::new(),
        (Some((wide, tall)), Reshape::Crop) => format!(" crop {wide}:{tall} at {},{}", focus.x, focus.y),
        (Some((wide, tall)), Reshape::Pad) => format!(" pad {wide}:{tall}"),
    };
    format!("jpeg {} B {} px{shape}", limits.max_bytes, limits.pixels_below)
}

/// The picture that this one was made of; itself, where it is no copy.
async fn original(who: &Granted, asset: AssetId) -> Result<AssetRow> {
    let mut db = who.tenant.db.acquire().await?;
    let mut id = asset;
    // A copy is never made of a copy.
    for _ in 0..2 {
        let found = store::among(&mut db, who.company, &[id]).await?.pop();
        let row = found.ok_or_else(|| AppError::not_found("picture"))?;
        match row.copy_of {
            Some(original) => id = original,
            None => return Ok(row),
        }
    }
    Err(AppError::not_found("picture"))
}

/// Describes a picture for its next use; posts that show it keep their own description.
pub async fn set_alt(who: &Granted, asset: AssetId, alt: &str) -> Result<()> {
    let alt = alt.replace('\0', "");
    let alt = alt.trim();
    if alt.chars().count() > MAX_ALT {
        let message = format!("The description is too long: at most {MAX_ALT} characters.");
        return Err(AppError::invalid("alt", message));
    }
    if store::set_alt(&who.tenant, asset, alt).await? { Ok(()) } else { Err(AppError::not_found("picture")) }
}

/// Remembers how these pictures were described: a new use of one starts with it. Posts that show it keep their own words.
pub async fn remember_alts(tx: &mut PgConnection, company: CompanyId, alts: &Alts) -> Result<()> {
    let said: Vec<_> = alts.iter().filter(|(_, alt)| !alt.is_empty()).cloned().collect();
    if said.is_empty() { Ok(()) } else { store::remember_alts(tx, company, &said).await }
}

/// These pictures of the company in this order; one that is missing is not found.
pub async fn cards(tx: &mut PgConnection, company: CompanyId, ids: &[AssetId]) -> Result<Vec<AssetCard>> {
    let mut rows = existing(tx, company, ids).await?;
    let mut sorted = Vec::with_capacity(ids.len());
    for id in ids {
        let at = rows.iter().position(|c| c.facts.asset == *id).ok_or_else(|| AppError::not_found("picture"))?;
        sorted.push(rows.swap_remove(at));
    }
    Ok(sorted)
}

/// Those of these pictures that the company has.
pub async fn existing(tx: &mut PgConnection, company: CompanyId, ids: &[AssetId]) -> Result<Vec<AssetCard>> {
    Ok(store::among(tx, company, ids).await?.into_iter().map(AssetRow::card).collect())
}

/// A file of the company, also one that was deleted. Part of a caller's transaction.
pub async fn with_deleted(tx: &mut PgConnection, company: CompanyId, id: AssetId) -> Result<Option<AssetCard>> {
    Ok(store::find(tx, company, id).await?.map(AssetRow::card))
}

/// The copies of a file that are not deleted, the oldest first. Part of a caller's transaction.
pub async fn copies_of(tx: &mut PgConnection, company: CompanyId, of: AssetId, limit: i64) -> Result<Vec<AssetCard>> {
    Ok(store::copies_of(tx, company, of, limit).await?.into_iter().map(AssetRow::card).collect())
}

/// Those of the first hundred of these pictures that the caller's company has.
pub async fn known(who: &Granted, ids: &[AssetId]) -> Result<Vec<AssetCard>> {
    let mut db = who.tenant.db.acquire().await?;
    existing(&mut db, who.company, &ids[..ids.len().min(MAX_LISTED)]).await
}

/// The small JPEGs of those of these files that have one, in this order: what somebody looks at who need not see more. A file that
/// the company does not have is not found.
pub async fn thumbnails(who: &Granted, ids: &[AssetId]) -> Result<Vec<Bytes>> {
    let mut db = who.tenant.db.acquire().await?;
    let rows = store::among(&mut db, who.company, ids).await?;
    drop(db);
    let mut small = vec![];
    for id in ids {
        let row = rows.iter().find(|row| row.id == *id).ok_or_else(|| AppError::not_found("picture"))?;
        if row.has_thumb
            && let Some(place) = stores::find(&who.app, who.company, &row.store).await?
            && let Ok(bytes) = place.get(&thumb_key(&row.storage_key)).await
        {
            small.push(bytes);
        }
    }
    Ok(small)
}

/// The pictures of a post, in their order.
pub async fn of_post(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Vec<AssetCard>> {
    Ok(store::of_post(tx, company, post).await?.into_iter().map(AssetRow::card).collect())
}

/// The pictures of a post as a connector needs them; nothing of them is read yet.
pub async fn load_media(app: &App, company: CompanyId, post: PostId) -> Result<Vec<Media>> {
    let mut connection = app.db.acquire().await?;
    let rows = store::of_post(&mut connection, company, post).await?;
    drop(connection);
    let mut media = Vec::with_capacity(rows.len());
    for row in rows {
        media.push(as_media(app, company, row).await?);
    }
    Ok(media)
}

/// One file as a connector needs it.
pub(super) async fn as_media(app: &App, company: CompanyId, row: AssetRow) -> Result<Media> {
    let base = app.settings.public_url.as_str().trim_end_matches('/');
    let (row, source) = match stores::find(app, company, &row.store).await? {
        Some(place) => {
            let row = if row.may_have_details { cleaned(app, company, &place, row).await? } else { row };
            let file = StoredFile { store: place, key: row.storage_key.clone() };
            let source = MediaSource::new(Arc::new(file), row.bytes.unsigned_abs());
            (row, source)
        }
        None => {
            let source = MediaSource::lost(row.bytes.unsigned_abs(), stores::lost(&row.store));
            (row, source)
        }
    };
    let public_url = format!("{base}/media/{}.{}", row.public_token, extension(&row.mime));
    Ok(Media { facts: row.card().facts, source, public_url })
}

/// A file that came in before details were removed, or while the company kept them, loses them before it goes out.
async fn cleaned(app: &App, company: CompanyId, place: &MediaStore, mut row: AssetRow) -> Result<AssetRow> {
    let tenant = Tenant::new(app.db.clone(), company);
    if companies::keeps_picture_details(&tenant).await? {
        return Ok(row);
    }
    let sha256 = match MediaKind::of(&row.mime) {
        MediaKind::Picture => {
            let bytes = place.get(&row.storage_key).await.map_err(|e| storage_error(&e))?;
            let cleaned = DECODERS.run(company, move || clean(image::guess_format(&bytes).ok()?, &bytes)).await?;
            // What cannot be read is for the platform to refuse.
            let Some(cleaned) = cleaned else { return Ok(row) };
            if cleaned.removed {
                row.bytes = cleaned.bytes.len() as i64;
                let sha256 = Sha256::digest(&cleaned.bytes).to_vec();
                place.put(&row.storage_key, cleaned.bytes.into()).await.map_err(|e| storage_error(&e))?;
                Some(sha256)
            } else {
                None
            }
        }
        MediaKind::Video => stored::blank(place, company, &row.storage_key, row.bytes.unsigned_abs()).await?,
        MediaKind::Document => None,
    };
    row.details_removed |= sha256.is_some();
    store::set_cleaned(&tenant, &row, sha256.as_deref()).await?;
    Ok(row)
}

/// How long a check waits for a store: others wait for their checks.
const ASKING: Duration = Duration::from_secs(10);

/// Whether a file can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stock {
    There,
    /// Its store has it no more, or not whole.
    Gone,
    /// Its store has no keys any more; in words.
    Locked(String),
}

/// The pictures of a post in their order, and whether the store still has each.
pub async fn stock(app: &App, company: CompanyId, post: PostId) -> Result<Vec<(MediaFacts, Stock)>> {
    let mut connection = app.db.acquire().await?;
    let rows = store::of_post(&mut connection, company, post).await?;
    drop(connection);
    let mut stock = Vec::with_capacity(rows.len());
    for row in rows {
        let found = match stores::find(app, company, &row.store).await? {
            None => Stock::Locked(stores::lost(&row.store)),
            Some(place) => {
                let asked = tokio::time::timeout(ASKING, place.length(&row.storage_key)).await;
                let length = asked.map_err(|_| AppError::unavailable("The file store does not answer right now."))?;
                if length.map_err(|e| storage_error(&e))? == Some(row.bytes.unsigned_abs()) {
                    Stock::There
                } else {
                    lost::note(&app.tenant(company), row.id).await?;
                    Stock::Gone
                }
            }
        };
        stock.push((row.card().facts, found));
    }
    Ok(stock)
}

/// The file behind a public address.
pub struct Behind {
    pub store: MediaStore,
    pub key: String,
    pub mime: String,
    /// How many bytes there should be; nobody knows it of a small picture.
    pub bytes: Option<u64>,
}

/// What a public address leads to.
pub enum Found {
    File(Behind),
    /// There is no small picture of this file, which is of such a type.
    NoThumb(String),
}

/// What is behind a public address. `thumb`: the small JPEG. A conflict: its store has no keys any more.
pub async fn behind(app: &App, token: &str, thumb: bool) -> Result<Found> {
    let gone = || AppError::not_found("file");
    if token.contains('\0') {
        return Err(gone());
    }
    let file = store::by_token(&app.db, token).await?.ok_or_else(gone)?;
    if thumb && !file.has_thumb {
        return Ok(Found::NoThumb(file.mime));
    }
    if !thumb && file.dropped {
        return Err(gone());
    }
    let store = stores::named(app, file.company_id, &file.store).await?;
    Ok(Found::File(match thumb {
        true => Behind { store, key: thumb_key(&file.storage_key), mime: "image/jpeg".into(), bytes: None },
        false => Behind { store, key: file.storage_key, mime: file.mime, bytes: Some(file.bytes.unsigned_abs()) },
    }))
}

pub(super) fn thumb_key(storage_key: &str) -> String {
    let stem = storage_key.rsplit_once('.').map_or(storage_key, |(stem, _)| stem);
    format!("{stem}.thumb.jpg")
}
