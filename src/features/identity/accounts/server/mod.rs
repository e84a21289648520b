//! The server's half of accounts: `password` (hashing), `device` (browsers that signed in before), `store` (SQL), `service` (rules).

mod device;
mod password;
pub mod service;
mod store;
