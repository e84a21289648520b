//! Campaigns on the server. Read in this order: `run` (the job, from a brief to its plan), `plan` (what is computed: times, pictures, a
//! strategy of the company's own numbers), `spread` (posts over days), `words` (what a model is asked), `checked` (what of its answers
//! may be used), `decide` (edit, accept, refuse, undo), `service` (what pages ask); `store` is the SQL.

pub mod checked;
pub mod decide;
mod plan;
pub mod run;
pub mod service;
pub mod spread;
mod store;
mod words;

use futures::future::BoxFuture;
use sqlx::PgPool;

/// For the weekly clean-up: campaigns that were deleted a month ago. Their posts stay.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(store::campaigns::remove_deleted(db))
}
