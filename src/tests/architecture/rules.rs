//! The rules. Each is data with the reason for it; `check` holds a set of files against all of them.

use super::graph::Graph;
use super::paths::Modules;
use super::references::contents;
use super::server_functions::server_functions;
use super::sources::{File, Source, parse};
use super::tables::{self, Writers};
use std::collections::BTreeSet;

/// What the code in a folder of `src` may name, in any form: macros, re-exports and aliases included.
struct Layer {
    folder: &'static str,
    may_use: &'static [&'static str],
    why: &'static str,
}

/// What is above all layers and may use each: the root, the binary and `app`.
const ABOVE: &[&str] = &["lib", "main", "app"];

/// Every other folder of `src` has a line here.
const LAYERS: &[Layer] = &[
    Layer {
        folder: "domain",
        may_use: &["domain"],
        why: "domain knows only itself: it is the same code in browser and worker",
    },
    Layer {
        folder: "ui",
        may_use: &["domain", "ui"],
        why: "ui knows no feature and no server code: every page is built from it",
    },
    Layer {
        folder: "infra",
        may_use: &["domain", "infra"],
        why: "infra knows no feature: whatever a feature needs of it, it takes as a parameter",
    },
    Layer {
        folder: "connectors",
        may_use: &["domain", "connectors", "infra::http"],
        why: "connectors know domain and infra::http: they keep no state",
    },
    Layer {
        folder: "sandbox",
        may_use: &["domain", "sandbox"],
        why: "the sandbox shares no code with what it tests, or it would share the mistakes",
    },
    Layer {
        folder: "features",
        may_use: &["domain", "ui", "infra", "connectors", "features"],
        why: "features know neither app, which is built from them, nor the sandbox, which stands for other programs",
    },
];

const NO_LAYER: &str = "a folder of src must be in LAYERS: without a line there it could name anything";
const FOREIGN_STORE: &str = "another feature's store is reached through its service, which holds the rules";
const LIST_OF_FEATURES: &str = "features/mod.rs names all features: a feature that uses it uses all others";
const QUERY_FILE: &str = "SQL stands where it is run: this test does not read it out of other files";
const UNREADABLE: &str = "the table's name is put together at run time, so nobody can say who writes what";

/// A file that may write tables of others, with the reason. One that writes none is a mistake in this list.
pub struct Exception {
    pub file: &'static str,
    pub why: &'static str,
}

/// What is wrong with a set of files, a line or more for each finding.
#[derive(Default)]
pub struct Findings {
    /// Paths that break a layer, lead into a foreign store or to the list of features.
    pub arrows: Vec<String>,
    /// Features that use each other in a circle.
    pub cycles: Vec<String>,
    /// Tables that more than one feature or infra module writes, and writes that cannot be read.
    pub writers: Vec<String>,
    /// Server functions that do not go through `infra::http::call`.
    pub server_functions: Vec<String>,
    /// The names of all server functions, sound or not.
    pub server_function_names: BTreeSet<String>,
    /// The table for docs/ARCHITECTURE.md.
    pub table: String,
}

pub fn check(files: &[File], exceptions: &[Exception]) -> Findings {
    let sources = parse(files);
    let modules = Modules::of(&sources);
    let migrations = files.iter().filter(|(path, _)| path.starts_with("migrations/")).map(|(_, text)| text.as_str());
    let schema = tables::schema(migrations);
    let mut findings = Findings::default();
    let mut graph = Graph::default();
    let mut writers = Writers::default();
    let mut excused = BTreeSet::new();
    for source in &sources {
        let folder = source.module.first().map_or("lib", String::as_str);
        if !ABOVE.contains(&folder) && LAYERS.iter().all(|layer| layer.folder != folder) {
            findings.arrows.push(format!("{} ({NO_LAYER})", source.path));
        }
        let contents = contents(source, &modules);
        let feature = feature_of(&source.module, &modules).filter(|_| !source.test);
        if let Some(feature) = feature {
            graph.feature(feature);
        }
        for (target, written) in &contents.references {
            let place = place(&source.path, target, written);
            for why in forbidden(source, target, &modules) {
                findings.arrows.push(format!("{place} ({why})"));
            }
            if let (Some(from), Some(to)) = (feature, feature_of(target, &modules)) {
                graph.arrow(from, to, place);
            }
        }
        if source.test {
            continue;
        }
        let mut functions = server_functions(source, &modules);
        findings.server_functions.append(&mut functions.findings);
        findings.server_function_names.append(&mut functions.names);
        for name in contents.macros.iter().filter(|name| name.starts_with("query_file")) {
            findings.writers.push(format!("{}: {name}! ({QUERY_FILE})", source.path));
        }
        for write in contents.strings.iter().flat_map(|text| tables::writes(text, &schema)) {
            let Some(table) = write.table else {
                findings.writers.push(format!("{}: {} … ({UNREADABLE})", source.path, write.verb));
                continue;
            };
            match exceptions.iter().find(|e| e.file == source.path) {
                Some(exception) => {
                    excused.insert(exception.file);
                }
                None => writers.add(&table, owner(&source.module), format!("{}: {} {table}", source.path, write.verb)),
            }
        }
    }
    findings.writers.extend(writers.conflicts());
    for unused in exceptions.iter().filter(|e| !excused.contains(e.file)) {
        findings.writers.push(format!("{} writes no table and needs no exception ({})", unused.file, unused.why));
    }
    findings.cycles = graph.cycles();
    findings.table = graph.table(&writers);
    findings
}

/// Why a file may not name a path, if it may not.
fn forbidden(source: &Source, target: &[String], modules: &Modules) -> Vec<&'static str> {
    let (Some(folder), Some(first)) = (source.module.first(), target.first()) else { return vec![] };
    let mut reasons = vec![];
    let path = target.join("::");
    for layer in LAYERS.iter().filter(|layer| layer.folder == folder) {
        let within = |allowed: &str| path == allowed || path.starts_with(&format!("{allowed}::"));
        if !layer.may_use.iter().any(|allowed| within(allowed)) {
            reasons.push(layer.why);
        }
    }
    let (own, other) = (feature_of(&source.module, modules), feature_of(target, modules));
    if other.is_some() && own != other && names_a_store(target, modules) {
        reasons.push(FOREIGN_STORE);
    }
    if own.is_some() && other.is_none() && first == "features" && target.len() > 1 {
        reasons.push(LIST_OF_FEATURES);
    }
    reasons
}

/// Whether a path of a feature leads to a module `store` or into one, at any depth.
fn names_a_store(target: &[String], modules: &Modules) -> bool {
    (2..target.len()).any(|at| target[at] == "store" && (at + 1 < target.len() || modules.contains(&target[..=at])))
}

/// The feature that a module or a path belongs to: the first folder below `features`.
fn feature_of<'a>(path: &'a [String], modules: &Modules) -> Option<&'a str> {
    (path.len() > 1 && path[0] == "features" && modules.contains(&path[..2])).then(|| path[1].as_str())
}

/// Who owns a table that a module writes: a feature, a module of infra (`infra/queue`), or else a folder of `src`.
fn owner(module: &[String]) -> String {
    match module {
        [features, feature, ..] if features == "features" => feature.clone(),
        [infra, part, ..] if infra == "infra" => format!("infra/{part}"),
        [folder, ..] => folder.clone(),
        [] => "lib".to_owned(),
    }
}

/// A reference as a line; how it is written only where that is neither the path nor its end.
fn place(file: &str, target: &[String], written: &str) -> String {
    let target = format!("crate::{}", target.join("::"));
    if target.ends_with(written) { format!("{file}: {target}") } else { format!("{file}: {target} as {written}") }
}
