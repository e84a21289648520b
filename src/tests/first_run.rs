//! The first hour of a company: keys for the stand-ins with one click, from keys straight to the platform, and the first
//! steps on Home.

use crate::support::{Client, Firm, TestApp};
use lux::domain::platform::Platform;
use reqwest::Method;
use serde_json::{Value, json};

async fn founded(t: &TestApp, name: &str) -> (Firm, Client) {
    let firm = Firm::found(&t.app, name, "UTC").await;
    let owner = t.signed_in(&firm.email).await;
    (firm, owner)
}

async fn integrations(client: &Client) -> Value {
    client.call("secrets/load_integrations", &[]).await.json()
}

fn state<'a>(page: &'a Value, platform: &str) -> &'a str {
    let services = page["services"].as_array().expect("services");
    let card = services.iter().find(|card| card["platform"] == platform).expect("a card");
    card["state"].as_str().expect("state")
}

/// What is kept for a platform: field and last characters.
async fn kept(t: &TestApp, platform: &str) -> Vec<(String, String)> {
    let rows = "select field, last_four from secrets where platform = $1 order by field";
    sqlx::query_as(rows).bind(platform).fetch_all(&t.app.db).await.expect("rows")
}

#[tokio::test]
async fn one_click_fills_in_every_stand_in_and_touches_nothing_real() {
    // LinkedIn's keys are the server's own.
    let own =
        [("LINKEDIN_CLIENT_ID", "a-real-app-of-linkedin"), ("LINKEDIN_CLIENT_SECRET", "a-real-secret-of-linkedin")];
    let t = TestApp::with(&own).await;
    let (_, owner) = founded(&t, "Engines").await;
    // X is half entered, by hand.
    let typed = [("platform", "x"), ("values[client_id]", "a-real-app-of-ours")];
    assert_eq!(owner.call("secrets/save_keys", &typed).await.status, 200);
    let before = kept(&t, "x").await;
    assert_eq!(
        integrations(&owner).await["stand_ins_without_keys"],
        7,
        "Facebook, Instagram, OpenAI, Pinterest, Reddit, TikTok, YouTube"
    );

    let answer = owner.call("secrets/fill_sandbox_keys", &[]).await;
    assert_eq!((answer.status, answer.location.as_deref()), (200, Some("/settings/integrations?filled=7")));
    let page = integrations(&owner).await;
    assert_eq!((state(&page, "instagram"), state(&page, "linkedin")), ("saved", "instance_default"));
    assert_eq!((kept(&t, "x").await, kept(&t, "linkedin").await), (before, vec![]));
    assert_eq!((kept(&t, "instagram").await.len(), kept(&t, "facebook").await.len()), (2, 2));
    assert_eq!(page["stand_ins_without_keys"], 0);
    let again = owner.call("secrets/fill_sandbox_keys", &[]).await;
    assert_eq!(again.location.as_deref(), Some("/settings/integrations?filled=0"));

    // They are good enough to sign in with.
    let begun = owner.page("/api/social/connect/instagram").await;
    assert!(begun.location.is_some_and(|l| l.contains("sandbox-instagram-app")));
    t.sql("update members set role = 'editor'").await;
    assert_eq!(owner.call("secrets/fill_sandbox_keys", &[]).await.status, 403);
}

#[tokio::test]
async fn of_a_click_and_somebody_who_types_at_the_same_moment_the_typed_keys_win() {
    let t = TestApp::start().await;
    let (_, owner) = founded(&t, "Engines").await;
    let typed =
        [("platform", "x"), ("values[client_id]", "a-real-app-4711"), ("values[client_secret]", "a-real-secret-4712")];
    let (filled, saved) =
        tokio::join!(owner.call("secrets/fill_sandbox_keys", &[]), owner.call("secrets/save_keys", &typed));
    assert_eq!((filled.status, saved.status), (200, 200));
    let ends: Vec<_> = kept(&t, "x").await.into_iter().map(|(_, end)| end).collect();
    assert_eq!(ends, ["4711", "4712"]);
}

#[tokio::test]
async fn outside_the_sandbox_nothing_is_filled_in() {
    let t = TestApp::with(&[("LUX_SANDBOX", "0")]).await;
    let (_, owner) = founded(&t, "Engines").await;
    assert_eq!(integrations(&owner).await["stand_ins_without_keys"], 0);
    assert_eq!(owner.call("secrets/fill_sandbox_keys", &[]).await.status, 404);
    assert_eq!(t.value::<i64>("select count(*) from secrets").await, 0);
    assert!(!owner.page("/settings/integrations").await.body.contains("Fill in sandbox keys"));
}

#[tokio::test]
async fn save_and_connect_goes_on_only_with_keys_that_work() {
    let t = TestApp::start().await;
    let (firm, owner) = founded(&t, "Engines").await;
    let half = [("platform", "x"), ("values[client_id]", "our-app"), ("then", "connect")];
    let answer = owner.call("secrets/save_keys", &half).await;
    assert_eq!((answer.status, &answer.json()["go_on"]), (200, &json!(false)), "{}", answer.body);
    assert_eq!(answer.location.as_deref(), Some("/settings/integrations?tested=x#x"));
    assert_eq!(kept(&t, "x").await.len(), 1, "what was typed is kept");

    let rest = [("platform", "x"), ("values[client_secret]", "our-secret-7391"), ("then", "connect")];
    let answer = owner.call("secrets/save_keys", &rest).await;
    assert_eq!(
        (answer.status, &answer.json()["go_on"], answer.location.as_deref()),
        (200, &json!(true), None),
        "{}",
        answer.body
    );
    assert_eq!(answer.json()["test"]["passed"], true);
    // Saving alone goes nowhere, as before.
    let only = owner.call("secrets/save_keys", &[("platform", "x"), ("values[client_id]", "our-app-2")]).await;
    assert_eq!(
        (&only.json()["go_on"], only.location.as_deref()),
        (&json!(false), Some("/settings/integrations?saved=x#x"))
    );

    // Without JavaScript a link leads to the platform: a form's answer may not lead to another site.
    let path = "/rpc/lux/features/secrets/calls/save_keys";
    let request = owner.request(Method::POST, path).header("accept", "text/html");
    let sent = owner.send(request.form(&[("platform", "x"), ("then", "connect")])).await;
    assert_eq!((sent.status, sent.location.as_deref()), (302, Some("/settings/integrations?continue=x#x")));
    let page = owner.page("/settings/integrations?continue=x").await.body;
    let link = format!("href=\"/in/{}/api/social/connect/x\"", firm.who.company);
    assert!(page.contains(&link) && page.contains("The keys work. Continue to X"), "{page}");
    let consent = owner.page("/api/social/connect/x").await.location.expect("the consent page");
    assert!(consent.contains("our-app-2"), "{consent}");
}

#[tokio::test]
async fn a_missing_key_has_a_door() {
    let t = TestApp::start().await;
    let (_, owner) = founded(&t, "Engines").await;
    for page in ["/connections", "/connections?problem=keys_missing&platform=x"] {
        let body = owner.page(page).await.body;
        assert!(body.contains("/settings/integrations?connect=x#x"), "{page}");
    }
    assert!(owner.page("/connections?problem=keys_missing&platform=x").await.body.contains("Enter the keys of X"));
    let page = owner.page("/settings/integrations?connect=x").await.body;
    assert!(page.contains("Enter the keys, then choose Save and connect."));
}

async fn steps(client: &Client) -> Value {
    let home = client.call("home/home", &[]).await;
    assert_eq!(home.status, 200, "{}", home.body);
    home.json()["first_steps"].clone()
}

#[tokio::test]
async fn the_first_steps_are_ticked_and_go_when_done() {
    let t = TestApp::start().await;
    let (mut firm, owner) = founded(&t, "Engines").await;
    let done = |keys: bool, account: bool, post: bool| json!({ "keys": keys, "account": account, "post": post });
    assert_eq!(steps(&owner).await, done(false, false, false));
    let page = owner.page("/").await.body;
    assert!(page.contains("First steps") && page.contains("Add the keys of a platform"));
    assert_eq!(owner.call("secrets/fill_sandbox_keys", &[]).await.status, 200);
    assert_eq!(steps(&owner).await, done(true, false, false));
    firm.connect(&t.sandbox, Platform::X).await;
    assert_eq!(steps(&owner).await, done(true, true, false));
    firm.publish(firm.post("The first one", &[Platform::X])).await;
    assert_eq!(steps(&owner).await, Value::Null);
    assert!(!owner.page("/").await.body.contains("First steps"));
}

#[tokio::test]
async fn the_first_steps_are_put_away_by_one_person_in_one_company() {
    let t = TestApp::start().await;
    let (_, owner) = founded(&t, "Engines").await;
    let (_, other) = founded(&t, "Others").await;
    let link = owner.call("identity/companies/invite", &[("role", "admin"), ("note", "")]).await.json();
    let token = link.as_str().and_then(|l| l.rsplit('/').next()).expect("token").to_owned();
    assert_eq!(other.call("identity/companies/accept_invitation", &[("token", &token)]).await.status, 200);
    assert_eq!(owner.call("home/hide_first_steps", &[]).await.status, 200);
    assert_eq!(steps(&owner).await, Value::Null);
    assert_ne!(steps(&other).await, Value::Null, "another person of the company");
    let company = [("name", "Second"), ("zone", "UTC")];
    assert_eq!(owner.call("identity/companies/create_company", &company).await.status, 200);
    assert_ne!(steps(&owner).await, Value::Null, "another company of the person");
    // Whoever may not connect accounts has other work.
    t.sql("update members set role = 'editor'").await;
    assert_eq!(steps(&other).await, Value::Null);
}
