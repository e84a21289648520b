//! What a visitor meets first: the document, the router, the table of pages, the frame around them.

mod bundles;
mod frame;
mod nav;
mod not_found;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod shell;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;

/// The whole program as a visitor sees it; the same tree on both sides.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    pages::Pages()
}
