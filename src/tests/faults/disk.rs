//! A disk without room: said at once, nothing counts as mended before there is room again, and what is asked for is refused in words.

use super::Stage;
use image::ImageFormat;
use lux::domain::error::ErrorKind;
use lux::features::media::server::receive::Incoming;
use lux::features::media::server::service as media;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A disk of a megabyte, while this lives.
struct Small(PathBuf);

impl Small {
    /// `None`: whoever runs the tests may not mount.
    fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|done| done.status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_until_there_is_room() {
    let s = Stage::set().await;
    let folder = s.t.app.settings.data_dir.clone();
    let Some(disk) = Small::mount(&folder) else {
        println!("SKIPPED: no disk can be mounted here");
        return;
    };
    let filler = folder.join("filler");
    assert!(std::fs::write(&filler, vec![7; 2 << 20]).is_err(), "it is full");
    let error = s.broken("disk").await;
    assert!(error["severity"] == "critical" && error["resolution_notes"]["needs_person"] == true, "{error}");
    s.broken("file folder").await;
    let mut bytes = vec![];
    let picture = image::RgbImage::from_fn(300, 300, |x, y| image::Rgb([(x * y) as u8, x as u8, y as u8]));
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).expect("encoded");
    let file = || Incoming { name: "beans.jpg".into(), bytes: bytes.clone().into() };
    let Err(refused) = media::upload(&s.firm.who, vec![file()]).await else { panic!("there is no room") };
    assert_eq!(refused.kind, ErrorKind::Unavailable, "{}", refused.message);
    std::fs::remove_file(&filler).expect("removed");
    let error = s.mended("file folder").await;
    assert!(error["resolved_by"].is_null(), "{error}");
    media::upload(&s.firm.who, vec![file()]).await.expect("kept");
    s.broken("disk").await;
    drop(disk);
    s.mended("disk").await;
}
