//! The small vocabulary that every room shares, on both targets: no clock, no network, no database.
//! Read in this order: `ids`, `moment`, `error`, `permission`, `platform`, `draft`, `limits`, `pace`, `xtext`, `page`.

pub mod account;
pub mod draft;
pub mod error;
pub mod ids;
pub mod limits;
pub mod moment;
pub mod pace;
pub mod page;
pub mod permission;
pub mod platform;
pub mod post;
pub mod xtext;
