//! Bluesky among the other stand-ins: its demo accounts, and what a call leaves behind for pages and tests.

use super::lexicon::{GATES, POSTS};
use super::reply::XrpcError;
use super::{APP_VIEW, Call, DIRECTORY, ENTRYWAY, Network, Person, Status, Written, http};
use crate::domain::platform::Platform;
use crate::sandbox::faults::Operation;
use crate::sandbox::feed;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::request::{PlatformRequest, PlatformResponse};
use crate::sandbox::stand_in::{RateLimitFault, StandIn};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{Consent, Minted, RefreshLifetime, TokenLifetimes};
use crate::sandbox::world::{ABOUT_LAB, ABOUT_ROASTERS, Account, Post, PostPicture, PostRef, TokenStatus, World};
use async_trait::async_trait;
use axum::http::{Method, header};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::ops::Range;

/// Where people look at posts.
const SITE: &str = "bsky.app";
/// The server of the accounts that Bluesky hosts.
const HOST: &str = "oyster.host.bsky.network";
/// Two hours, as the server's tokens say.
const ACCESS_SECONDS: i64 = 7_200;

impl PlatformState for Network {
    const PLATFORM: Platform = Platform::Bluesky;

    fn tidy(&mut self, now: DateTime<Utc>) {
        Network::tidy(self, now);
    }
}

pub(in crate::sandbox) struct Bluesky;

#[async_trait]
impl StandIn for Bluesky {
    fn platform(&self) -> Platform {
        Platform::Bluesky
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[ENTRYWAY, APP_VIEW, DIRECTORY, SITE]
    }

    /// Everybody may run a server under any name.
    fn serves(&self, _host: &str) -> bool {
        true
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::Bluesky, id, handle, name, about);
        let on_its_own = "A demo account on a server of its own.";
        vec![
            account(
                "did:plc:northwindroasters2222222",
                "northwind-demo.bsky.social",
                "Northwind Roasters (demo)",
                ABOUT_ROASTERS,
            ),
            account("did:plc:northwindlab222222222222", "northwind-lab.bsky.social", "Northwind Lab (demo)", ABOUT_LAB),
            account("did:plc:northwindfarm22222222222", "farm.northwind.example", "Northwind Farm (demo)", on_its_own),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        // DIDs have no digits like these: letters in their place.
        let letters: String = format!("{number:016}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let handle = format!("northwind-{number}.bsky.social");
        Account::numbered(Platform::Bluesky, number, &format!("did:plc:northwnd{letters}"), &handle)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [17, 133, 254]
    }

    /// An app password allows everything.
    fn publish_scopes(&self) -> &'static [&'static str] {
        &[]
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        TokenLifetimes { access: ACCESS_SECONDS, refresh: RefreshLifetime::Unlimited, long_lived: false }
    }

    /// A session as `createSession` opens it. Its refresh token lasts 90 days from the latest renewal, so no end is named.
    fn issue_tokens(&self, world: &mut World, consent: &Consent<'_>, now: DateTime<Utc>) -> Minted {
        let network = network(world);
        let host = network.person(consent.account).map_or_else(|| HOST.to_owned(), |person| person.host.clone());
        let tokens = network.sessions.open(consent.account, &host, now);
        Minted {
            access: tokens.access,
            access_expires_at: now + chrono::TimeDelta::seconds(ACCESS_SECONDS),
            refresh: Some(tokens.refresh),
            refresh_expires_at: None,
            account: consent.account.to_owned(),
            scopes: consent.scopes.to_vec(),
        }
    }

    fn end_tokens(&self, world: &mut World, account: &str, status: TokenStatus) -> usize {
        end(network(world), account, status)
    }

    fn end_credentials(&self, world: &mut World, values: &[String], status: TokenStatus, _now: DateTime<Utc>) {
        let network = network(world);
        for caller in values.iter().filter_map(|value| network.sessions.owner(value)).collect::<Vec<_>>() {
            match status {
                TokenStatus::Expired if !caller.token.is_empty() => network.sessions.close(&caller),
                _ => drop(end(network, &caller.did, status)),
            }
        }
    }

    fn account_of(&self, world: &mut World, request: &PlatformRequest) -> Option<String> {
        network(world).sessions.owner(request.bearer()?).map(|caller| caller.did)
    }

    fn history_post(&self, world: &mut World, account: &Account, text: &str, at: DateTime<Utc>) -> PostRef {
        let created = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let record = json!({ "$type": POSTS, "text": text, "createdAt": created });
        let key = network(world).insert(&account.id, POSTS, record, at);
        post_ref(&account.id, &key)
    }

    fn in_reply_to<'a>(&self, post: &'a Post) -> Option<&'a str> {
        post.facts["record"]["reply"]["parent"]["uri"].as_str()
    }

    fn entities(&self, post: &Post) -> Vec<Range<usize>> {
        let at = |facet: &Value, name: &str| facet["index"][name].as_u64().and_then(|at| usize::try_from(at).ok());
        let facets = post.facts["record"]["facets"].as_array().into_iter().flatten();
        let mut found: Vec<_> = facets.filter_map(|f| Some(at(f, "byteStart")?..at(f, "byteEnd")?)).collect();
        found.sort_by_key(|range| range.start);
        found
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        if request.host == SITE {
            return Operation::Page;
        }
        match (&request.method, request.path.strip_prefix("xrpc/com.atproto.").unwrap_or_default()) {
            (_, "server.createSession" | "server.refreshSession" | "server.deleteSession") => Operation::Token,
            (&Method::POST, "repo.putRecord" | "repo.createRecord" | "repo.applyWrites") => Operation::Commit,
            (&Method::POST, "repo.deleteRecord") => Operation::Retract,
            (&Method::POST, "repo.uploadBlob") => Operation::Prepare,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.host == SITE {
            return site(request);
        }
        let text =
            |name: header::HeaderName| request.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let call = Call {
            host: request.host.clone(),
            post: request.method == Method::POST,
            path: request.path.clone(),
            query: request.query.clone(),
            authorization: text(header::AUTHORIZATION),
            content_type: text(header::CONTENT_TYPE),
            body: request.body.clone(),
            too_large: request.too_large,
        };
        let kept = match self.operation(request) {
            Operation::Prepare => Some(sandbox.pictures().keep(request.body.clone()).await),
            _ => None,
        };
        let (now, factor) = (sandbox.now(), sandbox.options().limit_factor.max(1));
        let mut world = sandbox.world();
        let network = network(&mut world);
        let result = network.respond(&call, factor, now);
        if let (Some(key), Ok(reply)) = (kept, &result)
            && let Some(cid) = reply.body.as_ref().and_then(|body| body["blob"]["ref"]["$link"].as_str())
        {
            network.files.insert(cid.to_owned(), key);
        }
        for written in network.take_written() {
            show(&mut world, written, now);
        }
        Ok(http(result))
    }

    fn rate_limited(&self, _request: &PlatformRequest, limit: &RateLimitFault) -> Response {
        let error = XrpcError::new(429, "RateLimitExceeded", "Rate Limit Exceeded");
        let headers = vec![
            ("ratelimit-limit", "5000".to_owned()),
            ("ratelimit-reset", limit.ends.timestamp().to_string()),
            ("ratelimit-remaining", "0".to_owned()),
            ("ratelimit-policy", "5000;w=3600".to_owned()),
        ];
        http(Err(XrpcError { headers, ..error }))
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        http(Err(XrpcError::internal()))
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://bsky.social/xrpc/com.atproto.server.getSession"
    }
}

/// The network, which knows every account of the world.
fn network(world: &mut World) -> &mut Network {
    let known = world.own::<Network>().people.len();
    let accounts = || world.accounts.iter().filter(|a| a.platform == Platform::Bluesky);
    let people: Vec<Person> = if accounts().count() == known { vec![] } else { accounts().map(person).collect() };
    let network = world.own::<Network>();
    network.meet(people);
    network
}

fn person(account: &Account) -> Person {
    let handle = &account.handle;
    // `farm.northwind.example` is an account of `pds.northwind.example`.
    let own = handle.split_once('.').map(|(_, domain)| format!("pds.{domain}"));
    let host = own.filter(|_| !handle.ends_with(".bsky.social")).unwrap_or_else(|| HOST.to_owned());
    Person {
        did: account.id.clone(),
        handle: handle.clone(),
        name: account.name.clone(),
        about: account.about.clone(),
        host,
        email: format!("{handle}@mail.example"),
        status: Status::Active,
    }
}

/// Ends the sessions of an account. After its owner has revoked the app password the real server lets access tokens go on
/// until they expire; here they end as well, which is the stricter reading.
fn end(network: &mut Network, did: &str, status: TokenStatus) -> usize {
    let sessions = network.sessions.of(did);
    network.expire_sessions(did);
    if status == TokenStatus::Revoked {
        network.revoke_sessions(did);
    }
    sessions
}

fn post_ref(did: &str, key: &str) -> PostRef {
    PostRef { id: format!("at://{did}/{POSTS}/{key}"), url: format!("https://{SITE}/profile/{did}/post/{key}") }
}

/// A page of the web site: an account's or a post's.
fn site(request: &PlatformRequest) -> PlatformResponse {
    match request.segments().as_slice() {
        ["profile", did, "post", key] => feed::permalink(request, Some(post_ref(did, key).id)),
        _ => feed::permalink(request, None),
    }
}

/// What a call has changed, where pages and tests look.
fn show(world: &mut World, written: Written, now: DateTime<Utc>) {
    let Written { did, collection, key, record } = written;
    let named = post_ref(&did, &key);
    match (collection.as_str(), record) {
        (POSTS, Some(record)) => {
            let Some(account) = world.account(Platform::Bluesky, &did).cloned() else { return };
            let pictures = pictures(world, &record);
            let post = Post {
                text: record["text"].as_str().unwrap_or_default().to_owned(),
                link: record["embed"]["external"]["uri"].as_str().map(str::to_owned),
                pictures,
                facts: json!({ "record": record }),
                ..Post::new(Platform::Bluesky, named, &account, now)
            };
            match world.post_mut(Platform::Bluesky, &post.id) {
                Some(old) => *old = post,
                None => world.posts.push(post),
            }
        }
        (POSTS, None) => {
            if let Some(post) = world.post_mut(Platform::Bluesky, &named.id) {
                post.deleted_at = Some(now);
            }
        }
        (GATES, gate) => {
            if let Some(post) = world.post_mut(Platform::Bluesky, &named.id) {
                post.facts["gate"] = gate.unwrap_or_default();
            }
        }
        _ => {}
    }
}

fn pictures(world: &mut World, record: &Value) -> Vec<PostPicture> {
    let files = &world.own::<Network>().files;
    let images = record["embed"]["images"].as_array().into_iter().flatten();
    let picture = |image: &Value| {
        let cid = image["image"]["ref"]["$link"].as_str().unwrap_or_default();
        let alt = image["alt"].as_str().unwrap_or_default().to_owned();
        PostPicture { id: cid.to_owned(), key: files.get(cid).cloned(), url: None, alt, video: false }
    };
    images.map(picture).collect()
}
