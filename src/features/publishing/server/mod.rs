//! Server half of publishing.

pub mod service;
