//! A log in files: the newest is read from its end, older ones that were rotated away after it, packed or not, until the time that was
//! asked for or as many bytes as may be read are through. Only a buffer of it is in memory.

use super::Trouble;
use super::tally::Tally;
use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bytes that are read of one log, after unpacking.
pub const MOST: u64 = 16 << 20;
/// Rotated files that are looked at.
const ROTATED: usize = 10;
/// Files of a folder that are looked through for rotated ones.
const FOLDER: usize = 10_000;

/// Reads a log into the tally; whether there was more in that time than may be read.
pub fn read(path: &Path, since: DateTime<Utc>, tally: &mut Tally) -> Result<bool, Trouble> {
    let trouble = |error: &std::io::Error| trouble(path, error);
    let (file, length) = open(path).map_err(|e| trouble(&e))?;
    let start = length.saturating_sub(MOST);
    let mut left = plain(file, start, tally).map_err(|e| trouble(&e))?;
    if start > 0 {
        return Ok(tally.begins.is_none_or(|begins| begins >= since));
    }
    for rotated in rotated(path, since) {
        if tally.begins.is_some_and(|begins| begins < since) {
            return Ok(false);
        }
        if left == 0 {
            return Ok(true);
        }
        tally.next_file();
        let packed = rotated.extension().is_some_and(|end| end == "gz");
        // One that cannot be read or is broken ends what is known, as one that is gone does.
        let Ok((file, length)) = open(&rotated) else { return Ok(true) };
        let read = if packed {
            let unpacked = MultiGzDecoder::new(BufReader::new(file));
            tally.read(BufReader::with_capacity(64 << 10, unpacked), false, left)
        } else {
            let start = length.saturating_sub(left);
            plain_within(file, start, left, tally)
        };
        let Ok(now) = read else { return Ok(true) };
        left = now;
    }
    Ok(left == 0)
}

fn plain(file: File, start: u64, tally: &mut Tally) -> std::io::Result<u64> {
    plain_within(file, start, MOST, tally)
}

/// `start`: where to begin; the line that this is in the middle of is passed over.
fn plain_within(mut file: File, start: u64, most: u64, tally: &mut Tally) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(start))?;
    tally.read(BufReader::with_capacity(64 << 10, file.take(most)), start > 0, most)
}

/// A file and its length. Devices and pipes are no logs, and opening one must not wait.
fn open(path: &Path) -> std::io::Result<(File, u64)> {
    let file = OpenOptions::new().read(true).custom_flags(nix::libc::O_NONBLOCK).open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, "this is no file"));
    }
    Ok((file, about.len()))
}

/// `error.log.1`, `error.log.2.gz`, `error.log-20261128`: those that were written to since then, the newest first.
fn rotated(path: &Path, since: DateTime<Utc>) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return vec![];
    };
    let Ok(files) = fs::read_dir(folder) else { return vec![] };
    let mut found: Vec<_> = files
        .take(FOLDER)
        .flatten()
        .filter(|file| {
            let there = file.file_name();
            let rest = there.to_str().and_then(|there| there.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with(['.', '-']) && rest.contains(|c: char| c.is_ascii_digit()))
        })
        .filter_map(|file| {
            let changed = DateTime::<Utc>::from(file.metadata().ok()?.modified().ok()?);
            (changed >= since).then(|| (changed, file.path()))
        })
        .collect();
    found.sort();
    found.into_iter().rev().take(ROTATED).map(|(_, path)| path).collect()
}

fn trouble(path: &Path, error: &std::io::Error) -> Trouble {
    let shown = path.display();
    let (user, quoted) = (super::user(), super::quoted(&path.to_string_lossy()));
    match error.kind() {
        ErrorKind::NotFound => Trouble {
            what: format!("There is no file {shown}."),
            fix: format!("ls -l {}", super::quoted(&path.parent().unwrap_or(path).to_string_lossy())),
        },
        ErrorKind::PermissionDenied => Trouble {
            what: format!("The user {user}, as whom LUX runs, may not read {shown}."),
            fix: format!(
                "sudo setfacl -m u:{user}:rx {} && sudo setfacl -m u:{user}:r {quoted}",
                super::quoted(&path.parent().unwrap_or(path).to_string_lossy())
            ),
        },
        _ => Trouble { what: format!("{shown} cannot be read: {error}."), fix: format!("ls -l {quoted}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::diagnostics::model::LogKind;
    use chrono::TimeDelta;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use std::time::{Duration, Instant, SystemTime};

    fn count(tally: &Tally) -> u64 {
        tally.findings.get(&LogKind::Refused).map_or(0, |found| found.count)
    }

    #[test]
    fn rotated_and_packed_files_are_read_back_to_the_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Utc::now();
        let line = |hours: i64| format!("{} ERROR connection refused\n", (now - TimeDelta::hours(hours)).to_rfc3339());
        let log = folder.path().join("lux.log");
        fs::write(&log, line(1)).expect("written");
        fs::write(folder.path().join("lux.log.1"), line(5)).expect("written");
        let mut packed =
            GzEncoder::new(File::create(folder.path().join("lux.log.2.gz")).expect("a file"), Compression::fast());
        packed.write_all((line(30) + &line(20)).as_bytes()).expect("packed");
        packed.finish().expect("packed");
        // As when each was written to last; packing keeps that.
        let age = |name: &str, hours: u64| {
            let file = OpenOptions::new().write(true).open(folder.path().join(name)).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3_600)).expect("set");
        };
        age("lux.log.1", 5);
        age("lux.log.2.gz", 20);
        // Neither another log nor a broken archive of it.
        fs::write(folder.path().join("lux.log.txt"), line(1)).expect("written");
        fs::write(folder.path().join("other.log.1"), line(1)).expect("written");
        for (hours, found, cut) in [(2, 1, false), (10, 2, false), (24, 3, false), (48, 4, false)] {
            let since = now - TimeDelta::hours(hours);
            let mut tally = Tally::new(since);
            assert_eq!(read(&log, since, &mut tally).map_err(|t| t.what), Ok(cut), "{hours}");
            assert_eq!(count(&tally), found, "{hours}");
        }
        fs::write(folder.path().join("lux.log.2.gz"), "not packed").expect("written");
        age("lux.log.2.gz", 20);
        let since = now - TimeDelta::hours(48);
        let mut tally = Tally::new(since);
        assert!(read(&log, since, &mut tally).is_ok_and(|cut| cut) && count(&tally) == 2);
    }

    #[test]
    fn what_is_absent_or_not_readable_is_said_with_a_command() {
        let folder = tempfile::tempdir().expect("a folder");
        let tally = &mut Tally::new(Utc::now());
        let at = |path: &Path, tally: &mut Tally| read(path, Utc::now(), tally).expect_err("there is none");
        assert!(at(&folder.path().join("none.log"), tally).what.starts_with("There is no file"));
        assert!(at(folder.path(), tally).fix.starts_with("ls -l "));
        let pipe = folder.path().join("it's a pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        assert!(at(&pipe, tally).fix.contains(r"it'\''s a pipe"), "it did not wait for a writer");
        let denied = trouble(Path::new("/var/log/nginx/error.log"), &ErrorKind::PermissionDenied.into());
        assert!(
            denied.fix.starts_with("sudo setfacl -m u:") && denied.fix.contains("'/var/log/nginx'"),
            "{}",
            denied.fix
        );
    }

    #[test]
    fn a_gigabyte_is_read_from_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, now) = (folder.path().join("access.log"), Utc::now());
        let mut file = File::create(&log).expect("a file");
        file.set_len(1 << 30).expect("room");
        file.seek(SeekFrom::End(0)).expect("the end");
        // Twelve megabytes of a busy hour.
        let (old, new) = (now - TimeDelta::hours(5), now);
        let mut busy = String::from("\n");
        for n in 0..120_000 {
            let at = if n < 20_000 { old } else { new }.format("%d/%b/%Y:%H:%M:%S +0000");
            let status = if n % 1_000 == 0 { 502 } else { 200 };
            busy.push_str(&format!(
                "10.0.0.1 - - [{at}] \"GET /posts?page={n} HTTP/1.1\" {status} 512 \"-\" \"curl/8.5.0\"\n"
            ));
        }
        file.write_all(busy.as_bytes()).expect("written");
        drop(file);
        let (began, since) = (Instant::now(), now - TimeDelta::hours(1));
        let mut tally = Tally::new(since);
        let cut = read(&log, since, &mut tally).unwrap_or_else(|trouble| panic!("{}", trouble.what));
        // Two seconds are the promise of the release build.
        let most = if cfg!(debug_assertions) { 10.0 } else { 2.0 };
        assert!(began.elapsed().as_secs_f64() < most, "{:?}", began.elapsed());
        assert_eq!((tally.findings[&LogKind::Upstream].count, tally.lines, cut), (100, 100_000, false));
        // Further back there is more than was read.
        let since = now - TimeDelta::hours(9);
        let mut tally = Tally::new(since);
        assert!(read(&log, since, &mut tally).is_ok_and(|cut| cut) && tally.lines == 120_000);
    }
}
