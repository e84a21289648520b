//! What is special to Bluesky: its error names, the record key that makes a post happen once, gates, lists, mentions.

use super::cases::{Case, NEW_ACCESS, NEW_REFRESH, PART, TEXT, grant, keys};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, of, prepare, saying, sent};
use crate::connectors::bluesky::CONNECTOR;
use crate::connectors::{Call, Committed, Content, Credentials, Fault, ProbeOutcome, RemotePost, SignIn};
use crate::domain::options::OptionValue;
use crate::domain::platform::Platform;
use crate::domain::post::PartKind;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

const DID: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const POST: &str = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3n3der6x74227";
const REPLY: &str = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3n3der6x74327";
const CID: &str = "bafyreialb6f6l5jeogxyp2nr4xh3t4yxbs5n5j4ekgsjqa7hbdvp6r7ceu";
const PUT: &str = "/xrpc/com.atproto.repo.putRecord";
const APPLY: &str = "/xrpc/com.atproto.repo.applyWrites";

pub fn case() -> Case {
    Case {
        platform: Platform::Bluesky,
        account: DID,
        handle: "@northwind.bsky.social",
        typed: &[("handle", "@Northwind.bsky.social"), ("password", "abcd-2345-efgh-7777")],
        well,
        commits: |s| s.path == PUT || s.path == APPLY,
        live_id: POST,
        preparing: 2,
        rotates: true,
        refused_refresh: || error(400, "ExpiredToken", "Token has been revoked"),
        revokes: true,
        media_type: "image/png",
        options: &[],
        part_id: REPLY,
        part_sent: |case, sent| {
            let record = &sent.json()["record"];
            let post = json!({ "uri": case.live_id, "cid": CID });
            assert_eq!(record["reply"], json!({ "root": post, "parent": post }));
            assert_eq!((&record["text"], &record["embed"]), (&json!(PART), &Value::Null));
            assert_eq!(record["facets"].as_array().map(Vec::len), Some(2), "the link and the tag");
        },
    }
}

fn error(status: u16, error: &str, message: &str) -> Reply {
    Reply::json(status, json!({ "error": error, "message": message }))
}

/// What the DID directory says of the account.
fn document(handle: &str, server: &str) -> Value {
    json!({ "id": DID, "alsoKnownAs": [format!("at://{handle}")], "service": [{ "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer", "serviceEndpoint": server }] })
}

/// Records that were written, by key: keys are random, so the tests of this process do not meet in it.
static WRITTEN: LazyLock<Mutex<BTreeMap<String, Value>>> = LazyLock::new(Mutex::default);

fn well(seen: &Seen) -> Reply {
    let session = || {
        json!({ "did": DID, "handle": "northwind.bsky.social", "active": true, "accessJwt": NEW_ACCESS,
            "refreshJwt": NEW_REFRESH })
    };
    let now = || Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    if seen.path == format!("/{DID}") {
        return Reply::json(200, document("northwind.bsky.social", "https://bsky.social"));
    }
    match (seen.method.as_str(), seen.path.strip_prefix("/xrpc/").unwrap_or_default()) {
        ("POST", "com.atproto.server.createSession" | "com.atproto.server.refreshSession") => {
            Reply::json(200, session())
        }
        ("POST", "com.atproto.server.deleteSession" | "com.atproto.repo.deleteRecord") => Reply::text(200, "{}"),
        ("GET", "com.atproto.server.getSession") => Reply::json(200, session()),
        ("GET", "com.atproto.identity.resolveHandle") => match seen.query("handle").as_deref() {
            Some("ann.test") => Reply::json(200, json!({ "did": "did:plc:aaaaaaaaaaaaaaaaaaaaaann" })),
            _ => error(400, "InvalidRequest", "Unable to resolve handle"),
        },
        ("POST", "com.atproto.repo.uploadBlob") => {
            let blob = json!({ "$type": "blob", "ref": { "$link": "bafkrei" }, "mimeType": "image/png", "size": 9 });
            Reply::json(200, json!({ "blob": blob }))
        }
        ("POST", "com.atproto.repo.putRecord") => {
            let body = seen.json();
            let uri = if body["record"]["reply"].is_null() { POST } else { REPLY };
            let key = body["rkey"].as_str().unwrap_or_default().to_owned();
            WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).insert(key, body["record"].clone());
            Reply::json(200, json!({ "uri": uri, "cid": CID, "commit": { "cid": CID, "rev": "3n3der6x74227" } }))
        }
        ("POST", "com.atproto.repo.applyWrites") => {
            Reply::json(200, json!({ "results": [{ "uri": POST, "cid": CID }, { "uri": "x", "cid": CID }] }))
        }
        ("GET", "com.atproto.repo.getRecord") => {
            let key = seen.query("rkey").unwrap_or_default();
            let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
            let value = written.unwrap_or_else(|| json!({ "text": TEXT, "createdAt": now() }));
            let uri = if value["reply"].is_null() { POST } else { REPLY };
            Reply::json(200, json!({ "uri": uri, "cid": CID, "value": value }))
        }
        ("GET", "com.atproto.repo.listRecords") => {
            let list = |key: u8, name: &str, purpose: &str| {
                json!({ "uri": format!("at://{DID}/app.bsky.graph.list/{key}"), "cid": CID,
                    "value": { "name": name, "purpose": format!("app.bsky.graph.defs#{purpose}") } })
            };
            match seen.query("cursor").as_deref() {
                None => Reply::json(
                    200,
                    json!({ "records": [list(1, "Regulars", "curatelist"),
                    list(2, "Blocked", "modlist")], "cursor": "2" }),
                ),
                _ => Reply::json(200, json!({ "records": [list(3, " ", "curatelist")] })),
            }
        }
        _ => error(404, "XRPCNotSupported", "XRPCNotSupported"),
    }
}

#[tokio::test]
async fn bluesky_answers_are_understood() {
    let said = |name: &str, message: &str| json!({ "error": name, "message": message });
    commits(
        Platform::Bluesky,
        vec![
            (400, said("ExpiredToken", "Token has expired"), "auth_expired"),
            (400, said("InvalidSwap", "Record was at bafyrei"), "duplicate"),
            (400, said("BlobNotFound", "Could not find blob"), "preparation_lost"),
            (400, said("InvalidRequest", "Unacceptable slur in record key"), "preparation_lost"),
            (400, said("InvalidRequest", "Invalid app.bsky.feed.post record: x at $.record.text"), "invalid_content"),
            (401, said("AccountTakedown", "Account has been taken down"), "disconnected"),
            (403, said("AccountNotFound", "Account not found"), "disconnected"),
            (500, said("InternalServerError", "Internal Server Error"), "unknown_outcome"),
            (502, said("UpstreamFailure", "x"), "unknown_outcome"),
            (501, said("MethodNotImplemented", "x"), "unsupported"),
            (200, json!({ "cid": CID }), "unknown_outcome"),
            (200, json!({ "uri": "at://elsewhere", "cid": CID }), "unknown_outcome"),
        ],
    )
    .await;
}

#[tokio::test]
async fn bluesky_waits_as_long_as_the_header_says() {
    let (publish, case) = of(Platform::Bluesky);
    let reset = Utc::now().timestamp() + 1_800;
    let reply = error(429, "RateLimitExceeded", "Rate Limit Exceeded").with("ratelimit-reset", reset);
    match commit_against(publish, &case, reply).await {
        Err(Fault::RateLimited { until, .. }) => assert!((reset..reset + 10).contains(&until.timestamp()), "{until}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_post_keeps_its_key_and_expects_nothing_under_it() {
    let (publish, case) = of(Platform::Bluesky);
    let (peer, content) = (Peer::start(case.well).await, case.content(0));
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    for _ in 0..2 {
        publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
    }
    let puts: Vec<_> = peer.seen().into_iter().filter(|s| s.path == PUT).map(|s| s.json()).collect();
    assert_eq!((puts.len(), &puts[0]["rkey"]), (2, &puts[1]["rkey"]));
    assert_eq!(puts[0]["rkey"], checkpoint["key"]);
    assert!(puts.iter().all(|put| put.get("swapRecord") == Some(&Value::Null) && put["repo"] == DID));
    let (_, other) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    assert_ne!(other["key"], checkpoint["key"], "another delivery has another key");
}

#[tokio::test]
async fn only_one_answer_proves_that_a_post_is_absent() {
    let (publish, case) = of(Platform::Bluesky);
    let content = case.content(0);
    let well = Peer::start(case.well).await;
    let (_, checkpoint) = prepare(publish, &case, &well.wire(), &content, None).await.unwrap();
    for (name, absent) in [("RecordNotFound", true), ("InvalidRequest", false), ("RepoNotFound", false)] {
        let peer = Peer::start(move |_| error(400, name, "Could not locate record")).await;
        let got = publish.probe(&call!(case, &peer.wire()), &content, &checkpoint, Utc::now()).await;
        assert_eq!(matches!(got, Ok(ProbeOutcome::Absent)), absent, "{name}: {got:?}");
    }
}

#[tokio::test]
async fn only_handles_that_somebody_has_become_mentions() {
    let content = saying(case().content(0), "With @Ann.test and @nobody.test, @ann.test");
    let facets = sent(Platform::Bluesky, &content).await.json()["record"]["facets"].clone();
    let facets = facets.as_array().unwrap();
    assert!(facets.len() == 2 && facets.iter().all(|f| f["features"][0]["did"] == "did:plc:aaaaaaaaaaaaaaaaaaaaaann"));
    let (publish, case) = of(Platform::Bluesky);
    let peer = Peer::start(|_| Reply::text(500, "")).await;
    assert_eq!(kind(&prepare(publish, &case, &peer.wire(), &content, None).await), "transient", "not knowing is no no");
}

fn gated(chosen: &str) -> Content {
    let mut content = case().content(0);
    content.options.set("who_can_reply", OptionValue::Text(chosen.into()));
    content.options.set("list", OptionValue::Text(format!("at://{DID}/app.bsky.graph.list/1")));
    content
}

#[tokio::test]
async fn a_gate_is_made_with_its_post_and_under_its_key() {
    let rule = |name: &str| json!({ "$type": format!("app.bsky.feed.threadgate#{name}") });
    let mut list = rule("listRule");
    list["list"] = json!(format!("at://{DID}/app.bsky.graph.list/1"));
    for (chosen, allow) in [
        ("nobody", json!([])),
        ("mentioned", json!([rule("mentionRule")])),
        ("following", json!([rule("followingRule")])),
        ("list", json!([list])),
    ] {
        let seen = sent(Platform::Bluesky, &gated(chosen)).await;
        assert_eq!(seen.path, APPLY, "{chosen}");
        let (post, gate) = (&seen.json()["writes"][0], &seen.json()["writes"][1]);
        assert_eq!((&post["collection"], &post["rkey"]), (&json!("app.bsky.feed.post"), &gate["rkey"]), "{chosen}");
        let uri = format!("at://{DID}/app.bsky.feed.post/{}", gate["rkey"].as_str().unwrap());
        assert_eq!((&gate["value"]["post"], &gate["value"]["allow"]), (&json!(uri), &allow), "{chosen}");
    }
    assert_eq!(sent(Platform::Bluesky, &gated("anybody")).await.path, PUT);
    let mut none = gated("list");
    none.options.set("list", OptionValue::Text(String::new()));
    let (publish, case) = of(Platform::Bluesky);
    let peer = Peer::start(case.well).await;
    let (_, checkpoint) = prepare(publish, &case, &peer.wire(), &none, None).await.unwrap();
    assert_eq!(kind(&publish.commit(&call!(case, &peer.wire()), &none, &checkpoint).await), "invalid_content");
    // A reply has the gate of its thread.
    let mut reply = case.part(PartKind::Reply);
    reply.options = gated("nobody").post.options;
    assert_eq!(sent(Platform::Bluesky, &reply).await.path, PUT);
}

#[tokio::test]
async fn lists_are_read_to_the_end() {
    let (_, case) = of(Platform::Bluesky);
    let choices = CONNECTOR.choices.unwrap();
    let peer = Peer::start(case.well).await;
    let wire = peer.wire();
    let found = choices.choices(&call!(case, &wire), "lists", "").await.unwrap();
    let found: Vec<_> = found.iter().map(|c| (c.id.rsplit('/').next().unwrap(), c.label.as_str())).collect();
    assert_eq!(found, [("1", "Regulars"), ("3", "A list without a name")]);
    assert_eq!(kind(&choices.choices(&call!(case, &wire), "boards", "").await), "unsupported");
    let peer = Peer::start(|_| Reply::text(503, "")).await;
    assert_eq!(kind(&choices.choices(&call!(case, &peer.wire()), "lists", "").await), "transient");
}

#[tokio::test]
async fn a_post_is_taken_back_with_its_gate() {
    let (publish, case) = of(Platform::Bluesky);
    let peer = Peer::start(case.well).await;
    publish.delete(&call!(case, &peer.wire()), &case.parent()).await.unwrap();
    let gone: Vec<_> = peer.seen().iter().map(|s| (s.json()["collection"].clone(), s.json()["rkey"].clone())).collect();
    let key = json!("3n3der6x74227");
    assert_eq!(gone, [(json!("app.bsky.feed.post"), key.clone()), (json!("app.bsky.feed.threadgate"), key)]);
    let foreign = RemotePost { id: "1850000000000000001".into(), url: None };
    assert_eq!(kind(&publish.delete(&call!(case, &peer.wire()), &foreign).await), "permanent");
    let deletes = [
        Platform::Bluesky,
        Platform::Facebook,
        Platform::LinkedIn,
        Platform::Pinterest,
        Platform::Reddit,
        Platform::X,
        Platform::YouTube,
    ];
    for (publish, case) in super::support::everyone_who_publishes().filter(|(_, c)| !deletes.contains(&c.platform)) {
        let got = publish.delete(&call!(case, &peer.wire()), &case.parent()).await;
        assert_eq!(kind(&got), "unsupported", "{}", case.platform);
    }
}

#[tokio::test]
async fn calls_go_to_the_server_that_the_account_is_on() {
    let (publish, case) = of(Platform::Bluesky);
    let peer = Peer::start(case.well).await;
    let (wire, keys, grant, content) = (peer.wire(), keys(), grant(), case.content(1));
    let facts = json!({ "pds": "https://pds.northwind.example:8443" });
    let call = Call { wire: &wire, keys: &keys, grant: &grant, account: DID, handle: case.handle, facts: &facts };
    let mut had = None;
    let checkpoint = loop {
        match publish.prepare(&call, &content, had.as_ref()).await.unwrap() {
            crate::connectors::Prepared::Ready(checkpoint) => break checkpoint,
            crate::connectors::Prepared::More(checkpoint) => had = Some(checkpoint),
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(publish.commit(&call, &content, &checkpoint).await, Ok(Committed::Live(_))));
    crate::connectors::bluesky::Bluesky.refresh(&wire, &keys, &grant, &facts).await.unwrap();
    assert!(peer.seen().iter().all(|s| s.host == "pds.northwind.example"), "{:?}", peer.seen());
}

#[tokio::test]
async fn signing_in_finds_the_server_and_names_what_is_wrong() {
    let (_, case) = of(Platform::Bluesky);
    let bluesky = crate::connectors::bluesky::Bluesky;
    let typed = |password: &str, server: &str| {
        let mut typed = case.credentials();
        typed.0.insert("password".into(), password.into());
        typed.0.insert("server".into(), server.into());
        typed
    };
    // Somebody signs in at the entryway; the directory says where the account is.
    let session = || {
        Reply::json(200, json!({ "did": DID, "handle": "a.test", "accessJwt": NEW_ACCESS, "refreshJwt": NEW_REFRESH }))
    };
    let entry = move |kept: Value| {
        Peer::start(move |seen| match seen.path.as_str() {
            "/xrpc/com.atproto.server.createSession" => session(),
            "/xrpc/com.atproto.repo.getRecord" => {
                Reply::json(200, json!({ "uri": "x", "cid": CID, "value": { "displayName": " Ann " } }))
            }
            path if path == format!("/{DID}") && seen.host == "plc.directory" && !kept.is_null() => {
                Reply::json(200, kept.clone())
            }
            _ => Reply::text(404, "unexpected"),
        })
    };
    let peer = entry(document("a.test", "https://oyster.host.bsky.network")).await;
    let (_, accounts) = bluesky.open(&peer.wire(), &case.credentials()).await.unwrap();
    assert_eq!(accounts[0].facts, json!({ "pds": "https://oyster.host.bsky.network" }));
    let hosts: Vec<_> = peer.seen().into_iter().map(|s| s.host).collect();
    assert_eq!(accounts[0].display_name, "Ann");
    assert_eq!(hosts, ["bsky.social", "plc.directory", "oyster.host.bsky.network"]);
    let asked = peer.seen()[0].json();
    assert_eq!(asked, json!({ "identifier": "northwind.bsky.social", "password": "abcd-2345-efgh-7777" }));

    // A server of a stranger opens sessions for accounts that are not its own, or under handles that are not theirs.
    let elsewhere = typed("abcd-2345-efgh-7777", "https://pds.stranger.example");
    for (kept, typed, field, words) in [
        (document("a.test", "https://oyster.host.bsky.network"), &elsewhere, "server", "oyster.host.bsky.network"),
        (document("a.test", "no address"), &elsewhere, "server", "names no server"),
        (document("b.test", "https://pds.stranger.example"), &elsewhere, "handle", "another handle"),
    ] {
        match bluesky.open(&entry(kept).await.wire(), typed).await {
            Err(Fault::InvalidContent { problems, .. }) => {
                assert!(
                    problems.len() == 1 && problems[0].field == field && problems[0].message.contains(words),
                    "{problems:?}"
                );
            }
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
    let own = document("a.test", "https://pds.stranger.example");
    let (_, accounts) = bluesky.open(&entry(own).await.wire(), &elsewhere).await.unwrap();
    assert_eq!(accounts[0].facts, json!({ "pds": "https://pds.stranger.example" }));
    assert_eq!(
        kind(&bluesky.open(&entry(Value::Null).await.wire(), &elsewhere).await),
        "permanent",
        "an account that nobody knows"
    );

    let problem = async |reply: Reply, typed: Credentials| {
        let peer = Peer::start(move |_| reply.clone()).await;
        match bluesky.open(&peer.wire(), &typed).await {
            Err(Fault::InvalidContent { problems, .. }) => {
                problems.into_iter().map(|p| (p.field, p.message)).collect::<Vec<_>>()
            }
            other => panic!("{:?}", other.map(|_| ())),
        }
    };
    let wrong = || error(401, "AuthenticationRequired", "Invalid identifier or password");
    for (reply, typed, field, words) in [
        (wrong(), typed("abcd-2345-efgh-7777", ""), "password", "not right"),
        (wrong(), typed("correct-horse-battery", ""), "password", "App passwords"),
        (Reply::text(404, "not found"), typed("abcd-2345-efgh-7777", "example.com"), "server", "protocol"),
        (wrong(), typed("abcd-2345-efgh-7777", "http://example.com/x"), "server", "https://"),
    ] {
        let found = problem(reply, typed).await;
        assert!(found.len() == 1 && found[0].0 == field && found[0].1.contains(words), "{found:?}");
    }
    let closed = json!({ "did": DID, "handle": "a.test", "accessJwt": NEW_ACCESS, "refreshJwt": NEW_REFRESH,
        "active": false, "status": "deactivated" });
    let peer = Peer::start(move |_| Reply::json(200, closed.clone())).await;
    assert_eq!(kind(&bluesky.open(&peer.wire(), &case.credentials()).await), "disconnected");
    assert_eq!(kind(&bluesky.refresh(&peer.wire(), &keys(), &grant(), &Value::Null).await), "disconnected");
}
