//! Server functions of companies.

use super::model::{CompanySettings, InvitationView, MembersData};
#[cfg(feature = "ssr")]
use super::server::{invitations, service};
use crate::domain::error::AppError;
use crate::domain::ids::{CompanyId, InvitationId, UserId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;

/// The zones that are offered, for everybody (the sign-up page needs them).
#[server]
pub async fn zone_names() -> Result<Vec<String>, AppError> {
    call::open(async || Ok(service::zone_names())).await
}

/// Founds another company and turns this session to it. For whoever is signed in.
#[server]
pub async fn create_company(name: String, zone: String) -> Result<(), AppError> {
    call::keeping([("name", &name), ("zone", &zone)])
        .signed_in(async |who| {
            service::create(who, &name, &zone).await?;
            reply::redirect_to("/");
            Ok(())
        })
        .await
}

/// Turns this session to another company of the caller; one that is not theirs does not exist for them.
#[server]
pub async fn switch_company(company: CompanyId) -> Result<(), AppError> {
    call::signed_in(async |who| {
        service::switch(who, company).await?;
        reply::redirect_to("/");
        Ok(())
    })
    .await
}

#[server]
pub async fn company() -> Result<CompanySettings, AppError> {
    call::allowed(Permission::View, async |who| service::settings(who).await).await
}

/// The company's settings; what is not sent of the last two stays as it is. `picture_details`: `remove` or `keep`.
#[server]
pub async fn save_company(
    name: String,
    zone: String,
    language: String,
    #[server(default)] late_minutes: Option<String>,
    #[server(default)] picture_details: Option<String>,
) -> Result<(), AppError> {
    call::keeping([
        ("name", &name),
        ("zone", &zone),
        ("language", &language),
        ("late_minutes", late_minutes.as_deref().unwrap_or_default()),
        ("picture_details", picture_details.as_deref().unwrap_or_default()),
    ])
    .allowed(Permission::Company, async |who| {
        let details = picture_details.as_deref();
        service::save(who, &name, &zone, &language, late_minutes.as_deref(), details).await?;
        reply::plain_form_to("/settings/company?done=saved");
        Ok(())
    })
    .await
}

#[server]
pub async fn members() -> Result<MembersData, AppError> {
    call::allowed(Permission::View, async |who| service::members(who).await).await
}

#[server]
pub async fn change_role(member: UserId, role: String) -> Result<(), AppError> {
    call::keeping([("member", &member.to_string()), ("role", &role)])
        .allowed(Permission::Members, async |who| {
            service::change_role(who, member, &role).await?;
            reply::plain_form_to("/settings/members?done=role");
            Ok(())
        })
        .await
}

#[server]
pub async fn remove_member(member: UserId) -> Result<(), AppError> {
    call::allowed(Permission::Members, async |who| {
        service::remove(who, member).await?;
        reply::plain_form_to("/settings/members?done=removed");
        Ok(())
    })
    .await
}

/// The caller leaves the company; every member may.
#[server]
pub async fn leave_company() -> Result<(), AppError> {
    call::allowed(Permission::View, async |who| {
        let me = who.user;
        service::remove(who, me).await?;
        reply::redirect_to("/");
        Ok(())
    })
    .await
}

/// Makes an invitation and answers its link. It is shown this once: only its fingerprint is kept.
#[server]
pub async fn invite(role: String, note: String) -> Result<String, AppError> {
    call::keeping([("role", &role), ("note", &note)])
        .allowed(Permission::Members, async |who| {
            let link = invitations::invite(who, &role, &note).await?;
            reply::plain_form_to("/settings/members?done=invited");
            Ok(link)
        })
        .await
}

#[server]
pub async fn revoke_invitation(id: InvitationId) -> Result<(), AppError> {
    call::allowed(Permission::Members, async |who| {
        invitations::revoke(who, id).await?;
        reply::plain_form_to("/settings/members?done=revoked");
        Ok(())
    })
    .await
}

/// What the link of an invitation leads to. For everybody who holds it; used, expired and revoked ones are not found,
/// and the message says which.
#[server]
pub async fn invitation(token: String) -> Result<InvitationView, AppError> {
    call::open(async || invitations::view(&token).await).await
}

/// Joins the company of an invitation and turns this session to it. For whoever is signed in.
#[server]
pub async fn accept_invitation(token: String) -> Result<(), AppError> {
    call::signed_in(async |who| {
        invitations::accept(who, &token).await?;
        reply::redirect_to("/");
        Ok(())
    })
    .await
}
