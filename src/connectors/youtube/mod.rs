//! YouTube, Data API v3: videos of one channel, and comments under them. Wire facts: Google's discovery document (revision
//! 20261104) and developer pages (resumable uploads, videos, errors, quota), reviewed 2026-11-28.
//! Read: this file (keys, signing in), `publish` (the steps), `session` (the resumable upload), `videos` (what became of a
//! video, listing, deleting), `thumbnail`, `threads` (comments as they are listed), `comment` (the first one), `comments` (reading and
//! answering), `categories` (what a person chooses from), `recent` (newest videos), `problem` (error answers).

mod categories;
mod comment;
mod comments;
mod problem;
mod publish;
mod recent;
mod session;
mod threads;
mod thumbnail;
mod videos;

use super::oauth::{ClientAuth, Flow};
use super::wire::{WireRequest, WireResponse};
use super::{AppKeys, Call, Connector, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use http::Method;
use problem::Operation;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

/// YouTube, for the videos of a channel.
pub struct YouTube;

/// No header says what is left of the quota; a refusal tells.
pub static CONNECTOR: Connector = Connector {
    choices: Some(&YouTube),
    converse: Some(&YouTube),
    ..Connector::social(Platform::YouTube, &YouTube, RateLimitHeaders::None)
};

const API: &str = "https://www.googleapis.com/youtube/v3";
const UPLOAD: &str = "https://www.googleapis.com/upload/youtube/v3/videos";

/// Sending a video.
const SENDING: &str = "https://www.googleapis.com/auth/youtube.upload";
/// The channel, its videos and their state.
const READING: &str = "https://www.googleapis.com/auth/youtube.readonly";
/// Comments, and deleting a video.
const COMMENTING: &str = "https://www.googleapis.com/auth/youtube.force-ssl";
const SCOPES: [&str; 3] = [SENDING, READING, COMMENTING];
const PUBLISHING: [&str; 2] = [SENDING, READING];

static FLOW: Flow = Flow {
    platform: Platform::YouTube,
    authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
    token_url: "https://oauth2.googleapis.com/token",
    revoke_url: Some("https://oauth2.googleapis.com/revoke"),
    scopes: &SCOPES,
    scope_separator: " ",
    pkce: true,
    client_auth: ClientAuth::Body,
    id_field: "client_id",
    secret_field: "client_secret",
    // A refresh token comes with offline access, and again only with a consent that is asked for anew. The account is
    // asked for as well: a person may have several channels.
    extra: &[("access_type", "offline"), ("prompt", "select_account consent")],
};

/// The member of an account's facts that names the list of all its videos.
const UPLOADS: &str = "uploads";
/// The one that names its country.
const COUNTRY: &str = "country";

#[derive(Deserialize)]
struct Channels {
    /// Missing where there is none.
    #[serde(default)]
    items: Vec<Channel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    id: String,
    snippet: Option<ChannelSnippet>,
    content_details: Option<ChannelContent>,
    status: Option<ChannelStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelSnippet {
    title: String,
    /// `@northwind`.
    custom_url: Option<String>,
    country: Option<String>,
    #[serde(default)]
    thumbnails: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelContent {
    related_playlists: Playlists,
}

#[derive(Deserialize)]
struct Playlists {
    uploads: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelStatus {
    /// `allowed`, `eligible`, `disallowed`.
    long_uploads_status: Option<String>,
}

impl Channel {
    fn account(self) -> RemoteAccount {
        let snippet = self.snippet.unwrap_or(ChannelSnippet {
            title: self.id.clone(),
            custom_url: None,
            country: None,
            thumbnails: Value::Null,
        });
        let handle = snippet.custom_url.filter(|handle| !handle.trim().is_empty());
        RemoteAccount {
            handle: handle.unwrap_or_else(|| snippet.title.clone()),
            display_name: snippet.title,
            picture_url: snippet.thumbnails["default"]["url"].as_str().map(str::to_owned),
            profile_url: Some(format!("https://www.youtube.com/channel/{}", self.id)),
            facts: json!({
                "kind": "channel",
                UPLOADS: self.content_details.and_then(|content| content.related_playlists.uploads),
                COUNTRY: snippet.country,
            }),
            remote_id: self.id,
        }
    }
}

#[async_trait]
impl SignIn for YouTube {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    /// The channel that was chosen on the consent page.
    async fn accounts(&self, wire: &Wire, _: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let channels = channels(wire, &grant.access, "snippet,contentDetails").await?;
        if channels.is_empty() {
            let message = "this Google account has no YouTube channel. Create one at youtube.com, then connect again";
            return Err(Fault::Permanent { code: "no_channel".into(), message: message.into() });
        }
        Ok(channels.into_iter().map(Channel::account).collect())
    }
}

/// The channels of this access.
async fn channels(wire: &Wire, token: &SecretString, parts: &str) -> Result<Vec<Channel>, Fault> {
    let request = wire.read(Platform::YouTube, &format!("{API}/channels"));
    let request = request.query("part", parts).query("mine", "true");
    Ok(send(request, token, Operation::Read).await?.json::<Channels>()?.items)
}

/// Sends a call; an answer that is no success becomes the fault that it means.
async fn send(request: WireRequest, token: &SecretString, operation: Operation) -> Result<WireResponse, Fault> {
    let response = request.bearer(token).limits(problem::limits).send().await?;
    response.accepted(|refusal| problem::fault(refusal, operation))
}

/// Reads a list of the API.
fn read(call: &Call<'_>, path: &str, parts: &str) -> WireRequest {
    call.wire.read(Platform::YouTube, &format!("{API}/{path}")).query("part", parts)
}

/// The irreversible call to an address of the API.
fn create(call: &Call<'_>, path: &str, parts: &str) -> WireRequest {
    call.wire.mutate(Platform::YouTube, Method::POST, &format!("{API}/{path}")).query("part", parts)
}
