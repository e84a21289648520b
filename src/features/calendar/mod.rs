//! The calendar: posts on the company's clock, by month, week and day. Read `model`, `calls`, `page`, `grid`, `agenda`,
//! then `mover`, `pointer` and `cursor`: what hands do with it.

mod agenda;
pub mod calls;
mod card;
mod cursor;
mod grid;
pub mod model;
mod mover;
mod page;
mod pointer;
mod slot;
mod toolbar;

pub use page::CalendarPage;
