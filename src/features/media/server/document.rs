//! PDF documents: how many pages they have, and that they can be read without a password. Nothing is drawn.

use super::kept::{self, New};
use super::service::Keeper;
use crate::domain::error::{AppError, Result};
use crate::features::media::model::{AssetCard, MAX_DOCUMENT_BYTES, Why};
use crate::infra::child;
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use bytes::Bytes;
use lopdf::Document;
use std::time::Duration;
use tokio::sync::Semaphore;

/// More pages than any document has that somebody means to publish.
const MAX_PAGES: u32 = 100_000;

/// A document is read in one piece, because what it has of pages stands at its end and refers to anywhere in it: one at a
/// time, so that they do not fill the memory together.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);
/// For reading the bytes of one.
const READING: Duration = Duration::from_secs(60);
/// 4 GB of address space, of which most is only reserved.
const BOUNDS: child::Bounds = child::Bounds { memory: 4_000_000, answer: 100 };

/// Whether a file begins as a PDF does.
pub fn is_pdf(head: &[u8]) -> bool {
    head.starts_with(b"%PDF-")
}

/// How many pages a file of `length` bytes has, read whole by `read`; the inner error says why it cannot be used.
pub async fn look(
    app: &App,
    length: u64,
    read: impl AsyncFnOnce() -> Result<Bytes>,
) -> Result<std::result::Result<u32, Why>> {
    if length > MAX_DOCUMENT_BYTES {
        return Ok(Err(Why::DocumentTooBig));
    }
    let _place = ONE_AT_A_TIME.acquire().await.map_err(|_| AppError::unavailable("The server is stopping."))?;
    // A company's own store may be slow; others wait for their documents.
    let read = tokio::time::timeout(READING, read()).await;
    let bytes =
        read.map_err(|_| AppError::unavailable("The media store takes too long for this file. Try again."))??;
    let said = child::run(&app.settings.program, [COUNT_PAGES], bytes, BOUNDS).await;
    Ok(match said.as_deref() {
        Ok(LOCKED) => Err(Why::Locked),
        Ok(number) => std::str::from_utf8(number).ok().and_then(|n| n.parse().ok()).ok_or(Why::Damaged),
        Err(why) => {
            tracing::info!(why, "a document could not be read");
            Err(Why::Damaged)
        }
    })
}

/// The program's own command that counts; for nobody's hands.
pub const COUNT_PAGES: &str = "count-pages";
const LOCKED: &[u8] = b"locked";

/// What that command says of a document: its pages, or that it has a password; nothing for one that cannot be read.
pub fn counted(bytes: &[u8]) -> Option<String> {
    match pages(bytes) {
        Ok(number) => Some(number.to_string()),
        Err(Why::Locked) => Some("locked".into()),
        Err(_) => None,
    }
}

/// The cross-reference table and the root of the pages are read. `lopdf` bounds what a compressed part unfolds to, but not what
/// it makes of that: so never in the server's own process.
fn pages(bytes: &[u8]) -> std::result::Result<u32, Why> {
    let seen = Document::load_metadata_mem(bytes).map_err(|_| Why::Damaged)?;
    match seen.page_count {
        _ if seen.encrypted => Err(Why::Locked),
        1..=MAX_PAGES => Ok(seen.page_count),
        _ => Err(Why::Damaged),
    }
}

/// Makes an asset of a document; `write` as in [`kept::keep`].
pub async fn keep(
    to: Keeper<'_>,
    place: &MediaStore,
    file_name: &str,
    bytes: u64,
    pages: u32,
    write: impl AsyncFnOnce(&str) -> Result<Vec<u8>>,
) -> Result<AssetCard> {
    let new = New { file_name, mime: "application/pdf", bytes, pages: Some(pages), ..New::default() };
    kept::keep(to, place, new, write).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Object, dictionary};

    /// A PDF with so many empty pages.
    fn pdf(pages: usize) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let root = document.new_object_id();
        let kids: Vec<Object> = (0..pages)
            .map(|_| document.add_object(dictionary! { "Type" => "Page", "Parent" => root }).into())
            .collect();
        let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => pages as i64,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()] };
        document.objects.insert(root, tree.into());
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
        document.trailer.set("Root", catalog);
        let mut bytes = vec![];
        document.save_to(&mut bytes).expect("written");
        bytes
    }

    #[test]
    fn pages_are_counted_and_what_is_no_document_is_refused() {
        for number in [1, 12, 301] {
            assert_eq!(pages(&pdf(number)), Ok(number as u32));
        }
        assert_eq!(pages(&pdf(0)), Err(Why::Damaged), "without a page");
        let whole = pdf(5);
        assert!(is_pdf(&whole) && !is_pdf(b"\n%PDF-1.5") && !is_pdf(b"%PD"));
        for part in 1..8 {
            let cut = pages(&whole[..whole.len() * part / 8]);
            assert!(cut.is_err() || cut == Ok(5), "{part}: {cut:?}");
        }
        assert_eq!(pages(b"%PDF-1.7 and nothing more"), Err(Why::Damaged));
        assert_eq!(pages(&[b"%PDF-1.4\n".as_slice(), &b"[".repeat(100_000)].concat()), Err(Why::Damaged));
    }
}
