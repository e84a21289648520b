//! Writes what was gathered in memory into `error_log`, every few seconds. While the database is away it is kept in memory and
//! in a file of the data folder, from which the next start takes it.

use super::store;
use crate::infra::incidents::Gathered;
use crate::infra::state::App;
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Between two times.
const PAUSE: Duration = Duration::from_secs(2);
/// Rounds between two looks at which addresses failed on other nodes.
const LEARN_EACH: u32 = 10;
/// Addresses whose answers are counted.
const WATCHED: i64 = 500;
/// The longest that one time may take.
const WITHIN: Duration = Duration::from_secs(10);
/// Bytes of the file; a larger one is not ours.
const LONGEST: u64 = 16 << 20;

/// Runs until `stop`, and once more then.
pub fn keep(app: App, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Some(earlier) = read(&app).await {
            app.incidents.put_back(earlier);
        }
        let mut rounds = 0u32;
        while !stop.is_cancelled() {
            if rounds.is_multiple_of(LEARN_EACH) {
                learn(&app).await;
            }
            rounds = rounds.wrapping_add(1);
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
            write(&app).await;
        }
    })
}

/// Counts from now on what addresses answer that failed on any node.
pub async fn learn(app: &App) {
    match tokio::time::timeout(WITHIN, store::watched(&app.db, WATCHED)).await {
        Ok(Ok(watched)) => {
            watched.iter().for_each(|place| app.incidents.watch(place, false));
            app.incidents.forget_others(&watched);
        }
        // Not as an error: the database being away is told by others.
        Ok(Err(error)) => tracing::warn!(%error, "addresses that failed could not be read"),
        Err(_) => tracing::warn!("addresses that failed could not be read in time"),
    }
}

/// Writes down how often addresses that failed have answered since. What is lost on the way is counted anew.
pub async fn answers(app: &App) {
    let answers = app.incidents.take_answers();
    if !answers.is_empty()
        && let Ok(Err(error)) = tokio::time::timeout(WITHIN, store::add_answers(&app.db, &answers)).await
    {
        tracing::warn!(%error, "answers could not be counted");
    }
}

/// Writes down what there is; what cannot be written is tried again the next time.
pub async fn write(app: &App) {
    faults(app).await;
    answers(app).await;
}

async fn faults(app: &App) {
    let gathered = app.incidents.take();
    if gathered.is_empty() {
        return;
    }
    let written = tokio::time::timeout(WITHIN, store::write(&app.db, &gathered)).await;
    let problem = match written {
        Ok(Ok(())) => {
            // What a file holds is in what was just written, or was written before.
            let _ = tokio::fs::remove_file(file(app)).await;
            return;
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer".to_owned(),
    };
    // Not as an error: that would be one more to write down.
    tracing::warn!(problem, kinds = gathered.len(), "errors could not be written down yet");
    let spooled = serde_json::to_vec(&gathered).map_err(|error| error.to_string());
    app.incidents.put_back(gathered);
    let kept = match spooled {
        Ok(bytes) => replace(app, bytes).await.map_err(|error| error.to_string()),
        Err(problem) => Err(problem),
    };
    if let Err(problem) = kept {
        tracing::warn!(problem, "errors could not be kept in the data folder either");
    }
}

fn file(app: &App) -> PathBuf {
    app.settings.data_dir.join("errors.json")
}

/// Whole or not at all.
async fn replace(app: &App, bytes: Vec<u8>) -> std::io::Result<()> {
    let (file, new) = (file(app), app.settings.data_dir.join("errors.json.new"));
    tokio::fs::write(&new, bytes).await?;
    tokio::fs::rename(&new, &file).await
}

/// What an earlier run could not write down.
async fn read(app: &App) -> Option<Vec<Gathered>> {
    let file = file(app);
    let size = tokio::fs::metadata(&file).await.ok()?.len();
    let bytes = if size <= LONGEST { tokio::fs::read(&file).await.ok() } else { None };
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())
}
