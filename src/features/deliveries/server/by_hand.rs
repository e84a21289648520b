//! What people publish themselves, as no program may there (`AccountFacts::by_hand`): when the time comes it is theirs, and
//! they say what became of it. Their word is what counts: there is nobody to ask.

use super::machine::{Event, next};
use super::service::{database_time, job_key, too_late};
use super::store::{ByPerson, Link, Place};
use super::{parts, store};
use crate::connectors::by_hand;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::platform::Platform;
use crate::infra::queue;
use crate::infra::session::Granted;

/// The word for why it waits for a person.
pub const KIND: &str = "by_hand";

/// What they are asked to do.
pub fn words(platform: Platform) -> String {
    format!("It is time: post this on {} yourself, then mark it as posted.", platform.name())
}

/// "Mark as posted", with the post's address or without. A second time it changes nothing.
pub async fn mark_posted(who: &Granted, id: DeliveryId, place: &Place, url: Option<String>) -> Result<()> {
    let (tenant, name) = (&who.tenant, place.platform.name());
    if let Some(url) = &url
        && !by_hand::is_there(place.platform, url)
    {
        let words = format!("This is not an address on {name}. Paste the address of the post, or leave it empty.");
        return Err(AppError::invalid("url", words));
    }
    let mut tx = tenant.db.begin().await?;
    let row = store::lock(&mut tx, tenant.company, id).await?;
    if row.state == DeliveryState::Live && row.is_linked && row.is_handed {
        return Ok(());
    }
    let to = next(row.state, Event::MarkPosted).map_err(|_| too_late(&row, "marked as posted"))?;
    let at = database_time(&mut tx).await?;
    let note = match &url {
        Some(_) => format!("{} posted it by hand and gave its address.", who.name),
        None => format!("{} posted it by hand.", who.name),
    };
    let link = Link { url, remote: None, at };
    let change = ByPerson { link: Some(link), same_content: true, ..Default::default() };
    store::move_by_person(&mut tx, tenant.company, &row, to, &change, &note).await?;
    queue::cancel(&mut tx, &job_key(id)).await?;
    parts::resume_followers(&mut tx, tenant.company, id, at).await?;
    Ok(tx.commit().await?)
}
