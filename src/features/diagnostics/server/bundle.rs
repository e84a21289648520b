//! What whoever helps with this server needs to know of it, as one ZIP file: versions, settings, health, errors and what the logs
//! hold. Without secrets: errors and lines of logs are kept without them (`infra::redact`), settings say only whether one is set.

use super::service;
use crate::domain::error::{AppError, Result};
use crate::infra::database;
use crate::infra::session::Who;
use crate::infra::zip::{Archive, Entry, PIECE};
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use serde_json::{Value, json};

/// How far back errors and logs go, in hours, and how many errors there are at most.
const HOURS: u32 = 72;
const ERRORS: u32 = 500;

const README: &str = "What LUX Marketing says of this server, for whoever helps with it.

versions.json  the program, the database, the system
settings.json  what is set; of secrets only whether they are set
health.json    each part and how it is
errors.json    what went wrong in the last three days
logs.json      what the server's logs of that time hold

Secrets and e-mail addresses are taken out. Names of hosts, folders and pages are not: look it through before you send it.
";

/// The file, and its name.
pub async fn make(who: Who) -> Result<(String, Bytes)> {
    let app = who.app.clone();
    // Both ask whether they own the server.
    let health = service::parts(who.clone()).await?;
    let logs = service::logs(who.clone(), HOURS).await?;
    let errors = service::recent(who, HOURS, ERRORS).await?;
    let postgres: Option<String> = sqlx::query_scalar("select version()").fetch_one(&app.db).await.ok();
    let schema = database::migration_state(&app.db).await.ok();
    let now = Utc::now();
    let versions = json!({
        "made_at": now,
        "lux": env!("CARGO_PKG_VERSION"),
        "postgres": postgres,
        "migrations": schema.map(|(known, applied)| json!({ "known": known, "applied": applied })),
        "system": { "os": std::env::consts::OS, "architecture": std::env::consts::ARCH },
        "processors": std::thread::available_parallelism().map_or(0, usize::from),
        "jobs": app.jobs.kinds().collect::<Vec<_>>(),
    });
    let files = [
        ("README.txt", README.as_bytes().to_vec()),
        ("versions.json", pretty(&versions)),
        ("settings.json", pretty(&app.settings.without_secrets())),
        ("health.json", pretty(&json!(health))),
        ("errors.json", pretty(&json!(errors))),
        ("logs.json", pretty(&json!(logs))),
    ];
    let name = format!("lux-support-{}.zip", now.format("%Y%m%d-%H%M"));
    Ok((name, zipped(&files).ok_or_else(|| AppError::unavailable("The file would be too large."))?))
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn zipped(files: &[(&str, Vec<u8>)]) -> Option<Bytes> {
    let entries = files.iter().map(|(name, bytes)| Entry { name: (*name).to_owned(), length: bytes.len() as u64 });
    let mut archive = Archive::new(entries.collect())?;
    let mut out = BytesMut::new();
    for (_, bytes) in files {
        out.extend_from_slice(&archive.begin());
        for piece in bytes.chunks(usize::try_from(PIECE).ok()?) {
            out.extend_from_slice(&archive.piece(piece));
        }
        out.extend_from_slice(&archive.end());
    }
    out.extend_from_slice(&archive.directory());
    Some(out.freeze())
}
