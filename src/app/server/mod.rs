//! The server around the pages: `boot` (settings to state), `router`, `health`, `serve` (start and stop), `doctor`.

pub mod boot;
pub mod demo;
pub mod doctor;
pub mod gate;
pub mod health;
pub mod router;
pub mod serve;
