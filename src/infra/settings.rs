//! Settings from the environment, validated at start: every problem at once, each naming the variable and the fix.

use crate::domain::platform::Platform;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// Everything that can be set. The names of the variables are beside the fields.
pub struct Settings {
    /// `LUX_ADDR`
    pub addr: SocketAddr,
    /// `LUX_PUBLIC_URL`: how browsers and platforms reach us; redirect addresses are built from it.
    pub public_url: Url,
    /// `LUX_DATA_DIR`: private Postgres, keys, local media.
    pub data_dir: PathBuf,
    /// `DATABASE_URL`
    pub database_url: Option<SecretString>,
    /// `ENCRYPTION_KEYS`: `kid:base64,kid:base64`, the first one seals.
    pub encryption_keys: Option<SecretString>,
    /// `LUX_SANDBOX=1`
    pub sandbox: bool,
    /// `LUX_SANDBOX_ADDR`
    pub sandbox_addr: SocketAddr,
    /// `LUX_LOG`
    pub log: String,
    /// `LUX_<PLATFORM>_BASE_URL`, and those that the sandbox implies.
    pub base_urls: BTreeMap<Platform, Url>,
    /// Instance-wide defaults for keys, by platform and field (`X_CLIENT_ID` and so on).
    pub default_keys: BTreeMap<(Platform, &'static str), SecretString>,
    /// `LUX_THROTTLE_FACTOR`: loosens the limits on callers; for tests.
    pub throttle_factor: u32,
}
