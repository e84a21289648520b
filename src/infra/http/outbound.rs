//! The one HTTP client for everything outside, and the base-URL overrides that the person who runs the server may set.

use crate::domain::platform::Platform;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    /// `LUX_X_BASE_URL=http://127.0.0.1:3001/x` sends `https://api.x.com/2/tweets` to
    /// `http://127.0.0.1:3001/x/api.x.com/2/tweets`: the host becomes the first path segment.
    bases: Arc<BTreeMap<Platform, Url>>,
}

impl Outbound {
    pub fn new(bases: BTreeMap<Platform, Url>) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("LUX-Marketing/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, bases: Arc::new(bases) })
    }

    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Where a platform's address really is for this server.
    pub fn resolve(&self, platform: Platform, address: &str) -> Result<Url, url::ParseError> {
        let url = Url::parse(address)?;
        let Some(base) = self.bases.get(&platform) else { return Ok(url) };
        let mut there = base.clone();
        let host = url.host_str().unwrap_or_default();
        there.set_path(&format!("{}/{}{}", base.path().trim_end_matches('/'), host, url.path()));
        there.set_query(url.query());
        Ok(there)
    }

    /// Whether this platform is answered by a stand-in.
    pub fn is_overridden(&self, platform: Platform) -> bool {
        self.bases.contains_key(&platform)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn override_keeps_host_path_and_query() {
        let base = Url::parse("http://127.0.0.1:3001/x/").unwrap();
        rustls::crypto::ring::default_provider().install_default().ok();
        let outbound = Outbound::new(BTreeMap::from([(Platform::X, base)])).unwrap();
        let url = outbound.resolve(Platform::X, "https://api.x.com/2/users/me?a=b%20c").unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:3001/x/api.x.com/2/users/me?a=b%20c");
        let other = outbound.resolve(Platform::LinkedIn, "https://api.linkedin.com/rest/posts").unwrap();
        assert_eq!(other.as_str(), "https://api.linkedin.com/rest/posts");
    }
}
