//! What only a browser can do for a conversation: read an answer while it is written, and hang up. `browser_elsewhere` has the same names
//! for the server.

use super::model::{ChatAsk, ChatEvent, Ending};
use crate::domain::error::AppError;
use crate::ui::of_company;
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::XmlHttpRequest;

thread_local! {
    /// What is being answered.
    static ASKING: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
}

#[derive(Deserialize)]
struct Refused {
    error: AppError,
}

const LOST: &str = "The connection broke off. Your question is still here; try again.";

/// Asks. `took` gets each event as it comes; `ended` is not called after [`stop`].
pub fn ask(ask: &ChatAsk, took: impl FnMut(ChatEvent) + 'static, ended: impl Fn(Ending) + 'static) {
    let mut body = json!({ "message": ask.message, "action": ask.action, "from": ask.from });
    if let Some(conversation) = ask.conversation {
        body["conversation_id"] = json!(conversation);
    }
    let ended = Rc::new(ended);
    if begin(&body.to_string(), took, ended.clone()).is_none() {
        ended(Ending::Refused(LOST.into()));
    }
}

fn begin(body: &str, mut took: impl FnMut(ChatEvent) + 'static, ended: Rc<dyn Fn(Ending)>) -> Option<()> {
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", &of_company("/chatbot/send")).ok()?;
    request.set_request_header("Content-Type", "application/json").ok()?;
    request.set_request_header("Accept", "text/event-stream").ok()?;
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
            seen.set(seen.get() || matches!(event, ChatEvent::Ended { .. }));
            took(event);
        }
    });
    request.set_onprogress(Some(on_progress.into_js_value().unchecked_ref()));
    let answer = request.clone();
    let on_end = Closure::<dyn Fn()>::new(move || {
        // It comes after success, failure and stopping alike.
        if ASKING.take().is_none() {
            return;
        }
        let status = answer.status().unwrap_or(0);
        let said = || answer.response_text().ok().flatten().unwrap_or_default();
        let refused = || serde_json::from_str::<Refused>(&said()).map_or(LOST.into(), |refused| refused.error.message);
        ended(match (status, whole.get()) {
            (200, true) => Ending::Whole,
            (200, false) => Ending::Lost,
            _ => Ending::Refused(refused()),
        });
    });
    request.set_onloadend(Some(on_end.into_js_value().unchecked_ref()));
    ASKING.set(Some(request.clone()));
    request.send_with_opt_str(Some(body)).ok()
}

/// Hangs up.
pub fn stop() {
    if let Some(request) = ASKING.take() {
        let _ = request.abort();
    }
}

/// Brings the end of a list into view.
pub fn show_end(id: &'static str) {
    request_animation_frame(move || {
        if let Some(list) = document().get_element_by_id(id) {
            list.set_scroll_top(list.scroll_height());
        }
    });
}
