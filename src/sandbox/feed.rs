//! Pages for people: what was published at each stand-in, with its pictures, to see "the post at the platform".

use super::ask::{Answer, Ask, Network};
use super::html::{escape, page};
use super::pictures;
use super::state::Sandbox;
use super::world::{Account, Post};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::fmt::Write;

/// How many posts a page shows.
const SHOWN: usize = 50;

/// `GET /`
pub(super) async fn everything(State(sandbox): State<Sandbox>) -> Response {
    let mut body = String::from(
        "<p>These servers stand in for the platforms. What you publish to a demo account appears here, \
         and nowhere else.</p>",
    );
    for network in Network::ALL {
        let posts = newest(&sandbox, network);
        let _ = write!(
            body,
            "<h2><a href=\"/{id}\">{name}</a></h2><p class=\"muted\">Posts: {count}</p>",
            id = network.id(),
            name = network.name(),
            count = posts.len()
        );
        for post in posts.iter().take(3) {
            body.push_str(&card(&sandbox, post));
        }
    }
    page(StatusCode::OK, None, "The sandbox", &body)
}

/// `GET /{platform}`
pub(super) async fn one_network(sandbox: Sandbox, network: Network) -> Response {
    let mut body = String::from("<nav aria-label=\"Sandbox\"><ul><li><a href=\"/\">All platforms</a></li></ul></nav>");
    body.push_str("<h2>Demo accounts</h2><ul>");
    for account in sandbox.accounts(network.platform()) {
        let _ = write!(
            body,
            "<li>{} <span class=\"muted\">@{}</span></li>",
            escape(&account.name),
            escape(&account.handle)
        );
    }
    body.push_str("</ul><h2>Posts</h2>");
    let posts = newest(&sandbox, network);
    if posts.is_empty() {
        body.push_str("<p>Nothing was published here yet.</p>");
    }
    for post in posts.iter().take(SHOWN) {
        body.push_str(&card(&sandbox, post));
    }
    if posts.len() > SHOWN {
        let _ = write!(body, "<p class=\"muted\">{} older posts are not shown.</p>", posts.len() - SHOWN);
    }
    page(StatusCode::OK, Some(network), network.name(), &body)
}

/// `GET /{platform}/posts/{id}`
pub(super) async fn one_post(sandbox: Sandbox, network: Network, id: String) -> Response {
    let post = sandbox.world().post(network, &id).cloned();
    let back =
        format!("<nav aria-label=\"Sandbox\"><ul><li><a href=\"/{}\">All posts</a></li></ul></nav>", network.id());
    match post {
        Some(post) => {
            let mut body = format!("{back}{}", card(&sandbox, &post));
            let replies = sandbox.world().replies_to(network, &post.id);
            if !replies.is_empty() {
                body.push_str("<h2>Replies</h2>");
                replies.iter().for_each(|reply| body.push_str(&card(&sandbox, reply)));
            }
            page(StatusCode::OK, Some(network), "A post", &body)
        }
        None => page(
            StatusCode::NOT_FOUND,
            Some(network),
            "This post does not exist",
            &format!("{back}<p>It was deleted, or it never was here.</p>"),
        ),
    }
}

/// A permalink of the platform that was resolved to the stand-in: on to the page of the post.
pub(super) fn permalink(ask: &Ask, post: Option<String>) -> Answer {
    let there = match post {
        Some(id) => format!("/{}/posts/{id}", ask.network.id()),
        None => format!("/{}", ask.network.id()),
    };
    Ok(Redirect::temporary(&there).into_response())
}

/// `GET /pictures/{key}`
pub(super) async fn picture(State(sandbox): State<Sandbox>, Path(key): Path<String>) -> Response {
    match sandbox.pictures().get(&key).await {
        Some((bytes, kind)) => image(bytes.to_vec(), kind),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /{platform}/avatars/{account}.png`
pub(super) async fn avatar(network: Network, account: String) -> Response {
    image(pictures::avatar(network, account.trim_end_matches(".png")), "image/png")
}

fn image(bytes: Vec<u8>, kind: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, bytes).into_response()
}

fn newest(sandbox: &Sandbox, network: Network) -> Vec<Post> {
    let mut posts = sandbox.posts(network.platform());
    posts.retain(|p| p.deleted_at.is_none());
    posts.sort_by_key(|post| std::cmp::Reverse(post.at));
    posts
}

fn card(sandbox: &Sandbox, post: &Post) -> String {
    let account = sandbox.world().account(post.network, &post.account).cloned();
    let (name, handle) = account.map_or_else(Default::default, |Account { name, handle, .. }| (name, handle));
    let mut html = format!(
        "<article class=\"card\"><div><strong>{}</strong> <span class=\"muted\">@{}</span></div><p>{}</p>",
        escape(&name),
        escape(&handle),
        escape(&post.text)
    );
    if let Some(above) = post.facts["in_reply_to_tweet_id"].as_str() {
        let above = escape(above);
        let _ = write!(
            html,
            "<p class=\"muted\"><a href=\"/{}/posts/{above}\">Replying to post {above}</a></p>",
            post.network.id()
        );
    }
    if let Some(link) = &post.link {
        // Only addresses that the platform's checks let through: http and https.
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
            let _ = write!(html, "<img src=\"{}\" alt=\"{}\">", escape(&source), escape(&picture.alt));
        }
        html.push_str("</div>");
    }
    let comments = sandbox.world().comments_under(post.network, &post.id);
    if !comments.is_empty() {
        html.push_str("<ul aria-label=\"Comments\">");
        for comment in &comments {
            let who = sandbox.world().account(post.network, &comment.account).map(|a| a.name.clone());
            let _ = write!(
                html,
                "<li><strong>{}</strong> {}</li>",
                escape(&who.unwrap_or_default()),
                escape(&comment.text)
            );
        }
        html.push_str("</ul>");
    }
    let _ = write!(
        html,
        "<div class=\"muted\"><a href=\"/{}/posts/{}\"><time datetime=\"{}\">{} UTC</time></a></div></article>",
        post.network.id(),
        escape(&post.id),
        post.at.to_rfc3339(),
        post.at.format("%-d %B %Y, %H:%M")
    );
    html
}
