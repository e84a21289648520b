//! What the page and the panel show, and where a form leads.

use super::rules;
use super::store::{self, ConversationRow, MessageRow};
use super::{places, repairs};
use crate::domain::error::Result;
use crate::domain::ids::ConversationId;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, PAGE_SIZE};
use crate::domain::permission::Permission;
use crate::features::agents::model::ProposalCard;
use crate::features::agents::server::{markdown, service as agents};
use crate::features::chat::model::*;
use crate::features::models::server::door;
use crate::infra::session::Granted;
use crate::infra::zone;
use crate::ui::encode;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// An answer that is not there after so long never comes: the program was ended while it wrote.
const LOST: TimeDelta = TimeDelta::minutes(3);
/// The panel goes on with a conversation that is not older.
const RECENT: TimeDelta = TimeDelta::hours(1);

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}

fn line(zone: Tz, row: &ConversationRow) -> ConversationLine {
    ConversationLine { id: row.id, title: row.title.clone(), changed: when(zone, row.changed_at) }
}

pub async fn board(who: &Granted, query: &ChatQuery) -> Result<ChatBoard> {
    let (_, name) = store::company(&who.tenant).await?;
    let zone = zone::of(&name);
    let search: String = query.search.trim().chars().filter(|c| *c != '\0').take(MAX_SEARCH).collect();
    let size = PAGE_SIZE as usize;
    let behind = query.older.unwrap_or(Cursor::LAST);
    let limit = if query.panel { 1 } else { PAGE_SIZE as i64 + 1 };
    let mut rows = store::list(&who.tenant, who.user, &search, behind, limit).await?;
    let older = rows.get(size - 1).filter(|_| rows.len() > size).map(ConversationRow::cursor);
    rows.truncate(size);
    let open = match query.conversation {
        Some(id) => Some(store::find(&who.tenant, who.user, id).await?.ok_or_else(store::gone)?),
        None if query.panel => rows.pop().filter(|row| Utc::now() - row.changed_at < RECENT),
        None => None,
    };
    let messages = match &open {
        Some(row) => messages(who, zone, row.id).await?,
        None => vec![],
    };
    let door = door::find(who).await?;
    let place = places::read(&query.from).ok().flatten();
    Ok(ChatBoard {
        conversations: rows.iter().map(|row| line(zone, row)).collect(),
        older,
        open: open.as_ref().map(|row| line(zone, row)),
        messages,
        stand_in: door.as_ref().is_some_and(|door| door.is_stand_in(who)),
        model: door.map(|door| door.model),
        may_add_key: who.role.may(Permission::Secrets),
        may_decide: who.role.may(Permission::Publish),
        page: places::source(&query.from).filter(|source| source.href != "/chat"),
        ideas: rules::ideas(place.as_ref(), repairs::may(who)),
        zone: name,
    })
}

async fn messages(who: &Granted, zone: Tz, of: ConversationId) -> Result<Vec<MessageCard>> {
    let rows = store::messages(&who.tenant, who.user, of).await?;
    let acts: Vec<Vec<Act>> =
        rows.iter().map(|row| serde_json::from_value(row.acts.clone()).unwrap_or_default()).collect();
    let proposed = |act: &Act| if let Act::Proposal { id } = act { Some(*id) } else { None };
    let ids: Vec<_> = acts.iter().flatten().filter_map(proposed).collect();
    let proposals = if ids.is_empty() { vec![] } else { agents::these(who, &ids).await? };
    let last = rows.len().saturating_sub(1);
    let cards = rows.into_iter().zip(acts).enumerate();
    Ok(cards.map(|(at, (row, acts))| card(zone, row, acts, &proposals, at == last)).collect())
}

fn card(zone: Tz, row: MessageRow, acts: Vec<Act>, proposals: &[ProposalCard], is_last: bool) -> MessageCard {
    let act = |act: Act| match act {
        Act::Repair { repairs, more } => Some(ActCard::Repair(repairs, more)),
        Act::Proposal { id } => {
            proposals.iter().find(|card| card.id == id).map(|card| ActCard::Proposal(Box::new(card.clone())))
        }
        // What was offered long ago is not what is wrong now.
        Act::Offer { error } => is_last.then_some(ActCard::Offer(error)),
    };
    let mut state = if row.of_person { AnswerState::Done } else { AnswerState::parse(&row.state) };
    let mut problem = row.problem;
    if state == AnswerState::Writing && Utc::now() - row.created_at > LOST {
        state = AnswerState::Cut;
        problem = "The program was restarted while it answered. What was done stands here.".into();
    }
    MessageCard {
        id: row.id,
        of_person: row.of_person,
        blocks: if row.of_person { vec![] } else { markdown::read(&row.text) },
        text: row.text,
        state,
        problem,
        acts: acts.into_iter().filter_map(act).collect(),
        sources: serde_json::from_value(row.sources).unwrap_or_default(),
        page: places::source(&row.page),
        model: row.model,
        at: when(zone, row.created_at),
    }
}

pub async fn act(who: &Granted, act: ChatAct, id: ConversationId) -> Result<()> {
    match store::delete(&who.tenant, who.user, id, act == ChatAct::Delete).await? {
        true => Ok(()),
        false => Err(store::gone()),
    }
}

/// The page with this conversation.
pub fn address(conversation: ConversationId, from: &str) -> String {
    format!("/chat?c={conversation}{}", and_from(from))
}

/// The page after something was done with a conversation.
pub fn after(act: ChatAct, conversation: ConversationId, from: &str) -> String {
    match act {
        ChatAct::Delete => format!("/chat?gone={conversation}{}", and_from(from)),
        ChatAct::Restore => address(conversation, from),
    }
}

fn and_from(from: &str) -> String {
    match places::source(from).filter(|_| from.len() <= MAX_FROM) {
        Some(source) => format!("&from={}", encode(&source.href)),
        None => String::new(),
    }
}
