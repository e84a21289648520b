//! HTTP in both directions: middleware and the error form inwards, the one client outwards.

pub mod back;
pub mod body;
pub mod call;
pub mod caller;
pub mod failed_form;
pub mod flash;
pub mod headers;
pub mod held_bytes;
pub mod host;
pub mod idempotency;
pub mod intake;
pub mod journal;
pub mod limits;
pub mod outbound;
pub mod page_company;
pub mod reply;
pub mod ssrf;
pub mod text_fields;
pub mod throttle;
pub mod unread;
pub mod visit;
