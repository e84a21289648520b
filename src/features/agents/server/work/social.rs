//! Drafts for the next free hours: words from snippets that lie unused and from own posts of some time ago, pictures that were not used
//! lately, and the accounts that were quiet longest and take what comes of it.

use super::{Draft, DraftAccount, DraftPicture, Made};
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::error::{Result, Severity};
use crate::domain::limits;
use crate::domain::moment::LocalTime;
use crate::domain::post::{Format, PostContent, Target, check};
use crate::features::agents::server::facts::{Scene, posts, things};
use crate::features::agents::server::sheet::{count, number, said};
use crate::features::agents::server::store::{proposals, settings};
use crate::features::agents::timing::Timing;
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::posts::server::service as post_service;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// Drafts of one run.
const DRAFTS: usize = 3;
/// Accounts of one draft.
const ACCOUNTS: usize = 3;
/// A slot nearer than this comes too soon for anybody to look at it.
const NOTICE: TimeDelta = TimeDelta::minutes(45);
/// So many days ahead free hours are looked for.
const AHEAD: i64 = 7;
/// What went out within so many days is not said again, and a picture not shown again.
const WORDS_REST: i64 = 4;
const PICTURE_REST: i64 = 30;
/// A text at which to aim where no network is narrower.
const USUAL: u32 = 500;

/// Words to say.
struct Source {
    text: String,
    from: String,
}

pub async fn drafts(scene: &Scene) -> Result<Made> {
    let now = scene.today;
    let mut made = Made::new(format!("Drafts of {}", now.short()), now.to_string());
    let slots = free_slots(scene).await?;
    let sources = sources(scene).await?;
    let pictures = pictures(scene).await?;
    let accounts = quiet_first(scene).await?;
    made.finding(format!(
        "**{}** of the next {AHEAD} days have no post and no proposal. The first {} are filled here.",
        count(slots.len() as i64, "hour", "hours"),
        number(slots.len().min(DRAFTS) as i64)
    ));
    made.finding(format!(
        "{} to say again, {} not used for {PICTURE_REST} days, {} to post to.",
        count(sources.len() as i64, "text", "texts"),
        count(pictures.len() as i64, "picture", "pictures"),
        count(accounts.len() as i64, "account", "accounts")
    ));
    let mut used_accounts: HashMap<_, usize> = HashMap::new();
    let mut left = pictures.into_iter();
    let mut picture = left.next();
    for (slot, source) in slots.iter().take(DRAFTS).zip(&sources) {
        let mut candidates: Vec<_> = accounts.iter().collect();
        candidates.sort_by_key(|account| used_accounts.get(&account.id).copied().unwrap_or(0));
        let with = picture.as_slice();
        let (takes, shown) = match fitting(&source.text, with, &candidates) {
            takes if !takes.is_empty() => (takes, !with.is_empty()),
            _ => (fitting(&source.text, &[], &candidates), false),
        };
        if takes.is_empty() {
            continue;
        }
        let most = takes
            .iter()
            .filter_map(|a| limits::rules(a.platform, Format::default(), &a.facts))
            .map(|r| r.max_text)
            .min();
        for account in &takes {
            *used_accounts.entry(account.id).or_default() += 1;
        }
        let mut why = format!("Nothing is planned for {}. The words come from {}.", slot.short(), source.from);
        let mut offered = vec![];
        if shown && let Some(card) = picture.take() {
            why.push_str(" The picture was not used for a month or longer.");
            offered.push(DraftPicture { id: card.facts.asset, alt: card.facts.alt.clone() });
            picture = left.next();
        }
        made.drafts.push(Draft {
            key: slot.to_string(),
            at: *slot,
            text: source.text.clone(),
            most: most.unwrap_or(USUAL).min(2_000),
            why,
            pictures: offered,
            accounts: takes.iter().map(|a| DraftAccount { id: a.id, network: a.platform.name().to_owned() }).collect(),
        });
    }
    made.section("Drafts");
    let rows = made.drafts.iter().map(|d| {
        let networks: Vec<_> = d.accounts.iter().map(|a| a.network.clone()).collect();
        vec![
            d.at.short(),
            said(&d.text),
            networks.join(", "),
            if d.pictures.is_empty() { "none".into() } else { "one".into() },
        ]
    });
    let rows: Vec<_> = rows.collect();
    let why = if accounts.is_empty() {
        "No account can be posted to. [Connect one](/connections) first."
    } else if sources.is_empty() {
        "There are no words to build on: no snippet of the kind “Text” is unused, and no post is older than four days. [Keep a snippet](/snippets?new=text) or write a post."
    } else if slots.is_empty() {
        "Every hour of the next days has a post or a proposal."
    } else {
        "None of the accounts takes these texts as they are."
    };
    made.table(&["When", "Text", "Networks", "Pictures"], rows, why);
    if !made.drafts.is_empty() {
        made.text(
            "[Look at the proposals](/proposals), change what you like, and approve them. Nothing goes out before.",
        );
    }
    made.section("Where nothing is planned");
    let planned = posts::planned(scene, AHEAD).await?;
    let rows = planned.iter().map(|(day, n)| vec![day.short(), number(*n)]).collect();
    made.table(&["Day", "Planned posts"], rows, "");
    Ok(made)
}

/// The hours of the agent's day at which nothing is planned or proposed, the next first.
async fn free_slots(scene: &Scene) -> Result<Vec<LocalTime>> {
    let jobs = settings::jobs(scene.tenant()).await?;
    let own = jobs.iter().find(|job| job.agent == "social" && job.job == "posts").map(|job| job.timing.as_str());
    let timing: Option<Timing> = own.unwrap_or("daily 09:00 13:00 17:00").parse().ok();
    let timing = timing.filter(|timing| matches!(timing, Timing::Daily(_)));
    let Some(timing) = timing.or_else(|| "daily 09:00 13:00 17:00".parse().ok()) else { return Ok(vec![]) };
    let until = scene.now + TimeDelta::days(AHEAD);
    let taken =
        proposals::scheduled_times(scene.tenant(), scene.now - TimeDelta::hours(1), until + TimeDelta::hours(1))
            .await?;
    let proposed: Vec<LocalTime> = proposals::proposed_times(scene.tenant())
        .await?
        .into_iter()
        .filter_map(|at| serde_json::from_value(at).ok())
        .collect();
    let mut free = vec![];
    let mut at: DateTime<Utc> = scene.now + NOTICE;
    while let Some(next) = timing.next(scene.zone, at).filter(|next| *next < until) {
        at = next;
        let slot = zone::local(scene.zone, next);
        let near = |other: chrono::NaiveDateTime| (other - zone::naive(slot)).abs() < TimeDelta::minutes(60);
        if !taken.iter().any(|other| near(*other)) && !proposed.iter().any(|other| near(zone::naive(*other))) {
            free.push(slot);
        }
    }
    Ok(free)
}

/// What can be said: unused texts among the snippets, then own posts of some time ago, those that were answered most first.
async fn sources(scene: &Scene) -> Result<Vec<Source>> {
    let mut all = vec![];
    for snippet in things::snippets(scene).await? {
        if snippet.kind == "text" && !snippet.used && !snippet.text.contains("{{") {
            all.push(Source {
                from: format!("the snippet “{}”, which no post of 60 days has", said(&snippet.name)),
                text: snippet.text,
            });
        }
    }
    let rest = scene.ago(WORDS_REST);
    let proposed = proposals::list(scene.tenant(), false, Some("social"), 50).await?;
    let is_proposed = |text: &str| proposed.iter().any(|p| p.action["text"].as_str() == Some(text));
    for post in posts::answered(scene, 365, 40).await? {
        if post.live_at < rest && !post.text.trim().is_empty() && !is_proposed(&post.text) {
            let day = scene.day_of(post.live_at).short();
            let from = match post.comments {
                0 => format!("your post of {day}"),
                n => format!("your post of {day}, which got {}", count(n, "comment", "comments")),
            };
            all.push(Source { text: post.text, from });
        }
    }
    all.retain(|source| source.text.chars().count() <= crate::features::agents::action::MAX_TEXT);
    Ok(all)
}

/// Pictures that were not used lately, those that were never used first.
async fn pictures(scene: &Scene) -> Result<Vec<AssetCard>> {
    let rest = scene.ago(PICTURE_REST);
    let assets = things::assets(scene).await?;
    let free = assets.iter().filter(|a| a.kind != "video" && a.last_used.is_none_or(|at| at < rest));
    let ids: Vec<_> = free.map(|a| a.id).take(DRAFTS).collect();
    let mut db = scene.tenant().db.acquire().await?;
    let cards = media::existing(&mut db, scene.who.company, &ids).await?;
    // In the order in which they were asked for.
    Ok(ids.iter().filter_map(|id| cards.iter().find(|card| card.facts.asset == *id).cloned()).collect())
}

/// The accounts that can be posted to by the program, those with the fewest posts of the last week first.
async fn quiet_first(scene: &Scene) -> Result<Vec<ConnectionSummary>> {
    let live: HashMap<_, _> =
        posts::accounts(scene, 7).await?.into_iter().map(|a| (a.id, a.live + a.planned)).collect();
    let mut accounts = post_service::accounts(&scene.who, &[]).await?;
    accounts.retain(|a| a.state == ConnectionState::Active && !a.facts.by_hand);
    accounts.sort_by_key(|a| (live.get(&a.id).copied().unwrap_or(0), a.platform, a.handle.clone()));
    Ok(accounts)
}

/// The first of these accounts that take the post as it is.
fn fitting(text: &str, pictures: &[AssetCard], accounts: &[&ConnectionSummary]) -> Vec<ConnectionSummary> {
    let content = PostContent::<AssetCard>::of_text(text.to_owned()).with_media(pictures.to_vec());
    let takes = accounts.iter().filter(|account| {
        let target = (Target::to(account.id), (**account).clone());
        !check::problems(&content, &[target]).iter().any(|p| p.problem.severity == Severity::Error)
    });
    takes.take(ACCOUNTS).map(|account| (**account).clone()).collect()
}
