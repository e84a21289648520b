//! Server half of the studio: what it opens with (`service`), hashtags
//! that were used before (`hashtags`), and the form without JavaScript (`form`, `rest`).

pub mod form;
pub mod hashtags;
pub mod rest;
pub mod service;

/// Where the composer is.
const PAGE: &str = "/studio";
