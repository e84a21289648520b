//! Large files on their way to the server: announced, sent part by part, finished, and waited for until the server has read
//! them. Only in the browser. What was begun is remembered here, so that after a reload the same file goes on where it was.

use super::browser::{Picked, REQUESTS, Refused};
use crate::domain::error::{AppError, ErrorKind};
use crate::features::media::model::{AssetCard, UploadCard, UploadState};
use crate::ui::of_company;
use leptos::prelude::*;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// How often the server is asked whether it has read the file.
const ASK: Duration = Duration::from_millis(800);
/// A part that did not arrive is sent again so many times.
const TRIES: u32 = 5;

/// What a request carries.
enum Body<'a> {
    Nothing,
    Json(String),
    Part(&'a Blob),
}

/// How far a file is.
pub enum Progress {
    /// Per cent.
    Sent(u8),
    /// All of it is there; the server reads it.
    Checking,
}

/// Uploads one file. `None`: it was cancelled.
pub async fn upload(key: u32, picked: &Picked, progress: Rc<dyn Fn(Progress)>) -> Option<Result<AssetCard, AppError>> {
    match run(key, picked, &progress).await {
        Err(Stop::Cancelled) => None,
        Err(Stop::Failed(error)) => Some(Err(error)),
        Ok(card) => Some(Ok(card)),
    }
}

enum Stop {
    Cancelled,
    Failed(AppError),
}

async fn run(key: u32, picked: &Picked, progress: &Rc<dyn Fn(Progress)>) -> Result<AssetCard, Stop> {
    let mut upload = begin(key, picked).await?;
    let part = f64::from(upload.part_bytes);
    let size = upload.bytes as f64;
    for n in 0..upload.parts {
        if upload.have.contains(&n) {
            continue;
        }
        let (from, to) = (f64::from(n) * part, ((f64::from(n) + 1.0) * part).min(size));
        let blob = picked.file.slice_with_f64_and_f64(from, to).map_err(|_| lost())?;
        let address = format!("/api/v1/media/uploads/{}/parts/{n}", upload.id);
        let mut tries = 0;
        loop {
            let sent = progress.clone();
            let of_part = Rc::new(move |loaded: f64| sent(Progress::Sent(((from + loaded) / size * 100.0) as u8)));
            match call(key, "PUT", &address, Body::Part(&blob), Some(of_part)).await {
                Ok(_) => break,
                Err(Stop::Failed(error)) if passes(&error) && tries < TRIES => {
                    tries += 1;
                    wait(ASK * (1 << tries)).await;
                    still_wanted(key)?;
                }
                Err(stop) => return Err(stop),
            }
        }
    }
    progress(Progress::Checking);
    let address = format!("/api/v1/media/uploads/{}", upload.id);
    if upload.state == UploadState::Receiving {
        upload = read(&call(key, "POST", &format!("{address}/finish"), Body::Nothing, None).await?)?;
    }
    while upload.state == UploadState::Checking {
        wait(ASK).await;
        still_wanted(key)?;
        upload = read(&call(key, "GET", &address, Body::Nothing, None).await?)?;
    }
    forget(picked);
    match (upload.asset, upload.refused) {
        (Some(asset), _) => read(&call(key, "GET", &format!("/api/v1/media/{asset}"), Body::Nothing, None).await?),
        (None, why) => {
            let why = why.unwrap_or_else(|| "The file could not be used. Choose another one.".into());
            Err(Stop::Failed(AppError::invalid("files", why)))
        }
    }
}

/// The line, or what the server takes in at once, may be better in a moment.
fn passes(error: &AppError) -> bool {
    matches!(error.kind, ErrorKind::Unavailable | ErrorKind::RateLimited)
}

/// The upload that this file had begun, or a new one.
async fn begin(key: u32, picked: &Picked) -> Result<UploadCard, Stop> {
    if let Some(id) = remembered(picked)
        && let Ok(body) = call(key, "GET", &format!("/api/v1/media/uploads/{id}"), Body::Nothing, None).await
        && let Ok(upload) = read::<UploadCard>(&body)
        && upload.bytes == picked.bytes
        && upload.state != UploadState::Refused
    {
        return Ok(upload);
    }
    let body = serde_json::json!({ "file_name": picked.name, "bytes": picked.bytes }).to_string();
    let upload: UploadCard = read(&call(key, "POST", "/api/v1/media/uploads", Body::Json(body), None).await?)?;
    remember(picked, &upload.id.to_string());
    Ok(upload)
}

/// Stops an upload and gives up what the server has of it.
pub fn give_up(picked: &Picked) {
    if let Some(id) = remembered(picked) {
        forget(picked);
        leptos::task::spawn_local(async move {
            let address = format!("/api/v1/media/uploads/{id}");
            // Should this fail, the server gives it up by itself after a day.
            let _ = request("DELETE", &address, &Body::Nothing, None, &XmlHttpRequest::new().ok()).await;
        });
    }
}

fn still_wanted(key: u32) -> Result<(), Stop> {
    REQUESTS.with_borrow(|all| if all.contains_key(&key) { Ok(()) } else { Err(Stop::Cancelled) })
}

/// One request of this upload; its body where the answer is good.
async fn call(
    key: u32,
    method: &str,
    address: &str,
    body: Body<'_>,
    progress: Option<Rc<dyn Fn(f64)>>,
) -> Result<String, Stop> {
    still_wanted(key)?;
    let xhr = XmlHttpRequest::new().ok();
    if let Some(xhr) = &xhr {
        REQUESTS.with_borrow_mut(|all| all.insert(key, Some(xhr.clone())));
    }
    let answer = request(method, address, &body, progress, &xhr).await;
    still_wanted(key)?;
    answer.map_err(Stop::Failed)
}

async fn request(
    method: &str,
    address: &str,
    body: &Body<'_>,
    progress: Option<Rc<dyn Fn(f64)>>,
    xhr: &Option<XmlHttpRequest>,
) -> Result<String, AppError> {
    let unsent = || AppError::unavailable("The file could not be sent. Check your connection and try again.");
    let xhr = xhr.as_ref().ok_or_else(unsent)?;
    xhr.open(method, &of_company(address)).map_err(|_| unsent())?;
    if let Some(progress) = progress {
        let on = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| progress(event.loaded()));
        xhr.upload().map_err(|_| unsent())?.set_onprogress(Some(on.into_js_value().unchecked_ref()));
    }
    let ended = js_sys::Promise::new(&mut |resolve, _| xhr.set_onloadend(Some(&resolve)));
    match body {
        Body::Nothing => xhr.send(),
        Body::Json(text) => {
            xhr.set_request_header("content-type", "application/json").and_then(|()| xhr.send_with_opt_str(Some(text)))
        }
        Body::Part(blob) => xhr.send_with_opt_blob(Some(blob)),
    }
    .map_err(|_: JsValue| unsent())?;
    JsFuture::from(ended).await.map_err(|_| unsent())?;
    let text = xhr.response_text().ok().flatten().unwrap_or_default();
    if (200..300).contains(&xhr.status().unwrap_or(0)) {
        return Ok(text);
    }
    let told = serde_json::from_str::<Refused>(&text).map(|refused| refused.error);
    Err(told.unwrap_or_else(|_| unsent()))
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Stop> {
    serde_json::from_str(body).map_err(|_| lost())
}

fn lost() -> Stop {
    Stop::Failed(AppError::unavailable("The server's answer could not be read. Try again."))
}

async fn wait(time: Duration) {
    let ended = js_sys::Promise::new(&mut |resolve, _| {
        let millis = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = JsFuture::from(ended).await;
}

/// The same name, size and time of change is the same file.
fn name_of(picked: &Picked) -> String {
    format!("lux-upload:{}:{}:{}", picked.name, picked.bytes, picked.file.last_modified())
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn remembered(picked: &Picked) -> Option<String> {
    storage()?.get_item(&of_company(&name_of(picked))).ok().flatten()
}

fn remember(picked: &Picked, id: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&of_company(&name_of(picked)), id);
    }
}

fn forget(picked: &Picked) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&of_company(&name_of(picked)));
    }
}
