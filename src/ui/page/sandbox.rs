//! The line that says on every page that the platforms are stand-ins. Folded, it is one word; the browser remembers that.

use crate::domain::frame::{SANDBOX_LINE, SandboxLine};
use crate::ui::{Glyph, Icon, browser};
use leptos::prelude::*;
use leptos::web_sys;

/// Stands between the top bar and the page, so that it covers nothing.
pub fn sandbox_line(line: SandboxLine) -> AnyView {
    // The page may have been loaded before it was folded.
    let folded = browser::cookie(SANDBOX_LINE).map_or(line.folded, |value| value == "folded");
    let remember = move |event: leptos::ev::Event| {
        let open = event_target::<web_sys::Element>(&event).has_attribute("open");
        browser::set_cookie(SANDBOX_LINE, if open { "open" } else { "folded" });
    };
    view! {
        <details
            class="group/sandbox -mt-3 mb-3 text-xs text-muted open:flex open:items-center open:gap-x-2"
            open=!folded
            on:toggle=remember
        >
            <summary class="inline-flex list-none items-center gap-1 rounded-control font-semibold text-cyan">
                "Sandbox" <Icon glyph=Glyph::Down class="size-3.5 group-open/sandbox:rotate-180" />
            </summary>
            <p class="flex items-center gap-x-2">
                <span>"Nothing leaves this machine."</span>
                <a class="text-purple-soft underline hover:text-text" href=line.address rel="external">
                    "Open it"
                    <span class="sr-only">": what arrived, and switches for faults"</span>
                </a>
            </p>
        </details>
    }
    .into_any()
}
