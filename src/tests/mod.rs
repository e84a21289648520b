//! The integration tests: one binary. `support` is the house for them; the rest mirrors what is tested.

mod arrows;
mod config;
mod connections;
mod publishing;
mod schema;
mod seams;
mod support;
mod x_text;
