//! The rules of snippets: what a name, a folder, tags and a text may be, and which part a page shows.

use super::store::{self, From, New, Row};
use super::{alike, documents};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{PostId, SnippetId};
use crate::domain::moment::When;
use crate::domain::page::{PAGE_SIZE, Part};
use crate::domain::permission::Permission;
use crate::features::identity::companies::server::service as companies;
use crate::features::snippets::model::{
    Documents, MAX_FOLDER, MAX_NAME, MAX_TAG, MAX_TAGS, MAX_TEXT, MOST, SnippetCard, SnippetKind, SnippetList,
    SnippetQuery,
};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono_tz::Tz;
use futures::future::BoxFuture;
use sqlx::PgPool;
use std::collections::HashSet;

/// Longest words that are searched for, in characters; more are left out.
const MAX_SEARCH: usize = 100;
/// Saved replies that are offered in a plain choice, by name.
const REPLIES: i64 = 200;

/// What somebody typed.
pub struct Draft<'a> {
    pub kind: SnippetKind,
    pub name: &'a str,
    pub folder: &'a str,
    /// With commas between them.
    pub tags: &'a str,
    pub text: &'a str,
}

/// A part of the snippets, the last changed first. A place beyond the list leads to its beginning.
pub async fn list(who: &Granted, query: &SnippetQuery) -> Result<SnippetList> {
    let tenant = &who.tenant;
    let search = query.search.chars().take(MAX_SEARCH).collect();
    let query = &SnippetQuery { search, ..query.clone() };
    let zone = companies::zone(tenant).await?;
    let documents = documents::part(who, zone, query).await?;
    let is_about_documents = query.documents == Documents::Only;
    let mut from = match (query.older, query.newer) {
        (Some(at), _) => From::Older(at),
        (None, Some(at)) => From::Newer(at),
        (None, None) => From::Start,
    };
    let size = PAGE_SIZE as usize;
    let mut rows = if is_about_documents { vec![] } else { store::rows(tenant, query, from).await? };
    let short_of_newer = matches!(from, From::Newer(_)) && rows.len() <= size;
    if !is_about_documents && (short_of_newer || (rows.is_empty() && matches!(from, From::Older(_)))) {
        from = From::Start;
        rows = store::rows(tenant, query, from).await?;
    }
    // Nothing has these words: perhaps something has nearly these.
    let is_alike = rows.is_empty() && !query.search.trim().is_empty() && !is_about_documents && {
        rows = alike::rows(tenant, query).await?;
        !rows.is_empty()
    };
    let more = rows.len() > size;
    rows.truncate(size);
    let (newer, older) = match from {
        From::Start => (false, more),
        From::Older(_) => (true, more),
        From::Newer(_) => {
            rows.reverse();
            (more, true)
        }
    };
    let edited = match query.edit {
        Some(id) => Some(card(zone, store::one(tenant, id).await?)),
        None => None,
    };
    let begin = match query.post {
        Some(post) => Some(post_text(tenant, post).await?),
        None => None,
    };
    Ok(SnippetList {
        documents,
        is_alike,
        part: Part {
            newer: rows.first().filter(|_| newer).map(Row::cursor),
            older: rows.last().filter(|_| older).map(Row::cursor),
            items: rows.into_iter().map(|row| card(zone, row)).collect(),
            total: None,
            looked_at: None,
        },
        folders: store::folders(tenant).await?,
        tags: store::tags(tenant).await?,
        edited,
        begin,
        may_edit: who.role.may(Permission::Publish),
        zone: zone.name().to_owned(),
    })
}

fn card(zone: Tz, row: Row) -> SnippetCard {
    SnippetCard {
        id: row.id,
        version: row.version,
        kind: SnippetKind::parse(&row.kind).unwrap_or_default(),
        name: row.name,
        folder: row.folder,
        tags: tag_list(&row.tags),
        text: row.text,
        changed: When { at: row.changed_at.into(), local: zone::local(zone, row.changed_at) },
        by: row.by,
    }
}

/// The tags of a row.
pub(super) fn tag_list(tags: &str) -> Vec<String> {
    tags.split(", ").filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// What a post says, as far as a snippet can hold it.
async fn post_text(tenant: &Tenant, post: PostId) -> Result<String> {
    let text = store::post_text(tenant, post).await?.ok_or_else(|| AppError::not_found("post"))?;
    Ok(text.chars().take(MAX_TEXT).collect())
}

/// Saved replies to choose from without a search: id and name.
pub async fn replies(tenant: &Tenant) -> Result<Vec<(SnippetId, String)>> {
    store::replies(tenant, REPLIES).await
}

/// The text of one.
pub async fn text(tenant: &Tenant, id: SnippetId) -> Result<String> {
    Ok(store::one(tenant, id).await?.text)
}

/// Keeps a new one, or changes one that is still in the version that somebody saw; its id.
pub async fn save(who: &Granted, of: Option<(SnippetId, i32)>, draft: Draft<'_>) -> Result<SnippetId> {
    let clean = clean(&draft)?;
    let new = New { kind: draft.kind, name: &clean.name, folder: &clean.folder, tags: &clean.tags, text: &clean.text };
    let Some((id, version)) = of else {
        let too_many = || {
            AppError::invalid("name", format!("There are {MOST} snippets already. Delete some that you do not need."))
        };
        return store::insert(&who.tenant, &new, who.user).await?.ok_or_else(too_many);
    };
    if store::update(&who.tenant, id, version, &new, who.user).await? {
        return Ok(id);
    }
    // It is gone, or somebody was quicker.
    let now = store::one(&who.tenant, id).await?;
    let by = now.by.unwrap_or_else(|| "Somebody".to_owned());
    Err(AppError::conflict(format!(
        "{by} has changed this snippet meanwhile. Copy what you wrote, open the snippet anew, and put it in."
    )))
}

/// For the weekly clean-up: snippets that were deleted a month ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    Box::pin(store::remove_deleted(db))
}

#[derive(Debug, PartialEq)]
struct Clean {
    name: String,
    folder: String,
    tags: String,
    text: String,
}

fn clean(draft: &Draft<'_>) -> Result<Clean> {
    let mut problems = vec![];
    let name = line(draft.name);
    if name.is_empty() {
        problems.push(Problem::error("name", "Give it a name by which you find it again."));
    }
    too_long(&mut problems, "name", "The name", &name, MAX_NAME);
    let folder = line(draft.folder);
    too_long(&mut problems, "folder", "The folder's name", &folder, MAX_FOLDER);
    let tags = tags(draft.tags);
    if tags.len() > MAX_TAGS {
        problems.push(Problem::error("tags", format!("At most {MAX_TAGS} tags.")));
    }
    for tag in &tags {
        too_long(&mut problems, "tags", "A tag", tag, MAX_TAG);
    }
    let text = draft.text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    let text = if draft.kind == SnippetKind::Hashtags { hashtags(&text) } else { text };
    if text.is_empty() {
        problems.push(Problem::error("text", "Write the text that is to be kept."));
    }
    too_long(&mut problems, "text", "The text", &text, MAX_TEXT);
    if problems.is_empty() {
        Ok(Clean { name, folder, tags: tags.join(", "), text })
    } else {
        Err(AppError::problems(problems))
    }
}

/// The name of a folder; empty: none.
pub(super) fn one_folder(typed: &str) -> Result<String> {
    let (folder, mut problems) = (line(typed), vec![]);
    too_long(&mut problems, "folder", "The folder's name", &folder, MAX_FOLDER);
    if problems.is_empty() { Ok(folder) } else { Err(AppError::problems(problems)) }
}

pub(super) fn one_tag(typed: &str) -> Result<String> {
    let mut tags = tags(typed);
    match (tags.pop(), tags.is_empty()) {
        (Some(tag), true) if tag.chars().count() <= MAX_TAG => Ok(tag),
        _ => Err(AppError::invalid("tag", format!("Write one tag of at most {MAX_TAG} characters."))),
    }
}

fn too_long(problems: &mut Vec<Problem>, field: &str, what: &str, text: &str, most: usize) {
    let length = text.chars().count();
    if length > most {
        problems.push(Problem::error(field, format!("{what} is too long: {length} characters, at most {most}.")));
    }
}

/// On one line, with single spaces.
fn line(typed: &str) -> String {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).collect()
}

/// Each once, however it is written.
fn tags(typed: &str) -> Vec<String> {
    let mut known = HashSet::new();
    let tags = typed.split([',', '#', ';']).map(line).filter(|tag| !tag.is_empty());
    tags.filter(|tag| known.insert(tag.to_lowercase())).collect()
}

/// The words as hashtags, each once.
fn hashtags(typed: &str) -> String {
    let mut known = HashSet::new();
    let words = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    let words = words.map(|word| word.trim_start_matches(['#', '＃'])).filter(|word| !word.is_empty());
    let all: Vec<_> = words.filter(|word| known.insert(word.to_lowercase())).map(|word| format!("#{word}")).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed<'a>(name: &'a str, tags: &'a str, text: &'a str) -> Draft<'a> {
        Draft { kind: SnippetKind::Text, name, folder: " Spring \n sale ", tags, text }
    }

    #[test]
    fn what_is_typed_is_tidied() {
        let clean = clean(&typed(" Opening  hours", "Spring, sale,,SPRING; #new", "a\r\nb\n")).expect("fine");
        let expected = ["Opening hours", "Spring sale", "Spring, sale, new", "a\nb"].map(str::to_owned);
        assert_eq!([clean.name, clean.folder, clean.tags, clean.text], expected);
        assert_eq!(hashtags("coffee #Roast, #coffee\n＃köln"), "#coffee #Roast #köln");
    }

    #[test]
    fn each_fault_is_told_at_its_field() {
        let long = "x".repeat(MAX_TEXT + 1);
        let error = clean(&typed("", "1,2,3,4,5,6,7,8,9,10,11", &long)).expect_err("refused");
        let fields: Vec<_> = error.problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["name", "tags", "text"]);
        assert!(clean(&typed("x", "", " \n")).is_err());
    }
}
