//! Server functions of accounts. All forms work without JavaScript: success redirects, an error comes back to the page.

use super::model::SecurityData;
use crate::domain::error::AppError;
use crate::domain::ids::SessionId;
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
    use super::server::service::{self, SignUp as NewPerson};
    use crate::infra::http::reply;
    let company = company.unwrap_or_default();
    let zone = zone.filter(|z| !z.trim().is_empty()).unwrap_or_else(|| "UTC".into());
    let next = next.unwrap_or_default();
    let typed =
        [("name", name.clone()), ("email", email.clone()), ("company", company.clone()), ("zone", zone.clone())];
    match service::sign_up(NewPerson { name, email, password: password.into(), company, zone, next: &next }).await {
        Ok(()) => {
            reply::redirect_to(&next);
            Ok(())
        }
        Err(error) => {
            reply::set_status_keeping(&error, &typed.each_ref().map(|(key, value)| (*key, value.as_str())));
            Err(error)
        }
    }
}

/// Begins a session. An unknown person and a wrong password get the same answer in the same time.
#[server]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<(), AppError> {
    use super::server::service;
    use crate::infra::http::reply;
    match service::sign_in(&email, password.into()).await {
        Ok(()) => {
            reply::redirect_to(&next.unwrap_or_default());
            Ok(())
        }
        Err(error) => {
            reply::set_status_keeping(&error, &[("email", &email)]);
            Err(error)
        }
    }
}

/// Ends this session here and on the server. Works for anybody: signing out twice is no error.
#[server]
pub async fn sign_out() -> Result<(), AppError> {
    use super::server::service;
    use crate::infra::http::reply;
    service::sign_out().await.inspect_err(reply::set_status)?;
    reply::redirect_to("/login");
    Ok(())
}

/// The browsers in which the caller is signed in.
#[server]
pub async fn sessions() -> Result<SecurityData, AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::service::sessions(session::who().await?).await }.await.inspect_err(reply::set_status)
}

/// Ends one of the caller's own sessions.
#[server]
pub async fn end_session(id: SessionId) -> Result<(), AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::service::end_session(session::who().await?, id).await }
        .await
        .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/security?done=session");
    Ok(())
}

/// Ends all sessions of the caller but this one; answers how many there were.
#[server]
pub async fn end_other_sessions() -> Result<u64, AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    let ended = async { super::server::service::end_other_sessions(&session::who().await?).await }
        .await
        .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/security?done=others");
    Ok(ended)
}

/// Needs the old password; ends the caller's other sessions.
#[server]
pub async fn change_password(old_password: String, new_password: String) -> Result<(), AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async {
        super::server::service::change_password(session::who().await?, old_password.into(), new_password.into()).await
    }
    .await
    .inspect_err(reply::set_status)?;
    reply::plain_form_to("/settings/security?done=password");
    Ok(())
}
