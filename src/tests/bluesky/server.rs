//! What publishing to Bluesky rests on, shown on the real server without our connector.

use super::{POSTS, png, post, record_key};
use crate::support::pds::As::{Bearer, Nobody};
use crate::support::pds::{Pds, PdsAccount, XrpcReply};
use serde_json::{Value, json};

/// The call that publishes: the key is ours, and `swapRecord: null` says that nothing may be there yet.
async fn put(pds: &Pds, token: &str, account: &PdsAccount, key: &str, record: &Value) -> XrpcReply {
    let body = json!({ "repo": account.did, "collection": POSTS, "rkey": key, "record": record, "swapRecord": null });
    pds.xrpc.post(Bearer(token), "com.atproto.repo.putRecord", &body).await
}

async fn read(pds: &Pds, account: &PdsAccount, key: &str) -> XrpcReply {
    let query = [("repo", account.did.as_str()), ("collection", POSTS), ("rkey", key)];
    pds.xrpc.get(Nobody, "com.atproto.repo.getRecord", &query).await
}

#[tokio::test]
async fn the_same_put_twice_makes_one_post() {
    let pds = Pds::shared().await;
    let ann = pds.account("ann").await;
    let (access, _) = pds.session(&ann).await;
    let (key, record) = (record_key(), post("Fresh beans"));

    assert_eq!(read(pds, &ann, &key).await.error(), (400, "RecordNotFound"));
    let first = put(pds, &access, &ann, &key, &record).await.ok();
    assert_eq!(first["uri"], format!("at://{}/{POSTS}/{key}", ann.did));
    assert!(first["commit"]["rev"].is_string(), "{first}");
    let second = put(pds, &access, &ann, &key, &record).await.ok();
    assert_eq!((&second["uri"], &second["cid"]), (&first["uri"], &first["cid"]));
    assert_eq!(second.get("commit"), None, "the second one wrote something");

    let found = read(pds, &ann, &key).await.ok();
    assert_eq!((&found["cid"], &found["value"]), (&first["cid"], &record));
    let other = put(pds, &access, &ann, &key, &post("Stale beans")).await;
    assert_eq!(other.error(), (400, "InvalidSwap"), "{}", other.body);
    let list = [("repo", ann.did.as_str()), ("collection", POSTS)];
    let list = pds.xrpc.get(Nobody, "com.atproto.repo.listRecords", &list).await.ok();
    assert_eq!(list["records"].as_array().map(Vec::len), Some(1), "{list}");

    let gone = json!({ "repo": ann.did, "collection": POSTS, "rkey": key });
    for commit in [true, false] {
        let deleted = pds.xrpc.post(Bearer(&access), "com.atproto.repo.deleteRecord", &gone).await.ok();
        assert_eq!(deleted.get("commit").is_some(), commit, "{deleted}");
    }
    assert_eq!(read(pds, &ann, &key).await.error(), (400, "RecordNotFound"));
}

#[tokio::test]
async fn pictures_are_uploaded_before_the_post_and_belong_to_one_account() {
    let pds = Pds::shared().await;
    let (ben, cat) = (pds.account("ben").await, pds.account("cat").await);
    let ((access, _), (other, _)) = (pds.session(&ben).await, pds.session(&cat).await);
    let blob = pds.xrpc.upload(Bearer(&access), "image/jpeg", png(8, 6)).await.ok()["blob"].take();
    assert_eq!((&blob["$type"], &blob["mimeType"]), (&json!("blob"), &json!("image/png")), "the type is looked up");
    let again = pds.xrpc.upload(Bearer(&access), "image/png", png(8, 6)).await.ok();
    assert_eq!(again["blob"], blob, "the same bytes are the same blob");

    let with = |count: usize| {
        let picture = json!({ "image": blob, "alt": "A blue field", "aspectRatio": { "width": 8, "height": 6 } });
        let mut record = post("Look");
        record["embed"] = json!({ "$type": "app.bsky.embed.images", "images": vec![picture; count] });
        record
    };
    let key = record_key();
    put(pds, &access, &ben, &key, &with(4)).await.ok();
    let found = read(pds, &ben, &key).await.ok();
    assert_eq!(found["value"]["embed"]["images"][3]["image"]["ref"], blob["ref"]);
    assert_eq!(put(pds, &access, &ben, &record_key(), &with(5)).await.error(), (400, "InvalidRequest"));
    // Each account uploads its own.
    assert_eq!(put(pds, &other, &cat, &record_key(), &with(1)).await.error(), (400, "BlobNotFound"));
}

#[tokio::test]
async fn sessions_are_renewed_and_refused() {
    let pds = Pds::shared().await;
    let dan = pds.account("dan").await;
    let (access, refresh) = pds.session(&dan).await;
    let who = pds.xrpc.get(Bearer(&access), "com.atproto.server.getSession", &[]).await.ok();
    assert_eq!((&who["did"], &who["handle"]), (&json!(dan.did), &json!(dan.handle)));
    let expired = pds.expired_access(&dan.did);
    let refused = pds.xrpc.get(Bearer(&expired), "com.atproto.server.getSession", &[]).await;
    assert_eq!(refused.error(), (400, "ExpiredToken"), "not 401");
    let refused = put(pds, &refresh, &dan, &record_key(), &post("x")).await;
    assert_eq!(refused.error(), (400, "InvalidToken"));

    let renew = async |token: &str| pds.xrpc.bare(Bearer(token), "com.atproto.server.refreshSession").await;
    let next = renew(&refresh).await.ok();
    assert_ne!(next["refreshJwt"], refresh);
    // A renewal whose answer was lost is repeated: the used token stays good for two hours.
    renew(&refresh).await.ok();
    let admin = json!({ "subject": { "$type": "com.atproto.admin.defs#repoRef", "did": dan.did },
        "takedown": { "applied": true, "ref": "1" } });
    pds.xrpc.post(pds.admin(), "com.atproto.admin.updateSubjectStatus", &admin).await.ok();
    assert_eq!(renew(&refresh).await.error(), (401, "AccountTakedown"));
    assert_eq!(put(pds, &access, &dan, &record_key(), &post("x")).await.error(), (401, "AccountTakedown"));
}

#[tokio::test]
async fn rate_limits_are_told_in_headers() {
    let pds = Pds::shared().await;
    let fay = pds.account("fay").await;
    let limited = pds.xrpc.limited();
    let body = json!({ "identifier": fay.handle, "password": fay.app_password });
    let reply = limited.post(Nobody, "com.atproto.server.createSession", &body).await;
    let header = |name: &str| reply.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert_eq!((header("ratelimit-policy"), header("ratelimit-remaining")), ("30;w=300", "29"));
    let reset: i64 = header("ratelimit-reset").parse().expect("seconds since 1970");
    assert!((0..=300).contains(&(reset - chrono::Utc::now().timestamp())), "{reset}");
}

#[tokio::test]
async fn a_server_leaves_nothing_behind() {
    let pds = Pds::start().await;
    let did = pds.account("eve").await.did;
    let document: Value = reqwest::get(format!("{}/{did}", pds.plc)).await.expect("answer").json().await.expect("JSON");
    assert_eq!(document["alsoKnownAs"], json!(["at://eve.test"]));
    let folder = pds.folder.clone();
    assert!(folder.join("data/account.sqlite").is_file());
    let url = pds.xrpc.base.clone();
    drop(pds);
    assert!(!folder.exists(), "{folder:?}");
    assert!(reqwest::get(format!("{url}/xrpc/_health")).await.is_err_and(|e| e.is_connect()));
}
