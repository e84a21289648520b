//! What a call is answered with.

use serde_json::{Value, json};

/// A success.
#[derive(Clone, Debug, PartialEq)]
pub struct XrpcReply {
    /// `None`: no body at all.
    pub body: Option<Value>,
    pub headers: Vec<(&'static str, String)>,
}

impl XrpcReply {
    pub fn json(body: Value) -> Self {
        Self { body: Some(body), headers: vec![] }
    }
    pub fn empty() -> Self {
        Self { body: None, headers: vec![] }
    }
}

/// An error, always as `{error, message}`.
#[derive(Clone, Debug, PartialEq)]
pub struct XrpcError {
    pub status: u16,
    pub error: &'static str,
    pub message: String,
    pub headers: Vec<(&'static str, String)>,
}

impl XrpcError {
    pub fn new(status: u16, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into(), headers: vec![] }
    }
    /// 400 `InvalidRequest`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequest", message)
    }
    /// 500, which tells nothing.
    pub fn internal() -> Self {
        Self::new(500, "InternalServerError", "Internal Server Error")
    }
    pub fn body(&self) -> Value {
        json!({ "error": self.error, "message": self.message })
    }
}

pub type XrpcResult = Result<XrpcReply, XrpcError>;
