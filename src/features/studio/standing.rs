//! How the post stands with each account: its length there, what is wrong, what follows it.

use super::model::Outlet;
use crate::domain::account::AccountFacts;
use crate::domain::delivery::Part;
use crate::domain::draft::{Draft, MediaFacts};
use crate::domain::error::{Problem, Severity};
use crate::domain::ids::ConnectionId;
use crate::domain::limits;
use crate::domain::post::Format;
use crate::domain::post::Target;
use crate::domain::post::check;
use crate::domain::post::check::Verdict;
use crate::domain::post::parts as parts_of;
use crate::domain::post::parts::Parts;
use std::collections::BTreeMap;

/// How the post stands with one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub outlet: Outlet,
    /// Length as the platform counts it, and how much it takes.
    pub count: u32,
    pub max: Option<u32>,
    pub problems: Vec<Problem>,
    pub verdict: Verdict,
    pub draft: Draft,
    /// What follows the post on this account.
    pub parts: Vec<Part>,
}

/// How these contents stand with this account; `own`: the texts that accounts have of their own.
pub fn stand(
    outlet: Outlet,
    text: &str,
    link: &str,
    facts: &[MediaFacts],
    (own, parts): (&BTreeMap<ConnectionId, String>, &Parts),
) -> Standing {
    let own = own.get(&outlet.id).filter(|t| !t.trim().is_empty());
    let target = Target { connection: outlet.id, text: own.cloned() };
    let draft = check::draft(text, own.map(String::as_str), Some(link), facts);
    let platform = outlet.account.platform;
    let targets = [(target, outlet.account.clone())];
    let problems: Vec<_> = check::problems(text, Some(link), facts, &targets)
        .into_iter()
        .chain(parts_of::problems(text, parts, &targets))
        .filter(|p| p.connection.is_some())
        .map(|p| p.problem)
        .collect();
    Standing {
        count: limits::count(platform, Format::default(), &AccountFacts::default(), &draft.text),
        max: limits::rules(platform, Format::default(), &AccountFacts::default()).map(|r| r.max_text),
        verdict: check::verdict(platform, &draft, &problems),
        parts: parts
            .on(platform)
            .into_iter()
            .map(|p| Part { kind: p.kind, position: p.position, text: p.text.to_owned() })
            .collect(),
        problems,
        draft,
        outlet,
    }
}

/// A problem, and the accounts that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    pub problem: Problem,
    pub outlets: Vec<Outlet>,
}

/// What several accounts say in the same words is said once; errors come first.
pub fn remarks(standings: Vec<Standing>) -> Vec<Remark> {
    let mut found: Vec<Remark> = vec![];
    for standing in standings {
        for problem in standing.problems {
            match found.iter_mut().find(|r| r.problem == problem) {
                Some(known) => known.outlets.push(standing.outlet.clone()),
                None => found.push(Remark { problem, outlets: vec![standing.outlet.clone()] }),
            }
        }
    }
    found.sort_by_key(|r| r.problem.severity != Severity::Error);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_said_once_and_errors_first() {
        let standing = |n, problems| Standing {
            outlet: Outlet::sample(n),
            count: 0,
            max: None,
            problems,
            verdict: Verdict::Fits,
            draft: Draft::default(),
            parts: vec![],
        };
        let alt = Problem::warning("media", "No description.");
        let found = remarks(vec![
            standing(1, vec![alt.clone()]),
            standing(2, vec![alt.clone(), Problem::error("text", "Too long.")]),
        ]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].problem.message, "Too long.");
        assert_eq!((&found[1].problem, found[1].outlets.len()), (&alt, 2));
    }
}
