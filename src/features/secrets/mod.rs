//! Secrets: a company's own API keys, and the page where they are kept (Settings -> Integrations).
//! Read `catalogue` (every service and its fields, as data), `model`, `calls`, then `server/service`; the page is `page`.

pub mod calls;
pub mod catalogue;
mod key_input;
pub mod model;
pub mod page;
mod row;

#[cfg(feature = "ssr")]
pub mod server;

pub use page::IntegrationsPage;
