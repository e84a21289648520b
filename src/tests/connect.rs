//! Connecting accounts: through the stand-ins' consent pages, by plain HTTP, as a browser without JavaScript would.

use crate::support::Content as _;
use crate::support::{ALL, Client, Firm, TestApp, client_secret};
use image::ImageFormat;
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::domain::post::SavePost;
use lux::features::connections::problem::ConsentProblem;
use std::collections::BTreeMap;
use url::Url;

/// An admin in front of the connections page, with the keys of all three platforms entered.
async fn admin() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    for platform in ALL {
        firm.keys(platform).await;
    }
    let client = t.signed_in(&firm.email).await;
    (t, firm, client)
}

/// The values of a form's fields with this name.
fn values(html: &str, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\" value=\"");
    let found = html.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    found.map(|value| value.replace("&amp;", "&")).collect()
}

/// Goes to the consent page and presses a button there; the address that leads back to us.
async fn consent(client: &Client, platform: Platform, decision: &str) -> String {
    let begin = client.page(&format!("/api/social/connect/{platform}")).await;
    let address = begin.location.unwrap_or_else(|| panic!("{platform}: {}", begin.status));
    let page = client.page(&address).await;
    assert_eq!(page.status, 200, "{platform}: {}", page.body);
    let names =
        ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];
    let mut form: Vec<(&str, String)> = vec![("decision", decision.into())];
    form.extend(names.iter().flat_map(|name| values(&page.body, name).into_iter().map(|value| (*name, value))));
    form.extend(values(&page.body, "grant").into_iter().map(|value| ("grant", value)));
    form.extend(values(&page.body, "account").into_iter().take(1).map(|value| ("account", value)));
    let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let back = client.form(&address, &fields).await;
    assert_eq!(back.status, 303, "{platform}: {}", back.body);
    back.location.expect("the way back")
}

/// Follows the way back as a browser does, and reads why it failed from the page that comes then.
async fn problem(client: &Client, back: &str) -> ConsentProblem {
    let answer = client.page(back).await;
    let page = answer.location.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body));
    let address = Url::parse("http://lux.example").and_then(|base| base.join(&page)).expect("address");
    let query: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    let problem = query.get("problem").and_then(|id| ConsentProblem::parse(id)).unwrap_or_else(|| panic!("{page}"));
    let shown = client.page(&page).await;
    assert_eq!((shown.status, address.path()), (200, "/connections"));
    assert!(shown.body.contains(problem.title()), "{problem:?} is not shown");
    problem
}

const CONNECTED: &str = "select count(*) from connections";

#[tokio::test]
async fn all_three_platforms_are_connected_and_can_publish() {
    let (t, firm, client) = admin().await;
    for (n, platform) in ALL.into_iter().enumerate() {
        let back = consent(&client, platform, "allow").await;
        let done = client.page(&back).await.location.expect("on to the list");
        assert!(done.starts_with("/connections?connected="), "{platform}: {done}");
        let page = client.page(&done).await;
        assert_eq!((page.status, t.value::<i64>(CONNECTED).await), (200, n as i64 + 1));
        assert!(page.body.contains(&t.sandbox.accounts(platform)[0].name), "{platform}");
    }
    let list = client.get("/api/social/accounts").await.json();
    let accounts = list["accounts"].as_array().expect("accounts");
    assert!(accounts.len() == 3 && accounts.iter().all(|a| a["state"] == "active"), "{list}");

    let media = vec![firm.picture(ImageFormat::Jpeg).await];
    let targets = accounts.iter().map(|a| serde_json::json!({ "connection": a["id"] }));
    let targets = targets.map(|t| serde_json::from_value(t).expect("target")).collect();
    let id = firm.publish(SavePost { targets, ..firm.post("With real tokens", &[]).showing(media) }).await;
    for seconds in [0, 5, 10, 60] {
        t.drive_to(seconds).await;
    }
    for platform in ALL {
        let delivery = firm.delivery(id, platform).await;
        assert_eq!((delivery.state, t.sandbox.posts(platform).len()), (Live, 1), "{platform}: {:?}", delivery.fault);
    }
}

#[tokio::test]
async fn connecting_again_renews_the_same_account() {
    let (t, _, client) = admin().await;
    for platform in ALL {
        for _ in 0..2 {
            let back = consent(&client, platform, "allow").await;
            assert!(client.page(&back).await.location.is_some_and(|l| l.starts_with("/connections?connected=")));
        }
    }
    assert_eq!(t.value::<i64>(CONNECTED).await, 3);
}

#[tokio::test]
async fn a_state_that_is_wrong_is_refused() {
    let (t, _, client) = admin().await;
    for platform in ALL {
        let back = consent(&client, platform, "allow").await;
        let mut wrong = Url::parse(&back).expect("address");
        let pairs: Vec<(String, String)> = wrong.query_pairs().into_owned().collect();
        let changed = pairs.iter().map(|(k, v)| (k, if k == "state" { format!("{v}x") } else { v.clone() }));
        wrong.query_pairs_mut().clear().extend_pairs(changed);
        assert_eq!(problem(&client, wrong.as_str()).await, ConsentProblem::StateUnknown, "{platform}");
        wrong.query_pairs_mut().clear().extend_pairs(pairs.iter().filter(|(k, _)| k != "state"));
        assert_eq!(problem(&client, wrong.as_str()).await, ConsentProblem::StateUnknown, "{platform}");
        // Another platform's way back.
        let other = if platform == X { "linkedin" } else { "x" };
        let elsewhere = back.replace(&format!("/callback/{platform}"), &format!("/callback/{other}"));
        assert_eq!(problem(&client, &elsewhere).await, ConsentProblem::StateUnknown, "{platform}");
        // Programs get the same words.
        let said = client.get(wrong.as_str()).await;
        assert_eq!((said.status, said.json()["error"]["kind"].as_str()), (422, Some("invalid")));
    }
    assert_eq!(t.value::<i64>(CONNECTED).await, 0);
}

#[tokio::test]
async fn a_state_counts_once() {
    let (t, _, client) = admin().await;
    for (n, platform) in ALL.into_iter().enumerate() {
        let back = consent(&client, platform, "allow").await;
        assert!(client.page(&back).await.location.is_some_and(|l| l.starts_with("/connections?connected=")));
        assert_eq!(problem(&client, &back).await, ConsentProblem::StateUsed, "{platform}");
        assert_eq!(client.get(&back).await.status, 409, "{platform}");
        assert_eq!(t.value::<i64>(CONNECTED).await, n as i64 + 1);
    }
}

#[tokio::test]
async fn a_state_is_good_for_ten_minutes() {
    let (t, _, client) = admin().await;
    for platform in ALL {
        let back = consent(&client, platform, "allow").await;
        let minutes =
            "select extract(epoch from expires_at - created_at)::float8 / 60 from oauth_states where used_at is null";
        assert_eq!(t.value::<f64>(minutes).await, 10.0);
        t.sql("update oauth_states set expires_at = now() - interval '1 second'").await;
        assert_eq!(problem(&client, &back).await, ConsentProblem::StateExpired, "{platform}");
        t.sql("delete from oauth_states").await;
    }
    assert_eq!(t.value::<i64>(CONNECTED).await, 0);
}

#[tokio::test]
async fn a_state_belongs_to_the_session_that_began() {
    let (t, firm, client) = admin().await;
    let other = t.signed_in(&firm.email).await;
    for platform in ALL {
        let back = consent(&client, platform, "allow").await;
        assert_eq!(problem(&other, &back).await, ConsentProblem::StateUnknown, "{platform}");
        assert_eq!(t.client().page(&back).await.location.as_deref(), Some("/login?next=%2Fconnections"));
        // The right one is not harmed by it.
        assert!(client.page(&back).await.location.is_some_and(|l| l.starts_with("/connections?connected=")));
    }
}

#[tokio::test]
async fn saying_no_is_understood() {
    let (t, _, client) = admin().await;
    for platform in ALL {
        let back = consent(&client, platform, "cancel").await;
        assert_eq!(problem(&client, &back).await, ConsentProblem::Denied, "{platform}");
    }
    assert_eq!(t.value::<i64>(CONNECTED).await, 0);
}

#[tokio::test]
async fn missing_and_wrong_keys_are_said_so() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let client = t.signed_in(&firm.email).await;
    for platform in ALL {
        let begin = format!("/api/social/connect/{platform}");
        assert_eq!(problem(&client, &begin).await, ConsentProblem::KeysMissing, "{platform}");
        let secret = format!("wrong-secret-of-{platform}");
        let platform_id = platform.to_string();
        let fields =
            [("platform", platform_id.as_str()), ("values[client_id]", "some-app"), ("values[client_secret]", &secret)];
        let saved = client.call("secrets/save_keys", &fields).await;
        assert_eq!(saved.status, 200, "{}", saved.body);
        let back = consent(&client, platform, "allow").await;
        assert_eq!(problem(&client, &back).await, ConsentProblem::PlatformRefused, "{platform}");
    }
    assert_eq!(t.value::<i64>(CONNECTED).await, 0);
}

#[tokio::test]
async fn secrets_and_tokens_never_leave_the_house() {
    let t = TestApp::start().await;
    let mut firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let mut hidden: Vec<String> = vec![];
    for platform in ALL {
        hidden.push(client_secret(platform));
        hidden.extend(firm.connect(&t.sandbox, platform).await);
    }
    assert!(hidden.len() >= 7, "{hidden:?}");
    let client = t.signed_in(&firm.email).await;
    let pages = ["/", "/settings/integrations", "/connections", "/studio", "/settings/company", "/settings/security"];
    let calls = ["secrets/load_integrations", "connections/load_connections", "frame/frame", "studio/open_studio"];
    let mut seen = vec![];
    for path in pages {
        let answer = client.page(path).await;
        assert_eq!(answer.status, 200, "{path}");
        seen.push((path, answer.body));
    }
    for call in calls {
        let answer = client.call(call, &[]).await;
        assert_eq!(answer.status, 200, "{call}: {}", answer.body);
        seen.push((call, answer.body));
    }
    seen.push(("/api/social/accounts", client.get("/api/social/accounts").await.body));
    seen.push(("secrets", t.value("select json_agg(s)::text from secrets s").await));
    seen.push(("connections", t.value("select json_agg(c)::text from connections c").await));
    for (place, text) in &seen {
        for value in &hidden {
            let hex: String = value.bytes().map(|b| format!("{b:02x}")).collect();
            assert!(!text.contains(value.as_str()) && !text.contains(&hex), "{place} shows {value}");
        }
    }
    // What people do see is the last four characters.
    assert!(seen[1].1.contains("7391"), "the page shows the end of the key");
}

#[tokio::test]
async fn a_disconnected_account_is_forgotten_here_and_there() {
    let t = TestApp::start().await;
    let mut firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let client = t.signed_in(&firm.email).await;
    for platform in [X, LinkedIn, Instagram] {
        firm.connect(&t.sandbox, platform).await;
        let path = format!("/api/social/accounts/{}", firm.account(platform));
        let gone = client.send(client.request(reqwest::Method::DELETE, &path)).await;
        assert_eq!(gone.status, 200, "{platform}: {}", gone.body);
    }
    let left = "select count(*) from connections where state <> 'disconnected' or length(sealed_access) > 0 or sealed_refresh is not null";
    assert_eq!(t.value::<i64>(left).await, 0);
    assert_eq!(client.get("/api/social/accounts").await.json()["accounts"], serde_json::json!([]));
}
