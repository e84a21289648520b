//! What happened to a delivery, oldest first: folded away, for proof and for support.

use super::calls::delivery_history;
use crate::domain::ids::DeliveryId;
use crate::ui::Loaded;
use leptos::prelude::*;

#[component]
pub fn DeliveryHistory(delivery: DeliveryId) -> impl IntoView {
    let events = Resource::new(move || delivery, delivery_history);
    view! {
        <details class="text-[13px]">
            <summary class="w-fit cursor-pointer text-xs text-faint hover:text-text">"History"</summary>
            <div class="mt-2">
                <Loaded resource=events lines=2 let:events>
                    {if events.is_empty() {
                        view! { <p class="text-faint">"Nothing has happened yet."</p> }.into_any()
                    } else {
                        let rows = events
                            .into_iter()
                            .map(|event| {
                                view! {
                                    <li class="flex flex-wrap gap-x-3">
                                        <span class="font-mono text-xs text-faint">{event.at.local.short()}</span>
                                        <span class="text-muted">{event.to.name()}</span>
                                        <span dir="auto" class="min-w-0 wrap-anywhere">{event.note}</span>
                                    </li>
                                }
                            })
                            .collect_view();
                        view! { <ol class="flex flex-col gap-1">{rows}</ol> }.into_any()
                    }}
                </Loaded>
            </div>
        </details>
    }
}
