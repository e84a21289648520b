//! Instagram: publishing a container, once, and how many a day.

use super::containers::{Containers, State, lost, not_ready, state};
use super::{GraphError, fields, list_of, new_post, ok_id};
use crate::domain::platform::Platform;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post, PostPicture, World};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// Posts per account in 24 hours. Instagram's pages say 50 and 100; the API answers with `quota_total`.
const QUOTA: u32 = 100;
const QUOTA_SECONDS: i64 = 86_400;

fn used(world: &World, me: &Account, now: DateTime<Utc>) -> usize {
    let since = now - TimeDelta::seconds(QUOTA_SECONDS);
    let counts = |p: &&Post| p.platform == Platform::Instagram && p.account == me.id && !p.inserted && p.at > since;
    world.posts.iter().filter(counts).count()
}

/// `GET /{ig-id}/content_publishing_limit`
pub(super) fn limit(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let wanted = fields(request, &["quota_usage", "config"])?;
    let mut data = json!({ "quota_usage": used(&sandbox.world(), me, sandbox.now()) });
    if wanted.contains(&"config") {
        data["config"] = json!({ "quota_total": sandbox.limit(QUOTA), "quota_duration": QUOTA_SECONDS });
    }
    ok(&list_of(vec![data]))
}

/// `POST /{ig-id}/media_publish`
pub(super) fn publish(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> PlatformResponse {
    let wanted = find(params, "creation_id").filter(|v| !v.is_empty());
    let wanted = wanted.ok_or_else(|| GraphError::new(100, "(#100) The parameter creation_id is required."))?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let container = world.own::<Containers>().of(me, wanted).cloned().ok_or_else(|| lost(wanted))?;
    if container.is_child {
        return Err(GraphError::new(100, "(#100) An item of a carousel cannot be published by itself").into());
    }
    match state(&container, now) {
        State::Finished => {}
        State::Expired => return Err(lost(wanted)),
        // A container can be published once. What exactly Instagram says the second time is not documented.
        State::Published if sandbox.options().takes_repeats => {}
        State::InProgress | State::Published | State::Error => return Err(not_ready()),
    }
    if used(&world, me, now) >= sandbox.limit(QUOTA) as usize {
        let words = "You reached the maximum number of posts that can be published by the API in 24 hours.";
        let error = GraphError::new(9, "Application request limit reached").subcode(2_207_042);
        return Err(error.user("Posting limit reached", words).into());
    }
    let parts: Vec<_> = if container.children.is_empty() {
        vec![container.clone()]
    } else {
        container.children.iter().filter_map(|id| world.own::<Containers>().of(me, id).cloned()).collect()
    };
    let mut pictures = vec![];
    for part in parts {
        let id = world.graph_id();
        pictures.push(PostPicture { id, key: part.picture, url: None, alt: part.alt, video: part.is_video });
    }
    let new = new_post(&mut world);
    let id = new.id.clone();
    world.posts.push(Post {
        text: container.caption.clone(),
        pictures,
        facts: json!({ "container": container.id, "story": container.is_story, "wishes": container.wishes }),
        ..Post::new(request.platform(), new, me, now)
    });
    for done in container.children.iter().chain([&container.id]) {
        if let Some(container) = world.own::<Containers>().of(me, done) {
            container.published = Some(id.clone());
        }
    }
    drop(world);
    ok_id(&id)
}
