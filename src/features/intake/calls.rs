//! Server functions of the page about Zapier. All of them need the right to keep keys, even for looking.

use super::model::{IntakePage, IntakeQuery, NewKey};
#[cfg(feature = "ssr")]
use super::server::{items, keys, page};
use crate::domain::error::AppError;
use crate::domain::ids::{IntakeItemId, IntakeKeyId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// The whole page.
#[server(input = Json)]
pub async fn load_intake(query: IntakeQuery) -> Result<IntakePage, AppError> {
    call::allowed(Permission::Secrets, async |who| page::load(&who, &query).await).await
}

/// Makes a password for a user name. It is shown this once: only its fingerprint is kept.
#[server]
pub async fn make_intake_key(user_name: String) -> Result<NewKey, AppError> {
    call::keeping([("user_name", &user_name)])
        .allowed(Permission::Secrets, async |who| {
            paced(&who)?;
            let made = page::make(&who, &user_name).await?;
            reply::plain_form_to("/settings/zapier");
            Ok(made)
        })
        .await
}

/// Ends a password at once.
#[server]
pub async fn revoke_intake_key(key: IntakeKeyId) -> Result<(), AppError> {
    call::allowed(Permission::Secrets, async |who| {
        paced(&who)?;
        keys::revoke(&who.tenant, key).await?;
        reply::redirect_to("/settings/zapier?done=revoked");
        Ok(())
    })
    .await
}

/// Takes in what was refused, as it stands in `body` now.
#[server]
pub async fn send_again(item: IntakeItemId, body: String) -> Result<(), AppError> {
    call::keeping([("item", &item.to_string()), ("body", &body)])
        .allowed(Permission::Secrets, async |who| {
            paced(&who)?;
            items::send_again(&who.tenant, item, &body).await?;
            reply::redirect_to("/settings/zapier?done=fixed");
            Ok(())
        })
        .await
}

/// Sends a made-up contact.
#[server]
pub async fn send_test_contact() -> Result<(), AppError> {
    call::allowed(Permission::Secrets, async |who| {
        paced(&who)?;
        page::send_test(&who).await?;
        reply::redirect_to("/settings/zapier?done=test");
        Ok(())
    })
    .await
}
