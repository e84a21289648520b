//! Drafts for the next free hours: words from snippets that lie unused and from own posts of some time ago, pictures that were not used
//! lately, and the accounts that were quiet longest and take what comes of it.

use super::{Draft, DraftAccount, DraftPicture, Made, Taken, of_kind};
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::error::{AppError, Result, Severity};
use crate::domain::ids::{AssetId, TaskId};
use crate::domain::limits;
use crate::domain::moment::{Day, LocalTime};
use crate::domain::post::{Format, PostContent, Target, check};
use crate::features::agents::hand_overs::{self, MAX_FILES};
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
/// The farthest day for which somebody asks.
const FARTHEST: i64 = 40;
/// What went out within so many days is not said again, and a picture not shown again.
const WORDS_REST: i64 = 4;
const PICTURE_REST: i64 = 30;
/// A text at which to aim where no network is narrower.
const USUAL: u32 = 500;

/// A post that says one of these was true on its day, and is not said again.
const TIMES: [&str; 36] = [
    "today",
    "tonight",
    "tomorrow",
    "yesterday",
    "this morning",
    "this afternoon",
    "this evening",
    "this week",
    "this weekend",
    "this month",
    "last night",
    "last week",
    "next week",
    "heute",
    "morgen",
    "gestern",
    "diese woche",
    "letzte woche",
    "nächste woche",
    "am wochenende",
    "aujourd hui",
    "demain",
    "hier",
    "ce soir",
    "ce matin",
    "cette semaine",
    "hoy",
    "mañana",
    "ayer",
    "esta noche",
    "esta semana",
    "hoje",
    "amanhã",
    "ontem",
    "esta tarde",
    "just now",
];

/// Words to say.
struct Source {
    text: String,
    from: String,
}

pub async fn drafts(scene: &Scene, tasks: &[Taken]) -> Result<Made> {
    let now = scene.today;
    let mut made = Made::new(format!("Drafts of {}", now.short()), now.to_string());
    let taken = Busy::of(scene).await?;
    let own = own_timing(scene).await?;
    let wanted = wanted(scene, &taken, &own, tasks);
    let usual = taken.free(scene, &own, scene.now + TimeDelta::days(AHEAD));
    let mut slots: Vec<LocalTime> = vec![];
    for slot in wanted.iter().filter_map(|(_, slot)| *slot).chain(usual.iter().copied()) {
        if !slots.iter().any(|other| is_near(*other, slot)) {
            slots.push(slot);
        }
    }
    let sources = sources(scene).await?;
    let asked = asked_pictures(scene, tasks).await?;
    let pictures = pictures(scene, &asked).await?;
    let accounts = quiet_first(scene).await?;
    made.finding(format!(
        "**{}** of the next {AHEAD} days have no post and no proposal. The first {} are filled here.",
        count(usual.len() as i64, "hour", "hours"),
        number(usual.len().min(DRAFTS) as i64)
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
        let mut why = format!("Nothing is planned for {}. {}", slot.short(), words_from(&source.from));
        let by =
            wanted.iter().filter(|(_, of)| *of == Some(*slot)).filter_map(|(id, _)| tasks.iter().find(|t| t.id == *id));
        for task in by {
            why.push_str(&format!(" {} asked for this time.", task.from));
        }
        let mut offered = vec![];
        if shown && let Some(card) = picture.take() {
            why.push_str(match asked.contains(&card.facts.asset) {
                true => " The picture was asked for.",
                false => " The picture was not used for a month or longer.",
            });
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
    answer(&mut made, tasks, &wanted, &asked, why);
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

/// What came of what was asked for.
fn answer(made: &mut Made, tasks: &[Taken], wanted: &[(TaskId, Option<LocalTime>)], asked: &[AssetId], why_not: &str) {
    // Links are for the document, not for the line of a task.
    let why_not = why_not.split(" [").next().unwrap_or(why_not).to_owned();
    let draft_at = |made: &Made, slot: LocalTime| made.drafts.iter().any(|draft| draft.at == slot);
    for (id, slot) in wanted {
        let Some(task) = tasks.iter().find(|task| task.id == *id) else { continue };
        let result = match slot {
            Some(slot) if draft_at(made, *slot) => format!("There is a proposal for {}.", slot.short()),
            Some(slot) if made.drafts.is_empty() => format!("{} is free, but: {why_not}", slot.short()),
            Some(slot) => format!("{} is free, but there were no words left for it.", slot.short()),
            None => "Nothing is free there: it is over, or has a post or a proposal already.".to_owned(),
        };
        made.answer(task, result);
    }
    for task in of_kind(tasks, "new_pictures") {
        let of_task = hand_overs::ids(&task.subject);
        let in_draft = made.drafts.iter().find(|draft| draft.pictures.iter().any(|p| of_task.contains(&p.id.0)));
        let result = match in_draft {
            Some(draft) => format!("It is in the proposal for {}.", draft.at.short()),
            None if !asked.iter().any(|id| of_task.contains(&id.0)) => {
                "It is not in the library any more, or is a video.".into()
            }
            None if made.drafts.is_empty() => why_not.clone(),
            None => "None of the drafts could take it.".to_owned(),
        };
        made.answer(task, result);
    }
}

/// When nothing may be proposed any more.
struct Busy(Vec<chrono::NaiveDateTime>);

impl Busy {
    /// The times of planned posts and of proposals that wait.
    async fn of(scene: &Scene) -> Result<Self> {
        let (from, to) = (scene.now - TimeDelta::hours(1), scene.now + TimeDelta::days(FARTHEST + 1));
        let mut times = proposals::scheduled_times(scene.tenant(), from, to).await?;
        let proposed = proposals::proposed_times(scene.tenant()).await?;
        let proposed = proposed.into_iter().filter_map(|at| serde_json::from_value::<LocalTime>(at).ok());
        times.extend(proposed.map(zone::naive));
        Ok(Self(times))
    }

    /// The hours of this timing at which nothing is planned or proposed, the next first.
    fn free(&self, scene: &Scene, timing: &Timing, until: DateTime<Utc>) -> Vec<LocalTime> {
        let mut free = vec![];
        let mut at: DateTime<Utc> = scene.now + NOTICE;
        while let Some(next) = timing.next(scene.zone, at).filter(|next| *next < until) {
            at = next;
            let slot = zone::local(scene.zone, next);
            if !self.0.iter().any(|other| (*other - zone::naive(slot)).abs() < TimeDelta::minutes(60)) {
                free.push(slot);
            }
        }
        free
    }
}

fn is_near(one: LocalTime, other: LocalTime) -> bool {
    (zone::naive(one) - zone::naive(other)).abs() < TimeDelta::minutes(60)
}

/// The first free time for each task that asks for an hour or a day.
fn wanted(scene: &Scene, busy: &Busy, own: &Timing, tasks: &[Taken]) -> Vec<(TaskId, Option<LocalTime>)> {
    let hours = of_kind(tasks, "best_hour").map(|task| {
        let timing: Option<Timing> = format!("daily {:0>2}:00", task.subject).parse().ok();
        let free = timing.map(|timing| busy.free(scene, &timing, scene.now + TimeDelta::days(AHEAD)));
        (task.id, free.and_then(|free| free.first().copied()))
    });
    let days = of_kind(tasks, "empty_day").map(|task| {
        let day = task.subject.parse::<Day>().ok().filter(|day| day.number() - scene.today.number() <= FARTHEST);
        let free = day.map(|day| (day, busy.free(scene, own, zone::start_of(scene.zone, day.plus(1)))));
        (task.id, free.and_then(|(day, free)| free.into_iter().find(|slot| slot.day == day)))
    });
    hours.chain(days).collect()
}

/// When the agent proposes posts for, as the company has set it.
async fn own_timing(scene: &Scene) -> Result<Timing> {
    const USUALLY: &str = "daily 09:00 13:00 17:00";
    let jobs = settings::jobs(scene.tenant()).await?;
    let own = jobs.iter().find(|job| job.agent == "social" && job.job == "posts").map(|job| job.timing.as_str());
    let timing = own.unwrap_or(USUALLY).parse().ok().filter(|timing| matches!(timing, Timing::Daily(_)));
    timing.map_or_else(|| USUALLY.parse().map_err(|_| AppError::bug(None)), Ok)
}

/// The hours of it.
pub async fn own_hours(scene: &Scene) -> Result<Vec<u8>> {
    Ok(match own_timing(scene).await? {
        Timing::Daily(times) => times.iter().map(|at| at.hour).collect(),
        _ => vec![],
    })
}

/// Pictures for which tasks ask, as far as they are there.
async fn asked_pictures(scene: &Scene, tasks: &[Taken]) -> Result<Vec<AssetId>> {
    let ids: Vec<_> =
        of_kind(tasks, "new_pictures").flat_map(|task| hand_overs::ids(&task.subject)).map(AssetId).collect();
    let there = proposals::pictures(scene.tenant(), &ids).await?;
    Ok(ids.into_iter().filter(|id| there.contains(id)).take(MAX_FILES).collect())
}

/// Where the words of a draft come from, as its reason says it.
fn words_from(from: &str) -> String {
    format!("The words come from {from}.")
}

/// Whether the text has these words, one behind the other.
fn has_words(text: &str, words: &str) -> bool {
    let lower = text.to_lowercase();
    let all: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", all.join(" ")).contains(&format!(" {words} "))
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
    let planned = proposals::planned_texts(scene.tenant(), scene.now).await?;
    let is_planned = |text: &str| planned.iter().any(|other| other == text);
    for post in posts::answered(scene, 365, 40).await? {
        let says_when = TIMES.iter().any(|words| has_words(&post.text, words));
        if post.live_at < rest && !post.text.trim().is_empty() && !says_when && !is_planned(&post.text) {
            let day = scene.day_of(post.live_at).short();
            let from = match post.comments {
                0 => format!("your post of {day}"),
                n => format!("your post of {day}, which got {}", count(n, "comment", "comments")),
            };
            all.push(Source { text: post.text, from });
        }
    }
    // What waits for somebody is not proposed once more; a model may have said it in other words, so its reason tells.
    let is_proposed = |source: &Source| {
        let reason = words_from(&source.from);
        proposed.iter().any(|p| p.action["text"].as_str() == Some(&source.text) || p.why.contains(&reason))
    };
    all.retain(|source| {
        source.text.chars().count() <= crate::features::agents::action::MAX_TEXT && !is_proposed(source)
    });
    Ok(all)
}

/// Pictures that were not used lately, those that were never used first.
async fn pictures(scene: &Scene, asked: &[AssetId]) -> Result<Vec<AssetCard>> {
    let rest = scene.ago(PICTURE_REST);
    let assets = things::assets(scene).await?;
    let free = assets.iter().filter(|a| a.kind != "video" && a.last_used.is_none_or(|at| at < rest));
    let free = free.map(|a| a.id).filter(|id| !asked.contains(id));
    let ids: Vec<_> = asked.iter().copied().chain(free).take(DRAFTS).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_true_on_its_day_is_told() {
        for text in [
            "Live tasting THIS evening, 12 seats.",
            "It came out of the kiln last night",
            "Aujourd’hui, on ouvre",
            "Heute neu!",
        ] {
            assert!(TIMES.iter().any(|words| has_words(text, words)), "{text}");
        }
        for text in ["We roast on Tuesdays.", "Todays are long", "A hiergest", ""] {
            assert!(!TIMES.iter().any(|words| has_words(text, words)), "{text}");
        }
    }
}
