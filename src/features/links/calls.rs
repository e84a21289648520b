//! Server functions of links. Everybody reads; who may write posts may shorten, change, switch off and delete.

use super::model::{LinkAct, LinkDefaults, LinkList, LinkQuery};
#[cfg(feature = "ssr")]
use super::server::service;
use crate::domain::error::AppError;
use crate::domain::ids::LinkId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{back, call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Back to the page on which the form stood, with something to say.
#[cfg(feature = "ssr")]
fn again(page: &str, say: &str) {
    if let Some(page) = back::page(page, &["links"], say) {
        reply::redirect_to(&page);
    }
}

#[cfg(feature = "ssr")]
fn may_change(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// A part of the short links.
#[server(input = Json)]
pub async fn list_links(query: LinkQuery) -> Result<LinkList, AppError> {
    call::allowed(Permission::View, async |who| service::list(&who, &query).await).await
}

/// What campaign parameters begin with.
#[server]
pub async fn read_link_defaults() -> Result<LinkDefaults, AppError> {
    call::allowed(Permission::View, async |who| service::defaults(&who.tenant).await).await
}

/// Keeps them.
#[server]
pub async fn save_link_defaults(
    #[server(default)] medium: String,
    #[server(default)] campaign: String,
) -> Result<(), AppError> {
    call::keeping([("medium", &medium), ("campaign", &campaign)])
        .allowed(Permission::Publish, async |who| {
            may_change(&who)?;
            service::save_defaults(&who.tenant, &medium, &campaign).await?;
            reply::redirect_to("/links?did=defaults");
            Ok(())
        })
        .await
}

/// The short address that leads to this one; the same address gets the same.
#[server]
pub async fn shorten(link: String) -> Result<String, AppError> {
    call::allowed(Permission::Publish, async |who| {
        may_change(&who)?;
        service::shorten(&who, &link, "").await
    })
    .await
}

/// Makes a short link, or changes where the one that is named leads.
#[server]
pub async fn save_link(
    #[server(default)] short: Option<LinkId>,
    target: String,
    #[server(default)] name: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("target", &target), ("name", &name)])
        .allowed(Permission::Publish, async |who| {
            may_change(&who)?;
            match short {
                Some(id) => service::change(&who, id, &target, &name).await?,
                None => drop(service::shorten(&who, &target, &name).await?),
            }
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Switches a link off or on, deletes it, or takes it back.
#[server]
pub async fn act_on_link(act: LinkAct, short: LinkId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        may_change(&who)?;
        service::act(&who, act, short).await?;
        again(&back, &if act == LinkAct::Delete { format!("gone={short}") } else { String::new() });
        Ok(())
    })
    .await
}
