//! The partition once more, with three nodes in network namespaces of their own and the kernel's wires between them:
//! one to Postgres, one to the platforms. Needs root and `ip`; `make chaos` runs it where that is given.

use super::cluster::Cluster;
use super::partition::{Cut, Wired, cut_one_off, prepare, wire};
use super::say;
use std::process::Command;

/// Namespaces and wires; gone when the test ends.
struct Net {
    names: Vec<String>,
}

fn ip(line: &str) -> Result<(), String> {
    let out = Command::new("ip").args(line.split(' ')).output().map_err(|e| format!("ip: {e}"))?;
    if out.status.success() {
        Ok(())
    } else {
        Err(format!("ip {line}: {}", String::from_utf8_lossy(&out.stderr).trim()))
    }
}

/// Our end of a node's wire: 10.213.n.1 to Postgres, 10.214.n.1 to the platforms.
fn near(wire: usize, n: usize) -> [u8; 4] {
    [10, 213 + wire as u8, n as u8, 1]
}

fn device(wire: usize, n: usize) -> String {
    format!("lux{}{n}", ["d", "p"][wire])
}

impl Net {
    fn build(many: usize) -> Result<Self, String> {
        let mut net = Self { names: vec![] };
        for n in 1..=many {
            let name = format!("lux-chaos-{n}");
            // Left behind by a run that was killed.
            let _ = ip(&format!("netns del {name}"));
            ip(&format!("netns add {name}"))?;
            net.names.push(name.clone());
            ip(&format!("-n {name} link set lo up"))?;
            for wire in 0..2 {
                let (here, there) = (device(wire, n), format!("{}i", device(wire, n)));
                let [a, b, c, _] = near(wire, n);
                ip(&format!("link add {here} type veth peer name {there} netns {name}"))?;
                ip(&format!("addr add {a}.{b}.{c}.1/24 dev {here}"))?;
                ip(&format!("-n {name} addr add {a}.{b}.{c}.2/24 dev {there}"))?;
                ip(&format!("link set {here} up"))?;
                ip(&format!("-n {name} link set {there} up"))?;
            }
        }
        Ok(net)
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        // The wires go with the namespace in which they end.
        for name in &self.names {
            let _ = ip(&format!("netns del {name}"));
        }
    }
}

/// Takes the inner end of the wire to Postgres down and up again.
struct Namespaces;

impl Namespaces {
    fn set(&self, wired: &Wired, how: &str) {
        let n = wired.node.name.rsplit('-').next().expect("a number");
        ip(&format!("-n lux-chaos-{n} link set {}i {how}", device(0, n.parse().expect("a number")))).expect("the wire");
    }
}

impl Cut for Namespaces {
    fn cut(&self, wired: &Wired) {
        self.set(wired, "down");
    }
    fn heal(&self, wired: &Wired) {
        self.set(wired, "up");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs root and network namespaces; `make chaos` runs it where they are"]
async fn a_node_in_its_own_network_is_cut_off() {
    let net = match Net::build(3) {
        Ok(net) => net,
        Err(why) => {
            return say(format!("partition (namespaces): not possible here ({why}); the one with proxies stands"));
        }
    };
    let cluster = Cluster::build(40).await;
    prepare(&cluster).await;
    let mut nodes = vec![];
    for (i, name) in net.names.iter().enumerate() {
        let inside = ["ip", "netns", "exec", name].map(str::to_owned);
        nodes.push(wire(&cluster, &format!("apart-{}", i + 1), [near(0, i + 1), near(1, i + 1)], &inside).await);
    }
    cut_one_off(&cluster, &nodes, &Namespaces, "namespaces").await;
    drop(nodes);
    drop(net);
}
