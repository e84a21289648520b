//! The table of imports.

use super::row::Plan;
use super::text::Encoding;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ImportId};
use crate::features::contacts::fields::model::FieldCard;
use crate::features::contacts::imports::model::{Counts, ImportCard, ImportState, Known, Target};
use crate::features::contacts::server::fields;
use crate::features::identity::companies::server::service as companies;
use crate::features::posts::server::cards::when;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use chrono::{DateTime, Utc};

/// Imports that are listed.
const LISTED: i64 = 50;
/// Days for which what an import did can be taken back, and what was refused downloaded.
pub const DAYS: i32 = 30;

/// Where the file lies in its store.
pub fn key(company: CompanyId, id: ImportId) -> String {
    format!("imports/{company}/{id}")
}

pub fn gone() -> AppError {
    AppError::not_found("import")
}

pub struct NewImport {
    pub id: ImportId,
    pub store: String,
    pub file_name: String,
    pub bytes: i64,
    pub encoding: &'static str,
    pub delimiter: String,
    pub has_header: bool,
    pub header_key: Vec<u8>,
    pub plan: Plan,
}

pub fn ids(columns: &[Target]) -> Vec<String> {
    columns.iter().map(|target| target.id()).collect()
}

fn targets(ids: &[String]) -> Vec<Target> {
    ids.iter().map(|id| Target::parse(id).unwrap_or(Target::Skip)).collect()
}

/// A column that was to be a field under its own name is that of the company, if there is such a one by now.
fn settled(columns: Vec<Target>, header: &[String], fields: &[FieldCard]) -> Vec<Target> {
    let settle = |(target, name): (Target, &String)| match (target, fields.iter().find(|field| field.key == *name)) {
        (Target::Custom, Some(field)) if !columns.contains(&Target::Field(field.id)) => Target::Field(field.id),
        (target, _) => target,
    };
    columns.iter().copied().zip(header).map(settle).collect()
}

pub async fn insert(who: &Granted, new: &NewImport) -> Result<()> {
    sqlx::query!(
        "insert into contact_imports (company_id, id, store, file_name, bytes, encoding, delimiter, has_header, header, header_key,
                                      mapping, known, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        who.company.0,
        new.id.0,
        new.store,
        new.file_name,
        new.bytes,
        new.encoding,
        new.delimiter,
        new.has_header,
        &new.plan.header,
        new.header_key,
        &ids(&new.plan.columns),
        new.plan.known.id(),
        who.user.0
    )
    .execute(&who.tenant.db)
    .await?;
    Ok(())
}

/// Files that were not begun yet.
pub async fn waiting(tenant: &Tenant) -> Result<i64> {
    let n = sqlx::query_scalar!(
        r#"select count(*) as "n!" from contact_imports where company_id = $1 and state = 'choosing'"#,
        tenant.company.0
    );
    Ok(n.fetch_one(&tenant.db).await?)
}

/// What was chosen for a file with the same columns last.
pub async fn chosen_before(tenant: &Tenant, header_key: &[u8]) -> Result<Option<(Vec<String>, Vec<Target>, Known)>> {
    let row = sqlx::query!(
        "select header, mapping, known from contact_imports
         where company_id = $1 and header_key = $2 and state <> 'choosing' order by created_at desc limit 1",
        tenant.company.0,
        header_key
    );
    let row = row.fetch_optional(&tenant.db).await?;
    Ok(row.map(|row| (row.header, targets(&row.mapping), Known::parse(&row.known).unwrap_or_default())))
}

/// An import with all that is needed to read its file.
pub struct Import {
    pub id: ImportId,
    pub store: String,
    pub file_name: String,
    pub bytes: u64,
    pub encoding: Encoding,
    pub delimiter: u8,
    pub has_header: bool,
    pub header_key: Vec<u8>,
    pub state: ImportState,
    pub plan: Plan,
    /// Rows of the file that each half has taken in.
    pub read: [i64; 2],
    pub created_by: Option<crate::domain::ids::UserId>,
    pub ended_at: Option<DateTime<Utc>>,
}

pub async fn find(tenant: &Tenant, id: ImportId) -> Result<Option<Import>> {
    let row = sqlx::query!(
        "select store, file_name, bytes, encoding, delimiter, has_header, header, header_key, state, mapping, known, tags, source,
                consent_words, created_by, ended_at,
                array(select coalesce((select x.read_rows from contact_import_halves x
                                       where x.company_id = $1 and x.import_id = $2 and x.half = h.half), 0)
                      from generate_series(0, 1) as h (half) order by h.half) as \"read!: Vec<i64>\"
         from contact_imports where company_id = $1 and id = $2",
        tenant.company.0,
        id.0
    );
    let Some(row) = row.fetch_optional(&tenant.db).await? else { return Ok(None) };
    let fields = fields::all(tenant).await?;
    let columns = settled(targets(&row.mapping), &row.header, &fields);
    Ok(Some(Import {
        id,
        store: row.store,
        file_name: row.file_name,
        bytes: row.bytes.unsigned_abs(),
        encoding: Encoding::parse(&row.encoding).unwrap_or(Encoding::Utf8),
        delimiter: row.delimiter.bytes().next().unwrap_or(b','),
        has_header: row.has_header,
        header_key: row.header_key,
        state: ImportState::parse(&row.state).unwrap_or(ImportState::Failed),
        plan: Plan {
            header: row.header,
            columns,
            fields,
            known: Known::parse(&row.known).unwrap_or_default(),
            tags: row.tags,
            source: row.source,
            consent_words: row.consent_words,
        },
        read: row.read.try_into().unwrap_or_default(),
        created_by: row.created_by,
        ended_at: row.ended_at,
    }))
}

/// The newest first; `only`: one of them.
pub async fn cards(tenant: &Tenant, only: Option<ImportId>) -> Result<Vec<ImportCard>> {
    let rows = sqlx::query!(
        r#"select i.id, i.file_name, i.state, i.bytes, i.read_bytes, i.read_rows, i.made, i.changed, i.same, i.refused, i.undone, i.kept,
                  i.why, i.stop_asked, i.created_at, u.name as "by?"
           from contact_imports i left join users u on u.id = i.created_by
           where i.company_id = $1 and ($2::uuid is null or i.id = $2)
           order by i.created_at desc, i.id limit $3"#,
        tenant.company.0,
        only.map(|id| id.0),
        LISTED
    );
    let zone = companies::zone(tenant).await?;
    let cards = rows.fetch_all(&tenant.db).await?.into_iter().map(|row| {
        let state = ImportState::parse(&row.state).unwrap_or(ImportState::Failed);
        let percent = match state {
            ImportState::Running => (row.read_bytes.saturating_mul(100) / row.bytes.max(1)).clamp(0, 99),
            ImportState::Undoing => {
                let (all, done) = (row.made + row.changed, row.undone + row.kept);
                (done.saturating_mul(100) / all.max(1)).clamp(0, 99)
            }
            _ => 100,
        };
        ImportCard {
            id: row.id,
            file_name: row.file_name,
            state,
            counts: Counts {
                percent: percent as u8,
                rows: row.read_rows,
                made: row.made,
                changed: row.changed,
                same: row.same,
                refused: row.refused,
                undone: row.undone,
                kept: row.kept,
            },
            by: row.by,
            created: when(zone, row.created_at),
            why: row.why,
            stop_asked: row.stop_asked,
        }
    });
    Ok(cards.collect())
}
