//! The server's half of the secrets: rules in `service`, the change of encryption keys in `reencrypt`, SQL in `store`.

pub mod reencrypt;
pub mod service;
pub mod stand_ins;
mod store;
