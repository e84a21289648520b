//! Contacts that several requests send at the same moment go to the database together: one look at the passwords, one statement and one
//! commit, whoever sent them. Each request is answered after the commit that has its contact. A lone one goes at once; while a batch is
//! under way, the next one gathers.

use super::items;
use super::keys::{self, Claimed, Sender};
use super::receive::VIA;
use crate::domain::error::{AppError, Result};
use crate::features::contacts::server::capture::Capture;
use crate::features::contacts::server::put::{Put, put};
use crate::infra::database::Tenant;
use futures::future::join_all;
use sqlx::PgPool;
use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, mpsc, oneshot};

/// Of one batch.
const MOST: usize = 256;
/// Batches that are under way at once.
const LANES: usize = 2;

type Asks<I, O> = mpsc::UnboundedSender<(I, oneshot::Sender<Result<O>>)>;

/// Both kinds of batches of one server. They begin with the first request, as they need its runtime.
#[derive(Default)]
pub struct Together {
    senders: OnceLock<Asks<(PgPool, Claimed), Option<Sender>>>,
    contacts: OnceLock<Asks<One, Put>>,
}

/// A contact of a request.
pub struct One {
    pub tenant: Tenant,
    pub user_name: String,
    pub capture: Capture,
}

impl Together {
    /// As [`keys::senders`].
    pub async fn sender(&self, db: &PgPool, claimed: Claimed) -> Result<Option<Sender>> {
        let asks = self.senders.get_or_init(|| start(find));
        ask(asks, (db.clone(), claimed)).await
    }

    /// Takes a contact in, with the line in the list of what came in.
    pub async fn put(&self, one: One) -> Result<Put> {
        ask(self.contacts.get_or_init(|| start(take)), one).await
    }
}

async fn ask<I, O>(asks: &Asks<I, O>, item: I) -> Result<O> {
    let (answer, wait) = oneshot::channel();
    let sent = asks.send((item, answer)).is_ok();
    match wait.await {
        Ok(answer) if sent => answer,
        _ => Err(AppError::unavailable("This could not be taken in. Send it again.")),
    }
}

/// `run` answers each item, in their order.
fn start<I, O, F, Fut>(run: F) -> Asks<I, O>
where
    I: Send + 'static,
    O: Send + 'static,
    F: Fn(Vec<I>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Vec<Result<O>>> + Send + 'static,
{
    let (asks, inbox) = mpsc::unbounded_channel::<(I, oneshot::Sender<Result<O>>)>();
    let inbox = Arc::new(Mutex::new(inbox));
    for _ in 0..LANES {
        let inbox = inbox.clone();
        tokio::spawn(async move {
            let mut asked = vec![];
            while inbox.lock().await.recv_many(&mut asked, MOST).await > 0 {
                let (items, answers): (Vec<I>, Vec<_>) = asked.drain(..).unzip();
                // In a task of its own: a fault in one batch ends none of those that follow.
                let Ok(done) = tokio::spawn(run(items)).await else { continue };
                for (answer, done) in answers.into_iter().zip(done) {
                    let _ = answer.send(done);
                }
            }
        });
    }
    asks
}

async fn find(asked: Vec<(PgPool, Claimed)>) -> Vec<Result<Option<Sender>>> {
    let Some((db, _)) = asked.first().cloned() else { return vec![] };
    let claimed: Vec<Claimed> = asked.into_iter().map(|(_, claimed)| claimed).collect();
    match keys::senders(&db, &claimed).await {
        Ok(senders) => senders.into_iter().map(Ok).collect(),
        Err(error) => claimed.iter().map(|_| Err(error.clone())).collect(),
    }
}

/// Company by company, all companies at once.
async fn take(ones: Vec<One>) -> Vec<Result<Put>> {
    let mut companies: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, one) in ones.iter().enumerate() {
        companies.entry(one.tenant.company.0).or_default().push(at);
    }
    let done = join_all(companies.into_values().map(|of| of_company(&ones, of))).await;
    let mut answers: Vec<_> = ones.iter().map(|_| Err(AppError::unavailable("Send it again."))).collect();
    for (at, answer) in done.into_iter().flatten() {
        answers[at] = answer;
    }
    answers
}

/// Somebody who is in it twice comes twice, one after the other. Where a batch fails each goes by itself, so that one alone fails.
async fn of_company(ones: &[One], mut waiting: Vec<usize>) -> Vec<(usize, Result<Put>)> {
    let mut done = vec![];
    while !waiting.is_empty() {
        let mut seen = HashSet::new();
        let (now, later) = waiting.into_iter().partition(|at| seen.insert(ones[*at].capture.email.key.as_str()));
        waiting = later;
        match all_at_once(ones, &now).await {
            Ok(puts) => done.extend(now.into_iter().zip(puts.into_iter().map(Ok))),
            Err(error) if now.len() == 1 => done.extend(now.into_iter().map(|at| (at, Err(error.clone())))),
            Err(error) => {
                tracing::warn!(%error, contacts = now.len(), "contacts that came together are taken in one by one");
                for at in now {
                    let alone =
                        all_at_once(ones, &[at]).await.and_then(|mut all| all.pop().ok_or_else(|| AppError::bug(None)));
                    done.push((at, alone));
                }
            }
        }
    }
    done
}

/// In one transaction; answers in their order.
async fn all_at_once(ones: &[One], at: &[usize]) -> Result<Vec<Put>> {
    let Some(first) = at.first().map(|at| &ones[*at]) else { return Ok(vec![]) };
    let mut tx = first.tenant.db.begin().await?;
    let captures = at.iter().map(|at| ones[*at].capture.clone()).collect();
    let done = put(&mut tx, &first.tenant, captures, VIA).await?;
    let puts: Option<Vec<Put>> = at.iter().map(|at| done.get(&ones[*at].capture.email.key).cloned()).collect();
    let puts = puts.ok_or_else(|| AppError::bug(None))?;
    let names: Vec<_> = at.iter().map(|at| ones[*at].user_name.clone()).collect();
    items::keep_all(&mut tx, &first.tenant, &names, &puts).await?;
    tx.commit().await?;
    Ok(puts)
}
