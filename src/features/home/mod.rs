//! Home: what goes out today, what needs me, how the last week went.

mod agents;
pub mod calls;
mod first_steps;
pub mod model;
mod page;
#[cfg(feature = "ssr")]
mod server;
mod spark;

pub use page::HomePage;
