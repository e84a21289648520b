//! Facts of posts: what went out where, what people answered, when, what is planned, what went wrong.

use super::Scene;
use crate::domain::error::Result;
use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::moment::Day;
use crate::domain::platform::Platform;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Deliveries that are looked at.
const MOST: i64 = 20_000;

/// One account.
pub struct Account {
    pub id: ConnectionId,
    pub platform: String,
    pub handle: String,
    pub state: String,
    pub reason: String,
    pub expires_at: Option<DateTime<Utc>>,
    /// Published in the period, in the one before, and gone wrong in the period.
    pub live: i64,
    pub before: i64,
    pub trouble: i64,
    pub planned: i64,
    pub last_live: Option<DateTime<Utc>>,
}

impl Account {
    pub fn network(&self) -> &str {
        self.platform.parse::<Platform>().map_or(self.platform.as_str(), |p| p.name())
    }

    pub fn is_usable(&self) -> bool {
        self.state == "active"
    }
}

/// The accounts with what they did in the last `days` and in as many before.
pub async fn accounts(scene: &Scene, days: i64) -> Result<Vec<Account>> {
    let rows = sqlx::query_as!(
        Account,
        r#"select c.id, c.platform, c.handle, c.state, c.state_reason as reason, coalesce(c.refresh_expires_at, c.access_expires_at) as expires_at,
             (select count(*) from deliveries d where d.company_id = $1 and d.connection_id = c.id and d.part = 0
                and d.live_at >= $2 and d.live_at < $4) as "live!",
             (select count(*) from deliveries d where d.company_id = $1 and d.connection_id = c.id and d.part = 0
                and d.live_at >= $3 and d.live_at < $2) as "before!",
             (select count(*) from deliveries d where d.company_id = $1 and d.connection_id = c.id and d.part = 0
                and d.due_at >= $2 and d.due_at < $4
                and d.state in ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'failed')) as "trouble!",
             (select count(*) from deliveries d where d.company_id = $1 and d.connection_id = c.id and d.part = 0
                and d.due_at >= $4 and d.state = 'queued') as "planned!",
             (select max(d.live_at) from deliveries d where d.company_id = $1 and d.connection_id = c.id and d.part = 0) as last_live
           from connections c where c.company_id = $1 and c.state <> 'disconnected'
           order by c.platform, c.handle, c.id limit 200"#,
        scene.who.company.0,
        scene.ago(days),
        scene.ago(2 * days),
        scene.now
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// A post and how often it was answered.
pub struct Answered {
    pub id: PostId,
    pub text: String,
    pub comments: i64,
    pub live_at: DateTime<Utc>,
    pub platforms: String,
}

/// Posts that went out in the last `days`, those with the most comments by other people first, then the latest.
pub async fn answered(scene: &Scene, days: i64, limit: i64) -> Result<Vec<Answered>> {
    let rows = sqlx::query_as!(
        Answered,
        r#"with live as (
             select d.post_id, max(d.live_at) as live_at, string_agg(distinct c.platform, ' ') as platforms
             from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
             where d.company_id = $1 and d.part = 0 and d.live_at >= $2
             group by d.post_id order by 2 desc limit 2000)
           select p.id, p.text, l.live_at as "live_at!", l.platforms as "platforms!",
             (select count(*) from comments k where k.company_id = $1 and k.post_id = p.id and not k.ours and k.removed_at is null)
               as "comments!"
           from live l join posts p on p.company_id = $1 and p.id = l.post_id
           where p.deleted_at is null
           order by 5 desc, 3 desc limit $3"#,
        scene.who.company.0,
        scene.ago(days),
        limit
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// Names of networks for people.
pub fn networks(platforms: &str) -> String {
    let names = platforms.split(' ').map(|id| id.parse::<Platform>().map_or(id, |p| p.name()));
    names.collect::<Vec<_>>().join(", ")
}

/// Posts of one hour of the company's day.
#[derive(Clone, Copy, Default)]
pub struct Hour {
    pub hour: u8,
    pub posts: i64,
    pub comments: i64,
}

/// By hour of day over 180 days, only hours in which something went out.
pub async fn hours(scene: &Scene) -> Result<Vec<Hour>> {
    let rows = sqlx::query!(
        r#"select d.live_at as "live_at!",
             (select count(*) from comments k where k.company_id = $1 and k.delivery_id = d.id and not k.ours
                and k.removed_at is null) as "comments!"
           from deliveries d where d.company_id = $1 and d.part = 0 and d.live_at >= $2
           order by d.live_at desc limit $3"#,
        scene.who.company.0,
        scene.ago(180),
        MOST
    )
    .fetch_all(&scene.tenant().db)
    .await?;
    let mut hours: BTreeMap<u8, Hour> = BTreeMap::new();
    for row in rows {
        let hour = zone::local(scene.zone, row.live_at).hour;
        let entry = hours.entry(hour).or_insert(Hour { hour, ..Hour::default() });
        entry.posts += 1;
        entry.comments += row.comments;
    }
    Ok(hours.into_values().collect())
}

/// An hour is spoken of when so many posts went out in it.
pub const SAMPLE: i64 = 3;

/// The hours with the most comments per post, among those with at least [`SAMPLE`] posts.
pub fn best_hours(hours: &[Hour]) -> Vec<Hour> {
    let mut best: Vec<_> = hours.iter().copied().filter(|h| h.posts >= SAMPLE).collect();
    best.sort_by_key(|h| (std::cmp::Reverse(h.comments * 1_000 / h.posts), h.hour));
    best
}

/// Published posts by week, the oldest first; the last one is the running week. Each begins on a Monday.
pub async fn weeks(scene: &Scene, weeks: i64) -> Result<Vec<(Day, i64)>> {
    let monday = scene.today.monday();
    let days: Vec<_> = (0..weeks).map(|n| monday.plus(7 * (n - weeks + 1))).collect();
    let starts: Vec<_> = days.iter().map(|day| zone::start_of(scene.zone, *day)).collect();
    let ends: Vec<_> = days.iter().map(|day| zone::start_of(scene.zone, day.plus(7))).collect();
    let rows = sqlx::query_scalar!(
        r#"select (select count(distinct k.post_id) from (
                    select d.post_id from deliveries d where d.company_id = $1 and d.part = 0 and d.live_at >= t.lo
                      and d.live_at < t.hi order by d.live_at limit $4) k) as "n!"
           from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as t (lo, hi, n) order by t.n"#,
        scene.who.company.0,
        &starts,
        &ends,
        MOST
    )
    .fetch_all(&scene.tenant().db)
    .await?;
    Ok(days.into_iter().zip(rows).collect())
}

/// How many posts each of the next days has, today first.
pub async fn planned(scene: &Scene, days: i64) -> Result<Vec<(Day, i64)>> {
    let until = zone::start_of(scene.zone, scene.today.plus(days));
    let rows = sqlx::query_scalar!(
        r#"select p.due_at as "due_at!" from posts p
           where p.company_id = $1 and p.deleted_at is null and p.state = 'scheduled' and p.due_at >= $2 and p.due_at < $3
           order by p.due_at limit $4"#,
        scene.who.company.0,
        zone::start_of(scene.zone, scene.today),
        until,
        MOST
    )
    .fetch_all(&scene.tenant().db)
    .await?;
    let mut count: BTreeMap<Day, i64> = (0..days).map(|n| (scene.today.plus(n), 0)).collect();
    for due in rows {
        *count.entry(scene.day_of(due)).or_default() += 1;
    }
    Ok(count.into_iter().collect())
}

/// What went wrong, and why.
pub struct Trouble {
    pub state: String,
    pub why: String,
    pub platform: String,
    pub handle: String,
    pub n: i64,
}

pub async fn troubles(scene: &Scene, days: i64) -> Result<Vec<Trouble>> {
    let rows = sqlx::query_as!(
        Trouble,
        r#"select d.state, coalesce(d.fault_message, '') as "why!", c.platform, c.handle, count(*) as "n!"
           from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.part = 0 and d.due_at >= $2
             and d.state in ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'failed')
           group by 1, 2, 3, 4 order by 5 desc, 4 limit 20"#,
        scene.who.company.0,
        scene.ago(days)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// Texts of posts that went out in the last `days`, the latest first.
pub async fn texts(scene: &Scene, days: i64) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar!(
        "select p.text from posts p where p.company_id = $1 and p.deleted_at is null and p.state = 'scheduled'
           and p.due_at >= $2 and p.due_at < $3 order by p.due_at desc limit 500",
        scene.who.company.0,
        scene.ago(days),
        scene.now
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// What each person wrote in the last `days`.
pub async fn authors(scene: &Scene, days: i64) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select coalesce(u.name, 'Somebody who left') as "name!", count(*) as "n!"
           from (select created_by from posts where company_id = $1 and created_at >= $2 and created_at < $3
                 order by created_at desc limit 5000) p left join users u on u.id = p.created_by
           group by 1 order by 2 desc, 1 limit 20"#,
        scene.who.company.0,
        scene.ago(days),
        scene.now
    )
    .fetch_all(&scene.tenant().db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.n)).collect())
}

/// Comments by other people under posts of one account.
pub struct Comments {
    pub platform: String,
    pub handle: String,
    pub came: i64,
    pub waiting: i64,
    pub oldest: Option<DateTime<Utc>>,
}

/// What came in the last `days`, and what of it nobody has answered.
pub async fn comments(scene: &Scene, days: i64) -> Result<Vec<Comments>> {
    let rows = sqlx::query_as!(
        Comments,
        r#"select c.platform, c.handle, count(*) as "came!", count(*) filter (where not k.answered) as "waiting!",
                  min(k.at) filter (where not k.answered) as oldest
           from (select m.connection_id, m.at,
                   exists (select from comment_replies r where r.company_id = $1 and r.comment_id = m.id
                             and r.state in ('queued', 'armed', 'sent', 'unconfirmed')) as answered
                 from comments m where m.company_id = $1 and not m.ours and m.removed_at is null and m.at >= $2
                 order by m.at desc limit 5000) k
           join connections c on c.company_id = $1 and c.id = k.connection_id
           group by 1, 2 order by 4 desc, 1, 2 limit 100"#,
        scene.who.company.0,
        scene.ago(days)
    );
    Ok(rows.fetch_all(&scene.tenant().db).await?)
}

/// How long answers took, in minutes: the median of those of the last `days`, and of how many.
pub async fn answer_minutes(scene: &Scene, days: i64) -> Result<Option<(i64, i64)>> {
    let row = sqlx::query!(
        r#"select percentile_cont(0.5) within group (order by extract(epoch from (r.written_at - m.at))::float8) as seconds,
                  count(*) as "n!"
           from comment_replies r join comments m on m.company_id = r.company_id and m.id = r.comment_id
           where r.company_id = $1 and r.written_at >= $2 and r.place = 1 and r.state in ('queued', 'armed', 'sent')"#,
        scene.who.company.0,
        scene.ago(days)
    )
    .fetch_one(&scene.tenant().db)
    .await?;
    Ok(row.seconds.map(|seconds| ((seconds / 60.0).max(0.0) as i64, row.n)))
}

/// Words that begin with `#` and how many posts have them.
pub fn hashtags(texts: &[String]) -> Vec<(String, i64)> {
    let mut count: BTreeMap<String, i64> = BTreeMap::new();
    for text in texts {
        let mut seen: Vec<String> = vec![];
        for word in text.split(|c: char| c.is_whitespace()).filter(|word| word.starts_with('#')) {
            let tag: String = word.chars().skip(1).take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let tag = tag.to_lowercase();
            if !tag.is_empty() && !seen.contains(&tag) {
                *count.entry(tag.clone()).or_default() += 1;
                seen.push(tag);
            }
        }
    }
    most(count)
}

/// Words of at least six letters and how many posts have them: what a company talks about.
pub fn themes(texts: &[String]) -> Vec<(String, i64)> {
    const EMPTY: [&str; 16] = [
        "before",
        "because",
        "through",
        "should",
        "another",
        "without",
        "really",
        "always",
        "between",
        "things",
        "something",
        "nothing",
        "everything",
        "people",
        "around",
        "little",
    ];
    let mut count: BTreeMap<String, i64> = BTreeMap::new();
    for text in texts {
        let mut words: Vec<_> = text
            .split(|c: char| !c.is_alphabetic())
            .map(str::to_lowercase)
            .filter(|word| word.chars().count() >= 6 && !EMPTY.contains(&word.as_str()))
            .collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            *count.entry(word).or_default() += 1;
        }
    }
    count.retain(|_, n| *n > 1);
    most(count)
}

fn most(count: BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let mut list: Vec<_> = count.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list.truncate(12);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_with_few_posts_are_not_spoken_of() {
        let hour = |hour, posts, comments| Hour { hour, posts, comments };
        let best = best_hours(&[hour(9, 3, 3), hour(12, 2, 50), hour(17, 4, 12), hour(8, 3, 3)]);
        assert_eq!(best.iter().map(|h| h.hour).collect::<Vec<_>>(), [17, 8, 9]);
    }

    #[test]
    fn a_tag_counts_once_for_a_post() {
        let texts = ["#Coffee is #coffee.", "More #coffee, please: #slow"].map(str::to_owned);
        assert_eq!(hashtags(&texts), [("coffee".to_owned(), 2), ("slow".to_owned(), 1)]);
    }
}
