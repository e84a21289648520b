//! What is special to LinkedIn: its error answers, the form of a post, what a member's access may see, company pages, videos
//! and documents on their way. There is no machine-readable description beyond sign-in; the bodies here are those of
//! learn.microsoft.com/linkedin (Posts API, Images, Videos, Documents, MultiImage, versioning, OAuth; checked 2026-11-20, the
//! version 202607 again 2026-11-27).

use super::cases::{Case, NEW_ACCESS, PART, grant, keys};
use super::facebook::video;
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, linking, of, prepare, sent};
use crate::connectors::linkedin::LinkedIn;
use crate::connectors::{Call, Committed, Content, Fault, ProbeOutcome, SignIn};
use crate::domain::options::OptionValue;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use chrono::{TimeDelta, Utc};
use serde_json::json;

/// The comments under the post of this case.
const COMMENTS: &str = "/rest/socialActions/urn%3Ali%3Ashare%3A7250000000000000001/comments";

pub fn case() -> Case {
    Case {
        platform: Platform::LinkedIn,
        account: "urn:li:person:abc123",
        handle: "Nora Wind",
        typed: &[],
        well,
        commits: |s| s.path == "/rest/posts" || s.path == COMMENTS,
        live_id: "urn:li:share:7250000000000000001",
        preparing: 4,
        rotates: false,
        refused_refresh: || Reply::json(400, json!({"error": "invalid_grant"})),
        revokes: true,
        media_type: "image/png",
        options: &[],
        part_id: "urn:li:comment:(urn:li:share:7250000000000000001,7250000000000000002)",
        part_sent: |case, sent| {
            let expected = json!({"actor": case.account, "object": case.live_id, "message": {"text": PART}});
            assert_eq!(sent.json(), expected);
            assert_eq!(sent.header("linkedin-version"), "202607");
        },
    }
}

fn well(seen: &Seen) -> Reply {
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
        ("POST", COMMENTS) => Reply::json(
            201,
            json!({"actor": "urn:li:person:abc123", "id": "7250000000000000002",
                "commentUrn": "urn:li:comment:(urn:li:share:7250000000000000001,7250000000000000002)"}),
        ),
        ("GET", COMMENTS) => {
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

#[tokio::test]
async fn linkedin_answers_are_understood() {
    let input = |code: &str, path: &str, words: &str| {
        json!({"status": 422, "message": "Unprocessable", "errorDetails": {"inputErrors": [
            {"code": code, "description": words, "input": {"inputPath": {"fieldPath": path}}}]}})
    };
    commits(
        Platform::LinkedIn,
        vec![
            (422, input("FIELD_LENGTH_TOO_LONG", "/commentary", "too long"), "invalid_content"),
            (400, json!({"message": "bad"}), "invalid_content"),
            (403, json!({"code": "ACCESS_DENIED", "message": "Not enough permissions"}), "permission_missing"),
            (401, json!({"serviceErrorCode": 65601, "message": "revoked"}), "auth_expired"),
            (400, input("INVALID_URN_ID", "", "Invalid URN id"), "preparation_lost"),
            (409, json!({}), "unknown_outcome"),
            (426, json!({"code": "NONEXISTENT_VERSION"}), "permanent"),
            (429, json!({"message": "throttled"}), "rate_limited"),
            (201, json!({}), "unknown_outcome"),
        ],
    )
    .await;
    let (publish, case) = of(Platform::LinkedIn);
    let words = "Content is a duplicate of urn:li:share:7250000000000000009";
    let reply = Reply::json(422, input("DUPLICATE_POST", "", words));
    match commit_against(publish, &case, reply).await {
        Err(Fault::Duplicate { remote_id, .. }) => {
            assert_eq!(remote_id.as_deref(), Some("urn:li:share:7250000000000000009"));
        }
        other => panic!("{other:?}"),
    }
    let reply = Reply::json(422, input("INVALID", "/content/multiImage/images", "bad picture"));
    match commit_against(publish, &case, reply).await {
        Err(Fault::InvalidContent { problems, .. }) => assert_eq!(problems[0].field, "media"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn linkedin_posts_have_the_right_form() {
    let case = case();
    let post = sent(Platform::LinkedIn, &linking(case.content(0), "https://shop.example/a?b")).await;
    assert_eq!(post.header("linkedin-version"), "202607");
    assert_eq!(post.header("x-restli-protocol-version"), "2.0.0");
    let body = post.json();
    assert_eq!(body["author"], "urn:li:person:abc123");
    assert_eq!(body["content"]["article"], json!({"source": "https://shop.example/a?b", "title": "shop.example"}));
    assert!(body["commentary"].as_str().unwrap().ends_with(r"{hashtag|\#|coffee}"));
    let body = sent(Platform::LinkedIn, &case.content(1)).await.json();
    assert_eq!(body["content"], json!({"media": {"id": "urn:li:image:C4E10", "altText": "Picture 1"}}));
    let body = sent(Platform::LinkedIn, &case.content(3)).await.json();
    assert_eq!(body["content"]["multiImage"]["images"].as_array().unwrap().len(), 3);
    assert!(sent(Platform::LinkedIn, &case.content(0)).await.json().get("content").is_none());
}

/// A platform that is the link's page, too: the page says `head`, its picture is at `/roast.png`.
async fn with_a_page(head: &'static str, register: u16) -> Peer {
    let well = case().well;
    Peer::start(move |seen| match (seen.host.as_str(), seen.path.as_str()) {
        ("shop.example", "/page") => Reply::text(200, head).with("content-type", "text/html; charset=utf-8"),
        ("shop.example", "/roast.png") => {
            let mut png = std::io::Cursor::new(vec![]);
            image::RgbImage::new(60, 40).write_to(&mut png, image::ImageFormat::Png).unwrap();
            let headers = vec![("content-type".into(), "image/png".into())];
            Reply::Full { status: 200, headers, body: png.into_inner() }
        }
        (_, "/rest/images") if register != 200 => Reply::text(register, ""),
        _ => well(seen),
    })
    .await
}

/// The article that is sent for a link to this page.
async fn article(peer: &Peer) -> serde_json::Value {
    let (publish, case) = of(Platform::LinkedIn);
    let content = linking(case.content(0), peer.address("/shop.example/page"));
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
    let mut article = peer.seen().pop().unwrap().json()["content"]["article"].take();
    assert_eq!(article["source"].take(), content.post.link.unwrap());
    article
}

#[tokio::test]
async fn linkedin_cards_are_filled_from_the_page() {
    const HEAD: &str = "<head><title>t</title><meta property='og:title' content='A new roast'>\
        <meta property='og:description' content='Fresh beans'><meta property='og:image' content='roast.png'></head>";
    let peer = with_a_page(HEAD, 200).await;
    let full = json!({"source": null, "title": "A new roast", "description": "Fresh beans",
        "thumbnail": "urn:li:image:C4E10"});
    assert_eq!(article(&peer).await, full);
    let seen = peer.seen();
    let put = seen.iter().find(|s| s.method == "PUT").unwrap();
    assert!(put.body.starts_with(b"\xff\xd8\xff"), "the picture as a JPEG");
    for stranger in seen.iter().filter(|s| s.host == "shop.example") {
        assert!(!stranger.headers.contains_key("authorization"), "no token goes to the page");
    }
    // What is missing or refused makes the card barer and nothing else.
    let cases = [
        (HEAD, 500, json!({"source": null, "title": "A new roast", "description": "Fresh beans"})),
        (HEAD, 429, json!({"source": null, "title": "A new roast", "description": "Fresh beans"})),
        ("<title>Only this</title>", 200, json!({"source": null, "title": "Only this"})),
        (
            "<meta property='og:image' content='https://elsewhere.example/a.png'>",
            200,
            json!({"source": null, "title": "127.0.0.1"}),
        ),
        ("", 200, json!({"source": null, "title": "127.0.0.1"})),
    ];
    for (head, register, expected) in cases {
        assert_eq!(article(&with_a_page(head, register).await).await, expected, "{head}");
    }
    let expired = with_a_page(HEAD, 401).await;
    let (publish, case) = of(Platform::LinkedIn);
    let content = linking(case.content(0), expired.address("/shop.example/page"));
    assert_eq!(kind(&prepare(publish, &case, &expired.wire(), &content, None).await), "auth_expired");
}

#[tokio::test]
async fn linkedin_cannot_tell_without_the_scope_to_read() {
    let (publish, case) = of(Platform::LinkedIn);
    let peer = Peer::start(case.well).await;
    let (wire, keys, mut poor) = (peer.wire(), keys(), grant());
    poor.scopes = vec!["openid".into(), "profile".into(), "w_member_social".into()];
    let call = Call {
        wire: &wire,
        keys: &keys,
        grant: &poor,
        account: case.account,
        handle: case.handle,
        facts: &serde_json::Value::Null,
    };
    let got = publish.probe(&call, &case.content(0), &json!({"v": 1}), Utc::now()).await;
    assert!(matches!(got, Ok(ProbeOutcome::CannotTell(_))));
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn linkedin_bytes_and_token_do_not_go_to_strangers() {
    let (publish, case) = of(Platform::LinkedIn);
    let value = json!({"value": {"uploadUrl": "https://linkedin.com.evil.example/up", "image": "urn:li:image:1"}});
    let peer = Peer::start(move |_| Reply::json(200, value.clone())).await;
    let got = prepare(publish, &case, &peer.wire(), &case.content(1), None).await;
    assert_eq!(kind(&got), "permanent");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn linkedin_asks_for_company_pages_only_where_the_app_may() {
    let asked = |answer: Option<&str>| {
        let mut keys = keys();
        keys.0.extend(answer.map(|answer| ("company_pages".to_owned(), answer.into())));
        LinkedIn.flow(&keys).unwrap().scopes
    };
    let members = ["openid", "profile", "w_member_social"];
    assert_eq!((asked(None), asked(Some("no"))), (&members[..], &members[..]));
    let all = [&members[..], &["r_organization_social", "w_organization_social", "rw_organization_admin"]].concat();
    assert_eq!(asked(Some("yes")), all);
}

/// Roles of the member at three pages, of which they may publish on two.
fn with_pages(seen: &Seen) -> Reply {
    let role = |id: u64, role: &str| json!({"organization": format!("urn:li:organization:{id}"), "role": role, "state": "APPROVED"});
    match seen.path.as_str() {
        "/rest/organizationAcls" => Reply::json(
            200,
            json!({"elements": [role(11, "ADMINISTRATOR"), role(11, "CONTENT_ADMINISTRATOR"), role(12, "ANALYST"),
                {"organizationTarget": "urn:li:organization:13", "role": "CONTENT_ADMINISTRATOR"},
                {"organization": "urn:li:organizationBrand:14", "role": "ADMINISTRATOR"}]}),
        ),
        "/rest/organizations" => Reply::json(
            200,
            json!({"results": {"11": {"id": 11, "localizedName": "Northwind Roasters", "vanityName": "northwind"}}, "errors": {"13": {"status": 403}}}),
        ),
        _ => well(seen),
    }
}

#[tokio::test]
async fn linkedin_offers_the_pages_on_which_a_member_may_publish() {
    let peer = Peer::start(with_pages).await;
    let mut consent = grant();
    consent.scopes =
        ["openid", "w_member_social", "w_organization_social", "r_organization_social", "rw_organization_admin"]
            .map(String::from)
            .to_vec();
    let found = LinkedIn.accounts(&peer.wire(), &keys(), &consent).await.unwrap();
    let short: Vec<_> = found.iter().map(|a| (a.remote_id.as_str(), a.handle.as_str())).collect();
    let pages = [("urn:li:organization:11", "northwind"), ("urn:li:organization:13", "Company page 13")];
    assert_eq!(short, [&[("urn:li:person:abc123", "Nora Wind")], &pages[..]].concat());
    assert_eq!(found[1].display_name, "Northwind Roasters");
    assert_eq!(found[1].profile_url.as_deref(), Some("https://www.linkedin.com/company/northwind"));
    assert_eq!(found[1].facts, json!({"kind": "organisation", "person": "urn:li:person:abc123"}));
    assert_eq!(LinkedIn.consent_is_of(), Some("person"), "taken back with the last of them");
    let asked = peer.seen();
    let asked: Vec<_> = asked.iter().filter(|s| s.path.starts_with("/rest/")).collect();
    assert_eq!((asked[0].header("x-restli-method"), asked[0].query("q").as_deref()), ("FINDER", Some("roleAssignee")));
    assert_eq!(
        (asked[1].header("x-restli-method"), asked[1].query("ids").as_deref()),
        ("BATCH_GET", Some("List(11,13)"))
    );

    // Each account goes with the permissions that are about it.
    let own = async |account| LinkedIn.grant_of(&peer.wire(), &consent, account).await.unwrap().scopes;
    assert_eq!(own(&found[0]).await, ["openid", "w_member_social"]);
    let of_page = own(&found[1]).await;
    assert_eq!(of_page, ["openid", "w_organization_social", "r_organization_social", "rw_organization_admin"]);
    let (publish, _) = of(Platform::LinkedIn);
    assert_eq!(publish.account_scopes(&found[1].facts, true), ["w_organization_social"]);
    assert_eq!(publish.account_scopes(&found[0].facts, true), ["w_member_social"]);
    let looks = |scopes: Vec<String>| publish.blind(&crate::connectors::Grant { scopes, ..grant() }).is_none();
    assert!(looks(of_page) && !looks(own(&found[0]).await), "a page's posts can be looked for, a member's cannot");

    // Where LinkedIn does not tell the pages, the member can be connected all the same.
    let peer =
        Peer::start(|seen| if seen.path.starts_with("/rest/") { Reply::json(403, json!({})) } else { well(seen) })
            .await;
    assert_eq!(LinkedIn.accounts(&peer.wire(), &keys(), &consent).await.unwrap().len(), 1);
    let peer =
        Peer::start(|seen| if seen.path.starts_with("/rest/") { Reply::json(500, json!({})) } else { well(seen) })
            .await;
    assert_eq!(kind(&LinkedIn.accounts(&peer.wire(), &keys(), &consent).await), "transient");
    // Without the permission it is not asked.
    let peer = Peer::start(well).await;
    assert_eq!(LinkedIn.accounts(&peer.wire(), &keys(), &grant()).await.unwrap().len(), 1);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn linkedin_names_the_permission_of_a_page() {
    let (publish, case) = of(Platform::LinkedIn);
    let page = Case { account: "urn:li:organization:11", ..case };
    let reply = Reply::json(403, json!({"code": "ACCESS_DENIED", "message": "Not enough permissions"}));
    match commit_against(publish, &page, reply).await {
        Err(Fault::PermissionMissing { scopes, .. }) => assert_eq!(scopes, ["w_organization_social"]),
        other => panic!("{other:?}"),
    }
}

const UPLOADS: &str = "/dms-uploads/sp/v2/";

/// Takes a video of 80,000 bytes in two parts, and a document; `state`: what it says of both.
fn taking(state: &'static str) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    move |seen| {
        let until = (Utc::now() + TimeDelta::hours(1)).timestamp_millis();
        let to = |n: u32| format!("https://www.linkedin.com{UPLOADS}capability-4711-secret/{n}");
        match (seen.method.as_str(), seen.path.as_str(), seen.query("action").as_deref()) {
            ("POST", "/rest/videos", Some("initializeUpload")) => Reply::json(
                200,
                json!({"value": {"video": "urn:li:video:C5F10", "uploadToken": "", "uploadUrlsExpireAt": until,
                    "uploadInstructions": [{"uploadUrl": to(0), "firstByte": 0, "lastByte": 49_999},
                        {"uploadUrl": to(1), "firstByte": 50_000, "lastByte": 79_999}]}}),
            ),
            ("POST", "/rest/videos", Some("finalizeUpload")) => Reply::text(200, ""),
            ("POST", "/rest/documents", Some("initializeUpload")) => Reply::json(
                200,
                json!({"value": {"uploadUrl": to(0), "uploadUrlExpiresAt": until, "document": "urn:li:document:C4D10"}}),
            ),
            ("GET", path, _) if path.starts_with("/rest/videos/") || path.starts_with("/rest/documents/") => {
                if state.is_empty() { Reply::json(403, json!({})) } else { Reply::json(200, json!({"status": state})) }
            }
            ("PUT", path, _) if path.starts_with(UPLOADS) => {
                let n = path.chars().last().unwrap();
                Reply::text(200, "").with("etag", format!("part-{n}"))
            }
            _ => well(seen),
        }
    }
}

fn document(case: &Case) -> Content {
    let mut content = video(case, Format::Document, 5_000);
    content.media[0].facts.mime = "application/pdf".into();
    content.media[0].facts.video = None;
    content.options.set("title", OptionValue::Text("Our harvest".into()));
    content
}

#[tokio::test]
async fn linkedin_videos_go_in_the_parts_that_it_names() {
    let (publish, case) = of(Platform::LinkedIn);
    let content = video(&case, Format::Feed, 80_000);
    let peer = Peer::start(taking("AVAILABLE")).await;
    let wire = peer.wire();
    let (steps, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    let seen = peer.seen();
    let announced = &seen[0].json()["initializeUploadRequest"];
    let expected =
        json!({"owner": case.account, "fileSizeBytes": 80_000, "uploadCaptions": false, "uploadThumbnail": false});
    assert_eq!(*announced, expected);
    let puts: Vec<_> = seen.iter().filter(|s| s.method == "PUT").collect();
    assert_eq!(puts.iter().map(|put| put.body.len()).collect::<Vec<_>>(), [50_000, 30_000]);
    assert_eq!(
        (puts[1].body[0], puts[1].header("content-type")),
        (b'a' + (50_000 % 26) as u8, "application/octet-stream")
    );
    let told = seen.iter().find(|s| s.query("action").as_deref() == Some("finalizeUpload")).unwrap().json();
    let expected = json!({"video": "urn:li:video:C5F10", "uploadToken": "", "uploadedPartIds": ["part-0", "part-1"]});
    assert_eq!(told["finalizeUploadRequest"], expected);
    assert!(!format!("{:?}", wire.journal().all()).contains("4711-secret"), "the upload address is a secret");

    let committed = publish.commit(&call!(case, &wire), &content, &ready).await;
    assert!(matches!(committed, Ok(Committed::Live(_))), "{committed:?}");
    assert_eq!(peer.seen().pop().unwrap().json()["content"], json!({"media": {"id": "urn:li:video:C5F10"}}));
    // From every step it goes on with what is left.
    let mut left = vec![];
    for checkpoint in steps.into_iter().chain([ready.clone()]) {
        let again = Peer::start(taking("AVAILABLE")).await;
        prepare(publish, &case, &again.wire(), &content, Some(checkpoint.clone())).await.unwrap();
        left.push(again.changes());
        let other = video(&case, Format::Feed, 80_000);
        let other = publish.prepare(&call!(case, &again.wire()), &other, Some(&checkpoint)).await;
        assert_eq!(kind(&other), "preparation_lost", "another file");
    }
    assert_eq!(left, [3, 1, 0, 0], "two parts and the end of the upload, the end, nothing");
    let unready = json!({"v": 1, "images": [], "settled": false});
    assert_eq!(kind(&publish.commit(&call!(case, &wire), &content, &unready).await), "preparation_lost");
}

#[tokio::test]
async fn linkedin_files_that_do_not_work_out_are_told_apart() {
    let (publish, case) = of(Platform::LinkedIn);
    let content = video(&case, Format::Feed, 80_000);
    let run = async |peer: Peer, content: &Content| kind(&prepare(publish, &case, &peer.wire(), content, None).await);
    assert_eq!(run(Peer::start(taking("PROCESSING_FAILED")).await, &content).await, "invalid_content");
    assert_eq!(run(Peer::start(taking("")).await, &content).await, "ok", "an app that may not ask waits for a while");
    assert_eq!(
        run(Peer::start(taking("AVAILABLE")).await, &video(&case, Format::Feed, 5_000)).await,
        "invalid_content"
    );
    let faulty = |which: fn(&Seen) -> bool, reply: Reply| {
        Peer::start(move |seen| if which(seen) { reply.clone() } else { taking("AVAILABLE")(seen) })
    };
    let put: fn(&Seen) -> bool = |seen| seen.method == "PUT";
    assert_eq!(run(faulty(put, Reply::text(403, "")).await, &content).await, "preparation_lost");
    assert_eq!(run(faulty(put, Reply::text(503, "")).await, &content).await, "transient");
    assert_eq!(run(faulty(put, Reply::text(200, "")).await, &content).await, "transient", "a part without its name");
    let finalize: fn(&Seen) -> bool = |seen| seen.query("action").as_deref() == Some("finalizeUpload");
    assert_eq!(
        run(faulty(finalize, Reply::json(400, json!({}))).await, &content).await,
        "ok",
        "it was finalized before"
    );
    let announce: fn(&Seen) -> bool = |seen| seen.query("action").as_deref() == Some("initializeUpload");
    let value = |url: &str, last: u64| {
        Reply::json(
            200,
            json!({"value": {"video": "urn:li:video:1", "uploadInstructions": [{"uploadUrl": url, "firstByte": 0, "lastByte": last}]}}),
        )
    };
    let evil = value("https://linkedin.com.evil.example/up", 79_999);
    assert_eq!(
        run(faulty(announce, evil).await, &content).await,
        "permanent",
        "bytes and token do not go to strangers"
    );
    let short = value("https://www.linkedin.com/dms-uploads/sp/v2/x/0", 79_000);
    assert_eq!(run(faulty(announce, short).await, &content).await, "transient", "not the whole file");
}

#[tokio::test]
async fn linkedin_documents_and_polls_have_the_right_form() {
    let (publish, case) = of(Platform::LinkedIn);
    let content = document(&case);
    let peer = Peer::start(taking("AVAILABLE")).await;
    let wire = peer.wire();
    let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &ready).await.unwrap();
    let seen = peer.seen();
    assert_eq!(seen[0].json(), json!({"initializeUploadRequest": {"owner": case.account}}));
    assert_eq!(seen.iter().filter(|s| s.method == "PUT").map(|s| s.body.len()).collect::<Vec<_>>(), [5_000]);
    let posted = seen.last().unwrap().json();
    assert_eq!(posted["content"], json!({"media": {"id": "urn:li:document:C4D10", "title": "Our harvest"}}));

    let mut poll = linking(case.content(0), "https://shop.example/");
    poll.format = Format::Poll;
    for (id, value) in [
        ("question", "Which roast?"),
        ("answer_1", "Light"),
        ("answer_2", "Dark"),
        ("answer_4", "Both "),
        ("duration", "seven_days"),
    ] {
        poll.options.set(id, OptionValue::Text(value.into()));
    }
    let body = sent(Platform::LinkedIn, &poll).await.json();
    let expected = json!({"poll": {"question": "Which roast?", "options": [{"text": "Light"}, {"text": "Dark"}, {"text": "Both"}],
        "settings": {"duration": "SEVEN_DAYS"}}});
    assert_eq!(body["content"], expected);
}

#[tokio::test]
async fn linkedin_posts_are_deleted_once_and_again() {
    let (publish, case) = of(Platform::LinkedIn);
    for (status, expected) in [(204, "ok"), (404, "ok"), (403, "permission_missing"), (500, "transient")] {
        let peer = Peer::start(move |_| Reply::text(status, "")).await;
        assert_eq!(kind(&publish.delete(&call!(case, &peer.wire()), &case.parent()).await), expected, "{status}");
        let asked = peer.seen().pop().unwrap();
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("DELETE", "/rest/posts/urn%3Ali%3Ashare%3A7250000000000000001")
        );
    }
}
