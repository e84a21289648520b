//! Emoji by meaning: searched by a word, or proposed for the words of a text. The words are those of Unicode CLDR in English,
//! German, French and Spanish (`server/cldr`, with its licence; `scripts/emoji.mjs` makes it).

pub mod calls;
pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
