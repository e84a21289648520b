//! Server functions of companies. Each begins with the permission it needs.

use super::model::{CompanySettings, InvitationView, MembersData};
use crate::domain::error::AppError;
use crate::domain::ids::{CompanyId, InvitationId, UserId};
use leptos::prelude::*;

/// The zones that are offered, for everybody (the sign-up page needs them).
#[server]
pub async fn zone_names() -> Result<Vec<String>, AppError> {
    Ok(super::server::service::zone_names())
}

/// Founds another company and turns this session to it. For whoever is signed in.
#[server]
pub async fn create_company(name: String, zone: String) -> Result<(), AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::service::create(session::who().await?, &name, &zone).await }
        .await
        .inspect_err(|error| reply::set_status_keeping(error, &[("name", &name), ("zone", &zone)]))?;
    reply::redirect_to("/");
    Ok(())
}

/// Turns this session to another company of the caller; one that is not theirs does not exist for them.
#[server]
pub async fn switch_company(company: CompanyId) -> Result<(), AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::service::switch(session::who().await?, company).await }
        .await
        .inspect_err(reply::set_status)?;
    reply::redirect_to("/");
    Ok(())
}

#[server]
pub async fn company() -> Result<CompanySettings, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::service::settings(session::require(Permission::View).await?).await }
        .await
        .inspect_err(reply::set_status)
}

/// The company's settings; without `late_minutes` that one stays as it is.
#[server]
pub async fn save_company(
    name: String,
    zone: String,
    language: String,
    #[server(default)] late_minutes: Option<String>,
) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async {
        let who = session::require(Permission::Company).await?;
        super::server::service::save(who, &name, &zone, &language, late_minutes.as_deref()).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/company?done=saved");
    Ok(())
}

#[server]
pub async fn members() -> Result<MembersData, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::service::members(session::require(Permission::View).await?).await }
        .await
        .inspect_err(reply::set_status)
}

#[server]
pub async fn change_role(member: UserId, role: String) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async {
        let who = session::require(Permission::Members).await?;
        super::server::service::change_role(who, member, &role).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/members?done=role");
    Ok(())
}

#[server]
pub async fn remove_member(member: UserId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async {
        let who = session::require(Permission::Members).await?;
        super::server::service::remove(who, member).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/members?done=removed");
    Ok(())
}

/// The caller leaves the company; every member may.
#[server]
pub async fn leave_company() -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async {
        let who = session::require(Permission::View).await?;
        let me = who.user;
        super::server::service::remove(who, me).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::redirect_to("/");
    Ok(())
}

/// Makes an invitation and answers its link. It is shown this once: only its fingerprint is kept.
#[server]
pub async fn invite(role: String, note: String) -> Result<String, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    let link = async {
        let who = session::require(Permission::Members).await?;
        super::server::invitations::invite(who, &role, &note).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/members?done=invited");
    Ok(link)
}

#[server]
pub async fn revoke_invitation(id: InvitationId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply;
    use crate::infra::session;
    async {
        let who = session::require(Permission::Members).await?;
        super::server::invitations::revoke(who, id).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/members?done=revoked");
    Ok(())
}

/// What the link of an invitation leads to. For everybody who holds it; used, expired and revoked ones are not found,
/// and the message says which.
#[server]
pub async fn invitation(token: String) -> Result<InvitationView, AppError> {
    use crate::infra::http::reply;
    super::server::invitations::view(&token).await.inspect_err(reply::set_status)
}

/// Joins the company of an invitation and turns this session to it. For whoever is signed in.
#[server]
pub async fn accept_invitation(token: String) -> Result<(), AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::invitations::accept(session::who().await?, &token).await }
        .await
        .inspect_err(reply::set_status)?;
    reply::redirect_to("/");
    Ok(())
}
