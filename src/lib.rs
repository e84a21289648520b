//! LUX Marketing: one self-hosted program for a marketing team. This file is the map.
//!
//! Arrows run one way: `app -> features -> domain | ui`, `features/*/server -> connectors, infra`,
//! `connectors -> domain, infra/http`. A test holds them.
#![recursion_limit = "256"]

// By this name `sqlx.toml` finds the types of the ids, from here and from the integration tests.
extern crate self as lux;

/// What a visitor meets first: document, router, table of pages, frame.
pub mod app;
/// Shared vocabulary of both targets: ids, errors, time, roles, platforms and their limits.
pub mod domain;
/// One folder per capability.
pub mod features;
/// The kit that every screen is built from.
pub mod ui;

/// Clients for the outside platforms.
#[cfg(feature = "ssr")]
pub mod connectors;
/// The building's services: settings, database, queue, sessions, HTTP.
#[cfg(feature = "ssr")]
pub mod infra;
/// Stand-ins for the platforms, for trying and testing without the internet.
#[cfg(feature = "ssr")]
pub mod sandbox;

/// The browser's entry.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    // Everything that this page asks for is for the company that it was opened for; set once, as that never changes.
    if let Some(company) = leptos::prelude::document().document_element().and_then(|e| e.get_attribute("data-company"))
    {
        let _ = leptos::server_fn::client::try_set_server_url(Box::leak(company.into_boxed_str()));
    }
    ui::focus::keep();
    leptos::mount::hydrate_lazy(app::App);
}
