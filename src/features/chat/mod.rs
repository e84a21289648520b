//! Asking the program: a conversation of one person with it, on a page of its own and in a panel beside every other page. It finds
//! things, explains errors, starts repairs and drafts posts, each through the service that pages use and with the rights of whoever
//! asks. Without a key of a model service it answers by rules, out of the help and what it can look up.
//!
//! Read `model`, `calls`, then `server` (`turn` first); `talk` is a conversation as one sees it, `page` the page, `panel` the panel.

pub mod calls;
pub mod model;
mod page;
mod panel;
mod parts;
#[cfg(feature = "ssr")]
pub mod server;
mod talk;

pub use page::ChatPage;
pub use panel::ChatPanel;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_elsewhere.rs"]
mod browser;
