//! A real S3 server for tests: moto, which checks signatures and rights, started by `s3.py` beside this file.
//! `scripts/setup.sh moto` installs it; `LUX_MOTO_DIR` (from `scripts/env.sh`) says where. Buckets: `lux-media`, `lux-other`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/support/s3.py");

/// A running server; it ends with the test's process.
pub struct S3 {
    pub started: Started,
    process: Child,
}

/// What `s3.py` prints.
#[derive(Clone, Deserialize)]
pub struct Started {
    pub url: String,
    /// May do everything.
    pub writer: Keys,
    /// May only read.
    pub reader: Keys,
}

#[derive(Clone, Deserialize)]
pub struct Keys {
    pub access: String,
    pub secret: String,
}

impl S3 {
    /// `None`, said on standard error: it is not installed.
    pub fn start() -> Option<Self> {
        let python = PathBuf::from(std::env::var("LUX_MOTO_DIR").unwrap_or_default()).join("bin/python");
        if !python.is_file() {
            // Not by `eprintln!`, which the test runner swallows when the test passes.
            let hint = "run `make test`, or `scripts/setup.sh moto`";
            let _ = writeln!(std::io::stderr(), "LEFT OUT: no S3 server at {python:?}; {hint}");
            return None;
        }
        let mut command = Command::new(python);
        let command = command.arg(PROGRAM).env("NO_PROXY", "127.0.0.1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("Python starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("standard output");
        BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
        let Ok(started) = serde_json::from_str(&line) else {
            let _ = process.kill();
            panic!("the S3 server did not start ({line:?}); its reason is above");
        };
        Some(Self { started, process })
    }

    /// What is typed under Settings → Integrations, for one of its buckets.
    pub fn typed(&self, keys: &Keys, bucket: &str) -> BTreeMap<String, String> {
        let fields = [
            ("endpoint", self.started.url.as_str()),
            ("region", "us-east-1"),
            ("bucket", bucket),
            ("access_key", &keys.access),
            ("secret_key", &keys.secret),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// How a file remembers a bucket.
    pub fn name(&self, bucket: &str) -> String {
        format!("{}/{bucket}", self.started.url.trim_start_matches("http://"))
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
