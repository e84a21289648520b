//! Media: pictures, videos and documents that were added, their facts, the library in which they are found again, and the address
//! under which platforms fetch them.
//! Read `model`, `server/inspect` (what a picture is), `server/service`, `server/rest`; then `library`, `act`, and the pages `page`
//! (with `folders`, `adding`, `making`, `tiles`) and `detail` (with `detail_known`, `detail_networks`, `facts`, `verdict`). `uploads` is how files get to the server from any page.

pub mod act;
mod adding;
pub mod calls;
pub mod converted;
mod converting;
pub mod detail;
mod detail_known;
mod detail_networks;
pub mod facts;
mod folders;
pub mod library;
pub mod made;
mod making;
pub mod model;
pub mod page;
pub mod tiles;
pub mod uploads;
mod verdict;

#[cfg(feature = "hydrate")]
pub(crate) mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_elsewhere.rs"]
pub(crate) mod browser;
#[cfg(feature = "hydrate")]
mod browser_parts;
#[cfg(feature = "ssr")]
pub mod server;

pub use detail::AssetPage;
pub use page::LibraryPage;
