//! Server functions of snippets. Everybody reads; who may write posts may keep, change and delete them.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use super::model::{ChosenSnippets, SnippetAct, SnippetKind, SnippetList, SnippetQuery};
#[cfg(feature = "ssr")]
use super::server::{
    acts,
    service::{self, Draft},
};
use crate::domain::error::AppError;
use crate::domain::ids::{SnippetActId, SnippetId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{back, call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::ui::encode;
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

/// Does something with one snippet or several; the page at `back` is shown again, with what was done and the way back.
#[server]
pub async fn act_on_snippets(
    act: SnippetAct,
    #[server(default)] ids: ChosenSnippets,
    #[server(default)] folder: String,
    #[server(default)] tag: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        let outcome = acts::act(&who, act, &ids.0, &folder, &tag).await?;
        let name = if outcome.name.is_empty() { String::new() } else { format!("&notice={}", encode(&outcome.name)) };
        again(&back, &format!("did={}{name}", outcome.did()));
        Ok(())
    })
    .await
}

/// Takes back what was done with them.
#[server]
pub async fn undo_snippets(done: SnippetActId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        let left = acts::undo(&who.tenant, done).await?;
        again(&back, &if left > 0 { format!("did=undone&not={left}") } else { "did=undone".into() });
        Ok(())
    })
    .await
}
