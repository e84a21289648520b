//! Gathers home from the other features' services.

use super::model::{EndingSignIn, HomeData, Measure};
use crate::domain::connection::ConnectionState;
use crate::domain::error::Result;
use crate::domain::moment::Day;
use crate::features::connections::model::ConnectionCard;
use crate::features::identity::companies;
use crate::features::{connections, posts};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;

/// A sign-in that ends within this many days is worth a line on home.
const EXPIRY_NOTICE_DAYS: i64 = 7;

pub async fn overview(who: &Granted) -> Result<HomeData> {
    let tenant = &who.tenant;
    let name = companies::server::service::zone(tenant).await?;
    let now = Utc::now();
    let today = zone::today(name, now);
    let (from, to) = (zone::start_of(name, today), zone::start_of(name, today.plus(1)));
    let cards = posts::server::cards::between(tenant, from, to).await?;
    let mut next = posts::server::cards::between(tenant, to, zone::start_of(name, today.plus(8))).await?;
    next.truncate(5);
    let attention = posts::server::cards::for_person(who, posts::server::cards::needing_attention(tenant, 6).await?);
    let attention_total = posts::server::cards::attention_count(tenant).await?;
    let all = connections::server::service::list(tenant).await?;
    let connected = all.iter().filter(|c| c.state != ConnectionState::Disconnected).count();
    let soon = (now + TimeDelta::days(EXPIRY_NOTICE_DAYS)).timestamp_millis();
    let expiring = all.into_iter().filter(|c| ends_soon(c, soon)).map(ending).collect();
    Ok(HomeData {
        role: who.role,
        zone: name.name().to_owned(),
        now: zone::local(name, now),
        today: cards,
        next,
        attention,
        attention_total,
        expiring,
        connections: connected,
        measures: measures(tenant, name, today).await?,
    })
}

fn ends_soon(card: &ConnectionCard, soon: i64) -> bool {
    match card.state {
        ConnectionState::Reconnect => true,
        ConnectionState::Disconnected => false,
        ConnectionState::Active => card.expires.is_some_and(|e| e.at.0 < soon),
    }
}

fn ending(card: ConnectionCard) -> EndingSignIn {
    let ends = card.expires.filter(|_| card.state == ConnectionState::Active).map(|when| when.local);
    EndingSignIn { platform: card.platform, handle: card.handle, ends, waiting_posts: card.waiting_posts }
}

/// What was published, on how many accounts it went wrong, and what is planned: counted from our own records.
async fn measures(tenant: &Tenant, name: Tz, today: Day) -> Result<Vec<Measure>> {
    let first = today.plus(-13);
    let rows = sqlx::query!(
        r#"select (timezone($2, at))::date as "day!", kind as "kind!", count(*) as "count!" from (
             select live_at as at, 'live' as kind from deliveries where company_id = $1 and live_at >= $3 and part = 0
             union all
             select e.at, 'trouble' from delivery_events e
             join deliveries d on d.company_id = e.company_id and d.id = e.delivery_id and d.part = 0
             where e.company_id = $1 and e.at >= $3
               and e.to_state in ('failed', 'needs_edit', 'needs_reconnect', 'unconfirmed', 'held')
             union all
             select created_at, 'written' from posts where company_id = $1 and created_at >= $3 and deleted_at is null
           ) all_of_it group by 1, 2"#,
        tenant.company.0,
        name.name(),
        zone::start_of(name, first),
    )
    .fetch_all(&tenant.db)
    .await?;
    let measure = |kind: &str, label: &str, more_is_better: bool| {
        let on = |day: Day| {
            let wanted = zone::naive(crate::domain::moment::LocalTime { day, hour: 0, minute: 0 }).date();
            rows.iter().filter(|r| r.kind == kind && r.day == wanted).map(|r| r.count).sum::<i64>()
        };
        let days: Vec<_> = (0..7).map(|n| today.plus(n - 6)).map(|d| (d, on(d))).collect();
        let before = (0..7).map(|n| on(first.plus(n))).sum();
        Measure { name: label.into(), total: days.iter().map(|(_, n)| n).sum(), before, days, more_is_better }
    };
    Ok(vec![
        measure("live", "Published on accounts", true),
        measure("written", "Posts written", true),
        measure("trouble", "Deliveries that needed you", false),
    ])
}
