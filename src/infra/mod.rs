//! The building's services; they know no feature. Server only.
//! Read in this order: `settings`, `state` (what every handler gets), `database`, `session`, `crypto`, `queue`, `http`.

pub mod batch;
pub mod calls;
pub mod child;
pub mod crypto;
pub mod database;
pub mod detached;
pub mod http;
pub mod incidents;
pub mod measures;
pub mod postgres;
pub mod queue;
pub mod redact;
pub mod session;
pub mod settings;
pub mod state;
pub mod storage;
pub mod telemetry;
pub mod vitals;
pub mod work;
pub mod zip;
pub mod zone;
