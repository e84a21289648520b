//! Posts: found, read, put before a person.

use super::accounts::state_words;
use super::{Found, LISTED, Wrong, not_shown, short};
use crate::domain::delivery::DeliveryCard;
use crate::domain::error::Result;
use crate::domain::ids::PostId;
use crate::domain::moment::LocalTime;
use crate::domain::permission::Permission;
use crate::features::agents::action::{Action, MAX_TEXT, PostAction};
use crate::features::agents::server::facts::Scene;
use crate::features::agents::server::propose;
use crate::features::chat::model::Act;
use crate::features::chat::server::shown::Shown;
use crate::features::chat::server::turn::{Draft, Turn};
use crate::features::chat::server::wishes;
use crate::features::posts::browse::{ListQuery, PostFilter};
use crate::features::posts::model::PostCard;
use crate::features::posts::server::{cards, service as posts};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

/// What a model is told that proposes a post unasked.
const NOT_ASKED: &str = "The person did not ask for a post, so nothing was proposed. Say in your answer what you would post, and that a \
question such as “Write a post about …” puts it before them.";

/// A post in a line.
fn post_line(shown: &mut Shown, post: &PostCard) -> Value {
    let faults: Vec<_> = post.waiting().map(fault).collect();
    json!({
        "ref": shown.post(post.id),
        "begins": post.title,
        "state": post.state.name(),
        "time": post.due.map(|due| due.local.short()),
        "waits": faults,
    })
}

fn fault(delivery: &DeliveryCard) -> Value {
    json!({
        "account": format!("{} {}", delivery.platform.name(), delivery.handle),
        "state": delivery.state.name(),
        "why": delivery.fault,
    })
}

pub async fn needs(turn: &Turn, shown: &mut Shown) -> Result<Value> {
    let posts = cards::needing_attention(&turn.who().tenant, LISTED as i64).await?;
    Ok(posts.iter().map(|post| post_line(shown, post)).collect())
}

pub async fn find(turn: &Turn, shown: &mut Shown, words: &str) -> Result<Value> {
    let query = ListQuery { filter: PostFilter::All, search: short(words.trim(), 100), ..ListQuery::default() };
    let part = cards::list(&turn.who().tenant, &query).await?;
    Ok(part.items.iter().take(LISTED).map(|post| post_line(shown, post)).collect())
}

/// One post as it is shown to a model.
pub async fn read_post(turn: &Turn, shown: &mut Shown, id: PostId) -> Result<Value> {
    let post = posts::detail(turn.who(), id).await?;
    let accounts: Vec<_> = post
        .accounts
        .iter()
        .map(|a| {
            json!({ "ref": shown.account(a.id), "network": a.platform.name(), "handle": a.handle, "state": state_words(a.state) })
        })
        .collect();
    let pictures: Vec<_> = post
        .content
        .media
        .iter()
        .map(|card| json!({ "ref": shown.picture(card.facts.asset), "shows": card.facts.alt, "file": card.file_name }))
        .collect();
    Ok(json!({
        "ref": shown.post(id),
        "text": post.content.text,
        "state": post.state.name(),
        "time": post.due.map(|due| due.local.short()),
        "can_be_changed": post.editable,
        "accounts": accounts,
        "pictures": pictures,
        "deliveries": post.deliveries.iter().take(20).map(fault).collect::<Vec<_>>(),
    }))
}

pub type Wanted<'a> = (&'a String, &'a Vec<String>, Option<&'a str>, Option<&'a str>);

pub async fn propose(
    turn: &Turn,
    draft: &mut Draft,
    found: &Found,
    (text, accounts, picture, at): Wanted<'_>,
) -> Result<Result<Value>, Wrong> {
    let shown = &found.shown;
    let mut chosen = vec![];
    for name in accounts.iter().take(50) {
        let id = shown.find_account(name).ok_or_else(|| not_shown("account", name))?;
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    let media = match picture.filter(|name| !name.is_empty()) {
        None => vec![],
        Some(name) => vec![shown.find_picture(name).ok_or_else(|| not_shown("picture", name))?],
    };
    let text: String = text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(Wrong::Told(format!("A post has 1 to {MAX_TEXT} characters.")));
    }
    if chosen.is_empty() {
        return Err(Wrong::Told(
            "A post needs at least one account: call \"connections\" and name accounts by their ref.".into(),
        ));
    }
    let scene = Scene::of(turn.who().clone(), Utc::now()).await?;
    let at: LocalTime = match at.filter(|at| !at.is_empty()) {
        None => LocalTime { day: scene.day_of(scene.now + TimeDelta::days(1)), hour: 9, minute: 0 },
        Some(at) => at.parse().map_err(|()| {
            Wrong::Told("\"at\" is a day and a time of the company's zone, as 2026-12-01T09:30.".into())
        })?,
    };
    // A model may have read somewhere that a post is wanted: colleagues would take it for the person's wish.
    let before = turn.history.iter().rev().find(|message| message.of_person).map(|message| message.text.as_str());
    if found.has_words_of_others(turn) && !wishes::post(&turn.ask.message, before) {
        return Ok(Ok(json!({ "refused": NOT_ASKED })));
    }
    Ok(put_before(turn, draft, PostAction { accounts: chosen, text, media, at, draft: false }).await)
}

async fn put_before(turn: &Turn, draft: &mut Draft, post: PostAction) -> Result<Value> {
    let who = turn.asker.full.clone().require(Permission::Publish)?;
    // Colleagues read it; what was asked is the person's own.
    let why = format!("{} asked for it in a conversation.", who.name);
    let at = post.at.short();
    let id = propose::propose(&who, &Action::Post(post), &why).await?;
    turn.did(draft, Act::Proposal { id }).await?;
    Ok(json!({ "proposed": format!("The person sees the post for {at} below your answer and decides.") }))
}
