//! People who may be one. Read `find` (the job that compares them, each with a few neighbours), then `listed`, then `merge` (and its
//! way back).

pub mod find;
pub mod listed;
pub mod merge;
