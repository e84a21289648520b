//! What happened with an error, in the order of time: when it came, what was done about it, and how it ended.

use super::model::ErrorDetail;
use super::parts::times;
use crate::domain::moment::When;
use leptos::prelude::*;

/// Each with its time, the earliest first.
fn steps(error: &ErrorDetail) -> Vec<(When, String)> {
    let card = &error.card;
    let mut steps = vec![(card.first, "Noticed for the first time".to_owned())];
    if card.count > 1 {
        steps.push((card.last, format!("Noticed again, {} so far", times(card.count))));
    }
    for receipt in &error.receipts {
        let by = receipt.by.as_deref().unwrap_or("The program");
        let end = if receipt.mended { "it worked again" } else { "it did not work yet" };
        steps.push((receipt.at, format!("{by} had it repaired, and {end}")));
        if let Some(undone) = &receipt.undone {
            let by = undone.by.as_deref().unwrap_or("Somebody");
            steps.push((undone.at, format!("{by} undid a repair")));
        }
    }
    if let Some(advice) = &error.advice {
        steps.push((advice.at, format!("{} was asked", advice.model)));
    }
    if let Some(resolved) = &card.resolved {
        let end = resolved.by.as_ref().map_or_else(
            || "The program saw that it works again".to_owned(),
            |by| format!("{by} marked it as resolved"),
        );
        steps.push((resolved.at, end));
    }
    steps.sort_by_key(|(at, _)| at.at);
    steps
}

#[component]
pub fn Timeline(error: ErrorDetail) -> impl IntoView {
    let steps = steps(&error);
    let rows = steps
        .into_iter()
        .map(|(at, words)| {
            view! {
                <li class="flex flex-wrap gap-x-3 text-[13px]">
                    <span class="w-32 shrink-0 text-xs text-faint">{at.local.short()}</span>
                    <span dir="auto" class="min-w-0 flex-1 basis-48 wrap-anywhere">
                        {words}
                    </span>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="flex flex-col gap-2 border-t border-line pt-3" aria-labelledby="timeline-title">
            <h3 id="timeline-title" class="text-[13px] font-medium">
                "What happened"
            </h3>
            <ol class="flex flex-col gap-1">{rows}</ol>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ErrorId, RepairId};
    use crate::domain::incident::FaultLevel;
    use crate::domain::moment::{Day, LocalTime, Moment};
    use crate::features::diagnostics::model::{ErrorCard, Receipt, Resolved, Undone};

    #[test]
    fn steps_stand_in_the_order_of_time() {
        let at = |minute: u8| When {
            at: Moment(i64::from(minute) * 60_000),
            local: LocalTime { day: Day::new(2026, 11, 29).expect("a day"), hour: 9, minute },
        };
        let receipt = Receipt {
            id: RepairId::from_u128(1),
            at: at(4),
            by: None,
            before: String::new(),
            done: "Ran it again.".into(),
            after: String::new(),
            mended: false,
            can_undo: false,
            undone: Some(Undone { at: at(6), by: Some("Maya".into()) }),
        };
        let card = ErrorCard {
            id: ErrorId::from_u128(1),
            kind: "queue".into(),
            level: FaultLevel::Error,
            message: "It broke".into(),
            endpoint: None,
            method: None,
            count: 3,
            first: at(1),
            last: at(5),
            of_server: false,
            needs_person: false,
            resolved: Some(Resolved { at: at(9), by: None, note: String::new() }),
        };
        let error = ErrorDetail {
            card,
            stack: None,
            request: None,
            version: String::new(),
            user: None,
            repair: None,
            receipts: vec![receipt],
            would: None,
            asks: None,
            advice: None,
            may_ask: false,
            is_back: false,
            zone: "UTC".into(),
        };
        let minutes: Vec<_> = steps(&error).into_iter().map(|(at, words)| (at.local.minute, words)).collect();
        let of = |minute: u8, words: &str| (minute, words.to_owned());
        assert_eq!(
            minutes,
            [
                of(1, "Noticed for the first time"),
                of(4, "The program had it repaired, and it did not work yet"),
                of(5, "Noticed again, 3 times so far"),
                of(6, "Maya undid a repair"),
                of(9, "The program saw that it works again"),
            ]
        );
    }
}
