//! What the pages behind links say, for previews: read once, kept for each company apart, pictures from this server only, and never
//! from inside.

use crate::support::TestApp;
use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;
use lux::features::posts::server::link_cards;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PAGE: &str = r#"<!doctype html><html><head><title>Plain</title><meta property="og:title" content="A new roast &lt;b&gt;">
  <meta property="og:description" content="Beans from the hills."><meta property="og:image" content="/cup.png"></head></html>"#;

/// A site of somebody: a page with a picture, a bare one, one that leads inside. Counts what is asked of it.
async fn site() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = |State(asked): State<Arc<AtomicUsize>>| async move {
        asked.fetch_add(1, Ordering::SeqCst);
        ([(CONTENT_TYPE, "text/html")], PAGE)
    };
    let picture = |State(asked): State<Arc<AtomicUsize>>| async move {
        asked.fetch_add(1, Ordering::SeqCst);
        let mut png = Cursor::new(vec![]);
        image::RgbImage::new(1_600, 900).write_to(&mut png, image::ImageFormat::Png).expect("encoded");
        ([(CONTENT_TYPE, "image/png")], png.into_inner())
    };
    let routes = Router::new()
        .route("/roast", get(count))
        .route("/cup.png", get(picture))
        .route("/bare", get(|| async { ([(CONTENT_TYPE, "text/html")], "<title>Bare</title>") }))
        .route("/file", get(|| async { "plain" }))
        .route("/inside", get(|| async { Redirect::to("http://10.0.0.1/") }))
        .with_state(asked.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (format!("http://{address}"), asked)
}

#[tokio::test]
async fn a_page_is_read_once_for_each_company_and_its_picture_comes_from_here() {
    let (t, (site, asked)) = (TestApp::start().await, site().await);
    let (firm, other) = (t.firm("Northwind").await, t.firm("Contoso").await);
    let (client, stranger) = (t.signed_in(&firm.email).await, t.client());
    let link = format!("{site}/roast");
    let look = async |link: &str| client.call("posts/look_at_link", &[("link", link)]).await;

    let seen: Value = look(&link).await.json();
    assert_eq!((&seen["title"], &seen["description"]), (&"A new roast <b>".into(), &"Beans from the hills.".into()));
    let address = seen["picture"].as_str().expect("a picture").to_owned();
    assert!(address.starts_with("/in/") && !address.contains("cup.png"), "{address}");
    for _ in 0..2 {
        assert_eq!(look(&link).await.json(), seen);
        let picture = client.send(client.request(reqwest::Method::GET, &address)).await;
        assert!(picture.status == 200 && picture.body.contains("JFIF"), "{}", picture.status);
        let small = link_cards::picture(&firm.who, &link).await.expect("a picture");
        let size = image::ImageReader::new(Cursor::new(small)).with_guessed_format().unwrap().into_dimensions();
        assert_eq!(size.unwrap(), (800, 450));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2, "the page and its picture, once each");
    link_cards::look(&other.who, &link).await.expect("a page");
    assert_eq!(asked.load(Ordering::SeqCst), 3, "nobody sees what another company has read");

    let bare: Value = look(&format!("{site}/bare")).await.json();
    assert_eq!((&bare["title"], &bare["picture"]), (&"Bare".into(), &Value::Null));
    for (link, words) in [
        (format!("{site}/file"), "cannot be read (it is text/plain)"),
        (format!("{site}/nothing"), "status 404"),
        (format!("{site}/inside"), "private network"),
        ("http://192.168.1.1/".to_owned(), "private network"),
        ("ftp://127.0.0.1/".to_owned(), "Only http and https"),
        ("https://northwind.example/".to_owned(), "does not leave this machine"),
    ] {
        let unread: Value = look(&link).await.json();
        let said = unread["unread"].as_str().unwrap_or_default();
        assert!(said.contains(words) && unread["title"].is_null(), "{link}: {unread}");
    }
    for link in [String::new(), format!("{site}/{}", "a".repeat(5_000))] {
        assert_eq!(look(&link).await.status, 422, "{link}");
    }
    let bare = format!("/link-picture?link={site}/bare");
    assert_eq!(client.get(&bare).await.status, 404);
    assert_eq!(client.get("/link-picture").await.status, 422);
    assert_eq!(stranger.call("posts/look_at_link", &[("link", &link)]).await.status, 401);
    assert!(matches!(stranger.get(&bare).await.status, 302 | 303 | 401), "nothing for strangers");
}
