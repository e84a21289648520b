//! Checks of what is planned: when it is planned, a day before and ten minutes before, and whenever a person asks. Nobody
//! should learn at the time of publishing that a sign-in has ended or a picture is gone.
//! Read `model`, then `mark` (the sign on cards and rows) and `card` (the findings of one post, with what to do).
//! The looking itself is in `server/checks`.

pub mod card;
pub mod mark;
pub mod model;

pub use card::ChecksCard;
pub use mark::{CheckMark, CheckWords};
