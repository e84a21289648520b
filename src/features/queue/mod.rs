//! The queue as people see it: what waits, runs and went wrong; one job with its log; the schedules. The queue itself is
//! `infra::queue`. Read `model`, `words` (what things are called), `calls`, then `server/service` (who sees and may do
//! what), `server/store` (SQL), `server/rest`.

pub mod calls;
mod job_page;
pub mod model;
mod parts;
mod queue_page;
mod schedules_page;
#[cfg(feature = "ssr")]
pub mod server;
pub mod words;

pub use job_page::JobPage;
pub use queue_page::QueuePage;
pub use schedules_page::SchedulesPage;
