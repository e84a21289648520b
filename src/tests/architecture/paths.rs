//! What a path means: the modules of the crate with the names that each declares, imports and passes on.

use super::sources::{Segments, Source, below, only_in_tests};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Item, Type, UseTree};

/// One name that a `use` brings into scope, or a glob, with the path as it is written.
#[derive(Clone, Debug)]
pub struct Import {
    /// `None` for `path::*`.
    pub name: Option<String>,
    pub path: Segments,
}

#[derive(Default)]
struct Module {
    children: BTreeSet<String>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
}

/// All modules, by their path from the root.
pub struct Modules(BTreeMap<Segments, Module>);

/// Names that are being looked up, to end at an import that leads back to itself.
type Trail = Vec<(Segments, String, bool)>;

/// Imports of the blocks around a path, the outermost first.
pub type Scopes = Vec<Vec<Import>>;

impl Modules {
    pub fn of(sources: &[Source]) -> Self {
        let mut all = Self(BTreeMap::new());
        all.0.insert(vec![], Module::default());
        for source in sources {
            all.declare(&source.module);
            all.fill(&source.module, &source.syntax.items);
        }
        all
    }

    pub fn contains(&self, module: &[String]) -> bool {
        self.0.contains_key(module)
    }

    fn declare(&mut self, module: &[String]) {
        for depth in 0..module.len() {
            self.0.entry(module[..depth].to_vec()).or_default().children.insert(module[depth].clone());
        }
        self.0.entry(module.to_vec()).or_default();
    }

    fn fill(&mut self, module: &[String], items: &[Item]) {
        for item in items {
            let name = match item {
                Item::Mod(item) => {
                    let inner = below(module, &item.ident.to_string());
                    if let Some((_, items)) = item.content.as_ref().filter(|_| !only_in_tests(&item.attrs)) {
                        self.declare(&inner);
                        self.fill(&inner, items);
                    }
                    continue;
                }
                Item::Use(item) => {
                    if !only_in_tests(&item.attrs) && item.leading_colon.is_none() {
                        let imports = &mut self.0.entry(module.to_vec()).or_default().imports;
                        flatten(&item.tree, &mut vec![], imports);
                    }
                    continue;
                }
                Item::Type(item) => {
                    // `type A = b::C;` passes a type on just as `use b::C as A;` does.
                    if let Type::Path(aliased) = &*item.ty
                        && aliased.qself.is_none()
                    {
                        let path = aliased.path.segments.iter().map(|s| s.ident.to_string()).collect();
                        let import = Import { name: Some(item.ident.to_string()), path };
                        self.0.entry(module.to_vec()).or_default().imports.push(import);
                    }
                    &item.ident
                }
                Item::Const(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Fn(item) => &item.sig.ident,
                Item::Static(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Union(item) => &item.ident,
                _ => continue,
            };
            self.0.entry(module.to_vec()).or_default().items.insert(name.to_string());
        }
    }

    /// Every absolute path that `path`, written in `module` within `scopes`, leads through: the one that it names and,
    /// where that is a re-export or an alias, the ones that it passes on. Empty for paths into other crates.
    pub fn resolve(&self, module: &[String], scopes: &[Vec<Import>], path: &[String]) -> BTreeSet<Segments> {
        let mut found = BTreeSet::new();
        for start in self.start(module, scopes, path, &mut vec![]) {
            self.follow(start, &mut found);
        }
        found
    }

    fn follow(&self, path: Segments, found: &mut BTreeSet<Segments>) {
        if !found.insert(path.clone()) {
            return;
        }
        for at in 0..path.len() {
            let Some(module) = self.0.get(&path[..at]) else { return };
            let last = at + 1 == path.len();
            for mut target in self.named(&path[..at], &path[at], last, &mut vec![]) {
                if target != path[..=at] {
                    target.extend_from_slice(&path[at + 1..]);
                    self.follow(target, found);
                }
            }
            if !module.children.contains(&path[at]) {
                return;
            }
        }
    }

    /// The absolute paths that a path's first segment stands for, with the rest of the path behind them.
    fn start(&self, module: &[String], scopes: &[Vec<Import>], path: &[String], trail: &mut Trail) -> Vec<Segments> {
        let Some((first, rest)) = path.split_first() else { return vec![] };
        let mut from = match first.as_str() {
            // The binary names the library by its crate's name.
            "crate" | "lux" => vec![vec![]],
            "self" => vec![module.to_vec()],
            "super" => vec![module[..module.len().saturating_sub(1)].to_vec()],
            "Self" => return vec![],
            name => self.in_scope(module, scopes, name, rest.is_empty(), trail),
        };
        let supers = if matches!(first.as_str(), "self" | "super") {
            rest.iter().take_while(|s| *s == "super").count()
        } else {
            0
        };
        for start in &mut from {
            start.truncate(start.len().saturating_sub(supers));
            start.extend_from_slice(&rest[supers..]);
        }
        from
    }

    fn in_scope(
        &self,
        module: &[String],
        scopes: &[Vec<Import>],
        name: &str,
        last: bool,
        trail: &mut Trail,
    ) -> Vec<Segments> {
        for depth in (0..scopes.len()).rev() {
            let outer = &scopes[..depth];
            let named = scopes[depth].iter().filter(|i| i.name.as_deref() == Some(name));
            let found: Vec<Segments> = named.flat_map(|i| self.start(module, outer, &i.path, trail)).collect();
            if !found.is_empty() {
                return found;
            }
            let globs = scopes[depth].iter().filter(|i| i.name.is_none());
            let targets: Vec<Segments> = globs.flat_map(|i| self.start(module, outer, &i.path, trail)).collect();
            let found: Vec<Segments> =
                targets.into_iter().flat_map(|target| self.in_glob(target, name, last, trail)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        self.named(module, name, last, trail)
    }

    /// What `name` is in a module: a child, an item, what an import brings, what a glob brings. A name may be both a
    /// module and an imported function; only the module can be followed by more segments (`last` is false then).
    fn named(&self, module: &[String], name: &str, last: bool, trail: &mut Trail) -> Vec<Segments> {
        let Some(scope) = self.0.get(module) else { return vec![] };
        let key = (module.to_vec(), name.to_owned(), last);
        if trail.contains(&key) {
            return vec![];
        }
        let mut found = vec![];
        let child = scope.children.contains(name);
        if child || scope.items.contains(name) {
            found.push(below(module, name));
        }
        if child && !last {
            return found;
        }
        trail.push(key);
        for import in scope.imports.iter().filter(|i| i.name.as_deref() == Some(name)) {
            found.extend(self.start(module, &[], &import.path, trail));
        }
        if found.is_empty() {
            for glob in scope.imports.iter().filter(|i| i.name.is_none()) {
                for target in self.start(module, &[], &glob.path, trail) {
                    found.extend(self.in_glob(target, name, last, trail));
                }
            }
        }
        trail.pop();
        found
    }

    /// What `name` is in the module that a glob names, be it by way of a re-export.
    fn in_glob(&self, target: Segments, name: &str, last: bool, trail: &mut Trail) -> Vec<Segments> {
        let mut targets = BTreeSet::new();
        self.follow(target, &mut targets);
        targets.iter().flat_map(|target| self.named(target, name, last, trail)).collect()
    }
}

/// The leaves of a `use` tree.
pub fn flatten(tree: &UseTree, prefix: &mut Segments, imports: &mut Vec<Import>) {
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, imports);
            prefix.pop();
        }
        UseTree::Name(name) => leaf(prefix, &name.ident.to_string(), None, imports),
        UseTree::Rename(rename) => leaf(prefix, &rename.ident.to_string(), Some(rename.rename.to_string()), imports),
        UseTree::Glob(_) => imports.push(Import { name: None, path: prefix.clone() }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, imports)),
    }
}

fn leaf(prefix: &[String], ident: &str, rename: Option<String>, imports: &mut Vec<Import>) {
    let path = if ident == "self" && !prefix.is_empty() { prefix.to_vec() } else { below(prefix, ident) };
    let name = rename.or_else(|| path.last().cloned());
    imports.push(Import { name, path });
}
