//! An answer without a model: what is asked is told by its words, and looked up. What fits nothing is looked for in the help.

use super::turn::{Draft, Teller, Turn};
use super::{diagnosis, help, repairs, tools, wishes};
use crate::domain::error::{AppError, Result};
use crate::domain::permission::Permission;
use crate::features::chat::model::Source;
use crate::features::connections::server::service as connections;
use crate::features::contacts::model::ContactQuery;
use crate::features::contacts::server::listed as contacts;
use crate::features::models::server::door;
use crate::features::posts::browse::{ListQuery, PostFilter};
use crate::features::posts::server::{cards, service as posts};

/// Lines of a list.
const LISTED: usize = 8;

/// A text from outside as words in Markdown: on one line, and nothing in it is markup.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' => out.extend(['\\', c]),
            c if c.is_control() || c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// What is asked, as far as words tell.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Repair,
    Diagnose,
    Needs,
    Accounts,
    Posts(String),
    Contacts(String),
    Picture,
    Help,
}

/// Whether one of these begins a word of the text.
fn has(words: &[&str], any: &[&str]) -> bool {
    words.iter().any(|word| any.iter().any(|start| word.starts_with(start)))
}

/// The words behind "about", "with" and their like, or behind the thing that is looked for.
fn wanted(message: &str, thing: &[&str]) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let at = lower.iter().position(|word| {
        ["about", "with", "for", "on", "called", "named", "containing", "from", "of"].contains(&word.as_str())
    });
    let at = at.or_else(|| lower.iter().position(|word| thing.iter().any(|name| word.starts_with(name))));
    let rest = at.map_or(&[][..], |at| &words[at + 1..]);
    let text = rest.join(" ");
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

fn wish(message: &str, on_post: bool) -> Wish {
    let lower = message.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let first = words.first().copied().unwrap_or_default();
    let asks_how = ["how", "where", "wie", "wo", "can"].contains(&first) && !lower.starts_with("can you");
    if wishes::own(message).lines().any(|line| line.trim() == "ACTION: REPAIR_ERRORS")
        || (wishes::repair(message) && !asks_how && first != "what")
    {
        return Wish::Repair;
    }
    let looks = has(&words[..words.len().min(3)], &["find", "search", "look", "show", "list"]);
    if looks && has(&words, &["contact", "person", "people", "customer"]) {
        return Wish::Contacts(wanted(message, &["contact", "person", "people", "customer"]));
    }
    if looks && has(&words, &["post"]) {
        return Wish::Posts(wanted(message, &["post"]));
    }
    if asks_how {
        return Wish::Help;
    }
    let trouble = [
        "fail", "wrong", "error", "broken", "broke", "trouble", "problem", "diagnos", "health", "stuck", "late",
        "down", "bug",
    ];
    let on_accounts = has(&words, &["connection", "account", "sign-in"]);
    if has(&words, &trouble) || lower.contains("not work") {
        return if on_accounts && !has(&words, &["error", "diagnos"]) { Wish::Accounts } else { Wish::Diagnose };
    }
    if on_post && has(&words, &["picture", "image", "photo", "video"]) {
        return Wish::Picture;
    }
    if lower.contains("needs me")
        || lower.contains("need me")
        || has(&words, &["waiting", "waits", "attention", "todo"])
        || lower.contains("to do")
    {
        return Wish::Needs;
    }
    let about_state = ["which", "list", "show", "state", "my", "are", "status", "do"];
    if on_accounts && has(&words[..words.len().min(4)], &about_state) {
        return Wish::Accounts;
    }
    Wish::Help
}

pub async fn answer(turn: &Turn, draft: &mut Draft, teller: &Teller) -> Result<()> {
    let message = &turn.ask.message;
    let on_post = turn.place.as_ref().is_some_and(|place| place.post.is_some());
    match wish(message, on_post) {
        Wish::Repair => {
            teller.doing("Looks at what is broken and repairs it").await;
            let words = repairs::start(turn, draft, None).await?;
            draft.say(&words);
        }
        Wish::Diagnose => diagnosis::tell(turn, draft, teller).await?,
        Wish::Needs => {
            let words = diagnosis::posts(turn, draft).await?;
            let nothing = "Nothing waits for you: no post needs a person right now.";
            draft.say(if words.is_empty() { nothing } else { &words });
        }
        Wish::Accounts => accounts(turn, draft).await?,
        Wish::Posts(words) => find_posts(turn, draft, &words).await?,
        Wish::Contacts(words) => find_contacts(turn, draft, &words).await?,
        Wish::Picture => picture(turn, draft).await?,
        Wish::Help => in_help(turn, draft, message).await?,
    }
    teller.said(&draft.text).await;
    Ok(())
}

async fn accounts(turn: &Turn, draft: &mut Draft) -> Result<()> {
    let cards = connections::list(&turn.who().tenant).await?;
    let works = cards.iter().filter(|card| tools::trouble(card).is_none());
    let works: Vec<_> = works.map(|card| format!("{} {}", card.platform.name(), plain(&card.handle))).collect();
    let broken = diagnosis::accounts(turn, draft).await?;
    draft.source(Source { title: "Connections".into(), href: "/connections".into() });
    if cards.is_empty() {
        draft.say("No account is connected yet. Open [Connections](/connections) and connect the first one.");
        return Ok(());
    }
    draft.say(&broken);
    match (works.as_slice(), broken.is_empty()) {
        ([], _) => {}
        (all, true) => draft.say(&format!("All accounts work: {}.", all.join(", "))),
        (all, false) => draft.say(&format!("These work: {}.", all.join(", "))),
    }
    if !broken.is_empty() && repairs::may(turn.who()) {
        turn.did(draft, crate::features::chat::model::Act::Offer { error: None }).await?;
    }
    Ok(())
}

async fn find_posts(turn: &Turn, draft: &mut Draft, words: &str) -> Result<()> {
    let search: String = words.chars().take(100).collect();
    let query = ListQuery { filter: PostFilter::All, search, ..ListQuery::default() };
    let part = cards::list(&turn.who().tenant, &query).await?;
    draft.source(Source { title: "Posts".into(), href: "/posts".into() });
    if part.items.is_empty() {
        draft.say(&format!("No post has “{}” in its text.", plain(words)));
        return Ok(());
    }
    let line = |post: &crate::features::posts::model::PostCard| {
        let time = post.due.map(|due| format!(", {}", due.local.short())).unwrap_or_default();
        let title = if post.title.trim().is_empty() { "A post without text".to_owned() } else { plain(&post.title) };
        format!("- [{title}](/posts/{}): {}{time}", post.id, post.state.name())
    };
    let lines: Vec<_> = part.items.iter().take(LISTED).map(line).collect();
    let head =
        if words.is_empty() { "The latest posts:".to_owned() } else { format!("Posts with “{}”:", plain(words)) };
    draft.say(&format!("{head}\n\n{}", lines.join("\n")));
    Ok(())
}

async fn find_contacts(turn: &Turn, draft: &mut Draft, words: &str) -> Result<()> {
    let who = match turn.asker.full.clone().require(Permission::Contacts) {
        Ok(who) => who,
        Err(AppError { message, .. }) => {
            draft.say(&message);
            return Ok(());
        }
    };
    let query = ContactQuery { search: words.chars().take(100).collect(), ..ContactQuery::default() };
    let part = contacts::part(&who.tenant, &query).await?;
    let ids: Vec<_> = part.items.into_iter().take(LISTED).collect();
    let cards = contacts::cards(&who.tenant, &ids).await?;
    draft.source(Source { title: "Contacts".into(), href: "/contacts".into() });
    if cards.is_empty() {
        draft.say(&format!("Nobody is found for “{}”.", plain(words)));
        return Ok(());
    }
    let lines: Vec<_> =
        cards.iter().map(|card| format!("- [{}](/contacts/{})", plain(card.title()), card.id)).collect();
    draft.say(&format!("Found:\n\n{}", lines.join("\n")));
    Ok(())
}

/// The post of the page, and whether it has a picture.
async fn picture(turn: &Turn, draft: &mut Draft) -> Result<()> {
    let Some(id) = turn.place.as_ref().and_then(|place| place.post) else { return Ok(()) };
    let post = posts::detail(turn.who(), id).await?;
    let n = post.content.media.len();
    let words = match n {
        0 => "This post has no picture yet.".to_owned(),
        1 => "This post has one picture or video.".to_owned(),
        n => format!("This post has {n} pictures or videos."),
    };
    let next = if post.editable {
        format!(
            "Open it [in the Studio](/studio?post={id}) and add one under the text: from your computer, from Media or from a link."
        )
    } else {
        "It cannot be changed any more; duplicate it on its page and change the copy.".to_owned()
    };
    draft.say(&format!("{words} {next}"));
    for topic in help::search("pictures refused").into_iter().take(1) {
        draft.source(topic.source());
    }
    Ok(())
}

async fn in_help(turn: &Turn, draft: &mut Draft, message: &str) -> Result<()> {
    let mut topics = help::search(message);
    // A question of a few words may be about the page.
    if topics.is_empty()
        && let Some(place) = &turn.place
    {
        topics = help::search(&format!("{} {}", place.page.name, place.page.about)).into_iter().take(1).collect();
    }
    let Some((first, others)) = topics.split_first() else {
        draft.say(
            "I found nothing about that in the help. I can say what is wrong (“What is wrong?”), what waits for you (“What needs me?”), \
             which accounts work, find posts and contacts (“Find posts about coffee”), and repair errors (“Repair the errors”).",
        );
        // Nothing is promised that a key would not add.
        if door::find(turn.who()).await?.is_none() {
            draft.say(door::no_key(turn.who().role.may(Permission::Secrets)));
        }
        return Ok(());
    };
    draft.say(&format!("**{}**\n\n{}", first.title, first.text));
    draft.source(first.source());
    for other in others {
        draft.source(other.source());
    }
    Ok(())
}

/// Questions to begin with, for the page on which one would ask.
pub fn ideas(place: Option<&super::places::Place>, may_repair: bool) -> Vec<String> {
    let mut ideas = match place.map(|place| place.page.path) {
        Some("/connections" | "/connections/choose/:id") => {
            vec!["Which connection fails?", "How do I connect an account?"]
        }
        Some("/posts/:id" | "/studio") => vec!["Does this post need a picture?", "How can I schedule a post?"],
        Some("/contacts" | "/contacts/segments") => vec!["How do I import a file of contacts?", "What is a segment?"],
        Some("/library" | "/library/:id") => vec!["Why is my picture refused?"],
        _ => vec!["What needs me?", "Which connection fails?"],
    };
    ideas.push("What is wrong right now?");
    if may_repair {
        ideas.push("Repair the errors");
    }
    ideas.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_told_by_its_words() {
        for (message, expected) in [
            ("Please repair the errors", Wish::Repair),
            ("Can you fix the failing connection?", Wish::Repair),
            ("How do I fix a refused picture?", Wish::Help),
            ("What is wrong?", Wish::Diagnose),
            ("Which connection fails?", Wish::Accounts),
            ("show my accounts", Wish::Accounts),
            ("How do I connect an account?", Wish::Help),
            ("What needs me?", Wish::Needs),
            ("Find posts about winter blend", Wish::Posts("winter blend".into())),
            ("find contact Ana", Wish::Contacts("Ana".into())),
            ("this post needs a picture", Wish::Picture),
            ("ACTION: REPAIR_ERRORS", Wish::Repair),
        ] {
            assert_eq!(wish(message, message.contains("this post")), expected, "{message}");
        }
    }

    #[test]
    fn words_from_outside_are_no_markup() {
        let text = plain("a [b](https://x.example) **c** <script>\n# d");
        let blocks = crate::features::agents::server::markdown::read(&text);
        let crate::features::agents::model::Block::Text(spans) = &blocks[0] else { panic!("{blocks:?}") };
        let words: String = spans.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(words, "a [b](https://x.example) **c** <script> # d");
        assert!(spans.iter().all(|span| span.href.is_none() && !span.strong));
    }
}
