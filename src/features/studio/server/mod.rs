//! Server half of the studio: what it opens with (`service`), hashtags that were used before
//! (`hashtags`), what is not saved yet (`unsaved`), and the form without JavaScript (`form`, `rest`).

pub mod form;
pub mod hashtags;
pub mod proofread;
pub mod rest;
pub mod service;
pub mod unsaved;

/// Where the composer is.
const PAGE: &str = "/studio";
