//! Buttons and links that look like buttons. Labels are verbs.

use super::company::of_company;
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do on this screen.
    Primary,
    #[default]
    Secondary,
    Ghost,
    Danger,
}

impl ButtonKind {
    pub fn class(self, small: bool) -> &'static str {
        match (self, small) {
            (Self::Primary, false) => {
                "inline-flex items-center justify-center gap-2 rounded-control border border-purple-fill bg-purple-fill px-3 py-1.5 font-medium text-white hover:brightness-110 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Primary, true) => {
                "inline-flex items-center justify-center gap-1.5 rounded-control border border-purple-fill bg-purple-fill px-2.5 py-0.5 text-[13px] font-medium text-white hover:brightness-110 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Secondary, false) => {
                "inline-flex items-center justify-center gap-2 rounded-control border border-line-strong px-3 py-1.5 font-medium text-text hover:bg-surface-2 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Secondary, true) => {
                "inline-flex items-center justify-center gap-1.5 rounded-control border border-line-strong px-2.5 py-0.5 text-[13px] font-medium text-text hover:bg-surface-2 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Ghost, false) => {
                "inline-flex items-center justify-center gap-2 rounded-control border border-line px-3 py-1.5 font-medium text-muted hover:bg-surface-2 hover:text-text aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Ghost, true) => {
                "inline-flex items-center justify-center gap-1.5 rounded-control border border-line px-2.5 py-0.5 text-[13px] font-medium text-muted hover:bg-surface-2 hover:text-text aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Danger, false) => {
                "inline-flex items-center justify-center gap-2 rounded-control border border-bad/60 px-3 py-1.5 font-medium text-bad hover:bg-bad/10 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
            (Self::Danger, true) => {
                "inline-flex items-center justify-center gap-1.5 rounded-control border border-bad/60 px-2.5 py-0.5 text-[13px] font-medium text-bad hover:bg-bad/10 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed cursor-pointer"
            }
        }
    }
}

/// A button. `kind_type` is the HTML type: `submit` (default) or `button`. `name`/`value` travel with a form.
///
/// While it is `disabled` it does nothing and says so, but keeps the keyboard: browsers take the focus off a `disabled` element,
/// and whoever pressed the button would stand at the top of the page again.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(into, default = "submit".into())] kind_type: String,
    #[prop(into, optional)] name: Option<String>,
    #[prop(into, optional)] value: Option<String>,
    #[prop(into, optional)] label: Option<String>,
    #[prop(into, optional)] disabled: Signal<bool>,
    children: Children,
) -> impl IntoView {
    // Whoever made the signal can be gone a moment before the button is: a list that is shown anew.
    let off = move || disabled.try_get().unwrap_or(true);
    view! {
        <button
            type=kind_type
            name=name
            value=value
            aria-label=label
            aria-disabled=move || off().then_some("true")
            class=kind.class(small)
            on:click=move |event| {
                if disabled.try_get_untracked().unwrap_or(true) {
                    event.prevent_default();
                    event.stop_immediate_propagation();
                }
            }
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    /// A full page load instead of client-side navigation (addresses that axum answers).
    #[prop(optional)]
    external: bool,
    children: Children,
) -> impl IntoView {
    // What is done there is done for the company of this page.
    let href = if href.starts_with("/api/") { of_company(&href) } else { href };
    view! {
        <a href=href rel=external.then_some("external") class=kind.class(small)>
            {children()}
        </a>
    }
}
