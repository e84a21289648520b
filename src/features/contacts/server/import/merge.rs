//! Takes one batch of rows in, with one transaction: the rows go into a table beside by COPY, from there into the contacts, and how
//! far the file is read is noted with them.

use super::encode::COLUMNS;
use super::members;
use super::store::Import;
use crate::domain::error::Result;
use crate::domain::ids::{ContactId, new_id};
use crate::features::contacts::imports::model::{ImportState, Known, REFUSALS_KEPT};
use crate::features::contacts::segments::server::members as ruled;
use crate::infra::database::Tenant;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A row that is not taken in.
#[derive(Debug)]
pub struct Refusal {
    pub row: i64,
    pub reason: String,
    pub cells: Value,
}

/// Rows of the file, in their order.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows of the file before these.
    pub from: i64,
    pub rows: i64,
    /// How far the file is read behind them.
    pub read_bytes: i64,
    pub halves: [Half; 2],
}

/// The people of a batch who are taken in with one transaction, while those of the other half are with another. The same person is
/// always in the same half.
#[derive(Debug, Default)]
pub struct Half {
    /// Under which its rows are written.
    pub id: Uuid,
    /// In the binary format of COPY; each person once.
    pub copy: Vec<u8>,
    pub people: i64,
    /// Rows of people who were further up in the same batch.
    pub repeated: i64,
    /// Rows that are not taken in are all of the first half.
    pub refused: Vec<Refusal>,
}

/// The half of a person.
pub fn half_of(email_key: &str) -> usize {
    let sum = email_key.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    // The highest bit of it, well mixed.
    (sum.wrapping_mul(0x9e37_79b9) >> 31) as usize
}

/// The name of what came by files, in the history and as the source of those without one.
pub const VIA: &str = "Import";

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// And the file goes on.
    In,
    /// Somebody ended the import, or another run is further: nothing was taken in.
    Stop,
}

/// Takes one half of a batch in.
pub async fn take_in(tenant: &Tenant, import: &Import, batch: &Batch, at: usize) -> Result<Taken> {
    let (company, half, to) = (tenant.company.0, &batch.halves[at], batch.from + batch.rows);
    if import.read[at] >= to {
        return Ok(Taken::In);
    }
    let mut tx = tenant.db.begin().await?;
    sqlx::query!(
        "insert into contact_import_halves (company_id, import_id, id, half) values ($1, $2, $3, $4)
         on conflict on constraint contact_import_halves_once do nothing",
        company,
        import.id.0,
        new_id(),
        at as i16
    )
    .execute(&mut *tx)
    .await?;
    let read = sqlx::query_scalar!(
        "select read_rows from contact_import_halves where company_id = $1 and import_id = $2 and half = $3 for update",
        company,
        import.id.0,
        at as i16
    );
    if read.fetch_one(&mut *tx).await? != batch.from.max(import.read[at]) {
        return Ok(Taken::Stop);
    }
    // Held against an undo, and not against the other half.
    let now = sqlx::query!(
        "select state, stop_asked, refused from contact_imports where company_id = $1 and id = $2 for key share",
        company,
        import.id.0
    );
    let Some(now) = now.fetch_optional(&mut *tx).await? else { return Ok(Taken::Stop) };
    if now.state != ImportState::Running.id() {
        return Ok(Taken::Stop);
    }
    if now.stop_asked {
        end(&mut tx, tenant, import, ImportState::Stopped, None).await?;
        tx.commit().await?;
        return Ok(Taken::Stop);
    }
    let (mut made, mut changed) = (vec![], vec![]);
    if half.people > 0 {
        (made, changed) = merge(&mut tx, tenant, import, half).await?;
        let all = [made.as_slice(), changed.as_slice()].concat();
        members::follow(&mut tx, tenant, &all).await?;
        ruled::follow(&mut tx, tenant, &all).await?;
        sqlx::query!("delete from contact_import_rows where company_id = $1 and batch = $2", company, half.id)
            .execute(&mut *tx)
            .await?;
    }
    let room = (REFUSALS_KEPT - now.refused).max(0) as usize;
    let kept = &half.refused[..half.refused.len().min(room)];
    if !kept.is_empty() {
        sqlx::query!(
            "insert into contact_import_refusals (company_id, import_id, id, row_number, reason, cells)
             select $1, $2, r.id, r.row_number, r.reason, r.cells
             from unnest($3::uuid[], $4::bigint[], $5::text[], $6::jsonb[]) as r (id, row_number, reason, cells)",
            company,
            import.id.0,
            &kept.iter().map(|_| new_id()).collect::<Vec<_>>(),
            &kept.iter().map(|one| one.row).collect::<Vec<_>>(),
            &kept.iter().map(|one| one.reason.clone()).collect::<Vec<_>>(),
            &kept.iter().map(|one| one.cells.clone()).collect::<Vec<_>>()
        )
        .execute(&mut *tx)
        .await?;
    }
    let (made, changed) = (made.len() as i64, changed.len() as i64);
    sqlx::query!(
        "update contact_import_halves set read_rows = $4 where company_id = $1 and import_id = $2 and half = $3",
        company,
        import.id.0,
        at as i16,
        to
    )
    .execute(&mut *tx)
    .await?;
    // Last, as both halves write here.
    sqlx::query!(
        "update contact_imports set read_rows = greatest(read_rows, $3), read_bytes = greatest(read_bytes, $4), made = made + $5,
                                    changed = changed + $6, same = same + $7, refused = refused + $8
         where company_id = $1 and id = $2",
        company,
        import.id.0,
        to,
        batch.read_bytes,
        made,
        changed,
        half.people - made - changed + half.repeated,
        half.refused.len() as i64
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Taken::In)
}

/// Rows to contacts: who was made, and who was changed.
pub async fn merge(
    tx: &mut PgConnection,
    tenant: &Tenant,
    import: &Import,
    half: &Half,
) -> Result<(Vec<ContactId>, Vec<ContactId>)> {
    // Contacts are known by their keys; nobody has counted the rows for the planner. And room in which many new words are sorted
    // before they go into their index.
    sqlx::query!("select set_config('enable_seqscan', 'off', true) || set_config('work_mem', '32MB', true) as set")
        .fetch_one(&mut *tx)
        .await?;
    let mut copy = tx.copy_in_raw(&format!("copy contact_import_rows ({COLUMNS}) from stdin (format binary)")).await?;
    copy.send(half.copy.as_slice()).await?;
    copy.finish().await?;
    let made = add_new(tx, tenant, import, half.id).await?;
    let changed = match (made.len() as i64) < half.people {
        true => change_known(tx, tenant, import, half.id).await?,
        false => vec![],
    };
    Ok((made, changed))
}

/// The import is over.
pub async fn end(
    tx: &mut PgConnection,
    tenant: &Tenant,
    import: &Import,
    state: ImportState,
    why: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update contact_imports set state = $3, why = $4, stop_asked = false, ended_at = now()
         where company_id = $1 and id = $2 and state = 'running'",
        tenant.company.0,
        import.id.0,
        state.id(),
        why
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Those whom nobody knew.
async fn add_new(tx: &mut PgConnection, tenant: &Tenant, import: &Import, batch: Uuid) -> Result<Vec<ContactId>> {
    let ids = sqlx::query_scalar!(
        r#"with made as (
             insert into contacts (company_id, id, email, email_key, first_name, last_name, full_name, phone, phone_e164, company_name,
                                   source, consent, custom, search)
             select $1, r.id, r.email, r.email_key, r.first_name, r.last_name, r.full_name, r.phone, r.phone_e164, r.company_name,
                    coalesce(nullif(r.source, ''), $3), r.consent, r.custom, r.search
             from contact_import_rows r where r.company_id = $1 and r.batch = $2 order by r.email_key
             on conflict on constraint contacts_once do nothing
             returning id
           ), rows as (
             select r.id, r.tags, r.consent, r.consent_words from made m
             -- `offset 0`: each is looked up by its key, however few the planner expects.
             cross join lateral (
               select x.id, x.tags, x.consent, x.consent_words from contact_import_rows x
               where x.company_id = $1 and x.batch = $2 and x.id = m.id offset 0) r
           ), tagged as (
             insert into contact_tags (company_id, id, contact_id, tag, listed_at)
             select $1, gen_random_uuid(), r.id, t.tag, now() from rows r cross join unnest(r.tags) as t (tag)
           ), said as (
             insert into contact_consents (company_id, id, contact_id, given, source, words, by_user)
             select $1, r.id, r.id, r.consent = 'given', $3, r.consent_words, $4 from rows r where r.consent <> 'none'
           ), happened as (
             insert into contact_events (company_id, id, contact_id, kind, words, by_user)
             select $1, m.id, m.id, 'imported', $5, $4 from made m
           ), noted as (
             insert into contact_import_changes (company_id, import_id, id, contact_id, made) select $1, $6, m.id, m.id, true from made m
           )
           select id as "id!: ContactId" from made"#,
        tenant.company.0,
        batch,
        VIA,
        import.created_by.map(|user| user.0),
        import.file_name,
        import.id.0
    );
    Ok(ids.fetch_all(tx).await?)
}

/// Those who were known: what changes of them, by the choice of the one who brings the file. A no to mail counts always, and is
/// never turned into a yes. Whoever was deleted comes back.
async fn change_known(tx: &mut PgConnection, tenant: &Tenant, import: &Import, batch: Uuid) -> Result<Vec<ContactId>> {
    let ids = sqlx::query_scalar!(
        r#"with old as materialized (
             select c.id, r.id as change_id, c.first_name, c.last_name, c.full_name, c.phone, c.phone_e164, c.company_name, c.source,
                    c.consent, c.custom, c.deleted_at, c.created_at,
                    r.first_name as r_first, r.last_name as r_last, r.full_name as r_full, r.phone as r_phone, r.phone_e164 as r_e164,
                    r.company_name as r_company, r.source as r_source, r.consent as r_consent, r.consent_words as r_words,
                    r.custom as r_custom, r.tags as r_tags
             from (select x.id, x.email_key, x.consent, x.consent_words, x.phone_e164, f.*
                   from contact_import_rows x
                   -- Whoever is left as they are is only heard where they say no.
                   cross join lateral (
                     select case when $8 then '' else x.first_name end as first_name, case when $8 then '' else x.last_name end as last_name,
                            case when $8 then '' else x.full_name end as full_name, case when $8 then '' else x.phone end as phone,
                            case when $8 then '' else x.company_name end as company_name,
                            case when $8 then '' else x.source end as source, case when $8 then '{}' else x.custom end as custom,
                            case when $8 then '{}' else x.tags end as tags) f
                   where x.company_id = $1 and x.batch = $2 and (not $8 or x.consent = 'withdrawn') order by x.email_key) r
             cross join lateral (
               select y.* from contacts y where y.company_id = $1 and y.email_key = r.email_key offset 0 for update) c
             where c.id <> r.id
           ), new as materialized (
             select o.*, f.n_first, f.n_last,
                    -- A first or last name alone does not take the place of a whole one, and is completed by the other.
                    case when not $3 and not $8 and o.full_name <> '' and o.full_name in (o.first_name, o.last_name)
                              and f.n_first <> '' and f.n_last <> '' then f.n_first || ' ' || f.n_last
                         when o.r_full = '' or (o.full_name <> '' and o.r_full in (o.r_first, o.r_last)) then o.full_name
                         when $3 or o.full_name in ('', o.first_name, o.last_name) then o.r_full else o.full_name end as n_full,
                    case when o.r_phone <> '' and ($3 or o.phone = '') then o.r_phone else o.phone end as n_phone,
                    case when o.r_phone <> '' and ($3 or o.phone = '') then o.r_e164 else o.phone_e164 end as n_e164,
                    case when o.r_company <> '' and ($3 or o.company_name = '') then o.r_company else o.company_name end as n_company,
                    case when o.r_source <> '' and ($3 or o.source = '') then o.r_source else o.source end as n_source,
                    case when o.r_consent = 'withdrawn' then 'withdrawn'
                         when o.r_consent = 'given' and o.consent <> 'withdrawn' then 'given' else o.consent end as n_consent,
                    case when (select count(*) from jsonb_object_keys(o.custom || o.r_custom)) > 400 then o.custom
                         when $3 then o.custom || o.r_custom else o.r_custom || o.custom end as n_custom,
                    array(select t.tag from unnest(o.r_tags) as t (tag)
                          where (select true from contact_tags x
                                 where x.company_id = $1 and x.contact_id = o.id and x.tag = t.tag) is null) as n_tags
             from old o
             cross join lateral (
               select case when o.r_first <> '' and ($3 or o.first_name = '') then o.r_first else o.first_name end as n_first,
                      case when o.r_last <> '' and ($3 or o.last_name = '') then o.r_last else o.last_name end as n_last) f
           ), diff as materialized (
             select n.*, d.before, d.after
             from new n cross join lateral (
               select jsonb_object_agg(b.key, b.value) as before, jsonb_object_agg(b.key, a.value) as after
               from jsonb_each(jsonb_build_object(
                      'first_name', n.first_name, 'last_name', n.last_name, 'full_name', n.full_name, 'phone', n.phone,
                      'phone_e164', n.phone_e164, 'company_name', n.company_name, 'source', n.source, 'consent', n.consent,
                      'custom', n.custom, 'deleted_at', n.deleted_at)) b
               join jsonb_each(jsonb_build_object(
                      'first_name', n.n_first, 'last_name', n.n_last, 'full_name', n.n_full, 'phone', n.n_phone,
                      'phone_e164', n.n_e164, 'company_name', n.n_company, 'source', n.n_source, 'consent', n.n_consent,
                      'custom', n.n_custom, 'deleted_at', case when $8 then n.deleted_at end)) a on a.key = b.key
               where a.value <> b.value) d
             where d.before is not null or n.n_tags <> '{}'
           ), changed as (
             update contacts c set first_name = d.n_first, last_name = d.n_last, full_name = d.n_full, phone = d.n_phone,
               phone_e164 = d.n_e164, company_name = d.n_company, source = d.n_source, consent = d.n_consent, custom = d.n_custom,
               deleted_at = case when $8 then c.deleted_at end, updated_at = now()
             from diff d where c.company_id = $1 and c.id = d.id
           ), tagged as (
             insert into contact_tags (company_id, id, contact_id, tag, listed_at)
             select $1, gen_random_uuid(), d.id, t.tag, d.created_at from diff d cross join unnest(d.n_tags) as t (tag)
             on conflict on constraint contact_tags_once do nothing
           ), said as (
             insert into contact_consents (company_id, id, contact_id, given, source, words, by_user)
             select $1, d.change_id, d.id, d.n_consent = 'given', $4, d.r_words, $5 from diff d where d.after ? 'consent'
           ), happened as (
             insert into contact_events (company_id, id, contact_id, kind, words, by_user)
             select $1, d.change_id, d.id, 'imported_again', $6, $5 from diff d
           ), noted as (
             insert into contact_import_changes (company_id, import_id, id, contact_id, made, before, after, tags)
             select $1, $7, d.change_id, d.id, false, d.before, d.after, d.n_tags from diff d
           )
           select id as "id!: ContactId" from diff"#,
        tenant.company.0,
        batch,
        import.plan.known == Known::Overwrite,
        VIA,
        import.created_by.map(|user| user.0),
        import.file_name,
        import.id.0,
        import.plan.known == Known::Skip
    );
    Ok(ids.fetch_all(tx).await?)
}
