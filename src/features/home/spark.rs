//! A sparkline: seven days at a glance, with the numbers in words for those who do not see it.

use crate::domain::moment::Day;
use leptos::prelude::*;

/// 96 by 32, one point per day; `class` gives the stroke's colour.
#[component]
pub fn Spark(days: Vec<(Day, i64)>, class: &'static str) -> impl IntoView {
    let top = days.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1) as f64;
    let step = 96.0 / (days.len().saturating_sub(1).max(1)) as f64;
    let points = days
        .iter()
        .enumerate()
        .map(|(i, (_, n))| format!("{:.1},{:.1}", i as f64 * step, 30.0 - *n as f64 / top * 28.0))
        .collect::<Vec<_>>()
        .join(" ");
    let words = days.iter().map(|(d, n)| format!("{}: {n}", d.short())).collect::<Vec<_>>().join(", ");
    view! {
        <svg viewBox="0 0 96 32" class=format!("h-8 w-24 fill-none {class}") stroke="currentColor" stroke-width="1.8" role="img" aria-label=words>
            <polyline points=points></polyline>
        </svg>
    }
}
