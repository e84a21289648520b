//! Server functions of the connections pages.

use super::model::{Choice, ConnectionsBoard};
#[cfg(feature = "ssr")]
use super::server::pause;
#[cfg(feature = "ssr")]
use super::server::service::{self, Revoked};
use crate::domain::error::AppError;
use crate::domain::ids::{ConnectionId, ConsentId};
use crate::domain::options::RemoteChoice;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Accounts and what can be connected. `about` names a failed consent whose words are to be shown.
#[server]
pub async fn load_connections(about: Option<String>) -> Result<ConnectionsBoard, AppError> {
    call::allowed(Permission::View, async |who| {
        let about = about.and_then(|id| id.parse().ok());
        service::board(&who, about).await
    })
    .await
}

/// Gives an account up: its tokens are forgotten here and, where the platform lets us, taken back there.
#[server]
pub async fn disconnect_account(id: ConnectionId) -> Result<(), AppError> {
    call::allowed(Permission::Connect, async |who| {
        let (platform, revoked) = service::disconnect(&who.app, who.company, id).await?;
        let revoked = match revoked {
            Revoked::Yes => "yes",
            Revoked::Shared => "shared",
            Revoked::No => "no",
        };
        reply::redirect_to(&format!("/connections?disconnected={platform}&revoked={revoked}"));
        Ok(())
    })
    .await
}

/// Renews an account's sign-in now. What came of it is on its card, in the list that is loaded next.
#[server]
pub async fn refresh_account(id: ConnectionId) -> Result<(), AppError> {
    call::allowed(Permission::Connect, async |who| {
        let refreshed = service::refresh_one(&who, id).await?;
        reply::redirect_to(&format!("/connections?refreshed={id}&result={}", refreshed.result.id()));
        Ok(())
    })
    .await
}

/// Lets an account go on to which nothing was sent, as its platform kept failing.
#[server]
pub async fn resume_account(id: ConnectionId) -> Result<(), AppError> {
    call::allowed(Permission::Connect, async |who| {
        pause::look(&who.app, who.company, id).await?.ok_or_else(|| AppError::not_found("account"))?;
        pause::resume(&who.app, who.company, id, Some(who.user)).await?;
        reply::redirect_to(&format!("/connections?resumed={id}"));
        Ok(())
    })
    .await
}

/// Signs in at a platform that makes passwords for programs, and connects the account. `account`: the first field of its
/// form, which says whose account it is; `values`: the other ones. `renews`: the connection that is to be renewed. `next`: the page of ours to go on at.
#[server]
pub async fn sign_in_account(
    platform: String,
    #[server(default)] account: String,
    #[server(default)] values: BTreeMap<String, String>,
    #[server(default)] renews: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    call::keeping([("connect", &platform), ("for", &renews), ("account", &account), ("next", &next)])
        .allowed(Permission::Connect, async |who| {
            let connected = service::sign_in(&who, &platform, &account, values, renews.parse().ok()).await?;
            reply::redirect_to(&service::goes_on(connected.id, connected.instead, Some(&next)));
            Ok(())
        })
        .await
}

/// The accounts that a consent covers.
#[server]
pub async fn load_choice(of: String) -> Result<Choice, AppError> {
    call::allowed(Permission::Connect, async |who| {
        let id = of.parse().map_err(|_| AppError::not_found("choice"))?;
        service::choice(&who, id).await
    })
    .await
}

/// Connects one of them.
#[server]
pub async fn choose_account(
    of: ConsentId,
    #[server(default)] account: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    call::keeping([("account", &account), ("next", &next)])
        .allowed(Permission::Connect, async |who| {
            let id = service::choose(&who, of, &account).await?;
            reply::redirect_to(&service::goes_on(id, None, Some(&next)));
            Ok(())
        })
        .await
}

/// What an account has at its platform for an option to choose from; `source` is the list's name in the platform's schema,
/// `parent` what was chosen in the option on which the list depends.
#[server]
pub async fn load_choices(
    id: ConnectionId,
    source: String,
    #[server(default)] parent: String,
) -> Result<Vec<RemoteChoice>, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "lists")?;
        super::server::choices::list(&who, id, &source, &parent).await
    })
    .await
}
