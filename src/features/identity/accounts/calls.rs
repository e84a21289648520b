//! Server functions of accounts. All forms work without JavaScript: success redirects, an error comes back to the page.

use super::model::SecurityData;
#[cfg(feature = "ssr")]
use super::server::service::{self, SignUp as NewPerson};
use crate::domain::error::AppError;
use crate::domain::ids::SessionId;
#[cfg(feature = "ssr")]
use crate::domain::local_path::page_or_home;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;

/// Creates the person and their company, and signs them in. `company` may be missing for someone who follows an
/// invitation (`next` is its address).
#[server]
pub async fn sign_up(
    name: String,
    email: String,
    password: String,
    company: Option<String>,
    zone: Option<String>,
    next: Option<String>,
) -> Result<(), AppError> {
    call::keeping([
        ("name", &name),
        ("email", &email),
        ("company", company.as_deref().unwrap_or_default()),
        ("zone", zone_or_utc(zone.as_deref())),
    ])
    .open(async || {
        let (company, next) = (company.unwrap_or_default(), next.unwrap_or_default());
        let zone = zone_or_utc(zone.as_deref()).to_owned();
        service::sign_up(NewPerson { name, email, password: password.into(), company, zone, next: &next }).await?;
        reply::redirect_to(page_or_home(&next));
        Ok(())
    })
    .await
}

/// The company's zone as it was typed, or UTC where nothing was.
#[cfg(feature = "ssr")]
fn zone_or_utc(typed: Option<&str>) -> &str {
    typed.filter(|zone| !zone.trim().is_empty()).unwrap_or("UTC")
}

/// Begins a session. An unknown person and a wrong password get the same answer in the same time.
#[server]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<(), AppError> {
    call::keeping([("email", &email)])
        .open(async || {
            service::sign_in(&email, password.into()).await?;
            reply::redirect_to(page_or_home(&next.unwrap_or_default()));
            Ok(())
        })
        .await
}

/// Ends this session here and on the server. Works for anybody: signing out twice is no error.
#[server]
pub async fn sign_out() -> Result<(), AppError> {
    call::open(async || {
        service::sign_out().await?;
        reply::redirect_to("/login");
        Ok(())
    })
    .await
}

/// The browsers in which the caller is signed in.
#[server]
pub async fn sessions() -> Result<SecurityData, AppError> {
    call::signed_in(async |who| service::sessions(who).await).await
}

/// Ends one of the caller's own sessions.
#[server]
pub async fn end_session(id: SessionId) -> Result<(), AppError> {
    call::signed_in(async |who| {
        service::end_session(who, id).await?;
        reply::plain_form_to("/settings/security?done=session");
        Ok(())
    })
    .await
}

/// Ends all sessions of the caller but this one; answers how many there were.
#[server]
pub async fn end_other_sessions() -> Result<u64, AppError> {
    call::signed_in(async |who| {
        let ended = service::end_other_sessions(&who).await?;
        reply::plain_form_to("/settings/security?done=others");
        Ok(ended)
    })
    .await
}

/// Needs the old password; ends the caller's other sessions.
#[server]
pub async fn change_password(old_password: String, new_password: String) -> Result<(), AppError> {
    call::signed_in(async |who| {
        service::change_password(who, old_password.into(), new_password.into()).await?;
        reply::plain_form_to("/settings/security?done=password");
        Ok(())
    })
    .await
}
