//! The integration tests: one binary. `support` is the house for them; the rest mirrors what is tested.

mod accounts;
mod arrows;
mod config;
mod connect;
mod connections;
mod demo;
mod limits;
mod publishing;
mod queue;
mod reseal;
mod scheduling;
mod schema;
mod seams;
mod support;
mod tenancy;
mod x_text;
