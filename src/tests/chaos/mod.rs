//! Proof of delivery: the real program in several processes, a real Postgres, stand-ins over real HTTP; everything is
//! watched from outside (processes, tables, the stand-ins' lists of posts). The stand-ins take the same post twice if
//! they are asked twice, which no platform does: a second call is seen as a second post.
//!
//! Read in this order: `cluster` (a company with many accounts, and the nodes), `proxy` (wires that can be cut), `audit`
//! (what must be true in the end), then the tests: `storm`, `restart`, `partition`, `namespaces`.
//!
//! The times that they print are those of a machine that runs other tests as well; `make chaos` runs them one by one.

mod audit;
pub mod cluster;
mod namespaces;
mod partition;
mod proxy;
mod restart;
mod storm;

use std::io::Write;

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.trim().parse().ok()).unwrap_or(default)
}

/// Said even when the test passes: the test runner swallows only what goes through `print!`.
fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
}
