//! The names of `browser` where there is no browser: the server renders, it never runs event handlers.

use crate::features::captions::model::{CaptionAsk, CaptionEvent};
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

pub fn on_hidden(_: impl Fn() + 'static) {}

pub fn write(_: &CaptionAsk, _: impl FnMut(CaptionEvent) + 'static, _: impl Fn(Option<String>) + 'static) {}

pub fn stop_writing() {}

pub fn has_focus(_: &str) -> bool {
    false
}

pub fn select(_: &str, _: u32, _: u32) {}
