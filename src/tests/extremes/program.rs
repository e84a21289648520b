//! A process of the real program with the demo company, its own database and a limit of memory.

use crate::support::Database;
use lux::app::server::demo::{EMAIL, PASSWORD};
use reqwest::header;
use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Address space in kB: the debug build with all its threads takes under 2 GB of it, most of it never touched.
const MEMORY_KB: u64 = 4 * 1024 * 1024;

pub struct Program {
    child: Child,
    pub base: String,
    pub http: reqwest::Client,
    folder: TempDir,
    pub database: Database,
}

/// What a request cost the program.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub time: Duration,
    /// How far its memory grew at most, in bytes.
    pub memory: u64,
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    listener.local_addr().expect("address").to_string()
}

impl Program {
    /// With so many threads that answer requests.
    pub async fn start(threads: usize) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = Database::new().await;
        let folder = tempfile::tempdir().expect("temporary folder");
        let (web, sandbox) = (free_port(), free_port());
        let program = std::env::var("LUX_EXTREMES_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_lux").into());
        let log = fs::File::create(folder.path().join("log")).expect("log");
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -v {MEMORY_KB} && exec \"$0\" serve"), &program]);
        let (url, data, threads) =
            (format!("http://{web}"), folder.path().join("data").to_string_lossy().into_owned(), threads.to_string());
        let variables = [
            ("LUX_ADDR", web.as_str()),
            ("LUX_PUBLIC_URL", &url),
            ("LUX_DATA_DIR", &data),
            ("LUX_SANDBOX", "1"),
            ("LUX_SANDBOX_ADDR", &sandbox),
            ("DATABASE_URL", &database.url),
            ("LUX_THROTTLE_FACTOR", "1000"),
            ("LUX_LOG", "warn"),
            ("TOKIO_WORKER_THREADS", &threads),
        ];
        command.envs(variables).stdin(Stdio::null()).stdout(log.try_clone().expect("log")).stderr(log);
        let child = command.spawn().expect("the program starts");
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("client");
        let mut program = Self { child, base: format!("http://{web}"), http, folder, database };
        let start = Instant::now();
        loop {
            let asked = program.http.get(format!("{}/healthz", program.base)).timeout(Duration::from_secs(5)).send();
            if asked.await.is_ok_and(|answer| answer.status().is_success()) {
                // Or no request would ever seem to need memory.
                assert!(program.memory("VmRSS:") > 1 << 20 && program.memory("VmHWM:") >= program.memory("VmRSS:"));
                fs::write(program.of_process("clear_refs"), "5").expect("the peak can be measured anew");
                return program;
            }
            assert!(program.lives() && start.elapsed() < Duration::from_secs(120), "no start:\n{}", program.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn lives(&mut self) -> bool {
        self.child.try_wait().expect("status").is_none()
    }

    /// The last lines that it wrote.
    pub fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.base)).header(header::ACCEPT, "application/json")
    }

    /// A new session of somebody; the cookie as it is sent.
    pub async fn sign_in(&self, email: &str, password: &str) -> String {
        let asked = self.post("/rpc/lux/features/identity/accounts/calls/sign_in");
        session_of(asked.form(&[("email", email), ("password", password)])).await
    }

    pub async fn owner(&self) -> String {
        self.sign_in(EMAIL, PASSWORD).await
    }

    /// Somebody who may only look, invited by the owner.
    pub async fn viewer(&self, owner: &str) -> String {
        let companies = "/rpc/lux/features/identity/companies/calls";
        let asked = self.post(&format!("{companies}/invite")).header(header::COOKIE, owner);
        let invited = asked.form(&[("role", "viewer"), ("note", "A guest")]).send().await.expect("an answer");
        let link: String = invited.json().await.expect("a link");
        let token = link.rsplit('/').next().expect("a token");
        let asked = self.post("/rpc/lux/features/identity/accounts/calls/sign_up");
        let next = format!("/invite/{token}");
        let fields =
            [("name", "Vera"), ("email", VIEWER), ("password", PASSWORD), ("company", ""), ("next", next.as_str())];
        let cookie = session_of(asked.form(&fields)).await;
        let asked = self.post(&format!("{companies}/accept_invitation")).header(header::COOKIE, &cookie);
        let joined = asked.form(&[("token", token)]).send().await.expect("an answer");
        assert!(joined.status().is_success() || joined.status().is_redirection(), "{}", joined.status());
        cookie
    }

    /// A value from its tables.
    pub async fn value(&self, query: &'static str) -> Option<String> {
        sqlx::query_scalar(query).fetch_optional(&self.database.pool).await.expect(query)
    }

    /// Sends a request; what came back (status, the beginning of the body) and what it cost.
    pub async fn measured(&self, request: reqwest::RequestBuilder) -> (u16, String, Cost) {
        // From here on the peak counts.
        fs::write(self.of_process("clear_refs"), "5").ok();
        let before = self.memory("VmRSS:");
        let start = Instant::now();
        let (status, body) = match request.timeout(Duration::from_secs(60)).send().await {
            Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
            // A body that is refused before it was read ends the connection; the answer may be lost in that.
            Err(error) if error.is_request() && !error.is_timeout() && !error.is_connect() => (0, error.to_string()),
            Err(error) => (599, error.to_string()),
        };
        let time = start.elapsed();
        let memory = self.memory("VmHWM:").saturating_sub(before);
        (status, body.chars().take(300).collect(), Cost { time, memory })
    }

    fn of_process(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }

    fn memory(&self, line: &str) -> u64 {
        let status = fs::read_to_string(self.of_process("status")).unwrap_or_default();
        let found = status.lines().find_map(|l| l.strip_prefix(line)?.trim().strip_suffix("kB")?.trim().parse().ok());
        found.unwrap_or(0_u64) * 1024
    }
}

pub const VIEWER: &str = "vera@northwind.example";

async fn session_of(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.expect("an answer");
    let cookies: Vec<_> = answer.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
    let status = answer.status();
    let cookie = cookies.iter().find_map(|c| c.to_str().ok()?.split(';').next().filter(|c| c.starts_with("lux=")));
    cookie.unwrap_or_else(|| panic!("no session: {status}")).to_owned()
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            eprintln!("the program's last words:\n{}", self.log());
        }
    }
}
