//! How many connections are open, in all and by network.

use crate::infra::http::caller::network;
use crate::infra::settings::web::Web;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One network (an IPv4 address, an IPv6 /64) gets this part of all connections. Proxies and this machine are exempt:
/// behind them are many.
const SHARE: usize = 4;

/// Open connections by network.
type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

pub struct ConnectionLimit {
    all: Arc<Semaphore>,
    number: u32,
    by_network: Taken,
    share: usize,
    proxies: Vec<IpNet>,
}

/// A place for one connection; free again when it is dropped.
pub struct Slot {
    _permit: OwnedSemaphorePermit,
    counted: Option<(Taken, IpAddr)>,
}

impl ConnectionLimit {
    pub fn new(web: &Web) -> Self {
        let number = web.max_connections;
        Self {
            all: Arc::new(Semaphore::new(number)),
            number: u32::try_from(number).unwrap_or(u32::MAX),
            by_network: Arc::default(),
            share: (number / SHARE).max(1),
            proxies: web.trusted_proxies.clone(),
        }
    }

    /// `None`: all are taken, or all of this network's.
    pub fn take(&self, ip: IpAddr) -> Option<Slot> {
        let ip = ip.to_canonical();
        let permit = self.all.clone().try_acquire_owned().ok()?;
        if ip.is_loopback() || self.proxies.iter().any(|proxy| proxy.contains(&ip)) {
            return Some(Slot { _permit: permit, counted: None });
        }
        let network = network(ip);
        let mut taken = self.by_network.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network).or_default();
        if *count >= self.share {
            return None;
        }
        *count += 1;
        drop(taken);
        Some(Slot { _permit: permit, counted: Some((self.by_network.clone(), network)) })
    }

    /// Waits until nobody is connected.
    pub async fn all_left(&self) {
        let _ = self.all.acquire_many(self.number).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some((taken, network)) = &self.counted else { return };
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::settings::Settings;

    fn limit_of(number: &str) -> ConnectionLimit {
        let get = |name: &str| match name {
            "LUX_MAX_CONNECTIONS" => Some(number.to_owned()),
            "LUX_TRUSTED_PROXIES" => Some("10.0.0.0/8".to_owned()),
            _ => None,
        };
        ConnectionLimit::new(&Settings::from(&get, &[]).unwrap_or_else(|p| panic!("{p:?}")).web)
    }

    #[test]
    fn a_network_gets_its_share_and_leaves_the_rest_to_others() {
        let limit = limit_of("8");
        let ip = |text: &str| text.parse::<IpAddr>().expect("ip");
        let first = limit.take(ip("2001:db8::1")).expect("a slot");
        let _second = limit.take(ip("2001:db8::2")).expect("a slot");
        assert!(limit.take(ip("2001:db8::3")).is_none(), "the same /64");
        let _other = limit.take(ip("2001:db8:0:1::1")).expect("another network");
        drop(first);
        let _again = limit.take(ip("2001:db8::3")).expect("its slot is free again");
        let many: Vec<_> = (0..5).map_while(|_| limit.take(ip("10.1.2.3"))).collect();
        assert_eq!(many.len(), 5, "a proxy has no share");
        assert!(limit.take(ip("127.0.0.1")).is_none(), "all are taken");
    }
}
