//! Gathers home from the other features' services.

use super::model::{EndingSignIn, FirstSteps, HomeAgent, HomeData, Measure, NEEDS, NewPeople};
use crate::domain::connection::ConnectionState;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::moment::Day;
use crate::domain::page::up_to;
use crate::domain::permission::Permission;
use crate::features::agents::server::service as agents;
use crate::features::connections::model::ConnectionCard;
use crate::features::contacts::server::lately;
use crate::features::identity::companies;
use crate::features::posts::model::PostCard;
use crate::features::posts::server::listed::OnDays;
use crate::features::{connections, deliveries, posts, secrets};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::HashSet;

/// A sign-in that ends within this many days is worth a line on home.
const EXPIRY_NOTICE_DAYS: i64 = 7;
/// So many of today's posts are shown; the calendar has all of them.
const TODAY: i64 = 12;
/// Of one day so many things are counted, and so many that went wrong.
const A_DAY: i64 = 2_000;
const TROUBLE_A_DAY: i64 = 200;

pub async fn overview(who: &Granted) -> Result<HomeData> {
    let tenant = &who.tenant;
    let name = companies::server::service::zone(tenant).await?;
    let now = Utc::now();
    let today = zone::today(name, now);
    let (from, to) = (zone::start_of(name, today), zone::start_of(name, today.plus(1)));
    let soon = (now + TimeDelta::days(EXPIRY_NOTICE_DAYS)).timestamp_millis();
    let day = [(from, to)];
    // None of these waits for another one.
    let (of_today, next, attention, stuck, proposals, all, measures, agents) = futures::try_join!(
        posts::server::cards::of_days(tenant, &day, OnDays::default(), TODAY),
        posts::server::cards::between(tenant, to, zone::start_of(name, today.plus(8)), 5),
        posts::server::cards::needing_attention(tenant, NEEDS as i64),
        deliveries::server::service::waiting_for_people(tenant),
        agents::waiting(who),
        connections::server::service::list_briefly(tenant),
        measures(tenant, name, today),
        agents::in_words(who),
    )?;
    let today_total = of_today.iter().map(|day| day.total).sum();
    let cards = of_today.into_iter().flat_map(|day| day.cards).collect();
    let attention = posts::server::cards::for_person(who, attention);
    let connected = all.iter().any(|c| c.state != ConnectionState::Disconnected);
    // A card of a post says that its account must be reconnected, and how: the same is not said twice.
    let cards_of_needs = attention.iter().flat_map(PostCard::waiting).take(NEEDS);
    let told: HashSet<_> =
        cards_of_needs.filter(|d| d.state == DeliveryState::NeedsReconnect).map(|d| d.connection).collect();
    let is_told = |c: &ConnectionCard| c.state == ConnectionState::Reconnect && told.contains(&c.id);
    let ends = |c: &ConnectionCard| ends_soon(c, soon) && !is_told(c);
    // How many posts wait for an account is only counted where one is shown.
    let all = if all.iter().any(ends) { connections::server::service::list(tenant).await? } else { vec![] };
    let expiring = all.into_iter().filter(ends).map(ending).collect();
    Ok(HomeData {
        role: who.role,
        zone: name.name().to_owned(),
        now: zone::local(name, now),
        today: cards,
        today_total,
        next,
        attention,
        attention_total: stuck + proposals,
        proposals,
        expiring,
        first_steps: first_steps(who, connected).await?,
        measures,
        people: people(who).await?,
        agents: agents
            .into_iter()
            .map(|[name, line, next, act, href]| HomeAgent { name, line, next, act, href })
            .collect(),
    })
}

/// Who came in within the last seven days, and from where.
async fn people(who: &Granted) -> Result<Option<NewPeople>> {
    if !who.role.may(Permission::Contacts) {
        return Ok(None);
    }
    let lately = lately::lately(&who.tenant, Utc::now()).await?;
    let words = |(source, n): (String, i64)| match source.is_empty() {
        true => format!("{n} without a source"),
        false => format!("{n} from {source}"),
    };
    let total = if lately.total >= lately::COUNTED {
        format!("{}+", up_to(lately::COUNTED, lately.total))
    } else {
        up_to(lately::COUNTED, lately.total)
    };
    let others = lately.total - lately.sources.iter().map(|(_, n)| n).sum::<i64>();
    let mut sources: Vec<_> = lately.sources.into_iter().map(words).collect();
    // The rest, so that the numbers add up; of a total that is cut off nobody knows it.
    if others > 0 && lately.total < lately::COUNTED {
        sources.push(format!("{others} from others"));
    }
    Ok(Some(NewPeople { total, sources }))
}

async fn first_steps(who: &Granted, account: bool) -> Result<Option<FirstSteps>> {
    if !who.role.may(Permission::Connect) {
        return Ok(None);
    }
    let post = posts::server::service::any(&who.tenant).await?;
    if (account && post) || companies::server::service::first_steps_hidden(who).await? {
        return Ok(None);
    }
    // Whoever has an account has what it needed.
    let keys = account || secrets::server::service::any(&who.app, &who.tenant).await?;
    Ok(Some(FirstSteps { keys, account, post }))
}

fn ends_soon(card: &ConnectionCard, soon: i64) -> bool {
    match card.state {
        ConnectionState::Reconnect => true,
        ConnectionState::Disconnected => false,
        ConnectionState::Active => card.paused.is_some() || card.expires.is_some_and(|e| e.at.0 < soon),
    }
}

fn ending(card: ConnectionCard) -> EndingSignIn {
    let ends = card.expires.filter(|_| card.state == ConnectionState::Active).map(|when| when.local);
    let paused = card.paused.is_some() && card.state == ConnectionState::Active;
    EndingSignIn { platform: card.platform, handle: card.handle, ends, waiting_posts: card.waiting_posts, paused }
}

/// What was published, on how many accounts it went wrong, and what is planned: counted from our own records.
async fn measures(tenant: &Tenant, name: Tz, today: Day) -> Result<Vec<Measure>> {
    let days: Vec<_> = (0..14).map(|n| today.plus(n - 13)).collect();
    let starts: Vec<_> = days.iter().map(|day| zone::start_of(name, *day)).collect();
    let ends: Vec<_> = days.iter().map(|day| zone::start_of(name, day.plus(1))).collect();
    let rows = sqlx::query!(
        r#"select (select count(*) from (
                     select from deliveries d where d.company_id = $1 and d.part = 0 and d.live_at is not null
                       and d.live_at >= t.lo and d.live_at < t.hi order by d.live_at limit $4) k) as "live!",
                  (select count(*) from (
                     select from posts p where p.company_id = $1 and p.deleted_at is null
                       and p.created_at >= t.lo and p.created_at < t.hi order by p.created_at limit $4) k) as "written!",
                  (select count(*) from (
                     select from delivery_events e where e.company_id = $1 and e.at >= t.lo and e.at < t.hi
                       and e.to_state in ('failed', 'needs_edit', 'needs_reconnect', 'unconfirmed', 'held')
                       and (select d.part from deliveries d where d.company_id = $1 and d.id = e.delivery_id) = 0
                     order by e.at limit $5) k) as "trouble!"
           from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as t (lo, hi, n) order by t.n"#,
        tenant.company.0,
        &starts,
        &ends,
        A_DAY,
        TROUBLE_A_DAY
    )
    .fetch_all(&tenant.db)
    .await?;
    let measure = |label: &str, counts: Vec<i64>, bound: i64, more_is_better: bool| {
        let (before, last) = counts.split_at(counts.len().min(7));
        Measure {
            name: label.into(),
            total: last.iter().sum(),
            before: before.iter().sum(),
            at_least: counts.iter().any(|n| *n >= bound),
            days: days.iter().skip(7).copied().zip(last.iter().copied()).collect(),
            more_is_better,
        }
    };
    Ok(vec![
        measure("Published on accounts", rows.iter().map(|r| r.live).collect(), A_DAY, true),
        measure("Posts written", rows.iter().map(|r| r.written).collect(), A_DAY, true),
        measure("Problems", rows.iter().map(|r| r.trouble).collect(), TROUBLE_A_DAY, false),
    ])
}
