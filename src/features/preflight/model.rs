//! What a check finds, as both sides know it.

use crate::domain::error::{Problem, Severity};
use crate::domain::ids::{DeliveryId, PostId};
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// What a finding is about; it decides the one thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The account is not connected, or must be reconnected.
    Connection,
    /// The sign-in ends before the post goes out.
    Token,
    /// A permission that publishing needs was not given.
    Scopes,
    /// The platform's keys are not entered.
    Keys,
    /// A picture is not in the store any more.
    Media,
    /// The platform fetches pictures from this server and cannot reach it, or finds none there.
    Address,
    /// Against the platform's rules.
    Limits,
    /// The same content again.
    Repeat,
    /// More posts than the platform takes, by its rules or as it has told us.
    Quota,
    /// Another post at nearly the same time.
    Clash,
}

impl Cause {
    /// What it takes to mend it.
    pub fn needs(self) -> Permission {
        match self {
            Self::Connection | Self::Token | Self::Scopes => Permission::Connect,
            Self::Keys | Self::Address => Permission::Secrets,
            Self::Media | Self::Limits | Self::Repeat | Self::Quota | Self::Clash => Permission::Publish,
        }
    }
    /// The input that it belongs to, as problems name it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Connection | Self::Token | Self::Scopes | Self::Keys => "targets",
            Self::Media | Self::Address => "media",
            Self::Limits | Self::Repeat => "text",
            Self::Quota | Self::Clash => "time",
        }
    }
}

/// One thing that a check found, in words, with the thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub cause: Cause,
    pub severity: Severity,
    pub message: String,
    /// The other post that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<PostId>,
}

impl Finding {
    /// It keeps the post from going out.
    pub fn problem(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, severity: Severity::Error, message: message.into(), about: None }
    }
    /// Worth a look.
    pub fn warning(cause: Cause, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::problem(cause, message) }
    }
    /// As the answer to a save carries it.
    pub fn into_problem(self) -> Problem {
        Problem { field: self.cause.field().into(), severity: self.severity, message: self.message }
    }

    /// Where to go about it, and what the link says. `None`: it is with whoever looks after the server.
    pub fn way_out(&self, platform: Platform, post: PostId) -> Option<(String, String)> {
        match self.cause {
            Cause::Connection | Cause::Token | Cause::Scopes => {
                let href = format!("/api/social/connect/{platform}?next=/posts/{post}");
                Some((href, format!("Reconnect {}", platform.name())))
            }
            Cause::Keys => {
                Some((format!("/settings/integrations#{platform}"), format!("Enter the keys of {}", platform.name())))
            }
            Cause::Address => None,
            Cause::Quota | Cause::Clash => Some((format!("/studio?post={post}"), "Choose another time".into())),
            Cause::Media | Cause::Limits | Cause::Repeat => {
                Some((format!("/studio?post={post}"), "Edit the post".into()))
            }
        }
    }
}

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// It goes out, but something is worth a look.
    Warning,
    /// As things are, it will not go out.
    Problem,
}

impl Verdict {
    pub const ALL: [Verdict; 3] = [Self::Ok, Self::Warning, Self::Problem];

    pub fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.id() == id)
    }
    /// The words that people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "Ready to go",
            Self::Warning => "Worth a look",
            Self::Problem => "Will not go out",
        }
    }
    pub fn of(findings: &[Finding]) -> Self {
        let worst = findings.iter().map(|f| match f.severity {
            Severity::Error => Self::Problem,
            Severity::Warning => Self::Warning,
        });
        worst.max().unwrap_or(Self::Ok)
    }
}

/// Which check it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStage {
    /// When it was planned, or more than a day before.
    Save,
    /// Within the last day.
    Day,
    /// Within the last ten minutes.
    Soon,
    /// A person asked.
    Asked,
}

impl CheckStage {
    pub fn id(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Day => "day",
            Self::Soon => "soon",
            Self::Asked => "asked",
        }
    }
}

/// How a post stands over all its accounts, for cards and rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckSummary {
    /// The worst of them.
    pub verdict: Verdict,
    /// What was found, with the account: "X @northwind: …".
    pub words: Vec<String>,
}

/// The check of one planned delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryCheck {
    pub delivery: DeliveryId,
    pub platform: Platform,
    pub handle: String,
    /// `None`: not looked at yet.
    pub verdict: Option<Verdict>,
    pub findings: Vec<Finding>,
    pub checked: Option<When>,
    /// When it is looked at again by itself.
    pub next: Option<When>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides() {
        let (warning, problem) = (Finding::warning(Cause::Clash, "w"), Finding::problem(Cause::Token, "p"));
        assert_eq!(Verdict::of(&[]), Verdict::Ok);
        assert_eq!(Verdict::of(std::slice::from_ref(&warning)), Verdict::Warning);
        assert_eq!(Verdict::of(&[problem, warning]), Verdict::Problem);
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::parse(verdict.id()), Some(verdict));
        }
    }

    #[test]
    fn a_finding_survives_the_table() {
        let finding = Finding {
            about: Some(crate::domain::ids::PostId::from_u128(7)),
            ..Finding::warning(Cause::Repeat, "Same.")
        };
        let kept = serde_json::to_value(&finding).unwrap();
        assert_eq!(kept["cause"], "repeat");
        assert_eq!(serde_json::from_value::<Finding>(kept).unwrap(), finding);
    }
}
