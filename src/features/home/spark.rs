//! A sparkline: seven days at a glance, with the numbers in words for those who do not see it.

use crate::domain::moment::Day;
use leptos::prelude::*;

/// 96 by 32 pixels, one point per day; `class` gives the stroke's colour. The points are whole tenths of a pixel, because
/// the formatting of floating-point numbers would be 20 kB of program that nothing else needs.
#[component]
pub fn Spark(days: Vec<(Day, i64)>, class: &'static str) -> impl IntoView {
    let top = days.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    let steps = days.len().saturating_sub(1).max(1);
    let points = days
        .iter()
        .enumerate()
        .map(|(i, (_, n))| format!("{},{}", i * 960 / steps, 300 - n.saturating_mul(280) / top))
        .collect::<Vec<_>>()
        .join(" ");
    let words = days.iter().map(|(d, n)| format!("{}: {n}", d.short())).collect::<Vec<_>>().join(", ");
    view! {
        <svg viewBox="0 0 960 320" class=format!("h-8 w-24 fill-none stroke-current stroke-[18] {class}") role="img" aria-label=words>
            <polyline points=points></polyline>
        </svg>
    }
}
