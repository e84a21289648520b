//! A file from an address: fetched by the server as a stranger's link is (`infra::http::visit`), and then taken in like an upload.

use super::receive::{Incoming, clean_name};
use super::{lost, service};
use crate::domain::error::{AppError, Result};
use crate::features::media::model::{AssetCard, MAX_UPLOAD_BYTES};
use crate::infra::http::visit::{self, Found, Want};
use crate::infra::session::Granted;
use crate::infra::state::App;
use sha2::{Digest, Sha256};
use std::time::Duration;
use url::Url;

/// What a server may call the files that we take. What they are is read from their bytes.
const WANT: Want = Want {
    kinds: &["image/", "video/", "application/pdf", "application/octet-stream", "binary/octet-stream"],
    max_bytes: MAX_UPLOAD_BYTES as usize,
    beginning_is_enough: false,
    deadline: Duration::from_secs(40),
};
/// Longest address.
const LONGEST: usize = 2_000;

/// Takes in what is there.
pub async fn add(who: &Granted, address: &str) -> Result<AssetCard> {
    let address = address.trim();
    if address.is_empty() || address.len() > LONGEST {
        return Err(AppError::invalid(
            "url",
            "Paste the whole address of a picture, a video or a PDF, such as https://example.com/cup.jpg.",
        ));
    }
    // It may become as large as the largest upload.
    let hold = who.app.throttles.bodies.begin(who.user);
    hold.more(WANT.max_bytes)?;
    let found = fetch(&who.app, address).await?;
    let sha256 = Sha256::digest(&found.body);
    let file = Incoming { name: name_of(&found.url), bytes: found.body };
    match service::take(who.into(), file).await? {
        Ok(card) => {
            // As it was typed: where it leads from there can be another address tomorrow.
            lost::keep_source(&who.tenant, card.facts.asset, address, &sha256).await?;
            Ok(card)
        }
        Err(refusal) => Err(AppError::invalid("url", refusal.words())),
    }
}

/// What is at an address, fetched with all care.
pub(super) async fn fetch(app: &App, address: &str) -> Result<Found> {
    visit::fetch(app.outbound.reach(), address, &WANT).await.map_err(|why| {
        tracing::info!(why, "a file was not fetched from a link");
        AppError::invalid("url", words(&why))
    })
}

/// Why not, and what to do.
fn words(why: &str) -> String {
    if why.starts_with("it is larger") {
        let most = MAX_UPLOAD_BYTES >> 20;
        return format!("This file is too big for a link: {most} MB at most. Download it, then upload it here.");
    }
    if why.starts_with("it is ") {
        return "This link leads to a page, not to a file. Open the picture, video or PDF itself, and copy its address.".into();
    }
    if why.starts_with("This address")
        || why.starts_with("Use a full")
        || why.starts_with("Only ")
        || why.starts_with("Leave ")
    {
        return why.to_owned();
    }
    format!("The file could not be fetched ({why}). Check the link, or download the file and upload it here.")
}

/// The last part of the address, as a name of a file.
fn name_of(url: &Url) -> String {
    let last = url.path_segments().and_then(Iterator::last).unwrap_or_default();
    // `+` stands for itself in a path.
    let last = last.replace('+', "%2B");
    let plain = url::form_urlencoded::parse(last.as_bytes()).next();
    clean_name(&plain.map(|(name, _)| name.into_owned()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_address_ends() {
        let name = |address: &str| name_of(&Url::parse(address).unwrap());
        assert_eq!(name("https://example.com/a/red%20cup+1.jpg?size=large"), "red cup+1.jpg");
        assert_eq!(name("https://example.com/%2e%2e%2fetc%2Fpasswd"), "passwd");
        assert_eq!(name("https://example.com/"), "picture");
    }

    #[test]
    fn what_went_wrong_names_the_next_step() {
        for (why, says) in [
            ("it is text/html", "leads to a page, not to a file"),
            ("it is larger than 31457280 bytes", "30 MB at most"),
            ("the answer has status 404", "Check the link"),
            ("This address leads into a private network and cannot be used.", "private network"),
        ] {
            assert!(words(why).contains(says), "{why}: {}", words(why));
        }
    }
}
