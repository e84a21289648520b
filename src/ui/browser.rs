//! What only the browser knows or can do. Call these from effects and event handlers, never while rendering: the
//! server has no answer and the first render must be the same on both sides.

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

/// Whether the page is in front of somebody.
#[cfg(feature = "hydrate")]
pub fn is_visible() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| !document.hidden())
}

#[cfg(not(feature = "hydrate"))]
pub fn is_visible() -> bool {
    false
}
