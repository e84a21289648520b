//! The server's own parts: worker and queue, the folder of files, what was left in the folder for temporary files, and room on disk.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::features::diagnostics::server::health;
use crate::infra::state::App;
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A worker that is silent, or work that is late. Nothing can be done from inside: the program must be started.
pub struct Part;

const PARTS: [&str; 3] = ["schema", "worker", "queue"];

#[async_trait]
impl Playbook for Part {
    fn kind(&self) -> &'static str {
        "part"
    }
    fn id(&self) -> &'static str {
        "wait_for_part"
    }
    fn meaning(&self) -> &'static str {
        "A part of this server does not do its work, so posts may go out late or not at all."
    }
    fn next(&self) -> &'static str {
        "Start the program again (systemctl restart lux), or start another worker with “lux worker”."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let parts = health::checks(app, true).await;
        let bad = parts.into_iter().filter(|part| !part.ok && PARTS.contains(&part.name.as_str()));
        Ok(bad
            .map(|part| Found {
                company: None,
                level: FaultLevel::Critical,
                message: format!("{}: {}", part.title(), part.detail),
                subject: format!("part:{}", part.name),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let name = of.name.strip_prefix("part:").unwrap_or_default();
        let part = health::checks(app, true).await.into_iter().find(|part| part.name == name);
        let (ok, seen) = part.map_or((false, "It does not answer.".into()), |p| (p.ok, format!("Now: {}.", p.detail)));
        Ok(checked(format!("{name} works"), ok, seen))
    }
    async fn plan(&self, _: &App, _: &Subject) -> Result<Option<String>> {
        Ok(None)
    }
    async fn act(&self, _: &App, _: &Subject) -> Result<Done> {
        Err(AppError::conflict("Nothing can be done about this from inside."))
    }
}

/// The folder of files is gone or takes nothing.
pub struct Files;

#[async_trait]
impl Playbook for Files {
    fn kind(&self) -> &'static str {
        "file folder"
    }
    fn id(&self) -> &'static str {
        "make_folder"
    }
    fn meaning(&self) -> &'static str {
        "Pictures and videos can be neither kept nor read: the folder for them is gone, full, or not ours to write."
    }
    fn next(&self) -> &'static str {
        "Check that the disk with the data folder (LUX_DATA_DIR) is there, has room and belongs to the user that LUX runs as. Files that were in a folder that is gone come back from a backup only."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let part = health::files(app).await;
        Ok((!part.ok)
            .then(|| Found {
                company: None,
                level: FaultLevel::Critical,
                message: format!("File store: {}", part.detail),
                subject: "part:files".into(),
            })
            .into_iter()
            .collect())
    }
    async fn check(&self, app: &App, _: &Subject) -> Result<RepairCheck> {
        let part = health::files(app).await;
        Ok(checked("a file is written, read and removed", part.ok, format!("Now: {}.", part.detail)))
    }
    async fn plan(&self, app: &App, _: &Subject) -> Result<Option<String>> {
        let there = tokio::fs::metadata(media(app)).await.is_ok_and(|about| about.is_dir());
        Ok((!there).then(|| format!("Make the folder {} again.", media(app).display())))
    }
    async fn act(&self, app: &App, _: &Subject) -> Result<Done> {
        let folder = media(app);
        match tokio::fs::create_dir_all(&folder).await {
            Ok(()) => Ok(Done::new(format!("Made the folder {} again.", folder.display()))),
            Err(error) => Err(AppError::unavailable(format!("{} could not be made: {error}.", folder.display()))),
        }
    }
}

fn media(app: &App) -> PathBuf {
    app.settings.data_dir.join("media")
}

fn temporary(app: &App) -> PathBuf {
    app.settings.data_dir.join("tmp")
}

/// What a run that was cut off left in the folder for temporary files.
pub struct Temporary;

/// Nothing that runs keeps a file there for so long.
const LEFT: Duration = Duration::from_secs(24 * 60 * 60);
/// Files that are looked at.
const MOST: usize = 10_000;

#[async_trait]
impl Playbook for Temporary {
    fn kind(&self) -> &'static str {
        "temporary files"
    }
    fn id(&self) -> &'static str {
        "clear_temporary"
    }
    fn meaning(&self) -> &'static str {
        "Work that was cut off left temporary files behind, which only take room."
    }
    fn next(&self) -> &'static str {
        "Remove the files in the folder tmp of the data folder that are older than a day."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let old = old_files(&temporary(app)).await;
        Ok((!old.is_empty())
            .then(|| Found {
                company: None,
                level: FaultLevel::Warning,
                message: format!("{} in the folder for temporary files, over a day old", files(old.len())),
                subject: "folder:tmp".into(),
            })
            .into_iter()
            .collect())
    }
    async fn check(&self, app: &App, _: &Subject) -> Result<RepairCheck> {
        let old = old_files(&temporary(app)).await;
        let seen = if old.is_empty() { "None is left.".to_owned() } else { format!("There are {}.", files(old.len())) };
        Ok(checked("no old temporary file is left", old.is_empty(), seen))
    }
    async fn plan(&self, app: &App, _: &Subject) -> Result<Option<String>> {
        let old = old_files(&temporary(app)).await;
        Ok((!old.is_empty()).then(|| format!("Remove {} that nothing uses any more.", files(old.len()))))
    }
    async fn act(&self, app: &App, _: &Subject) -> Result<Done> {
        let mut removed = 0;
        for file in old_files(&temporary(app)).await {
            removed += usize::from(tokio::fs::remove_file(&file).await.is_ok());
        }
        Ok(Done::new(format!("Removed {} that nothing used any more.", files(removed))))
    }
}

fn files(n: usize) -> String {
    if n == 1 { "1 file".into() } else { format!("{n} files") }
}

async fn old_files(folder: &Path) -> Vec<PathBuf> {
    let mut old = vec![];
    let Ok(mut all) = tokio::fs::read_dir(folder).await else { return old };
    let before = SystemTime::now() - LEFT;
    for _ in 0..MOST {
        let Ok(Some(file)) = all.next_entry().await else { break };
        let Ok(about) = file.metadata().await else { continue };
        if about.is_file() && about.modified().is_ok_and(|at| at < before) {
            old.push(file.path());
        }
    }
    old
}

/// Little room on the disk with the data folder.
pub struct Disk;

const GIB: u64 = 1 << 30;

/// Free bytes of a disk, and whether they are few.
fn room(folder: &Path) -> Option<(u64, bool)> {
    let about = nix::sys::statvfs::statvfs(folder).ok()?;
    let block = about.fragment_size();
    let (free, all) = (about.blocks_available().saturating_mul(block), about.blocks().saturating_mul(block));
    Some((free, free < GIB / 2 || (free < 5 * GIB && free < all / 20)))
}

#[async_trait]
impl Playbook for Disk {
    fn kind(&self) -> &'static str {
        "disk"
    }
    fn id(&self) -> &'static str {
        "watch_disk"
    }
    fn meaning(&self) -> &'static str {
        "The disk with the data folder is nearly full; soon no picture can be added and nothing be written down."
    }
    fn next(&self) -> &'static str {
        "Make room on that disk, or give it more: df -h shows it, du -sh on the data folder says what takes room."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let Some((free, true)) = room(&app.settings.data_dir) else { return Ok(vec![]) };
        Ok(vec![Found {
            company: None,
            level: FaultLevel::Critical,
            message: format!("The disk with the data folder has {} MB left", free >> 20),
            subject: "disk:data".into(),
        }])
    }
    async fn check(&self, app: &App, _: &Subject) -> Result<RepairCheck> {
        let (ok, seen) = match room(&app.settings.data_dir) {
            Some((free, few)) => (!few, format!("There are {} MB left.", free >> 20)),
            None => (false, "It cannot be asked.".to_owned()),
        };
        Ok(checked("the disk has room", ok, seen))
    }
    async fn plan(&self, _: &App, _: &Subject) -> Result<Option<String>> {
        Ok(None)
    }
    async fn act(&self, _: &App, _: &Subject) -> Result<Done> {
        Err(AppError::conflict("What may be removed, a person decides."))
    }
}
