//! The studio: where a post is written. One form that works by itself (`server/rest` takes it), and is quicker with the
//! browser's help: live counters, previews, uploads with progress.
//! Read `model`, `composer` (the state), `page`, then the columns `pictures`, `accounts`, `texts` (with
//! `parts`), `preview`, `finish`.

pub mod accounts;
pub mod calls;
pub mod composer;
pub mod finish;
mod guards;
pub mod model;
pub mod page;
pub mod parts;
pub mod pictures;
pub mod preview;
pub mod rich;
#[cfg(feature = "ssr")]
pub mod server;
pub mod texts;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_elsewhere.rs"]
mod browser;
