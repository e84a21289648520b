//! The settings as they may be shown to whoever helps with a server: of secrets only whether they are set.

use super::Settings;
use crate::infra::postgres::describe;
use crate::infra::redact::redact;
use serde_json::{Value, json};

/// Characters of one value.
const LONGEST: usize = 300;

impl Settings {
    pub fn without_secrets(&self) -> Value {
        let keys: Vec<String> =
            self.default_keys.keys().map(|(platform, field)| format!("{} {field}", platform.id())).collect();
        let urls: Vec<String> = self
            .base_urls
            .iter()
            .map(|(platform, url)| format!("{} {}", platform.id(), redact(url.as_str(), LONGEST)))
            .collect();
        let limits: Vec<String> =
            self.platform_concurrency.iter().map(|(platform, n)| format!("{} {n}", platform.id())).collect();
        let journal = (&self.logs.journal_unit, &self.logs.journalctl);
        json!({
            "LUX_ADDR": self.addr,
            "LUX_PUBLIC_URL": redact(self.public_url.as_str(), LONGEST),
            "LUX_PUBLIC_ALIASES": self.web.aliases,
            "LUX_TRUSTED_PROXIES": self.web.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "LUX_MAX_CONNECTIONS": self.web.max_connections,
            "LUX_COMPANY_MEDIA_GB": self.web.company_media_bytes.map(|bytes| bytes >> 30),
            "LUX_DATA_DIR": self.data_dir,
            "DATABASE_URL": self.database_url.as_ref().map(describe),
            "ENCRYPTION_KEYS": is_set(self.encryption_keys.is_some()),
            "LUX_METRICS_TOKEN": is_set(self.metrics_token.is_some()),
            "LUX_OTLP_ENDPOINT": self.traces.as_ref().map(|url| redact(url.as_str(), LONGEST)),
            "LUX_SANDBOX": self.sandbox,
            "LUX_LOG": redact(&self.log, LONGEST),
            "LUX_LOG_FORMAT": if self.log_json { "json" } else { "text" },
            "LUX_LOG_NGINX_ERROR": self.logs.nginx_error,
            "LUX_LOG_NGINX_ACCESS": self.logs.nginx_access,
            "LUX_LOG_APP": self.logs.app,
            "LUX_LOG_OWN": self.logs.own,
            "LUX_LOG_JOURNAL_UNIT": journal.0,
            "LUX_JOURNALCTL": journal.1,
            "LUX_THROTTLE_FACTOR": self.throttle_factor,
            "LUX_WORKER_CONCURRENCY": self.worker_concurrency,
            "LUX_FFMPEG": self.ffmpeg,
            "LUX_CA_FILE": is_set(!self.authorities.is_empty()),
            "keys of the server, set": keys,
            "addresses of platforms, set": urls,
            "calls at a time, set": limits,
        })
    }
}

fn is_set(is: bool) -> &'static str {
    if is { "set" } else { "not set" }
}
