//! Against server-side request forgery (SSRF): an address that a user supplied may only lead to public machines. The name is resolved here and
//! the checked addresses are the ones that are connected to, so that a second answer of the name server cannot differ.

use crate::domain::error::AppError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Where users' addresses may lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// To public machines.
    #[default]
    Internet,
    /// To this machine only: in the sandbox, which nothing leaves, not even a question to a name server.
    ThisMachine,
}

impl Reach {
    fn allows(self, ip: IpAddr) -> bool {
        match self {
            Self::Internet => is_public(ip),
            Self::ThisMachine => ip.is_loopback(),
        }
    }
}

/// A user's address, checked: connect to `addresses` only.
#[derive(Debug)]
pub struct Guarded {
    pub url: Url,
    pub addresses: Vec<SocketAddr>,
}

const PRIVATE: &str = "This address leads into a private network and cannot be used.";
const NOT_HERE: &str = "The sandbox does not leave this machine.";

/// What can be said of an address before a name server is asked: scheme, no user name, and the address itself where it is
/// written in numbers.
pub fn check_written(reach: Reach, url: &Url) -> Result<(), &'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err("Only http and https addresses can be used.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave user name and password out of the address.");
    }
    match url.host() {
        Some(Host::Ipv4(ip)) if !reach.allows(ip.into()) => Err(PRIVATE),
        Some(Host::Ipv6(ip)) if !reach.allows(ip.into()) => Err(PRIVATE),
        Some(Host::Domain(name)) if reach == Reach::ThisMachine && name != "localhost" => Err(NOT_HERE),
        Some(_) => Ok(()),
        None => Err("The address has no host."),
    }
}

/// Finds the machines of a name for an HTTP client, and only those that users' addresses may lead to. The client connects to
/// what was checked. (Addresses in numbers ask nobody: see [`check_written`].)
#[derive(Clone, Copy, Debug)]
pub struct GuardedNames(pub Reach);

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            if reach == Reach::ThisMachine && name.as_str() != "localhost" {
                return Err(NOT_HERE.into());
            }
            // The port is the client's to set.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() || found.iter().any(|a| !reach.allows(a.ip())) {
                return Err(PRIVATE.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Checks scheme, host and every address that the name has. `field` is the input's name for the error.
pub async fn check(reach: Reach, address: &str, field: &str) -> Result<Guarded, AppError> {
    let refuse = |why: &str| AppError::invalid(field, why);
    let url = Url::parse(address.trim()).map_err(|_| refuse("Use a full address such as https://example.com/page."))?;
    check_written(reach, &url).map_err(refuse)?;
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
        Some(Host::Domain(name)) => tokio::net::lookup_host((name, port))
            .await
            .map_err(|_| refuse("This address cannot be found; check the spelling."))?
            .collect(),
        None => return Err(refuse("The address has no host.")),
    };
    if addresses.is_empty() || addresses.iter().any(|a| !reach.allows(a.ip())) {
        return Err(refuse(PRIVATE));
    }
    Ok(Guarded { url, addresses })
}

/// Whether an address belongs to the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4() {
        return is_public_v4(v4);
    }
    let [first, second, ..] = ip.segments();
    // 64:ff9b::/96 and 2002::/16 carry IPv4 addresses inside; 2001:db8::/32 is documentation; only 2000::/3 is public.
    (first & 0xe000) == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && second == 0xdb8)
        && !(first == 0x2001 && second == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_apart() {
        for bad in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::",
        ] {
            assert!(!is_public(bad.parse().unwrap()), "{bad}");
        }
        for good in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"] {
            assert!(is_public(good.parse().unwrap()), "{good}");
        }
    }

    #[tokio::test]
    async fn addresses_are_refused_with_the_field() {
        for bad in [
            "ftp://example.com",
            "http://user:pw@1.1.1.1/",
            "http://127.0.0.1:5432/",
            "http://[::1]/",
            "nonsense",
            "http://2130706433/",
        ] {
            assert!(check(Reach::Internet, bad, "link").await.unwrap_err().of("link").is_some(), "{bad}");
        }
        assert!(check(Reach::Internet, "https://1.1.1.1/x", "link").await.is_ok());
    }

    #[tokio::test]
    async fn the_sandbox_does_not_leave_the_machine() {
        for (address, allowed) in [
            ("http://127.0.0.1:5432/", true),
            ("http://[::1]:80/", true),
            ("http://localhost:3000/", true),
            ("https://1.1.1.1/x", false),
            ("http://10.0.0.1/", false),
            ("https://example.com/", false),
        ] {
            assert_eq!(check(Reach::ThisMachine, address, "link").await.is_ok(), allowed, "{address}");
        }
    }

    #[tokio::test]
    async fn names_lead_where_they_may() {
        let resolved = async |reach, name: &str| GuardedNames(reach).resolve(name.parse().unwrap()).await.is_ok();
        assert!(resolved(Reach::ThisMachine, "localhost").await);
        assert!(!resolved(Reach::Internet, "localhost").await);
        assert!(!resolved(Reach::ThisMachine, "example.com").await);
        let written = |reach, address: &str| check_written(reach, &Url::parse(address).unwrap()).is_ok();
        assert!(
            written(Reach::Internet, "https://pds.example.com") && written(Reach::ThisMachine, "http://[::1]:2583")
        );
        for bad in ["http://169.254.169.254/", "http://[::ffff:10.0.0.1]/", "ftp://a.example", "https://me@a.example"] {
            assert!(!written(Reach::Internet, bad), "{bad}");
        }
    }
}
