//! Line icons, 24 by 24, drawn with the current colour. They are decoration: the word beside them carries the meaning.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Home,
    Studio,
    Calendar,
    Posts,
    Speech,
    Eye,
    Chart,
    Campaign,
    People,
    Mail,
    Bag,
    Search,
    Bot,
    Media,
    Plug,
    Gear,
    Pulse,
    Bell,
    Warning,
    Key,
    Check,
    Pen,
    Star,
    Grid,
    Close,
    Plus,
    Left,
    Right,
    Down,
    Link,
    Clock,
    Trash,
    Copy,
    Out,
    Send,
    Door,
    More,
    Shield,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M3 11l9-8 9 8v9a1 1 0 0 1-1 1h-5v-6H9v6H4a1 1 0 0 1-1-1z",
            Self::Studio => "M12 3l2 5 5 2-5 2-2 5-2-5-5-2 5-2zM19 15l1 2 2 1-2 1-1 2-1-2-2-1 2-1z",
            Self::Calendar => "M4 5h16v16H4zM4 10h16M8 3v4M16 3v4",
            Self::Posts => "M5 4h14v16H5zM8 8h8M8 12h8M8 16h5",
            Self::Speech => "M4 5h16v11H10l-5 4v-4H4z",
            Self::Eye => "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
            Self::Chart => "M4 20V10M10 20V4M16 20v-7M22 20H2",
            Self::Campaign => "M4 10v4l12 5V5zM16 8a4 4 0 0 1 0 8M7 15v4h3",
            Self::People => {
                "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21a7 7 0 0 1 14 0M17 4a4 4 0 0 1 0 7M22 21a7 7 0 0 0-5-6.7"
            }
            Self::Mail => "M3 6h18v12H3zM3 7l9 7 9-7",
            Self::Bag => "M5 8h14l1 13H4zM9 8a3 3 0 0 1 6 0",
            Self::Search => "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM21 21l-5-5",
            Self::Bot => "M5 9h14v10H5zM12 9V5M9 14h.01M15 14h.01M12 5a1 1 0 1 0 0-2 1 1 0 0 0 0 2",
            Self::Media => "M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 5",
            Self::Plug => "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
            Self::Gear => {
                "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M19 5l-3 3M8 16l-3 3"
            }
            Self::Pulse => "M2 12h5l3-8 4 16 3-8h5",
            Self::Bell => "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
            Self::Warning => "M12 3l10 18H2zM12 10v5M12 18h.01",
            Self::Key => "M8 13a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 12l9 9M17 18l2-2",
            Self::Check => "M4 12l5 5L20 6",
            Self::Pen => "M4 20l4-1L20 7l-3-3L5 16z",
            Self::Star => "M12 3l2.7 6 6.3.6-4.8 4.2 1.5 6.2L12 16.8 6.3 20l1.5-6.2L3 9.6 9.300 9z",
            Self::Grid => "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Left => "M15 5l-7 7 7 7",
            Self::Right => "M9 5l7 7-7 7",
            Self::Down => "M6 9l6 6 6-6",
            Self::Link => "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
            Self::Clock => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
            Self::Trash => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
            Self::Copy => "M8 8h12v12H8zM4 16V4h12",
            Self::Out => "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
            Self::Send => "M4 12l16-8-6 16-3-7z",
            Self::Door => "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
            Self::More => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Shield => "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z",
        }
    }
}

/// A line icon; `class` sets its size and colour (default 16 px).
#[component]
pub fn Icon(glyph: Glyph, #[prop(into, default = "size-4".into())] class: String) -> impl IntoView {
    let class = format!("icon {class}");
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <path d=glyph.path()></path>
        </svg>
    }
}
