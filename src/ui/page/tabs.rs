//! The tabs of pages that stand together.

use super::Allowed;
use crate::domain::permission::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// An address, its name, and what one must be allowed to find something there.
type Tab = (&'static str, &'static str, Permission);

const SETTINGS: [Tab; 7] = [
    ("/settings/company", "Company", Permission::View),
    ("/settings/members", "Members", Permission::View),
    ("/settings/integrations", "Integrations", Permission::Secrets),
    ("/settings/zapier", "Zapier", Permission::Secrets),
    ("/settings/ai", "AI", Permission::Secrets),
    ("/settings/voice", "Brand voice", Permission::Publish),
    ("/settings/security", "Security", Permission::View),
];

/// What the program does behind the pages, in its own words.
const DIAGNOSTICS: [Tab; 3] = [
    ("/diagnostics", "Errors", Permission::View),
    ("/diagnostics/queue", "Queue", Permission::View),
    ("/diagnostics/schedules", "Schedules", Permission::View),
];

/// A page below a tab's (one job of the queue) belongs to it, and not to the tab of which that one is a part.
fn belongs(path: &str, tab: &str) -> bool {
    let of_another = |other: &str| other.len() > tab.len() && path.starts_with(other);
    path.strip_prefix(tab).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && !DIAGNOSTICS.iter().any(|(other, ..)| of_another(other))
}

fn row(label: &'static str, tabs: &'static [Tab]) -> AnyView {
    let path = use_location().pathname;
    let link = move |href: &'static str, label: &'static str| {
        view! {
            <a
                href=href
                aria-current=move || path.with(|p| belongs(p, href)).then_some("page")
                class="-mb-px block whitespace-nowrap border-b-2 border-transparent pb-2.5 pt-1 text-muted hover:text-text aria-[current=page]:border-purple aria-[current=page]:text-text"
            >
                {label}
            </a>
        }
        .into_any()
    };
    let tabs: Vec<_> = tabs
        .iter()
        .map(|&(href, label, needs)| {
            if needs == Permission::View {
                view! { <li>{link(href, label)}</li> }.into_any()
            } else {
                view! { <li class="empty:hidden"><Allowed to=needs>{link(href, label)}</Allowed></li> }.into_any()
            }
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
            SETTINGS
                .iter()
                .chain(&DIAGNOSTICS)
                .filter(|(tab, ..)| belongs(path, tab))
                .map(|(_, name, _)| *name)
                .collect()
        };
        assert_eq!(of("/settings/ai"), ["AI"]);
        assert_eq!(of("/diagnostics"), ["Errors"]);
        assert_eq!(of("/diagnostics/0198"), ["Errors"]);
        assert_eq!(of("/diagnostics/queue"), ["Queue"]);
        assert_eq!(of("/diagnostics/queue/0198"), ["Queue"]);
        assert_eq!(of("/diagnostics/schedules"), ["Schedules"]);
    }
}
