//! Pinterest's error responses: `{code, message}`, where the code is a number and the message names the field.

use super::{PINNING, boards};
use crate::connectors::Fault;
use crate::connectors::rate_limits::{Pause, RateLimited};
use crate::connectors::wire::WireResponse;
use crate::domain::error::Problem;
use chrono::TimeDelta;
use serde::Deserialize;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Read,
    /// Looking for the chosen board.
    Board,
    /// Announcing or sending a video.
    Upload,
    /// The irreversible call.
    Pin,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    message: String,
}

/// What a response that is no success means.
pub fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let Body { message } = response.error();
    let words = Some(message.as_str()).filter(|words| !words.trim().is_empty());
    let says = |otherwise: &str| words.map_or_else(|| otherwise.to_owned(), |words| format!("Pinterest says: {words}"));
    let is_about_board = message.to_lowercase().contains("board");
    match (response.status.as_u16(), operation) {
        (404, Operation::Board) => boards::choose("This board is not there any more."),
        (404, Operation::Pin) if is_about_board => boards::choose("This board is not there any more."),
        (403, Operation::Pin) if is_about_board => boards::choose("The account may not pin to this board."),
        (400 | 413 | 422, Operation::Upload | Operation::Pin) => {
            let message = says("Pinterest refused the pin.");
            let field = if operation == Operation::Upload { "media" } else { field(&message) };
            Fault::InvalidContent { problems: vec![Problem::error(field, message.clone())], message }
        }
        _ => response.by_status(words, &PINNING),
    }
}

/// The field of our own form that a message is about.
fn field(message: &str) -> &'static str {
    let message = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["board"]) {
        "options.board"
    } else if has(&["title"]) {
        "options.title"
    } else if has(&["image", "media", "video", "the url", "alt_text", "items"]) {
        "media"
    } else if has(&["link"]) {
        "link"
    } else {
        "text"
    }
}

/// No header says until when. "Spam" in the message is no limit but a block of the account for what it does, which ends later.
pub fn limits(response: &WireResponse) -> RateLimited {
    let Body { message } = response.error();
    let is_block = message.to_lowercase().contains("spam");
    let (first, most) = if is_block { (6, 24) } else { (0, 1) };
    let first = if first == 0 { TimeDelta::minutes(1) } else { TimeDelta::hours(first) };
    RateLimited::without_time(Pause { first, most: TimeDelta::hours(most) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_field() {
        for (message, expected) in [
            ("Invalid request: '12a' does not match '^\\d+$' for board_id", "options.board"),
            ("Sorry! Unable to reach the URL. Please provide another URL.", "media"),
            ("Invalid link", "link"),
            ("'title' is too long", "options.title"),
            ("The description was refused", "text"),
        ] {
            assert_eq!(field(message), expected, "{message}");
        }
    }
}
