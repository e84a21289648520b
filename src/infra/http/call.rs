//! The way into a server function: authorise the caller, run the work, give the answer its HTTP status.
//!
//! The body of every server function is one call of [`open`], [`signed_in`] or [`allowed`], for a form whose fields are to
//! come back after an error behind [`keeping`]; `src/tests/architecture/server_functions.rs` finds one that is not. So
//! nothing runs before the caller is known, and no error leaves with leptos' own status, which is 500 for all of them:
//!
//! | what went wrong | status |
//! |---|---|
//! | no valid session ([`signed_in`], [`allowed`]) | 401 |
//! | no company, or a role without the permission ([`allowed`]) | 403 |
//! | it does not exist, or belongs to another company | 404 |
//! | it exists already or changed meanwhile | 409 |
//! | the input is wrong; `fields` say how | 422 |
//! | too much at once; also `Retry-After` in seconds | 429 |
//! | our fault; `reference` finds it in the log | 500 |
//! | something that we depend on does not answer | 503 |
//!
//! The work's own errors get the status of their `ErrorKind`. A form that was posted without JavaScript gets 302 instead,
//! back to its page, where the error is shown.

use super::reply;
use crate::domain::error::Result;
use crate::domain::permission::Permission;
use crate::infra::session::{self, Granted, Who};

/// The server functions that everybody may call: those behind [`open`]. All others answer a stranger with 401 before
/// anybody reads what was sent (`super::intake`). `src/tests/extremes` holds the list against the sources.
pub const OPEN: [&str; 7] = [
    "/rpc/lux/features/identity/accounts/calls/sign_in",
    "/rpc/lux/features/identity/accounts/calls/sign_out",
    "/rpc/lux/features/identity/accounts/calls/sign_up",
    "/rpc/lux/features/identity/accounts/reset/calls/use_reset",
    "/rpc/lux/features/identity/accounts/reset/calls/view_reset",
    "/rpc/lux/features/identity/companies/calls/invitation",
    "/rpc/lux/features/identity/companies/calls/zone_names",
];

/// Whether a stranger may call the server function at this address.
pub fn is_open(path: &str) -> bool {
    OPEN.contains(&path)
}

/// For everybody, signed in or not.
pub async fn open<T>(work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    keeping([]).open(work).await
}

/// For whoever is signed in, with or without a company.
pub async fn signed_in<T>(work: impl AsyncFnOnce(Who) -> Result<T>) -> Result<T> {
    keeping([]).signed_in(work).await
}

/// For members of a company whose role has this permission in it; the work gets the handle for that company.
pub async fn allowed<T>(permission: Permission, work: impl AsyncFnOnce(Granted) -> Result<T>) -> Result<T> {
    keeping([]).allowed(permission, work).await
}

/// Bytes of a typed value that goes back in an address.
const LONGEST: usize = 1_000;

/// What was typed into a form, as pairs of field and value. After an error a form that was posted without JavaScript finds
/// it in its address, so never a password, and nothing that is too long for one.
pub fn keeping<const N: usize>(typed: [(&'static str, &str); N]) -> Keeping {
    let short = typed.into_iter().filter(|(_, value)| value.len() <= LONGEST);
    Keeping(short.map(|(field, value)| (field, value.to_owned())).collect())
}

/// Made by [`keeping`].
pub struct Keeping(Vec<(&'static str, String)>);

impl Keeping {
    /// As [`open`].
    pub async fn open<T>(self, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        self.answer(work().await)
    }

    /// As [`signed_in`].
    pub async fn signed_in<T>(self, work: impl AsyncFnOnce(Who) -> Result<T>) -> Result<T> {
        let done = match session::who().await {
            Ok(who) => work(who).await,
            Err(error) => Err(error),
        };
        self.answer(done)
    }

    /// As [`allowed`].
    pub async fn allowed<T>(self, permission: Permission, work: impl AsyncFnOnce(Granted) -> Result<T>) -> Result<T> {
        self.signed_in(async |who| work(who.require(permission)?).await).await
    }

    fn answer<T>(&self, done: Result<T>) -> Result<T> {
        done.inspect_err(|error| {
            let typed: Vec<_> = self.0.iter().map(|(field, value)| (*field, value.as_str())).collect();
            reply::set_status(error, &typed);
        })
    }
}
