//! Text fields of a multipart form, read chunk by chunk, so that none and no number of them fills the memory.

use super::held_bytes::{Full, Hold};
use axum::extract::multipart::Field;

/// Most bytes of one field.
pub const FIELD: usize = 256 * 1024;
/// Most bytes of all fields together, names included.
pub const ALL: usize = 2 * 1024 * 1024;
/// Most fields.
pub const NUMBER: usize = 2_000;

/// What one form may still bring.
#[derive(Debug)]
pub struct TextRoom<'a> {
    hold: &'a Hold,
    bytes: usize,
    fields: usize,
}

/// Why a field was not kept.
#[derive(Debug)]
pub enum Refused {
    /// It, or the form with it, is too long.
    TooLong,
    /// It broke off, or is no text.
    Unreadable,
    /// There is no memory for it right now.
    Full(Full),
}

impl<'a> TextRoom<'a> {
    pub fn new(hold: &'a Hold) -> Self {
        Self { hold, bytes: ALL, fields: NUMBER }
    }

    /// Name and text of one field.
    pub async fn read(&mut self, mut field: Field<'_>) -> Result<(String, String), Refused> {
        let name = field.name().unwrap_or_default().to_owned();
        self.fields = self.fields.checked_sub(1).ok_or(Refused::TooLong)?;
        self.bytes = self.bytes.checked_sub(name.len()).ok_or(Refused::TooLong)?;
        let mut text = vec![];
        while let Some(chunk) = field.chunk().await.map_err(|_| Refused::Unreadable)? {
            self.bytes = self.bytes.checked_sub(chunk.len()).ok_or(Refused::TooLong)?;
            if text.len() + chunk.len() > FIELD {
                return Err(Refused::TooLong);
            }
            self.hold.more(chunk.len()).map_err(Refused::Full)?;
            text.extend_from_slice(&chunk);
        }
        let text = String::from_utf8(text).map_err(|_| Refused::Unreadable)?;
        Ok((name, text))
    }
}
