//! A menu that opens without JavaScript: `<details>`. With it, Escape, a click elsewhere, following a link and sending a form
//! close it.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

/// A row of a menu: a link or a button.
pub const MENU_ITEM: &str = "flex w-full items-center gap-2.5 rounded-control px-2.5 py-2 text-left text-text hover:bg-surface-3 cursor-pointer";
/// A menu's panel; where it hangs and on which side is added.
pub const MENU_PANEL: &str = "absolute z-30 w-64 rounded-card border border-line-strong bg-surface-2 p-1";

/// `trigger` is what one presses; children are the panel. Classes are whole strings for the three parts.
#[component]
pub fn Menu(
    trigger: AnyView,
    #[prop(into, optional)] class: String,
    #[prop(into)] trigger_class: String,
    #[prop(into)] panel_class: String,
    /// The trigger's name, where its content is not one.
    #[prop(into, optional)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    // What closes leads back to what opened it, unless the keyboard is elsewhere by now.
    let close = move || {
        let Some(el) = details.get_untracked().filter(|el| el.has_attribute("open")) else { return };
        _ = el.remove_attribute("open");
        let active = document().active_element();
        let elsewhere = active.is_some_and(|at| !matches!(&*at.tag_name(), "BODY" | "MAIN") && !el.contains(Some(&at)));
        if let (false, Ok(Some(trigger))) = (elsewhere, el.query_selector("summary")) {
            _ = trigger.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    };
    Effect::new(move |_| {
        let elsewhere = window_event_listener(ev::click, move |ev| {
            let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
            if details.try_get_untracked().flatten().is_some_and(|el| !el.contains(target.as_ref())) {
                close();
            }
        });
        on_cleanup(move || elsewhere.remove());
    });
    let on_key = move |ev: ev::KeyboardEvent| {
        let Some(el) = details.get_untracked() else { return };
        if ev.key() == "Escape" && el.has_attribute("open") {
            ev.stop_propagation();
            close();
        }
    };
    let on_click = move |ev: ev::MouseEvent| {
        let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|el| matches!(el.closest("a"), Ok(Some(_)))) {
            close();
        }
    };
    let trigger_class = format!("list-none [&::-webkit-details-marker]:hidden cursor-pointer {trigger_class}");
    view! {
        <details node_ref=details class=class on:keydown=on_key>
            <summary class=trigger_class aria-label=label>
                {trigger}
            </summary>
            // What a button of a menu does is told elsewhere.
            <div class=panel_class on:click=on_click on:submit=move |_| close()>
                {children()}
            </div>
        </details>
    }
}
