//! Snippets on the server: `service` (rules), `acts` (what is done with several, and Undo), `alike` (what a search with a typing error
//! means),
//! `documents` (those of agents), `store` (SQL).

pub mod acts;
mod alike;
mod documents;
pub mod service;
mod store;

use futures::future::BoxFuture;
use sqlx::PgPool;

/// For the weekly clean-up: what is behind acts of a month ago.
pub fn delete_old_acts(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    store::acts::delete_old(db)
}
