//! The newest posts of a connected account, as its network lists them: what LUX has published and what others have. Read only
//! when somebody opens the list. Read `model`, `server/service`, then `page`.

pub mod calls;
pub mod model;
mod page;
mod post;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::RecentPostsPage;
