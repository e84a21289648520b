//! The server's half of companies: `store` (SQL), `service` (company and members), `invitations`.

pub mod invitations;
pub mod service;
mod store;
