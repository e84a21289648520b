//! The one HTTP client for everything outside, and the base-URL overrides that the person who runs the server may set.

use super::journal::Journal;
use super::limits::{Gates, Limits};
use super::ssrf::{GuardedNames, Reach};
use crate::domain::platform::Platform;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    /// `LUX_X_BASE_URL=http://127.0.0.1:3001/x` sends `https://api.x.com/2/tweets` to
    /// `http://127.0.0.1:3001/x/api.x.com/2/tweets`: the host becomes the first path segment.
    bases: Arc<BTreeMap<Platform, Url>>,
    /// What went out lately; lives as long as the process.
    journal: Arc<Journal>,
    /// What the platforms allow us, as far as we know; lives as long as the process.
    limits: Arc<Limits>,
    /// Where addresses that users supplied may lead.
    reach: Reach,
    /// For servers that users named; made when the first of them is called.
    guarded: Arc<OnceLock<reqwest::Client>>,
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("LUX-Marketing/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
}

impl Outbound {
    pub fn new(bases: BTreeMap<Platform, Url>) -> Result<Self, reqwest::Error> {
        let client = builder().build()?;
        Ok(Self {
            client,
            bases: Arc::new(bases),
            journal: Arc::default(),
            limits: Arc::default(),
            reach: Reach::default(),
            guarded: Arc::default(),
        })
    }

    /// With other numbers of calls at a time than the usual ones. To be said before anybody calls: it begins anew.
    pub fn with_concurrency(self, other: &BTreeMap<Platform, usize>) -> Self {
        Self { limits: Arc::new(Limits { gates: Gates::new(other), ..Default::default() }), ..self }
    }

    /// With another reach for users' addresses than the internet.
    pub fn within(self, reach: Reach) -> Self {
        Self { reach, guarded: Arc::default(), ..self }
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// The client for a server that a user named: it connects only to where users' addresses may lead, whatever name
    /// servers say. Addresses in numbers are for the caller to check (`ssrf::check_written`).
    pub fn guarded_client(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(client) = self.guarded.get() {
            return Ok(client);
        }
        let client = builder().no_proxy().dns_resolver(Arc::new(GuardedNames(self.reach))).build()?;
        Ok(self.guarded.get_or_init(|| client))
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Where a platform's address really is for this server. An address that a stand-in handed out itself stays.
    pub fn resolve(&self, platform: Platform, address: &str) -> Result<Url, url::ParseError> {
        let url = Url::parse(address)?;
        let Some(base) = self.bases.get(&platform) else { return Ok(url) };
        if url.origin() == base.origin() {
            return Ok(url);
        }
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

    /// Whether this address is on the stand-in that answers for the platform.
    pub fn is_at_override(&self, platform: Platform, url: &Url) -> bool {
        self.bases.get(&platform).is_some_and(|base| base.origin() == url.origin())
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
        let again = outbound.resolve(Platform::X, url.as_str()).unwrap();
        assert_eq!(again, url, "an address of the stand-in itself is not wrapped twice");
        let other = outbound.resolve(Platform::LinkedIn, "https://api.linkedin.com/rest/posts").unwrap();
        assert_eq!(other.as_str(), "https://api.linkedin.com/rest/posts");
    }
}
