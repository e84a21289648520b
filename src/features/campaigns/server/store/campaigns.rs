//! SQL of campaigns. Lists are read by key from the end of an index (migration 0165).

use super::{date, day};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CampaignId, CompanyId, ConnectionId, UserId, new_id};
use crate::domain::moment::Day;
use crate::domain::page::{Cursor, PAGE_SIZE};
use crate::features::campaigns::model::{Counts, MOST};
use crate::infra::database::Tenant;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgPool};

pub fn gone() -> AppError {
    AppError::not_found("campaign")
}

/// What a brief says.
pub struct New {
    pub name: String,
    pub goal: String,
    pub product: String,
    pub audience: String,
    pub tone: String,
    pub budget: String,
    pub from: Day,
    pub to: Day,
    pub accounts: Vec<ConnectionId>,
}

pub struct Row {
    pub id: CampaignId,
    pub name: String,
    pub goal: String,
    pub product: String,
    pub audience: String,
    pub tone: String,
    pub budget: String,
    pub from_day: NaiveDate,
    pub to_day: NaiveDate,
    pub account_ids: Vec<ConnectionId>,
    pub state: String,
    pub why: String,
    pub planned: bool,
    pub done: i32,
    pub strategy: String,
    pub messages: Vec<String>,
    pub note: String,
    pub edited: bool,
    pub without_model: bool,
    pub version: i32,
    pub asked_by: Option<UserId>,
}

impl Row {
    pub fn from(&self) -> Day {
        day(self.from_day)
    }

    pub fn to(&self) -> Day {
        day(self.to_day)
    }
}

/// One that is not deleted.
pub async fn find(tenant: &Tenant, id: CampaignId) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, goal, product, audience, tone, budget, from_day, to_day, account_ids as "account_ids: Vec<ConnectionId>",
                  state, why, planned, done, strategy, messages, note, edited, without_model, version, asked_by
           from campaigns where company_id = $1 and id = $2 and deleted_at is null"#,
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

/// `None`: the company has too many.
pub async fn insert(tx: &mut PgConnection, company: CompanyId, new: &New, by: UserId) -> Result<Option<CampaignId>> {
    let id = CampaignId::new();
    let done = sqlx::query!(
        "insert into campaigns (company_id, id, name, goal, product, audience, tone, budget, from_day, to_day, account_ids, asked_by)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         where (select count(*) from campaigns where company_id = $1 and deleted_at is null) < $13",
        company.0,
        id.0,
        new.name,
        new.goal,
        new.product,
        new.audience,
        new.tone,
        new.budget,
        date(new.from),
        date(new.to),
        new.accounts.as_slice() as _,
        by.0,
        MOST
    );
    Ok((done.execute(tx).await?.rows_affected() == 1).then_some(id))
}

pub struct ListRow {
    pub id: CampaignId,
    pub name: String,
    pub from_day: NaiveDate,
    pub to_day: NaiveDate,
    pub state: String,
    pub created_at: DateTime<Utc>,
}

impl ListRow {
    pub fn cursor(&self) -> Cursor {
        Cursor { at_us: self.created_at.timestamp_micros(), id: self.id.0 }
    }
}

/// Where a part begins.
#[derive(Clone, Copy)]
pub enum From {
    Start,
    Older(Cursor),
    Newer(Cursor),
}

/// One more than a part behind a place, the nearest first.
macro_rules! rows {
    ($behind:tt, $order:tt, $tenant:expr, $search:expr, $from:expr) => {
        sqlx::query_as!(
            ListRow,
            "select id, name, from_day, to_day, state, created_at from campaigns
             where company_id = $1 and deleted_at is null and (created_at, id) "
                + $behind
                + " ($2::timestamptz, $3::uuid)
               and ($4 = '' or position(lower($4) in lower(name || ' ' || goal)) > 0)
             order by created_at "
                + $order
                + ", id "
                + $order
                + " limit $5",
            $tenant.company.0,
            DateTime::<Utc>::from($from),
            $from.id,
            $search,
            i64::from(PAGE_SIZE) + 1
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

pub async fn rows(tenant: &Tenant, search: &str, from: From) -> Result<Vec<ListRow>> {
    Ok(match from {
        From::Start => rows!("<", "desc", tenant, search, Cursor::LAST)?,
        From::Older(at) => rows!("<", "desc", tenant, search, at)?,
        From::Newer(at) => rows!(">", "asc", tenant, search, at)?,
    })
}

/// How far the posts of these campaigns are.
pub async fn counts(tenant: &Tenant, ids: &[CampaignId]) -> Result<Vec<(CampaignId, Counts)>> {
    let rows = sqlx::query!(
        r#"select k.campaign_id, count(*) as "planned!",
             count(*) filter (where k.state in ('proposed', 'accepting')) as "waiting!",
             count(*) filter (where k.state in ('draft', 'scheduled') and coalesce(d.state, 'draft') = 'draft') as "drafts!",
             count(*) filter (where k.state in ('draft', 'scheduled') and d.state = 'live') as "live!",
             count(*) filter (where k.state in ('draft', 'scheduled') and d.state in
               ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'by_hand', 'failed')) as "trouble!"
           from campaign_posts k
           left join lateral (
             select e.state from deliveries e where e.company_id = $1 and e.post_id = k.post_id and e.part = 0
             order by e.connection_id = k.connection_id desc, e.id limit 1) d on true
           where k.company_id = $1 and k.campaign_id = any($2) and k.state <> 'refused'
           group by k.campaign_id"#,
        tenant.company.0,
        ids as _
    );
    let rows = rows.fetch_all(&tenant.db).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let rest = row.planned - row.waiting - row.drafts - row.live - row.trouble;
            let counts = Counts {
                planned: row.planned,
                waiting: row.waiting,
                drafts: row.drafts,
                scheduled: rest,
                live: row.live,
                trouble: row.trouble,
            };
            (row.campaign_id, counts)
        })
        .collect())
}

/// What was computed: the planned posts are there from here on.
pub async fn set_plan(
    tx: &mut PgConnection,
    company: CompanyId,
    id: CampaignId,
    strategy: &str,
    messages: &[String],
) -> Result<bool> {
    let done = sqlx::query!(
        "update campaigns set planned = true, strategy = $3, messages = $4
         where company_id = $1 and id = $2 and state = 'writing' and not planned",
        company.0,
        id.0,
        strategy,
        messages
    );
    Ok(done.execute(tx).await?.rows_affected() == 1)
}

/// A model's strategy, unless a person has changed it.
pub async fn word(tenant: &Tenant, id: CampaignId, strategy: &str, messages: &[String]) -> Result<()> {
    sqlx::query!(
        "update campaigns set strategy = $3, messages = $4 where company_id = $1 and id = $2 and not edited",
        tenant.company.0,
        id.0,
        strategy,
        messages
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub async fn progress(tenant: &Tenant, id: CampaignId, done: i32) -> Result<()> {
    sqlx::query!(
        "update campaigns set done = $3 where company_id = $1 and id = $2 and state = 'writing'",
        tenant.company.0,
        id.0,
        done
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Ends the writing in this state.
pub async fn end(tenant: &Tenant, id: CampaignId, state: &str, why: &str, note: Option<&str>) -> Result<bool> {
    let done = sqlx::query!(
        "update campaigns set state = $3, why = $4, note = coalesce($5, note)
         where company_id = $1 and id = $2 and state = 'writing'",
        tenant.company.0,
        id.0,
        state,
        why.chars().take(500).collect::<String>(),
        note.map(|note| note.chars().take(2_000).collect::<String>())
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// One that stopped is written on.
pub async fn go_on(
    tx: &mut PgConnection,
    company: CompanyId,
    id: CampaignId,
    by: UserId,
    without_model: bool,
) -> Result<bool> {
    let done = sqlx::query!(
        "update campaigns set state = 'writing', why = '', asked_by = $3, without_model = $4
         where company_id = $1 and id = $2 and state = 'stopped' and deleted_at is null",
        company.0,
        id.0,
        by.0,
        without_model
    );
    Ok(done.execute(tx).await?.rows_affected() == 1)
}

pub async fn is_writing(tenant: &Tenant, id: CampaignId) -> Result<bool> {
    Ok(find(tenant, id).await?.is_some_and(|row| row.state == "writing"))
}

/// What a person makes of strategy and messages; false: it is another version by now.
pub async fn edit(tenant: &Tenant, id: CampaignId, version: i32, strategy: &str, messages: &[String]) -> Result<bool> {
    let done = sqlx::query!(
        "update campaigns set strategy = $4, messages = $5, edited = true, version = version + 1
         where company_id = $1 and id = $2 and version = $3 and deleted_at is null",
        tenant.company.0,
        id.0,
        version,
        strategy,
        messages
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// Deletes it, or takes it back; false: that was done before. What wrote it ends; it can go on afterwards.
pub async fn set_deleted(tenant: &Tenant, id: CampaignId, deleted: bool) -> Result<bool> {
    let done = sqlx::query!(
        "update campaigns set deleted_at = case when $3 then now() end,
           state = case when state = 'writing' then 'stopped' else state end,
           why = case when state = 'writing' then 'The campaign was deleted.' else why end
         where company_id = $1 and id = $2 and (deleted_at is null) = $3",
        tenant.company.0,
        id.0,
        deleted
    );
    if done.execute(&tenant.db).await?.rows_affected() == 1 {
        return Ok(true);
    }
    let there =
        sqlx::query_scalar!("select id from campaigns where company_id = $1 and id = $2", tenant.company.0, id.0);
    there.fetch_optional(&tenant.db).await?.map(|_| false).ok_or_else(gone)
}

/// What a model answered to the question of this name.
pub async fn answer(tenant: &Tenant, id: CampaignId, name: &str) -> Result<Option<String>> {
    let answer = sqlx::query_scalar!(
        "select answer from campaign_steps where company_id = $1 and campaign_id = $2 and name = $3",
        tenant.company.0,
        id.0,
        name
    );
    Ok(answer.fetch_optional(&tenant.db).await?)
}

pub async fn keep_answer(tenant: &Tenant, id: CampaignId, name: &str, answer: &str) -> Result<()> {
    sqlx::query!(
        "insert into campaign_steps (company_id, id, campaign_id, name, answer) values ($1, $2, $3, $4, $5) on conflict do nothing",
        tenant.company.0,
        new_id(),
        id.0,
        name,
        answer
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// The company's name.
pub async fn company(tenant: &Tenant) -> Result<String> {
    Ok(sqlx::query_scalar!("select name from companies where id = $1", tenant.company.0).fetch_one(&tenant.db).await?)
}

/// Those that were deleted a month ago; how many.
pub async fn remove_deleted(db: PgPool) -> std::result::Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from campaigns where deleted_at < now() - interval '30 days'");
    Ok(done.execute(&db).await?.rows_affected())
}
