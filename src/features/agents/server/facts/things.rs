//! Facts of what lies around a post: pictures, snippets, links; and of the program itself: errors, jobs, models, what came in.

use super::Scene;
use crate::domain::error::Result;
use crate::domain::ids::{AssetId, PostId};
use chrono::{DateTime, Utc};

/// A picture or video.
pub struct Asset {
    pub id: AssetId,
    pub file_name: String,
    pub kind: String,
    pub alt: String,
    pub width: i32,
    pub height: i32,
    pub created_at: DateTime<Utc>,
    pub last_used: Option<DateTime<Utc>>,
}

/// The files of the library, those that were used longest ago (or never) first.
pub async fn assets(scene: &Scene) -> Result<Vec<Asset>> {
    let rows = sqlx::query_as!(
        Asset,
        r#"select a.id, a.file_name, a.kind, a.alt, a.width, a.height, a.created_at,
             (select max(coalesce(p.due_at, p.updated_at)) from post_media m join posts p on p.company_id = m.company_id and p.id = m.post_id
              where m.company_id = $1 and m.asset_id = a.id and p.deleted_at is null) as last_used
           from (select * from assets where company_id = $1 and deleted_at is null and copy_of is null
                 order by created_at desc limit 2000) a
           order by 8 asc nulls first, a.created_at, a.id"#,
        scene.who.company.0
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// A snippet, and whether its words were in a post of the last 60 days.
pub struct Snippet {
    pub kind: String,
    pub name: String,
    pub text: String,
    pub changed_at: DateTime<Utc>,
    pub used: bool,
}

pub async fn snippets(scene: &Scene) -> Result<Vec<Snippet>> {
    let rows = sqlx::query_as!(
        Snippet,
        r#"with recent as materialized (
             select text from posts where company_id = $1 and deleted_at is null and created_at >= $2 order by created_at desc limit 1000)
           select s.kind, s.name, s.text, s.changed_at,
             exists (select from recent p where position(lower(left(s.text, 60)) in lower(p.text)) > 0) as "used!"
           from (select * from snippets where company_id = $1 and deleted_at is null order by changed_at, id limit 200) s"#,
        scene.who.company.0,
        scene.ago(60)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// A short link with its clicks.
pub struct Link {
    pub name: String,
    pub target: String,
    pub clicks: i64,
    pub before: i64,
}

pub async fn links(scene: &Scene, days: i64) -> Result<Vec<Link>> {
    let rows = sqlx::query_as!(
        Link,
        r#"select l.name, l.target, k.clicks as "clicks!", k.before as "before!"
           from (select id, coalesce(sum(clicks) filter (where day >= $2), 0)::bigint as clicks,
                        coalesce(sum(clicks) filter (where day < $2), 0)::bigint as before
                 from short_link_days where company_id = $1 and day >= $3 group by id) k
           join short_links l on l.company_id = $1 and l.id = k.id and l.deleted_at is null
           order by 3 desc, 1, 2 limit 20"#,
        scene.who.company.0,
        scene.ago(days).date_naive(),
        scene.ago(2 * days).date_naive()
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// A post that lies around as a draft.
pub struct Draft {
    pub id: PostId,
    pub text: String,
    pub updated_at: DateTime<Utc>,
}

pub async fn drafts(scene: &Scene) -> Result<Vec<Draft>> {
    let rows = sqlx::query_as!(
        Draft,
        "select id, text, updated_at from posts where company_id = $1 and deleted_at is null and state = 'draft'
         order by updated_at, id limit 50",
        scene.who.company.0
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// An error that is open.
pub struct Fault {
    pub kind: String,
    pub message: String,
    pub severity: String,
    pub count: i64,
    pub last: DateTime<Utc>,
}

pub async fn faults(scene: &Scene) -> Result<Vec<Fault>> {
    let rows = sqlx::query_as!(
        Fault,
        "select error_type as kind, error_message as message, severity, count, last_seen_at as last from error_log
         where company_id = $1 and not is_resolved order by last_seen_at desc limit 20",
        scene.who.company.0
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// The company's jobs: given up in the last `days`, waiting past their time, done.
pub struct Jobs {
    pub dead: i64,
    pub late: i64,
    pub done: i64,
}

pub async fn jobs(scene: &Scene, days: i64) -> Result<Jobs> {
    let row = sqlx::query_as!(
        Jobs,
        r#"select count(*) filter (where state = 'dead' and finished_at >= $2) as "dead!",
             count(*) filter (where state = 'ready' and run_at < $3::timestamptz - interval '10 minutes') as "late!",
             count(*) filter (where state = 'done' and finished_at >= $2) as "done!"
           from (select state, finished_at, run_at from jobs where company_id = $1 and (finished_at is null or finished_at >= $2)
                 limit 50000) j"#,
        scene.who.company.0,
        scene.ago(days),
        scene.now
    );
    Ok(row.fetch_one(&scene.tenant().db).await?)
}

/// Calls to models of the last `days`: how many, and what they cost in millionths of a dollar; by feature.
pub async fn models(scene: &Scene, days: i64) -> Result<Vec<(String, i64, i64)>> {
    let rows = sqlx::query!(
        r#"select feature, count(*) as "n!", coalesce(sum(cost_micros), 0)::bigint as "cost!" from model_calls
           where company_id = $1 and started_at >= $2 group by 1 order by 3 desc, 1 limit 20"#,
        scene.who.company.0,
        scene.ago(days)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?.into_iter().map(|row| (row.feature, row.n, row.cost)).collect())
}

/// What other programs sent in the last `days`: by state, and why something was refused.
pub async fn intake(scene: &Scene, days: i64) -> Result<Vec<(String, String, i64)>> {
    let rows = sqlx::query!(
        r#"select state, coalesce(reason, '') as "reason!", count(*) as "n!"
           from (select state, reason from intake_items where company_id = $1 and at >= $2 order by at desc limit 20000) i
           group by 1, 2 order by 3 desc, 1, 2 limit 20"#,
        scene.who.company.0,
        scene.ago(days)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?.into_iter().map(|row| (row.state, row.reason, row.n)).collect())
}

/// Keys that were tested and did not work, by platform.
pub async fn broken_keys(scene: &Scene) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar!(
        "select platform from secret_tests where company_id = $1 and not passed order by platform limit 50",
        scene.who.company.0
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}
