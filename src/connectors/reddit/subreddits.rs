//! Subreddits: those that an account can post to and their flairs, for a person to choose from; and what the chosen one asks of a
//! post, told before it is sent and in its own words.

use super::problem::{self, Operation};
use super::publish::Kind;
use super::things::{Listing, Thing};
use super::{Reddit, read, send};
use crate::connectors::wire::{clip, segment};
use crate::connectors::{Call, Choices, Content, Fault};
use crate::domain::error::Problem;
use crate::domain::options::RemoteChoice;
use crate::domain::platforms::reddit::{FLAIRS, RedditOptions, SUBREDDITS};
use async_trait::async_trait;
use serde::Deserialize;
use url::Url;

/// As many as a page may have.
const PAGE: &str = "100";
/// Pages that are read: a thousand subreddits.
const PAGES: usize = 10;

/// A subreddit, as far as it decides what may be posted.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Subreddit {
    display_name: String,
    /// `public`, `restricted`, `private`.
    subreddit_type: Option<String>,
    /// `any`, `link`, `self`.
    submission_type: Option<String>,
    allow_images: Option<bool>,
    allow_galleries: Option<bool>,
    user_is_banned: Option<bool>,
    /// Its moderators have approved the account.
    user_is_contributor: Option<bool>,
}

impl Subreddit {
    fn is_private(&self) -> bool {
        self.subreddit_type.as_deref() == Some("private")
    }
}

#[derive(Deserialize)]
struct Flair {
    id: String,
    text: Option<String>,
    #[serde(default)]
    mod_only: bool,
}

/// Its rules for posts; a rule that it has not is null.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Requirements {
    title_text_min_length: Option<usize>,
    title_text_max_length: Option<usize>,
    title_required_strings: Option<Vec<String>>,
    title_blacklisted_strings: Option<Vec<String>>,
    /// `required`, `notAllowed`, `none`.
    body_restriction_policy: Option<String>,
    body_text_min_length: Option<usize>,
    body_text_max_length: Option<usize>,
    body_required_strings: Option<Vec<String>>,
    body_blacklisted_strings: Option<Vec<String>>,
    domain_whitelist: Option<Vec<String>>,
    domain_blacklist: Option<Vec<String>>,
    is_flair_required: Option<bool>,
    gallery_min_items: Option<usize>,
    gallery_max_items: Option<usize>,
    guidelines_text: Option<String>,
}

/// What the profile of an account is called as a subreddit.
fn profile(handle: &str) -> String {
    format!("u_{handle}")
}

#[async_trait]
impl Choices for Reddit {
    async fn choices(&self, call: &Call<'_>, source: &str, parent: &str) -> Result<Vec<RemoteChoice>, Fault> {
        match source {
            SUBREDDITS => joined(call).await,
            FLAIRS => flairs(call, parent).await,
            _ => Err(Fault::Unsupported { message: "Reddit has no such list.".into() }),
        }
    }
}

/// The account's own profile, then the subreddits that it has joined.
async fn joined(call: &Call<'_>) -> Result<Vec<RemoteChoice>, Fault> {
    let own = RemoteChoice { id: profile(call.handle), label: format!("u/{} (own profile)", call.handle) };
    let (mut found, mut after) = (vec![own], None);
    for _ in 0..PAGES {
        let mut request = read(call, "subreddits/mine/subscriber").query("limit", PAGE);
        if let Some(after) = &after {
            request = request.query("after", after);
        }
        let response = send(request, call).await?.accepted(|a| problem::fault(a, Operation::Read))?;
        let page: Thing<Listing<Subreddit>> = response.json()?;
        // A private subreddit takes posts of those alone whom its moderators let in.
        let closed = |place: &Subreddit| place.is_private() && place.user_is_contributor == Some(false);
        let open = |place: &Subreddit| {
            place.user_is_banned != Some(true) && !closed(place) && !place.display_name.starts_with("u_")
        };
        found.extend(page.data.children.into_iter().map(|thing| thing.data).filter(open).map(choice));
        after = page.data.after.filter(|after| !after.is_empty());
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

fn choice(place: Subreddit) -> RemoteChoice {
    let private = if place.is_private() { " (private)" } else { "" };
    RemoteChoice { label: format!("r/{}{private}", place.display_name), id: place.display_name }
}

/// Those that the account may use; none where it may not see them.
async fn flairs(call: &Call<'_>, subreddit: &str) -> Result<Vec<RemoteChoice>, Fault> {
    let request = read(call, &format!("r/{}/api/link_flair_v2", segment(subreddit)));
    let response = send(request, call).await?;
    if matches!(response.status.as_u16(), 403 | 404) {
        return Ok(vec![]);
    }
    let all: Vec<Flair> = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
    let named = |flair: Flair| {
        let text = flair.text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        (!flair.mod_only).then_some(RemoteChoice { id: flair.id, label: text })
    };
    Ok(all.into_iter().filter_map(named).collect())
}

/// No subreddit, or none that there can be.
pub(super) fn choose(why: &str) -> Fault {
    let message = format!("{why} Choose a subreddit.");
    Fault::InvalidContent { problems: vec![Problem::error("options.subreddit", message.clone())], message }
}

/// Asks the subreddit what it takes; everything that it would refuse is said at once. A profile has no rules.
pub(super) async fn check(
    call: &Call<'_>,
    subreddit: &str,
    content: &Content,
    options: &RedditOptions,
    kind: &Kind<'_>,
) -> Result<(), Fault> {
    if subreddit.eq_ignore_ascii_case(&profile(call.handle)) {
        return Ok(());
    }
    let response = send(read(call, &format!("r/{}/about", segment(subreddit))), call).await?;
    let about: Thing<Subreddit> = response.accepted(|a| problem::fault(a, Operation::Subreddit))?.json()?;
    let response = send(read(call, &format!("api/v1/{}/post_requirements", segment(subreddit))), call).await?;
    let rules: Requirements = match response.status.as_u16() {
        // Not told to everybody: then it is said when the post is sent.
        403 | 404 => Requirements::default(),
        _ => response.accepted(|a| problem::fault(a, Operation::Read))?.json()?,
    };
    let mut problems = about.data.problems(kind);
    problems.extend(rules.problems(content.text.trim(), options, kind, content.media.len()));
    if problems.is_empty() {
        return Ok(());
    }
    let name = format!("r/{subreddit}");
    let asks = rules.guidelines_text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let asks = asks.map(|text| format!(" {name} asks: {}", clip(text, 300))).unwrap_or_default();
    let problems: Vec<_> =
        problems.into_iter().map(|(field, what)| Problem::error(field, format!("{name} {what}{asks}"))).collect();
    Err(Fault::InvalidContent { message: format!("it is against the rules of {name}"), problems })
}

/// A field of our form, and what the subreddit says about it.
type Found = (&'static str, String);

impl Subreddit {
    fn problems(&self, kind: &Kind<'_>) -> Vec<Found> {
        let says = |field, what: &str| vec![(field, what.to_owned())];
        let is_text = matches!(kind, Kind::Text);
        match self.submission_type.as_deref() {
            _ if self.user_is_banned == Some(true) => {
                says("options.subreddit", "has banned this account. Choose another subreddit.")
            }
            Some("self") if !is_text => says("format", "takes text posts only. Choose the format “Text post”."),
            Some("link") if is_text => says("format", "takes no text posts. Add a link or a picture."),
            _ if matches!(kind, Kind::Image) && self.allow_images == Some(false) => {
                says("media", "takes no pictures. Choose the format “Text post” or “Link”.")
            }
            _ if matches!(kind, Kind::Gallery) && self.allow_galleries == Some(false) => {
                says("media", "takes one picture only. Remove the others.")
            }
            _ => vec![],
        }
    }
}

impl Requirements {
    fn problems(&self, text: &str, options: &RedditOptions, kind: &Kind<'_>, pictures: usize) -> Vec<Found> {
        let mut found: Vec<Found> = vec![];
        let title = options.title.as_deref().unwrap_or_default().trim();
        let some = |list: &Option<Vec<String>>| -> Vec<String> {
            list.iter().flatten().filter(|word| !word.trim().is_empty()).cloned().collect()
        };
        let length = |what: &str, text: &str, min: Option<usize>, max: Option<usize>| {
            let n = text.chars().count();
            let min = min.filter(|min| n < *min).map(|min| format!("wants {what} of at least {min} characters."));
            min.or_else(|| max.filter(|max| n > *max).map(|max| format!("wants {what} of at most {max} characters.")))
        };
        let contains = |text: &str, word: &String| text.to_lowercase().contains(&word.to_lowercase());
        let words = |what: &str, text: &str, wanted: &[String], unwanted: &[String]| {
            let lacks = !wanted.is_empty() && !wanted.iter().any(|word| contains(text, word));
            let lacks = lacks.then(|| format!("wants one of these in {what}: {}.", clip(&wanted.join(", "), 200)));
            let has = || unwanted.iter().find(|word| contains(text, word));
            lacks.or_else(|| has().map(|word| format!("does not want “{}” in {what}.", clip(word, 100))))
        };
        let in_title = |what: String| ("options.title", what);
        found.extend(length("a title", title, self.title_text_min_length, self.title_text_max_length).map(in_title));
        let (wanted, unwanted) = (some(&self.title_required_strings), some(&self.title_blacklisted_strings));
        found.extend(words("the title", title, &wanted, &unwanted).map(in_title));
        let in_text = |what: String| ("text", what);
        match self.body_restriction_policy.as_deref() {
            Some("required") if text.is_empty() => found.push(in_text("wants a text with every post.".into())),
            Some("notAllowed") if !text.is_empty() => found.push(in_text("wants posts without a text.".into())),
            _ if text.is_empty() => {}
            _ => {
                found.extend(length("a text", text, self.body_text_min_length, self.body_text_max_length).map(in_text));
                let (wanted, unwanted) = (some(&self.body_required_strings), some(&self.body_blacklisted_strings));
                found.extend(words("the text", text, &wanted, &unwanted).map(in_text));
            }
        }
        if let Kind::Link(link) = kind {
            let host = Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
            let is_of = |domain: &String| {
                host == *domain || host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
            };
            let (only, never) = (some(&self.domain_whitelist), some(&self.domain_blacklist));
            if !only.is_empty() && !only.iter().any(is_of) {
                found.push(("link", format!("takes only links to {}.", clip(&only.join(", "), 200))));
            } else if never.iter().any(is_of) {
                found.push(("link", format!("takes no links to {host}.")));
            }
        }
        if self.is_flair_required == Some(true) && options.flair.is_none() {
            found.push(("options.flair", "wants a flair. Choose one.".to_owned()));
        }
        if let Kind::Gallery = kind {
            let (min, max) = (self.gallery_min_items, self.gallery_max_items);
            if let Some(min) = min.filter(|min| pictures < *min) {
                found.push(("media", format!("wants at least {min} pictures in a gallery.")));
            }
            if let Some(max) = max.filter(|max| pictures > *max) {
                found.push(("media", format!("takes at most {max} pictures in a gallery.")));
            }
        }
        found
    }
}

/// Whether this can be the name of a subreddit or profile: nothing else is asked for.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    (2..=50).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn found(rules: Value, title: &str, text: &str, kind: Kind<'_>) -> Vec<(&'static str, String)> {
        let rules: Requirements = serde_json::from_value(rules).unwrap();
        let options = RedditOptions {
            subreddit: Some("coffee".into()),
            title: Some(title.into()),
            flair: None,
            nsfw: false,
            spoiler: false,
            mute_replies: false,
        };
        rules.problems(text, &options, &kind, 3)
    }

    #[test]
    fn each_rule_is_told_with_its_field() {
        let link = Kind::Link("https://shop.northwind.example/beans");
        for (rules, kind, field, part) in [
            (json!({ "title_text_min_length": 20 }), Kind::Text, "options.title", "at least 20 characters"),
            (json!({ "title_text_max_length": 5 }), Kind::Text, "options.title", "at most 5 characters"),
            (
                json!({ "title_required_strings": ["[Help]", "[Story]"] }),
                Kind::Text,
                "options.title",
                "[Help], [Story]",
            ),
            (json!({ "title_blacklisted_strings": ["FRESH"] }), Kind::Text, "options.title", "does not want “FRESH”"),
            (json!({ "body_restriction_policy": "notAllowed" }), Kind::Text, "text", "without a text"),
            (json!({ "body_text_min_length": 100 }), Kind::Text, "text", "a text of at least 100"),
            (json!({ "body_blacklisted_strings": ["buy"] }), Kind::Text, "text", "“buy” in the text"),
            (json!({ "domain_whitelist": ["i.redd.it"] }), link, "link", "only links to i.redd.it"),
            (json!({ "domain_blacklist": ["northwind.example"] }), link, "link", "no links to shop.northwind.example"),
            (json!({ "is_flair_required": true }), Kind::Text, "options.flair", "wants a flair"),
            (json!({ "gallery_min_items": 4 }), Kind::Gallery, "media", "at least 4 pictures"),
            (json!({ "gallery_max_items": 2 }), Kind::Gallery, "media", "at most 2 pictures"),
        ] {
            let found = found(rules.clone(), "Fresh beans", "Come and buy some.", kind);
            assert_eq!(found.len(), 1, "{rules}: {found:?}");
            assert!(found[0].0 == field && found[0].1.contains(part), "{rules}: {found:?}");
        }
        let required = found(json!({ "body_restriction_policy": "required" }), "Fresh beans", "", Kind::Text);
        assert_eq!(required, [("text", "wants a text with every post.".to_owned())]);
    }

    #[test]
    fn what_is_not_asked_for_is_no_problem() {
        let rules = json!({ "title_required_strings": null, "title_text_min_length": null, "domain_whitelist": [],
            "domain_blacklist": ["wind.example"], "body_restriction_policy": "none", "is_flair_required": false,
            "title_regexes": ["x"], "gallery_min_items": null, "title_blacklisted_strings": [""] });
        let link = Kind::Link("https://northwind.example");
        assert_eq!(found(rules, "Fresh beans", "", link), []);
    }

    #[test]
    fn only_names_are_asked_for() {
        assert!(["coffee", "u_northwind-demo", "A_1"].iter().all(|name| is_name(name)));
        assert!(["", "x", "../me", "coffee/about", "kaffee bohnen", &"x".repeat(51)].iter().all(|name| !is_name(name)));
    }
}
