//! The tabs of the settings pages.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

const TABS: [(&str, &str); 9] = [
    ("/settings/company", "Company"),
    ("/settings/members", "Members"),
    ("/settings/integrations", "Integrations"),
    ("/settings/zapier", "Zapier"),
    ("/settings/ai", "AI"),
    ("/settings/voice", "Brand voice"),
    ("/settings/queue", "Queue"),
    ("/settings/schedules", "Schedules"),
    ("/settings/security", "Security"),
];

/// A page below a tab's (one job of the queue) belongs to it.
fn belongs(path: &str, tab: &str) -> bool {
    path.strip_prefix(tab).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Links to the settings pages; the current one is marked.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let path = use_location().pathname;
    let tabs = TABS
        .into_iter()
        .map(|(href, label)| {
            view! {
                <li>
                    <a
                        href=href
                        aria-current=move || path.with(|p| belongs(p, href)).then_some("page")
                        class="-mb-px block whitespace-nowrap border-b-2 border-transparent pb-2.5 pt-1 text-muted hover:text-text aria-[current=page]:border-purple aria-[current=page]:text-text"
                    >
                        {label}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label="Settings" class="tab-row mb-5 overflow-x-auto border-b border-line">
            <ul class="flex gap-5">{tabs}</ul>
        </nav>
    }
}
