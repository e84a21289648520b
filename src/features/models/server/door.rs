//! A question to a model: which service and model answer it, what is checked before, and the answer piece by piece. Whoever asks
//! names itself (`feature`), keeps instructions apart from data, and treats what comes back as data.

use super::ledger::{self, Entry};
use super::prices;
use super::store::{self, Chosen};
use crate::connectors::AppKeys;
use crate::connectors::models::{
    self, Answering, Finish, Part, Piece, Place, Question, Refusal, RefusalKind, SERVICES,
};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::features::secrets::server::service as secrets;
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use secrecy::ExposeSecret;
use serde_json::Value;

/// What a feature asks.
pub struct Ask {
    /// `captions`: stands in the ledger.
    pub feature: &'static str,
    pub instructions: String,
    pub parts: Vec<Part>,
    /// Name and strict schema of the answer (`schema::strict`).
    pub schema: Option<(&'static str, Value)>,
    pub most_tokens: u32,
}

impl Ask {
    /// Tokens of the question, about.
    fn tokens(&self) -> u32 {
        let of = |part: &Part| match part {
            Part::Text(text) => prices::tokens(text),
            Part::Picture(_) => prices::PICTURE,
        };
        let schema = self.schema.as_ref().map_or(0, |(_, schema)| prices::tokens(&schema.to_string()));
        prices::tokens(&self.instructions) + schema + self.parts.iter().map(of).sum::<u32>()
    }
}

/// What answers questions of a company.
#[derive(Clone)]
pub struct Door {
    pub service: Platform,
    pub model: String,
    fallback: String,
    place: Place,
    cap_micros: Option<i64>,
}

/// `None`: no service has a key.
pub async fn find(who: &Granted) -> Result<Option<Door>> {
    let chosen = store::chosen(&who.tenant).await?;
    let named: Vec<_> = chosen.service.map_or_else(|| SERVICES.to_vec(), |service| vec![service]);
    for service in named {
        let keys = secrets::app_keys(&who.app, who.company, service).await?;
        if let Ok(place) = Place::read(service, &keys) {
            return Ok(Some(door(service, place, &keys, chosen)));
        }
    }
    Ok(None)
}

fn door(service: Platform, place: Place, keys: &AppKeys, chosen: Chosen) -> Door {
    let (usual, stands_in) = prices::usual(service);
    let named = keys.get("model").map(|model| model.expose_secret().trim().to_owned()).unwrap_or_default();
    let own_server = service == Platform::OpenAiCompatible;
    let model = match (chosen.model.is_empty(), own_server) {
        (false, _) => chosen.model,
        (true, true) => named,
        (true, false) => usual.into(),
    };
    let fallback = if chosen.fallback.is_empty() && !own_server { stands_in.into() } else { chosen.fallback };
    Door { service, model, fallback, place, cap_micros: chosen.cap_micros }
}

/// The same, or who can make it work.
pub async fn open(who: &Granted) -> Result<Door> {
    find(who).await?.ok_or_else(|| AppError::new(ErrorKind::Conflict, no_key(who.role.may(Permission::Secrets))))
}

/// What is missing, and who can do something about it.
pub fn no_key(may: bool) -> &'static str {
    if may {
        "Add a key of OpenAI, Gemini or your own model server under Settings → Integrations first."
    } else {
        "There is no key of a model service yet. Ask an admin to add one under Settings → Integrations."
    }
}

impl Door {
    /// What an answer of so many tokens would cost, about, in words.
    pub fn estimate(&self, asked: u32, answered: u32) -> String {
        prices::words(prices::cost(self.service, &self.model, models::Usage { input: asked, output: answered }))
    }

    /// Refuses when the month's limit is reached; `ask` does so too.
    pub async fn check_cap(&self, who: &Granted) -> Result<()> {
        ledger::check_cap(&who.tenant, self.cap_micros).await
    }

    /// Whether a stand-in answers: its words are labelled.
    pub fn is_stand_in(&self, who: &Granted) -> bool {
        who.app.settings.sandbox && who.app.outbound.is_overridden(self.service)
    }

    /// Asks. Refused before anything is sent when the caller asks too often or the month's cap is reached. A model that does not
    /// exist any more or is overloaded is stood in for by the fallback, as long as no word has come.
    pub async fn ask(&self, who: &Granted, ask: &Ask) -> Result<Answer> {
        throttle::check(&who.app.throttles.models, &who.user.to_string(), "questions to the model")?;
        match self.ask_model(who, ask, &self.model).await? {
            Ok(answer) => Ok(answer),
            Err(refusal)
                if refusal.is_about_the_model() && !self.fallback.is_empty() && self.fallback != self.model =>
            {
                match self.ask_model(who, ask, &self.fallback).await? {
                    Ok(answer) => Ok(answer),
                    // The first model is the one that the company chose: what it said is what helps.
                    Err(_) => Err(error(&refusal)),
                }
            }
            Err(refusal) => Err(error(&refusal)),
        }
    }

    async fn ask_model(&self, who: &Granted, ask: &Ask, model: &str) -> Result<Result<Answer, Refusal>> {
        let tokens = (ask.tokens(), ask.most_tokens);
        let entry =
            Entry::begin(&who.tenant, who.user, ask.feature, (self.service, model), tokens, self.cap_micros).await?;
        let question = Question {
            model: model.to_owned(),
            instructions: ask.instructions.clone(),
            parts: ask.parts.clone(),
            schema: ask.schema.clone(),
            most_tokens: ask.most_tokens,
        };
        match models::chat::ask(&who.app.outbound, &self.place, &question).await {
            Ok(stream) => Ok(Ok(Answer { stream, entry: Some(entry), model: model.to_owned(), text: String::new() })),
            Err(refusal) => {
                entry.refused("failed", &refusal).await?;
                Ok(Err(refusal))
            }
        }
    }
}

/// As people read it.
pub(super) fn error(refusal: &Refusal) -> AppError {
    let kind = match refusal.kind {
        RefusalKind::RateLimited => {
            let wait = refusal.after.map_or(60, |after| after.as_secs().min(3_600) as u32);
            return AppError::rate_limited(wait, refusal.words());
        }
        RefusalKind::Key | RefusalKind::Forbidden | RefusalKind::NoModel | RefusalKind::NoMoney => ErrorKind::Conflict,
        RefusalKind::TooLong | RefusalKind::Filtered => ErrorKind::Invalid,
        _ => ErrorKind::Unavailable,
    };
    AppError::new(kind, refusal.words())
}

/// An answer under way. Dropping it hangs up and settles the call as stopped.
pub struct Answer {
    stream: Answering,
    entry: Option<Entry>,
    /// Which model answers.
    pub model: String,
    /// All that came so far.
    pub text: String,
}

impl Answer {
    /// Waits for more; `false` behind the end. What came stands in `text`, also after an error.
    pub async fn more(&mut self) -> Result<bool> {
        if self.entry.is_none() {
            return Ok(false);
        }
        match self.stream.next().await {
            Some(Ok(Piece::Text(text))) => {
                if let Some(entry) = &mut self.entry {
                    entry.came += text.chars().count();
                }
                self.text.push_str(&text);
                Ok(true)
            }
            Some(Ok(Piece::End(finish))) => {
                let (outcome, refused) = match finish {
                    Finish::Whole => ("answered", None),
                    Finish::Cut => ("cut", Some("The model's answer became too long and was cut. Try again.")),
                    Finish::Filtered => {
                        ("filtered", Some("The model service's filter stopped the answer. Say it in other words."))
                    }
                    Finish::Refused => {
                        ("declined", Some("The model does not want to write this. Say it in other words."))
                    }
                };
                self.settle(outcome).await?;
                match refused {
                    None => Ok(false),
                    Some(words) => Err(AppError::new(ErrorKind::Conflict, words)),
                }
            }
            Some(Err(refusal)) => {
                if let Some(entry) = self.taken() {
                    entry.refused("failed", &refusal).await?;
                }
                Err(error(&refusal))
            }
            None => {
                self.settle("answered").await?;
                Ok(false)
            }
        }
    }

    /// Waits for all of it.
    pub async fn whole(&mut self) -> Result<String> {
        while self.more().await? {}
        Ok(std::mem::take(&mut self.text))
    }

    /// The row of this call, once, with what the service says it used.
    fn taken(&mut self) -> Option<Entry> {
        let mut entry = self.entry.take()?;
        entry.usage = self.stream.usage;
        Some(entry)
    }

    async fn settle(&mut self, outcome: &'static str) -> Result<()> {
        let Some(entry) = self.taken() else { return Ok(()) };
        entry.settle(outcome, "").await
    }
}
