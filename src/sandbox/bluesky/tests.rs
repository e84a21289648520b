use super::repo::tid;
use super::*;
use serde_json::{Value, json};

const ANN: &str = "did:plc:aaaaaaaaaaaaaaaaaaaaaann";
const PDS: &str = "oyster.host.bsky.network";

fn network() -> Network {
    let person = |did: &str, handle: &str, host: &str| Person {
        did: did.into(),
        handle: handle.into(),
        name: "Northwind".into(),
        about: String::new(),
        host: host.into(),
        email: format!("{handle}@mail.test"),
        status: Status::Active,
    };
    Network::new(vec![
        person(ANN, "ann.test", PDS),
        person("did:plc:bbbbbbbbbbbbbbbbbbbbbben", "ben.test", "pds.example.com"),
    ])
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn post(host: &str, method: &str, token: &str, body: &Value) -> Call {
    let json = !body.is_null();
    Call {
        host: host.into(),
        post: true,
        path: format!("xrpc/{method}"),
        authorization: (!token.is_empty()).then(|| format!("Bearer {token}")),
        content_type: json.then(|| "application/json".into()),
        body: if json { body.to_string().into() } else { Bytes::new() },
        ..Call::default()
    }
}

fn get(host: &str, method: &str, query: &[(&str, &str)]) -> Call {
    let query = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Call { host: host.into(), path: format!("xrpc/{method}"), query, ..Call::default() }
}

/// Access and refresh token of a new session.
fn session(network: &mut Network, host: &str, at: DateTime<Utc>) -> (String, String) {
    let body = json!({ "identifier": "ann.test", "password": "aaaa-bbbb-cccc-dddd" });
    let reply = network.respond(&post(host, "com.atproto.server.createSession", "", &body), 1, at).unwrap();
    let body = reply.body.unwrap();
    (body["accessJwt"].as_str().unwrap().into(), body["refreshJwt"].as_str().unwrap().into())
}

fn error(result: XrpcResult) -> (u16, &'static str) {
    result.map_err(|e| (e.status, e.error)).expect_err("an error")
}

#[test]
fn tokens_live_as_long_as_they_should_and_only_where_they_belong() {
    let mut network = network();
    let (access, refresh) = session(&mut network, PDS, now());
    let who = |network: &mut Network, host: &str, token: &str, at| {
        let call =
            Call { authorization: Some(format!("Bearer {token}")), ..get(host, "com.atproto.server.getSession", &[]) };
        network.respond(&call, 1, at)
    };
    for host in [PDS, ENTRYWAY] {
        assert!(who(&mut network, host, &access, now()).is_ok(), "{host}");
    }
    assert_eq!(error(who(&mut network, "pds.example.com", &access, now())), (400, "InvalidToken"));
    assert_eq!(error(who(&mut network, PDS, &access, now() + TimeDelta::hours(2))), (400, "ExpiredToken"));

    let renew = |network: &mut Network, token: &str, at| {
        network.respond(&post(PDS, "com.atproto.server.refreshSession", token, &Value::Null), 1, at)
    };
    let later = now() + TimeDelta::days(89);
    renew(&mut network, &refresh, later).unwrap();
    renew(&mut network, &refresh, later + TimeDelta::minutes(119)).unwrap();
    assert_eq!(error(renew(&mut network, &refresh, later + TimeDelta::hours(2))), (400, "ExpiredToken"));

    let (access, refresh) = session(&mut network, PDS, now());
    network.expire_sessions(ANN);
    assert_eq!(error(who(&mut network, PDS, &access, now())), (400, "ExpiredToken"));
    let renewed = renew(&mut network, &refresh, now()).unwrap().body.unwrap();
    assert!(who(&mut network, PDS, renewed["accessJwt"].as_str().unwrap(), now()).is_ok());
    network.revoke_sessions(ANN);
    assert_eq!(error(renew(&mut network, &refresh, now())), (400, "ExpiredToken"));
}

#[test]
fn the_entryway_tells_where_an_account_is() {
    let mut network = network();
    let body = json!({ "identifier": "ann.test", "password": "aaaa-bbbb-cccc-dddd" });
    let mut sign_in =
        |host: &str| network.respond(&post(host, "com.atproto.server.createSession", "", &body), 1, now());
    let pds = json!(format!("https://{PDS}"));
    assert_eq!(sign_in(ENTRYWAY).unwrap().body.unwrap()["didDoc"]["service"][0]["serviceEndpoint"], pds);
    assert_eq!(sign_in(PDS).unwrap().body.unwrap().get("didDoc"), None);
    assert_eq!(error(sign_in("pds.example.com")), (401, "AuthenticationRequired"));
    let document = Call { host: DIRECTORY.into(), path: ANN.into(), ..Call::default() };
    assert_eq!(network.respond(&document, 1, now()).unwrap().body.unwrap()["service"][0]["serviceEndpoint"], pds);
    let profile = get(APP_VIEW, "app.bsky.actor.getProfile", &[("actor", "ann.test")]);
    assert_eq!(network.respond(&profile, 1, now()).unwrap().body.unwrap()["did"], ANN);
}

#[test]
fn what_no_client_shows_is_refused() {
    let mut network = network();
    let (access, _) = session(&mut network, PDS, now());
    let mut key = 0;
    let mut put = |record: Value| {
        key += 1;
        let body = json!({ "repo": ANN, "collection": "app.bsky.feed.post", "rkey": tid(key), "record": record });
        network.respond(&post(PDS, "com.atproto.repo.putRecord", &access, &body), 1, now())
    };
    let text = |text: &str| json!({ "text": text, "createdAt": "2026-11-27T12:00:00Z" });
    let linked = |start: usize, end: usize| {
        let mut record = text("Äpfel: shop.de");
        record["facets"] = json!([{ "index": { "byteStart": start, "byteEnd": end },
            "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://shop.de" }] }]);
        record
    };
    assert!(put(text("Hello")).is_ok());
    assert!(put(linked(8, 15)).is_ok());
    for (start, end) in [(8, 16), (15, 8), (8, 8), (1, 15), (100, 200)] {
        assert_eq!(error(put(linked(start, end))), (400, "InvalidRequest"), "{start}..{end}");
    }
    assert_eq!(error(put(text(""))), (400, "InvalidRequest"));
    let mut record = text("x");
    record["embed"] = json!({ "$type": "com.example.embed" });
    assert_eq!(error(put(record)), (400, "InvalidRequest"));
}

#[test]
fn writes_cost_points() {
    let mut network = network();
    let (access, _) = session(&mut network, PDS, now());
    let mut left = |method: &str, body: Value| {
        let result = network.respond(&post(PDS, method, &access, &body), 1, now());
        let headers = result.map_or_else(|e| e.headers, |reply| reply.headers);
        headers.into_iter().find(|(name, _)| *name == "ratelimit-remaining").map(|(_, left)| left)
    };
    let record = json!({ "text": "x", "createdAt": "2026-11-27T12:00:00Z" });
    let put = json!({ "repo": ANN, "collection": "app.bsky.feed.post", "rkey": tid(1), "record": record });
    // The tightest is that of all calls, until the writes are nearly used up.
    assert_eq!(left("com.atproto.repo.putRecord", put.clone()).as_deref(), Some("2998"));
    let last = (0..2499).map(|_| left("com.atproto.repo.putRecord", put.clone())).last().unwrap();
    assert_eq!(last.as_deref(), Some("0"));
    let over = network.respond(&post(PDS, "com.atproto.repo.putRecord", &access, &put), 1, now());
    assert_eq!(error(over), (429, "RateLimitExceeded"));
    let later = now() + TimeDelta::minutes(61);
    let (access, _) = session(&mut network, PDS, later);
    assert!(network.respond(&post(PDS, "com.atproto.repo.putRecord", &access, &put), 1, later).is_ok());
}

#[test]
fn what_is_remembered_outlives_a_restart() {
    let mut network = network();
    let (access, refresh) = session(&mut network, PDS, now());
    let record = json!({ "text": "x", "createdAt": "2026-11-27T12:00:00Z" });
    let put = json!({ "repo": ANN, "collection": "app.bsky.feed.post", "rkey": tid(1), "record": record });
    network.respond(&post(PDS, "com.atproto.repo.putRecord", &access, &put), 1, now()).unwrap();
    let saved = serde_json::to_string(&network).unwrap();
    let mut network: Network = serde_json::from_str(&saved).unwrap();
    let again = network.respond(&post(PDS, "com.atproto.repo.putRecord", &access, &put), 1, now()).unwrap();
    assert_eq!(again.body.unwrap().get("commit"), None);
    network.tidy(now());
    assert!(network.respond(&post(PDS, "com.atproto.server.refreshSession", &refresh, &Value::Null), 1, now()).is_ok());
}
