//! Pictures from the upload to the platform: what they say of the place, and how a post describes them.

use crate::support::{Client, Content as _, Firm, TestApp};
use image::ImageFormat;
use lux::domain::ids::{AssetId, PostId};
use lux::domain::platform::Platform::{Instagram, X};
use lux::domain::post::{Alts, Plan, SavePost};
use lux::features::posts::server::service as posts;
use serde_json::{Value, json};

/// A JPEG with GPS and a serial number in its EXIF, a comment, and a second picture behind its end.
fn photo() -> Vec<u8> {
    let mut plain = vec![];
    let pixels = image::RgbImage::from_fn(400, 400, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
    pixels.write_to(&mut std::io::Cursor::new(&mut plain), ImageFormat::Jpeg).expect("encoded");
    let exif = exif();
    let mut photo = plain[..2].to_vec();
    for (marker, data) in [(0xe1, [b"Exif\0\0", &exif[..]].concat()), (0xfe, b"SERIAL-4711".to_vec())] {
        photo.extend([0xff, marker]);
        photo.extend((data.len() as u16 + 2).to_be_bytes());
        photo.extend(data);
    }
    photo.extend(&plain[2..]);
    photo.extend(b"\xff\xd8SERIAL-4711");
    photo
}

fn exif() -> Vec<u8> {
    use exif::{Field, In, Rational, Tag, Value};
    let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
    let degrees = [52, 30, 58].map(|num| Rational { num, denom: 1 });
    let fields = [
        field(Tag::GPSLatitude, Value::Rational(degrees.to_vec())),
        field(Tag::BodySerialNumber, Value::Ascii(vec![b"SERIAL-4711".to_vec()])),
    ];
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut out = std::io::Cursor::new(vec![]);
    writer.write(&mut out, true).expect("written");
    out.into_inner()
}

fn says(bytes: &[u8]) -> bool {
    let has_exif = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(bytes)).is_ok();
    has_exif || bytes.windows(11).any(|part| part == b"SERIAL-4711")
}

/// Uploads the photo; what the answer says of it.
async fn upload(client: &Client) -> Value {
    let file = reqwest::multipart::Part::bytes(photo()).file_name("beans.jpg");
    let form = reqwest::multipart::Form::new().part("files", file);
    let answer = client.send(client.request(reqwest::Method::POST, "/api/v1/media").multipart(form)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()[0].clone()
}

/// What anybody gets who knows the address.
async fn bytes(client: &Client, card: &Value, of: &str) -> Vec<u8> {
    let address = client.address(&format!("{}{of}", card["url"].as_str().expect("an address").replace(".jpg", "")));
    reqwest::get(address).await.expect("an answer").bytes().await.expect("all of it").to_vec()
}

#[tokio::test]
async fn where_a_photo_was_taken_does_not_go_out() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    assert!(says(&photo()));

    let card = upload(&client).await;
    assert_eq!(card["details_removed"], true, "{card}");
    let stored = bytes(&client, &card, "").await;
    assert!(!says(&stored), "the public address still says where it was taken");
    assert!(image::load_from_memory(&stored).is_ok());
    assert!(!says(&bytes(&client, &card, "/thumb").await));

    // A company may want to keep them.
    let fields = |details: &'static str| {
        [("name", "Northwind"), ("zone", "UTC"), ("language", "en"), ("picture_details", details)]
    };
    const SAVE: &str = "identity/companies/save_company";
    assert_eq!(client.call(SAVE, &fields("keep")).await.status, 200);
    let kept = upload(&client).await;
    assert_eq!(kept["details_removed"], false, "{kept}");
    assert_eq!(bytes(&client, &kept, "").await, photo());
    assert_eq!(client.call(SAVE, &fields("yes")).await.status, 422);
    // What was kept so far goes out without them from now on, and so does what came in before they were removed.
    let asset: AssetId = kept["facts"]["asset"].as_str().expect("an id").parse().expect("an id");
    let publish = async |text: &str| {
        firm.publish(firm.post(text, &[X]).showing(vec![asset])).await;
        t.drive(chrono::TimeDelta::zero()).await;
        bytes(&client, &kept, "").await
    };
    assert_eq!(publish("Kept").await, photo());
    assert_eq!(client.call(SAVE, &fields("remove")).await.status, 200);
    let sent = publish("Removed").await;
    assert!(!says(&sent) && image::load_from_memory(&sent).is_ok());
    let now = format!("select bytes from assets where id = '{asset}' and details_removed and not may_have_details");
    let length: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(now)).fetch_one(&t.app.db).await.expect("cleaned");
    assert_eq!(length, sent.len() as i64);
    assert_eq!(t.sandbox.posts(X).len(), 2);
    assert_eq!(upload(&client).await["url"], card["url"], "the same picture again");
}

/// The same file again is the same picture, also after it has lost what it said of the place.
#[tokio::test]
async fn what_lost_its_details_is_found_again() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    t.sql("update companies set keeps_picture_details = true").await;
    let kept = upload(&client).await;
    t.sql("update companies set keeps_picture_details = false").await;
    let asset: AssetId = kept["facts"]["asset"].as_str().expect("an id").parse().expect("an id");
    firm.publish(firm.post("Removed", &[X]).showing(vec![asset])).await;
    t.drive(chrono::TimeDelta::zero()).await;
    assert!(!says(&bytes(&client, &kept, "").await));
    assert_eq!(upload(&client).await["url"], kept["url"]);
    assert_eq!(t.value::<i64>("select count(*) from assets").await, 1);
}

async fn said(firm: &Firm, id: PostId) -> String {
    firm.detail(id).await.content.media[0].facts.alt.clone()
}

/// The same picture in two posts, described differently: each post keeps its own words, in copies and on the platform too.
#[tokio::test]
async fn a_description_belongs_to_the_post() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let picture = firm.jpeg(400).await;
    let post = |text: &str, alts: Alts| SavePost { alts, ..firm.post(text, &[X]).showing(vec![picture]) };
    let first = firm.publish(post("One", vec![(picture, "Beans in a sack".into())])).await;
    let draft = SavePost { plan: Plan::Draft, ..post("Two", vec![(picture, "Coffee, roasted".into())]) };
    let second = firm.save(draft).await.id;
    assert_eq!(
        (said(&firm, first).await, said(&firm, second).await),
        ("Beans in a sack".into(), "Coffee, roasted".into())
    );

    // A new use starts with what was said last; an edit without words keeps those of the post.
    let third = firm.save(SavePost { plan: Plan::Draft, ..post("Three", vec![]) }).await.id;
    assert_eq!(said(&firm, third).await, "Coffee, roasted");
    let copy = posts::duplicate(&firm.who, first, false).await.expect("copied");
    assert_eq!(said(&firm, copy).await, "Beans in a sack");
    let version = Some(firm.detail(copy).await.version);
    firm.save(SavePost { id: Some(copy), version, plan: Plan::Draft, ..post("Four", vec![]) }).await;
    assert_eq!(said(&firm, copy).await, "Beans in a sack");

    t.drive(chrono::TimeDelta::zero()).await;
    let sent = t.sandbox.posts(X);
    assert_eq!(sent[0].pictures[0].alt, "Beans in a sack");

    // REST, where `media_alt` stands beside `media`.
    let client = t.signed_in(&firm.email).await;
    let body = json!({ "text": "Five", "accounts": ["linkedin"], "at": "2031-05-06T09:30:00Z", "media": [picture],
                       "media_alt": ["A cup"] });
    let answer = client.json("/api/social/post/schedule", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let id = answer.json()["posts"][0]["id"].as_str().expect("an id").parse().expect("an id");
    assert_eq!((said(&firm, id).await, said(&firm, first).await), ("A cup".into(), "Beans in a sack".into()));
    let body = json!({ "text": "Six", "accounts": ["x"], "at": "2031-05-06T09:30:00Z", "media_alt": ["A cup"] });
    assert_eq!(client.json("/api/social/post/schedule", &body).await.status, 422);
}

/// What Instagram refuses is one click from fitting: a copy in its place, made of the original, which stays.
#[tokio::test]
async fn a_refused_picture_becomes_a_copy_that_fits() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let png = firm.picture(ImageFormat::Png).await;
    let draft = SavePost { plan: Plan::Draft, ..firm.post("Look", &[Instagram, X]).showing(vec![png]) };
    let id = firm.save(draft).await.id;
    let studio = format!("/studio?post={id}");
    let offers = |page: &str| page.contains("name=\"fit\"");
    let page = client.page(&studio).await.body;
    assert!(offers(&page) && page.contains("Use a copy that fits") && !page.contains("Use the original"), "{page}");

    // Without JavaScript: the button sends the form, and what is said of the picture goes along.
    let (x, instagram) = (firm.account(X).to_string(), firm.account(Instagram).to_string());
    let send = async |button: (&str, &str), shown: AssetId, accounts: &[&String]| {
        let mut form = reqwest::multipart::Form::new();
        let (version, shown) = (firm.detail(id).await.version.to_string(), shown.to_string());
        let fields =
            [("post", id.to_string()), ("version", version), ("text", "Look".into()), ("media", shown.clone())];
        for (name, value) in fields.into_iter().chain(accounts.iter().map(|id| ("targets", (*id).clone()))) {
            form = form.text(name, value);
        }
        let form = form.text(format!("alt_{shown}"), "Beans").text(button.0.to_owned(), button.1.to_owned());
        let answer = client.send(client.request(reqwest::Method::POST, "/studio/save").multipart(form)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let post = firm.detail(id).await;
        let [card] = post.content.media.as_slice() else { panic!("{:?}", post.content.media) };
        (answer.location.unwrap_or_default(), card.clone())
    };
    let (_, same) = send(("fit", "yes"), png, &[&x]).await;
    assert_eq!(same.facts.asset, png, "X takes it");
    let (to, copy) = send(("fit", "yes"), png, &[&x, &instagram]).await;
    assert!(to.ends_with("notice=fits"), "{to}");
    assert_eq!((copy.copy_of, copy.facts.mime.as_str(), copy.facts.alt.as_str()), (Some(png), "image/jpeg", "Beans"));
    assert_eq!((copy.facts.width, copy.facts.height), (400, 400));
    assert_eq!(copy.file_name, "beans (copy).jpg");
    let page = client.page(&studio).await.body;
    assert!(!offers(&page) && page.contains("Use the original"), "{page}");
    let (to, original) = send(("original", &copy.facts.asset.to_string()), copy.facts.asset, &[&x, &instagram]).await;
    assert!(to.ends_with("notice=saved"), "{to}");
    assert_eq!((original.facts.asset, original.facts.alt.as_str()), (png, "Beans"));

    // With it, and over REST: the same wish is the same copy, also of the copy.
    let wish = json!({ "places": [{ "platform": "instagram" }, { "platform": "x" }] });
    let call = async |asset: AssetId, wish: &Value| {
        let answer = client.call_json("media/copy_picture", &json!({ "asset": asset, "wish": wish })).await;
        let rest = client.json(&format!("/api/v1/media/{asset}/copy"), wish).await;
        assert_eq!((answer.status, answer.json()), (rest.status, rest.json()), "{wish}");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let copied = json!(copy.facts.asset);
    assert_eq!(call(png, &wish).await["facts"]["asset"], copied);
    assert_eq!(call(copy.facts.asset, &wish).await["facts"]["asset"], copied);
    assert_eq!(call(png, &json!({ "places": [{ "platform": "x" }] })).await["facts"]["asset"], json!(png), "it fits");
    assert_eq!(call(copy.facts.asset, &json!({})).await["facts"]["asset"], json!(png), "the original");
    assert_eq!(t.value::<i64>("select count(*) from assets").await, 2);

    // It goes out as a JPEG.
    let version = Some(firm.detail(id).await.version);
    let post = firm.post("Look", &[Instagram]).showing(vec![copy.facts.asset]);
    firm.publish(SavePost { id: Some(id), version, ..post }).await;
    t.drive(chrono::TimeDelta::zero()).await;
    // The stand-in refuses everything else, as Instagram does.
    let sent = t.sandbox.posts(Instagram);
    assert_eq!((sent.len(), sent[0].pictures[0].alt.as_str()), (1, "Beans"));
}

/// Without JavaScript there is only the next page to say why nothing came of the button.
#[tokio::test]
async fn a_copy_that_cannot_be_made_now_is_told() {
    let t = TestApp::with(&[("LUX_THROTTLE_FACTOR", "1")]).await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let png = firm.picture(ImageFormat::Png).await;
    let user = firm.who.user.to_string();
    let mut to = String::new();
    // A place may become free between the two; not each time.
    for _ in 0..10 {
        while t.app.throttles.copies.check_key(&user).is_ok() {}
        let fields = [
            ("text", "Look".to_owned()),
            ("media", png.to_string()),
            ("targets", firm.account(Instagram).to_string()),
            ("fit", "yes".to_owned()),
        ];
        let form =
            fields.into_iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| form.text(name, value));
        let answer = client.send(client.request(reqwest::Method::POST, "/studio/save").multipart(form)).await;
        to = answer.location.unwrap_or_default();
        if to.ends_with("notice=copy-later") {
            break;
        }
    }
    assert!(to.ends_with("notice=copy-later"), "{to}");
    let page = client.page(&to).await.body;
    assert!(page.contains("A copy that fits could not be made right now."), "{page}");
}

/// A picture that is too tall: cut where one chooses, or on white; each way is a picture of its own.
#[tokio::test]
async fn a_shape_that_is_refused_is_cut_or_put_on_white() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let mut tall = vec![];
    let pixels = image::RgbImage::from_fn(400, 1000, |x, y| image::Rgb([(x / 2) as u8, (y / 5) as u8, 90]));
    pixels.write_to(&mut std::io::Cursor::new(&mut tall), ImageFormat::WebP).expect("encoded");
    let file = reqwest::multipart::Part::bytes(tall).file_name("tall.webp");
    let form = reqwest::multipart::Form::new().part("files", file);
    let card = client.send(client.request(reqwest::Method::POST, "/api/v1/media").multipart(form)).await.json();
    let id = card[0]["facts"]["asset"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/media/{id}/copy");
    let mut seen = std::collections::BTreeSet::new();
    for (more, size) in [
        (json!({}), (400, 500)),
        (json!({ "y": 0 }), (400, 500)),
        (json!({ "reshape": "pad" }), (800, 1000)),
        // Not the first picture: its shape does not matter.
        (json!({ "first": false }), (400, 1000)),
    ] {
        let mut wish = json!({ "places": [{ "platform": "instagram" }] });
        wish.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let copy = client.json(&path, &wish).await;
        assert_eq!(copy.status, 200, "{}", copy.body);
        let copy = copy.json();
        assert_eq!((&copy["facts"]["width"], &copy["facts"]["height"]), (&json!(size.0), &json!(size.1)), "{wish}");
        assert!(seen.insert(copy["facts"]["asset"].as_str().expect("an id").to_owned()), "{wish}");
    }
    for (wrong, name) in [
        (json!({ "places": [{ "platform": "fax" }] }), "fax"),
        (json!({ "places": [], "y": 101 }), "from 0 to 100"),
        (json!({ "place": "x" }), "place"),
    ] {
        let answer = client.json(&path, &wrong).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains(name), "{}", answer.body);
    }
    assert_eq!(client.json("/api/v1/media/nothing/copy", &json!({})).await.status, 404);
    assert_eq!(t.client().json(&path, &json!({})).await.status, 401);
}
