//! Campaigns: of a brief (goal, product, audience, days, accounts, tone) the program makes a plan: a strategy, messages, and posts with
//! their times, texts and pictures. People edit, accept (as drafts or scheduled), refuse and undo; what was accepted is an ordinary post.
//!
//! Read `model`; then `server` (`run` first); the pages are `list_page` (all of them), `new_page` (the brief) and `campaign_page`.
//! docs/CAMPAIGNS.md says how a plan comes about.

pub mod calls;
mod campaign_page;
mod list_page;
pub mod model;
mod new_page;
mod planned_card;
#[cfg(feature = "ssr")]
pub mod server;

pub use campaign_page::CampaignPage;
pub use list_page::CampaignsPage;
pub use new_page::NewCampaignPage;
