//! Text that is put into a field where the caret is, and the text that is chosen there. The browser's own undo takes it back.

use leptos::prelude::*;

/// Where in a field text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the place of what is chosen, else where the caret is.
    Caret,
    /// At the end, an empty line below what is there.
    End,
}

/// Puts text into the field of several lines with this id and the keyboard into it; `changed` is told the whole text where the
/// browser does not tell it itself. The field may be about to appear.
pub fn insert(id: impl Into<String>, text: String, place: Place, changed: Callback<String>) {
    let id = id.into();
    #[cfg(feature = "hydrate")]
    set_timeout(move || field::insert(&id, &text, place, changed), std::time::Duration::ZERO);
    #[cfg(not(feature = "hydrate"))]
    let _ = (id, text, place, changed);
}

/// What is chosen in the field with this id; nothing where nothing is.
pub fn selected(id: &str) -> String {
    #[cfg(feature = "hydrate")]
    return field::selected(id).unwrap_or_default();
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        String::new()
    }
}

/// What goes in front of text that is put at the end.
#[cfg(any(feature = "hydrate", test))]
fn gap(before: &str) -> &'static str {
    if before.trim().is_empty() || before.ends_with("\n\n") {
        ""
    } else if before.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    }
}

/// What goes in front of a word or a sign that is put behind `before`, so that it does not stick to another one.
pub fn apart(before: Option<char>) -> &'static str {
    if before.is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | '[' | '"' | '“' | '„' | '«')) {
        " "
    } else {
        ""
    }
}

/// The last character before the caret in the field with this id.
pub fn before(id: &str) -> Option<char> {
    #[cfg(feature = "hydrate")]
    return field::before(id);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        None
    }
}

#[cfg(feature = "hydrate")]
mod field {
    use super::{Place, gap};
    use leptos::prelude::{Callable, Callback, document};
    use std::cell::RefCell;
    use wasm_bindgen::prelude::*;
    use web_sys::{Document, Event, HtmlTextAreaElement};

    // Declared here: a feature of `web-sys` more would build everything that uses it anew.
    #[wasm_bindgen]
    extern "C" {
        type Editing;
        #[wasm_bindgen(method, js_name = execCommand)]
        fn exec_command(this: &Editing, command: &str, shows: bool, value: &str) -> bool;
    }

    thread_local! {
        /// The fields in which somebody has been: of the others the browser says that the caret is at the beginning.
        static VISITED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    }

    /// Begins to watch with the first call.
    pub fn watch() {
        if VISITED.with_borrow(Option::is_some) {
            return;
        }
        let active = document().active_element().map(|element| element.id());
        VISITED.set(Some(active.into_iter().collect()));
        let entered = Closure::<dyn Fn(Event)>::new(|event: Event| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
            if let Some(id) = field.map(|field| field.id()) {
                VISITED.with_borrow_mut(|visited| {
                    let visited = visited.get_or_insert_default();
                    if !visited.contains(&id) {
                        visited.push(id);
                    }
                });
            }
        });
        let _ = document().add_event_listener_with_callback("focusin", entered.into_js_value().unchecked_ref());
    }

    fn field(id: &str) -> Option<HtmlTextAreaElement> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    fn was_in(id: &str) -> bool {
        VISITED.with_borrow(|visited| visited.as_ref().is_some_and(|all| all.iter().any(|known| known == id)))
    }

    fn utf16(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    pub fn insert(id: &str, text: &str, place: Place, changed: Callback<String>) {
        let Some(field) = field(id) else { return };
        let value = field.value();
        let length = utf16(&value).len() as u32;
        let at_end = place == Place::End || !was_in(id);
        let _ = field.focus();
        if at_end {
            let _ = field.set_selection_range(length, length);
        }
        let text = if place == Place::End { [gap(&value), text].concat() } else { text.to_owned() };
        let page: Document = document();
        // The one way that the browser's undo knows of; it tells the field's listeners too.
        if page.unchecked_ref::<Editing>().exec_command("insertText", false, &text) {
            return;
        }
        if field.set_range_text(&text).is_ok() {
            let caret = field.selection_start().ok().flatten().unwrap_or(length) + utf16(&text).len() as u32;
            let _ = field.set_selection_range(caret, caret);
            changed.run(field.value());
        }
    }

    pub fn selected(id: &str) -> Option<String> {
        let field = field(id)?;
        let (from, to) = (field.selection_start().ok()??, field.selection_end().ok()??);
        let units = utf16(&field.value());
        Some(String::from_utf16_lossy(units.get(from as usize..to as usize)?))
    }

    pub fn before(id: &str) -> Option<char> {
        let field = field(id)?;
        let units = utf16(&field.value());
        let caret = if was_in(id) { field.selection_start().ok()?? as usize } else { units.len() };
        String::from_utf16_lossy(units.get(..caret)?).chars().next_back()
    }
}

/// Notes from now on in which fields somebody has been. For effects of components that insert.
pub fn watch() {
    #[cfg(feature = "hydrate")]
    field::watch();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_stands_apart() {
        assert_eq!(["", " \n", "a", "a\n", "a\n\n"].map(gap), ["", "", "\n\n", "\n", ""]);
        assert_eq!(
            [None, Some(' '), Some('\n'), Some('('), Some('a'), Some('.')].map(apart),
            ["", "", "", "", " ", " "]
        );
    }
}
