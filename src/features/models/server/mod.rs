//! Models on the server. Read in this order: `door` (which model answers a question, and the answer), `pictures` (the same for a
//! picture that is made), `ledger` (what each call
//! cost, and the cap), `prices`, `schema` (what an answer must look like, from a Rust type), `settings` (the page), `sums` (who spent what); `mending` is
//! what repairs do; `store` is the SQL.

pub mod door;
mod ledger;
mod mending;
pub mod pictures;
mod prices;
pub mod schema;
pub mod settings;
mod store;
mod sums;

pub use ledger::delete_old;
pub use mending::{first, miscounted, month_twice, recount, second, swap};
