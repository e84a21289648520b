//! What people do with an import: say what its columns are, begin, end, go on, undo, remove.

use super::job::{ImportPayload, RunImport, UndoImport};
use super::store::{self, DAYS, Import, gone};
use super::{guess, preview};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{CompanyId, ImportId};
use crate::features::contacts::imports::model::{
    ImportChoices, ImportDetail, ImportList, ImportState, MAX_COLUMNS, Target,
};
use crate::features::contacts::server::edit::one_tag;
use crate::features::identity::companies::server::service as companies;
use crate::features::media::server::stores::{self, storage_error};
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Job, JobOptions};
use crate::infra::session::Granted;
use crate::infra::state::App;
use chrono::{TimeDelta, Utc};
use sqlx::PgConnection;

const TAGS: usize = 10;
const SOURCE: usize = 100;
const WORDS: usize = 300;

pub async fn list(who: &Granted) -> Result<ImportList> {
    Ok(ImportList {
        imports: store::cards(&who.tenant, None).await?,
        zone: companies::zone(&who.tenant).await?.name().to_owned(),
    })
}

pub async fn load(who: &Granted, id: ImportId) -> Result<ImportDetail> {
    let import = store::find(&who.tenant, id).await?.ok_or_else(gone)?;
    let card = store::cards(&who.tenant, Some(id)).await?.pop().ok_or_else(gone)?;
    let mut cannot_begin = None;
    let mut rows = vec![];
    if import.state == ImportState::Choosing {
        match preview::rows(who, &import).await? {
            Some(found) => rows = found,
            None => cannot_begin = Some("The file is not there any more. Upload it again.".to_owned()),
        }
    }
    let guessed = guess::columns(&import.plan.header, &import.plan.fields);
    let remembered = import.state == ImportState::Choosing
        && guessed != import.plan.columns
        && store::chosen_before(&who.tenant, &import.header_key)
            .await?
            .is_some_and(|(header, columns, _)| header == import.plan.header && columns == import.plan.columns);
    let sign = match import.delimiter {
        b',' => "commas",
        b';' => "semicolons",
        b'\t' => "tabs",
        _ => "bars",
    };
    let header = if import.has_header { "the first row has the names" } else { "no row of names" };
    let since = Utc::now() - TimeDelta::days(DAYS.into());
    Ok(ImportDetail {
        may_undo: matches!(import.state, ImportState::Done | ImportState::Stopped | ImportState::Failed)
            && import.ended_at.is_some_and(|at| at > since)
            && card.counts.made + card.counts.changed > 0,
        card,
        choices: ImportChoices {
            columns: store::ids(&import.plan.columns),
            known: import.plan.known,
            tags: import.plan.tags.join(", "),
            source: import.plan.source,
            consent_words: import.plan.consent_words,
        },
        fields: import.plan.fields,
        header: import.plan.header,
        remembered,
        read_as: format!("{}, columns divided by {sign}, {header}", import.encoding.name()),
        preview: rows,
        cannot_begin,
        zone: companies::zone(&who.tenant).await?.name().to_owned(),
    })
}

/// Checked choices.
struct Chosen {
    columns: Vec<Target>,
    tags: Vec<String>,
    source: String,
    consent_words: String,
}

fn read(import: &Import, choices: &ImportChoices) -> Result<Chosen> {
    let mut problems = vec![];
    let columns: Vec<Target> =
        choices.columns.iter().take(MAX_COLUMNS + 1).map(|id| Target::parse(id).unwrap_or(Target::Skip)).collect();
    if columns.len() != import.plan.header.len() {
        let message = format!("Say for each of the {} columns what it is.", import.plan.header.len());
        problems.push(Problem::error("choices[columns]", message));
    }
    let own = import.plan.fields.iter().map(|field| Target::Field(field.id));
    for target in Target::ALL.into_iter().filter(|target| !target.may_repeat()).chain(own) {
        let twice: Vec<_> =
            columns.iter().zip(&import.plan.header).filter(|(is, _)| **is == target).map(|(_, name)| name).collect();
        if let [one, other, ..] = twice.as_slice() {
            let message = format!("“{one}” and “{other}” cannot both be “{}”. Choose one.", target.name());
            problems.push(Problem::error("choices[columns]", message));
        }
    }
    if !columns.contains(&Target::Email) {
        problems.push(Problem::error("choices[columns]", "Say which column has the e-mail addresses."));
    }
    let mut tags: Vec<String> = vec![];
    for tag in choices.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        match one_tag(tag) {
            Some(tag) if tags.len() < TAGS => {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
            _ => {
                let message = format!("Write at most {TAGS} tags of at most 60 characters, divided by commas.");
                problems.push(Problem::error("choices[tags]", message));
                break;
            }
        }
    }
    let mut line = |name: &str, text: &str, most: usize| {
        let text = text.trim().to_owned();
        if text.chars().count() > most || text.chars().any(char::is_control) {
            problems.push(Problem::error(name, format!("Write one line of at most {most} characters.")));
        }
        text
    };
    let source = line("choices[source]", &choices.source, SOURCE);
    let consent_words = line("choices[consent_words]", &choices.consent_words, WORDS);
    if problems.is_empty() {
        Ok(Chosen { columns, tags, source, consent_words })
    } else {
        Err(AppError::problems(problems))
    }
}

/// Keeps the choices, and begins if that is wanted.
pub async fn choose(who: &Granted, id: ImportId, choices: &ImportChoices, begin: bool) -> Result<()> {
    let import = store::find(&who.tenant, id).await?.ok_or_else(gone)?;
    let chosen = read(&import, choices)?;
    let mut tx = who.tenant.db.begin().await?;
    let changed = sqlx::query!(
        "update contact_imports set mapping = $3, known = $4, tags = $5, source = $6, consent_words = $7,
           state = case when $8 then 'running' else state end, began_at = case when $8 then now() end
         where company_id = $1 and id = $2 and state = 'choosing'",
        who.company.0,
        id.0,
        &store::ids(&chosen.columns),
        choices.known.id(),
        &chosen.tags,
        chosen.source,
        chosen.consent_words,
        begin
    );
    if changed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(AppError::conflict("This import has begun already."));
    }
    if begin {
        enqueue::<RunImport>(&mut tx, who.company, id).await?;
    }
    Ok(tx.commit().await?)
}

/// One import of a company at a time.
async fn enqueue<J: Job<Payload = ImportPayload>>(
    tx: &mut PgConnection,
    company: CompanyId,
    id: ImportId,
) -> Result<()> {
    let options = JobOptions {
        company: Some(company),
        run_at: Utc::now(),
        job_key: Some(format!("{}:{id}", J::KIND)),
        queue_key: Some(format!("contact_imports:{company}")),
    };
    queue::enqueue::<J>(tx, &ImportPayload { import: id }, options).await?;
    Ok(())
}

/// Ends a running import behind the batch that is just taken in.
pub async fn stop(who: &Granted, id: ImportId) -> Result<()> {
    let done = sqlx::query!(
        "update contact_imports set stop_asked = true where company_id = $1 and id = $2 and state = 'running'",
        who.company.0,
        id.0
    );
    found(&who.tenant, id, done.execute(&who.tenant.db).await?.rows_affected(), "This import is not running.").await
}

/// Goes on with one that ended early.
pub async fn go_on(who: &Granted, id: ImportId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let done = sqlx::query!(
        "update contact_imports set state = 'running', stop_asked = false, why = null
         where company_id = $1 and id = $2 and state in ('stopped', 'failed') and store <> ''",
        who.company.0,
        id.0
    );
    let n = done.execute(&mut *tx).await?.rows_affected();
    if n > 0 {
        enqueue::<RunImport>(&mut tx, who.company, id).await?;
    }
    tx.commit().await?;
    found(&who.tenant, id, n, "The file of this import is not there any more. Upload it again.").await
}

/// Takes back what it did.
pub async fn undo(who: &Granted, id: ImportId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let done = sqlx::query!(
        "update contact_imports set state = 'undoing', why = null
         where company_id = $1 and id = $2 and state in ('done', 'stopped', 'failed')
           and ended_at > now() - make_interval(days => $3)",
        who.company.0,
        id.0,
        DAYS
    );
    let n = done.execute(&mut *tx).await?.rows_affected();
    if n > 0 {
        enqueue::<UndoImport>(&mut tx, who.company, id).await?;
    }
    tx.commit().await?;
    found(&who.tenant, id, n, "This import cannot be undone any more.").await
}

/// Removes a file that was not brought in.
pub async fn remove(who: &Granted, id: ImportId) -> Result<()> {
    let gone_now = sqlx::query_scalar!(
        "delete from contact_imports where company_id = $1 and id = $2 and state = 'choosing' returning store",
        who.company.0,
        id.0
    );
    let store = gone_now.fetch_optional(&who.tenant.db).await?;
    found(&who.tenant, id, u64::from(store.is_some()), "This import has begun already.").await?;
    drop_file(&who.app, who.company, id, &store.unwrap_or_default()).await
}

async fn found(tenant: &Tenant, id: ImportId, n: u64, otherwise: &str) -> Result<()> {
    match n {
        0 => {
            store::find(tenant, id).await?.ok_or_else(gone)?;
            Err(AppError::conflict(otherwise))
        }
        _ => Ok(()),
    }
}

/// Removes the file; what remains is what came of it.
pub async fn drop_file(app: &App, company: CompanyId, id: ImportId, store: &str) -> Result<()> {
    if let Some(place) = stores::find(app, company, store).await? {
        place.delete(&store::key(company, id)).await.map_err(|error| storage_error(&error))?;
    }
    sqlx::query!("update contact_imports set store = '' where company_id = $1 and id = $2", company.0, id.0)
        .execute(&app.db)
        .await?;
    Ok(())
}

/// Files of which nothing came for a day, and what is kept of old imports.
pub async fn drop_old(app: &App) -> Result<()> {
    let old = sqlx::query!(
        "select company_id, id, store from contact_imports
         where store <> '' and created_at < now() - interval '1 day' and coalesce(ended_at, created_at) < now() - interval '1 day'
           and state not in ('running', 'undoing') order by created_at limit 200"
    );
    for row in old.fetch_all(&app.db).await? {
        drop_file(app, row.company_id, row.id, &row.store).await?;
        sqlx::query!(
            "delete from contact_imports where company_id = $1 and id = $2 and state = 'choosing'",
            row.company_id.0,
            row.id.0
        )
        .execute(&app.db)
        .await?;
    }
    let ended = sqlx::query!(
        "select company_id, id from contact_imports
         where ended_at < now() - make_interval(days => $1) and ended_at > now() - make_interval(days => 2 * $1) and state <> 'undoing'
         limit 200",
        DAYS
    );
    for row in ended.fetch_all(&app.db).await? {
        sqlx::query!(
            "delete from contact_import_refusals where company_id = $1 and import_id = $2",
            row.company_id.0,
            row.id.0
        )
        .execute(&app.db)
        .await?;
        sqlx::query!(
            "delete from contact_import_changes where company_id = $1 and import_id = $2",
            row.company_id.0,
            row.id.0
        )
        .execute(&app.db)
        .await?;
    }
    Ok(())
}
