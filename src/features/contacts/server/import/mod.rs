//! Files of people, from the upload to what came of it. Read `upload` (the file comes in), `text` and `cells` (bytes to rows),
//! `guess` (what a column is), `row` (a row to a person), `preview`, then `job` (reads the file batch by batch), `merge` (takes one
//! batch in with one transaction), `members` (segments), `undo`. `store` reads and writes the table of imports, `acts` is what people do.
//!
//! A batch is taken in together with how far the file is read, so that a run which was cut off goes on behind the last batch that
//! is there: nothing twice, nothing lost.

pub mod acts;
pub mod cells;
mod guess;
pub mod job;
mod members;
mod merge;
mod preview;
pub mod rest;
mod row;
pub mod store;
mod text;
pub mod undo;
mod upload;

pub use guess::folded;
