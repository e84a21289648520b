//! A planned post: what would be published, what stands against it, and what a person can do with it.

use super::calls::{ActOnCampaign, DecidePlanned, EditPlanned, WriteAgain};
use super::model::{AccountLine, PlannedCard, PlannedState};
use crate::features::deliveries::chip::StateChip;
use crate::ui::{
    Button, ButtonKind, Card, Check, Chip, Chosen, ChosenBox, FormAction, FormError, LinkButton, PlatformIcon,
    PostForm, TextArea, Tone, WhenField, failure, problem, typed,
};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Forms {
    pub decide: FormAction<DecidePlanned>,
    pub edit: FormAction<EditPlanned>,
    pub again: FormAction<WriteAgain>,
    pub remove: FormAction<ActOnCampaign>,
}

/// What can be done on the page at `back`.
#[derive(Clone)]
pub struct Around {
    pub forms: Forms,
    pub back: String,
    pub may_edit: bool,
    /// Another text can be asked for.
    pub may_ask: bool,
    pub chosen: Option<Chosen>,
}

fn tone(state: PlannedState) -> Tone {
    match state {
        PlannedState::Proposed | PlannedState::Accepting => Tone::Info,
        PlannedState::Draft | PlannedState::Scheduled => Tone::Good,
        PlannedState::Refused => Tone::Quiet,
    }
}

/// "X @northwind, Fri 4 Dec, 09:00"
fn subject(card: &PlannedCard) -> String {
    let network = card.account.platform.map_or("", |platform| platform.name());
    format!("{network} {}, {}", card.account.handle, card.at_words)
}

pub fn planned(card: PlannedCard, around: &Around) -> AnyView {
    let waits = card.state == PlannedState::Proposed;
    let subject = subject(&card);
    let pick = around.chosen.filter(|_| waits && around.may_edit).map(|chosen| {
        view! { <ChosenBox value=card.id.to_string() title=subject.clone() class="target grid w-8 shrink-0 place-items-center" chosen=chosen /> }
            .into_any()
    });
    let state = match (card.post, card.delivery) {
        (Some(_), Some(delivery)) if !card.in_bin => view! { <StateChip state=delivery /> }.into_any(),
        _ => view! { <Chip tone=tone(card.state)>{card.state.name()}</Chip> }.into_any(),
    };
    let edited = card.edited.then(|| view! { <span class="text-xs text-faint">"edited"</span> }.into_any());
    let buttons = around.may_edit.then(|| buttons(&card, &subject, around));
    let (says, words, account) = (says(&card), words(&card), account(&card.account));
    view! {
        <Card class="flex flex-col gap-2.5 p-4">
            <div class="flex flex-wrap items-center gap-2">
                {pick}
                <h3 class="font-semibold">{card.at_words.clone()}</h3>
                {account}
                {state}
                {edited}
                <span class="ml-auto text-xs text-faint">{card.length.clone()}</span>
            </div>
            {words}
            {says}
            {buttons}
        </Card>
    }
    .into_any()
}

fn account(line: &AccountLine) -> AnyView {
    let icon = line.platform.map(|platform| view! { <PlatformIcon platform=platform /> }.into_any());
    let gone = line.gone.then(|| view! { <span class="text-xs text-warn">"not usable now"</span> }.into_any());
    view! {
        <span class="inline-flex min-w-0 max-w-full items-center gap-1.5 rounded-full border border-line px-2 py-0.5 text-[13px]">
            {icon}
            <span dir="auto" class="truncate">{line.handle.clone()}</span>
            {gone}
        </span>
    }
    .into_any()
}

/// Text and picture, or what it could say.
fn words(card: &PlannedCard) -> AnyView {
    let picture = card.picture.clone().map(|(src, alt)| match src.is_empty() {
        true => view! {
            <span dir="auto" class="grid size-24 place-items-center rounded-control border border-line bg-surface-2 p-1 text-center text-xs text-muted wrap-anywhere">
                {alt}
            </span>
        }
        .into_any(),
        false => {
            view! { <img class="size-24 rounded-control border border-line object-cover" src=src alt=alt loading="lazy" /> }
                .into_any()
        }
    });
    let text = match (card.rewriting, card.text.is_empty()) {
        (true, _) => view! { <p role="status" class="text-muted">"A text is being written."</p> }.into_any(),
        (false, true) => {
            let hint = card.hint.clone();
            view! {
                <div class="min-w-0 flex-1 basis-64">
                    <p class="text-warn">"Write this."</p>
                    <p dir="auto" class="whitespace-pre-wrap text-[13px] text-muted wrap-anywhere">{hint}</p>
                </div>
            }
            .into_any()
        }
        (false, false) => {
            view! { <p dir="auto" class="min-w-0 flex-1 basis-64 whitespace-pre-wrap wrap-anywhere">{card.text.clone()}</p> }
                .into_any()
        }
    };
    view! { <div class="flex flex-wrap gap-3">{picture} {text}</div> }.into_any()
}

/// What stands against it, and what became of it.
fn says(card: &PlannedCard) -> AnyView {
    let problems: Vec<_> = card
        .problems
        .iter()
        .chain(Some(&card.reason).filter(|reason| !reason.is_empty()))
        .map(|why| view! { <li dir="auto" class="wrap-anywhere">{why.clone()}</li> }.into_any())
        .collect();
    let problems = (!problems.is_empty())
        .then(|| view! { <ul class="text-[13px] text-warn" aria-label="To know">{problems}</ul> }.into_any());
    let bin = card.in_bin.then(|| {
        view! { <p class="text-[13px] text-muted">"Its post is in the bin. Undo to plan it again."</p> }.into_any()
    });
    view! { {problems} {bin} }.into_any()
}

fn buttons(card: &PlannedCard, subject: &str, around: &Around) -> AnyView {
    let (forms, back) = (around.forms, around.back.clone());
    let decide = forms.decide;
    let id = card.id.to_string();
    let label = |what: &str| format!("{what}: {subject}");
    let hidden = || {
        let (id, back) = (id.clone(), back.clone());
        view! {
            <input type="hidden" name="ids[]" value=id />
            <input type="hidden" name="back" value=back />
        }
        .into_any()
    };
    let press = |kind: ButtonKind, value: &'static str, words: &'static str| {
        let label = label(words);
        view! {
            <Button small=true kind=kind name="decision" value=value label=label disabled=decide.pending()>{words}</Button>
        }
        .into_any()
    };
    let form = |inner: AnyView| {
        let hidden = hidden();
        view! { <PostForm action=decide class="flex flex-wrap gap-2">{hidden} {inner}</PostForm> }.into_any()
    };
    let inner = match card.state {
        PlannedState::Proposed if card.rewriting => ().into_any(),
        PlannedState::Proposed => {
            let join = if back.contains('?') { '&' } else { '?' };
            let (edit, what) = (format!("{back}{join}edit={id}"), format!(": {subject}"));
            let accept = (!card.text.is_empty()).then(|| {
                let draft = press(ButtonKind::Secondary, "draft", "Accept as draft");
                let schedule = press(ButtonKind::Secondary, "schedule", "Schedule");
                view! { {schedule} {draft} }.into_any()
            });
            let again = around.may_ask.then(|| {
                let (id, back, label) = (id.clone(), back.clone(), label("Write again"));
                view! {
                    <PostForm action=forms.again>
                        <input type="hidden" name="planned" value=id />
                        <input type="hidden" name="back" value=back />
                        <Button small=true label=label disabled=forms.again.pending()>"Write again"</Button>
                    </PostForm>
                }
                .into_any()
            });
            let refuse = press(ButtonKind::Ghost, "refuse", "Refuse");
            let all = view! {
                {accept}
                <LinkButton small=true href=edit>"Edit" <span class="sr-only">{what}</span></LinkButton>
                {refuse}
            };
            let all = form(all.into_any());
            view! { {all} {again} }.into_any()
        }
        PlannedState::Accepting => ().into_any(),
        PlannedState::Draft | PlannedState::Scheduled => {
            let open = card.post.filter(|_| !card.in_bin).map(|post| {
                let (href, what) = (format!("/posts/{post}"), format!(": {subject}"));
                view! { <LinkButton small=true href=href>"Open the post" <span class="sr-only">{what}</span></LinkButton> }
                    .into_any()
            });
            let live = card.url.clone().map(|url| {
                view! { <a class="text-[13px] text-purple-soft hover:underline" href=url target="_blank" rel="external noopener">"See it there"</a> }
                    .into_any()
            });
            let undo = form(press(ButtonKind::Secondary, "undo", "Undo"));
            view! { {open} {live} {undo} }.into_any()
        }
        PlannedState::Refused => form(press(ButtonKind::Secondary, "undo", "Undo")),
    };
    view! { <div class="flex flex-wrap items-center gap-2 empty:hidden">{inner}</div> }.into_any()
}

/// The form in which a planned post is changed.
pub fn edit_form(card: PlannedCard, around: &Around) -> AnyView {
    let edit = around.forms.edit;
    let error = failure(&edit);
    let text = Signal::stored(typed(error, "text", card.text.clone()));
    let at = RwSignal::new(typed(error, "at", card.at.clone()));
    let hint = if card.text.is_empty() { card.hint.clone() } else { card.length.clone() };
    let picture = card.picture.is_some().then(|| {
        view! { <Check name="picture" value="true" checked=Signal::stored(true)>"With the picture"</Check> }.into_any()
    });
    let (back, cancel) = (around.back.clone(), around.back.clone());
    view! {
        <Card class="p-4">
            <div class="mb-2 flex flex-wrap items-center gap-2">
                <h3 class="font-semibold">"Edit the planned post"</h3>
                {account(&card.account)}
            </div>
            <PostForm action=edit class="flex flex-col gap-2">
                <input type="hidden" name="planned" value=card.id.to_string() />
                <input type="hidden" name="version" value=card.version.to_string() />
                <input type="hidden" name="back" value=back />
                <TextArea id="planned-text" name="text" label="The text" hint=hint rows=6 value=text error=problem(error, "text") />
                <WhenField id="planned-at" name="at" label="When" value=at error=problem(error, "at") />
                {picture}
                <FormError error=error fields=&["text", "at"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=edit.pending()>"Save the planned post"</Button>
                    <LinkButton href=cancel>"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}
