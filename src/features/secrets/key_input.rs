//! One field of a service: an input that is always empty (what is kept is never sent back), who changed it when, and
//! how to remove it. The inputs are left to the browser: what somebody types into one row stays while another is saved.

use super::calls::{RemoveKey, SaveKeys};
use super::model::{ServiceCard, Value};
use crate::domain::keys::Field as KeyField;
use crate::ui::{Button, ButtonKind, Field, ValueForm};
use leptos::prelude::*;

/// The problem of one field in the answer to the last save.
fn problem(save: ServerAction<SaveKeys>, field: &str) -> Option<String> {
    save.value().with(|answer| match answer {
        Some(Err(error)) => error.of(field),
        _ => None,
    })
}

/// What stands in the empty input.
fn placeholder(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Default => "Set for this server".into(),
        Value::Own { readable: false, .. } => "Cannot be read".into(),
        Value::Own { last_four, .. } if last_four.is_empty() => "••••".into(),
        Value::Own { last_four, .. } => format!("•••• {last_four}"),
    }
}

/// Where the value comes from.
fn origin(value: &Value, env: &str) -> Option<String> {
    match value {
        Value::Missing => None,
        Value::Default => Some(format!("From the server's variable {env}.")),
        Value::Own { readable: false, .. } => Some("Its encryption key is missing. Enter it again.".into()),
        Value::Own { changed_by, changed_at, .. } => {
            let who = changed_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
            Some(format!("Changed{who}, {}.", changed_at.local.short()))
        }
    }
}

/// The input belongs to the form `save-<id>`, which stands elsewhere: forms do not nest, and removing is one too.
#[component]
pub(super) fn KeyInput(
    id: &'static str,
    field: &'static KeyField,
    card: RwSignal<ServiceCard>,
    save: ServerAction<SaveKeys>,
    remove: ServerAction<RemoveKey>,
) -> impl IntoView {
    let name = field.name;
    let label = field.label;
    let value = Memo::new(move |_| {
        card.with(|c| c.fields.iter().find(|f| f.name == name).map_or(Value::Missing, |f| f.value.clone()))
    });
    let error = Signal::derive(move || problem(save, &format!("{id}.{name}")));
    let input = format!("key-{id}-{name}");
    let note = format!("{input}-note");
    let shown = if field.required { label.to_owned() } else { format!("{label} (optional)") };
    let (input_type, autocomplete) = if field.secret { ("password", "new-password") } else { ("text", "off") };
    let own = move || value.with(|v| matches!(v, Value::Own { .. }));
    let removal = move || own().then(|| view! { <Removal id=id field=field remove=remove /> });
    view! {
        <div>
            <Field id=input.clone() label=shown hint=field.hint error=error>
                <input
                    id=input
                    form=format!("save-{id}")
                    name=format!("values[{name}]")
                    type=input_type
                    autocomplete=autocomplete
                    placeholder=move || value.with(placeholder)
                    aria-describedby=note
                    aria-invalid=move || error.get().is_some().then_some("true")
                    class="w-full rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 font-mono text-xs text-text placeholder:text-faint aria-invalid:border-bad"
                />
            </Field>
            <p class="text-xs text-faint empty:hidden">{move || value.with(|v| origin(v, field.env))}</p>
            {removal}
        </div>
    }
    .into_any()
}

/// Asks once, naming what goes.
#[component]
fn Removal(id: &'static str, field: &'static KeyField, remove: ServerAction<RemoveKey>) -> impl IntoView {
    let label = field.label;
    view! {
        <details class="mt-1 text-xs">
            <summary class="w-fit cursor-pointer text-faint hover:text-text">
                "Remove" <span class="sr-only">{format!(" {label}")}</span>
            </summary>
            <ValueForm action=remove class="mt-2 flex flex-wrap items-center gap-2">
                <input type="hidden" name="platform" value=id />
                <input type="hidden" name="field" value=field.name />
                <span class="text-muted">{format!("Remove this {label}? What uses it stops until you enter a new \
                 one.")}</span>
                <Button kind=ButtonKind::Danger small=true>
                    {format!("Remove {label}")}
                </Button>
            </ValueForm>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Moment;
    use crate::domain::moment::When;

    #[test]
    fn a_value_shows_at_most_its_end() {
        let own = |last_four: &str, readable| Value::Own {
            last_four: last_four.into(),
            changed_by: Some("Maya".into()),
            changed_at: When { at: Moment(0), local: "2026-11-12T10:00".parse().unwrap() },
            readable,
        };
        assert_eq!(placeholder(&own("9f2c", true)), "•••• 9f2c");
        assert_eq!(placeholder(&own("", true)), "••••");
        assert_eq!(placeholder(&own("9f2c", false)), "Cannot be read");
        assert_eq!(origin(&own("9f2c", true), "X_API_KEY").unwrap(), "Changed by Maya, Thu 12 Nov, 10:00.");
        assert_eq!(origin(&Value::Default, "X_API_KEY").unwrap(), "From the server's variable X_API_KEY.");
    }
}
