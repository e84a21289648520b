//! The server's half of connections: rules in `service`, the consent in `consent`, sign-in by a form of ours in `credentials`, grants and their renewal in
//! `tokens` (for many calls at once: `loader`) with `renewal` (what surrounds the call), `plan` (when) and `by_hand`; what
//! platforms still take in `budgets`; accounts whose platform keeps failing in `pause`; REST in `rest`, `rest_tokens` and `rest_v1`, the jobs in `jobs`, SQL in `store`
//! (connections) and `states` (consents in flight).

mod budgets;
mod by_hand;
pub mod changed;
pub mod choices;
mod consent;
mod credentials;
pub mod jobs;
pub mod loader;
pub mod pause;
mod plan;
pub mod reencrypt;
mod renewal;
pub mod rest;
mod rest_tokens;
mod rest_v1;
pub mod service;
mod states;
mod store;
mod tokens;
