//! Conversations on the server. Read in this order: `turn` (a question from its beginning to its kept answer), `about_me` (what a
//! person says of themselves), `rules` (an answer without a model), `steps` (one with a model, step by step), `tools` (what a model may call), `shown` (references instead of ids), `prompt` (what
//! it is told), `repairs` (the one act that is not only proposed), `diagnosis`, `help` (docs/HELP.md), `places` (the pages), `service`
//! (what pages ask), `rest`; `store` is the SQL.

mod about_me;
mod diagnosis;
mod help;
pub mod places;
mod prompt;
mod repairs;
pub mod rest;
mod rules;
pub mod service;
pub mod share;
mod shown;
mod steps;
mod store;
mod tools;
pub mod turn;
mod wishes;

use futures::future::BoxFuture;
use sqlx::PgPool;

/// For the weekly clean-up: conversations that their person deleted a month ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    store::remove_deleted(db)
}
