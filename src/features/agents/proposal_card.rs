//! A proposal: what will happen, exactly, and what a person can do with it.

use super::calls::{DecideProposals, EditProposal};
use super::model::{AccountLine, Preview, ProposalCard, ProposalState};
use super::parts::{home, name, proposal_tone, time};
use crate::ui::{
    Button, ButtonKind, Card, Check, Chip, Chosen, ChosenBox, FormAction, FormError, LinkButton, PlatformIcon,
    PostForm, TextArea, WhenField, failure, problem, typed,
};
use leptos::prelude::*;

/// `back`: the page that it stands on. `chosen`: it can be chosen with others.
pub fn proposal(
    card: ProposalCard,
    may_decide: bool,
    back: String,
    decide: FormAction<DecideProposals>,
    chosen: Option<Chosen>,
) -> AnyView {
    let title = format!("{} of {}", what(&card.preview), time(card.created));
    let waits = card.state == ProposalState::Proposed;
    let pick = chosen.filter(|_| waits && may_decide).map(|chosen| {
        view! { <ChosenBox value=card.id.to_string() title=title.clone() class="target grid w-8 shrink-0 place-items-center" chosen=chosen /> }
            .into_any()
    });
    let by = card
        .decided_by
        .clone()
        .filter(|_| !card.by_itself)
        .map(|by| view! { <span class="text-xs text-faint">{by}</span> }.into_any());
    let by_itself =
        card.by_itself.then(|| view! { <span class="text-xs text-faint">"without asking"</span> }.into_any());
    let edited = card.edited.then(|| view! { <span class="text-xs text-faint">"edited"</span> }.into_any());
    let reason = (!card.reason.is_empty()).then(|| {
        view! { <p dir="auto" class="text-[13px] text-warn wrap-anywhere">{card.reason.clone()}</p> }.into_any()
    });
    let buttons = may_decide.then(|| buttons(&card, &back, decide));
    view! {
        <Card class="flex flex-col gap-2.5 p-4">
            <div class="flex flex-wrap items-center gap-2">
                {pick}
                <h2 class="font-semibold">{what(&card.preview)}</h2>
                <Chip tone=proposal_tone(card.state)>{card.state.name()}</Chip>
                {by}
                {by_itself}
                {edited}
                <span class="ml-auto text-xs text-faint">
                    <a class="hover:underline" href=home(&card.agent)>{name(&card.agent)}</a>
                    {format!(" · {}", time(card.created))}
                </span>
            </div>
            {preview(&card.preview)}
            <p dir="auto" class="text-[13px] text-muted wrap-anywhere">{format!("Why: {}", card.why)}</p>
            {reason}
            {buttons}
        </Card>
    }
    .into_any()
}

/// What an approval does, in a word.
pub fn what(preview: &Preview) -> String {
    match preview {
        Preview::Post { at_words, .. } => format!("Post for {at_words}"),
        Preview::Tag { tag, people, more } => {
            let n = people.len() + more;
            format!("Tag {n} {} “{tag}”", if n == 1 { "person" } else { "people" })
        }
    }
}

fn preview(preview: &Preview) -> AnyView {
    match preview {
        Preview::Post { accounts, text, pictures, .. } => {
            let accounts: Vec<_> = accounts.iter().map(account).collect();
            let pictures: Vec<_> = pictures
                .iter()
                .map(|(src, alt)| {
                    view! { <img class="size-24 rounded-control border border-line object-cover" src=src.clone() alt=alt.clone() loading="lazy" /> }
                        .into_any()
                })
                .collect();
            view! {
                <ul class="flex flex-wrap gap-2" aria-label="Accounts">{accounts}</ul>
                <div class="flex flex-wrap gap-3">
                    {pictures}
                    <p dir="auto" class="min-w-0 flex-1 basis-64 whitespace-pre-wrap wrap-anywhere">{text.clone()}</p>
                </div>
            }
            .into_any()
        }
        Preview::Tag { people, more, .. } => {
            let more = if *more > 0 { format!(" and {more} more") } else { String::new() };
            view! { <p dir="auto" class="wrap-anywhere">{people.join(", ")} {more}</p> }.into_any()
        }
    }
}

fn account(line: &AccountLine) -> AnyView {
    let icon = line.platform.map(|platform| view! { <PlatformIcon platform=platform /> }.into_any());
    let gone = line.gone.then(|| view! { <span class="text-xs text-warn">"not usable now"</span> }.into_any());
    let network = line.platform.map_or("", |platform| platform.name());
    view! {
        <li class="inline-flex min-w-0 items-center gap-1.5 rounded-full border border-line px-2 py-0.5 text-[13px]">
            {icon}
            <span class="sr-only">{network}</span>
            <span dir="auto" class="truncate">{line.handle.clone()}</span>
            {gone}
        </li>
    }
    .into_any()
}

fn buttons(card: &ProposalCard, back: &str, decide: FormAction<DecideProposals>) -> AnyView {
    let is_post = matches!(card.preview, Preview::Post { .. });
    let subject = what(&card.preview);
    let hidden = {
        let (id, back) = (card.id.to_string(), back.to_owned());
        move || {
            view! {
                <input type="hidden" name="ids[]" value=id.clone() />
                <input type="hidden" name="back" value=back.clone() />
            }
        }
    };
    match card.state {
        ProposalState::Proposed => {
            let approve = if is_post { "Approve and schedule" } else { "Approve" };
            let draft = is_post.then(|| {
                view! {
                    <Button small=true name="decision" value="draft" label=format!("Approve as draft: {subject}") disabled=decide.pending()>
                        "Approve as draft"
                    </Button>
                }
                .into_any()
            });
            let edit = is_post.then(|| {
                let (href, subject) = (format!("/proposals?edit={}", card.id), format!(": {subject}"));
                view! { <LinkButton small=true href=href>"Edit" <span class="sr-only">{subject}</span></LinkButton> }
                    .into_any()
            });
            view! {
                <PostForm action=decide class="flex flex-wrap gap-2">
                    {hidden()}
                    <Button
                        small=true
                        kind=ButtonKind::Primary
                        name="decision"
                        value="approve"
                        label=format!("{approve}: {subject}")
                        disabled=decide.pending()
                    >
                        {approve}
                    </Button>
                    {draft}
                    {edit}
                    <Button
                        small=true
                        kind=ButtonKind::Ghost
                        name="decision"
                        value="refuse"
                        label=format!("Refuse: {subject}")
                        disabled=decide.pending()
                    >
                        "Refuse"
                    </Button>
                </PostForm>
            }
            .into_any()
        }
        ProposalState::Done | ProposalState::Refused => {
            let open = card.post.filter(|_| card.state == ProposalState::Done).map(|post| {
                view! { <LinkButton small=true href=format!("/posts/{post}")>"Open the post"</LinkButton> }.into_any()
            });
            view! {
                <PostForm action=decide class="flex flex-wrap gap-2">
                    {hidden()}
                    {open}
                    <Button small=true kind=ButtonKind::Ghost name="decision" value="undo" label=format!("Undo: {subject}") disabled=decide.pending()>
                        "Undo"
                    </Button>
                </PostForm>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

/// The form in which a proposed post is changed. `back`: the page without it.
pub fn edit_form(
    card: ProposalCard,
    accounts: Vec<AccountLine>,
    back: String,
    edit: FormAction<EditProposal>,
) -> AnyView {
    let Preview::Post { accounts: chosen, text, pictures, at, .. } = card.preview else { return ().into_any() };
    let error = failure(&edit);
    let text = Signal::stored(typed(error, "text", text));
    let at = RwSignal::new(typed(error, "at", at));
    let boxes: Vec<_> = accounts
        .into_iter()
        .map(|line| {
            let on = chosen.iter().any(|account| account.id == line.id);
            let name = line.platform.map_or("", |platform| platform.name());
            view! {
                <Check name="accounts[]" value=line.id.to_string() checked=Signal::stored(on)>
                    <span dir="auto" class="wrap-anywhere">{format!("{name} {}", line.handle)}</span>
                </Check>
            }
            .into_any()
        })
        .collect();
    let picture = (!pictures.is_empty()).then(|| {
        view! {
            <Check name="picture" value="true" checked=Signal::stored(true)>"With the picture"</Check>
        }
        .into_any()
    });
    let cancel = back.clone();
    view! {
        <Card class="p-4">
            <h2 class="mb-2 font-semibold">"Edit the proposal"</h2>
            <PostForm action=edit class="flex flex-col gap-2">
                <input type="hidden" name="proposal" value=card.id.to_string() />
                <input type="hidden" name="version" value=card.version.to_string() />
                <input type="hidden" name="back" value=back />
                <TextArea id="proposal-text" name="text" label="The text" rows=6 value=text error=problem(error, "text") />
                <WhenField id="proposal-at" name="at" label="When" value=at error=problem(error, "at") />
                <fieldset class="flex flex-col gap-1">
                    <legend class="mb-1 text-[13px] text-muted">"Accounts"</legend>
                    <div class="flex flex-wrap gap-x-4 gap-y-1">{boxes}</div>
                    <p class="text-xs text-bad" aria-live="polite">{move || problem(error, "accounts").get()}</p>
                </fieldset>
                {picture}
                <FormError error=error fields=&["text", "at", "accounts"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=edit.pending()>"Save the proposal"</Button>
                    <LinkButton href=cancel>"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}
