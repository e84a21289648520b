//! What an account has at its platform for a post's options to choose from: boards, flairs, lists of people.

use super::{Call, Fault};
use crate::domain::options::RemoteChoice;
use async_trait::async_trait;

/// The capability of platforms whose schema has options with [`crate::domain::options::Input::Remote`].
#[async_trait]
pub trait Choices: Send + Sync {
    /// What can be chosen now under this source, in the order in which people should see it. `parent`: what was chosen in
    /// the option on which this list depends (the board whose sections are asked for); empty where it depends on none.
    async fn choices(&self, call: &Call<'_>, source: &str, parent: &str) -> Result<Vec<RemoteChoice>, Fault>;
}
