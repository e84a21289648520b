//! The account's boards and their sections: for a person to choose from, and whether the chosen board is still there.

use super::problem::Operation;
use super::{Pinterest, read, send};
use crate::connectors::wire::segment;
use crate::connectors::{Call, Choices, Fault};
use crate::domain::error::Problem;
use crate::domain::options::RemoteChoice;
use crate::domain::platforms::pinterest::{BOARDS, SECTIONS};
use async_trait::async_trait;
use serde::Deserialize;

/// As many as a page may have.
const PAGE: &str = "250";
/// Pages that are read: 2,500 boards or sections.
const PAGES: usize = 10;

#[derive(Deserialize)]
struct Page {
    items: Vec<Board>,
    bookmark: Option<String>,
}

/// A board, or a section of one.
#[derive(Deserialize)]
struct Board {
    id: String,
    name: String,
    /// `PUBLIC`, `PROTECTED`, `SECRET`.
    privacy: Option<String>,
}

#[async_trait]
impl Choices for Pinterest {
    async fn choices(&self, call: &Call<'_>, source: &str, parent: &str) -> Result<Vec<RemoteChoice>, Fault> {
        let (path, operation) = match source {
            BOARDS => ("boards".to_owned(), Operation::Read),
            SECTIONS => (format!("boards/{}/sections", segment(parent)), Operation::Board),
            _ => return Err(Fault::Unsupported { message: "Pinterest has no such list.".into() }),
        };
        let (mut found, mut bookmark) = (vec![], None);
        for _ in 0..PAGES {
            let mut request = read(call, &path).query("page_size", PAGE);
            if let Some(bookmark) = &bookmark {
                request = request.query("bookmark", bookmark);
            }
            let page: Page = send(request, call, operation).await?.json()?;
            found.extend(page.items.into_iter().map(choice));
            bookmark = page.bookmark.filter(|bookmark| !bookmark.is_empty());
            if bookmark.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

fn choice(board: Board) -> RemoteChoice {
    let secret = if board.privacy.as_deref() == Some("SECRET") { " (secret)" } else { "" };
    RemoteChoice { label: format!("{}{secret}", board.name), id: board.id }
}

/// Whether there is this board, before a pin is made for it.
pub(super) async fn find(call: &Call<'_>, board: &str) -> Result<(), Fault> {
    let request = read(call, &format!("boards/{}", segment(board)));
    send(request, call, Operation::Board).await?.json::<Board>().map(drop)
}

/// No board, or none that is there.
pub(super) fn choose(why: &str) -> Fault {
    let message = format!("{why} Choose a board.");
    let problems = vec![Problem::error("options.board", message.clone())];
    Fault::InvalidContent { message, problems }
}
