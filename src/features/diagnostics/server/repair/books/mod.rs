//! The list of what the program may do about faults; nothing outside of it is ever done. Publishing, mail and answers to comments
//! have their own ways of trying again, and are not touched from here.

mod accounts;
mod failing;
mod hooks;
mod keys;
mod lost;
mod models;
mod parts;
pub mod pool;
mod schedules;
mod work;

use super::playbook::Playbook;
pub use work::{put_back, put_back_words, repeatable};

pub static ALL: [&dyn Playbook; 20] = [
    &parts::Part,
    &pool::Pool,
    &parts::Files,
    &parts::Temporary,
    &parts::Disk,
    &lost::Lost,
    &work::Lease,
    &work::Hanging,
    &work::GivenUp,
    &schedules::Ahead,
    &schedules::Missed,
    &schedules::Stopped,
    &accounts::SignIn,
    &accounts::Comments,
    &failing::Failing,
    &hooks::Hook,
    &keys::Test,
    &keys::Encryption,
    &models::Model,
    &models::Spent,
];

/// The one for errors of this kind.
pub fn of(kind: &str) -> Option<&'static dyn Playbook> {
    ALL.into_iter().find(|book| book.kind() == kind)
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_name_of_its_own_and_sentences_for_people() {
        let kinds: BTreeSet<_> = ALL.iter().map(|book| book.kind()).collect();
        let ids: BTreeSet<_> = ALL.iter().map(|book| book.id()).collect();
        assert_eq!((kinds.len(), ids.len()), (ALL.len(), ALL.len()));
        for book in ALL {
            for words in [book.meaning(), book.next()] {
                assert!(words.starts_with(char::is_uppercase) && words.ends_with('.') && words.len() > 20, "{words:?}");
            }
        }
    }
}
