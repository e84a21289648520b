//! Contacts as both sides know them.

use super::fields::model::{FieldCard, FieldValue, MOST as MOST_FIELDS};
use crate::domain::bounds;
use crate::domain::ids::{ContactId, FieldId, SegmentId};
use crate::domain::moment::When;
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
use serde::{Deserialize, Serialize};

/// What somebody said to mail from the company, last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    #[default]
    None,
    Given,
    Withdrawn,
}

impl Consent {
    pub const ALL: [Consent; 3] = [Self::Given, Self::Withdrawn, Self::None];

    pub fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "Not asked",
            Self::Given => "Agreed to mail",
            Self::Withdrawn => "No mail",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|consent| consent.id() == id)
    }
}

/// Days by which the list can be cut.
pub const SINCE: [u32; 4] = [1, 7, 30, 90];
/// Characters of what is searched that are read.
pub const MAX_SEARCH: usize = 100;

/// In which order contacts are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Name,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Self::Newest, Self::Oldest, Self::Name];

    pub fn id(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Name => "name",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Name => "By name",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.id() == id)
    }
}

/// Columns that are shown at once, at most.
pub const MOST_COLUMNS: usize = 9;

/// What the list shows of a contact besides the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Column {
    Email,
    Phone,
    Company,
    Tags,
    Consent,
    Source,
    Added,
    /// A field of the company's own.
    Field(FieldId),
}

impl Column {
    /// Those that are always there.
    pub const USUAL: [Column; 7] =
        [Self::Email, Self::Phone, Self::Company, Self::Tags, Self::Consent, Self::Source, Self::Added];
    /// What is shown when nobody chose.
    pub const FIRST: [Column; 6] = [Self::Email, Self::Company, Self::Tags, Self::Consent, Self::Source, Self::Added];

    pub fn id(self) -> String {
        match self {
            Self::Field(id) => id.to_string(),
            usual => usual.name().to_lowercase().replace('-', ""),
        }
    }

    /// A field has the name of its own.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Company => "Company",
            Self::Tags => "Tags",
            Self::Consent => "Consent",
            Self::Source => "Source",
            Self::Added => "Added",
            Self::Field(_) => "Field",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        let usual = Self::USUAL.into_iter().find(|column| column.id() == id);
        usual.or_else(|| id.parse().ok().map(Self::Field))
    }

    /// Those that an address names, divided by commas, each once.
    pub fn list(text: &str) -> Vec<Self> {
        let mut all = vec![];
        for column in text.split(',').filter_map(|id| Self::parse(id.trim())) {
            if !all.contains(&column) && all.len() < MOST_COLUMNS {
                all.push(column);
            }
        }
        all
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        column.id()
    }
}

impl TryFrom<String> for Column {
    type Error = &'static str;
    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::parse(&id).ok_or("this is no column of contacts")
    }
}

/// Which contacts are shown, and where their part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContactQuery {
    /// A part of a name, an address, a phone number or a company.
    #[serde(default)]
    pub search: String,
    /// Empty: any.
    #[serde(default)]
    pub tag: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub consent: Option<Consent>,
    #[serde(default)]
    pub segment: Option<SegmentId>,
    /// Only those of the last days.
    #[serde(default)]
    pub days: Option<u32>,
    #[serde(default)]
    pub sort: Sort,
    /// Empty: [`Column::FIRST`].
    #[serde(default, deserialize_with = "bounds::list::<_, _, MOST_COLUMNS>")]
    pub columns: Vec<Column>,
    #[serde(default)]
    pub older: Option<Cursor>,
    #[serde(default)]
    pub newer: Option<Cursor>,
}

impl ContactQuery {
    /// The same from its beginning.
    pub fn start(&self) -> Self {
        Self { older: None, newer: None, ..self.clone() }
    }

    /// Everybody is shown.
    pub fn is_plain(&self) -> bool {
        Self { sort: Sort::Newest, columns: vec![], ..self.start() } == Self::default()
    }

    /// What is shown of each.
    pub fn shown(&self) -> &[Column] {
        if self.columns.is_empty() { &Column::FIRST } else { &self.columns }
    }

    /// How many things it asks for besides the search.
    pub fn filters(&self) -> usize {
        usize::from(!self.tag.is_empty())
            + usize::from(!self.source.is_empty())
            + usize::from(self.consent.is_some())
            + usize::from(self.segment.is_some())
    }
}

/// A contact as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactCard {
    pub id: ContactId,
    /// May be empty.
    pub name: String,
    pub email: String,
    pub phone: String,
    pub company_name: String,
    pub source: String,
    pub consent: Consent,
    pub tags: Vec<String>,
    pub created: When,
    /// What it has in the fields that were asked for.
    #[serde(default)]
    pub own: Vec<(FieldId, FieldValue)>,
}

impl ContactCard {
    /// What to call the person.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}

/// A group of contacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentCard {
    pub id: SegmentId,
    pub name: String,
    /// As `domain::page::counted`.
    pub members: i64,
    /// People put contacts in and take them out.
    pub by_hand: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactList {
    /// Nobody fits the search; these are called nearly so.
    pub is_alike: bool,
    pub part: Part<ContactCard>,
    /// What there is to filter by; the first ones of the alphabet where there are many.
    pub tags: Vec<String>,
    pub sources: Vec<String>,
    pub segments: Vec<SegmentCard>,
    /// The fields of the company's own, which can be columns.
    pub fields: Vec<FieldCard>,
    pub zone: String,
    /// Whether the reader may take them out as a file.
    pub may_export: bool,
}

/// Something that happened with a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventCard {
    /// In words: "Came from Web", "Note".
    pub what: String,
    /// A note's text, or what there is to add.
    pub words: String,
    pub by: Option<String>,
    pub at: When,
}

/// What somebody said about mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsentCard {
    pub given: bool,
    pub source: String,
    pub words: String,
    pub by: Option<String>,
    pub at: When,
}

/// Why somebody is in a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberCard {
    pub segment: SegmentId,
    pub name: String,
    pub why: String,
    /// The conditions of its rule that hold for this person.
    pub because: Vec<String>,
    pub by_hand: bool,
    pub at: When,
}

/// Something that is known beyond the usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomFact {
    pub name: String,
    pub value: String,
    /// What it is not, although its field asks for it: "Not a number".
    pub wrong: Option<String>,
}

/// A contact with all that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactDetail {
    pub card: ContactCard,
    pub first_name: String,
    pub last_name: String,
    pub phone_e164: Option<String>,
    /// What else is known.
    pub custom: Vec<CustomFact>,
    /// The fields of the company's own, with what stands in them.
    pub fields: Vec<(FieldCard, String)>,
    pub consents: Vec<ConsentCard>,
    pub segments: Vec<MemberCard>,
    /// The lists that this person can be put into.
    pub lists: Vec<(SegmentId, String)>,
    /// The newest first; the last hundred.
    pub events: Vec<EventCard>,
    pub updated: When,
    pub zone: String,
    pub may_erase: bool,
}

/// What people type into a field of the company's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypedField {
    pub field: FieldId,
    #[serde(default)]
    pub value: String,
}

/// What people type of a contact. Tags are divided by commas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContactFields {
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub company_name: String,
    #[serde(default)]
    pub tags: String,
    /// Fields that are not named stay as they are.
    #[serde(default, deserialize_with = "bounds::list::<_, _, MOST_FIELDS>")]
    pub own: Vec<TypedField>,
}

impl ContactFields {
    /// Ends each of the texts in [`Self::own_typed`].
    const END: char = '\u{1f}';

    /// What was typed into the company's own fields as one text: it goes back in the address after a form without JavaScript failed.
    pub fn own_typed(&self) -> String {
        let one = |own: &TypedField| own.value.replace(Self::END, "") + "\u{1f}";
        self.own.iter().map(one).collect()
    }

    /// What was typed into one of them.
    pub fn own_of(all: &str, at: usize) -> Option<String> {
        all.split_terminator(Self::END).nth(at).map(str::to_owned)
    }
}

/// Contacts that are acted on at once, at most: a page of them.
pub const MOST: usize = PAGE_SIZE as usize;

/// The contacts of one request, bounded while they are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenContacts(#[serde(deserialize_with = "bounds::list::<_, _, MOST>")] pub Vec<ContactId>);

/// Something to do with contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactAct {
    Tag,
    Untag,
    /// Into a list.
    Join,
    /// Out of a list.
    Leave,
    Delete,
    Restore,
}

impl ContactAct {
    const ALL: [ContactAct; 6] = [Self::Tag, Self::Untag, Self::Join, Self::Leave, Self::Delete, Self::Restore];

    /// As it stands in forms and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }

    /// What takes it back.
    pub fn undo(self) -> Option<ContactAct> {
        match self {
            Self::Tag => Some(Self::Untag),
            Self::Untag => Some(Self::Tag),
            Self::Join => Some(Self::Leave),
            Self::Leave => Some(Self::Join),
            Self::Delete => Some(Self::Restore),
            Self::Restore => None,
        }
    }
}

/// What was done, as it stands in an address: `did=tag.ID.ID&notice=VIP`, `did=join~LIST.ID&notice=Fair`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactOutcome {
    pub act: ContactAct,
    pub done: Vec<ContactId>,
    /// The tag, or the name of the list; empty unless it was about one.
    pub tag: String,
    pub list: Option<SegmentId>,
}

impl ContactOutcome {
    pub fn parse(did: &str, tag: &str) -> Option<Self> {
        let mut parts = did.split('.');
        let name = parts.next()?;
        let (name, list) = name.split_once('~').map_or((name, None), |(name, list)| (name, list.parse().ok()));
        let act = ContactAct::ALL.into_iter().find(|act| act.id() == name)?;
        let done: Vec<_> = parts.take(MOST).filter_map(|id| id.parse().ok()).collect();
        (!done.is_empty()).then_some(Self { act, done, tag: tag.chars().take(60).collect(), list })
    }

    pub fn did(&self) -> String {
        let done: String = self.done.iter().map(|id| format!(".{id}")).collect();
        let list = self.list.map(|list| format!("~{list}")).unwrap_or_default();
        format!("{}{list}{done}", self.act.id())
    }

    /// "2 contacts tagged “VIP”."
    pub fn words(&self) -> String {
        let who = if self.done.len() == 1 { "1 contact".to_owned() } else { format!("{} contacts", self.done.len()) };
        match self.act {
            ContactAct::Tag => format!("{who} tagged “{}”.", self.tag),
            ContactAct::Untag => format!("Tag “{}” taken off {who}.", self.tag),
            ContactAct::Join => format!("{who} put into “{}”.", self.tag),
            ContactAct::Leave => format!("{who} taken out of “{}”.", self.tag),
            ContactAct::Delete => format!("{who} deleted."),
            ContactAct::Restore => format!("{who} restored."),
        }
    }
}

/// What was removed with a person, as the receipt of an erasure says it: `3.1.2.0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    pub events: i64,
    pub consents: i64,
    pub requests: i64,
    /// Texts of agents, conversations and logs that named the person.
    pub texts: i64,
}

impl Erased {
    pub fn parameter(self) -> String {
        format!("{}.{}.{}.{}", self.events, self.consents, self.requests, self.texts)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<i64>> = text.split('.').map(|n| n.parse().ok().filter(|n| *n >= 0)).collect();
        match numbers?.as_slice() {
            [events, consents, requests, texts] => {
                Some(Self { events: *events, consents: *consents, requests: *requests, texts: *texts })
            }
            _ => None,
        }
    }

    pub fn words(self) -> String {
        let n = |n: i64, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
        format!(
            "One person was erased for good, with {}, {} and {}, and taken out of {}. Nothing of this person is kept here.",
            n(self.events, "entry of the history", "entries of the history"),
            n(self.consents, "record of consent", "records of consent"),
            n(self.requests, "kept request", "kept requests"),
            n(self.texts, "text of agents, conversations and logs", "texts of agents, conversations and logs")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_from_an_address() {
        let field = Column::Field(FieldId::from_u128(7));
        assert_eq!(
            Column::list(&format!("added, phone,phone,steal,{}", field.id())),
            [Column::Added, Column::Phone, field]
        );
        assert!(Column::list("").is_empty());
        let many = (0..20).map(|n| FieldId::from_u128(n).to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(Column::list(&many).len(), MOST_COLUMNS);
        let ids: Vec<_> = Column::USUAL.map(Column::id).to_vec();
        assert_eq!(ids, ["email", "phone", "company", "tags", "consent", "source", "added"]);
    }

    #[test]
    fn what_was_done_survives_in_an_address() {
        let id = ContactId::from_u128;
        let outcome = ContactOutcome { act: ContactAct::Tag, done: vec![id(1), id(2)], tag: "VIP".into(), list: None };
        assert_eq!(ContactOutcome::parse(&outcome.did(), "VIP"), Some(outcome.clone()));
        assert_eq!(outcome.words(), "2 contacts tagged “VIP”.");
        let outcome = ContactOutcome {
            act: ContactAct::Join,
            done: vec![id(1)],
            tag: "Fair".into(),
            list: Some(SegmentId::from_u128(7)),
        };
        assert_eq!(ContactOutcome::parse(&outcome.did(), "Fair"), Some(outcome.clone()));
        assert_eq!(outcome.words(), "1 contact put into “Fair”.");
        for nothing in ["", "tag", "tag.x", "steal.1"] {
            assert_eq!(ContactOutcome::parse(nothing, ""), None, "{nothing}");
        }
        let erased = Erased { events: 1, consents: 0, requests: 2, texts: 3 };
        assert_eq!(Erased::parse(&erased.parameter()), Some(erased));
        assert!(erased.words().contains("1 entry of the history, 0 records of consent and 2 kept requests"));
        for nothing in ["", "1.2", "1.2.3", "1.2.3.4.5", "-1.0.0.0", "a.b.c.d"] {
            assert_eq!(Erased::parse(nothing), None, "{nothing}");
        }
    }
}
