//! Language models behind OpenAI's chat protocol: OpenAI itself, Gemini at the address where it speaks that protocol, and any
//! server that does. Reading order: this file (where a service is), `client` (how a request goes out and what is done about a
//! refusal), `chat` (one question and its streamed answer), `pictures` (one picture from a description), `problem` (what a
//! refusal means), `listing` (which models there are, which is also how keys are tested).
//!
//! Requests are written and streams are read by the crate async-openai; it sends through [`client`], so that addresses,
//! deadlines, sizes and repeats are ours. Who may ask, what it costs and what is remembered of it is
//! `features::models::server`: no feature comes here by itself.
//! Source: `openai/openai-openapi` 2.3.0 (2026-08-21), ai.google.dev/gemini-api/docs/openai. Reviewed 2026-11-28.

pub mod chat;
mod client;
pub mod listing;
pub mod pictures;
pub mod problem;

pub use chat::{Answering, Finish, Part, Piece, Question, Usage};
pub use problem::{Refusal, RefusalKind};

use super::{AppKeys, Connector, Fault, RateLimitHeaders, TestKeys, Wire};
use crate::domain::platform::Platform;
use crate::infra::http::outbound::Outbound;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The services, in the order in which the first one with keys is taken.
pub const SERVICES: [Platform; 3] = [Platform::OpenAi, Platform::Gemini, Platform::OpenAiCompatible];

pub static OPENAI: Connector = connector(Platform::OpenAi, &Service(Platform::OpenAi));
pub static GEMINI: Connector = connector(Platform::Gemini, &Service(Platform::Gemini));
pub static COMPATIBLE: Connector = connector(Platform::OpenAiCompatible, &Service(Platform::OpenAiCompatible));

const fn connector(platform: Platform, test: &'static Service) -> Connector {
    Connector {
        platform,
        rate_limits: RateLimitHeaders::None,
        test: Some(test),
        sign_in: None,
        publish: None,
        choices: None,
        converse: None,
        recent: None,
    }
}

struct Service(Platform);

#[async_trait]
impl TestKeys for Service {
    async fn test(&self, wire: &Wire, keys: &AppKeys) -> Result<String, Fault> {
        let place = Place::read(self.0, keys)?;
        let models = listing::models(&wire.outbound, &place).await.map_err(|refusal| refusal.fault())?;
        let name = self.0.name();
        let wanted = keys.get("model").ok().map(|model| model.expose_secret().trim().to_owned());
        match wanted {
            Some(wanted) if !models.is_empty() && !models.iter().any(|model| model.id == wanted) => {
                let some: Vec<_> = models.iter().take(5).map(|model| model.id.as_str()).collect();
                let message = format!("The server answers, but has no model “{wanted}”. It has {}.", some.join(", "));
                Err(Fault::Permanent { code: "model_not_found".into(), message })
            }
            _ if models.len() == 1 => Ok(format!("{name} answers and lists 1 model.")),
            _ => Ok(format!("{name} answers and lists {} models.", models.len())),
        }
    }
}

/// Where a service is, and the key to it.
#[derive(Clone)]
pub struct Place {
    pub platform: Platform,
    /// Without a slash at its end; the paths of the protocol follow it.
    base: String,
    /// Some servers ask for none.
    key: Option<SecretString>,
}

impl Place {
    /// What the keys say. The words of the fault are for whoever enters them.
    pub fn read(platform: Platform, keys: &AppKeys) -> Result<Self, Fault> {
        let (base, key) = match platform {
            Platform::OpenAi => ("https://api.openai.com/v1".to_owned(), Some(keys.get("api_key")?.clone())),
            Platform::Gemini => {
                let base = "https://generativelanguage.googleapis.com/v1beta/openai";
                (base.to_owned(), Some(keys.get("api_key")?.clone()))
            }
            _ => {
                let typed = keys.get("base_url")?.expose_secret().trim().trim_end_matches('/').to_owned();
                (typed, keys.0.get("api_key").cloned())
            }
        };
        let good = Url::parse(&base).is_ok_and(|url| url.query().is_none() && url.fragment().is_none());
        if !good || base.len() > 300 {
            let message = "Base address: this is no address of a server. Enter it as in https://models.example/v1.";
            return Err(Fault::Permanent { code: "bad_keys".into(), message: message.into() });
        }
        let key = key.filter(|key| !key.expose_secret().trim().is_empty());
        Ok(Self { platform, base, key })
    }

    /// The client and the real address. Refused where a company's own address may not lead.
    fn open(&self, outbound: &Outbound) -> Result<(reqwest::Client, String), Refusal> {
        let unusable = |why: &str| Refusal::new(RefusalKind::Unreachable, why);
        let address =
            outbound.resolve(self.platform, &self.base).map_err(|_| unusable("The address cannot be read."))?;
        let named_by_users =
            self.platform == Platform::OpenAiCompatible && !outbound.is_at_override(self.platform, &address);
        let client = if named_by_users { outbound.store_client(&address) } else { outbound.flowing_client() };
        let client = client.map_err(unusable)?;
        Ok((client, address.as_str().trim_end_matches('/').to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn keys(fields: &[(&str, &str)]) -> AppKeys {
        AppKeys(fields.iter().map(|(name, value)| ((*name).to_owned(), SecretString::from(*value))).collect())
    }

    #[test]
    fn a_place_is_read_from_its_keys() {
        let place = Place::read(Platform::OpenAi, &keys(&[("api_key", "sk-1")])).unwrap();
        assert_eq!(place.base, "https://api.openai.com/v1");
        assert_eq!(Place::read(Platform::Gemini, &keys(&[])).err(), Some(Fault::NotConfigured { field: "api_key" }));
        let own = Place::read(Platform::OpenAiCompatible, &keys(&[("base_url", "https://m.example/v1/")])).unwrap();
        assert_eq!((own.base.as_str(), own.key.is_none()), ("https://m.example/v1", true));
        for bad in ["nonsense", "https://m.example/v1?key=1", "https://m.example/#x"] {
            assert!(Place::read(Platform::OpenAiCompatible, &keys(&[("base_url", bad)])).is_err(), "{bad}");
        }
    }

    /// A company cannot make the server ask inside its own network.
    #[test]
    fn a_companys_address_leads_to_public_machines_only() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let outbound = Outbound::new(BTreeMap::new()).unwrap();
        let opens = |address: &str| {
            let place = Place::read(Platform::OpenAiCompatible, &keys(&[("base_url", address)])).unwrap();
            place.open(&outbound).is_ok()
        };
        assert!(opens("https://1.1.1.1/v1"));
        for bad in
            ["http://127.0.0.1:11434/v1", "https://169.254.169.254/v1", "https://10.0.0.1/v1", "http://m.example/v1"]
        {
            assert!(!opens(bad), "{bad}");
        }
    }
}
