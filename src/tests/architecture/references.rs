//! What a file says: every path in it, and every string literal, be it in plain code, in an attribute or in a macro.

use super::paths::{Import, Modules, Scopes, flatten};
use super::sources::{Segments, Source, below, only_in_tests};
use std::collections::{BTreeMap, BTreeSet};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, Lit, LitStr, Meta, Stmt, Token, UseTree};

/// All that one file says.
#[derive(Default)]
pub struct Contents {
    /// Every absolute path that a path of the file leads through, and how the file writes it.
    pub references: BTreeMap<Segments, String>,
    /// String literals that are no documentation; those that a macro adds up (`"…" + "…"`) as one.
    pub strings: Vec<String>,
    /// Names of the macros that are called.
    pub macros: BTreeSet<String>,
}

pub fn contents(source: &Source, modules: &Modules) -> Contents {
    let mut reader = Reader { modules, module: source.module.clone(), scopes: vec![], contents: Contents::default() };
    reader.visit_file(&source.syntax);
    reader.contents
}

struct Reader<'a> {
    modules: &'a Modules,
    module: Segments,
    scopes: Scopes,
    contents: Contents,
}

impl Reader<'_> {
    fn path(&mut self, path: &[String]) {
        for target in self.modules.resolve(&self.module, &self.scopes, path) {
            self.contents.references.entry(target).or_insert_with(|| path.join("::"));
        }
    }

    fn imports(&mut self, tree: &UseTree) -> Vec<Import> {
        let mut imports = vec![];
        flatten(tree, &mut vec![], &mut imports);
        for import in &imports {
            self.path(&import.path);
        }
        imports
    }

    /// Reads the tokens of a macro or an attribute, which have no grammar of their own, for paths and literals.
    fn tokens(&mut self, input: ParseStream<'_>, place: Place) -> syn::Result<()> {
        while !input.is_empty() {
            if input.peek(Lit) {
                self.literal(input, place)?;
            } else if input.peek(syn::token::Brace) {
                let content;
                syn::braced!(content in input);
                self.scopes.push(vec![]);
                self.tokens(&content, place)?;
                self.scopes.pop();
            } else if input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in input);
                self.tokens(&content, place)?;
            } else if input.peek(syn::token::Bracket) {
                let content;
                syn::bracketed!(content in input);
                self.tokens(&content, place)?;
            } else if input.peek(Token![use]) {
                input.parse::<Token![use]>()?;
                if input.peek(Token![$]) {
                    input.parse::<Token![$]>()?;
                }
                // With a macro's own parameters in it, it is no tree, and is read as plain paths.
                if input.fork().parse::<UseTree>().is_ok() {
                    let imports = self.imports(&input.parse()?);
                    match self.scopes.last_mut() {
                        Some(scope) => scope.extend(imports),
                        None => self.scopes.push(imports),
                    }
                }
            } else if input.peek(Token![mod]) {
                input.parse::<Token![mod]>()?;
                self.module_in_tokens(input, place)?;
            } else if input.peek(Token![.]) {
                // What follows one dot is a field or a method, what follows two is a path again.
                input.parse::<Token![.]>()?;
                if !input.peek(Token![.]) && input.peek(Ident::peek_any) {
                    input.call(Ident::parse_any)?;
                }
                while input.peek(Token![.]) {
                    input.parse::<Token![.]>()?;
                }
            } else if input.peek(Token![::]) {
                // `::name` is another crate; `::<` of a method call is none of a path.
                input.parse::<Token![::]>()?;
                if input.peek(Ident::peek_any) {
                    self.path_in_tokens(input, vec!["".to_owned()], place)?;
                }
            } else if input.peek(Ident::peek_any) {
                self.path_in_tokens(input, vec![], place)?;
            } else {
                one_token(input)?;
            }
        }
        Ok(())
    }

    fn module_in_tokens(&mut self, input: ParseStream<'_>, place: Place) -> syn::Result<()> {
        if input.peek(Token![$]) {
            input.parse::<Token![$]>()?;
        }
        let name = if input.peek(Ident::peek_any) { input.call(Ident::parse_any)?.to_string() } else { return Ok(()) };
        if input.peek(syn::token::Brace) {
            let content;
            syn::braced!(content in input);
            let outer = std::mem::take(&mut self.scopes);
            self.scopes.push(vec![]);
            self.module.push(name);
            self.tokens(&content, place)?;
            self.module.pop();
            self.scopes = outer;
        }
        Ok(())
    }

    /// `a::b::c`, and `a::{b, c::d}` as two paths.
    fn path_in_tokens(&mut self, input: ParseStream<'_>, prefix: Segments, place: Place) -> syn::Result<()> {
        let mut path = prefix;
        path.push(input.call(Ident::parse_any)?.to_string());
        while input.peek(Token![::]) {
            let ahead = input.fork();
            ahead.parse::<Token![::]>()?;
            if ahead.peek(Ident::peek_any) {
                input.parse::<Token![::]>()?;
                path.push(input.call(Ident::parse_any)?.to_string());
            } else if ahead.peek(syn::token::Brace) {
                input.parse::<Token![::]>()?;
                let content;
                syn::braced!(content in input);
                while !content.is_empty() {
                    if content.peek(Ident::peek_any) {
                        self.path_in_tokens(&content, path.clone(), place)?;
                    } else {
                        one_token(&content)?;
                    }
                }
                return Ok(());
            } else {
                break;
            }
        }
        self.path(&path);
        if input.peek(Token![!]) && !input.peek(Token![!=]) {
            let name = path.pop().unwrap_or_default();
            let place = if name == "concat" { Place::Concat } else { place };
            self.contents.macros.insert(name);
            input.parse::<Token![!]>()?;
            if input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in input);
                self.tokens(&content, place)?;
            }
        }
        Ok(())
    }

    fn literal(&mut self, input: ParseStream<'_>, place: Place) -> syn::Result<()> {
        let Lit::Str(first) = input.parse::<Lit>()? else { return Ok(()) };
        let mut text = first.value();
        if place == Place::Attribute {
            self.attribute_string(&text);
            return Ok(());
        }
        loop {
            let joined = input.peek(Token![+]) || (place == Place::Concat && input.peek(Token![,]));
            if !(joined && input.peek2(LitStr)) {
                break;
            }
            one_token(input)?;
            text.push_str(&input.parse::<LitStr>()?.value());
        }
        self.contents.strings.push(text);
        Ok(())
    }

    /// `#[serde(with = "crate::a::b")]` and its like name paths in strings.
    fn attribute_string(&mut self, text: &str) {
        if let Ok(path) = syn::parse_str::<syn::Path>(text) {
            self.visit_path(&path);
        }
    }
}

/// Where tokens are read, which decides what a string literal is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    Attribute,
    Concat,
}

fn one_token(input: ParseStream<'_>) -> syn::Result<()> {
    input.step(|cursor| match cursor.token_tree() {
        Some((_, rest)) => Ok(((), rest)),
        None => Err(cursor.error("no token is left")),
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !only_in_tests(item_attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let Some((_, items)) = &item.content else { return };
        let outer = std::mem::take(&mut self.scopes);
        self.module = below(&self.module, &item.ident.to_string());
        items.iter().for_each(|item| self.visit_item(item));
        self.module.pop();
        self.scopes = outer;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.imports(&item.tree);
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let mut scope = vec![];
        for statement in &block.stmts {
            if let Stmt::Item(Item::Use(item)) = statement
                && item.leading_colon.is_none()
                && !only_in_tests(&item.attrs)
            {
                flatten(&item.tree, &mut vec![], &mut scope);
            }
        }
        self.scopes.push(scope);
        visit::visit_block(self, block);
        self.scopes.pop();
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if !only_in_tests(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attributes: &[Attribute] = match item {
            syn::ImplItem::Const(item) => &item.attrs,
            syn::ImplItem::Fn(item) => &item.attrs,
            syn::ImplItem::Type(item) => &item.attrs,
            syn::ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !only_in_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !only_in_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if !only_in_tests(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !only_in_tests(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments: Segments = path.segments.iter().map(|s| s.ident.to_string()).collect();
            self.path(&segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        let name = called.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        let place = if name == "concat" { Place::Concat } else { Place::Code };
        self.contents.macros.insert(name);
        let depth = self.scopes.len();
        let read = |input: ParseStream<'_>| self.tokens(input, place);
        read.parse2(called.tokens.clone()).expect("tokens that the compiler has accepted");
        self.scopes.truncate(depth);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        self.visit_path(attribute.path());
        match &attribute.meta {
            Meta::List(list) => {
                let read = |input: ParseStream<'_>| self.tokens(input, Place::Attribute);
                read.parse2(list.tokens.clone()).expect("tokens that the compiler has accepted");
            }
            Meta::NameValue(pair) => {
                if let syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = &pair.value {
                    self.attribute_string(&text.value());
                }
            }
            Meta::Path(_) => {}
        }
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.contents.strings.push(text.value());
    }
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
