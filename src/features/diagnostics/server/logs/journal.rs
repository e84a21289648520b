//! The journal of systemd for one unit, through its own program: newest lines only, bounded in bytes and time.

use super::Trouble;
use super::tally::Tally;
use chrono::{DateTime, Utc};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

const WITHIN: Duration = Duration::from_secs(8);
/// The newest lines that are asked for.
const LINES: &str = "20000";
/// Bytes of the answer that are read.
const MOST: u64 = 16 << 20;

/// What the program answers: one JSON object a line, the oldest first.
pub async fn ask(program: &Path, unit: &str, since: DateTime<Utc>) -> Result<Vec<u8>, Trouble> {
    let since = format!("@{}", since.timestamp());
    let mut child = Command::new(program)
        .args(["--unit", unit, "--since", &since, "--lines", LINES, "--output=json", "--no-pager", "--quiet"])
        .args(["--output-fields=MESSAGE,PRIORITY"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| refused(unit, &error.to_string()))?;
    let (out, told) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let (mut answer, mut problem) = (vec![], vec![]);
        let (Some(out), Some(told)) = (out, told) else { return Err("it has no output".to_owned()) };
        let (mut out, mut told) = (out.take(MOST), told.take(2_000));
        let read = tokio::join!(out.read_to_end(&mut answer), told.read_to_end(&mut problem));
        read.0.map_err(|error| error.to_string())?;
        // With more to say than is read it would wait for ever.
        drop((out, told));
        let status = child.wait().await.map_err(|error| error.to_string())?;
        let full = answer.len() as u64 >= MOST;
        if answer.is_empty() && (!status.success() || !problem.is_empty()) && !full {
            return Err(String::from_utf8_lossy(&problem).trim().to_owned());
        }
        Ok(answer)
    };
    match tokio::time::timeout(WITHIN, work).await {
        Ok(answer) => answer.map_err(|problem| refused(unit, &problem)),
        Err(_) => Err(refused(unit, "it took too long")),
    }
}

/// Whether there were more lines than were asked for.
pub fn read(answer: &[u8], tally: &mut Tally) -> bool {
    // Reading from memory cannot fail.
    let left = tally.read(answer, false, MOST).unwrap_or_default();
    left == 0 || LINES.parse().is_ok_and(|most: u64| tally.lines >= most)
}

fn refused(unit: &str, problem: &str) -> Trouble {
    let problem = crate::infra::redact::redact(problem, 300);
    let problem = if problem.is_empty() { "it said nothing".to_owned() } else { problem };
    Trouble {
        what: format!("journalctl did not give the log of {unit}: {problem}"),
        fix: format!("sudo usermod -aG systemd-journal {} && sudo systemctl restart {unit}", super::user()),
    }
}
