//! Server half of the studio: what it opens with (`service`), the company's own words (`house`), hashtags that were used before
//! (`hashtags`), what is not saved yet (`unsaved`), and the form without JavaScript (`form`, `rest`).

pub mod form;
pub mod hashtags;
pub mod house;
pub mod rest;
pub mod service;
pub mod unsaved;

/// Where the composer is.
const PAGE: &str = "/studio";
