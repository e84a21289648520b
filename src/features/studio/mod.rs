//! The studio: where a post is written. One form that works by itself (`server/rest` takes it), and is quicker with the
//! browser's help: live counters, previews, uploads with progress.
//! Read `model`, `composer` (the state), `validation` (what it means for an account), `page`, then the columns `pictures`,
//! `accounts` (with `options`), `texts` (with `parts` and `voice`: how the text reads), `preview`, `finish`; `brief` and `rewrite` have
//! texts written by a model; `picture_check` says whether a picture fits the text; `arrange` is what lists in them share, `fitting` are copies of
//! pictures that are refused, `library` chooses files
//! that are there already, `tools` is the row under the text (snippets and more), `undo` puts back what was removed, `unsaved` keeps what is
//! not saved.

pub mod accounts;
mod arrange;
mod brief;
pub mod calls;
pub mod composer;
pub mod finish;
mod fitting;
mod guards;
mod house;
mod library;
pub mod model;
mod option_picture;
pub mod options;
pub mod page;
pub mod parts;
mod picture_check;
pub mod pictures;
pub mod preview;
mod rewrite;
#[cfg(feature = "ssr")]
pub mod server;
pub mod texts;
mod tools;
mod undo;
mod unsaved;
mod validation;
mod voice;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_elsewhere.rs"]
mod browser;
