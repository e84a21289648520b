//! How the program is: the health of each part, and the faults that it noticed in itself (`infra::incidents`), written down in
//! `error_log`, shown and resolved here. Read `model`, `calls`, then `server/collect` (from memory into the table), `store`,
//! `service` (who sees what), `health`, `logs` (the server's own log files), `browser` (what browsers report), `rest`.

pub mod calls;
mod error_page;
mod logs_page;
pub mod model;
mod page;
mod parts;
#[cfg(feature = "ssr")]
pub mod server;
mod timeline;

pub use error_page::ErrorPage;
pub use logs_page::LogsPage;
pub use page::DiagnosticsPage;
