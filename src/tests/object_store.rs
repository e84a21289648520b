//! Files in an object store, against a real S3 server: keys, their test, uploads, publishing, and what becomes of files when keys
//! change.

use crate::support::s3::{Keys, S3};
use crate::support::{Client, Content as _, Firm, TestApp};
use bytes::Bytes;
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::{AssetId, UploadId};
use lux::domain::platform::Platform::{ObjectStore, X};
use lux::domain::post::{Plan, SavePost};
use lux::features::media::server::stores;
use lux::features::media::server::upload::{delete_idle, part_key};
use lux::features::preflight::server as checks;
use lux::features::secrets::model::ServiceState;
use lux::features::secrets::server::service as secrets;
use lux::infra::storage::FOLDER;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const VIDEO: &[u8] = include_bytes!("files/five_seconds.mp4");

async fn enter(firm: &Firm, typed: BTreeMap<String, String>) {
    let by = Some(firm.who.user);
    secrets::save(&firm.who.app, &firm.who.tenant, by, ObjectStore, typed).await.expect("saved");
}

/// Presses "Test": the state that is shown then, and the answer.
async fn tested(firm: &Firm) -> (ServiceState, String) {
    secrets::test(&firm.who.app, &firm.who.tenant, firm.who.user, ObjectStore).await.expect("tested");
    let card = secrets::card(&firm.who.app, &firm.who.tenant, ObjectStore).await.expect("a card");
    (card.state, card.test.expect("an answer").detail)
}

fn jpeg(side: u32) -> Vec<u8> {
    let mut bytes = vec![];
    let pixels = image::RgbImage::from_fn(side, side, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
    pixels.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg).expect("encoded");
    bytes
}

/// Uploads a picture as the composer does; the status and what the answer says.
async fn picture(client: &Client, side: u32) -> (u16, Value) {
    let form = Form::new().part("files", Part::bytes(jpeg(side)).file_name("beans.jpg"));
    let answer = client.send(client.request(Method::POST, "/api/v1/media").multipart(form)).await;
    (answer.status, answer.json())
}

/// Sends a file in parts until the server has read it; the upload then.
async fn video(t: &TestApp, client: &Client, file: &[u8]) -> Value {
    let body = json!({ "file_name": "roast.mp4", "bytes": file.len() });
    let upload = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", upload["id"].as_str().unwrap_or_else(|| panic!("{upload}")));
    for (n, part) in file.chunks(upload["part_bytes"].as_u64().expect("a size") as usize).enumerate() {
        let request = client.request(Method::PUT, &format!("{path}/parts/{n}")).body(part.to_vec());
        assert_eq!(client.send(request).await.status, 204);
    }
    assert_eq!(client.send(client.request(Method::POST, &format!("{path}/finish"))).await.status, 202);
    t.drive(chrono::TimeDelta::seconds(5)).await;
    client.get(&path).await.json()
}

/// The video with so much behind it that it has two parts.
fn long_video() -> Vec<u8> {
    let filling = (10 << 20) - VIDEO.len();
    let head = [u32::try_from(filling).expect("fits").to_be_bytes().as_slice(), b"free"].concat();
    VIDEO.iter().copied().chain(head).chain((0..filling - 8).map(|n| (n % 251) as u8)).collect()
}

fn asset(card: &Value) -> AssetId {
    card["facts"]["asset"].as_str().unwrap_or_else(|| panic!("{card}")).parse().expect("an id")
}

/// In which store the file lies, and under which name.
async fn place(t: &TestApp, id: AssetId) -> (String, String) {
    let row = sqlx::query_as("select store, storage_key from assets where id = $1").bind(id.0);
    row.fetch_one(&t.app.db).await.expect("an asset")
}

struct Fetched {
    status: u16,
    kind: String,
    range: Option<String>,
    bytes: Bytes,
}

/// What is behind a public address, with these headers.
async fn fetch(client: &Client, card: &Value, headers: &[(&str, &str)]) -> Fetched {
    let mut request = reqwest::Client::new().get(client.address(card["url"].as_str().expect("an address")));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.expect("an answer");
    let said = |name: &str| answer.headers().get(name).map(|v| v.to_str().expect("text").to_owned());
    let (kind, range) = (said("content-type").unwrap_or_default(), said("content-range"));
    Fetched { status: answer.status().as_u16(), kind, range, bytes: answer.bytes().await.expect("all of it") }
}

#[tokio::test]
async fn files_go_to_the_store_whose_keys_are_there() {
    let Some(s3) = S3::start() else { return };
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let (writer, reader) = (&s3.started.writer, &s3.started.reader);

    // A key is not ready before a test has said so, and each mistake has its words.
    enter(&firm, s3.typed(writer, "lux-media")).await;
    let card = secrets::card(&t.app, &firm.who.tenant, ObjectStore).await.expect("a card");
    assert_eq!((card.state, card.testable), (ServiceState::Saved, true));
    let other = |access: &str, secret: &str| Keys { access: access.into(), secret: secret.into() };
    for (keys, bucket, words) in [
        (other(&writer.access, "another-secret"), "lux-media", "does not belong to this access key"),
        (other("ANOTHERACCESSKEY", "another-secret"), "lux-media", "does not know this access key"),
        (writer.clone(), "lux-missing", "There is no bucket “lux-missing”"),
        (reader.clone(), "lux-media", "let this key write a file in “lux-media”"),
    ] {
        enter(&firm, s3.typed(&keys, bucket)).await;
        let (state, said) = tested(&firm).await;
        assert!(state == ServiceState::NeedsAttention && said.contains(words), "{state:?}: {said}");
    }
    let (status, refused) = picture(&client, 300).await;
    assert_eq!(status, 503, "{refused}");
    assert!(refused.to_string().contains("refuses our keys"), "{refused}");
    let far = [("endpoint".to_owned(), "http://127.0.0.1:9".to_owned())];
    enter(&firm, far.into()).await;
    assert!(tested(&firm).await.1.contains("does not answer"));
    enter(&firm, s3.typed(writer, "lux-media")).await;
    let (state, said) = tested(&firm).await;
    assert!(state == ServiceState::Ready && said.contains(&s3.name("lux-media")), "{state:?}: {said}");

    // A picture in one request, a video in parts: both lie in the bucket, and nothing in the server's folder.
    let (status, cards) = picture(&client, 400).await;
    assert_eq!(status, 200, "{cards}");
    let (beans, file) = (cards[0].clone(), long_video());
    let done = video(&t, &client, &file).await;
    let roast = client
        .get(&format!("/api/v1/media/{}", done["asset"].as_str().unwrap_or_else(|| panic!("{done}"))))
        .await
        .json();
    let bucket = stores::named(&t.app, firm.who.company, &s3.name("lux-media")).await.expect("a store");
    for card in [&beans, &roast] {
        let (store, key) = place(&t, asset(card)).await;
        assert_eq!(store, s3.name("lux-media"));
        assert!(bucket.has(&key).await.expect("an answer") && !t.app.folder.has(&key).await.expect("an answer"));
    }
    let upload: UploadId = done["id"].as_str().expect("an id").parse().expect("an id");
    assert!(!bucket.has(&part_key(firm.who.company, upload, 0)).await.expect("an answer"), "its parts are gone");
    let all = fetch(&client, &roast, &[]).await;
    assert_eq!((all.status, all.bytes.len()), (200, file.len()));
    assert_eq!(all.bytes.slice(VIDEO.len()..), Bytes::copy_from_slice(&file[VIDEO.len()..]));
    let part = fetch(&client, &roast, &[("range", "bytes=8388600-8388619")]).await;
    assert_eq!((part.status, part.range), (206, Some(format!("bytes 8388600-8388619/{}", file.len()))));
    assert_eq!(part.bytes, all.bytes.slice(8_388_600..8_388_620));

    // Both are published out of the bucket.
    for (text, card) in [("Beans", &beans), ("How we roast", &roast)] {
        let id = firm.publish(firm.post(text, &[X]).showing(vec![asset(card)])).await;
        for seconds in [0, 10, 20, 40] {
            t.drive_to(seconds).await;
        }
        let delivery = firm.delivery(id, X).await;
        assert_eq!(delivery.state, DeliveryState::Live, "{text}: {:?}", delivery.fault);
    }
    let posts = t.sandbox.posts(X);
    assert_eq!(posts.iter().map(|p| p.pictures.len()).sum::<usize>(), 2);

    // An upload that stands still is removed from the bucket.
    let body = json!({ "file_name": "still.mp4", "bytes": VIDEO.len() });
    let still = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let id: UploadId = still["id"].as_str().expect("an id").parse().expect("an id");
    let request = client.request(Method::PUT, &format!("/api/v1/media/uploads/{id}/parts/0")).body(VIDEO.to_vec());
    assert_eq!(client.send(request).await.status, 204);
    let key = part_key(firm.who.company, id, 0);
    assert!(bucket.has(&key).await.expect("an answer"));
    t.sql("update media_uploads set touched_at = now() - interval '25 hours' where state = 'receiving'").await;
    assert_eq!(delete_idle(&t.app).await.expect("cleaned"), 1);
    assert!(!bucket.has(&key).await.expect("an answer"));

    other_keys(&t, &firm, &client, &s3, (&beans, &roast)).await;
}

/// With the keys of another bucket: new files go there, those of the old one say what they lack.
async fn other_keys(t: &TestApp, firm: &Firm, client: &Client, s3: &S3, (beans, roast): (&Value, &Value)) {
    enter(firm, s3.typed(&s3.started.writer, "lux-other")).await;
    let shown = fetch(client, beans, &[("accept", "image/avif,image/webp,*/*;q=0.8")]).await;
    assert_eq!((shown.status, shown.kind.as_str()), (409, "image/svg+xml"));
    let told = fetch(client, roast, &[]).await;
    let words = format!("The keys of the object store {} are gone", s3.name("lux-media"));
    assert!(told.status == 409 && String::from_utf8_lossy(&told.bytes).contains(&words), "{:?}", told.bytes);
    let post = || firm.post("Beans again", &[X]).showing(vec![asset(beans)]);
    let plan = Plan::Schedule { local: firm.clock(600).await, second: false };
    let planned = firm.save(SavePost { plan, ..post() }).await.id;
    checks::check_post(&t.app, &firm.who.tenant, planned).await.expect("checked");
    let found = format!("{:?}", checks::of_post(&firm.who.tenant, planned).await.expect("checks"));
    let id = firm.publish(post()).await;
    assert!(found.contains("Picture 1 is out of reach") && found.contains(&words), "{found}");
    t.drive_to(0).await;
    let delivery = firm.delivery(id, X).await;
    assert_eq!(delivery.state, DeliveryState::Failed, "{:?}", delivery.fault);
    assert!(delivery.fault.as_ref().is_some_and(|fault| fault.contains(&words)), "{:?}", delivery.fault);

    let (_, cards) = picture(client, 500).await;
    assert_eq!(place(t, asset(&cards[0])).await.0, s3.name("lux-other"));
    // The same picture once more is the same asset, and in reach again.
    let (_, cards) = picture(client, 400).await;
    assert_eq!((&cards[0]["url"], place(t, asset(beans)).await.0), (&beans["url"], s3.name("lux-other")));
    assert_eq!(fetch(client, beans, &[]).await.status, 200);

    // Without keys files go into the folder; with the first ones back the video is there again.
    for field in ObjectStore.keys().fields {
        secrets::remove(&firm.who.tenant, ObjectStore, field.name).await.expect("removed");
    }
    let (_, cards) = picture(client, 600).await;
    assert_eq!(place(t, asset(&cards[0])).await.0, FOLDER);
    enter(firm, s3.typed(&s3.started.writer, "lux-media")).await;
    assert_eq!(fetch(client, roast, &[("range", "bytes=0-9")]).await.bytes.len(), 10);
    assert_eq!(fetch(client, &cards[0], &[]).await.status, 200, "what lies in the folder stays in reach");
}

/// The keys of the server's settings are for companies without their own; the two are never mixed.
#[tokio::test]
async fn the_servers_own_store_is_used_by_companies_without_keys() {
    let Some(s3) = S3::start() else { return };
    let (url, keys) = (s3.started.url.clone(), s3.started.writer.clone());
    let variables = [
        ("OBJECT_STORE_ENDPOINT", url.as_str()),
        ("OBJECT_STORE_REGION", "us-east-1"),
        ("OBJECT_STORE_BUCKET", "lux-media"),
        ("OBJECT_STORE_ACCESS_KEY", &keys.access),
        ("OBJECT_STORE_SECRET_KEY", &keys.secret),
    ];
    let t = TestApp::with(&variables).await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let client = t.signed_in(&firm.email).await;
    let (status, cards) = picture(&client, 400).await;
    assert_eq!((status, place(&t, asset(&cards[0])).await.0), (200, s3.name("lux-media")));
    assert!(stores::instance(&t.app.settings, &t.app.outbound).await.is_some_and(|said| said.is_ok()));

    enter(&firm, [("bucket".to_owned(), "lux-other".to_owned())].into()).await;
    let (status, refused) = picture(&client, 500).await;
    assert_eq!(status, 409, "{refused}");
    assert!(refused.to_string().contains("not set up completely"), "{refused}");
    assert!(tested(&firm).await.1.contains("endpoint"), "the server's keys must not open another bucket");
    assert_eq!(fetch(&client, &cards[0], &[]).await.status, 200, "what lies in the server's store stays in reach");
}
