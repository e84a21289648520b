//! Marks under the text of a field while somebody types in it. A field cannot show them itself, so the same text stands behind
//! it, invisible and underlined: it wraps and scrolls as the field does. Screen readers do not meet it.

use crate::domain::marks::{Mark, MarkKind};
use leptos::ev::MouseEvent;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// What is marked in a field.
#[derive(Clone, Copy)]
pub struct Marked {
    /// The text as it stands in the field.
    pub text: Signal<String>,
    /// Of this text; in its order, none over another.
    pub marks: Signal<Vec<Mark>>,
    /// Where the mark begins that is shown brighter, because somebody is at its suggestion.
    pub lit: Signal<Option<u32>>,
}

/// The reason of the mark under the pointer, and where it stands: from the left and the top of the field, in pixels.
#[derive(Clone, Debug, PartialEq)]
struct Tip {
    about: String,
    left: i32,
    top: i32,
}

/// What the field and the text behind it share.
#[derive(Clone, Copy)]
pub(super) struct Layer {
    behind: NodeRef<Div>,
    tip: RwSignal<Option<Tip>>,
    marked: Marked,
}

/// The class of a field that has a text behind it: what is behind must be seen, and wraps at the same width.
pub(super) const FIELD: &str = " relative bg-transparent! [scrollbar-gutter:stable]";

/// The same box as the field's, without its text: every length here is one of the field (`ui::field`).
const BEHIND: &str = "absolute inset-0 overflow-hidden rounded-control border border-transparent bg-surface-2 px-2.5 py-2 text-base leading-relaxed text-transparent whitespace-pre-wrap wrap-break-word select-none [scrollbar-gutter:stable] [unicode-bidi:plaintext]";
const STYLE: &str = "underline decoration-pink decoration-2 underline-offset-4";
const SPELLING: &str = "underline decoration-cyan decoration-wavy decoration-1 underline-offset-4";
/// How wide the reason may be.
const TIP_WIDTH: i32 = 260;

impl Layer {
    pub fn new(marked: Marked) -> Self {
        Self { behind: NodeRef::new(), tip: RwSignal::new(None), marked }
    }

    /// The text behind the field scrolls with it.
    pub fn follow(self, field: NodeRef<Textarea>) {
        self.tip.set(None);
        if let (Some(field), Some(behind)) = (field.get_untracked(), self.behind.get_untracked()) {
            behind.set_scroll_top(field.scroll_top());
        }
    }

    /// Shows the reason of the mark under the pointer.
    pub fn point(self, event: &MouseEvent) {
        let tip = self.under(event.client_x() as f32, event.client_y() as f32);
        if self.tip.with_untracked(|shown| *shown != tip) {
            self.tip.set(tip);
        }
    }

    pub fn leave(self) {
        self.tip.set(None);
    }

    fn under(self, x: f32, y: f32) -> Option<Tip> {
        let behind = self.behind.get_untracked()?;
        let elements = document().elements_from_point(x, y);
        let found = elements.iter().filter_map(|e| e.dyn_into::<HtmlElement>().ok());
        let mark = found.into_iter().find(|e| e.has_attribute("data-mark") && behind.contains(Some(e)))?;
        let from: u32 = mark.get_attribute("data-mark")?.parse().ok()?;
        let about = self.marked.marks.with_untracked(|m| m.iter().find(|m| m.from == from).map(|m| m.about.clone()))?;
        let left = mark.offset_left().min(behind.client_width() - TIP_WIDTH).max(0);
        Some(Tip { about, left, top: mark.offset_top() + mark.offset_height() - behind.scroll_top() + 6 })
    }

    /// The text with its marks; goes before the field.
    pub fn behind(self) -> AnyView {
        let Marked { text, marks, lit } = self.marked;
        let pieces = move || {
            let (text, marks, lit) = (text.get(), marks.get(), lit.get());
            // Without marks there is nothing to see, and the text stands in the page only once.
            if marks.is_empty() { vec![] } else { pieces(&text, &marks, lit) }
        };
        view! {
            <div node_ref=self.behind aria-hidden="true" dir="auto" class=BEHIND>
                {pieces}
            </div>
        }
        .into_any()
    }

    /// The reason under the pointer; goes behind the field.
    pub fn tip(self) -> AnyView {
        let tip = self.tip;
        (move || {
            tip.get().map(|tip| {
                view! {
                    <p
                        aria-hidden="true"
                        class="pointer-events-none absolute z-10 w-max max-w-65 rounded-control border border-line-strong bg-surface-3 px-2 py-1 text-xs text-text"
                        style:left=format!("{}px", tip.left)
                        style:top=format!("{}px", tip.top)
                    >
                        {tip.about}
                    </p>
                }
                .into_any()
            })
        })
        .into_any()
    }
}

/// The text, the marked parts in elements of their own.
fn pieces(text: &str, marks: &[Mark], lit: Option<u32>) -> Vec<AnyView> {
    let mut views = vec![];
    let mut at = 0;
    for mark in marks {
        let Some(words) = mark.of(text).filter(|_| mark.from as usize >= at) else { continue };
        let plain = text.get(at..mark.from as usize).unwrap_or("").to_owned();
        let line = match mark.kind {
            MarkKind::Style => STYLE,
            MarkKind::Spelling => SPELLING,
        };
        let class = if lit == Some(mark.from) { [line, " bg-purple-fill/50"].concat() } else { line.to_owned() };
        views.push(plain.into_any());
        views.push(
            view! {
                <span data-mark=mark.from.to_string() class=class>
                    {words.to_owned()}
                </span>
            }
            .into_any(),
        );
        at = mark.to as usize;
    }
    // A line break at the end makes a line in the field, and would make none here.
    views.push([text.get(at..).unwrap_or(""), "\u{200b}"].concat().into_any());
    views
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn html(text: &'static str, marks: Vec<Mark>) -> String {
        Owner::new().with(|| {
            let signal = Signal::derive(move || marks.clone());
            let marked =
                Marked { text: Signal::derive(move || text.into()), marks: signal, lit: Signal::derive(|| None) };
            Layer::new(marked).behind().to_html()
        })
    }

    #[test]
    fn the_text_behind_is_the_text_of_the_field_and_escaped() {
        let mark = |from, to, kind| Mark { from, to, kind, about: "Worn.".into(), fixes: vec![] };
        let text = "a <b> very & größe";
        let found = html(text, vec![mark(2, 5, MarkKind::Style), mark(13, 20, MarkKind::Spelling)]);
        assert!(found.contains("&lt;b&gt;") && found.contains("größe") && !found.contains("<b>"), "{found}");
        assert!(found.contains("decoration-pink") && found.contains("decoration-wavy"), "{found}");
        assert!(!html(text, vec![]).contains("very"), "without marks the text is not there twice");
    }
}
