//! Choosing a time zone: a line with proposals, so that "lis" finds Europe/Lisbon, with and without JavaScript.

use crate::domain::error::Result;
use crate::ui::TextInput;
use leptos::prelude::*;

/// The input `zone` with the list of zones. Only one per page.
#[component]
pub fn ZoneInput(
    names: Resource<Result<Vec<String>>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <TextInput
            id="zone"
            name="zone"
            label="Time zone"
            autocomplete="off"
            required=true
            list="zones"
            value=value
            hint=hint.unwrap_or_default()
            error=error
        />
        <datalist id="zones">
            <Suspense>
                {move || Suspend::new(async move {
                    names
                        .await
                        .unwrap_or_default()
                        .into_iter()
                        .map(|name| view! { <option value=name></option> })
                        .collect_view()
                })}
            </Suspense>
        </datalist>
    }
}
