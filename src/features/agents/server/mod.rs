//! Agents on the server. Read in this order: `clock` (when a job is due), `run` (a run from its beginning to its document and
//! proposals), `trace` (what a run has done already), `facts` (what is computed), `work` (what each job writes of it), `words` (what a
//! model may add, and how it is checked), `decide` (approval, refusal, Undo), `edit` (changes before that), `propose` (what is proposed outside of a run),
//! `tasks` (what agents hand to each other), `events` (what wakes them), `service` (what pages ask), `markdown`,
//! `memory` and `own_memory` (what is known of the company and of a person); `store` is the SQL.

pub mod clock;
pub mod decide;
pub mod edit;
pub mod events;
pub mod facts;
pub mod found;
pub mod markdown;
pub mod memory;
pub mod own_memory;
pub mod propose;
pub mod rest;
pub mod run;
pub mod service;
pub mod settings;
mod sheet;
mod store;
pub mod tasks;
mod trace;
mod words;
mod work;

use futures::future::BoxFuture;
use sqlx::PgPool;

/// For the weekly clean-up: runs of more than half a year ago that proposed nothing, tasks that were over by then, and what happened a
/// month ago.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let runs = store::runs::delete_old(db.clone()).await?;
        Ok(runs + store::tasks::delete_old(&db).await? + store::events::delete_old(&db).await?)
    })
}
