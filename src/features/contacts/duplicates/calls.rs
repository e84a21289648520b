//! Server functions of the page of duplicates.

use super::model::{DuplicateList, MergeChoices};
use crate::domain::error::AppError;
use crate::domain::ids::{MergeId, PairId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::features::contacts::server::duplicates::{listed, merge as merging};
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// People who may be one, and what was merged lately.
#[server]
pub async fn list_duplicates() -> Result<DuplicateList, AppError> {
    call::allowed(Permission::Contacts, async |who| listed::list(&who).await).await
}

/// Looks for them now.
#[server]
pub async fn find_duplicates() -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        listed::look_now(&who).await?;
        reply::redirect_to("/contacts/duplicates?notice=looking");
        Ok(())
    })
    .await
}

/// They are one: the field's values that were chosen are kept.
#[server]
pub async fn merge_contacts(pair: PairId, #[server(default)] keep: MergeChoices) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        merging::merge(&who, pair, keep).await?;
        reply::redirect_to("/contacts/duplicates?notice=merged");
        Ok(())
    })
    .await
}

/// They are two, and are not shown together again.
#[server]
pub async fn tell_apart(pair: PairId) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        merging::tell_apart(&who, pair).await?;
        reply::redirect_to("/contacts/duplicates?notice=apart");
        Ok(())
    })
    .await
}

/// Gives both people back.
#[server]
pub async fn undo_merge(merge: MergeId) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        merging::undo(&who, merge).await?;
        reply::redirect_to("/contacts/duplicates?notice=undone");
        Ok(())
    })
    .await
}
