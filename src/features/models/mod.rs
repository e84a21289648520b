//! The one door to language models. Nothing asks a model beside it: here is decided which service and which model answer,
//! whether the month's money is left, and what is written down of each call. Read `model`, then `server` (`door` first); `page`
//! is Settings → AI. How a service is spoken to is `connectors::models`.

mod calls;
pub mod model;
mod page;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::AiPage;
