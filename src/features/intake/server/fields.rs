//! From a tree of fields to a person: which field is what, by `words`, whatever it is called and wherever it stands; the rest is
//! kept as custom fields.

use super::node::{Node, Refusal, shown};
use super::words::{self, Role};
use crate::features::contacts::server::capture::{Capture, Consent};
use crate::features::contacts::server::email::Email;
use std::collections::BTreeMap;

/// Characters of a name, an employer or a phone number.
const NAME: usize = 200;
const SOURCE: usize = 100;
const TAG: usize = 60;
const TAGS: usize = 30;
const CUSTOM: usize = 200;
/// Characters of one custom field, and bytes of all.
const CUSTOM_VALUE: usize = 10_000;
const CUSTOM_BYTES: usize = 64 * 1024;
/// Fields of one contact, of whatever kind.
const FIELDS: usize = 400;
/// Names that stand in one: `contact.email` has two.
const STEPS: usize = 8;
/// Fields that a refusal repeats.
const TOLD: usize = 12;

/// A field with what stands in it; several values where it is a list.
struct Leaf {
    /// As it was sent.
    shown: String,
    way: Vec<String>,
    values: Vec<String>,
}

/// The person in one object.
pub fn read(node: &Node) -> Result<Capture, Refusal> {
    let Node::Map(_) = node else {
        return Err(Refusal::of_field("body", "This is no contact. Send an object with fields: { \"email\": … }."));
    };
    let mut leaves = vec![];
    gather(node, String::new(), &mut vec![], &mut leaves)?;
    let mut leaves: Vec<(Option<(Role, usize)>, Leaf)> = leaves
        .into_iter()
        .map(|leaf| (words::role(&leaf.way).map(|(role, rank)| (role, rank + 100 * leaf.way.len())), leaf))
        .collect();
    let email = email(&mut leaves)?;
    let mut capture = Capture { email, ..Capture::of(Email { typed: String::new(), key: String::new() }) };
    for (role, text, most) in [
        (Role::First, &mut capture.first_name, NAME),
        (Role::Last, &mut capture.last_name, NAME),
        (Role::Full, &mut capture.full_name, NAME),
        (Role::Phone, &mut capture.phone, NAME),
        (Role::Company, &mut capture.company_name, NAME),
        (Role::Source, &mut capture.source, SOURCE),
    ] {
        if let Some(leaf) = take(&mut leaves, role) {
            // Of several numbers the first.
            let value = match role {
                Role::Phone => leaf.values.into_iter().next().unwrap_or_default(),
                _ => leaf.values.join(", "),
            };
            *text = line(&leaf.shown, value, most)?;
        }
    }
    while let Some(leaf) = take(&mut leaves, Role::Tags) {
        for tag in leaf.values.iter().flat_map(|value| value.split([',', ';'])).map(str::trim) {
            let tag = line(&leaf.shown, tag.to_owned(), TAG)?;
            if !tag.is_empty() && !capture.tags.contains(&tag) {
                if capture.tags.len() == TAGS {
                    let message = format!("There are too many tags: at most {TAGS}.");
                    return Err(Refusal::of_field(shown(&leaf.shown), message));
                }
                capture.tags.push(tag);
            }
        }
    }
    capture.consent = consent(&mut leaves);
    capture.custom = custom(leaves)?;
    Ok(capture)
}

/// The fields of a tree. A list of plain values is one field; `{"label": "Email", "value": …}` is a field named by its label.
fn gather(node: &Node, name: String, way: &mut Vec<String>, leaves: &mut Vec<Leaf>) -> Result<(), Refusal> {
    if leaves.len() >= FIELDS {
        let message = format!("There are too many fields in one contact: at most {FIELDS}.");
        return Err(Refusal::of_field(shown(&name), message));
    }
    match node {
        Node::Nothing => {}
        Node::Flag(flag) => leaves.push(Leaf { shown: name, way: way.clone(), values: vec![flag.to_string()] }),
        Node::Text(text) => {
            let text = text.trim();
            if !text.is_empty() {
                leaves.push(Leaf { shown: name, way: way.clone(), values: vec![text.to_owned()] });
            }
        }
        Node::List(list) => {
            let plain = |node: &Node| match node {
                Node::Flag(flag) => Some(flag.to_string()),
                Node::Text(text) => Some(text.trim().to_owned()),
                Node::Nothing => Some(String::new()),
                Node::List(_) | Node::Map(_) => None,
            };
            if let Some(values) = list.iter().map(plain).collect::<Option<Vec<_>>>() {
                let values: Vec<_> = values.into_iter().filter(|value| !value.is_empty()).collect();
                if !values.is_empty() {
                    leaves.push(Leaf { shown: name, way: way.clone(), values });
                }
                return Ok(());
            }
            for (n, node) in list.iter().enumerate() {
                if let Some((label, value)) = labelled(node) {
                    below(value, &name, label, way, leaves)?;
                } else {
                    below(node, &name, &n.to_string(), way, leaves)?;
                }
            }
        }
        Node::Map(map) => {
            for (key, node) in map {
                below(node, &name, key, way, leaves)?;
            }
        }
    }
    Ok(())
}

/// Goes on below a name. `contact__email`, `contact.email` and `contact[email]` are `email` in `contact`.
fn below(node: &Node, name: &str, key: &str, way: &mut Vec<String>, leaves: &mut Vec<Leaf>) -> Result<(), Refusal> {
    let whole = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    let before = way.len();
    let steps = key.replace("__", ".").replace(['[', ']'], ".");
    way.extend(steps.split('.').map(words::folded).filter(|step| !step.is_empty()).take(STEPS));
    gather(node, whole, way, leaves)?;
    way.truncate(before);
    Ok(())
}

/// An answer of a form: its question and what was answered.
fn labelled(node: &Node) -> Option<(&str, &Node)> {
    const LABELS: [&str; 7] = ["label", "name", "key", "field", "title", "question", "property"];
    const VALUES: [&str; 3] = ["value", "answer", "values"];
    let Node::Map(map) = node else { return None };
    let find = |names: &[&str]| names.iter().find_map(|name| map.iter().find(|(key, _)| key == name));
    let (_, Node::Text(label)) = find(&LABELS)? else { return None };
    let (_, value) = find(&VALUES)?;
    let rest = ["id", "type", "ref", "primary"];
    let known = |key: &str| LABELS.contains(&key) || VALUES.contains(&key) || rest.contains(&key);
    map.iter().all(|(key, _)| known(key)).then_some((label.as_str(), value))
}

/// The field that says best what is asked for.
fn take(leaves: &mut Vec<(Option<(Role, usize)>, Leaf)>, wanted: Role) -> Option<Leaf> {
    let ranks = leaves
        .iter()
        .enumerate()
        .filter_map(|(at, (is, _))| is.filter(|(role, _)| *role == wanted).map(|is| (is.1, at)));
    let (_, at) = ranks.min()?;
    Some(leaves.remove(at).1)
}

fn email(leaves: &mut Vec<(Option<(Role, usize)>, Leaf)>) -> Result<Email, Refusal> {
    let told: Vec<String> = leaves.iter().take(TOLD).map(|(_, leaf)| shown(&leaf.shown)).collect();
    let Some(mut leaf) = take(leaves, Role::Email) else {
        let came = if told.is_empty() {
            "Nothing was filled in.".to_owned()
        } else {
            format!("Filled in: {}.", told.join(", "))
        };
        return Err(Refusal::of_field("email", format!("There is no e-mail address in this. {came}")));
    };
    let addresses = leaf.values.iter().flat_map(|value| match Email::parse(value) {
        Some(_) => vec![value.as_str()],
        None => value.split([',', ';']).collect(),
    });
    let mut found = addresses.filter_map(Email::parse);
    match found.next() {
        Some(email) => {
            // Further addresses of the same person are kept beside it.
            let others: Vec<_> = found.map(|other| other.typed).collect();
            if !others.is_empty() {
                leaf.values = others;
                leaf.shown.push_str(" (others)");
                leaves.push((None, leaf));
            }
            Ok(email)
        }
        None => {
            let typed: String = leaf.values.join(", ").chars().filter(|c| !c.is_control()).take(60).collect();
            Err(Refusal::of_field(shown(&leaf.shown), format!("“{typed}” is not an e-mail address.")))
        }
    }
}

/// One line of so many characters: a line break in what becomes a head of a mail would begin another one.
fn line(field: &str, text: String, most: usize) -> Result<String, Refusal> {
    if text.chars().any(char::is_control) {
        return Err(Refusal::of_field(shown(field), "There is a line break or another control character in this."));
    }
    if text.chars().count() > most {
        return Err(Refusal::of_field(shown(field), format!("This is too long: at most {most} characters.")));
    }
    Ok(text)
}

/// The last word on mail; a no counts before a yes. What says neither stays a custom field.
fn consent(leaves: &mut Vec<(Option<(Role, usize)>, Leaf)>) -> Option<Consent> {
    let mut said: Option<Consent> = None;
    leaves.retain(|(is, leaf)| {
        let turned = match is {
            Some((Role::Consent, _)) => false,
            Some((Role::Refusal, _)) => true,
            _ => return true,
        };
        let Some(yes) = leaf.values.first().and_then(|value| words::yes(value)) else { return true };
        // That somebody has not unsubscribed says nothing.
        if turned && !yes {
            return false;
        }
        let given = yes != turned;
        if said.as_ref().is_none_or(|before| before.given && !given) {
            let words = format!("{}: {}", leaf.shown, leaf.values.join(", ")).chars().take(300).collect();
            said = Some(Consent { given, words });
        }
        false
    });
    said
}

fn custom(leaves: Vec<(Option<(Role, usize)>, Leaf)>) -> Result<BTreeMap<String, String>, Refusal> {
    let mut all = BTreeMap::new();
    let mut bytes = 0;
    for (_, leaf) in leaves {
        let value = leaf.values.join(", ");
        if value.chars().count() > CUSTOM_VALUE {
            let message = format!("This is too long: at most {CUSTOM_VALUE} characters.");
            return Err(Refusal::of_field(shown(&leaf.shown), message));
        }
        bytes += leaf.shown.len() + value.len();
        if all.len() >= CUSTOM || bytes > CUSTOM_BYTES {
            let message = format!("There is too much of one contact: at most {CUSTOM} further fields with 64 kB.");
            return Err(Refusal::of_field(shown(&leaf.shown), message));
        }
        all.insert(leaf.shown, value);
    }
    Ok(all)
}
