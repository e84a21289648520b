//! `Leptos.toml` is the run-time half of what Cargo.toml says to cargo-leptos: the shared keys must be equal.

use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn leptos_toml_agrees_with_cargo_toml() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |name: &str| -> Value { basic_toml::from_str(&fs::read_to_string(root.join(name)).expect(name)).expect(name) };
    let section = |table: &Value| table["package"]["metadata"]["leptos"].as_object().expect("leptos section").clone();
    let (build, run) = (section(&read("Cargo.toml")), section(&read("Leptos.toml")));
    // `env` is a run-time key only: cargo-leptos does not know it.
    for (key, value) in run.iter().filter(|(key, _)| *key != "env") {
        assert_eq!(build.get(key), Some(value), "{key} differs between Leptos.toml and Cargo.toml");
    }
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "hash-files"] {
        assert!(run.contains_key(key), "Leptos.toml lacks {key}");
    }
}

#[test]
fn server_function_addresses_are_stable_and_unique() {
    let mut paths: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert!(paths.len() > 10, "server functions were not registered: {paths:?}");
    assert!(paths.iter().all(|p| p.starts_with("/rpc/lux/features/")), "{paths:?}");
    let all = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), all, "two server functions share an address");
}
