//! SQL of agents.

pub mod documents;
pub mod proposals;
pub mod runs;
pub mod settings;
