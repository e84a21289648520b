//! The snapshot file: read at start, written whole and put in place by a rename, so that a crash leaves the old or the
//! new one and never half of one.

use super::world::World;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

/// What the file holds; `None` if there is none yet. A file that cannot be understood is set aside, not overwritten.
pub(super) fn load(file: Option<&Path>) -> io::Result<Option<World>> {
    let Some(file) = file else { return Ok(None) };
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match parse(&bytes) {
        Ok(world) => Ok(Some(world)),
        Err(error) => {
            let aside = file.with_extension("unreadable.json");
            tracing::warn!(aside = %aside.display(), %error, "unreadable sandbox snapshot set aside");
            std::fs::rename(file, aside)?;
            Ok(None)
        }
    }
}

fn parse(bytes: &[u8]) -> serde_json::Result<World> {
    let mut file = serde_json::from_slice(bytes)?;
    split_by_platform(&mut file);
    let mut world = World::deserialize(file)?;
    world.add_demo_accounts();
    Ok(world)
}

/// Before `platform_states`, files had the uploads of X and LinkedIn in one map and Instagram's containers in another.
fn split_by_platform(file: &mut Value) {
    let Some(world) = file.as_object_mut() else { return };
    let mut states = json!({});
    if let Some(Value::Object(uploads)) = world.remove("uploads") {
        for (id, upload) in uploads {
            match upload["network"].as_str() {
                Some("x") => states["x"]["uploads"][id] = upload,
                Some("linkedin") => states["linkedin"]["images"][id] = upload,
                _ => {}
            }
        }
    }
    if let Some(containers) = world.remove("containers") {
        states["instagram"]["containers"] = containers;
    }
    world.entry("platform_states").or_insert(states);
}

pub(super) fn encode(world: &World) -> io::Result<Vec<u8>> {
    serde_json::to_vec(world).map_err(io::Error::other)
}

pub(super) async fn write(file: PathBuf, bytes: Vec<u8>) -> io::Result<()> {
    let fresh = file.with_extension("new");
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    tokio::fs::write(&fresh, bytes).await?;
    tokio::fs::rename(&fresh, &file).await
}
