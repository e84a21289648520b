//! The pages of the program, as far as a question is about the one that it is asked on. An address that is none of these counts as none.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ErrorId, PostId};
use crate::domain::local_path::is_local;
use crate::features::chat::model::{MAX_FROM, Source};

/// A page: its address as the table of pages has it, its name, and what one does there.
#[derive(Debug)]
pub struct Page {
    pub path: &'static str,
    pub name: &'static str,
    pub about: &'static str,
}

const fn page(path: &'static str, name: &'static str, about: &'static str) -> Page {
    Page { path, name, about }
}

pub const PAGES: [Page; 45] = [
    page("/", "Home", "what needs somebody, what goes out today, the last week, the agents"),
    page("/studio", "Studio", "a post is written for one or several accounts"),
    page("/calendar", "Calendar", "planned posts by day, moved by dragging"),
    page("/posts", "Posts", "all posts with their states"),
    page("/posts/:id", "Post", "one post with what became of it on each account"),
    page("/library", "Media", "pictures and videos"),
    page("/library/:id", "File", "one picture or video and what each network says to it"),
    page("/snippets", "Snippets", "texts that are kept to use again"),
    page("/links", "Links", "short links and their visits"),
    page("/needs", "Needs your eyes", "posts that wait for a person"),
    page("/comments", "Comments", "what people wrote under posts"),
    page("/contacts", "Contacts", "people"),
    page("/contacts/segments", "Segments", "groups of people by rules or by hand"),
    page(
        "/contacts/fields",
        "Fields of contacts",
        "what the company keeps of people besides the usual: birthday, size",
    ),
    page("/contacts/duplicates", "Duplicates", "people who may be one"),
    page("/contacts/import", "Import", "files of people that are brought in"),
    page("/contacts/import/:id", "Import", "one file of people that is brought in"),
    page("/contacts/:id", "Contact", "one person"),
    page("/agents", "Agents", "eleven agents and their last results"),
    page("/agents/memory", "Memory", "facts that agents know, and what the person said of themselves"),
    page("/agents/events", "What wakes agents", "events, the agents that listen for each, and what happened last"),
    page("/agents/documents/:id", "Document", "a document that an agent delivered"),
    page("/agents/:agent", "Agent", "one agent: runs, documents, settings"),
    page("/proposals", "Proposals", "what agents and the chat propose, to approve or refuse"),
    page("/chat", "Ask", "conversations with the program"),
    page("/campaigns", "Campaigns", "campaigns and how far they are"),
    page("/campaigns/new", "New campaign", "the brief of a campaign"),
    page("/campaigns/:id", "Campaign", "one campaign: its plan, its posts and their results"),
    page("/connections", "Connections", "accounts at networks and how their sign-ins are"),
    page("/connections/choose/:id", "Choose an account", "which account of a sign-in is connected"),
    page("/connections/:id/posts", "Recent posts", "what an account has published lately"),
    page("/settings/integrations", "Integrations", "keys of networks and services"),
    page("/settings/zapier", "Zapier", "what other programs send and are told"),
    page("/settings/ai", "AI", "which model answers and what it may cost"),
    page("/settings/voice", "Voice", "how the company sounds"),
    page("/diagnostics/queue", "Queue", "jobs of the program"),
    page("/diagnostics/queue/:id", "Job", "one job of the program"),
    page("/diagnostics/schedules", "Schedules", "what runs by the clock"),
    page("/settings/company", "Company", "name, time zone and rules of the company"),
    page("/settings/members", "Members", "people of the company and their roles"),
    page("/settings/security", "Security", "password and sessions"),
    page("/diagnostics", "Diagnostics", "errors that the program noticed, and its health"),
    page("/diagnostics/logs", "Logs", "what the server's logs hold"),
    page("/diagnostics/:id", "Error", "one error with its repairs"),
    page("/companies/new", "New company", "another company is founded"),
];

/// Where a question is asked.
#[derive(Debug)]
pub struct Place {
    pub page: &'static Page,
    /// The address, to go back to.
    pub href: String,
    pub post: Option<PostId>,
    pub error: Option<ErrorId>,
}

/// The page that an address leads to; `None`: it is none of ours. An error: it is no address at all.
pub fn read(from: &str) -> Result<Option<Place>> {
    let from = from.trim();
    if from.is_empty() {
        return Ok(None);
    }
    if from.len() > MAX_FROM || !is_local(from) {
        return Err(AppError::invalid("from", "Name the page by its address on this server, such as /posts."));
    }
    Ok(find(from))
}

fn find(from: &str) -> Option<Place> {
    let (path, query) = from.split_once('?').unwrap_or((from, ""));
    let path = path.split('#').next().unwrap_or_default();
    let page = PAGES.iter().find(|page| is_at(page.path, path))?;
    let last = path.rsplit('/').next().unwrap_or_default();
    let named = |name: &str| {
        let query = query.split('#').next().unwrap_or_default();
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let post = match page.path {
        "/posts/:id" => last.parse().ok(),
        "/studio" => named("post").and_then(|id| id.parse().ok()),
        _ => None,
    };
    let error = if page.path == "/diagnostics/:id" { last.parse().ok() } else { None };
    let href = match (post, page.path) {
        (Some(post), "/studio") => format!("/studio?post={post}"),
        _ => path.to_owned(),
    };
    Some(Place { page, href, post, error })
}

fn is_at(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.trim_end_matches('/').split('/'));
    if pattern == "/" {
        return path == "/";
    }
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part.starts_with(':') => {
                if segment.is_empty() {
                    return false;
                }
            }
            (Some(part), Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
}

/// As a link.
pub fn source(from: &str) -> Option<Source> {
    let place = find(from)?;
    Some(Source { title: place.page.name.to_owned(), href: place.href })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_known_page_or_none() {
        let name = |from: &str| read(from).map(|place| place.map(|place| place.page.name)).map_err(|e| e.message);
        assert_eq!(name("/"), Ok(Some("Home")));
        assert_eq!(name("/posts?filter=draft&q=a"), Ok(Some("Posts")));
        assert_eq!(name("/contacts/import"), Ok(Some("Import")));
        assert_eq!(name("/nothing/here"), Ok(None));
        assert_eq!(name(""), Ok(None));
        for bad in
            ["//evil.example", "https://evil.example/posts", "posts", "/a b", &format!("/{}", "a".repeat(MAX_FROM))]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        let id = "00000000-0000-0000-0000-000000000007";
        for from in [format!("/posts/{id}"), format!("/studio?post={id}&x=1"), format!("/studio?x=1&post={id}#a")] {
            let place = read(&from).expect("an address").expect("a page");
            assert_eq!(place.post, Some(PostId::from_u128(7)), "{from}");
        }
        let error = read(&format!("/diagnostics/{id}")).expect("an address").expect("a page");
        assert_eq!((error.error, error.post), (Some(ErrorId::from_u128(7)), None));
    }
}
