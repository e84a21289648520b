//! A segment's rule: conditions in groups of "all of", "any of" and "none of". It is one JSON value; what it means in SQL says
//! `server/condition.rs`, and for one person `server/facts.rs`. Both hold the same (`src/tests/segments.rs`).

use crate::domain::ids::SegmentId;
use crate::domain::moment::Day;
use crate::features::contacts::fields::kind::FieldKind;
use crate::features::contacts::model::Consent;
use serde::{Deserialize, Serialize};

/// Groups within groups.
pub const MAX_DEPTH: usize = 4;
pub const MAX_CONDITIONS: usize = 30;
/// Groups, the outermost included.
pub const MAX_GROUPS: usize = 16;
/// Characters of a value.
pub const MAX_TEXT: usize = 200;
pub const MAX_DAYS: u32 = 3_650;

/// How the parts of a group belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    #[default]
    All,
    Any,
    None,
}

impl Join {
    pub const ALL: [Join; 3] = [Self::All, Self::Any, Self::None];

    pub fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::None => "none",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "All of these",
            Self::Any => "Any of these",
            Self::None => "None of these",
        }
    }
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Name,
    Email,
    Phone,
    Company,
    Custom,
    Tag,
    Source,
    CameFrom,
    Consent,
    Created,
    Activity,
    Member,
    Joined,
    Left,
}

/// Which comparisons fit it, and what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text of the contact.
    Text,
    /// A further field: a text that can be a number or a date.
    Field,
    /// One of several texts: the tags, the sources.
    Word,
    Consent,
    Time,
    Segment,
}

impl What {
    pub const ALL: [What; 14] = [
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Company,
        Self::Custom,
        Self::Tag,
        Self::Source,
        Self::CameFrom,
        Self::Consent,
        Self::Created,
        Self::Activity,
        Self::Member,
        Self::Joined,
        Self::Left,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Custom => "custom",
            Self::Tag => "tag",
            Self::Source => "source",
            Self::CameFrom => "came_from",
            Self::Consent => "consent",
            Self::Created => "created",
            Self::Activity => "activity",
            Self::Member => "member",
            Self::Joined => "joined",
            Self::Left => "left",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Company => "Company",
            Self::Custom => "Another field",
            Self::Tag => "Tag",
            Self::Source => "Source now",
            Self::CameFrom => "Ever came from",
            Self::Consent => "Consent to mail",
            Self::Created => "First seen",
            Self::Activity => "Last activity",
            Self::Member => "In a list",
            Self::Joined => "Joined a list",
            Self::Left => "Left a list",
        }
    }
    pub fn kind(self) -> Kind {
        match self {
            Self::Name | Self::Email | Self::Phone | Self::Company | Self::Source => Kind::Text,
            Self::Custom => Kind::Field,
            Self::Tag | Self::CameFrom => Kind::Word,
            Self::Consent => Kind::Consent,
            Self::Created | Self::Activity | Self::Joined | Self::Left => Kind::Time,
            Self::Member => Kind::Segment,
        }
    }
    /// Whether the condition names a list.
    pub fn names_list(self) -> bool {
        matches!(self, Self::Member | Self::Joined | Self::Left)
    }
    /// The comparisons that fit, the usual one first.
    pub fn ops(self) -> &'static [Op] {
        match self.kind() {
            Kind::Text => &[Op::Contains, Op::ContainsNot, Op::Is, Op::IsNot, Op::Starts, Op::Empty, Op::Filled],
            Kind::Field => &[
                Op::Contains,
                Op::ContainsNot,
                Op::Is,
                Op::IsNot,
                Op::Starts,
                Op::Empty,
                Op::Filled,
                Op::More,
                Op::Less,
                Op::From,
                Op::Before,
            ],
            Kind::Word | Kind::Consent | Kind::Segment => &[Op::Is, Op::IsNot],
            Kind::Time => &[Op::Within, Op::Older, Op::From, Op::Before],
        }
    }
}

/// How it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Is,
    IsNot,
    Contains,
    ContainsNot,
    Starts,
    Empty,
    Filled,
    /// A number that is larger.
    More,
    Less,
    /// In the last so many days.
    Within,
    /// More than so many days ago.
    Older,
    /// On a day or later.
    From,
    /// Before a day.
    Before,
}

impl Op {
    pub fn id(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::Contains => "contains",
            Self::ContainsNot => "contains_not",
            Self::Starts => "starts",
            Self::Empty => "empty",
            Self::Filled => "filled",
            Self::More => "more",
            Self::Less => "less",
            Self::Within => "within",
            Self::Older => "older",
            Self::From => "from",
            Self::Before => "before",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Contains => "contains",
            Self::ContainsNot => "does not contain",
            Self::Starts => "starts with",
            Self::Empty => "is empty",
            Self::Filled => "is not empty",
            Self::More => "is more than",
            Self::Less => "is less than",
            Self::Within => "in the last … days",
            Self::Older => "more than … days ago",
            Self::From => "on a day or later",
            Self::Before => "before a day",
        }
    }
    /// Whether it is compared with something.
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::Empty | Self::Filled)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub what: What,
    /// The name of another field, or the id of a list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    pub op: Op,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl Condition {
    pub fn list(&self) -> Option<SegmentId> {
        self.key.parse().ok().filter(|_| self.what.names_list())
    }
    pub fn days(&self) -> Option<u32> {
        self.value.parse().ok().filter(|days| (1..=MAX_DAYS).contains(days))
    }
    pub fn day(&self) -> Option<Day> {
        self.value.parse().ok()
    }
    /// As fields keep numbers.
    pub fn number(&self) -> Option<String> {
        FieldKind::Number.read(&self.value, &[])
    }

    /// What must be changed before it can be used.
    pub fn problem(&self) -> Option<String> {
        let long = |text: &str| text.chars().count() > MAX_TEXT || text.chars().any(char::is_control);
        if long(&self.key) || long(&self.value) {
            return Some(format!("Write one line of at most {MAX_TEXT} characters."));
        }
        if !self.what.ops().contains(&self.op) {
            return Some(format!(
                "“{}” does not go with “{}”. Choose another comparison.",
                self.op.name(),
                self.what.name()
            ));
        }
        if self.what == What::Custom && self.key.is_empty() {
            return Some("Write the name of the field, as it stands on the contact.".into());
        }
        if self.what.names_list() && self.list().is_none() {
            return Some("Choose a list. Make one first if there is none.".into());
        }
        let fits = match (self.what.kind(), self.op) {
            (_, Op::Empty | Op::Filled) | (Kind::Segment, _) => true,
            (Kind::Field, Op::More | Op::Less) => self.number().is_some(),
            (Kind::Field, Op::From | Op::Before) => self.day().is_some(),
            (Kind::Text | Kind::Field | Kind::Word, _) => !self.value.is_empty(),
            (Kind::Consent, _) => Consent::parse(&self.value).is_some(),
            (Kind::Time, Op::Within | Op::Older) => self.days().is_some(),
            (Kind::Time, _) => self.day().is_some(),
        };
        let message = match (self.what.kind(), self.op) {
            (Kind::Time, Op::Within | Op::Older) => format!("Write a number of days from 1 to {MAX_DAYS}."),
            (Kind::Field, Op::More | Op::Less) => FieldKind::Number.asks().into(),
            (Kind::Time, _) | (Kind::Field, Op::From | Op::Before) => "Choose a day.".into(),
            (Kind::Consent, _) => "Choose what they said.".into(),
            _ => "Write what to compare with.".into(),
        };
        (!fits).then_some(message)
    }

    /// "E-mail contains “@acme”"; `lists` knows the names of lists.
    pub fn words(&self, lists: &[(SegmentId, String)]) -> String {
        let list = || {
            let name = self.list().and_then(|id| lists.iter().find(|(known, _)| *known == id));
            name.map_or_else(|| "a list that is gone".to_owned(), |(_, name)| format!("“{name}”"))
        };
        let value = &self.value;
        let yes = self.op == Op::Is;
        let subject = match self.what {
            What::Custom => self.key.clone(),
            What::Joined => format!("Joined {}", list()),
            What::Left => format!("Left {}", list()),
            what => what.name().to_owned(),
        };
        match (self.what, self.op) {
            (What::Tag, _) => format!("{} the tag “{value}”", if yes { "Has" } else { "Does not have" }),
            (What::CameFrom, _) => format!("{} from “{value}”", if yes { "Came" } else { "Never came" }),
            (What::Member, _) => format!("{} {}", if yes { "Is in" } else { "Is not in" }, list()),
            (What::Consent, op) => {
                let said = Consent::parse(value).map_or("unknown", Consent::name);
                format!("Consent to mail {} “{said}”", op.name())
            }
            (_, Op::Empty | Op::Filled) => format!("{subject} {}", self.op.name()),
            (_, Op::Within) if value == "1" => format!("{subject} in the last day"),
            (_, Op::Within) => format!("{subject} in the last {value} days"),
            (_, Op::Older) if value == "1" => format!("{subject} more than a day ago"),
            (_, Op::Older) => format!("{subject} more than {value} days ago"),
            (_, Op::From | Op::Before) => {
                let day = self.day().map_or_else(|| value.clone(), Day::short);
                format!(
                    "{subject} {}",
                    if self.op == Op::From { format!("on {day} or later") } else { format!("before {day}") }
                )
            }
            (_, op) => format!("{subject} {} “{value}”", op.name()),
        }
    }
}

/// A part of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    Group(Group),
    Condition(Condition),
}

/// A rule is a group. With nothing in it, "all of" and "none of" hold for everybody and "any of" for nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub join: Join,
    pub parts: Vec<Node>,
}

impl Group {
    /// All conditions, in their order.
    pub fn conditions(&self) -> Vec<&Condition> {
        let mut all = vec![];
        for part in &self.parts {
            match part {
                Node::Group(group) => all.extend(group.conditions()),
                Node::Condition(condition) => all.push(condition),
            }
        }
        all
    }

    /// Whether time alone changes for whom it holds.
    pub fn moves(&self) -> bool {
        self.conditions().iter().any(|condition| matches!(condition.op, Op::Within | Op::Older))
    }

    /// Whether it holds, asking each condition; for whom it holds, the conditions by which it does, in words.
    pub fn reasons(&self, holds: &impl Fn(&Condition) -> bool, lists: &[(SegmentId, String)]) -> Option<Vec<String>> {
        let of = |part: &Node| match part {
            Node::Group(group) => group.reasons(holds, lists),
            Node::Condition(condition) => holds(condition).then(|| vec![condition.words(lists)]),
        };
        let mut found = self.parts.iter().map(of);
        match self.join {
            Join::All => found.collect::<Option<Vec<_>>>().map(|all| all.concat()),
            Join::Any => {
                let any: Vec<_> = found.flatten().collect();
                (!any.is_empty()).then(|| any.concat())
            }
            Join::None => found.all(|part| part.is_none()).then(|| {
                self.parts
                    .iter()
                    .map(|part| match part {
                        Node::Group(group) => format!("Not: {}", group.words(lists)),
                        Node::Condition(condition) => format!("Not: {}", condition.words(lists)),
                    })
                    .collect()
            }),
        }
    }

    /// "E-mail contains “@acme” and (Has the tag “vip” or Company is “Acme”)"
    pub fn words(&self, lists: &[(SegmentId, String)]) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Node::Group(group) if group.parts.len() > 1 && group.join != Join::None => {
                format!("({})", group.words(lists))
            }
            Node::Group(group) => group.words(lists),
            Node::Condition(condition) => condition.words(lists),
        });
        let parts: Vec<_> = parts.collect();
        match self.join {
            Join::All => parts.join(" and "),
            Join::Any => parts.join(" or "),
            Join::None => format!("not ({})", parts.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(what: What, op: Op, value: &str) -> Condition {
        Condition { what, key: String::new(), op, value: value.into() }
    }

    #[test]
    fn a_rule_is_read_and_said_in_words() {
        let rule = Group {
            join: Join::All,
            parts: vec![
                Node::Condition(condition(What::Email, Op::Contains, "@acme")),
                Node::Group(Group {
                    join: Join::Any,
                    parts: vec![
                        Node::Condition(condition(What::Tag, Op::Is, "vip")),
                        Node::Condition(condition(What::Created, Op::Within, "30")),
                    ],
                }),
                Node::Group(Group {
                    join: Join::None,
                    parts: vec![Node::Condition(condition(What::Consent, Op::Is, "withdrawn"))],
                }),
            ],
        };
        let json = serde_json::to_string(&rule).expect("JSON");
        assert_eq!(serde_json::from_str::<Group>(&json).expect("a rule"), rule);
        assert_eq!(
            rule.words(&[]),
            "E-mail contains “@acme” and (Has the tag “vip” or First seen in the last 30 days) and not (Consent to mail is “No mail”)"
        );
        assert!(rule.moves() && rule.conditions().len() == 4);
        let why = rule.reasons(&|c: &Condition| matches!(c.what, What::Email | What::Tag), &[]);
        let said = ["E-mail contains “@acme”", "Has the tag “vip”", "Not: Consent to mail is “No mail”"];
        assert_eq!(why, Some(said.map(str::to_owned).to_vec()));
        assert_eq!(rule.reasons(&|_: &Condition| true, &[]), None);
    }

    #[test]
    fn what_does_not_fit_says_what_to_do() {
        for good in [
            condition(What::Name, Op::Empty, ""),
            condition(What::Created, Op::From, "2026-02-28"),
            condition(What::Activity, Op::Older, "3650"),
            condition(What::Consent, Op::IsNot, "none"),
            Condition { key: "City".into(), ..condition(What::Custom, Op::Is, "Rome") },
            Condition { key: "Seats".into(), ..condition(What::Custom, Op::More, "1,5") },
            Condition { key: "Born".into(), ..condition(What::Custom, Op::Before, "1990-01-01") },
            Condition { key: SegmentId::nil().to_string(), ..condition(What::Joined, Op::Within, "7") },
        ] {
            assert_eq!(good.problem(), None, "{good:?}");
        }
        for bad in [
            condition(What::Name, Op::Contains, ""),
            condition(What::Name, Op::Within, "3"),
            condition(What::Tag, Op::Contains, "x"),
            condition(What::Created, Op::From, "2026-02-29"),
            condition(What::Created, Op::Within, "0"),
            condition(What::Created, Op::Within, "3651"),
            condition(What::Consent, Op::Is, "maybe"),
            condition(What::Custom, Op::Is, "Rome"),
            Condition { key: "Seats".into(), ..condition(What::Custom, Op::Less, "few") },
            Condition { key: "Born".into(), ..condition(What::Custom, Op::From, "1990") },
            condition(What::Name, Op::More, "3"),
            condition(What::Member, Op::Is, ""),
            condition(What::Name, Op::Is, &"x".repeat(201)),
            condition(What::Name, Op::Is, "a\u{0}"),
        ] {
            assert!(bad.problem().is_some(), "{bad:?}");
        }
    }
}
