//! Object stores that speak S3: AWS, Cloudflare R2, MinIO, Google Cloud Storage with HMAC keys. [`Place`] is what keys say of a
//! store and opens it; "Test" writes, reads, lists and deletes a small file; `words` says what an error means.
//! Source: docs.aws.amazon.com/AmazonS3/latest/API (signature V4, error codes), cloud.google.com/storage/docs/interoperability,
//! developers.cloudflare.com/r2/api/s3. Reviewed 2026-11-28.

mod client;
mod words;

pub use words::{refusal, words};

use super::{AppKeys, Connector, Fault, RateLimitHeaders, TestKeys, Wire};
use crate::domain::platform::Platform;
use crate::infra::http::outbound::Outbound;
use async_trait::async_trait;
use futures::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

pub static CONNECTOR: Connector = Connector {
    platform: Platform::ObjectStore,
    rate_limits: RateLimitHeaders::None,
    test: Some(&Store),
    sign_in: None,
    publish: None,
    choices: None,
    converse: None,
    recent: None,
};

struct Store;

/// A bucket of a store, and the keys to it.
pub struct Place {
    endpoint: Url,
    /// The bucket stands in the host's name and not in the path.
    virtual_hosted: bool,
    region: String,
    bucket: String,
    access: String,
    secret: SecretString,
}

/// How often a call is made that the store did not answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    One,
    Three,
}

impl Place {
    /// What the keys of [`Platform::ObjectStore`] say. The words of the fault are for whoever enters them.
    pub fn read(keys: &AppKeys) -> Result<Self, Fault> {
        let text = |field| keys.get(field).map(|value| value.expose_secret().trim().to_owned());
        let (address, bucket) = (text("endpoint")?, text("bucket")?);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if !(3..=222).contains(&bucket.len()) || !bucket.chars().all(is_name) {
            return Err(wrong("Bucket: this is no name of a bucket. Enter it without slashes and spaces."));
        }
        let endpoint = Url::parse(&address).ok().filter(|url| url.host().is_some() && url.query().is_none());
        let mut endpoint =
            endpoint.filter(|url| url.fragment().is_none() && address.len() <= 200).ok_or_else(|| {
                wrong("Endpoint: this is no address of a store. Enter it as in https://s3.eu-central-1.amazonaws.com.")
            })?;
        // Cloudflare shows its address with the bucket behind it.
        let path = endpoint.path().trim_end_matches('/').to_owned();
        let path = path.strip_suffix(&format!("/{bucket}")).unwrap_or(&path).to_owned();
        endpoint.set_path(&path);
        let behind = endpoint.host_str().and_then(|host| host.strip_prefix(&format!("{bucket}.")));
        let virtual_hosted = behind.is_some_and(|behind| BUCKETS_AS_HOSTS.iter().any(|host| behind.ends_with(host)));
        let (region, access) = (text("region")?, text("access_key")?);
        Ok(Self { endpoint, virtual_hosted, region, bucket, access, secret: keys.get("secret_key")?.clone() })
    }

    /// Host and bucket: what a file remembers of where it lies.
    pub fn name(&self) -> String {
        let host = self.endpoint.host_str().unwrap_or_default();
        let host = if self.virtual_hosted { &host[self.bucket.len() + 1..] } else { host };
        let port = self.endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{host}{port}{}/{}", self.endpoint.path().trim_end_matches('/'), self.bucket)
    }

    /// The store; nothing is asked yet. Refused where its address may not lead.
    pub fn open(&self, outbound: &Outbound, tries: Tries) -> Result<Arc<dyn ObjectStore>, Fault> {
        let client = outbound.store_client(&self.endpoint).map_err(|why| wrong(&format!("Endpoint: {why}")))?;
        let retry = RetryConfig {
            backoff: BackoffConfig { init_backoff: Duration::from_millis(200), ..Default::default() },
            max_retries: if tries == Tries::One { 0 } else { 2 },
            retry_timeout: Duration::from_secs(30),
        };
        let store = AmazonS3Builder::new()
            .with_endpoint(self.endpoint.as_str().trim_end_matches('/'))
            .with_virtual_hosted_style_request(self.virtual_hosted)
            .with_region(&self.region)
            .with_bucket_name(&self.bucket)
            .with_access_key_id(&self.access)
            .with_secret_access_key(self.secret.expose_secret())
            // Which addresses may be without TLS was decided above.
            .with_allow_http(true)
            // Not every store has it; single deletes they all have.
            .with_disable_bulk_delete(true)
            .with_retry(retry)
            .with_http_connector(client::Ours(client))
            .build()
            .map_err(|error| wrong(&super::wire::clip(&error.to_string(), 200)))?;
        Ok(Arc::new(store))
    }
}

/// Stores that show a bucket's address as `bucket.host`. Elsewhere a host that begins with the bucket's name is just a host:
/// `media.example.com` may be a MinIO with a bucket `media`.
const BUCKETS_AS_HOSTS: [&str; 8] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "backblazeb2.com",
    "cloudflarestorage.com",
    "digitaloceanspaces.com",
    "googleapis.com",
    "linodeobjects.com",
    "wasabisys.com",
];

fn wrong(message: &str) -> Fault {
    Fault::Permanent { code: "bad_keys".into(), message: message.into() }
}

/// Longest that all steps of a test may take together.
const TRIAL: Duration = Duration::from_secs(40);

#[async_trait]
impl TestKeys for Store {
    async fn test(&self, wire: &Wire, keys: &AppKeys) -> Result<String, Fault> {
        let place = Place::read(keys)?;
        let store = place.open(&wire.outbound, Tries::One)?;
        let tried = tokio::time::timeout(TRIAL, try_out(&*store)).await;
        let tried = tried.unwrap_or_else(|_| Err(("write a file", timed_out())));
        match tried {
            Ok(()) => Ok(format!("Wrote, read, listed and deleted a small file in {}.", place.name())),
            Err((step, error)) => {
                let message = words(&error, &place, step);
                Err(Fault::Permanent { code: "object_store".into(), message })
            }
        }
    }
}

fn timed_out() -> object_store::Error {
    object_store::Error::Generic { store: "S3", source: "timed out".into() }
}

/// Does once what files need; which step failed, and with what.
async fn try_out(store: &dyn ObjectStore) -> Result<(), (&'static str, object_store::Error)> {
    let path = Path::from(format!("lux-test/{}", Uuid::now_v7()));
    let sent = path.to_string();
    store.put(&path, PutPayload::from(sent.clone().into_bytes())).await.map_err(|error| ("write a file", error))?;
    let seen = look(store, &path, &sent).await;
    let deleted = store.delete(&path).await.map_err(|error| ("delete a file", error));
    seen.and(deleted)
}

async fn look(store: &dyn ObjectStore, path: &Path, sent: &str) -> Result<(), (&'static str, object_store::Error)> {
    let read = store.get_range(path, 0..sent.len() as u64).await.map_err(|error| ("read a file", error))?;
    if read != sent.as_bytes() {
        let other = object_store::Error::Generic { store: "S3", source: "other bytes came back".into() };
        return Err(("read a file", other));
    }
    let folder = Path::from("lux-test");
    let listed = store.list(Some(&folder)).try_next().await;
    listed.map(drop).map_err(|error| ("list files", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn keys(endpoint: &str, bucket: &str) -> AppKeys {
        let fields = [
            ("endpoint", endpoint),
            ("region", "auto"),
            ("bucket", bucket),
            ("access_key", "an-access-key"),
            ("secret_key", "a-secret-key"),
        ];
        AppKeys(BTreeMap::from(fields.map(|(name, value)| (name.to_owned(), value.into()))))
    }

    #[test]
    fn a_place_has_one_name_however_its_address_is_written() {
        for (endpoint, name) in [
            ("https://s3.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com/lux-media"),
            ("https://lux-media.s3.eu-central-1.amazonaws.com/", "s3.eu-central-1.amazonaws.com/lux-media"),
            ("https://abc.r2.cloudflarestorage.com/lux-media", "abc.r2.cloudflarestorage.com/lux-media"),
            ("https://storage.googleapis.com", "storage.googleapis.com/lux-media"),
            ("https://lux-media.example.com", "lux-media.example.com/lux-media"),
            ("http://127.0.0.1:9000", "127.0.0.1:9000/lux-media"),
            ("https://a.example/storage/v1/s3/", "a.example/storage/v1/s3/lux-media"),
        ] {
            assert_eq!(Place::read(&keys(endpoint, "lux-media")).unwrap().name(), name, "{endpoint}");
        }
        let long = format!("https://{}.example", "a".repeat(250));
        for (endpoint, bucket) in [
            ("https://s3.example.com", "../other"),
            ("https://s3.example.com", "a"),
            ("https://s3.example.com?x=1", "lux-media"),
            ("mailto:me@s3.example.com", "lux-media"),
            (&long, "lux-media"),
        ] {
            assert!(Place::read(&keys(endpoint, bucket)).is_err(), "{endpoint} {bucket}");
        }
        let mut missing = keys("https://s3.example.com", "lux-media");
        missing.0.remove("secret_key");
        assert_eq!(Place::read(&missing).err(), Some(Fault::NotConfigured { field: "secret_key" }));
    }

    #[tokio::test]
    async fn nothing_is_asked_where_users_may_not_lead() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let wire = Wire::new(Outbound::new(BTreeMap::new()).unwrap());
        for (endpoint, why) in [
            ("http://127.0.0.1:9000", "private network"),
            ("https://169.254.169.254", "private network"),
            ("http://s3.example.com", "https://"),
            ("https://localhost", "private network"),
        ] {
            let said = Store.test(&wire, &keys(endpoint, "lux-media")).await.unwrap_err().to_string();
            assert!(said.contains(why), "{endpoint}: {said}");
        }
    }
}
