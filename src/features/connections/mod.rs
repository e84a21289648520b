//! Connections: accounts that a company has authorised. Read `model`, `calls`, then `server/service` (the rules),
//! `server/consent` (the way through the platform's consent page) and `server/tokens` (grants and their renewal).

pub mod calls;
pub mod card;
pub mod choose;
pub mod model;
pub mod page;
pub mod problem;
mod sign_in_form;

#[cfg(feature = "ssr")]
pub mod server;

pub use choose::ChooseAccountPage;
pub use page::ConnectionsPage;
