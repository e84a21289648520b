//! The part of `/agents/memory` about the person who looks: what they said of themselves, for nobody else to see.

use super::calls::{EraseOwnMemory, SaveOwnMemory};
use super::model::{MAX_WORDS, MemoryLine};
use super::parts::time;
use crate::domain::ids::MemoryId;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, FormAction, FormError, LinkButton, PostForm, TextArea, failure, problem, typed,
};
use leptos::prelude::*;

/// The page, where this part begins.
const HERE: &str = "/agents/memory";

#[derive(Clone, Copy)]
pub struct Own {
    pub save: FormAction<SaveOwnMemory>,
    pub erase: FormAction<EraseOwnMemory>,
}

/// `edited`: the fact that is being changed.
pub fn section(facts: Vec<MemoryLine>, edited: Option<MemoryId>, own: Own) -> AnyView {
    let opened = facts.iter().find(|line| edited == Some(line.id)).cloned();
    let form = form(opened, own.save);
    let lines: Vec<_> = facts.into_iter().map(|line| fact(line, own.erase)).collect();
    let lines = (!lines.is_empty()).then(|| {
        view! { <ul class="divide-y divide-line border-t border-line" aria-label="Facts about you">{lines}</ul> }
            .into_any()
    });
    view! {
        <Card>
            <CardHead title="About you" />
            <div class="flex flex-col gap-3 p-4">
                <p class="max-w-2xl text-[13px] text-muted">
                    "Only you see these. “Ask” takes them into account when it answers you, agents when you press “Run now”; what they write for the \
                     company may then sound like it. They go when you leave the company. In a conversation “Remember that …” keeps one here, too."
                </p>
                {form}
            </div>
            {lines}
        </Card>
    }
    .into_any()
}

fn form(opened: Option<MemoryLine>, save: FormAction<SaveOwnMemory>) -> AnyView {
    let error = failure(&save);
    let now = opened.as_ref().map(|line| line.words.clone()).unwrap_or_default();
    let words = Signal::stored(typed(error, "words", now));
    let button = if opened.is_some() { "Save what is known about you" } else { "Keep it for me" };
    let hidden = opened
        .as_ref()
        .map(|line| view! { <input type="hidden" name="memory" value=line.id.to_string() /> }.into_any());
    let cancel = opened.is_some().then(|| view! { <LinkButton small=true href=HERE>"Cancel"</LinkButton> }.into_any());
    view! {
        <PostForm action=save class="flex flex-col gap-2">
            {hidden}
            <input type="hidden" name="back" value=HERE />
            <TextArea
                id="own-words"
                name="words"
                label="What is to be known about you"
                hint=format!("One thing, at most {MAX_WORDS} characters: your language, how you like texts, what you are in charge of.")
                rows=2
                value=words
                error=problem(error, "words")
            />
            <FormError error=error fields=&["words"] />
            <div class="flex flex-wrap gap-2">
                <Button small=true disabled=save.pending()>{button}</Button>
                {cancel}
            </div>
        </PostForm>
    }
    .into_any()
}

fn fact(line: MemoryLine, erase: FormAction<EraseOwnMemory>) -> AnyView {
    let short: String = line.words.chars().take(60).collect();
    let (id, edit) = (line.id.to_string(), format!("{HERE}?own={}", line.id));
    let (change, erases) = (format!(": {short}"), format!("Erase for good: {short}"));
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-64">
                <p dir="auto" class="wrap-anywhere">{line.words.clone()}</p>
                <p class="text-xs text-faint">{format!("{} · {}", line.source, time(line.at))}</p>
            </div>
            <div class="flex gap-2">
                <LinkButton small=true href=edit>"Change" <span class="sr-only">{change}</span></LinkButton>
                <PostForm action=erase>
                    <input type="hidden" name="memory" value=id />
                    <input type="hidden" name="back" value=HERE />
                    <Button small=true kind=ButtonKind::Danger label=erases disabled=erase.pending()>"Erase"</Button>
                </PostForm>
            </div>
        </li>
    }
    .into_any()
}
