//! What stands between a post and its platforms. The composer asks while one types, the server before it schedules:
//! the same code, so they say the same words.

use super::parts;
use super::{MediaFacts, PostContent, Target, TargetProblem};
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::error::{Problem, Severity};
use crate::domain::limits;

/// Everything about the whole post: each target against its platform's rules, and the accounts themselves.
pub fn problems<M: Clone + AsRef<MediaFacts>>(
    content: &PostContent<M>,
    targets: &[(Target, ConnectionSummary)],
) -> Vec<TargetProblem> {
    let mut found: Vec<TargetProblem> = vec![];
    if targets.is_empty() {
        found.push(TargetProblem { connection: None, problem: nowhere() });
    }
    for (target, account) in targets {
        let at = |problem| TargetProblem { connection: Some(target.connection), problem };
        found.extend(account_problem(account).map(at));
        found.extend(limits::check(account.platform, &account.facts, &content.on(target)).into_iter().map(at));
    }
    found.extend(parts::problems(content, targets));
    found
}

fn account_problem(account: &ConnectionSummary) -> Option<Problem> {
    let name = account.platform.name();
    let handle = &account.handle;
    match account.state {
        ConnectionState::Active => None,
        ConnectionState::Reconnect => Some(Problem::warning(
            "targets",
            format!("{name} {handle} must be reconnected first. The post waits until then."),
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
    /// Nothing is wrong with what is there; something is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Wrong("needs a picture" | "needs a video" | "needs a text"))
    }

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

/// The verdict for one account; `problems` are those of this account with `content`, which is what it gets.
pub fn verdict<M>(account: &ConnectionSummary, content: &PostContent<M>, problems: &[Problem]) -> Verdict {
    let errors = |field: &str| problems.iter().any(|p| p.severity == Severity::Error && p.field == field);
    let (platform, facts) = (account.platform, &account.facts);
    let rules = limits::rules(platform, content.format, facts);
    // A format without a text does not send one: nothing is too long then.
    let over = rules.filter(|rules| rules.max_text > 0).map_or(0, |rules| {
        limits::count(platform, content.format, facts, &content.text).saturating_sub(rules.max_text)
    });
    let takes_pictures = rules.is_none_or(|rules| rules.max_images > 0 || rules.video.is_none());
    match () {
        () if over > 0 => Verdict::Over(over),
        () if errors("targets") => Verdict::Wrong("not connected"),
        () if errors("media") && content.media.is_empty() && takes_pictures => Verdict::Wrong("needs a picture"),
        () if errors("media") && content.media.is_empty() => Verdict::Wrong("needs a video"),
        () if errors("media") => Verdict::Wrong("check the pictures"),
        () if problems.iter().any(|p| p.severity == Severity::Error && p.field.starts_with("thread")) => {
            Verdict::Wrong("check the thread")
        }
        () if errors("comment") => Verdict::Wrong("check the comment"),
        () if problems.iter().any(|p| p.severity == Severity::Error && p.field.starts_with("options")) => {
            Verdict::Wrong("check the options")
        }
        () if errors("text") && content.text.trim().is_empty() => Verdict::Wrong("needs a text"),
        () if problems.iter().any(|p| p.severity == Severity::Error) => Verdict::Wrong("needs a change"),
        () if problems.is_empty() => Verdict::Fits,
        () => Verdict::Look(problems.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::Platform;

    fn account(state: ConnectionState) -> (Target, ConnectionSummary) {
        let account = ConnectionSummary { state, ..ConnectionSummary::sample(1, Platform::X) };
        (Target::to(account.id), account)
    }

    fn hello() -> PostContent<MediaFacts> {
        PostContent::of_text("Hello")
    }

    #[test]
    fn a_post_needs_somewhere_to_go() {
        let found = problems(&hello(), &[]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].connection, found[0].problem.field.as_str()), (None, "targets"));
        assert!(problems(&hello(), &[account(ConnectionState::Active)]).is_empty());
    }

    #[test]
    fn accounts_that_cannot_be_used_are_named() {
        let gone = problems(&hello(), &[account(ConnectionState::Disconnected)]);
        assert_eq!(gone[0].problem.severity, Severity::Error);
        assert!(gone[0].problem.message.contains("X @northwind is no longer connected"));
        let waits = problems(&hello(), &[account(ConnectionState::Reconnect)]);
        assert_eq!(waits[0].problem.severity, Severity::Warning);
    }

    #[test]
    fn facts_of_the_account_reach_the_rules() {
        let long = PostContent::<MediaFacts>::of_text("x".repeat(281));
        let (target, mut account) = account(ConnectionState::Active);
        assert_eq!(problems(&long, &[(target.clone(), account.clone())]).len(), 1);
        account.facts.long_text = true;
        assert!(problems(&long, &[(target, account)]).is_empty(), "an account that pays for long texts");
    }

    #[test]
    fn an_account_gets_its_own_text() {
        let (mut target, account) = account(ConnectionState::Active);
        target.text = Some("Own".into());
        let content = PostContent { link: Some(" ".into()), ..hello() }.on(&target);
        assert_eq!((content.text.as_str(), content.link.as_deref()), ("Own", None));
        assert_eq!(verdict(&account, &content, &[]), Verdict::Fits);
    }

    #[test]
    fn verdicts_are_short() {
        let on = |platform| ConnectionSummary::sample(1, platform);
        let media = [Problem::error("media", "Instagram needs a picture.")];
        assert_eq!(verdict(&on(Platform::Instagram), &hello(), &media).words(), "needs a picture");
        let video = [Problem::error("media", "YouTube needs a video.")];
        assert_eq!(verdict(&on(Platform::YouTube), &hello(), &video).words(), "needs a video");
        assert_eq!(verdict(&on(Platform::X), &hello(), &[Problem::warning("text", "Long.")]).words(), "fits, 1 note");
        let options = [Problem::error("options.list", "Choose “List” first.")];
        assert_eq!(verdict(&on(Platform::X), &hello(), &options).words(), "check the options");
    }
}
