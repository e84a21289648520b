//! What agents know: seen, written, changed and erased by people.

use super::own_memory;
use super::store::documents;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::MemoryId;
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::features::agents::catalogue;
use crate::features::agents::model::{MAX_WORDS, MemoryLine, MemoryList};
use crate::features::identity::companies::server::service as companies;
use crate::infra::session::Granted;
use crate::infra::zone;

/// Facts of a company.
const MOST: i64 = 500;
/// Facts on the page.
const SHOWN: i64 = 200;

fn gone() -> AppError {
    AppError::not_found("fact")
}

/// A fact as it is kept: one line.
pub(super) fn fact(words: &str) -> Result<String> {
    let words = words.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return Err(AppError::invalid("words", "Write what is to be known."));
    }
    if words.chars().count() > MAX_WORDS {
        return Err(AppError::invalid("words", format!("A fact has at most {MAX_WORDS} characters. Split it.")));
    }
    Ok(words)
}

pub async fn list(who: &Granted) -> Result<MemoryList> {
    let zone = companies::zone(&who.tenant).await?;
    let facts = documents::memory(&who.tenant, None, SHOWN).await?;
    let own = own_memory::list(who, zone).await?;
    let may_see = |agent: &Option<String>| {
        let names = agent.as_deref().and_then(catalogue::find).is_some_and(|agent| agent.names_people);
        !names || who.role.may(Permission::Contacts)
    };
    Ok(MemoryList {
        facts: facts
            .into_iter()
            .filter(|row| may_see(&row.agent))
            .map(|row| MemoryLine {
                id: row.id,
                agent: row.agent,
                words: row.words,
                source: row.source,
                at: When { at: row.at.into(), local: zone::local(zone, row.at) },
            })
            .collect(),
        own,
        may_change: who.role.may(Permission::Publish),
        zone: zone.name().to_owned(),
    })
}

/// Keeps a new fact, or changes the one that is named.
pub async fn save(who: &Granted, of: Option<MemoryId>, words: &str) -> Result<()> {
    let words = fact(words)?;
    let source: String = format!("written by {}", who.name).chars().take(200).collect();
    match of {
        Some(id) if documents::change_memory(&who.tenant, id, &words, &source, who.user).await? => Ok(()),
        Some(_) => Err(gone()),
        None if documents::add_memory(&who.tenant, &words, &source, who.user, MOST).await? => Ok(()),
        None => Err(AppError::invalid("words", format!("There are {MOST} facts already. Erase some first."))),
    }
}

pub async fn erase(who: &Granted, id: MemoryId) -> Result<()> {
    if documents::erase_memory(&who.tenant, id).await? { Ok(()) } else { Err(gone()) }
}
