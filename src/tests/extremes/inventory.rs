//! What can be asked of the program, read from its sources: server functions with their arguments, REST addresses with
//! their methods, pages, and what all of them take from an address.

use crate::architecture::sources::{self, File, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, FnArg, GenericArgument, Item, ItemFn, Lit, Pat, PathArguments, Type};

/// A server function.
pub struct Function {
    /// `/rpc/lux/features/posts/calls/get_post`
    pub path: String,
    /// Where it is written: `src/features/posts/calls.rs`
    pub file: String,
    /// It takes JSON; else a form.
    pub json: bool,
    /// Its work is behind `call::open`.
    pub open: bool,
    pub arguments: Vec<(String, Type)>,
}

pub struct Inventory {
    pub functions: Vec<Function>,
    /// Method and address, such as `("GET", "/api/jobs/status/{id}")`.
    pub rest: BTreeSet<(String, String)>,
    /// `/posts/:id`
    pub pages: BTreeSet<String>,
    /// Names that pages and REST addresses read from queries.
    pub parameters: BTreeSet<String>,
    /// Structs and enums by name, with the file of each.
    pub types: BTreeMap<String, Vec<(String, Item)>>,
}

impl Inventory {
    /// The type that a file means by a name: of several the nearest of its own room, else the one of the domain.
    pub fn named(&self, name: &str, file: &str) -> Option<&(String, Item)> {
        let steps = |other: &str| file.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count();
        self.types.get(name)?.iter().max_by_key(|(other, _)| {
            let shared = steps(other);
            let own = shared > 2;
            (own, own.then_some(shared), other.starts_with("src/domain/"), other.ends_with("model.rs"))
        })
    }
}

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "any"];

pub fn read() -> Inventory {
    let files = sources::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    let parsed: Vec<Source> = sources::parse(&files).into_iter().filter(|source| !source.test).collect();
    let mut found = Inventory {
        functions: vec![],
        rest: BTreeSet::new(),
        pages: BTreeSet::new(),
        parameters: BTreeSet::new(),
        types: BTreeMap::new(),
    };
    for source in &parsed {
        // What only the server has does not travel.
        let travels = source.path.starts_with("src/features/") && !source.path.contains("/server");
        if travels || source.path.starts_with("src/domain/") {
            for item in &source.syntax.items {
                let name = match item {
                    Item::Struct(item) => item.ident.to_string(),
                    Item::Enum(item) => item.ident.to_string(),
                    _ => continue,
                };
                found.types.entry(name).or_default().push((source.path.clone(), item.clone()));
            }
        }
        if source.path.starts_with("src/features/") || source.path == "src/app/server/router.rs" {
            let mut reader = Reader { source, found: &mut found };
            reader.visit_file(&source.syntax);
        }
    }
    for file in &files {
        texts(file, &mut found);
    }
    found.functions.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// What stands inside of `view!`, which syn does not look into.
fn texts((path, text): &File, found: &mut Inventory) {
    let between = |before: &str| -> Vec<String> {
        let ends = text.split(before).skip(1).filter_map(|rest| rest.split_once('"'));
        ends.map(|(name, _)| name.to_owned()).collect()
    };
    if path == "src/app/pages.rs" {
        found.pages.extend(between("path!(\"").into_iter().filter(|page| !page.is_empty()));
    }
    if path.starts_with("src/features/") || path.starts_with("src/ui/") {
        let names = between("get_str(\"").into_iter().chain(between(".get(\"")).chain(between("given(\""));
        found.parameters.extend(names.filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }
}

struct Reader<'a> {
    source: &'a Source,
    found: &'a mut Inventory,
}

impl Reader<'_> {
    fn function(&mut self, item: &ItemFn) {
        let Some(server) = item.attrs.iter().find(|a| a.path().segments.last().is_some_and(|s| s.ident == "server"))
        else {
            return;
        };
        let json = server.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("Json"));
        let arguments = item.sig.inputs.iter().map(|argument| {
            let FnArg::Typed(argument) = argument else { panic!("a server function has no self") };
            let Pat::Ident(name) = &*argument.pat else { panic!("a server function's argument has a name") };
            (name.ident.to_string(), (*argument.ty).clone())
        });
        self.found.functions.push(Function {
            file: self.source.path.clone(),
            path: format!("/rpc/lux/{}/{}", self.source.module.join("/"), item.sig.ident),
            json,
            open: ["call::open", "keeping.open"].iter().any(|name| Calls::of(&item.block).contains(*name)),
            arguments: arguments.collect(),
        });
    }

    /// `Query<Begin>`: the fields of `Begin`.
    fn query(&mut self, of: &Type) {
        let Type::Path(path) = of else { return };
        let Some(name) = path.path.segments.last() else { return };
        for item in &self.source.syntax.items {
            if let Item::Struct(item) = item
                && item.ident == name.ident
            {
                let fields = item.fields.iter().filter_map(|f| f.ident.as_ref()).map(ToString::to_string);
                self.found.parameters.extend(fields);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(item);
        visit::visit_item_fn(self, item);
    }

    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        if segment.ident == "Query"
            && let PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(GenericArgument::Type(of)) = arguments.args.first()
        {
            self.query(of);
        }
        visit::visit_path_segment(self, segment);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "route"
            && let Some(Expr::Lit(ExprLit { lit: Lit::Str(address), .. })) = call.args.first()
        {
            let mut names = Calls::of_expression(&call.args[1]);
            // `making(…)`: what that function of the file makes.
            let made = self.source.syntax.items.iter().filter_map(|item| match item {
                Item::Fn(item) if names.contains(&item.sig.ident.to_string()) => Some(Calls::of(&item.block)),
                _ => None,
            });
            let made: Vec<_> = made.collect();
            names.extend(made.into_iter().flatten());
            let methods: Vec<_> = METHODS.into_iter().filter(|method| names.contains(*method)).collect();
            assert!(!methods.is_empty(), "{}: no method is seen for {}", self.source.path, address.value());
            self.found.rest.extend(methods.into_iter().map(|m| (m.to_uppercase(), address.value())));
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// The names of all functions and methods that are called, functions also with their path.
#[derive(Default)]
struct Calls(BTreeSet<String>);

impl Calls {
    fn of(block: &syn::Block) -> BTreeSet<String> {
        let mut calls = Self::default();
        calls.visit_block(block);
        calls.0
    }
    fn of_expression(expression: &Expr) -> BTreeSet<String> {
        let mut calls = Self::default();
        calls.visit_expr(expression);
        calls.0
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.0.insert(last.ident.to_string());
            let whole: Vec<_> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
            self.0.insert(whole.join("::"));
        }
        visit::visit_expr_call(self, call);
    }
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.0.insert(call.method.to_string());
        if matches!(&*call.receiver, Expr::Call(_)) && Calls::of_expression(&call.receiver).contains("call::keeping") {
            self.0.insert(format!("keeping.{}", call.method));
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// What is read here is what there is.
#[test]
fn all_server_functions_are_found() {
    let read = read();
    let here: BTreeSet<_> = read.functions.iter().map(|f| f.path.as_str()).collect();
    let there: BTreeSet<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(here, there);
    let open: Vec<_> = read.functions.iter().filter(|f| f.open).map(|f| f.path.as_str()).collect();
    assert_eq!(open, lux::infra::http::call::OPEN, "the list of open server functions is another than the sources'");
}

#[test]
fn rest_addresses_and_pages_are_found() {
    let read = read();
    let document = include_str!("../../../docs/API.md");
    let unread: Vec<_> = document
        .split('`')
        .filter_map(|code| code.split_once(' '))
        .filter(|(method, path)| METHODS.contains(&method.to_lowercase().as_str()) && path.starts_with("/api/"))
        .map(|(method, path)| (method.to_owned(), shape(path)))
        .filter(|(method, path)| !read.rest.iter().any(|(m, p)| m == method && shape(p) == *path))
        .collect();
    assert!(unread.is_empty(), "docs/API.md has what the sources do not: {unread:?}");
    assert!(read.rest.len() >= 28 && read.pages.len() >= 19, "{:?} {:?}", read.rest, read.pages);
    assert!(read.parameters.contains("day") && read.parameters.contains("offset"), "{:?}", read.parameters);
}

/// An address whatever its parameters are called.
fn shape(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s }).collect::<Vec<_>>().join("/")
}
