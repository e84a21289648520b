//! The server around the pages: `boot` (settings to state), `router`, `health`, `serve` (start and stop), `doctor`, `load` and `sink` (for measuring).

pub mod boot;
pub mod demo;
pub mod doctor;
pub mod gate;
pub mod health;
pub mod load;
pub mod router;
pub mod serve;
pub mod sink;
