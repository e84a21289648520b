//! Accounts: people, how they come in (sign up, sign in), their sessions, and what the frame knows of them.
//! Read `model`, `calls`, then `server/service`. `head` is what a signed-in page begins with.

pub mod calls;
pub mod entrance;
mod fields;
pub mod head;
mod login_page;
pub mod model;
mod security_page;
#[cfg(feature = "ssr")]
pub mod server;
mod signup_page;

pub use head::{Allowed, FrameContext, PageHead, use_frame};
pub use login_page::LoginPage;
pub use security_page::SecurityPage;
pub use signup_page::SignupPage;
