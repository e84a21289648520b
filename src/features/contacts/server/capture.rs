//! What another program says of a person, as contacts take it in.

use super::email::Email;
use super::phone;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// One person as they came in. Texts are trimmed and bounded by whoever read them; an empty one says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub email: Email,
    pub first_name: String,
    pub last_name: String,
    pub full_name: String,
    pub phone: String,
    pub company_name: String,
    pub source: String,
    pub tags: Vec<String>,
    pub consent: Option<Consent>,
    pub custom: BTreeMap<String, String>,
}

/// That somebody said yes or no to mail, and in which words it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub given: bool,
    pub words: String,
}

impl Capture {
    /// A person of whom only the address is known.
    pub fn of(email: Email) -> Self {
        Self {
            email,
            first_name: String::new(),
            last_name: String::new(),
            full_name: String::new(),
            phone: String::new(),
            company_name: String::new(),
            source: String::new(),
            tags: vec![],
            consent: None,
            custom: BTreeMap::new(),
        }
    }

    /// As lists show the person: the whole name, or what there is of it.
    pub fn name(&self) -> String {
        match self.full_name.is_empty() {
            true => format!("{} {}", self.first_name, self.last_name).trim().to_owned(),
            false => self.full_name.clone(),
        }
    }

    pub fn phone_e164(&self) -> Option<String> {
        phone::e164(&self.phone)
    }

    /// Tells whether the same comes in again.
    pub fn sha256(&self) -> Vec<u8> {
        let consent = self.consent.as_ref().map(|consent| (consent.given, &consent.words));
        let all = json!([
            self.email.key,
            self.first_name,
            self.last_name,
            self.full_name,
            self.phone,
            self.company_name,
            self.source,
            self.tags,
            consent,
            self.custom
        ]);
        Sha256::digest(all.to_string()).to_vec()
    }

    /// The same person once more in one request: what says something later counts.
    pub fn and_then(&mut self, later: Capture) {
        let texts = [
            (&mut self.first_name, later.first_name),
            (&mut self.last_name, later.last_name),
            (&mut self.full_name, later.full_name),
            (&mut self.phone, later.phone),
            (&mut self.company_name, later.company_name),
            (&mut self.source, later.source),
        ];
        for (now, then) in texts {
            if !then.is_empty() {
                *now = then;
            }
        }
        let new: Vec<_> = later.tags.into_iter().filter(|tag| !self.tags.contains(tag)).collect();
        self.tags.extend(new);
        self.consent = later.consent.or(self.consent.take());
        self.custom.extend(later.custom);
        self.email = later.email;
    }
}
