//! Two tabs: what was opened for one company does nothing in another.

use crate::support::{Client, TestApp};
use leptos::server_fn::ServerFn;
use lux::domain::ids::CompanyId;
use lux::domain::page_company::{SWITCH, prefix};
use lux::features::identity::companies::calls::SwitchCompany;
use reqwest::Method;
use std::path::Path;

/// Somebody of two companies, who looks at the second one: the first and the second.
async fn two(t: &TestApp) -> (Client, CompanyId, CompanyId) {
    let first = t.firm("Engines").await;
    let client = t.signed_in(&first.email).await;
    assert_eq!(
        client.call("identity/companies/create_company", &[("name", "Looms & Co"), ("zone", "UTC")]).await.status,
        200
    );
    let second = t.value::<CompanyId>("select id from companies where name = 'Looms & Co'").await;
    (client, first.who.company, second)
}

#[tokio::test]
async fn a_page_of_another_company_is_refused_in_every_way_that_it_can_ask() {
    assert_eq!(SwitchCompany::PATH, SWITCH);
    let t = TestApp::start().await;
    let (client, first, second) = two(&t).await;
    let stale = |path: &str| format!("{}{path}", prefix(first));
    let said = "This tab was opened for Engines, but you switched to Looms & Co in another tab. Reload, or switch back to Engines.";
    let before = t.value::<i64>("select count(*) from posts").await;
    // What the page's program asks: writing or reading.
    for (path, _) in leptos::server_fn::axum::server_fn_paths().filter(|(path, _)| *path != SWITCH) {
        let answer = client.call(&stale(path), &[]).await;
        assert_eq!((answer.status, answer.json()["message"].as_str()), (409, Some(said)), "{path}");
        assert_eq!(answer.json()["kind"], "other_company");
    }
    let json = client.json(&stale("/api/v1/media"), &serde_json::json!({})).await;
    assert_eq!((json.status, json.json()["error"]["message"].as_str()), (409, Some(said)));
    assert_eq!(client.get(&stale("/api/social/connect/x")).await.status, 409);
    // Forms without JavaScript: both ways on.
    let form = reqwest::multipart::Form::new().text("text", "Beans").text("plan", "draft");
    let save = client.request(Method::POST, &stale("/studio/save")).header("accept", "text/html");
    let save = save.header("referer", format!("{}/studio?post=1", t.base)).multipart(form);
    let answer = client.send(save).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    for part in ["Looms &amp; Co", "Switch back to Engines", "href=\"/studio?post=1\"", &format!("value=\"{first}\"")] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    assert_eq!(t.value::<i64>("select count(*) from posts").await, before);
    // The own company, and the way back.
    let own = format!("{}/rpc/lux/features/frame/calls/frame", prefix(second));
    assert_eq!(client.call(&own, &[]).await.json()["company"]["name"], "Looms & Co");
    let switched = client.call(&stale(SWITCH), &[("company", &first.to_string())]).await;
    assert_eq!(switched.status, 200, "{}", switched.body);
    assert_eq!(client.call(&stale("/rpc/lux/features/frame/calls/frame"), &[]).await.status, 200);
}

#[tokio::test]
async fn who_belongs_there_no_longer_learns_nothing() {
    let t = TestApp::start().await;
    let (client, first, _) = two(&t).await;
    let foreign = t.firm("Strangers").await;
    t.sql("delete from members m using companies c where c.id = m.company_id and c.name = 'Engines'").await;
    for company in [first, foreign.who.company] {
        let path = format!("{}/rpc/lux/features/frame/calls/frame", prefix(company));
        let answer = client.call(&path, &[]).await;
        let said = "This tab was opened for a company that you do not belong to any more. Reload it.";
        assert_eq!((answer.status, answer.json()["message"].as_str()), (409, Some(said)));
    }
    // Nobody signed in is still told so.
    let path = format!("{}/rpc/lux/features/frame/calls/frame", prefix(first));
    assert_eq!(t.client().call(&path, &[]).await.status, 401);
}

#[tokio::test]
async fn every_form_of_a_page_names_the_pages_company() {
    let t = TestApp::start().await;
    let (client, _, second) = two(&t).await;
    let here = prefix(second);
    let pages = [
        "/",
        "/studio",
        "/connections",
        "/settings/members",
        "/library",
        "/comments",
        "/contacts",
        "/settings/zapier",
        "/snippets?new=text",
        "/links",
        "/agents",
        "/agents/social",
        "/agents/memory",
        "/proposals",
        "/settings/company",
        "/settings/security",
        "/settings/ai",
        "/settings/voice",
        "/settings/integrations",
    ];
    for page in pages {
        let html = client.page(page).await.body;
        assert!(html.contains(&format!("data-company=\"{here}\"")), "{page}");
        let forms = html.split("<form").skip(1).map(|form| form.split('>').next().unwrap_or_default());
        for form in forms.filter(|form| form.contains("method=\"post\"")) {
            let free = ["switch_company", "sign_out"].iter().any(|name| form.contains(name));
            assert!(free || form.contains(&format!("action=\"{here}/")), "{page}: {form}");
        }
        assert!(!html.contains("href=\"/api/social/connect"), "{page}");
    }
}

/// The places where a form says itself where it posts. Every other one is made by these.
#[test]
fn forms_are_made_in_few_places() {
    const PLACES: [&str; 7] = [
        "ui/form_action.rs",
        "ui/value_form.rs",
        "ui/layout.rs",
        "app/frame.rs",
        "features/contacts/imports/page.rs",
        "features/media/adding.rs",
        "features/studio/page.rs",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            let name = path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
            if path.is_dir() && !["tests", "sandbox", "infra"].contains(&name.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                let posts = text.lines().any(|line| {
                    line.trim_start().starts_with("method=\"post\"") || line.contains("<form method=\"post\"")
                });
                if posts || text.contains("<ActionForm") {
                    found.push(name);
                }
            }
        }
    }
    found.sort_unstable();
    let mut places = PLACES.map(str::to_owned).to_vec();
    places.sort_unstable();
    assert_eq!(found, places);
}
