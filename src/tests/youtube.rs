//! Videos from the composer to the channel, as a company uses them.

use crate::support::{Client, Content as _, Firm, TestApp};
use chrono::TimeDelta;
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::ids::AssetId;
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::YouTube;
use lux::domain::post::{Format, SavePost};
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::Method;
use serde_json::json;

const CLIP: &[u8] = include_bytes!("files/clip.mp4");

async fn start() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let mut firm = t.firm("Northwind").await;
    firm.connect(&t.sandbox, YouTube).await;
    let client = t.signed_in(&firm.email).await;
    (t, firm, client)
}

/// The clip with an empty box behind it, so that it is sent in more than one part; uploaded as people do it.
pub async fn clip(t: &TestApp, client: &Client) -> AssetId {
    const EMPTY: u32 = 700 << 10;
    let mut bytes = CLIP.to_vec();
    bytes.extend_from_slice(&EMPTY.to_be_bytes());
    bytes.extend_from_slice(b"free");
    bytes.resize(CLIP.len() + EMPTY as usize, 0);
    let body = json!({ "file_name": "roast.mp4", "bytes": bytes.len() });
    let begun = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
    let sent = client.send(client.request(Method::PUT, &format!("{path}/parts/0")).body(bytes)).await;
    assert_eq!(sent.status, 204, "{}", sent.body);
    client.send(client.request(Method::POST, &format!("{path}/finish"))).await;
    t.drive(TimeDelta::seconds(5)).await;
    let done = client.get(&path).await.json();
    let asset = done["asset"].as_str().unwrap_or_else(|| panic!("{done}"));
    asset.parse().expect("an asset's id")
}

fn with(mut post: SavePost, id: &str, value: OptionValue) -> SavePost {
    post.targets[0].options.set(id, value);
    post
}

#[tokio::test]
async fn a_video_with_its_first_comment_is_published_once_though_answers_are_lost() {
    let (t, firm, client) = start().await;
    let asset = clip(&t, &client).await;
    let lost = |operation| Fault { ms: Some(0), ..Fault::once(YouTube, operation, FaultKind::TimeoutAfterAccept) };
    // Of opening the session, twice, and of the last piece, which has arrived all the same.
    t.sandbox.inject(Fault { times: 2, ..lost(Operation::Prepare) });
    t.sandbox.inject(lost(Operation::Commit));
    let mut post = firm.post("How we roast. #coffee", &[YouTube]).showing(vec![asset]);
    post.content.parts.comment = Some("Beans: https://northwind.example/shop".into());
    let text = |words: &str| OptionValue::Text(words.to_owned());
    post = with(post, "title", text("The roaster at work"));
    post = with(post, "tags", text("roast, coffee at home"));
    post = with(post, "category", text("27"));
    post = with(post, "privacy", text("unlisted"));
    post = with(post, "quiet", OptionValue::YesNo(true));
    post.targets[0].format = Format::Short;
    let id = firm.publish(post).await;
    for seconds in [0, 5, 15, 30, 60, 120, 180, 300, 600] {
        t.drive_to(seconds).await;
    }
    let deliveries = firm.detail(id).await.deliveries;
    let states: Vec<_> = deliveries.iter().map(|d| (d.state, d.fault.clone())).collect();
    assert!(states.iter().all(|(state, _)| *state == Live), "{states:?}");
    let videos = t.sandbox.posts(YouTube);
    let [video] = videos.as_slice() else { panic!("{videos:?}") };
    assert_eq!((video.text.as_str(), video.pictures[0].video), ("How we roast. #coffee", true));
    assert_eq!(
        video.facts,
        json!({ "title": "The roaster at work", "tags": ["roast", "coffee at home"], "category": "27",
            "privacy": "unlisted", "made_for_kids": false, "altered": false, "notify": false,
            "ready_at": video.facts["ready_at"], "failure": null })
    );
    let comments = t.sandbox.comments(YouTube);
    assert_eq!((comments.len(), comments[0].post.as_str()), (1, video.id.as_str()));
    assert_eq!(comments[0].text, "Beans: https://northwind.example/shop");
    // The last piece once, and the comment.
    assert_eq!(t.sandbox.requests(YouTube, Operation::Commit), 2);
    let seen = deliveries[0].remote_url.clone().expect("where people see it");
    assert_eq!(seen, t.at_stand_in(YouTube, &format!("https://www.youtube.com/shorts/{}", video.id)));
}

#[tokio::test]
async fn what_a_video_needs_is_said_while_writing() {
    let (t, firm, client) = start().await;
    let mut post = firm.post("Only words.", &[YouTube]);
    post.targets[0].options = Default::default();
    let saved = firm.save(post).await;
    let fields: Vec<_> = saved.problems.iter().map(|p| p.problem.field.as_str()).collect();
    assert_eq!(fields, ["media", "options.title", "options.made_for_kids"], "{:?}", saved.problems);
    let asset = clip(&t, &client).await;
    let long = firm.save(firm.post(&"é".repeat(2_501), &[YouTube]).showing(vec![asset])).await;
    assert!(format!("{:?}", long.problems).contains("5000 bytes"), "{:?}", long.problems);
    assert_eq!(t.sandbox.requests(YouTube, Operation::Prepare), 0);
}

#[tokio::test]
async fn a_thumbnail_goes_with_the_video_and_never_holds_it_back() {
    let (t, firm, client) = start().await;
    let (video, picture, other) =
        (clip(&t, &client).await, firm.picture_of(1280, 720).await, firm.picture(image::ImageFormat::WebP).await);
    let thumbnail = |post: SavePost, id: AssetId| {
        let post = with(post, "title", OptionValue::Text("The roaster at work".into()));
        with(post, "thumbnail", OptionValue::Text(id.to_string()))
    };
    let post = |firm: &Firm, words: &str, id| thumbnail(firm.post(words, &[YouTube]).showing(vec![video]), id);

    // What does not fit is said at once.
    for (id, words) in [(other, "Choose a JPEG or PNG."), (AssetId::new(), "no longer exists")] {
        let saved = firm.save(post(&firm, "Wrong.", id)).await;
        let said: Vec<_> = saved.problems.iter().filter(|p| p.problem.field == "options.thumbnail").collect();
        assert!(said.len() == 1 && said[0].problem.message.contains(words), "{:?}", saved.problems);
    }
    let listed = client.call("studio/option_pictures", &[("platform", "youtube"), ("option", "thumbnail")]).await;
    let listed: Vec<_> =
        listed.json().as_array().expect("a list").iter().map(|c| c["facts"]["asset"].clone()).collect();
    assert_eq!(listed, [json!(picture)], "the newest that fit");
    let eve = t.signed_in(&t.firm("Contoso").await.email).await;
    let chosen = picture.to_string();
    let asked = [("platform", "youtube"), ("option", "thumbnail"), ("chosen", chosen.as_str())];
    assert_eq!(eve.call("studio/option_pictures", &asked).await.json(), json!([]), "nothing of another company");

    // The answer of the last piece is lost, and so is the first of the thumbnail: it is there once.
    let lost = |operation| Fault { ms: Some(0), ..Fault::once(YouTube, operation, FaultKind::TimeoutAfterAccept) };
    t.sandbox.inject(lost(Operation::Commit));
    let id = firm.publish(post(&firm, "With a thumbnail.", picture)).await;
    for seconds in [0, 5, 30, 120, 240, 600] {
        t.drive_to(seconds).await;
    }
    let delivery = firm.detail(id).await.deliveries.remove(0);
    assert_eq!((delivery.state, &delivery.fault), (Live, &None));
    let shown = t.sandbox.posts(YouTube).pop().expect("a video");
    assert_eq!(shown.pictures.iter().map(|p| p.video).collect::<Vec<_>>(), [true, false]);
    let used = client.get(&format!("/library/{picture}")).await;
    assert!(used.body.contains("With a thumbnail."), "the library says where it is used");

    // A channel without a phone number: the video is out, and what it lacks is said.
    let (account, _) = firm.connect_account(&t.sandbox, YouTube, "UCnorthwinddemo000000002").await;
    let mut unverified = post(&firm, "Without one.", picture);
    unverified.targets[0].connection = account;
    let id = firm.publish(unverified).await;
    for seconds in [610, 640, 700, 900] {
        t.drive_to(seconds).await;
    }
    let delivery = firm.detail(id).await.deliveries.remove(0);
    assert_eq!((delivery.state, delivery.fault_kind.as_deref()), (Live, Some("picture")));
    let words = delivery.fault.expect("what it lacks");
    assert!(
        words.starts_with("Published, but without its thumbnail") && words.contains("youtube.com/verify"),
        "{words}"
    );
    assert!(client.get(&format!("/posts/{id}")).await.body.contains("youtube.com/verify"));
    assert_eq!(t.sandbox.posts(YouTube).len(), 2);
}
