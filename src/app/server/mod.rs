//! The server around the pages: `boot` (settings to state), `router`, `health`, `metrics`, `serve` (start and stop), `listen` and `connection_limit` (connections), `doctor`, `reset_password`, `load` and `sink` (for measuring).

pub mod boot;
mod connection_limit;
pub mod demo;
pub mod doctor;
pub mod gate;
pub mod health;
pub mod listen;
pub mod load;
mod metrics;
pub mod reset_password;
pub mod router;
pub mod serve;
pub mod sink;
