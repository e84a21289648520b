//! The server's half of accounts: `password` (hashing), `device` (browsers that signed in before), `store` (SQL), `service`
//! (coming in, staying in, leaving), `reset` (links for a new password), `profile` (name, e-mail, the journal).

mod device;
mod password;
pub mod profile;
pub mod reset;
pub mod service;
mod store;
