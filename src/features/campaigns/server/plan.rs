//! What is computed for a brief, with or without a model: when each account posts, which picture goes with it, a strategy in the
//! company's own numbers, messages taken from the brief, and for each post what it could say. By the formulas that agents use.

use super::spread::{self, Lane};
use super::store::campaigns::Row;
use super::store::planned;
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::error::{Result, Severity};
use crate::domain::ids::{AssetId, ConnectionId};
use crate::domain::moment::{Day, LocalTime};
use crate::domain::post::{PostContent, Target, check};
use crate::features::agents::server::facts::{Scene, posts, things};
use crate::features::campaigns::model::{MAX_MESSAGE, MAX_MESSAGES, MAX_STRATEGY};
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::posts::server::service as post_service;
use crate::infra::zone;
use chrono::TimeDelta;
use std::collections::{HashMap, HashSet};

/// Hours that are used where a company's own posts say nothing yet.
const USUAL_HOURS: [u8; 3] = [9, 13, 17];
/// Best hours that are used.
const HOURS: usize = 3;
/// A post that comes sooner than this leaves nobody time to look at it.
const NOTICE: TimeDelta = TimeDelta::hours(2);
/// Most posts of one account in a week.
const MOST_A_WEEK: i64 = 3;
/// Files of the library that are looked at.
const FILES: usize = 60;
/// Characters of a snippet in a hint.
const QUOTED: usize = 160;

/// A post that is planned.
pub struct Planned {
    pub account: ConnectionId,
    pub at: LocalTime,
    pub picture: Option<AssetId>,
    pub hint: String,
}

/// What was computed.
pub struct Plan {
    pub strategy: String,
    pub messages: Vec<String>,
    pub posts: Vec<Planned>,
}

pub async fn compute(scene: &Scene, row: &Row) -> Result<Plan> {
    let tenant = scene.tenant();
    let mut accounts = post_service::accounts(&scene.who, &[]).await?;
    accounts.retain(|account| row.account_ids.contains(&account.id));
    let counted = posts::accounts(scene, 28).await?;
    let (from, to) = (row.from(), row.to());
    let start = zone::start_of(scene.zone, from);
    let end = zone::start_of(scene.zone, to.plus(1));
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let taken = planned::taken(tenant, &ids, start, end).await?;
    let lanes: Vec<Lane> = accounts
        .iter()
        .map(|account| {
            let live = counted.iter().find(|one| one.id == account.id).map_or(0, |one| one.live);
            Lane {
                per_week: ((live + 2) / 4).clamp(1, MOST_A_WEEK) as u32,
                taken: taken.iter().filter(|(id, _)| *id == account.id).map(|(_, at)| *at).collect(),
            }
        })
        .collect();
    let best = posts::best_hours(&posts::hours(scene).await?);
    let hours: Vec<u8> = match best.len() {
        0 => USUAL_HOURS.to_vec(),
        _ => best.iter().take(HOURS).map(|hour| hour.hour).collect(),
    };
    let times = spread::spread(scene.zone, (from, to), scene.now + NOTICE, &lanes, &hours);

    let messages = messages(row);
    let snippets: Vec<_> = things::snippets(scene)
        .await?
        .into_iter()
        .filter(|snippet| matches!(snippet.kind.as_str(), "text" | "template"))
        .collect();
    let mut pictures = Pictures::of(scene).await?;
    let planned = times
        .iter()
        .enumerate()
        .map(|(at, (lane, time))| {
            let message = (!messages.is_empty()).then(|| messages[at % messages.len()].as_str());
            let snippet = (!snippets.is_empty()).then(|| &snippets[at % snippets.len()]);
            let mut hint = message.map(|message| format!("Say: {message}")).unwrap_or_default();
            if let Some(snippet) = snippet {
                let words: String = snippet.text.split_whitespace().collect::<Vec<_>>().join(" ");
                let words: String = words.chars().take(QUOTED).collect();
                hint.push_str(&format!("\nSnippet “{}”: {words}", snippet.name));
            }
            Planned {
                account: accounts[*lane].id,
                at: *time,
                picture: pictures.next(&accounts[*lane]),
                hint: hint.trim().to_owned(),
            }
        })
        .collect();
    let strategy = strategy(row, &accounts, &lanes, &times, &hours, !best.is_empty());
    Ok(Plan { strategy, messages, posts: planned })
}

/// "3 weeks", "12 days".
fn length(from: Day, to: Day) -> String {
    match to.number() - from.number() + 1 {
        1 => "1 day".into(),
        7 => "1 week".into(),
        days if days % 7 == 0 => format!("{} weeks", days / 7),
        days => format!("{days} days"),
    }
}

fn strategy(
    row: &Row,
    accounts: &[ConnectionSummary],
    lanes: &[Lane],
    times: &[(usize, LocalTime)],
    hours: &[u8],
    own_hours: bool,
) -> String {
    let (from, to) = (row.from(), row.to());
    let mut lines = vec![format!(
        "{} from {} to {}: {} on {}.",
        length(from, to),
        from.short(),
        to.short(),
        count(times.len(), "post", "posts"),
        count(accounts.len(), "account", "accounts")
    )];
    for (number, (account, lane)) in accounts.iter().zip(lanes).enumerate() {
        let posts = times.iter().filter(|(of, _)| *of == number).count();
        lines.push(format!(
            "{} {}: {}, about {} a week.",
            account.platform.name(),
            account.handle,
            count(posts, "post", "posts"),
            lane.per_week
        ));
    }
    let clocks: Vec<_> = hours.iter().map(|hour| format!("{hour:02}:00")).collect();
    lines.push(match own_hours {
        true => format!("Times: {}, the hours in which your posts got most comments.", clocks.join(", ")),
        false => format!("Times: {}. Too few of your posts are out to say which hours are best.", clocks.join(", ")),
    });
    if !row.audience.is_empty() {
        lines.push(format!("For: {}", row.audience));
    }
    lines.join("\n").chars().take(MAX_STRATEGY).collect()
}

fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// What the brief says, in sentences.
fn messages(row: &Row) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    let words = format!("{}\n{}", row.goal, row.product);
    for sentence in sentences(&words) {
        let known = found.iter().any(|known| known.to_lowercase() == sentence.to_lowercase());
        if !known && found.len() < MAX_MESSAGES {
            found.push(sentence.chars().take(MAX_MESSAGE).collect());
        }
    }
    found
}

fn sentences(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let ends =
            c == '\n' || (matches!(c, '.' | '!' | '?') && characters.peek().is_none_or(|next| next.is_whitespace()));
        if let Some(last) = all.last_mut() {
            last.push(if c == '\n' { ' ' } else { c });
        }
        if ends {
            all.push(String::new());
        }
    }
    all.iter().map(|sentence| sentence.trim().to_owned()).filter(|sentence| !sentence.is_empty()).collect()
}

/// The files of the library, those first that were used longest ago; each account gets one after the other.
struct Pictures {
    cards: Vec<AssetCard>,
    used: HashMap<ConnectionId, HashSet<AssetId>>,
    turn: usize,
}

impl Pictures {
    async fn of(scene: &Scene) -> Result<Self> {
        let ids: Vec<_> = things::assets(scene).await?.into_iter().map(|asset| asset.id).take(FILES).collect();
        let mut db = scene.tenant().db.acquire().await?;
        let cards = media::existing(&mut db, scene.who.company, &ids).await?;
        let cards = ids.iter().filter_map(|id| cards.iter().find(|card| card.facts.asset == *id).cloned());
        Ok(Self { cards: cards.collect(), used: HashMap::new(), turn: 0 })
    }

    /// The next one that this account takes and has not shown in this campaign; where it takes no post without one, one that it has shown.
    fn next(&mut self, account: &ConnectionSummary) -> Option<AssetId> {
        let all = self.cards.len();
        let used = self.used.entry(account.id).or_default();
        let fits = |card: &&AssetCard| media_fits(account, std::slice::from_ref(*card));
        let turned = || (0..all).map(|at| &self.cards[(at + self.turn) % all]);
        let found = turned().filter(|card| !used.contains(&card.facts.asset)).find(fits);
        let found = match found {
            None if !media_fits(account, &[]) => turned().find(fits),
            found => found,
        };
        let id = found.map(|card| card.facts.asset)?;
        used.insert(id);
        self.turn += 1;
        Some(id)
    }
}

/// Whether the account takes a post with these files.
pub fn media_fits(account: &ConnectionSummary, files: &[AssetCard]) -> bool {
    let content = PostContent::<AssetCard>::of_text("Text").with_media(files.to_vec());
    let account = ConnectionSummary { state: ConnectionState::Active, ..account.clone() };
    let target = (Target::to(account.id), account);
    !check::problems(&content, &[target])
        .iter()
        .any(|p| p.problem.severity == Severity::Error && matches!(p.problem.field.as_str(), "media" | "alt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_is_taken_apart_by_sentences() {
        assert_eq!(
            sentences("Sell 40 bags. Now!\nhttps://a.example/x.html\n"),
            ["Sell 40 bags.", "Now!", "https://a.example/x.html"]
        );
        let length = |from: &str, to: &str| length(from.parse().unwrap(), to.parse().unwrap());
        assert_eq!(length("2026-11-30", "2026-12-20"), "3 weeks");
        assert_eq!(length("2026-11-30", "2026-11-30"), "1 day");
    }
}
