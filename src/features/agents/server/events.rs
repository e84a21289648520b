//! What happens wakes agents that listen for it: at most one run for an agent and an hour, with all that has happened since the last. The
//! database writes what happens (migration 0167); milestones are counted here.

use super::clock;
use super::store::events::{self, Ready};
use super::store::runs;
use crate::domain::error::{AppError, Result};
use crate::features::agents::catalogue;
use crate::features::agents::events::{Event, MILESTONES, WAKES, of};
use crate::infra::session::Granted;
use crate::infra::state::App;
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
            events::says_why(&mut tx, ready.company_id, run, &why).await?;
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
