//! What the navigation shows, as data. A page that wants to be found there adds a row.

use crate::domain::permission::Permission;
use crate::ui::Glyph;

/// One entry of the navigation.
#[derive(Clone, Copy)]
pub struct NavItem {
    pub href: &'static str,
    pub label: &'static str,
    /// For the bottom bar of a phone.
    pub short: &'static str,
    pub glyph: Glyph,
    /// Addresses that begin with this belong to the entry too.
    pub section: &'static str,
    /// Whoever may not do this has nothing to do there, and does not see it.
    pub needs: Permission,
    /// Shows how many deliveries wait for a person.
    pub counts: bool,
    /// Shows a dot while a critical error is open; only where `needs` is more than to view.
    pub alarms: bool,
    /// Stands in the bottom bar of a phone, which has room for five; the others are behind its menu.
    pub in_bar: bool,
}

impl NavItem {
    /// Whether the page at `path` belongs to this entry.
    pub fn is_current(&self, path: &str) -> bool {
        path == self.href
            || path
                .strip_prefix(self.section)
                .is_some_and(|rest| self.section != "/" && (rest.is_empty() || rest.starts_with('/')))
    }
}

const fn item(href: &'static str, label: &'static str, glyph: Glyph) -> NavItem {
    NavItem {
        href,
        label,
        short: label,
        glyph,
        section: href,
        needs: Permission::View,
        counts: false,
        alarms: false,
        in_bar: true,
    }
}

/// The daily work.
pub const MAIN: [NavItem; 12] = [
    item("/", "Home", Glyph::Home),
    NavItem { needs: Permission::Publish, ..item("/studio", "Studio", Glyph::Studio) },
    item("/calendar", "Calendar", Glyph::Calendar),
    item("/posts", "Posts", Glyph::Posts),
    NavItem { in_bar: false, ..item("/campaigns", "Campaigns", Glyph::Campaign) },
    NavItem { short: "Needs you", counts: true, ..item("/needs", "Needs your eyes", Glyph::Eye) },
    NavItem { in_bar: false, ..item("/comments", "Comments", Glyph::Speech) },
    NavItem { in_bar: false, needs: Permission::Contacts, ..item("/contacts", "Contacts", Glyph::People) },
    NavItem { in_bar: false, ..item("/agents", "Agents", Glyph::Bot) },
    NavItem { in_bar: false, ..item("/library", "Media", Glyph::Media) },
    NavItem { in_bar: false, ..item("/snippets", "Snippets", Glyph::Copy) },
    NavItem { in_bar: false, ..item("/links", "Links", Glyph::Link) },
];

/// Below the line: what is set up once.
pub const SETUP: [NavItem; 3] = [
    item("/connections", "Connections", Glyph::Plug),
    NavItem { section: "/settings", ..item("/settings/company", "Settings", Glyph::Gear) },
    NavItem {
        needs: Permission::Company,
        in_bar: false,
        alarms: true,
        ..item("/diagnostics", "Diagnostics", Glyph::Pulse)
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_belongs_to_at_most_one_entry() {
        let current = |path: &str| -> Vec<&str> {
            MAIN.iter().chain(&SETUP).filter(|i| i.is_current(path)).map(|i| i.label).collect()
        };
        assert_eq!(current("/"), ["Home"]);
        assert_eq!(current("/posts/0198"), ["Posts"]);
        assert_eq!(current("/library/0198"), ["Media"]);
        assert_eq!(current("/settings/members"), ["Settings"]);
        assert_eq!(current("/companies/new"), [""; 0]);
        assert_eq!(current("/postscript"), [""; 0]);
    }
}
