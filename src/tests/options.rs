//! Formats and options of a platform: from REST to the delivery, kept through edits and copies, refused by name.

use crate::support::{Client, Content as _, Firm, TestApp};
use lux::domain::options::{OptionValue, Options};
use lux::domain::platform::Platform::{LinkedIn, X};
use lux::domain::post::{Format, Plan, SavePost, Target};
use lux::features::posts::server::service as posts;
use serde_json::{Value, json};

const SCHEDULE: &str = "/api/social/post/schedule";

async fn start() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    (t, firm, client)
}

fn who_can_reply(word: &str) -> Options {
    [("who_can_reply".to_owned(), OptionValue::Text(word.to_owned()))].into_iter().collect()
}

#[tokio::test]
async fn options_are_kept_from_rest_to_the_delivery_and_copied() {
    let (t, firm, client) = start().await;
    let body = json!({ "text": "Beans", "accounts": [
        { "account": "x", "options": { "who_can_reply": "mentioned" } }, "linkedin"], "at": "2031-05-06T09:30:00Z" });
    let answer = client.json(SCHEDULE, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let id = answer.json()["posts"][0]["id"].as_str().expect("an id").parse().expect("an id");
    let stored = t.value::<Value>("select options from deliveries where options <> '{}'").await;
    assert_eq!(stored, json!({ "who_can_reply": "mentioned" }));
    let of = |targets: &[Target], id| targets.iter().find(|t| t.connection == id).expect("a target").options.clone();
    let post = firm.detail(id).await;
    assert_eq!(of(&post.targets, firm.account(X)), who_can_reply("mentioned"));
    assert!(of(&post.targets, firm.account(LinkedIn)).is_empty());

    let copy = posts::duplicate(&firm.who, id, false).await.expect("copied");
    assert_eq!(of(&firm.detail(copy).await.targets, firm.account(X)), who_can_reply("mentioned"));

    let target = Target { options: who_can_reply("following"), ..Target::to(firm.account(X)) };
    let edited = firm.post("Beans", &[]).saying("Tea".into());
    let version = Some(post.version);
    let edited = SavePost { id: Some(id), version, targets: vec![target.clone()], plan: Plan::Draft, ..edited };
    firm.save(edited.clone()).await;
    assert_eq!(firm.detail(id).await.targets, std::slice::from_ref(&target));
    // The same content with another option is another content.
    let other = Target { options: who_can_reply("mentioned"), ..target };
    assert!(posts::save(&firm.who, SavePost { targets: vec![other], ..edited }).await.is_err(), "an outdated version");
}

#[tokio::test]
async fn what_a_platform_does_not_have_is_refused_by_name() {
    let (t, firm, client) = start().await;
    for (account, field) in [
        (json!({ "account": "x", "options": { "who_can_reply": "martians" } }), "accounts[0].options.who_can_reply"),
        (json!({ "account": "x", "options": { "colour": "red" } }), "accounts[0].options"),
        (json!({ "account": "linkedin", "options": { "who_can_reply": "mentioned" } }), "accounts[0].options"),
        (json!({ "account": "x", "options": [] }), "accounts[0].options"),
        (json!({ "account": "x", "options": { "a\0b": "red" } }), "accounts[0].options"),
        (json!({ "account": "x", "options": { "who_can_reply": 7 } }), "accounts[0].options"),
        (json!({ "account": "x", "format": "fax" }), "accounts[0].format"),
        (json!({ "account": "x", "format": "story" }), "accounts[0].format"),
    ] {
        let body = json!({ "text": "Beans", "accounts": [account], "at": "2031-05-06T09:30:00Z" });
        let answer = client.json(SCHEDULE, &body).await;
        assert_eq!((answer.status, &answer.json()["error"]["problems"][0]["field"]), (422, &json!(field)), "{body}");
    }
    assert_eq!(t.value::<i64>("select count(*) from posts").await, 0);
    // A name that no table takes is refused before it gets there, also from the browser's program.
    let options = json!({ "a\0b": "red" });
    let target = json!({ "connection": firm.account(X), "options": options });
    let body = json!({ "post": { "text": "Beans", "plan": { "kind": "draft" }, "targets": [target] } });
    assert_eq!(client.call_json("posts/save_post", &body).await.status, 422);
    // The composer is told the same, and what was written is kept.
    let target = Target { format: Format::Story, ..Target::to(firm.account(X)) };
    let saved = firm.save(SavePost { targets: vec![target], ..firm.post("Beans", &[]) }).await;
    assert!(saved.blocked() && saved.problems[0].problem.field == "format", "{:?}", saved.problems);
}

#[tokio::test]
async fn the_schema_is_listed_for_programs() {
    let (t, _, client) = start().await;
    let listed = client.get("/api/social/platforms").await.json();
    let x = listed["platforms"].as_array().expect("a list").iter().find(|p| p["id"] == "x").expect("X");
    assert_eq!(x["options"][0]["id"], "who_can_reply");
    assert_eq!(x["options"][0]["allows"][0], json!({ "id": "everybody", "label": "Everybody" }));
    assert_eq!((&x["formats"][0]["id"], &x["formats"][0]["max_text"]), (&json!("feed"), &json!(280)));
    assert_eq!(t.client().get("/api/social/platforms").await.status, 401);
}
