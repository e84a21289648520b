//! What a model may call. A tool is a variant with its arguments, from which the schema of the answer is made; each is one call of a service
//! that pages use, with the rights of whoever asks. Reading is free; a post is only proposed; repairs are the program's own.

use super::shown::Shown;
use super::turn::{Draft, Turn};
use super::{help, repairs};
use crate::domain::connection::ConnectionState;
use crate::domain::delivery::DeliveryCard;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{ErrorId, PostId};
use crate::domain::moment::LocalTime;
use crate::domain::permission::Permission;
use crate::features::agents::action::{Action, MAX_TEXT, PostAction};
use crate::features::agents::server::facts::{Scene, things};
use crate::features::agents::server::propose;
use crate::features::chat::model::Act;
use crate::features::connections::model::{ConnectionCard, RenewalResult};
use crate::features::connections::server::service as connections;
use crate::features::contacts::model::ContactQuery;
use crate::features::contacts::server::listed as contacts;
use crate::features::diagnostics::model::ErrorDetail;
use crate::features::diagnostics::server::service as diagnostics;
use crate::features::posts::browse::{ListQuery, PostFilter};
use crate::features::posts::model::PostCard;
use crate::features::posts::server::{cards, service as posts};
use chrono::{TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lines of a result.
const LISTED: usize = 10;
/// Hours of errors that are looked at.
const HOURS: u32 = 24 * 30;

/// A tool with its arguments.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "tool", rename_all = "snake_case", deny_unknown_fields)]
pub enum Tool {
    /// How something is done in the program: its help.
    Help {
        /// A few words of what is asked.
        words: String,
    },
    /// Posts that wait for a person, with what is wrong.
    NeedsYou {},
    /// The connected accounts, with whether they work.
    Connections {},
    /// Posts in whose text these words stand; empty: the latest.
    FindPosts { words: String },
    /// One post, whole.
    ReadPost {
        /// Its ref.
        post: String,
    },
    /// People by a part of their name, address or company.
    FindContacts { words: String },
    /// Pictures of the library, by words of their description or file name; empty: some of them.
    FindPictures { words: String },
    /// Errors that the program noticed and that are open, with what each means.
    OpenErrors {},
    /// How the parts of the server are: database, worker, queue, files.
    Health {},
    /// What the server's logs hold.
    Logs {
        /// Of how many hours back, 1 to 168.
        hours: u32,
    },
    /// Starts the program's repairs.
    RepairErrors {
        /// The ref of one error; null: all open ones.
        error: Option<String>,
    },
    /// Puts a post before the person, who approves, edits or refuses it.
    ProposePost {
        /// The text as it is published.
        text: String,
        /// Refs of accounts, at least one.
        accounts: Vec<String>,
        /// The ref of a picture, or null.
        picture: Option<String>,
        /// Day and time in the company's zone, as 2026-12-01T09:30; null: tomorrow at 9.
        at: Option<String>,
    },
}

/// Why a tool did nothing.
pub enum Wrong {
    /// The model named what is not there: it is told so once.
    Told(String),
    /// Something broke.
    Broken(AppError),
}

impl From<AppError> for Wrong {
    fn from(error: AppError) -> Self {
        Self::Broken(error)
    }
}

impl Tool {
    pub fn id(&self) -> &'static str {
        match self {
            Self::Help { .. } => "help",
            Self::NeedsYou {} => "needs_you",
            Self::Connections {} => "connections",
            Self::FindPosts { .. } => "find_posts",
            Self::ReadPost { .. } => "read_post",
            Self::FindContacts { .. } => "find_contacts",
            Self::FindPictures { .. } => "find_pictures",
            Self::OpenErrors {} => "open_errors",
            Self::Health {} => "health",
            Self::Logs { .. } => "logs",
            Self::RepairErrors { .. } => "repair_errors",
            Self::ProposePost { .. } => "propose_post",
        }
    }

    /// What people read while it runs.
    pub fn doing(&self) -> &'static str {
        match self {
            Self::Help { .. } => "Looks into the help",
            Self::NeedsYou {} => "Looks at what waits for you",
            Self::Connections {} => "Looks at the connections",
            Self::FindPosts { .. } | Self::ReadPost { .. } => "Looks at posts",
            Self::FindContacts { .. } => "Looks for contacts",
            Self::FindPictures { .. } => "Looks for pictures",
            Self::OpenErrors {} => "Looks at the open errors",
            Self::Health {} => "Looks at the parts of the server",
            Self::Logs { .. } => "Reads the logs",
            Self::RepairErrors { .. } => "Looks at what is broken and repairs it",
            Self::ProposePost { .. } => "Prepares the post for you",
        }
    }
}

/// What a run of steps has found.
#[derive(Default)]
pub struct Found {
    pub shown: Shown,
    pub page: Value,
    pub results: Vec<Value>,
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What may not be done is an answer; what broke is an error.
fn or_refused(done: Result<Value>) -> Result<Value> {
    match done {
        Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Invalid) => {
            Ok(json!({ "refused": error.message }))
        }
        Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::RateLimited) => {
            Ok(json!({ "refused": error.message }))
        }
        done => done,
    }
}

pub async fn run(turn: &Turn, draft: &mut Draft, found: &mut Found, tool: &Tool) -> Result<Value, Wrong> {
    let shown = &mut found.shown;
    let done = match tool {
        Tool::Help { words } => Ok(help_of(draft, words)),
        Tool::NeedsYou {} => needs(turn, shown).await,
        Tool::Connections {} => accounts(turn, shown).await,
        Tool::FindPosts { words } => find_posts(turn, shown, words).await,
        Tool::ReadPost { post } => {
            let id = shown.find_post(post).ok_or_else(|| not_shown("post", post))?;
            read_post(turn, shown, id).await
        }
        Tool::FindContacts { words } => find_contacts(turn, shown, words).await,
        Tool::FindPictures { words } => find_pictures(turn, shown, words).await,
        Tool::OpenErrors {} => errors(turn, shown).await,
        Tool::Health {} => health(turn).await,
        Tool::Logs { hours } => logs(turn, *hours).await,
        Tool::RepairErrors { error } => {
            let id = match error.as_deref().filter(|name| !name.is_empty()) {
                None => None,
                Some(name) => Some(shown.find_error(name).ok_or_else(|| not_shown("error", name))?),
            };
            repair(turn, draft, found, id).await
        }
        Tool::ProposePost { text, accounts, picture, at } => {
            propose(turn, draft, shown, (text, accounts, picture.as_deref(), at.as_deref())).await?
        }
    };
    Ok(or_refused(done)?)
}

fn not_shown(what: &str, name: &str) -> Wrong {
    let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    Wrong::Told(format!(
        "There is no {what} with the ref \"{name}\" in this data. Call the tool that lists them, or answer without it."
    ))
}

fn help_of(draft: &mut Draft, words: &str) -> Value {
    let topics = help::search(&short(words, 300));
    for topic in &topics {
        draft.source(topic.source());
    }
    let topics: Vec<_> =
        topics.iter().map(|t| json!({ "title": t.title, "page": t.href, "text": t.text.replace('\n', " ") })).collect();
    json!(topics)
}

/// A post in a line.
pub fn post_line(shown: &mut Shown, post: &PostCard) -> Value {
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

async fn needs(turn: &Turn, shown: &mut Shown) -> Result<Value> {
    let posts = cards::needing_attention(&turn.who().tenant, LISTED as i64).await?;
    Ok(posts.iter().map(|post| post_line(shown, post)).collect())
}

/// Why an account does not work, or did not renew its sign-in the last time; empty: it works.
pub fn trouble(card: &ConnectionCard) -> Option<String> {
    let failed = card.sign_in.last.as_ref().filter(|last| last.result == RenewalResult::Failed);
    match (card.state, failed) {
        (ConnectionState::Active, None) => None,
        (ConnectionState::Active, Some(last)) => {
            Some(format!("works, but its sign-in could not be renewed the last time. {}", last.note))
        }
        (state, _) => Some(format!("{}. {}", state_words(state), card.state_reason)),
    }
}

/// "works", or what is to be done.
pub fn state_words(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Active => "works",
        ConnectionState::Reconnect => "must be connected again",
        ConnectionState::Disconnected => "disconnected",
    }
}

async fn accounts(turn: &Turn, shown: &mut Shown) -> Result<Value> {
    let cards = connections::list(&turn.who().tenant).await?;
    let line = |card: &ConnectionCard| {
        json!({
            "ref": shown.account(card.id),
            "network": card.platform.name(),
            "handle": card.handle,
            "state": state_words(card.state),
            "why": trouble(card),
            "posts_that_wait": card.waiting_posts,
            "sign_in_ends": card.expires.map(|at| at.local.short()),
        })
    };
    Ok(cards.iter().take(40).map(line).collect())
}

async fn find_posts(turn: &Turn, shown: &mut Shown, words: &str) -> Result<Value> {
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

async fn find_contacts(turn: &Turn, shown: &mut Shown, words: &str) -> Result<Value> {
    let who = turn.asker.full.clone().require(Permission::Contacts)?;
    let query = ContactQuery { search: short(words.trim(), 100), ..ContactQuery::default() };
    let part = contacts::part(&who.tenant, &query).await?;
    let ids: Vec<_> = part.items.into_iter().take(LISTED).collect();
    let cards = contacts::cards(&who.tenant, &ids).await?;
    let line = |card: &crate::features::contacts::model::ContactCard| {
        json!({
            "ref": shown.contact(card.id),
            "name": card.title(),
            "company": card.company_name,
            "tags": card.tags,
            "consent": card.consent.id(),
            "since": card.created.local.short(),
        })
    };
    Ok(cards.iter().map(line).collect())
}

async fn find_pictures(turn: &Turn, shown: &mut Shown, words: &str) -> Result<Value> {
    let scene = Scene::of(turn.who().clone(), Utc::now()).await?;
    let wanted = help::words_of(&short(words, 100));
    let mut all = things::assets(&scene).await?;
    all.retain(|asset| asset.kind == "picture");
    let fits = |asset: &things::Asset| {
        let has = help::words_of(&format!("{} {}", asset.alt, asset.file_name));
        wanted.intersection(&has).count()
    };
    if !wanted.is_empty() {
        all.retain(|asset| fits(asset) > 0);
        all.sort_by_key(|asset| std::cmp::Reverse(fits(asset)));
    }
    let line =
        |asset: &things::Asset| json!({ "ref": shown.picture(asset.id), "shows": asset.alt, "file": asset.file_name });
    Ok(all.iter().take(LISTED).map(line).collect())
}

/// The open errors that this person may see, the latest first.
pub async fn open(turn: &Turn) -> Result<Vec<ErrorDetail>> {
    let mut all = diagnostics::recent(turn.asker.full.clone(), HOURS, 100).await?;
    all.retain(|error| error.card.resolved.is_none());
    all.truncate(LISTED);
    Ok(all)
}

pub fn error_line(shown: &mut Shown, error: &ErrorDetail) -> Value {
    json!({
        "ref": shown.error(error.card.id),
        "part": error.card.kind,
        "level": error.card.level.name(),
        "message": error.card.message,
        "times": error.card.count,
        "last": error.card.last.local.short(),
        "means": error.repair.as_ref().map(|last| last.meaning.clone()),
        "seen": error.repair.as_ref().map(|last| last.seen.clone()),
        "next": error.repair.as_ref().and_then(|last| last.next.clone()),
    })
}

async fn errors(turn: &Turn, shown: &mut Shown) -> Result<Value> {
    if !repairs::may(turn.who()) {
        return Err(AppError::forbidden(repairs::who_can(turn.who()).await?));
    }
    Ok(open(turn).await?.iter().map(|error| error_line(shown, error)).collect())
}

async fn health(turn: &Turn) -> Result<Value> {
    let parts = diagnostics::parts(turn.asker.full.clone()).await?;
    let line = |part: &crate::features::diagnostics::model::Health| {
        let hint = if part.ok { "" } else { part.hint() };
        json!({ "part": part.title(), "works": part.ok, "seen": part.detail, "hint": hint })
    };
    Ok(parts.iter().map(line).collect())
}

async fn logs(turn: &Turn, hours: u32) -> Result<Value> {
    let report = diagnostics::logs(turn.asker.full.clone(), hours.clamp(1, 168)).await?;
    let line = |source: &crate::features::diagnostics::model::LogSource| {
        let findings: Vec<_> = source
            .findings
            .iter()
            .take(LISTED)
            .map(|found| {
                json!({
                    "kind": found.kind.name(),
                    "times": found.count,
                    "last": found.last.map(|at| at.local.short()),
                    "example": short(&found.example, 300),
                    "means": found.meaning,
                    "next": found.next,
                })
            })
            .collect();
        json!({ "log": source.name.name(), "problem": source.problem, "fix": source.fix, "findings": findings })
    };
    Ok(report.sources.iter().map(line).collect())
}

/// A repair starts at once when the person asks for it, or when nothing that was quoted speaks of one. Else it is offered as a button.
pub async fn repair(turn: &Turn, draft: &mut Draft, found: &Found, error: Option<ErrorId>) -> Result<Value> {
    if !repairs::may(turn.who()) {
        return Err(AppError::forbidden(repairs::who_can(turn.who()).await?));
    }
    if !repairs::wants(&turn.ask.message) && repairs::is_suggested(&found.results, &found.page) {
        turn.did(draft, Act::Offer { error }).await?;
        return Ok(
            json!({ "offered": "The person sees a button with which the repair starts. Nothing was done yet." }),
        );
    }
    let words = repairs::start(turn, draft, error).await?;
    let Some(Act::Repair { repairs, .. }) = draft.acts.last() else { return Ok(json!({ "done": words })) };
    let line = |one: &crate::features::chat::model::RepairLine| {
        json!({
            "message": one.message,
            "done": one.receipt.as_ref().map(|receipt| receipt.done.clone()),
            "seen": one.seen,
            "resolved": one.resolved,
            "next": one.next,
        })
    };
    Ok(
        json!({ "done": words, "report": repairs.iter().map(line).collect::<Vec<_>>(), "note": "The person sees the report below your answer." }),
    )
}

type Wanted<'a> = (&'a String, &'a Vec<String>, Option<&'a str>, Option<&'a str>);

async fn propose(
    turn: &Turn,
    draft: &mut Draft,
    shown: &Shown,
    (text, accounts, picture, at): Wanted<'_>,
) -> Result<Result<Value>, Wrong> {
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
