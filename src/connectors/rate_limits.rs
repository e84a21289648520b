//! What responses say about the platforms' limits, for the ledger (`infra::http::limits`). Which headers a platform sends
//! is part of its connector ([`RateLimitHeaders`]); this reads them.
//!
//! A refusal holds back the calls of the same kind until the time that it names: those of the account, or of everybody who
//! uses the app where the response is about the app. One that names no time is waited out shortly first, then twice as long
//! with every refusal after that ([`Pause`]).

use super::AppKeys;
use super::registry;
use crate::domain::platform::Platform;
use crate::infra::http::limits::{ANY, LimitKey, Limits, Period, Reading};
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use rand::Rng;
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A load that is used up counts over an hour where nobody says until when.
const HOUR: TimeDelta = TimeDelta::hours(1);
/// After a wait, callers come back spread over this many milliseconds, or a tenth of the wait.
const SPREAD_MS: i64 = 4_000;

/// Where a platform says in its responses how much of a limit is left. Every connector says one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimitHeaders {
    /// Calls that are left until a reset, per endpoint.
    Windows(&'static [WindowHeaders]),
    /// Meta's `X-App-Usage` (of the app) and `X-Business-Use-Case-Usage` (of the account): per cent of what is allowed, of
    /// all calls together, and minutes until it is free again.
    Usage,
    /// Reddit's: calls of any kind that the app has left (a number with a fraction), and in how many seconds it has all of
    /// them again.
    Countdown(&'static CountdownHeaders),
    /// In none: only a refusal tells.
    None,
}

/// The headers of [`RateLimitHeaders::Countdown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountdownHeaders {
    pub used: &'static str,
    pub remaining: &'static str,
    /// Seconds from now.
    pub reset: &'static str,
}

impl CountdownHeaders {
    /// A number of a header, without its fraction.
    fn number(headers: &HeaderMap, name: &str) -> Option<i32> {
        let number = headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok().filter(|n| n.is_finite())?;
        // A cast from float saturates.
        Some(number.max(0.0) as i32)
    }

    /// (calls left, calls of a period, when it ends).
    fn read(self, headers: &HeaderMap, now: DateTime<Utc>) -> Option<(i32, Option<i32>, DateTime<Utc>)> {
        let remaining = Self::number(headers, self.remaining)?;
        let quota = Self::number(headers, self.used).map(|used| used.saturating_add(remaining));
        let reset = TimeDelta::seconds(i64::from(Self::number(headers, self.reset)?));
        Some((remaining, quota, now + reset))
    }
}

/// The headers of one budget that is counted per endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowHeaders {
    /// Of the app, and not of the account alone.
    pub of_app: bool,
    /// The period that they count.
    pub period: Period,
    /// How many calls a period has.
    pub limit: &'static str,
    /// How many are left.
    pub remaining: &'static str,
    /// When the period ends, in seconds since 1970.
    pub reset: &'static str,
}

impl RateLimitHeaders {
    /// Those of a platform that we can talk to.
    fn of(platform: Platform) -> Self {
        registry::find(platform).map_or(Self::None, |connector| connector.rate_limits)
    }

    /// Whether a response has any of them. Costs two or three look-ups and nothing else.
    fn are_in(self, headers: &HeaderMap) -> bool {
        match self {
            Self::Windows(rows) => rows.iter().any(|row| headers.contains_key(row.remaining)),
            Self::Usage => headers.contains_key(APP_USAGE) || headers.contains_key(USE_CASE),
            Self::Countdown(row) => headers.contains_key(row.remaining),
            Self::None => false,
        }
    }
}

const APP_USAGE: &str = "x-app-usage";
const USE_CASE: &str = "x-business-use-case-usage";

/// Whether the headers of a response of this platform say anything about limits.
pub fn said_in(platform: Platform, headers: &HeaderMap) -> bool {
    RateLimitHeaders::of(platform).are_in(headers)
}

/// When the window of the endpoint that refused ends, if that is what is used up. The days have their own headers, which a
/// connector reads itself: only it knows which of them counts.
pub fn window_end(platform: Platform, headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let rows = match RateLimitHeaders::of(platform) {
        RateLimitHeaders::Windows(rows) => rows,
        RateLimitHeaders::Countdown(row) => {
            return row.read(headers, Utc::now()).filter(|(left, ..)| *left == 0).map(|(_, _, end)| end);
        }
        RateLimitHeaders::Usage | RateLimitHeaders::None => return None,
    };
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let windows = rows.iter().filter(|row| row.period == Period::Window);
    let used_up = windows.filter(|row| number(row.remaining).unwrap_or(0) <= 0);
    used_up.filter_map(|row| DateTime::from_timestamp(number(row.reset)?, 0)).max()
}

/// What a refusal for too many calls says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimited {
    /// It is about all that the app does, and not about this account alone.
    pub of_app: bool,
    /// `None`: it does not say until when.
    pub until: Option<DateTime<Utc>>,
    /// How long to wait then.
    pub pause: Pause,
}

impl RateLimited {
    /// It is about the account, and names no time.
    pub fn without_time(pause: Pause) -> Self {
        Self { of_app: false, until: None, pause }
    }
}

/// How long to wait where nobody says: the first time, and at most when the refusals do not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub first: TimeDelta,
    pub most: TimeDelta,
}

impl Pause {
    /// For what lasts minutes.
    pub const USUAL: Self = Self { first: TimeDelta::minutes(1), most: TimeDelta::minutes(15) };
}

/// The buckets of one account under one app credential.
pub fn limit_key(platform: Platform, keys: &AppKeys, account: &str) -> LimitKey {
    let flow = registry::find(platform).and_then(|c| c.sign_in).and_then(|s| s.method().flow().ok());
    let id = keys.0.get(flow.map_or("client_id", |flow| flow.id_field)).map(|id| id.expose_secret());
    let id = id.unwrap_or_default();
    let digest = Sha256::digest(id);
    let print = digest.iter().take(8).fold(0u64, |print, byte| print << 8 | u64::from(*byte));
    LimitKey::new(platform, &format!("{print:016x}"), account)
}

/// A little later, so that all who wait do not come back in the same moment.
pub fn spread(until: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let most = ((until - now).num_milliseconds() / 10).clamp(0, SPREAD_MS);
    until + TimeDelta::milliseconds(rand::rng().random_range(0..=most))
}

/// `POST /2/tweets`: method and path, ids replaced by `*`.
pub fn endpoint(method: &str, path: &str) -> String {
    let mut name = format!("{method} ");
    for segment in path.split('/').skip(1) {
        let is_id =
            segment.contains([':', '%', '…']) || (segment.len() > 4 && segment.contains(|c: char| c.is_ascii_digit()));
        name.push('/');
        name.push_str(if is_id { "*" } else { segment });
    }
    name
}

/// Writes what one response says into the ledger.
#[derive(Clone)]
pub struct Meter {
    pub limits: Arc<Limits>,
    pub key: LimitKey,
    pub endpoint: String,
}

impl Meter {
    /// Writes down what the headers of a response say.
    pub fn read(&self, headers: &HeaderMap) {
        let now = Utc::now();
        match RateLimitHeaders::of(self.key.platform) {
            RateLimitHeaders::Windows(rows) => {
                rows.iter().filter_map(|row| self.window(headers, row)).for_each(|r| self.note(r, now))
            }
            RateLimitHeaders::Usage => {
                let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
                let app = text(APP_USAGE).and_then(|t| serde_json::from_str::<Usage>(t).ok());
                let by_account = text(USE_CASE).and_then(|t| serde_json::from_str::<ByBusiness>(t).ok());
                let by_account = by_account.iter().flat_map(BTreeMap::values).flatten().max_by_key(|u| u.key());
                for (of_app, usage) in app.iter().map(|u| (true, u)).chain(by_account.map(|u| (false, u))) {
                    let reading = Reading { of_app, ..usage.reading(now) };
                    self.note(reading, now);
                }
            }
            RateLimitHeaders::Countdown(row) => {
                if let Some((remaining, quota, resets_at)) = row.read(headers, now) {
                    let (endpoint, period) = (ANY, Period::Window);
                    self.note(Reading { of_app: true, endpoint, period, quota, remaining, resets_at }, now);
                }
            }
            RateLimitHeaders::None => {}
        }
    }

    fn window<'a>(&'a self, headers: &HeaderMap, row: &WindowHeaders) -> Option<Reading<'a>> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
        let small = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        Some(Reading {
            of_app: row.of_app,
            endpoint: &self.endpoint,
            period: row.period,
            quota: number(row.limit).map(small),
            remaining: small(number(row.remaining)?),
            resets_at: DateTime::from_timestamp(number(row.reset)?, 0)?,
        })
    }

    fn note(&self, reading: Reading<'_>, now: DateTime<Utc>) {
        self.limits.ledger.note(&self.key, reading, now);
    }

    /// We were refused and told to wait: so is everybody who wants the same.
    pub fn hold(&self, of_app: bool, until: DateTime<Utc>, now: DateTime<Utc>) {
        let endpoint = self.held_endpoint();
        self.note(Reading { of_app, endpoint, period: Period::Hold, quota: None, remaining: 0, resets_at: until }, now);
    }

    /// We were refused, and not told for how long: until when everybody waits who wants the same.
    pub fn pause(&self, of_app: bool, pause: Pause, now: DateTime<Utc>) -> DateTime<Utc> {
        let Pause { first, most } = pause;
        self.limits.ledger.pause(&self.key, of_app, self.held_endpoint(), (first, most), now)
    }

    /// Meta counts calls, not kinds of calls.
    fn held_endpoint(&self) -> &str {
        let of_all_calls = RateLimitHeaders::of(self.key.platform) == RateLimitHeaders::Usage;
        if of_all_calls { ANY } else { &self.endpoint }
    }
}

type ByBusiness = BTreeMap<String, Vec<Usage>>;

/// Per cent of what is allowed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Usage {
    call_count: f64,
    total_time: f64,
    total_cputime: f64,
    /// Minutes.
    estimated_time_to_regain_access: i64,
}

impl Usage {
    fn percent(&self) -> i32 {
        // A cast from float saturates.
        self.call_count.max(self.total_time).max(self.total_cputime).ceil() as i32
    }
    /// The worst one counts.
    fn key(&self) -> (i64, i32) {
        (self.estimated_time_to_regain_access, self.percent())
    }
    fn reading(&self, now: DateTime<Utc>) -> Reading<'static> {
        let minutes = TimeDelta::try_minutes(self.estimated_time_to_regain_access).unwrap_or(HOUR);
        let wait = if minutes > TimeDelta::zero() { minutes.min(TimeDelta::days(1)) } else { HOUR };
        let remaining = if minutes > TimeDelta::zero() { 0 } else { (100 - self.percent()).max(0) };
        Reading {
            of_app: false,
            endpoint: ANY,
            period: Period::Usage,
            quota: Some(100),
            remaining,
            resets_at: now + wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::http::limits::Budget;
    use http::HeaderValue;

    fn meter(platform: Platform) -> Meter {
        let keys = AppKeys([("client_id".to_owned(), "app".into())].into());
        Meter { limits: Arc::default(), key: limit_key(platform, &keys, "1"), endpoint: "POST /2/tweets".into() }
    }

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| ((*n).parse().unwrap(), HeaderValue::from_str(v).unwrap())).collect()
    }

    fn known(meter: &Meter) -> Vec<Budget> {
        let mut all = meter.limits.ledger.unsaved();
        all.sort_by(|a, b| (&a.bucket, a.period.id()).cmp(&(&b.bucket, b.period.id())));
        all
    }

    #[test]
    fn endpoints_have_no_ids() {
        for (path, expected) in [
            ("/2/tweets", "POST /2/tweets"),
            ("/2/users/2244994945/tweets", "POST /2/users/*/tweets"),
            ("/v25.0/17841400000000001/media", "POST /*/*/media"),
            ("/rest/posts/urn%3Ali%3Ashare%3A7", "POST /rest/posts/*"),
            ("/dms-uploads/…", "POST /dms-uploads/*"),
        ] {
            assert_eq!(endpoint("POST", path), expected);
        }
    }

    #[test]
    fn x_names_three_budgets() {
        let (meter, now) = (meter(Platform::X), Utc::now().timestamp());
        let said = headers(&[
            ("x-rate-limit-limit", "100".into()),
            ("x-rate-limit-remaining", "7".into()),
            ("x-rate-limit-reset", (now + 600).to_string()),
            ("x-app-limit-24hour-limit", "10000".into()),
            ("x-app-limit-24hour-remaining", "0".into()),
            ("x-app-limit-24hour-reset", (now + 7200).to_string()),
            ("x-user-limit-24hour-remaining", "nonsense".into()),
        ]);
        assert!(
            said_in(Platform::X, &said) && !said_in(Platform::LinkedIn, &said) && !said_in(Platform::X, &headers(&[]))
        );
        meter.read(&said);
        let known = known(&meter);
        assert_eq!(known.len(), 2, "{known:?}");
        assert!(known[0].bucket.contains("account") && known[0].remaining == 7 && known[0].quota == Some(100));
        assert!(known[1].bucket.contains("app") && known[1].remaining == 0 && known[1].period == Period::Day);
        let end =
            meter.limits.ledger.blocked_until(&meter.key, &["POST /2/tweets"], Utc::now()).map(|at| at.timestamp());
        assert_eq!(end, Some(now + 7200));
    }

    #[test]
    fn meta_counts_in_per_cent_and_minutes() {
        let meter = meter(Platform::Instagram);
        let use_case = r#"{"17841400000000001":[{"type":"instagram","call_count":100,"total_cputime":5,"total_time":5,"estimated_time_to_regain_access":19}]}"#;
        let said = headers(&[
            ("x-app-usage", r#"{"call_count":28,"total_time":25,"total_cputime":25}"#.into()),
            ("x-business-use-case-usage", use_case.into()),
        ]);
        assert!(said_in(Platform::Instagram, &said));
        meter.read(&said);
        let known = known(&meter);
        assert_eq!((known[0].remaining, known[1].remaining), (0, 72), "{known:?}");
        let minutes = (known[0].resets_at - Utc::now()).num_minutes();
        assert!((18..=19).contains(&minutes), "{minutes}");
        assert!(meter.limits.ledger.blocked_until(&meter.key, &["whatever"], Utc::now()).is_some());
    }

    #[test]
    fn reddit_counts_down_for_the_whole_app() {
        let meter = meter(Platform::Reddit);
        let said = |left: &str| {
            let reset = "417".to_owned();
            let named = [
                ("x-ratelimit-used", "3".into()),
                ("x-ratelimit-remaining", left.into()),
                ("x-ratelimit-reset", reset),
            ];
            headers(&named)
        };
        meter.read(&said("997.0"));
        let known = known(&meter);
        assert_eq!((known[0].remaining, known[0].quota, known[0].period), (997, Some(1000), Period::Window));
        assert!(known[0].bucket.contains("app") && window_end(Platform::Reddit, &said("997.0")).is_none());
        meter.read(&said("0.4"));
        let until = meter.limits.ledger.blocked_until(&meter.key, &["POST /api/submit"], Utc::now()).expect("used up");
        assert!((410..=417).contains(&(until - Utc::now()).num_seconds()), "{until}");
        assert!(window_end(Platform::Reddit, &said("0.4")).is_some());
        for broken in ["", "many", "NaN", "-5"] {
            meter.read(&said(broken));
        }
    }

    #[test]
    fn waits_are_spread_by_a_little() {
        let now = Utc::now();
        for seconds in [0, 5, 90, 100_000] {
            let later = spread(now + TimeDelta::seconds(seconds), now) - now;
            assert!((0..=4_000.min(seconds * 100)).contains(&(later.num_milliseconds() - seconds * 1000)));
        }
    }
}
