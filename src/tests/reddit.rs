//! Posts from the composer to the subreddit, as a company uses them; and the account of an app of the type "script", which is
//! connected by the keys alone.

use crate::support::{Client, Content as _, Firm, TestApp};
use lux::domain::delivery::DeliveryState::{Live, NeedsEdit};
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::Reddit;
use lux::domain::post::{Format, Parts, SavePost};
use lux::features::connections::server::service as connections;
use lux::sandbox::{Fault, FaultKind, Operation};
use secrecy::ExposeSecret;

const QUESTION: &str = "6ee3a5c0-0000-11ee-8000-000000000002";

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let mut firm = t.firm("Northwind").await;
    firm.connect(&t.sandbox, Reddit).await;
    (t, firm)
}

fn with(mut post: SavePost, options: &[(&str, &str)]) -> SavePost {
    for (id, value) in options {
        post.targets[0].options.set(id, OptionValue::Text((*value).to_owned()));
    }
    post
}

#[tokio::test]
async fn words_a_link_and_pictures_go_to_the_chosen_subreddit() {
    let (t, firm) = start().await;
    let to = [("subreddit", "NorthwindCoffee")];
    let mut words = with(firm.post("Fresh beans.", &[Reddit]), &[to[0], ("title", "A new roast"), ("flair", QUESTION)]);
    words.targets[0].options.set("nsfw", OptionValue::YesNo(true));
    words.content.parts = Parts { thread: vec![], comment: Some("More below".into()) };
    let shop = Some("https://northwind.example/shop".to_owned());
    let mut link =
        with(firm.post("", &[Reddit]).linking(shop.clone()), &[("subreddit", "CoffeeLinks"), ("title", "Our shop")]);
    link.targets[0].format = Format::Link;
    let (one, two) = (firm.jpeg(320).await, firm.jpeg(330).await);
    let picture = with(firm.post("A cup.", &[Reddit]).showing(vec![one]), &[to[0], ("title", "One cup")]);
    let gallery = with(firm.post("Two cups.", &[Reddit]).showing(vec![one, two]), &[("title", "Two cups")]);
    let mut ids = vec![];
    for post in [words, link, picture, gallery] {
        ids.push(firm.publish(post).await);
    }
    for seconds in [0, 10, 60] {
        t.drive_to(seconds).await;
    }
    for id in &ids {
        assert_eq!(firm.state(*id, Reddit).await, Live, "{:?}", firm.delivery(*id, Reddit).await.fault);
    }
    let posts = t.sandbox.posts(Reddit);
    let titled =
        |title: &str| posts.iter().find(|post| post.facts["title"] == title).unwrap_or_else(|| panic!("{title}"));
    let words = titled("A new roast");
    assert_eq!((words.text.as_str(), &words.facts["place"]), ("Fresh beans.", &"r/NorthwindCoffee".into()));
    assert_eq!((&words.facts["flair"], &words.facts["nsfw"]), (&"Question".into(), &true.into()));
    assert_eq!((titled("Our shop").link.clone(), &titled("Our shop").facts["place"]), (shop, &"r/CoffeeLinks".into()));
    assert_eq!((titled("One cup").pictures.len(), titled("Two cups").pictures.len()), (1, 2));
    assert_eq!(titled("Two cups").facts["place"], "u/northwind_demo", "its own profile is the first choice");
    let comments = t.sandbox.comments(Reddit);
    assert_eq!((comments.len(), comments[0].text.as_str(), &comments[0].post), (1, "More below", &words.id));
}

/// What is known before is said while composing; the subreddit's own rules before anything is sent, in its words.
#[tokio::test]
async fn what_is_missing_or_against_the_rules_is_said_and_mended() {
    let (t, firm) = start().await;
    let mut empty = firm.post("Which beans?", &[Reddit]);
    empty.targets[0].options = Default::default();
    let mut link = firm.post("Which beans?", &[Reddit]);
    link.targets[0].format = Format::Link;
    let fields = async |post: SavePost| -> Vec<String> {
        firm.save(post).await.problems.into_iter().map(|p| p.problem.field).collect()
    };
    assert_eq!(fields(empty).await, ["options.subreddit", "options.title"]);
    assert_eq!(fields(link).await, ["link"]);

    let to = |place, title| with(firm.post("Which beans?", &[Reddit]), &[("subreddit", place), ("title", title)]);
    let against = firm.publish(to("AskBaristas", "Which beans are good?")).await;
    let private = firm.publish(to("RoastersOnly", "Let us in")).await;
    let gone = firm.publish(with(to("NorthwindCoffee", "A flair that is gone"), &[("flair", "6ee3a5c0")])).await;
    t.drive_to(0).await;
    for (id, parts) in [
        (against, &["[Help], [Story]", "wants a flair", "r/AskBaristas asks: Begin the title"][..]),
        (private, &["“Subreddit” no longer exists"]),
        (gone, &["“Flair” no longer exists"]),
    ] {
        let delivery = firm.delivery(id, Reddit).await;
        let fault = delivery.fault.unwrap_or_default();
        assert_eq!(delivery.state, NeedsEdit, "{fault}");
        assert!(parts.iter().all(|part| fault.contains(part)), "{fault}");
    }
    assert!(t.sandbox.posts(Reddit).is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_lost_answer_is_found_among_the_new_posts() {
    let (t, firm) = start().await;
    let media = vec![firm.jpeg(320).await];
    t.sandbox.inject(Fault { times: 2, ..Fault::once(Reddit, Operation::Commit, FaultKind::ServerErrorAfterAccept) });
    let words = firm.publish(with(firm.post("Sent once.", &[Reddit]), &[("title", "Words")])).await;
    let picture = firm.publish(with(firm.post("", &[Reddit]).showing(media), &[("title", "A cup")])).await;
    for seconds in [0, 60, 200, 400] {
        t.drive_to(seconds).await;
    }
    for id in [words, picture] {
        assert_eq!(firm.state(id, Reddit).await, Live, "{:?}", firm.delivery(id, Reddit).await.fault);
    }
    assert_eq!(t.sandbox.posts(Reddit).len(), 2);
}

async fn keys(client: &Client, user: &str, password: &str) {
    let typed = [
        ("platform", "reddit"),
        ("values[client_id]", "script-app"),
        ("values[client_secret]", "script-secret"),
        ("values[username]", user),
        ("values[password]", password),
    ];
    assert_eq!(client.call("secrets/save_keys", &typed).await.status, 200);
}

/// No page of Reddit's: Connect signs in with the password of the keys, and renews with it.
#[tokio::test]
async fn keys_with_a_password_connect_their_own_account() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    keys(&client, "northwind_lab_demo", "wrong-password").await;
    let refused = client.page("/api/social/connect/reddit").await.location.expect("a page of ours");
    assert!(refused.contains("problem=platform_refused"), "{refused}");
    let shown = client.get(&refused).await.body;
    assert!(shown.contains("Reddit did not accept the user name and password"), "{shown}");

    keys(&client, "northwind_lab_demo", "right-password").await;
    let goal = client.page("/api/social/connect/reddit").await.location.expect("a page of ours");
    let id = goal.rsplit_once("/connections?connected=").unwrap_or_else(|| panic!("{goal}")).1.parse().expect("an id");
    let context = connections::call_context(&t.app, firm.who.company, id).await.expect("usable");
    assert_eq!((context.handle.as_str(), context.grant.refresh.is_none()), ("northwind_lab_demo", true));
    let before = context.grant.access.expose_secret().to_owned();
    t.sandbox.expire_tokens(Reddit, "northwind_lab_demo");
    connections::refresh_refused(&t.app, firm.who.company, id).await.expect("renewed");
    let context = connections::call_context(&t.app, firm.who.company, id).await.expect("usable");
    assert_ne!(context.grant.access.expose_secret(), before);
    // The keys of another user are no access to this account.
    keys(&client, "northwind_demo", "right-password").await;
    t.sandbox.expire_tokens(Reddit, "northwind_lab_demo");
    let fault = connections::refresh_refused(&t.app, firm.who.company, id).await.expect_err("another's password");
    assert_eq!(fault.kind(), "auth_expired");
}
