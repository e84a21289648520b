//! A wire between a node and a server that can be cut: what is sent stays on the way, in both directions, and new
//! connections hang, as when a network breaks. When it heals, what was on the way arrives after all, late.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Proxy {
    pub addr: SocketAddr,
    open: watch::Sender<bool>,
    seen: Seen,
}

/// When something with one of these words in it went through, towards the server.
#[derive(Clone)]
struct Seen {
    words: Arc<Vec<&'static str>>,
    at: Arc<Mutex<Vec<Instant>>>,
}

impl Proxy {
    /// Listens on a free port of that address.
    pub async fn start(listen: [u8; 4], target: SocketAddr, words: Vec<&'static str>) -> Self {
        let listener = TcpListener::bind((std::net::Ipv4Addr::from(listen), 0)).await.expect("port");
        let addr = listener.local_addr().expect("address");
        let (open, gate) = watch::channel(true);
        let seen = Seen { words: Arc::new(words), at: Arc::default() };
        let watching = seen.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(connect(near, target, gate.clone(), watching.clone()));
            }
        });
        Self { addr, open, seen }
    }

    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    pub fn heal(&self) {
        self.open.send_replace(true);
    }

    /// When the words went by.
    pub fn seen(&self) -> Vec<Instant> {
        self.seen.at.lock().expect("times").clone()
    }
}

async fn connect(near: TcpStream, target: SocketAddr, mut gate: watch::Receiver<bool>, seen: Seen) {
    if gate.wait_for(|open| *open).await.is_err() {
        return;
    }
    let Ok(far) = TcpStream::connect(target).await else { return };
    near.set_nodelay(true).ok();
    far.set_nodelay(true).ok();
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let there = carry(near_in, far_out, gate.clone(), Some(seen));
    let back = carry(far_in, near_out, gate, None);
    tokio::join!(there, back);
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut gate: watch::Receiver<bool>,
    seen: Option<Seen>,
) {
    let mut buffer = vec![0; 64 << 10];
    // Words can be divided between two pieces.
    let mut before = Vec::new();
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        if gate.wait_for(|open| *open).await.is_err() {
            return;
        }
        if let Some(seen) = &seen {
            seen.look(&mut before, &buffer[..n]);
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
    // An end is news as well.
    let _ = gate.wait_for(|open| *open).await;
    let _ = to.shutdown().await;
}

impl Seen {
    fn look(&self, before: &mut Vec<u8>, piece: &[u8]) {
        let old = before.len();
        before.extend_from_slice(piece);
        for word in self.words.iter().map(|w| w.as_bytes()) {
            // Only what ends in the new piece: the rest was counted before.
            let ends = before.windows(word.len()).enumerate().filter(|(i, w)| *w == word && i + word.len() > old);
            let found = ends.count();
            self.at.lock().expect("times").extend(std::iter::repeat_n(Instant::now(), found));
        }
        let longest = self.words.iter().map(|w| w.len()).max().unwrap_or(1);
        before.drain(..before.len().saturating_sub(longest - 1));
    }
}

#[tokio::test]
async fn a_wire_that_is_cut_carries_nothing_until_it_heals() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
    let proxy = Proxy::start([127, 0, 0, 1], listener.local_addr().expect("address"), vec!["hello"]).await;
    let mut near = TcpStream::connect(proxy.addr).await.expect("connected");
    let (mut far, _) = listener.accept().await.expect("accepted");
    let mut got = [0; 16];
    near.write_all(b"hello hel").await.expect("sent");
    far.read_exact(&mut got[..9]).await.expect("carried");
    proxy.cut();
    near.write_all(b"lo").await.expect("sent");
    let silence = tokio::time::timeout(std::time::Duration::from_millis(200), far.read(&mut got)).await;
    assert!(silence.is_err() && proxy.seen().len() == 1);
    proxy.heal();
    assert_eq!(far.read(&mut got).await.expect("carried"), 2);
    assert_eq!(proxy.seen().len(), 2, "also a word in two pieces");
}
