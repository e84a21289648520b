//! What only a browser can do for files: how they are chosen, dropped or pasted, and sent with progress. `browser_elsewhere` has the
//! same names for the server.

use super::browser_parts;
pub use super::browser_parts::Progress;
use crate::domain::error::AppError;
use crate::features::media::model::AssetCard;
use crate::ui::of_company;
use leptos::prelude::*;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, File, FileList, FormData, HtmlInputElement, ProgressEvent, XmlHttpRequest};

/// A file that a person chose, dropped or pasted.
#[derive(Clone)]
pub struct Picked {
    pub name: String,
    pub bytes: u64,
    /// As the browser sees it; empty when it does not know.
    pub mime: String,
    pub(super) file: File,
}

fn picked(list: Option<FileList>) -> Vec<Picked> {
    let Some(list) = list else { return vec![] };
    (0..list.length())
        .filter_map(|i| list.get(i))
        .map(|file| Picked { name: file.name(), bytes: file.size() as u64, mime: file.type_(), file })
        .collect()
}

/// The files of a file input, which is emptied so that the same file can be chosen again.
pub fn from_input(event: &Event) -> Vec<Picked> {
    let Some(input) = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) else { return vec![] };
    take(&input)
}

fn take(input: &HtmlInputElement) -> Vec<Picked> {
    let files = picked(input.files());
    input.set_value("");
    files
}

/// What was dropped.
pub fn from_drop(event: &Event) -> Vec<Picked> {
    picked(event.dyn_ref::<web_sys::DragEvent>().and_then(web_sys::DragEvent::data_transfer).and_then(|d| d.files()))
}

/// Files on the clipboard; text stays with the field that it is pasted into.
pub fn from_paste(event: &Event) -> Vec<Picked> {
    let data = event.dyn_ref::<web_sys::ClipboardEvent>().and_then(web_sys::ClipboardEvent::clipboard_data);
    picked(data.and_then(|d| d.files()))
}

/// Files that were chosen before the page came to life.
pub fn waiting(id: &str) -> Vec<Picked> {
    let input = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlInputElement>().ok());
    input.map(|input| take(&input)).unwrap_or_default()
}

thread_local! {
    /// Uploads under way, each with the request that it waits for.
    pub(super) static REQUESTS: RefCell<HashMap<u32, Option<XmlHttpRequest>>> = RefCell::default();
    /// Files that did not arrive, in case they are sent again.
    static BROKEN: RefCell<HashMap<u32, Picked>> = RefCell::default();
}

#[derive(Deserialize)]
pub(super) struct Refused {
    pub error: AppError,
}

/// Uploads one file, in parts where it is large. `done` is called once; not after [`cancel`].
pub fn send(
    key: u32,
    picked: Picked,
    in_parts: bool,
    progress: impl Fn(Progress) + 'static,
    done: impl Fn(Result<AssetCard, AppError>) + 'static,
) {
    REQUESTS.with_borrow_mut(|all| all.insert(key, None));
    let sent = picked.clone();
    let done = move |answer: Result<AssetCard, AppError>| {
        if answer.is_err() {
            BROKEN.with_borrow_mut(|all| all.insert(key, sent.clone()));
        }
        done(answer);
    };
    if in_parts {
        leptos::task::spawn_local(async move {
            let answer = browser_parts::upload(key, &picked, Rc::new(progress)).await;
            let cancelled = REQUESTS.with_borrow_mut(|all| all.remove(&key)).is_none();
            match answer {
                Some(answer) if !cancelled => done(answer),
                _ => browser_parts::give_up(&picked),
            }
        });
    } else if let Err(error) = start(key, &picked, progress, done) {
        leptos::logging::error!("upload could not start: {error:?}");
    }
}

fn start(
    key: u32,
    picked: &Picked,
    progress: impl Fn(Progress) + 'static,
    done: impl Fn(Result<AssetCard, AppError>) + 'static,
) -> Result<(), JsValue> {
    let form = FormData::new()?;
    form.append_with_blob_and_filename("files", &picked.file, &picked.name)?;
    let request = XmlHttpRequest::new()?;
    request.open("POST", &of_company("/api/v1/media"))?;

    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(Progress::Sent((event.loaded() / event.total() * 100.0) as u8));
        }
    });
    request.upload()?.set_onprogress(Some(on_progress.into_js_value().unchecked_ref()));

    let answer = request.clone();
    let on_end = Closure::<dyn Fn()>::new(move || {
        // `loadend` comes after success, failure and cancelling alike.
        if REQUESTS.with_borrow_mut(|all| all.remove(&key)).is_some() {
            done(read(&answer));
        }
    });
    request.set_onloadend(Some(on_end.into_js_value().unchecked_ref()));

    request.send_with_opt_form_data(Some(&form))?;
    REQUESTS.with_borrow_mut(|all| all.insert(key, Some(request)));
    Ok(())
}

fn read(request: &XmlHttpRequest) -> Result<AssetCard, AppError> {
    let status = request.status().unwrap_or(0);
    let body = request.response_text().ok().flatten().unwrap_or_default();
    if status == 200 {
        let unread = || AppError::unavailable("The server's answer could not be read. Try again.");
        let cards: Vec<AssetCard> = serde_json::from_str(&body).map_err(|_| unread())?;
        return cards.into_iter().next().ok_or_else(unread);
    }
    let told = serde_json::from_str::<Refused>(&body).map(|refused| refused.error);
    Err(told.unwrap_or_else(|_| AppError::unavailable("The picture could not be sent. Try again.")))
}

/// The file that did not arrive.
pub fn kept(key: u32) -> Option<Picked> {
    BROKEN.with_borrow_mut(|all| all.remove(&key))
}

/// Stops an upload.
pub fn cancel(key: u32) {
    if let Some(picked) = kept(key) {
        browser_parts::give_up(&picked);
    }
    if let Some(Some(request)) = REQUESTS.with_borrow_mut(|all| all.remove(&key)) {
        let _ = request.abort();
    }
}
