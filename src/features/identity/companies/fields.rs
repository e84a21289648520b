//! What every form about a company asks: its name and its clock. The time zone is a line with proposals, so that "lis"
//! finds Europe/Lisbon, with and without JavaScript.

use crate::domain::error::{AppError, Result};
use crate::ui::{TextInput, browser, problem};
use leptos::prelude::*;

/// The zone that was typed before; else the browser's. Only the browser knows where it is; without JavaScript the person
/// chooses.
pub fn zone_here(typed: String) -> RwSignal<String> {
    let zone = RwSignal::new(if typed.is_empty() { "UTC".to_owned() } else { typed.clone() });
    Effect::new(move |_| {
        if typed.is_empty()
            && let Some(here) = browser::time_zone()
        {
            zone.set(here);
        }
    });
    zone
}

/// The name's input (`field`) and the input `zone` with the list of zones. Only once per page.
#[component]
pub fn NameAndZone(
    #[prop(default = "name")] field: &'static str,
    #[prop(default = "Name")] label: &'static str,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] zone: Signal<String>,
    zones: Resource<Result<Vec<String>>>,
    /// What the clock is for.
    hint: &'static str,
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    view! {
        <TextInput
            id=field
            name=field
            label=label
            autocomplete="organization"
            required=true
            value=name
            error=problem(error, field)
        />
        <TextInput
            id="zone"
            name="zone"
            label="Time zone"
            autocomplete="off"
            required=true
            list="zones"
            value=zone
            hint=hint
            error=problem(error, "zone")
        />
        <datalist id="zones">
            <Suspense>
                {move || Suspend::new(async move {
                    zones
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
