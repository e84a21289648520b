//! Looks for faults that stand, in every process and beside the queue: what looks after the worker must not need it. Every minute
//! it asks each playbook what it finds, writes that down, does what may be done without asking, and resolves what works again.

use super::books;
use super::playbook::as_incident;
use super::{By, Run};
use crate::domain::error::Result;
use crate::features::diagnostics::server::{health, store};
use crate::infra::state::App;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Between two rounds; nodes that start together are not long together.
const PAUSE: Duration = Duration::from_secs(60);
/// The longest that one playbook may look.
const WITHIN: Duration = Duration::from_secs(20);
/// The longest that a round may take.
const ROUND: Duration = Duration::from_secs(300);
/// Standing faults that one round looks at.
const MOST: i64 = 100;

/// Runs until `stop`.
pub fn keep(app: App, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
            let watched = tokio::select! {
                () = stop.cancelled() => return,
                watched = tokio::time::timeout(ROUND, round(&app)) => watched,
            };
            // Not as an error: while the database is away, what asks it says so.
            match watched {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "faults could not be looked for"),
                Err(_) => tracing::warn!("looking for faults took too long"),
            }
        }
    })
}

/// One look.
pub async fn round(app: &App) -> Result<()> {
    let aside = books::pool::aside(app).await;
    let app = aside.as_ref().unwrap_or(app);
    find(app).await?;
    health::keep(app).await;
    let kinds: Vec<String> = books::ALL.iter().map(|book| book.kind().to_owned()).collect();
    let rows = store::open_of_all(&app.db, Some(&kinds), MOST).await?;
    let run = Run::new(app, By::Program);
    for row in rows {
        super::one(&run, row).await?;
    }
    Ok(())
}

/// Writes down what stands now.
pub async fn find(app: &App) -> Result<()> {
    let mut all = vec![];
    for book in books::ALL {
        match tokio::time::timeout(WITHIN, book.find(app)).await {
            Ok(Ok(found)) => all.extend(found.into_iter().map(|found| as_incident(book, found))),
            // The others look all the same.
            Ok(Err(error)) => tracing::warn!(%error, kind = book.kind(), "a kind of fault could not be looked for"),
            Err(_) => tracing::warn!(kind = book.kind(), "looking for a kind of fault took too long"),
        }
    }
    if all.is_empty() { Ok(()) } else { store::found(&app.db, all).await }
}
