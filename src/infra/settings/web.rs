//! Who may reach the web side, and how much of it one caller may hold.

use super::Reader;
use ipnet::IpNet;
use std::net::IpAddr;
use std::time::Duration;
use url::{Host, Url};

/// Doors of the web side. The names of the variables are beside the fields.
#[derive(Clone, Debug)]
pub struct Web {
    /// `LUX_PUBLIC_ALIASES`: other names under which browsers may call us, in lower case.
    pub aliases: Vec<String>,
    /// `LUX_TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// `LUX_SIGNUP`
    pub signup: SignupPolicy,
    /// `LUX_HEADER_TIMEOUT`: from its first byte, a request's header must be complete within this time.
    pub header_timeout: Duration,
    /// `LUX_IDLE_TIMEOUT`: how long a connection may wait for its next request.
    pub idle_timeout: Duration,
    /// `LUX_BODY_TIMEOUT`: longest silence while a request's body is read or an answer is written.
    pub body_timeout: Duration,
    /// `LUX_UPLOAD_TIMEOUT`: a form with files must have arrived within this time.
    pub upload_timeout: Duration,
    /// `LUX_MAX_CONNECTIONS`: open connections at a time.
    pub max_connections: usize,
    /// `LUX_MAX_UPLOAD_MB`: the largest file that is taken in, in bytes.
    pub max_upload_bytes: u64,
    /// `LUX_COMPANY_MEDIA_GB`: what one company may keep in the server's store, in bytes. `None`: as much as there is room.
    pub company_media_bytes: Option<u64>,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignupPolicy {
    /// Everybody who reaches the page.
    Open,
    /// The first person of an empty server, and who follows an invitation.
    Invited,
}

impl Web {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let seconds = |r: &mut Reader<'_>, name: &str, default: u64| {
            r.parsed(name, Duration::from_secs(default), "use a whole number of seconds from 1 to 86400.", |v| {
                v.parse().ok().filter(|s| (1..=86_400).contains(s)).map(Duration::from_secs)
            })
        };
        Self {
            aliases: r.parsed(
                "LUX_PUBLIC_ALIASES",
                vec![],
                "use names or addresses with commas between them, such as lux.internal,https://lux2.example.com.",
                |v| list(v).map(host_name).collect(),
            ),
            trusted_proxies: r.parsed(
                "LUX_TRUSTED_PROXIES",
                vec![],
                "use addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8.",
                |v| list(v).map(network).collect(),
            ),
            signup: r.parsed("LUX_SIGNUP", SignupPolicy::Open, "use open or invited.", |v| match v {
                "open" => Some(SignupPolicy::Open),
                "invited" => Some(SignupPolicy::Invited),
                _ => None,
            }),
            header_timeout: seconds(r, "LUX_HEADER_TIMEOUT", 10),
            idle_timeout: seconds(r, "LUX_IDLE_TIMEOUT", 75),
            body_timeout: seconds(r, "LUX_BODY_TIMEOUT", 30),
            upload_timeout: seconds(r, "LUX_UPLOAD_TIMEOUT", 900),
            max_upload_bytes: r.parsed(
                "LUX_MAX_UPLOAD_MB",
                4096 << 20,
                "use a whole number of megabytes from 1 to 65536.",
                |v| v.parse::<u64>().ok().filter(|n| (1..=65_536).contains(n)).map(|mb| mb << 20),
            ),
            company_media_bytes: r.parsed(
                "LUX_COMPANY_MEDIA_GB",
                Some(200 << 30),
                "use a whole number of gigabytes from 1 to 1000000, or off.",
                |v| match v {
                    "off" => Some(None),
                    v => v.parse::<u64>().ok().filter(|n| (1..=1_000_000).contains(n)).map(|gb| Some(gb << 30)),
                },
            ),
            max_connections: r.parsed("LUX_MAX_CONNECTIONS", 2000, "use a whole number from 1 to 100000.", |v| {
                v.parse().ok().filter(|n| (1..=100_000).contains(n))
            }),
        }
    }

    pub fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&ip))
    }
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// The host of a name, a `host:port` or a whole address.
fn host_name(text: &str) -> Option<String> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&whole).ok()?;
    (url.path() == "/" && url.query().is_none()).then(|| url.host_str().map(str::to_owned))?
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether it leads to this machine and nowhere else.
pub fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_networks_are_read_in_the_usual_spellings() {
        for (text, host) in [
            ("Lux.Internal", Some("lux.internal")),
            ("https://lux2.example.com", Some("lux2.example.com")),
            ("lux:8080", Some("lux")),
            ("[fd00::1]:3000", Some("[fd00::1]")),
            ("lux.example/path", None),
            ("a b", None),
        ] {
            assert_eq!(host_name(text).as_deref(), host, "{text}");
        }
        assert_eq!(network("10.0.0.1"), "10.0.0.1/32".parse().ok());
        assert_eq!(network("fd00::/8"), "fd00::/8".parse().ok());
        assert_eq!(network("10.0.0.1/33"), None);
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (address, is) in [
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("http://localhost", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://localhost.example", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(is_loopback(Url::parse(address).expect("address").host()), is, "{address}");
        }
    }
}
