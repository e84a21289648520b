//! Server functions: each is one call of `infra::http::call`, which authorises the caller before anything runs and gives
//! every error its status.

use super::paths::{Import, Modules, Scopes, flatten};
use super::sources::{Segments, Source, below, only_in_tests};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, ExprMethodCall, ImplItemFn, Item, ItemFn, Macro, Path, Stmt, UseTree};

const NOT_ONE_CALL: &str = "a server function is `call::open(…).await`, `signed_in` or `allowed` and nothing beside it, \
                            so that nobody is served before it is known who asks and every error has its status";
const BEFORE_IT: &str = "what is done before the caller is known belongs into the closure";
const NO_CLOSURE: &str = "the work is an async closure, so that one sees here what is done for whom";
const NO_PERMISSION: &str = "`allowed` is given a `Permission::…`, so that one sees here which";
const IN_A_MACRO: &str = "a server function that a macro writes cannot be read by this test";
const UNDER_A_CONDITION: &str = "the attribute `server` stands by itself, or this test would miss it";
const RENAMED: &str = "`server` keeps its name, or this test would miss it";

/// The module that a server function calls.
const CALL: [&str; 3] = ["infra", "http", "call"];

/// What is wrong with the server functions of a file, and the names of all of them.
#[derive(Default)]
pub struct ServerFunctions {
    pub names: BTreeSet<String>,
    pub findings: Vec<String>,
}

pub fn server_functions(source: &Source, modules: &Modules) -> ServerFunctions {
    let mut reader = Reader { source, modules, module: source.module.clone(), found: ServerFunctions::default() };
    reader.visit_file(&source.syntax);
    reader.found
}

struct Reader<'a> {
    source: &'a Source,
    modules: &'a Modules,
    module: Segments,
    found: ServerFunctions,
}

impl Reader<'_> {
    fn finding(&mut self, name: &str, why: &str) {
        self.found.findings.push(format!("{}: {name} ({why})", self.source.path));
    }

    fn function(&mut self, name: &str, attributes: &[Attribute], block: &Block) {
        for attribute in attributes {
            if is_named_server(attribute.path()) {
                self.found.names.insert(name.to_owned());
                if let Err(why) = self.body(block) {
                    self.finding(name, why);
                }
            } else if attribute.path().is_ident("cfg_attr") && tokens_of(attribute).iter().any(|t| t == "server") {
                self.finding(name, UNDER_A_CONDITION);
            }
        }
    }

    fn body(&self, block: &Block) -> Result<(), &'static str> {
        let Some((Stmt::Expr(Expr::Await(awaited), None), before)) = block.stmts.split_last() else {
            return Err(NOT_ONE_CALL);
        };
        let mut imports = vec![];
        for statement in before {
            let Stmt::Item(Item::Use(item)) = statement else { return Err(NOT_ONE_CALL) };
            flatten(&item.tree, &mut vec![], &mut imports);
        }
        let scopes = vec![imports];
        match &*awaited.base {
            Expr::Call(call) => match self.named(&call.func, &scopes).as_deref() {
                Some("open" | "signed_in") => work(call.args.iter()),
                Some("allowed") => {
                    let mut arguments = call.args.iter();
                    let permission = arguments.next().is_some_and(is_permission);
                    if permission { work(arguments) } else { Err(NO_PERMISSION) }
                }
                _ => Err(NOT_ONE_CALL),
            },
            // `call::keeping([…]).signed_in(…).await`
            Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) => {
                let Expr::Call(keeping) = &**receiver else { return Err(NOT_ONE_CALL) };
                let mut arguments = args.iter();
                let known = match method.to_string().as_str() {
                    "open" | "signed_in" => true,
                    "allowed" if arguments.next().is_some_and(is_permission) => true,
                    "allowed" => return Err(NO_PERMISSION),
                    _ => false,
                };
                if !known || self.named(&keeping.func, &scopes).as_deref() != Some("keeping") {
                    return Err(NOT_ONE_CALL);
                }
                if keeping.args.iter().any(does_something) { Err(BEFORE_IT) } else { work(arguments) }
            }
            _ => Err(NOT_ONE_CALL),
        }
    }

    /// The function of `infra::http::call` that an expression names, whatever the file calls the module.
    fn named(&self, function: &Expr, scopes: &Scopes) -> Option<String> {
        let Expr::Path(path) = function else { return None };
        let path: Segments = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
        let found = self.modules.resolve(&self.module, scopes, &path);
        found
            .into_iter()
            .find(|target| target.len() == 4 && target[..3] == CALL)
            .and_then(|target| target.last().cloned())
    }

    fn import(&mut self, tree: &UseTree) {
        let mut imports: Vec<Import> = vec![];
        flatten(tree, &mut vec![], &mut imports);
        for import in imports {
            let renamed = import.name.as_deref().is_some_and(|name| name != "server");
            // `leptos::server` and `leptos::prelude::server` are the attribute; features have modules of that name.
            if renamed && import.path.last().is_some_and(|l| l == "server") && import.path[0].starts_with("leptos") {
                self.finding(&import.path.join("::"), RENAMED);
            }
        }
    }
}

/// The arguments of a call are one closure.
fn work<'a>(mut arguments: impl Iterator<Item = &'a Expr>) -> Result<(), &'static str> {
    match (arguments.next(), arguments.next()) {
        (Some(Expr::Closure(closure)), None) if closure.asyncness.is_some() => Ok(()),
        _ => Err(NO_CLOSURE),
    }
}

fn is_permission(argument: &Expr) -> bool {
    let Expr::Path(path) = argument else { return false };
    let segments = &path.path.segments;
    segments.len() >= 2 && segments[segments.len() - 2].ident == "Permission"
}

/// Whether an expression waits for something or can end the function.
fn does_something(expression: &Expr) -> bool {
    struct Looker(bool);
    impl<'ast> Visit<'ast> for Looker {
        fn visit_expr(&mut self, expression: &'ast Expr) {
            self.0 |=
                matches!(expression, Expr::Await(_) | Expr::Try(_) | Expr::Return(_) | Expr::Block(_) | Expr::Macro(_));
            visit::visit_expr(self, expression);
        }
    }
    let mut looker = Looker(false);
    looker.visit_expr(expression);
    looker.0
}

fn is_named_server(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "server")
}

fn tokens_of(attribute: &Attribute) -> Vec<String> {
    attribute.meta.require_list().map(|list| words(&list.tokens.to_string())).unwrap_or_default()
}

/// The words of a token stream's text.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(item) if only_in_tests(&item.attrs) => {}
            Item::Mod(item) => {
                let inner = below(&self.module, &item.ident.to_string());
                let outer = std::mem::replace(&mut self.module, inner);
                visit::visit_item_mod(self, item);
                self.module = outer;
            }
            Item::Use(item) => self.import(&item.tree),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig.ident.to_string(), &item.attrs, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig.ident.to_string(), &item.attrs, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let text: String = mac.tokens.to_string().split_whitespace().collect();
        if text.contains("#[server]") || text.contains("#[server(") || text.contains("::server]") {
            self.finding(&mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default(), IN_A_MACRO);
        }
    }
}
