//! One contact with all that is known.

use super::{fields, listed};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ContactId;
use crate::domain::permission::Permission;
use crate::features::contacts::model::{ConsentCard, ContactDetail, CustomFact, EventCard, MemberCard};
use crate::features::contacts::segments::server::service;
use crate::features::identity::companies::server::service as companies;
use crate::features::posts::server::cards::when;
use crate::infra::session::Granted;
use serde_json::Value;
use std::collections::BTreeMap;

/// Entries of a list on the profile.
const MOST: i64 = 100;

pub fn gone() -> AppError {
    AppError::not_found("contact")
}

pub async fn load(who: &Granted, id: ContactId) -> Result<ContactDetail> {
    let tenant = &who.tenant;
    let row = sqlx::query!(
        "select first_name, last_name, phone_e164, custom, updated_at from contacts
         where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        id.0
    );
    let row = row.fetch_optional(&tenant.db).await?.ok_or_else(gone)?;
    let card = listed::cards(tenant, &[id]).await?.pop().ok_or_else(gone)?;
    let zone = companies::zone(tenant).await?;
    let consents = sqlx::query!(
        r#"select c.given, c.source, c.words, c.at, u.name as "by?" from contact_consents c
           left join users u on u.id = c.by_user
           where c.company_id = $1 and c.contact_id = $2 order by c.at desc, c.id limit $3"#,
        tenant.company.0,
        id.0,
        MOST
    );
    let segments = sqlx::query!(
        "select m.segment_id, s.name, s.kind, m.why, m.at from segment_members m
         join segments s on s.company_id = $1 and s.id = m.segment_id
         where m.company_id = $1 and m.contact_id = $2 and s.deleted_at is null order by s.name limit $3",
        tenant.company.0,
        id.0,
        MOST
    );
    let events = sqlx::query!(
        r#"select e.kind, e.words, e.at, u.name as "by?" from contact_events e left join users u on u.id = e.by_user
           where e.company_id = $1 and e.contact_id = $2 order by e.at desc, e.id desc limit $3"#,
        tenant.company.0,
        id.0,
        MOST
    );
    let consents = consents.fetch_all(&tenant.db).await?.into_iter().map(|row| ConsentCard {
        given: row.given,
        source: row.source,
        words: row.words,
        by: row.by,
        at: when(zone, row.at),
    });
    let mut why = service::why(tenant, id).await?;
    let segments = segments.fetch_all(&tenant.db).await?.into_iter().map(|row| MemberCard {
        segment: row.segment_id,
        name: row.name,
        why: row.why,
        because: why.remove(&row.segment_id).unwrap_or_default(),
        by_hand: row.kind == "list",
        at: when(zone, row.at),
    });
    let events = events.fetch_all(&tenant.db).await?.into_iter().map(|row| {
        let (what, words) = in_words(&row.kind, row.words);
        EventCard { what, words, by: row.by, at: when(zone, row.at) }
    });
    let mut rest: BTreeMap<String, String> = match row.custom {
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect(),
        _ => BTreeMap::new(),
    };
    let fields = fields::all(tenant).await?.into_iter().map(|field| {
        let value = rest.remove(&field.key).unwrap_or_default();
        (field, value)
    });
    let fields: Vec<_> = fields.collect();
    let own = fields.iter().filter(|(_, value)| !value.is_empty()).map(|(field, value)| {
        let shown = field.value(value);
        let wrong = shown.wrong.then(|| field.kind.wrong().to_owned());
        CustomFact { name: field.label.clone(), value: shown.text, wrong }
    });
    let rest = rest.into_iter().map(|(name, value)| CustomFact { name, value, wrong: None });
    let custom = own.chain(rest).collect();
    let segments: Vec<_> = segments.collect();
    let mut lists = service::lists_by_hand(tenant).await?;
    lists.retain(|(list, _)| segments.iter().all(|member| member.segment != *list));
    Ok(ContactDetail {
        card,
        first_name: row.first_name,
        last_name: row.last_name,
        phone_e164: row.phone_e164,
        custom,
        fields,
        consents: consents.collect(),
        segments,
        lists,
        events: events.collect(),
        updated: when(zone, row.updated_at),
        zone: zone.name().to_owned(),
        may_erase: who.role.may(Permission::ExportContacts),
    })
}

/// What an entry of the history says: its head and what follows.
fn in_words(kind: &str, words: String) -> (String, String) {
    match kind {
        "captured" => (format!("Source: {words}"), String::new()),
        "imported" => (format!("Came in with the file {words}"), String::new()),
        "imported_again" => (format!("Changed by the file {words}"), String::new()),
        "merged" => (format!("Merged with {words}"), String::new()),
        "merge_undone" => ("A merge was undone".into(), words),
        "import_undone" => ("An import was undone".into(), words),
        "captured_again" => (format!("Came in again from {words}"), String::new()),
        "added" => ("Added by hand".into(), words),
        "changed" => ("Changed".into(), words),
        "note" => ("Note".into(), words),
        "tagged" => (format!("Tagged “{words}”"), String::new()),
        "untagged" => (format!("Tag “{words}” taken off"), String::new()),
        "joined" => (format!("Joined “{words}”"), String::new()),
        "left" => (format!("Left “{words}”"), String::new()),
        "deleted" => ("Deleted".into(), words),
        "restored" => ("Restored".into(), words),
        "consent" => ("Said yes to mail".into(), words),
        "no_consent" => ("Said no to mail".into(), words),
        other => (other.to_owned(), words),
    }
}
