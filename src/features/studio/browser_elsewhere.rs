//! The names of `browser` where there is no browser: the server renders, it never runs event handlers.

use leptos::prelude::*;

pub fn typed(_: &str, _: &str) -> Option<String> {
    None
}

pub fn text_of(_: &str) -> Option<String> {
    None
}

pub fn ticked(_: &str, _: &str, _: &str) -> Option<bool> {
    None
}

pub fn guard(_: Signal<bool>) {}

pub fn select(_: &str, _: u32, _: u32) {}
