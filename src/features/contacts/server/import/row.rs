//! From a row of a file to a person, by what each column is; or why not.

use super::cells::Cells;
use super::guess::folded;
use crate::features::contacts::fields::model::FieldCard;
use crate::features::contacts::imports::model::{Known, Target};
use crate::features::contacts::server::capture::{Capture, Consent};
use crate::features::contacts::server::edit::one_tag;
use crate::features::contacts::server::email::Email;
use std::collections::BTreeMap;

/// Characters of a name, an employer or a phone number.
const NAME: usize = 200;
const SOURCE: usize = 100;
const TAGS: usize = 30;
/// Characters of one cell.
const CELL: usize = 10_000;
/// Fields of one's own, and bytes of all.
const CUSTOM: usize = 200;
const CUSTOM_BYTES: usize = 64 * 1024;
/// Characters of a cell that a reason repeats.
const SHOWN: usize = 60;

/// What is to be done with every row of a file.
#[derive(Clone, Debug)]
pub struct Plan {
    pub header: Vec<String>,
    pub columns: Vec<Target>,
    /// The company's fields.
    pub fields: Vec<FieldCard>,
    pub known: Known,
    pub tags: Vec<String>,
    pub source: String,
    /// How one knows that they agreed; empty: nobody said so.
    pub consent_words: String,
}

/// Yes or no, as files say it.
fn yes(text: &str) -> Option<bool> {
    match folded(text).as_str() {
        "yes" | "y" | "true" | "1" | "x" | "on" | "checked" | "ja" | "j" | "oui" | "o" | "si" | "sí" | "s"
        | "given" | "granted" | "agree" | "agreed" | "agrees" | "accept" | "accepted" | "iagree" | "subscribe"
        | "subscribed" | "optin" | "optedin" | "vrai" | "wahr" | "verdadero" => Some(true),
        "no" | "n" | "false" | "0" | "off" | "unchecked" | "nein" | "non" | "declined" | "denied" | "refused"
        | "withdrawn" | "unsubscribe" | "unsubscribed" | "optout" | "optedout" | "abgemeldet" | "faux" | "falsch"
        | "falso" | "baja" => Some(false),
        _ => None,
    }
}

/// One line: what breaks lines in a cell becomes a space.
fn line(column: &str, text: &str, most: usize) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_control) {
        return Err(format!("“{column}” has an invisible character. Type it again."));
    }
    if text.chars().count() > most {
        return Err(format!("“{column}” is too long: at most {most} characters."));
    }
    Ok(text)
}

fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    if text.chars().count() > SHOWN { format!("{clean}…") } else { clean }
}

impl Plan {
    /// The person in a row.
    pub fn person(&self, cells: &Cells) -> Result<Capture, String> {
        let width = self.header.len();
        if (width..cells.count()).any(|at| !cells.get(at).trim().is_empty()) {
            let more = if cells.count() > crate::features::contacts::imports::model::MAX_COLUMNS { "more" } else { "" };
            let found =
                if more.is_empty() { cells.count().to_string() } else { format!("{more} than {}", cells.count() - 1) };
            return Err(format!(
                "There are {found} cells, and the file has {width} columns. Is a quotation mark missing?"
            ));
        }
        let mut email = None;
        let mut person = (String::new(), String::new(), String::new(), String::new(), String::new(), String::new());
        let (mut tags, mut custom) = (self.tags.clone(), BTreeMap::new());
        let (mut said, mut bytes) = (None::<Consent>, 0);
        let has_column = self.columns.contains(&Target::Consent);
        for (at, (target, column)) in self.columns.iter().zip(&self.header).enumerate() {
            let cell = cells.get(at).trim();
            if cell.is_empty() || *target == Target::Skip {
                continue;
            }
            if cell.contains('\0') {
                return Err(format!("“{column}” has an invisible character (NUL). Type it again."));
            }
            if cell.chars().count() > CELL {
                return Err(format!("“{column}” is too long: at most {CELL} characters."));
            }
            match target {
                Target::Email => {
                    let wrong = || format!("“{}” is not an e-mail address.", shown(cell));
                    email = Some(Email::parse(cell).ok_or_else(wrong)?);
                }
                Target::FirstName => person.0 = line(column, cell, NAME)?,
                Target::LastName => person.1 = line(column, cell, NAME)?,
                Target::FullName => person.2 = line(column, cell, NAME)?,
                // A spreadsheet was told that a number is a text.
                Target::Phone => person.3 = line(column, cell.trim_start_matches('\''), NAME)?,
                Target::Company => person.4 = line(column, cell, NAME)?,
                Target::Source => person.5 = line(column, cell, SOURCE)?,
                Target::Tags => {
                    for tag in cell.split([',', ';', '|']).map(str::trim).filter(|tag| !tag.is_empty()) {
                        let wrong = || format!("“{}” is too long for a tag: at most 60 characters.", shown(tag));
                        let tag = one_tag(tag).ok_or_else(wrong)?;
                        if tags.contains(&tag) {
                            continue;
                        }
                        if tags.len() >= TAGS {
                            return Err(format!("There are too many tags: at most {TAGS}."));
                        }
                        tags.push(tag);
                    }
                }
                Target::Consent | Target::NoMail => {
                    let refuses = match (target, yes(cell)) {
                        (Target::Consent, Some(yes)) => !yes,
                        // Whoever wrote something else may have meant a no: nobody is mailed for want of a word.
                        (Target::Consent, None) => {
                            return Err(format!(
                                "“{column}” says “{}”: write yes or no, or leave it empty.",
                                shown(cell)
                            ));
                        }
                        (_, Some(false)) => continue,
                        _ => true,
                    };
                    if refuses {
                        let words = format!("{column}: {}", shown(cell)).chars().take(300).collect();
                        said = Some(Consent { given: false, words });
                    } else if !self.consent_words.is_empty() && said.is_none() {
                        said = Some(Consent { given: true, words: self.consent_words.clone() });
                    }
                }
                Target::Custom => {
                    bytes += column.len() + cell.len();
                    custom.insert(column.clone(), cell.to_owned());
                }
                Target::Field(id) => {
                    bytes += column.len() + cell.len();
                    // Where the field was deleted meanwhile the value is kept under the column's name.
                    match self.fields.iter().find(|field| field.id == *id) {
                        Some(field) => custom.insert(field.key.clone(), field.fitted(cell)),
                        None => custom.insert(column.clone(), cell.to_owned()),
                    };
                }
                Target::Skip => {}
            }
        }
        if custom.len() > CUSTOM || bytes > CUSTOM_BYTES {
            return Err(format!("There is too much of one person: at most {CUSTOM} further fields with 64 kB."));
        }
        if tags.len() > TAGS {
            return Err(format!("There are too many tags: at most {TAGS}."));
        }
        if said.is_none() && !has_column && !self.consent_words.is_empty() {
            said = Some(Consent { given: true, words: self.consent_words.clone() });
        }
        let email = email.ok_or("There is no e-mail address.")?;
        let (first_name, last_name, full_name, phone, company_name, source) = person;
        let source = if source.is_empty() { self.source.clone() } else { source };
        Ok(Capture {
            first_name,
            last_name,
            full_name,
            phone,
            company_name,
            source,
            tags,
            consent: said,
            custom,
            ..Capture::of(email)
        })
    }

    /// The same person again, further down in the file.
    pub fn again(&self, first: &mut Capture, mut later: Capture) {
        let refusal = [first.consent.clone(), later.consent.clone()].into_iter().flatten().find(|said| !said.given);
        match self.known {
            Known::Skip => return,
            Known::Overwrite => first.and_then(later),
            Known::Fill => {
                later.and_then(first.clone());
                *first = later;
            }
        }
        first.consent = refusal.or(first.consent.take());
        first.tags.truncate(TAGS);
        while first.custom.len() > CUSTOM {
            first.custom.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::contacts::server::import::cells::Rows;

    fn plan(header: &str, columns: &[Target]) -> Plan {
        Plan {
            header: header.split(',').map(str::to_owned).collect(),
            columns: columns.to_vec(),
            fields: vec![],
            known: Known::Fill,
            tags: vec!["fair".into()],
            source: "Fair 2026".into(),
            consent_words: String::new(),
        }
    }

    fn read(plan: &Plan, row: &str) -> Result<Capture, String> {
        let mut found = None;
        let mut rows = Rows::new(b',');
        rows.read(row, |cells| found = Some(cells)).expect("a short row");
        rows.read("", |cells| found = Some(cells)).expect("a short row");
        plan.person(&found.expect("a row"))
    }

    #[test]
    fn a_row_becomes_a_person_or_says_why_not() {
        use Target::*;
        let mut plan = plan("Mail,First,Tags,OK,Tea", &[Email, FirstName, Tags, Consent, Custom]);
        let ada = read(&plan, "Ada@Example.com,\" Ada\nMaria \",\"vip; poet\",yes,Earl Grey,,").expect("a person");
        assert_eq!((ada.email.key.as_str(), ada.first_name.as_str()), ("ada@example.com", "Ada Maria"));
        assert_eq!(
            (ada.tags, ada.source.as_str(), ada.consent),
            (vec!["fair".into(), "vip".into(), "poet".into()], "Fair 2026", None)
        );
        assert_eq!(ada.custom, BTreeMap::from([("Tea".into(), "Earl Grey".into())]));
        plan.consent_words = "Signed up at the fair".into();
        assert!(read(&plan, "a@example.com,,,ja").expect("a person").consent.expect("said").given);
        assert_eq!(read(&plan, "a@example.com,,,").expect("a person").consent, None);
        let no = read(&plan, "a@example.com,,,Nein").expect("a person").consent.expect("said");
        assert_eq!((no.given, no.words.as_str()), (false, "OK: Nein"));
        for (row, why) in [
            ("ada,Ada", "“ada” is not an e-mail address."),
            (",Ada", "There is no e-mail address."),
            ("a@example.com,A\u{0}B", "“First” has an invisible character (NUL)."),
            ("a@example.com,A\u{7}B", "“First” has an invisible character."),
            (&format!("a@example.com,{}", "x".repeat(201)), "“First” is too long: at most 200"),
            (&format!("a@example.com,,,,{}", "x".repeat(10_001)), "“Tea” is too long: at most 10000"),
            (&format!("a@example.com,,{}", "x".repeat(61)), "is too long for a tag"),
            ("a@example.com,,,,,more", "There are 6 cells, and the file has 5 columns."),
        ] {
            let said = read(&plan, row).expect_err(row);
            assert!(said.contains(why), "{row}: {said}");
        }
        // Twice in one file: the first counts, or the last, as with people who are known; a no counts always.
        let one = || read(&plan, "a@example.com,Ada,,yes").expect("a person");
        let other = || read(&plan, "a@example.com,Eve,x,no,Oolong").expect("a person");
        let mut both = one();
        plan.again(&mut both, other());
        assert_eq!((both.first_name.as_str(), both.tags.len(), both.custom.len()), ("Ada", 2, 1));
        assert!(!both.consent.expect("said").given);
        let plan = Plan { known: Known::Overwrite, ..plan.clone() };
        let mut both = one();
        plan.again(&mut both, other());
        assert_eq!(both.first_name, "Eve");
    }
}
