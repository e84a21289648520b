//! Which irreversible calls this process has begun: written down before the first byte of each is sent, in its data folder.
//! What was armed by a process that was killed, and is not written down here, was never sent: it is sent by the next
//! process at once, without a grace period and without asking anybody.
//!
//! Why this is proof:
//! - Only who holds the lock of the data folder may [`open`](CallLog::open) it, and a page is locked by whoever writes it.
//!   Then the process that wrote here before is dead: one that merely sleeps keeps its locks.
//! - What a process has handed to the kernel with `write` outlives its kill -9. It may not outlive the machine's crash, so
//!   pages that were written before the last start of the machine are not believed. Nor is a copy of a page (from a
//!   backup): its first line names the file that it was written to, and when that was made.
//! - The key of an attempt names its page. A page that is gone, cannot be read or is not believed answers nothing, and then
//!   the platform is looked at, as for every other open call.
//!
//! A page is a line of text, and then 8 bytes for each call.

use crate::domain::ids::{Uuid, new_id};
use nix::fcntl::{Flock, FlockArg};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Attempts on one page.
const ATTEMPTS: u64 = 1 << 16;
/// So many of this process's pages are kept, half a megabyte each.
const PAGES: usize = 8;
/// So many pages of earlier processes: what is on older ones has been looked at by now, or waits for a person.
const PAST_PAGES: usize = 32;
/// Where Linux says which start of the machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
const SUFFIX: &str = "calls";
const WORKERS: &str = "workers";

/// The calls of this process and, after a kill, of those before it.
#[derive(Debug, Default)]
pub struct CallLog {
    /// `None`: nothing is written down, and nothing is known.
    book: Option<Mutex<Book>>,
    past: HashMap<u64, HashSet<u64>>,
    dead: Vec<String>,
}

#[derive(Debug)]
struct Book {
    folder: PathBuf,
    machine: String,
    /// The one that attempts go to comes last.
    pages: VecDeque<Page>,
}

#[derive(Debug)]
struct Page {
    tag: u64,
    attempts: u64,
    file: Flock<File>,
    path: PathBuf,
}

impl CallLog {
    /// Nothing is known, and nothing is written down: for tools that run beside a server.
    pub fn off() -> Self {
        Self::default()
    }

    /// Reads what the processes before this one have written, and begins a page. To be called by the owner of the data
    /// folder's lock only. Where this cannot be had (another system than Linux, a full disk) the log is off.
    pub fn open(data: &Path) -> Self {
        Self::read(data).unwrap_or_else(|error| {
            tracing::warn!(%error, "calls are not written down; after a kill the platforms are looked at instead");
            Self::off()
        })
    }

    fn read(data: &Path) -> io::Result<Self> {
        let folder = data.join("calls");
        fs::create_dir_all(&folder)?;
        let machine = fs::read_to_string(BOOT_ID)?.trim().to_owned();
        let mut past = HashMap::new();
        for (path, tag) in pages_in(&folder)? {
            // Somebody lives and writes there, against the lock of the folder: nothing is known of that one.
            let Some(page) = lock(File::open(&path)?) else { continue };
            match read_page(&page, &machine)?.filter(|_| past.len() < PAST_PAGES) {
                Some(calls) => drop(past.insert(tag, calls)),
                None => fs::remove_file(&path)?,
            }
        }
        let dead = match fs::read_to_string(folder.join(WORKERS)) {
            Ok(lines) => lines.lines().filter_map(|line| name_on(line, &machine)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
            Err(error) => return Err(error),
        };
        let mut book = Book { folder, machine, pages: VecDeque::new() };
        book.turn()?;
        Ok(Self { book: Some(Mutex::new(book)), past, dead })
    }

    /// A fresh key for an attempt, which names the page of its call.
    pub fn key(&self) -> Uuid {
        self.book().and_then(|mut book| book.key()).unwrap_or_else(new_id)
    }

    /// Writes down that the call of this attempt begins now. False: it could not be, and must not begin.
    pub fn begin(&self, key: Uuid) -> bool {
        self.book().is_none_or(|mut book| book.begin(key))
    }

    /// Whether this attempt was armed by a process that is dead by now and had not begun its call.
    pub fn was_never_begun(&self, key: Uuid) -> bool {
        let (tag, n) = key.as_u64_pair();
        self.past.get(&tag).is_some_and(|calls| !calls.contains(&n))
    }

    /// Workers of the processes before this one: dead, so nobody need wait for their leases.
    pub fn dead_workers(&self) -> &[String] {
        &self.dead
    }

    /// They have been signed off: they need not be known any more.
    pub fn forget_dead_workers(&self) {
        if let Some(book) = self.book() {
            fs::remove_file(book.folder.join(WORKERS)).ok();
        }
    }

    /// A worker of this process has signed on under this name.
    pub fn signs_on(&self, worker: &str) {
        let Some(book) = self.book() else { return };
        let file = OpenOptions::new().create(true).append(true).open(book.folder.join(WORKERS));
        if let Err(error) = file.and_then(|mut file| writeln!(file, "{} {worker}", book.machine)) {
            tracing::warn!(%error, "the worker's name was not written down; after a kill its lease is waited for");
        }
    }

    fn book(&self) -> Option<MutexGuard<'_, Book>> {
        self.book.as_ref().map(|book| book.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Book {
    fn key(&mut self) -> Option<Uuid> {
        if self.pages.back().is_none_or(|page| page.attempts >= ATTEMPTS)
            && let Err(error) = self.turn()
        {
            tracing::warn!(%error, "no new page for calls; after a kill the platforms are looked at instead");
            self.pages.clear();
        }
        let page = self.pages.back_mut()?;
        page.attempts += 1;
        Some(Uuid::from_u64_pair(page.tag, page.attempts))
    }

    fn begin(&mut self, key: Uuid) -> bool {
        let (tag, n) = key.as_u64_pair();
        let Some(at) = self.pages.iter().position(|page| page.tag == tag) else {
            // Not a key of this log's, or of a page that is not kept any more: nothing would be concluded from it.
            return !self.folder.join(name_of(tag)).exists();
        };
        let Err(error) = self.pages[at].file.write_all(&n.to_le_bytes()) else { return true };
        // A page with a hole must not be believed. Should it stay, this call cannot be made.
        tracing::warn!(%error, "a call could not be written down; its page is thrown away");
        let Some(page) = self.pages.remove(at) else { return false };
        fs::remove_file(&page.path).is_ok()
    }

    /// Begins a new page and throws away the oldest.
    fn turn(&mut self) -> io::Result<()> {
        while self.pages.len() >= PAGES
            && let Some(page) = self.pages.pop_front()
        {
            fs::remove_file(&page.path)?;
        }
        let tag: u64 = rand::random();
        let path = self.folder.join(name_of(tag));
        let file = OpenOptions::new().create_new(true).append(true).open(&path)?;
        let mut file = lock(file).ok_or_else(|| io::Error::other("the new page is locked by another process"))?;
        let first = first_line(&self.machine, &file)?;
        writeln!(file, "{first}")?;
        self.pages.push_back(Page { tag, attempts: 0, file, path });
        Ok(())
    }
}

/// Nobody else has it open for writing.
fn lock(file: File) -> Option<Flock<File>> {
    Flock::lock(file, FlockArg::LockExclusiveNonblock).ok()
}

fn name_of(tag: u64) -> String {
    format!("{tag:016x}.{SUFFIX}")
}

fn tag_of(path: &Path) -> Option<u64> {
    let tag = path.extension().is_some_and(|suffix| suffix == SUFFIX).then(|| path.file_stem()?.to_str())??;
    u64::from_str_radix(tag, 16).ok()
}

/// The worker that signed on, if that was since this start of the machine: the leases of older ones are long over.
fn name_on(line: &str, machine: &str) -> Option<String> {
    line.strip_prefix(machine)?.strip_prefix(' ').map(str::to_owned)
}

/// The pages in a folder, the latest first.
fn pages_in(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut pages = vec![];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(tag) = tag_of(&entry.path()) {
            pages.push((entry.metadata()?.modified()?, entry.path(), tag));
        }
    }
    pages.sort_unstable_by_key(|(written, ..): &(SystemTime, _, _)| std::cmp::Reverse(*written));
    Ok(pages.into_iter().map(|(_, path, tag)| (path, tag)).collect())
}

/// Which start of the machine, and which file.
fn first_line(machine: &str, file: &File) -> io::Result<String> {
    let facts = file.metadata()?;
    // Not every file system knows it.
    let made = facts.created().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
    Ok(format!("{machine} {}:{} {}", facts.dev(), facts.ino(), made.as_nanos()))
}

/// The calls on a page, if it is to be believed.
fn read_page(mut file: &File, machine: &str) -> io::Result<Option<HashSet<u64>>> {
    let mut bytes = vec![];
    file.read_to_end(&mut bytes)?;
    let first = format!("{}\n", first_line(machine, file)?);
    let Some(calls) = bytes.strip_prefix(first.as_bytes()) else { return Ok(None) };
    // A last entry that is cut off belongs to a call that had not begun.
    Ok(Some(calls.chunks_exact(8).map(|n| u64::from_le_bytes(n.try_into().expect("eight bytes"))).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page_in(data: &Path) -> PathBuf {
        let mut pages = fs::read_dir(data.join("calls")).expect("folder").map(|e| e.expect("entry").path());
        pages.find(|path| tag_of(path).is_some()).expect("a page")
    }

    #[test]
    fn a_killed_process_leaves_word_of_what_it_began() {
        let data = tempfile::tempdir().expect("folder");
        let log = CallLog::open(data.path());
        let (begun, armed) = (log.key(), log.key());
        assert!(log.begin(begun));
        log.signs_on("worker 1");
        assert!(!log.was_never_begun(armed), "as long as it lives, nothing is known of it");
        drop(log);
        let next = CallLog::open(data.path());
        assert!(next.was_never_begun(armed) && !next.was_never_begun(begun));
        assert_eq!(next.dead_workers(), ["worker 1"]);
        next.forget_dead_workers();
        drop(next);
        let third = CallLog::open(data.path());
        assert!(third.was_never_begun(armed) && !third.was_never_begun(begun), "killed again before it was done");
        assert!(third.dead_workers().is_empty());
    }

    #[test]
    fn a_page_of_another_start_of_the_machine_or_from_a_backup_is_not_believed() {
        type Harm = fn(&Path);
        let harms: [(&str, Harm); 3] = [
            ("another start", |page| {
                let text = fs::read_to_string(page).expect("page");
                fs::write(page, text.replacen(|c: char| c.is_ascii_hexdigit(), "z", 1)).expect("written");
            }),
            ("a copy", |page| {
                let bytes = fs::read(page).expect("page");
                // The old file stays, so that the copy cannot get its number.
                fs::rename(page, page.with_extension("old")).expect("moved");
                fs::write(page, bytes).expect("copied");
            }),
            ("cut off in the first line", |page| fs::write(page, "0").expect("written")),
        ];
        for (what, harm) in harms {
            let data = tempfile::tempdir().expect("folder");
            let log = CallLog::open(data.path());
            let armed = log.key();
            drop(log);
            harm(&page_in(data.path()));
            assert!(!CallLog::open(data.path()).was_never_begun(armed), "{what}");
        }
    }

    #[test]
    fn who_lives_is_not_believed_to_be_dead() {
        let data = tempfile::tempdir().expect("folder");
        let log = CallLog::open(data.path());
        let armed = log.key();
        assert!(!CallLog::open(data.path()).was_never_begun(armed), "it can still begin");
        assert!(log.begin(armed));
    }

    #[test]
    fn without_a_log_nothing_is_concluded() {
        let log = CallLog::off();
        let key = log.key();
        assert!(log.begin(key) && !log.was_never_begun(key));
        let data = tempfile::tempdir().expect("folder");
        let other = CallLog::open(data.path());
        assert!(other.begin(key), "a key from before the log was there");
        drop(other);
        assert!(!CallLog::open(data.path()).was_never_begun(key));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever is begun, in whatever order, in however many lives: exactly the rest was never begun.
        #[test]
        fn what_was_not_begun_is_known(lives in prop::collection::vec(prop::collection::vec(any::<bool>(), 0..40), 1..4)) {
            let data = tempfile::tempdir().expect("folder");
            let mut all = vec![];
            for calls in lives {
                let log = CallLog::open(data.path());
                let keys: Vec<_> = calls.into_iter().map(|begins| (log.key(), begins)).collect();
                for (key, _) in keys.iter().rev().filter(|(_, begins)| *begins) {
                    prop_assert!(log.begin(*key));
                }
                all.extend(keys);
            }
            let last = CallLog::open(data.path());
            for (key, begun) in all {
                prop_assert_eq!(last.was_never_begun(key), !begun);
            }
        }
    }

    #[test]
    fn old_pages_are_thrown_away_and_then_nothing_is_known() {
        let data = tempfile::tempdir().expect("folder");
        let log = CallLog::open(data.path());
        let (first, begun) = (log.key(), log.key());
        for _ in 0..PAGES {
            log.book().expect("a book").turn().expect("a page");
        }
        let last = log.key();
        assert!(log.begin(begun), "nothing is concluded from a page that is gone");
        drop(log);
        let next = CallLog::open(data.path());
        assert!(!next.was_never_begun(first) && !next.was_never_begun(begun) && next.was_never_begun(last));
    }
}
