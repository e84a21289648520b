//! The document's title. `<Title>` writes its text unescaped on the server, so this is the one place that may use it.

use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn PageTitle(#[prop(into)] text: String) -> impl IntoView {
    let text = format!("{text} · LUX");
    let text =
        if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { text };
    view! { <Title text=text /> }
}
