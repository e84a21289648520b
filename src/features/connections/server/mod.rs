//! Connections on the server.

pub mod service;
