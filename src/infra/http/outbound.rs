//! The one HTTP client for everything outside, and the base-URL overrides that the person who runs the server may set.

use super::journal::Journal;
use super::limits::{Gates, Limits};
use super::ssrf::{self, GuardedNames, Reach};
use crate::domain::platform::Platform;
use reqwest::Certificate;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Addresses of object stores and model servers that the settings name, as [`whole`] writes them.
    own_stores: Arc<BTreeSet<String>>,
    /// For object stores that users named, and for those of the settings; made when the first is called.
    stores: [Arc<OnceLock<reqwest::Client>>; 2],
    /// Authorities that are trusted beside those of the system.
    authorities: Arc<[Certificate]>,
}

/// Files go through an object store's client as long as they flow: a silence this long ends the transfer.
const STORE_SILENCE: Duration = Duration::from_secs(60);

const AGENT: &str = concat!("LUX-Marketing/", env!("CARGO_PKG_VERSION"));
const CONNECT: Duration = Duration::from_secs(10);

/// An address with its path, however it ends. A company that names the same server with another path is not trusted with it:
/// what else runs there is nobody's business but whoever wrote the settings.
fn whole(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn builder(authorities: &[Certificate]) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_certs_merge(authorities.iter().cloned())
        .user_agent(AGENT)
        .connect_timeout(CONNECT)
        .timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
}

impl Outbound {
    pub fn new(bases: BTreeMap<Platform, Url>) -> Result<Self, reqwest::Error> {
        let client = builder(&[]).build()?;
        Ok(Self {
            client,
            bases: Arc::new(bases),
            journal: Arc::default(),
            limits: Arc::default(),
            reach: Reach::default(),
            guarded: Arc::default(),
            own_stores: Arc::default(),
            stores: Default::default(),
            authorities: Arc::default(),
        })
    }

    /// With authorities that whoever runs the server trusts beside those of the system.
    pub fn trusting(self, authorities: &[Certificate]) -> Result<Self, reqwest::Error> {
        let client = builder(authorities).build()?;
        let authorities = authorities.into();
        Ok(Self { client, authorities, guarded: Arc::default(), stores: Default::default(), ..self })
    }

    /// With other numbers of calls at a time than the usual ones. To be said before anybody calls: it begins anew.
    pub fn with_concurrency(self, other: &BTreeMap<Platform, usize>) -> Self {
        Self { limits: Arc::new(Limits { gates: Gates::new(other), ..Default::default() }), ..self }
    }

    /// With another reach for users' addresses than the internet.
    pub fn within(self, reach: Reach) -> Self {
        Self { reach, guarded: Arc::default(), stores: Default::default(), ..self }
    }

    /// With object stores that whoever runs the server named: these may be in a private network, and without TLS.
    pub fn with_own_stores<'a>(self, addresses: impl Iterator<Item = &'a str>) -> Self {
        let addresses = addresses.filter_map(|address| Url::parse(address).ok()).map(|url| whole(&url)).collect();
        Self { own_stores: Arc::new(addresses), ..self }
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
        let client = builder(&self.authorities).no_proxy().dns_resolver(Arc::new(GuardedNames(self.reach))).build()?;
        Ok(self.guarded.get_or_init(|| client))
    }

    /// The client for an object store at this address. A store that a user named is reached with TLS and where users'
    /// addresses may lead; one of the settings anywhere. In the sandbox all are on this machine. Else the reason, for people.
    pub fn store_client(&self, address: &Url) -> Result<reqwest::Client, &'static str> {
        let own = self.own_stores.contains(&whole(address));
        let guards = !own || self.reach == Reach::ThisMachine;
        if guards {
            ssrf::check_written(self.reach, address)?;
            if address.scheme() != "https" && self.reach == Reach::Internet {
                return Err("The address must begin with https://: files would travel unprotected.");
            }
        }
        self.flowing(guards)
    }

    /// The client for answers that flow for minutes, from a service whose address the program knows or the settings name.
    pub fn flowing_client(&self) -> Result<reqwest::Client, &'static str> {
        self.flowing(false)
    }

    fn flowing(&self, guards: bool) -> Result<reqwest::Client, &'static str> {
        let [guarded, open] = &self.stores;
        let slot = if guards { guarded } else { open };
        if let Some(client) = slot.get() {
            return Ok(client.clone());
        }
        let builder = reqwest::Client::builder()
            .tls_certs_merge(self.authorities.iter().cloned())
            .user_agent(AGENT)
            .connect_timeout(CONNECT)
            .read_timeout(STORE_SILENCE)
            .redirect(reqwest::redirect::Policy::none())
            // A file comes as it was put there.
            .no_gzip();
        let builder =
            if guards { builder.no_proxy().dns_resolver(Arc::new(GuardedNames(self.reach))) } else { builder };
        let client = builder.build().map_err(|_| "This server cannot make secure connections.")?;
        Ok(slot.get_or_init(|| client).clone())
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
    fn an_object_store_is_reached_where_its_owner_may_lead() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let outbound = Outbound::new(BTreeMap::new()).unwrap();
        let outbound = outbound.with_own_stores(["http://10.0.0.5:9000/", "nonsense"].into_iter());
        let allows = |outbound: &Outbound, address: &str| outbound.store_client(&Url::parse(address).unwrap()).is_ok();
        for (address, good) in [
            ("https://s3.example.com", true),
            ("https://1.1.1.1:9000", true),
            ("http://s3.example.com", false),
            ("https://10.0.0.5:9000", false),
            ("https://127.0.0.1", false),
            ("https://169.254.169.254", false),
            ("https://me:word@s3.example.com", false),
            // Of the settings.
            ("http://10.0.0.5:9000", true),
            ("http://10.0.0.5:9001", false),
            ("http://10.0.0.5:9000/status", false),
            ("http://me:word@10.0.0.5:9000", false),
        ] {
            assert_eq!(allows(&outbound, address), good, "{address}");
        }
        let sandbox = outbound.within(Reach::ThisMachine);
        assert!(allows(&sandbox, "http://127.0.0.1:9000") && !allows(&sandbox, "http://10.0.0.5:9000"));
        assert!(!allows(&sandbox, "https://s3.example.com"));
    }

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
