//! Documents by the words that are in them, for the library of kept texts.

use super::store::found;
use crate::domain::error::Result;
use crate::domain::ids::DocumentId;
use crate::domain::permission::Permission;
use crate::features::agents::catalogue::AGENTS;
use crate::infra::session::Granted;
use chrono::{DateTime, Utc};

/// Words of a search that count.
const WORDS: usize = 10;

pub struct Found {
    pub id: DocumentId,
    /// The agent's name.
    pub agent: &'static str,
    pub title: String,
    pub changed_at: DateTime<Utc>,
}

/// Those that have all of the words in their title or their latest version, the last changed first. Only what this person may see, and
/// of that the latest (`found::SEARCHED`).
pub async fn documents(who: &Granted, search: &str) -> Result<Vec<Found>> {
    let seen = AGENTS.iter().filter(|agent| !agent.names_people || who.role.may(Permission::Contacts));
    let seen: Vec<String> = seen.map(|agent| agent.id.to_owned()).collect();
    let words: Vec<String> = search.split_whitespace().take(WORDS).map(str::to_lowercase).collect();
    let rows = found::documents(&who.tenant, &seen, &words).await?;
    let found = rows.into_iter().filter_map(|row| {
        let agent = AGENTS.iter().find(|known| known.id == row.agent)?.name;
        Some(Found { id: row.id, agent, title: row.title, changed_at: row.changed_at })
    });
    Ok(found.collect())
}
