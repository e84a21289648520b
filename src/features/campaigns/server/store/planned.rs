//! SQL of planned posts.

use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CampaignId, CompanyId, ConnectionId, PlannedId, PostId, UserId};
use crate::domain::moment::LocalTime;
use crate::features::campaigns::server::plan::Planned;
use crate::infra::database::Tenant;
use crate::infra::zone;
use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::PgConnection;

pub struct Row {
    pub id: PlannedId,
    pub campaign_id: CampaignId,
    pub place: i32,
    pub connection_id: ConnectionId,
    pub local_time: NaiveDateTime,
    pub text: String,
    pub hint: String,
    pub asset_id: Option<AssetId>,
    pub state: String,
    pub reason: String,
    pub rewriting: bool,
    pub edited: bool,
    pub version: i32,
    pub decided_by: Option<UserId>,
    pub decider: Option<String>,
    pub post_key: PostId,
    pub post_id: Option<PostId>,
}

impl Row {
    pub fn at(&self) -> LocalTime {
        super::local(self.local_time)
    }
}

/// Keeps what was planned.
pub async fn insert(tx: &mut PgConnection, company: CompanyId, campaign: CampaignId, all: &[Planned]) -> Result<()> {
    for (at, planned) in all.iter().enumerate() {
        let id = PlannedId::new();
        sqlx::query!(
            "insert into campaign_posts (company_id, id, campaign_id, place, connection_id, local_time, hint, asset_id, post_key)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $2)",
            company.0,
            id.0,
            campaign.0,
            at as i32 + 1,
            planned.account.0,
            zone::naive(planned.at),
            planned.hint,
            planned.picture as _
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// All of a campaign, in the order of their times.
pub async fn of(tenant: &Tenant, campaign: CampaignId) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select k.id, k.campaign_id, k.place, k.connection_id, k.local_time, k.text, k.hint, k.asset_id, k.state, k.reason,
                  k.rewriting, k.edited, k.version, k.decided_by, (select u.name from users u where u.id = k.decided_by) as decider,
                  k.post_key, k.post_id
           from campaign_posts k where k.company_id = $1 and k.campaign_id = $2 order by k.local_time, k.id"#,
        tenant.company.0,
        campaign.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// One of a campaign that is there.
pub async fn find(tenant: &Tenant, id: PlannedId) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        r#"select k.id, k.campaign_id, k.place, k.connection_id, k.local_time, k.text, k.hint, k.asset_id, k.state, k.reason,
                  k.rewriting, k.edited, k.version, k.decided_by, (select u.name from users u where u.id = k.decided_by) as decider,
                  k.post_key, k.post_id
           from campaign_posts k
           where k.company_id = $1 and k.id = $2
             and exists (select from campaigns c where c.company_id = $1 and c.id = k.campaign_id and c.deleted_at is null)"#,
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

/// A model's text for one that nobody wrote or changed meanwhile.
pub async fn word(
    tenant: &Tenant,
    id: PlannedId,
    version: i32,
    text: &str,
    at: LocalTime,
    picture: Option<AssetId>,
) -> Result<()> {
    sqlx::query!(
        "update campaign_posts set text = $4, local_time = $5, asset_id = $6, reason = '', rewriting = false, version = version + 1
         where company_id = $1 and id = $2 and version = $3 and state = 'proposed'",
        tenant.company.0,
        id.0,
        version,
        text,
        zone::naive(at),
        picture as _
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Why one that waits is as it is; nothing writes it any more.
pub async fn note(tenant: &Tenant, id: PlannedId, reason: &str) -> Result<()> {
    sqlx::query!(
        "update campaign_posts set reason = $3, rewriting = false where company_id = $1 and id = $2 and state = 'proposed'",
        tenant.company.0,
        id.0,
        reason.chars().take(500).collect::<String>()
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// One that waits is to be written again; false: it is not waiting, or under way already.
pub async fn rewrite(tx: &mut PgConnection, company: CompanyId, id: PlannedId, by: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "update campaign_posts set rewriting = true, reason = '', decided_by = $3, decided_at = now()
         where company_id = $1 and id = $2 and state = 'proposed' and not rewriting",
        company.0,
        id.0,
        by.0
    );
    Ok(done.execute(tx).await?.rows_affected() == 1)
}

/// Changes one that waits and is still in the version that somebody saw.
pub async fn edit(
    tenant: &Tenant,
    id: PlannedId,
    version: i32,
    text: &str,
    at: LocalTime,
    keep_picture: bool,
) -> Result<bool> {
    let done = sqlx::query!(
        "update campaign_posts set text = $4, local_time = $5, asset_id = case when $6 then asset_id end, edited = true,
                                   version = version + 1, reason = '', rewriting = false
         where company_id = $1 and id = $2 and version = $3 and state = 'proposed'",
        tenant.company.0,
        id.0,
        version,
        text,
        zone::naive(at),
        keep_picture
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// Takes one from a state into the next for one person; false when somebody was quicker. With a version: of that one only.
pub async fn turn(
    tenant: &Tenant,
    id: PlannedId,
    (from, to): (&str, &str),
    by: UserId,
    version: Option<i32>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update campaign_posts set state = $4, decided_by = $5, decided_at = now(), reason = ''
         where company_id = $1 and id = $2 and state = $3 and ($6::int is null or version = $6)",
        tenant.company.0,
        id.0,
        from,
        to,
        by.0,
        version
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// What came of one that was being accepted.
pub async fn settle(tenant: &Tenant, id: PlannedId, state: &str, reason: &str, post: Option<PostId>) -> Result<()> {
    sqlx::query!(
        "update campaign_posts set state = $3, reason = $4, post_id = $5
         where company_id = $1 and id = $2 and state = 'accepting'",
        tenant.company.0,
        id.0,
        state,
        reason.chars().take(500).collect::<String>(),
        post as _
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// An accepted one waits again; what it becomes next is another post. False: it does already.
pub async fn undo(tenant: &Tenant, id: PlannedId, by: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "update campaign_posts set state = 'proposed', decided_by = $3, decided_at = now(), reason = '', post_id = null, post_key = $4
         where company_id = $1 and id = $2 and state in ('draft', 'scheduled')",
        tenant.company.0,
        id.0,
        by.0,
        PostId::new().0
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// Whoever accepted these was cut off a minute ago or longer: with a post they are accepted, without one they wait again. The same for
/// texts that nobody writes any more after ten minutes.
pub async fn heal(tenant: &Tenant, campaign: CampaignId) -> Result<()> {
    sqlx::query!(
        "update campaign_posts k
         set state = coalesce((select p.state from posts p where p.company_id = $1 and p.id = k.post_key and p.deleted_at is null), 'proposed'),
             post_id = (select p.id from posts p where p.company_id = $1 and p.id = k.post_key and p.deleted_at is null)
         where k.company_id = $1 and k.campaign_id = $2 and k.state = 'accepting' and k.decided_at < now() - interval '1 minute'",
        tenant.company.0,
        campaign.0
    )
    .execute(&tenant.db)
    .await?;
    sqlx::query!(
        "update campaign_posts set rewriting = false, reason = 'No text came. Ask for one again.'
         where company_id = $1 and campaign_id = $2 and rewriting and decided_at < now() - interval '10 minutes'",
        tenant.company.0,
        campaign.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// What became of the posts of a campaign.
pub struct Became {
    pub id: PlannedId,
    pub text: String,
    pub in_bin: bool,
    pub delivery: Option<String>,
    pub url: Option<String>,
    pub comments: i64,
}

pub async fn became(tenant: &Tenant, campaign: CampaignId) -> Result<Vec<Became>> {
    let rows = sqlx::query_as!(
        Became,
        r#"select k.id, p.text, p.deleted_at is not null as "in_bin!", d.state as "delivery?", d.remote_url as url,
                  (select count(*) from comments c where c.company_id = $1 and c.post_id = p.id and not c.ours and c.removed_at is null)
                    as "comments!"
           from campaign_posts k join posts p on p.company_id = k.company_id and p.id = k.post_id
           left join lateral (
             select e.state, e.remote_url from deliveries e where e.company_id = $1 and e.post_id = k.post_id and e.part = 0
             order by e.connection_id = k.connection_id desc, e.id limit 1) d on true
           where k.company_id = $1 and k.campaign_id = $2"#,
        tenant.company.0,
        campaign.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Visits by people to these short links, ever; `None`: the company has none of them.
pub async fn clicks(tenant: &Tenant, codes: &[String]) -> Result<Option<i64>> {
    let row = sqlx::query!(
        r#"select count(distinct l.id) as "links!", coalesce(sum(d.clicks), 0)::bigint as "clicks!"
           from short_links l left join short_link_days d on d.company_id = l.company_id and d.id = l.id
           where l.company_id = $1 and l.code = any($2)"#,
        tenant.company.0,
        codes
    );
    let row = row.fetch_one(&tenant.db).await?;
    Ok((row.links > 0).then_some(row.clicks))
}

/// When these accounts have posts planned in this stretch.
pub async fn taken(
    tenant: &Tenant,
    accounts: &[ConnectionId],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(ConnectionId, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        r#"select connection_id, due_at as "due_at!" from deliveries
           where company_id = $1 and connection_id = any($2) and state = 'queued' and part = 0 and due_at >= $3 and due_at < $4
           order by due_at limit 2000"#,
        tenant.company.0,
        accounts as _,
        from,
        to
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|row| (row.connection_id, row.due_at)).collect())
}

/// Its next post is another one.
pub async fn renew(tenant: &Tenant, id: PlannedId) -> Result<()> {
    sqlx::query!(
        "update campaign_posts set post_key = $3 where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        PostId::new().0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}
