//! Captions on the server. Read in this order: `service` (from what is asked to texts that fit), `prompt` (instructions and data,
//! apart), `describe` (a picture in words), `fits` (whether a picture shows what a text is about), `hashtags`, `partial` (reads JSON while it is still being written), `rest` (the stream to the browser), `store` (SQL).

pub mod describe;
pub mod fits;
pub mod hashtags;
pub mod partial;
mod prompt;
pub mod rest;
pub mod service;
mod store;
