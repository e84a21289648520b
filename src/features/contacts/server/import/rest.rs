//! `POST /contacts/import/upload` takes a file from the page's form; `GET /api/v1/contact-imports/{id}/refused.csv` hands out the
//! rows that were not taken in, with their numbers and why.

use super::store::{self, Import};
use super::upload::{self, Refused};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ImportId, Uuid};
use crate::domain::permission::Permission;
use crate::features::contacts::imports::model::MAX_BYTES;
use crate::features::contacts::server::export::cell;
use crate::infra::database::Tenant;
use crate::infra::http::throttle;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::Router;
use axum::body::Body;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::Stream;
use http::header;

/// More than a file may have, so that one that is too big is answered in words.
const MAX_BODY: u64 = MAX_BYTES + (16 << 20);
const PART: i64 = 1_000;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/contacts/import/upload", post(take).layer(DefaultBodyLimit::max(MAX_BODY as usize)))
        .route("/api/v1/contact-imports/{id}/refused.csv", get(refused))
}

async fn take(who: Who, form: Result<Multipart, MultipartRejection>) -> Result<Response, AppError> {
    let who = who.require(Permission::Contacts)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "uploads")?;
    let mut form =
        form.map_err(|_| AppError::invalid("file", "The form could not be read. Go back and send it again."))?;
    let hold = who.app.throttles.bodies.begin(who.user);
    let done = loop {
        match form.next_field().await {
            Ok(Some(field)) if field.file_name().is_some() => break upload::take(&who, field, &hold).await?,
            Ok(Some(_)) => {}
            Ok(None) => break Err(Refused::Empty),
            Err(_) => break Err(Refused::Broken),
        }
    };
    let there = match done {
        Ok(id) => format!("/contacts/import/{id}"),
        Err(refused) => format!("/contacts/import?why={}", refused.id()),
    };
    Ok(Redirect::to(&there).into_response())
}

async fn refused(who: Who, Path(id): Path<String>) -> Result<Response, AppError> {
    let who = who.require(Permission::Contacts)?;
    let id: ImportId = id.parse().map_err(|_| store::gone())?;
    let import = store::find(&who.tenant, id).await?.ok_or_else(store::gone)?;
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"refused-rows.csv\""),
    ];
    Ok((head, Body::from_stream(file(who.tenant, import))).into_response())
}

/// The whole file, part by part.
fn file(tenant: Tenant, import: Import) -> impl Stream<Item = Result<Bytes>> + Send {
    let start = (tenant, import, Some(Uuid::nil()), true);
    futures::stream::try_unfold(start, |(tenant, import, from, first)| async move {
        let Some(from) = from else { return Ok(None) };
        let rows = sqlx::query!(
            r#"select id, row_number, reason, array(select jsonb_array_elements_text(cells)) as "cells!"
               from contact_import_refusals where company_id = $1 and import_id = $2 and id > $3 order by id limit $4"#,
            tenant.company.0,
            import.id.0,
            from,
            PART
        )
        .fetch_all(&tenant.db)
        .await?;
        let mut text = String::new();
        let mut write = |cells: Vec<String>| {
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        };
        if first {
            // By the mark spreadsheets know that it is UTF-8.
            let names = import.plan.header.iter().map(|name| cell(name));
            write(["\u{feff}Row".to_owned(), "Why".into()].into_iter().chain(names).collect());
        }
        for row in &rows {
            let cells = row.cells.iter().map(|text| cell(text));
            write([row.row_number.to_string(), cell(&row.reason)].into_iter().chain(cells).collect());
        }
        let next = rows.last().filter(|_| rows.len() as i64 == PART).map(|row| row.id);
        Ok(Some((Bytes::from(text), (tenant, import, next, false))))
    })
}
