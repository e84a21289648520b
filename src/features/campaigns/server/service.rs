//! What the pages of campaigns show and do: the list, one campaign, and what is done with it as a whole.

use super::brief::{one_line, text};
use super::run::{CampaignPayload, WriteCampaign};
use super::store::campaigns::{self, From, ListRow, Row};
use super::store::day;
use super::store::planned::{self, Became, Row as Planned};
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Problem, Result, Severity};
use crate::domain::ids::{CampaignId, CompanyId, PlannedId};
use crate::domain::limits;
use crate::domain::moment::Day;
use crate::domain::page::{PAGE_SIZE, Part};
use crate::domain::permission::Permission;
use crate::domain::post::{Format, PostContent, Target, check};
use crate::features::campaigns::model::*;
use crate::features::captions::model::Tone;
use crate::features::identity::companies::server::service as companies;
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::models::server::door;
use crate::features::posts::server::service as posts;
use crate::infra::queue::{self, JobOptions};
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::Utc;
use sqlx::PgConnection;
use std::collections::HashMap;

/// Longest words that are searched for; more are left out.
const MAX_SEARCH: usize = 100;

pub(super) fn line(account: &ConnectionSummary) -> AccountLine {
    AccountLine {
        id: account.id,
        platform: Some(account.platform),
        handle: account.handle.clone(),
        gone: account.state != ConnectionState::Active,
    }
}

/// Puts the job that writes it into the queue.
pub(super) async fn begin(tx: &mut PgConnection, company: CompanyId, payload: CampaignPayload) -> Result<()> {
    let options = JobOptions {
        company: Some(company),
        job_key: Some(payload.key()),
        // One after the other: they share the company's model.
        queue_key: Some(format!("campaigns:{company}")),
        ..JobOptions::at(Utc::now())
    };
    queue::enqueue::<WriteCampaign>(tx, &payload, options).await?;
    Ok(())
}

/// A part of the campaigns, the newest first. A place beyond the list leads to its beginning.
pub async fn list(who: &Granted, query: &CampaignQuery) -> Result<CampaignList> {
    let tenant = &who.tenant;
    let search: String = query.search.trim().chars().take(MAX_SEARCH).collect();
    let mut from = match (query.older, query.newer) {
        (Some(at), _) => From::Older(at),
        (None, Some(at)) => From::Newer(at),
        (None, None) => From::Start,
    };
    let size = PAGE_SIZE as usize;
    let mut rows = campaigns::rows(tenant, &search, from).await?;
    let short_of_newer = matches!(from, From::Newer(_)) && rows.len() <= size;
    if short_of_newer || (rows.is_empty() && matches!(from, From::Older(_))) {
        from = From::Start;
        rows = campaigns::rows(tenant, &search, from).await?;
    }
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
    let clock = companies::zone(tenant).await?;
    let today = zone::today(clock, Utc::now());
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let counts: HashMap<_, _> = campaigns::counts(tenant, &ids).await?.into_iter().collect();
    let card = |row: &ListRow| {
        let counts = counts.get(&row.id).copied().unwrap_or_default();
        let (from, to) = (day(row.from_day), day(row.to_day));
        CampaignCard {
            id: row.id,
            name: row.name.clone(),
            from,
            to,
            state: state(&row.state, counts, to, today),
            counts,
        }
    };
    Ok(CampaignList {
        part: Part {
            newer: rows.first().filter(|_| newer).map(ListRow::cursor),
            older: rows.last().filter(|_| older).map(ListRow::cursor),
            items: rows.iter().map(card).collect(),
            total: None,
            looked_at: None,
        },
        may_edit: who.role.may(Permission::Publish),
        zone: clock.name().to_owned(),
    })
}

fn state(kept: &str, counts: Counts, to: Day, today: Day) -> CampaignState {
    match kept {
        "writing" => CampaignState::Writing,
        "stopped" => CampaignState::Stopped,
        _ if counts.accepted() == 0 => CampaignState::Ready,
        _ if to < today => CampaignState::Done,
        _ => CampaignState::Running,
    }
}

pub async fn detail(who: &Granted, id: CampaignId) -> Result<CampaignDetail> {
    let tenant = &who.tenant;
    let row = campaigns::find(tenant, id).await?.ok_or_else(campaigns::gone)?;
    planned::heal(tenant, id).await?;
    let clock = companies::zone(tenant).await?;
    let today = zone::today(clock, Utc::now());
    let rows = planned::of(tenant, id).await?;
    let became = planned::became(tenant, id).await?;
    let counts = campaigns::counts(tenant, &[id]).await?.pop().map(|(_, counts)| counts).unwrap_or_default();
    let accounts = posts::accounts(who, &row.account_ids).await?;
    let assets: Vec<_> = rows.iter().filter_map(|planned| planned.asset_id).collect();
    let mut db = tenant.db.acquire().await?;
    let pictures = media::existing(&mut db, who.company, &assets).await?;
    drop(db);
    let codes = codes(who, &became);
    let clicks = if codes.is_empty() { None } else { planned::clicks(tenant, &codes).await? };
    let percent = if row.planned { 10 + 90 * row.done.max(0) as usize / rows.len().max(1) } else { 5 };
    let (from, to) = (row.from(), row.to());
    Ok(CampaignDetail {
        card: CampaignCard {
            id,
            name: row.name.clone(),
            from,
            to,
            state: state(&row.state, counts, to, today),
            counts,
        },
        brief: brief_words(&row),
        percent: percent.min(100) as u32,
        comments: became.iter().map(|one| one.comments).sum(),
        clicks,
        posts: rows
            .into_iter()
            .map(|planned| {
                let post = became.iter().find(|one| one.id == planned.id);
                let account = accounts.iter().find(|account| account.id == planned.connection_id);
                let picture = pictures.iter().find(|card| Some(card.facts.asset) == planned.asset_id);
                card(planned, account, picture, post)
            })
            .collect(),
        strategy: row.strategy,
        messages: row.messages,
        note: row.note,
        why: row.why,
        version: row.version,
        may_edit: who.role.may(Permission::Publish),
        has_model: door::find(who).await?.is_some(),
        zone: clock.name().to_owned(),
    })
}

fn brief_words(row: &Row) -> Vec<(String, String)> {
    let tone = Tone::parse(&row.tone).unwrap_or_default().name().to_owned();
    let parts = [
        ("Goal", row.goal.clone()),
        ("Product or page", row.product.clone()),
        ("For whom", row.audience.clone()),
        ("Tone", tone),
        ("Budget", row.budget.clone()),
    ];
    parts.into_iter().filter(|(_, words)| !words.is_empty()).map(|(name, words)| (name.to_owned(), words)).collect()
}

fn card(
    row: Planned,
    account: Option<&ConnectionSummary>,
    picture: Option<&AssetCard>,
    post: Option<&Became>,
) -> PlannedCard {
    let state = PlannedState::parse(&row.state);
    let at = row.at();
    let mut problems: Vec<String> = vec![];
    let mut length = String::new();
    if let Some(account) = account {
        let rules = limits::rules(account.platform, Format::default(), &account.facts);
        if let Some(rules) = rules.filter(|_| !row.text.is_empty()) {
            let used = limits::count(account.platform, Format::default(), &account.facts, &row.text);
            length = format!("{used} of {} characters", rules.max_text);
        }
        if state == PlannedState::Proposed && !row.text.is_empty() {
            let content =
                PostContent::<AssetCard>::of_text(row.text.clone()).with_media(picture.cloned().into_iter().collect());
            let found = check::problems(&content, &[(Target::to(account.id), account.clone())]);
            let errors = found.into_iter().filter(|p| p.problem.severity == Severity::Error);
            problems = errors.map(|p| p.problem.message).collect();
        }
    }
    PlannedCard {
        id: row.id,
        state,
        version: row.version,
        edited: row.edited,
        rewriting: row.rewriting,
        account: account.map(line).unwrap_or_else(|| AccountLine {
            id: row.connection_id,
            platform: None,
            handle: "an account that is gone".into(),
            gone: true,
        }),
        length,
        hint: row.hint,
        picture: picture.map(|card| match (card.has_thumb, card.facts.mime.starts_with("image/")) {
            (true, _) => (card.thumb(), card.facts.alt.clone()),
            (false, true) => (card.url.clone(), card.facts.alt.clone()),
            (false, false) => (String::new(), card.file_name.clone()),
        }),
        at: at.to_string(),
        at_words: at.short(),
        problems,
        reason: row.reason,
        post: row.post_id,
        delivery: post.and_then(|post| DeliveryState::parse(post.delivery.as_deref()?)),
        in_bin: post.is_some_and(|post| post.in_bin),
        url: post
            .and_then(|post| post.url.clone())
            .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        text: row.text,
    }
}

/// The codes of this server's short links in the texts.
fn codes(who: &Granted, became: &[Became]) -> Vec<String> {
    let begin = format!("{}/s/", who.app.settings.public_url.as_str().trim_end_matches('/'));
    let mut found: Vec<String> = vec![];
    for post in became {
        for rest in post.text.split(&begin).skip(1) {
            let code: String = rest.chars().take_while(char::is_ascii_alphanumeric).take(32).collect();
            if !code.is_empty() && !found.contains(&code) {
                found.push(code);
            }
        }
    }
    found
}

/// False: it was deleted, or taken back, before.
pub async fn act(who: &Granted, act: CampaignAct, id: CampaignId) -> Result<bool> {
    let tenant = &who.tenant;
    match act {
        CampaignAct::Delete => return campaigns::set_deleted(tenant, id, true).await,
        CampaignAct::Restore => return campaigns::set_deleted(tenant, id, false).await,
        CampaignAct::Cancel => {
            campaigns::find(tenant, id).await?.ok_or_else(campaigns::gone)?;
            let why = "You cancelled it. What was made is kept.";
            if !campaigns::end(tenant, id, "stopped", why, None).await? {
                return Err(AppError::conflict("Nothing is being written any more."));
            }
            let mut db = tenant.db.acquire().await?;
            let key = CampaignPayload { campaign: id, planned: None, press: 0 }.key();
            queue::cancel(&mut db, &key).await?;
        }
        CampaignAct::GoOn | CampaignAct::Finish => {
            campaigns::find(tenant, id).await?.ok_or_else(campaigns::gone)?;
            let mut tx = tenant.db.begin().await?;
            if !campaigns::go_on(&mut tx, who.company, id, who.user, act == CampaignAct::Finish).await? {
                return Err(AppError::conflict("This campaign is not stopped."));
            }
            begin(&mut tx, who.company, CampaignPayload { campaign: id, planned: None, press: 0 }).await?;
            tx.commit().await?;
        }
    }
    Ok(true)
}

/// Strategy and messages, one in each line, as a person wants them.
pub async fn save_strategy(who: &Granted, id: CampaignId, version: i32, strategy: &str, messages: &str) -> Result<()> {
    campaigns::find(&who.tenant, id).await?.ok_or_else(campaigns::gone)?;
    let strategy = text(strategy);
    let mut problems = vec![];
    if strategy.chars().count() > MAX_STRATEGY {
        problems.push(Problem::error("strategy", format!("Shorten this: at most {MAX_STRATEGY} characters.")));
    }
    let messages: Vec<String> = text(messages).lines().map(one_line).filter(|line| !line.is_empty()).collect();
    if messages.len() > MAX_MESSAGES {
        problems.push(Problem::error("messages", format!("Keep at most {MAX_MESSAGES} messages, one in each line.")));
    }
    if messages.iter().any(|message| message.chars().count() > MAX_MESSAGE) {
        problems.push(Problem::error("messages", format!("A message has at most {MAX_MESSAGE} characters.")));
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    if campaigns::edit(&who.tenant, id, version, &strategy, &messages).await? {
        return Ok(());
    }
    Err(AppError::conflict("Somebody has changed this meanwhile. Copy what you wrote and open it anew."))
}

/// Lets a model write another text of a planned post.
pub async fn write_again(who: &Granted, id: PlannedId) -> Result<()> {
    let row = planned::find(&who.tenant, id).await?.ok_or_else(|| AppError::not_found("planned post"))?;
    // What is missing is said before anything is begun.
    door::open(who).await?;
    if campaigns::is_writing(&who.tenant, row.campaign_id).await? {
        return Err(AppError::conflict("The campaign is just being written. Wait until it is ready."));
    }
    let mut tx = who.tenant.db.begin().await?;
    if !planned::rewrite(&mut tx, who.company, id, who.user).await? {
        return Err(AppError::conflict("This post is decided, or being written already."));
    }
    let press = Utc::now().timestamp_millis();
    let payload = CampaignPayload { campaign: row.campaign_id, planned: Some(id), press };
    begin(&mut tx, who.company, payload).await?;
    Ok(tx.commit().await?)
}
