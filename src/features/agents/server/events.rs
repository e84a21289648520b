//! What happens wakes agents that listen for it: at most one run for an agent and an hour, with all that has happened since the last. The
//! database writes what happens (migration 0167); milestones are counted here.

use super::clock;
use super::store::events::{self, EventRow, Ready};
use super::store::{runs, settings};
use crate::domain::error::{AppError, Result};
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::features::agents::catalogue;
use crate::features::agents::events::{Event, MILESTONES, WAKES, Wakes, of};
use crate::features::agents::model::{EventKind, EventLine, EventList, Listener};
use crate::features::identity::companies::server::service as companies;
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};

/// Agents that one look wakes, and events in which it looks for milestones.
const PORTION: i64 = 200;
const LOOKED_AT: i64 = 5_000;
/// An agent is not woken again within this time.
const REST: TimeDelta = TimeDelta::hours(1);

/// Wakes agents for which something has happened; how many.
pub async fn wake(app: &App, now: DateTime<Utc>) -> Result<usize> {
    milestones(app).await?;
    let who: Vec<_> = WAKES.iter().map(|wakes| wakes.agent.to_owned()).collect();
    let what: Vec<_> = WAKES.iter().map(|wakes| wakes.event.id().to_owned()).collect();
    let mut tx = app.db.begin().await?;
    let mut woken = 0;
    for ready in events::ready(&mut tx, (&who, &what), now - REST, PORTION).await? {
        let Some((job, why)) = reason(&ready) else { continue };
        // Its run is under way: what happened meanwhile is looked at again in a minute.
        if runs::is_open(&mut tx, ready.company_id, &ready.agent, job).await? {
            continue;
        }
        let run = clock::begin(&mut tx, ready.company_id, (&ready.agent, job), now, now, None).await?;
        if let Some(run) = run {
            events::says_why(&mut tx, &ready, run, &why).await?;
            events::woken(&mut tx, &ready, now).await?;
            woken += 1;
        }
    }
    tx.commit().await?;
    Ok(woken)
}

/// The job for what happened, and that in words.
fn reason(ready: &Ready) -> Option<(&'static str, String)> {
    let happened = |event: Event| ready.kinds.iter().position(|kind| kind == event.id());
    let heard: Vec<_> = of(&ready.agent).filter_map(|wakes| Some((wakes, happened(wakes.event)?))).collect();
    let words = heard.iter().map(|(wakes, at)| {
        let (n, key) = (ready.counts.get(*at).copied().unwrap_or(1), ready.keys.get(*at).map_or("", String::as_str));
        wakes.event.happened(n, key)
    });
    let words = words.collect::<Vec<_>>().join(", ").chars().take(200).collect();
    heard.first().map(|(wakes, _)| (wakes.job, words))
}

/// Notices what was reached by the latest publications and contacts.
async fn milestones(app: &App) -> Result<()> {
    let mut tx = app.db.begin().await?;
    for (company, kind, new) in events::uncounted(&mut tx, LOOKED_AT).await? {
        let most = MILESTONES[MILESTONES.len() - 1] + 1;
        let (posts, contacts) = events::totals(&mut tx, company, most).await?;
        let (total, what) = if kind == Event::PostLive.id() { (posts, "publications") } else { (contacts, "contacts") };
        for reached in MILESTONES.iter().filter(|n| total - new < **n && **n <= total) {
            events::milestone(&mut tx, company, &format!("{reached} {what}")).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// What an agent listens for, of what it could.
pub async fn listen(who: &Granted, agent: &str, to: &[String]) -> Result<()> {
    let agent = catalogue::find(agent).ok_or_else(|| AppError::not_found("agent"))?;
    if let Some(wrong) = to.iter().find(|id| !of(agent.id).any(|wakes| wakes.event.id() == id.as_str())) {
        let short: String = wrong.chars().take(40).collect();
        return Err(AppError::invalid("events", format!("{} does not listen for “{short}”.", agent.name)));
    }
    let deaf = of(agent.id).map(|wakes| wakes.event.id().to_owned()).filter(|id| !to.contains(id));
    events::set_deaf(&who.tenant, agent.id, &deaf.collect::<Vec<_>>()).await
}

/// Which of the agents that could listen for an event do so.
pub async fn listeners(who: &Granted, event: &str, agents: &[String]) -> Result<()> {
    let event = Event::parse(event).ok_or_else(|| AppError::invalid("event", "Choose one of the events."))?;
    let could = || WAKES.iter().filter(move |wakes| wakes.event == event);
    if let Some(wrong) = agents.iter().find(|id| !could().any(|wakes| wakes.agent == id.as_str())) {
        let short: String = wrong.chars().take(40).collect();
        return Err(AppError::invalid("agents", format!("“{short}” does not listen for this.")));
    }
    let set = settings::all(&who.tenant).await?;
    for wakes in could() {
        let row = set.iter().find(|row| row.agent == wakes.agent);
        let mut deaf = row.map(|row| row.deaf_to.clone()).unwrap_or_default();
        let (listens, is_deaf) = (agents.iter().any(|id| id == wakes.agent), deaf.iter().any(|id| id == event.id()));
        if listens != is_deaf {
            continue;
        }
        deaf.retain(|id| id != event.id());
        if !listens {
            deaf.push(event.id().to_owned());
        }
        events::set_deaf(&who.tenant, wakes.agent, &deaf).await?;
    }
    Ok(())
}

/// Events on the page.
const SHOWN: i64 = 50;
/// What nobody was woken by for so long wakes nobody any more.
const LATE: TimeDelta = TimeDelta::hours(2);

/// What events there are, who listens for which, and the latest with whom they woke.
pub async fn page(who: &Granted) -> Result<EventList> {
    let now = Utc::now();
    let zone = companies::zone(&who.tenant).await?;
    let (set, last) = futures::try_join!(settings::all(&who.tenant), events::last(&who.tenant, SHOWN))?;
    let listener = |wakes: &Wakes| {
        let row = set.iter().find(|row| row.agent == wakes.agent);
        Listener {
            agent: wakes.agent.into(),
            job: wakes.job.into(),
            listens: row.is_none_or(|row| !row.deaf_to.iter().any(|id| id == wakes.event.id())),
            is_on: row.is_some_and(|row| row.is_on),
        }
    };
    let kind = |event: Event| EventKind {
        event: event.id().into(),
        listeners: WAKES.iter().filter(|wakes| wakes.event == event).map(listener).collect(),
    };
    let line = |row: EventRow| {
        let words = Event::parse(&row.kind)?.happened(row.n.into(), row.key.as_deref().unwrap_or_default());
        Some(EventLine {
            words,
            at: When { at: row.at.into(), local: zone::local(zone, row.at) },
            may_wake: row.woke.is_empty() && now - row.at < LATE,
            woke: row.woke,
        })
    };
    Ok(EventList {
        kinds: Event::ALL.into_iter().map(kind).collect(),
        last: last.into_iter().filter_map(line).collect(),
        is_any_on: set.iter().any(|row| row.is_on),
        may_change: who.role.may(Permission::Company),
        zone: zone.name().to_owned(),
    })
}
