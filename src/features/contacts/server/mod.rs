//! Contacts on the server. Read `email` and `phone` (what makes two people one), `capture` and `put` (how people come in), then
//! `listed` (which contacts a list shows; `named`: by name; `typos`: those that a search nearly names), `profile`, `edit` (what people change),
//! `acts` (several at once), `erase`, `segments`, `fields` (of the company's own; `tidy`: after one changed), `export`, `import` (whole files), `duplicates` (people who may be one), `lately`
//! (who came in these days), `words` (what contacts are found by, for many at a time).

pub mod acts;
pub mod age;
pub mod capture;
pub mod duplicates;
pub mod edit;
pub mod email;
pub mod erase;
pub mod export;
pub mod fields;
pub mod import;
pub mod lately;
pub mod listed;
mod named;
pub mod phone;
pub mod profile;
pub mod put;
pub mod rest;
pub mod segments;
pub mod tidy;
mod typos;
pub mod words;
