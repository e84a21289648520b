//! Files of people, from the upload to what came of it. Read `upload` (the file comes in), `text` and `cells` (bytes to rows),
//! `guess` (what a column is), `row` (a row to a person), `preview`, then `job` (reads the file batch by batch), `encode` (people as
//! COPY takes them), `merge` (takes a batch in, each half with one transaction), `members` (segments), `undo`. `store` reads and writes the table of imports, `acts` is what people do.
//!
//! Each half of a batch is taken in together with how far it is read, so that a run which was cut off goes on behind what
//! is there: nothing twice, nothing lost.

pub mod acts;
pub mod cells;
mod encode;
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
