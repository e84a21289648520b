//! Fields of a company's own: making, changing and deleting them, and fitting what comes in to their kinds.

use super::import::folded;
use super::tidy;
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{ContactId, FieldId};
use crate::features::contacts::fields::kind::FieldKind;
use crate::features::contacts::fields::model::{
    FieldCard, FieldList, FieldValue, MAX_CHOICE, MAX_CHOICES, MAX_NAME, MOST,
};
use crate::infra::database::{OnConstraint, Tenant};
use crate::infra::session::Granted;
use futures::future::BoxFuture;
use sqlx::PgPool;
use std::collections::{BTreeMap, HashMap};

/// Days for which a deleted field can come back.
pub const DAYS: i32 = 30;
/// So many of the newest contacts say which names there are.
const LOOKED_AT: i64 = 500;

fn gone() -> AppError {
    AppError::not_found("field")
}

/// Those that are there, by their names.
pub async fn all(tenant: &Tenant) -> Result<Vec<FieldCard>> {
    let rows = sqlx::query!(
        "select id, key, label, kind, choices from contact_fields where company_id = $1 and deleted_at is null
         order by lower(label), id limit $2",
        tenant.company.0,
        MOST as i64
    );
    let rows = rows.fetch_all(&tenant.db).await?.into_iter().map(|row| FieldCard {
        id: row.id,
        key: row.key,
        label: row.label,
        kind: FieldKind::parse(&row.kind).unwrap_or_default(),
        choices: row.choices,
    });
    Ok(rows.collect())
}

/// The whole page.
pub async fn list(who: &Granted) -> Result<FieldList> {
    let fields = all(&who.tenant).await?;
    let names = sqlx::query_scalar!(
        r#"with newest as materialized (
             select c.custom from contacts c where c.company_id = $1 and c.deleted_at is null
             order by c.created_at desc, c.id desc limit $2)
           select distinct k.name as "name!" from newest n cross join lateral jsonb_object_keys(n.custom) as k (name)
           where length(k.name) <= $3 order by 1 limit 100"#,
        who.company.0,
        LOOKED_AT,
        MAX_NAME as i32
    );
    let mut names = names.fetch_all(&who.tenant.db).await?;
    names.retain(|name| fields.iter().all(|field| field.key != *name));
    Ok(FieldList { fields, names })
}

/// Checked words.
struct New {
    label: String,
    choices: Vec<String>,
}

fn read(label: &str, kind: FieldKind, choices: &str) -> Result<New> {
    let mut problems = vec![];
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    if label.is_empty() || label.chars().count() > MAX_NAME || label.chars().any(char::is_control) {
        problems.push(Problem::error("label", format!("Write a name of at most {MAX_NAME} characters.")));
    }
    let mut all: Vec<String> = vec![];
    for choice in choices.lines().map(str::trim).filter(|choice| !choice.is_empty() && kind == FieldKind::Choice) {
        if choice.chars().count() > MAX_CHOICE || choice.chars().any(char::is_control) {
            problems.push(Problem::error("choices", format!("A choice has at most {MAX_CHOICE} characters.")));
            break;
        }
        let wanted = choice.to_lowercase();
        if all.iter().any(|known| known.to_lowercase() == wanted) {
            continue;
        }
        if all.len() == MAX_CHOICES {
            problems.push(Problem::error("choices", format!("There are at most {MAX_CHOICES} choices.")));
            break;
        }
        all.push(choice.to_owned());
    }
    if kind == FieldKind::Choice && all.is_empty() && problems.is_empty() {
        problems.push(Problem::error("choices", "Write what there is to choose from, one a line."));
    }
    if problems.is_empty() { Ok(New { label, choices: all }) } else { Err(AppError::problems(problems)) }
}

/// Makes a field under the name by which it is called, or changes one. What contacts have under its key is fitted by a job.
pub async fn save(
    who: &Granted,
    field: Option<FieldId>,
    label: &str,
    kind: FieldKind,
    choices: &str,
) -> Result<FieldId> {
    let new = read(label, kind, choices)?;
    let taken = || AppError::invalid("label", "Another field has this name.");
    let mut tx = who.tenant.db.begin().await?;
    // Two that are made at once see each other.
    sqlx::query!("select id from companies where id = $1 for no key update", who.company.0).fetch_one(&mut *tx).await?;
    let id = match field {
        Some(id) => {
            let changed = sqlx::query!(
                "update contact_fields set label = $3, kind = $4, choices = $5, changed_by = $6, changed_at = now()
                 where company_id = $1 and id = $2 and deleted_at is null",
                who.company.0,
                id.0,
                new.label,
                kind.id(),
                &new.choices,
                who.user.0
            );
            let changed = changed.execute(&mut *tx).await.on_constraint("contact_fields_labels", taken)?;
            if changed.rows_affected() == 0 {
                return Err(gone());
            }
            id
        }
        None => {
            let there = sqlx::query_scalar!(
                r#"select count(*) as "n!" from contact_fields where company_id = $1 and deleted_at is null"#,
                who.company.0
            );
            if there.fetch_one(&mut *tx).await? >= MOST as i64 {
                let message = format!("There are {MOST} fields already. Delete one that is not needed.");
                return Err(AppError::invalid("label", message));
            }
            let first = sqlx::query_scalar!(
                "select label from contact_fields where company_id = $1 and key = $2 and deleted_at is null",
                who.company.0,
                new.label
            );
            if let Some(other) = first.fetch_optional(&mut *tx).await? {
                return Err(AppError::invalid("label", format!("“{other}” had this name first. Choose another one.")));
            }
            let id = FieldId::new();
            let made = sqlx::query!(
                "insert into contact_fields (company_id, id, key, label, kind, choices, changed_by) values ($1, $2, $3, $3, $4, $5, $6)",
                who.company.0,
                id.0,
                new.label,
                kind.id(),
                &new.choices,
                who.user.0
            );
            made.execute(&mut *tx).await.on_constraint("contact_fields_labels", taken)?;
            id
        }
    };
    tidy::ask(&mut tx, who.company, id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Deletes a field, or brings it back. What contacts have in it stays with them, under its key.
pub async fn delete(who: &Granted, field: FieldId, restore: bool) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    sqlx::query!("select id from companies where id = $1 for no key update", who.company.0).fetch_one(&mut *tx).await?;
    let others = sqlx::query_scalar!(
        r#"select count(*) as "n!" from contact_fields f join contact_fields o on o.company_id = $1 and o.id <> f.id
           where f.company_id = $1 and f.id = $2 and o.deleted_at is null and (o.key = f.key or lower(o.label) = lower(f.label))"#,
        who.company.0,
        field.0
    );
    if restore && others.fetch_one(&mut *tx).await? > 0 {
        let message = "Another field has this name by now. Rename or delete that one first.";
        return Err(AppError::conflict(message));
    }
    let done = sqlx::query!(
        "update contact_fields set deleted_at = case when $3 then null else now() end
         where company_id = $1 and id = $2 and (deleted_at is not null) = $3",
        who.company.0,
        field.0,
        restore
    );
    if done.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(gone());
    }
    if restore {
        tidy::ask(&mut tx, who.company, field).await?;
    }
    Ok(tx.commit().await?)
}

/// Removes for good what was deleted long ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done =
            sqlx::query!("delete from contact_fields where deleted_at < now() - make_interval(days => $1)", DAYS);
        Ok(done.execute(&db).await?.rows_affected())
    })
}

/// The field that a name means: its key, or its key or label in another spelling, also below other names (`contact.birthday`).
fn named<'a>(fields: &'a [FieldCard], name: &str) -> Option<&'a FieldCard> {
    let same = |name: &str| {
        let name = folded(name);
        fields.iter().find(|field| !name.is_empty() && (folded(&field.key) == name || folded(&field.label) == name))
    };
    let exact = fields.iter().find(|field| field.key == name);
    exact.or_else(|| same(name)).or_else(|| name.rsplit_once('.').and_then(|(_, last)| same(last)))
}

/// Puts what came in under other spellings into the fields, each value as its kind keeps it. What does not fit stays as it came,
/// and two values for one field stay two.
pub fn fit(fields: &[FieldCard], custom: &mut BTreeMap<String, String>) {
    if fields.is_empty() {
        return;
    }
    let came = std::mem::take(custom);
    let exact: Vec<&FieldCard> = fields.iter().filter(|field| came.contains_key(&field.key)).collect();
    for (name, value) in came {
        let Some(field) = named(fields, &name) else {
            custom.insert(name, value);
            continue;
        };
        let is_second = exact.iter().any(|known| known.id == field.id) || custom.contains_key(&field.key);
        let key = if name != field.key && is_second { name } else { field.key.clone() };
        let value = if key == field.key { field.fitted(&value) } else { value };
        custom.insert(key, value);
    }
}

/// The same for what another program sent; a contact without further fields asks nothing.
pub async fn fit_all(tenant: &Tenant, captures: &mut [super::capture::Capture]) -> Result<()> {
    if captures.iter().all(|capture| capture.custom.is_empty()) {
        return Ok(());
    }
    let fields = all(tenant).await?;
    captures.iter_mut().for_each(|capture| fit(&fields, &mut capture.custom));
    Ok(())
}

/// What contacts have in some fields, for a list of them.
pub async fn values(
    tenant: &Tenant,
    ids: &[ContactId],
    fields: &[&FieldCard],
) -> Result<HashMap<ContactId, Vec<(FieldId, FieldValue)>>> {
    let mut found: HashMap<ContactId, Vec<(FieldId, FieldValue)>> = HashMap::new();
    if fields.is_empty() {
        return Ok(found);
    }
    let keys: Vec<String> = fields.iter().map(|field| field.key.clone()).collect();
    let rows = sqlx::query!(
        r#"select c.id, k.key as "key!", left(c.custom ->> k.key, 200) as "value!"
           from unnest($2::uuid[]) as wanted (id) join contacts c on c.company_id = $1 and c.id = wanted.id
           cross join unnest($3::text[]) as k (key)
           where c.custom ->> k.key <> ''"#,
        tenant.company.0,
        ids as _,
        &keys
    );
    for row in rows.fetch_all(&tenant.db).await? {
        if let Some(field) = fields.iter().find(|field| field.key == row.key) {
            found.entry(row.id).or_default().push((field.id, field.value(&row.value)));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, label: &str, kind: FieldKind) -> FieldCard {
        FieldCard { id: FieldId::new(), key: key.into(), label: label.into(), kind, choices: vec![] }
    }

    #[test]
    fn what_comes_in_finds_its_field_and_nothing_is_lost() {
        let fields = [field("Birthday", "Born on", FieldKind::Date), field("Seats", "Seats", FieldKind::Number)];
        let fitted = |pairs: &[(&str, &str)]| {
            let mut custom = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            fit(&fields, &mut custom);
            custom.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(fitted(&[("birthday", "4.3.1990"), ("Tea", "x")]), ["Birthday=1990-03-04", "Tea=x"]);
        assert_eq!(
            fitted(&[("contact.born_on", "1990/3/4"), ("SEATS", "a few")]),
            ["Birthday=1990-03-04", "Seats=a few"]
        );
        // The field's own name counts first; a second value stays where it was.
        assert_eq!(
            fitted(&[("Birthday", "1990-03-04"), ("a.birthday", "1.1.2000"), ("born on", "x")]),
            ["Birthday=1990-03-04", "a.birthday=1.1.2000", "born on=x"]
        );
        assert_eq!(fitted(&[("a.seats", "1,234"), ("b.seats", "2")]), ["Seats=1234", "b.seats=2"]);
    }

    #[test]
    fn a_field_is_checked_before_it_is_kept() {
        let new = read(" Favourite \n tea", FieldKind::Choice, "Earl Grey\n\n earl grey\nOolong").expect("a field");
        assert_eq!((new.label.as_str(), new.choices.len()), ("Favourite tea", 2));
        assert_eq!(read("Tea", FieldKind::Text, "a\nb").expect("a field").choices.len(), 0);
        for (label, choices, wrong) in [
            (" ", "x", "label"),
            ("a\u{0}", "x", "label"),
            ("Tea", "\n", "choices"),
            ("Tea", &"x".repeat(101), "choices"),
        ] {
            let error = read(label, FieldKind::Choice, choices).err().expect(label);
            assert_eq!(error.problems[0].field, wrong);
        }
    }
}
