//! How an error is shown in a list and on its page.

use super::model::ErrorCard;
use crate::domain::incident::FaultLevel;
use crate::ui::Tone;

pub fn tone(level: FaultLevel) -> Tone {
    match level {
        FaultLevel::Critical => Tone::Bad,
        FaultLevel::Error => Tone::Warning,
        FaultLevel::Warning => Tone::Info,
    }
}

/// Where it happened: "POST /rpc/… · in the part queue".
pub fn place(card: &ErrorCard) -> String {
    let of = if card.of_server { " · this server" } else { "" };
    match (&card.method, &card.endpoint) {
        (Some(method), Some(endpoint)) => format!("{} · {method} {endpoint}{of}", card.kind),
        (None, Some(endpoint)) if !endpoint.is_empty() => format!("{} · {endpoint}{of}", card.kind),
        _ => format!("{}{of}", card.kind),
    }
}

/// "once", "12 times".
pub fn times(count: i64) -> String {
    match count {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n} times"),
    }
}
