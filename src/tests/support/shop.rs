//! A web page for links to lead to.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use std::io::Cursor;

/// A shop on this machine; the address of its page.
pub async fn shop() -> String {
    let head = "<head><title>Shop</title><meta property=\"og:title\" content=\"A new roast\">
        <meta property=\"og:description\" content=\"Fresh beans &amp; cake\"><meta property=\"og:image\" content=\"/roast.png\">";
    let mut png = Cursor::new(vec![]);
    image::RgbImage::new(120, 63).write_to(&mut png, image::ImageFormat::Png).expect("encoded");
    let png = png.into_inner();
    let picture = move || async move { ([("content-type", "image/png")], png) };
    let routes =
        Router::new().route("/roast", get(move || async move { Html(head) })).route("/roast.png", get(picture));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/roast")
}
