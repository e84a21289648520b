//! accounts

pub mod head;
