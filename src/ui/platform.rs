//! How a platform looks: its mark and the colour of its edge.

use crate::domain::platform::Platform;
use leptos::prelude::*;

/// The platform's colour as a left edge (whole class strings, so that Tailwind finds them).
pub fn edge_class(platform: Platform) -> &'static str {
    match platform {
        Platform::Instagram => "border-l-[#e1306c]",
        Platform::Facebook => "border-l-[#1877f2]",
        Platform::X => "border-l-[#f4f2ff]",
        Platform::LinkedIn => "border-l-[#2f8be6]",
        Platform::TikTok => "border-l-[#25f4ee]",
        Platform::YouTube => "border-l-[#ff4d4d]",
        Platform::Pinterest => "border-l-[#e8334a]",
        Platform::Reddit => "border-l-[#ff4500]",
        Platform::Snapchat => "border-l-[#fffc00]",
        _ => "border-l-line-strong",
    }
}

/// The platform's mark in a small square, with its name for those who do not see it.
#[component]
pub fn PlatformIcon(platform: Platform, #[prop(optional)] large: bool) -> impl IntoView {
    let class = if large {
        "inline-grid size-7 shrink-0 place-items-center rounded-lg border border-line bg-surface-3 text-text"
    } else {
        "inline-grid size-5 shrink-0 place-items-center rounded-md border border-line bg-surface-3 text-text"
    };
    let mark = match platform.mark() {
        Mark::Path(d) => view! {
            <svg viewBox="0 0 24 24" fill="currentColor" class="size-[62%]" aria-hidden="true">
                <path d=d></path>
            </svg>
        }
        .into_any(),
        Mark::Letters(letters) => {
            view! { <span class="text-[10px] font-bold" aria-hidden="true">{letters}</span> }.into_any()
        }
    };
    view! {
        <span class=class title=platform.name() role="img" aria-label=platform.name()>
            {mark}
        </span>
    }
}

enum Mark {
    Path(&'static str),
    Letters(&'static str),
}

trait HasMark {
    fn mark(self) -> Mark;
}

impl HasMark for Platform {
    fn mark(self) -> Mark {
        match self {
            Platform::X => Mark::Path(
                "M18.24 2.25h3.31l-7.23 8.26 8.5 11.24h-6.66l-5.21-6.82-5.97 6.82H1.67l7.73-8.84L1.25 2.25h6.83l4.71 6.23zm-1.16 17.52h1.83L7.08 4.13H5.12z",
            ),
            Platform::LinkedIn => Mark::Path(
                "M20.45 20.45h-3.56v-5.57c0-1.33-.03-3.04-1.85-3.04-1.85 0-2.14 1.45-2.14 2.94v5.67H9.35V9h3.41v1.56h.05c.48-.9 1.64-1.85 3.37-1.85 3.6 0 4.27 2.37 4.27 5.46zM5.34 7.43a2.06 2.06 0 1 1 0-4.13 2.06 2.06 0 0 1 0 4.13M7.12 20.45H3.56V9h3.56z",
            ),
            Platform::Instagram => Mark::Path(
                "M12 2.2c3.2 0 3.6 0 4.85.07 3.25.15 4.77 1.69 4.92 4.92.06 1.27.07 1.65.07 4.85s-.01 3.58-.07 4.85c-.15 3.22-1.66 4.77-4.92 4.92-1.26.06-1.64.07-4.85.07s-3.58-.01-4.85-.07c-3.26-.15-4.77-1.7-4.92-4.92C2.17 15.62 2.16 15.24 2.16 12s.01-3.58.07-4.85C2.38 3.92 3.9 2.38 7.15 2.27 8.42 2.21 8.8 2.2 12 2.2m0 4.6a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4m0 8.58a3.38 3.38 0 1 1 0-6.76 3.38 3.38 0 0 1 0 6.76m5.4-10a1.22 1.22 0 1 0 0 2.44 1.22 1.22 0 0 0 0-2.44",
            ),
            Platform::Facebook => Mark::Path(
                "M24 12.07C24 5.4 18.63 0 12 0S0 5.4 0 12.07c0 6.03 4.39 11.02 10.13 11.93v-8.44H7.08v-3.49h3.05V9.41c0-3.03 1.79-4.7 4.53-4.7 1.31 0 2.68.24 2.68.24v2.97h-1.51c-1.49 0-1.96.93-1.96 1.89v2.26h3.33l-.53 3.49h-2.8V24C19.61 23.1 24 18.1 24 12.07",
            ),
            Platform::YouTube => Mark::Path(
                "M23.5 6.19a3 3 0 0 0-2.12-2.14C19.5 3.55 12 3.55 12 3.55s-7.5 0-9.38.5A3 3 0 0 0 .5 6.19 31 31 0 0 0 0 12a31 31 0 0 0 .5 5.81 3 3 0 0 0 2.12 2.14c1.88.5 9.38.5 9.38.5s7.5 0 9.38-.5a3 3 0 0 0 2.12-2.14A31 31 0 0 0 24 12a31 31 0 0 0-.5-5.81M9.55 15.57V8.43L15.82 12z",
            ),
            Platform::TikTok => Mark::Path(
                "M12.53.02C13.84 0 15.14.01 16.44 0c.08 1.53.63 3.09 1.75 4.17 1.12 1.11 2.7 1.62 4.24 1.79v4.03c-1.44-.05-2.89-.35-4.2-.97-.57-.26-1.1-.59-1.62-.93v8.76c-.08 1.4-.54 2.79-1.35 3.94-1.31 1.92-3.58 3.17-5.91 3.21A7.2 7.2 0 0 1 5.27 23a7.3 7.3 0 0 1-3.55-5.68c-.02-.5-.03-1-.01-1.49A7.34 7.34 0 0 1 10.2 9.5v4.44c-1.36-.44-2.89-.24-3.92.66a3.2 3.2 0 0 0-1.18 3.2 3.1 3.1 0 0 0 3.19 2.43 3.1 3.1 0 0 0 2.59-1.5c.2-.35.42-.7.43-1.11.1-1.79.06-3.57.07-5.36V.02z",
            ),
            Platform::Pinterest => Mark::Letters("P"),
            Platform::Reddit => Mark::Letters("Re"),
            Platform::Snapchat => Mark::Letters("Sc"),
            Platform::Shopify => Mark::Letters("Sh"),
            Platform::Etsy => Mark::Letters("Et"),
            Platform::Squarespace => Mark::Letters("Sq"),
            Platform::OpenAi => Mark::Letters("AI"),
            Platform::Gemini => Mark::Letters("G"),
            Platform::OpenAiCompatible => Mark::Letters("LM"),
            Platform::DataForSeo => Mark::Letters("DS"),
            Platform::Semrush => Mark::Letters("SR"),
            Platform::Moz => Mark::Letters("Mz"),
            Platform::Eventbrite => Mark::Letters("Eb"),
            Platform::Ticketmaster => Mark::Letters("Tm"),
            Platform::Zoho => Mark::Letters("Zo"),
            Platform::Smtp => Mark::Letters("@"),
            Platform::ObjectStore => Mark::Letters("S3"),
        }
    }
}
