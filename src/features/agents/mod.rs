//! Agents: eleven helpers that work by the clock or on a press. An agent is data (`catalogue`: purpose, jobs, schedule); a run
//! gathers computed facts of the company (`server/facts`), writes a document of them (`server/work`), may have a model word a
//! summary, and proposes what it would do (`action`). Nothing is done before a person approves it (where the company says so,
//! tags, segments and drafts are done and can be undone), and then through the same services and with the same permissions as if that person had
//! done it. Agents hand tasks to each other (`hand_overs`), and what happens wakes them (`events`).
//!
//! Read `catalogue`, `timing`, `action`, `hand_overs` (what agents ask of each other), `events` (what wakes them), `model`; then `server` (`run` first); the pages are `board` (all of them), `agent_page`,
//! `document_page`, `proposals_page`, `memory_page` and `events_page`. docs/AGENTS.md says how an agent is made and by which formulas it counts.

pub mod action;
mod agent_page;
mod agent_settings;
mod board;
pub mod calls;
pub mod catalogue;
mod document_page;
pub mod events;
mod events_page;
pub mod hand_overs;
mod memory_page;
pub mod model;
mod own_memory;
pub mod parts;
pub mod proposal_card;
mod proposals_page;
#[cfg(feature = "ssr")]
pub mod server;
mod tasks_list;
pub mod timing;

pub use agent_page::AgentPage;
pub use board::AgentsPage;
pub use document_page::DocumentPage;
pub use events_page::EventsPage;
pub use memory_page::MemoryPage;
pub use proposals_page::ProposalsPage;
