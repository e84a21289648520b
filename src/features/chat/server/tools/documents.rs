//! Documents that agents delivered: found by their words, read in their latest version. Only what this person may see.

use super::{LISTED, Wrong, not_shown, short};
use crate::features::agents::model::{Block, Span};
use crate::features::agents::server::{found, service};
use crate::features::chat::server::shown::Shown;
use crate::features::chat::server::turn::Turn;
use serde_json::{Value, json};

/// Lines of a document that are told.
const LINES: usize = 100;

pub async fn find(turn: &Turn, shown: &mut Shown, words: &str) -> crate::domain::error::Result<Value> {
    let found = found::documents(turn.who(), &short(words.trim(), 200)).await?;
    let line = |document: &found::Found| {
        json!({
            "ref": shown.document(document.id),
            "title": document.title,
            "agent": document.agent,
            "changed": document.changed_at.date_naive().to_string(),
        })
    };
    Ok(found.iter().take(LISTED).map(line).collect())
}

pub async fn read(turn: &Turn, shown: &mut Shown, name: &str) -> Result<Value, Wrong> {
    let id = shown.find_document(name).ok_or_else(|| not_shown("document", name))?;
    let document = service::document(turn.who(), id, None).await?;
    let lines: Vec<_> = document.blocks.iter().flat_map(lines).take(LINES).collect();
    Ok(json!({ "ref": shown.document(id), "title": document.line.title, "lines": lines }))
}

/// A part of a document as lines, without the addresses behind its words: they have ids in them.
fn lines(block: &Block) -> Vec<String> {
    let text = |spans: &[Span]| spans.iter().map(|span| span.text.as_str()).collect::<String>();
    match block {
        Block::Heading(_, words) => vec![format!("# {}", text(words))],
        Block::Text(words) => vec![text(words)],
        Block::List(points) => points.iter().map(|words| format!("- {}", text(words))).collect(),
        Block::Table(rows) => {
            let row = |cells: &Vec<Vec<Span>>| cells.iter().map(|cell| text(cell)).collect::<Vec<_>>().join(" | ");
            rows.iter().map(row).collect()
        }
    }
}
