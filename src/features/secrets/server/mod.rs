//! The server's half of the secrets: rules in `service`, SQL in `store`.

pub mod service;
mod store;
