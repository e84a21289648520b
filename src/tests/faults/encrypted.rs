//! A platform behind TLS: the sandbox with a certificate of an authority of its own, which can be changed while it runs.
//! The files were made with `openssl ca`; the authority's key was thrown away.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Whom a client has to trust.
pub const AUTHORITY: &[u8] = include_bytes!("../files/authority.pem");
/// For 127.0.0.1, until 2123.
pub const VALID: &[u8] = include_bytes!("../files/valid.cert.der");
/// The same, until February 2024.
pub const EXPIRED: &[u8] = include_bytes!("../files/expired.cert.der");
const KEY: &[u8] = include_bytes!("../files/platform.key.der");

pub struct Encrypted {
    address: SocketAddr,
    config: Arc<Mutex<Arc<rustls::ServerConfig>>>,
}

fn config(certificate: &[u8]) -> Arc<rustls::ServerConfig> {
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(KEY.to_vec());
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate.to_vec().into()], key.into()).expect("a certificate"))
}

impl Encrypted {
    pub fn in_front_of(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shown = Arc::new(Mutex::new(config(VALID)));
        let config = shown.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let config = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // Who does not like the certificate hangs up.
                let _ = one(config, socket, behind);
            }
        });
        Self { address, config }
    }

    /// From now on.
    pub fn shows(&self, certificate: &[u8]) {
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = config(certificate);
    }

    pub fn address(&self, path: &str) -> Url {
        Url::parse(&format!("https://{}{path}", self.address)).expect("an address")
    }
}

/// Passes one request on, and its answer back.
fn one(config: Arc<rustls::ServerConfig>, mut socket: TcpStream, behind: SocketAddr) -> std::io::Result<()> {
    let mut session = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut outside = rustls::Stream::new(&mut session, &mut socket);
    let (mut asked, mut buffer) = (vec![], [0; 4096]);
    let (head, length) = loop {
        let n = outside.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        asked.extend_from_slice(&buffer[..n]);
        let Some(end) = asked.windows(4).position(|part| part == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&asked[..end]).into_owned();
        let length = head.to_ascii_lowercase();
        let length = length.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        break (head, end + 4 + length.unwrap_or_default());
    };
    while asked.len() < length {
        let n = outside.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        asked.extend_from_slice(&buffer[..n]);
    }
    let mut inside = TcpStream::connect(behind)?;
    inside.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes())?;
    inside.write_all(&asked[head.len() + 4..])?;
    let mut answer = vec![];
    inside.read_to_end(&mut answer)?;
    outside.write_all(&answer)?;
    outside.flush()?;
    session.send_close_notify();
    session.complete_io(&mut socket)?;
    Ok(())
}
