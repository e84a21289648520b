//! A forgotten password: whom to ask (`/forgot`), and the page of the link that one gets (`/reset/...`).
//! The rules are in `accounts::server::reset`.

pub mod calls;
mod forgot_page;
mod page;

pub use forgot_page::ForgotPage;
pub use page::ResetPage;
