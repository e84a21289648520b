//! LinkedIn's error responses: `{status, code|serviceErrorCode, message, errorDetails{inputErrors}}`.

use super::{SCOPES, limits, pages};
use crate::connectors::Fault;
use crate::connectors::wire::WireResponse;
use crate::domain::error::Problem;
use serde::Deserialize;
use serde_json::Value;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Read,
    /// Registering or sending a picture.
    Upload,
    /// The irreversible call.
    Post,
    /// The irreversible call of a comment.
    Comment,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Body {
    message: Option<String>,
    /// A word (`ACCESS_DENIED`) in newer responses, absent in older ones.
    code: Value,
    service_error_code: Option<i64>,
    error_details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Details {
    input_errors: Vec<InputError>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InputError {
    description: Option<String>,
    code: Option<String>,
    input: Value,
}

impl InputError {
    /// The field of our own form that this error is about.
    fn field(&self) -> &'static str {
        let path = self.input.pointer("/inputPath/fieldPath").and_then(Value::as_str).unwrap_or_default();
        let path = path.trim_start_matches('/').replace('/', ".");
        if path.starts_with("content.article") {
            "link"
        } else if path.starts_with("content.poll") {
            "options"
        } else if path.starts_with("content") {
            "media"
        } else {
            "text"
        }
    }
}

/// What a response that is no success means.
pub fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let body: Body = response.error();
    let inputs = body.error_details.as_ref().map(|d| d.input_errors.as_slice()).unwrap_or_default();
    let words = inputs.iter().find_map(|e| e.description.as_deref()).or(body.message.as_deref());
    let says = |otherwise: &str| words.map_or_else(|| otherwise.to_owned(), |w| format!("LinkedIn says: {w}"));
    let has_code =
        |code: &str| body.code.as_str() == Some(code) || inputs.iter().any(|e| e.code.as_deref() == Some(code));

    if has_code("DUPLICATE_POST") {
        let texts = inputs.iter().filter_map(|e| e.description.as_deref()).chain(body.message.as_deref());
        // LinkedIn gives the existing post nowhere but in its sentence.
        let remote_id = texts.filter_map(post_urn).next();
        let address = remote_id.as_deref().and_then(|urn| super::publish::remote(urn).url);
        let address = address.map(|url| format!(" ({url})")).unwrap_or_default();
        let message = format!("this account has posted exactly this before{address}");
        return Fault::Duplicate { message, remote_id };
    }
    // Expired, revoked and invalid tokens.
    if matches!(body.service_error_code, Some(65_600..=65_602)) {
        return Fault::AuthExpired { message: says("LinkedIn signed us out.") };
    }
    match response.status.as_u16() {
        403 => response.by_status(words, if operation == Operation::Read { &SCOPES[..2] } else { &SCOPES[2..] }),
        // One of the pictures is not (or no longer) known.
        400 | 422 if operation == Operation::Post && has_code("INVALID_URN_ID") => lost(),
        409 => response.failed_there("LinkedIn was busy with another change of the same thing."),
        413 => content(says("LinkedIn refused the file."), vec![], "media"),
        426 => Fault::Permanent {
            code: "version_sunset".into(),
            message: format!("LinkedIn has retired version {} of its interface. Please update LUX.", super::VERSION),
        },
        429 => response.rate_limited(limits(response)),
        400 | 422 if operation != Operation::Read => {
            let problems = inputs.iter().map(|e| {
                let why = e.description.as_deref().or(e.code.as_deref()).unwrap_or("not accepted");
                Problem::error(e.field(), format!("LinkedIn says: {why}"))
            });
            let field = if operation == Operation::Upload { "media" } else { "text" };
            content(says("LinkedIn refused the content."), problems.collect(), field)
        }
        _ => response.by_status(words, &SCOPES),
    }
}

/// A refusal names the permissions of a member's account; those of a company page are others.
pub fn of_account(fault: Fault, account: &str) -> Fault {
    match fault {
        Fault::PermissionMissing { message, .. } if pages::is_page_id(account) => {
            Fault::PermissionMissing { message, scopes: vec![pages::POSTING.into()] }
        }
        fault => fault,
    }
}

/// Content that LinkedIn refuses; without details the blame goes to `field`.
fn content(message: String, mut problems: Vec<Problem>, field: &str) -> Fault {
    if problems.is_empty() {
        problems.push(Problem::error(field, message.clone()));
    }
    Fault::InvalidContent { message, problems }
}

pub fn lost() -> Fault {
    Fault::PreparationLost { message: "LinkedIn no longer has the uploaded files.".into() }
}

/// The post that a sentence names.
pub fn post_urn(text: &str) -> Option<String> {
    ["urn:li:share:", "urn:li:ugcPost:"].iter().find_map(|prefix| {
        let rest = &text[text.find(prefix)? + prefix.len()..];
        let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!id.is_empty()).then(|| format!("{prefix}{id}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_existing_post_is_read_from_the_sentence() {
        let text = "Content is a duplicate of urn:li:share:7000000000000000001.";
        assert_eq!(post_urn(text).as_deref(), Some("urn:li:share:7000000000000000001"));
        assert_eq!(post_urn("urn:li:ugcPost:7"), Some("urn:li:ugcPost:7".into()));
        assert_eq!(post_urn("urn:li:share:x"), None);
    }
}
