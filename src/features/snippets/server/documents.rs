//! Documents of agents in the library.

use crate::domain::error::Result;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
use crate::features::agents::server::found::{self, Found};
use crate::features::snippets::model::{BESIDE, DocumentHit, Documents, SnippetQuery};
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono_tz::Tz;

fn place(document: &Found) -> Cursor {
    Cursor { at_us: document.changed_at.timestamp_micros(), id: document.id.0 }
}

/// As the query asks for them. Beside snippets only the first that a search finds, at the beginning of all kinds.
pub async fn part(who: &Granted, zone: Tz, query: &SnippetQuery) -> Result<Part<DocumentHit>> {
    let is_inside = query.older.is_some() || query.newer.is_some();
    let narrowed = query.kind.is_some() || query.folder.is_some() || query.tag.is_some();
    let size = match query.documents {
        Documents::Only => PAGE_SIZE as usize,
        Documents::Beside if !query.search.trim().is_empty() && !is_inside && !narrowed => BESIDE,
        _ => return Ok(Part { items: vec![], newer: None, older: None, total: None, looked_at: None }),
    };
    let all = found::documents(who, &query.search).await?;
    let key = |cursor: Cursor| (cursor.at_us, cursor.id);
    let begin = match (query.older, query.newer) {
        (Some(at), _) => all.iter().take_while(|document| key(place(document)) >= key(at)).count(),
        (None, Some(at)) => {
            let before = all.iter().take_while(|document| key(place(document)) > key(at)).count();
            before.saturating_sub(size)
        }
        (None, None) => 0,
    };
    // A place beyond the list leads to its beginning.
    let begin = if begin < all.len() { begin } else { 0 };
    let shown = &all[begin..all.len().min(begin + size)];
    let hit = |document: &Found| DocumentHit {
        id: document.id,
        agent: document.agent.to_owned(),
        title: document.title.clone(),
        changed: When { at: document.changed_at.into(), local: zone::local(zone, document.changed_at) },
    };
    Ok(Part {
        newer: shown.first().filter(|_| begin > 0).map(place),
        older: shown.last().filter(|_| begin + size < all.len()).map(place),
        items: shown.iter().map(hit).collect(),
        total: None,
        looked_at: None,
    })
}
