//! A proposal: what will happen, exactly, and what a person can do with it.

use super::calls::{DecideProposals, EditProposal, RewordProposal};
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
        Preview::Segment { name, .. } => format!("Segment “{name}”"),
        Preview::Idea { about, .. } => format!("Idea for a post: {about}"),
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
        Preview::Segment { rule, count, people, .. } => {
            let some = if people.is_empty() { String::new() } else { format!(" Among them: {}.", people.join(", ")) };
            let count = (!count.is_empty())
                .then(|| view! { <p dir="auto" class="wrap-anywhere">{format!("{count}{some}")}</p> }.into_any());
            view! {
                <p dir="auto" class="wrap-anywhere">{format!("Whoever fits: {rule}. The program keeps it up.")}</p>
                {count}
            }
            .into_any()
        }
        Preview::Idea { text, .. } => {
            view! { <p dir="auto" class="whitespace-pre-wrap wrap-anywhere">{text.clone()}</p> }.into_any()
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
            let approve = match card.preview {
                Preview::Post { .. } => "Approve and schedule",
                Preview::Tag { .. } => "Approve",
                Preview::Segment { .. } => "Make the segment",
                Preview::Idea { .. } => "Keep it as a draft",
            };
            let is_edited = !matches!(card.preview, Preview::Tag { .. });
            let draft = is_post.then(|| {
                view! {
                    <Button small=true name="decision" value="draft" label=format!("Approve as draft: {subject}") disabled=decide.pending()>
                        "Approve as draft"
                    </Button>
                }
                .into_any()
            });
            let edit = is_edited.then(|| {
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
            let is_made = card.state == ProposalState::Done && matches!(card.preview, Preview::Segment { .. });
            let who = is_made.then(|| {
                view! { <LinkButton small=true href=format!("/contacts?segment={}", card.id)>"See who is in it"</LinkButton> }.into_any()
            });
            view! {
                <PostForm action=decide class="flex flex-wrap gap-2">
                    {hidden()}
                    {open}
                    {who}
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

/// The form in which a proposal is changed. `back`: the page without it.
pub fn edit_form(
    card: ProposalCard,
    accounts: Vec<AccountLine>,
    back: String,
    (edit, reword): (FormAction<EditProposal>, FormAction<RewordProposal>),
) -> AnyView {
    let (chosen, text, pictures, at) = match card.preview {
        Preview::Post { accounts: chosen, text, pictures, at, .. } => (chosen, text, pictures, at),
        Preview::Segment { name, .. } => {
            return words_form((card.id.to_string(), card.version), "Its name", name, 1, back, reword);
        }
        Preview::Idea { text, .. } => {
            return words_form((card.id.to_string(), card.version), "The text of the draft", text, 8, back, reword);
        }
        Preview::Tag { .. } => return ().into_any(),
    };
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

/// The same for what has only words to change.
fn words_form(
    (id, version): (String, i32),
    label: &'static str,
    now: String,
    rows: u32,
    back: String,
    reword: FormAction<RewordProposal>,
) -> AnyView {
    let error = failure(&reword);
    let words = Signal::stored(typed(error, "words", now));
    let cancel = back.clone();
    view! {
        <Card class="p-4">
            <h2 class="mb-2 font-semibold">"Edit the proposal"</h2>
            <PostForm action=reword class="flex flex-col gap-2">
                <input type="hidden" name="proposal" value=id />
                <input type="hidden" name="version" value=version.to_string() />
                <input type="hidden" name="back" value=back />
                <TextArea id="proposal-words" name="words" label=label rows=rows value=words error=problem(error, "words") />
                <FormError error=error fields=&["words"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=reword.pending()>"Save the proposal"</Button>
                    <LinkButton href=cancel>"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}
