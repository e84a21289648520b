//! What a person wants the program to know of themselves: seen, written, changed and erased by that person alone, told to a model when
//! that person asks the chat or starts a run, and gone when they leave the company.

use super::memory::fact;
use super::store::own_memory as store;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::MemoryId;
use crate::domain::moment::When;
use crate::features::agents::model::MemoryLine;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono_tz::Tz;

/// Facts of one person in one company.
pub const MOST: i64 = 100;
/// Facts that a model is told.
const TOLD: i64 = 20;
/// Where a fact comes from that was written on the page.
const WRITTEN: &str = "written by you";
/// And one that was said to the chat.
pub const SAID: &str = "said in a conversation";

pub async fn list(who: &Granted, zone: Tz) -> Result<Vec<MemoryLine>> {
    let rows = store::list(&who.tenant, who.user, MOST).await?;
    let line = |row: store::OwnRow| MemoryLine {
        id: row.id,
        agent: None,
        words: row.words,
        source: row.source,
        at: When { at: row.at.into(), local: zone::local(zone, row.at) },
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The latest, as a model is told them.
pub async fn told(who: &Granted) -> Result<Vec<String>> {
    let rows = store::list(&who.tenant, who.user, TOLD).await?;
    Ok(rows.into_iter().map(|row| row.words).collect())
}

/// Keeps a new fact, or changes the one that is named.
pub async fn save(who: &Granted, of: Option<MemoryId>, words: &str) -> Result<()> {
    match of {
        None => add(who, words, WRITTEN).await.map(drop),
        Some(id) if store::change(&who.tenant, who.user, id, &fact(words)?, WRITTEN).await? => Ok(()),
        Some(_) => Err(AppError::not_found("fact")),
    }
}

/// Keeps a fact that the person said; the words as they are kept.
pub async fn add(who: &Granted, words: &str, source: &str) -> Result<String> {
    let words = fact(words)?;
    if store::add(&who.tenant, who.user, &words, source, MOST).await? {
        return Ok(words);
    }
    Err(AppError::invalid("words", format!("There are {MOST} facts about you already. Erase some first.")))
}

pub async fn erase(who: &Granted, id: MemoryId) -> Result<()> {
    if store::erase(&who.tenant, who.user, id).await? { Ok(()) } else { Err(AppError::not_found("fact")) }
}
