//! AES-256-GCM at rest with a key ring.

use crate::domain::error::AppError;
use crate::domain::ids::CompanyId;
use secrecy::SecretString;

/// A sealed value: which key, and `nonce || ciphertext || tag`.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub kid: String,
    pub bytes: Vec<u8>,
}

/// What a sealed value belongs to; it opens nowhere else (the AAD is company + kind + name).
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub company: CompanyId,
    /// `secret`, `access`, `refresh`, `verifier`.
    pub kind: &'a str,
    pub name: &'a str,
}

/// The keys, first one seals, all of them open.
pub struct KeyRing {}

impl KeyRing {
    pub fn seal(&self, place: Place<'_>, value: &SecretString) -> Sealed {
        let _ = (place, value);
        Sealed { kid: String::new(), bytes: vec![] }
    }
    /// Fails when the key is gone or the value was moved or changed.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<SecretString, AppError> {
        let _ = (place, sealed);
        Err(AppError::bug(None))
    }
}

impl KeyRing {
    pub fn parse(line: &str) -> Result<Self, String> {
        let _ = line;
        Ok(Self {})
    }
    pub fn generate_line() -> String {
        String::new()
    }
}
