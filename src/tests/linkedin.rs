//! LinkedIn over real HTTP: a company page chosen and published to, a video, a document and a poll from the upload to the
//! page, each with its answers lost on the way.

use crate::support::{Client, Content as _, Firm, TestApp, client_secret};
use chrono::TimeDelta;
use lopdf::{Document, dictionary};
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::ids::{AssetId, ConnectionId};
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::LinkedIn;
use lux::domain::post::{Format, SavePost, Target};
use lux::features::connections::server::service as connections;
use lux::features::secrets;
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::{Method, header};
use serde_json::json;
use std::time::Duration;

const NORA: &str = "nwDemo0001";
const PAGE: &str = "urn:li:organization:5500001";

async fn page(client: &Client, address: &str) -> String {
    let answer = client.send(client.request(Method::GET, address).header(header::ACCEPT, "text/html")).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.location.expect("a redirect names its goal")
}

/// Signs in at the stand-in; where the browser ends up.
async fn consent(t: &TestApp, client: &Client) -> String {
    let platform = page(client, "/api/social/connect/linkedin").await;
    let url = url::Url::parse(&platform).expect("an address");
    let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    form.extend([("account".into(), NORA.into()), ("decision".into(), "allow".into())]);
    let fields: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let back = t.client().form(&platform, &fields).await.location.expect("back to us");
    page(client, &back).await
}

/// A company whose app may ask for company pages, with one of them connected.
async fn start() -> (TestApp, Firm, Client, ConnectionId) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let keys = [
        ("client_id", "partner-app".into()),
        ("client_secret", client_secret(LinkedIn)),
        ("company_pages", "yes".into()),
    ];
    let keys = keys.map(|(name, value): (_, String)| (name.to_owned(), value)).into();
    let (app, by) = (&firm.who.app, Some(firm.who.user));
    secrets::server::service::save(app, &firm.who.tenant, by, LinkedIn, keys).await.expect("keys");
    let client = t.signed_in(&firm.email).await;
    let goal = consent(&t, &client).await;
    let choice = goal.strip_prefix("/connections/choose/").unwrap_or_else(|| panic!("{goal}")).to_owned();
    let shown = client.get(&goal).await.body;
    assert!(
        ["Nora North (demo)", "Northwind Roasters (demo)", "Northwind Lab (demo)"]
            .iter()
            .all(|name| shown.contains(name))
    );
    assert!(!shown.contains("Northwind Press"), "she may only look at that one");
    let answer = client.call("connections/choose_account", &[("of", choice.as_str()), ("account", PAGE)]).await;
    let goal = answer.location.unwrap_or_else(|| panic!("{}", answer.body));
    let id = goal.rsplit_once("connected=").unwrap_or_else(|| panic!("{goal}")).1.parse().expect("a connection's id");
    firm.follow_changes().await;
    (t, firm, client, id)
}

fn to(firm: &Firm, account: ConnectionId, text: &str, format: Format) -> SavePost {
    let mut post = firm.post(text, &[]);
    post.targets = vec![Target { format, ..Target::to(account) }];
    post
}

fn with(mut post: SavePost, options: &[(&str, &str)]) -> SavePost {
    for (id, value) in options {
        post.targets[0].options.set(id, OptionValue::Text((*value).to_owned()));
    }
    post
}

/// A file, uploaded in parts as people do it.
async fn upload(t: &TestApp, client: &Client, name: &str, bytes: Vec<u8>) -> AssetId {
    let body = json!({ "file_name": name, "bytes": bytes.len() });
    let begun = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
    let sent = client.send(client.request(Method::PUT, &format!("{path}/parts/0")).body(bytes)).await;
    assert_eq!(sent.status, 204, "{}", sent.body);
    client.send(client.request(Method::POST, &format!("{path}/finish"))).await;
    t.drive(TimeDelta::seconds(5)).await;
    let done = client.get(&path).await.json();
    let asset = done["asset"].as_str().unwrap_or_else(|| panic!("{done}"));
    asset.parse().expect("an asset's id")
}

/// Five seconds of video, and a box of zeros that makes two parts of it at LinkedIn.
fn video() -> Vec<u8> {
    let mut file = include_bytes!("files/five_seconds.mp4").to_vec();
    file.extend((4_u32 << 20).to_be_bytes());
    file.extend(b"free");
    file.resize(file.len() + (4 << 20) - 8, 0);
    file
}

pub fn pdf(pages: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let page = dictionary! { "Type" => "Page", "Parent" => root };
    let kids: Vec<lopdf::Object> = (0..pages).map(|_| document.add_object(page.clone()).into()).collect();
    let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => pages as i64 };
    document.objects.insert(root, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = vec![];
    document.save_to(&mut bytes).expect("written");
    bytes
}

#[tokio::test]
async fn a_company_page_publishes_a_video_once_though_answers_are_lost() {
    let (t, firm, client, account) = start().await;
    let context = connections::call_context(&t.app, firm.who.company, account).await.expect("usable");
    assert_eq!((context.remote_id.as_str(), context.handle.as_str()), (PAGE, "northwind-roasters-demo"));
    assert!(
        !context.grant.scopes.iter().any(|scope| scope == "w_member_social"),
        "what is about the member is not the page's"
    );
    let asset = upload(&t, &client, "roast.mp4", video()).await;
    let lost = |operation| Fault { ms: Some(0), ..Fault::once(LinkedIn, operation, FaultKind::TimeoutAfterAccept) };
    // Of announcing it, of a part and of the last call before the post; then of the post.
    t.sandbox.inject(Fault { times: 2, ..lost(Operation::Prepare) });
    t.sandbox.inject(lost(Operation::Commit));
    let id = firm.publish(to(&firm, account, "The roaster at work", Format::Feed).showing(vec![asset])).await;
    let mut before = 0;
    for seconds in [0, 5, 15, 30, 60, 120, 180, 300, 600] {
        // The post is looked for by its time: LinkedIn's clock goes on as ours does.
        t.sandbox.advance(Duration::from_secs(seconds - before));
        t.drive_to(seconds as i64).await;
        before = seconds;
    }
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!(delivery.state, Live, "{:?}", delivery.fault);
    let posts = t.sandbox.posts(LinkedIn);
    assert_eq!((posts.len(), posts[0].account.as_str(), posts[0].pictures[0].video), (1, "5500001", true));
    assert_eq!(t.sandbox.requests(LinkedIn, Operation::Commit), 1, "the post is sent once");
    assert!(delivery.remote_url.is_some_and(|url| url.contains("urn:li:ugcPost:")));
}

#[tokio::test]
async fn documents_and_polls_ask_for_what_they_need_and_go_out() {
    let (t, firm, client, account) = start().await;
    let asset = upload(&t, &client, "harvest.pdf", pdf(12)).await;
    let card = client.get(&format!("/api/v1/media/{asset}")).await.json();
    assert_eq!((&card["facts"]["mime"], &card["facts"]["pages"]), (&json!("application/pdf"), &json!(12)));
    let problems = async |post: SavePost| {
        let saved = firm.save(post).await;
        assert!(saved.blocked());
        saved
            .problems
            .iter()
            .map(|p| format!("{}: {}", p.problem.field, p.problem.message))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let said = problems(to(&firm, account, "Read", Format::Feed).showing(vec![asset])).await;
    assert!(said.contains("LinkedIn takes no documents in this format"), "{said}");
    let document = || to(&firm, account, "Read", Format::Document).showing(vec![asset]);
    assert!(problems(document()).await.contains("options.title"));
    let long = upload(&t, &client, "long.pdf", pdf(301)).await;
    let said =
        problems(with(to(&firm, account, "Read", Format::Document).showing(vec![long]), &[("title", "Long")])).await;
    assert!(said.contains("The document has 301 pages; LinkedIn takes 300 at most."), "{said}");
    let said =
        problems(with(to(&firm, account, "Vote", Format::Poll), &[("question", "Which?"), ("answer_1", "Light")]))
            .await;
    assert!(said.contains("options.answer_2") && !said.contains("options.question"), "{said}");

    let read = firm.publish(with(document(), &[("title", "Our harvest")])).await;
    let answers = [("question", "Which?"), ("answer_1", "Light"), ("answer_2", "Dark"), ("duration", "seven_days")];
    let vote = firm.publish(with(to(&firm, account, "Vote", Format::Poll), &answers)).await;
    for seconds in [0, 5, 15] {
        t.drive_to(seconds).await;
    }
    for id in [read, vote] {
        let delivery = firm.delivery(id, LinkedIn).await;
        assert_eq!(delivery.state, Live, "{:?}", delivery.fault);
    }
    let posts = t.sandbox.posts(LinkedIn);
    let of = |text: &str| posts.iter().find(|post| post.text == text).expect("published").facts.clone();
    assert_eq!(of("Read")["content"]["media"]["title"], "Our harvest");
    let kept = of("Read")["document"].as_str().expect("kept").to_owned();
    assert!(t.sent_file(&kept).await.starts_with(b"%PDF-1.5"), "the file itself went out");
    let poll = json!({ "question": "Which?", "options": [{ "text": "Light" }, { "text": "Dark" }], "settings": { "duration": "SEVEN_DAYS" } });
    assert_eq!(of("Vote")["content"]["poll"], poll);
}
