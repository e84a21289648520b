//! The card of a link: LinkedIn does not read the page, so what it says of itself goes with the post (`link_page`). Whatever
//! goes wrong, the post goes out, with a barer card.

use super::publish::Image;
use super::{problem, publish};
use crate::connectors::link_page::{self, LinkPage};
use crate::connectors::{Call, Fault};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What is known of a link's page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The link that it was read for.
    pub link: String,
    pub title: Option<String>,
    pub description: Option<String>,
    /// Where its picture is; gone once it was dealt with.
    pub picture: Option<String>,
    /// The picture at LinkedIn.
    pub thumbnail: Option<String>,
}

/// Visits the page. An unreadable one gives a card without words.
pub async fn read(call: &Call<'_>, link: &str) -> Card {
    let LinkPage { title, description, picture } = link_page::read(call, link).await;
    Card { link: link.to_owned(), title, description, picture, thumbnail: None }
}

/// Puts the card's picture on LinkedIn. What goes wrong with it is no reason not to publish; only refused access is said.
pub async fn hang(call: &Call<'_>, card: &mut Card) -> Result<(), Fault> {
    let Some(address) = card.picture.take() else { return Ok(()) };
    let Some(bytes) = link_page::picture(call, &address).await else { return Ok(()) };
    match upload(call, bytes).await {
        Ok(urn) => card.thumbnail = Some(urn),
        Err(fault @ Fault::AuthExpired { .. }) => {
            card.picture = Some(address);
            return Err(fault);
        }
        Err(fault) => tracing::info!(%fault, "the picture of a link's card could not be uploaded"),
    }
    Ok(())
}

async fn upload(call: &Call<'_>, bytes: Bytes) -> Result<String, Fault> {
    let Image { urn, upload_url, .. } = publish::register(call, None).await?;
    let address = upload_url.ok_or_else(problem::lost)?;
    publish::send(call, &address, "image/jpeg", bytes).await?;
    Ok(urn)
}
