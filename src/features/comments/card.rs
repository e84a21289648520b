//! One comment of the inbox: what was written, what was answered, and what can be done.

use super::calls::{AnswerComment, DecideAnswer, HideComment, MarkComment, RemoveAnswer};
use super::model::{AnswerCard, CommentCard, ReplyAct, ReplyState, Replying};
use super::saved::{About, PlainReplies, SavedReplies, without_reply};
use crate::domain::moment::When;
use crate::domain::permission::{Permission, Role};
use crate::features::deliveries::actions::{Typed, Unfold, came_back};
use crate::features::deliveries::linked::this_page;
use crate::ui::{
    Button, ButtonKind, Card, Chip, FormAction, FormError, Glyph, Icon, PlatformIcon, PostForm, TextArea, Tone,
    failure, problem, typed,
};
use leptos::prelude::*;

/// `role`: of the person who looks; `replying`: to some comment.
#[component]
pub fn CommentItem(comment: CommentCard, zone: String, role: Role, replying: Option<Replying>) -> impl IntoView {
    let c = comment;
    let replying = replying.filter(|replying| replying.comment == c.id);
    let author = if c.author.is_empty() { "Somebody".to_owned() } else { c.author.clone() };
    let edge = if c.unread { "border-l-[3px] border-l-purple" } else { "" };
    let chips = [
        c.unread.then(|| view! { <Chip tone=Tone::Info>"Unread"</Chip> }.into_any()),
        (c.hidden && !c.removed).then(|| view! { <Chip tone=Tone::Warning>"Hidden"</Chip> }.into_any()),
        c.removed.then(|| view! { <Chip>"Deleted there"</Chip> }.into_any()),
    ];
    let chips: Vec<_> = chips.into_iter().flatten().collect();
    let answers = c
        .answers
        .iter()
        .map(|answer| view! { <Answer answer=answer.clone() of=&c zone=zone.clone() role=role /> }.into_any());
    let answers: Vec<_> = answers.collect();
    let answers = (!answers.is_empty()).then(|| {
        view! { <ul class="flex flex-col gap-2.5 border-l border-line pl-3.5" aria-label="Replies">{answers}</ul> }
            .into_any()
    });
    let text = if c.text.trim().is_empty() { "No text: a picture or a sticker.".to_owned() } else { c.text.clone() };
    view! {
        <li>
            <Card class=format!("flex flex-col gap-2 p-4 {edge}")>
                <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <PlatformIcon platform=c.platform />
                    <strong dir="auto" class="min-w-0 truncate">{author.clone()}</strong>
                    {chips}
                    <span class="ml-auto text-xs text-faint">
                        <Time at=c.at zone=zone.clone() />
                    </span>
                </div>
                <p dir="auto" class="leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap">{text}</p>
                <p class="flex min-w-0 flex-wrap items-center gap-x-1.5 text-xs text-faint">
                    <span dir="auto">{c.handle.clone()}</span>
                    "under"
                    <a dir="auto" class="max-w-full truncate text-muted hover:underline" href=format!("/posts/{}", c.post)>
                        {c.title.clone()}
                    </a>
                </p>
                {answers}
                <Actions comment=&c author=author role=role replying=replying />
            </Card>
        </li>
    }
}

/// A time of the company's clock, with its zone.
#[component]
fn Time(at: When, zone: String) -> impl IntoView {
    view! { <time datetime=at.local.to_string() title=zone>{at.local.short()}</time> }
}

#[component]
fn Actions<'a>(comment: &'a CommentCard, author: String, role: Role, replying: Option<Replying>) -> impl IntoView {
    let c = comment;
    let id = c.id.to_string();
    let answer =
        c.can_answer.then(|| view! { <AnswerForm comment=c author=author.clone() replying=replying /> }.into_any());
    let hide =
        c.can_hide.then(|| view! { <HideForm id=id.clone() hidden=c.hidden author=author.clone() /> }.into_any());
    let mark = role
        .may(Permission::Publish)
        .then(|| view! { <MarkForm id=id.clone() unread=c.unread author=author.clone() /> }.into_any());
    let see = c.url.clone().filter(|_| !c.removed).map(|href| {
        view! {
            <a href=href target="_blank" rel="noopener noreferrer" class=ButtonKind::Ghost.class(true)>
                {format!("See it on {}", c.platform.name())}
                <span class="sr-only">" (in a new tab)"</span>
            </a>
        }
        .into_any()
    });
    view! { <div class="flex flex-wrap items-start gap-2">{answer} {hide} {mark} {see}</div> }
}

#[component]
fn AnswerForm<'a>(comment: &'a CommentCard, author: String, replying: Option<Replying>) -> impl IntoView {
    let (of, place, longest) = (comment.id, comment.place, comment.longest);
    let (id, about) = (of.to_string(), About::of(comment));
    let action = FormAction::<AnswerComment>::staying();
    let error = failure(&action);
    let refused = came_back(error, "comment", &id);
    // The next answer is another field.
    let input = format!("answer-{id}-{place}");
    let open = refused || replying.is_some();
    let begin = replying.as_ref().map(|replying| replying.text.clone()).unwrap_or_default();
    let text = if refused { typed(error, "text", String::new()) } else { begin };
    let (value, on_change) = Typed::here().field(&input, text);
    let (back, field, same_field) = (without_reply(&this_page()).0, input.clone(), input.clone());
    view! {
        <Unfold id=input.clone() label="Reply" kind=ButtonKind::Secondary refused=open>
            <PostForm action=action class="mt-2 flex w-full flex-col items-start gap-2">
                <input type="hidden" name="comment" value=id />
                <input type="hidden" name="place" value=place.to_string() />
                <input type="hidden" name="back" value=back />
                <div class="w-full">
                    <TextArea
                        id=input
                        name="text"
                        label=format!("Reply to {author}")
                        hint=format!("Everybody can read it. Up to {longest} characters.")
                        rows=3
                        value=value
                        error=problem(error, "text")
                        on_change=on_change
                    />
                </div>
                <SavedReplies field=field about=about changed=on_change />
                <Button small=true kind=ButtonKind::Primary disabled=action.pending()>
                    <Icon glyph=Glyph::Send />
                    "Send reply"
                </Button>
            </PostForm>
            <PlainReplies comment=of field=same_field replying=replying />
            <FormError error=error fields=&["text"] />
        </Unfold>
    }
}

#[component]
fn HideForm(id: String, hidden: bool, author: String) -> impl IntoView {
    let action = FormAction::<HideComment>::staying();
    let (words, to) = if hidden { ("Show again", "false") } else { ("Hide", "true") };
    let back = this_page();
    view! {
        <PostForm action=action>
            <input type="hidden" name="comment" value=id />
            <input type="hidden" name="hidden" value=to />
            <input type="hidden" name="back" value=back />
            <Button small=true kind=ButtonKind::Ghost label=format!("{words}: comment of {author}") disabled=action.pending()>
                {words}
            </Button>
        </PostForm>
        <FormError error=failure(&action) />
    }
}

#[component]
fn MarkForm(id: String, unread: bool, author: String) -> impl IntoView {
    let action = FormAction::<MarkComment>::new();
    let (words, read) = if unread { ("Mark as read", "true") } else { ("Mark as unread", "false") };
    view! {
        <PostForm action=action>
            <input type="hidden" name="comment" value=id />
            <input type="hidden" name="read" value=read />
            <Button small=true kind=ButtonKind::Ghost label=format!("{words}: comment of {author}") disabled=action.pending()>
                {words}
            </Button>
        </PostForm>
        <FormError error=failure(&action) />
    }
}

#[component]
fn Answer<'a>(answer: AnswerCard, of: &'a CommentCard, zone: String, role: Role) -> impl IntoView {
    let a = answer;
    let chip = match (a.state, a.removed) {
        (_, true) => Some((Tone::Quiet, "Deleted")),
        (ReplyState::Queued | ReplyState::Armed, _) => Some((Tone::Info, "Sending")),
        (ReplyState::Unconfirmed, _) => Some((Tone::Warning, "Unconfirmed")),
        (ReplyState::Failed, _) => Some((Tone::Bad, "Not sent")),
        (ReplyState::Sent | ReplyState::Dropped, _) => None,
    };
    let chip = chip.map(|(tone, words)| view! { <Chip tone=tone>{words}</Chip> }.into_any());
    let by = a.by.clone().map_or_else(|| of.handle.clone(), |by| format!("{} ({by})", of.handle));
    let fault = a
        .fault
        .clone()
        .filter(|_| a.state != ReplyState::Sent)
        .map(|fault| view! { <p dir="auto" class="text-[13px] text-muted">{fault}</p> }.into_any());
    let may = role.may(Permission::Publish);
    let decide = a.reply.filter(|_| may).map(|id| view! { <DecideForm id=id.to_string() state=a.state /> }.into_any());
    let can_go = of.can_remove && a.state == ReplyState::Sent && !a.removed;
    let remove = a
        .comment
        .filter(|_| may && can_go)
        .map(|id| view! { <RemoveForm id=id.to_string() platform=of.platform.name() /> }.into_any());
    view! {
        <li class="flex flex-col gap-1">
            <div class="flex flex-wrap items-center gap-2 text-[13px]">
                <strong dir="auto">{by}</strong>
                {chip}
                <span class="text-xs text-faint">
                    <Time at=a.at zone=zone />
                </span>
            </div>
            <p dir="auto" class="[overflow-wrap:anywhere] whitespace-pre-wrap">{a.text.clone()}</p>
            {fault}
            <div class="flex flex-wrap items-start gap-2 empty:hidden">{decide} {remove}</div>
        </li>
    }
}

/// What to do about an answer that is not out.
#[component]
fn DecideForm(id: String, state: ReplyState) -> impl IntoView {
    let action = FormAction::<DecideAnswer>::new();
    let acts: &[(ReplyAct, &str, ButtonKind)] = match state {
        ReplyState::Failed => {
            &[(ReplyAct::Send, "Try again", ButtonKind::Secondary), (ReplyAct::Drop, "Discard", ButtonKind::Ghost)]
        }
        ReplyState::Unconfirmed => &[
            (ReplyAct::IsThere, "It is there", ButtonKind::Secondary),
            (ReplyAct::Send, "It is not: send again", ButtonKind::Ghost),
            (ReplyAct::Drop, "Discard", ButtonKind::Ghost),
        ],
        _ => &[],
    };
    let buttons = acts.iter().map(|(act, words, kind)| {
        view! { <Button small=true kind=*kind name="act" value=act.id() disabled=action.pending()>{*words}</Button> }.into_any()
    });
    let buttons: Vec<_> = buttons.collect();
    (!buttons.is_empty()).then(|| {
        view! {
            <PostForm action=action class="flex flex-wrap gap-2">
                <input type="hidden" name="reply" value=id />
                {buttons}
            </PostForm>
            <FormError error=failure(&action) />
        }
        .into_any()
    })
}

#[component]
fn RemoveForm(id: String, platform: &'static str) -> impl IntoView {
    let action = FormAction::<RemoveAnswer>::new();
    view! {
        <Unfold id=format!("remove-{id}") label="Delete" kind=ButtonKind::Ghost refused=false>
            <PostForm action=action class="mt-2 flex flex-col items-start gap-2">
                <input type="hidden" name="comment" value=id />
                <p class="text-[13px] text-muted">{format!("The reply disappears from {platform}. This cannot be undone.")}</p>
                <Button small=true kind=ButtonKind::Danger disabled=action.pending()>{format!("Delete it on {platform}")}</Button>
            </PostForm>
            <FormError error=failure(&action) />
        </Unfold>
    }
}
