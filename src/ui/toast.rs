//! A short message above the page, which moves nothing of it: what was just done, and the way back.

use super::{Button, ButtonKind, Glyph, Icon};
use leptos::prelude::*;

/// `undo` is what the button does, where there is a way back; `close` takes the message away. Children are what to know about it.
#[component]
pub fn Toast(
    #[prop(into)] text: String,
    #[prop(optional_no_strip, into)] undo: Option<Callback<()>>,
    close: Callback<()>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let undo = undo.map(|undo| {
        view! {
            <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=move |_| undo.run(())>
                "Undo"
            </Button>
        }
        .into_any()
    });
    let buttons = view! {
        {undo}
        <Button kind=ButtonKind::Ghost small=true kind_type="button" label="Close" on:click=move |_| close.run(())>
            <Icon glyph=Glyph::Close />
        </Button>
    };
    toast(text, buttons.into_any(), children.map(|children| children()))
}

/// The same for what the address of the page says, so that it is there without JavaScript too. `close` is the address without
/// it, `buttons` are forms and links.
#[component]
pub fn AddressToast(
    #[prop(into)] text: String,
    #[prop(into)] close: String,
    buttons: AnyView,
    children: Children,
) -> impl IntoView {
    let buttons = view! {
        {buttons}
        <a href=close class=ButtonKind::Ghost.class(true) aria-label="Close" data-noscroll="">
            <Icon glyph=Glyph::Close />
        </a>
    };
    toast(text, buttons.into_any(), Some(children().into_any()))
}

fn toast(text: String, buttons: AnyView, below: Option<AnyView>) -> AnyView {
    view! {
        <div
            role="status"
            class="fixed inset-x-3 bottom-17 z-40 mx-auto flex w-fit max-w-md flex-col gap-2 rounded-card border border-line-strong bg-surface-3 py-2 pr-2 pl-4 text-[13px] min-[701px]:bottom-4"
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
