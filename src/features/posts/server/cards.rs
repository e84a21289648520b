//! Posts as cards: `listed` says which, then one query for the posts and one for all their deliveries.
//!
//! A further part of a post (thread, first comment) counts here from the moment on which what it follows is live; before
//! that it waits, or is held, because of that other one, and says nothing of its own.

use crate::domain::delivery::{self, DeliveryCard, DeliveryState, Removed};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::PostId;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use crate::domain::permission::Role;
use crate::domain::post::title_of;
use crate::features::identity::companies::server::service::zone;
use crate::features::posts::browse::{ListQuery, PostFilter};
use crate::features::posts::model::{PostCard, overall};
use crate::features::posts::server::listed::{self, OnDays, Stretch};
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

/// One part of a list, those that come last first.
pub async fn list(tenant: &Tenant, query: &ListQuery) -> Result<Part<PostCard>> {
    let part = listed::part(tenant, query).await?;
    let mut items = of_posts(tenant, &part.items).await?;
    if query.filter == PostFilter::Attention {
        // Only there can a delivery be sent.
        add_notes(tenant, &mut items).await?;
    }
    Ok(Part { items, newer: part.newer, older: part.older, total: part.total, looked_at: part.looked_at })
}

/// The first posts of a stretch of time, and how many there are.
pub struct DayCards {
    /// Earliest first.
    pub cards: Vec<PostCard>,
    /// All of them, up to one past [`crate::domain::page::DAY_COUNTED`].
    pub total: i64,
    /// Where the last of the cards stands, while there are more.
    pub last: Option<Cursor>,
}

/// The posts that are meant for these stretches of time, `limit` of each at most.
pub async fn of_days(tenant: &Tenant, days: &[Stretch], which: OnDays, limit: i64) -> Result<Vec<DayCards>> {
    let found = listed::of_days(tenant, days, which, limit).await?;
    // Only where more than these can be is it worth counting.
    let full = |posts: &Vec<_>| posts.len() as i64 >= limit;
    let crowded: Vec<_> = days.iter().zip(&found).filter(|(_, posts)| full(posts)).map(|(day, _)| *day).collect();
    let ids: Vec<_> = found.iter().flatten().map(|(id, _)| *id).collect();
    let count =
        async { if crowded.is_empty() { Ok(vec![]) } else { listed::count_days(tenant, &crowded, which).await } };
    let (counts, cards) = futures::try_join!(count, of_posts(tenant, &ids))?;
    let (mut counts, mut cards) = (counts.into_iter(), cards.into_iter().peekable());
    let day = |posts: Vec<(PostId, Cursor)>| {
        let total = if full(&posts) { counts.next().unwrap_or_default() } else { posts.len() as i64 };
        let mut of_day = vec![];
        for (id, _) in &posts {
            of_day.extend(cards.next_if(|card| card.id == *id));
        }
        let last = posts.last().filter(|_| total > posts.len() as i64).map(|(_, place)| *place);
        DayCards { cards: of_day, total, last }
    };
    Ok(found.into_iter().map(day).collect())
}

/// The first posts that are meant for `from <= time < to`, earliest first.
pub async fn between(tenant: &Tenant, from: DateTime<Utc>, to: DateTime<Utc>, limit: i64) -> Result<Vec<PostCard>> {
    let found = listed::of_days(tenant, &[(from, to)], OnDays::default(), limit).await?;
    let ids: Vec<_> = found.into_iter().flatten().map(|(id, _)| id).collect();
    of_posts(tenant, &ids).await
}

/// Posts with a delivery that a person must look at, the most recent first.
pub async fn needing_attention(tenant: &Tenant, limit: i64) -> Result<Vec<PostCard>> {
    let ids = listed::newest(tenant, PostFilter::Attention, limit).await?;
    let mut posts = of_posts(tenant, &ids).await?;
    add_notes(tenant, &mut posts).await?;
    Ok(posts)
}

async fn add_notes(tenant: &Tenant, posts: &mut [PostCard]) -> Result<()> {
    let mut deliveries: Vec<_> = posts.iter_mut().flat_map(|post| &mut post.deliveries).collect();
    service::add_notes(tenant, &mut deliveries).await
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
}

/// These posts as cards, in their order.
async fn of_posts(tenant: &Tenant, ids: &[PostId]) -> Result<Vec<PostCard>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let rows = async {
        let rows = sqlx::query_as!(
            PostRow,
            r#"select p.id, p.text, p.due_at, p.updated_at,
                  (select a.public_token from post_media m
                   join assets a on a.company_id = m.company_id and a.id = m.asset_id
                   where m.company_id = p.company_id and m.post_id = p.id order by m.position limit 1) as thumb
           from unnest($2::uuid[]) with ordinality as wanted (id, n)
           join posts p on p.company_id = $1 and p.id = wanted.id and p.deleted_at is null
           order by wanted.n"#,
            tenant.company.0,
            ids as _
        );
        Ok(rows.fetch_all(&tenant.db).await?)
    };
    let deliveries = async {
        let zone = zone(tenant).await?;
        Ok::<_, AppError>((zone, deliveries_of(tenant, zone, ids).await?))
    };
    let (rows, (zone, mut deliveries)) = futures::try_join!(rows, deliveries)?;
    // Only what waits for its time is checked.
    let waits =
        |id: &PostId| deliveries.get(id).is_some_and(|all| all.iter().any(|d| d.state == DeliveryState::Queued));
    let waiting: Vec<_> = ids.iter().copied().filter(waits).collect();
    let mut checks = if waiting.is_empty() { HashMap::new() } else { checks::summaries(tenant, &waiting).await? };
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
                  d.fault_message, c.platform, c.handle, c.profile_url, d.part, d.kind, d.text,
                  d.removed_at
           from deliveries d
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.post_id = any($2)
             and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'
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
            part: delivery::Part::of(&row.kind, row.part, row.text.as_deref()),
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
            can_remove: false,
            removed: row.removed_at.map(|at| Removed { at: when(zone, at), by: None }),
        });
    }
    Ok(by_post)
}
