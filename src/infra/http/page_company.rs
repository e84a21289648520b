//! Refuses what a page asks for after its person went on to another company in another tab: what was written for one company
//! must not end up in another. Pages name their company in the address (`domain::page_company`); programs that use `/rpc`
//! or `/api` under a session need not.

use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::CompanyId;
use crate::domain::local_path::local_path;
use crate::domain::page_company::{SWITCH, split};
use crate::infra::session::Who;
use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use url::Url;

/// The company that the page was opened for.
#[derive(Clone, Copy)]
struct OpenedFor(CompanyId);

/// Takes the company out of the address, before anything looks at it. Around the router, which goes by the address.
pub async fn take_from_address(mut request: Request, next: Next) -> Response {
    let named = request.uri().path_and_query().and_then(|p| split(p.as_str()));
    if let Some((company, rest)) = named
        && let Ok(uri) = rest.parse::<Uri>()
    {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(OpenedFor(company));
    }
    next.run(request).await
}

/// Goes on when the session is at the page's company. Behind the session.
pub async fn same(request: Request, next: Next) -> Response {
    let (Some(OpenedFor(page)), Some(who)) =
        (request.extensions().get::<OpenedFor>().copied(), request.extensions().get::<Who>())
    else {
        return next.run(request).await;
    };
    let now = who.membership.map(|(company, _)| company);
    // From a page one can always go to another company.
    if now == Some(page) || request.uri().path() == SWITCH {
        return next.run(request).await;
    }
    match names(who, page, now).await {
        Ok((opened, now)) => refuse(&request, page, opened, now),
        Err(error) => error.into_response(),
    }
}

/// The names of both companies, as far as the person belongs to them.
async fn names(who: &Who, page: CompanyId, now: Option<CompanyId>) -> Result<(Option<String>, Option<String>)> {
    let rows = sqlx::query!(
        "select c.id, c.name from companies c join members m on m.company_id = c.id
         where m.id = $1 and c.id in ($2, $3)",
        who.user.0,
        page.0,
        now.unwrap_or(page).0
    )
    .fetch_all(&who.app.db)
    .await?;
    let name = |id: CompanyId| rows.iter().find(|row| row.id == id).map(|row| row.name.clone());
    Ok((name(page), now.and_then(name)))
}

fn refuse(request: &Request, page: CompanyId, opened: Option<String>, now: Option<String>) -> Response {
    let in_other = now.as_deref().map(|now| format!("you switched to {now}")).unwrap_or("you left it".into());
    let message = match &opened {
        Some(opened) => {
            format!(
                "This tab was opened for {opened}, but {in_other} in another tab. Reload, or switch back to {opened}."
            )
        }
        None => "This tab was opened for a company that you do not belong to any more. Reload it.".into(),
    };
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let error = AppError::new(ErrorKind::OtherCompany, message);
    if accept.contains("text/html") {
        let text = page_text(&error.message, page, opened.as_deref(), &came_from(request.headers()));
        return (StatusCode::CONFLICT, Html(text)).into_response();
    }
    // As server functions encode their errors.
    if request.uri().path().starts_with("/rpc/") {
        return (StatusCode::CONFLICT, Json(error)).into_response();
    }
    error.into_response()
}

fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|v| Url::parse(v).ok());
    referer
        .map_or_else(|| "/".into(), |url| local_path(&url[url::Position::BeforePath..url::Position::AfterQuery]).into())
}

/// What somebody without JavaScript sees, with both ways on.
fn page_text(message: &str, page: CompanyId, opened: Option<&str>, back: &str) -> String {
    let back = escaped(back);
    let switch = opened.map(|opened| {
        format!(
            "<form method=\"post\" action=\"{SWITCH}\" target=\"_blank\"><input type=\"hidden\" name=\"company\" value=\"{page}\">\
             <button>Switch back to {} (in a new tab)</button></form>",
            escaped(opened)
        )
    });
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Another company is open</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>body{{background:#000;color:#eee;\
         font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}}a,button{{color:#c4b5fd;font:inherit;\
         background:none;border:1px solid #555;border-radius:8px;padding:.4rem .8rem;text-decoration:none;cursor:pointer;\
         display:inline-block;margin-top:1rem}}</style></head><body><main><h1>Another company is open</h1><p>{}</p>\
         <p>Nothing was done. To keep what you typed: switch back, then reload this page, and let your browser send the form \
         again.</p>{}<a href=\"{back}\">Start again from the page</a></main></body></html>",
        escaped(message),
        switch.unwrap_or_default()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let text = page_text("a <b>", CompanyId::nil(), Some("<script>\"&"), "/x?a=\"");
        assert!(text.contains("a &lt;b&gt;") && text.contains("Switch back to &lt;script&gt;&quot;&amp;"), "{text}");
        assert!(text.contains("href=\"/x?a=&quot;\""), "{text}");
    }
}
