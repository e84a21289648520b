//! Server half of the brand voice: what is kept (`service`), what is read out of texts and pages (`learn`), words to avoid and words
//! that are never marked (`house`).

pub mod house;
pub mod learn;
pub mod service;
