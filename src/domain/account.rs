//! What is known of a connected account, as far as it decides what may be published there. Connectors find it out when an
//! account is connected and keep it as JSON (`connections.facts`); this reads that JSON, whoever wrote it and when.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whose account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    Person,
    /// A professional account of one person (Instagram's creators).
    Creator,
    Business,
    /// LinkedIn's company pages.
    Organisation,
    /// Facebook's pages.
    Page,
    /// Not said, or by a newer program in a word that this one does not know.
    #[default]
    #[serde(other)]
    Unknown,
}

impl AccountKind {
    /// Our words and the platforms' own.
    fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "person" | "member" => Self::Person,
            "creator" | "media_creator" => Self::Creator,
            "business" => Self::Business,
            "organisation" | "organization" => Self::Organisation,
            "page" => Self::Page,
            _ => Self::Unknown,
        }
    }
}

/// The facts of one account that rules depend on. The default is an account of which nothing is known: the strictest rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountFacts {
    pub kind: AccountKind,
    /// It pays for longer texts (X Premium).
    pub long_text: bool,
    /// Only followers that it has accepted see its posts (X's protected accounts).
    pub protected: bool,
    /// No program may publish there: people do it themselves, with what is handed to them when the time comes.
    pub by_hand: bool,
}

impl AccountFacts {
    /// Reads what a connector has kept. Never fails: what is missing or of another type is not known.
    pub fn read(stored: &Value) -> Self {
        let word = |name: &str| stored.get(name).and_then(Value::as_str).filter(|word| !word.is_empty());
        let flag = |name: &str| stored.get(name).and_then(Value::as_bool);
        // Some connectors keep the platform's own words: Instagram's account_type, X's subscription_type and protected.
        let kind = word("kind").or(word("account_type")).map(AccountKind::read).unwrap_or_default();
        let pays = || word("subscription_type").is_some_and(|name| !name.eq_ignore_ascii_case("none"));
        Self {
            kind,
            long_text: flag("long_text").unwrap_or_else(pays),
            protected: flag("protected").unwrap_or_default(),
            by_hand: flag("by_hand").unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn long_text(stored: Value) -> bool {
        AccountFacts::read(&stored).long_text
    }

    #[test]
    fn what_connectors_have_kept_is_read() {
        let x = json!({ "subscription_type": "Premium", "verified_type": "blue", "protected": true });
        let expected = AccountFacts { kind: AccountKind::Unknown, long_text: true, protected: true, by_hand: false };
        assert_eq!(AccountFacts::read(&x), expected);
        assert!(!long_text(json!({ "subscription_type": "None" })) && !long_text(json!({ "subscription_type": null })));
        assert!(long_text(json!({ "subscription_type": "None", "long_text": true })), "our own word counts");
        for (stored, kind) in [
            (json!({ "kind": "member" }), AccountKind::Person),
            (json!({ "kind": "organization" }), AccountKind::Organisation),
            (json!({ "account_type": "BUSINESS" }), AccountKind::Business),
            (json!({ "account_type": "MEDIA_CREATOR" }), AccountKind::Creator),
            (json!({ "account_type": null }), AccountKind::Unknown),
            (json!({ "kind": "page" }), AccountKind::Page),
        ] {
            assert_eq!(AccountFacts::read(&stored).kind, kind, "{stored}");
        }
    }

    #[test]
    fn anything_else_is_an_account_of_which_nothing_is_known() {
        for stored in
            [json!(null), json!([]), json!(7), json!({}), json!({ "kind": 3, "long_text": "yes", "protected": [] })]
        {
            assert_eq!(AccountFacts::read(&stored), AccountFacts::default(), "{stored}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let facts = AccountFacts { kind: AccountKind::Organisation, long_text: true, protected: false, by_hand: true };
        let json = serde_json::to_value(&facts).unwrap();
        assert_eq!(AccountFacts::read(&json), facts);
        assert_eq!(serde_json::from_value::<AccountFacts>(json).unwrap(), facts);
        let newer = serde_json::from_value::<AccountFacts>(json!({ "kind": "robot", "more": 1 })).unwrap();
        assert_eq!(newer, AccountFacts::default());
    }
}
