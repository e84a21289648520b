//! The architecture as a test: which part of the crate may name which other, which features may use each other, and who
//! writes which table (docs/ARCHITECTURE.md), that every server function is guarded, and that forms
//! lose nothing that was typed. The rules are in `rules`; `fixtures` shows that each of them can fail.
//! Read in this order: `sources`, `paths`, `references`, `tables`, `graph`, `server_functions`,
//! `kept_fields`, `rules`.

mod docs;
mod fixtures;
mod graph;
mod kept_fields;
mod paths;
mod references;
mod rules;
mod server_functions;
pub(crate) mod sources;
mod tables;
pub(crate) mod words;

use rules::{Exception, Findings};
use std::path::Path;
use std::sync::LazyLock;

/// Who writes tables of others all the same.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        file: "src/app/server/demo/mod.rs",
        why: "the demo company's past is made up: posts that were published before the program existed",
    },
    Exception {
        file: "src/app/server/demo/removal.rs",
        why: "the demo is taken out as a whole, whichever feature its rows belong to",
    },
    Exception {
        file: "src/app/server/load.rs",
        why: "the bench fills the tables with a million posts at once, which no feature offers",
    },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is wrong with the real sources, read once for all tests.
static REAL: LazyLock<Findings> = LazyLock::new(|| {
    let files = sources::read(root());
    assert!(files.iter().filter(|(path, _)| path.ends_with(".rs")).count() > 200, "the sources were not found");
    assert!(files.iter().any(|(path, _)| path.starts_with("migrations/")), "the migrations were not found");
    rules::check(&files, EXCEPTIONS)
});

#[test]
fn arrows_run_one_way() {
    assert!(REAL.arrows.is_empty(), "forbidden arrows:\n{}", REAL.arrows.join("\n"));
}

#[test]
fn features_have_no_cycles() {
    assert!(REAL.cycles.is_empty(), "features that use each other:\n{}", REAL.cycles.join("\n"));
}

#[test]
fn each_table_has_one_writer() {
    assert!(REAL.writers.is_empty(), "tables that are not written by one alone:\n{}", REAL.writers.join("\n"));
}

#[test]
fn every_server_function_knows_its_caller_first() {
    assert!(REAL.server_function_names.len() > 60, "the server functions were not found");
    let wrong = &REAL.server_functions;
    assert!(wrong.is_empty(), "server functions that do not go through infra::http::call:\n{}", wrong.join("\n"));
}

#[test]
fn what_was_typed_into_a_form_comes_back() {
    let lost = kept_fields::lost(&sources::read(root()), kept_fields::NOT_KEPT);
    assert!(lost.is_empty(), "neither in `call::keeping` nor excepted, or excepted for nothing: {lost:?}");
}

#[test]
fn texts_are_everyday_english() {
    let wrong = words::check(&sources::read(root()), words::EXCUSED);
    assert!(wrong.is_empty(), "words of programmers where people read them:\n{}", wrong.join("\n"));
}

/// `LUX_WRITE_DOCS=1` writes the table instead of comparing it.
#[test]
fn the_architecture_document_shows_the_features() {
    let path = root().join("docs/ARCHITECTURE.md");
    let document = std::fs::read_to_string(&path).expect("docs/ARCHITECTURE.md");
    if std::env::var("LUX_WRITE_DOCS").is_ok_and(|wanted| wanted == "1") {
        let written = docs::replace(&document, &REAL.table).unwrap_or_else(|e| panic!("{e}"));
        std::fs::write(&path, written).expect("docs/ARCHITECTURE.md is written");
    } else if let Err(wrong) = docs::compare(&document, &REAL.table) {
        panic!("docs/ARCHITECTURE.md: {wrong}\n\n{}", REAL.table);
    }
}
