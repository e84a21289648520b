//! Videos that networks refuse for their form: converted by ffmpeg where it is installed, as a job that can be cancelled; said so
//! where it is not. With a program in the place of ffmpeg, and with the real one where `LUX_TEST_FFMPEG` (or the path) has it.

use crate::support::{Client, Firm, TestApp, until};
use chrono::TimeDelta;
use lux::domain::ids::AssetId;
use lux::features::media::model::AssetCard;
use lux::features::media::server::receive::Incoming;
use lux::features::media::server::service;
use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const CLIP: &[u8] = include_bytes!("files/clip.mp4");
const HEVC: &[u8] = include_bytes!("files/hevc.mp4");

async fn upload(firm: &Firm, name: &str, bytes: impl Into<bytes::Bytes>) -> AssetCard {
    let file = Incoming { name: name.into(), bytes: bytes.into() };
    service::upload(&firm.who, vec![file]).await.expect("uploaded").remove(0)
}

async fn state(client: &Client, asset: AssetId) -> Value {
    client.call("media/load_converter", &[("asset", &asset.to_string())]).await.json()
}

fn program(folder: &Path, says: &str) -> PathBuf {
    let path = folder.join("ffmpeg");
    std::fs::write(&path, format!("#!/bin/sh\nfor last; do :; done\n{says}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("runs");
    path
}

#[tokio::test]
async fn a_video_is_converted_cancelled_or_said_to_be_impossible() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = folder.path().join("clip.mp4");
    std::fs::write(&clip, CLIP).expect("written");
    let well = format!("echo out_time_us=1500000\nexec /bin/cp {} \"$last\"", clip.display());
    let ffmpeg = program(folder.path(), &well);
    let t = TestApp::with(&[("LUX_FFMPEG", &ffmpeg.display().to_string())]).await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let video = upload(&firm, "roast.mov", HEVC).await;
    let id = video.facts.asset;
    t.drive(TimeDelta::seconds(5)).await;
    let convert = async || owner.call("media/convert_video", &[("asset", &id.to_string())]).await;
    let page = owner.page(&format!("/library/{id}")).await.body;
    assert!(page.contains("Convert to MP4"), "the page offers it");
    assert_eq!(state(&owner, id).await, json!({ "installed": true, "last": null }));

    // What fails says what to do; a person may try again.
    program(folder.path(), "exit 1");
    assert_eq!(convert().await.status, 200);
    t.drive(TimeDelta::seconds(5)).await;
    let failed = state(&owner, id).await;
    assert_eq!(failed["last"]["state"], "failed", "{failed}");
    assert!(failed["last"]["why"].as_str().is_some_and(|why| why.contains("Export it as MP4")), "{failed}");

    // Cancelled half way: ffmpeg is ended, and nothing is left over.
    program(folder.path(), "echo out_time_us=900000\nexec /bin/sleep 600");
    assert_eq!(convert().await.status, 200);
    assert_eq!(convert().await.status, 200, "a second press changes nothing");
    assert_eq!(t.value::<i64>("select count(*) from media_conversions where state = 'waiting'").await, 1);
    let cancel = async {
        until!(state(&owner, id).await["last"]["percent"].as_u64().is_some_and(|percent| percent > 0));
        let open = state(&owner, id).await;
        let conversion = open["last"]["id"].as_str().expect("an id").to_owned();
        owner.call("media/cancel_conversion", &[("conversion", &conversion), ("asset", &id.to_string())]).await
    };
    let (_, cancelled) = tokio::join!(t.drive(TimeDelta::seconds(5)), cancel);
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    assert_eq!(state(&owner, id).await["last"]["state"], "cancelled");
    let left = std::fs::read_dir(t.app.settings.data_dir.join("tmp")).expect("a folder").count();
    assert_eq!(left, 0, "no temporary files are left over");

    // And then it works: a copy of the video, which X takes.
    program(folder.path(), &well);
    convert().await;
    t.drive(TimeDelta::seconds(5)).await;
    assert_eq!(state(&owner, id).await["last"]["state"], "done");
    let copy = t.value::<uuid::Uuid>("select id from assets where copy_of is not null").await;
    let copy = owner.get(&format!("/api/v1/media/{copy}")).await.json();
    assert_eq!((&copy["copy_of"], &copy["file_name"]), (&json!(id), &json!("roast (copy).mp4")));
    assert_eq!((&copy["facts"]["mime"], &copy["facts"]["video"]["codec"]), (&json!("video/mp4"), &json!("h264")));
    assert!(owner.page(&format!("/library/{id}")).await.body.contains("roast (copy).mp4"));
    assert_eq!(t.value::<i64>("select count(*) from assets").await, 2);

    // A video that networks take already, a picture, and a server without ffmpeg.
    let good = upload(&firm, "good.mp4", [CLIP, b"\0\0\0\x08free"].concat()).await;
    for (asset, words) in [(good.facts.asset, "already"), (firm.jpeg(200).await, "already")] {
        let refused = owner.call("media/convert_video", &[("asset", &asset.to_string())]).await;
        assert_eq!(refused.status, 409, "{}", refused.body);
        assert!(refused.body.contains(words), "{}", refused.body);
    }
    let t = TestApp::with(&[("LUX_FFMPEG", "off")]).await;
    let firm = t.firm("Contoso").await;
    let owner = t.signed_in(&firm.email).await;
    let id = upload(&firm, "roast.mov", HEVC).await.facts.asset;
    assert!(owner.page(&format!("/library/{id}")).await.body.contains("has no ffmpeg"));
    let refused = owner.call("media/convert_video", &[("asset", &id.to_string())]).await;
    assert!(refused.status == 409 && refused.body.contains("has no ffmpeg"), "{}", refused.body);
}

/// Where the real program is.
fn real() -> Option<PathBuf> {
    let named = std::env::var_os("LUX_TEST_FFMPEG").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    named.or_else(|| std::env::split_paths(&path).map(|folder| folder.join("ffmpeg")).find(|file| file.is_file()))
}

#[tokio::test]
async fn the_real_ffmpeg_makes_what_networks_take() {
    let Some(ffmpeg) = real() else {
        // Not by `println!`, which the test runner swallows when the test passes.
        let _ =
            writeln!(std::io::stderr(), "LEFT OUT: there is no ffmpeg (LUX_TEST_FFMPEG), so no video was converted");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source.mov");
    // Upright, larger than what comes out, in a form that networks refuse, with sound, and with a place.
    let made = std::process::Command::new(&ffmpeg)
        .args(["-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=1440x2560:rate=25:duration=2"])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:v", "mjpeg", "-q:v", "5", "-c:a", "pcm_s16le"])
        .args(["-metadata", "location=+38.7-009.1/", "-metadata", "title=secret"])
        .arg(&source)
        .status();
    assert!(made.expect("ffmpeg runs").success());
    let t = TestApp::with(&[("LUX_FFMPEG", &ffmpeg.display().to_string())]).await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let bytes = std::fs::read(&source).expect("read");
    let id = upload(&firm, "roast.mov", bytes).await.facts.asset;
    assert_eq!(owner.call("media/convert_video", &[("asset", &id.to_string())]).await.status, 200);
    t.drive(TimeDelta::seconds(5)).await;
    let done = state(&owner, id).await;
    assert_eq!(done["last"]["state"], "done", "{done}");
    let copy = t.value::<uuid::Uuid>("select id from assets where copy_of is not null").await;
    let card: AssetCard =
        serde_json::from_value(owner.get(&format!("/api/v1/media/{copy}")).await.json()).expect("a card");
    let facts = &card.facts;
    assert_eq!((facts.mime.as_str(), facts.width, facts.height), ("video/mp4", 1080, 1920));
    let film = facts.video.as_ref().expect("a video");
    assert_eq!((film.codec.as_str(), film.audio.as_deref()), ("h264", Some("aac")));
    assert!((1_900..=2_200).contains(&film.millis), "{film:?}");
    let bytes = reqwest::get(owner.address(&card.url)).await.expect("an answer").bytes().await.expect("all of it");
    assert!(!bytes.windows(6).any(|word| word == b"secret"), "nothing that the original said of itself");
    let (index, pictures) = (find(&bytes, b"moov"), find(&bytes, b"mdat"));
    assert!(index < pictures, "players can begin before all of it is there");
}

fn find(bytes: &[u8], word: &[u8; 4]) -> usize {
    bytes.windows(4).position(|four| four == word).expect("a box")
}
