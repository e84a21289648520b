//! Dragging a post by mouse, pen or finger. A mouse drags after a few pixels; a finger after it has rested on the post, so that
//! scrolling stays what it is.

use super::cursor::GRID;
use super::mover::{Drag, Mover, why_fixed};
use super::slot::Slot;
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::leptos_dom::helpers::{IntervalHandle, TimeoutHandle};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, EventTarget};
use std::time::Duration;

/// A pointer that goes less far has not moved, in CSS pixels.
const STILL: i32 = 6;
const LONG_PRESS: Duration = Duration::from_millis(400);
/// So near to an end of the window a drag scrolls it, in CSS pixels; the page's head is at the top.
const EDGE: (i32, i32) = (100, 60);

/// A pointer on a post.
#[derive(Clone, Copy)]
pub struct Pointer {
    mover: Mover,
    pressed: StoredValue<Option<Press>>,
    /// The click that ends a drag follows no link.
    ends_drag: StoredValue<bool>,
}

#[derive(Clone)]
struct Press {
    post: String,
    x: i32,
    y: i32,
    pointer: i32,
    /// Of a finger: when it has rested long enough.
    rest: Option<TimeoutHandle>,
    scrolling: Option<IntervalHandle>,
}

pub fn element(target: Option<EventTarget>) -> Option<Element> {
    target.and_then(|target| target.dyn_into().ok())
}

impl Pointer {
    pub fn new(mover: Mover) -> Self {
        Self { mover, pressed: StoredValue::new(None), ends_drag: StoredValue::new(false) }
    }

    pub fn down(self, event: &PointerEvent) {
        self.stop();
        let post = element(event.target()).and_then(|at| at.closest("[data-post]").ok().flatten());
        let Some(post) = post.and_then(|post| post.get_attribute("data-post")) else { return };
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let rests = event.pointer_type() == "touch";
        let rest = rests.then(|| set_timeout_with_handle(move || self.begin(), LONG_PRESS).ok()).flatten();
        let (x, y) = (event.client_x(), event.client_y());
        self.pressed.set_value(Some(Press { post, x, y, pointer: event.pointer_id(), rest, scrolling: None }));
    }

    pub fn moved(self, event: &PointerEvent) {
        let Some(press) = self.pressed.get_value() else { return };
        let (x, y) = (event.client_x(), event.client_y());
        if self.mover.drag.with_untracked(Option::is_none) {
            if (x - press.x).abs().max((y - press.y).abs()) < STILL {
                return;
            }
            if press.rest.is_some() {
                return self.stop();
            }
            self.begin();
        }
        self.over(x, y);
    }

    pub fn up(self) {
        let drag = self.mover.drag.get_untracked();
        self.stop();
        let Some(Drag { post, from, fixed, to, .. }) = drag else { return };
        self.ends_drag.set_value(true);
        set_timeout(move || _ = self.ends_drag.try_update_value(|ends| *ends = false), Duration::ZERO);
        match (fixed, to) {
            (Some(reason), _) => self.mover.refuse(reason),
            (None, Some(Ok(to))) => self.mover.go(post, Some(from), to),
            (None, Some(Err(reason))) => self.mover.refuse(reason),
            (None, None) => {}
        }
    }

    /// Whether this click only ended a drag; it leads nowhere then.
    pub fn takes(self, event: &MouseEvent) -> bool {
        let ends = self.ends_drag.get_value();
        if ends {
            event.prevent_default();
            event.stop_propagation();
        }
        ends
    }

    /// A finger that rests on a post wants to drag it, and no menu.
    pub fn rests(self) -> bool {
        self.pressed.with_value(|press| press.as_ref().is_some_and(|press| press.rest.is_some()))
    }

    /// Ends a drag without a move.
    pub fn stop(self) {
        if let Some(press) = self.pressed.try_update_value(Option::take).flatten() {
            press.rest.inspect(TimeoutHandle::clear);
            press.scrolling.inspect(IntervalHandle::clear);
        }
        self.mover.drag.set(None);
        self.mover.target.set(None);
    }

    fn begin(self) {
        let Some(press) = self.pressed.try_get_value().flatten() else { return };
        let Some(card) = self.mover.card(&press.post) else { return };
        let fixed = why_fixed(&card);
        let Some(from) = card.due else { return };
        if let Some(grid) = document().get_element_by_id(GRID) {
            // Fails when the pointer is gone: then nothing is dragged.
            let _ = grid.set_pointer_capture(press.pointer);
        }
        self.mover.refusal.set(None);
        self.mover.action.value().set(None);
        let (x, y) = (press.x, press.y);
        self.mover.drag.set(Some(Drag { post: press.post, title: card.title, from, fixed, to: None, x, y }));
        let scrolling = set_interval_with_handle(move || self.scroll(), Duration::from_millis(30)).ok();
        self.pressed.update_value(|press| _ = press.as_mut().map(|press| press.scrolling = scrolling));
        self.over(x, y);
    }

    fn over(self, x: i32, y: i32) {
        let Some(mut drag) = self.mover.drag.get_untracked() else { return };
        let below = document().element_from_point(x as f32, y as f32);
        let slot = below.as_ref().and_then(Slot::around).filter(|_| drag.fixed.is_none());
        drag.to = slot.map(|slot| {
            let to = slot.moved(drag.from.local);
            self.mover.why_not(to).filter(|_| to != drag.from.local).map_or(Ok(to), Err)
        });
        let target = slot.filter(|_| matches!(drag.to, Some(Ok(_))));
        if self.mover.target.get_untracked() != target {
            self.mover.target.set(target);
        }
        self.mover.drag.set(Some(Drag { x, y, ..drag }));
    }

    fn scroll(self) {
        let Some(Drag { x, y, .. }) = self.mover.drag.try_get_untracked().flatten() else { return };
        let Some(from) = self.pressed.with_value(|press| press.as_ref().map(|press| press.y)) else { return };
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default() as i32;
        let by = match () {
            // A drag that only began there stays.
            () if y < EDGE.0.min(from) => -12.0,
            () if y > (height - EDGE.1).max(from + STILL) => 12.0,
            () => return,
        };
        window().scroll_by_with_x_and_y(0.0, by);
        self.over(x, y);
    }
}
