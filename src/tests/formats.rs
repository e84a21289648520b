//! Formats beside the ordinary post, from the composer's save to the stand-in: a poll on X, and on Instagram a story, a
//! carousel with a video among its pictures, and a reel with its cover.

use crate::support::{Client, Content as _, Firm, TestApp};
use chrono::TimeDelta;
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::ids::AssetId;
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::{self, Instagram, X};
use lux::domain::post::{Format, SavePost};
use lux::sandbox::{Fault, FaultKind, Operation, Post};
use reqwest::Method;
use serde_json::json;

const CLIP: &[u8] = include_bytes!("files/five_seconds.mp4");

fn to(firm: &Firm, platform: Platform, text: &str, format: Format, options: &[(&str, OptionValue)]) -> SavePost {
    let mut post = firm.post(text, &[platform]);
    post.targets[0].format = format;
    for (id, value) in options {
        post.targets[0].options.set(id, value.clone());
    }
    post
}

fn words(text: &str) -> OptionValue {
    OptionValue::Text(text.into())
}

async fn clip(t: &TestApp, client: &Client) -> AssetId {
    let body = json!({ "file_name": "roast.mp4", "bytes": CLIP.len() });
    let begun = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
    client.send(client.request(Method::PUT, &format!("{path}/parts/0")).body(CLIP.to_vec())).await;
    client.send(client.request(Method::POST, &format!("{path}/finish"))).await;
    t.drive(TimeDelta::seconds(5)).await;
    let done = client.get(&path).await.json();
    done["asset"].as_str().unwrap_or_else(|| panic!("{done}")).parse().expect("an asset's id")
}

#[tokio::test]
async fn polls_stories_carousels_and_reels_go_out_as_they_were_written() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let (picture, video) = (firm.jpeg(400).await, clip(&t, &client).await);
    let poll = to(&firm, X, "Which roast?", Format::Poll, &[("answer_1", words("Light")), ("answer_2", words("Dark"))]);
    let story = to(&firm, Instagram, "Not shown", Format::Story, &[]).showing(vec![picture]);
    let carousel = to(&firm, Instagram, "Both", Format::Carousel, &[]).showing(vec![picture, video]);
    let wishes = [("cover", words("3000")), ("reels_only", OptionValue::YesNo(true))];
    let reel = to(&firm, Instagram, "Watch", Format::Reel, &wishes).showing(vec![video]);
    // The answer to the first call on Instagram that publishes is lost: whichever it is, it is found, and nothing goes out twice.
    t.sandbox.inject(Fault::once(Instagram, Operation::Commit, FaultKind::ServerErrorAfterAccept));
    let mut sent = vec![];
    for (platform, post) in [(X, poll), (Instagram, story), (Instagram, carousel), (Instagram, reel)] {
        sent.push((platform, firm.publish(post).await));
    }
    for seconds in [0, 5, 15, 30, 60, 120, 200, 400] {
        t.drive_to(seconds).await;
    }
    for (platform, id) in sent {
        let delivery = firm.delivery(id, platform).await;
        assert_eq!(delivery.state, Live, "{:?}", delivery.fault);
    }
    let asked = &t.sandbox.posts(X)[0].facts["poll"];
    assert_eq!(*asked, json!({ "options": ["Light", "Dark"], "duration_minutes": 1440 }));
    let posts = t.sandbox.posts(Instagram);
    assert_eq!(posts.len(), 3, "{posts:?}");
    let of = |is_it: &dyn Fn(&Post) -> bool| posts.iter().find(|post| is_it(post)).expect("published");
    let story = of(&|post| post.facts["story"] == true);
    assert_eq!((story.text.as_str(), story.pictures.len()), ("", 1), "a story has no text");
    let both = of(&|post| post.text == "Both");
    assert_eq!(both.pictures.iter().map(|picture| picture.video).collect::<Vec<_>>(), [false, true]);
    let reel = of(&|post| post.text == "Watch");
    assert_eq!(reel.facts["wishes"], json!({ "share_to_feed": false, "thumb_offset": 3000 }));
}
