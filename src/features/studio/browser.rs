//! What only a browser can do for the composer: what was typed before the page came to life, and the warning before unsaved
//! work is left. `browser_elsewhere` has the same names for the server.

use crate::domain::error::AppError;
use crate::features::captions::model::{CaptionAsk, CaptionEvent};
use crate::ui::of_company;
use leptos::prelude::*;
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, HtmlInputElement, XmlHttpRequest};

/// The value that a field of this form has in the document before the composer takes it over.
pub fn typed(key: &str, name: &str) -> Option<String> {
    let field = document().query_selector(&format!("form[data-key='{key}'] [name='{name}']")).ok()??;
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return Some(input.value());
    }
    if let Some(select) = field.dyn_ref::<web_sys::HtmlSelectElement>() {
        return Some(select.value());
    }
    field.dyn_ref::<web_sys::HtmlTextAreaElement>().map(web_sys::HtmlTextAreaElement::value)
}

/// The value of a field of several lines, by its id.
pub fn text_of(id: &str) -> Option<String> {
    let field = document().get_element_by_id(id)?;
    field.dyn_ref::<web_sys::HtmlTextAreaElement>().map(web_sys::HtmlTextAreaElement::value)
}

/// Puts the keyboard into a field of several lines and selects a part of its text, in UTF-16 units; browsers scroll to it.
pub fn select(id: &str, from: u32, to: u32) {
    let field = document().get_element_by_id(id).and_then(|f| f.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    if let Some(field) = field {
        let _ = field.blur();
        let _ = field.set_selection_range(from, to);
        let _ = field.focus();
    }
}

/// Whether a box of this form is ticked in the document before the composer takes it over.
pub fn ticked(key: &str, name: &str, value: &str) -> Option<bool> {
    let selector = format!("form[data-key='{key}'] input[name='{name}'][value='{value}']");
    let field = document().query_selector(&selector).ok()??;
    field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::checked)
}

/// Asks before a page with unsaved work is left, by closing it or by a link. Ends with the owner that called it.
pub fn guard(dirty: Signal<bool>) {
    let closing = window_event_listener(leptos::ev::beforeunload, move |event| {
        if dirty.try_get_untracked() == Some(true) {
            event.prevent_default();
            event.set_return_value("unsaved");
        }
    });
    // In the capture phase, so that it comes before the router's own listener.
    let on_click = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let link = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
            .and_then(|e| e.closest("a[href]").ok().flatten());
        let Some(link) = link else { return };
        let stays = link.get_attribute("target").is_some_and(|t| t == "_blank")
            || link.get_attribute("href").is_some_and(|h| h.starts_with('#'));
        if stays || dirty.try_get_untracked() != Some(true) {
            return;
        }
        let leave = window().confirm_with_message("Leave this page? Your changes since the last save will be lost.");
        if !leave.unwrap_or(true) {
            event.prevent_default();
            event.stop_propagation();
        }
    })
    .into_js_value();
    let listener = StoredValue::new_local(on_click);
    listener.with_value(|l| {
        let _ = document().add_event_listener_with_callback_and_bool("click", l.unchecked_ref(), true);
    });
    on_cleanup(move || {
        closing.remove();
        listener.try_with_value(|l| {
            let _ = document().remove_event_listener_with_callback_and_bool("click", l.unchecked_ref(), true);
        });
    });
}

/// Calls it when the page goes out of sight: another tab, another program, or it is being closed. Ends with the owner that
/// called it.
pub fn on_hidden(hidden: impl Fn() + 'static) {
    // It happens at the document and reaches the window.
    let listener = window_event_listener_untyped("visibilitychange", move |_| {
        if document().hidden() {
            hidden();
        }
    });
    on_cleanup(move || listener.remove());
}

thread_local! {
    /// What is being written.
    static WRITING: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
}

#[derive(Deserialize)]
struct Refused {
    error: AppError,
}

const LOST: &str = "The connection broke off. What was written so far is kept; try again.";

/// Has texts written. `took` gets each event as it comes, `ended` what went wrong in the end, if anything did; not after
/// [`stop_writing`].
pub fn write(ask: &CaptionAsk, took: impl FnMut(CaptionEvent) + 'static, ended: impl Fn(Option<String>) + 'static) {
    let body = serde_json::to_string(ask).unwrap_or_default();
    let ended = Rc::new(ended);
    if begin(&body, took, ended.clone()).is_none() {
        ended(Some(LOST.into()));
    }
}

fn begin(body: &str, mut took: impl FnMut(CaptionEvent) + 'static, ended: Rc<dyn Fn(Option<String>)>) -> Option<()> {
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", &of_company("/api/v1/captions")).ok()?;
    request.set_request_header("Content-Type", "application/json").ok()?;
    // Bytes of the answer that were read, and whether its last event was there.
    let (read, whole) = (Cell::new(0), Rc::new(Cell::new(false)));
    let (growing, seen) = (request.clone(), whole.clone());
    let on_progress = Closure::<dyn FnMut()>::new(move || {
        let text = growing.response_text().ok().flatten().unwrap_or_default();
        while let Some((event, _)) = text.get(read.get()..).and_then(|rest| rest.split_once("\n\n")) {
            read.set(read.get() + event.len() + 2);
            let Some(event) = event.strip_prefix("data: ").and_then(|json| serde_json::from_str(json).ok()) else {
                continue;
            };
            seen.set(seen.get() || !matches!(event, CaptionEvent::Text { .. }));
            took(event);
        }
    });
    request.set_onprogress(Some(on_progress.into_js_value().unchecked_ref()));
    let answer = request.clone();
    let on_end = Closure::<dyn Fn()>::new(move || {
        // It comes after success, failure and stopping alike.
        if WRITING.take().is_none() {
            return;
        }
        let status = answer.status().unwrap_or(0);
        let said = || answer.response_text().ok().flatten().unwrap_or_default();
        let refused = || serde_json::from_str::<Refused>(&said()).map_or(LOST.into(), |refused| refused.error.message);
        ended(if status != 200 { Some(refused()) } else { (!whole.get()).then(|| LOST.into()) });
    });
    request.set_onloadend(Some(on_end.into_js_value().unchecked_ref()));
    WRITING.set(Some(request.clone()));
    request.send_with_opt_str(Some(body)).ok()
}

/// Whether the keyboard is on this element.
pub fn has_focus(id: &str) -> bool {
    document().active_element().is_some_and(|element| element.id() == id)
}

/// Hangs up.
pub fn stop_writing() {
    if let Some(request) = WRITING.take() {
        let _ = request.abort();
    }
}
