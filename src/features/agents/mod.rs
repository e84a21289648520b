//! Agents: eleven helpers that work by the clock or on a press. An agent is data (`catalogue`: purpose, jobs, schedule); a run
//! gathers computed facts of the company (`server/facts`), writes a document of them (`server/work`), may have a model word a
//! summary, and proposes what it would do (`action`). Nothing is done before a person approves it, and then through the same
//! services and with the same permissions as if that person had done it.
//!
//! Read `catalogue`, `timing`, `action`, `model`; then `server` (`run` first); the pages are `board` (all of them), `agent_page`,
//! `document_page`, `proposals_page` and `memory_page`. docs/AGENTS.md says how an agent is made and by which formulas it counts.

pub mod action;
mod agent_page;
mod board;
pub mod calls;
pub mod catalogue;
mod document_page;
mod memory_page;
pub mod model;
pub mod parts;
pub mod proposal_card;
mod proposals_page;
#[cfg(feature = "ssr")]
pub mod server;
pub mod timing;

pub use agent_page::AgentPage;
pub use board::AgentsPage;
pub use document_page::DocumentPage;
pub use memory_page::MemoryPage;
pub use proposals_page::ProposalsPage;
