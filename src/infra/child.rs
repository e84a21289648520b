//! Programs that read what strangers made, each in a process of its own: with bounded memory and time, without our environment,
//! and with nothing but what it is given. A file that is made to fill the memory ends that process and not this one.

use bytes::Bytes;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

/// For one run, on the clock.
const MAX_TIME: Duration = Duration::from_secs(30);

/// What a run may cost and answer.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Kilobytes of address space, where the system knows such a bound.
    pub memory: u32,
    /// Bytes of the answer; what comes behind them is not read.
    pub answer: u64,
}

/// Runs a program with these arguments, gives it `input`, and returns what it says. An error: why there is no answer, for the log.
pub async fn run(
    program: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    input: Bytes,
    bounds: Bounds,
) -> Result<Vec<u8>, String> {
    // Before the program begins: its address space, and 30 seconds of a processor.
    let bounded = format!(
        "ulimit -v {} 2>/dev/null; ulimit -t {} 2>/dev/null; exec \"$0\" \"$@\"",
        bounds.memory,
        MAX_TIME.as_secs()
    );
    let mut child = Command::new("/bin/sh")
        .args(["-c", &bounded])
        .arg(program)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut to = child.stdin.take().ok_or("it takes no input")?;
    let mut from = child.stdout.take().ok_or("it has no output")?.take(bounds.answer);
    let give = async move {
        // A program that has read enough goes without the rest.
        drop(to.write_all(&input).await);
        drop(to.shutdown().await);
    };
    let work = async {
        let mut answer = vec![];
        let ((), read) = tokio::join!(give, from.read_to_end(&mut answer));
        read.map_err(|e| e.to_string())?;
        drop(from);
        let status = child.wait().await.map_err(|e| e.to_string())?;
        match answer.is_empty() {
            false if status.success() => Ok::<_, String>(answer),
            _ => Err(format!("it ended with {status}")),
        }
    };
    tokio::time::timeout(MAX_TIME, work).await.unwrap_or_else(|_| Err("it took too long".into()))
}

/// What a run that takes its time may cost.
#[derive(Clone, Copy, Debug)]
pub struct LongBounds {
    /// Kilobytes of address space, where the system knows such a bound.
    pub memory: u32,
    /// On the clock.
    pub time: Duration,
}

/// What such a run may say in all, in bytes; one that says more is not read further, and stands still.
const SAYS: u64 = 64 << 20;

/// Runs a program that works on files for long; `said` gets each line of what it says meanwhile. Whoever drops the future ends the
/// program. An error: why it failed, for the log.
pub async fn watch(
    program: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    bounds: LongBounds,
    mut said: impl FnMut(&str),
) -> Result<(), String> {
    let bounded = format!("ulimit -v {} 2>/dev/null; exec \"$0\" \"$@\"", bounds.memory);
    let mut child = Command::new("/bin/sh")
        .args(["-c", &bounded])
        .arg(program)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| e.to_string())?;
    let from = child.stdout.take().ok_or("it has no output")?;
    let work = async {
        let mut lines = BufReader::new(from.take(SAYS)).lines();
        while let Some(line) = lines.next_line().await.map_err(|e| e.to_string())? {
            said(&line);
        }
        let status = child.wait().await.map_err(|e| e.to_string())?;
        if status.success() { Ok::<_, String>(()) } else { Err(format!("it ended with {status}")) }
    };
    tokio::time::timeout(bounds.time, work).await.unwrap_or_else(|_| Err("it took too long".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const BOUNDS: Bounds = Bounds { memory: 2_000_000, answer: 1_000 };

    async fn program(says: &str, input: &'static [u8]) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("program");
        std::fs::write(&path, format!("#!/bin/sh\n{says}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("runs");
        run(&path, [folder.path()], Bytes::from_static(input), BOUNDS).await
    }

    #[tokio::test]
    async fn a_program_that_misbehaves_gives_no_answer() {
        assert_eq!(program("printf picture", b"").await, Ok(b"picture".to_vec()));
        assert_eq!(program("/bin/cat", b"what it is given").await, Ok(b"what it is given".to_vec()));
        assert!(program("exit 1", b"").await.is_err());
        assert!(program("printf half; exit 1", b"").await.is_err());
        // More than an answer has: no more of it is read.
        assert!(program("/usr/bin/head -c 3000000 /dev/zero", b"").await.map_or(true, |a| a.len() <= 1_000));
        // It knows nothing of the program that started it, and its memory is bounded.
        assert_eq!(program("printf \"${HOME:-none}\"", b"").await, Ok(b"none".to_vec()));
        let memory = program("ulimit -v", b"").await.expect("told");
        assert!(matches!(memory.trim_ascii(), b"2000000" | b"unlimited"), "{memory:?}");
        let nothing: [&str; 0] = [];
        assert!(run(Path::new("/nowhere/program"), nothing, Bytes::new(), BOUNDS).await.is_err());
    }

    #[tokio::test]
    async fn a_long_run_says_how_far_it_is_and_has_an_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("program");
        let run = async |says: &str, time: Duration| {
            std::fs::write(&path, format!("#!/bin/sh\n{says}\n")).expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("runs");
            let mut lines = vec![];
            let none: [&str; 0] = [];
            let bounds = LongBounds { memory: 2_000_000, time };
            let ended = watch(&path, none, bounds, |line| lines.push(line.to_owned())).await;
            (ended, lines)
        };
        let long = Duration::from_secs(20);
        assert_eq!(run("echo one; echo two", long).await, (Ok(()), vec!["one".to_owned(), "two".to_owned()]));
        assert!(run("echo one; exit 3", long).await.0.is_err());
        let (ended, lines) = run("echo one; exec /bin/sleep 100", Duration::from_millis(500)).await;
        assert_eq!((ended, lines), (Err("it took too long".into()), vec!["one".to_owned()]));
    }
}
