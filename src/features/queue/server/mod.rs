//! The server's half of the queue's pages: who sees and may do what in `service`, schedules in `schedules`, SQL in
//! `store` (jobs), REST in `rest`. Figures and signs of life come from `infra::queue::stats`.

pub mod rest;
pub mod schedules;
pub mod service;
mod store;
