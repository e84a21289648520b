//! What happened to a delivery, oldest first: folded away, for proof and for support.

use super::calls::delivery_history;
use crate::domain::ids::DeliveryId;
use crate::ui::Loaded;
use leptos::prelude::*;

/// A note as people read it: the log counts the attempts, of which the first goes without saying.
fn said(note: String) -> String {
    let attempt = note.strip_prefix("Attempt ").and_then(|rest| rest.strip_suffix('.')?.parse::<u32>().ok());
    match attempt {
        Some(1) => String::new(),
        Some(n) => format!("Sent again: try number {n}."),
        None => note,
    }
}

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
                                    <li class="flex flex-wrap gap-x-3">
                                        <span class="font-mono text-xs text-faint">{line.at.local.short()}</span>
                                        <span class="text-muted">{line.state.name()}</span>
                                        <span dir="auto" class="min-w-0 wrap-anywhere empty:hidden">{said(line.note)}</span>
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

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn attempts_are_said_as_tries_again() {
        let words = ["Attempt 1.", "Attempt 3.", "Attempt to lie.", ""].map(|note| said(note.to_owned()));
        assert_eq!(words, ["", "Sent again: try number 3.", "Attempt to lie.", ""]);
    }
}
