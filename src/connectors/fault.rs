//! What can go wrong at a platform. Each kind has exactly one consequence, decided in one `match`
//! (`features::publishing`), so a connector's only duty is to choose the right kind.

use crate::domain::error::Problem;
use chrono::{DateTime, Utc};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Nothing happened there; trying again is safe. Consequence: retry with back-off.
    #[error("{message}")]
    Transient { message: String, after: Option<Duration> },
    /// Consequence: wait until then; burns no attempt.
    #[error("{message}")]
    RateLimited { message: String, until: DateTime<Utc> },
    /// The token is expired or revoked. Consequence: refresh once, then ask to reconnect.
    #[error("{message}")]
    AuthExpired { message: String },
    /// Consequence: ask to reconnect with these scopes.
    #[error("{message}")]
    PermissionMissing { message: String, scopes: Vec<String> },
    /// A person has not allowed this one thing; whatever else the account does goes on. Only before the irreversible call.
    /// Consequence: this waits until the account is connected anew, and the connection is not parked.
    #[error("{message}")]
    NotAllowed { message: String, scopes: Vec<String> },
    /// The account is closed, banned, or took the app's access away. Consequence: the connection is parked.
    #[error("{message}")]
    Disconnected { message: String },
    /// Consequence: the post needs editing; the problems name the fields.
    #[error("{message}")]
    InvalidContent { message: String, problems: Vec<Problem> },
    /// What was prepared is gone (container expired, upload forgotten). Consequence: prepare again from the start.
    #[error("{message}")]
    PreparationLost { message: String },
    /// The platform cannot do this.
    #[error("{message}")]
    Unsupported { message: String },
    /// The company has not entered this key yet. Consequence: ask an admin.
    #[error("The key “{field}” is not set up yet. An admin can enter it under Settings → Integrations.")]
    NotConfigured { field: &'static str },
    /// A file of the post is out of our reach until a person does something about it. Consequence: a person decides.
    #[error("{message}")]
    NoMedia { message: String },
    /// Refused for good, in the platform's own words.
    #[error("{message}")]
    Permanent { code: String, message: String },
    /// The request was sent and we do not know what came of it. Consequence: probe, never send again blindly.
    #[error("{message}")]
    UnknownOutcome { message: String },
    /// The platform says that this content is there already: evidence of an earlier success, sometimes with its id.
    #[error("{message}")]
    Duplicate { message: String, remote_id: Option<String> },
}

impl Fault {
    pub fn transient(message: impl Into<String>) -> Self {
        Self::Transient { message: message.into(), after: None }
    }
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::UnknownOutcome { message: message.into() }
    }
    /// The word that is kept in tables and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Transient { .. } => "transient",
            Self::RateLimited { .. } => "rate_limited",
            Self::AuthExpired { .. } => "auth_expired",
            Self::PermissionMissing { .. } => "permission_missing",
            Self::NotAllowed { .. } => "not_allowed",
            Self::Disconnected { .. } => "disconnected",
            Self::InvalidContent { .. } => "invalid_content",
            Self::PreparationLost { .. } => "preparation_lost",
            Self::Unsupported { .. } => "unsupported",
            Self::NotConfigured { .. } => "not_configured",
            Self::NoMedia { .. } => "no_media",
            Self::Permanent { .. } => "permanent",
            Self::UnknownOutcome { .. } => "unknown_outcome",
            Self::Duplicate { .. } => "duplicate",
        }
    }
}
