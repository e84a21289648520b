//! Lists that are read by key: each shows what it should, everything once, in order, there and back.

use super::fill;
use crate::support::{Firm, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use lux::domain::ids::PostId;
use lux::domain::page::Part;
use lux::domain::platform::Platform;
use lux::features::posts::browse::{ListQuery, PostFilter};
use lux::features::posts::model::PostCard;
use lux::features::posts::server::cards;
use lux::features::posts::server::listed::{self, OnDays};
use serde_json::json;

async fn part(firm: &Firm, query: &ListQuery) -> Part<PostCard> {
    cards::list(&firm.who.tenant, query).await.expect("a part of a list")
}

fn ids(part: &Part<PostCard>) -> Vec<PostId> {
    part.items.iter().map(|card| card.id).collect()
}

/// All of a list, read to its end; on the way back every part is the same again.
async fn all(firm: &Firm, query: &ListQuery) -> Vec<PostId> {
    let mut parts = vec![part(firm, query).await];
    assert_eq!(parts[0].newer, None, "nothing is newer than the beginning");
    while let Some(older) = parts.last().and_then(|p| p.older) {
        parts.push(part(firm, &ListQuery { older: Some(older), ..query.start() }).await);
    }
    for pair in parts.windows(2) {
        let back = part(firm, &ListQuery { newer: pair[1].newer, ..query.start() }).await;
        assert_eq!(ids(&back), ids(&pair[0]), "{query:?}");
    }
    parts.iter().flat_map(ids).collect()
}

/// The same as the rules say it, without any index: words of a post and its deliveries; the state, on one of the platform's
/// accounts where one is chosen.
const RULES: &str = "
    select p.id from posts p
    where p.company_id = $1 and p.deleted_at is null
      and ($4 = '' or position(lower($4) in lower(p.text)) > 0
           or exists (select from deliveries d where d.post_id = p.id and position(lower($4) in lower(d.text)) > 0))
      and ($2 <> 'draft' or p.state = 'draft')
      and ($3::text is null and $2 in ('all', 'draft')
           or exists (select from deliveries d join connections c on c.id = d.connection_id
                      where d.post_id = p.id and ($3::text is null or c.platform = $3)
                        and case $2 when 'scheduled' then d.state = 'queued' when 'published' then d.state = 'live'
                                    when 'attention' then d.state = 'failed' else true end))
    order by coalesce(p.due_at, p.updated_at) desc, p.id desc";

#[tokio::test]
async fn every_list_shows_all_of_it_once_and_in_order() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    fill(&t, 1_500, 40).await;
    // Equal times, a post in the bin, and one that goes to two accounts.
    t.sql("update posts set due_at = date_trunc('day', due_at) where due_at < now() - interval '39 days'").await;
    t.sql("update posts set deleted_at = now() where id in (select id from posts order by due_at limit 3)").await;
    t.sql(
        "insert into deliveries (company_id, id, post_id, connection_id, state, due_at)
         select d.company_id, gen_random_uuid(), d.post_id, c.id, 'failed', d.due_at from deliveries d
         join connections c on c.id <> d.connection_id where d.state = 'live' order by d.due_at desc limit 10",
    )
    .await;
    for filter in PostFilter::ALL {
        for platform in [None, Some(Platform::X), Some(Platform::Bluesky)] {
            for search in ["", "BLEND", "note 14", "For this", "zz", "100%", "nowhere at all"] {
                let query = ListQuery { filter, platform, search: search.into(), ..Default::default() };
                let rules: Vec<PostId> = sqlx::query_scalar(RULES)
                    .bind(firm.who.company)
                    .bind(filter.id())
                    .bind(platform.map(Platform::id))
                    .bind(search)
                    .fetch_all(&t.app.db)
                    .await
                    .expect("rules");
                let listed = all(&firm, &query).await;
                assert_eq!(listed.len(), rules.len(), "{query:?}");
                assert_eq!(listed, rules, "{query:?}");
                if search.is_empty() {
                    let count = listed::count(&firm.who.tenant, filter, platform).await.expect("a number");
                    assert_eq!(count, (rules.len() as i64).min(1_001), "{query:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_address_of_a_list_leads_somewhere() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    fill(&t, 100, 10).await;
    let first = part(&firm, &ListQuery::default()).await;
    let second = part(&firm, &ListQuery { older: first.older, ..Default::default() }).await;
    let by_number = part(&firm, &ListQuery { page: 2, ..Default::default() }).await;
    assert_eq!(ids(&by_number), ids(&second), "a page number leads where it always did");
    assert_eq!((by_number.newer, by_number.older), (second.newer, second.older));
    for page in [0, 1, 900, u32::MAX] {
        assert_eq!(ids(&part(&firm, &ListQuery { page, ..Default::default() }).await), ids(&first), "page {page}");
    }
    let end = lux::domain::page::Cursor::FIRST;
    assert_eq!(ids(&part(&firm, &ListQuery { older: Some(end), ..Default::default() }).await), ids(&first));
    let owner = t.signed_in(&firm.email).await;
    for path in
        ["/posts?older=junk", "/posts?older=0_00000000-0000-0000-0000-000000000000", "/needs?page=9", "/needs?newer=1"]
    {
        assert_eq!(owner.page(path).await.status, 200, "{path}");
    }
}

/// Posts of one day, every ten minutes from its first moment on.
async fn day_of(firm: &Firm, start: DateTime<Utc>, posts: i64) {
    sqlx::query(
        "insert into posts (company_id, id, text, state, due_at)
         select $1, gen_random_uuid(), 'Post ' || n, 'scheduled', $2::timestamptz + interval '10 minutes' * n
         from generate_series(0, $3 - 1) n",
    )
    .bind(firm.who.company)
    .bind(start)
    .bind(posts)
    .execute(&firm.who.tenant.db)
    .await
    .expect("posts");
}

#[tokio::test]
async fn a_crowded_day_shows_its_first_posts_and_leads_to_the_rest() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "Europe/Lisbon").await;
    // 25 October 2026 has 25 hours in Lisbon, from 23:00 UTC of the day before: 150 posts.
    let start: DateTime<Utc> = "2026-10-24T23:00:00Z".parse().expect("time");
    day_of(&firm, start, 150).await;
    day_of(&firm, start + TimeDelta::hours(25), 4).await;
    let owner = t.signed_in(&firm.email).await;
    let view = async |query: serde_json::Value| {
        let answer = owner.call_json("calendar/view_calendar", &json!({ "query": query })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["days"].as_array().expect("days").clone()
    };
    let sunday = json!({"year": 2026, "month": 10, "day": 25});
    let month = view(json!({"span": "month", "day": sunday, "platform": null, "attention": false})).await;
    let on = |days: &[serde_json::Value], day: u8| {
        let day = json!({"year": 2026, "month": 10, "day": day});
        days.iter().find(|d| d["day"] == day).map(|d| (d["posts"].as_array().expect("posts").len(), d["more"].clone()))
    };
    assert_eq!(on(&month, 24), Some((0, json!(0))));
    assert_eq!(on(&month, 25), Some((4, json!(146))), "25 hours");
    assert_eq!(on(&month, 26), Some((4, json!(0))));
    let page = owner.page("/calendar?view=month&day=2026-10-25").await.body;
    assert!(page.contains("+ 146 more"), "the month says how many more there are");
    assert!(page.contains("/calendar?view=day&amp;day=2026-10-25"), "and leads to the day");
    // The day, part by part.
    let (mut seen, mut after) = (vec![], json!(null));
    loop {
        let query = json!({"span": "day", "day": sunday, "platform": null, "attention": false, "after": after});
        let day = view(query).await.remove(0);
        seen.extend(
            day["posts"].as_array().expect("posts").iter().map(|p| p["title"].as_str().expect("title").to_owned()),
        );
        after = day["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(seen, (0..150).map(|n| format!("Post {n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_day_is_counted_up_to_a_bound() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    fill(&t, 4_100, 1).await;
    let (now, tenant) = (Utc::now(), &firm.who.tenant);
    let stretches = [(now - TimeDelta::days(1), now - TimeDelta::hours(12)), (now - TimeDelta::hours(1), now)];
    let days = cards::of_days(tenant, &stretches, OnDays::default(), 4).await.expect("days");
    assert_eq!((days[0].cards.len(), days[0].total), (4, 2_001), "2,000+");
    assert!((150..190).contains(&days[1].total), "{}", days[1].total);
    let x = OnDays { platform: Some(Platform::X), ..Default::default() };
    let of_x = cards::of_days(tenant, &stretches, x, 4).await.expect("days");
    assert!((600..750).contains(&of_x[0].total), "{}", of_x[0].total);
    assert!(of_x[0].cards.iter().all(|card| card.deliveries.iter().all(|d| d.platform == Platform::X)));
}
