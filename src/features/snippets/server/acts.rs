//! What is done with several snippets at once, and how it is taken back: each is kept as it was before.

use super::service::{one_folder, one_tag, tag_list};
use super::store::{self, acts};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{SnippetActId, SnippetId};
use crate::features::snippets::model::{MAX_TAGS, SnippetAct, SnippetOutcome};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;

/// Does it with all of them that are there; those that it would not change are left out. Callers have bounded the list.
pub async fn act(who: &Granted, act: SnippetAct, ids: &[SnippetId], folder: &str, tag: &str) -> Result<SnippetOutcome> {
    if ids.is_empty() {
        return Err(AppError::invalid("ids", "Choose a snippet first."));
    }
    let name = match act {
        SnippetAct::Move => one_folder(folder)?,
        SnippetAct::Tag | SnippetAct::Untag => one_tag(tag)?,
        SnippetAct::Delete => String::new(),
    };
    let mut tx = who.tenant.db.begin().await?;
    let before = acts::hold(&mut tx, &who.tenant, ids).await?;
    if before.is_empty() {
        return Err(store::gone());
    }
    let changes: Vec<_> = before.into_iter().filter_map(|row| change(act, &name, row)).collect();
    if changes.is_empty() {
        let so = match act {
            SnippetAct::Move if name.is_empty() => "They are in no folder.".to_owned(),
            SnippetAct::Move => format!("They are in “{name}” already."),
            SnippetAct::Tag => format!("They have the tag “{name}” already, or {MAX_TAGS} others."),
            SnippetAct::Untag => format!("They do not have the tag “{name}”."),
            SnippetAct::Delete => "They are deleted already.".to_owned(),
        };
        return Err(AppError::conflict(so));
    }
    let id = acts::write(&mut tx, who, act, &changes).await?;
    tx.commit().await?;
    Ok(SnippetOutcome { act, count: changes.len(), id, name })
}

/// `None`: nothing would be different.
fn change(act: SnippetAct, name: &str, before: acts::Before) -> Option<acts::Change> {
    let (mut folder, mut tags) = (before.folder.clone(), tag_list(&before.tags));
    let at = tags.iter().position(|tag| tag.to_lowercase() == name.to_lowercase());
    match (act, at) {
        (SnippetAct::Move, _) if folder == name => return None,
        (SnippetAct::Move, _) => name.clone_into(&mut folder),
        (SnippetAct::Tag, None) if tags.len() < MAX_TAGS => tags.push(name.to_owned()),
        (SnippetAct::Untag, Some(at)) => drop(tags.remove(at)),
        (SnippetAct::Tag | SnippetAct::Untag, _) => return None,
        (SnippetAct::Delete, _) => {}
    }
    Some(acts::Change { folder, tags: tags.join(", "), before })
}

/// Takes it back, for those that were not changed since; how many were.
pub async fn undo(tenant: &Tenant, id: SnippetActId) -> Result<i64> {
    let mut tx = tenant.db.begin().await?;
    let wrong = || AppError::not_found("way back");
    let all = acts::end(&mut tx, tenant, id).await?.ok_or_else(wrong)?;
    let back = acts::put_back(&mut tx, tenant, id).await?;
    if back == 0 {
        return Err(AppError::conflict("All of them were changed since, so they stay as they are."));
    }
    tx.commit().await?;
    Ok(all - back)
}
