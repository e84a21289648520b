//! The jobs of imports: reading a file batch by batch, taking an import back, and removing what is no longer needed.

use super::cells::{Cells, Rows, TooLong};
use super::merge::{self, Batch, Refusal, Taken};
use super::store::{self, Import};
use super::upload::is_sep;
use super::{acts, undo};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ImportId, new_id};
use crate::features::contacts::imports::model::ImportState;
use crate::features::contacts::server::capture::Capture;
use crate::features::media::server::stores::{self, storage_error};
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};
use crate::infra::state::App;
use crate::infra::work::off_thread;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Rows of one transaction, and bytes of their text.
const BATCH: usize = 10_000;
const BATCH_BYTES: usize = 8 << 20;

/// Which import.
#[derive(Debug, Serialize, Deserialize)]
pub struct ImportPayload {
    pub import: ImportId,
}

/// Brings the people of a file in.
pub struct RunImport;

impl Job for RunImport {
    type Payload = ImportPayload;
    const KIND: &'static str = "import_contacts";
    const TITLE: &'static str = "Import contacts";
    /// Behind whatever has its time.
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 5;
    /// It would stay "Running": the page has a button that ends it.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: ImportPayload) -> Outcome {
        let Some(company) = claim.company else { return Outcome::Done };
        run(&claim.app, company, payload.import).await.into()
    }

    async fn on_dead(&self, claim: &Claim, payload: ImportPayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        let why = "The server had a problem. What was taken in is kept. Press “Go on” to try the rest again.";
        fail(&claim.app, company, payload.import, why).await
    }
}

/// Takes an import back.
pub struct UndoImport;

impl Job for UndoImport {
    type Payload = ImportPayload;
    const KIND: &'static str = "undo_import";
    const TITLE: &'static str = "Undo an import of contacts";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 20;
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: ImportPayload) -> Outcome {
        let Some(company) = claim.company else { return Outcome::Done };
        undo::run(&claim.app.tenant(company), payload.import).await.into()
    }

    async fn on_dead(&self, claim: &Claim, payload: ImportPayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        undo::give_up(&claim.app.tenant(company), payload.import).await
    }
}

/// Removes files that nobody brought in, and what is kept of old imports.
pub struct DropOldImports;

impl Job for DropOldImports {
    type Payload = Tick;
    const KIND: &'static str = "drop_old_imports";
    const TITLE: &'static str = "Remove old imports' files";
    const ATTEMPTS: i32 = 3;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "drop_old_imports",
        cron: "0 40 * * * *",
        title: "Old imports of contacts",
        does: "Removes files of contacts that nobody went on with for a day, and after 30 days what was refused and what could be undone.",
        when_stopped: "While this is stopped, files of contacts and their refused rows are kept longer than people are told.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        acts::drop_old(&claim.app).await.into()
    }
}

async fn fail(app: &App, company: CompanyId, id: ImportId, why: &str) -> Result<()> {
    let tenant = app.tenant(company);
    let Some(import) = store::find(&tenant, id).await? else { return Ok(()) };
    let mut db = tenant.db.acquire().await?;
    merge::end(&mut db, &tenant, &import, ImportState::Failed, Some(why)).await
}

async fn run(app: &App, company: CompanyId, id: ImportId) -> Result<()> {
    let tenant = app.tenant(company);
    let Some(import) = store::find(&tenant, id).await? else { return Ok(()) };
    if import.state != ImportState::Running {
        return Ok(());
    }
    let Some(place) = stores::find(app, company, &import.store).await? else {
        return fail(app, company, id, &stores::lost(&import.store)).await;
    };
    let stream = match place.stream(&store::key(company, id), None).await {
        Ok(stream) => stream,
        Err(object_store::Error::NotFound { .. }) => {
            return fail(app, company, id, "The file is not there any more. Upload it again.").await;
        }
        Err(error) => return Err(storage_error(&error)),
    };
    // While the database takes one batch in, the next one is read.
    let (sender, batches) = mpsc::channel(1);
    let reads = async {
        let sent = sender.clone();
        if let Err(error) = read(&import, company, stream, sender).await {
            let _ = sent.send(Err(error)).await;
        }
    };
    let takes = async {
        let mut batches = batches;
        let done = async {
            while let Some(next) = batches.recv().await {
                match next? {
                    Next::Batch(id, batch) => {
                        if merge::take_in(&tenant, &import, id, &batch).await? == Taken::Stop {
                            return Ok(Ends::Stopped);
                        }
                    }
                    Next::TooLong(row) => {
                        return Ok(Ends::Early(format!(
                            "Row {row} or the one after it is longer than 1 MB: a quotation mark is missing there. All rows before it were taken in."
                        )));
                    }
                    Next::End => return Ok(Ends::Done),
                }
            }
            Ok::<_, AppError>(Ends::Stopped)
        };
        let done = done.await;
        // Whoever still reads stops.
        drop(batches);
        done
    };
    let (_, done) = futures::join!(reads, takes);
    match done? {
        Ends::Stopped => Ok(()),
        Ends::Done => {
            let mut db = tenant.db.acquire().await?;
            merge::end(&mut db, &tenant, &import, ImportState::Done, None).await?;
            drop(db);
            acts::drop_file(app, company, id, &import.store).await
        }
        Ends::Early(why) => fail(app, company, id, &why).await,
    }
}

/// How a run ends.
enum Ends {
    Done,
    /// By somebody, who noted it; or another run is further.
    Stopped,
    /// Why the file cannot be read on.
    Early(String),
}

enum Next {
    Batch(Uuid, Batch),
    TooLong(i64),
    End,
}

type Pieces = futures::stream::BoxStream<'static, Result<bytes::Bytes, object_store::Error>>;

/// Reads the file behind the rows that are taken in, and sends it on in batches.
async fn read(import: &Import, company: CompanyId, mut stream: Pieces, to: mpsc::Sender<Result<Next>>) -> Result<()> {
    let mut text = import.encoding.text();
    let mut rows = Rows::new(import.delimiter);
    let mut found: Vec<Cells> = vec![];
    let (mut skip, mut header) = (import.read_rows, import.has_header);
    let (mut from, mut at, mut size) = (import.read_rows, 0_i64, 0);
    loop {
        let piece = stream.next().await.transpose().map_err(|error| storage_error(&error))?;
        let is_last = piece.is_none();
        at += piece.as_ref().map_or(0, |piece| piece.len() as i64);
        let decoded = text.decode(piece.as_deref().unwrap_or_default(), is_last);
        let mut take = |cells: Cells| {
            if cells.is_blank() || (cells.row == 1 && is_sep(&cells)) {
            } else if header {
                header = false;
            } else if skip > 0 {
                skip -= 1;
            } else {
                size += cells.bytes();
                found.push(cells);
            }
        };
        let mut told = if decoded.is_empty() { Ok(()) } else { rows.read(&decoded, &mut take) };
        if is_last && told.is_ok() {
            told = rows.read("", &mut take);
        }
        let too_long = told.err();
        let ends = is_last || too_long.is_some();
        while found.len() >= BATCH || size >= BATCH_BYTES || (ends && !found.is_empty()) {
            let rest = found.split_off(found.len().min(BATCH));
            let rows = std::mem::replace(&mut found, rest);
            size = found.iter().map(Cells::bytes).sum();
            let (id, number) = (new_id(), rows.len() as i64);
            let plan = import.plan.clone();
            let batch = off_thread(company, move || batch(&plan, company, id, &rows)).await?;
            let batch = Batch { from, rows: number, read_bytes: at, ..batch };
            from += number;
            if to.send(Ok(Next::Batch(id, batch))).await.is_err() {
                return Ok(());
            }
        }
        if let Some(TooLong { row }) = too_long {
            let _ = to.send(Ok(Next::TooLong(row))).await;
            return Ok(());
        }
        if is_last {
            let _ = to.send(Ok(Next::End)).await;
            return Ok(());
        }
    }
}

/// The people of some rows, each once, and the rows that are none.
fn batch(plan: &super::row::Plan, company: CompanyId, id: Uuid, rows: &[Cells]) -> Batch {
    let mut batch = Batch::default();
    let mut people: Vec<Capture> = Vec::with_capacity(rows.len());
    let mut known: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    for cells in rows {
        match plan.person(cells) {
            Err(reason) => {
                let kept: Vec<String> = cells.iter().map(|cell| cell.replace('\0', "\u{fffd}")).collect();
                batch.refused.push(Refusal { row: cells.row, reason, cells: json!(kept) });
            }
            Ok(person) => match known.get(&person.email.key) {
                Some(at) => {
                    batch.repeated += 1;
                    plan.again(&mut people[*at], person);
                }
                None => {
                    known.insert(person.email.key.clone(), people.len());
                    people.push(person);
                }
            },
        }
    }
    batch.people = people.len() as i64;
    batch.copy.reserve(people.len() * 256);
    for person in &people {
        merge::write(&mut batch.copy, company.0, id, person);
    }
    batch
}
