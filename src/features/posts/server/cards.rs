//! Posts as cards: one query for the posts, one for all their deliveries.
//!
//! A further part of a post (thread, first comment) counts here from the moment on which what it follows is live; before
//! that it waits, or is held, because of that other one, and says nothing of its own.

use crate::domain::delivery::{DeliveryCard, DeliveryState, Part};
use crate::domain::error::Result;
use crate::domain::ids::PostId;
use crate::domain::moment::When;
use crate::domain::page::{PAGE_SIZE, Page};
use crate::domain::permission::Role;
use crate::features::identity::companies::server::service::zone;
use crate::features::posts::browse::{ListQuery, PostFilter};
use crate::features::posts::model::{PostCard, overall};
use crate::features::posts::server::service;
use crate::features::preflight::server as checks;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;

/// An instant as the company's clock shows it.
pub fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: crate::infra::zone::local(zone, at) }
}

/// The posts of a company that `$rest` (from `and` on, its parameters from `$2` on) leaves over, as rows of cards. A macro,
/// because `query_as!` reads its SQL from literals.
macro_rules! posts {
    ($rest:tt, $tenant:expr, $($parameter:expr),+ $(,)?) => {
        sqlx::query_as!(
            PostRow,
            r#"select p.id, p.text, p.due_at, p.updated_at,
                      (select a.public_token from post_media m
                       join assets a on a.company_id = m.company_id and a.id = m.asset_id
                       where m.company_id = p.company_id and m.post_id = p.id order by m.position limit 1) as thumb,
                      count(*) over () as "total!"
               from posts p
               where p.company_id = $1 and p.deleted_at is null "# + $rest,
            $tenant.company.0,
            $($parameter),+
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// One page of posts, those that come last first.
pub async fn list(tenant: &Tenant, query: &ListQuery) -> Result<Page<PostCard>> {
    let number = query.page.max(1);
    let rows = posts!(
        r#"and ($2 = '' or position(lower($2) in lower(p.text)) > 0
                  or exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id
                             and position(lower($2) in lower(d.text)) > 0))
             and ($3::text is null or exists (
                  select from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
                  where d.company_id = $1 and d.post_id = p.id and c.platform = $3))
             and case $4
                 when 'draft' then p.state = 'draft'
                 when 'scheduled' then exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id
                      and d.driving
                      and (d.part = 0 or exists (select from deliveries a where a.company_id = $1 and a.id = d.after_id and a.state = 'live')))
                 when 'published' then exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id
                      and d.state = 'live' and d.part = 0)
                 when 'attention' then exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id
                      and d.attention
                      and (d.part = 0 or exists (select from deliveries a where a.company_id = $1 and a.id = d.after_id and a.state = 'live')))
                 else true end
           order by coalesce(p.due_at, p.updated_at) desc, p.id desc
           limit $5 offset $6"#,
        tenant,
        query.search.trim(),
        query.platform.map(|p| p.id()),
        query.filter.id(),
        i64::from(PAGE_SIZE),
        i64::from(PAGE_SIZE) * i64::from(number - 1),
    )?;
    let total = rows.first().map_or(0, |r| r.total) as u64;
    let mut items = cards(tenant, rows).await?;
    if query.filter == PostFilter::Attention {
        // Only there can a delivery be sent.
        add_notes(tenant, &mut items).await?;
    }
    Ok(Page { items, number, size: PAGE_SIZE, total })
}

/// The posts that are meant for `from <= time < to`, earliest first.
pub async fn between(tenant: &Tenant, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<PostCard>> {
    let rows = posts!(
        "and p.due_at >= $2 and p.due_at < $3
           order by p.due_at, p.id
           limit 2000",
        tenant,
        from,
        to,
    )?;
    cards(tenant, rows).await
}

/// Posts with a delivery that a person must look at, the most recent first.
pub async fn needing_attention(tenant: &Tenant, limit: i64) -> Result<Vec<PostCard>> {
    let rows = posts!(
        r#"and exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id
                  and d.attention
                  and (d.part = 0 or exists (select from deliveries a where a.company_id = $1 and a.id = d.after_id and a.state = 'live')))
           order by p.due_at desc nulls last, p.id desc
           limit $2"#,
        tenant,
        limit,
    )?;
    let mut posts = cards(tenant, rows).await?;
    add_notes(tenant, &mut posts).await?;
    Ok(posts)
}

async fn add_notes(tenant: &Tenant, posts: &mut [PostCard]) -> Result<()> {
    let mut deliveries: Vec<_> = posts.iter_mut().flat_map(|post| &mut post.deliveries).collect();
    service::add_notes(tenant, &mut deliveries).await
}

/// How many posts need a person.
pub async fn attention_count(tenant: &Tenant) -> Result<u64> {
    let count = sqlx::query_scalar!(
        r#"select count(distinct d.post_id) as "count!" from deliveries d
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           where d.company_id = $1 and d.attention
             and (d.part = 0 or exists (select from deliveries a where a.company_id = $1 and a.id = d.after_id and a.state = 'live'))"#,
        tenant.company.0,
    )
    .fetch_one(&tenant.db)
    .await?;
    Ok(count as u64)
}

/// The same cards, for this person: with their role, and pages that they can reach.
pub fn for_person(who: &Granted, mut posts: Vec<PostCard>) -> Vec<PostCard> {
    for post in &mut posts {
        post.role = who.role;
        for delivery in post.deliveries.iter_mut().chain(&mut post.parts) {
            service::show_account(&who.app, delivery);
        }
    }
    posts
}

struct PostRow {
    id: PostId,
    text: String,
    due_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    thumb: Option<String>,
    total: i64,
}

async fn cards(tenant: &Tenant, rows: Vec<PostRow>) -> Result<Vec<PostCard>> {
    let zone = zone(tenant).await?;
    let ids: Vec<PostId> = rows.iter().map(|r| r.id).collect();
    let mut deliveries = deliveries_of(tenant, zone, &ids).await?;
    let mut checks = checks::summaries(tenant, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let all = deliveries.remove(&row.id).unwrap_or_default();
            let state = overall(all.iter().map(|d| d.state));
            let (deliveries, parts): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| d.part.is_none());
            PostCard {
                id: row.id,
                title: title_of(&row.text),
                due: row.due_at.map(|at| when(zone, at)),
                updated: when(zone, row.updated_at),
                thumbnail: row.thumb.map(|token| format!("/media/{token}/thumb")),
                state,
                check: checks.remove(&row.id),
                role: Role::default(),
                deliveries,
                parts: parts.into_iter().filter(|d| d.state.needs_attention()).collect(),
            }
        })
        .collect())
}

/// The deliveries of these posts that say how it stands with them, by post.
async fn deliveries_of(tenant: &Tenant, zone: Tz, posts: &[PostId]) -> Result<HashMap<PostId, Vec<DeliveryCard>>> {
    let rows = sqlx::query!(
        r#"select d.id, d.post_id, d.connection_id, d.state, d.due_at, d.live_at, d.remote_url, d.fault_kind,
                  d.fault_message, c.platform, c.handle, c.profile_url, d.part, d.kind, d.text
           from deliveries d
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.post_id = any($2)
             and (d.part = 0 or exists (select from deliveries a where a.company_id = $1 and a.id = d.after_id and a.state = 'live'))
           order by c.platform, c.handle, c.id, d.part"#,
        tenant.company.0,
        posts as _,
    )
    .fetch_all(&tenant.db)
    .await?;
    let mut by_post: HashMap<PostId, Vec<DeliveryCard>> = HashMap::new();
    for row in rows {
        // A platform or state that this program does not know cannot be shown.
        let (Ok(platform), Some(state)) = (row.platform.parse(), DeliveryState::parse(&row.state)) else { continue };
        by_post.entry(row.post_id).or_default().push(DeliveryCard {
            id: row.id,
            connection: row.connection_id,
            part: Part::of(&row.kind, row.part, row.text.as_deref()),
            platform,
            handle: row.handle,
            state,
            due: row.due_at.map(|at| when(zone, at)),
            live_at: row.live_at.map(|at| when(zone, at)),
            remote_url: row.remote_url,
            profile_url: row.profile_url.filter(|_| state == DeliveryState::Unconfirmed),
            fault: row.fault_message,
            fault_kind: row.fault_kind,
            notes: vec![],
        });
    }
    Ok(by_post)
}

/// The first line that says something, at most 120 characters.
pub fn title_of(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("Untitled post");
    let mut title: String = line.chars().take(120).collect();
    if line.chars().count() > 120 {
        title.push('…');
    }
    title
}
