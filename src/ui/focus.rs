//! The keyboard never falls out of the page. When what had the focus is removed, hidden or drawn anew, the focus goes to the
//! same control, else to the next item of its list, else to the nearest heading; after a navigation inside the program it
//! goes to the new page's heading. So it does where a page had to be loaded for what somebody pressed (signing up, a search, a
//! platform's consent): there a browser begins at nothing.

/// Begins to watch; once per document.
#[cfg(feature = "hydrate")]
pub fn keep() {
    watch::start();
}

/// A page was put in the place of another one.
pub fn arrived() {
    #[cfg(feature = "hydrate")]
    watch::arrived();
}

/// Puts the keyboard on the element with this id, which may be about to appear.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    #[cfg(feature = "hydrate")]
    leptos::prelude::set_timeout(move || watch::focus_id(&id), std::time::Duration::ZERO);
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Puts the keyboard on the link to a post, where it is to be seen (`data-post`); it may be about to appear.
pub fn focus_post(id: String) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::set_timeout(move || watch::focus_post(&id), std::time::Duration::ZERO);
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Scrolls each row of tabs so far that the current one is in view.
pub fn show_current_tabs() {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(watch::show_tabs);
}

#[cfg(feature = "hydrate")]
mod watch {
    use leptos::prelude::{document, request_animation_frame, set_timeout, window};
    use std::cell::{Cell, RefCell};
    use std::time::Duration;
    use wasm_bindgen::prelude::*;
    use web_sys::{Element, Event, HtmlElement, Node, Storage};

    // Declared here: a feature of `web-sys` more would build everything that uses it anew.
    #[wasm_bindgen]
    extern "C" {
        type MutationObserver;
        #[wasm_bindgen(constructor)]
        fn new(callback: &JsValue) -> MutationObserver;
        #[wasm_bindgen(method)]
        fn observe(this: &MutationObserver, target: &Node, options: &JsValue);
    }

    /// Where the keyboard was, told so that it is found again in a page that was drawn anew.
    #[derive(Clone)]
    struct Place {
        element: Element,
        /// Its name, and which of how many elements of that name it was.
        name: String,
        nth: usize,
        of: usize,
        /// From its parent up to the body.
        around: Vec<Element>,
        item: Option<Item>,
    }

    /// The item of a list.
    #[derive(Clone)]
    struct Item {
        nth: usize,
        list: Element,
        list_name: String,
        list_nth: usize,
    }

    thread_local! {
        static LAST: RefCell<Option<Place>> = const { RefCell::new(None) };
        /// A look is due with the next frame.
        static DUE: Cell<bool> = const { Cell::new(false) };
        /// The document's first page was shown.
        static SHOWN: Cell<bool> = const { Cell::new(false) };
        /// When a link or a button of a form was last pressed here, on the browser's clock, in milliseconds.
        static PRESSED: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
    }

    /// What this tab keeps from one document to the next: the name of the control that led from the one to the other.
    const LED_HERE: &str = "lux-led-here";
    /// A document that goes within so many milliseconds went for what was pressed: an answer was waited for. Who writes an
    /// address into the browser begins anew.
    const SOON: f64 = 10_000.0;

    pub fn start() {
        let entered = Closure::<dyn Fn(Event)>::new(|event: Event| {
            let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            LAST.set(element.map(Place::of));
        });
        let left = Closure::<dyn Fn(Event)>::new(|_: Event| set_timeout(forget_if_left, Duration::ZERO));
        let changed = Closure::<dyn Fn()>::new(|| {
            if !DUE.replace(true) {
                request_animation_frame(look);
            }
        });
        let pressed = Closure::<dyn Fn(Event)>::new(|event: Event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| matches!(target.closest("a, form"), Ok(Some(_)))) {
                PRESSED.set(js_sys::Date::now());
            }
        });
        let pressed = pressed.into_js_value();
        let leaves = Closure::<dyn Fn(Event)>::new(|_: Event| {
            let name = LAST.with_borrow(|last| last.as_ref().map(|place| place.name.clone()));
            if js_sys::Date::now() - PRESSED.get() < SOON
                && let Some((kept, name)) = session().zip(name)
            {
                let _ = kept.set_item(LED_HERE, &name);
            }
        });
        let leaves = leaves.into_js_value();
        let _ = window().add_event_listener_with_callback("pagehide", leaves.unchecked_ref());
        let page = document();
        for what in ["click", "submit"] {
            let _ = page.add_event_listener_with_callback_and_bool(what, pressed.unchecked_ref(), true);
        }
        let _ = page.add_event_listener_with_callback("focusin", entered.into_js_value().unchecked_ref());
        let _ = page.add_event_listener_with_callback("focusout", left.into_js_value().unchecked_ref());
        if let Some(body) = page.body() {
            let options = js_sys::Object::new();
            for what in ["childList", "subtree", "attributes"] {
                let _ = js_sys::Reflect::set(&options, &what.into(), &true.into());
            }
            let kinds = js_sys::Array::of2(&"class".into(), &"open".into());
            let _ = js_sys::Reflect::set(&options, &"attributeFilter".into(), &kinds);
            MutationObserver::new(&changed.into_js_value()).observe(&body, &options);
        }
    }

    /// Of this tab; `None` where a browser keeps nothing.
    fn session() -> Option<Storage> {
        window().session_storage().ok().flatten()
    }

    pub fn arrived() {
        show_tabs();
        if SHOWN.replace(true) {
            return request_animation_frame(|| {
                focus_heading();
            });
        }
        let led_here = session().and_then(|kept| {
            let name = kept.get_item(LED_HERE).ok().flatten();
            let _ = kept.remove_item(LED_HERE);
            name
        });
        if let Some(name) = led_here {
            request_animation_frame(move || {
                // The page may say itself where one begins.
                if nobody_has_it() {
                    let mut again = ["INPUT", "BUTTON", "A", "SELECT"].into_iter().flat_map(|tag| named(tag, &name));
                    let _ = again.any(|control| focus(&control)) || focus_heading();
                }
            });
        }
    }

    fn focus_heading() -> bool {
        document().query_selector("h1").ok().flatten().is_some_and(|heading| focus(&heading))
    }

    pub fn focus_id(id: &str) {
        if let Some(element) = document().get_element_by_id(id) {
            focus(&element);
        }
    }

    pub fn focus_post(id: &str) {
        named("A", id).into_iter().any(|link| focus(&link));
    }

    pub fn show_tabs() {
        let rows = document().get_elements_by_class_name("tab-row");
        for row in (0..rows.length()).filter_map(|at| rows.item(at)) {
            let current = row.query_selector("[aria-current=page], [aria-selected=true]").ok().flatten();
            if let Some(current) = current {
                let (tab, all) = (current.get_bounding_client_rect(), row.get_bounding_client_rect());
                let off = (tab.left() + tab.right() - all.left() - all.right()) / 2.0;
                row.set_scroll_left(row.scroll_left() + off as i32);
            }
        }
    }

    /// True when the browser took it.
    fn focus(element: &Element) -> bool {
        let Some(html) = element.dyn_ref::<HtmlElement>() else { return false };
        let _ = html.focus();
        if !is_active(element) {
            let _ = element.set_attribute("tabindex", "-1");
            let _ = html.focus();
        }
        is_active(element)
    }

    fn is_active(element: &Element) -> bool {
        document().active_element().as_ref() == Some(element)
    }

    fn nobody_has_it() -> bool {
        document().active_element().is_none_or(|active| active.tag_name() == "BODY")
    }

    fn is_there(element: &Element) -> bool {
        // What is folded away in a `<details>` keeps its size.
        let folded = "details:not([open]) > :not(summary), details:not([open]) > :not(summary) *";
        let place = element.get_bounding_client_rect();
        let has_size = place.width() > 0.0 || place.height() > 0.0;
        element.is_connected() && has_size && !element.matches(folded).unwrap_or(false)
    }

    /// Somebody clicked beside everything: then the page is not to take the keyboard back.
    fn forget_if_left() {
        if nobody_has_it() && LAST.with_borrow(|last| last.as_ref().is_some_and(|place| is_there(&place.element))) {
            LAST.set(None);
        }
    }

    fn look() {
        DUE.set(false);
        let Some(place) = LAST.with_borrow(Clone::clone) else { return };
        if (nobody_has_it() || is_active(&place.element)) && !is_there(&place.element) {
            place.find().into_iter().any(|element| focus(&element));
        }
    }

    fn name(element: &Element) -> String {
        let id = Some(element.id()).filter(|id| !id.is_empty());
        if let Some(id) = id.or_else(|| element.get_attribute("data-post")) {
            return id;
        }
        let label = element.get_attribute("aria-label").or_else(|| element.text_content());
        element.tag_name() + label.unwrap_or_default().trim()
    }

    /// Those of this tag and name that can be seen, in the document's order.
    fn named(tag: &str, wanted: &str) -> Vec<Element> {
        let all = document().get_elements_by_tag_name(tag);
        let all = (0..all.length()).filter_map(|at| all.item(at));
        all.filter(|element| name(element) == wanted && is_there(element)).collect()
    }

    fn place_among(all: &[Element], element: &Element) -> usize {
        all.iter().position(|other| other == element).unwrap_or_default()
    }

    fn children(list: &Element) -> Vec<Element> {
        let all = list.children();
        (0..all.length()).filter_map(|at| all.item(at)).filter(is_there).collect()
    }

    impl Place {
        fn of(element: Element) -> Self {
            let name = name(&element);
            let same = named(&element.tag_name(), &name);
            let around = std::iter::successors(element.parent_element(), |at| at.parent_element()).collect();
            let item = element.closest("li, tr, article").ok().flatten();
            let item = item.and_then(|item| Some((item.parent_element()?, item)));
            let item = item.map(|(list, item)| {
                let list_name = list.get_attribute("aria-label").unwrap_or_default();
                Item {
                    nth: place_among(&children(&list), &item),
                    list_nth: place_among(&lists(&list.tag_name(), &list_name), &list),
                    list_name,
                    list,
                }
            });
            Self { nth: place_among(&same, &element), of: same.len(), name, around, item, element }
        }

        /// Where the keyboard may go instead, the best first.
        fn find(self) -> Vec<Element> {
            let mut found = vec![];
            let same = named(&self.element.tag_name(), &self.name);
            // One fewer: it is its item that has gone, and the same button of another item must not be under the finger.
            if same.len() >= self.of {
                found.extend(same.into_iter().nth(self.nth));
            }
            if let Some(item) = self.item {
                let again = || lists(&item.list.tag_name(), &item.list_name).into_iter().nth(item.list_nth);
                let list = if item.list.is_connected() { Some(item.list.clone()) } else { again() };
                let items = list.map(|list| children(&list)).unwrap_or_default();
                let last = items.len().saturating_sub(1);
                found.extend(items.into_iter().nth(item.nth.min(last)));
            }
            for around in self.around.into_iter().filter(|at| at.is_connected()) {
                found.extend(around.query_selector("h1, h2, h3, legend").ok().flatten().filter(is_there));
            }
            found
        }
    }

    fn lists(tag: &str, label: &str) -> Vec<Element> {
        let all = document().get_elements_by_tag_name(tag);
        let all = (0..all.length()).filter_map(|at| all.item(at));
        all.filter(|list| list.get_attribute("aria-label").unwrap_or_default() == label).collect()
    }
}
