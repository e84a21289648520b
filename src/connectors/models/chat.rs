//! One question to a model and its answer, piece by piece.

use super::Place;
use super::client;
use super::problem::{Refusal, RefusalKind};
use crate::domain::platform::Platform;
use crate::infra::http::outbound::Outbound;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestMessage, ChatCompletionRequestMessageContentPartImage,
    ChatCompletionRequestMessageContentPartText, ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    ChatCompletionRequestUserMessageContent, ChatCompletionRequestUserMessageContentPart, ChatCompletionStreamOptions,
    CreateChatCompletionRequest, ImageDetail, ImageUrl, ResponseFormat, ResponseFormatJsonSchema,
};
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// Longest that one answer may take.
const WHOLE: Duration = Duration::from_secs(150);
/// Bytes of an answer's words.
const MOST_TEXT: usize = 128 << 10;

/// What a user's message is made of.
#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    /// `data:image/jpeg;base64,…`, looked at coarsely: 512 pixels a side are enough to say what is on it.
    Picture(String),
}

/// What is asked. Instructions and data are apart: what people or pages wrote stands in `parts` only.
#[derive(Clone, Debug)]
pub struct Question {
    pub model: String,
    pub instructions: String,
    pub parts: Vec<Part>,
    /// Name and strict JSON schema of the answer.
    pub schema: Option<(&'static str, Value)>,
    pub most_tokens: u32,
}

/// What an answer cost, as the service counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub input: u32,
    pub output: u32,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    Whole,
    /// It is longer than it was allowed to be.
    Cut,
    /// The service's filter ended it.
    Filtered,
    /// The model says that it does not want to.
    Refused,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(String),
    /// The last one.
    End(Finish),
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Counted>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

/// An answer under way. Dropping it hangs up, which ends the work at the service.
pub struct Answering {
    chunks: BoxStream<'static, Result<Chunk, OpenAIError>>,
    until: Instant,
    read: usize,
    finish: Option<Finish>,
    refused: bool,
    ended: bool,
    pub usage: Option<Usage>,
}

/// Asks. An error came before the first word.
pub async fn ask(outbound: &Outbound, place: &Place, question: &Question) -> Result<Answering, Refusal> {
    let client = client::open(outbound, place)?;
    let asked = client.chat().create_stream_byot::<_, Chunk>(request(place.platform, question)).await;
    let chunks = asked.map_err(client::refusal)?;
    Ok(Answering {
        chunks: chunks.boxed(),
        until: Instant::now() + WHOLE,
        read: 0,
        finish: None,
        refused: false,
        ended: false,
        usage: None,
    })
}

impl Answering {
    /// The next piece; `None` behind the end.
    pub async fn next(&mut self) -> Option<Result<Piece, Refusal>> {
        while !self.ended {
            let piece = match tokio::time::timeout_at(self.until, self.chunks.next()).await {
                Err(_) => return self.broken(RefusalKind::Silent),
                Ok(Some(Err(error))) => {
                    self.ended = true;
                    return Some(Err(client::refusal(error)));
                }
                Ok(Some(Ok(chunk))) => self.take(chunk),
                // It hung up: at the end, or in the middle.
                Ok(None) => {
                    self.ended = true;
                    let cut = Refusal::new(RefusalKind::Broken, "The answer ended in the middle.");
                    Some(self.finish.map(Piece::End).ok_or(cut))
                }
            };
            if piece.is_some() {
                return piece;
            }
        }
        None
    }

    fn broken(&mut self, kind: RefusalKind) -> Option<Result<Piece, Refusal>> {
        self.ended = true;
        Some(Err(Refusal::new(kind, "The answer was not finished.")))
    }

    fn take(&mut self, chunk: Chunk) -> Option<Result<Piece, Refusal>> {
        if let Some(error) = chunk.error {
            self.ended = true;
            let body = serde_json::json!({ "error": error }).to_string();
            return Some(Err(Refusal::of(500, &http::HeaderMap::new(), body.as_bytes())));
        }
        if let Some(counted) = chunk.usage {
            self.usage = Some(Usage { input: counted.prompt_tokens, output: counted.completion_tokens });
        }
        let choice = chunk.choices.into_iter().next()?;
        self.refused |= choice.delta.refusal.is_some_and(|text| !text.is_empty());
        if let Some(reason) = choice.finish_reason {
            self.finish = Some(match reason.as_str() {
                _ if self.refused => Finish::Refused,
                "length" => Finish::Cut,
                "content_filter" => Finish::Filtered,
                _ => Finish::Whole,
            });
        }
        let text = choice.delta.content.filter(|text| !text.is_empty())?;
        self.read += text.len();
        if self.read > MOST_TEXT {
            return self.broken(RefusalKind::Garbage);
        }
        Some(Ok(Piece::Text(text)))
    }
}

fn request(platform: Platform, question: &Question) -> CreateChatCompletionRequest {
    let part = |part: &Part| match part {
        Part::Text(text) => {
            ChatCompletionRequestUserMessageContentPart::Text(ChatCompletionRequestMessageContentPartText {
                text: text.clone(),
                ..Default::default()
            })
        }
        Part::Picture(url) => {
            ChatCompletionRequestUserMessageContentPart::ImageUrl(ChatCompletionRequestMessageContentPartImage {
                image_url: ImageUrl { url: url.clone(), detail: Some(ImageDetail::Low) },
                ..Default::default()
            })
        }
    };
    let user = ChatCompletionRequestUserMessageContent::Array(question.parts.iter().map(part).collect());
    // The other services know neither the newer name of the bound nor `store`.
    let is_openai = platform == Platform::OpenAi;
    CreateChatCompletionRequest {
        model: question.model.clone(),
        messages: vec![
            ChatCompletionRequestMessage::System(ChatCompletionRequestSystemMessage::from(
                question.instructions.as_str(),
            )),
            ChatCompletionRequestMessage::User(ChatCompletionRequestUserMessage {
                content: user,
                ..Default::default()
            }),
        ],
        response_format: question.schema.as_ref().map(|(name, schema)| ResponseFormat::JsonSchema {
            json_schema: ResponseFormatJsonSchema {
                description: None,
                name: (*name).into(),
                schema: schema.clone(),
                strict: Some(true),
            },
        }),
        max_completion_tokens: is_openai.then_some(question.most_tokens),
        #[allow(deprecated)]
        max_tokens: (!is_openai).then_some(question.most_tokens),
        store: is_openai.then_some(false),
        stream: Some(true),
        stream_options: Some(ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None }),
        ..Default::default()
    }
}
