//! Server half of the media library.

pub mod clean;
mod copy;
pub mod inspect;
pub mod receive;
pub mod rest;
pub mod service;
pub mod store;
