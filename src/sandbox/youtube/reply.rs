//! YouTube: the answers that every address gives: errors with a reason, lists, and which parts of a resource are shown.

use crate::sandbox::request::{ErrorResponse, PlatformRequest, json};
use axum::http::StatusCode;
use serde_json::{Value, json as value};

/// An error in the form of Google's APIs.
pub(super) fn error(status: u16, reason: &str, message: &str) -> ErrorResponse {
    let domain = if reason.contains("Limit") || reason.contains("quota") { "youtube.quota" } else { "youtube.common" };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let word = match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        _ => "UNAVAILABLE",
    };
    let errors = [value!({ "message": message, "domain": domain, "reason": reason })];
    json(code, &value!({ "error": { "code": status, "message": message, "errors": errors, "status": word } })).into()
}

pub(super) fn not_found() -> ErrorResponse {
    error(404, "notFound", "Not Found")
}

pub(super) fn unauthorized() -> ErrorResponse {
    let words = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
                 authentication credential.";
    error(401, "authError", words)
}

pub(super) fn scope_missing() -> ErrorResponse {
    let words = "Request had insufficient authentication scopes.";
    let errors =
        [value!({ "message": "Insufficient Permission", "domain": "global", "reason": "insufficientPermissions" })];
    let details = [value!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT" })];
    let body = value!({ "error": { "code": 403, "message": words, "errors": errors, "status": "PERMISSION_DENIED",
        "details": details } });
    json(StatusCode::FORBIDDEN, &body).into()
}

pub(super) fn quota_exceeded() -> ErrorResponse {
    let words = "The request cannot be completed because you have exceeded your <a href=\"/youtube/v3/getting-started#quota\">\
                 quota</a>.";
    error(403, "quotaExceeded", words)
}

/// The parts that a request names, each of which has to be one of `known`.
pub(super) fn parts<'a>(request: &'a PlatformRequest, known: &[&str]) -> Result<Vec<&'a str>, ErrorResponse> {
    let named: Vec<&str> =
        request.query("part").unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if named.is_empty() {
        return Err(error(400, "missingRequiredParameter", "No filter selected. The parameter part is required."));
    }
    match named.iter().find(|part| !known.contains(part)) {
        Some(other) => Err(error(400, "unknownPart", &format!("'{other}'"))),
        None => Ok(named),
    }
}

/// A resource with its own marks and the parts that were asked for.
pub(super) fn shown(whole: Value, kind: &str, parts: &[&str]) -> Value {
    let mut shown = value!({ "kind": format!("youtube#{kind}"), "etag": "sandbox", "id": whole["id"] });
    for part in parts.iter().filter(|part| !whole[**part].is_null()) {
        shown[*part] = whole[*part].clone();
    }
    shown
}

/// A page of a list. A token is the number of what was seen before.
pub(super) fn page(
    request: &PlatformRequest,
    kind: &str,
    all: Vec<Value>,
    (usual, most): (usize, usize),
) -> Result<Value, ErrorResponse> {
    let size = request.query("maxResults").map_or(Ok(usual), str::parse::<usize>);
    let size = size.ok().filter(|size| *size <= most);
    let size = size.ok_or_else(|| error(400, "invalidParameter", "Invalid value for maxResults."))?;
    let from = request.query("pageToken").map_or(Ok(0), str::parse::<usize>);
    let from = from.map_err(|_| error(400, "invalidPageToken", "The request specifies an invalid page token."))?;
    let total = all.len();
    let items: Vec<Value> = all.into_iter().skip(from).take(size).collect();
    let mut body = value!({ "kind": format!("youtube#{kind}"), "etag": "sandbox",
        "pageInfo": { "totalResults": total, "resultsPerPage": size }, "items": items });
    if total > from + size {
        body["nextPageToken"] = value!((from + size).to_string());
    }
    Ok(body)
}
