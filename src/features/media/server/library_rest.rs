//! `GET /api/v1/media` lists the library, `GET /api/v1/media/{id}` shows one file; `POST /library/upload` is the page's form for
//! uploads without JavaScript.

use super::receive::Room;
use super::{acts, library, service};
use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use crate::domain::page::{Cursor, Part};
use crate::domain::permission::Permission;
use crate::domain::post::MediaKind;
use crate::features::media::act::{AssetAct, AssetOutcome};
use crate::features::media::library::LibraryQuery;
use crate::features::media::model::{AssetCard, MAX_UPLOAD_FILES, RejectedFile, Why};
use crate::infra::http::{flash, throttle};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header;
use std::collections::BTreeMap;

/// More than files may have, so that a selection that is too big is read to its end and answered in words.
const MAX_BODY: usize = 200 * 1024 * 1024;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/media", get(list))
        .route("/api/v1/media/{id}", get(asset))
        .route("/library/upload", post(upload).layer(DefaultBodyLimit::max(MAX_BODY)))
}

/// `?kind&folder&unused&q&older&newer`
async fn list(who: Who, Query(asked): Query<BTreeMap<String, String>>) -> Result<Json<Part<AssetCard>>, AppError> {
    let who = who.require(Permission::View)?;
    let of = |name: &str| asked.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let wrong = |field: &str, message: &str| AppError::invalid(field, message);
    let place = |name: &str| -> Result<Option<Cursor>, AppError> {
        of(name).map(|at| at.parse().map_err(|message| wrong(name, message))).transpose()
    };
    let kind = |name: &str| MediaKind::parse(name).ok_or_else(|| wrong("kind", "Use picture, video or document."));
    let query = LibraryQuery {
        kind: of("kind").map(kind).transpose()?,
        folder: of("folder").map(|id| id.parse().map_err(|_| AppError::not_found("folder"))).transpose()?,
        unused: of("unused").is_some_and(|value| value != "0" && value != "false"),
        search: of("q").unwrap_or_default().to_owned(),
        older: place("older")?,
        newer: place("newer")?,
    };
    library::page(&who, &query).await.map(|library| Json(library.part))
}

async fn asset(who: Who, Path(id): Path<String>) -> Result<Json<AssetCard>, AppError> {
    let who = who.require(Permission::View)?;
    let gone = || AppError::not_found("file");
    let id: AssetId = id.parse().map_err(|_| gone())?;
    service::known(&who, &[id]).await?.pop().map(Json).ok_or_else(gone)
}

/// Takes in what can be used; the first file that cannot is told on the page.
async fn upload(who: Who, form: Result<Multipart, MultipartRejection>) -> Result<Response, AppError> {
    let who = who.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "uploads")?;
    let mut form =
        form.map_err(|_| AppError::invalid("files", "The form could not be read. Go back and send it again."))?;
    let hold = who.app.throttles.bodies.begin(who.user);
    let mut room = Room::new(&hold);
    let (mut files, mut refused, mut back) = (vec![], None::<RejectedFile>, String::new());
    loop {
        match form.next_field().await {
            Ok(Some(field)) if field.file_name().is_some() => match room.read(field).await {
                Ok(file) => files.extend(file),
                Err(refusal) => {
                    refused.get_or_insert(refusal);
                }
            },
            Ok(Some(mut field)) => {
                let is_back = field.name() == Some("back");
                while let Ok(Some(part)) = field.chunk().await {
                    if is_back && back.len() + part.len() <= 2_000 {
                        back.push_str(&String::from_utf8_lossy(&part));
                    }
                }
            }
            Ok(None) => break,
            Err(_) => {
                refused.get_or_insert(RejectedFile::new("the last file", Why::Incomplete));
                break;
            }
        }
    }
    let mut done: Vec<AssetId> = vec![];
    for file in files.into_iter().take(MAX_UPLOAD_FILES) {
        match service::take((&who).into(), file).await? {
            Ok(card) => done.push(card.facts.asset),
            Err(refusal) => {
                refused.get_or_insert(refusal);
            }
        }
    }
    let mut said = vec![];
    if !done.is_empty() {
        said.push(AssetOutcome { act: AssetAct::Added, done, not: vec![] }.parameters());
    }
    said.extend(refused.as_ref().map(|refusal| format!("why={}", refusal.why.id())));
    // The file's name is somebody's words: it does not stand in the address, which anybody can write.
    let name = refused.map(|refusal| BASE64_URL_SAFE_NO_PAD.encode(refusal.short_name()));
    let name = name.and_then(|name| flash::cookie(&who.app, library::PAGE, &name));
    let there = acts::page_with(&back, &said.join("&"));
    Ok((AppendHeaders(name.map(|name| (header::SET_COOKIE, name))), Redirect::to(&there)).into_response())
}
