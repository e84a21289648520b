//! What a page of the program is: what it fetches, and how it looks. Kept apart, so that data is under way before the view is built.

use super::focus;
use leptos::prelude::*;

pub trait Screen: Send + Sync + Sized + 'static {
    /// Creates the page's resources and signals.
    fn data() -> Self;
    fn view(this: Self) -> AnyView;
    /// Whether it is what one has come to: then the keyboard goes to it.
    const IS_PAGE: bool = true;
}

/// A page as a route shows it.
pub fn screen<S: Screen>() -> AnyView {
    if S::IS_PAGE {
        Effect::new(move |_| focus::arrived());
    }
    S::view(S::data())
}
