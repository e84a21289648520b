//! Facts of contacts: how the list grows, who might buy, who grows quiet.

use super::Scene;
use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use chrono::{DateTime, TimeDelta, Utc};

/// Contacts that are scored: those who came last.
const SCORED: i64 = 2_000;
/// Customers whose events are looked at.
const WATCHED: i64 = 5_000;

/// How many there are.
pub struct Counts {
    pub all: i64,
    pub new: i64,
    pub before: i64,
    pub given: i64,
    pub withdrawn: i64,
}

pub async fn counts(scene: &Scene, days: i64) -> Result<Counts> {
    let row = sqlx::query_as!(
        Counts,
        r#"select count(*) as "all!", count(*) filter (where created_at >= $2) as "new!",
             count(*) filter (where created_at >= $3 and created_at < $2) as "before!",
             count(*) filter (where consent = 'given') as "given!", count(*) filter (where consent = 'withdrawn') as "withdrawn!"
           from contacts where company_id = $1 and deleted_at is null"#,
        scene.who.company.0,
        scene.ago(days),
        scene.ago(2 * days)
    );
    Ok(row.fetch_one(&scene.tenant().db).await?)
}

/// Where people came from.
pub struct Source {
    pub source: String,
    pub all: i64,
    pub new: i64,
    pub before: i64,
    pub given: i64,
    pub withdrawn: i64,
}

pub async fn sources(scene: &Scene, days: i64) -> Result<Vec<Source>> {
    let rows = sqlx::query_as!(
        Source,
        r#"select source, count(*) as "all!", count(*) filter (where created_at >= $2) as "new!",
             count(*) filter (where created_at >= $3 and created_at < $2) as "before!",
             count(*) filter (where consent = 'given') as "given!", count(*) filter (where consent = 'withdrawn') as "withdrawn!"
           from contacts where company_id = $1 and deleted_at is null
           group by source order by 3 desc, 2 desc, 1 limit 20"#,
        scene.who.company.0,
        scene.ago(days),
        scene.ago(2 * days)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// Segments and how many of their people may get mail.
pub async fn segments(scene: &Scene) -> Result<Vec<(String, i64, i64)>> {
    let rows = sqlx::query!(
        r#"select s.name, count(c.id) as "all!", count(c.id) filter (where c.consent = 'given') as "given!"
           from segments s
           left join segment_members m on m.company_id = s.company_id and m.segment_id = s.id
           left join contacts c on c.company_id = m.company_id and c.id = m.contact_id and c.deleted_at is null
           where s.company_id = $1 and s.deleted_at is null group by s.id, s.name order by s.name limit 50"#,
        scene.who.company.0
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?.into_iter().map(|row| (row.name, row.all, row.given)).collect())
}

/// Tags and how many people have them.
pub async fn tags(scene: &Scene) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select tag, count(*) as "n!" from contact_tags where company_id = $1 group by tag order by 2 desc, 1 limit 12"#,
        scene.who.company.0
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?.into_iter().map(|row| (row.tag, row.n)).collect())
}

/// Somebody who might buy, with what the score is made of.
pub struct Lead {
    pub id: ContactId,
    pub name: String,
    pub email: String,
    pub company: String,
    pub source: String,
    pub consent: String,
    pub has_phone: bool,
    pub is_tagged: bool,
    pub events: i64,
    pub created_at: DateTime<Utc>,
}

/// The tag that a lead with a high score is proposed.
pub const HOT: &str = "hot lead";
/// From so many points on somebody is one.
pub const HOT_FROM: i64 = 70;
/// A source that is a question of its own.
const ASKED: [&str; 7] = ["wholesale", "quote", "demo", "contact", "request", "form", "fair"];

/// What one part of the score is for, and how many points it gives.
pub type Points = (&'static str, i64);

impl Lead {
    /// The parts of the score; their sum goes from 0 to 100.
    pub fn parts(&self, now: DateTime<Utc>) -> Vec<Points> {
        let source = self.source.to_lowercase();
        let parts = [
            ("agreed to mail", if self.consent == "given" { 25 } else { 0 }),
            ("named a company", if self.company.trim().is_empty() { 0 } else { 20 }),
            ("asked for something", if ASKED.iter().any(|word| source.contains(word)) { 20 } else { 0 }),
            ("left a phone number", if self.has_phone { 10 } else { 0 }),
            ("was active in 30 days", 5 * self.events.clamp(0, 3)),
            ("came in the last 14 days", if now - self.created_at < TimeDelta::days(14) { 10 } else { 0 }),
        ];
        parts.into_iter().filter(|(_, points)| *points > 0).collect()
    }

    pub fn score(&self, now: DateTime<Utc>) -> i64 {
        self.parts(now).iter().map(|(_, points)| points).sum()
    }
}

/// The contacts who came last and are neither customers nor unwilling, the highest score first.
pub async fn leads(scene: &Scene) -> Result<Vec<Lead>> {
    let rows = sqlx::query_as!(
        Lead,
        r#"select c.id, c.full_name as name, c.email, c.company_name as company, c.source, c.consent,
             c.phone <> '' as "has_phone!", c.created_at,
             exists (select from contact_tags t where t.company_id = $1 and t.contact_id = c.id and t.tag = $4) as "is_tagged!",
             (select count(*) from (select from contact_events e where e.company_id = $1 and e.contact_id = c.id and e.at >= $2
                                      and e.kind not in ('joined', 'left') limit 3) k) as "events!"
           from (select * from contacts where company_id = $1 and deleted_at is null and consent <> 'withdrawn'
                 order by created_at desc, id desc limit $3) c
           where not exists (select from contact_tags t where t.company_id = $1 and t.contact_id = c.id and t.tag = 'customer')"#,
        scene.who.company.0,
        scene.ago(30),
        SCORED,
        HOT
    );
    let mut leads = rows.fetch_all(&scene.tenant().db).await?;
    leads.sort_by(|a, b| {
        let by_score = b.score(scene.now).cmp(&a.score(scene.now));
        by_score.then_with(|| b.created_at.cmp(&a.created_at)).then_with(|| a.id.cmp(&b.id))
    });
    Ok(leads)
}

/// A customer and when something last happened with them.
pub struct Customer {
    pub id: ContactId,
    pub name: String,
    pub email: String,
    pub consent: String,
    pub last: DateTime<Utc>,
}

impl Customer {
    pub fn days(&self, now: DateTime<Utc>) -> i64 {
        (now - self.last).num_days()
    }
}

/// Everybody with the tag "customer", those who were heard of longest ago first.
pub async fn customers(scene: &Scene) -> Result<Vec<Customer>> {
    let rows = sqlx::query_as!(
        Customer,
        r#"select c.id, c.full_name as name, c.email, c.consent,
             greatest(c.created_at, (select max(e.at) from contact_events e where e.company_id = $1 and e.contact_id = c.id
                                       and e.kind not in ('joined', 'left'))) as "last!"
           from (select contact_id from contact_tags where company_id = $1 and tag = 'customer'
                 order by listed_at desc, contact_id limit $2) t
           join contacts c on c.company_id = $1 and c.id = t.contact_id and c.deleted_at is null
           order by 5, 1"#,
        scene.who.company.0,
        WATCHED
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// How often consent was taken back in the last `days` and in as many before, by the source of the person.
pub async fn withdrawn(scene: &Scene, days: i64) -> Result<Vec<(String, i64, i64)>> {
    let rows = sqlx::query!(
        r#"select c.source, count(*) filter (where k.at >= $2) as "now!", count(*) filter (where k.at < $2) as "before!"
           from (select contact_id, at from contact_consents where company_id = $1 and not given and at >= $3
                 order by at desc limit 20000) k
           join contacts c on c.company_id = $1 and c.id = k.contact_id
           group by 1 order by 2 desc, 3 desc, 1 limit 20"#,
        scene.who.company.0,
        scene.ago(days),
        scene.ago(2 * days)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?.into_iter().map(|row| (row.source, row.now, row.before)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_sum_of_its_parts() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut lead = Lead {
            id: ContactId::from_u128(1),
            name: "Ana".into(),
            email: "ana@mail.example".into(),
            company: String::new(),
            source: "Website".into(),
            consent: "none".into(),
            has_phone: false,
            is_tagged: false,
            events: 0,
            created_at: now - TimeDelta::days(60),
        };
        assert_eq!(lead.score(now), 0);
        lead.company = "Café Central".into();
        lead.source = "Wholesale form".into();
        lead.consent = "given".into();
        assert_eq!(lead.score(now), 65);
        (lead.has_phone, lead.events, lead.created_at) = (true, 9, now);
        assert_eq!(lead.score(now), 100);
    }
}
