//! The files that the rules are checked on: Rust sources as syntax trees, and migrations for the names of tables.

use std::fs;
use std::path::Path;
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Token, punctuated::Punctuated};

/// A file as the rules see it: its path from the root of the repository (`src/features/posts/mod.rs`) and its text.
pub type File = (String, String);

/// A path of segments from the root of the crate, without `crate` itself: `["features", "posts", "model"]`.
pub type Segments = Vec<String>;

/// One parsed Rust file.
pub struct Source {
    pub path: String,
    pub module: Segments,
    pub syntax: syn::File,
    /// The file is the body of a `#[cfg(test)] mod name;`, or lies below such a module.
    pub test: bool,
}

/// All Rust files below `src` but the integration tests, which are another crate, and all migrations.
pub fn read(root: &Path) -> Vec<File> {
    let mut files = vec![];
    collect(root, "src", "rs", &mut files);
    collect(root, "migrations", "sql", &mut files);
    files.retain(|(path, _)| !path.starts_with("src/tests/"));
    files.sort();
    files
}

fn collect(root: &Path, folder: &str, extension: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(root.join(folder)).expect("a folder of the repository").flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(root, &path, extension, files);
        } else if entry.path().extension().is_some_and(|e| e == extension) {
            let text = fs::read_to_string(entry.path()).expect("a readable file");
            files.push((path, text));
        }
    }
}

/// Parses the Rust files. A file that is no Rust is a failure of the test, not something to pass over.
pub fn parse(files: &[File]) -> Vec<Source> {
    let mut sources: Vec<Source> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(path, text)| Source {
            module: module_of(path),
            syntax: syn::parse_file(text).unwrap_or_else(|e| panic!("{path} is no Rust: {e}")),
            path: path.clone(),
            test: false,
        })
        .collect();
    let mut moved = vec![];
    let mut tests = vec![];
    for source in &sources {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        declared(&source.module, folder, &source.syntax.items, &mut moved, &mut tests);
    }
    for source in &mut sources {
        if let Some((_, module)) = moved.iter().find(|(path, _)| *path == source.path) {
            source.module.clone_from(module);
        }
        source.test = tests.iter().any(|t| source.module.starts_with(t));
    }
    sources
}

/// The module that a file is by its place: `src/a/mod.rs` and `src/a.rs` are `a`, `src/lib.rs` is the root.
fn module_of(path: &str) -> Segments {
    let name = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Segments = name.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod") || name == "lib" {
        module.pop();
    }
    module
}

/// What declarations say about the files they name: `#[path]` puts a file elsewhere, `#[cfg(test)]` makes it a test.
fn declared(
    module: &[String],
    folder: &str,
    items: &[Item],
    moved: &mut Vec<(String, Segments)>,
    tests: &mut Vec<Segments>,
) {
    for item in items {
        let Item::Mod(item) = item else { continue };
        let name = below(module, &item.ident.to_string());
        match &item.content {
            Some((_, items)) if !only_in_tests(&item.attrs) => declared(&name, folder, items, moved, tests),
            Some(_) => {}
            None => {
                if let Some(file) = item.attrs.iter().find_map(path_attribute) {
                    moved.push((joined(folder, &file), name.clone()));
                }
                if only_in_tests(&item.attrs) {
                    tests.push(name);
                }
            }
        }
    }
}

/// `module` with one more segment.
pub fn below(module: &[String], name: &str) -> Segments {
    let mut longer = module.to_vec();
    longer.push(name.to_owned());
    longer
}

/// The path of a file that is named from a folder, `../` resolved.
fn joined(folder: &str, file: &str) -> String {
    let mut path: Vec<&str> = folder.split('/').collect();
    for segment in file.split('/') {
        match segment {
            "." => {}
            ".." => {
                path.pop();
            }
            name => path.push(name),
        }
    }
    path.join("/")
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(file), .. }) => Some(file.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether something that bears these attributes exists in test builds only.
pub fn only_in_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.parse_args::<Meta>().is_ok_and(|condition| implies_test(&condition)))
}

fn implies_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => {
            let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return false };
            match list.path.get_ident().map(ToString::to_string).as_deref() {
                Some("all") => parts.iter().any(implies_test),
                Some("any") => !parts.is_empty() && parts.iter().all(implies_test),
                _ => false,
            }
        }
        Meta::NameValue(_) => false,
    }
}
