//! What is to be published, apart from where and when.

mod format;

pub use format::Format;
