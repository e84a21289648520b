//! The jobs of imports: reading a file batch by batch, taking an import back, and removing what is no longer needed.

use super::cells::{Cells, Rows, TooLong};
use super::encode::{self, Ready};
use super::merge::{self, Batch, Refusal, Taken};
use super::row::Plan;
use super::store::{self, Import};
use super::upload::is_sep;
use super::{acts, undo};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ImportId};
use crate::features::contacts::imports::model::ImportState;
use crate::features::contacts::server::capture::Capture;
use crate::features::contacts::server::words;
use crate::features::media::server::stores::{self, storage_error};
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};
use crate::infra::state::App;
use crate::infra::work::off_thread;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use tokio::sync::mpsc;

/// Rows of one batch, which two transactions take in, and bytes of their text.
const BATCH: usize = 12_000;
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
        if let Err(error) = read(&tenant, &import, stream, sender).await {
            let _ = sent.send(Err(error)).await;
        }
    };
    let takes = async {
        let mut batches = batches;
        let (mut taken, mut measured) = (0, 0);
        let done = async {
            while let Some(next) = batches.recv().await {
                match next? {
                    Next::Batch(batch) => {
                        if taken >= 4 * measured {
                            measure(&tenant).await;
                            measured = taken.max(1);
                        }
                        taken += batch.rows;
                        // Both to their end, whatever becomes of the other.
                        let (one, other) = futures::join!(
                            merge::take_in(&tenant, &import, &batch, 0),
                            merge::take_in(&tenant, &import, &batch, 1)
                        );
                        if one? == Taken::Stop || other? == Taken::Stop {
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

/// Counts the tables anew, so that plans which were made while they were small are made again. The checks of references keep theirs: one
/// from the time when there was hardly a contact reads all of the company's for each row.
async fn measure(tenant: &Tenant) {
    for done in [
        sqlx::query!("analyze contacts").execute(&tenant.db).await,
        sqlx::query!("analyze contact_tags").execute(&tenant.db).await,
        sqlx::query!("analyze segment_members").execute(&tenant.db).await,
    ] {
        if let Err(error) = done {
            tracing::warn!(%error, "a table of contacts cannot be counted: the import may be slow");
        }
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
    Batch(Batch),
    TooLong(i64),
    End,
}

type Pieces = futures::stream::BoxStream<'static, Result<bytes::Bytes, object_store::Error>>;

/// Reads the file behind the rows that are taken in, and sends it on in batches.
async fn read(tenant: &Tenant, import: &Import, mut stream: Pieces, to: mpsc::Sender<Result<Next>>) -> Result<()> {
    let (company, behind) = (tenant.company, import.read[0].min(import.read[1]));
    let mut text = import.encoding.text();
    let mut rows = Rows::new(import.delimiter);
    let mut found: Vec<Cells> = vec![];
    let (mut skip, mut header) = (behind, import.has_header);
    let (mut from, mut at, mut size) = (behind, 0_i64, 0);
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
            let (plan, number, read) = (import.plan.clone(), rows.len() as i64, import.read);
            let mut batch = Batch { from, rows: number, read_bytes: at, ..Batch::default() };
            let (batch, people) = off_thread(company, move || {
                let people = people(&plan, read, &mut batch, &rows);
                (batch, people)
            })
            .await?;
            let batch = encoded(tenant, batch, people).await?;
            from += number;
            if to.send(Ok(Next::Batch(batch))).await.is_err() {
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

/// The people of some rows, each once; the rows that are none are noted in the batch. What a half has taken in already is left out.
fn people(plan: &Plan, read: [i64; 2], batch: &mut Batch, rows: &[Cells]) -> [Vec<Ready>; 2] {
    let mut people: [Vec<Capture>; 2] = Default::default();
    let mut known: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    for (cells, at) in rows.iter().zip(batch.from..) {
        match plan.person(cells) {
            Err(_) if at < read[0] => {}
            Err(reason) => {
                let kept: Vec<String> = cells.iter().map(|cell| cell.replace('\0', "\u{fffd}")).collect();
                batch.halves[0].refused.push(Refusal { row: cells.row, reason, cells: json!(kept) });
            }
            Ok(person) => {
                let half = merge::half_of(&person.email.key);
                match known.get(&person.email.key) {
                    _ if at < read[half] => {}
                    Some(place) => {
                        batch.halves[half].repeated += 1;
                        plan.again(&mut people[half][*place], person);
                    }
                    None => {
                        known.insert(person.email.key.clone(), people[half].len());
                        people[half].push(person);
                    }
                }
            }
        }
    }
    people.map(|people| people.into_iter().map(Ready::new).collect())
}

/// Writes them as the database takes them.
async fn encoded(tenant: &Tenant, mut batch: Batch, people: [Vec<Ready>; 2]) -> Result<Batch> {
    let company = tenant.company;
    let lowered = words::lowered(tenant, people.iter().flatten().map(Ready::words).collect()).await?;
    off_thread(company, move || {
        let mut lowered = lowered.iter().map(Option::as_deref);
        for (half, people) in batch.halves.iter_mut().zip(&people) {
            half.copy.reserve(people.len() * 1_024);
            for (one, lowered) in people.iter().zip(&mut lowered) {
                encode::write(half, company.0, one, lowered);
            }
            encode::end(half);
        }
        batch
    })
    .await
}
