//! The arrows of the house (docs/ARCHITECTURE.md) are read off the `crate::` paths of every source file.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("source folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every `crate::a::b::c` path of a file, test modules left out.
fn references(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default().split("#[cfg(all(test").next().unwrap_or_default();
    code.match_indices("crate::")
        .map(|(at, _)| {
            let rest = &code[at + "crate::".len()..];
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect::<String>()
        })
        .collect()
}

/// Why `file` may not refer to `target`, if it may not.
fn forbidden(file: &str, target: &str) -> Option<&'static str> {
    let room = file.split('/').next().unwrap_or_default();
    let goal = target.split("::").next().unwrap_or_default();
    match room {
        "domain" if goal != "domain" => Some("domain knows only itself"),
        "ui" if !matches!(goal, "domain" | "ui") => Some("the kit knows no feature"),
        "infra" if !matches!(goal, "domain" | "infra") => Some("infra knows no feature"),
        "connectors" if !(matches!(goal, "domain" | "connectors") || target.starts_with("infra::http")) => {
            Some("connectors know domain and infra::http")
        }
        "sandbox" if !matches!(goal, "domain" | "sandbox") => {
            Some("the sandbox speaks wire protocols, it shares no code")
        }
        "features" if matches!(goal, "app" | "sandbox") => Some("features know neither app nor sandbox"),
        "features" => {
            let own = file.split('/').nth(1).unwrap_or_default();
            let parts: Vec<_> = target.split("::").collect();
            let foreign_store = parts.len() > 3
                && parts[0] == "features"
                && parts[1] != own
                && parts[2] == "server"
                && parts[3] == "store";
            foreign_store.then_some("another feature's store is reached through its service")
        }
        _ => None,
    }
}

#[test]
fn arrows_run_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    sources(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut wrong = vec![];
    for path in files {
        let name = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).expect("readable source");
        for target in references(&text) {
            if let Some(why) = forbidden(&name, &target) {
                wrong.push(format!("src/{name}: crate::{target} ({why})"));
            }
        }
    }
    assert!(wrong.is_empty(), "forbidden arrows:\n{}", wrong.join("\n"));
}

#[test]
fn the_test_itself_notices() {
    assert!(forbidden("ui/field.rs", "features::posts::model").is_some());
    assert!(forbidden("infra/queue/mod.rs", "features::posts").is_some());
    assert!(forbidden("features/posts/server/service.rs", "features::media::server::store::find").is_some());
    assert!(forbidden("features/posts/server/service.rs", "features::posts::server::store::find").is_none());
    assert!(forbidden("connectors/x.rs", "infra::database::Tenant").is_some());
}
