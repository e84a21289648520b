//! The brief of a new campaign: what the form begins with, what may stand in it, and how it is kept.

use super::run::CampaignPayload;
use super::service::{begin, line};
use super::store::campaigns::{self, New};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{CampaignId, ConnectionId};
use crate::domain::moment::Day;
use crate::features::campaigns::model::{
    BriefForm, MAX_ACCOUNTS, MAX_AUDIENCE, MAX_BUDGET, MAX_DAYS, MAX_GOAL, MAX_NAME, MAX_PRODUCT, MOST,
};
use crate::features::captions::model::Tone;
use crate::features::identity::companies::server::service as companies;
use crate::features::models::server::door;
use crate::features::posts::server::service as posts;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::Utc;

/// How long a campaign lasts in the form for a new one.
const USUAL_DAYS: i64 = 14;

/// What somebody typed.
pub struct Brief<'a> {
    pub name: &'a str,
    pub goal: &'a str,
    pub product: &'a str,
    pub audience: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub tone: &'a str,
    pub budget: &'a str,
    pub accounts: Vec<ConnectionId>,
}

pub async fn form(who: &Granted) -> Result<BriefForm> {
    let clock = companies::zone(&who.tenant).await?;
    let from = zone::today(clock, Utc::now()).plus(1);
    let accounts = posts::accounts(who, &[]).await?;
    Ok(BriefForm {
        accounts: accounts.iter().map(line).collect(),
        from,
        to: from.plus(USUAL_DAYS - 1),
        has_model: door::find(who).await?.is_some(),
        zone: clock.name().to_owned(),
    })
}

/// Keeps a brief and puts the job that plans into the queue.
pub async fn create(who: &Granted, brief: Brief<'_>) -> Result<CampaignId> {
    let today = zone::today(companies::zone(&who.tenant).await?, Utc::now());
    let new = read(&brief, today)?;
    let known = posts::accounts(who, &[]).await?;
    if new.accounts.iter().any(|id| known.iter().all(|account| account.id != *id)) {
        return Err(AppError::not_found("account"));
    }
    let mut tx = who.tenant.db.begin().await?;
    let id = campaigns::insert(&mut tx, who.company, &new, who.user).await?;
    let too_many = || AppError::invalid("name", format!("There are {MOST} campaigns already. Delete some first."));
    let id = id.ok_or_else(too_many)?;
    begin(&mut tx, who.company, CampaignPayload { campaign: id, planned: None, press: 0 }).await?;
    tx.commit().await?;
    Ok(id)
}

/// A brief, checked; an error names the field.
fn read(brief: &Brief<'_>, today: Day) -> Result<New> {
    let mut problems = vec![];
    let name = one_line(brief.name);
    if name.is_empty() {
        problems.push(Problem::error("name", "Give it a name by which you find it again."));
    }
    let goal = text(brief.goal);
    if goal.is_empty() {
        problems.push(Problem::error("goal", "Say what the campaign is to reach."));
    }
    let (product, audience, budget) = (text(brief.product), one_line(brief.audience), one_line(brief.budget));
    for (field, what, text, most) in [
        ("name", "The name", &name, MAX_NAME),
        ("goal", "The goal", &goal, MAX_GOAL),
        ("product", "This", &product, MAX_PRODUCT),
        ("audience", "This", &audience, MAX_AUDIENCE),
        ("budget", "The budget", &budget, MAX_BUDGET),
    ] {
        let length = text.chars().count();
        if length > most {
            let message = format!("{what} is too long: {length} characters, at most {most}.");
            problems.push(Problem::error(field, message));
        }
    }
    let mut day = |field: &str, typed: &str, message: &str| -> Option<Day> {
        let day = typed.trim().parse().ok();
        if day.is_none() {
            problems.push(Problem::error(field, message));
        }
        day
    };
    let from = day("from", brief.from, "Choose the day on which it begins.");
    let to = day("to", brief.to, "Choose the day on which it ends.");
    if let (Some(from), Some(to)) = (from, to) {
        if to < from {
            problems
                .push(Problem::error("to", format!("It begins on {}: choose that day or a later one.", from.short())));
        } else if to < today {
            problems.push(Problem::error("to", "This day is over. Choose a later one."));
        } else if to.number() - from.number() >= MAX_DAYS {
            let latest = from.plus(MAX_DAYS - 1).short();
            problems.push(Problem::error("to", format!("A campaign lasts at most {MAX_DAYS} days: until {latest}.")));
        } else if from.number() - today.number() > 3_650 {
            problems.push(Problem::error("from", "This is more than ten years away. Check the year."));
        }
    }
    let mut accounts: Vec<ConnectionId> = vec![];
    for id in &brief.accounts {
        if !accounts.contains(id) {
            accounts.push(*id);
        }
    }
    if accounts.is_empty() {
        problems.push(Problem::error("accounts", "Choose at least one account."));
    } else if accounts.len() > MAX_ACCOUNTS {
        problems.push(Problem::error("accounts", format!("Choose at most {MAX_ACCOUNTS} accounts.")));
    }
    let tone = Tone::parse(brief.tone).unwrap_or_default().id().to_owned();
    match (from, to) {
        (Some(from), Some(to)) if problems.is_empty() => {
            Ok(New { name, goal, product, audience, tone, budget, from, to, accounts })
        }
        _ => Err(AppError::problems(problems)),
    }
}

/// On one line, with single spaces.
pub(super) fn one_line(typed: &str) -> String {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).collect()
}

pub(super) fn text(typed: &str) -> String {
    typed.replace("\r\n", "\n").replace('\0', "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(from: &'static str, to: &'static str) -> Brief<'static> {
        Brief {
            name: " Winter \n blend ",
            goal: "Sell 40 bags.\r\n",
            product: "",
            audience: "",
            from,
            to,
            tone: "nonsense",
            budget: "",
            accounts: vec![ConnectionId::from_u128(1); 3],
        }
    }

    #[test]
    fn a_brief_is_tidied_and_its_faults_stand_at_their_fields() {
        let today: Day = "2026-11-29".parse().unwrap();
        let new = read(&brief("2026-11-30", "2026-12-13"), today).expect("fine");
        assert_eq!((new.name.as_str(), new.goal.as_str(), new.accounts.len()), ("Winter blend", "Sell 40 bags.", 1));
        let fields = |brief: Brief<'_>| -> Vec<String> {
            read(&brief, today).err().map(|e| e.problems.into_iter().map(|p| p.field).collect()).unwrap_or_default()
        };
        assert_eq!(fields(brief("", "soon")), ["from", "to"]);
        for (from, to) in [("2026-12-02", "2026-12-01"), ("2026-11-01", "2026-11-02"), ("2026-12-01", "2027-03-03")] {
            assert_eq!(fields(brief(from, to)), ["to"], "{from} {to}");
        }
        assert_eq!(fields(brief("2099-01-01", "2099-01-02")), ["from"]);
        let long = "x".repeat(600);
        let empty = Brief { name: " ", goal: &long, accounts: vec![], ..brief("2026-11-30", "2026-12-13") };
        assert_eq!(fields(empty), ["name", "goal", "accounts"]);
    }
}
