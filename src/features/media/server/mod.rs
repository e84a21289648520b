//! Server half of the media library.

pub mod clean;
pub mod inspect;
pub mod receive;
pub mod rest;
pub mod service;
pub mod store;
