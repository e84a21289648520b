//! The error of a form that was posted without JavaScript travels in the address of the page that it goes back to
//! (`__path`, `__err`), where leptos reads it. Whatever stands there is shown as our words, so it counts only in the
//! browser that it was sent to: a cookie of a minute holds its fingerprint. And an address has a length.

use crate::domain::error::AppError;
use crate::domain::local_path::local_path;
use crate::infra::session::{cookie_value, sha256};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use http::{HeaderValue, header};
use leptos::prelude::FromServerFnError;
use leptos::server_fn::error::ServerFnUrlError;
use url::Url;
use url::form_urlencoded::Serializer;

const COOKIE: &str = "lux_failed";
/// Longest address that a form goes back to: proxies take 4 kB for all headers of an answer.
const LONGEST: usize = 3_000;
/// Longest error in it, as JSON.
const LONGEST_ERROR: usize = 900;

/// The same answer with an address of ours that is not too long, and the cookie that lets its error be shown. `called`:
/// the address of the server function.
pub fn bounded(mut response: Response, called: &str) -> Response {
    let Some(location) = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()) else {
        return response;
    };
    let Some(url) = whole(location) else { return response };
    let error = url.query_pairs().filter(|(key, _)| key == "__err").last().map(|(_, value)| value.into_owned());
    let address = match &error {
        Some(error) => {
            let error = short(ServerFnUrlError::<AppError>::decode_err(error));
            let error = BASE64_URL_SAFE.encode(error.ser());
            let seen = HeaderValue::from_str(&format!(
                "{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60",
                fingerprint(called, &error)
            ));
            if let Ok(seen) = seen {
                response.headers_mut().append(header::SET_COOKIE, seen);
            }
            address(&url, &[("__path", called), ("__err", &error)])
        }
        None if location.len() > LONGEST => address(&url, &[]),
        None => return response,
    };
    if let Ok(address) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

fn whole(location: &str) -> Option<Url> {
    Url::parse("http://lux.invalid").and_then(|base| base.join(location)).ok()
}

/// Path and query of `url` with these pairs for those of an earlier attempt; what does not fit is left out.
fn address(url: &Url, fixed: &[(&str, &str)]) -> String {
    let path = local_path(url.path());
    let size = |key: &str, value: &str| Serializer::new(String::new()).append_pair(key, value).finish().len() + 1;
    let mut room =
        LONGEST.saturating_sub(path.len() + fixed.iter().map(|(key, value)| size(key, value)).sum::<usize>());
    let mut query = Serializer::new(String::new());
    for (key, value) in url.query_pairs().filter(|(key, _)| !matches!(key.as_ref(), "__path" | "__err")) {
        let size = size(&key, &value);
        if size <= room {
            room -= size;
            query.append_pair(&key, &value);
        }
    }
    query.extend_pairs(fixed);
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// What was wrong may repeat what was sent, which may be long.
fn short(mut error: AppError) -> AppError {
    let cut = |text: &mut String, most: usize| {
        if text.chars().count() > most {
            *text = text.chars().take(most).chain(['…']).collect();
        }
    };
    cut(&mut error.message, 300);
    for problem in &mut error.problems {
        cut(&mut problem.message, 150);
        cut(&mut problem.field, 40);
    }
    while error.ser().len() > LONGEST_ERROR && error.problems.pop().is_some() {}
    error
}

fn fingerprint(path: &str, error: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(&format!("{path}\n{error}")))
}

/// Takes an error that we did not send to this browser out of the address before the page is made.
pub async fn only_ours(request: Request, next: Next) -> Response {
    // A name can be written with percent signs too, so that only the names as they are read say what there is.
    let claimed = request.uri().query().is_some_and(|query| query.contains('_') || query.contains('%'));
    let Some(url) = request.uri().path_and_query().filter(|_| claimed).and_then(|p| whole(p.as_str())) else {
        return next.run(request).await;
    };
    let all = |name: &str| -> Vec<String> {
        url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
    };
    let (paths, errors) = (all("__path"), all("__err"));
    let ours = match (paths.as_slice(), errors.as_slice()) {
        ([], []) => true,
        ([path], [error]) => {
            cookie_value(request.headers(), COOKIE).is_some_and(|seen| seen == fingerprint(path, error))
        }
        _ => false,
    };
    if ours || !matches!(*request.method(), http::Method::GET | http::Method::HEAD) {
        return next.run(request).await;
    }
    Redirect::to(&address(&url, &[])).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Problem;
    use http::StatusCode;

    fn sent_back(location: &str) -> (String, Option<String>) {
        let response = (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
        let response = bounded(response, "/rpc/lux/save");
        let header = |name| response.headers().get(name).map(|v| v.to_str().expect("text").to_owned());
        (header(header::LOCATION).expect("location"), header(header::SET_COOKIE))
    }

    #[test]
    fn however_much_was_sent_the_address_is_short() {
        let problems = (0..200).map(|n| Problem::error(format!("field{n}"), "é".repeat(5000))).collect();
        let error = AppError { message: "ü".repeat(300_000), ..AppError::problems(problems) };
        let error = BASE64_URL_SAFE.encode(error.ser());
        let typed: String = Serializer::new(String::new()).append_pair("note", &"ü".repeat(990)).finish();
        let long = "a".repeat(50_000);
        let (address, cookie) =
            sent_back(&format!("http://h/settings?q={long}&tab=x&{typed}&__path=%2Fother&__err={error}"));
        assert!(address.len() < 3_500, "{}", address.len());
        assert!(address.starts_with("/settings?tab=x&__path=%2Frpc%2Flux%2Fsave&__err="), "{address}");
        assert!(cookie.is_some_and(|c| c.starts_with("lux_failed=")));
        let shown = whole(&address).expect("url");
        let shown = shown.query_pairs().find(|(key, _)| key == "__err").expect("error").1.into_owned();
        assert!(ServerFnUrlError::<AppError>::decode_err(&shown).message.starts_with("üüü"));
    }

    #[test]
    fn answers_without_an_error_stay_as_they_are() {
        assert_eq!(sent_back("/posts?done=1"), ("/posts?done=1".into(), None));
        let (address, _) = sent_back(&format!("http://h/posts?a=1&q={}", "x".repeat(9_000)));
        assert_eq!(address, "/posts?a=1");
        let error = BASE64_URL_SAFE.encode(AppError::bug(None).ser());
        let (address, _) = sent_back(&format!("http://evil.example//x?__err={error}"));
        assert!(address.starts_with("/?__path="), "{address}");
    }
}
