//! The tabs of pages that stand together.

use super::Allowed;
use crate::domain::permission::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// An address and its name.
type Tab = (&'static str, &'static str);

const SETTINGS: [Tab; 7] = [
    ("/settings/company", "Company"),
    ("/settings/members", "Members"),
    ("/settings/integrations", "Integrations"),
    ("/settings/zapier", "Zapier"),
    ("/settings/ai", "AI"),
    ("/settings/voice", "Brand voice"),
    ("/settings/security", "Security"),
];

/// What the program does behind the pages, in its own words.
const DIAGNOSTICS: [Tab; 3] =
    [("/diagnostics", "Errors"), ("/diagnostics/queue", "Queue"), ("/diagnostics/schedules", "Schedules")];

/// A page below a tab's (one job of the queue) belongs to it, and not to the tab of which that one is a part.
fn belongs(path: &str, tab: &str) -> bool {
    let of_another = |other: &str| other.len() > tab.len() && path.starts_with(other);
    path.strip_prefix(tab).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && !DIAGNOSTICS.iter().any(|(other, _)| of_another(other))
}

fn row(label: &'static str, tabs: &'static [Tab]) -> AnyView {
    let path = use_location().pathname;
    let tabs: Vec<_> = tabs
        .iter()
        .map(|(href, label)| {
            view! {
                <li>
                    <a
                        href=*href
                        aria-current=move || path.with(|p| belongs(p, href)).then_some("page")
                        class="-mb-px block whitespace-nowrap border-b-2 border-transparent pb-2.5 pt-1 text-muted hover:text-text aria-[current=page]:border-purple aria-[current=page]:text-text"
                    >
                        {*label}
                    </a>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <nav aria-label=label class="tab-row mb-5 overflow-x-auto border-b border-line">
            <ul class="flex gap-5">{tabs}</ul>
        </nav>
    }
    .into_any()
}

/// Links to the settings pages; the current one is marked.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    row("Settings", &SETTINGS)
}

/// Links to the pages about the program itself, for those who find them in the navigation.
#[component]
pub fn DiagnosticsTabs() -> impl IntoView {
    view! {
        <Allowed to=Permission::Company>
            {row("Diagnostics", &DIAGNOSTICS)}
        </Allowed>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_one_tab() {
        let of = |path: &str| -> Vec<_> {
            SETTINGS.iter().chain(&DIAGNOSTICS).filter(|(tab, _)| belongs(path, tab)).map(|(_, name)| *name).collect()
        };
        assert_eq!(of("/settings/ai"), ["AI"]);
        assert_eq!(of("/diagnostics"), ["Errors"]);
        assert_eq!(of("/diagnostics/0198"), ["Errors"]);
        assert_eq!(of("/diagnostics/queue"), ["Queue"]);
        assert_eq!(of("/diagnostics/queue/0198"), ["Queue"]);
        assert_eq!(of("/diagnostics/schedules"), ["Schedules"]);
    }
}
