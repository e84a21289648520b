//! A picture on its way to Reddit: Reddit leases a place in a store of Amazon's, to which the bytes go. Both may be repeated;
//! what nobody posts is forgotten there.

use super::problem::{self, Operation};
use super::{repeat, send};
use crate::connectors::wire::WireResponse;
use crate::connectors::{Call, Fault, Media};
use crate::domain::error::Problem;
use crate::domain::platform::Platform;
use http::Method;
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(120);
/// Where pictures may go. They carry no token of ours.
const HOMES: [&str; 1] = ["amazonaws.com"];

/// A picture that is there.
#[derive(Serialize, Deserialize)]
pub(super) struct Upload {
    /// Its id, for galleries.
    pub id: String,
    /// Its address, for a post of one picture.
    pub url: String,
}

#[derive(Deserialize)]
struct Lease {
    args: Args,
    asset: Asset,
}

#[derive(Deserialize)]
struct Args {
    /// Without `https:`.
    action: String,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Asset {
    asset_id: String,
}

/// Leases a place and sends the picture.
pub(super) async fn send_picture(call: &Call<'_>, media: &Media) -> Result<Upload, Fault> {
    let mime = media.facts.mime.as_str();
    let name = format!("picture.{}", mime.strip_prefix("image/").unwrap_or("jpeg"));
    let request = repeat(call, "api/media/asset.json").form(&[("filepath", name.as_str()), ("mimetype", mime)]);
    let response = send(request, call).await?.accepted(|a| problem::fault(a, Operation::Upload))?;
    let Lease { args: Args { action, fields }, asset } = response.json()?;
    let action = if action.starts_with("//") { format!("https:{action}") } else { action };
    if !call.wire.trusts(Platform::Reddit, &action, &HOMES) {
        let message = "Reddit named an upload address that is not its own.".into();
        return Err(Fault::Permanent { code: "foreign_upload_address".into(), message });
    }
    let key = fields.iter().find(|field| field.name == "key").map(|field| field.value.clone());
    let key = key.ok_or_else(|| response.unreadable())?;
    let source = &media.source;
    let file = Part::stream_with_length(source.body(0..source.length()), source.length()).file_name(name);
    let file = file.mime_str(mime).map_err(|_| refused("Reddit takes JPEG, PNG and GIF pictures."))?;
    // The store wants the file behind everything else.
    let form = fields.into_iter().fold(Form::new(), |form, field| form.text(field.name, field.value));
    let request = call.wire.repeatable(Platform::Reddit, Method::POST, &action).hide_path();
    let response = request.multipart(form.part("file", file)).deadline(DEADLINE).send().await?;
    let url = format!("{}/{key}", action.trim_end_matches('/'));
    response.accepted(of_store).map(|_| Upload { id: asset.asset_id, url })
}

/// The store's errors are XML.
fn of_store(response: &WireResponse) -> Fault {
    let body = String::from_utf8_lossy(&response.body);
    let tag = |name: &str| body.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next());
    match (response.status.as_u16(), tag("Code")) {
        (400 | 413, Some("EntityTooLarge")) => {
            let most = tag("MaxSizeAllowed").and_then(|bytes| bytes.parse::<u64>().ok()).map(|bytes| bytes >> 20);
            let most = most.map_or_else(String::new, |most| format!(": {most} MB at most"));
            refused(&format!("This picture is too large for Reddit{most}. Use a smaller file."))
        }
        // The lease is too old.
        (403, _) => Fault::PreparationLost { message: "Reddit no longer waits for the picture.".into() },
        _ => problem::fault(response, Operation::Upload),
    }
}

fn refused(message: &str) -> Fault {
    Fault::InvalidContent { message: message.into(), problems: vec![Problem::error("media", message)] }
}
