//! Days that nobody has a calendar for.

use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn only_days_that_there_are_can_be_looked_at() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let ask = |year: i64, month: u8| json!({ "query": { "span": "month", "day": { "year": year, "month": month, "day": 1 }, "platform": null, "attention": false } });
    for (year, month) in
        [(-1_000_000_000, 1), (-262_143, 1), (-9_999, 1), (0, 1), (10_000, 1), (i64::MAX, 1), (2026, 0), (2026, 13)]
    {
        let answer = client.call_json("calendar/view_calendar", &ask(year, month)).await;
        assert_eq!(
            (answer.status, &answer.json()["kind"]),
            (422, &json!("invalid")),
            "{year}-{month}: {}",
            answer.body
        );
    }
    // Whole weeks also where the calendar begins and ends.
    for year in [1, 1970, 2026, 9_999] {
        for month in [1, 12] {
            let answer = client.call_json("calendar/view_calendar", &ask(year, month)).await;
            let days = answer.json()["days"].as_array().map_or(0, Vec::len);
            assert_eq!(answer.status, 200, "{year}: {}", answer.body);
            assert!((28..=42).contains(&days), "{year}-{month}: {days} days");
        }
    }
    // In the address, what is no day is today.
    let page = client.page("/calendar").await;
    assert_eq!(page.status, 200);
    for day in [
        "-9999-01-01",
        "-1000000000-01-01",
        "0000-01-01",
        "99999-01-01",
        "2026-13-01",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
    ] {
        for view in ["month", "week", "day"] {
            assert_eq!(client.page(&format!("/calendar?view={view}&day={day}")).await.status, 200, "{view} {day}");
        }
    }
}

#[tokio::test]
async fn a_nul_is_refused_in_one_place_and_by_name() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    for (function, fields, field) in [
        ("identity/accounts/sign_in", vec![("email", "a\0@b.example"), ("password", "x")], "email"),
        ("identity/accounts/sign_in", vec![("email", "a@b.example"), ("password", "x\0")], "password"),
        ("identity/companies/invite", vec![("role", "viewer"), ("note", "for\0you")], "note"),
        ("/rpc/lux/features/posts/browse/list_posts", vec![("query[search]", "\0")], "query[search]"),
        ("identity/companies/save_company", vec![("name", "North\0wind"), ("zone", "UTC"), ("language", "en")], "name"),
    ] {
        let answer = client.call(function, &fields).await;
        assert_eq!((answer.status, &answer.json()["problems"][0]["field"]), (422, &json!(field)), "{}", answer.body);
    }
    for address in [
        "/media/%00",
        "/media/a%00b.png/thumb",
        "/media/%ED%A0%80",
        "/posts?q=%00",
        "/login?email=%00",
        "/api/jobs/status/%00",
    ] {
        let answer = client.get(address).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["kind"]),
            (400, &json!("invalid")),
            "{address}: {}",
            answer.body
        );
    }
    // A form that was posted without JavaScript finds its way back.
    let form = client.request(reqwest::Method::POST, "/rpc/lux/features/identity/companies/calls/save_company");
    let form = form.header("accept", "text/html").header("referer", client.address("/settings/company"));
    let answer = client.send(form.form(&[("name", "a\0b"), ("zone", "UTC"), ("language", "en")])).await;
    assert!(
        answer.location.is_some_and(|to| to.starts_with("/settings/company?") && to.contains("__err=")),
        "{}",
        answer.status
    );
    // Nobody is told how a server function is called before it is known who asks.
    let stranger = t.client().call_json("posts/save_post", &json!({ "nonsense": true })).await;
    assert_eq!((stranger.status, &stranger.json()["kind"]), (401, &json!("unauthenticated")));
}
