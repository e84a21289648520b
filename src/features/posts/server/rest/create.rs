//! From what is wanted to posts: all of them or none. Items that go out together and share link, pictures, thread and
//! comment become one post with a text per account; an own one of these, or an own time, makes a post of its own.

use super::read::{FieldPaths, Item, Named, Time};
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, ErrorKind, Problem, Result, Severity};
use crate::domain::ids::{ConnectionId, DeliveryId, PostId};
use crate::domain::post::{Plan, SavePost, Target};
use crate::features::deliveries::server::targets::{self, DeliveryRow};
use crate::features::media::server::service as media;
use crate::features::posts::model::overall;
use crate::features::posts::server::{save, store, timing};
use crate::infra::session::Granted;
use crate::infra::zone::{self, Resolved};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The answer: what was made, and what to know about it.
#[derive(Serialize)]
pub struct Made {
    posts: Vec<MadePost>,
    warnings: Vec<Problem>,
}

#[derive(Serialize)]
struct MadePost {
    id: PostId,
    state: DeliveryState,
    due_at: Option<DateTime<Utc>>,
    /// What the company's clock shows then.
    local_time: Option<String>,
    zone: String,
    /// Its page.
    url: String,
    deliveries: Vec<MadeDelivery>,
}

#[derive(Serialize)]
struct MadeDelivery {
    id: DeliveryId,
    account: ConnectionId,
    platform: String,
    handle: String,
    /// `post`, `reply` (of a thread) or `comment`.
    kind: String,
    state: DeliveryState,
    due_at: Option<DateTime<Utc>>,
}

/// An item with its account and time found.
struct Ready {
    item: Item,
    account: ConnectionId,
    plan: Plan,
}

/// Makes the posts inside the caller's transaction; an error means that it must not be committed.
pub async fn create(tx: &mut PgConnection, who: &Granted, items: Vec<Item>) -> Result<Made> {
    let zone_name = store::zone(tx, who.company).await?;
    let mut warnings = vec![];
    let ready = prepare(tx, who, items, &zone_name, &mut warnings).await?;
    let mut problems = vec![];
    let mut posts = vec![];
    for group in grouped(ready) {
        match save::save_new(tx, who, group.input()).await {
            Ok(saved) => {
                for found in saved.problems {
                    let place = group.place(found.connection);
                    let problem = Problem { field: field(place, &found.problem.field), ..found.problem };
                    let known = if problem.severity == Severity::Error { &mut problems } else { &mut warnings };
                    // What is to be known about a time was said before; two accounts can have the same trouble.
                    let said = problem.severity == Severity::Warning && problem.field == place.time;
                    if !said && !known.contains(&problem) {
                        known.push(problem);
                    }
                }
                posts.push(saved.id);
            }
            Err(error) if error.kind == ErrorKind::Invalid => {
                let place = group.place(None);
                let at = |problem: Problem| Problem { field: field(place, &problem.field), ..problem };
                problems.extend(error.problems.into_iter().map(at));
            }
            Err(error) => return Err(error),
        }
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    let mut made = Made { posts: vec![], warnings };
    for post in posts {
        made.posts.push(shown(tx, who, post, &zone_name).await?);
    }
    Ok(made)
}

/// Finds accounts, pictures and times; everything that is not there or cannot be is told at once.
async fn prepare(
    tx: &mut PgConnection,
    who: &Granted,
    items: Vec<Item>,
    zone_name: &str,
    warnings: &mut Vec<Problem>,
) -> Result<Vec<Ready>> {
    let now = Utc::now();
    let ids: Vec<_> = items.iter().filter_map(|i| if let Named::Id(id) = i.named { Some(id) } else { None }).collect();
    let rows = store::accounts(tx, who.company, &ids).await?;
    let wanted: BTreeSet<_> = items.iter().flat_map(|item| item.content.media.iter().copied()).collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let pictures: BTreeSet<_> =
        media::existing(tx, who.company, &wanted).await?.into_iter().map(|picture| picture.facts.asset).collect();
    let mut missing: BTreeSet<String> = BTreeSet::new();
    let mut problems: Vec<Problem> = vec![];
    let mut ready: Vec<Ready> = vec![];
    for item in items {
        let account = find(&item, &rows).map_err(|problem| problems.push(problem)).ok();
        let plan = match &item.time {
            None => Some(Plan::Now),
            Some(time) => match resolve(time, zone_name, now) {
                Ok((plan, note)) => {
                    let note = note.map(|note| Problem { field: item.place.time.clone(), ..note });
                    warnings.extend(note.filter(|note| !warnings.contains(note)));
                    Some(plan)
                }
                Err(problem) => {
                    let problem = Problem { field: item.place.time.clone(), ..problem };
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                    None
                }
            },
        };
        for (n, _) in item.content.media.iter().enumerate().filter(|(_, id)| !pictures.contains(id)) {
            let at = format!("{}[{n}]", item.place.media);
            // Several accounts may share the list.
            if missing.insert(at.clone()) {
                let message = "This picture no longer exists. POST /api/v1/media takes pictures and gives ids.";
                problems.push(Problem::error(at, message));
            }
        }
        if let (Some(account), Some(plan)) = (account, plan) {
            let twice = item.place.account.starts_with("accounts") && ready.iter().any(|r| r.account == account);
            if twice {
                problems.push(Problem::error(&item.place.account, "This account is named twice. Keep it once."));
            }
            ready.push(Ready { item, account, plan });
        }
    }
    if problems.is_empty() { Ok(ready) } else { Err(AppError::problems(problems)) }
}

/// The account that an item names. Another company's is not there.
fn find(item: &Item, rows: &[ConnectionSummary]) -> Result<ConnectionId, Problem> {
    let no = |message: String| Err(Problem::error(&item.place.account, message));
    let platform = match item.named {
        Named::Id(id) if rows.iter().any(|row| row.id == id) => return Ok(id),
        Named::Id(_) => {
            return no("This account no longer exists. GET /api/social/accounts lists those that do.".into());
        }
        Named::Platform(platform) => platform,
    };
    let in_use = |row: &&ConnectionSummary| row.platform == platform && row.state != ConnectionState::Disconnected;
    let there: Vec<_> = rows.iter().filter(in_use).collect();
    let name = platform.name();
    match there.as_slice() {
        [only] => Ok(only.id),
        [] => no(format!("No account of {name} is connected.")),
        several => {
            let list: Vec<_> = several.iter().map(|row| format!("{} ({})", row.handle, row.id)).collect();
            no(format!("There are several accounts of {name}; name one by its id: {}.", list.join(", ")))
        }
    }
}

/// What a time means on the company's clock, by the same rules as in the composer; and what to know about it.
fn resolve(time: &Time, zone_name: &str, now: DateTime<Utc>) -> Result<(Plan, Option<Problem>), Problem> {
    let first = |error: AppError| {
        let message = error.message.clone();
        error.problems.into_iter().next().unwrap_or_else(|| Problem::error("time", message))
    };
    let (at, note) = match time {
        Time::Instant(at) => (full_minute(*at), None),
        Time::Local { local, zone, second } => {
            let zone = zone.as_deref().unwrap_or(zone_name);
            let due = timing::due(zone, *local, *second, now).map_err(first)?;
            (due.at, due.note)
        }
    };
    if let Some(slip) = timing::too_far(at, now) {
        return Err(slip);
    }
    let zone = zone::of(zone_name);
    let local = zone::local(zone, at);
    let second = matches!(zone::resolve(zone, local), Resolved::Twice { second, .. } if second == at);
    timing::due(zone_name, local, second, now).map_err(first)?;
    Ok((Plan::Schedule { local, second }, note))
}

/// Times are kept to the minute; what lies within one is never early.
fn full_minute(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
    DateTime::from_timestamp(seconds.div_euclid(60) * 60 + if seconds.rem_euclid(60) == 0 { 0 } else { 60 }, 0)
        .unwrap_or(at)
}

/// One post that is to be made.
struct Group(Vec<Ready>);

/// Items with the same time, link, pictures and parts go together, each account once. Those without words stay apart: in one
/// post they would get the others' text.
fn grouped(ready: Vec<Ready>) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    for one in ready {
        let fits = |group: &&mut Group| {
            let first = &group.0[0];
            first.plan == one.plan
                && (&first.item.content.link, &first.item.content.media, &first.item.content.parts, &first.item.alts)
                    == (&one.item.content.link, &one.item.content.media, &one.item.content.parts, &one.item.alts)
                && first.item.content.text.trim().is_empty() == one.item.content.text.trim().is_empty()
                && group.0.iter().all(|other| other.account != one.account)
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.0.push(one),
            None => groups.push(Group(vec![one])),
        }
    }
    groups
}

impl Group {
    fn input(&self) -> SavePost {
        let Ready { item: first, plan, .. } = &self.0[0];
        let target = |one: &Ready| Target {
            connection: one.account,
            text: Some(one.item.content.text.clone()).filter(|text| *text != first.content.text),
            format: one.item.content.format,
            options: one.item.content.options.clone(),
        };
        SavePost {
            id: None,
            version: None,
            content: first.content.clone(),
            alts: first.alts.clone(),
            targets: self.0.iter().map(target).collect(),
            plan: *plan,
        }
    }

    /// Where in the body stands what an account gets; `None`: what all of the group get.
    fn place(&self, account: Option<ConnectionId>) -> &FieldPaths {
        let one = self.0.iter().find(|one| Some(one.account) == account);
        &one.unwrap_or(&self.0[0]).item.place
    }
}

/// The body's name for a field of the composer.
fn field(place: &FieldPaths, name: &str) -> String {
    match name {
        "text" => place.text.clone(),
        "link" => place.link.clone(),
        "media" => place.media.clone(),
        "targets" => place.account.clone(),
        "time" => place.time.clone(),
        "thread" => place.thread.clone(),
        "comment" => place.comment.clone(),
        "format" => place.format.clone(),
        "options" => place.options.clone(),
        other if other.starts_with("options.") => format!("{}{}", place.options, &other["options".len()..]),
        other => match other.strip_prefix("thread_").and_then(|n| n.parse::<usize>().ok()?.checked_sub(2)) {
            // The composer counts the posts of a thread from the first one on.
            Some(n) => format!("{}[{n}]", place.thread),
            None => other.to_owned(),
        },
    }
}

async fn shown(tx: &mut PgConnection, who: &Granted, id: PostId, zone_name: &str) -> Result<MadePost> {
    let row = store::find(tx, who.company, id).await?.ok_or_else(|| AppError::not_found("post"))?;
    let deliveries = targets::of_post(tx, who.company, id).await?;
    let base = who.app.settings.public_url.as_str().trim_end_matches('/');
    Ok(MadePost {
        id,
        state: overall(deliveries.iter().map(DeliveryRow::state)),
        due_at: row.due_at,
        local_time: row.due_at.map(|at| zone::local(zone::of(zone_name), at).to_string()),
        zone: zone_name.to_owned(),
        url: format!("{base}/posts/{id}"),
        deliveries: deliveries
            .into_iter()
            .map(|d| MadeDelivery {
                id: d.id,
                account: d.connection_id,
                state: d.state(),
                kind: d.kind,
                due_at: d.due_at,
                platform: d.platform,
                handle: d.handle,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::Platform;
    use crate::domain::post::PostContent;

    fn at(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }

    #[test]
    fn instants_are_never_early() {
        for (given, kept) in [
            ("2026-11-20T16:45:00Z", "2026-11-20T16:45:00Z"),
            ("2026-11-20T16:45:00.001Z", "2026-11-20T16:46:00Z"),
            ("2026-11-20T16:45:01Z", "2026-11-20T16:46:00Z"),
            ("2026-11-20T16:45:59.999Z", "2026-11-20T16:46:00Z"),
        ] {
            assert_eq!(full_minute(at(given)), at(kept), "{given}");
        }
    }

    #[test]
    fn times_mean_the_same_instant_on_the_companys_clock() {
        let now = at("2026-01-01T00:00:00Z");
        let plan = |time: &Time| resolve(time, "Europe/Lisbon", now).map(|(plan, note)| (plan, note.is_some()));
        let local = |s: &str| s.parse().unwrap();
        let (first, second) = (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
        let twice = local("2026-10-25T01:30");
        // The same clock time, once before and once after the clocks go back; an instant is never ambiguous.
        assert_eq!(plan(&Time::Instant(first)), Ok((Plan::Schedule { local: twice, second: false }, false)));
        assert_eq!(plan(&Time::Instant(second)), Ok((Plan::Schedule { local: twice, second: true }, false)));
        let wall = |s: &str, zone: Option<&str>, second| Time::Local {
            local: local(s),
            zone: zone.map(str::to_owned),
            second,
        };
        assert_eq!(
            plan(&wall("2026-10-25T01:30", None, false)),
            Ok((Plan::Schedule { local: twice, second: false }, true))
        );
        assert_eq!(
            plan(&wall("2026-10-25T01:30", None, true)),
            Ok((Plan::Schedule { local: twice, second: true }, false))
        );
        let tokyo = plan(&wall("2026-06-01T18:00", Some("Asia/Tokyo"), false));
        assert_eq!(tokyo, Ok((Plan::Schedule { local: local("2026-06-01T10:00"), second: false }, false)));
        let skipped = plan(&wall("2026-03-08T02:30", Some("America/New_York"), false)).unwrap_err();
        assert!(skipped.message.contains("does not exist") && skipped.message.contains("03:30"), "{}", skipped.message);
        assert!(plan(&Time::Instant(at("2025-12-31T23:00:00Z"))).unwrap_err().message.contains("in the past"));
        assert!(plan(&Time::Instant(at("2062-01-01T00:00:00Z"))).unwrap_err().message.contains("ten years"));
        assert!(plan(&wall("9999-12-31T23:59", Some("Pacific/Honolulu"), false)).is_err());
    }

    #[test]
    fn what_goes_out_together_is_one_post() {
        let ready = |account: u128, text: &str, link: Option<&str>, plan: Plan| Ready {
            account: ConnectionId::from_u128(account),
            plan,
            item: Item {
                alts: vec![],
                named: Named::Platform(Platform::X),
                content: PostContent { link: link.map(str::to_owned), ..PostContent::of_text(text) },
                time: None,
                place: FieldPaths { text: format!("posts[{account}].text"), ..FieldPaths::default() },
            },
        };
        let later = Plan::Schedule { local: "2026-11-20T16:45".parse().unwrap(), second: false };
        let groups = grouped(vec![
            ready(1, "A", None, Plan::Now),
            ready(2, "B", None, Plan::Now),
            ready(3, "A", None, later),
            ready(1, "C", None, Plan::Now),
            ready(4, "A", Some("https://example.com"), Plan::Now),
            ready(5, "", None, Plan::Now),
        ]);
        let accounts: Vec<Vec<u128>> =
            groups.iter().map(|g| g.0.iter().map(|r| r.account.0.as_u128()).collect()).collect();
        assert_eq!(accounts, [vec![1, 2], vec![3], vec![1], vec![4], vec![5]]);
        let input = groups[0].input();
        assert_eq!((input.content.text.as_str(), input.targets[0].text.clone()), ("A", None));
        assert_eq!(input.targets[1].text.as_deref(), Some("B"));
        let place = groups[0].place(Some(ConnectionId::from_u128(2)));
        assert_eq!(field(place, "text"), "posts[2].text");
    }
}
