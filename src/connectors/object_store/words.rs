//! What a store's error means, by its code. The codes of AWS; Google, Cloudflare and MinIO use the same and some of their own.

use super::Place;
use object_store::Error;
use std::error::Error as _;

/// For whoever looks after the keys: what is wrong, and what to do. `step` is what was tried: "write a file".
pub fn words(error: &Error, place: &Place, step: &str) -> String {
    let (said, bucket) = (whole(error), &place.bucket);
    let host = place.endpoint.host_str().unwrap_or_default();
    match code(&said).unwrap_or_default() {
        "NoSuchBucket" => format!("There is no bucket “{bucket}” at {host}. Check its name, or make it there."),
        "InvalidBucketName" => format!("{host} says that “{bucket}” is no name of a bucket. Check it."),
        "InvalidAccessKeyId" | "InvalidSecurity" | "Unauthorized" | "UnauthorizedAccess" => {
            format!("{host} does not know this access key. Enter access key and secret key again.")
        }
        "SignatureDoesNotMatch" => {
            "The secret key does not belong to this access key. Enter the secret key again.".into()
        }
        "RequestTimeTooSkewed" | "RequestExpired" => {
            format!("The clock of this server differs too much from that of {host}. Set the clock, then test again.")
        }
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "UserProjectAccountProblem" => format!(
            "{host} does not let this key {step} in “{bucket}”. Give it the right to read, write, list and delete files \
             there."
        ),
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "IllegalLocationConstraintException"
        | "InvalidRegionName" => match element(&said, "Region").filter(|region| region.len() <= 40) {
            Some(region) => format!("Region: the bucket is in “{region}”. Enter that."),
            None => "Region: the bucket is in another one. Enter the bucket's own region and its endpoint.".into(),
        },
        "QuotaExceeded" | "XMinioStorageFull" | "InsufficientStorage" => {
            format!("{host} has no room left. Make room there, or use another store.")
        }
        "SlowDown" | "ServiceUnavailable" | "InternalError" => {
            format!("{host} has a problem of its own right now. Test again in a few minutes.")
        }
        "" => unnamed(error, &said, host, bucket, step),
        other => {
            let other: String = other.chars().take(60).collect();
            format!("{host} did not let us {step} in “{bucket}”: {other}.")
        }
    }
}

/// For people who only use the store: that our keys are refused there, where that is it; `None`: it may pass.
pub fn refusal(error: &Error) -> Option<&'static str> {
    let said = whole(error);
    let lasting = [
        "NoSuchBucket",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "Unauthorized",
        "SignatureDoesNotMatch",
        "AccessDenied",
        "RequestTimeTooSkewed",
        "AuthorizationHeaderMalformed",
        "PermanentRedirect",
    ];
    let code = code(&said);
    let refused = matches!(error, Error::PermissionDenied { .. } | Error::Unauthenticated { .. });
    (refused || code.is_some_and(|code| lasting.contains(&code))).then_some(
        "The object store refuses our keys. An admin can test them under Settings → Integrations, Object store.",
    )
}

/// No code of the store came with it.
fn unnamed(error: &Error, said: &str, host: &str, bucket: &str, step: &str) -> String {
    if said.contains("private network") || said.contains("does not leave this machine") {
        return format!("Endpoint: {host} leads into a private network and cannot be used.");
    }
    if said.contains("certificate") {
        return format!("The certificate of {host} is not valid. Check the endpoint.");
    }
    if said.contains("Received redirect") {
        return "Region: the bucket is in another one. Enter the bucket's own region and its endpoint.".into();
    }
    if said.contains("other bytes came back") || said.contains("the answer is too long") {
        return format!("{host} does not answer as an object store does. Check the endpoint.");
    }
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            format!("{host} did not let us {step} in “{bucket}”. Check both keys and their rights there.")
        }
        Error::NotFound { .. } => format!("{host} has no bucket “{bucket}”. Check the endpoint and the bucket's name."),
        _ if said.contains("non-2xx") => {
            format!("{host} does not answer as an object store does. Check the endpoint.")
        }
        _ => format!("{host} does not answer. Check the endpoint, and that this server may reach it."),
    }
}

/// The error with what it comes from, as far as a person could read it.
fn whole(error: &Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source.filter(|_| said.len() < 20_000) {
        said.push_str(" / ");
        said.push_str(&cause.to_string());
        source = cause.source();
    }
    said
}

/// The code in a store's answer.
fn code(said: &str) -> Option<&str> {
    element(said, "Code").filter(|code| code.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The text of the first XML element of this name.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let from = text.find(&format!("<{name}>"))? + name.len() + 2;
    let length = text[from..].find(&format!("</{name}>"))?;
    Some(text[from..from + length].trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::AppKeys;
    use std::collections::BTreeMap;

    fn place() -> Place {
        let fields = [
            ("endpoint", "https://s3.example.com"),
            ("region", "us-east-1"),
            ("bucket", "lux-media"),
            ("access_key", "an-access-key"),
            ("secret_key", "a-secret-key"),
        ];
        Place::read(&AppKeys(BTreeMap::from(fields.map(|(k, v)| (k.to_owned(), v.into()))))).unwrap()
    }

    fn answered(body: &str) -> Error {
        Error::Generic { store: "S3", source: format!("Server returned non-2xx status code: 403: {body}").into() }
    }

    /// The answers are those of the documentation's list of error codes.
    #[test]
    fn each_code_has_its_words() {
        for (body, words_of_it) in [
            ("<Error><Code>NoSuchBucket</Code><BucketName>lux-media</BucketName></Error>", "There is no bucket"),
            ("<Error><Code>InvalidAccessKeyId</Code></Error>", "does not know this access key"),
            ("<Error><Code>SignatureDoesNotMatch</Code></Error>", "Enter the secret key again"),
            ("<Error><Code>RequestTimeTooSkewed</Code></Error>", "Set the clock"),
            ("<Error><Code>AccessDenied</Code></Error>", "let this key write a file in “lux-media”"),
            (
                "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-north-1</Region></Error>",
                "the bucket is in “eu-north-1”",
            ),
            (
                "<Error><Code>EntityTooLarge</Code></Error>",
                "did not let us write a file in “lux-media”: EntityTooLarge",
            ),
            ("<html><body>Welcome to nginx</body></html>", "does not answer as an object store does"),
        ] {
            let said = words(&answered(body), &place(), "write a file");
            assert!(said.contains(words_of_it), "{body}: {said}");
        }
        let far = Error::Generic { store: "S3", source: "error sending request".into() };
        assert!(words(&far, &place(), "write a file").contains("s3.example.com does not answer"));
        assert!(refusal(&far).is_none() && refusal(&answered("<Error><Code>SlowDown</Code></Error>")).is_none());
        assert!(refusal(&answered("<Error><Code>AccessDenied</Code></Error>")).is_some());
    }
}
