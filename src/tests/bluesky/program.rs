//! The whole program against the real server: an app password typed into the connections page, and from there to the
//! records that the server's own API shows.

use super::POSTS;
use super::relay::{self, Mishap, Relay};
use crate::support::Content as _;
use crate::support::pds::As::{Bearer, Nobody};
use crate::support::pds::{Pds, PdsAccount};
use crate::support::{Answer, Client, Firm, TestApp, shop};
use chrono::TimeDelta;
use http::header;
use image::ImageFormat;
use lux::connectors::{Call, Grant, RemotePost, Wire, registry};
use lux::domain::delivery::DeliveryState::{Armed, Live, NeedsEdit, NeedsReconnect};
use lux::domain::ids::{ConnectionId, PostId};
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::Bluesky;
use lux::domain::post::{Parts, SavePost, Target};
use lux::features::connections::server::service as connections;
use serde_json::{Value, json};

const GATES: &str = "app.bsky.feed.threadgate";
const LISTS: &str = "app.bsky.graph.list";
const PUT: &str = "com.atproto.repo.putRecord";
const APPLY: &str = "com.atproto.repo.applyWrites";
const SIGN_IN: &str = "/rpc/lux/features/connections/calls/sign_in_account";

struct Scene {
    t: TestApp,
    firm: Firm,
    client: Client,
    pds: &'static Pds,
    relay: Relay,
    account: PdsAccount,
    /// A session of the account's owner, beside the program's.
    owner: String,
}

impl Scene {
    /// A company whose program calls the real server, and an account there that is not connected yet.
    async fn start(name: &str) -> Self {
        let pds = Pds::shared().await;
        let relay = Relay::start(pds).await;
        let t = TestApp::with(&[("LUX_BLUESKY_BASE_URL", relay.base.as_str())]).await;
        let firm = Firm::found(&t.app, "Northwind", "UTC").await;
        let client = t.signed_in(&firm.email).await;
        let account = pds.account(name).await;
        let (owner, _) = pds.session(&account).await;
        Self { t, firm, client, pds, relay, account, owner }
    }

    async fn connected(name: &str) -> (Self, ConnectionId) {
        let scene = Self::start(name).await;
        let id = scene.connect().await;
        (scene, id)
    }

    /// Posts the form of the connections page as a browser without JavaScript does.
    async fn sign_in(&self, handle: &str, password: &str, server: &str) -> Answer {
        let request = self.client.request(reqwest::Method::POST, SIGN_IN).header(header::ACCEPT, "text/html");
        let request = request.header(header::REFERER, self.client.address("/connections"));
        let typed = [
            ("platform", "bluesky"),
            ("renews", ""),
            ("account", handle),
            ("values[password]", password),
            ("values[server]", server),
        ];
        self.client.send(request.form(&typed)).await
    }

    async fn connect(&self) -> ConnectionId {
        let PdsAccount { handle, app_password, .. } = &self.account;
        let answer = self.sign_in(handle, app_password, relay::SERVER).await;
        let there = answer.location.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body));
        let id = there.strip_prefix("/connections?connected=").unwrap_or_else(|| panic!("{there}"));
        self.firm.follow_changes().await;
        id.parse().expect("an id")
    }

    fn post(&self, text: &str, to: ConnectionId) -> SavePost {
        SavePost { targets: vec![Target::to(to)], ..self.firm.post(text, &[]) }
    }

    /// A post that only these may reply to.
    fn gated(&self, text: &str, to: ConnectionId, who: &str, list: Option<&str>) -> SavePost {
        let mut post = self.post(text, to);
        let options = &mut post.targets[0].options;
        options.set("who_can_reply", OptionValue::Text(who.into()));
        options.set("list", OptionValue::Text(list.unwrap_or_default().into()));
        post
    }

    async fn publish(&self, post: SavePost) -> PostId {
        let id = self.firm.publish(post).await;
        for seconds in [0, 2, 5] {
            self.t.drive_to(seconds).await;
        }
        id
    }

    /// The records of a collection, newest first, as the server's own API lists them.
    async fn records(&self, collection: &str) -> Vec<Value> {
        let query = [("repo", self.account.did.as_str()), ("collection", collection)];
        let listed = self.pds.xrpc.get(Nobody, "com.atproto.repo.listRecords", &query).await.ok();
        listed["records"].as_array().expect("records").clone()
    }

    /// The only post with this text.
    async fn shown(&self, text: &str) -> Value {
        let posts = self.records(POSTS).await;
        let mut found: Vec<_> = posts.into_iter().filter(|post| post["value"]["text"] == text).collect();
        assert_eq!(found.len(), 1, "{text}");
        found.remove(0)
    }

    /// Makes a list of people.
    async fn list(&self, name: &str, purpose: &str) -> String {
        let record = json!({ "$type": LISTS, "name": name, "purpose": format!("app.bsky.graph.defs#{purpose}"),
            "createdAt": "2026-11-27T12:00:00.000Z" });
        let body = json!({ "repo": self.account.did, "collection": LISTS, "record": record });
        let made = self.pds.xrpc.post(Bearer(&self.owner), "com.atproto.repo.createRecord", &body).await.ok();
        made["uri"].as_str().expect("an address").to_owned()
    }
}

#[tokio::test]
async fn an_app_password_connects_an_account_and_is_forgotten() {
    let scene = Scene::start("nora").await;
    let Scene { t, client, account, relay, .. } = &scene;
    let page = client.page("/connections").await.body;
    for words in ["Connect this Bluesky account", "App password", "values[password]", "https://bsky.social"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("Use an app password."), "no keys are needed");
    // What is wrong stands at its field; the handle is there again, the password never is.
    for (password, server, words) in [
        ("the-main-password", "https://bsky.social", "This is no app password"),
        ("wron-gpas-swor-dddd", "https://bsky.social", "The handle or the app password is not right"),
        (&account.app_password, "http://pds.northwind.example/x", "server&#x27;s address"),
    ] {
        let answer = scene.sign_in(&account.handle, password, server).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        let back = answer.location.expect("the page again");
        assert!(back.starts_with("/connections?") && !back.contains(password), "{back}");
        let page = client.page(&back).await.body;
        assert!(page.contains(words) || page.contains(&words.replace("&#x27;", "'")), "{words}");
        assert!(page.contains(&account.handle) && !page.contains(password));
    }
    assert_eq!(t.value::<i64>("select count(*) from connections").await, 0);

    let id = scene.connect().await;
    let stored: String = t.value("select json_agg(c)::text from connections c").await;
    assert!(!stored.contains(&account.app_password) && stored.contains(&account.did), "{stored}");
    let list = client.get("/api/social/accounts").await.json();
    let shown = &list["accounts"][0];
    assert_eq!((&shown["handle"], &shown["state"]), (&json!(format!("@{}", account.handle)), &json!("active")));
    assert_eq!((&shown["sign_in"]["renewable"], &shown["expires"]), (&json!(true), &Value::Null));
    let servers: Vec<_> = relay.passed("com.atproto.server.createSession").into_iter().map(|c| c.host).collect();
    assert_eq!(servers.last().map(String::as_str), Some("pds.northwind.example"), "{servers:?}");

    // It is renewed where it was opened; both tokens are new.
    let sealed = "select encode(sealed_access, 'hex') || encode(sealed_refresh, 'hex') from connections";
    let before: String = t.value(sealed).await;
    connections::refresh_now(&t.app, scene.firm.who.company, id).await.expect("renewed");
    assert_ne!(t.value::<String>(sealed).await, before);
    // The same account again is the same connection.
    assert_eq!(scene.connect().await, id);

    let path = format!("/api/social/accounts/{id}");
    let gone = client.send(client.request(reqwest::Method::DELETE, &path)).await;
    assert_eq!((gone.status, &gone.json()["revoked_at_platform"]), (200, &json!(true)), "{}", gone.body);
    assert_eq!(relay.passed("com.atproto.server.deleteSession")[0].status, Some(200));
}

#[tokio::test]
async fn text_pictures_threads_and_cards_are_published() {
    let (scene, to) = Scene::connected("olga").await;
    let other = scene.pds.account("pete").await;

    let text = format!(
        "Fresh beans für alle: https://northwind.example/roast #coffee with @{} and @nobody.test",
        other.handle
    );
    let parts = Parts { thread: vec!["The second".into(), "The third".into()], comment: None };
    let id = scene.publish(scene.post(&text, to).followed_by(parts)).await;
    let first = scene.shown(&text).await;
    let facets = first["value"]["facets"].as_array().expect("facets").clone();
    let part = |facet: &Value| {
        let at = |name: &str| facet["index"][name].as_u64().expect("a number") as usize;
        text[at("byteStart")..at("byteEnd")].to_owned()
    };
    let found: Vec<_> = facets.iter().map(part).collect();
    assert_eq!(found, ["https://northwind.example/roast", "#coffee", &format!("@{}", other.handle)]);
    assert_eq!(facets[2]["features"][0]["did"], other.did);
    let (second, third) = (scene.shown("The second").await, scene.shown("The third").await);
    let reference = |post: &Value| json!({ "uri": post["uri"], "cid": post["cid"] });
    assert_eq!(second["value"]["reply"], json!({ "root": reference(&first), "parent": reference(&first) }));
    assert_eq!(third["value"]["reply"], json!({ "root": reference(&first), "parent": reference(&second) }));
    let delivery = scene.firm.delivery(id, Bluesky).await;
    let key = first["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).expect("a key");
    assert!(
        delivery.remote_url.as_ref().is_some_and(|url| url.ends_with(&format!("{}/post/{key}", scene.account.did)))
    );

    let picture = scene.firm.picture(ImageFormat::Jpeg).await;
    let who = &scene.firm.who;
    lux::features::media::server::service::set_alt(who, picture, "A sack of beans").await.expect("described");
    let media = vec![picture, scene.firm.picture(ImageFormat::Png).await];
    scene.publish(scene.post("With pictures", to).showing(media)).await;
    let images = scene.shown("With pictures").await["value"]["embed"]["images"].clone();
    assert_eq!((images.as_array().map(Vec::len), &images[0]["alt"]), (Some(2), &json!("A sack of beans")));
    assert_eq!(images[0]["aspectRatio"], json!({ "width": 400, "height": 400 }));
    let cid = images[0]["image"]["ref"]["$link"].as_str().expect("a CID");
    let query = [("did", scene.account.did.as_str()), ("cid", cid)];
    assert_eq!(scene.pds.xrpc.get(Nobody, "com.atproto.sync.getBlob", &query).await.status, 200);

    let link = shop().await;
    scene.publish(scene.post("Look at this", to).linking(Some(link.clone()))).await;
    let card = scene.shown("Look at this").await["value"]["embed"]["external"].clone();
    assert_eq!((&card["uri"], &card["title"]), (&json!(link), &json!("A new roast")));
    assert_eq!(
        (&card["description"], &card["thumb"]["mimeType"]),
        (&json!("Fresh beans & cake"), &json!("image/jpeg"))
    );
}

#[tokio::test]
async fn who_can_reply_is_said_with_the_post() {
    let (scene, to) = Scene::connected("quinn").await;
    let (regulars, _) = (scene.list("Regulars", "curatelist").await, scene.list("Blocked", "modlist").await);
    // The composer gets the account's own lists, and only those that are for reading.
    let asked = [("id", to.to_string()), ("source", "lists".to_owned())];
    let asked = asked.each_ref().map(|(name, value)| (*name, value.as_str()));
    let choices = scene.client.call("connections/load_choices", &asked).await;
    assert_eq!((choices.status, choices.json()), (200, json!([{ "id": regulars, "label": "Regulars" }])));

    let allowed = async |text: &str| {
        let post = scene.shown(text).await;
        let key = post["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).expect("a key").to_owned();
        let gates = scene.records(GATES).await;
        let gate = gates.into_iter().find(|gate| gate["uri"].as_str().is_some_and(|uri| uri.ends_with(&key)));
        gate.map(|gate| {
            assert_eq!(gate["value"]["post"], post["uri"], "{text}");
            gate["value"]["allow"].clone()
        })
    };
    let rule = |name: &str| json!([{ "$type": format!("{GATES}#{name}") }]);
    let mut on_list = rule("listRule");
    on_list[0]["list"] = json!(regulars);
    for (who, list, expected) in [
        ("anybody", None, None),
        ("nobody", None, Some(json!([]))),
        ("mentioned", None, Some(rule("mentionRule"))),
        ("following", None, Some(rule("followingRule"))),
        ("list", Some(regulars.as_str()), Some(on_list)),
    ] {
        let text = format!("For {who}");
        let id = scene.publish(scene.gated(&text, to, who, list)).await;
        let delivery = scene.firm.delivery(id, Bluesky).await;
        assert_eq!((delivery.state, allowed(&text).await), (Live, expected), "{who}: {:?}", delivery.fault);
    }

    // A list that is gone when the time has come: the post waits for another choice.
    let key = regulars.rsplit('/').next().expect("a key");
    let gone = json!({ "repo": scene.account.did, "collection": LISTS, "rkey": key });
    scene.pds.xrpc.post(Bearer(&scene.owner), "com.atproto.repo.deleteRecord", &gone).await.ok();
    let id = scene.publish(scene.gated("For a list that is gone", to, "list", Some(&regulars))).await;
    let delivery = scene.firm.delivery(id, Bluesky).await;
    assert_eq!(delivery.state, NeedsEdit);
    assert!(delivery.fault.as_ref().is_some_and(|fault| fault.contains("no longer exists")), "{:?}", delivery.fault);
    assert_eq!(scene.records(POSTS).await.len(), 5);
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_found() {
    let (scene, to) = Scene::connected("rosa").await;
    for (method, who) in [(PUT, "anybody"), (APPLY, "nobody")] {
        scene.relay.once(method, Mishap::LoseAnswer);
        let text = format!("Lost by {method}");
        let id = scene.publish(scene.gated(&text, to, who, None)).await;
        assert_eq!(scene.firm.state(id, Bluesky).await, Armed, "{method}");
        scene.t.drive_to(20).await;
        let delivery = scene.firm.delivery(id, Bluesky).await;
        assert_eq!(delivery.state, Live, "{method}: {:?}", delivery.fault);
        let post = scene.shown(&text).await;
        let key = post["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).expect("a key");
        assert!(delivery.remote_url.is_some_and(|url| url.ends_with(key)));
        assert_eq!(scene.relay.passed(method).len(), 1, "{method}: it was sent once");
    }
    assert_eq!(scene.records(GATES).await.len(), 1, "the gate came with its post");
}

#[tokio::test]
async fn a_post_that_did_not_arrive_is_sent_again_under_its_key() {
    let (scene, to) = Scene::connected("sven").await;
    for (method, who) in [(PUT, "anybody"), (APPLY, "nobody")] {
        scene.relay.once(method, Mishap::LoseCall);
        let text = format!("Never arrived by {method}");
        let id = scene.firm.publish(scene.gated(&text, to, who, None)).await;
        scene.t.drive_to(0).await;
        let key: String = scene.t.value("select checkpoint->>'key' from deliveries where state = 'armed'").await;
        // Within the grace period an absence proves nothing.
        scene.t.drive_to(20).await;
        assert_eq!(scene.firm.state(id, Bluesky).await, Armed, "{method}");
        scene.t.drive_to(300).await;
        let delivery = scene.firm.delivery(id, Bluesky).await;
        assert_eq!(delivery.state, Live, "{method}: {:?}", delivery.fault);
        let uri = scene.shown(&text).await["uri"].as_str().expect("an address").to_owned();
        assert!(uri.ends_with(&key), "{uri} {key}");
        assert_eq!(scene.relay.passed(method).len(), 2, "{method}");
    }
}

#[tokio::test]
async fn an_expired_token_is_renewed_on_the_way_and_a_dead_session_asks_for_a_person() {
    let (scene, to) = Scene::connected("tess").await;
    scene.relay.once(PUT, Mishap::Token(scene.pds.expired_access(&scene.account.did)));
    let id = scene.publish(scene.post("After renewing", to)).await;
    assert_eq!(scene.firm.state(id, Bluesky).await, Live);
    scene.shown("After renewing").await;
    assert_eq!(scene.relay.passed("com.atproto.server.refreshSession").len(), 1);

    // The owner deletes the app password, and the access token runs out.
    let session = json!({ "identifier": scene.account.handle, "password": "the-main-password" });
    let owner = scene.pds.xrpc.post(Nobody, "com.atproto.server.createSession", &session).await.ok();
    let owner = owner["accessJwt"].as_str().expect("a token").to_owned();
    let named = json!({ "name": "lux" });
    assert_eq!(scene.pds.xrpc.post(Bearer(&owner), "com.atproto.server.revokeAppPassword", &named).await.status, 200);
    scene.relay.once(PUT, Mishap::Token(scene.pds.expired_access(&scene.account.did)));
    let id = scene.publish(scene.post("Waits for a person", to)).await;
    let delivery = scene.firm.delivery(id, Bluesky).await;
    assert_eq!(delivery.state, NeedsReconnect, "{:?}", delivery.fault);
    // "Reconnect" leads to the form, as there is no page of the platform to go to.
    let there = scene.client.page(&format!("/api/social/connect/bluesky?for={to}")).await.location.expect("the form");
    assert!(there.contains(&format!("/connections?connect=bluesky&for={to}#connect-bluesky")), "{there}");
    // With a new app password it goes on.
    let app =
        scene.pds.xrpc.post(Bearer(&owner), "com.atproto.server.createAppPassword", &json!({ "name": "new" })).await;
    let password = app.ok()["password"].as_str().expect("a password").to_owned();
    let answer = scene.sign_in(&format!("@{}", scene.account.handle.to_uppercase()), &password, "").await;
    assert_eq!(answer.location.as_deref(), Some(format!("/connections?connected={to}").as_str()));
    for seconds in [0, 2, 5] {
        scene.t.drive_to(seconds).await;
    }
    assert_eq!(scene.firm.state(id, Bluesky).await, Live);
}

#[tokio::test]
async fn a_post_is_deleted_with_its_gate_and_twice_is_as_good_as_once() {
    let (scene, to) = Scene::connected("ulla").await;
    scene.publish(scene.gated("Soon gone", to, "nobody", None)).await;
    let uri = scene.shown("Soon gone").await["uri"].as_str().expect("an address").to_owned();
    assert_eq!(scene.records(GATES).await.len(), 1);
    let (access, refresh) = scene.pds.session(&scene.account).await;
    let grant = Grant {
        access: access.into(),
        refresh: Some(refresh.into()),
        access_expires_at: Some(chrono::Utc::now() + TimeDelta::hours(1)),
        refresh_expires_at: None,
        scopes: vec![],
    };
    let (wire, keys, facts) = (Wire::new(scene.t.app.outbound.clone()), Default::default(), Value::Null);
    let account = scene.account.did.as_str();
    let call = Call { wire: &wire, keys: &keys, grant: &grant, account, handle: "", facts: &facts };
    let publish = registry::find(Bluesky).and_then(|c| c.publish).expect("a connector");
    for _ in 0..2 {
        publish.delete(&call, &RemotePost { id: uri.clone(), url: None }).await.expect("deleted");
    }
    let query = [("repo", account), ("collection", POSTS), ("rkey", uri.rsplit('/').next().expect("a key"))];
    let read = scene.pds.xrpc.get(Nobody, "com.atproto.repo.getRecord", &query).await;
    assert_eq!(read.error(), (400, "RecordNotFound"));
    assert!(scene.records(GATES).await.is_empty());
}

#[tokio::test]
async fn passwords_cannot_be_guessed_through_us() {
    let t = TestApp::with(&[("LUX_THROTTLE_FACTOR", "1")]).await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let client = t.signed_in(&firm.email).await;
    let attempt = async |handle: &str| {
        let typed = [
            ("platform", "bluesky"),
            ("account", handle),
            ("values[password]", "wron-gone-2222-3333"),
            ("values[server]", "https://bsky.social"),
        ];
        client.call("connections/sign_in_account", &typed).await
    };
    for n in 0..10 {
        let answer = attempt("northwind-demo.bsky.social").await;
        assert_eq!((answer.status, &answer.json()["problems"][0]["field"]), (422, &json!("bluesky.password")), "{n}");
    }
    let asked = t.sandbox.requests(Bluesky, lux::sandbox::Operation::Token);
    assert_eq!(attempt("@Northwind-Demo.bsky.social ").await.status, 429);
    assert_eq!(t.sandbox.requests(Bluesky, lux::sandbox::Operation::Token), asked, "the platform is not asked");
    assert_eq!(attempt("northwind-lab.bsky.social").await.status, 422, "another account");
    // Who may not connect accounts may not try passwords.
    let stranger = t.client().call("connections/sign_in_account", &[("platform", "bluesky")]).await;
    assert_eq!(stranger.status, 401, "{}", stranger.body);
}
