//! Hooks on the server. Read `rest` (the addresses), `subscriptions` (subscriptions and what is for them), `items` (what is sent), `send`
//! (the job that sends it). What happens becomes items by triggers (migration 0151).

pub mod items;
pub mod rest;
pub mod send;
pub mod subscriptions;
