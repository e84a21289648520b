//! Comments that a visitor writes under a post: a form on the post's page, and the same for tests.

use super::feed::post_page;
use super::html::{escape, page};
use super::registry;
use super::request::find;
use super::stand_in::StandIn;
use super::state::Sandbox;
use super::world::{Comment, Post};
use crate::domain::platform::Platform;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use std::fmt::Write;
use url::form_urlencoded;

/// Characters of a visitor's name, and of what they write.
const LONGEST_NAME: usize = 80;
const LONGEST_TEXT: usize = 2_000;

impl Sandbox {
    /// A person who has no account here writes under a post, or answers a comment there (`parent`). The comment's id; `None`:
    /// there is no such post or comment, or its platform takes no comments from here.
    pub fn visitor_comment(
        &self,
        platform: Platform,
        post: &str,
        name: &str,
        text: &str,
        parent: Option<&str>,
    ) -> Option<String> {
        self.visitor_comment_at(platform, post, name, text, parent, self.now())
    }

    /// The same, written at another time.
    pub fn visitor_comment_at(
        &self,
        platform: Platform,
        post: &str,
        name: &str,
        text: &str,
        parent: Option<&str>,
        at: DateTime<Utc>,
    ) -> Option<String> {
        let stand_in = registry::find(platform)?;
        let mut world = self.world();
        let post = world.post(platform, post)?.clone();
        let id = stand_in.comment_id(&mut world, &post)?;
        let known = |id: &str| world.comments.iter().any(|c| c.platform == platform && c.post == post.id && c.id == id);
        let parent = match parent {
            Some(id) if known(id) => Some(id.to_owned()),
            Some(_) => return None,
            None => None,
        };
        world.comments.push(Comment {
            author: Some(name.to_owned()),
            parent,
            ..Comment::new(platform, id.clone(), &post.id, "", text, at)
        });
        drop(world);
        self.touch();
        Some(id)
    }

    /// A visitor deletes all that they wrote at a platform.
    pub fn visitor_takes_back(&self, platform: Platform, name: &str) {
        let now = self.now();
        let mut world = self.world();
        let theirs = |c: &&mut Comment| c.platform == platform && c.author.as_deref() == Some(name);
        world.comments.iter_mut().filter(theirs).for_each(|comment| comment.deleted_at = Some(now));
        drop(world);
        self.touch();
    }
}

/// The form under a post.
pub(super) fn form(stand_in: &dyn StandIn, post: &Post) -> String {
    if !stand_in.takes_visitors() {
        return String::new();
    }
    format!(
        "<h2>Comment as a visitor</h2><form method=\"post\" action=\"/_control/comments\" class=\"card\">\
         <input type=\"hidden\" name=\"platform\" value=\"{}\"><input type=\"hidden\" name=\"post\" value=\"{}\">\
         <label>Your name <input name=\"name\" value=\"Ada\" maxlength=\"{LONGEST_NAME}\" required></label>\
         <label>Your comment <input name=\"text\" maxlength=\"{LONGEST_TEXT}\" required></label>\
         <button class=\"primary\">Comment</button></form>",
        stand_in.platform().id(),
        escape(&post.id)
    )
}

/// The comments under a post, with the answers below what they answer.
pub(super) fn list(sandbox: &Sandbox, platform: Platform, post: &str) -> String {
    let comments = sandbox.world().comments_under(platform, post);
    if comments.is_empty() {
        return String::new();
    }
    let mut html = String::from("<ul aria-label=\"Comments\">");
    for comment in comments.iter().filter(|c| c.parent.is_none()) {
        let _ = write!(html, "<li>{}", line(sandbox, comment));
        let answers: Vec<_> = comments.iter().filter(|c| c.parent.as_ref() == Some(&comment.id)).collect();
        if !answers.is_empty() {
            html.push_str("<ul>");
            answers.iter().for_each(|answer| {
                let _ = write!(html, "<li>{}</li>", line(sandbox, answer));
            });
            html.push_str("</ul>");
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
    html
}

fn line(sandbox: &Sandbox, comment: &Comment) -> String {
    let account = || sandbox.world().account(comment.platform, &comment.account).map(|a| a.name.clone());
    let page = || registry::find(comment.platform)?.author(&comment.account).map(|a| a.name);
    let who = comment.author.clone().or_else(account).or_else(page).unwrap_or_default();
    let hidden = if comment.hidden { " <span class=\"muted\">(hidden by the account)</span>" } else { "" };
    format!("<strong>{}</strong> {}{hidden}", escape(&who), escape(&comment.text))
}

/// `POST /_control/comments`: the form above.
pub(super) async fn write_comment(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let pairs: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str, longest: usize| {
        find(&pairs, name).unwrap_or_default().trim().chars().take(longest).collect::<String>()
    };
    let platform = registry::platforms().find(|p| p.id() == field("platform", 40));
    let (post, name, text) = (field("post", 500), field("name", LONGEST_NAME), field("text", LONGEST_TEXT));
    let made = platform.filter(|_| !name.is_empty() && !text.is_empty());
    match made.and_then(|platform| sandbox.visitor_comment(platform, &post, &name, &text, None).map(|_| platform)) {
        Some(platform) => Redirect::to(&post_page(platform, &post)).into_response(),
        None => {
            page(StatusCode::UNPROCESSABLE_ENTITY, None, "No comment", "<p>It takes a post, a name and a text.</p>")
        }
    }
}
