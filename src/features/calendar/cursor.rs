//! Where the keyboard is in the grid. The grid is one stop of the Tab key; arrows walk in it from cell to cell and from post
//! to post. The place is kept beside the drawing, so that it outlives a new one: after a move, or in another month.

use super::model::Span;
use super::slot::Slot;
use crate::ui::focus::focus_post;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::time::Duration;

/// The grid's id in the document.
pub const GRID: &str = "calendar-grid";

#[derive(Clone, Copy)]
pub struct Cursor(StoredValue<Place>);

#[derive(Clone, Default)]
struct Place {
    slot: Option<Slot>,
    /// The id of the post on which it is.
    post: Option<String>,
    /// The keyboard was in the grid when it was last seen.
    inside: bool,
    /// It shall be there after the next drawing.
    wanted: bool,
}

/// The link of the page that leads on, followed as a click would: the address changes, and the router does the rest.
fn follow(selector: &str) -> bool {
    click(find(selector))
}

/// Soon: a click from inside a handler would meet the same handler again.
fn click(link: Option<Element>) -> bool {
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) else { return false };
    set_timeout(move || link.click(), Duration::ZERO);
    true
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn focus(element: Element) {
    if let Ok(element) = element.dyn_into::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// What the keyboard stops at in a cell: its posts, each with its layer beside it, and the link to the rest of them.
fn stops(cell: &Element) -> impl Iterator<Item = Element> {
    let is_stop = |element: &Element| element.has_attribute("data-stop");
    std::iter::successors(cell.first_element_child(), Element::next_element_sibling).filter_map(move |child| {
        if is_stop(&child) { Some(child) } else { child.first_element_child().filter(is_stop) }
    })
}

fn stop(cell: &Element, last: bool) -> Option<Element> {
    let mut stops = stops(cell);
    if last { stops.last() } else { stops.next() }
}

/// Out of the order of the Tab key: every link of the grid and every cell.
fn leave_out(element: &Element) {
    if element.tag_name() == "A" || element.get_attribute("role").as_deref() == Some("gridcell") {
        let _ = element.set_attribute("tabindex", "-1");
    }
    std::iter::successors(element.first_element_child(), Element::next_element_sibling).for_each(|e| leave_out(&e));
}

impl Cursor {
    pub fn new() -> Self {
        Self(StoredValue::default())
    }

    /// The keyboard is on this element of the grid now.
    pub fn entered(self, element: &Element) {
        let post = element.closest("[data-post]").ok().flatten();
        let stop = post.clone().or_else(|| element.closest("[data-stop], [role=gridcell]").ok().flatten());
        let Some((slot, stop)) = Slot::around(element).zip(stop) else { return };
        self.0.update_value(|place| {
            place.slot = Some(slot);
            place.post = post.and_then(|post| post.get_attribute("data-post"));
            place.inside = true;
        });
        find(&format!("#{GRID} [tabindex='0']")).inspect(|before| _ = before.set_attribute("tabindex", "-1"));
        let _ = stop.set_attribute("tabindex", "0");
    }

    /// The keyboard went elsewhere on the page; what was drawn anew under it does not count.
    pub fn left(self, to: Option<&Element>) {
        if to.is_some_and(|to| !matches!(to.closest(&format!("#{GRID}")), Ok(Some(_)))) {
            self.0.update_value(|place| place.inside = false);
        }
    }

    /// The keyboard shall be on the grid after the next drawing, and on this post if it is shown.
    pub fn want(self, post: Option<String>) {
        self.0.update_value(|place| {
            place.post = post.or(place.post.take());
            place.wanted = true;
        });
    }

    /// The keyboard is about to be on this post.
    pub fn remember(self, post: &str) {
        self.0.update_value(|place| place.post = Some(post.to_owned()));
    }

    /// The keyboard goes back to where it was in the grid, when nothing is going to be drawn.
    pub fn take_back(self) {
        self.want(None);
        request_animation_frame(move || self.settle());
    }

    /// After each drawing: one stop of the Tab key, and the keyboard where it was.
    pub fn settle(self) {
        let Some(grid) = document().get_element_by_id(GRID) else { return };
        leave_out(&grid);
        let Some(place) = self.0.try_get_value() else { return };
        let shown = |selector: &str| grid.query_selector(selector).ok().flatten();
        let post = place.post.as_ref().and_then(|post| shown(&format!("[data-post='{post}']")));
        let today = || shown("[role=gridcell][aria-current]").or_else(|| shown("[role=gridcell]"));
        let cell = || place.slot.and_then(Slot::cell).or_else(today);
        let Some(target) = post.or_else(|| cell().map(|cell| stop(&cell, false).unwrap_or(cell))) else { return };
        let _ = target.set_attribute("tabindex", "0");
        let nowhere = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if place.wanted || (place.inside && nowhere) {
            self.0.update_value(|place| place.wanted = false);
            // On a phone the grid is not to be seen, and the post is another link.
            match place.post.filter(|_| target.has_attribute("data-post")) {
                Some(post) => focus_post(post),
                None => focus(target),
            }
        }
    }

    /// What a key does from this element; `false`: nothing, the key is not ours.
    pub fn key(self, key: &str, from: &Element, span: Span) -> bool {
        let Some(slot) = Slot::around(from) else { return false };
        let inner = from.closest("[data-stop]").ok().flatten();
        let cell = from.closest("[role=gridcell]").ok().flatten();
        let near = |forward: bool| {
            let (here, all) = (inner.as_ref()?, stops(cell.as_ref()?));
            if forward {
                all.skip_while(|stop| stop != here).nth(1)
            } else {
                all.take_while(|stop| stop != here).last()
            }
        };
        let monday = i64::from(slot.day.weekday());
        let step = match key {
            "ArrowLeft" => slot.step(-1, 0),
            "ArrowRight" => slot.step(1, 0),
            "Home" if span == Span::Day => find("[data-slot]").as_ref().and_then(Slot::around),
            "End" if span == Span::Day => Some(Slot { hour: Some(23), ..slot }),
            "Home" => slot.step(-monday, 0),
            "End" => slot.step(6 - monday, 0),
            "ArrowUp" | "ArrowDown" => {
                let down = key == "ArrowDown";
                if let Some(near) = near(down) {
                    focus(near);
                    return true;
                }
                slot.step(0, if down { 1 } else { -1 })
            }
            "PageUp" => return self.turn(slot.turned(span, -1), "[data-step=earlier]"),
            "PageDown" => return self.turn(slot.turned(span, 1), "[data-step=later]"),
            _ => return false,
        };
        if let Some(to) = step {
            self.go(slot, to, key == "ArrowUp");
        }
        true
    }

    fn go(self, from: Slot, to: Slot, last: bool) {
        if let Some(cell) = to.cell() {
            return focus(stop(&cell, last).unwrap_or(cell));
        }
        let link = match () {
            () if to.day < from.day => "[data-step=earlier]",
            () if to.day > from.day => "[data-step=later]",
            () => "[data-early]",
        };
        self.turn(to, link);
    }

    /// While one page is on its way, no other is asked for: the links are still those of the page before.
    fn turn(self, to: Slot, link: &str) -> bool {
        if !self.0.with_value(|place| place.wanted) && follow(link) {
            self.0.update_value(|place| *place = Place { slot: Some(to), post: None, inside: true, wanted: true });
        }
        true
    }
}

/// Follows the link of a cell to a new post; `false` where there is none.
pub fn create_in(cell: &Element) -> bool {
    click(cell.query_selector("[data-new]").ok().flatten())
}
