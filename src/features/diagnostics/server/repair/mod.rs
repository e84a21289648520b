//! Repairs. For each open error the program says what it means and looks at the thing that was broken; where that does not work it
//! says what it would do, does it where nobody has to be asked, and looks again. Only what a check proves is resolved; everything
//! else stays open, with what was tried and what a person can do. What may be done is a list (`books`); each act leaves a receipt,
//! and after a few in a day, further and further apart, the program only looks.
//!
//! Read `playbook` (what one is), `books` (the list), `check` (errors that no playbook is made for), `receipts`, `watch` (who
//! looks for faults, every minute) and `job` (the sweep).

mod books;
mod check;
pub mod job;
mod playbook;
mod receipts;
pub mod watch;

use self::playbook::{Playbook, Subject, Turn};
use super::store::{self, Row, Scope};
use super::{collect, service};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ErrorId, RepairId, UserId};
use crate::features::diagnostics::model::{Repair, RepairCheck, RepairStep};
use crate::infra::redact::redact;
use crate::infra::session::Who;
use crate::infra::state::App;
use chrono::{TimeDelta, Utc};
pub use receipts::Kept;
use serde_json::json;

/// Errors of one run.
const MOST: i64 = 200;
/// So often in a day something is done about an error; after that the program only looks.
const TRIES: i64 = 3;
/// Between the first and the second time that the program does something by itself; four times as long before the next.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
/// Characters of what a receipt says.
const LONGEST: usize = 500;

/// Who asks for repairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Program,
    /// `agreed`: they pressed the button of a repair that asks.
    Person {
        user: UserId,
        agreed: bool,
    },
}

/// One run over errors.
pub struct Run<'a> {
    app: &'a App,
    by: By,
    /// Only says what would be done.
    dry: bool,
    parts: check::Parts,
}

impl<'a> Run<'a> {
    pub fn new(app: &'a App, by: By) -> Self {
        Self { app, by, dry: false, parts: check::Parts::default() }
    }

    fn agreed(&self) -> bool {
        matches!(self.by, By::Person { agreed: true, .. })
    }

    fn user(&self) -> Option<UserId> {
        match self.by {
            By::Program => None,
            By::Person { user, .. } => Some(user),
        }
    }
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// `None`: all open errors that they may see.
    pub error: Option<ErrorId>,
    pub dry: bool,
    /// They agree to what asks a person.
    pub agreed: bool,
}

/// All open errors that the caller may see, or one of them; each with what was done and what came of it.
pub async fn start(who: Who, wish: Wish) -> Result<Vec<Repair>> {
    let app = who.app.clone();
    let (who, server) = service::admitted(who)?;
    if wish.agreed && wish.error.is_none() {
        return Err(AppError::invalid("error_id", "Name the error whose repair you agree to."));
    }
    collect::write(&app).await;
    // What stands is found by whoever asks for a repair of all, and not only by the next round.
    if wish.error.is_none() && !wish.dry {
        watch::find(&app).await?;
    }
    let scope = Scope { tenant: &who.tenant, server };
    let rows = match wish.error {
        Some(id) => {
            let row = store::find(&scope, id).await?.ok_or_else(|| AppError::not_found("error"))?;
            if row.is_resolved { vec![] } else { vec![row] }
        }
        None => store::open(&scope, MOST).await?,
    };
    let by = By::Person { user: who.user, agreed: wish.agreed };
    all(&Run { dry: wish.dry, ..Run::new(&app, by) }, rows).await
}

/// Those of all companies and of the server: for the job.
pub async fn sweep(app: &App) -> Result<Vec<Repair>> {
    let aside = books::pool::aside(app).await;
    let app = aside.as_ref().unwrap_or(app);
    collect::write(app).await;
    watch::find(app).await?;
    let rows = store::open_of_all(&app.db, None, MOST).await?;
    all(&Run::new(app, By::Program), rows).await
}

async fn all(run: &Run<'_>, rows: Vec<Row>) -> Result<Vec<Repair>> {
    let mut repairs = vec![];
    for row in rows {
        repairs.push(one(run, row).await?);
    }
    Ok(repairs)
}

/// Removes resolved errors that are older than so many hours; how many.
pub async fn clear(who: Who, hours: u32) -> Result<u64> {
    let (who, server) = service::admitted(who)?;
    store::clear(&Scope { tenant: &who.tenant, server }, Utc::now() - TimeDelta::hours(i64::from(hours))).await
}

/// Takes back what a repair did, where there is a way back.
pub async fn undo(who: Who, id: RepairId) -> Result<()> {
    let app = who.app.clone();
    let (who, server) = service::admitted(who)?;
    let scope = Scope { tenant: &who.tenant, server };
    let receipt = receipts::find(&scope, id).await?.ok_or_else(|| AppError::not_found("repair"))?;
    if receipt.is_undone {
        return Ok(());
    }
    let row = store::find(&scope, receipt.error).await?.ok_or_else(|| AppError::not_found("error"))?;
    let Means::Book(book, of) = means(&row) else { return Err(no_way_back()) };
    let before = receipt.undo.ok_or_else(no_way_back)?;
    book.undo(&app, &of, &before, who.user).await?;
    receipts::undone(&app.db, id, who.user).await?;
    // What was resolved by it is open again.
    store::reopen(&scope, row.id).await?;
    Ok(())
}

fn no_way_back() -> AppError {
    AppError::conflict("There is no way back from this repair.")
}

/// What a person would be asked, and what would be done: for the error's page.
pub async fn offer(app: &App, row: &Row) -> Result<(Option<String>, Option<&'static str>)> {
    let means = means(row);
    let would = means.plan(app, row).await?;
    let turn = means.turn(app, would.is_some()).await?;
    let asks = means.asks().filter(|_| would.is_some() && turn == Turn::Usual);
    Ok((would, asks))
}

/// What can be done about an error now: the name of its playbook and what it would do. Nothing else may be advised.
pub async fn choice(app: &App, row: &Row) -> Result<Option<(&'static str, String)>> {
    let means = means(row);
    Ok(means.plan(app, row).await?.map(|would| (means.id(), would)))
}

/// What such an error means, and what a person can do about it.
pub fn words(row: &Row) -> (&'static str, &'static str) {
    let means = means(row);
    (means.meaning(), means.next())
}

/// What was done about an error, the latest first.
pub async fn receipts(app: &App, id: ErrorId) -> Result<Vec<Kept>> {
    receipts::of(&app.db, id).await
}

/// With what an error is looked at and mended.
enum Means {
    Book(&'static dyn Playbook, Subject),
    Usual(check::Check),
}

fn means(row: &Row) -> Means {
    match (books::of(&row.error_type), &row.subject) {
        (Some(book), Some(subject)) if row.method.is_none() => {
            Means::Book(book, Subject { company: row.company_id, name: subject.clone() })
        }
        _ => Means::Usual(check::of(row)),
    }
}

impl Means {
    fn meaning(&self) -> &'static str {
        match self {
            Self::Book(book, _) => book.meaning(),
            Self::Usual(check) => check.meaning(),
        }
    }

    fn next(&self) -> &'static str {
        match self {
            Self::Book(book, _) => book.next(),
            Self::Usual(check) => check.next(),
        }
    }

    fn id(&self) -> &'static str {
        match self {
            Self::Book(book, _) => book.id(),
            Self::Usual(_) => "run_again",
        }
    }

    fn asks(&self) -> Option<&'static str> {
        match self {
            Self::Book(book, _) => book.asks(),
            Self::Usual(_) => None,
        }
    }

    async fn check(&self, run: &Run<'_>, row: &Row) -> Result<RepairCheck> {
        match self {
            Self::Book(book, of) => book.check(run.app, of).await,
            Self::Usual(check) => check::run(run.app, &run.parts, row, *check).await,
        }
    }

    async fn plan(&self, app: &App, row: &Row) -> Result<Option<String>> {
        match self {
            Self::Book(book, of) => book.plan(app, of).await,
            Self::Usual(check::Check::JobDone) => {
                let kind = row.endpoint.as_deref().unwrap_or_default();
                let dead = store::given_up(&app.db, kind, row.company_id, row.created_at, 1).await?.len();
                Ok((dead > 0 && books::repeatable(app, kind)).then(|| books::put_back_words(app, kind, 1)))
            }
            Self::Usual(_) => Ok(None),
        }
    }

    async fn turn(&self, app: &App, planned: bool) -> Result<Turn> {
        match self {
            Self::Book(book, of) => book.turn(app, of, planned).await,
            Self::Usual(_) => Ok(Turn::Usual),
        }
    }

    async fn act(&self, app: &App, row: &Row) -> Result<playbook::Done> {
        match self {
            Self::Book(book, of) => book.act(app, of).await,
            Self::Usual(_) => {
                let kind = row.endpoint.as_deref().unwrap_or_default();
                let again = books::put_back(app, kind, row.company_id, row.created_at).await?;
                Ok(playbook::Done::new(books::put_back_words(app, kind, again)))
            }
        }
    }
}

/// Looks at one error, and does what may be done about it.
async fn one(run: &Run<'_>, row: Row) -> Result<Repair> {
    let (app, means) = (run.app, means(&row));
    let mut steps: Vec<RepairStep> = vec![];
    // What works again needs nothing to be done.
    let mut proof = means.check(run, &row).await?;
    let would = if proof.ok { None } else { means.plan(app, &row).await? };
    let turn = if proof.ok { Turn::Usual } else { means.turn(app, would.is_some()).await? };
    let asks = means.asks().filter(|_| would.is_some() && turn == Turn::Usual);
    let mut tries = receipts::tries(&app.db, &row).await?;
    let back = turn == Turn::Back;
    let may = !run.dry && would.is_some() && (asks.is_none() || run.agreed()) && (back || tries.today < TRIES);
    let is_time = back || run.by != By::Program || is_time(&tries);
    if may && is_time && receipts::take_turn(&app.db, row.id).await? {
        let before = proof.seen.clone();
        let (done, undo) = match means.act(app, &row).await {
            Ok(done) => (done.what, done.undo),
            Err(error) => (format!("Tried to, and it did not work: {}", error.message), None),
        };
        proof = means.check(run, &row).await?;
        let short = |text: &str| redact(text, LONGEST);
        let (before, done, after) = (short(&before), short(&done), short(&proof.seen));
        let receipt = receipts::New {
            error: row.id,
            playbook: means.id(),
            by: run.user(),
            before: &before,
            done: &done,
            after: &after,
            mended: proof.ok,
            undo: undo.as_ref(),
        };
        receipts::keep(&app.db, receipt).await?;
        receipts::end_turn(&app.db, row.id).await?;
        steps.push(RepairStep { name: means.id().into(), done });
        tries.today += 1;
    }
    let meaning = means.meaning();
    // Nothing that the program may do will end it.
    let waits = matches!(turn, Turn::Waits | Turn::Back);
    let needs_person = !proof.ok && !waits && (would.is_none() || asks.is_some() || tries.today >= TRIES);
    let next = (!proof.ok).then(|| means.next().to_owned());
    let asks = asks.filter(|_| !proof.ok).map(str::to_owned);
    let mut resolved = false;
    if !run.dry {
        let tried = tries.today;
        let notes = json!({
            "by": "program", "meaning": meaning, "steps": steps, "check": proof, "next": next, "needs_person": needs_person,
            "tried_today": tried, "playbook": means.id(), "note": format!("{} {}", meaning, proof.seen),
        });
        // What came in meanwhile stays open: the row is resolved only as it was looked at.
        resolved = proof.ok && store::settle(&app.db, row.id, row.count, &notes).await?;
        if !resolved {
            store::note(&app.db, row.id, &notes).await?;
        }
    }
    let would = would.filter(|_| !proof.ok && steps.is_empty());
    Ok(Repair {
        error: row.id,
        message: row.error_message,
        meaning: meaning.to_owned(),
        would,
        asks,
        steps,
        check: proof,
        resolved,
        needs_person,
        next,
    })
}

/// Whether the program may do something by itself again: 10 minutes after the first time, 40 after the second.
fn is_time(tries: &receipts::Tries) -> bool {
    let pause = PAUSE * 4_i32.pow(u32::try_from(tries.today.clamp(1, 5) - 1).unwrap_or_default());
    tries.last.is_none_or(|last| Utc::now() - last >= pause)
}
