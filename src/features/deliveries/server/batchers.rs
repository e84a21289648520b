//! What all drivers of one worker share: the statements that serve many deliveries at once, and how platforms' connectors
//! are found. One per handler, made with its first job.

use super::run::Find;
use super::store::{self, Answer, Armed, Arming, Delivery, DeliveryClaim};
use crate::features::connections::server::loader::Loader;
use crate::infra::batch::Batcher;
use crate::infra::state::App;
use chrono::TimeDelta;
use std::sync::Arc;

pub(super) struct Batchers {
    pub(super) find: Find,
    /// With what is read of it at once.
    pub(super) take: Batcher<DeliveryClaim, Option<(TimeDelta, Delivery)>>,
    pub(super) load: Batcher<DeliveryClaim, Option<Delivery>>,
    pub(super) arm: Batcher<Arming, Option<Armed>>,
    pub(super) settle: Batcher<Answer, bool>,
    pub(super) accounts: Loader,
}

impl Batchers {
    pub(super) fn new(app: &App, find: Find) -> Self {
        let db = || app.pipeline.0.clone();
        Self {
            find,
            take: Batcher::start({
                let db = db();
                move |asked: Arc<[DeliveryClaim]>| {
                    let db = db.clone();
                    async move {
                        let taken = store::take(&db, &asked).await?;
                        let read = store::load(&db, &asked).await?;
                        Ok(taken.into_iter().zip(read).map(|(patience, delivery)| patience.zip(delivery)).collect())
                    }
                }
            }),
            load: Batcher::start({
                let db = db();
                move |asked: Arc<[DeliveryClaim]>| {
                    let db = db.clone();
                    async move { store::load(&db, &asked).await }
                }
            }),
            arm: Batcher::start({
                let (db, calls) = (db(), app.calls.clone());
                move |asked: Arc<[Arming]>| {
                    let (db, calls) = (db.clone(), calls.clone());
                    async move { store::arm(&db, &calls, &asked).await }
                }
            }),
            settle: Batcher::start({
                let db = db();
                move |answers: Arc<[Answer]>| {
                    let db = db.clone();
                    async move { store::settle(&db, &answers).await }
                }
            }),
            accounts: Loader::new(app),
        }
    }
}
