//! Group commit: callers bring one item each, and what has come together while the database was busy goes to it as one
//! statement. A lone item goes at once; a crowd is given a moment to grow.

use crate::domain::error::{AppError, Result};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};

/// More than this in one statement gains nothing.
const MOST: usize = 512;

/// So many at once are a crowd: more will come within a moment, and a larger statement costs each of them less.
const CROWD: usize = 16;
const MOMENT: Duration = Duration::from_millis(6);

/// What comes while a batch is under way makes the next one larger, which costs less than two at once. But a statement can
/// stand still, behind a row that somebody has locked: after this long the next one goes past it.
const PATIENCE: Duration = Duration::from_millis(100);
/// So many may stand still before all do.
const LANES: usize = 2;

type Asked<I, O> = (I, oneshot::Sender<Result<O>>);

/// One statement that many callers share. Ends with its last clone.
pub struct Batcher<I, O> {
    asks: mpsc::UnboundedSender<Asked<I, O>>,
}

impl<I, O> Clone for Batcher<I, O> {
    fn clone(&self) -> Self {
        Self { asks: self.asks.clone() }
    }
}

impl<I: Clone + Send + Sync + 'static, O: Send + 'static> Batcher<I, O> {
    /// `run` answers a batch, one answer per item in their order. One batch is under way at a time, unless it takes long.
    /// A batch that fails in the database is done again item by item, so that one bad item fails alone.
    pub fn start<F, Fut>(run: F) -> Self
    where
        F: Fn(Arc<[I]>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<O>, sqlx::Error>> + Send + 'static,
    {
        let (asks, inbox) = mpsc::unbounded_channel();
        let (inbox, run) = (Arc::new(Mutex::new(inbox)), Arc::new(run));
        for _ in 0..LANES {
            tokio::spawn(lane(inbox.clone(), run.clone()));
        }
        Self { asks }
    }

    /// Brings an item and waits for its answer. Dropping this does not take the item back.
    pub async fn ask(&self, item: I) -> Result<O> {
        let (answer, wait) = oneshot::channel();
        let sent = self.asks.send((item, answer)).is_ok();
        match wait.await {
            Ok(answer) if sent => answer,
            _ => Err(AppError::unavailable("The program is stopping.")),
        }
    }
}

/// Waits for items; where they come in crowds, a moment longer. False: nobody will ask any more.
async fn gather<T>(inbox: &mut mpsc::UnboundedReceiver<T>, asked: &mut Vec<T>) -> bool {
    let first = inbox.recv_many(asked, MOST).await;
    if (CROWD..MOST).contains(&first) {
        tokio::time::sleep(MOMENT).await;
        while asked.len() < MOST
            && let Ok(item) = inbox.try_recv()
        {
            asked.push(item);
        }
    }
    first > 0
}

async fn lane<I, O, F, Fut>(inbox: Arc<Mutex<mpsc::UnboundedReceiver<Asked<I, O>>>>, run: Arc<F>)
where
    I: Clone,
    F: Fn(Arc<[I]>) -> Fut,
    Fut: Future<Output = Result<Vec<O>, sqlx::Error>>,
{
    let mut asked = Vec::new();
    loop {
        let mut inbox = inbox.lock().await;
        if !gather(&mut inbox, &mut asked).await {
            return;
        }
        let (items, answers): (Vec<I>, Vec<_>) = asked.drain(..).unzip();
        let items: Arc<[I]> = items.into();
        let mut done = pin!(run(items.clone()));
        let soon = tokio::time::timeout(PATIENCE, &mut done).await;
        drop(inbox);
        let answered = match soon {
            Ok(answered) => answered,
            Err(_) => done.await,
        };
        match answered {
            Ok(values) => {
                for (answer, value) in answers.into_iter().zip(values) {
                    let _ = answer.send(Ok(value));
                }
            }
            Err(error @ sqlx::Error::Database(_)) if items.len() > 1 => {
                tracing::warn!(%error, items = items.len(), "a batch failed; doing it item by item");
                for (item, answer) in items.iter().zip(answers) {
                    let one = run([item.clone()].into()).await.map_err(AppError::from);
                    let _ = answer.send(one.and_then(|mut all| all.pop().ok_or_else(unanswered)));
                }
            }
            Err(error) => {
                let error = AppError::from(error);
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }
}

fn unanswered() -> AppError {
    AppError::unavailable("The program cannot reach its data right now.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[tokio::test]
    async fn what_comes_together_goes_together_and_everyone_gets_their_own_answer() {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let double = Batcher::start(move |items: Arc<[usize]>| {
            let counted = counted.clone();
            async move {
                counted.fetch_add(1, SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                Ok(items.iter().map(|n| n * 2).collect::<Vec<usize>>())
            }
        });
        let answers = futures::future::join_all((0..100).map(|n| double.ask(n))).await;
        for (n, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.expect("answered"), n * 2);
        }
        assert!(runs.load(SeqCst) <= 3, "{} statements", runs.load(SeqCst));
    }

    /// What one statement takes when so many ask at once and one more in the moment after.
    async fn gathered(at_once: usize) -> usize {
        let (asks, mut inbox) = mpsc::unbounded_channel();
        (0..at_once).for_each(|n| asks.send(n).expect("open"));
        let mut asked = vec![];
        // In this order in one task: the late one asks while the first are being gathered.
        tokio::join!(gather(&mut inbox, &mut asked), async { asks.send(at_once).expect("open") });
        asked.len()
    }

    #[tokio::test]
    async fn a_crowd_is_given_a_moment_and_a_few_are_not() {
        assert_eq!(gathered(1).await, 1);
        assert_eq!(gathered(CROWD - 1).await, CROWD - 1);
        assert_eq!(gathered(CROWD).await, CROWD + 1);
        assert_eq!(gathered(MOST - 1).await, MOST);
        assert_eq!(gathered(MOST).await, MOST, "no more than that");
    }

    #[tokio::test]
    async fn a_batch_that_stands_still_is_passed() {
        let stuck = Arc::new(tokio::sync::Notify::new());
        let begun = Arc::new(tokio::sync::Notify::new());
        let (free, begins) = (stuck.clone(), begun.clone());
        let batches = Batcher::start(move |items: Arc<[usize]>| {
            let (stuck, begins) = (stuck.clone(), begins.clone());
            async move {
                if items.contains(&0) {
                    begins.notify_one();
                    stuck.notified().await;
                }
                Ok(items.to_vec())
            }
        });
        let first = tokio::spawn({
            let batches = batches.clone();
            async move { batches.ask(0).await }
        });
        begun.notified().await;
        let passed = tokio::time::timeout(Duration::from_secs(1), batches.ask(1)).await;
        assert_eq!(passed.expect("went past it").expect("answered"), 1);
        assert!(!first.is_finished());
        free.notify_one();
        assert_eq!(first.await.expect("no panic").expect("answered"), 0);
    }

    #[tokio::test]
    async fn a_failure_that_concerns_all_is_told_to_all() {
        let broken = Batcher::start(|_: Arc<[u8]>| async { Err::<Vec<u8>, _>(sqlx::Error::PoolTimedOut) });
        let (a, b) = tokio::join!(broken.ask(1), broken.ask(2));
        assert!(a.is_err() && b.is_err());
    }
}
