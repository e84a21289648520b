//! Snapchat: public profiles, to which people publish by hand. Snap lets only companies on a list of its own use the Public
//! Profile API, most of which has no official text that can be checked against; this program does not call it.

use super::Connector;
use super::by_hand::ByHand;
use super::credentials::{Field, Form};
use crate::domain::platform::Platform;

pub static CONNECTOR: Connector = BY_HAND.connector();

static BY_HAND: ByHand = ByHand {
    platform: Platform::Snapchat,
    form: &Form {
        note: "Snapchat lets few programs publish. Add the account by its name: at the time of a post we remind you, hand \
               you its picture or video and its text, and you post it in the app.",
        fields: &[Field {
            name: "user_name",
            label: "User name",
            help: "As it stands on the public profile. No password is needed.",
            initial: "",
            placeholder: "northwind.coffee",
            is_secret: false,
        }],
    },
    name: user_name,
    example: "northwind.coffee",
    profile: "https://www.snapchat.com/add/",
    host: "snapchat.com",
};

/// Letters, digits, and dots, lines and dashes between them (Snapchat Support: usernames, 3 to 15 characters; up to 30 are
/// taken here, as it was not always so). The whole address of a profile is understood.
fn user_name(typed: &str) -> Option<String> {
    let name = typed.rsplit_once("snapchat.com/add/").map_or(typed, |(_, rest)| rest);
    let name = name.split(['?', '/', '#']).next().unwrap_or_default().trim_start_matches('@').to_ascii_lowercase();
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let fits = (3..=30).contains(&name.len()) && name.chars().all(inside);
    (fits && ends(name.chars().next()) && ends(name.chars().next_back())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::user_name;

    #[test]
    fn names_are_understood_as_they_are_copied() {
        for typed in
            ["northwind.coffee", "@Northwind.Coffee", "https://www.snapchat.com/add/northwind.coffee?share_id=1"]
        {
            assert_eq!(user_name(typed).as_deref(), Some("northwind.coffee"), "{typed}");
        }
        for wrong in ["", "ab", ".abc", "abc-", "a b c", "naïve", "https://example.com/northwind", &"a".repeat(31)] {
            assert_eq!(user_name(wrong), None, "{wrong}");
        }
    }
}
