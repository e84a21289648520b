//! Inputs with their label, hint and error. Errors are tied to the input for screen readers.

use super::marked_text::{FIELD, Layer, Marked};
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::tachys::html::property::IntoProperty;
use leptos::tachys::renderer::{Rndr, types};
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{HtmlInputElement, HtmlTextAreaElement};

pub(super) const INPUT: &str = "w-full rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 text-text placeholder:text-faint aria-invalid:border-bad disabled:opacity-60";

/// Label, control, hint and error. `id` is the control's id; the control must carry `aria-describedby={id}-note`.
#[component]
pub fn Field(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="flex flex-col gap-1">
            <label for=id class="text-[13px] text-muted">
                {label}
            </label>
            {children()}
            <p id=note class="text-xs text-faint" class=("text-bad!", move || error.get().is_some()) aria-live="polite">
                {move || error.get().or_else(|| hint.clone()).unwrap_or_default()}
            </p>
        </div>
    }
}

/// A property that leaves the browser alone at hydration: what somebody typed before the program arrived stays, and
/// `early` is told of it. (leptos would set the property to the server's value and wipe it.) Whatever comes later is set, in
/// a field that is built anew in the same place, too.
#[derive(Clone)]
pub(super) struct Followed<T> {
    value: T,
    early: Option<Callback<String>>,
}

pub(super) fn follow<T>(value: Signal<T>, early: Option<Callback<String>>) -> impl Fn() -> Followed<T> + Send + 'static
where
    T: Clone + Send + Sync + 'static,
{
    move || Followed { value: value.get(), early }
}

/// What stands in a text field.
fn text_in(field: &types::Element) -> Option<String> {
    let input = field.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
    input.or_else(|| field.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value))
}

impl<T: Clone + PartialEq + Into<JsValue> + 'static> IntoProperty for Followed<T> {
    type State = (types::Element, T);
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn hydrate<const FROM_SERVER: bool>(self, el: &types::Element, _: &str) -> Self::State {
        if let (Some(early), Some(typed)) = (self.early, text_in(el)) {
            // Browsers know only one line break inside a text area.
            let rendered = self.value.clone().into().as_string().unwrap_or_default().replace("\r\n", "\n");
            if typed != rendered {
                // What listens is not there yet.
                spawn_local(async move {
                    early.try_run(typed);
                });
            }
        }
        (el.clone(), self.value)
    }

    fn build(self, el: &types::Element, key: &str) -> Self::State {
        Rndr::set_property_or_value(el, key, &self.value.clone().into());
        (el.clone(), self.value)
    }

    fn rebuild(self, (el, shown): &mut Self::State, key: &str) {
        if *shown == self.value {
            return;
        }
        let value = self.value.clone().into();
        // What a field itself told is never written back: somebody is typing there, and the browser shows more than it tells (half
        // a date is told as nothing, and written back would be wiped).
        let is_told = key == "value" && text_in(el).is_some_and(|told| value.as_string() == Some(told));
        if !is_told {
            Rndr::set_property_or_value(el, key, &value);
        }
        *shown = self.value;
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }
}

/// A one-line input inside its [`Field`].
#[component]
pub fn TextInput(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, default = "text".into())] input_type: String,
    #[prop(into, optional)] value: Signal<String>,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] placeholder: Option<String>,
    #[prop(into, optional)] autocomplete: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] mono: bool,
    /// The id of a `<datalist>` with proposals.
    #[prop(into, optional)]
    list: Option<String>,
    /// Called with every change.
    #[prop(into, optional)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let note = format!("{id}-note");
    let class = if mono { [INPUT, " font-mono text-xs"].concat() } else { INPUT.to_owned() };
    let initial = value.get_untracked();
    view! {
        <Field id=id.clone() label=label hint=hint.unwrap_or_default() error=error>
            <input
                id=id
                name=name
                type=input_type
                dir="auto"
                class=class
                value=initial
                prop:value=follow(value, on_change)
                placeholder=placeholder
                autocomplete=autocomplete
                required=required
                list=list
                aria-describedby=note
                aria-invalid=move || error.get().is_some().then_some("true")
                on:input=move |ev| {
                    if let Some(callback) = on_change {
                        callback.run(event_target_value(&ev));
                    }
                }
            />
        </Field>
    }
}

/// The only multi-line input. On leptos 0.8.23 the children of `<textarea>` are not escaped on the server
/// (stored XSS), so this is the one place that may contain it: the text is escaped here, and only there.
#[component]
pub fn TextArea(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: Signal<String>,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] placeholder: Option<String>,
    #[prop(default = 6)] rows: u32,
    #[prop(optional)] disabled: bool,
    #[prop(into, optional)] on_change: Option<Callback<String>>,
    /// What is marked in the text.
    #[prop(optional)]
    marked: Option<Marked>,
) -> impl IntoView {
    let note = format!("{id}-note");
    let initial = value.get_untracked();
    let initial = if cfg!(feature = "ssr") { escape_textarea(&initial) } else { initial };
    let field = NodeRef::<Textarea>::new();
    let layer = marked.map(Layer::new);
    let class = [INPUT, " block text-base leading-relaxed resize-y", if layer.is_some() { FIELD } else { "" }].concat();
    view! {
        <Field id=id.clone() label=label hint=hint.unwrap_or_default() error=error>
          <div class="relative">
            {layer.map(Layer::behind)}
            <textarea
                node_ref=field
                id=id
                name=name
                rows=rows
                dir="auto"
                class=class
                placeholder=placeholder
                disabled=disabled
                aria-describedby=note
                aria-invalid=move || error.get().is_some().then_some("true")
                prop:value=follow(value, on_change)
                on:input=move |ev| {
                    if let Some(callback) = on_change {
                        callback.run(event_target_value(&ev));
                    }
                }
                on:scroll=move |_| layer.into_iter().for_each(|layer| layer.follow(field))
                on:mousemove=move |ev| layer.into_iter().for_each(|layer| layer.point(&ev))
                on:mouseleave=move |_| layer.into_iter().for_each(Layer::leave)
            >
                {initial}
            </textarea>
            {layer.map(Layer::tip)}
          </div>
        </Field>
    }
}

/// Escapes text that becomes the raw content of a `<textarea>`. A leading line break would be eaten by the parser.
fn escape_textarea(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if escaped.starts_with('\n') { format!("\n{escaped}") } else { escaped }
}

/// A choice among named values.
#[component]
pub fn SelectBox(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// (value, what people read)
    options: Vec<(String, String)>,
    #[prop(into, optional)] value: Signal<String>,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] on_change: Option<Callback<String>>,
) -> impl IntoView {
    let note = format!("{id}-note");
    let options = options
        .into_iter()
        .map(|(key, text)| {
            let selected = key == value.get_untracked();
            view! {
                <option value=key selected=selected>
                    {text}
                </option>
            }
        })
        .collect_view();
    view! {
        <Field id=id.clone() label=label hint=hint.unwrap_or_default() error=error>
            <select
                id=id
                name=name
                class=INPUT
                aria-describedby=note
                aria-invalid=move || error.get().is_some().then_some("true")
                on:change=move |ev| {
                    if let Some(callback) = on_change {
                        callback.run(event_target_value(&ev));
                    }
                }
            >
                {options}
            </select>
        </Field>
    }
}

/// A labelled checkbox; children are the label.
#[component]
pub fn Check(
    #[prop(into)] name: String,
    #[prop(into, default = "on".into())] value: String,
    #[prop(into, optional)] checked: Signal<bool>,
    #[prop(into, optional)] on_change: Option<Callback<bool>>,
    children: Children,
) -> impl IntoView {
    view! {
        <label class="target flex min-w-0 items-center gap-2 cursor-pointer">
            <input
                type="checkbox"
                name=name
                value=value
                class="accent-purple-fill"
                checked=checked.get_untracked()
                prop:checked=follow(checked, None)
                on:change=move |ev| {
                    if let Some(callback) = on_change {
                        callback.run(event_target_checked(&ev));
                    }
                }
            />
            {children()}
        </label>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn textarea_text_cannot_break_out() {
        let evil = "</textarea><script>alert(1)</script>&amp;";
        let html = Owner::new().with(|| {
            view! { <TextArea id="t" name="text" label="Text" value=Signal::derive(move || evil.to_owned()) /> }
                .to_html()
        });
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"), "{html}");
    }
}
