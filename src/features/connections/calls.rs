//! Server functions of the connections pages.

use super::model::{Choice, ConnectionsBoard};
use crate::domain::error::AppError;
use crate::domain::ids::{ConnectionId, ConsentId};
use crate::domain::options::RemoteChoice;
use leptos::prelude::*;

/// Accounts and what can be connected. `about` names a failed consent whose words are to be shown.
#[server]
pub async fn load_connections(about: Option<String>) -> Result<ConnectionsBoard, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::View).await.inspect_err(reply::set_status)?;
    let about = about.and_then(|id| id.parse().ok());
    super::server::service::board(&who, about).await.inspect_err(reply::set_status)
}

/// Gives an account up: its tokens are forgotten here and, where the platform lets us, taken back there.
#[server]
pub async fn disconnect_account(id: ConnectionId) -> Result<(), AppError> {
    use super::server::service::{self, Revoked};
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Connect).await.inspect_err(reply::set_status)?;
    let (platform, revoked) = service::disconnect(&who.app, who.company, id).await.inspect_err(reply::set_status)?;
    let revoked = if revoked == Revoked::Yes { "yes" } else { "no" };
    reply::redirect_to(&format!("/connections?disconnected={platform}&revoked={revoked}"));
    Ok(())
}

/// Renews an account's sign-in now. What came of it is on its card, in the list that is loaded next.
#[server]
pub async fn refresh_account(id: ConnectionId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Connect).await.inspect_err(reply::set_status)?;
    let refreshed = super::server::service::refresh_one(&who, id).await.inspect_err(reply::set_status)?;
    reply::redirect_to(&format!("/connections?refreshed={id}&result={}", refreshed.result.id()));
    Ok(())
}

/// The accounts that a consent covers.
#[server]
pub async fn load_choice(of: String) -> Result<Choice, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Connect).await.inspect_err(reply::set_status)?;
    let found = async {
        let id = of.parse().map_err(|_| AppError::not_found("choice"))?;
        super::server::service::choice(&who, id).await
    };
    found.await.inspect_err(reply::set_status)
}

/// Connects one of them.
#[server]
pub async fn choose_account(of: ConsentId, #[server(default)] account: String) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Connect).await.inspect_err(reply::set_status)?;
    let id = super::server::service::choose(&who, of, &account).await.inspect_err(reply::set_status)?;
    reply::redirect_to(&format!("/connections?connected={id}"));
    Ok(())
}

/// What an account has at its platform for an option to choose from; `source` is the list's name in the platform's schema.
#[server]
pub async fn load_choices(id: ConnectionId, source: String) -> Result<Vec<RemoteChoice>, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::{reply, throttle};
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(reply::set_status)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "lists").inspect_err(reply::set_status)?;
    super::server::choices::list(&who, id, &source).await.inspect_err(reply::set_status)
}
