//! The names of `browser` where there is no browser: the server renders, it never runs event handlers.

use super::model::{ChatAsk, ChatEvent, Ending};

pub fn ask(_: &ChatAsk, _: impl FnMut(ChatEvent) + 'static, _: impl Fn(Ending) + 'static) {}

pub fn stop() {}

pub fn show_end(_: &'static str) {}
