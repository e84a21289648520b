//! SQL of agents.

pub mod documents;
pub mod events;
pub mod found;
pub mod own_memory;
pub mod proposals;
pub mod runs;
pub mod settings;
pub mod tasks;
