//! `GET /models`: which models a service has. Free of charge, so it is also how keys are tested.

use super::Place;
use super::client;
use super::problem::{Refusal, RefusalKind};
use crate::infra::http::outbound::Outbound;
use futures::StreamExt;
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::time::Duration;

/// A model of a service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Model {
    pub id: String,
    /// `YYYY-MM-DD`: from then on it answers no more.
    #[serde(default)]
    pub shutdown_date: Option<String>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Model>,
}

const LONGEST: Duration = Duration::from_secs(20);
const MOST_BYTES: usize = 1 << 20;
const MOST_MODELS: usize = 500;

/// By name, at most 500.
pub async fn models(outbound: &Outbound, place: &Place) -> Result<Vec<Model>, Refusal> {
    let (http, base) = place.open(outbound)?;
    let mut request = http.get(format!("{base}/models"));
    if let Some(key) = &place.key {
        request = request.bearer_auth(key.expose_secret().trim());
    }
    let read = async {
        let answer = request.send().await.map_err(|error| {
            let kind = if error.is_connect() { RefusalKind::Unreachable } else { RefusalKind::Broken };
            Refusal::new(kind, "No connection.")
        })?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let (mut body, mut pieces) = (vec![], answer.bytes_stream());
        while let Some(piece) = pieces.next().await {
            body.extend_from_slice(&piece.map_err(|_| Refusal::new(RefusalKind::Broken, "The connection broke off."))?);
            if body.len() > MOST_BYTES {
                return Err(Refusal::new(RefusalKind::Garbage, "The list is too long."));
            }
        }
        if !status.is_success() {
            return Err(Refusal::of(status.as_u16(), &headers, &body));
        }
        let list: List = serde_json::from_slice(&body)
            .map_err(|_| Refusal::new(RefusalKind::Garbage, "This is no list of models."))?;
        Ok(list.data)
    };
    let read = tokio::time::timeout(LONGEST, read).await;
    let mut models = read.unwrap_or_else(|_| Err(Refusal::new(RefusalKind::Silent, "No answer in time.")))?;
    // Gemini writes `models/` before each name and takes them without it.
    for model in &mut models {
        if let Some(short) = model.id.strip_prefix("models/") {
            model.id = short.to_owned();
        }
    }
    models.retain(|model| is_name(&model.id));
    models.sort_by(|a, b| a.id.cmp(&b.id));
    models.truncate(MOST_MODELS);
    Ok(models)
}

/// Whether this can be a model's name: what a service lists is shown and sent back.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+".contains(c);
    (1..=120).contains(&name.len()) && name.chars().all(plain)
}

/// Opens the client once, so that what is wrong with an address is said before anything is asked.
pub fn check(outbound: &Outbound, place: &Place) -> Result<(), Refusal> {
    client::open(outbound, place).map(drop)
}
