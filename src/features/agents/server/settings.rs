//! What a company sets for its agents: on and off, the times of jobs, budgets, and the switch that stops all of them.

use super::clock;
use super::store::{runs, settings};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::AgentRunId;
use crate::features::agents::catalogue::{self, Agent};
use crate::features::agents::model::Autonomy;
use crate::features::agents::timing::Timing;
use crate::infra::queue;
use crate::infra::session::Granted;
use chrono::Utc;

/// The agent of this id.
pub fn agent(id: &str) -> Result<&'static Agent> {
    catalogue::find(id).ok_or_else(|| AppError::not_found("agent"))
}

pub async fn switch(who: &Granted, id: &str, on: bool) -> Result<()> {
    let agent = agent(id)?;
    let mut tx = who.tenant.db.begin().await?;
    settings::switch(&mut tx, who.company, agent.id, on, who.user).await?;
    clock::plan(&mut tx, who.company, agent, on, Utc::now()).await?;
    tx.commit().await?;
    Ok(())
}

/// The budget of a month in dollars, as it is typed; empty: none of its own.
pub async fn budget(who: &Granted, id: &str, typed: &str) -> Result<()> {
    let agent = agent(id)?;
    let typed = typed.trim().trim_start_matches('$').replace(',', ".");
    let cap = if typed.is_empty() { None } else { Some(micros(&typed).ok_or_else(wrong_budget)?) };
    settings::cap(&who.tenant, agent.id, cap).await
}

fn wrong_budget() -> AppError {
    AppError::invalid("budget", "Write an amount in dollars from 0 to 1000, such as 2.50, or nothing.")
}

/// "2.50" as millionths.
fn micros(typed: &str) -> Option<i64> {
    let (whole, cents) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 4 || cents.len() > 2 || !digits(whole) || !digits(cents) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    Some(whole * 1_000_000 + cents * 10_000).filter(|micros| *micros <= 1_000_000_000)
}

/// What an agent may do without asking.
pub async fn autonomy(who: &Granted, id: &str, autonomy: Autonomy) -> Result<()> {
    settings::autonomy(&who.tenant, agent(id)?.id, autonomy.id()).await
}

/// When a job runs, as a form has it.
pub struct JobTime<'a> {
    pub every: &'a str,
    pub weekday: &'a str,
    pub day: &'a str,
    pub times: &'a str,
    pub on: bool,
}

pub async fn time(who: &Granted, id: &str, job: &str, typed: JobTime<'_>) -> Result<()> {
    let agent = agent(id)?;
    let job = agent.job(job).ok_or_else(|| AppError::not_found("job"))?;
    if typed.times.len() > 100 {
        return Err(AppError::invalid("times", "Write times as 09:00, with at most six for a day."));
    }
    let words = match typed.every {
        "hourly" => "hourly".to_owned(),
        "daily" => format!("daily {}", typed.times),
        "weekly" => format!("weekly {} {}", typed.weekday, typed.times),
        "monthly" => format!("monthly {} {}", typed.day, typed.times),
        "quarterly" => format!("quarterly {} {}", typed.day, typed.times),
        _ => return Err(AppError::invalid("every", "Choose how often it works.")),
    };
    let timing: Timing = words.parse().map_err(|why: &str| AppError::invalid("times", why))?;
    let mut tx = who.tenant.db.begin().await?;
    let set = settings::all(&who.tenant).await?;
    let on = set.iter().any(|row| row.agent == agent.id && row.is_on);
    let row = settings::JobRow {
        agent: agent.id.into(),
        job: job.id.into(),
        timing: timing.to_string(),
        is_on: typed.on,
        next_at: None,
    };
    settings::keep_job(&mut tx, who.company, &row, "").await?;
    clock::plan(&mut tx, who.company, agent, on, Utc::now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets a job run now.
pub async fn run_now(who: &Granted, id: &str, job: &str) -> Result<AgentRunId> {
    let agent = agent(id)?;
    let job = agent.job(job).ok_or_else(|| AppError::not_found("job"))?;
    if settings::stopped(&who.tenant).await?.is_some() {
        return Err(AppError::conflict("All agents are stopped. Start them again first."));
    }
    let now = Utc::now();
    let mut tx = who.tenant.db.begin().await?;
    if runs::is_open(&mut tx, who.company, agent.id, job.id).await? {
        return Err(AppError::conflict("This job is under way already."));
    }
    let run = clock::begin(&mut tx, who.company, (agent.id, job.id), now, now, Some(who.user)).await?;
    tx.commit().await?;
    run.ok_or_else(|| AppError::conflict("This job is under way already."))
}

pub async fn cancel(who: &Granted, run: AgentRunId) -> Result<()> {
    runs::find(&who.tenant, run).await?.ok_or_else(|| AppError::not_found("run"))?;
    if !runs::cancel(&who.tenant, run).await? {
        return Err(AppError::conflict("This run is over."));
    }
    let mut db = who.tenant.db.acquire().await?;
    queue::cancel(&mut db, &super::run::key(run)).await?;
    Ok(())
}

/// Stops all agents of the company, or lets them work again.
pub async fn stop_all(who: &Granted, stop: bool) -> Result<()> {
    if stop { settings::stop(&who.tenant, who.user).await } else { settings::start(&who.tenant).await }
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn amounts_are_read() {
        assert_eq!(
            [micros("2.50"), micros("0"), micros("1000"), micros("2.5")].map(Option::unwrap),
            [2_500_000, 0, 1_000_000_000, 2_500_000]
        );
        for wrong in ["", "-1", "1001", "1e3", "2.505", ".5", "two", "99999"] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
    }
}
