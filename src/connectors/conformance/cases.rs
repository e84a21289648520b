//! One case per connector: keys, a grant, a post, and how the platform answers when all is well.

use super::peer::{Reply, Seen};
use crate::connectors::{AppKeys, As, Content, Grant, Media, RemotePost};
use crate::domain::ids::new_id;
use crate::domain::platform::Platform;
use crate::domain::post::{MediaFacts, PartKind, PostContent};
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use serde_json::json;

pub struct Case {
    pub platform: Platform,
    pub account: &'static str,
    pub handle: &'static str,
    /// The answer to each request when all is well.
    pub well: fn(&Seen) -> Reply,
    /// Whether a request is the irreversible one.
    pub commits: fn(&Seen) -> bool,
    pub live_id: &'static str,
    /// Requests other than GET until two pictures are ready.
    pub preparing: usize,
    /// A refresh swaps the refresh token, too.
    pub rotates: bool,
    /// The answer to a refresh that the platform refuses for good.
    pub refused_refresh: fn() -> Reply,
    pub revokes: bool,
    pub media_type: &'static str,
    /// The id of a reply or comment that follows the post.
    pub part_id: &'static str,
}

pub const CODE: &str = "code-4711-secret";
pub const ACCESS: &str = "access-4711-secret";
pub const REFRESH: &str = "refresh-4711-secret";
pub const NEW_ACCESS: &str = "access-4712-secret";
pub const NEW_REFRESH: &str = "refresh-4712-secret";
pub const CLIENT_SECRET: &str = "client-4711-secret";
pub const PART: &str = "More about it & the farm: https://northwind.example/farm #origin";
pub const TEXT: &str = "Fresh beans & a new roast, at https://northwind.example/roast #coffee";

pub fn case(platform: Platform) -> Case {
    match platform {
        Platform::X => Case {
            platform,
            account: "2244994945",
            handle: "@northwind",
            well: x,
            commits: |s| s.path == "/2/tweets",
            live_id: "1850000000000000001",
            preparing: 4,
            rotates: true,
            refused_refresh: || {
                Reply::json(
                    400,
                    json!({"error": "invalid_request", "error_description": "Value passed for the token was invalid."}),
                )
            },
            revokes: true,
            media_type: "image/png",
            part_id: "1850000000000000002",
        },
        Platform::LinkedIn => Case {
            platform,
            account: "urn:li:person:abc123",
            handle: "Nora Wind",
            well: linkedin,
            commits: |s| s.path == "/rest/posts" || s.path == LINKEDIN_COMMENTS,
            live_id: "urn:li:share:7250000000000000001",
            preparing: 4,
            rotates: false,
            refused_refresh: || Reply::json(400, json!({"error": "invalid_grant"})),
            revokes: true,
            media_type: "image/png",
            part_id: "urn:li:comment:(urn:li:share:7250000000000000001,7250000000000000002)",
        },
        Platform::Instagram => Case {
            platform,
            account: "17841400000000001",
            handle: "northwind.roasters",
            well: instagram,
            commits: |s| s.path.ends_with("/media_publish") || s.path.ends_with("/comments"),
            live_id: "17990000000000001",
            preparing: 3,
            rotates: false,
            refused_refresh: || Reply::json(400, json!({"error": {"message": "expired", "code": 190}})),
            revokes: false,
            media_type: "image/jpeg",
            part_id: "17870000000000001",
        },
        other => panic!("{other} has a connector, but no conformance case"),
    }
}

pub fn keys() -> AppKeys {
    AppKeys([("client_id", "client-id"), ("client_secret", CLIENT_SECRET)].map(|(k, v)| (k.into(), v.into())).into())
}

pub fn grant() -> Grant {
    Grant {
        access: ACCESS.into(),
        refresh: Some(REFRESH.into()),
        access_expires_at: Some(Utc::now() + TimeDelta::days(30)),
        refresh_expires_at: Some(Utc::now() + TimeDelta::days(300)),
        scopes: [
            "tweet.read",
            "tweet.write",
            "users.read",
            "media.write",
            "w_member_social",
            "r_member_social",
            "instagram_business_manage_comments",
        ]
        .map(Into::into)
        .into(),
    }
}

impl Case {
    pub fn content(&self, pictures: usize) -> Content {
        let picture = |n: usize| Media {
            facts: MediaFacts {
                asset: new_id(),
                mime: self.media_type.into(),
                bytes: 8,
                width: 1080,
                height: 1080,
                alt: format!("Picture {n}"),
            },
            bytes: Bytes::from_static(b"\xff\xd8picture"),
            public_url: format!("https://lux.example/media/unguessable-{n}.jpg"),
        };
        let media = (1..=pictures).map(picture).collect();
        Content { post: PostContent { media, ..PostContent::of_text(TEXT) }, kind: As::Post }
    }

    /// The post of this case, as it is known once it is live.
    pub fn parent(&self) -> RemotePost {
        RemotePost { id: self.live_id.into(), url: Some("https://northwind.example/the-post".into()) }
    }

    /// A further part of that post.
    pub fn part(&self, kind: PartKind) -> Content {
        let kind = match kind {
            PartKind::Reply => As::ReplyTo(self.parent()),
            PartKind::Comment => As::CommentOn(self.parent()),
        };
        Content { post: PostContent::of_text(PART), kind }
    }
}

fn tokens() -> serde_json::Value {
    json!({"token_type": "bearer", "expires_in": 7200, "access_token": NEW_ACCESS, "refresh_token": NEW_REFRESH,
        "scope": "tweet.read tweet.write users.read media.write offline.access"})
}

fn x(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/2/oauth2/token") => Reply::json(200, tokens()),
        ("POST", "/2/oauth2/revoke") => Reply::json(200, json!({"revoked": true})),
        ("GET", "/2/users/me") => {
            Reply::json(200, json!({"data": {"id": "2244994945", "name": "Northwind", "username": "northwind"}}))
        }
        ("POST", "/2/media/upload") => Reply::json(
            200,
            json!({"data": {"id": "1455952740635586573", "media_key": "3_1", "expires_after_secs": 86400}}),
        ),
        ("POST", "/2/media/metadata") => Reply::json(200, json!({"data": {"id": "1455952740635586573"}})),
        ("POST", "/2/tweets") => {
            let id = if seen.json().get("reply").is_some() { "1850000000000000002" } else { "1850000000000000001" };
            Reply::json(201, json!({"data": {"id": id, "text": TEXT}}))
        }
        ("GET", "/2/users/2244994945/tweets") => Reply::json(
            200,
            json!({"data": [
                {"id": "1850000000000000003", "text": "More about it &amp; the farm: https://t.co/f #origin",
                "referenced_tweets": [{"type": "replied_to", "id": "1850000000000000009"}],
                "entities": {"urls": [{"url": "https://t.co/f", "expanded_url": "https://northwind.example/farm"}]}},
                {"id": "1850000000000000002", "text": "More about it &amp; the farm: https://t.co/f #origin",
                "referenced_tweets": [{"type": "replied_to", "id": "1850000000000000001"}],
                "entities": {"urls": [{"url": "https://t.co/f", "expanded_url": "https://northwind.example/farm"}]}},
                {"id": "1850000000000000001",
                "text": "Fresh beans &amp; a new roast, at https://t.co/a #coffee https://t.co/p",
                "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://northwind.example/roast"},
                    {"url": "https://t.co/p", "expanded_url": "https://x.com/northwind/status/1/photo/1", "media_key": "3_1"}]}}],
                "meta": {"result_count": 3}}),
        ),
        _ => Reply::text(404, "unexpected"),
    }
}

fn linkedin(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/oauth/v2/accessToken") => Reply::json(
            200,
            json!({"access_token": NEW_ACCESS, "expires_in": 5_184_000, "scope": "openid,profile,w_member_social"}),
        ),
        ("POST", "/oauth/v2/revoke") => Reply::text(200, ""),
        ("GET", "/v2/userinfo") => Reply::json(200, json!({"sub": "abc123", "name": "Nora Wind"})),
        ("POST", "/rest/images") => Reply::json(
            200,
            json!({"value": {"uploadUrl": "https://www.linkedin.com/dms-uploads/sp/capability-4711-secret/0",
                "uploadUrlExpiresAt": (Utc::now() + TimeDelta::hours(1)).timestamp_millis(), "image": "urn:li:image:C4E10"}}),
        ),
        ("PUT", "/dms-uploads/sp/capability-4711-secret/0") => Reply::text(201, ""),
        ("POST", "/rest/posts") => Reply::text(201, "").with("x-restli-id", "urn:li:share:7250000000000000001"),
        ("GET", "/rest/posts") => Reply::json(
            200,
            json!({"elements": [{"id": "urn:li:share:7250000000000000001", "createdAt": Utc::now().timestamp_millis(),
                "commentary": r"Fresh beans & a new roast, at https://northwind.example/roast {hashtag|\#|coffee}"}]}),
        ),
        ("POST", LINKEDIN_COMMENTS) => Reply::json(
            201,
            json!({"actor": "urn:li:person:abc123", "id": "7250000000000000002",
                "commentUrn": "urn:li:comment:(urn:li:share:7250000000000000001,7250000000000000002)"}),
        ),
        ("GET", LINKEDIN_COMMENTS) => {
            let comment = |id: &str, actor: &str| {
                json!({"id": id, "commentUrn": format!("urn:li:comment:(urn:li:share:7250000000000000001,{id})"),
                    "actor": actor, "message": {"text": PART}, "created": {"time": Utc::now().timestamp_millis()}})
            };
            let strange = comment("7250000000000000003", "urn:li:person:somebody");
            Reply::json(200, json!({"elements": [strange, comment("7250000000000000002", "urn:li:person:abc123")]}))
        }
        _ => Reply::text(404, "unexpected"),
    }
}

/// The comments under the post of this case.
pub const LINKEDIN_COMMENTS: &str = "/rest/socialActions/urn%3Ali%3Ashare%3A7250000000000000001/comments";

fn instagram(seen: &Seen) -> Reply {
    let path = seen.path.strip_prefix("/v25.0").unwrap_or(&seen.path);
    match (seen.method.as_str(), path) {
        ("POST", "/oauth/access_token") => Reply::json(
            200,
            json!({"access_token": "short-4711-secret", "user_id": 1, "permissions": "instagram_business_basic"}),
        ),
        ("GET", "/access_token" | "/refresh_access_token") => {
            Reply::json(200, json!({"access_token": NEW_ACCESS, "token_type": "bearer", "expires_in": 5_183_944}))
        }
        ("GET", "/me") => Reply::json(200, json!({"user_id": "17841400000000001", "username": "northwind.roasters"})),
        ("POST", "/17841400000000001/media") => Reply::json(200, json!({"id": "17880000000000001"})),
        ("POST", "/17841400000000001/media_publish") => Reply::json(200, json!({"id": "17990000000000001"})),
        ("GET", "/17880000000000001") => Reply::json(200, json!({"status_code": "FINISHED", "status": "Finished"})),
        ("POST", "/17990000000000001/comments") => Reply::json(200, json!({"id": "17870000000000001"})),
        ("GET", "/17990000000000001/comments") => {
            let comment = |id: &str, who: &str| {
                json!({"id": id, "text": PART, "username": who,
                    "timestamp": Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string()})
            };
            let all = [comment("17870000000000009", "somebody"), comment("17870000000000001", "northwind.roasters")];
            Reply::json(200, json!({"data": all}))
        }
        ("GET", "/17990000000000001") => Reply::json(200, json!({"permalink": "https://www.instagram.com/p/abc/"})),
        ("GET", "/17841400000000001/media") => Reply::json(
            200,
            json!({"data": [{"id": "17990000000000001", "caption": TEXT, "permalink": "https://www.instagram.com/p/abc/",
                "timestamp": Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string()}]}),
        ),
        _ => Reply::text(404, "unexpected"),
    }
}
