//! Server half of posts: SQL in `store` and `parts`, time in `timing`, rules in `service`, the first write in `save`,
//! acts on several in `acts`, REST in `rest`.

pub mod acts;
pub mod cards;
pub mod link_cards;
pub mod listed;
mod names;
pub mod parts;
mod plan;
pub mod rest;
pub mod save;
pub mod service;
pub mod store;
pub mod timing;
