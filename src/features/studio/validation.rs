//! How the post fits each account: its length there, what is wrong, what follows it.

use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{Problem, Severity};
use crate::domain::limits;
use crate::domain::post::check::{self, Verdict};
use crate::domain::post::{MediaFacts, PostContent, Target};
use crate::features::posts::preview::Shown;

/// How the post fits one account.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetValidation {
    /// What this account gets.
    pub shown: Shown,
    /// Length as the platform counts it, and how much it takes.
    pub count: u32,
    pub max: Option<u32>,
    pub problems: Vec<Problem>,
    pub verdict: Verdict,
}

/// How this content fits this account, with what is different there.
pub fn validate(account: ConnectionSummary, content: &PostContent<MediaFacts>, target: Target) -> TargetValidation {
    let (platform, format) = (account.platform, target.format);
    let shown = Shown::new(account.clone(), content, &target);
    let own = &shown.content;
    let targets = [(target, account.clone())];
    let problems = check::problems(content, &targets).into_iter().filter(|p| p.connection.is_some());
    let problems: Vec<_> = problems.map(|p| p.problem).collect();
    TargetValidation {
        count: limits::count(platform, format, &account.facts, &own.text),
        // A format without a text does not send one: nothing is too long then.
        max: limits::rules(platform, format, &account.facts).map(|r| r.max_text).filter(|max| *max > 0),
        verdict: check::verdict(&account, own, &problems),
        problems,
        shown,
    }
}

/// A problem, and the accounts that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    pub problem: Problem,
    pub accounts: Vec<ConnectionSummary>,
}

/// What several accounts say in the same words is said once; errors come first.
pub fn remarks(validations: Vec<TargetValidation>) -> Vec<Remark> {
    let mut found: Vec<Remark> = vec![];
    for validation in validations {
        for problem in validation.problems {
            match found.iter_mut().find(|r| r.problem == problem) {
                Some(known) => known.accounts.push(validation.shown.account.clone()),
                None => found.push(Remark { problem, accounts: vec![validation.shown.account.clone()] }),
            }
        }
    }
    found.sort_by_key(|r| r.problem.severity != Severity::Error);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ConnectionId;
    use crate::domain::platform::Platform;

    #[test]
    fn the_same_words_are_said_once_and_errors_first() {
        let validation = |n, problems| TargetValidation {
            shown: Shown::new(
                ConnectionSummary::sample(n, Platform::X),
                &PostContent::default(),
                &Target::to(ConnectionId::nil()),
            ),
            count: 0,
            max: None,
            problems,
            verdict: Verdict::Fits,
        };
        let alt = Problem::warning("media", "No description.");
        let found = remarks(vec![
            validation(1, vec![alt.clone()]),
            validation(2, vec![alt.clone(), Problem::error("text", "Too long.")]),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].problem.message, "Too long.");
        assert_eq!((&found[1].problem, found[1].accounts.len()), (&alt, 2));
    }
}
