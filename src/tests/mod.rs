//! The integration tests: one binary. `support` is the house for them; the rest mirrors what is tested.

mod accounts;
mod architecture;
mod chaos;
mod clocks;
mod config;
mod connect;
mod connections;
mod demo;
mod guards;
mod limits;
mod machine;
mod publish_now;
mod publishing;
mod queue;
mod queue_ahead;
mod queue_pages;
mod reencrypt;
mod rest_posts;
mod scheduling;
mod schema;
mod seams;
mod support;
mod tenancy;
mod threads;
mod tokens;
mod x_text;
