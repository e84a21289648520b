//! The head that each signed-in page begins with.

use crate::ui::PageTitle;
use leptos::prelude::*;

/// The top bar of a signed-in page.
#[component]
pub fn PageHead(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <PageTitle text=title.clone() />
        <header class="flex items-center gap-3">
            <h1 class="text-base font-semibold">{title}</h1>
            {children.map(|c| c())}
        </header>
    }
}
