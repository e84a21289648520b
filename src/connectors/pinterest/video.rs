//! A video on its way to Pinterest: announced, sent to the address that Pinterest names, then worked on for a while. Announcing
//! and sending may be repeated; what was sent is saved in the checkpoint.

use super::problem::{self, Operation};
use super::{API, read, send};
use crate::connectors::wire::segment;
use crate::connectors::{Call, Fault, Media};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use http::Method;
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// For the whole upload, which cannot be continued; shorter than what a step of preparing may take.
const DEADLINE: Duration = Duration::from_secs(4 * 60);
/// Where uploads may go. They carry no token of ours, but all of the video.
const HOMES: [&str; 2] = ["amazonaws.com", "pinterest.com"];
/// How often the state is asked for, at most.
const MAX_CHECKS: u32 = 60;

/// The video at Pinterest, as far as it is.
#[derive(Serialize, Deserialize)]
pub struct Upload {
    pub asset: AssetId,
    pub id: String,
    /// Where the bytes go and what is sent before them; `None` once they are there.
    to: Option<Target>,
    /// Pinterest can show it.
    pub is_ready: bool,
    checks: u32,
}

#[derive(Serialize, Deserialize)]
struct Target {
    url: String,
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Announced {
    media_id: String,
    upload_url: String,
    #[serde(default)]
    upload_parameters: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct State {
    /// `registered`, `processing`, `succeeded`, `failed`.
    status: String,
}

impl Upload {
    pub async fn announce(call: &Call<'_>, media: &Media) -> Result<Self, Fault> {
        let request = call.wire.repeatable(Platform::Pinterest, Method::POST, &format!("{API}/media"));
        let response = send(request.json(&json!({ "media_type": "video" })), call, Operation::Upload).await?;
        let Announced { media_id, upload_url, upload_parameters } = response.json()?;
        Ok(Self {
            asset: media.facts.asset,
            id: media_id,
            to: Some(Target { url: upload_url, fields: upload_parameters }),
            is_ready: false,
            checks: 0,
        })
    }

    /// The next request for it. `Some`: Pinterest is working, go on after this.
    pub async fn go_on(&mut self, call: &Call<'_>, media: &Media) -> Result<Option<Duration>, Fault> {
        if let Some(target) = &self.to {
            target.send(call, media).await?;
            self.to = None;
            return Ok(None);
        }
        let request = read(call, &format!("media/{}", segment(&self.id)));
        let state: State = send(request, call, Operation::Read).await?.json()?;
        match state.status.as_str() {
            "succeeded" => {
                self.is_ready = true;
                Ok(None)
            }
            "failed" => Err(refused("Pinterest could not read the video. Export it again as MP4 with H.264.")),
            _ if self.checks >= MAX_CHECKS => {
                Err(Fault::PreparationLost { message: "Pinterest did not finish with the video.".into() })
            }
            _ => {
                self.checks += 1;
                Ok(Some(Duration::from_secs(u64::from(5 + self.checks).min(30))))
            }
        }
    }
}

impl Target {
    async fn send(&self, call: &Call<'_>, media: &Media) -> Result<(), Fault> {
        if !call.wire.trusts(Platform::Pinterest, &self.url, &HOMES) {
            let message = "Pinterest named an upload address that is not its own.".into();
            return Err(Fault::Permanent { code: "foreign_upload_address".into(), message });
        }
        let file = Part::stream_with_length(media.source.body(0..media.source.length()), media.source.length());
        let file = file.file_name("video").mime_str(&media.facts.mime);
        let file = file.map_err(|_| refused("Pinterest takes MP4 and MOV videos."))?;
        // The store wants the file behind everything else.
        let fields = self.fields.iter().fold(Form::new(), |form, (name, value)| form.text(name.clone(), value.clone()));
        let request = call.wire.repeatable(Platform::Pinterest, Method::POST, &self.url).hide_path();
        let response = request.multipart(fields.part("file", file)).deadline(DEADLINE).send().await?;
        match response.status.as_u16() {
            // The address is too old.
            403 => Err(Fault::PreparationLost { message: "Pinterest no longer waits for the video.".into() }),
            _ => response.accepted(|a| problem::fault(a, Operation::Upload)).map(drop),
        }
    }
}

fn refused(message: &str) -> Fault {
    Fault::InvalidContent { message: message.into(), problems: vec![Problem::error("media", message)] }
}
