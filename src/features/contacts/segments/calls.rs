//! Server functions of the page about segments. Whoever writes posts may see and change them.

use super::form::Draft;
#[cfg(feature = "ssr")]
use super::form::rule;
use super::model::{Counted, SegmentPage, SegmentQuery};
#[cfg(feature = "ssr")]
use super::server::{counted, service};
use crate::domain::error::AppError;
use crate::domain::ids::SegmentId;
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
pub async fn load_segments(query: SegmentQuery) -> Result<SegmentPage, AppError> {
    call::allowed(Permission::Contacts, async |who| service::page(&who, query).await).await
}

/// How many fit what stands in the form now.
#[server]
pub async fn count_draft(draft: Draft) -> Result<Counted, AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        counted::of_draft(&who.tenant, rule(&draft.rows, false)).await
    })
    .await
}

/// Does what was pressed in the form of a rule: one more row, one less, or saves it.
#[server]
pub async fn build_segment(draft: Draft) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        let page = service::PAGE;
        let there = match service::build_on(&who, draft).await? {
            service::Built::Saved(_) => format!("{page}?did=saved"),
            service::Built::Kept(id, at) => {
                let at = at.map(|at| format!("&at={at}")).unwrap_or_default();
                format!("{page}?draft={id}{at}#rule")
            }
        };
        reply::redirect_to(&there);
        Ok(())
    })
    .await
}

/// Makes a list that is filled by hand, or renames one.
#[server]
pub async fn save_list(#[server(default)] list: Option<SegmentId>, name: String) -> Result<(), AppError> {
    call::keeping([("name", &name)])
        .allowed(Permission::Contacts, async |who| {
            paced(&who)?;
            service::save_list(&who, list, &name).await?;
            reply::redirect_to(&format!("{}?did=saved", service::PAGE));
            Ok(())
        })
        .await
}

/// Deletes a segment, or brings it back.
#[server]
pub async fn delete_segment(segment: SegmentId, #[server(default)] restore: bool) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        service::delete(&who, segment, restore).await?;
        let said = if restore { String::new() } else { format!("?gone={segment}") };
        reply::redirect_to(&format!("{}{said}", service::PAGE));
        Ok(())
    })
    .await
}
