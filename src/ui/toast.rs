//! A short message above the page, which moves nothing of it: what was just done, and the way back. It leaves by itself, later
//! when there is something to press or to read, and never while the pointer or the keyboard is on it. It stands at the bottom
//! of the window, or at the top where it would cover what somebody works in.

use super::{Button, ButtonKind, Glyph, Icon, browser};
use leptos::prelude::*;
use leptos::web_sys::Element;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use std::time::Duration;

/// How long a message stays that only says what was done.
const SHORT: Duration = Duration::from_secs(6);
/// The same where there is something to press or more to read: as long as WCAG 2.2.1 asks for.
const LONG: Duration = Duration::from_secs(20);
/// At least so long after the pointer or the keyboard has left it.
const AFTER: Duration = Duration::from_secs(3);
const TICK: Duration = Duration::from_millis(500);

/// `undo` is what the button does, where there is a way back; `close` takes the message away. Children are what to know about it.
#[component]
pub fn Toast(
    #[prop(into)] text: String,
    #[prop(optional_no_strip, into)] undo: Option<Callback<()>>,
    /// Also when it leaves by itself.
    close: Callback<Leaving>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let stays = if undo.is_some() || children.is_some() { LONG } else { SHORT };
    let undo = undo.map(|undo| {
        view! {
            <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=move |_| undo.run(())>
                "Undo"
            </Button>
        }
        .into_any()
    });
    let pressed = move |_| close.run(Leaving::Closed);
    let buttons = view! {
        {undo}
        <Button kind=ButtonKind::Ghost small=true kind_type="button" label="Close" on:click=pressed>
            <Icon glyph=Glyph::Close />
        </Button>
    };
    let left = Callback::new(move |()| close.run(Leaving::ByItself));
    toast(text, buttons.into_any(), children.map(|children| children()), stays, left)
}

/// How a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Somebody closed it: the keyboard has to go somewhere.
    Closed,
    ByItself,
}

/// The same for what the address of the page says, so that it is there without JavaScript too. `close` is the address without
/// it, `buttons` are forms and links.
#[component]
pub fn AddressToast(
    #[prop(into)] text: String,
    #[prop(into)] close: String,
    buttons: AnyView,
    /// There is something to press or more to read.
    lasts: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (navigate, path, address) = (use_navigate(), use_location().pathname, close.clone());
    let left = Callback::new(move |()| {
        // Somebody may be on the way to another page.
        if address.split('?').next() == Some(path.get_untracked().as_str()) {
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
    });
    let buttons = view! {
        {buttons}
        <a href=close class=ButtonKind::Ghost.class(true) aria-label="Close" data-noscroll="">
            <Icon glyph=Glyph::Close />
        </a>
    };
    toast(
        text,
        buttons.into_any(),
        children.map(|children| children().into_any()),
        if lasts { LONG } else { SHORT },
        left,
    )
}

fn toast(text: String, buttons: AnyView, below: Option<AnyView>, stays: Duration, left: Callback<()>) -> AnyView {
    let at = NodeRef::new();
    leave_by_itself(at, stays, left);
    stand_aside(at);
    view! {
        <div
            node_ref=at
            role="status"
            class="fixed inset-x-3 bottom-17 z-40 mx-auto flex w-fit max-w-md flex-col gap-2 rounded-card border border-line-strong bg-surface-3 py-2 pr-2 pl-4 text-[13px] noscript:static noscript:mx-0 data-top:top-3 data-top:bottom-auto min-[701px]:not-data-top:bottom-4"
        >
            <div class="flex items-center gap-3">
                <span dir="auto" class="min-w-0 flex-1">
                    {text}
                </span>
                {buttons}
            </div>
            {below}
        </div>
    }
    .into_any()
}

type At = NodeRef<leptos::html::Div>;

// What is set going here may still come once when the message is gone already.

fn leave_by_itself(at: At, stays: Duration, left: Callback<()>) {
    let remains = StoredValue::new(stays);
    let tick = move || {
        let Some(toast) = at.try_get_untracked().flatten() else { return };
        if !browser::is_visible() || is(&toast, ":hover") || is(&toast, ":focus-within") {
            remains.try_update_value(|remains| *remains = AFTER.max(*remains));
            return;
        }
        let is_over = remains.try_update_value(|remains| {
            *remains = remains.saturating_sub(TICK);
            remains.is_zero()
        });
        if is_over == Some(true) {
            left.try_run(());
        }
    };
    Effect::new(move |_| {
        let timer = set_interval_with_handle(tick, TICK);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}

fn is(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or_default()
}

/// Puts it where it covers the least: when it appears, and when the keyboard goes to what it covers.
fn stand_aside(at: At) {
    let place = move || {
        let Some(toast) = at.try_get_untracked().flatten() else { return };
        let covered = |top: bool| {
            let _ = if top { toast.set_attribute("data-top", "") } else { toast.remove_attribute("data-top") };
            weight_under(&toast)
        };
        if !is(&toast, ":hover") && !is(&toast, ":focus-within") {
            let (top, bottom) = (covered(true), covered(false));
            if top < bottom {
                covered(true);
            }
        }
    };
    Effect::new(move |_| {
        if at.get().is_some() {
            request_animation_frame(place);
        }
        // Scrolled: only what has the keyboard moves it.
        let scrolled = move || {
            if at.try_get_untracked().flatten().is_some_and(|toast| weight_under(&toast) >= IN_USE) {
                place();
            }
        };
        let heard = [
            window_event_listener(leptos::ev::focusin, move |_| request_animation_frame(place)),
            window_event_listener(leptos::ev::scroll, move |_| scrolled()),
            window_event_listener(leptos::ev::resize, move |_| place()),
        ];
        on_cleanup(move || heard.into_iter().for_each(|listener| listener.remove()));
    });
}

/// What has the keyboard, with its panel.
const IN_USE: u32 = 10_000;

/// How much of use is under it.
#[cfg(not(feature = "hydrate"))]
fn weight_under(_: &Element) -> u32 {
    0
}

#[cfg(feature = "hydrate")]
fn weight_under(toast: &Element) -> u32 {
    use leptos::web_sys::HtmlCollection;
    /// A panel that is open, or always in view (`.stays-in-place`).
    const PANEL: u32 = 100;
    let place = toast.get_bounding_client_rect();
    let is_under = |element: &Element| {
        let it = element.get_bounding_client_rect();
        it.width() > 0.0
            && it.left() < place.right()
            && place.left() < it.right()
            && it.top() < place.bottom()
            && place.top() < it.bottom()
    };
    let active =
        document().active_element().filter(|active| !is(active, "body, main, h1") && !toast.contains(Some(active)));
    let panel = active.as_ref().and_then(|active| active.closest(".stays-in-place").ok().flatten());
    let in_use = panel.or(active).is_some_and(|element| is_under(&element));
    let count = |all: HtmlCollection| {
        let all = (0..all.length()).filter_map(|n| all.item(n));
        all.filter(|element| is_under(element) && !toast.contains(Some(element))).count() as u32
    };
    let controls = ["input", "textarea", "select", "button", "summary"];
    let controls: u32 = controls.map(|tag| count(document().get_elements_by_tag_name(tag))).into_iter().sum();
    IN_USE * u32::from(in_use) + PANEL * count(document().get_elements_by_class_name("stays-in-place")) + controls
}
