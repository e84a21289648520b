//! What the things are called that a post's options choose at the platforms: boards, subreddits, who can see it. The page that opens
//! a post brings the names along, and a list that was loaded adds its own.

use crate::domain::ids::ConnectionId;
use crate::domain::options::RemoteChoice;
use leptos::prelude::*;

/// The names that a page knows. Cheap to copy.
#[derive(Clone, Copy)]
pub struct ChoiceNames(RwSignal<Vec<(ConnectionId, RemoteChoice)>>);

impl ChoiceNames {
    /// For everything on the page below whoever calls this.
    pub fn provide(known: Vec<(ConnectionId, RemoteChoice)>) {
        provide_context(Self(RwSignal::new(known)));
    }

    /// Those of the page, where it has some.
    pub fn of_page() -> Option<Self> {
        use_context()
    }

    /// Adds a choice of an account.
    pub fn learn(self, connection: ConnectionId, choice: RemoteChoice) {
        let known = |of: &(ConnectionId, RemoteChoice)| of.0 == connection && of.1 == choice;
        if !self.0.with_untracked(|all| all.iter().any(known)) {
            self.0.update(|all| {
                all.retain(|(of, old)| *of != connection || old.id != choice.id);
                all.push((connection, choice));
            });
        }
    }

    /// What an account's choice is called.
    pub fn find(self, connection: ConnectionId, id: &str) -> Option<String> {
        self.0.with(|all| {
            all.iter().find(|(of, choice)| *of == connection && choice.id == id).map(|(_, c)| c.label.clone())
        })
    }
}
