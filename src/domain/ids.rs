//! Identifiers. All are UUIDv7 (time-ordered), made on the server; the browser only carries them.
//! The aliases say what an id points at; a row of a tenant is always found by `(company, id)`, never by id alone.

pub use uuid::Uuid;

pub type UserId = Uuid;
pub type CompanyId = Uuid;
pub type SecretId = Uuid;
pub type ConnectionId = Uuid;
pub type AssetId = Uuid;
pub type PostId = Uuid;
pub type DeliveryId = Uuid;
pub type JobId = Uuid;

/// A new time-ordered id. Server only: the browser has no business inventing ids.
#[cfg(feature = "ssr")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
