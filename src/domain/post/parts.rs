//! What follows a post: the next posts of a thread and the first comment. They hold for all accounts of the post whose
//! platform takes them; the others leave them out, and the composer says so.

use super::{Format, MAX_LISTED, PostContent, Target, TargetProblem};
use crate::domain::account::AccountFacts;
use crate::domain::bounds;
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{AppError, Problem};
use crate::domain::limits::{MAX_THREAD, check_part, takes_part};
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// What follows a post, as a delivery of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The next post of a thread: it answers the one before.
    Reply,
    /// The first comment under the post.
    Comment,
}

impl PartKind {
    pub const ALL: [PartKind; 2] = [Self::Reply, Self::Comment];

    /// As tables have it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Comment => "comment",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.id() == id)
    }
}

/// The further parts of a post, in the order in which they go out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// The posts of a thread after the first one.
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_LISTED>")]
    pub thread: Vec<String>,
    #[serde(default)]
    pub comment: Option<String>,
}

/// One of them. `position` is from 1: the post itself would be 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartText<'a> {
    pub kind: PartKind,
    pub position: u32,
    pub text: &'a str,
}

impl PartText<'_> {
    /// The name of its field in forms and problems: `thread_2` is the second post of the thread.
    pub fn field(&self) -> String {
        match self.kind {
            PartKind::Reply => format!("thread_{}", self.position + 1),
            PartKind::Comment => "comment".into(),
        }
    }
}

impl Parts {
    pub fn is_empty(&self) -> bool {
        self.thread.is_empty() && self.comment.is_none()
    }

    /// The thread first, then the comment.
    pub fn list(&self) -> Vec<PartText<'_>> {
        let replies = self.thread.iter().map(|text| (PartKind::Reply, text));
        let comment = self.comment.iter().map(|text| (PartKind::Comment, text));
        (1..).zip(replies.chain(comment)).map(|(position, (kind, text))| PartText { kind, position, text }).collect()
    }

    /// Those that this platform takes after a post of this format.
    pub fn on(&self, platform: Platform, format: Format) -> Vec<PartText<'_>> {
        self.list().into_iter().filter(|part| takes_part(platform, format, part.kind)).collect()
    }

    /// Put together from rows of (kind, text) in order.
    pub fn of(rows: impl IntoIterator<Item = (PartKind, String)>) -> Self {
        let mut parts = Self::default();
        for (kind, text) in rows {
            match kind {
                PartKind::Reply => parts.thread.push(text),
                PartKind::Comment => parts.comment = Some(text),
            }
        }
        parts
    }

    /// Without empty parts; `clean` brings a text into the form in which texts are kept.
    pub fn cleaned(self, max_text: usize, clean: impl Fn(&str) -> String) -> Result<Self, AppError> {
        let some = |text: String| Some(clean(&text)).filter(|t| !t.trim().is_empty());
        let parts =
            Self { thread: self.thread.into_iter().filter_map(some).collect(), comment: self.comment.and_then(some) };
        if parts.thread.len() > MAX_THREAD {
            let all = MAX_THREAD + 1;
            return Err(AppError::invalid("thread", format!("A thread may have at most {all} posts. Remove some.")));
        }
        for part in parts.list() {
            if part.text.chars().count() > max_text {
                let name = part_name(part.kind, part.position);
                let message = format!("{name}: a text may have at most {max_text} characters. Shorten it.");
                return Err(AppError::invalid(part.field(), message));
            }
        }
        Ok(parts)
    }
}

/// What decides the rules of parts on an account.
type Kind<'a> = (Platform, Format, &'a AccountFacts);
/// The problems of each part, in the parts' order.
type PerPart = Vec<Vec<Problem>>;

/// What stands between the parts of a post and its platforms, each problem with the name of its part; and, as remarks,
/// where parts are left out.
pub fn problems<M>(content: &PostContent<M>, targets: &[(Target, ConnectionSummary)]) -> Vec<TargetProblem> {
    let (text, parts) = (&content.text, &content.parts);
    let mut found = vec![];
    // Accounts of the same kind get the same parts and are told the same of them.
    let mut checked: Vec<(Kind<'_>, PerPart)> = vec![];
    for (target, account) in targets {
        let (platform, format) = (account.platform, target.format);
        let kind: Kind<'_> = (platform, format, &account.facts);
        let mut said = vec![target.text.as_ref().unwrap_or(text).trim()];
        let mut about = vec![];
        let at = checked.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            let check = |part: PartText<'_>| check_part(platform, format, &account.facts, part.kind, part.text);
            checked.push((kind, parts.on(platform, format).into_iter().map(check).collect()));
            checked.len() - 1
        });
        for (part, problems) in parts.on(platform, format).into_iter().zip(&checked[at].1) {
            let name = part_name(part.kind, part.position);
            for problem in problems.iter().cloned() {
                about.push(Problem { field: part.field(), message: format!("{name}: {}", problem.message), ..problem });
            }
            if part.kind == PartKind::Reply && said.contains(&part.text.trim()) {
                let words = format!("{name}: {} refuses the same text twice. Change something.", platform.name());
                about.push(Problem::error(part.field(), words));
            }
            said.push(part.text.trim());
        }
        about.extend(left_out(platform, format, parts));
        found.extend(about.into_iter().map(|problem| TargetProblem { connection: Some(target.connection), problem }));
    }
    found
}

/// What this platform does not get, in words.
fn left_out(platform: Platform, format: Format, parts: &Parts) -> Vec<Problem> {
    let name = platform.name();
    let takes = |kind| takes_part(platform, format, kind);
    let mut found = vec![];
    if !parts.thread.is_empty() && !takes(PartKind::Reply) {
        found.push(Problem::warning("thread", format!("{name} has no threads: only the first post goes there.")));
    }
    if parts.comment.is_some() && !takes(PartKind::Comment) {
        let instead = if takes(PartKind::Reply) { " Write it as the next post of the thread." } else { "" };
        found.push(Problem::warning("comment", format!("The first comment is not sent to {name}.{instead}")));
    }
    found
}

/// What people call a part; `position` is from 1.
pub fn part_name(kind: PartKind, position: u32) -> String {
    match kind {
        PartKind::Reply => format!("Post {} of the thread", position + 1),
        PartKind::Comment => "First comment".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Severity;

    fn to(n: u128, platform: Platform) -> (Target, ConnectionSummary) {
        let account = ConnectionSummary::sample(n, platform);
        (Target::to(account.id), account)
    }

    fn problems(text: &str, parts: &Parts, targets: &[(Target, ConnectionSummary)]) -> Vec<TargetProblem> {
        super::problems(&PostContent::<()> { parts: parts.clone(), ..PostContent::of_text(text) }, targets)
    }

    fn parts(thread: &[&str], comment: Option<&str>) -> Parts {
        Parts { thread: thread.iter().map(|t| (*t).to_owned()).collect(), comment: comment.map(str::to_owned) }
    }

    #[test]
    fn parts_are_numbered_and_each_platform_gets_its_own() {
        let all = parts(&["Two", "Three"], Some("More"));
        let of = |platform| all.on(platform, Format::Feed).iter().map(|p| (p.position, p.field())).collect::<Vec<_>>();
        assert_eq!(of(Platform::X), [(1, "thread_2".to_owned()), (2, "thread_3".to_owned())]);
        assert_eq!(of(Platform::LinkedIn), [(3, "comment".to_owned())]);
        assert_eq!(of(Platform::Instagram), of(Platform::LinkedIn));
        let rows = all.list().into_iter().map(|p| (p.kind, p.text.to_owned())).collect::<Vec<_>>();
        assert_eq!(Parts::of(rows), all);
    }

    #[test]
    fn empty_parts_are_dropped_and_too_many_refused() {
        let clean = |t: &str| t.replace("\r\n", "\n");
        let kept = parts(&[" ", "Two\r\nlines"], Some("\n")).cleaned(100, clean).unwrap();
        assert_eq!(kept, parts(&["Two\nlines"], None));
        assert!(parts(&["x"; 24], None).cleaned(100, clean).is_ok());
        assert!(parts(&["x"; 25], None).cleaned(100, clean).unwrap_err().of("thread").is_some());
        let long = parts(&["ok", "too long"], None).cleaned(5, clean).unwrap_err();
        assert_eq!(
            long.of("thread_3").unwrap(),
            "Post 3 of the thread: a text may have at most 5 characters. Shorten it."
        );
    }

    #[test]
    fn problems_name_the_part() {
        let long = "x".repeat(281);
        let found = problems("One", &parts(&["Two", &long], None), &[to(1, Platform::X)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].problem.field, "thread_3");
        let words = "Post 3 of the thread: X allows 280 characters; this is 281. Remove 1.";
        assert_eq!(found[0].problem.message, words);
        let twice = problems("One", &parts(&["Two", "One "], None), &[to(1, Platform::X)]);
        assert_eq!(twice[0].problem.message, "Post 3 of the thread: X refuses the same text twice. Change something.");
    }

    #[test]
    fn what_is_left_out_is_said() {
        let targets = [to(1, Platform::X), to(2, Platform::LinkedIn)];
        let found = problems("One", &parts(&["Two"], Some("More")), &targets);
        let words: Vec<_> = found.iter().map(|p| p.problem.message.as_str()).collect();
        assert_eq!(
            words,
            [
                "The first comment is not sent to X. Write it as the next post of the thread.",
                "LinkedIn has no threads: only the first post goes there."
            ]
        );
        assert!(found.iter().all(|p| p.problem.severity == Severity::Warning));
        assert!(problems("One", &Parts::default(), &targets).is_empty());
    }
}
