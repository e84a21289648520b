//! Server functions of the page of fields. Whoever may change contacts may change their fields.

use super::kind::FieldKind;
use super::model::FieldList;
use crate::domain::error::AppError;
use crate::domain::ids::FieldId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::features::contacts::server::fields;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// All of them.
#[server]
pub async fn list_fields() -> Result<FieldList, AppError> {
    call::allowed(Permission::Contacts, async |who| fields::list(&who).await).await
}

/// Makes a field, or changes the one that is named. `choices`: one a line.
#[server]
pub async fn save_field(
    #[server(default)] field: Option<FieldId>,
    label: String,
    #[server(default)] kind: FieldKind,
    #[server(default)] choices: String,
) -> Result<(), AppError> {
    call::keeping([("label", &label), ("kind", kind.id()), ("choices", &choices)])
        .allowed(Permission::Contacts, async |who| {
            paced(&who)?;
            fields::save(&who, field, &label, kind, &choices).await?;
            reply::redirect_to("/contacts/fields?did=saved");
            Ok(())
        })
        .await
}

/// Deletes a field, or brings it back. The values stay with the contacts.
#[server]
pub async fn delete_field(field: FieldId, #[server(default)] restore: bool) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        fields::delete(&who, field, restore).await?;
        let said = if restore { String::new() } else { format!("?gone={field}") };
        reply::redirect_to(&format!("/contacts/fields{said}"));
        Ok(())
    })
    .await
}
