//! Server functions of snippets. Everybody reads; who may write posts may keep, change and delete them.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use super::model::{SnippetAct, SnippetKind, SnippetList, SnippetQuery};
#[cfg(feature = "ssr")]
use super::server::service::{self, Draft};
use crate::domain::error::AppError;
use crate::domain::ids::SnippetId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{back, call, reply, throttle};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Back to the page on which the form stood, with something to say.
#[cfg(feature = "ssr")]
fn again(page: &str, say: &str) {
    if let Some(page) = back::page(page, &["snippets"], say) {
        reply::redirect_to(&page);
    }
}

/// A part of the snippets, with their folders.
#[server(input = Json)]
pub async fn list_snippets(query: SnippetQuery) -> Result<SnippetList, AppError> {
    call::allowed(Permission::View, async |who| service::list(&who, &query).await).await
}

/// Keeps a new snippet, or changes the one that is named, if it still has this `version`.
#[server]
pub async fn save_snippet(
    #[server(default)] snippet: Option<SnippetId>,
    #[server(default)] version: Option<i32>,
    #[server(default)] kind: SnippetKind,
    name: String,
    #[server(default)] folder: String,
    #[server(default)] tags: String,
    text: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("name", &name), ("folder", &folder), ("tags", &tags), ("text", &text)])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
            let draft = Draft { kind, name: &name, folder: &folder, tags: &tags, text: &text };
            service::save(&who, snippet.zip(version), draft).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Keeps words that stand in the composer.
#[server]
pub async fn keep_snippet(kind: SnippetKind, name: String, text: String) -> Result<SnippetId, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        service::save(&who, None, Draft { kind, name: &name, folder: "", tags: "", text: &text }).await
    })
    .await
}

/// Deletes a snippet, or takes it back.
#[server]
pub async fn act_on_snippet(
    act: SnippetAct,
    snippet: SnippetId,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        service::act(&who.tenant, act, snippet).await?;
        let say = if act == SnippetAct::Delete { format!("gone={snippet}") } else { String::new() };
        again(&back, &say);
        Ok(())
    })
    .await
}
