//! `lux doctor` says what the Diagnostics page says of each part, and ends with a status that scripts can read.

use crate::support::Database;
use std::path::Path;
use std::process::Command;

/// What it printed, and whether it ended well.
fn doctor(database: &Database, folder: &Path, log: &Path) -> (String, bool) {
    let done = Command::new(env!("CARGO_BIN_EXE_lux"))
        .arg("doctor")
        .current_dir(folder)
        .env("LUX_DATA_DIR", folder.join("data"))
        .env("DATABASE_URL", &database.url)
        .env("LUX_SANDBOX", "1")
        .env("LUX_LOG_APP", log)
        .output()
        .expect("it runs");
    (String::from_utf8_lossy(&done.stdout).into_owned(), done.status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_names_each_part_and_ends_with_a_status() {
    let (database, folder) = (Database::new().await, tempfile::tempdir().expect("a folder"));
    let here = folder.path();
    std::fs::create_dir_all(here.join("site/pkg")).expect("a folder");
    let log = here.join("app.log");
    std::fs::write(&log, "").expect("a log");
    let (said, well) = doctor(&database, here, &log);
    assert!(well, "{said}");
    for part in [
        "settings: ",
        "data folder: ",
        "database: ",
        "queue: ",
        "database schema: ",
        "file store: ",
        "errors: ",
        "log Application server: ",
    ] {
        assert!(said.lines().any(|line| line.starts_with(&format!("  ok    {part}"))), "{part}\n{said}");
    }
    // A critical error is open, a log is gone, and the folder of files is a file; all of it is said at once.
    sqlx::query(
        "insert into error_log (id, fingerprint, error_type, error_message, severity, version, created_at, last_seen_at)
         values (gen_random_uuid(), 'f', 'panic', 'It broke', 'critical', '1', now(), now())",
    )
    .execute(&database.pool)
    .await
    .expect("an error");
    sqlx::query("insert into part_successes values ('files', '2026-11-20 12:00Z')")
        .execute(&database.pool)
        .await
        .expect("a time");
    std::fs::remove_file(&log).expect("removed");
    let media = here.join("data/media");
    std::fs::remove_dir_all(&media).expect("removed");
    std::fs::create_dir(&media).expect("a folder");
    std::fs::write(media.join("health"), "a file where a folder would be").expect("written");
    let (said, well) = doctor(&database, here, &log);
    assert!(!well, "{said}");
    for fault in ["file store: ", "errors: 1 critical", "log Application server: There is no file"] {
        assert!(said.lines().any(|line| line.starts_with(&format!("  FAULT {fault}"))), "{fault}\n{said}");
    }
    assert!(
        said.contains("It worked last Fri 20 Nov") && said.contains("UTC. Check that the data folder is there"),
        "{said}"
    );
}
