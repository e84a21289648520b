//! The server's half of the secrets: rules in `service`, the change of encryption keys in `reseal`, SQL in `store`.

pub mod reseal;
pub mod service;
mod store;
