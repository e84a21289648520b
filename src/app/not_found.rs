//! The page for an address that leads nowhere.

use crate::features::identity::accounts::entrance::Entrance;
use crate::ui::{ButtonKind, LinkButton, PageTitle};
use leptos::prelude::*;

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(options) = use_context::<leptos_axum::ResponseOptions>() {
        options.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <PageTitle text="Page not found" />
        <Entrance title="This page does not exist">
            <p class="text-[13px] text-muted">
                "The address may be mistyped, or the page was removed. Go on from Home."
            </p>
            <LinkButton href="/" kind=ButtonKind::Primary>
                "Go to Home"
            </LinkButton>
        </Entrance>
    }
}
