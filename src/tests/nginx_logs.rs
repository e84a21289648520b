//! The logs of a real nginx, where one is installed: what it writes about a program that is not there, or does not answer, is found
//! and explained, without the secrets of the addresses that were asked for.

use crate::support::{TestApp, until};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    places.map(|folder| folder.join("nginx")).find(|program| program.is_file())
}

/// In front of a port on which nobody listens, and of one that never answers.
fn start(program: &Path, folder: &Path, port: u16, silent: u16) -> Nginx {
    let here = folder.display();
    let folders =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {here}/{kind};"));
    let config = format!(
        "daemon off; master_process off; pid {here}/pid; error_log {here}/error.log; events {{}}
         http {{ access_log {here}/access.log; {} server {{ listen 127.0.0.1:{port};
           location / {{ proxy_pass http://127.0.0.1:1; }}
           location /slow {{ proxy_pass http://127.0.0.1:{silent}; proxy_read_timeout 300ms; }} }} }}",
        folders.join(" ")
    );
    std::fs::write(folder.join("nginx.conf"), config).expect("written");
    let mut nginx = Command::new(program);
    nginx.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")).arg("-e").arg(folder.join("error.log"));
    Nginx(nginx.stderr(Stdio::null()).spawn().expect("started"))
}

#[tokio::test]
async fn what_a_real_nginx_writes_is_found() {
    let Some(program) = program() else {
        println!("SKIPPED: nginx is not installed");
        return;
    };
    rustls::crypto::ring::default_provider().install_default().ok();
    let folder = tempfile::tempdir().expect("a folder");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let _nginx = start(&program, folder.path(), free, silent.local_addr().expect("an address").port());
    let ask =
        async |path: &str| reqwest::get(format!("http://127.0.0.1:{free}{path}")).await.map(|a| a.status().as_u16());
    until!(ask("/reset/9f8e7d6c5b4a39281706f5e4d3c2b1a0").await.ok() == Some(502));
    assert_eq!(ask("/posts?token=abc123abc123").await.ok(), Some(502));
    assert_eq!(ask("/slow").await.ok(), Some(504));
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (error, access) = (file("error.log"), file("access.log"));
    let t = TestApp::with(&[("LUX_LOG_NGINX_ERROR", &error), ("LUX_LOG_NGINX_ACCESS", &access)]).await;
    let firm = t.firm("Northwind").await;
    t.sql("update users set is_instance_owner = true").await;
    let owner = t.signed_in(&firm.email).await;
    let report = owner.page("/api/diagnostics/logs?hours=1").await.json();
    let count = |name: &str, kind: &str| {
        let sources = report["sources"].as_array().cloned().unwrap_or_default();
        let source = sources.into_iter().find(|source| source["name"] == name).unwrap_or(Value::Null);
        let findings = source["findings"].as_array().cloned().unwrap_or_default();
        let found = findings.into_iter().find(|found| found["kind"] == kind);
        found.and_then(|found| found["count"].as_u64()).unwrap_or_default()
    };
    assert!(count("nginx_error", "refused") >= 2 && count("nginx_error", "timeout") == 1, "{report}");
    assert!(count("nginx_access", "upstream") >= 2 && count("nginx_access", "timeout") == 1, "{report}");
    for secret in ["9f8e7d6c5b4a39281706f5e4d3c2b1a0", "abc123abc123"] {
        assert!(!report.to_string().contains(secret), "{secret}");
    }
}
