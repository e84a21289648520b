//! What stands between a post and its platforms. The composer asks while one types, the server before it schedules:
//! the same code, so they say the same words.

use super::{Target, TargetProblem};
use crate::domain::account::AccountFacts;
use crate::domain::connection::ConnectionState;
use crate::domain::draft::{Draft, MediaFacts};
use crate::domain::error::{Problem, Severity};
use crate::domain::limits;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use serde::{Deserialize, Serialize};

/// Where a target leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub platform: Platform,
    pub handle: String,
    pub state: ConnectionState,
}

/// The post as one platform would get it.
pub fn draft(text: &str, own: Option<&str>, link: Option<&str>, media: &[MediaFacts]) -> Draft {
    Draft {
        text: own.unwrap_or(text).to_owned(),
        media: media.to_vec(),
        link: link.map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned),
    }
}

/// Everything about the whole post: each target against its platform's limits, and the accounts themselves.
pub fn problems(
    text: &str,
    link: Option<&str>,
    media: &[MediaFacts],
    targets: &[(Target, Account)],
) -> Vec<TargetProblem> {
    let mut found: Vec<TargetProblem> = vec![];
    if targets.is_empty() {
        found.push(TargetProblem { connection: None, problem: nowhere() });
    }
    for (target, account) in targets {
        let at = |problem| TargetProblem { connection: Some(target.connection), problem };
        found.extend(account_problem(account).map(at));
        let draft = draft(text, target.text.as_deref(), link, media);
        found.extend(
            limits::check(account.platform, Format::default(), &AccountFacts::default(), &draft).into_iter().map(at),
        );
    }
    found
}

fn account_problem(account: &Account) -> Option<Problem> {
    let name = account.platform.name();
    let handle = &account.handle;
    match account.state {
        ConnectionState::Active => None,
        ConnectionState::Reconnect => Some(Problem::warning(
            "targets",
            format!("{name} {handle} must be reconnected first; the post waits for it."),
        )),
        ConnectionState::Disconnected => Some(Problem::error(
            "targets",
            format!("{name} {handle} is no longer connected. Connect it again, or leave it out."),
        )),
    }
}

/// A post that goes to no account.
pub fn nowhere() -> Problem {
    Problem::error("targets", "Choose at least one account to publish to.")
}

/// How a post stands with one account, in a word or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fits,
    /// Characters too many, as the platform counts.
    Over(u32),
    /// Something is missing or refused.
    Wrong(&'static str),
    /// Nothing blocks, but so many things are worth a look.
    Look(usize),
}

impl Verdict {
    pub fn words(&self) -> String {
        match self {
            Self::Fits => "fits".into(),
            Self::Over(n) => format!("{n} over"),
            Self::Wrong(what) => (*what).into(),
            Self::Look(1) => "fits, 1 note".into(),
            Self::Look(n) => format!("fits, {n} notes"),
        }
    }
}

/// The verdict for one account; `problems` are those of this account.
pub fn verdict(platform: Platform, draft: &Draft, problems: &[Problem]) -> Verdict {
    let errors = |field: &str| problems.iter().any(|p| p.severity == Severity::Error && p.field == field);
    let (format, facts) = (Format::default(), AccountFacts::default());
    let over = limits::rules(platform, format, &facts)
        .map_or(0, |rules| limits::count(platform, format, &facts, &draft.text).saturating_sub(rules.max_text));
    match () {
        () if over > 0 => Verdict::Over(over),
        () if errors("targets") => Verdict::Wrong("not connected"),
        () if errors("media") && draft.media.is_empty() => Verdict::Wrong("needs a picture"),
        () if errors("media") => Verdict::Wrong("check the pictures"),
        () if problems.iter().any(|p| p.severity == Severity::Error && p.field.starts_with("thread")) => {
            Verdict::Wrong("check the thread")
        }
        () if errors("comment") => Verdict::Wrong("check the comment"),
        () if errors("text") && draft.text.trim().is_empty() => Verdict::Wrong("needs a text"),
        () if problems.iter().any(|p| p.severity == Severity::Error) => Verdict::Wrong("needs a change"),
        () if problems.is_empty() => Verdict::Fits,
        () => Verdict::Look(problems.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Uuid;

    fn account(state: ConnectionState) -> (Target, Account) {
        let target = Target { connection: Uuid::from_u128(1), text: None };
        (target, Account { platform: Platform::X, handle: "@northwind".into(), state })
    }

    #[test]
    fn a_post_needs_somewhere_to_go() {
        let found = problems("Hello", None, &[], &[]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].connection, found[0].problem.field.as_str()), (None, "targets"));
        assert!(problems("Hello", None, &[], &[account(ConnectionState::Active)]).is_empty());
    }

    #[test]
    fn accounts_that_cannot_be_used_are_named() {
        let gone = problems("Hello", None, &[], &[account(ConnectionState::Disconnected)]);
        assert_eq!(gone[0].problem.severity, Severity::Error);
        assert!(gone[0].problem.message.contains("X @northwind is no longer connected"));
        let waits = problems("Hello", None, &[], &[account(ConnectionState::Reconnect)]);
        assert_eq!(waits[0].problem.severity, Severity::Warning);
    }

    #[test]
    fn verdicts_are_short() {
        let draft = draft("Hello", Some("Own"), Some(" "), &[]);
        assert_eq!((draft.text.as_str(), draft.link.as_deref()), ("Own", None));
        assert_eq!(verdict(Platform::X, &draft, &[]), Verdict::Fits);
        let media = [Problem::error("media", "Instagram needs a picture.")];
        assert_eq!(verdict(Platform::Instagram, &draft, &media).words(), "needs a picture");
        assert_eq!(verdict(Platform::X, &draft, &[Problem::warning("text", "Long.")]).words(), "fits, 1 note");
    }
}
