//! Pictures by a model: which service and model makes them, what it costs, and one picture. The same checks as for words: how often
//! somebody asks, the month's limit, a row of the ledger before anything is sent.

use super::door::error;
use super::ledger::{self, Entry};
use super::{prices, store};
use crate::connectors::models::pictures::{self, Wanted};
use crate::connectors::models::{Place, Refusal, RefusalKind, Usage};
use crate::domain::error::{AppError, Result};
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::features::secrets::server::service as secrets;
use crate::infra::http::throttle;
use crate::infra::session::Granted;

/// Stands in the ledger.
const FEATURE: &str = "pictures";

/// What makes pictures for a company.
#[derive(Clone)]
pub struct Painter {
    pub service: Platform,
    pub model: String,
    fallback: String,
    place: Place,
    cap_micros: Option<i64>,
}

/// A picture as it came, and which model made it.
#[derive(Debug)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub model: String,
}

/// Why nothing makes pictures, and where that is changed.
#[derive(Clone, Debug)]
pub struct Missing {
    pub words: String,
    pub address: &'static str,
}

const AI: &str = "/settings/ai";
const KEYS: &str = "/settings/integrations?q=openai";

fn missing(address: &'static str, words: impl Into<String>) -> Missing {
    Missing { words: words.into(), address }
}

/// What makes pictures, or why nothing does, with the next step. A company that chose a service has its pictures from no other one.
pub async fn find(who: &Granted) -> Result<Result<Painter, Missing>> {
    let chosen = store::chosen(&who.tenant).await?;
    let may = who.role.may(Permission::Secrets);
    let services = match chosen.service {
        Some(service @ (Platform::OpenAi | Platform::OpenAiCompatible)) => vec![service],
        Some(other) => {
            let name = other.name();
            let words = format!(
                "Pictures are not made with {name} here. An admin can choose OpenAI or your own model server under Settings → AI."
            );
            return Ok(Err(missing(AI, words)));
        }
        None => vec![Platform::OpenAi, Platform::OpenAiCompatible],
    };
    let mut nameless = false;
    for service in services {
        let keys = secrets::app_keys(&who.app, who.company, service).await?;
        let Ok(place) = Place::read(service, &keys) else { continue };
        let (usual, fallback) = prices::usual_for_pictures(service).unwrap_or_default();
        let model = if chosen.picture_model.is_empty() { usual.to_owned() } else { chosen.picture_model.clone() };
        if model.is_empty() {
            nameless = true;
            continue;
        }
        let (fallback, cap_micros) = (fallback.to_owned(), chosen.cap_micros);
        return Ok(Ok(Painter { service, model, fallback, place, cap_micros }));
    }
    Ok(Err(match (nameless, may) {
        (true, _) => missing(AI, "Name the model of your own server that makes pictures under Settings → AI."),
        (false, true) => missing(
            KEYS,
            "With a key of OpenAI, pictures can be made here from a description. Add it under Settings → Integrations.",
        ),
        (false, false) => {
            missing(KEYS, "With a key of OpenAI, pictures can be made here from a description. An admin can add it.")
        }
    }))
}

/// The same, or who can make it work.
pub async fn open(who: &Granted) -> Result<Painter> {
    find(who).await?.map_err(|missing| AppError::conflict(missing.words))
}

impl Painter {
    /// The size in which a model makes a picture of this shape. gpt-image-2 takes any; others one of three.
    pub fn size(&self, wished: (u32, u32)) -> (u32, u32) {
        size(&self.model, wished)
    }

    /// What so many pictures cost, about, in words.
    pub fn estimate(&self, wished: (u32, u32), count: u32) -> String {
        if self.service == Platform::OpenAiCompatible {
            return "nothing that is counted here".into();
        }
        let output = prices::drawn(self.size(wished)).saturating_mul(count);
        prices::words(prices::cost(self.service, &self.model, Usage { input: 100 * count, output }))
    }

    /// Whether a stand-in makes them: they are labelled.
    pub fn is_stand_in(&self, who: &Granted) -> bool {
        who.app.settings.sandbox && who.app.outbound.is_overridden(self.service)
    }

    /// Refuses when the month's limit is reached; `draw` does so too.
    pub async fn check_cap(&self, who: &Granted) -> Result<()> {
        ledger::check_cap(&who.tenant, self.cap_micros).await
    }

    /// Has one made. A model that does not exist any more or is overloaded is stood in for by the usual second one: such a refusal
    /// costs nothing. Whatever else went wrong may have been paid for and is not asked again. Dropping it hangs up.
    pub async fn draw(&self, who: &Granted, prompt: &str, wished: (u32, u32)) -> Result<Made> {
        throttle::check(&who.app.throttles.models, &who.user.to_string(), "questions to the model")?;
        match self.draw_with(who, &self.model, prompt, wished).await? {
            Ok(made) => Ok(made),
            Err(refusal)
                if refusal.is_about_the_model() && !self.fallback.is_empty() && self.fallback != self.model =>
            {
                let second = self.draw_with(who, &self.fallback, prompt, wished).await?;
                second.map_err(|_| error(&refusal))
            }
            Err(refusal) => Err(error(&refusal)),
        }
    }

    async fn draw_with(
        &self,
        who: &Granted,
        model: &str,
        prompt: &str,
        wished: (u32, u32),
    ) -> Result<Result<Made, Refusal>> {
        let size = size(model, wished);
        let tokens = (prices::tokens(prompt), prices::drawn(size));
        let mut entry =
            Entry::begin(&who.tenant, who.user, FEATURE, (self.service, model), tokens, self.cap_micros).await?;
        // From here on it may be paid for, also when nobody waits for it any more. The ledger counts four characters a token.
        entry.came = prices::drawn(size) as usize * 4;
        let wanted = Wanted { model: model.to_owned(), prompt: prompt.to_owned(), size };
        match pictures::draw(&who.app.outbound, &self.place, &wanted).await {
            Ok(drawn) => {
                entry.usage = drawn.usage;
                entry.settle("answered", "").await?;
                Ok(Ok(Made { bytes: drawn.bytes, model: model.to_owned() }))
            }
            Err(refusal) => {
                let unclear = [RefusalKind::Silent, RefusalKind::Broken, RefusalKind::Garbage];
                if !unclear.contains(&refusal.kind) {
                    entry.came = 0;
                }
                let outcome = if refusal.kind == RefusalKind::Filtered { "filtered" } else { "failed" };
                entry.refused(outcome, &refusal).await?;
                Ok(Err(refusal))
            }
        }
    }
}

fn size(model: &str, (width, height): (u32, u32)) -> (u32, u32) {
    // With a date behind it, it is the same model; 2.5 is another one.
    if model == "gpt-image-2" || model.starts_with("gpt-image-2-20") {
        return (width, height);
    }
    match (width * 10).div_euclid(height) {
        0..9 => (1024, 1536),
        9..12 => (1024, 1024),
        _ => (1536, 1024),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_gets_a_size_that_it_takes() {
        for (wished, others) in [
            ((1024, 1024), (1024, 1024)),
            ((1024, 1280), (1024, 1536)),
            ((864, 1536), (1024, 1536)),
            ((1536, 864), (1536, 1024)),
        ] {
            assert_eq!(size("gpt-image-2", wished), wished);
            assert_eq!(size("gpt-image-2-2026-04-21", wished), wished);
            assert_eq!(size("gpt-image-2.5-flare", wished), others);
            assert_eq!(size("gpt-image-1.5", wished), others);
        }
    }
}
