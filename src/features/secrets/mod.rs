//! Secrets: a company's own API keys, and the page where they are kept (Settings -> Integrations).
//! Read `domain::keys` (the fields of every service, as data), `model`, `calls`, then `server/service`; the page is `page`.

pub mod calls;
mod key_input;
pub mod model;
pub mod page;
mod row;

#[cfg(feature = "ssr")]
pub mod server;

pub use page::IntegrationsPage;
