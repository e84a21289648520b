//! Links on the server. `service` (rules), `visit` (what `/s/…` answers), `clicks` (counting), `robots` (who is none), `store` (SQL).

mod clicks;
mod robots;
pub mod service;
mod store;
pub mod visit;
