//! Snippets on the server: `service` (rules), `store` (SQL).

pub mod service;
mod store;
