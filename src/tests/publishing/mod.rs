//! Publishing from the saved post to the stand-in platforms, over real HTTP. The queue is driven by hand: a test asks
//! for a later moment instead of waiting for it.

mod access;
mod cards;
mod corners;
mod crash;
mod lateness;
mod lost_answers;
mod outcome;
mod plans;
mod refusals;
mod script;

use crate::support::{Firm, TestApp};
use lux::domain::platform::Platform;
use lux::sandbox::{Fault, FaultKind, Operation};

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    (t, firm)
}

impl TestApp {
    /// The next such request to the stand-in goes wrong that way. A lost answer is lost at once, not after a silence.
    fn fault(&self, platform: Platform, operation: Operation, kind: FaultKind) {
        self.sandbox.inject(Fault { ms: Some(0), ..Fault::once(platform, operation, kind) });
    }

    /// The texts of what can be seen at a platform.
    fn seen(&self, platform: Platform) -> Vec<String> {
        self.sandbox.posts(platform).into_iter().map(|p| p.text).collect()
    }

    /// How often the irreversible call was made.
    fn commits(&self, platform: Platform) -> u64 {
        self.sandbox.requests(platform, Operation::Commit)
    }
}
