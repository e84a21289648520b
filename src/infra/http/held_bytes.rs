//! How many bytes of requests are kept in memory until they are used. Each request is bounded where it is read; many that are
//! sent half and then slowly must not fill the memory together, those of one person nor those of all.

use crate::domain::error::AppError;
use crate::domain::ids::UserId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Of all people together.
const ALL: u64 = 256 * 1024 * 1024;
/// Of one person: two of the largest uploads at once.
const EACH: u64 = 64 * 1024 * 1024;

/// What is held right now.
#[derive(Debug, Default)]
pub struct HeldBytes(Mutex<Sums>);

#[derive(Debug, Default)]
struct Sums {
    all: u64,
    by: HashMap<UserId, u64>,
}

/// What one request holds; free again when this is dropped, which is after the request was carried out.
#[derive(Debug)]
pub struct Hold {
    of: Arc<HeldBytes>,
    user: UserId,
    bytes: AtomicU64,
}

/// No more of it now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Full {
    /// The person has too much under way.
    Yours,
    /// All people together have.
    Everybodys,
}

impl From<Full> for AppError {
    fn from(full: Full) -> Self {
        match full {
            Full::Yours => {
                Self::rate_limited(10, "You are sending too much at once. Wait until it is done, then try again.")
            }
            Full::Everybodys => {
                Self::unavailable("The server is taking in too much right now. Please try again in a minute.")
            }
        }
    }
}

impl HeldBytes {
    pub fn begin(self: &Arc<Self>, user: UserId) -> Hold {
        Hold { of: self.clone(), user, bytes: AtomicU64::new(0) }
    }
}

impl Hold {
    /// So many bytes more, or none.
    pub fn more(&self, bytes: usize) -> Result<(), Full> {
        let bytes = bytes as u64;
        let mut sums = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sums.all + bytes > ALL {
            return Err(Full::Everybodys);
        }
        let own = sums.by.entry(self.user).or_default();
        if *own + bytes > EACH {
            return Err(Full::Yours);
        }
        *own += bytes;
        sums.all += bytes;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let bytes = *self.bytes.get_mut();
        let mut sums = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.all -= bytes;
        if let Some(own) = sums.by.get_mut(&self.user) {
            *own -= bytes;
            if *own == 0 {
                sums.by.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: usize = 1024 * 1024;

    #[test]
    fn one_person_holds_a_part_and_all_together_a_bound() {
        let held = Arc::new(HeldBytes::default());
        let person = UserId::new();
        let (first, second) = (held.begin(person), held.begin(person));
        assert_eq!((first.more(40 * MB), second.more(30 * MB)), (Ok(()), Err(Full::Yours)));
        assert_eq!(second.more(24 * MB), Ok(()), "what was refused is not counted");
        let others: Vec<_> = (0..4).map(|_| held.begin(UserId::new())).collect();
        let full: Vec<_> = others.iter().map(|other| other.more(60 * MB)).collect();
        assert_eq!(full, [Ok(()), Ok(()), Ok(()), Err(Full::Everybodys)]);
        drop(first);
        assert_eq!((others[3].more(60 * MB), second.more(30 * MB)), (Err(Full::Everybodys), Ok(())));
        drop((second, others));
        let sums = held.0.lock().unwrap();
        assert_eq!((sums.all, sums.by.len()), (0, 0), "all is given back");
    }
}
