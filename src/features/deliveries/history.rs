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
                <Loaded resource=events lines=2 let:lines>
                    {if lines.is_empty() {
                        view! { <p class="text-faint">"Nothing has happened yet."</p> }.into_any()
                    } else {
                        let rows = lines
                            .into_iter()
                            .map(|line| {
                                let again = line
                                    .last
                                    .map(|last| format!("{} times, last {}", line.times, last.local.short()));
                                view! {
                                    <li class="flex flex-wrap items-baseline gap-x-3">
                                        <span class="font-mono text-xs text-faint">{line.at.local.short()}</span>
                                        <span class="text-muted">{line.state.name()}</span>
                                        <span dir="auto" class="min-w-0 wrap-anywhere empty:hidden">{line.note}</span>
                                        {again.map(|again| view! { <span class="text-faint">{again}</span> }.into_any())}
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
