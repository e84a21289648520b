//! Campaigns on the server. Read in this order: `brief` (what is asked for), `run` (the job, from a brief to its plan), `plan` (what is
//! computed: times, pictures, a strategy in the company's own numbers), `spread` (posts over days), `texts` (what a model writes), `words`
//! (what it is asked), `checked` (what of its answers may be used), `decide` (edit, accept, refuse, undo), `service` (what pages ask);
//! `store` is the SQL.

pub mod brief;
pub mod checked;
pub mod decide;
mod plan;
pub mod run;
pub mod service;
pub mod spread;
mod store;
mod texts;
mod words;

use futures::future::BoxFuture;
use sqlx::PgPool;

/// For the weekly clean-up: campaigns that were deleted a month ago. Their posts stay.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(store::campaigns::remove_deleted(db))
}
