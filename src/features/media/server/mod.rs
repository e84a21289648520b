//! Server half of the media library.

pub mod acts;
pub mod assemble;
pub mod clean;
mod copy;
pub mod document;
pub mod folders;
pub mod from_link;
pub mod inspect;
mod kept;
pub mod library;
mod library_rest;
mod listed;
pub mod poster;
pub mod receive;
pub mod removal;
pub mod rest;
pub mod serve;
pub mod service;
pub mod store;
mod stored;
pub mod stores;
pub mod upload;
pub mod upload_rest;
pub mod upload_store;
pub mod video;
pub mod video_clean;
mod video_in;
