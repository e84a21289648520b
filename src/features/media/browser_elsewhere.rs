//! The names of `browser` where there is no browser: the server renders, it never runs event handlers.

use crate::domain::error::AppError;
use crate::features::media::model::AssetCard;
use leptos::web_sys::Event;

/// No file is ever picked here.
pub enum Picked {}

pub struct Never {
    pub name: String,
    pub bytes: u64,
    pub mime: String,
}

impl std::ops::Deref for Picked {
    type Target = Never;
    fn deref(&self) -> &Never {
        match *self {}
    }
}

pub fn from_input(_: &Event) -> Vec<Picked> {
    vec![]
}

pub fn from_drop(_: &Event) -> Vec<Picked> {
    vec![]
}

pub fn from_paste(_: &Event) -> Vec<Picked> {
    vec![]
}

pub fn waiting(_: &str) -> Vec<Picked> {
    vec![]
}

/// See `browser_parts`.
#[expect(dead_code, reason = "made in the browser only")]
pub enum Progress {
    Sent(u8),
    Checking,
}

pub fn send(
    _: u32,
    picked: Picked,
    _: bool,
    _: impl Fn(Progress) + 'static,
    _: impl Fn(Result<AssetCard, AppError>) + 'static,
) {
    match picked {}
}

pub fn kept(_: u32) -> Option<Picked> {
    None
}

pub fn cancel(_: u32) {}
