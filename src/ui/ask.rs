//! The link with which one asks the program, on every page of the frame, and whether its panel is open.

use super::focus::focus_soon;
use leptos::prelude::*;

/// The id of the link.
pub const ASK: &str = "ask";

/// Whether the panel is open. Provided by the frame.
#[derive(Clone, Copy)]
pub struct AskOpen(pub RwSignal<bool>);

impl AskOpen {
    /// Closes it; the keyboard goes back to what opened it.
    pub fn close(self) {
        self.0.set(false);
        focus_soon(ASK);
    }
}
