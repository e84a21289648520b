//! What of a model's answers may be used. A number, name, date, link, mention or quotation that is not in the brief, an account or picture
//! that it was not given, a day outside of the campaign, a text that its account does not take: none of it is used, and it is said why.

use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::error::Severity;
use crate::domain::facts;
use crate::domain::ids::AssetId;
use crate::domain::moment::{Day, LocalTime};
use crate::domain::post::{PostContent, Target, check};
use crate::features::campaigns::model::{MAX_MESSAGE, MAX_MESSAGES, MAX_STRATEGY, MAX_TEXT};
use crate::features::media::model::AssetCard;
use crate::infra::zone::{self, Resolved};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashSet;

/// Fewest messages of a strategy.
const FEWEST: usize = 3;

#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct StrategyAnswer {
    /// Four to eight plain sentences: what the campaign says first, what then, and why in that order.
    #[serde(default)]
    pub strategy: String,
    /// Three to five messages of one sentence each, the most important first.
    #[serde(default)]
    pub messages: Vec<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct PostsAnswer {
    /// One for each entry of "texts".
    #[serde(default)]
    pub posts: Vec<PostAnswer>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct PostAnswer {
    /// The "ref" of the entry of "texts" that this is for.
    #[serde(default)]
    pub r#ref: String,
    /// The "account" of that entry.
    #[serde(default)]
    pub account: String,
    /// The "day" of that entry, or another one from "first_day" to "last_day" where the text belongs to that day.
    #[serde(default)]
    pub day: String,
    /// The text as it is published, without quotes around it.
    #[serde(default)]
    pub text: String,
    /// The "ref" of an entry of "pictures", or nothing.
    #[serde(default)]
    pub picture: Option<String>,
}

/// A post that is to be written.
#[derive(Clone, Debug)]
pub struct Slot {
    pub place: i32,
    pub account: ConnectionSummary,
    /// By this name the model knows the account.
    pub account_ref: String,
    pub at: LocalTime,
    pub picture: Option<AssetCard>,
}

impl Slot {
    pub fn reference(&self) -> String {
        format!("s{}", self.place)
    }
}

/// What answers are held against.
pub struct Frame<'a> {
    pub zone: Tz,
    pub now: DateTime<Utc>,
    pub from: Day,
    pub to: Day,
    /// All that a text may say.
    pub known: &'a str,
    /// In the order of their references: `p1`.
    pub pictures: &'a [AssetCard],
    /// Times at which the same accounts have other posts of this campaign.
    pub taken: &'a HashSet<LocalTime>,
}

/// A text that may be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub place: i32,
    pub text: String,
    pub at: LocalTime,
    pub picture: Option<AssetId>,
}

/// Strategy and messages, or what is wrong with them.
pub fn strategy(answer: &StrategyAnswer, known: &str) -> Result<(String, Vec<String>), String> {
    let strategy = clean(&answer.strategy, MAX_STRATEGY + 1);
    if strategy.is_empty() {
        return Err("There is no strategy.".into());
    }
    if strategy.chars().count() > MAX_STRATEGY {
        return Err(format!("The strategy is longer than {MAX_STRATEGY} characters."));
    }
    let messages: Vec<_> = answer.messages.iter().take(MAX_MESSAGES + 1).map(|m| clean(m, MAX_MESSAGE + 1)).collect();
    let messages: Vec<_> = messages.into_iter().filter(|message| !message.is_empty()).collect();
    if !(FEWEST..=MAX_MESSAGES).contains(&messages.len()) {
        return Err(format!("There are {} messages, and {FEWEST} to {MAX_MESSAGES} are wanted.", messages.len()));
    }
    if messages.iter().any(|message| message.chars().count() > MAX_MESSAGE) {
        return Err(format!("A message is longer than {MAX_MESSAGE} characters."));
    }
    match invented(known, &format!("{strategy}\n{}", messages.join("\n"))) {
        None => Ok((strategy, messages)),
        Some(why) => Err(why),
    }
}

/// The texts that may be used, and of the others by their places why not.
pub fn posts(slots: &[Slot], answer: &PostsAnswer, frame: &Frame<'_>) -> (Vec<Written>, Vec<(i32, String)>) {
    let (mut written, mut wrong): (Vec<Written>, Vec<(i32, String)>) = (vec![], vec![]);
    for slot in slots {
        let name = slot.reference();
        let Some(post) = answer.posts.iter().find(|post| post.r#ref == name) else {
            wrong.push((slot.place, "There was no text for it.".into()));
            continue;
        };
        match one(slot, post, frame, &written) {
            Ok(found) => written.push(found),
            Err(why) => wrong.push((slot.place, why)),
        }
    }
    (written, wrong)
}

fn one(slot: &Slot, post: &PostAnswer, frame: &Frame<'_>, before: &[Written]) -> Result<Written, String> {
    if post.account != slot.account_ref {
        return Err("It names an account that it is not for.".into());
    }
    let at = day(slot, post, frame)?;
    let collides = frame.taken.contains(&at) || before.iter().any(|other| other.at == at);
    if at != slot.at && collides {
        return Err("Another post of this account goes out at that time.".into());
    }
    let picture = match post.picture.as_deref().filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => {
            let at = name.strip_prefix('p').and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
            let found = at.and_then(|at| frame.pictures.get(at));
            Some(found.ok_or_else(|| "It names a picture that it was not given.".to_owned())?)
        }
    };
    let text = clean(&post.text, MAX_TEXT + 1);
    if text.is_empty() {
        return Err("The text is empty.".into());
    }
    // A picture that its account does not take gives way to the one that was planned.
    let fits = |card: &&AssetCard| super::plan::media_fits(&slot.account, std::slice::from_ref(*card));
    let picture = picture.filter(fits).or(slot.picture.as_ref());
    let content = PostContent::<AssetCard>::of_text(text.clone()).with_media(picture.cloned().into_iter().collect());
    let account = ConnectionSummary { state: ConnectionState::Active, ..slot.account.clone() };
    let problems = check::problems(&content, &[(Target::to(account.id), account)]);
    if text.chars().count() > MAX_TEXT {
        return Err(format!("The text is longer than {MAX_TEXT} characters."));
    }
    if let Some(found) = problems.iter().find(|p| p.problem.severity == Severity::Error && p.problem.field == "text") {
        return Err(found.problem.message.clone());
    }
    let known = format!("{}\n{}", frame.known, day_words(at.day));
    match invented(&known, &text) {
        None => Ok(Written { place: slot.place, text, at, picture: picture.map(|card| card.facts.asset) }),
        Some(why) => Err(why),
    }
}

/// The time on the day that it names: within the campaign, to come, and shown once by the company's clock.
fn day(slot: &Slot, post: &PostAnswer, frame: &Frame<'_>) -> Result<LocalTime, String> {
    let day: Day = post.day.parse().map_err(|()| "Its day is no day.".to_owned())?;
    if day == slot.at.day {
        return Ok(slot.at);
    }
    if !(frame.from..=frame.to).contains(&day) {
        return Err("Its day is outside of the campaign.".into());
    }
    let at = LocalTime { day, ..slot.at };
    match zone::resolve(frame.zone, at) {
        Resolved::One(instant) if instant > frame.now => Ok(at),
        _ => Err("Its day cannot be used.".into()),
    }
}

/// How a day may be spoken of.
pub fn day_words(day: Day) -> String {
    format!("on {} {} {} {}", day.weekday_name(), day.day, day.month_name(), day.year)
}

/// What stands in the words and not in what is known.
fn invented(known: &str, words: &str) -> Option<String> {
    facts::invented(known, words).map(|change| change.words().replace("your text", "the brief"))
}

/// What a model wrote: data from outside.
fn clean(text: &str, most: usize) -> String {
    let plain: String = text.trim().chars().filter(|c| *c == '\n' || !c.is_control()).take(most).collect();
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::Platform;

    fn slot() -> Slot {
        Slot {
            place: 1,
            account: ConnectionSummary::sample(1, Platform::X),
            account_ref: "a1".into(),
            at: "2026-12-01T09:00".parse().unwrap(),
            picture: None,
        }
    }

    fn answer(account: &str, day: &str, text: &str, picture: Option<&str>) -> PostsAnswer {
        let post = PostAnswer {
            r#ref: "s1".into(),
            account: account.into(),
            day: day.into(),
            text: text.into(),
            picture: picture.map(str::to_owned),
        };
        PostsAnswer { posts: vec![post] }
    }

    fn read(answer: &PostsAnswer) -> (Vec<Written>, Vec<(i32, String)>) {
        let frame = Frame {
            zone: Tz::UTC,
            now: "2026-11-30T10:00:00Z".parse().unwrap(),
            from: "2026-11-30".parse().unwrap(),
            to: "2026-12-06".parse().unwrap(),
            known: "Sell 40 bags of the Tuesday roast at https://shop.example/roast by Ana Cruz.",
            pictures: &[],
            taken: &HashSet::from(["2026-12-03T09:00".parse().unwrap()]),
        };
        posts(&[slot()], answer, &frame)
    }

    #[test]
    fn a_text_of_the_brief_is_taken_also_on_another_day() {
        let good = "40 bags of Tuesday roast are left. See https://shop.example/roast";
        let (written, wrong) = read(&answer("a1", "2026-12-01", good, None));
        assert_eq!((written.len(), wrong), (1, vec![]));
        let (written, _) = read(&answer("a1", "2026-12-04", "On Friday Ana Cruz pours it.", None));
        assert_eq!(written[0].at.to_string(), "2026-12-04T09:00");
    }

    #[test]
    fn what_was_not_given_is_not() {
        for (bad, says) in [
            (answer("a2", "2026-12-01", "Fine.", None), "an account"),
            (answer("019a-foreign", "2026-12-01", "Fine.", None), "an account"),
            (answer("a1", "2027-01-01", "Fine.", None), "outside"),
            (answer("a1", "2026-11-30", "Fine.", None), "cannot be used"),
            (answer("a1", "2026-12-03", "Fine.", None), "Another post"),
            (answer("a1", "soon", "Fine.", None), "no day"),
            (answer("a1", "2026-12-01", "Fine.", Some("p1")), "a picture"),
            (answer("a1", "2026-12-01", " ", None), "empty"),
            (answer("a1", "2026-12-01", "Save 77 % now.", None), "77"),
            (answer("a1", "2026-12-01", "Look at https://evil.example/x now.", None), "evil"),
            (answer("a1", "2026-12-01", "Ask Marco Polo first.", None), "Marco Polo"),
            (answer("a1", "2026-12-01", &"long words ".repeat(60), None), "characters"),
            (PostsAnswer::default(), "no text"),
        ] {
            let (written, wrong) = read(&bad);
            assert!(written.is_empty() && wrong[0].1.contains(says), "{bad:?}: {wrong:?}");
        }
    }

    #[test]
    fn a_strategy_has_three_to_five_messages_and_no_new_facts() {
        let known = "Sell 40 bags. In the shop.";
        let of = |strategy: &str, messages: &[&str]| StrategyAnswer {
            strategy: strategy.into(),
            messages: messages.iter().map(|m| (*m).to_owned()).collect(),
        };
        assert!(strategy(&of("First the roast, then the 40 bags.", &["One roast.", "Fresh.", "Here."]), known).is_ok());
        for bad in [
            of("", &["a", "b", "c"]),
            of("Fine.", &["a", "b"]),
            of("Fine.", &["a", "b", "c", "d", "e", "f"]),
            of("We sold 900 before.", &["a", "b", "c"]),
            of("Fine.", &["a", "b", &"c".repeat(400)]),
        ] {
            assert!(strategy(&bad, known).is_err(), "{bad:?}");
        }
    }
}
