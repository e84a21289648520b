//! Clocks that jump: what a wall-clock time means where it does not exist or happens twice, in seven zones on both
//! halves of the globe, with jumps of half an hour, at midnight, and backwards for Ramadan. And: the zone of the
//! server's own clock (`TZ`) changes nothing.

use crate::chaos::cluster::Cluster;
use crate::scheduling::{local, next_jump};
use crate::support::{Client, PASSWORD};
use chrono::{DateTime, TimeDelta, Utc};
use lux::domain::moment::{LocalTime, Moment};
use lux::domain::platform::Platform;
use lux::domain::post::{Plan, PostContent, SavePost};
use lux::features::posts::model::Saved;
use lux::infra::zone::{self, Resolved};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn at(text: &str) -> LocalTime {
    text.parse().expect("a wall-clock time")
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// Zone, a time in the gap, what is proposed instead, and its instant. From the tz database by another program.
const SKIPPED: [(&str, &str, &str, &str); 7] = [
    ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T03:30", "2027-03-28T01:30:00Z"),
    ("America/New_York", "2027-03-14T02:30", "2027-03-14T03:30", "2027-03-14T07:30:00Z"),
    ("Pacific/Auckland", "2027-09-26T02:30", "2027-09-26T03:30", "2027-09-25T14:30:00Z"),
    ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-03T02:45", "2027-10-02T15:45:00Z"),
    ("America/Santiago", "2027-09-05T00:30", "2027-09-05T01:30", "2027-09-05T04:30:00Z"),
    ("Africa/Cairo", "2027-04-30T00:30", "2027-04-30T01:30", "2027-04-29T22:30:00Z"),
    ("Africa/Casablanca", "2027-03-14T02:30", "2027-03-14T03:30", "2027-03-14T02:30:00Z"),
];

/// Zone, a time that happens twice, and both instants.
const REPEATED: [(&str, &str, &str, &str); 7] = [
    ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"),
    ("America/New_York", "2027-11-07T01:30", "2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z"),
    ("Pacific/Auckland", "2027-04-04T02:30", "2027-04-03T13:30:00Z", "2027-04-03T14:30:00Z"),
    ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45:00Z", "2027-04-03T15:15:00Z"),
    ("America/Santiago", "2027-04-03T23:30", "2027-04-04T02:30:00Z", "2027-04-04T03:30:00Z"),
    ("Africa/Cairo", "2027-10-28T23:30", "2027-10-28T20:30:00Z", "2027-10-28T21:30:00Z"),
    ("Africa/Casablanca", "2027-02-07T02:30", "2027-02-07T01:30:00Z", "2027-02-07T02:30:00Z"),
];

#[test]
fn skipped_and_repeated_times() {
    for (name, asked, proposed, instant) in SKIPPED {
        let expected = Resolved::Never { proposal: at(proposed), at: utc(instant) };
        assert_eq!(zone::resolve(zone::of(name), at(asked)), expected, "{name}");
        // The proposal exists, once, and is that instant.
        assert_eq!(zone::resolve(zone::of(name), at(proposed)), Resolved::One(utc(instant)), "{name}");
    }
    for (name, asked, first, second) in REPEATED {
        let expected = Resolved::Twice { first: utc(first), second: utc(second) };
        assert_eq!(zone::resolve(zone::of(name), at(asked)), expected, "{name}");
        for instant in [first, second] {
            assert_eq!(zone::local(zone::of(name), utc(instant)), at(asked), "{name}: both look the same");
        }
    }
}

/// The last minute before a jump, the first and the last one in it, and the first one after it.
#[test]
fn the_edges_of_a_jump_belong_to_one_side() {
    let minute = TimeDelta::minutes(1);
    for (name, ..) in SKIPPED {
        let tz = zone::of(name);
        let resolve = |naive| zone::resolve(tz, local(naive));
        for forward in [true, false] {
            let (jump, before, after) = next_jump(tz, forward);
            let (before, after) = (TimeDelta::seconds(before), TimeDelta::seconds(after));
            let from = jump.naive_utc() + before.min(after);
            let to = jump.naive_utc() + before.max(after);
            assert!(matches!(resolve(from - minute), Resolved::One(_)), "{name} before {from}");
            assert!(matches!(resolve(to), Resolved::One(_)), "{name} at {to}");
            for inside in [from, to - minute] {
                match resolve(inside) {
                    Resolved::Never { .. } if forward => {}
                    Resolved::Twice { first, second } if !forward => {
                        assert_eq!(
                            (first, second),
                            ((inside - before).and_utc(), (inside - after).and_utc()),
                            "{name}"
                        );
                    }
                    other => panic!("{name} {inside}: {other:?}"),
                }
            }
        }
    }
}

/// Three servers whose own clocks show different zones, and the same questions.
#[tokio::test]
async fn the_servers_own_zone_changes_nothing() {
    let cluster = Cluster::build(1).await;
    let mut servers = vec![];
    for (n, tz) in ["UTC", "Pacific/Auckland", "America/Santiago"].into_iter().enumerate() {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
        let other = [
            ("LUX_ADDR", port.to_string()),
            ("LUX_PUBLIC_URL", format!("http://{port}")),
            ("LUX_SANDBOX", "0".into()),
            ("TZ", tz.into()),
        ];
        servers.push((tz, cluster.pages(&format!("pages-{n}"), &other), format!("http://{port}")));
    }
    let mut clients = vec![];
    for (tz, node, base) in &servers {
        let start = Instant::now();
        let http = reqwest::Client::new();
        while !http.get(format!("{base}/healthz")).send().await.is_ok_and(|a| a.status().is_success()) {
            assert!(start.elapsed() < Duration::from_secs(60), "{}", node.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let client = Client::new(base);
        let answer = client
            .call("identity/accounts/sign_in", &[("email", cluster.firm.email.as_str()), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, 200, "{tz}: {}", answer.body);
        clients.push((*tz, client));
    }
    let x = cluster.account(Platform::X);
    for (name, ..) in SKIPPED {
        let fields = [("name", "Northwind"), ("zone", name), ("language", "en")];
        assert_eq!(clients[0].1.call("identity/companies/save_company", &fields).await.status, 200, "{name}");
        let tz = zone::of(name);
        let (gap, before, after) = next_jump(tz, true);
        let skipped = local(gap.naive_utc() + TimeDelta::seconds((before + after) / 2));
        let (fold, before, after) = next_jump(tz, false);
        let middle = fold.naive_utc() + TimeDelta::seconds((before + after) / 2);
        let instants = [before, after].map(|offset| Moment::from((middle - TimeDelta::seconds(offset)).and_utc()));
        let mut answers: Vec<(Value, Value, Vec<Moment>)> = vec![];
        for (server, client) in &clients {
            let ask =
                async |time: LocalTime| client.call("posts/check_time", &[("local", &time.to_string())]).await.json();
            let mut due = vec![];
            for second in [false, true] {
                let plan = Plan::Schedule { local: local(middle), second };
                let post = SavePost {
                    plan,
                    targets: vec![lux::domain::post::Target::to(x)],
                    id: None,
                    version: None,
                    alts: vec![],
                    content: PostContent {
                        parts: Default::default(),
                        text: format!("From the server in {server}, for {name}, {second}"),
                        ..PostContent::default()
                    },
                };
                let body = json!({ "post": post, "key": uuid::Uuid::now_v7() });
                let answer = client.call_json("posts/save_post", &body).await;
                assert_eq!(answer.status, 200, "{server} {name}: {}", answer.body);
                let saved: Saved = serde_json::from_value(answer.json()).expect("saved");
                let when = saved.due.expect("due");
                assert_eq!(when.local, local(middle), "{server} {name}");
                due.push(when.at);
            }
            answers.push((ask(skipped).await, ask(local(middle)).await, due));
        }
        assert!(answers[0].0["proposal"].is_object() || answers[0].0["proposal"].is_string(), "{:?}", answers[0].0);
        assert_eq!(answers[0].1["twice"], json!(true), "{name}: {:?}", answers[0].1);
        for (answer, (server, _)) in answers.iter().zip(&clients) {
            assert_eq!(answer.2, instants, "{name} on the server in {server}");
            assert_eq!(answer, &answers[0], "{name}: UTC against {server}");
        }
    }
}
