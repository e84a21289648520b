//! Segments on the server. Read `condition` (a rule as SQL), `facts` (the same rule for one person, and why), `members` (who is
//! in, kept up with every change), `refresh` (worked out anew after a rule changed, and nightly), `counted` (while one builds),
//! `service` (making, changing, deleting), `drafts`.

pub mod condition;
pub mod counted;
pub mod drafts;
pub mod facts;
pub mod members;
pub mod refresh;
pub mod service;
