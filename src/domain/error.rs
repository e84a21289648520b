//! The one error that people and programs outside see: pages, `/rpc` and `/api` all answer in this form.
//! Causes (SQL, network) never travel in it; they are logged once, under `reference`, where they are converted.

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::ServerFnErrorErr;
use serde::{Deserialize, Serialize};

/// What went wrong, in the words of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// 401: no valid session or token.
    Unauthenticated,
    /// 403: signed in, but the role does not allow it.
    Forbidden,
    /// 404: it does not exist, or it belongs to another company.
    NotFound,
    /// 422: the input names the fields and the fix.
    Invalid,
    /// 409: it changed meanwhile, or exists already.
    Conflict,
    /// 409: the page was opened for another company than the session is at now.
    OtherCompany,
    /// 429: wait `retry_after_s`.
    RateLimited,
    /// 503: something that we depend on does not answer; trying again is safe.
    Unavailable,
    /// 500: our fault; `reference` finds it in the log.
    Bug,
}

impl ErrorKind {
    pub fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Invalid => 422,
            Self::Conflict | Self::OtherCompany => 409,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
            Self::Bug => 500,
        }
    }
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Blocks saving or publishing.
    Error,
    /// Worth a look, blocks nothing.
    Warning,
}

/// One thing that is wrong with one field, and what to do about it, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The input's name as the form and the API spell it: `text`, `media`, `email`.
    pub field: String,
    pub severity: Severity,
    pub message: String,
}

impl Problem {
    pub fn error(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), severity: Severity::Error, message: message.into() }
    }
    pub fn warning(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), severity: Severity::Warning, message: message.into() }
    }
}

/// The most problems that one answer names.
const MAX_PROBLEMS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    pub kind: ErrorKind,
    /// One sentence for a person: what happened, what was kept, what to do.
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// The request id under which the cause was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

pub type Result<T, E = AppError> = std::result::Result<T, E>;

impl AppError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), problems: vec![], retry_after_s: None, reference: None }
    }
    pub fn unauthenticated() -> Self {
        Self::new(ErrorKind::Unauthenticated, "Please sign in first.")
    }
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, message)
    }
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("This {what} no longer exists."))
    }
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::problems(vec![Problem::error(field, message)])
    }
    /// Several wrong fields; the message repeats the first, so that a caller who shows only that is not left alone. More than
    /// a hundred help nobody and are left out.
    pub fn problems(mut problems: Vec<Problem>) -> Self {
        problems.truncate(MAX_PROBLEMS);
        let message = problems.first().map(|p| p.message.clone()).unwrap_or_else(|| {
            "Please check what you \
         entered."
                .into()
        });
        Self { problems, ..Self::new(ErrorKind::Invalid, message) }
    }
    pub fn rate_limited(retry_after_s: u32, message: impl Into<String>) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::new(ErrorKind::RateLimited, message) }
    }
    /// Our fault. The message says nothing about the cause; log that under the same reference.
    pub fn bug(reference: Option<String>) -> Self {
        Self {
            reference,
            ..Self::new(ErrorKind::Bug, "Something went wrong on our side. Nothing was lost; please try again.")
        }
    }
    /// The message of the problem with this field, if there is one.
    pub fn of(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|p| p.field == field).map(|p| p.message.clone())
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Args(m) | ServerFnErrorErr::MissingArg(m) => {
                Self::new(ErrorKind::Invalid, format!("The request could not be read: {m}"))
            }
            // On the server this is the caller's JSON, in the browser the server's answer.
            ServerFnErrorErr::Deserialization(m) if cfg!(feature = "ssr") => {
                Self::new(ErrorKind::Invalid, format!("The request could not be read: {m}"))
            }
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::unavailable("The server cannot be reached right now. Your input is still here; try again.")
            }
            _ => Self::bug(None),
        }
    }
}
