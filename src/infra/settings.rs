//! Settings from the environment, validated at start: every problem at once, each naming the variable and the fix.
//! Nothing else reads the environment.

pub mod logs;
mod shown;
pub mod web;

use self::logs::Logs;
use self::web::{Web, is_loopback};
use crate::domain::platform::Platform;
use reqwest::Certificate;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// Everything that can be set. The names of the variables are beside the fields.
#[derive(Clone)]
pub struct Settings {
    /// `LUX_ADDR`
    pub addr: SocketAddr,
    /// `LUX_PUBLIC_URL`: how browsers and platforms reach us; redirect addresses are built from it.
    pub public_url: Url,
    /// Other names, proxies, sign-up, time-outs and numbers of connections.
    pub web: Web,
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
    /// `LUX_LOG_FORMAT=json` for machines.
    pub log_json: bool,
    /// What the diagnostics page reads.
    pub logs: Logs,
    /// `LUX_METRICS_TOKEN`: whoever asks for `/metrics` names it. `None`: there is no such address.
    pub metrics_token: Option<SecretString>,
    /// `LUX_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector that gets spans (`infra::telemetry`). `None`: nobody.
    pub traces: Option<Url>,
    /// `LUX_<PLATFORM>_BASE_URL`, and those that the sandbox implies.
    pub base_urls: BTreeMap<Platform, Url>,
    /// Instance-wide defaults for keys, by platform and field (`X_CLIENT_ID` and so on).
    pub default_keys: BTreeMap<(Platform, &'static str), SecretString>,
    /// `LUX_THROTTLE_FACTOR`: loosens the limits on callers; for tests.
    pub throttle_factor: u32,
    /// `LUX_WORKER_CONCURRENCY`: jobs at a time on this node.
    pub worker_concurrency: usize,
    /// `LUX_<PLATFORM>_CONCURRENCY`: publishing calls to one platform at a time on this node, where they differ from the
    /// usual number (the `concurrency` of its spec, `domain::pace`).
    pub platform_concurrency: BTreeMap<Platform, usize>,
    /// `LUX_CA_FILE`: certificates of authorities that are trusted beside those of the system, for services of one's own.
    pub authorities: Vec<Certificate>,
    /// `LUX_PG_BIN`: folder of the Postgres programs for the private database.
    pub postgres_bin: Option<PathBuf>,
    /// `LUX_FFMPEG`: the program that takes pictures from videos; looked for in `PATH` unless it is set. `None`: there is none.
    pub ffmpeg: Option<PathBuf>,
    /// This program, for the work that it does in a process of its own (`infra::child`).
    pub program: PathBuf,
    /// `LUX_FAIL_POINT`: stops the process at a named place; honoured in the sandbox only, for crash tests.
    pub fail_point: Option<String>,
}

/// A variable that holds an instance-wide default for a key; the specs of the platforms list them (`domain::keys`).
#[derive(Clone, Copy, Debug)]
pub struct KeyVariable {
    pub platform: Platform,
    pub field: &'static str,
    pub env: &'static str,
}

/// Reads variables and collects what is wrong with them.
struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.get)(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    fn parsed<T>(&mut self, name: &str, default: T, fix: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        let Some(value) = self.text(name) else { return default };
        match parse(&value) {
            Some(parsed) => parsed,
            None => {
                // What a token should have been is said without the token.
                let said = if name.ends_with("_TOKEN") { "not usable".to_owned() } else { format!("“{value}”") };
                self.problems.push(format!("{name} is {said}: {fix}"));
                default
            }
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, false, "use 1 or 0.", |v| match v {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        })
    }

    fn url(&mut self, name: &str) -> Option<Url> {
        self.parsed(name, None, "use a full address such as https://lux.example.com.", |v| {
            Url::parse(v).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host().is_some()).map(Some)
        })
    }
}

impl Settings {
    /// From the process's environment.
    pub fn from_env(keys: &[KeyVariable]) -> Result<Self, Vec<String>> {
        Self::from(&|name| std::env::var(name).ok(), keys)
    }

    /// From any source of variables; all problems at once.
    pub fn from(get: &dyn Fn(&str) -> Option<String>, keys: &[KeyVariable]) -> Result<Self, Vec<String>> {
        let mut r = Reader { get, problems: vec![] };
        let addr = r.parsed("LUX_ADDR", ([127, 0, 0, 1], 3000).into(), "use host:port, such as 127.0.0.1:3000.", |v| {
            v.parse::<SocketAddr>().ok()
        });
        let public_url = r.url("LUX_PUBLIC_URL").unwrap_or_else(|| {
            let host = if addr.ip().is_unspecified() { "127.0.0.1".to_owned() } else { addr.ip().to_string() };
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            Url::parse(&format!("http://{host}:{}", addr.port())).expect("an address and a port make a URL")
        });
        if public_url.path() != "/" || public_url.query().is_some() {
            r.problems.push("LUX_PUBLIC_URL must be scheme and host only, without a path.".into());
        }
        let data_dir = r.text("LUX_DATA_DIR").map_or_else(|| PathBuf::from("data"), PathBuf::from);
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let database_url = r.parsed("DATABASE_URL", None, "use postgres://user:password@host:port/database.", |v| {
            let url = Url::parse(v).ok()?;
            matches!(url.scheme(), "postgres" | "postgresql").then(|| Some(SecretString::from(v.to_owned())))
        });
        let sandbox = r.flag("LUX_SANDBOX");
        let default_sandbox = SocketAddr::new([127, 0, 0, 1].into(), addr.port().saturating_add(1));
        let sandbox_addr =
            r.parsed("LUX_SANDBOX_ADDR", default_sandbox, "use host:port, such as 127.0.0.1:3001.", |v| v.parse().ok());
        let web = Web::read(&mut r);
        if sandbox {
            // The demo company's password is in the documentation.
            let names = web.aliases.iter().map(|name| ("LUX_PUBLIC_ALIASES", format!("http://{name}")));
            let named = [("LUX_ADDR", format!("http://{addr}")), ("LUX_PUBLIC_URL", public_url.to_string())];
            for (variable, address) in named.into_iter().chain(names) {
                if !is_loopback(Url::parse(&address).ok().as_ref().and_then(Url::host)) {
                    r.problems.push(format!(
                        "{variable} must stay on this machine (127.0.0.1 or localhost) while LUX_SANDBOX is on: everybody knows the demo's password. To serve others, start without LUX_SANDBOX."
                    ));
                }
            }
        }
        if sandbox && !sandbox_addr.ip().is_loopback() {
            r.problems.push(
                "LUX_SANDBOX_ADDR must be a loopback address such as 127.0.0.1:3001: the stand-ins accept anybody."
                    .into(),
            );
        }
        let mut base_urls = BTreeMap::new();
        for platform in Platform::ALL {
            let name = format!("LUX_{}_BASE_URL", platform.id().to_uppercase());
            if let Some(url) = r.url(&name) {
                base_urls.insert(platform, url);
            } else if sandbox {
                let url = Url::parse(&format!("http://{sandbox_addr}/{}", platform.id()))
                    .expect("a socket address makes a URL");
                base_urls.insert(platform, url);
            }
        }
        let mut default_keys = BTreeMap::new();
        for key in keys {
            if let Some(value) = r.text(key.env) {
                default_keys.insert((key.platform, key.field), SecretString::from(value));
            }
        }
        let number = |v: &str| v.parse::<u32>().ok().filter(|n| (1..=100_000).contains(n));
        let throttle_factor = r.parsed("LUX_THROTTLE_FACTOR", 1, "use a whole number from 1 to 100000.", number);
        let worker_concurrency =
            r.parsed("LUX_WORKER_CONCURRENCY", 4000, "use a whole number from 1 to 100000.", number) as usize;
        let mut platform_concurrency = BTreeMap::new();
        for platform in Platform::ALL {
            let name = format!("LUX_{}_CONCURRENCY", platform.id().to_uppercase());
            let set = r.parsed(&name, None, "use a whole number from 1 to 100000.", |v| number(v).map(Some));
            platform_concurrency.extend(set.map(|n| (platform, n as usize)));
        }
        let log_json = r.parsed("LUX_LOG_FORMAT", false, "use text or json.", |v| match v {
            "json" => Some(true),
            "text" => Some(false),
            _ => None,
        });
        let logs = Logs::read(&mut r);
        let fix = "use at least 16 letters and digits.";
        let metrics_token = r.parsed("LUX_METRICS_TOKEN", None, fix, |v| {
            let fits = (16..=200).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_graphic());
            fits.then(|| Some(SecretString::from(v.to_owned())))
        });
        let traces = r.url("LUX_OTLP_ENDPOINT").or_else(|| r.url("OTEL_EXPORTER_OTLP_ENDPOINT"));
        let ffmpeg =
            r.parsed("LUX_FFMPEG", found_in_path(get, "ffmpeg"), "use the path of the program ffmpeg, or off.", |v| {
                match v {
                    "off" => Some(None),
                    path => {
                        Some(Some(PathBuf::from(path))).filter(|path| path.as_ref().is_some_and(|path| path.is_file()))
                    }
                }
            });
        let fix = "use the path of a file with certificates, each between BEGIN CERTIFICATE and END CERTIFICATE.";
        let authorities = r.parsed("LUX_CA_FILE", vec![], fix, |path| {
            let bytes = std::fs::read(path).ok()?;
            Certificate::from_pem_bundle(&bytes).ok().filter(|certificates| !certificates.is_empty())
        });
        let settings = Self {
            addr,
            public_url,
            web,
            data_dir,
            database_url,
            encryption_keys: r.text("ENCRYPTION_KEYS").map(SecretString::from),
            sandbox,
            sandbox_addr,
            log: r.text("LUX_LOG").unwrap_or_else(|| "info,sqlx=warn,hyper=warn,tower_http=warn".into()),
            log_json,
            logs,
            metrics_token,
            traces,
            base_urls,
            default_keys,
            throttle_factor,
            worker_concurrency,
            platform_concurrency,
            authorities,
            postgres_bin: r.text("LUX_PG_BIN").map(PathBuf::from),
            ffmpeg,
            program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("lux")),
            fail_point: sandbox.then(|| r.text("LUX_FAIL_POINT")).flatten(),
        };
        if r.problems.is_empty() { Ok(settings) } else { Err(r.problems) }
    }

    /// Addresses of object stores and model servers that the settings name (`OBJECT_STORE_ENDPOINT`,
    /// `OPENAI_COMPATIBLE_BASE_URL`).
    pub fn own_stores(&self) -> impl Iterator<Item = &str> {
        let named = [(Platform::ObjectStore, "endpoint"), (Platform::OpenAiCompatible, "base_url")];
        named.into_iter().filter_map(|field| self.default_keys.get(&field)).map(ExposeSecret::expose_secret)
    }

    /// An address on this server, for links that leave it.
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

/// A program, in the first folder of `PATH` that has it.
fn found_in_path(get: &dyn Fn(&str) -> Option<String>, program: &str) -> Option<PathBuf> {
    let path = get("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let map: BTreeMap<String, String> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Settings::from(&move |name| map.get(name).cloned(), &[])
    }

    #[test]
    fn nothing_set_is_fine() {
        let settings = with(&[]).unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!(settings.public("/login"), "http://127.0.0.1:3000/login");
        assert!(settings.base_urls.is_empty() && !settings.sandbox);
    }

    #[test]
    fn all_problems_at_once_each_with_its_name() {
        let Err(problems) = with(&[
            ("LUX_ADDR", "3000"),
            ("DATABASE_URL", "mysql://x"),
            ("LUX_SANDBOX", "maybe"),
            ("LUX_X_BASE_URL", "ftp://x"),
            ("LUX_X_CONCURRENCY", "0"),
        ]) else {
            panic!("must be refused")
        };
        for name in ["LUX_ADDR", "DATABASE_URL", "LUX_SANDBOX", "LUX_X_BASE_URL", "LUX_X_CONCURRENCY"] {
            assert!(problems.iter().any(|p| p.starts_with(name)), "{name} in {problems:?}");
        }
    }

    #[test]
    fn sandbox_redirects_every_platform_and_overrides_win() {
        let settings =
            with(&[("LUX_SANDBOX", "1"), ("LUX_ADDR", "127.0.0.1:4000"), ("LUX_X_BASE_URL", "http://127.0.0.1:9/x")])
                .unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!(settings.base_urls[&Platform::X].as_str(), "http://127.0.0.1:9/x");
        assert_eq!(settings.base_urls[&Platform::LinkedIn].as_str(), "http://127.0.0.1:4001/linkedin");
    }

    #[test]
    fn concurrency_is_set_per_platform() {
        let settings = with(&[("LUX_X_CONCURRENCY", "7")]).unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!(settings.platform_concurrency, BTreeMap::from([(Platform::X, 7)]));
    }

    #[test]
    fn ffmpeg_is_looked_for_named_or_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("ffmpeg");
        std::fs::write(&program, "").expect("written");
        let (path, named) = (format!("/nowhere:{}", folder.path().display()), program.display().to_string());
        let found = |pairs: &[(&str, &str)]| with(pairs).unwrap_or_else(|p| panic!("{p:?}")).ffmpeg;
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[("PATH", &path)]), Some(program.clone()));
        assert_eq!(found(&[("PATH", &path), ("LUX_FFMPEG", "off")]), None);
        assert_eq!(found(&[("LUX_FFMPEG", &named)]), Some(program));
        let Err(problems) = with(&[("LUX_FFMPEG", "/nowhere/ffmpeg")]) else { panic!("must be refused") };
        assert!(problems[0].starts_with("LUX_FFMPEG"), "{problems:?}");
    }

    #[test]
    fn authorities_are_read_from_a_file() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/files/authority.pem");
        assert_eq!(with(&[("LUX_CA_FILE", file)]).unwrap_or_else(|p| panic!("{p:?}")).authorities.len(), 1);
        for wrong in ["/nowhere/authority.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let Err(problems) = with(&[("LUX_CA_FILE", wrong)]) else { panic!("{wrong}") };
            assert!(problems[0].starts_with("LUX_CA_FILE"), "{problems:?}");
        }
    }

    #[test]
    fn the_sandbox_never_listens_outside() {
        for (name, value) in [
            ("LUX_SANDBOX_ADDR", "0.0.0.0:3001"),
            ("LUX_ADDR", "0.0.0.0:3000"),
            ("LUX_ADDR", "192.168.1.5:3000"),
            ("LUX_PUBLIC_URL", "https://lux.example"),
            ("LUX_PUBLIC_ALIASES", "localhost,lux.example"),
        ] {
            let Err(problems) = with(&[("LUX_SANDBOX", "1"), (name, value)]) else { panic!("{name}={value}") };
            assert!(problems.iter().any(|p| p.starts_with(name)), "{name}={value}: {problems:?}");
            if name != "LUX_SANDBOX_ADDR" {
                assert!(with(&[(name, value)]).is_ok(), "{name}={value}");
            }
        }
        for addr in ["[::1]:3000", "127.0.0.2:3000"] {
            assert!(with(&[("LUX_SANDBOX", "1"), ("LUX_ADDR", addr)]).is_ok(), "{addr}");
        }
    }

    #[test]
    fn doors_are_validated() {
        let web = with(&[]).unwrap_or_else(|p| panic!("{p:?}")).web;
        assert!(web.aliases.is_empty() && web.trusted_proxies.is_empty());
        let Err(problems) = with(&[
            ("LUX_PUBLIC_ALIASES", "lux.example/path"),
            ("LUX_TRUSTED_PROXIES", "the proxy"),
            ("LUX_SIGNUP", "perhaps"),
            ("LUX_HEADER_TIMEOUT", "0"),
            ("LUX_IDLE_TIMEOUT", "-1"),
            ("LUX_BODY_TIMEOUT", "soon"),
            ("LUX_UPLOAD_TIMEOUT", "99999999"),
            ("LUX_MAX_CONNECTIONS", "0"),
        ]) else {
            panic!("must be refused")
        };
        assert_eq!(problems.len(), 8, "{problems:?}");
        let web =
            with(&[("LUX_TRUSTED_PROXIES", "127.0.0.1, fd00::/8"), ("LUX_PUBLIC_ALIASES", "a.example, B.example")]);
        let web = web.unwrap_or_else(|p| panic!("{p:?}")).web;
        assert!(web.trusts([127, 0, 0, 1].into()) && web.trusts("fd00::7".parse().expect("ip")));
        assert!(!web.trusts([127, 0, 0, 2].into()));
        assert_eq!(web.aliases, ["a.example", "b.example"]);
    }
}
