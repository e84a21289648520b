//! Large files from the first part to the asset, and out again in ranges.

use crate::support::{Client, Content as _, TestApp};
use bytes::Bytes;
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::{AssetId, UploadId};
use lux::domain::platform::Platform::{Instagram, Pinterest, X};
use lux::features::media::server::document;
use lux::features::media::server::upload::{delete_idle, part_key};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const CLIP: &[u8] = include_bytes!("files/clip.mp4");
const SOUND: &[u8] = include_bytes!("files/sound.mp4");

/// Announces a file; the upload as the server tells it.
async fn begin(client: &Client, name: &str, bytes: usize) -> Value {
    let body = json!({ "file_name": name, "bytes": bytes });
    let answer = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

fn path(upload: &Value, rest: &str) -> String {
    format!("/api/v1/media/uploads/{}{rest}", upload["id"].as_str().expect("an id"))
}

async fn put(client: &Client, upload: &Value, n: u32, bytes: &[u8]) -> u16 {
    let request = client.request(Method::PUT, &path(upload, &format!("/parts/{n}"))).body(bytes.to_vec());
    client.send(request).await.status
}

async fn get(client: &Client, address: &str) -> Value {
    let answer = client.get(address).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

async fn finish(client: &Client, upload: &Value) -> u16 {
    client.send(client.request(Method::POST, &path(upload, "/finish"))).await.status
}

/// Uploads a file whole; the upload once the server has read it.
async fn whole(t: &TestApp, client: &Client, name: &str, file: &[u8]) -> Value {
    let upload = begin(client, name, file.len()).await;
    let part = upload["part_bytes"].as_u64().expect("a size") as usize;
    for (n, bytes) in file.chunks(part).enumerate() {
        assert_eq!(put(client, &upload, n as u32, bytes).await, 204);
    }
    assert_eq!(finish(client, &upload).await, 202);
    t.drive(chrono::TimeDelta::seconds(5)).await;
    get(client, &path(&upload, "")).await
}

/// A file that plays as the clip does and has three parts: what follows the index may be anything.
fn long_clip() -> Vec<u8> {
    let filling = (17 << 20) - CLIP.len();
    let head = [u32::try_from(filling).expect("fits").to_be_bytes().as_slice(), b"free"].concat();
    let noise = (0..filling - 8).map(|n| (n % 251) as u8);
    CLIP.iter().copied().chain(head).chain(noise).collect()
}

#[tokio::test]
async fn a_video_arrives_in_parts_in_any_order_and_goes_out_in_ranges() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let file = long_clip();
    let upload = begin(&client, "C:\\clips\\roast.mp4", file.len()).await;
    assert_eq!((upload["parts"].as_u64(), upload["file_name"].as_str()), (Some(3), Some("roast.mp4")));
    let part = upload["part_bytes"].as_u64().expect("a size") as usize;
    let parts: Vec<&[u8]> = file.chunks(part).collect();

    assert_eq!(put(&client, &upload, 2, parts[2]).await, 204);
    assert_eq!(finish(&client, &upload).await, 409, "two parts are missing");
    // Too short, too long, and a part that the file has not.
    assert_eq!(put(&client, &upload, 0, &parts[0][1..]).await, 422);
    assert_eq!(put(&client, &upload, 2, parts[0]).await, 422);
    assert_eq!(put(&client, &upload, 3, b"x").await, 422);
    // A part that comes again takes the place of the one before it.
    let wrong = vec![0; part];
    for bytes in [&wrong[..], parts[0]] {
        assert_eq!(put(&client, &upload, 0, bytes).await, 204);
    }
    assert_eq!(get(&client, &path(&upload, "")).await["have"], json!([0, 2]));
    assert_eq!(put(&client, &upload, 1, parts[1]).await, 204);
    assert_eq!(finish(&client, &upload).await, 202);
    assert_eq!(finish(&client, &upload).await, 202, "once more changes nothing");
    assert_eq!(put(&client, &upload, 1, parts[1]).await, 409);
    t.drive(chrono::TimeDelta::seconds(5)).await;

    let done = get(&client, &path(&upload, "")).await;
    assert_eq!(done["state"], "ready", "{done}");
    let card = get(&client, &format!("/api/v1/media/{}", done["asset"].as_str().expect("an asset"))).await;
    let facts = &card["facts"];
    assert_eq!((&facts["mime"], &facts["width"], &facts["height"]), (&json!("video/mp4"), &json!(320), &json!(568)));
    assert_eq!((&facts["video"]["codec"], &facts["video"]["audio"]), (&json!("h264"), &json!("aac")));
    assert_eq!((&card["details_removed"], &card["has_thumb"]), (&json!(true), &json!(false)));

    let address = client.address(card["url"].as_str().expect("an address"));
    let fetch = async |range: Option<&str>| {
        let mut request = reqwest::Client::new().get(&address);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let answer = request.send().await.expect("an answer");
        let said = answer.headers().get("content-range").map(|v| v.to_str().expect("text").to_owned());
        (answer.status().as_u16(), said, answer.bytes().await.expect("all of it"))
    };
    let (status, _, all) = fetch(None).await;
    assert_eq!((status, all.len()), (200, file.len()));
    assert!(!all.windows(7).any(|part| part == b"48.2082"), "the public address still says where it was taken");
    // But for the place it is the file.
    assert_eq!(all.slice(CLIP.len()..), Bytes::copy_from_slice(&file[CLIP.len()..]));
    let (from, to) = (part - 10, part + 9);
    let (status, said, bytes) = fetch(Some(&format!("bytes={from}-{to}"))).await;
    assert_eq!((status, said), (206, Some(format!("bytes {from}-{to}/{}", file.len()))));
    assert_eq!(bytes, all.slice(from..=to));
    assert_eq!(fetch(Some("bytes=99999999-")).await.0, 416);
    let thumb = reqwest::get(address.replace(".mp4", "/thumb")).await.expect("an answer");
    assert_eq!(thumb.headers()["content-type"], "image/svg+xml");

    // The same file again is the same asset, and its parts are gone.
    assert_eq!(whole(&t, &client, "again.mp4", &file).await["asset"], done["asset"]);
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_in_words() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let cut = &CLIP[..CLIP.len() / 2];
    for (name, file, words) in [
        ("sound.mp4", SOUND, "has sound but no picture"),
        ("cut.mp4", cut, "is damaged"),
        ("notes.txt", b"hello".as_slice(), "is not a picture"),
        ("clip.webm", include_bytes!("files/clip.webm"), "Export it as MP4"),
        ("parts.mp4", include_bytes!("files/fragments.mp4"), "in fragments"),
    ] {
        let refused = whole(&t, &client, name, file).await;
        assert_eq!((&refused["state"], &refused["asset"]), (&json!("refused"), &Value::Null), "{name}");
        let why = refused["refused"].as_str().expect("a reason");
        assert!(why.contains(name) && why.contains(words), "{why}");
    }
    for (body, status) in [
        (json!({ "file_name": "empty.mp4", "bytes": 0 }), 422),
        (json!({ "file_name": "huge.mp4", "bytes": 5u64 << 30 }), 422),
        (json!({ "file_name": "clip.mp4", "bytes": -1 }), 422),
        (json!({ "file_name": "clip.mp4" }), 422),
        (json!({ "file_name": "clip.mp4", "bytes": 5, "part_bytes": 1 }), 422),
    ] {
        let answer = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
}

/// The clip as the public address has it.
async fn served(client: &Client, card: &Value) -> Bytes {
    let address = client.address(card["url"].as_str().expect("an address"));
    reqwest::get(address).await.expect("an answer").bytes().await.expect("all of it")
}

fn says_where(file: &[u8]) -> bool {
    file.windows(7).any(|part| part == b"48.2082")
}

/// In one request, as a form without JavaScript sends it, and out to X in segments.
#[tokio::test]
async fn a_small_video_goes_from_one_request_to_x_without_its_place() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let upload = async || {
        let part = Part::bytes(CLIP).file_name("roast.mp4");
        let request = client.request(Method::POST, "/api/v1/media").multipart(Form::new().part("files", part));
        let answer = client.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()[0].clone()
    };
    let settings = async |details: &str| {
        let fields = [("name", "Northwind"), ("zone", "UTC"), ("language", "en"), ("picture_details", details)];
        assert_eq!(client.call("identity/companies/save_company", &fields).await.status, 200);
    };
    let card = upload().await;
    assert_eq!((&card["details_removed"], &card["facts"]["video"]["codec"]), (&json!(true), &json!("h264")));
    assert!(says_where(CLIP) && !says_where(&served(&client, &card).await));
    // In parts it is the same file.
    assert_eq!(whole(&t, &client, "parts.mp4", CLIP).await["asset"], card["facts"]["asset"]);

    // What a company kept goes out without it once it keeps it no longer.
    settings("keep").await;
    let kept = upload().await;
    assert_eq!((&kept["details_removed"], served(&client, &kept).await.as_ref()), (&json!(false), CLIP));
    let asset: AssetId = kept["facts"]["asset"].as_str().expect("an id").parse().expect("an id");
    let publish = async |text: &str| {
        let id = firm.publish(firm.post(text, &[X]).showing(vec![asset])).await;
        t.drive_to(120).await;
        assert_eq!(firm.state(id, X).await, DeliveryState::Live, "{text}");
        let posts = t.sandbox.posts(X);
        let sent = posts.iter().find(|post| post.text == text).expect("it is there");
        assert!(sent.pictures.len() == 1 && sent.pictures[0].video, "{:?}", sent.pictures);
        let key = sent.pictures[0].key.clone().expect("it was kept");
        t.sent_file(&key).await
    };
    assert_eq!(publish("Kept").await.as_ref(), CLIP);
    settings("remove").await;
    let sent = publish("Removed").await;
    assert!(!says_where(&sent) && sent.len() == CLIP.len());
    assert_eq!(served(&client, &kept).await, sent);
    assert_eq!(sent, served(&client, &card).await);
}

/// A picture may come in parts as well.
#[tokio::test]
async fn a_picture_in_parts_is_a_picture() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let mut jpeg = std::io::Cursor::new(vec![]);
    image::RgbImage::new(60, 40).write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("encoded");
    let done = whole(&t, &client, "beans.jpg", jpeg.get_ref()).await;
    let card = get(&client, &format!("/api/v1/media/{}", done["asset"].as_str().expect("an asset"))).await;
    assert_eq!((&card["facts"]["mime"], &card["has_thumb"]), (&json!("image/jpeg"), &json!(true)));
}

#[tokio::test]
async fn an_upload_belongs_to_its_company_and_can_be_given_up() {
    let t = TestApp::start().await;
    let (ours, theirs) = (t.firm("Northwind").await, t.firm("Southwind").await);
    let (client, stranger) = (t.signed_in(&ours.email).await, t.signed_in(&theirs.email).await);
    let upload = begin(&client, "clip.mp4", CLIP.len()).await;
    assert_eq!(put(&stranger, &upload, 0, CLIP).await, 404);
    assert_eq!(stranger.get(&path(&upload, "")).await.status, 404);
    assert_eq!(finish(&stranger, &upload).await, 404);
    let delete = async |client: &Client| client.send(client.request(Method::DELETE, &path(&upload, ""))).await.status;
    assert_eq!(delete(&stranger).await, 404);
    assert_eq!(put(&client, &upload, 0, CLIP).await, 204);
    assert_eq!(delete(&client).await, 204);
    assert_eq!(client.get(&path(&upload, "")).await.status, 404);
    assert_eq!(put(&client, &upload, 0, CLIP).await, 404);
    for strange in ["/api/v1/media/uploads/none", "/api/v1/media/none"] {
        assert_eq!(client.get(strange).await.status, 404);
    }
}

/// One file, sent in segments to X, fetched by Instagram, and put into Pinterest's store.
#[tokio::test]
async fn a_video_goes_out_wherever_videos_are_taken() {
    let t = TestApp::start().await;
    let mut firm = t.firm("Northwind").await;
    for platform in [X, Instagram, Pinterest] {
        firm.connect(&t.sandbox, platform).await;
    }
    let client = t.signed_in(&firm.email).await;
    let upload = whole(&t, &client, "roast.mp4", include_bytes!("files/five_seconds.mp4")).await;
    let asset = upload["asset"].as_str().unwrap_or_else(|| panic!("{upload}"));
    let asset = asset.parse().expect("an id");
    let post = firm.post("How we roast.", &[X, Instagram, Pinterest]).showing(vec![asset]);
    let id = firm.publish(post).await;
    for seconds in [0, 10, 20, 40, 80, 160] {
        t.drive_to(seconds).await;
    }
    for platform in [X, Instagram, Pinterest] {
        let delivery = firm.delivery(id, platform).await;
        assert_eq!(delivery.state, DeliveryState::Live, "{platform}: {:?}", delivery.fault);
        let posts = t.sandbox.posts(platform);
        assert_eq!((posts.len(), posts[0].pictures.len(), posts[0].pictures[0].video), (1, 1, true), "{platform}");
    }
}

/// What nobody goes on with for a day is removed, parts and all; what somebody went on with stays.
#[tokio::test]
async fn what_stands_still_for_a_day_is_removed() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let (still, goes_on) = (begin(&client, "still.mp4", CLIP.len()).await, begin(&client, "on.mp4", CLIP.len()).await);
    assert_eq!(put(&client, &still, 0, CLIP).await, 204);
    t.sql("update media_uploads set touched_at = now() - interval '25 hours'").await;
    assert_eq!(put(&client, &goes_on, 0, CLIP).await, 204);
    let part = async |upload: &Value| {
        let id: UploadId = upload["id"].as_str().expect("an id").parse().expect("an id");
        t.app.folder.has(&part_key(firm.who.company, id, 0)).await.expect("the store answers")
    };
    assert!(part(&still).await && part(&goes_on).await);
    assert_eq!(delete_idle(&t.app).await.expect("cleaned"), 1);
    assert!(!part(&still).await && part(&goes_on).await);
    assert_eq!(client.get(&path(&still, "")).await.status, 404);
    assert_eq!(client.get(&path(&goes_on, "")).await.json()["have"], json!([0]));
}

/// A small file that names one long text a hundred thousand times: whoever keeps each of them needs 100 GB. It ends the process that
/// counts pages, and nothing else.
#[tokio::test]
async fn a_document_that_unfolds_without_end_is_refused() {
    let t = TestApp::start().await;
    let (long, catalog) = (format!("({})", "a".repeat(1_000_000)), "<</Type/Catalog/Pages 3 0 R>> ");
    let pairs: String = (0..100_000).map(|n| format!("{} {} ", 100 + n, catalog.len())).collect();
    let index = format!("10 0 {pairs}");
    let content = format!("{index}{catalog}{long}");
    let mut file = b"%PDF-1.5\n".to_vec();
    let first = file.len();
    let head = format!("<</Type/ObjStm/N 100001/First {}/Length {}>>stream\n", index.len(), content.len());
    file.extend([format!("1 0 obj\n{head}").as_bytes(), content.as_bytes(), b"\nendstream\nendobj\n"].concat());
    let second = file.len();
    // Kind, place, place within: object 10 is the first in object 1.
    let row =
        |kind: u8, place: usize| [&[kind][..], &u32::try_from(place).expect("small").to_be_bytes(), &[0]].concat();
    let table = [row(0, 0), row(1, first), row(1, second), row(2, 1)].concat();
    let head =
        format!("2 0 obj\n<</Type/XRef/Size 11/W[1 4 1]/Index[0 3 10 1]/Root 10 0 R/Length {}>>stream\n", table.len());
    file.extend([head.as_bytes(), &table, b"\nendstream\nendobj\n"].concat());
    file.extend(format!("startxref\n{second}\n%%EOF\n").into_bytes());
    assert!(file.len() < 4_000_000);
    let length = file.len() as u64;
    let seen = document::look(&t.app, length, async || Ok(file.into())).await.expect("looked at");
    assert!(seen.is_err(), "{seen:?}");
}
