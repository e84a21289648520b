//! Accounts at networks.

use crate::domain::connection::ConnectionState;
use crate::domain::error::Result;
use crate::features::chat::server::shown::Shown;
use crate::features::chat::server::turn::Turn;
use crate::features::connections::model::{ConnectionCard, RenewalResult};
use crate::features::connections::server::service as connections;
use serde_json::{Value, json};

/// Why an account does not work, or did not renew its sign-in the last time; empty: it works.
pub fn trouble(card: &ConnectionCard) -> Option<String> {
    let failed = card.sign_in.last.as_ref().filter(|last| last.result == RenewalResult::Failed);
    match (card.state, failed) {
        (ConnectionState::Active, None) => None,
        (ConnectionState::Active, Some(last)) => {
            Some(format!("works, but its sign-in could not be renewed the last time. {}", last.note))
        }
        (state, _) => Some(format!("{}. {}", state_words(state), card.state_reason)),
    }
}

/// "works", or what is to be done.
pub fn state_words(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Active => "works",
        ConnectionState::Reconnect => "must be connected again",
        ConnectionState::Disconnected => "disconnected",
    }
}

pub async fn list(turn: &Turn, shown: &mut Shown) -> Result<Value> {
    let cards = connections::list(&turn.who().tenant).await?;
    let line = |card: &ConnectionCard| {
        json!({
            "ref": shown.account(card.id),
            "network": card.platform.name(),
            "handle": card.handle,
            "state": state_words(card.state),
            "why": trouble(card),
            "posts_that_wait": card.waiting_posts,
            "sign_in_ends": card.expires.map(|at| at.local.short()),
        })
    };
    Ok(cards.iter().take(40).map(line).collect())
}
