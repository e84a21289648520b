//! What only the browser knows or can do. Call these from effects and event handlers, never while rendering: the
//! server has no answer and the first render must be the same on both sides.

use crate::domain::moment::Day;
use leptos::prelude::*;
use std::time::Duration;

/// The browser's IANA time zone, such as `Europe/Lisbon`.
#[cfg(feature = "hydrate")]
pub fn time_zone() -> Option<String> {
    use js_sys::{Array, Intl, Object, Reflect};
    let format = Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string().filter(|zone| !zone.is_empty())
}

#[cfg(not(feature = "hydrate"))]
pub fn time_zone() -> Option<String> {
    None
}

/// The day that it is on the browser's clock.
#[cfg(feature = "hydrate")]
pub fn today() -> Day {
    let now = js_sys::Date::new_0();
    Day { year: now.get_full_year() as i32, month: now.get_month() as u8 + 1, day: now.get_date() as u8 }
}

#[cfg(not(feature = "hydrate"))]
pub fn today() -> Day {
    Day::from_number(0)
}

/// Whether the browser's language puts the month before the day.
#[cfg(feature = "hydrate")]
pub fn writes_month_first() -> bool {
    window().navigator().language().is_some_and(|language| language == "en-US")
}

#[cfg(not(feature = "hydrate"))]
pub fn writes_month_first() -> bool {
    false
}

/// Copies text; false when the browser does not allow it (no permission, or not a secure page).
#[cfg(feature = "hydrate")]
pub async fn copy(text: String) -> bool {
    let Some(window) = web_sys::window() else { return false };
    if !window.is_secure_context() {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
}

#[cfg(not(feature = "hydrate"))]
pub async fn copy(_text: String) -> bool {
    false
}

/// What this browser keeps under that name, as far as scripts may see it.
#[cfg(feature = "hydrate")]
pub fn cookie(name: &str) -> Option<String> {
    let all = js_sys::Reflect::get(&document(), &"cookie".into()).ok()?.as_string()?;
    all.split("; ").find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}

#[cfg(not(feature = "hydrate"))]
pub fn cookie(_name: &str) -> Option<String> {
    None
}

/// Keeps it for a year, for all pages. For what decides nothing but how a page looks.
#[cfg(feature = "hydrate")]
pub fn set_cookie(name: &str, value: &str) {
    let cookie = [name, "=", value, "; path=/; max-age=31536000; samesite=lax"].concat();
    // A browser that keeps no cookies just does not remember.
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

#[cfg(not(feature = "hydrate"))]
pub fn set_cookie(_name: &str, _value: &str) {}

/// Whether the page is in front of somebody.
#[cfg(feature = "hydrate")]
pub fn is_visible() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| !document.hidden())
}

#[cfg(not(feature = "hydrate"))]
pub fn is_visible() -> bool {
    false
}

/// Loads an address of ours from the server.
#[cfg(feature = "hydrate")]
pub fn load(address: &str) {
    if let Some(window) = web_sys::window() {
        // It only fails for an address that is none.
        let _ = window.location().assign(address);
    }
}

/// Puts a notice into the document where no view can: the markup is ours, never a visitor's.
#[cfg(feature = "hydrate")]
pub fn show_notice(markup: &'static str) {
    if let Some(body) = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body()) {
        let _ = body.insert_adjacent_html("beforeend", markup);
    }
}

/// While it lives, clicks do what they do without JavaScript: for a page that is not alive yet.
#[cfg(feature = "hydrate")]
pub struct PlainClicks(wasm_bindgen::prelude::Closure<dyn Fn(web_sys::Event)>);

#[cfg(feature = "hydrate")]
impl PlainClicks {
    pub fn new() -> Self {
        use wasm_bindgen::JsCast;
        // Before anything else hears of the click, the router included.
        let hold = wasm_bindgen::prelude::Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
            event.stop_propagation()
        });
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback_and_bool("click", hold.as_ref().unchecked_ref(), true);
        }
        Self(hold)
    }
}

#[cfg(feature = "hydrate")]
impl Default for PlainClicks {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "hydrate")]
impl Drop for PlainClicks {
    fn drop(&mut self) {
        use wasm_bindgen::JsCast;
        if let Some(window) = web_sys::window() {
            let _ = window.remove_event_listener_with_callback_and_bool("click", self.0.as_ref().unchecked_ref(), true);
        }
    }
}

/// Calls `again` every so often while somebody looks at the page. Without JavaScript the page has a link for that.
pub fn keep_fresh(every: Duration, again: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        let again = again.clone();
        let look = move || {
            if is_visible() {
                again();
            }
        };
        let timer = set_interval_with_handle(look, every);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}
