//! LinkedIn over HTTP: company pages, videos, documents and polls.

use super::linkedin::{body, encoded, post, rest, sign_in};
use super::*;

const API: &str = "https://api.linkedin.com/rest";
const ME: &str = "urn:li:person:nwDemo0001";
const PAGE: &str = "urn:li:organization:5500001";
const EVERYTHING: &str = "openid profile w_member_social r_member_social w_organization_social r_organization_social \
                          rw_organization_admin";

async fn partner(stand: &Stand) -> String {
    sign_in(stand, "partner-demo", EVERYTHING).await.body["access_token"].as_str().unwrap().to_owned()
}

async fn get(stand: &Stand, token: &str, path: &str) -> Got {
    stand.send(rest(stand.http.get(stand.at(Platform::LinkedIn, &format!("{API}/{path}"))), token)).await
}

async fn act(stand: &Stand, token: &str, path: &str, body: &Value) -> Got {
    stand.send(rest(stand.http.post(stand.at(Platform::LinkedIn, &format!("{API}/{path}"))), token).json(body)).await
}

async fn put(stand: &Stand, address: &str, bytes: Vec<u8>) -> Got {
    stand.send(stand.http.put(stand.at(Platform::LinkedIn, address)).body(bytes)).await
}

fn by(author: &str, text: &str, content: Value) -> Value {
    let mut post = body(text);
    post["author"] = json!(author);
    post["content"] = content;
    post
}

#[tokio::test]
async fn pages_are_listed_by_role_and_written_to_by_those_who_may() {
    let stand = Stand::start().await;
    let token = partner(&stand).await;
    let roles = get(&stand, &token, "organizationAcls?q=roleAssignee&state=APPROVED&count=100").await;
    assert_eq!(roles.body["elements"].as_array().unwrap().len(), 4, "{}", roles.body);
    let one = get(&stand, &token, "organizationAcls?q=roleAssignee&role=ANALYST").await;
    assert_eq!(one.body["elements"][0]["organization"], "urn:li:organization:5500003");
    let names = get(&stand, &token, "organizations?ids=List(5500001,9)").await;
    assert_eq!(names.body["results"]["5500001"]["localizedName"], "Northwind Roasters (demo)");
    assert_eq!(names.body["errors"]["9"]["status"], 403);
    assert_eq!(
        get(&stand, &token, "organizations?ids=List%285500001%29").await.status,
        400,
        "brackets are not encoded"
    );

    assert_eq!(post(&stand, &token, &by(PAGE, "As the page", Value::Null)).await.status, 201);
    assert_eq!(stand.sandbox().posts(Platform::LinkedIn)[0].account, "5500001");
    let analyst = by("urn:li:organization:5500003", "Not mine", Value::Null);
    assert_eq!(post(&stand, &token, &analyst).await.status, 403);
    let listed = get(&stand, &token, &format!("posts?q=author&author={}", encoded(PAGE))).await;
    assert_eq!(listed.body["elements"][0]["author"], PAGE);
    let html = stand.http.get(stand.own("/linkedin")).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("<strong>Northwind Roasters (demo)</strong>"), "{html}");

    // An app without the permissions of pages has none of it.
    let member = sign_in(&stand, CLIENT, "openid w_member_social").await;
    let member = member.body["access_token"].as_str().unwrap();
    assert_eq!(get(&stand, member, "organizationAcls?q=roleAssignee").await.status, 403);
    assert_eq!(post(&stand, member, &by(PAGE, "As the page", Value::Null)).await.status, 403);
    let ask = json!({ "initializeUploadRequest": { "owner": PAGE } });
    assert_eq!(act(&stand, member, "images?action=initializeUpload", &ask).await.status, 403);
    stand.running.shutdown().await;
}

/// An MP4 of so many bytes: five seconds, and a box of zeros behind them.
pub(super) fn video(bytes: usize) -> Vec<u8> {
    let mut file = include_bytes!("../../tests/files/five_seconds.mp4").to_vec();
    let rest = bytes - file.len();
    file.extend((rest as u32).to_be_bytes());
    file.extend(b"free");
    file.resize(bytes, 0);
    file
}

#[tokio::test]
async fn a_video_comes_in_parts_and_a_document_in_one() {
    let stand = Stand::start().await;
    let token = partner(&stand).await;
    let announce = |size: usize| json!({ "initializeUploadRequest": { "owner": ME, "fileSizeBytes": size, "uploadCaptions": false, "uploadThumbnail": false } });
    let path = "videos?action=initializeUpload";
    assert_eq!(act(&stand, &token, path, &announce(70_000)).await.status, 400, "below 75 kB");
    assert_eq!(act(&stand, &token, path, &json!({ "initializeUploadRequest": { "owner": ME } })).await.status, 422);
    let file = video((4 << 20) + 100);
    let value = act(&stand, &token, path, &announce(file.len())).await.body["value"].take();
    let (urn, parts) = (value["video"].as_str().unwrap(), value["uploadInstructions"].as_array().unwrap());
    assert_eq!(
        (parts.len(), &parts[1]["firstByte"], &parts[1]["lastByte"]),
        (2, &json!(4 << 20), &json!((4 << 20) + 99))
    );
    let address = |n: usize| parts[n]["uploadUrl"].as_str().unwrap();
    assert_eq!(put(&stand, address(0), vec![0; 10]).await.status, 400, "not the bytes of this part");
    let mut etags = vec![];
    for (n, part) in [&file[..4 << 20], &file[4 << 20..]].into_iter().enumerate() {
        let got = put(&stand, address(n), part.to_vec()).await;
        assert_eq!(got.status, 200);
        etags.push(got.headers["etag"].to_str().unwrap().to_owned());
    }
    let tell = |etags: Vec<&String>| json!({ "finalizeUploadRequest": { "video": urn, "uploadToken": "", "uploadedPartIds": etags } });
    let done = "videos?action=finalizeUpload";
    assert_eq!(act(&stand, &token, done, &tell(etags.iter().rev().collect())).await.status, 400, "out of order");
    assert_eq!(
        post(&stand, &token, &by(ME, "x", json!({ "media": { "id": urn } }))).await.status,
        400,
        "not whole yet"
    );
    assert_eq!(act(&stand, &token, done, &tell(etags.iter().collect())).await.status, 200);
    assert_eq!(act(&stand, &token, done, &tell(etags.iter().collect())).await.status, 400, "once");
    assert_eq!(get(&stand, &token, &format!("videos/{}", encoded(urn))).await.body["status"], "AVAILABLE");
    let made = post(&stand, &token, &by(ME, "Watch", json!({ "media": { "id": urn } }))).await;
    assert!(made.headers["x-restli-id"].to_str().unwrap().starts_with("urn:li:ugcPost:"));
    assert!(stand.sandbox().posts(Platform::LinkedIn)[0].pictures[0].video);

    let ask = json!({ "initializeUploadRequest": { "owner": PAGE } });
    let document = async |bytes: &[u8]| {
        let value = act(&stand, &token, "documents?action=initializeUpload", &ask).await.body["value"].take();
        assert_eq!(put(&stand, value["uploadUrl"].as_str().unwrap(), bytes.to_vec()).await.status, 201);
        value["document"].as_str().unwrap().to_owned()
    };
    let broken = document(b"PK no pdf").await;
    assert_eq!(
        get(&stand, &token, &format!("documents/{}", encoded(&broken))).await.body["status"],
        "PROCESSING_FAILED"
    );
    let urn = document(b"%PDF-1.5 ...").await;
    let show = |author, media| by(author, "Read", json!({ "media": media }));
    assert_eq!(post(&stand, &token, &show(PAGE, json!({ "id": urn }))).await.status, 400, "without a title");
    let titled = json!({ "id": urn, "title": "Our <harvest>" });
    assert_eq!(post(&stand, &token, &show(ME, titled.clone())).await.status, 400, "it is the page's");
    assert_eq!(post(&stand, &token, &show(PAGE, titled)).await.status, 201);
    let html = stand.http.get(stand.own("/linkedin")).send().await.unwrap().text().await.unwrap();
    assert!(html.contains(">Our &lt;harvest&gt;</a> (PDF)"), "{html}");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_poll_has_a_question_and_two_to_four_answers() {
    let stand = Stand::start().await;
    let token = partner(&stand).await;
    let poll = |question: &str, answers: &[&str], duration: &str| {
        let options: Vec<_> = answers.iter().map(|text| json!({ "text": text })).collect();
        let poll = json!({ "question": question, "options": options, "settings": { "duration": duration } });
        by(ME, "Tell us", json!({ "poll": poll }))
    };
    for (question, answers, duration) in [
        ("Which?", &["Light"][..], "ONE_DAY"),
        ("Which?", &["1", "2", "3", "4", "5"], "ONE_DAY"),
        ("Which?", &["Light", "Dark"], "TWO_DAYS"),
        ("", &["Light", "Dark"], "ONE_DAY"),
        (&"x".repeat(141), &["Light", "Dark"], "ONE_DAY"),
        ("Which?", &["Light", &"x".repeat(31)], "ONE_DAY"),
    ] {
        let got = post(&stand, &token, &poll(question, answers, duration)).await;
        assert_eq!(got.status, 422, "{question} {answers:?} {duration}");
    }
    let got = post(&stand, &token, &poll("Which <roast>?", &["Light", "Dark"], "FOURTEEN_DAYS")).await;
    assert_eq!(got.status, 201, "{}", got.body);
    let html = stand.http.get(stand.own("/linkedin")).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Which &lt;roast&gt;?") && html.contains("<li>Dark</li>"), "{html}");
    stand.running.shutdown().await;
}
