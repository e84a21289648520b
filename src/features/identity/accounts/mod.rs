//! Accounts: people, how they come in (sign up, sign in), their sessions.
//! Read `model`, `calls`, then `server/service`.

pub mod calls;
pub mod entrance;
mod fields;
mod login_page;
pub mod model;
pub mod profile;
pub mod reset;
mod security_page;
#[cfg(feature = "ssr")]
pub mod server;
mod signup_page;

pub use login_page::LoginPage;
pub use reset::{ForgotPage, ResetPage};
pub use security_page::SecurityPage;
pub use signup_page::SignupPage;
