//! Takes one batch of rows in, with one transaction: the rows go into a table beside by COPY, from there into the contacts, and how
//! far the file is read is noted with them.

use super::members;
use super::store::Import;
use crate::domain::error::Result;
use crate::domain::ids::{ContactId, new_id};
use crate::features::contacts::imports::model::{ImportState, Known, REFUSALS_KEPT};
use crate::features::contacts::segments::server::members as ruled;
use crate::features::contacts::server::capture::Capture;
use crate::infra::database::Tenant;
use serde_json::Value;
use sqlx::PgConnection;
use std::fmt::Write;
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
    /// In the format of COPY; each person once.
    pub copy: String,
    pub people: i64,
    /// Rows of people who were further up in the same batch.
    pub repeated: i64,
    pub refused: Vec<Refusal>,
}

/// The name of what came by files, in the history and as the source of those without one.
pub const VIA: &str = "Import";

const COLUMNS: &str = "company_id, batch, id, email, email_key, first_name, last_name, full_name, phone, phone_e164, company_name, \
                       source, consent, consent_words, custom, tags";

/// Adds a person to the text of COPY; `Batch::copy` is read with [`take_in`].
pub fn write(copy: &mut String, company: Uuid, batch: Uuid, person: &Capture) {
    let (consent, words) = match &person.consent {
        None => ("none", ""),
        Some(said) => (if said.given { "given" } else { "withdrawn" }, said.words.as_str()),
    };
    let _ = write!(copy, "{company}\t{batch}\t{}", new_id());
    let (name, phone) = (person.name(), person.phone_e164());
    for text in [
        Some(person.email.typed.as_str()),
        Some(&person.email.key),
        Some(&person.first_name),
        Some(&person.last_name),
        Some(&name),
        Some(&person.phone),
        phone.as_deref(),
        Some(&person.company_name),
        Some(&person.source),
        Some(consent),
        Some(words),
    ] {
        copy.push('\t');
        match text {
            Some(text) => escape(copy, text),
            None => copy.push_str("\\N"),
        }
    }
    copy.push('\t');
    escape(copy, &serde_json::to_string(&person.custom).unwrap_or_else(|_| "{}".into()));
    copy.push('\t');
    let quoted = person.tags.iter().map(|tag| format!("\"{}\"", tag.replace('\\', "\\\\").replace('"', "\\\"")));
    escape(copy, &format!("{{{}}}", quoted.collect::<Vec<_>>().join(",")));
    copy.push('\n');
}

fn escape(copy: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => copy.push_str("\\\\"),
            '\t' => copy.push_str("\\t"),
            '\n' => copy.push_str("\\n"),
            '\r' => copy.push_str("\\r"),
            c => copy.push(c),
        }
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// And the file goes on.
    In,
    /// Somebody ended the import, or another run is further: nothing was taken in.
    Stop,
}

/// `batch`: the id under which `write` wrote its rows.
pub async fn take_in(tenant: &Tenant, import: &Import, id: Uuid, batch: &Batch) -> Result<Taken> {
    let company = tenant.company.0;
    let mut tx = tenant.db.begin().await?;
    let now = sqlx::query!(
        "select state, stop_asked, read_rows, refused from contact_imports where company_id = $1 and id = $2 for update",
        company,
        import.id.0
    );
    let Some(now) = now.fetch_optional(&mut *tx).await? else { return Ok(Taken::Stop) };
    if now.state != ImportState::Running.id() || now.read_rows != batch.from {
        return Ok(Taken::Stop);
    }
    if now.stop_asked {
        end(&mut tx, tenant, import, ImportState::Stopped, None).await?;
        tx.commit().await?;
        return Ok(Taken::Stop);
    }
    let (mut made, mut changed) = (vec![], vec![]);
    if batch.people > 0 {
        (made, changed) = merge(&mut tx, tenant, import, id, batch).await?;
        let all = [made.as_slice(), changed.as_slice()].concat();
        members::follow(&mut tx, tenant, &all).await?;
        ruled::follow(&mut tx, tenant, &all).await?;
        sqlx::query!("delete from contact_import_rows where company_id = $1 and batch = $2", company, id)
            .execute(&mut *tx)
            .await?;
    }
    let room = (REFUSALS_KEPT - now.refused).max(0) as usize;
    let kept = &batch.refused[..batch.refused.len().min(room)];
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
        "update contact_imports set read_rows = read_rows + $3, read_bytes = $4, made = made + $5, changed = changed + $6,
                                    same = same + $7, refused = refused + $8
         where company_id = $1 and id = $2",
        company,
        import.id.0,
        batch.rows,
        batch.read_bytes,
        made,
        changed,
        batch.people - made - changed + batch.repeated,
        batch.refused.len() as i64
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Taken::In)
}

/// Rows to contacts: who was made, and who was changed.
async fn merge(
    tx: &mut PgConnection,
    tenant: &Tenant,
    import: &Import,
    id: Uuid,
    batch: &Batch,
) -> Result<(Vec<ContactId>, Vec<ContactId>)> {
    // Contacts are known by their keys; nobody has counted the rows for the planner.
    sqlx::query!("select set_config('enable_seqscan', 'off', true)").fetch_one(&mut *tx).await?;
    let mut copy = tx.copy_in_raw(&format!("copy contact_import_rows ({COLUMNS}) from stdin")).await?;
    copy.send(batch.copy.as_bytes()).await?;
    copy.finish().await?;
    let made = add_new(tx, tenant, import, id).await?;
    let changed = match import.plan.known != Known::Skip && (made.len() as i64) < batch.people {
        true => change_known(tx, tenant, import, id).await?,
        false => vec![],
    };
    Ok((made, changed))
}

/// What would become of some people: it is done, and taken back. The keys of those who would be made, and of those who would be changed.
pub async fn try_out(tenant: &Tenant, import: &Import, id: Uuid, batch: &Batch) -> Result<(Vec<String>, Vec<String>)> {
    let mut tx = tenant.db.begin().await?;
    sqlx::query!("select set_config('lock_timeout', '2s', true)").fetch_one(&mut *tx).await?;
    let (made, changed) = merge(&mut tx, tenant, import, id, batch).await?;
    let mut keys = vec![];
    for ids in [made, changed] {
        let found = sqlx::query_scalar!(
            "select email_key from contacts where company_id = $1 and id = any($2)",
            tenant.company.0,
            &ids as _
        );
        keys.push(found.fetch_all(&mut *tx).await?);
    }
    tx.rollback().await?;
    let changed = keys.pop().unwrap_or_default();
    Ok((keys.pop().unwrap_or_default(), changed))
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
                                   source, consent, custom)
             select $1, r.id, r.email, r.email_key, r.first_name, r.last_name, r.full_name, r.phone, r.phone_e164, r.company_name,
                    coalesce(nullif(r.source, ''), $3), r.consent, r.custom
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
             from (select * from contact_import_rows x where x.company_id = $1 and x.batch = $2 order by x.email_key) r
             cross join lateral (
               select y.* from contacts y where y.company_id = $1 and y.email_key = r.email_key offset 0 for update) c
             where c.id <> r.id
           ), new as materialized (
             select o.*, f.n_first, f.n_last,
                    -- A first or last name alone does not take the place of a whole one, and is completed by the other.
                    case when not $3 and o.full_name <> '' and o.full_name in (o.first_name, o.last_name)
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
                      'custom', n.n_custom, 'deleted_at', null)) a on a.key = b.key
               where a.value <> b.value) d
             where d.before is not null or n.n_tags <> '{}'
           ), changed as (
             update contacts c set first_name = d.n_first, last_name = d.n_last, full_name = d.n_full, phone = d.n_phone,
               phone_e164 = d.n_e164, company_name = d.n_company, source = d.n_source, consent = d.n_consent, custom = d.n_custom,
               deleted_at = null, updated_at = now()
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
        import.id.0
    );
    Ok(ids.fetch_all(tx).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::contacts::server::email::Email;

    #[test]
    fn no_cell_breaks_out_of_its_place() {
        let email = Email::parse("a@example.com").expect("an address");
        let mut person = Capture {
            first_name: "A\tB\\N\n".into(),
            tags: vec!["a\"b\\c".into(), "x y".into()],
            ..Capture::of(email)
        };
        person.custom.insert("Tea".into(), "one\ntwo\t\\.".into());
        let mut copy = String::new();
        write(&mut copy, Uuid::nil(), Uuid::nil(), &person);
        assert_eq!((copy.matches('\n').count(), copy.matches('\t').count()), (1, 15), "{copy}");
        assert!(copy.contains("\tA\\tB\\\\N\\n\t") && copy.contains("\t{\"a\\\\\"b\\\\\\\\c\",\"x y\"}\n"), "{copy}");
    }
}
