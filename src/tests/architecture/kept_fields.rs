//! Forms without JavaScript: what was typed into one that is refused comes back. So whatever text the server function of a
//! form takes is named in `call::keeping`, or here with the reason why it must not stand in an address.

use super::sources::{File, parse};
use crate::support::snake_case;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, FnArg, ItemFn, Pat, PathArguments, Type};

/// Function, argument, and why it does not come back.
pub type NotKept = (&'static str, &'static str, &'static str);

const SECRET: &str = "a secret";
const HIDDEN: &str = "nobody types it: a hidden field or a button";
const WRITE_ONLY: &str = "keys are shown to nobody again, and stand in no address";

pub const NOT_KEPT: &[NotKept] = &[
    ("sign_up", "password", SECRET),
    ("sign_up", "next", HIDDEN),
    ("sign_in", "password", SECRET),
    ("sign_in", "next", HIDDEN),
    ("change_email", "password", SECRET),
    ("change_password", "old_password", SECRET),
    ("change_password", "new_password", SECRET),
    ("use_reset", "new_password", SECRET),
    ("use_reset", "token", HIDDEN),
    ("accept_invitation", "token", HIDDEN),
    ("sign_in_account", "values", SECRET),
    ("stop_schedule", "schedule", HIDDEN),
    ("start_schedule", "schedule", HIDDEN),
    ("run_schedule", "schedule", HIDDEN),
    ("save_keys", "platform", HIDDEN),
    ("save_keys", "then", HIDDEN),
    ("save_keys", "values", WRITE_ONLY),
    ("remove_key", "platform", HIDDEN),
    ("remove_key", "field", HIDDEN),
    ("test_keys", "platform", HIDDEN),
    ("act_on_posts", "back", HIDDEN),
    ("act_on_campaign", "back", HIDDEN),
    ("act_on_contacts", "back", HIDDEN),
    ("act_on_contacts", "tag", "a word beside boxes whose ticks do not come back either"),
    ("act_on_assets", "back", HIDDEN),
    ("act_on_assets", "folder", "chosen from a list"),
    ("act_on_link", "back", HIDDEN),
    ("act_on_snippets", "back", HIDDEN),
    ("act_on_snippets", "folder", "a word beside boxes whose ticks do not come back either"),
    ("act_on_snippets", "tag", "a word beside boxes whose ticks do not come back either"),
    ("add_from_link", "back", HIDDEN),
    ("answer_comment", "back", HIDDEN),
    ("confirm_live", "back", HIDDEN),
    ("hide_comment", "back", HIDDEN),
    ("save_link", "back", HIDDEN),
    ("save_snippet", "back", HIDDEN),
    ("act_on_conversation", "from", HIDDEN),
    ("send_chat", "from", HIDDEN),
    ("act_on_task", "back", HIDDEN),
    ("add_task", "back", HIDDEN),
    ("cancel_run", "back", HIDDEN),
    ("edit_document", "back", HIDDEN),
    ("edit_document", "markdown", "a whole document: too long for an address; the browser's own way back has it"),
    ("restore_document", "back", HIDDEN),
    ("set_agent_autonomy", "agent", HIDDEN),
    ("set_agent_autonomy", "back", HIDDEN),
    ("set_agent_events", "agent", HIDDEN),
    ("set_agent_events", "back", HIDDEN),
    ("decide_planned", "back", HIDDEN),
    ("decide_proposals", "back", HIDDEN),
    ("edit_planned", "back", HIDDEN),
    ("edit_proposal", "back", HIDDEN),
    ("erase_memory", "back", HIDDEN),
    ("erase_own_memory", "back", HIDDEN),
    ("run_agent", "agent", HIDDEN),
    ("run_agent", "back", HIDDEN),
    ("run_agent", "job", HIDDEN),
    ("reword_proposal", "back", HIDDEN),
    ("save_memory", "back", HIDDEN),
    ("save_own_memory", "back", HIDDEN),
    ("save_strategy", "back", HIDDEN),
    ("set_agent_budget", "agent", HIDDEN),
    ("set_agent_budget", "back", HIDDEN),
    ("set_agent_time", "agent", HIDDEN),
    ("set_agent_time", "back", HIDDEN),
    ("set_listeners", "back", HIDDEN),
    ("set_listeners", "event", HIDDEN),
    ("set_agent_time", "job", HIDDEN),
    ("start_agents", "back", HIDDEN),
    ("stop_agents", "back", HIDDEN),
    ("switch_agent", "agent", HIDDEN),
    ("switch_agent", "back", HIDDEN),
    ("set_agent_time", "day", "chosen from a list"),
    ("set_agent_time", "every", "chosen from a list"),
    ("set_agent_time", "weekday", "chosen from a list"),
    ("undo_snippets", "back", HIDDEN),
    ("unlink_post", "back", HIDDEN),
    ("write_again", "back", HIDDEN),
];

/// The texts that forms take and that do not come back, as "function.argument"; and the exceptions that are none.
pub fn lost(files: &[File], not_kept: &[NotKept]) -> Vec<String> {
    let sources = parse(files);
    let mut seen = Seen::default();
    sources.iter().for_each(|source| seen.visit_file(&source.syntax));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for function in &seen.functions {
        if seen.forms.contains(&function.name) {
            let lost = function.texts.iter().filter(|text| !function.kept.contains(*text));
            taken.extend(lost.map(|text| format!("{}.{text}", function.name)));
        }
    }
    let excepted: BTreeSet<String> = not_kept.iter().map(|(function, text, _)| format!("{function}.{text}")).collect();
    taken.symmetric_difference(&excepted).cloned().collect()
}

#[derive(Default)]
struct Seen {
    functions: Vec<Function>,
    /// The functions that a form is sent to, by their own names.
    forms: BTreeSet<String>,
}

struct Function {
    name: String,
    texts: Vec<String>,
    /// Every name in its `keeping([…])`.
    kept: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        for segment in &path.segments {
            if let PathArguments::AngleBracketed(arguments) = &segment.arguments
                && (segment.ident == "FormAction" || segment.ident == "ServerAction")
            {
                for argument in &arguments.args {
                    if let syn::GenericArgument::Type(Type::Path(of)) = argument {
                        self.forms.extend(of.path.segments.last().map(|last| snake_case(&last.ident.to_string())));
                    }
                }
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if item.attrs.iter().any(|a| a.path().segments.last().is_some_and(|last| last.ident == "server")) {
            let texts = item.sig.inputs.iter().filter_map(|input| {
                let FnArg::Typed(input) = input else { return None };
                let Pat::Ident(name) = &*input.pat else { return None };
                is_text(&input.ty).then(|| name.ident.to_string())
            });
            let mut kept = Kept::default();
            kept.visit_block(&item.block);
            self.functions.push(Function { name: item.sig.ident.to_string(), texts: texts.collect(), kept: kept.0 });
        }
        visit::visit_item_fn(self, item);
    }
}

fn is_text(of: &Type) -> bool {
    struct Text(bool);
    impl<'ast> Visit<'ast> for Text {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            self.0 |= ident == "String";
        }
    }
    let mut text = Text(false);
    text.visit_type(of);
    text.0
}

/// The names of variables in the argument of `keeping`.
#[derive(Default)]
struct Kept(BTreeSet<String>);

impl<'ast> Visit<'ast> for Kept {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(path) = &*call.func
            && path.path.segments.last().is_some_and(|last| last.ident == "keeping")
        {
            struct Names<'a>(&'a mut BTreeSet<String>);
            impl<'ast> Visit<'ast> for Names<'_> {
                fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
                    self.0.extend(path.path.get_ident().map(ToString::to_string));
                }
            }
            let mut names = Names(&mut self.0);
            call.args.iter().for_each(|argument| names.visit_expr(argument));
        }
        visit::visit_expr_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_lost_is_found() {
        let calls = "#[server] pub async fn save_it(name: String, note: Option<String>, n: i32) -> R {
            call::keeping([(\"name\", &name)]).signed_in(async |who| Ok(())).await }
            #[server] pub async fn other(text: String) -> R { call::open(async || Ok(())).await }";
        let page = "struct Page { save: FormAction<SaveIt> }";
        let files = [("src/features/a/calls.rs", calls), ("src/features/a/page.rs", page)];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(lost(&files, &[]), ["save_it.note"]);
        assert_eq!(lost(&files, &[("save_it", "note", HIDDEN)]), [""; 0]);
        // An exception for what is kept, or not there.
        assert_eq!(lost(&files, &[("save_it", "note", HIDDEN), ("save_it", "name", HIDDEN)]), ["save_it.name"]);
    }
}
