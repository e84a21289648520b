//! What the integrations page shows. Values never travel in it: at most the last four characters.

use crate::domain::moment::When;
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// The whole page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integrations {
    pub company: String,
    /// The company's zone, in which all times are shown.
    pub zone: String,
    /// In the order of `Platform::ALL`.
    pub services: Vec<ServiceCard>,
    /// Platforms that a stand-in answers for and that have no key yet: one click fills them in. None outside the sandbox.
    pub stand_ins_without_keys: usize,
    /// Saved values and sign-ins that an older encryption key of the server still seals.
    pub to_reencrypt: i64,
}

/// One service with its fields in the order of the platform's keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceCard {
    pub platform: Platform,
    pub state: ServiceState,
    /// One line under the name: how many accounts use it, or what is missing.
    pub summary: String,
    pub fields: Vec<FieldCard>,
    /// To be registered at the platform; only those where people sign in have one.
    pub redirect_uri: Option<String>,
    /// The keys can be tried.
    pub testable: bool,
    /// People sign in at the platform itself, with these keys.
    pub connectable: bool,
    /// The keys were just saved and tested to sign in with them: the browser is to go on to the platform.
    pub go_on: bool,
    pub test: Option<TestCard>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// Everything that is required is there, at least partly the company's own, and can be used.
    Ready,
    /// The keys are kept, and nothing has shown that they work: nothing uses them, or they were not tested.
    Saved,
    NotSetUp,
    /// Everything comes from the server's environment.
    InstanceDefault,
    /// Half entered, refused by the provider, or sealed with a key that is gone.
    NeedsAttention,
}

impl ServiceState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Saved => "Saved",
            Self::NotSetUp => "Not set up",
            Self::InstanceDefault => "Set for this server",
            Self::NeedsAttention => "Needs attention",
        }
    }
}

/// One field: where its value comes from. Label, hint and form are in `domain::keys`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldCard {
    pub name: String,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Missing,
    /// From the server's environment.
    Default,
    Own {
        /// Empty when the value is so short that four characters would tell too much.
        last_four: String,
        changed_by: Option<String>,
        changed_at: When,
        /// The key that sealed it is still in the ring.
        readable: bool,
    },
}

impl Value {
    pub fn is_set(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Default => true,
            Self::Own { readable, .. } => *readable,
        }
    }
}

/// The last test: the provider's answer in one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestCard {
    pub passed: bool,
    pub detail: String,
    pub by: Option<String>,
    pub at: When,
}
