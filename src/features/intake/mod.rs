//! Contacts that other programs send, from Zapier above all: the address, who may send there, what came in and why something was
//! refused. Read `model`, then `server`; `page` is Settings, Zapier. `hooks`: what other programs are told.

mod calls;
mod came;
pub mod hooks;
pub mod model;
mod page;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::ZapierPage;
