//! The calendar: posts on the company's clock, by month, week and day. Read `model`, `calls`, `page`, `grid`, `agenda`.

mod agenda;
pub mod calls;
mod card;
mod grid;
pub mod model;
mod page;
mod toolbar;

pub use page::CalendarPage;
