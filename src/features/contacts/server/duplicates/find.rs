//! Compares people with their neighbours in three orders: by phone number, by mailbox, by employer and name. Each order is read from
//! an index part by part, and each person is compared with the few who follow, so that a million people take a million small
//! steps and never a million times a million.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ContactId, PairId, new_id};
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome, Schedule};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

/// People of one part.
const PART: i64 = 2_000;
/// Neighbours with whom each is compared.
const NEIGHBOURS: usize = 10;
/// Open pairs of one company: more than anybody decides about.
const MOST: i64 = 2_000;
/// How alike two names must be, of a hundred.
const ALIKE: usize = 60;

/// Where many people have their mailbox who have nothing to do with each other.
const FREE: [&str; 36] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.es",
    "hotmail.co.uk",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yahoo.es",
    "yahoo.co.uk",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "gmx.at",
    "gmx.ch",
    "web.de",
    "t-online.de",
    "freenet.de",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "proton.me",
    "protonmail.com",
    "fastmail.com",
    "zoho.com",
    "mail.ru",
];

/// Nothing: every company that has people. With a company of the job: that one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FindPayload {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<DateTime<Utc>>,
}

/// Looks for people who may be one.
pub struct FindDuplicates;

impl Job for FindDuplicates {
    type Payload = FindPayload;
    const KIND: &'static str = "find_duplicates";
    const TITLE: &'static str = "Look for duplicate contacts";
    const PRIORITY: i16 = 200;
    const ATTEMPTS: i32 = 3;
    const SCHEDULES: &'static [Schedule<FindPayload>] = &[Schedule {
        name: "find_duplicates",
        cron: "0 10 1 * * *",
        title: "Duplicate contacts",
        does: "Compares the contacts of each company and shows those that may be one person.",
        when_stopped: "While this is stopped, duplicate contacts are found only when somebody presses “Look for duplicates now”.",
        payload: |at| FindPayload { scheduled_for: Some(at) },
    }];

    async fn run(&self, claim: &Claim, _: FindPayload) -> Outcome {
        match claim.company {
            Some(company) => find(&claim.app.tenant(company)).await.into(),
            None => for_all(claim).await.into(),
        }
    }
}

pub fn options(company: CompanyId) -> JobOptions {
    JobOptions {
        company: Some(company),
        run_at: Utc::now(),
        job_key: Some(format!("find_duplicates:{company}")),
        queue_key: None,
    }
}

async fn for_all(claim: &Claim) -> Result<()> {
    let companies = sqlx::query_scalar!(
        r#"select c.id from companies c where (select true from contacts x where x.company_id = c.id and x.deleted_at is null limit 1)"#
    );
    let mut tx = claim.app.db.begin().await?;
    for company in companies.fetch_all(&mut *tx).await? {
        queue::enqueue::<FindDuplicates>(&mut tx, &FindPayload::default(), options(company)).await?;
    }
    Ok(tx.commit().await?)
}

/// Somebody in one of the orders.
#[derive(Clone, Debug)]
struct Person {
    id: ContactId,
    /// Those with the same one are compared.
    group: String,
    full_name: String,
    mailbox: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Pair {
    one: ContactId,
    other: ContactId,
    why: &'static str,
}

async fn find(tenant: &Tenant) -> Result<()> {
    let mut found = 0;
    by_phone(tenant, &mut found).await?;
    by_mailbox(tenant, &mut found).await?;
    by_employer(tenant, &mut found).await?;
    sqlx::query!(
        "insert into contact_comparisons (company_id, id, ended_at, compared, found)
         select $1, $2, now(), count(*), $3 from contacts where company_id = $1 and deleted_at is null
         on conflict on constraint contact_comparisons_once do update set
           ended_at = excluded.ended_at, compared = excluded.compared, found = excluded.found",
        tenant.company.0,
        new_id(),
        found
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Keeps what is new; false: there are as many as anybody decides about.
async fn keep(tenant: &Tenant, pairs: &[Pair], found: &mut i64) -> Result<bool> {
    if pairs.is_empty() {
        return Ok(true);
    }
    let open = sqlx::query_scalar!(
        r#"select count(*) as "n!" from (select from contact_pairs where company_id = $1 and dismissed_at is null limit $2) k"#,
        tenant.company.0,
        MOST
    );
    if open.fetch_one(&tenant.db).await? >= MOST {
        return Ok(false);
    }
    let new = sqlx::query!(
        "insert into contact_pairs (company_id, id, one_id, other_id, why)
         select $1, p.id, p.one, p.other, p.why from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) as p (id, one, other, why)
         where (select true from contacts c where c.company_id = $1 and c.id = p.one)
           and (select true from contacts c where c.company_id = $1 and c.id = p.other)
         on conflict on constraint contact_pairs_once do nothing",
        tenant.company.0,
        &pairs.iter().map(|_| PairId::new().0).collect::<Vec<_>>(),
        &pairs.iter().map(|pair| pair.one.0).collect::<Vec<_>>(),
        &pairs.iter().map(|pair| pair.other.0).collect::<Vec<_>>(),
        &pairs.iter().map(|pair| pair.why.to_owned()).collect::<Vec<_>>()
    )
    .execute(&tenant.db)
    .await?;
    *found += new.rows_affected() as i64;
    Ok(true)
}

/// Each with the neighbours of the same group who `fits` says may be the same.
fn compare(people: &[Person], fits: impl Fn(&Person, &Person) -> Option<&'static str>) -> Vec<Pair> {
    let mut pairs = vec![];
    for (at, one) in people.iter().enumerate() {
        for other in people[at + 1..].iter().take(NEIGHBOURS).take_while(|other| other.group == one.group) {
            if let Some(why) = fits(one, other) {
                let (one, other) = if one.id < other.id { (one.id, other.id) } else { (other.id, one.id) };
                pairs.push(Pair { one, other, why });
            }
        }
    }
    pairs
}

/// The last ones of a part stand before the next one, so that neighbours on both sides of a cut are compared.
fn carry(people: &mut Vec<Person>) {
    let cut = people.len().saturating_sub(NEIGHBOURS);
    people.drain(..cut);
}

async fn by_phone(tenant: &Tenant, found: &mut i64) -> Result<()> {
    let (mut after, mut people) = ((String::new(), Uuid::nil()), vec![]);
    loop {
        let rows = sqlx::query!(
            r#"select c.id, c.phone_e164 as "phone!" from contacts c
               where c.company_id = $1 and c.deleted_at is null and c.phone_e164 is not null and (c.phone_e164, c.id) > ($2, $3)
               order by c.phone_e164, c.id limit $4"#,
            tenant.company.0,
            after.0,
            after.1,
            PART
        );
        let rows = rows.fetch_all(&tenant.db).await?;
        let is_last = (rows.len() as i64) < PART;
        after = rows.last().map_or(after, |row| (row.phone.clone(), row.id.0));
        people.extend(rows.into_iter().map(|row| Person {
            id: row.id,
            group: row.phone,
            full_name: String::new(),
            mailbox: String::new(),
        }));
        if !keep(tenant, &compare(&people, |_, _| Some("phone")), found).await? || is_last {
            return Ok(());
        }
        carry(&mut people);
    }
}

/// Also similar names in one domain, as mailboxes are called after people.
async fn by_mailbox(tenant: &Tenant, found: &mut i64) -> Result<()> {
    let (mut after, mut people) = ((String::new(), Uuid::nil()), vec![]);
    loop {
        let rows = sqlx::query!(
            r#"select c.id, contact_mailbox(c.email_key) as "mailbox!", c.full_name from contacts c
               where c.company_id = $1 and c.deleted_at is null and (contact_mailbox(c.email_key) collate "C", c.id) > ($2, $3)
               order by contact_mailbox(c.email_key) collate "C", c.id limit $4"#,
            tenant.company.0,
            after.0,
            after.1,
            PART
        );
        let rows = rows.fetch_all(&tenant.db).await?;
        let is_last = (rows.len() as i64) < PART;
        after = rows.last().map_or(after, |row| (row.mailbox.clone(), row.id.0));
        people.extend(rows.into_iter().map(|row| Person {
            id: row.id,
            group: row.mailbox.split(' ').next().unwrap_or_default().to_owned(),
            full_name: row.full_name,
            mailbox: row.mailbox,
        }));
        let fits = |one: &Person, other: &Person| {
            if one.mailbox == other.mailbox {
                return Some("email");
            }
            let is_theirs = !FREE.contains(&one.group.as_str());
            (is_theirs && are_alike(&one.full_name, &other.full_name)).then_some("name")
        };
        if !keep(tenant, &compare(&people, fits), found).await? || is_last {
            return Ok(());
        }
        carry(&mut people);
    }
}

async fn by_employer(tenant: &Tenant, found: &mut i64) -> Result<()> {
    let (mut after, mut people) = ((String::new(), String::new(), Uuid::nil()), vec![]);
    loop {
        let rows = sqlx::query!(
            r#"select c.id, lower(c.company_name) as "employer!", lower(c.full_name) as "name!" from contacts c
               where c.company_id = $1 and c.deleted_at is null and c.company_name <> '' and c.full_name <> ''
                 and (lower(c.company_name), lower(c.full_name), c.id) > ($2, $3, $4)
               order by lower(c.company_name), lower(c.full_name), c.id limit $5"#,
            tenant.company.0,
            after.0,
            after.1,
            after.2,
            PART
        );
        let rows = rows.fetch_all(&tenant.db).await?;
        let is_last = (rows.len() as i64) < PART;
        after = rows.last().map_or(after, |row| (row.employer.clone(), row.name.clone(), row.id.0));
        people.extend(rows.into_iter().map(|row| Person {
            id: row.id,
            group: row.employer,
            full_name: row.name,
            mailbox: String::new(),
        }));
        let fits = |one: &Person, other: &Person| are_alike(&one.full_name, &other.full_name).then_some("name");
        if !keep(tenant, &compare(&people, fits), found).await? || is_last {
            return Ok(());
        }
        carry(&mut people);
    }
}

/// Every three characters of a name, as `pg_trgm` takes them: each word with two spaces before it and one behind.
fn threes(name: &str) -> HashSet<[char; 3]> {
    let mut threes = HashSet::new();
    for word in name.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let padded: Vec<char> = [' ', ' '].into_iter().chain(word.chars()).chain([' ']).collect();
        threes.extend(padded.windows(3).map(|three| [three[0], three[1], three[2]]));
    }
    threes
}

/// Of two names of at least two words, how many threes they share.
fn are_alike(one: &str, other: &str) -> bool {
    if !one.trim().contains(' ') || !other.trim().contains(' ') {
        return false;
    }
    let (one, other) = (threes(one), threes(other));
    let both = one.intersection(&other).count();
    let all = one.len() + other.len() - both;
    all > 0 && both * 100 >= all * ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_or_not() {
        for (one, other) in [
            ("Ada Lovelace", "ada lovelace"),
            ("Ada Lovelace", "Lovelace, Ada"),
            ("Zoë Müller", "Zoë Müler"),
            ("محمد علي", "محمد على"),
        ] {
            assert!(are_alike(one, other), "{one} and {other}");
        }
        for (one, other) in
            [("Ada Lovelace", "Ada Byron"), ("Ada", "Ada"), ("", ""), ("Anna Meyer", "Hanna Maier"), ("- -", "- -")]
        {
            assert!(!are_alike(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn everybody_meets_only_a_few() {
        let people: Vec<_> = (0..1_000)
            .map(|n| Person {
                id: ContactId::from_u128(2_000 - n),
                group: (n / 500).to_string(),
                full_name: String::new(),
                mailbox: String::new(),
            })
            .collect();
        let pairs = compare(&people, |_, _| Some("phone"));
        assert!(pairs.len() < 1_000 * NEIGHBOURS && pairs.iter().all(|pair| pair.one < pair.other));
        let mut people = people;
        carry(&mut people);
        assert_eq!(people.len(), NEIGHBOURS);
    }
}
