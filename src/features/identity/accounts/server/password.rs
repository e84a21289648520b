//! Argon2id, with the parameters that OWASP recommends (m = 19 MiB, t = 2, p = 1; Password Storage Cheat Sheet,
//! reviewed 2026-09). Hashing is slow by design, so it runs beside the async threads, and only so many at a time.

use crate::domain::error::{AppError, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The hash of nobody's password, with the parameters of all others: verifying against it takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bHV4LW5vLW9uZS1oZXJlIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// At 19 MiB each, this bounds what a flood of sign-ins can take.
static SLOTS: Semaphore = Semaphore::const_new(8);

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("constants within the limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The same password typed on another keyboard may come in another Unicode form.
fn normal(password: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(password.expose_secret().nfc().collect())
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _slot = SLOTS.acquire().await.map_err(|_| AppError::bug(None))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "password hashing died");
        AppError::bug(crate::infra::telemetry::request_id())
    })
}

/// The PHC string to keep.
pub async fn hash(password: SecretString) -> Result<String> {
    beside(move || argon2().hash_password(normal(&password).as_bytes()).map(|hash| hash.to_string())).await?.map_err(
        |error| {
            tracing::error!(%error, "password hashing failed");
            AppError::bug(crate::infra::telemetry::request_id())
        },
    )
}

/// Whether it is the password. `None` (nobody) takes the same time and is always wrong.
pub async fn verify(password: SecretString, kept: Option<String>) -> Result<bool> {
    beside(move || {
        let somebody = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.into());
        let right = PasswordHash::new(&kept)
            .is_ok_and(|hash| argon2().verify_password(normal(&password).as_bytes(), &hash).is_ok());
        right && somebody
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_verify_in_any_unicode_form() {
        let kept = hash("caf\u{e9} au lait".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("cafe\u{301} au lait".into(), Some(kept.clone())).await.unwrap());
        assert!(!verify("cafe au lait".into(), Some(kept)).await.unwrap());
        assert!(!verify("anything".into(), Some("not a hash".into())).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let somebody = hash("correct horse".into()).await.unwrap();
        let somebody = PasswordHash::new(&somebody).unwrap();
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert_eq!(nobody.params.to_string(), somebody.params.to_string());
        assert_eq!(nobody.hash.map(|h| h.len()), somebody.hash.map(|h| h.len()));
        assert!(!verify("anything".into(), None).await.unwrap());
    }
}
