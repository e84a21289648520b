//! Media on the server.

pub mod service;
