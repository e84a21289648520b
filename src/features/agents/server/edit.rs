//! What a person changes in a proposal before it is decided: a post's text, time, accounts and picture; the name of a segment; the text of
//! an idea.

use super::decide::{find, is_decided, usable};
use super::store::proposals;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ConnectionId, ProposalId};
use crate::domain::moment::LocalTime;
use crate::features::agents::action::{Action, IdeaAction, MAX_TEXT, PostAction, SegmentAction};
use crate::infra::session::Granted;

/// Characters of a segment's name.
const MAX_SEGMENT_NAME: usize = 60;

/// What somebody changes in a proposed post.
pub struct Edit<'a> {
    pub text: &'a str,
    pub at: &'a str,
    pub accounts: Vec<ConnectionId>,
    pub keep_picture: bool,
}

pub async fn edit(who: &Granted, id: ProposalId, version: i32, edit: Edit<'_>) -> Result<()> {
    let (_, action) = find(who, id).await?;
    let Action::Post(before) = action else {
        return Err(AppError::conflict("This proposal can be approved or refused as it is."));
    };
    let text = edit.text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    if text.is_empty() {
        return Err(AppError::invalid("text", "Write the text of the post."));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(AppError::invalid("text", format!("A proposed post has at most {MAX_TEXT} characters.")));
    }
    let at: LocalTime = edit.at.parse().map_err(|()| AppError::invalid("at", "Choose a day and a time."))?;
    let media = if edit.keep_picture { proposals::assets(&who.tenant, &before.media).await? } else { vec![] };
    let mut accounts = edit.accounts;
    accounts.sort_unstable();
    accounts.dedup();
    let after = PostAction { accounts, text, media, at, draft: false };
    usable(who, &after).await?;
    let action = serde_json::to_value(Action::Post(after)).map_err(|_| AppError::bug(None))?;
    keep_edit(who, id, version, &action).await
}

/// Changes the words of a proposal that has nothing else to change: the name of a segment, the text of an idea.
pub async fn reword(who: &Granted, id: ProposalId, version: i32, typed: &str) -> Result<()> {
    let words = typed.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    let n = words.chars().count();
    let (_, action) = find(who, id).await?;
    let action = match action {
        Action::Segment(segment) => {
            let can_be_read = words.chars().any(char::is_alphanumeric) && !words.chars().any(char::is_control);
            if n > MAX_SEGMENT_NAME || !can_be_read {
                let message =
                    format!("Write a name with letters or numbers, of at most {MAX_SEGMENT_NAME} characters.");
                return Err(AppError::invalid("words", message));
            }
            Action::Segment(SegmentAction { name: words, ..segment })
        }
        Action::Idea(idea) => {
            if !(1..=MAX_TEXT).contains(&n) {
                return Err(AppError::invalid("words", format!("Write the idea in at most {MAX_TEXT} characters.")));
            }
            Action::Idea(IdeaAction { text: words, ..idea })
        }
        Action::Post(_) | Action::Tag(_) => {
            return Err(AppError::conflict("This proposal can be approved or refused as it is."));
        }
    };
    let action = serde_json::to_value(action).map_err(|_| AppError::bug(None))?;
    keep_edit(who, id, version, &action).await
}

/// Keeps an edit of the version that the person saw, while it waits.
async fn keep_edit(who: &Granted, id: ProposalId, version: i32, action: &serde_json::Value) -> Result<()> {
    if proposals::edit(&who.tenant, id, version, action).await? {
        return Ok(());
    }
    let (row, _) = find(who, id).await?;
    match is_decided(&row)? {
        true => Err(AppError::conflict("This proposal was approved meanwhile. Change what came of it.")),
        false => {
            Err(AppError::conflict("Somebody changed this proposal meanwhile. Copy what you wrote and open it anew."))
        }
    }
}
