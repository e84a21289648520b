//! The first rows of a file, and what would become of them.

use super::cells::Cells;
use super::encode::{self, Ready};
use super::merge::{self, Half};
use super::store::{self, Import};
use super::upload::{HEAD, head};
use crate::domain::error::Result;
use crate::features::contacts::imports::model::{Fate, Known, PREVIEWED, PreviewRow};
use crate::features::contacts::server::capture::Consent;
use crate::features::media::server::stores::{self, storage_error};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use std::collections::HashMap;

/// Characters of a cell that are shown.
const SHOWN: usize = 80;

/// A row that is a person.
struct Found {
    key: String,
    consent: Option<Consent>,
    /// The row further up that is the same person.
    first: Option<i64>,
}

/// `None`: the file is not there any more.
pub async fn rows(who: &Granted, import: &Import) -> Result<Option<Vec<PreviewRow>>> {
    let Some(place) = stores::find(&who.app, who.company, &import.store).await? else { return Ok(None) };
    let bytes = match place.get_range(&store::key(who.company, import.id), 0..import.bytes.min(HEAD)).await {
        Ok(bytes) => bytes,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(storage_error(&error)),
    };
    let (_, found) = head(import.encoding, Some(import.delimiter), &bytes, import.bytes <= HEAD);
    let rows: Vec<Cells> = found.into_iter().skip(usize::from(import.has_header)).take(PREVIEWED).collect();
    let mut people = vec![];
    let mut seen: HashMap<String, (i64, usize)> = HashMap::new();
    let mut found = vec![];
    for cells in &rows {
        found.push(match import.plan.person(cells) {
            Err(reason) => Err(reason),
            Ok(person) => {
                let (key, consent) = (person.email.key.clone(), person.consent.clone());
                let first = seen.get(&key).copied();
                match first {
                    Some((_, at)) => import.plan.again(&mut people[at], person),
                    None => {
                        seen.insert(key.clone(), (cells.row, people.len()));
                        people.push(person);
                    }
                }
                Ok(Found { key, consent, first: first.map(|(row, _)| row) })
            }
        });
    }
    let mut half = Half::default();
    for person in people {
        encode::write(&mut half, who.company.0, &Ready::new(person), None);
    }
    encode::end(&mut half);
    let outcomes = match half.people {
        0 => HashMap::new(),
        _ => try_out(&who.tenant, import, &half).await?,
    };
    let rows = rows.iter().zip(found).map(|(cells, found)| {
        let (fate, what) = match found {
            Err(reason) => (Fate::Refused(reason), vec![]),
            Ok(found) => fate(&found, outcomes.get(&found.key), import.plan.known),
        };
        let cells_shown = (0..import.plan.header.len()).map(|at| cells.get(at).chars().take(SHOWN).collect()).collect();
        PreviewRow { row: cells.row, cells: cells_shown, fate, what }
    });
    Ok(Some(rows.collect()))
}

/// What becomes of a row, and what of it in words.
fn fate(found: &Found, outcome: Option<&Outcome>, known: Known) -> (Fate, Vec<String>) {
    let says = |given: bool| found.consent.as_ref().is_some_and(|said| said.given == given);
    if let Some(row) = found.first {
        let mut what = vec![match known {
            Known::Skip => format!("Row {row} counts"),
            Known::Fill => format!("Fills what row {row} leaves empty"),
            Known::Overwrite => format!("Replaces what row {row} says"),
        }];
        if says(false) {
            what.push("No mail: that counts".into());
        } else if says(true) && known != Known::Skip {
            what.push("Agrees to mail, unless a row says no".into());
        }
        return (Fate::Again(row), what);
    }
    let Some(outcome) = outcome else { return (Fate::Same, vec![]) };
    let mut what = outcome.what.clone();
    if outcome.fate == Fate::Same {
        match (says(true), says(false), outcome.consent.as_str()) {
            (true, _, "withdrawn") => what.push("Said no to mail: that stays".into()),
            (true, _, "given") => what.push("Agreed to mail already".into()),
            (_, true, "withdrawn") => what.push("Said no to mail already".into()),
            _ => {}
        }
    }
    (outcome.fate.clone(), what)
}

/// What would become of one person.
struct Outcome {
    fate: Fate,
    what: Vec<String>,
    /// What the person says about mail afterwards.
    consent: String,
}

/// What would become of some people, by their keys: it is done, and taken back.
async fn try_out(tenant: &Tenant, import: &Import, half: &Half) -> Result<HashMap<String, Outcome>> {
    let mut tx = tenant.db.begin().await?;
    sqlx::query!("select set_config('lock_timeout', '2s', true)").fetch_one(&mut *tx).await?;
    merge::merge(&mut tx, tenant, import, half).await?;
    let rows = sqlx::query!(
        r#"select c.email_key, c.consent, ch.made as "made?", ch.tags as "tags?",
                  array(select k from jsonb_object_keys(ch.after) k) as "changed!: Vec<String>"
           from contact_import_rows r
           join contacts c on c.company_id = $1 and c.email_key = r.email_key
           left join contact_import_changes ch on ch.company_id = $1 and ch.import_id = $3 and ch.id = r.id
           where r.company_id = $1 and r.batch = $2"#,
        tenant.company.0,
        half.id,
        import.id.0
    );
    let rows = rows.fetch_all(&mut *tx).await?;
    tx.rollback().await?;
    let outcomes = rows.into_iter().map(|row| {
        let (fate, mut what) = match row.made {
            Some(true) => (Fate::New, vec![]),
            Some(false) => (Fate::Changed, changes(&row.changed)),
            None => (Fate::Same, vec![]),
        };
        let says = row.made == Some(true) || row.changed.iter().any(|name| name == "consent");
        match row.consent.as_str() {
            "given" if says => what.push("Agrees to mail".into()),
            "withdrawn" if says => what.push("No mail".into()),
            _ => {}
        }
        let tags = row.tags.unwrap_or_default();
        if !tags.is_empty() {
            what.push(format!("Tags: {}", tags.join(", ")));
        }
        (row.email_key, Outcome { fate, what, consent: row.consent })
    });
    Ok(outcomes.collect())
}

/// The names of what changes, but for what is said about mail.
fn changes(fields: &[String]) -> Vec<String> {
    let has = |names: &[&str]| fields.iter().any(|field| names.contains(&field.as_str()));
    let all: [(&[&str], &str); 6] = [
        (&["deleted_at"], "Comes back: was deleted"),
        (&["first_name", "last_name", "full_name"], "Name"),
        (&["phone", "phone_e164"], "Phone"),
        (&["company_name"], "Company"),
        (&["source"], "Source"),
        (&["custom"], "Further fields"),
    ];
    all.into_iter().filter(|(names, _)| has(names)).map(|(_, word)| word.to_owned()).collect()
}
