//! The stand-in beside the real server: both get the same calls, and must answer the same.

use super::{POSTS, png};
use crate::support::pds::As::{self, Basic, Bearer, Nobody};
use crate::support::pds::{Pds, Xrpc, XrpcReply};
use lux::sandbox::bluesky::{Network, Person, Status, router};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One of the two, with an account on it, and what it answered.
struct Peer {
    xrpc: Xrpc,
    did: String,
    handle: String,
    password: String,
    /// Somebody else on the same server.
    other: String,
    access: String,
    refresh: String,
    /// What was called, and the answer in a form that can be compared.
    answers: Vec<(String, Value)>,
    /// CIDs of records, which must be the same on both.
    cids: Vec<String>,
    keys: u64,
}

impl Peer {
    fn new(xrpc: Xrpc, did: &str, handle: &str, password: &str, other: &str) -> Self {
        Self {
            xrpc,
            did: did.into(),
            handle: handle.into(),
            password: password.into(),
            other: other.into(),
            access: String::new(),
            refresh: String::new(),
            answers: vec![],
            cids: vec![],
            // The same keys for both.
            keys: 1_795_823_240_000_000,
        }
    }

    fn note(&mut self, what: &str, reply: XrpcReply) -> Value {
        let limit = reply.headers.get("ratelimit-policy").and_then(|v| v.to_str().ok());
        let limit = limit.map(|policy| (policy.to_owned(), reply.headers.contains_key("ratelimit-reset")));
        let body = self.comparable(&reply.body);
        self.answers.push((what.to_owned(), json!({ "status": reply.status, "limit": limit, "body": body })));
        reply.body
    }

    /// Without what cannot be the same: names, tokens, commits, and what a message quotes.
    fn comparable(&self, body: &Value) -> Value {
        match body {
            Value::Object(map) => {
                let one = |(key, value): (&String, &Value)| {
                    let value = match key.as_str() {
                        "accessJwt" | "refreshJwt" | "rev" | "email" => json!("…"),
                        "message" => json!(self.message(value.as_str().unwrap_or_default())),
                        _ => self.comparable(value),
                    };
                    (key.clone(), value)
                };
                map.iter().map(one).collect::<serde_json::Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(|item| self.comparable(item)).collect::<Vec<_>>().into(),
            Value::String(text) if text.starts_with("bafyrei") => json!("a CID"),
            Value::String(text) => json!(self.names(text)),
            other => other.clone(),
        }
    }

    fn names(&self, text: &str) -> String {
        text.replace(&self.did, "DID").replace(&self.handle, "HANDLE").replace(&self.other, "OTHER")
    }

    fn message(&self, message: &str) -> String {
        let mut words = self.names(message);
        // `(got …)`: how a value is shown, and CIDs.
        while let Some((before, rest)) = words.split_once(" (got ") {
            let after = rest.rsplit_once(')').map_or("", |(_, after)| after);
            words = format!("{before}{after}");
        }
        words
            .split(' ')
            .map(|word| if word.starts_with("bafyrei") { "CID" } else { word })
            .collect::<Vec<_>>()
            .join(" ")
    }

    async fn get(&mut self, what: &str, token: &str, method: &str, query: &[(&str, &str)]) -> Value {
        let reply = self.xrpc.get(who(token), method, query).await;
        self.note(what, reply)
    }

    async fn post(&mut self, what: &str, token: &str, method: &str, body: Value) -> Value {
        let reply = self.xrpc.post(who(token), method, &body).await;
        self.note(what, reply)
    }

    async fn bare(&mut self, what: &str, token: &str, method: &str) -> Value {
        let reply = self.xrpc.bare(who(token), method).await;
        self.note(what, reply)
    }

    async fn upload(&mut self, what: &str, kind: &str, bytes: Vec<u8>) -> Value {
        let reply = self.xrpc.upload(Bearer(&self.access), kind, bytes).await;
        self.note(what, reply)["blob"].take()
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        let number = self.keys << 10;
        let digit = |at: u32| char::from(b"234567abcdefghijklmnopqrstuvwxyz"[(number >> (5 * at) & 31) as usize]);
        (0..13).rev().map(digit).collect()
    }

    /// `putRecord` of a post; `more` replaces fields of the call (`null` takes `rkey` and the like out of it).
    async fn put(&mut self, what: &str, record: Value, more: Value) -> Value {
        let key = self.key();
        let mut body = json!({ "repo": self.did, "collection": POSTS, "rkey": key, "record": record });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let access = self.access.clone();
        let answer = self.post(what, &access, "com.atproto.repo.putRecord", body).await;
        self.cids.extend(answer["cid"].as_str().map(str::to_owned));
        answer
    }

    /// Several posts that differ in one thing.
    async fn puts(&mut self, cases: Vec<(&str, Value)>) {
        for (what, record) in cases {
            self.put(what, record, json!({})).await;
        }
    }

    async fn read(&mut self, what: &str, repo: &str, key: &str) {
        let query = [("repo", repo), ("collection", POSTS), ("rkey", key)];
        self.get(what, "", "com.atproto.repo.getRecord", &query).await;
    }
}

fn who(token: &str) -> As<'_> {
    match token.split_once(':') {
        _ if token.is_empty() => Nobody,
        Some((user, password)) => Basic(user, password),
        None => Bearer(token),
    }
}

/// A post of a text.
fn post(text: &str) -> Value {
    json!({ "$type": POSTS, "text": text, "createdAt": "2026-11-27T12:00:00.000Z" })
}

/// A post with further fields; `null` takes one out.
fn with(text: &str, more: Value) -> Value {
    let mut record = post(text);
    for (name, value) in more.as_object().into_iter().flatten() {
        if value.is_null() {
            record.as_object_mut().expect("record").remove(name);
        } else {
            record[name] = value.clone();
        }
    }
    record
}

async fn sessions(peer: &mut Peer) {
    const CREATE: &str = "com.atproto.server.createSession";
    const GET: &str = "com.atproto.server.getSession";
    const REFRESH: &str = "com.atproto.server.refreshSession";
    const DELETE: &str = "com.atproto.server.deleteSession";
    let (did, handle, right) = (peer.did.clone(), peer.handle.clone(), peer.password.clone());
    peer.get("describeServer", "", "com.atproto.server.describeServer", &[]).await;
    peer.get("a method that does not exist", "", "com.atproto.nope.nope", &[]).await;
    peer.get("GET on a procedure", "", CREATE, &[]).await;
    for (what, identifier, password) in [
        ("signed in by DID", did.as_str(), right.as_str()),
        ("in capitals", &handle.to_uppercase(), &right),
        ("with @", &format!("@{handle}"), &right),
        ("wrong password", &handle, "wron-gpas-swor-dddd"),
        ("main password", &handle, "not-the-main-password"),
        ("unknown", "nobody.test", &right),
        ("empty", "", &right),
    ] {
        peer.post(what, "", CREATE, json!({ "identifier": identifier, "password": password })).await;
    }
    peer.post("without password", "", CREATE, json!({ "identifier": handle })).await;
    peer.post("a number as password", "", CREATE, json!({ "identifier": handle, "password": 1 })).await;
    let form = peer.xrpc.send(reqwest::Method::POST, Nobody, CREATE, |r| r.form(&[("identifier", "a")])).await;
    peer.note("a form", form);
    let session = json!({ "identifier": handle, "password": right });
    let session = peer.post("signed in", "", CREATE, session).await;
    let token = |session: &Value, name: &str| session[name].as_str().expect("a token").to_owned();
    let (access, refresh) = (token(&session, "accessJwt"), token(&session, "refreshJwt"));

    for (what, token) in [
        ("who am I", access.as_str()),
        ("without token", ""),
        ("with the refresh token", &refresh),
        ("nonsense", "nonsense"),
        ("Basic", "user:password"),
    ] {
        peer.get(what, token, GET, &[]).await;
    }
    for (what, token) in [
        ("refresh with the access token", access.as_str()),
        ("refresh without token", ""),
        ("refresh with nonsense", "nonsense"),
    ] {
        peer.bare(what, token, REFRESH).await;
    }
    peer.post("refresh with a body", &refresh, REFRESH, json!({})).await;
    let next = peer.bare("refreshed", &refresh, REFRESH).await;
    peer.bare("refreshed again", &refresh, REFRESH).await;
    peer.bare("delete with the access token", &access, DELETE).await;
    let next = token(&next, "refreshJwt");
    peer.bare("deleted", &next, DELETE).await;
    peer.bare("deleted again", &next, DELETE).await;
    peer.bare("refreshed when deleted", &next, REFRESH).await;
    peer.bare("refreshed by the one before it", &refresh, REFRESH).await;
    peer.get("the access token goes on", &access, GET, &[]).await;
    (peer.access, peer.refresh) = (access, refresh);

    const RESOLVE: &str = "com.atproto.identity.resolveHandle";
    peer.get("resolve", "", RESOLVE, &[("handle", &handle)]).await;
    peer.get("resolve in capitals", "", RESOLVE, &[("handle", &handle.to_uppercase())]).await;
    peer.get("resolve nobody", "", RESOLVE, &[("handle", "nobody.test")]).await;
    peer.get("resolve what is no handle", "", RESOLVE, &[("handle", "nobody")]).await;
    peer.get("resolve nothing", "", RESOLVE, &[]).await;
}

async fn writing(peer: &mut Peer) {
    let (did, handle, other) = (peer.did.clone(), peer.handle.clone(), peer.other.clone());
    let key = peer.key();
    let at = |key: &str| json!({ "rkey": key });
    let first = |key: &str| json!({ "rkey": key, "swapRecord": null });
    peer.put("put", post("Hello"), first(&key)).await;
    peer.put("the same again", post("Hello"), first(&key)).await;
    peer.put("the same again, without swap", post("Hello"), at(&key)).await;
    peer.put("another one", post("Other"), first(&key)).await;
    let wrong = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
    peer.put("another one, wrong swap", post("Other"), json!({ "rkey": key, "swapRecord": wrong })).await;
    peer.put("swap is no CID", post("Other"), json!({ "rkey": key, "swapRecord": "x" })).await;
    let written = peer.put("overwritten", post("Other"), at(&key)).await;
    peer.put("swapped", post("Third"), json!({ "rkey": key, "swapRecord": written["cid"] })).await;
    peer.put("swap of nothing", post("Third"), json!({ "swapRecord": written["cid"] })).await;
    peer.put("swap of another commit", post("Third"), json!({ "swapCommit": written["cid"] })).await;
    peer.put("repository by handle", post("By handle"), json!({ "repo": handle })).await;
    peer.put("somebody else's repository", post("x"), json!({ "repo": other })).await;
    peer.put("unknown repository", post("x"), json!({ "repo": "nobody.test" })).await;
    peer.put("no name of a repository", post("x"), json!({ "repo": "nobody" })).await;
    peer.put("no collection", post("x"), json!({ "collection": "x" })).await;
    peer.put("another collection", json!({ "a": 1 }), json!({ "collection": "com.example.thing" })).await;
    let checked = json!({ "collection": "com.example.thing", "validate": true });
    peer.put("an unknown collection, checked", json!({ "a": 1 }), checked).await;
    peer.put("no record", json!("x"), json!({})).await;
    for bad in ["my-post", "a/b", "", "3n3der6x7422", "zn3der6x74227", "3N3DER6X74227"] {
        peer.put(&format!("key {bad:?}"), post("x"), at(bad)).await;
    }
    peer.put("no TID, unchecked", post("Unchecked"), json!({ "rkey": "my-post", "validate": false })).await;
    let access = peer.access.clone();
    const PUT: &str = "com.atproto.repo.putRecord";
    const CREATE: &str = "com.atproto.repo.createRecord";
    for missing in ["repo", "collection", "rkey", "record"] {
        let mut body = json!({ "repo": did, "collection": POSTS, "rkey": peer.key(), "record": post("x") });
        body.as_object_mut().expect("body").remove(missing);
        peer.post(&format!("without {missing}"), &access, PUT, body).await;
    }
    let body = |key: &str| json!({ "repo": did, "collection": POSTS, "rkey": key, "record": post("Created") });
    let refresh = peer.refresh.clone();
    peer.post("put without token", "", PUT, body(&key)).await;
    peer.post("put with the refresh token", &refresh, PUT, body(&key)).await;
    let created = peer.key();
    peer.post("create", &access, CREATE, body(&created)).await;
    peer.post("create again", &access, CREATE, body(&created)).await;
    peer.post("create under a wrong key", &access, CREATE, body("x")).await;

    peer.read("read", &did, &key).await;
    peer.read("read by handle", &handle, &key).await;
    let absent = peer.key();
    peer.read("read what is not there", &did, &absent).await;
    peer.read("read under a wrong key", &did, "nope").await;
    peer.read("read under no key", &did, "a/b").await;
    peer.read("read of nobody", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", &key).await;
    peer.read("read of no name", "nobody", &key).await;
    let get = "com.atproto.repo.getRecord";
    let cid = [("repo", did.as_str()), ("collection", POSTS), ("rkey", &key), ("cid", wrong)];
    peer.get("read another version", "", get, &cid).await;
    peer.get("read without key", "", get, &[("repo", &did), ("collection", POSTS)]).await;
    let list = "com.atproto.repo.listRecords";
    let of = |more: &[(&'static str, &'static str)]| {
        let base = [("repo".to_owned(), did.clone()), ("collection".to_owned(), POSTS.to_owned())];
        base.into_iter().chain(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))).collect::<Vec<_>>()
    };
    for (what, query) in [
        ("list", of(&[("limit", "2")])),
        ("list upwards", of(&[("limit", "2"), ("reverse", "true")])),
        ("list from", of(&[("limit", "1"), ("cursor", "my-post")])),
        ("list past the end", of(&[("limit", "1"), ("cursor", "2222222222222")])),
        ("list too many", of(&[("limit", "101")])),
        ("list so many", of(&[("limit", "x")])),
    ] {
        let query: Vec<_> = query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        peer.get(what, "", list, &query).await;
    }
    peer.get("list of nobody", "", list, &[("repo", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), ("collection", POSTS)]).await;

    const DELETE: &str = "com.atproto.repo.deleteRecord";
    let gone = |key: &str| json!({ "repo": did, "collection": POSTS, "rkey": key });
    let mut swap = gone(&created);
    swap["swapRecord"] = json!(wrong);
    peer.post("delete another version", &access, DELETE, swap).await;
    peer.post("delete", &access, DELETE, gone(&created)).await;
    peer.post("delete again", &access, DELETE, gone(&created)).await;
    peer.post("delete what never was", &access, DELETE, gone("nope")).await;
    peer.post("delete without token", "", DELETE, gone(&key)).await;
    let mut theirs = gone(&key);
    theirs["repo"] = json!(other);
    peer.post("delete somebody else's", &access, DELETE, theirs).await;
    peer.read("read when deleted", &did, &created).await;
    peer.put("put when deleted", post("Created"), first(&created)).await;
}

async fn posts(peer: &mut Peer) {
    let family = "👨‍👩‍👧‍👦";
    peer.puts(vec![
        ("without $type", with("x", json!({ "$type": null }))),
        ("another $type", with("x", json!({ "$type": "app.bsky.feed.like" }))),
        ("without text", with("", json!({ "text": null }))),
        ("a number as text", with("", json!({ "text": 1 }))),
        ("without createdAt", with("x", json!({ "createdAt": null }))),
        ("createdAt is a word", with("x", json!({ "createdAt": "yesterday" }))),
        ("createdAt with offset", with("x", json!({ "createdAt": "2026-01-01T00:00:00+01:00" }))),
        ("createdAt without zone", with("x", json!({ "createdAt": "2026-01-01T00:00:00" }))),
        ("createdAt with a space", with("x", json!({ "createdAt": "2026-01-01 00:00:00Z" }))),
        ("300 letters", post(&"a".repeat(300))),
        ("301 letters", post(&"a".repeat(301))),
        ("300 accents", post(&"e\u{301}".repeat(300))),
        ("301 accents", post(&"e\u{301}".repeat(301))),
        ("120 families", post(&family.repeat(120))),
        ("121 families", post(&family.repeat(121))),
        ("300 line ends", post(&format!("a{}", "\r\n".repeat(299)))),
        ("301 flags", post(&"🇩🇪".repeat(301))),
        ("300 conjuncts", post(&"क्ष".repeat(300))),
        ("301 conjuncts", post(&"क्ष".repeat(301))),
        ("unknown field", with("x", json!({ "foo": "bar" }))),
        ("3 languages", with("x", json!({ "langs": ["en", "de-AT", "fr"] }))),
        ("4 languages", with("x", json!({ "langs": ["en", "de", "fr", "it"] }))),
        ("no language", with("x", json!({ "langs": ["english!"] }))),
        ("8 tags", with("x", json!({ "tags": vec!["a"; 8] }))),
        ("9 tags", with("x", json!({ "tags": vec!["a"; 9] }))),
        ("a long tag", with("x", json!({ "tags": ["a".repeat(65)] }))),
        (
            "labels",
            with(
                "x",
                json!({ "labels": { "$type": "com.atproto.label.defs#selfLabels", "values": [{ "val": "nudity" }] } }),
            ),
        ),
        ("labels without $type", with("x", json!({ "labels": { "values": [{ "val": "nudity" }] } }))),
    ])
    .await;

    let at = |start: i64, end: i64, feature: Value| {
        with(
            "see example.com",
            json!({ "facets": [{ "index": { "byteStart": start, "byteEnd": end }, "features": [feature] }] }),
        )
    };
    let link = |uri: &str| json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri });
    let mention = |did: &str| json!({ "$type": "app.bsky.richtext.facet#mention", "did": did });
    let tag = |tag: &str| json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag });
    let somebody = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
    peer.puts(vec![
        ("link", at(4, 15, link("https://example.com"))),
        ("link before the text", at(-1, 4, link("https://example.com"))),
        ("link without scheme", at(4, 15, link("example.com"))),
        ("link to nowhere", at(4, 15, link("https:///path"))),
        ("link with a space", at(4, 15, link("https://a b"))),
        ("link with an umlaut", at(4, 15, link("https://exämple.com/ü"))),
        ("mention", at(0, 3, mention(somebody))),
        ("mention by handle", at(0, 3, mention("dave.test"))),
        ("tag", at(0, 3, tag("see"))),
        ("tag of 64", at(0, 3, tag(&"a".repeat(64)))),
        ("tag of 65", at(0, 3, tag(&"a".repeat(65)))),
        ("unknown feature", at(0, 3, json!({ "$type": "com.example#x" }))),
        ("feature without $type", at(0, 3, json!({ "uri": "https://example.com" }))),
        ("facet without index", with("x", json!({ "facets": [{ "features": [] }] }))),
        ("facet without features", with("x", json!({ "facets": [{ "index": { "byteStart": 0, "byteEnd": 1 } }] }))),
        ("facets are no list", with("x", json!({ "facets": {} }))),
    ])
    .await;

    let root = peer.put("root", post("Root"), json!({})).await;
    let refers = json!({ "uri": root["uri"], "cid": root["cid"] });
    let reply = |root: Value, parent: Value| with("x", json!({ "reply": { "root": root, "parent": parent } }));
    let card =
        |external: Value| with("x", json!({ "embed": { "$type": "app.bsky.embed.external", "external": external } }));
    // The refs of a reply name the account, so its CID is another one on each server.
    let same = peer.cids.len();
    peer.puts(vec![
        ("reply", reply(refers.clone(), refers.clone())),
        ("reply without root", with("x", json!({ "reply": { "parent": refers } }))),
        ("reply to no address", reply(json!({ "uri": "x", "cid": refers["cid"] }), refers.clone())),
        ("reply to no CID", reply(json!({ "uri": refers["uri"], "cid": "x" }), refers.clone())),
        ("quote", with("x", json!({ "embed": { "$type": "app.bsky.embed.record", "record": refers } }))),
    ])
    .await;
    peer.cids.truncate(same);
    peer.puts(vec![
        ("embed without $type", with("x", json!({ "embed": { "a": 1 } }))),
        ("card", card(json!({ "uri": "https://example.com", "title": "", "description": "" }))),
        ("card without description", card(json!({ "uri": "https://example.com", "title": "T" }))),
        ("card of no address", card(json!({ "uri": "example", "title": "T", "description": "D" }))),
    ])
    .await;
}

async fn pictures(peer: &mut Peer) {
    let blob = peer.upload("picture", "image/png", png(8, 6)).await;
    peer.upload("the same picture", "image/png", png(8, 6)).await;
    peer.upload("a PNG called JPEG", "image/jpeg", png(9, 6)).await;
    peer.upload("a PNG called anything", "*/*", png(9, 7)).await;
    let text = peer.upload("a text", "text/plain", b"hello".to_vec()).await;
    let called = peer.upload("a text called PNG", "image/png", b"hello!".to_vec()).await;
    let mut large = png(10, 10);
    large.resize(1_000_001, 0);
    let large = peer.upload("a large picture", "image/png", large).await;
    let unsent = peer.xrpc.upload(Nobody, "image/png", png(8, 6)).await;
    peer.note("picture without token", unsent);

    let image = |blob: &Value, more: Value| {
        let mut image = json!({ "image": blob, "alt": "A blue field" });
        for (name, value) in more.as_object().into_iter().flatten() {
            image[name] = value.clone();
        }
        image
    };
    let post =
        |images: Vec<Value>| with("", json!({ "embed": { "$type": "app.bsky.embed.images", "images": images } }));
    let change = |name: &str, value: Value| {
        let mut blob = blob.clone();
        blob[name] = value;
        post(vec![image(&blob, json!({}))])
    };
    let ratio = |width: Value| post(vec![image(&blob, json!({ "aspectRatio": { "width": width, "height": 6 } }))]);
    let card = |thumb: &Value| {
        let external = json!({ "uri": "https://example.com", "title": "T", "description": "D", "thumb": thumb });
        with("x", json!({ "embed": { "$type": "app.bsky.embed.external", "external": external } }))
    };
    let never = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
    peer.puts(vec![
        ("other size than uploaded", change("size", json!(5))),
        ("other type than uploaded", change("mimeType", json!("image/jpeg"))),
        ("four pictures", post(vec![image(&blob, json!({})); 4])),
        ("five pictures", post(vec![image(&blob, json!({})); 5])),
        ("no picture", post(vec![])),
        ("without alt", post(vec![json!({ "image": blob })])),
        ("empty alt", post(vec![image(&blob, json!({ "alt": "" }))])),
        ("aspect ratio", ratio(json!(8))),
        ("aspect ratio zero", ratio(json!(0))),
        ("aspect ratio with a fraction", ratio(json!(1.5))),
        ("a picture that is a text", post(vec![image(&text, json!({}))])),
        ("a text called picture", post(vec![image(&called, json!({}))])),
        ("a picture that is too large", post(vec![image(&large, json!({}))])),
        ("never uploaded", change("ref", json!({ "$link": never }))),
        ("no CID", change("ref", json!({ "$link": "x" }))),
        ("no blob", change("$type", json!("x"))),
        ("card with a picture", card(&blob)),
        ("card with a large picture", card(&large)),
    ])
    .await;

    // With its only post a blob goes, too.
    let only = peer.upload("for one post", "image/png", png(3, 1)).await;
    let key = peer.key();
    let once = || post(vec![image(&only, json!({}))]);
    peer.put("its post", once(), json!({ "rkey": key })).await;
    let (access, did) = (peer.access.clone(), peer.did.clone());
    let gone = json!({ "repo": did, "collection": POSTS, "rkey": key });
    peer.post("its post deleted", &access, "com.atproto.repo.deleteRecord", gone).await;
    peer.put("its post again", once(), json!({ "rkey": key })).await;
}

/// Who may reply, alone and together with its post, and lists of people.
async fn gates(peer: &mut Peer) {
    const APPLY: &str = "com.atproto.repo.applyWrites";
    const GATES: &str = "app.bsky.feed.threadgate";
    const LISTS: &str = "app.bsky.graph.list";
    let (access, did) = (peer.access.clone(), peer.did.clone());
    let gate = |key: &str, allow: Value| {
        json!({ "$type": GATES, "post": format!("at://{did}/{POSTS}/{key}"), "allow": allow,
            "createdAt": "2026-11-27T12:00:00.000Z" })
    };
    let create = |collection: &str, key: &str, value: Value| json!({ "$type": "com.atproto.repo.applyWrites#create", "collection": collection, "rkey": key, "value": value });
    let apply = |writes: Vec<Value>| json!({ "repo": did, "writes": writes });
    let (first, second, third) = (peer.key(), peer.key(), peer.key());
    let both =
        |key: &str, allow: Value| apply(vec![create(POSTS, key, post("Gated")), create(GATES, key, gate(key, allow))]);
    let rule = |name: &str| json!({ "$type": format!("{GATES}#{name}") });
    for (what, body) in [
        ("post and gate", both(&first, json!([]))),
        ("both again", both(&first, json!([]))),
        ("gate of the post again", apply(vec![create(GATES, &first, gate(&first, json!([])))])),
        ("one of two that is wrong", both(&second, json!([{ "a": 1 }]))),
        ("its post was not made", apply(vec![create(POSTS, &second, post("Alone"))])),
        ("three rules", both(&third, json!([rule("mentionRule"), rule("followingRule"), rule("followerRule")]))),
    ] {
        peer.post(what, &access, APPLY, body).await;
    }
    peer.read("the gated post", &did, &first).await;

    let kept = peer.cids.len();
    let (key, in_list) = (peer.key(), json!({ "$type": format!("{GATES}#listRule"), "list": "x" }));
    let mut without_post = gate(&key, json!([]));
    without_post.as_object_mut().expect("record").remove("post");
    for (what, key, record) in [
        ("gate", key.as_str(), gate(&key, json!([rule("mentionRule")]))),
        ("the same gate", &key, gate(&key, json!([rule("mentionRule")]))),
        ("gate of six rules", &key, gate(&key, json!(vec![rule("mentionRule"); 6]))),
        ("gate of no list", &key, gate(&key, json!([in_list]))),
        ("gate without post", &key, without_post),
        ("gate under no TID", "self", gate(&key, json!([]))),
    ] {
        peer.put(what, record, json!({ "collection": GATES, "rkey": key })).await;
    }
    let list = |name: &str| {
        json!({ "$type": LISTS, "name": name, "purpose": "app.bsky.graph.defs#curatelist",
            "createdAt": "2026-11-27T12:00:00.000Z" })
    };
    let mut nameless = list("");
    nameless.as_object_mut().expect("record").remove("name");
    for (what, record) in
        [("list of people", list("Regulars")), ("long name", list(&"x".repeat(65))), ("no name", nameless)]
    {
        let key = peer.key();
        peer.put(what, record, json!({ "collection": LISTS, "rkey": key })).await;
    }
    peer.cids.truncate(kept);
    peer.get("lists", "", "com.atproto.repo.listRecords", &[("repo", &did), ("collection", LISTS)]).await;
}

/// The stand-in as a server of its own, with two accounts.
async fn stand_in() -> Peer {
    const HOST: &str = "localhost";
    let person = |did: &str, handle: &str| Person {
        did: did.into(),
        handle: handle.into(),
        name: "Northwind".into(),
        about: String::new(),
        host: HOST.into(),
        email: format!("{handle}@mail.test"),
        status: Status::Active,
    };
    let people = vec![
        person("did:plc:aaaaaaaaaaaaaaaaaaaaaann", "gil.test"),
        person("did:plc:bbbbbbbbbbbbbbbbbbbbbben", "hal.test"),
    ];
    let (gil, hal) = (people[0].did.clone(), people[1].did.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let base = format!("http://{}/{HOST}", listener.local_addr().expect("address"));
    tokio::spawn(async move { axum::serve(listener, router(Network::new(people))).await });
    Peer::new(Xrpc::new(base), &gil, "gil.test", "aaaa-bbbb-cccc-dddd", &hal)
}

#[tokio::test]
async fn the_stand_in_answers_as_the_real_server_does() {
    let pds = Pds::shared().await;
    let (gil, hal) = (pds.account("gil").await, pds.account("hal").await);
    let mut real = Peer::new(pds.xrpc.limited(), &gil.did, &gil.handle, &gil.app_password, &hal.did);
    let mut ours = stand_in().await;
    for peer in [&mut real, &mut ours] {
        sessions(peer).await;
        writing(peer).await;
        posts(peer).await;
        pictures(peer).await;
        gates(peer).await;
    }
    let ours_by_name: BTreeMap<_, _> = ours.answers.iter().map(|(what, answer)| (what, answer)).collect();
    let differ: Vec<String> = real
        .answers
        .iter()
        .filter(|(what, answer)| ours_by_name.get(what) != Some(&answer))
        .map(|(what, answer)| {
            format!(
                "{what}\n  real: {answer}\n  ours: {}",
                ours_by_name.get(what).map_or("none".into(), ToString::to_string)
            )
        })
        .collect();
    assert!(differ.is_empty(), "{} of {} answers differ:\n{}", differ.len(), real.answers.len(), differ.join("\n"));
    assert_eq!(ours_by_name.len(), real.answers.len(), "each call has a name of its own");
    assert!(real.answers.len() > 150 && real.cids.len() > 30, "{} {}", real.answers.len(), real.cids.len());
    assert_eq!(ours.cids, real.cids, "the same records have the same CIDs");
}
