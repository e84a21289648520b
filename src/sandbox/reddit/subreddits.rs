//! The subreddits that exist, each with other rules, and what they refuse.

use super::{error, refused};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use crate::sandbox::world::Account;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// A subreddit, or the profile of an account.
pub(super) struct Subreddit {
    pub name: String,
    title: &'static str,
    /// `any`, `link`, `self`.
    takes: &'static str,
    is_private: bool,
    flair_required: bool,
    /// One of them has to be in the title.
    title_words: &'static [&'static str],
    title_min: usize,
    guidelines: &'static str,
    blocked_domains: &'static [&'static str],
    flairs: &'static [(&'static str, &'static str, bool)],
}

/// Id, text, and whether it is for moderators only.
const FLAIRS: &[(&str, &str, bool)] = &[
    ("6ee3a5c0-0000-11ee-8000-000000000001", "Roast", false),
    ("6ee3a5c0-0000-11ee-8000-000000000002", "Question", false),
    ("6ee3a5c0-0000-11ee-8000-000000000003", "Announcement", true),
];

const OPEN: Subreddit = Subreddit {
    name: String::new(),
    title: "",
    takes: "any",
    is_private: false,
    flair_required: false,
    title_words: &[],
    title_min: 0,
    guidelines: "",
    blocked_domains: &[],
    flairs: &[],
};

fn all() -> Vec<Subreddit> {
    let named = |name: &str, rules: Subreddit| Subreddit { name: name.to_owned(), ..rules };
    vec![
        named("NorthwindCoffee", Subreddit { title: "Everything about coffee", flairs: FLAIRS, ..OPEN }),
        named(
            "AskBaristas",
            Subreddit {
                title: "Questions for baristas",
                takes: "self",
                flair_required: true,
                title_words: &["[Help]", "[Story]"],
                title_min: 10,
                guidelines: "Begin the title with [Help] or [Story], and be kind.",
                flairs: FLAIRS,
                ..OPEN
            },
        ),
        named(
            "CoffeeLinks",
            Subreddit { title: "Good reads", takes: "link", blocked_domains: &["spam.example"], ..OPEN },
        ),
        named("RoastersOnly", Subreddit { title: "For invited roasters", is_private: true, ..OPEN }),
    ]
}

/// The one of this name; an account's own profile is one, too.
pub(super) fn find(me: &Account, name: &str) -> Option<Subreddit> {
    let own = format!("u_{}", me.handle);
    if name.eq_ignore_ascii_case(&own) {
        return Some(Subreddit { name: own, ..OPEN });
    }
    all().into_iter().find(|place| place.name.eq_ignore_ascii_case(name))
}

/// One that the account may look into.
fn visible(me: &Account, name: &str) -> Result<Subreddit, ErrorResponse> {
    let place = find(me, name).ok_or_else(|| error(404, "Not Found"))?;
    if place.is_private {
        let body = json!({ "message": "Forbidden", "error": 403, "reason": "private" });
        return Err(json_of(StatusCode::FORBIDDEN, &body));
    }
    Ok(place)
}

fn json_of(status: StatusCode, body: &Value) -> ErrorResponse {
    json(status, body).into()
}

impl Subreddit {
    fn shown(&self) -> Value {
        let visible = if self.is_private { "private" } else { "public" };
        json!({ "kind": "t5", "data": {
            "display_name": self.name, "display_name_prefixed": self.prefixed(), "title": self.title,
            "subreddit_type": if self.name.starts_with("u_") { "user" } else { visible },
            "submission_type": self.takes, "allow_images": self.takes != "self",
            "allow_galleries": self.takes != "self", "over18": false, "user_is_banned": false, "user_is_contributor": !self.is_private,
            "subscribers": 12_345,
        }})
    }

    pub fn prefixed(&self) -> String {
        self.name.strip_prefix("u_").map_or_else(|| format!("r/{}", self.name), |own| format!("u/{own}"))
    }

    /// Where its posts are.
    pub fn path(&self) -> String {
        self.name.strip_prefix("u_").map_or_else(|| format!("r/{}", self.name), |own| format!("user/{own}"))
    }

    /// Refuses what its rules do not allow. `kind`: `self`, `link`, `image`.
    pub fn check(&self, kind: &str, title: &str, url: &str, flair: Option<&str>) -> Result<(), ErrorResponse> {
        if self.is_private {
            let words = "You aren't allowed to post there.";
            return Err(refused("SUBREDDIT_NOTALLOWED", words, "sr"));
        }
        match (self.takes, kind) {
            ("link", "self") => return Err(refused("NO_SELFS", "That subreddit doesn't allow text posts.", "sr")),
            ("self", "link" | "image") => {
                return Err(refused("NO_LINKS", "That subreddit only allows text posts.", "sr"));
            }
            _ => {}
        }
        if title.chars().count() < self.title_min {
            let words = format!("Title must be at least {} characters.", self.title_min);
            return Err(refused("SUBMIT_VALIDATION_TITLE_MIN_LENGTH", &words, "title"));
        }
        if !self.title_words.is_empty() && !self.title_words.iter().any(|word| title.contains(word)) {
            let words = "Your title must contain one of the required words.";
            return Err(refused("SUBMIT_VALIDATION_TITLE_REQUIRED_STRING", words, "title"));
        }
        if self.blocked_domains.iter().any(|domain| url.contains(domain)) {
            let words = "Links to this domain aren't allowed.";
            return Err(refused("SUBMIT_VALIDATION_DOMAIN_BLACKLIST", words, "url"));
        }
        match flair {
            None if self.flair_required => {
                Err(refused("SUBMIT_VALIDATION_FLAIR_REQUIRED", "Your post must contain post flair.", "flair"))
            }
            // For moderators only, or not there: Reddit says nothing but that.
            Some(id) if !self.flairs.iter().any(|(flair, _, for_mods)| *flair == id && !for_mods) => {
                Err(error(400, "Bad Request"))
            }
            _ => Ok(()),
        }
    }

    /// The text of a flair.
    pub fn flair(&self, id: &str) -> Option<&'static str> {
        self.flairs.iter().find(|(flair, ..)| *flair == id).map(|(_, text, _)| *text)
    }
}

/// `GET /subreddits/mine/subscriber`
pub(super) fn joined(request: &PlatformRequest) -> PlatformResponse {
    let limit = request.query("limit").map_or(Ok(25), str::parse::<usize>).unwrap_or(25).clamp(1, 100);
    let from = request.query("after").and_then(|after| after.strip_prefix("t5_")?.parse::<usize>().ok()).unwrap_or(0);
    let all = all();
    let after = (all.len() > from + limit).then(|| format!("t5_{}", from + limit));
    let page: Vec<_> = all.iter().skip(from).take(limit).map(Subreddit::shown).collect();
    ok(&json!({ "kind": "Listing", "data": { "children": page, "after": after } }))
}

/// `GET /r/{name}/about`
pub(super) fn about(me: &Account, name: &str) -> PlatformResponse {
    ok(&visible(me, name)?.shown())
}

/// `GET /r/{name}/api/link_flair_v2`, those for moderators among them.
pub(super) fn flairs(me: &Account, name: &str) -> PlatformResponse {
    let place = visible(me, name)?;
    let shown = place.flairs.iter().map(|(id, text, for_mods)| {
        json!({ "id": id, "text": text, "type": "text", "text_editable": false, "mod_only": for_mods,
            "css_class": "", "richtext": [] })
    });
    ok(&Value::Array(shown.collect()))
}

/// `GET /api/v1/{name}/post_requirements`
pub(super) fn requirements(me: &Account, name: &str) -> PlatformResponse {
    let place = visible(me, name)?;
    let min = Some(place.title_min).filter(|min| *min > 0);
    ok(&json!({
        "title_regexes": [], "title_blacklisted_strings": [], "title_required_strings": place.title_words,
        "title_text_min_length": min, "title_text_max_length": null,
        "body_restriction_policy": "none", "body_blacklisted_strings": [], "body_required_strings": [],
        "body_text_min_length": null, "body_text_max_length": null, "body_regexes": [],
        "domain_blacklist": place.blocked_domains, "domain_whitelist": [],
        "link_repost_age": null, "link_restriction_policy": "none", "is_flair_required": place.flair_required,
        "gallery_min_items": null, "gallery_max_items": null, "gallery_captions_requirement": "none",
        "gallery_urls_requirement": "none", "guidelines_text": place.guidelines, "guidelines_display_policy": null,
    }))
}
