//! Pictures whose files are gone or cut off: fetched again from where they came from, if the same file is still there.

use super::{ITSELF, PERSON, Stage};
use crate::support::Content as _;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{StatusCode, header};
use image::ImageFormat;
use lux::domain::ids::AssetId;
use lux::domain::platform::Platform::X;
use lux::domain::post::{Plan, SavePost};
use lux::features::media::server::receive::Incoming;
use lux::features::media::server::{from_link, service as media};
use serde_json::json;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A site with one picture, which can be exchanged and taken away.
#[derive(Clone, Default)]
struct Site(Arc<Mutex<Option<Vec<u8>>>>);

impl Site {
    fn shows(&self, picture: Option<Vec<u8>>) {
        *self.0.lock().expect("unlocked") = picture;
    }

    async fn start(&self) -> String {
        let answer = async |State(site): State<Self>| match site.0.lock().expect("unlocked").clone() {
            Some(bytes) => Ok(([(header::CONTENT_TYPE, "image/jpeg")], bytes)),
            None => Err(StatusCode::NOT_FOUND),
        };
        let routes = Router::new().route("/beans.jpg", get(answer)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}/beans.jpg")
    }
}

fn picture(shade: u8) -> Vec<u8> {
    let mut bytes = vec![];
    let picture = image::RgbImage::from_fn(300, 200, |x, y| image::Rgb([shade, x as u8, y as u8]));
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).expect("encoded");
    bytes
}

async fn file(s: &Stage, asset: AssetId) -> PathBuf {
    let key = sqlx::query_scalar::<_, String>("select storage_key from assets where id = $1").bind(asset.0);
    s.t.app.settings.data_dir.join("media").join(key.fetch_one(&s.t.app.db).await.expect("a file"))
}

/// What was done last about a lost file.
const DONE: &str = "select r.done from repairs r join error_log e on e.id = r.error_id where e.error_type = 'lost file' order by r.at desc limit 1";

pub async fn run(s: &mut Stage) {
    let site = Site::default();
    site.shows(Some(picture(7)));
    let there = site.start().await;
    let card = from_link::add(&s.firm.who, &format!("{there}?size=large")).await.expect("added");
    let path = file(s, card.facts.asset).await;
    let whole = std::fs::read(&path).expect("the file");
    // Gone. Whoever asks for it gets none, and that is noticed.
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(s.t.client().get(&card.url).await.status, 404);
    // An address that leads inside is refused now as it was when it came, another file is left alone, and so is none.
    s.t.sql("update assets set source_url = replace(source_url, '127.0.0.1', '169.254.169.254')").await;
    let error = s.broken("lost file").await;
    assert!(s.t.value::<String>(DONE).await.contains("private network"), "{error}");
    s.t.sql("update assets set source_url = replace(source_url, '169.254.169.254', '127.0.0.1')").await;
    site.shows(Some(picture(8)));
    s.broken("lost file").await;
    assert!(s.t.value::<String>(DONE).await.contains("Another file is at its address now"));
    assert!(!path.exists());
    site.shows(Some(picture(7)));
    let error = s.mended("lost file").await;
    assert_eq!((&error["acts"], &error["resolved_by"]), (&json!(3), &serde_json::Value::Null), "{error}");
    assert_eq!(std::fs::read(&path).expect("it is back"), whole);
    assert_eq!(s.t.client().get(&card.url).await.status, 200);
    s.line("the file of a picture that came from a link is gone", &error, ITSELF);
    // Cut off; a check before a post goes out finds it.
    let post = s.firm.post("Beans", &[X]).showing(vec![card.facts.asset]);
    let post = s.firm.save(SavePost { plan: Plan::Draft, ..post }).await.id;
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    s.t.sql("update repairs set at = at - interval '2 days'").await;
    let stock = media::stock(&s.t.app, s.firm.who.company, post).await.expect("asked");
    assert_eq!(stock[0].1, media::Stock::Gone);
    s.by_itself("a picture is damaged, and whole where it came from", "lost file").await;
    assert_eq!(std::fs::read(&path).expect("it is whole"), whole);
    // From somebody's device: nobody else has it.
    let file_of_hers = || Incoming { name: "hers.jpg".into(), bytes: picture(9).into() };
    let card = media::upload(&s.firm.who, vec![file_of_hers()]).await.expect("added").remove(0);
    let path = file(s, card.facts.asset).await;
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(s.t.client().get(&card.url).await.status, 404);
    let error = s.broken("lost file").await;
    let notes = &error["resolution_notes"];
    assert!(error["acts"] == 0 && notes["needs_person"] == true, "{error}");
    assert!(notes["check"]["seen"].as_str().is_some_and(|seen| seen.contains("somebody's device")), "{error}");
    assert!(notes["next"].as_str().is_some_and(|next| next.contains("takes its old place")), "{error}");
    let again = media::upload(&s.firm.who, vec![file_of_hers()]).await.expect("added").remove(0);
    assert_eq!((again.facts.asset, again.url.as_str()), (card.facts.asset, card.url.as_str()));
    assert_eq!(s.t.client().get(&card.url).await.status, 200);
    let error = s.mended("lost file").await;
    s.line("the file of a picture from somebody's device is gone", &error, PERSON);
}
