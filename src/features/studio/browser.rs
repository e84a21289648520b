//! What only a browser can do for the composer: what was typed before the page came to life, and the warning before unsaved
//! work is left. `browser_elsewhere` has the same names for the server.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, HtmlInputElement};

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
