//! Server half of the media library.

pub mod assemble;
pub mod clean;
mod copy;
pub mod inspect;
pub mod receive;
pub mod rest;
pub mod serve;
pub mod service;
pub mod store;
mod stored;
pub mod upload;
pub mod upload_rest;
pub mod upload_store;
pub mod video;
pub mod video_clean;
mod video_in;
