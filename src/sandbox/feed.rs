//! Pages for people: what was published at each platform, with its pictures and replies.

use super::html::{escape, page};
use super::pictures;
use super::registry;
use super::request::{PlatformRequest, PlatformResponse};
use super::stand_in::StandIn;
use super::state::Sandbox;
use super::switches::{self, Choice};
use super::visitors;
use super::world::{Account, Post};
use crate::domain::platform::Platform;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::fmt::Write;
use std::ops::Range;

/// How many posts a page shows.
const SHOWN: usize = 50;

/// `GET /`
pub(super) async fn everything(State(sandbox): State<Sandbox>, RawQuery(query): RawQuery) -> Response {
    let mut body = String::from(
        "<p>This server plays the platforms. What you publish to a demo account appears here, \
         and nowhere else.</p>",
    );
    body.push_str(&switches::section(&sandbox, None, chosen(query)));
    for stand_in in registry::STAND_INS.iter().copied() {
        let platform = stand_in.platform();
        let posts = newest(&sandbox, platform);
        let _ = write!(
            body,
            "<h2><a href=\"/{id}\">{name}</a></h2><p class=\"muted\">Posts: {count}</p>",
            id = platform.id(),
            name = platform.name(),
            count = posts.len()
        );
        for post in posts.iter().take(3) {
            body.push_str(&card(&sandbox, stand_in, post));
        }
    }
    page(StatusCode::OK, None, "The sandbox", &body)
}

fn chosen(query: Option<String>) -> Choice {
    Choice::read(query.unwrap_or_default().as_bytes())
}

/// `GET /{platform}`
pub(super) async fn one_platform(sandbox: Sandbox, stand_in: &'static dyn StandIn, query: Option<String>) -> Response {
    let platform = stand_in.platform();
    let mut body = String::from("<nav aria-label=\"Sandbox\"><ul><li><a href=\"/\">All platforms</a></li></ul></nav>");
    body.push_str("<h2>Demo accounts</h2><ul>");
    for account in sandbox.accounts(platform) {
        let _ = write!(
            body,
            "<li>{} <span class=\"muted\">@{}</span></li>",
            escape(&account.name),
            escape(&account.handle)
        );
    }
    body.push_str("</ul>");
    body.push_str(&switches::section(&sandbox, Some(platform), chosen(query)));
    body.push_str("<h2>Posts</h2>");
    let posts = newest(&sandbox, platform);
    if posts.is_empty() {
        body.push_str("<p>Nothing was published here yet.</p>");
    }
    for post in posts.iter().take(SHOWN) {
        body.push_str(&card(&sandbox, stand_in, post));
    }
    if posts.len() > SHOWN {
        let _ = write!(body, "<p class=\"muted\">{} older posts are not shown.</p>", posts.len() - SHOWN);
    }
    page(StatusCode::OK, Some(platform), platform.name(), &body)
}

/// `GET /{platform}/posts/{id}`
pub(super) async fn one_post(sandbox: Sandbox, stand_in: &'static dyn StandIn, id: String) -> Response {
    let platform = stand_in.platform();
    let post = sandbox.world().post(platform, &id).cloned();
    let back =
        format!("<nav aria-label=\"Sandbox\"><ul><li><a href=\"/{}\">All posts</a></li></ul></nav>", platform.id());
    match post {
        Some(post) => {
            let mut body = format!("{back}{}", card(&sandbox, stand_in, &post));
            // What a person would copy at the platform.
            let _ = write!(
                body,
                "<p class=\"muted\">Address at {}: <code>{}</code></p>",
                platform.name(),
                escape(&post.url)
            );
            let replies = replies_to(&sandbox, stand_in, &post.id);
            if !replies.is_empty() {
                body.push_str("<h2>Replies</h2>");
                replies.iter().for_each(|reply| body.push_str(&card(&sandbox, stand_in, reply)));
            }
            body.push_str(&visitors::form(stand_in, &post));
            page(StatusCode::OK, Some(platform), "A post", &body)
        }
        None => page(
            StatusCode::NOT_FOUND,
            Some(platform),
            "This post does not exist",
            &format!("{back}<p>It was deleted, or it never was here.</p>"),
        ),
    }
}

/// Answers a request for a permalink of the platform (or for an account's page: `None`) by a redirect to the page here.
pub(super) fn permalink(request: &PlatformRequest, post: Option<String>) -> PlatformResponse {
    let there = match post {
        Some(id) => post_page(request.platform(), &id),
        None => format!("/{}", request.platform().id()),
    };
    Ok(Redirect::temporary(&there).into_response())
}

/// The path of a post's page. Ids of any form fit into its last segment.
pub(super) fn post_page(platform: Platform, id: &str) -> String {
    let mut encoded = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail; here and below.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("/{}/posts/{encoded}", platform.id())
}

/// `GET /pictures/{key}`
pub(super) async fn picture(State(sandbox): State<Sandbox>, Path(key): Path<String>) -> Response {
    match sandbox.pictures().get(&key).await {
        Some((bytes, kind)) => image(bytes.to_vec(), kind),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /{platform}/avatars/{account}.png`
pub(super) async fn avatar(stand_in: &'static dyn StandIn, account: String) -> Response {
    image(pictures::avatar(stand_in, account.trim_end_matches(".png")), "image/png")
}

fn image(bytes: Vec<u8>, kind: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, bytes).into_response()
}

/// The posts that are not deleted, newest first.
fn newest(sandbox: &Sandbox, platform: Platform) -> Vec<Post> {
    let mut posts = sandbox.posts(platform);
    posts.retain(|p| p.deleted_at.is_none());
    posts.sort_by_key(|post| std::cmp::Reverse(post.at));
    posts
}

/// The posts that reply to a post, oldest first.
fn replies_to(sandbox: &Sandbox, stand_in: &dyn StandIn, post: &str) -> Vec<Post> {
    let mut posts = sandbox.posts(stand_in.platform());
    posts.retain(|p| p.deleted_at.is_none() && stand_in.in_reply_to(p) == Some(post));
    posts
}

/// A text as HTML, with what the platform would link in a colour of its own.
fn marked(text: &str, entities: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for range in entities {
        let Some((plain, part)) = text.get(done..range.start).zip(text.get(range.clone())) else { continue };
        let _ = write!(html, "{}<span class=\"entity\">{}</span>", escape(plain), escape(part));
        done = range.end;
    }
    html.push_str(&escape(text.get(done..).unwrap_or_default()));
    html
}

fn card(sandbox: &Sandbox, stand_in: &dyn StandIn, post: &Post) -> String {
    let platform = stand_in.platform();
    let account = sandbox.world().account(platform, &post.account).cloned();
    let account = account.or_else(|| stand_in.author(&post.account));
    let (name, handle) = account.map_or_else(Default::default, |Account { name, handle, .. }| (name, handle));
    // Where it is, and what stands above its text, at platforms that have these.
    let said = |name: &str| post.facts[name].as_str().filter(|text| !text.is_empty());
    let place =
        said("place").map(|place| format!(" <span class=\"muted\">in {}</span>", escape(place))).unwrap_or_default();
    let title = said("title")
        .filter(|title| *title != post.text)
        .map(|title| format!("<h3>{}</h3>", escape(title)))
        .unwrap_or_default();
    let flair =
        said("flair").map(|flair| format!(" <span class=\"muted\">[{}]</span>", escape(flair))).unwrap_or_default();
    let mut html = format!(
        "<article class=\"card\"><div><strong>{}</strong> <span class=\"muted\">@{}</span>{place}{flair}</div>{title}",
        escape(&name),
        escape(&handle),
    );
    let _ = write!(html, "<p>{}</p>", marked(&post.text, &stand_in.entities(post)));
    if let Some(parent) = stand_in.in_reply_to(post) {
        let (page, parent) = (post_page(platform, parent), escape(parent));
        let _ = write!(html, "<p class=\"muted\"><a href=\"{page}\">Replying to post {parent}</a></p>");
    }
    if let Some(link) = &post.link {
        // The platform has checked that it is an http(s) address.
        let safe = escape(link);
        let _ = write!(html, "<p><a href=\"{safe}\" rel=\"noreferrer\">{safe}</a></p>");
    }
    if !post.pictures.is_empty() {
        html.push_str("<div class=\"pictures\">");
        for picture in &post.pictures {
            let source = match (&picture.key, &picture.url) {
                (Some(key), _) => format!("/pictures/{key}"),
                (None, Some(url)) => url.clone(),
                (None, None) => continue,
            };
            let _ = match picture.video {
                true => write!(html, "<video src=\"{}\" controls preload=\"metadata\"></video>", escape(&source)),
                false => write!(html, "<img src=\"{}\" alt=\"{}\">", escape(&source), escape(&picture.alt)),
            };
        }
        html.push_str("</div>");
    }
    html.push_str(&stand_in.more(post));
    for note in stand_in.notes(post) {
        let _ = write!(html, "<p class=\"muted\">{}</p>", escape(&note));
    }
    html.push_str(&visitors::list(sandbox, platform, &post.id));
    let _ = write!(
        html,
        "<div class=\"muted\"><a href=\"{}\"><time datetime=\"{}\">{} UTC</time></a></div></article>",
        post_page(platform, &post.id),
        post.at.to_rfc3339(),
        post.at.format("%-d %B %Y, %H:%M")
    );
    html
}
