//! Newest posts on the server: `service` (asking and keeping), `rest` (pictures), `store` (SQL).

pub mod rest;
pub mod service;
mod store;

use futures::future::BoxFuture;
use sqlx::PgPool;

/// For the clean-up: lists of yesterday.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    store::delete_old(db)
}
