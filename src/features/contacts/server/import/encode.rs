//! People in the binary format of COPY: Postgres reads a number of four bytes there ten times faster than its digits, and no sign has
//! to be told from the format's own.

use super::merge::Half;
use crate::domain::ids::new_id;
use crate::features::contacts::server::capture::Capture;
use crate::features::contacts::server::words;
use uuid::Uuid;

/// The columns, in the order in which they are written.
pub const COLUMNS: &str = "company_id, batch, id, email, email_key, first_name, last_name, full_name, phone, phone_e164, company_name, \
                           source, consent, consent_words, custom, tags, search";
const FIELDS: i16 = 17;
/// Types of items of arrays.
const TEXT: u32 = 25;
const INT4: u32 = 23;

/// A person who is ready to be written.
pub struct Ready {
    pub person: Capture,
    pub name: String,
    pub phone_e164: Option<String>,
}

impl Ready {
    pub fn new(person: Capture) -> Self {
        Self { name: person.name(), phone_e164: person.phone_e164(), person }
    }

    pub fn words(&self) -> String {
        words::of(&self.person, &self.name, self.phone_e164.as_deref())
    }
}

/// Begins the rows of a half, or goes on with them.
pub fn write(half: &mut Half, company: Uuid, one: &Ready, lowered: Option<&str>) {
    if half.copy.is_empty() {
        half.id = new_id();
        half.copy.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    }
    half.people += 1;
    let (person, batch) = (&one.person, half.id);
    let copy = &mut half.copy;
    copy.extend(FIELDS.to_be_bytes());
    for id in [company, batch, new_id()] {
        field(copy, id.as_bytes());
    }
    let (consent, said) = match &person.consent {
        None => ("none", ""),
        Some(said) => (if said.given { "given" } else { "withdrawn" }, said.words.as_str()),
    };
    for text in [
        Some(person.email.typed.as_str()),
        Some(&person.email.key),
        Some(&person.first_name),
        Some(&person.last_name),
        Some(&one.name),
        Some(&person.phone),
        one.phone_e164.as_deref(),
        Some(&person.company_name),
        Some(&person.source),
        Some(consent),
        Some(said),
    ] {
        match text {
            Some(text) => field(copy, text.as_bytes()),
            None => copy.extend((-1_i32).to_be_bytes()),
        }
    }
    // The version of the format of jsonb stands first.
    let mut custom = vec![1];
    custom.extend(serde_json::to_vec(&person.custom).unwrap_or_else(|_| b"{}".to_vec()));
    field(copy, &custom);
    array(copy, TEXT, person.tags.iter().map(String::as_bytes));
    match lowered {
        Some(lowered) => array(copy, INT4, words::keys(company, lowered).into_iter().map(i32::to_be_bytes)),
        None => copy.extend((-1_i32).to_be_bytes()),
    }
}

/// Nothing follows.
pub fn end(half: &mut Half) {
    if !half.copy.is_empty() {
        half.copy.extend((-1_i16).to_be_bytes());
    }
}

fn field(copy: &mut Vec<u8>, bytes: &[u8]) {
    copy.extend((bytes.len() as i32).to_be_bytes());
    copy.extend_from_slice(bytes);
}

/// One dimension, nothing null in it.
fn array<T: AsRef<[u8]>>(copy: &mut Vec<u8>, kind: u32, items: impl ExactSizeIterator<Item = T>) {
    let (at, n) = (copy.len(), items.len() as i32);
    copy.extend(0_i32.to_be_bytes());
    for head in [i32::from(n > 0), 0, kind as i32] {
        copy.extend(head.to_be_bytes());
    }
    if n > 0 {
        copy.extend(n.to_be_bytes());
        copy.extend(1_i32.to_be_bytes());
    }
    for item in items {
        field(copy, item.as_ref());
    }
    let length = (copy.len() - at - 4) as i32;
    copy[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::contacts::server::email::Email;

    #[test]
    fn a_row_has_all_its_fields_whatever_is_in_them() {
        let email = Email::parse("a@example.com").expect("an address");
        let mut person = Capture {
            first_name: "A\tB\\N\n".into(),
            tags: vec!["a\"b\\c".into(), "x y".into()],
            ..Capture::of(email)
        };
        person.custom.insert("Tea".into(), "one\ntwo\t\\.".into());
        let mut half = Half::default();
        let ready = Ready::new(person);
        write(&mut half, Uuid::from_u128(0xc1), &ready, Some("abcd"));
        write(&mut half, Uuid::from_u128(0xc1), &ready, None);
        end(&mut half);
        assert_eq!(half.people, 2);
        let mut at = 19;
        let mut read = |n: usize| {
            at += n;
            half.copy[at - n..at].to_vec()
        };
        let int = |bytes: Vec<u8>| i32::from_be_bytes(bytes.try_into().expect("four bytes"));
        let mut rows: Vec<Vec<Option<Vec<u8>>>> = vec![];
        loop {
            let fields = i16::from_be_bytes(read(2).try_into().expect("two bytes"));
            if fields < 0 {
                break;
            }
            rows.push((0..fields).map(|_| usize::try_from(int(read(4))).ok().map(&mut read)).collect());
        }
        assert_eq!(at, half.copy.len());
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [COLUMNS.split(',').count(); 2]);
        let text = |at: usize| String::from_utf8_lossy(rows[0][at].as_deref().expect("a value")).into_owned();
        assert_eq!((text(3), text(5), rows[0][9].clone()), ("a@example.com".into(), "A\tB\\N\n".into(), None));
        assert!(text(14).starts_with("\u{1}{\"Tea\":"), "{}", text(14));
        let search = rows[0][16].as_deref().expect("numbers");
        assert_eq!(
            (search.len(), &search[..20]),
            (36, [0_u8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 2, 0, 0, 0, 1].as_slice())
        );
        assert_eq!(rows[1][16], None);
    }
}
