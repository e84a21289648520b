//! The library: files are found, moved, used, deleted and taken back; what a post needs stays; what comes from a link is checked as
//! an upload; videos get their picture.

use crate::support::{Answer, Client, Content as _, Firm, TestApp};
use image::ImageFormat;
use lux::domain::ids::{AssetId, PostId};
use lux::domain::page::Part;
use lux::domain::permission::Role;
use lux::domain::platform::Platform::{LinkedIn, X};
use lux::domain::post::{MediaKind, Plan, SavePost};
use lux::features::media::library::LibraryQuery;
use lux::features::media::model::AssetCard;
use lux::features::media::server::receive::Incoming;
use lux::features::media::server::{library, removal, service};
use reqwest::Method;
use reqwest::multipart::{Form, Part as FilePart};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

const CLIP: &[u8] = include_bytes!("files/clip.mp4");

async fn part(firm: &Firm, query: &LibraryQuery) -> Part<AssetCard> {
    library::list(&firm.who.tenant, query).await.expect("a part of the library")
}

fn ids(part: &Part<AssetCard>) -> Vec<AssetId> {
    part.items.iter().map(|card| card.facts.asset).collect()
}

/// All of a list, read to its end; on the way back every part is the same again.
async fn all(firm: &Firm, query: &LibraryQuery) -> Vec<AssetId> {
    let mut parts = vec![part(firm, query).await];
    while let Some(older) = parts.last().and_then(|p| p.older) {
        parts.push(part(firm, &LibraryQuery { older: Some(older), ..query.start() }).await);
    }
    for pair in parts.windows(2) {
        let back = part(firm, &LibraryQuery { newer: pair[1].newer, ..query.start() }).await;
        assert_eq!(ids(&back), ids(&pair[0]), "{query:?}");
    }
    parts.iter().flat_map(ids).collect()
}

async fn act(client: &Client, act: &str, ids: &[AssetId], folder: &str) -> Answer {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let mut fields = vec![("act", act), ("folder", folder), ("back", "/library")];
    fields.extend(ids.iter().map(|id| ("ids[]", id.as_str())));
    client.call("media/act_on_assets", &fields).await
}

/// The same rules without any index.
const RULES: &str = "
    select a.id from assets a
    where a.company_id = $1 and a.deleted_at is null and a.copy_of is null
      and ($2::text is null or a.kind = $2) and ($3::uuid is null or a.folder_id = $3)
      and (not $4 or not exists (select from post_media m where m.asset_id = a.id))
      and ($5 = '' or position(lower($5) in lower(a.file_name || ' ' || a.alt)) > 0)
    order by a.created_at desc, a.id desc";

#[tokio::test]
async fn every_list_shows_all_of_it_once_and_in_order() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    assert_eq!(owner.call("media/name_folder", &[("name", "Summer")]).await.status, 200);
    t.sql(
        "insert into assets (company_id, id, file_name, mime, bytes, width, height, sha256, storage_key, public_token, alt, created_at,
                             folder_id, copy_of)
         select f.company_id, gen_random_uuid(), 'Cup ' || n || case when n % 7 = 0 then ' 100%' else '' end,
                case n % 5 when 0 then 'video/mp4' when 1 then 'application/pdf' else 'image/png' end, 1, 1, 1, decode(md5(n::text), 'hex'),
                'none', 'token' || n, case when n % 11 = 0 then 'A red CUP' else '' end, now() - interval '1 hour' * (n / 3),
                case when n % 2 = 0 then f.id end, null
         from media_folders f, generate_series(1, 620) n;
         insert into assets (company_id, id, file_name, mime, bytes, width, height, sha256, storage_key, public_token, copy_of)
         select company_id, gen_random_uuid(), 'copy', mime, 1, 1, 1, '\\x01', 'none', 'copy', id from assets where file_name = 'Cup 4';
         update assets set deleted_at = now() where file_name = 'Cup 9'",
    )
    .await;
    let shown: Vec<AssetId> =
        sqlx::query_scalar("select id from assets where file_name in ('Cup 2', 'Cup 3', 'Cup 5') order by file_name")
            .fetch_all(&t.app.db)
            .await
            .expect("files");
    let draft = SavePost { plan: Plan::Draft, ..firm.post("Shows three", &[X]).showing(shown) };
    firm.save(draft).await;
    let folder = Some(t.value("select id from media_folders").await);
    for kind in [None, Some(MediaKind::Picture), Some(MediaKind::Video), Some(MediaKind::Document)] {
        for folder in [None, folder] {
            for unused in [false, true] {
                for search in ["", "cup 61", "RED", "100%", "p 6", "nowhere"] {
                    let query = LibraryQuery { kind, folder, unused, search: search.into(), ..Default::default() };
                    let rules: Vec<AssetId> = sqlx::query_scalar(RULES)
                        .bind(firm.who.company)
                        .bind(kind.map(MediaKind::name))
                        .bind(folder)
                        .bind(unused)
                        .bind(search)
                        .fetch_all(&t.app.db)
                        .await
                        .expect("rules");
                    assert_eq!(all(&firm, &query).await, rules, "{query:?}");
                }
            }
        }
    }
    // The same over REST.
    let list = owner.get("/api/v1/media?kind=video&unused=1").await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(24), "{list}");
    let older = list["older"].as_str().expect("more");
    let next = owner.get(&format!("/api/v1/media?kind=video&unused=1&older={older}")).await.json();
    assert_ne!(next["items"][0], list["items"][0]);
    for (wrong, status) in [("kind=fax", 422), ("older=x", 422), ("folder=none", 404)] {
        assert_eq!(owner.get(&format!("/api/v1/media?{wrong}")).await.status, status, "{wrong}");
    }
    assert_eq!(t.client().get("/api/v1/media").await.status, 401);
    for page in ["/library?kind=fax&folder=x&older=junk", "/library?q=red", "/library?unused=1"] {
        assert_eq!(owner.page(page).await.status, 200, "{page}");
    }
}

async fn detail(client: &Client, id: AssetId) -> Value {
    let answer = client.call("media/load_asset", &[("id", &id.to_string())]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[tokio::test]
async fn what_a_post_needs_stays_and_everything_else_can_be_taken_back() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let (cup, beans, label) = (firm.jpeg(200).await, firm.jpeg(210).await, firm.picture(ImageFormat::Png).await);
    // A copy of the label goes into a post, and counts for the label.
    let fit = json!({ "places": [{ "platform": "instagram" }] });
    let copy = owner.json(&format!("/api/v1/media/{label}/copy"), &fit).await.json();
    let copy: AssetId = copy["facts"]["asset"].as_str().expect("a copy").parse().expect("an id");
    let live = firm.publish(firm.post("Out with a cup", &[LinkedIn]).showing(vec![cup])).await;
    for seconds in [0, 5, 30] {
        t.drive_to(seconds).await;
    }
    let draft = SavePost { plan: Plan::Draft, ..firm.post("Waits with a label", &[X]).showing(vec![copy]) };
    let waits: PostId = firm.save(draft).await.id;

    // Copies stand with their original, and the page says where a file is used.
    let shown = detail(&owner, label).await;
    assert_eq!(shown["copies"][0]["facts"]["asset"], json!(copy));
    assert_eq!(shown["posts"], json!([{ "post": waits, "title": "Waits with a label", "out": false }]));
    assert_eq!(detail(&owner, copy).await["original"]["facts"]["asset"], json!(label));
    assert_eq!(detail(&owner, cup).await["posts"][0]["out"], true);
    assert_eq!(ids(&part(&firm, &LibraryQuery::default()).await), [label, beans, cup]);
    let page = owner.page(&format!("/library/{label}")).await.body;
    for words in ["Which networks take it", "Not as it is", "Make a copy that fits", "Waits with a label"] {
        assert!(page.contains(words), "{words}");
    }

    // Refused for one, and told for several.
    let refused = act(&owner, "delete", &[label], "").await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("Waits with a label"), "{}", refused.body);
    let some = act(&owner, "delete", &[label, cup, beans], "").await.json();
    assert_eq!((&some["done"], &some["not"]), (&json!([cup, beans]), &json!([[label, "used"]])));
    assert_eq!(ids(&part(&firm, &LibraryQuery::default()).await), [label]);
    // What is out keeps its picture; what nobody shows answers nobody.
    let address = async |id: AssetId| {
        let token = "select public_token from assets where id = $1";
        let token: String = sqlx::query_scalar(token).bind(id).fetch_one(&t.app.db).await.expect("a token");
        owner.get(&format!("/media/{token}.jpg")).await.status
    };
    assert_eq!((address(cup).await, address(beans).await, address(label).await), (200, 404, 200));
    assert!(detail(&owner, beans).await["removed_on"].is_object());
    assert!(owner.page(&format!("/library/{beans}")).await.body.contains("is deleted. It is removed for good on"));
    assert_eq!(owner.get(&format!("/api/v1/media/{beans}")).await.status, 404);
    assert_eq!(act(&owner, "use", &[beans], "").await.status, 404);

    // Undo, in time; the same file again is another one, which the first then gives way to.
    assert_eq!(act(&owner, "restore", &[beans], "").await.status, 200);
    assert_eq!(ids(&part(&firm, &LibraryQuery::default()).await), [label, beans]);
    assert_eq!(act(&owner, "delete", &[beans], "").await.status, 200);
    let again = firm.jpeg(210).await;
    assert_ne!(again, beans);
    assert_eq!(act(&owner, "restore", &[beans], "").await.status, 409);

    // A week later.
    assert_eq!(removal::remove(&t.app).await.expect("nothing is due"), 0);
    t.sql("update assets set deleted_at = deleted_at - interval '8 days' where deleted_at is not null").await;
    let key = async |id: AssetId| {
        let key = "select storage_key from assets where id = $1";
        let key: String = sqlx::query_scalar(key).bind(id).fetch_one(&t.app.db).await.expect("a key");
        (
            t.app.folder.has(&key).await.expect("asked"),
            t.app.folder.has(&key.replace(".jpg", ".thumb.jpg")).await.expect("asked"),
        )
    };
    assert_eq!(key(cup).await, (true, true));
    let gone = "select storage_key from assets where deleted_at is not null and not used";
    let gone: String = t.value(gone).await;
    assert_eq!(removal::remove(&t.app).await.expect("removed"), 2);
    assert_eq!(key(cup).await, (false, true), "the post that is out keeps its small picture");
    assert!(!t.app.folder.has(&gone).await.expect("asked"));
    assert_eq!(
        t.value::<i64>("select count(*) from assets").await,
        4,
        "cup, label, its copy, the beans that came again"
    );
    assert_eq!(act(&owner, "restore", &[cup], "").await.status, 404);
    assert_eq!(owner.page(&format!("/posts/{live}")).await.status, 200);
    assert_eq!(owner.call("media/load_asset", &[("id", &cup.to_string())]).await.status, 404);

    // Once the post is out, the label goes, and its copy with it, and both come back.
    firm.publish(SavePost {
        id: Some(waits),
        version: Some(1),
        ..firm.post("Waits with a label", &[LinkedIn]).showing(vec![copy])
    })
    .await;
    for seconds in [0, 5, 30] {
        t.drive_to(seconds).await;
    }
    assert_eq!(act(&owner, "delete", &[label], "").await.status, 200);
    assert_eq!(t.value::<i64>("select count(*) from assets where deleted_at is null").await, 1);
    assert_eq!(act(&owner, "restore", &[label], "").await.status, 200);
    assert_eq!(t.value::<i64>("select count(*) from assets where deleted_at is null").await, 3);
}

#[tokio::test]
async fn folders_hold_files_and_a_form_does_all_of_it() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let (cup, beans) = (firm.jpeg(200).await, firm.jpeg(210).await);
    let name = async |name: &str| owner.call("media/name_folder", &[("name", name)]).await;
    assert_eq!(name("  Summer \n 2027 ").await.status, 200);
    for wrong in ["", "summer 2027", &"x".repeat(61)] {
        let answer = name(wrong).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    let folder = t.value::<uuid::Uuid>("select id from media_folders").await.to_string();
    let in_folder = LibraryQuery { folder: folder.parse().ok(), ..Default::default() };
    assert_eq!(act(&owner, "move", &[cup, beans], &folder).await.status, 200);
    assert_eq!(ids(&part(&firm, &in_folder).await), [beans, cup]);
    assert_eq!(act(&owner, "move_back", &[cup], "").await.status, 200);
    assert_eq!(ids(&part(&firm, &in_folder).await), [beans]);
    assert_eq!(act(&owner, "move", &[cup], &uuid::Uuid::nil().to_string()).await.status, 404);

    // Deleting a folder keeps its files; Undo brings them back into it.
    let on_folder =
        async |act: &str| owner.call("media/act_on_folder", &[("act", act), ("folder", &folder)]).await.status;
    assert_eq!(on_folder("delete").await, 200);
    assert_eq!(owner.page(&format!("/library?folder={folder}")).await.status, 404);
    assert_eq!(ids(&part(&firm, &LibraryQuery::default()).await), [beans, cup]);
    assert_eq!(detail(&owner, beans).await["folder"], Value::Null);
    assert_eq!(on_folder("restore").await, 200);
    assert_eq!(ids(&part(&firm, &in_folder).await), [beans]);
    assert_eq!(on_folder("restore").await, 404);

    // As a browser without JavaScript sends it: two files, of which one is none.
    let form = Form::new()
        .text("back", format!("/library?folder={folder}"))
        .part("files", FilePart::bytes(CLIP).file_name("roast.mp4"))
        .part("files", FilePart::bytes(b"hello".as_slice()).file_name("notes.txt"));
    let sent = owner.send(owner.request(Method::POST, "/library/upload").multipart(form)).await;
    let there = sent.location.expect("a page");
    assert!(sent.status == 303 && there.starts_with(&format!("/library?folder={folder}&did=added.")), "{there}");
    let page = owner.page(&there).await.body;
    assert!(page.contains("1 file added.") && page.contains("“notes.txt” is not a picture or a video."), "{page}");
    assert!(!owner.page(&there).await.body.contains("notes.txt"), "said once");

    // Whoever only looks sees all of it and changes nothing.
    t.sql("update members set role = 'viewer'").await;
    let page = owner.page("/library").await.body;
    assert!(page.contains("roast.mp4") && !page.contains("Add pictures or videos") && !page.contains("Use in a post"));
    assert_eq!(owner.page(&format!("/library/{cup}")).await.status, 200);
    assert_eq!(act(&owner, "delete", &[cup], "").await.status, 403);
    assert_eq!(name("Winter").await.status, 403);
    assert_eq!(on_folder("delete").await, 403);
    assert_eq!(owner.call("media/add_from_link", &[("url", "https://example.com/a.jpg")]).await.status, 403);
    assert_eq!(owner.get("/api/v1/media").await.status, 200);
    assert!(firm.who.role == Role::Owner);
}

#[tokio::test]
async fn a_file_from_the_library_or_a_link_goes_into_a_post() {
    let t = TestApp::start().await;
    let (firm, other) = (t.firm("Northwind").await, t.firm("Southwind").await);
    let owner = t.signed_in(&firm.email).await;
    let theirs = service::upload(&other.who, vec![Incoming { name: "roast.mp4".into(), bytes: CLIP.into() }]).await;
    let theirs = theirs.expect("uploaded").remove(0);
    // This machine is what the sandbox may reach.
    let add = async |url: &str| owner.call("media/add_from_link", &[("url", url), ("back", "/library")]).await;
    let added = add(&owner.address(&theirs.url)).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let clip: AssetId = added.json()["done"][0].as_str().expect("an id").parse().expect("an id");
    let card = owner.get(&format!("/api/v1/media/{clip}")).await.json();
    assert_eq!((&card["facts"]["mime"], &card["facts"]["width"]), (&json!("video/mp4"), &json!(320)));
    assert!(clip != theirs.facts.asset && card["url"] != theirs.url.as_str());
    for (wrong, words) in [
        ("", "Paste the whole address"),
        ("https://example.com/a.jpg", "The sandbox does not leave this machine."),
        ("http://10.0.0.1/a.jpg", "private network"),
        (&owner.address("/login"), "to a page, not to a file"),
        (&owner.address("/media/none.jpg"), "status 404"),
    ] {
        let answer = add(wrong).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
        assert!(answer.body.contains(words), "{wrong}: {}", answer.body);
    }

    // Two files into a new post, and one more into a draft that has them.
    let (cup, beans) = (firm.jpeg(200).await, firm.jpeg(210).await);
    let page = owner.page(&format!("/studio?add={cup}.{}.nonsense", theirs.facts.asset)).await;
    let keeps = |page: &str, id: AssetId| page.contains(&format!("name=\"media\" value=\"{id}\""));
    assert!(page.status == 200 && keeps(&page.body, cup) && !keeps(&page.body, theirs.facts.asset));
    let draft = firm.save(SavePost { plan: Plan::Draft, ..firm.post("Cup", &[X]).showing(vec![cup]) }).await.id;
    let page = owner.page(&format!("/studio?post={draft}&add={cup}.{beans}")).await.body;
    assert!(keeps(&page, cup) && keeps(&page, beans));
    assert_eq!(page.matches(&format!("name=\"media\" value=\"{cup}\"")).count(), 1);
    // Without JavaScript the composer leads to the library, with the post kept as a draft, and back.
    let form = Form::new()
        .text("post", draft.to_string())
        .text("version", "1")
        .text("text", "Cup and beans")
        .text("choose", "library");
    let sent = owner.send(owner.request(Method::POST, "/studio/save").multipart(form)).await;
    assert_eq!(sent.location, Some(format!("/library?post={draft}")));
    assert!(owner.page(&format!("/library?post={draft}")).await.body.contains("Use in the post"));
    assert_eq!(firm.detail(draft).await.content.text, "Cup and beans");
}

/// A program in the place of ffmpeg, which gives a picture of 40 × 60; and one that fails.
#[tokio::test]
async fn a_video_gets_a_picture_where_ffmpeg_is_installed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, jpeg) = (folder.path().join("ffmpeg"), folder.path().join("frame.jpg"));
    image::RgbImage::from_pixel(40, 60, image::Rgb([200, 30, 30])).save(&jpeg).expect("a picture");
    // It sees a file as long as the video, which begins as the video does.
    let says = format!(
        "#!/bin/sh\nwhile [ \"$1\" != -i ]; do shift; done\n[ \"$(/usr/bin/wc -c < \"$2\")\" = {} ] || exit 3\n[ -e {}.fails ] && exit 1\nexec /bin/cat {}\n",
        CLIP.len(),
        jpeg.display(),
        jpeg.display()
    );
    std::fs::write(&program, says).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("runs");
    let t = TestApp::with(&[("LUX_FFMPEG", &program.display().to_string())]).await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let upload = async |name: &str, bytes: &'static [u8]| {
        let cards = service::upload(&firm.who, vec![Incoming { name: name.into(), bytes: bytes.into() }]).await;
        cards.expect("uploaded").remove(0)
    };
    let thumb = async |card: &AssetCard| reqwest::get(owner.address(&card.thumb())).await.expect("an answer");
    let clip = upload("roast.mp4", CLIP).await;
    assert_eq!(thumb(&clip).await.headers()["content-type"], "image/svg+xml");
    t.drive(chrono::TimeDelta::seconds(5)).await;
    let poster = thumb(&clip).await;
    assert_eq!(poster.headers()["content-type"], "image/jpeg");
    let poster = image::load_from_memory(&poster.bytes().await.expect("all of it")).expect("a picture");
    assert_eq!((poster.width(), poster.height()), (40, 60));
    assert_eq!(owner.get(&format!("/api/v1/media/{}", clip.facts.asset)).await.json()["has_thumb"], true);
    assert!(owner.page(&format!("/library/{}", clip.facts.asset)).await.body.contains("poster=\"/media/"));
    let left = std::fs::read_dir(t.app.settings.data_dir.join("tmp")).expect("a folder").count();
    assert_eq!(left, 0, "nothing of the video is left over");

    // What fails leaves the film sign, and is not tried again every night.
    std::fs::write(folder.path().join("frame.jpg.fails"), "").expect("written");
    let turned = upload("turned.mov", include_bytes!("files/turned.mov")).await;
    t.drive(chrono::TimeDelta::seconds(5)).await;
    assert_eq!(thumb(&turned).await.headers()["content-type"], "image/svg+xml");
    assert_eq!(t.value::<i64>("select count(*) from assets where poster_tried").await, 2);
}
