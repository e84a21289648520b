//! Who is told what, on the page about Zapier.

use super::calls::{RemoveHook, ResumeHook};
use super::model::HookCard;
use crate::domain::page::counted;
use crate::ui::{Button, ButtonKind, Card, CardHead, Chip, FormAction, PostForm, Tone};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct HookForms {
    pub resume: FormAction<ResumeHook>,
    pub remove: FormAction<RemoveHook>,
}

pub fn subscriptions(hooks: Vec<HookCard>, forms: HookForms) -> AnyView {
    let list = if hooks.is_empty() {
        view! {
            <p class="p-4 text-[13px] text-muted">
                "No Zap listens yet. With the Zapier app of LUX a Zap can begin when a contact came in, when a post was published or when one needs you; it signs in with a user name and password from above."
            </p>
        }
        .into_any()
    } else {
        let rows: Vec<_> = hooks.into_iter().map(|hook| row(hook, forms)).collect();
        view! { <ul aria-label="What Zapier is told">{rows}</ul> }.into_any()
    };
    view! {
        <Card>
            <CardHead title="What Zapier is told" />
            {list}
        </Card>
    }
    .into_any()
}

fn row(hook: HookCard, forms: HookForms) -> AnyView {
    let HookCard { id, event, host, user_name, made, sent, last_sent, failing, paused, unsent } = hook;
    let state = match (paused, failing.is_some()) {
        (true, _) => view! { <Chip tone=Tone::Bad>"Paused"</Chip> }.into_any(),
        (false, true) => view! { <Chip tone=Tone::Warning>"Does not arrive"</Chip> }.into_any(),
        (false, false) => view! { <Chip tone=Tone::Good>"Works"</Chip> }.into_any(),
    };
    let last = match last_sent {
        Some(at) if sent == 1 => format!("1 sent, {}", at.local.short()),
        Some(at) => format!("{sent} sent, last {}", at.local.short()),
        None => "nothing sent yet".into(),
    };
    let said = format!("{host}, by {user_name} since {}: {last}", made.local.short());
    let wrong = failing.map(|(since, what)| {
        let rest = if paused {
            " Nothing more is sent or kept for it until you try again."
        } else {
            " It is tried again by itself."
        };
        let text = format!("Nothing arrived since {}: {what}{rest}", since.local.short());
        view! { <p dir="auto" class="text-[13px] text-bad wrap-anywhere">{text}</p> }.into_any()
    });
    let waiting = (unsent > 0).then(|| {
        view! { <p class="text-xs text-faint">{format!("Not sent yet: {}.", counted(unsent))}</p> }.into_any()
    });
    let [again, end] = ["Try again", "End"].map(|act| format!("{act}: {} ({host})", event.name()));
    let resume = paused.then(|| {
        view! {
            <PostForm action=forms.resume>
                <input type="hidden" name="hook" value=id.to_string() />
                <Button small=true label=again disabled=forms.resume.pending()>"Try again"</Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <li class="flex min-w-0 flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
            <div class="flex min-w-0 flex-1 basis-64 flex-col gap-1">
                <p class="flex flex-wrap items-center gap-2 text-[13px] font-medium">{event.name()} {state}</p>
                <p dir="auto" class="text-xs text-faint wrap-anywhere">{said}</p>
                {wrong}
                {waiting}
            </div>
            <div class="flex flex-wrap gap-2">
                {resume}
                <PostForm action=forms.remove>
                    <input type="hidden" name="hook" value=id.to_string() />
                    <Button kind=ButtonKind::Danger small=true label=end disabled=forms.remove.pending()>"End"</Button>
                </PostForm>
            </div>
        </li>
    }
    .into_any()
}
