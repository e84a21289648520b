//! What else goes to the same accounts, and what the guards say of it. Two questions to the database, however many posts
//! are looked at.

use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CompanyId, ConnectionId, PostId};
use crate::domain::limits;
use crate::domain::moment::When;
use crate::domain::pace::REPEAT_DAYS;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, PostContent};
use crate::features::preflight::model::Finding;
use crate::features::preflight::pacing::rules;
use crate::features::preflight::pacing::rules::{Other, Planned, Same};
use crate::features::preflight::pacing::same::normal;
use crate::infra::{work, zone};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// What counts as being on an account: out, planned, or waiting for a person who may send it yet.
const COUNTED: [&str; 11] = [
    "queued",
    "preparing",
    "waiting",
    "ready",
    "armed",
    "processing",
    "live",
    "unconfirmed",
    "held",
    "needs_reconnect",
    "by_hand",
];
/// Posts around a time that are looked at; far more than any quota.
const NEAR: i64 = 400;
/// Posts of an account that are compared with a new one: the nearest in time.
const COMPARED: i64 = 300;
/// The same for all accounts together, each having its share; and what each has at least.
const COMPARED_IN_ALL: i64 = 6_000;
const COMPARED_AT_LEAST: i64 = 100;

/// How much of what the accounts have had is looked at for repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// For what is about to be saved or sent.
    Whole,
    /// For pages of what has stopped, perhaps on every account at once: fewer of each, so that such a page stays quick.
    Glance,
}

impl Depth {
    /// Posts of each of so many accounts.
    fn of_each(self, accounts: usize) -> i64 {
        match self {
            Self::Whole => (COMPARED_IN_ALL / (accounts as i64).max(1)).clamp(COMPARED_AT_LEAST, COMPARED),
            Self::Glance => (COMPARED / (accounts as i64).max(1)).clamp(COMPARED_AT_LEAST / 5, COMPARED),
        }
    }
}
/// Characters of a text that are compared: whoever repeats these repeats the text.
const HEAD: i32 = 4_000;

/// A post on one account at one time, planned or about to be.
pub struct Subject<'a> {
    pub post: PostId,
    pub connection: ConnectionId,
    pub platform: Platform,
    pub handle: &'a str,
    pub due: DateTime<Utc>,
    /// As this account gets it.
    pub content: &'a PostContent<AssetId>,
}

/// The company, its clock, and the time.
#[derive(Clone, Copy)]
pub struct PacingContext {
    pub company: CompanyId,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl PacingContext {
    pub fn when(&self, at: DateTime<Utc>) -> When {
        When { at: at.into(), local: zone::local(self.zone, at) }
    }
}

/// What the guards say of each subject, in their order.
pub async fn findings(
    db: &mut PgConnection,
    place: PacingContext,
    subjects: &[Subject<'_>],
    depth: Depth,
) -> Result<Vec<Vec<Finding>>> {
    if subjects.is_empty() {
        return Ok(vec![]);
    }
    let near = near(db, place, subjects).await?;
    let history = history(db, place, subjects, depth).await?;
    let pictures = pictures(db, place.company, subjects).await?;
    let own: Vec<_> = subjects.iter().map(|s| Comparable::of(s.platform, s.content)).collect();
    // Thousands of texts may have to be brought into their normal form.
    let (own, history) = work::off_thread(place.company, move || {
        let own: Vec<String> = own.iter().map(Comparable::normal).collect();
        let mut known: HashMap<ConnectionId, Vec<Known>> = HashMap::new();
        for Past { connection, other, text, pictures } in history {
            known.entry(connection).or_default().push(Known { other, text: text.normal(), pictures });
        }
        (own, known)
    })
    .await?;
    let says = |(n, s): (usize, &Subject<'_>)| {
        let planned = Planned { platform: s.platform, handle: s.handle, due: place.when(s.due) };
        let others = near.get(&n).map(Vec::as_slice).unwrap_or_default();
        let text = &own[n];
        let pictures = pictures.get(s.content.media.as_slice()).map(String::as_str).unwrap_or_default();
        let known = history.get(&s.connection).map(Vec::as_slice).unwrap_or_default();
        let same: Vec<(Same, Other)> = known
            .iter()
            .filter(|k| k.other.post != s.post)
            .filter_map(|k| Some((k.in_common(text, pictures)?, k.other.clone())))
            .collect();
        let all = [rules::repeat(planned, &same), rules::quota(planned, others), rules::clash(planned, others)];
        all.into_iter().flatten().collect()
    };
    Ok(subjects.iter().enumerate().map(says).collect())
}

/// What counts as the text of a post on one account.
struct Comparable {
    text: String,
    /// Where a link is a card of its own it belongs to the content.
    card: Option<String>,
}

impl Comparable {
    fn of<M>(platform: Platform, content: &PostContent<M>) -> Self {
        let card = limits::rules(platform, content.format, &Default::default()).is_some_and(|rules| rules.link_card);
        Self {
            text: content.text.chars().take(HEAD.unsigned_abs() as usize).collect(),
            card: content.given_link().filter(|_| card).map(str::to_owned),
        }
    }

    fn normal(&self) -> String {
        match &self.card {
            Some(link) => normal(&format!("{} {link}", self.text)),
            None => normal(&self.text),
        }
    }
}

/// A post that the account has or will have, as it is stored.
struct Past {
    connection: ConnectionId,
    other: Other,
    text: Comparable,
    pictures: String,
}

/// The posts around each subject's time, by its number.
async fn near(
    db: &mut PgConnection,
    place: PacingContext,
    subjects: &[Subject<'_>],
) -> Result<HashMap<usize, Vec<Other>>> {
    // What has stopped is asked about for one time, this moment: once for each account.
    let mut asked: BTreeMap<(ConnectionId, DateTime<Utc>), Vec<usize>> = BTreeMap::new();
    for (n, subject) in subjects.iter().enumerate() {
        asked.entry((subject.connection, subject.due)).or_default().push(n);
    }
    let (connections, dues): (Vec<_>, Vec<_>) = asked.keys().copied().unzip();
    let rows = sqlx::query!(
        r#"select s.n as "n!", d.post_id as "post!: PostId", d.at as "at!", d.live as "live!"
           from unnest($2::uuid[], $3::timestamptz[]) with ordinality as s (connection, due, n)
           cross join lateral (
             select d.post_id, coalesce(d.live_at, d.due_at) as at, d.state = 'live' as live from (
               (select * from deliveries d
                where d.company_id = $1 and d.connection_id = s.connection and d.state = any($4) and d.kind <> 'comment'
                  and d.listed_at is not null
                  and d.due_at > s.due - interval '25 hours' and d.due_at < s.due
                order by d.due_at desc limit $5)
               union all
               (select * from deliveries d
                where d.company_id = $1 and d.connection_id = s.connection and d.state = any($4) and d.kind <> 'comment'
                  and d.listed_at is not null
                  and d.due_at >= s.due and d.due_at < s.due + interval '25 hours'
                order by d.due_at limit $5)) d
             order by abs(extract(epoch from d.due_at - s.due)) limit $5) d"#,
        place.company.0,
        &connections as _,
        &dues,
        &COUNTED.map(str::to_owned),
        NEAR
    )
    .fetch_all(db)
    .await?;
    let who_asks: Vec<_> = asked.into_values().collect();
    let mut near: HashMap<usize, Vec<Other>> = HashMap::new();
    for row in rows {
        let other = Other { post: row.post, at: place.when(row.at), live: row.live };
        for n in who_asks.get((row.n - 1) as usize).into_iter().flatten().filter(|n| subjects[**n].post != row.post) {
            near.entry(*n).or_default().push(other.clone());
        }
    }
    Ok(near)
}

/// A post that the account has or will have.
struct Known {
    other: Other,
    /// In its normal form.
    text: String,
    /// Fingerprints of its pictures, sorted; empty without pictures.
    pictures: String,
}

impl Known {
    fn in_common(&self, text: &str, pictures: &str) -> Option<Same> {
        let same_pictures = !pictures.is_empty() && self.pictures == pictures;
        let same_text = !text.is_empty() && self.text == text;
        match (same_text, same_pictures) {
            (true, true) => Some(Same::Both),
            (true, false) => Some(Same::Text),
            (false, true) => Some(Same::Pictures),
            (false, false) => None,
        }
    }
}

/// What is looked at on one account: the first and the last time.
struct Span {
    platform: Platform,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

fn spans(subjects: &[Subject<'_>]) -> BTreeMap<ConnectionId, Span> {
    let mut spans = BTreeMap::new();
    for s in subjects {
        let new = Span { platform: s.platform, first: s.due, last: s.due };
        let span: &mut Span = spans.entry(s.connection).or_insert(new);
        span.first = span.first.min(s.due);
        span.last = span.last.max(s.due);
    }
    spans
}

/// What each of the accounts has had within the last month, and will have; where that is too much, what is nearest to the
/// posts that are looked at, and above all what is between them.
async fn history(
    db: &mut PgConnection,
    place: PacingContext,
    subjects: &[Subject<'_>],
    depth: Depth,
) -> Result<Vec<Past>> {
    let spans = spans(subjects);
    let each = depth.of_each(spans.len());
    let connections: Vec<_> = spans.keys().copied().collect();
    let firsts: Vec<_> = spans.values().map(|s| s.first).collect();
    let lasts: Vec<_> = spans.values().map(|s| s.last).collect();
    let since = place.now - TimeDelta::days(REPEAT_DAYS);
    let rows = sqlx::query!(
        r#"select d.connection_id as "connection!: ConnectionId", d.post_id as "post!: PostId", d.at as "at!", d.live as "live!",
                  left(coalesce(d.text, p.text), $9) as "text!", p.link, d.format as "format!",
                  case when $6 then (
                    select string_agg(encode(a.sha256, 'hex'), ' ' order by a.sha256) from post_media m
                    join assets a on a.company_id = m.company_id and a.id = m.asset_id
                    where m.company_id = $1 and m.post_id = d.post_id) end as pictures
           from unnest($2::uuid[], $7::timestamptz[], $8::timestamptz[]) as c (id, earliest, latest)
           cross join lateral (
             select d.connection_id, d.post_id, coalesce(d.live_at, d.due_at) as at, d.state = 'live' as live, d.text, d.format
             from (
               (select * from deliveries d
                where d.company_id = $1 and d.connection_id = c.id and d.part = 0 and d.state = any($5)
                  and d.due_at > $3 and d.due_at < c.earliest
                order by d.due_at desc limit $4)
               union all
               (select * from deliveries d
                where d.company_id = $1 and d.connection_id = c.id and d.part = 0 and d.state = any($5)
                  and d.due_at > $3 and d.due_at >= c.earliest
                order by d.due_at limit $4)) d
             order by greatest(c.earliest - d.due_at, d.due_at - c.latest), d.id limit $4) d
           -- One post at a time, by its key.
           cross join lateral (
             select p.text, p.link from posts p
             where p.company_id = $1 and p.id = d.post_id and p.deleted_at is null limit 1) p"#,
        place.company.0,
        &connections as _,
        since,
        each,
        &COUNTED.map(str::to_owned),
        subjects.iter().any(|s| !s.content.media.is_empty()),
        &firsts,
        &lasts,
        HEAD
    )
    .fetch_all(db)
    .await?;
    let past = rows.into_iter().filter_map(|row| {
        let content = PostContent::<AssetId> {
            link: row.link,
            format: Format::parse(&row.format).unwrap_or_default(),
            ..PostContent::of_text(row.text)
        };
        Some(Past {
            other: Other { post: row.post, at: place.when(row.at), live: row.live },
            text: Comparable::of(spans.get(&row.connection)?.platform, &content),
            pictures: row.pictures.unwrap_or_default(),
            connection: row.connection,
        })
    });
    Ok(past.collect())
}

/// The fingerprint of each set of pictures among the subjects.
async fn pictures<'a>(
    db: &mut PgConnection,
    company: CompanyId,
    subjects: &[Subject<'a>],
) -> Result<BTreeMap<&'a [AssetId], String>> {
    let mut prints = BTreeMap::new();
    for subject in subjects {
        let media = subject.content.media.as_slice();
        if media.is_empty() || prints.contains_key(media) {
            continue;
        }
        let print = sqlx::query_scalar!(
            r#"select coalesce(string_agg(encode(sha256, 'hex'), ' ' order by sha256), '') as "print!" from assets
               where company_id = $1 and id = any($2)"#,
            company.0,
            media as _
        )
        .fetch_one(&mut *db)
        .await?;
        prints.insert(media, print);
    }
    Ok(prints)
}
