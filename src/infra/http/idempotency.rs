//! `Idempotency-Key`: a creating request that arrives twice (a retry after a lost answer) is carried out once and
//! answered twice. Key, effect and answer are one transaction, so there is no moment in which one exists without the
//! others; a request that failed leaves its key free.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, UserId, new_id};
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on an answer that was given before.
pub const REPLAYED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));

/// The field that errors about the key name.
const FIELD: &str = "Idempotency-Key";

/// A key and what it stands for.
pub struct Key {
    key: String,
    request_sha256: Vec<u8>,
}

/// An answer that was given before.
#[derive(Debug)]
pub struct Given {
    pub status: StatusCode,
    pub answer: Value,
}

impl Key {
    /// The request's key, if it has one. The same JSON in another order or layout is the same request.
    pub fn of(headers: &HeaderMap, address: &str, body: &Value) -> Result<Option<Self>> {
        let Some(value) = headers.get(HEADER) else { return Ok(None) };
        let key = value.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
        let key = key.ok_or_else(|| {
            AppError::invalid(FIELD, "An Idempotency-Key has 1 to 255 plain characters, best a random UUID.")
        })?;
        let request_sha256 = Sha256::digest(format!("{address}\n{body}")).to_vec();
        Ok(Some(Self { key: key.to_owned(), request_sha256 }))
    }

    /// For who keeps a key with a thing of its own: the key, and what it stands for.
    pub fn text(&self) -> &str {
        &self.key
    }

    pub fn sha256(&self) -> &[u8] {
        &self.request_sha256
    }

    /// The error of a key that stands for something else.
    pub fn used_otherwise() -> AppError {
        AppError::invalid(
            FIELD,
            "This Idempotency-Key was used for another request. Use a new key for a new request; repeat a request \
             exactly as it was.",
        )
    }

    /// Takes the key for this transaction: `None` means carry the request out, then [`Key::keep`]. Another request with
    /// the same key waits here until the first one is through. Error: the key was used for another request.
    pub async fn take(&self, tx: &mut PgConnection, company: CompanyId, user: UserId) -> Result<Option<Given>> {
        let taken = sqlx::query!(
            "insert into idempotency_keys (company_id, id, key, request_sha256, user_id) values ($1, $2, $3, $4, $5)
             on conflict on constraint idempotency_keys_once do nothing",
            company.0,
            new_id(),
            self.key,
            self.request_sha256,
            user.0
        )
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 1 {
            return Ok(None);
        }
        let row = sqlx::query!(
            "select request_sha256, status, answer from idempotency_keys where company_id = $1 and key = $2",
            company.0,
            self.key
        )
        .fetch_optional(tx)
        .await?;
        let again = || AppError::unavailable("This request could not be told from an earlier one. Send it again.");
        // Gone between the two statements: the nightly clean-up.
        let row = row.ok_or_else(again)?;
        if row.request_sha256 != self.request_sha256 {
            return Err(Self::used_otherwise());
        }
        let status = row.status.and_then(|status| StatusCode::from_u16(status as u16).ok());
        let (status, answer) = status.zip(row.answer).ok_or_else(again)?;
        Ok(Some(Given { status, answer }))
    }

    /// Keeps the answer with the key. The nightly clean-up forgets both after a week.
    pub async fn keep(
        &self,
        tx: &mut PgConnection,
        company: CompanyId,
        status: StatusCode,
        answer: &Value,
    ) -> Result<()> {
        sqlx::query!(
            "update idempotency_keys set status = $3, answer = $4 where company_id = $1 and key = $2",
            company.0,
            self.key,
            status.as_u16() as i16,
            answer
        )
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// Deletes the answers that were kept for retries, a week later.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from idempotency_keys where created_at < now() - interval '7 days'")
            .execute(&db)
            .await?;
        Ok(done.rows_affected())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(value: &'static str, address: &str, body: Value) -> Option<Key> {
        let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_static(value))]);
        Key::of(&headers, address, &body).unwrap()
    }

    #[test]
    fn layout_does_not_matter_but_content_does() {
        let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let one = key("k", "/a", parsed(r#"{"a":1,"b":2}"#)).unwrap();
        let same = key(" k ", "/a", parsed("{ \"b\": 2,\n \"a\": 1 }")).unwrap();
        assert_eq!((&one.key, &one.request_sha256), (&same.key, &same.request_sha256));
        for other in [key("k", "/a", json!({ "a": 1 })), key("k", "/b", json!({ "a": 1, "b": 2 }))] {
            assert_ne!(one.request_sha256, other.unwrap().request_sha256);
        }
    }

    #[test]
    fn keys_have_a_form() {
        assert!(Key::of(&HeaderMap::new(), "/a", &json!({})).unwrap().is_none());
        let long = "x".repeat(256);
        for bad in ["", "   ", long.as_str()] {
            let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_str(bad).unwrap())]);
            assert!(Key::of(&headers, "/a", &json!({})).err().unwrap().of(FIELD).is_some(), "{bad}");
        }
    }
}
