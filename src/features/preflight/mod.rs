//! Looking ahead at planned posts, so that nobody learns at the time of publishing that a sign-in has ended or a picture
//! is gone: checks (when a post is planned, a day before, ten minutes before, and whenever a person asks) and pacing
//! (repeats, quotas, clashes). Both only warn: they never change a delivery, and none is needed for it to go out.
//! Read `model`, then `mark` (the sign on cards and rows), `card` (the findings of one post, with what to do), `pacing`,
//! and `server`.

pub mod calls;
pub mod card;
pub mod mark;
pub mod model;
pub mod pacing;
#[cfg(feature = "ssr")]
pub mod server;

pub use card::ChecksCard;
pub use mark::{CheckMark, CheckWords};
