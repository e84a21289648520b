//! Wall-clock times: past ones, ones that do not exist, ones that happen twice, and the calendar in another zone.

use crate::support::{Client, Firm, TestApp};
use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use lux::domain::error::Severity;
use lux::domain::moment::{LocalTime, Moment};
use lux::domain::post::{Plan, SavePost, TimeCheck};
use lux::features::calendar::model::{CalendarQuery, CalendarView, Span};
use lux::features::posts::model::Saved;
use lux::infra::zone;
use serde_json::json;

/// North and south, half an hour, midnight, and offsets with quarters.
const ZONES: [&str; 10] = [
    "Europe/Lisbon",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Asia/Beirut",
    "Africa/Cairo",
    "Africa/Casablanca",
];

/// The instant at which a zone's clock jumps next, with the offsets (seconds) before and after.
pub fn next_jump(zone: Tz, forward: bool) -> (DateTime<Utc>, i64, i64) {
    let offset = |at: DateTime<Utc>| i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc());
    let quarter = TimeDelta::minutes(15);
    let mut at = DateTime::from_timestamp(Utc::now().timestamp() / 900 * 900, 0).expect("now") + TimeDelta::days(2);
    for _ in 0..400 * 96 {
        let (before, after) = (offset(at - quarter), offset(at));
        if before != after && (after > before) == forward {
            return (at, before, after);
        }
        at += quarter;
    }
    panic!("the clocks of {zone} do not change any more; take another zone");
}

pub fn local(at: NaiveDateTime) -> LocalTime {
    at.format("%Y-%m-%dT%H:%M").to_string().parse().expect("a time")
}

struct Office {
    t: TestApp,
    firm: Firm,
    client: Client,
}

impl Office {
    async fn open() -> Self {
        let t = TestApp::start().await;
        let firm = t.firm("Northwind").await;
        let client = t.signed_in(&firm.email).await;
        Self { t, firm, client }
    }

    async fn moves_to(&self, zone: &str) {
        let fields = [("name", "Northwind"), ("zone", zone), ("language", "en")];
        assert_eq!(self.client.call("identity/companies/save_company", &fields).await.status, 200, "{zone}");
    }

    async fn schedule(&self, local: LocalTime, second: bool) -> crate::support::Answer {
        let x = lux::domain::platform::Platform::X;
        // The same words again would be noted.
        let words = format!("On time {}", uuid::Uuid::now_v7());
        let post = SavePost { plan: Plan::Schedule { local, second }, ..self.firm.post(&words, &[x]) };
        self.client.call_json("posts/save_post", &json!({ "post": post, "key": uuid::Uuid::now_v7() })).await
    }

    async fn check(&self, local: LocalTime) -> TimeCheck {
        let answer = self.client.call("posts/check_time", &[("local", &local.to_string())]).await;
        serde_json::from_value(answer.json()).expect("a check")
    }

    async fn calendar(&self, query: CalendarQuery) -> CalendarView {
        let answer = self.client.call_json("calendar/view_calendar", &json!({ "query": query })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_value(answer.json()).expect("a view")
    }
}

fn saved(answer: &crate::support::Answer) -> Saved {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_value(answer.json()).expect("saved")
}

#[tokio::test]
async fn a_time_in_the_past_is_refused_with_a_proposal() {
    let office = Office::open().await;
    for zone_name in ZONES {
        office.moves_to(zone_name).await;
        let past = zone::local(zone::of(zone_name), Utc::now() - TimeDelta::hours(5));
        let answer = office.schedule(past, false).await;
        assert_eq!(answer.status, 422, "{zone_name}");
        let problem = answer.json()["problems"][0].clone();
        assert_eq!(problem["field"], "time");
        let words = problem["message"].as_str().expect("words");
        assert!(words.contains("is in the past") && words.contains(zone_name), "{words}");
        let proposal = office.check(past).await.proposal.expect("a proposal");
        assert!(words.contains(&proposal.short()), "{words}");
        assert!(!saved(&office.schedule(proposal, false).await).blocked(), "{zone_name}: the proposal works");
    }
    let kept = office.t.value::<i64>("select count(*) from posts").await;
    assert_eq!(kept, ZONES.len() as i64, "only what could be scheduled is kept");
}

#[tokio::test]
async fn a_time_that_the_clocks_skip_is_refused_with_a_proposal() {
    let office = Office::open().await;
    for zone_name in ZONES {
        office.moves_to(zone_name).await;
        let (at, before, after) = next_jump(zone::of(zone_name), true);
        let missing = at.naive_utc() + TimeDelta::seconds(before + (after - before) / 2);
        let answer = office.schedule(local(missing), false).await;
        assert_eq!(answer.status, 422, "{zone_name} {missing}: {}", answer.body);
        let words = answer.json()["message"].as_str().expect("words").to_owned();
        assert!(words.contains("does not exist") && words.contains("the clocks go forward"), "{words}");
        let proposal = local(missing + TimeDelta::seconds(after - before));
        assert!(words.contains(&proposal.clock()), "{zone_name}: {words}");
        assert_eq!(office.check(local(missing)).await.proposal, Some(proposal), "{zone_name}");
        let taken = saved(&office.schedule(proposal, false).await);
        let due = (missing - TimeDelta::seconds(before)).and_utc();
        assert_eq!(taken.due.expect("due").at, Moment::from(due), "{zone_name}");
    }
}

#[tokio::test]
async fn a_time_that_happens_twice_is_the_first_unless_told() {
    let office = Office::open().await;
    for zone_name in ZONES {
        office.moves_to(zone_name).await;
        let (at, before, after) = next_jump(zone::of(zone_name), false);
        let twice = at.naive_utc() + TimeDelta::seconds(after + (before - after) / 2);
        let first = saved(&office.schedule(local(twice), false).await);
        assert_eq!(
            first.due.expect("due").at,
            Moment::from((twice - TimeDelta::seconds(before)).and_utc()),
            "{zone_name}"
        );
        // (Zones that jump at the same instant also bring notes of posts that clash.)
        let mut notes = first.problems.iter().filter(|p| p.problem.message.contains("happens twice"));
        let note = notes.next().unwrap_or_else(|| panic!("{zone_name}: {:?}", first.problems));
        assert_eq!(note.problem.severity, Severity::Warning);
        assert!(office.check(local(twice)).await.twice, "{zone_name}");
        let second = saved(&office.schedule(local(twice), true).await);
        let later = (twice - TimeDelta::seconds(after)).and_utc();
        assert_eq!(second.due.expect("due").at, Moment::from(later), "{zone_name}");
        assert!(!second.problems.iter().any(|p| p.problem.message.contains("happens twice")), "{zone_name}");
    }
}

#[tokio::test]
async fn the_calendar_shows_a_post_on_the_day_of_the_companys_zone() {
    let office = Office::open().await;
    // Half past eleven at night in UTC, some days ahead.
    let day = zone::today(Tz::UTC, Utc::now()).plus(3);
    let post = saved(&office.schedule(LocalTime { day, hour: 23, minute: 30 }, false).await);
    let at: DateTime<Utc> = post.due.expect("due").at.into();
    for zone_name in
        ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]
    {
        office.moves_to(zone_name).await;
        // Worked out here without the program's own conversions.
        let there = at.with_timezone(&zone_name.parse::<Tz>().expect("zone")).naive_local();
        for span in Span::ALL {
            let query = CalendarQuery { span, day: Some(local(there).day), ..Default::default() };
            let view = office.calendar(query).await;
            assert_eq!(view.zone, zone_name);
            let shown: Vec<_> = view.days.iter().flat_map(|d| d.posts.iter().map(|p| (d.day, p.id, p.due))).collect();
            let [(on, id, Some(due))] = shown.as_slice() else { panic!("{zone_name} {span:?}: {shown:?}") };
            assert_eq!((*on, *id), (local(there).day, post.id), "{zone_name} {span:?}");
            assert_eq!((due.local, due.at), (local(there), Moment::from(at)), "the promised instant stays");
        }
        let page = office.client.page(&format!("/calendar?span=week&day={}", local(there).day)).await;
        assert!(page.status == 200 && page.body.contains(&local(there).clock()), "{zone_name}");
    }
    let elsewhere = CalendarQuery { span: Span::Day, day: Some(day.plus(5)), ..Default::default() };
    assert!(office.calendar(elsewhere).await.days.iter().all(|d| d.posts.is_empty()));
}

#[tokio::test]
async fn moving_on_the_calendar_keeps_the_rules() {
    let office = Office::open().await;
    office.moves_to("Europe/Lisbon").await;
    let (at, before, after) = next_jump(zone::of("Europe/Lisbon"), true);
    let missing = local(at.naive_utc() + TimeDelta::seconds(before + (after - before) / 2));
    let good = zone::local(zone::of("Europe/Lisbon"), Utc::now() + TimeDelta::days(3));
    let post = saved(&office.schedule(good, false).await);
    let id = post.id.to_string();
    let past = zone::local(zone::of("Europe/Lisbon"), Utc::now() - TimeDelta::days(1));
    for bad in [missing.to_string(), past.to_string(), "tomorrow".into()] {
        let answer = office.client.call("posts/move_post", &[("id", &id), ("local", &bad)]).await;
        assert_eq!((answer.status, answer.json()["problems"][0]["field"].as_str()), (422, Some("time")), "{bad}");
    }
    assert_eq!(office.firm.detail(post.id).await.due, post.due, "nothing has moved");
    let later = LocalTime { day: good.day.plus(2), ..good };
    let moved = saved(&office.client.call("posts/move_post", &[("id", &id), ("local", &later.to_string())]).await);
    assert_eq!(moved.due.expect("due").local, later);
}
