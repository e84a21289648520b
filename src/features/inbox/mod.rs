//! "Needs your eyes": the page of everything that waits for a person, with the one thing to do for each.

mod page;

pub use page::NeedsPage;
