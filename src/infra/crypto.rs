//! AES-256-GCM at rest with a key ring.
//!
//! `ENCRYPTION_KEYS` is `kid:base64(32 bytes),kid2:base64...`: the first key seals, every key opens, so a rotation
//! puts the new key in front and leaves the old one behind it until everything has been sealed anew.
//! A sealed value is `nonce (12 random bytes) || ciphertext || tag (16)`. Its AAD names the place it belongs to
//! (company, kind, name), each part with its length in front, so that a value copied into another row does not open.

use crate::domain::error::AppError;
use crate::domain::ids::CompanyId;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rand::RngCore;
use secrecy::zeroize::{Zeroize, Zeroizing};
use secrecy::{ExposeSecret, SecretString};

/// Bytes of the nonce in front of every sealed value.
const NONCE: usize = 12;
/// Bytes of a key.
const KEY: usize = 32;
/// The first bytes of every AAD: another layout gets another number, so that the two cannot be confused.
const AAD_FORM: &[u8] = b"lux sealed 1";

/// Standard alphabet; the trailing `=` may be missing, as copying by hand often loses it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A sealed value: which key, and `nonce || ciphertext || tag`.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub kid: String,
    pub bytes: Vec<u8>,
}

/// What a sealed value belongs to; it opens nowhere else (the AAD is company + kind + name).
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    pub company: CompanyId,
    /// `secret`, `access`, `refresh`, `verifier`.
    pub kind: &'a str,
    pub name: &'a str,
}

impl SealContext<'_> {
    fn aad(&self) -> Vec<u8> {
        let mut aad = AAD_FORM.to_vec();
        for part in [self.company.0.as_bytes().as_slice(), self.kind.as_bytes(), self.name.as_bytes()] {
            aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
            aad.extend_from_slice(part);
        }
        aad
    }
}

/// No company has this id, so a signature is never the seal of a company's value.
fn signing_place<'a>(purpose: &'a str, text: &'a str) -> SealContext<'a> {
    SealContext { company: CompanyId::nil(), kind: purpose, name: text }
}

/// The keys, first one seals, all of them open. The expanded keys are wiped from memory on drop.
pub struct KeyRing {
    keys: Vec<(String, Aes256Gcm)>,
}

impl KeyRing {
    /// Reads `ENCRYPTION_KEYS`. The error names the entry and the fix and never contains any part of a key.
    pub fn parse(line: &str) -> Result<Self, String> {
        let mut keys: Vec<(String, Aes256Gcm)> = vec![];
        for (index, entry) in line.split(',').map(str::trim).enumerate().filter(|(_, entry)| !entry.is_empty()) {
            let number = index + 1;
            let Some((kid, key)) = entry.split_once(':') else {
                return Err(format!(
                    "ENCRYPTION_KEYS: entry {number} has no name. Write it as name:key, for example k1:<the key>."
                ));
            };
            let (kid, key) = (kid.trim(), key.trim());
            if !is_kid(kid) {
                return Err(format!(
                    "ENCRYPTION_KEYS: the name of entry {number} must be 1 to 32 letters, digits, “-” or “_”. Give it such a name, for example k{number}."
                ));
            }
            if keys.iter().any(|(known, _)| known == kid) {
                return Err(format!(
                    "ENCRYPTION_KEYS: entry {number} repeats the name “{kid}”. Every key needs a name of its own."
                ));
            }
            let make = "Make one with: openssl rand -base64 32";
            let mut bytes = Zeroizing::new([0u8; KEY + 3]);
            let length = BASE64
                .decode_slice(key, bytes.as_mut_slice())
                .map_err(|_| format!("ENCRYPTION_KEYS: the key “{kid}” is not base64 of {KEY} bytes. {make}"))?;
            if length != KEY {
                return Err(format!(
                    "ENCRYPTION_KEYS: the key “{kid}” must be {KEY} bytes long and has {length}. {make}"
                ));
            }
            let cipher = Aes256Gcm::new_from_slice(&bytes[..KEY]).expect("the length was just checked");
            keys.push((kid.to_owned(), cipher));
        }
        if keys.is_empty() {
            return Err(
                "ENCRYPTION_KEYS is empty. Write it as name:key, with a key from: openssl rand -base64 32".into()
            );
        }
        Ok(Self { keys })
    }

    /// A new ring of one fresh key, in the form that [`KeyRing::parse`] reads. The caller keeps it where nobody else reads.
    pub fn generate_line() -> String {
        let mut key = Zeroizing::new([0u8; KEY]);
        let mut tag = [0u8; 4];
        rand::rng().fill_bytes(key.as_mut_slice());
        rand::rng().fill_bytes(&mut tag);
        format!("k{:08x}:{}", u32::from_be_bytes(tag), BASE64_STANDARD.encode(key.as_slice()))
    }

    /// Seals with the first key.
    pub fn seal(&self, place: SealContext<'_>, value: &SecretString) -> Sealed {
        let (kid, cipher) = self.keys.first().expect("a ring has at least one key");
        let mut nonce = [0u8; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: value.expose_secret().as_bytes(), aad: &place.aad() };
        let sealed = cipher.encrypt(&Nonce::<Aes256Gcm>::from(nonce), payload).expect("values are far below 64 GiB");
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Sealed { kid: kid.clone(), bytes }
    }

    /// Fails when the key is gone or the value was moved or changed.
    pub fn open(&self, place: SealContext<'_>, sealed: &Sealed) -> Result<SecretString, AppError> {
        let Some((_, cipher)) = self.keys.iter().find(|(kid, _)| *kid == sealed.kid) else {
            tracing::error!(kid = sealed.kid, kind = place.kind, "the key of a sealed value is not in ENCRYPTION_KEYS");
            return Err(AppError::unavailable(
                "A saved key cannot be read: its encryption key is missing. Enter the saved key again, or put the \
                 encryption key back into ENCRYPTION_KEYS.",
            ));
        };
        let damaged = || {
            let reference = super::telemetry::request_id();
            tracing::error!(reference, kid = sealed.kid, kind = place.kind, "a sealed value was moved or changed");
            AppError::bug(reference)
        };
        let (nonce, text) = sealed.bytes.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        let payload = Payload { msg: text, aad: &place.aad() };
        let opened = cipher.decrypt(&Nonce::<Aes256Gcm>::from(*nonce), payload).map_err(|_| damaged())?;
        String::from_utf8(opened).map(SecretString::from).map_err(|error| {
            error.into_bytes().zeroize();
            damaged()
        })
    }

    /// Signs a text that leaves the server and comes back, for one purpose. The signature is URL-safe.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        let sealed = self.seal(signing_place(purpose, text), &SecretString::from(String::new()));
        format!("{}.{}", sealed.kid, BASE64_URL_SAFE_NO_PAD.encode(sealed.bytes))
    }

    /// Whether this ring signed this text for this purpose. Anybody may try, so nothing is logged.
    pub fn signed(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let Some((kid, bytes)) = signature.rsplit_once('.') else { return false };
        let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(bytes) else { return false };
        let Some((_, cipher)) = self.keys.iter().find(|(known, _)| known == kid) else { return false };
        let Some((nonce, tag)) = bytes.split_first_chunk::<NONCE>() else { return false };
        let payload = Payload { msg: tag, aad: &signing_place(purpose, text).aad() };
        cipher.decrypt(&Nonce::<Aes256Gcm>::from(*nonce), payload).is_ok_and(|empty| empty.is_empty())
    }

    /// Whether this ring can open it at all.
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|(known, _)| known == kid)
    }

    /// The name of the key that seals. What another one sealed is to be sealed anew, so that the other can be retired.
    pub fn current(&self) -> &str {
        &self.keys.first().expect("a ring has at least one key").0
    }
}

fn is_kid(kid: &str) -> bool {
    (1..=32).contains(&kid.len()) && kid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;
    use proptest::prelude::*;

    fn key(fill: u8) -> String {
        BASE64_STANDARD.encode([fill; KEY])
    }

    fn ring(line: &str) -> KeyRing {
        KeyRing::parse(line).unwrap()
    }

    fn error(line: &str) -> String {
        KeyRing::parse(line).err().expect("must be refused")
    }

    const HERE: SealContext<'_> =
        SealContext { company: CompanyId::from_u128(1), kind: "secret", name: "x.client_secret" };

    #[test]
    fn opens_where_it_was_sealed_and_nowhere_else() {
        let ring = ring(&format!("k1:{}", key(1)));
        let sealed = ring.seal(HERE, &"top secret".into());
        assert_eq!(ring.open(HERE, &sealed).unwrap().expose_secret(), "top secret");
        let moved = [
            SealContext { company: CompanyId::from_u128(2), ..HERE },
            SealContext { kind: "access", ..HERE },
            SealContext { name: "x.client_id", ..HERE },
            // The same letters, cut elsewhere: the lengths in the AAD tell them apart.
            SealContext { kind: "secretx", name: ".client_secret", ..HERE },
        ];
        for place in moved {
            assert_eq!(ring.open(place, &sealed).unwrap_err().kind, ErrorKind::Bug, "{place:?}");
        }
    }

    #[test]
    fn a_changed_bit_is_noticed() {
        let ring = ring(&format!("k1:{}", key(1)));
        let sealed = ring.seal(HERE, &"top secret".into());
        for index in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[index] ^= 1;
            assert!(ring.open(HERE, &changed).is_err(), "byte {index}");
        }
        for length in 0..sealed.bytes.len() {
            let cut = Sealed { bytes: sealed.bytes[..length].to_vec(), ..sealed.clone() };
            assert!(ring.open(HERE, &cut).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn rotation_seals_with_the_first_and_opens_with_all() {
        let old = ring(&format!("k1:{}", key(1)));
        let both = ring(&format!("k2:{},k1:{}", key(2), key(1)));
        let sealed = old.seal(HERE, &"top secret".into());
        assert!(old.current() == sealed.kid && both.current() == "k2" && both.knows("k1"));
        assert_eq!(both.open(HERE, &sealed).unwrap().expose_secret(), "top secret");
        let again = both.seal(HERE, &"top secret".into());
        assert_eq!(again.kid, "k2");
        // The old ring does not know k2, and says what to do about it.
        let lost = old.open(HERE, &again).unwrap_err();
        assert_eq!(lost.kind, ErrorKind::Unavailable);
        assert!(lost.message.contains("ENCRYPTION_KEYS"), "{}", lost.message);
        // The same name over another key opens nothing.
        assert!(ring(&format!("k1:{}", key(9))).open(HERE, &sealed).is_err());
    }

    #[test]
    fn two_seals_of_one_value_differ() {
        let ring = ring(&format!("k1:{}", key(1)));
        assert_ne!(ring.seal(HERE, &"same".into()).bytes, ring.seal(HERE, &"same".into()).bytes);
    }

    #[test]
    fn a_signature_holds_for_its_text_and_purpose_and_outlives_a_new_key() {
        let old = ring(&format!("k1:{}", key(1)));
        let signature = old.sign("device", "maya");
        let new = ring(&format!("k2:{},k1:{}", key(2), key(1)));
        assert!(old.signed("device", "maya", &signature) && new.signed("device", "maya", &signature));
        for (purpose, text) in [("device", "eve"), ("other", "maya")] {
            assert!(!old.signed(purpose, text, &signature), "{purpose} {text}");
        }
        let stranger = ring(&format!("k1:{}", key(9)));
        for wrong in ["", "k1", "k1.", "k1.AAAA", &signature.replace("k1.", "k2."), &stranger.sign("device", "maya")] {
            assert!(!old.signed("device", "maya", wrong), "{wrong}");
        }
    }

    #[test]
    fn errors_name_the_entry_and_never_the_key() {
        let short = BASE64_STANDARD.encode([7u8; 16]);
        let long = BASE64_STANDARD.encode([7u8; 40]);
        let good = key(7);
        let cases = [
            (format!("k1:{good},{good}"), "entry 2 has no name"),
            (format!("k 1:{good}"), "name of entry 1"),
            (format!(":{good}"), "name of entry 1"),
            (format!("k1:{good},k1:{good}"), "repeats the name “k1”"),
            (format!("k1:{short}"), "“k1” must be 32 bytes long and has 16"),
            (format!("k1:{long}"), "“k1” is not base64 of 32 bytes"),
            ("k1:not-base64!".into(), "“k1” is not base64"),
            (String::new(), "is empty"),
            (" , ".into(), "is empty"),
        ];
        for (line, expected) in cases {
            let message = error(&line);
            assert!(message.contains(expected), "{message}");
            for secret in [good.as_str(), short.as_str(), long.as_str(), "not-base64"] {
                assert!(!message.contains(secret), "{message}");
            }
        }
    }

    #[test]
    fn spaces_line_breaks_and_missing_padding_are_forgiven() {
        let ring = ring(&format!(" k1 : {} ,\n k2:{},\n", key(1), key(2).trim_end_matches('=')));
        assert!(ring.knows("k1") && ring.knows("k2") && !ring.knows("k3"));
    }

    #[test]
    fn a_generated_line_is_a_ring() {
        let (one, two) = (KeyRing::generate_line(), KeyRing::generate_line());
        assert_ne!(one, two);
        let ring = ring(&one);
        let sealed = ring.seal(HERE, &"top secret".into());
        assert_eq!(ring.open(HERE, &sealed).unwrap().expose_secret(), "top secret");
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in ".{0,200}", name in ".{0,40}", company in any::<u128>()) {
            let ring = ring(&format!("k1:{}", key(1)));
            let place = SealContext { company: CompanyId::from_u128(company), kind: "secret", name: &name };
            let sealed = ring.seal(place, &value.clone().into());
            prop_assert_eq!(sealed.bytes.len(), value.len() + NONCE + 16);
            let opened = ring.open(place, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), value.as_str());
        }
        #[test]
        fn parsing_never_panics(line in ".{0,120}") {
            let _ = KeyRing::parse(&line);
        }
    }
}
