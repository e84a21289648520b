//! Takes back what an import did, some people at a time. Whoever was made and had nothing happen since is removed; of the others each
//! field goes back to what it was, unless it was changed afterwards.

use crate::domain::error::Result;
use crate::domain::ids::{ContactId, ImportId};
use crate::features::contacts::segments::server::members as ruled;
use crate::infra::database::Tenant;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

/// People of one transaction.
const STEP: i64 = 1_000;

pub async fn run(tenant: &Tenant, import: ImportId) -> Result<()> {
    loop {
        let mut tx = tenant.db.begin().await?;
        let state = sqlx::query_scalar!(
            "select state from contact_imports where company_id = $1 and id = $2 for update",
            tenant.company.0,
            import.0
        );
        let state = state.fetch_optional(&mut *tx).await?;
        if state.is_none_or(|state| state != "undoing") {
            return Ok(());
        }
        let changes = sqlx::query!(
            "select id, contact_id, made from contact_import_changes where company_id = $1 and import_id = $2
             order by id desc limit $3",
            tenant.company.0,
            import.0,
            STEP
        )
        .fetch_all(&mut *tx)
        .await?;
        if changes.is_empty() {
            sqlx::query!(
                "update contact_imports set state = 'undone', ended_at = now() where company_id = $1 and id = $2",
                tenant.company.0,
                import.0
            )
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            return Ok(());
        }
        let of = |wanted: bool| changes.iter().filter(move |change| change.made == wanted);
        let made: Vec<Uuid> = of(true).map(|change| change.id).collect();
        let changed: Vec<Uuid> = of(false).map(|change| change.id).collect();
        let removed = remove(&mut tx, tenant, import, &made).await?;
        let restored = restore(&mut tx, tenant, import, &changed).await?;
        let changed: Vec<_> = changed.into_iter().map(ContactId).collect();
        ruled::follow(&mut tx, tenant, &changed).await?;
        let all: Vec<Uuid> = changes.iter().map(|change| change.id).collect();
        // Those of people who were removed are gone with them.
        sqlx::query!(
            "delete from contact_import_changes where company_id = $1 and import_id = $2 and id = any($3)",
            tenant.company.0,
            import.0,
            &all
        )
        .execute(&mut *tx)
        .await?;
        let undone = removed + restored;
        sqlx::query!(
            "update contact_imports set undone = undone + $3, kept = kept + $4 where company_id = $1 and id = $2",
            tenant.company.0,
            import.0,
            undone,
            all.len() as i64 - undone
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
}

/// The rest stays as it is, and can be tried again.
pub async fn give_up(tenant: &Tenant, import: ImportId) -> Result<()> {
    sqlx::query!(
        "update contact_imports set state = 'done', why = 'Not all could be undone, because the server had a problem. Press “Undo” again.'
         where company_id = $1 and id = $2 and state = 'undoing'",
        tenant.company.0,
        import.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Removes people of whom nothing is known but what the import brought.
async fn remove(tx: &mut PgConnection, tenant: &Tenant, import: ImportId, made: &[Uuid]) -> Result<i64> {
    let done = sqlx::query!(
        "delete from contacts c using contact_import_changes ch
         where ch.company_id = $1 and ch.import_id = $2 and ch.id = any($3) and c.company_id = $1 and c.id = ch.contact_id
           and (select true from contact_events e
                where e.company_id = $1 and e.contact_id = c.id and e.id <> ch.id
                  -- Rules put people into segments by themselves.
                  and (e.kind not in ('joined', 'left') or e.by_user is not null) limit 1) is null",
        tenant.company.0,
        import.0,
        made
    );
    Ok(done.execute(tx).await?.rows_affected() as i64)
}

/// Gives people back what they were; the number of those of whom nothing had been changed afterwards.
async fn restore(tx: &mut PgConnection, tenant: &Tenant, import: ImportId, changed: &[Uuid]) -> Result<i64> {
    if changed.is_empty() {
        return Ok(0);
    }
    let company = tenant.company.0;
    let rows = sqlx::query!(
        r#"select ch.id, c.id as "contact: ContactId", ch.before, ch.after,
                  jsonb_build_object('first_name', c.first_name, 'last_name', c.last_name, 'full_name', c.full_name, 'phone', c.phone,
                    'phone_e164', c.phone_e164, 'company_name', c.company_name, 'source', c.source, 'consent', c.consent,
                    'custom', c.custom, 'deleted_at', c.deleted_at) as "now!"
           from contact_import_changes ch join contacts c on c.company_id = $1 and c.id = ch.contact_id
           where ch.company_id = $1 and ch.import_id = $2 and ch.id = any($3) order by c.id for update of c"#,
        company,
        import.0,
        changed
    )
    .fetch_all(&mut *tx)
    .await?;
    let map = |value: Option<Value>| match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let (mut contacts, mut fields, mut whole, mut unsaid) = (vec![], vec![], 0, vec![]);
    for row in rows {
        let (now, is_whole) = restored(map(Some(row.now)), &map(row.before), &map(row.after));
        whole += i64::from(is_whole.fields);
        if is_whole.consent {
            unsaid.push(row.id);
        }
        contacts.push(row.contact.0);
        fields.push(Value::Object(now));
    }
    sqlx::query!(
        "update contacts c set first_name = n.now->>'first_name', last_name = n.now->>'last_name', full_name = n.now->>'full_name',
           phone = n.now->>'phone', phone_e164 = n.now->>'phone_e164', company_name = n.now->>'company_name', source = n.now->>'source',
           consent = n.now->>'consent', custom = n.now->'custom', deleted_at = (n.now->>'deleted_at')::timestamptz, updated_at = now()
         from unnest($2::uuid[], $3::jsonb[]) as n (id, now) where c.company_id = $1 and c.id = n.id",
        company,
        &contacts,
        &fields
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from contact_consents where company_id = $1 and id = any($2)", company, &unsaid)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "with mine as (
           select ch.contact_id, ch.tags, ch.at from contact_import_changes ch
           where ch.company_id = $1 and ch.import_id = $2 and ch.id = any($3)
         ), untagged as (
           delete from contact_tags t using mine m
           where t.company_id = $1 and t.contact_id = m.contact_id and t.tag = any(m.tags)
         ), left_it as (
           delete from segment_members s using mine m
           where s.company_id = $1 and s.contact_id = m.contact_id and s.at = m.at
         )
         insert into contact_events (company_id, id, contact_id, kind) select $1, gen_random_uuid(), m.contact_id, 'import_undone' from mine m",
        company,
        import.0,
        changed
    )
    .execute(&mut *tx)
    .await?;
    Ok(whole)
}

/// Whether all went back, and whether what was said about mail did.
#[derive(Debug, PartialEq, Eq)]
pub struct Whole {
    pub fields: bool,
    pub consent: bool,
}

/// What a person is after the undo: each field as it was before, where it still is as the import left it. Of fields of one's own
/// each for itself.
pub fn restored(
    mut now: Map<String, Value>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> (Map<String, Value>, Whole) {
    let mut whole = Whole { fields: true, consent: false };
    for (name, old) in before {
        let left = after.get(name).unwrap_or(&Value::Null);
        let Some(is) = now.get_mut(name) else { continue };
        if let (Value::Object(is), Value::Object(old), Value::Object(left)) = (&mut *is, old, left) {
            for (key, value) in left {
                if old.get(key) == Some(value) {
                    continue;
                }
                match (is.get(key) == Some(value), old.get(key)) {
                    (false, _) => whole.fields = false,
                    (true, Some(old)) => {
                        is.insert(key.clone(), old.clone());
                    }
                    (true, None) => {
                        is.remove(key);
                    }
                }
            }
        } else if is == left {
            is.clone_from(old);
            whole.consent |= name == "consent";
        } else {
            whole.fields = false;
        }
    }
    (now, whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_changed_afterwards_is_kept() {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let before = map(json!({ "phone": "1", "consent": "none", "custom": { "tea": "green", "cup": "big" } }));
        let after =
            map(json!({ "phone": "2", "consent": "given", "custom": { "tea": "black", "cup": "big", "sugar": "no" } }));
        let now = map(
            json!({ "first_name": "Ada", "phone": "2", "consent": "given", "custom": { "tea": "black", "cup": "big", "sugar": "no" } }),
        );
        let (back, whole) = restored(now.clone(), &before, &after);
        assert_eq!(
            Value::Object(back),
            json!({ "first_name": "Ada", "phone": "1", "consent": "none", "custom": { "tea": "green", "cup": "big" } })
        );
        assert_eq!(whole, Whole { fields: true, consent: true });
        let later = map(
            json!({ "phone": "3", "consent": "withdrawn", "custom": { "tea": "white", "sugar": "no", "more": "x" } }),
        );
        let (back, whole) = restored(later, &before, &after);
        assert_eq!(
            Value::Object(back),
            json!({ "phone": "3", "consent": "withdrawn", "custom": { "tea": "white", "more": "x" } })
        );
        assert_eq!(whole, Whole { fields: false, consent: false });
    }
}
