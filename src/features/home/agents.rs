//! The eleven agents as tiles: what came last, when each works next, and one thing to do.

use super::model::HomeAgent;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// Sign and colour of each, in their order.
const SIGNS: [(Glyph, &str); 11] = [
    (Glyph::Grid, "text-purple-soft"),
    (Glyph::Pen, "text-cyan"),
    (Glyph::Chart, "text-pink-soft"),
    (Glyph::Media, "text-purple-soft"),
    (Glyph::Campaign, "text-cyan"),
    (Glyph::People, "text-pink-soft"),
    (Glyph::Mail, "text-purple-soft"),
    (Glyph::Star, "text-cyan"),
    (Glyph::Bell, "text-pink-soft"),
    (Glyph::Plug, "text-purple-soft"),
    (Glyph::Pulse, "text-cyan"),
];

pub fn agents(all: Vec<HomeAgent>) -> AnyView {
    let tiles = all.into_iter().zip(SIGNS).map(|(agent, (glyph, colour))| {
        let sign = format!("grid size-7 shrink-0 place-items-center rounded-control bg-surface-3 {colour}");
        let label = format!("{}: {}", agent.act, agent.name);
        view! {
            <li class="flex min-w-0 flex-col gap-2 rounded-card border border-line bg-surface-1 p-3.5">
                <div class="flex items-center gap-2.5">
                    <span class=sign aria-hidden="true">
                        <Icon glyph=glyph />
                    </span>
                    <h3 class="min-w-0 text-sm leading-5 font-semibold">{agent.name}</h3>
                </div>
                <p dir="auto" class="line-clamp-3 text-[13px] text-muted wrap-anywhere">{agent.line}</p>
                <div class="mt-auto flex items-center justify-between gap-2 pt-1 text-xs">
                    <span class="text-faint">{agent.next}</span>
                    <a class="target font-medium text-purple-soft hover:underline" href=agent.href aria-label=label>
                        {agent.act}
                    </a>
                </div>
            </li>
        }
        .into_any()
    });
    let tiles: Vec<_> = tiles.collect();
    view! {
        <section class="flex flex-col gap-2.5" aria-labelledby="agents-head">
            <p class="flex items-baseline gap-2">
                <a id="agents-head" class="text-sm font-semibold hover:underline" href="/agents">"Agents"</a>
                <span class="text-xs text-faint">"eleven, proposing; you decide"</span>
            </p>
            <ul class="grid grid-cols-1 gap-3.5 min-[560px]:grid-cols-2 min-[1000px]:grid-cols-3 min-[1300px]:grid-cols-4">{tiles}</ul>
        </section>
    }
    .into_any()
}
