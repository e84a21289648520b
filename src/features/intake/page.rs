//! Settings, Zapier: where contacts are sent to and with what, who is put into the newsletter, and what came in. The list reads
//! itself anew while somebody looks.

use super::calls::{MakeIntakeKey, RevokeIntakeKey, SendAgain, SendTestContact, load_intake};
use super::came::came_in;
use super::hooks::section::{HookForms, subscriptions};
use super::model::{IntakePage, IntakeQuery, KeyCard, NewKey, NewsletterRule};
use crate::domain::error::{AppError, ErrorKind};
use crate::domain::page::counted;
use crate::features::contacts::SaveNewsletter;
use crate::ui::focus::focus_soon;
use crate::ui::page::{PageHead, SettingsTabs};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, CopyField, Empty, FormAction, FormError, LinkButton, Loaded, Notice,
    PostForm, Screen, TextArea, TextInput, Tone, ValueForm, browser, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);

/// `/settings/zapier`
pub struct ZapierPage {
    query: Memo<IntakeQuery>,
    /// `None`: this person may not see it.
    page: Resource<Result<Option<IntakePage>, AppError>>,
    forms: Forms,
    /// Counted up to read the page anew.
    look: RwSignal<u32>,
}

#[derive(Clone, Copy)]
pub struct Forms {
    make: ServerAction<MakeIntakeKey>,
    revoke: FormAction<RevokeIntakeKey>,
    rule: FormAction<SaveNewsletter>,
    test: FormAction<SendTestContact>,
    pub again: FormAction<SendAgain>,
    hooks: HookForms,
}

async fn loaded(query: IntakeQuery) -> Result<Option<IntakePage>, AppError> {
    match load_intake(query).await {
        Err(error) if error.kind == ErrorKind::Forbidden => Ok(None),
        other => other.map(Some),
    }
}

impl Screen for ZapierPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| IntakeQuery {
                refused: q.get_str("show").is_some_and(|show| show == "refused"),
                older: q.get_str("older").and_then(|at| at.parse().ok()),
                newer: q.get_str("newer").and_then(|at| at.parse().ok()),
            })
        });
        let forms = Forms {
            make: ServerAction::new(),
            revoke: FormAction::staying(),
            rule: FormAction::staying(),
            test: FormAction::staying(),
            again: FormAction::staying(),
            hooks: HookForms { resume: FormAction::staying(), remove: FormAction::staying() },
        };
        let look = RwSignal::new(0);
        let changes = [
            done(&forms.make),
            done(&forms.revoke),
            done(&forms.rule),
            done(&forms.test),
            done(&forms.again),
            done(&forms.hooks.resume),
            done(&forms.hooks.remove),
        ];
        let changed = move || changes.map(|change| change.get());
        let page = Resource::new_blocking(move || (query.get(), changed(), look.get()), |(query, ..)| loaded(query));
        Self { query, page, forms, look }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, page, forms, look } = this;
        let params = use_query_map();
        keep_fresh(query, page, look);
        view! {
            <PageHead title="Zapier" />
            <SettingsTabs />
            <div class="flex w-full max-w-page flex-col gap-4">
                <FormError error=failure(&forms.revoke) />
                <FormError error=failure(&forms.test) />
                <FormError error=failure(&forms.hooks.resume) />
                <FormError error=failure(&forms.hooks.remove) />
                {move || params.with(|q| q.get_str("done").and_then(was_done))}
                <Loaded resource=page lines=10 let:page>
                    {match page {
                        None => no_access(),
                        Some(page) => content(page, query.get_untracked(), forms),
                    }}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// Asks every so often whether something new came in. The page is drawn anew only when there is, and never while somebody mends
/// what was refused.
fn keep_fresh(query: Memo<IntakeQuery>, page: Resource<Result<Option<IntakePage>, AppError>>, look: RwSignal<u32>) {
    let shown = StoredValue::new(None::<IntakePage>);
    Effect::new(move |_| shown.set_value(page.get().and_then(Result::ok).flatten()));
    let ask = move || {
        spawn_local(async move {
            // Whoever leaves the page meanwhile takes all of this along.
            let Some(query) = query.try_get_untracked() else { return };
            let Ok(Some(now)) = loaded(query).await else { return };
            let is_new = shown.try_with_value(|shown| {
                shown
                    .as_ref()
                    .is_some_and(|shown| shown.part != now.part || shown.keys != now.keys || shown.hooks != now.hooks)
            });
            if is_new == Some(true) && !browser_is_typing() {
                look.try_update(|n| *n += 1);
            }
        });
    };
    browser::keep_fresh(REFRESH, ask);
}

/// Somebody is in a field of this page that can be typed into; the new password only lies in one.
fn browser_is_typing() -> bool {
    document()
        .active_element()
        .is_some_and(|active| active.matches("input:not([readonly]), textarea, select").unwrap_or_default())
}

fn was_done(what: &str) -> Option<AnyView> {
    let text = match what {
        "revoked" => "The password does not work any more.",
        "rule" => "The rule is saved. Whoever fits it is in the newsletter now.",
        "resumed" => "What did not arrive is being sent again.",
        "unsubscribed" => "Nothing is sent there any more. A Zap that is on asks anew when it is switched off and on.",
        "test" => "The test contact came in. See it below.",
        "fixed" => "The contact was taken in.",
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Good><p>{text}</p></Notice> }.into_any())
}

fn no_access() -> AnyView {
    view! {
        <Card>
            <Empty title="Only admins see this" text="Admins and owners of the company make the password with which Zapier sends contacts. The contacts themselves are under Contacts.">
                <LinkButton href="/contacts">"See the contacts"</LinkButton>
            </Empty>
        </Card>
    }
    .into_any()
}

fn content(page: IntakePage, query: IntakeQuery, forms: Forms) -> AnyView {
    view! {
        <Card>
            <CardHead title="Send contacts from Zapier" />
            <div class="flex flex-col gap-4 p-4">
                <p class="text-[13px] text-muted">
                    "In your Zap add “Webhooks by Zapier”, choose POST, paste this address, and enter the user name and the password under Basic Auth as “name|password”. Send at least an e-mail address; every other field is kept."
                </p>
                <CopyField id="address" label="Address" value=page.address />
                {fresh(page.fresh, forms)}
                {make(forms)}
                {keys(page.keys, forms)}
                <PostForm action=forms.test>
                    <Button small=true disabled=forms.test.pending()>"Send a test contact"</Button>
                </PostForm>
            </div>
        </Card>
        {came_in(page.part, page.full, query, forms)}
        {subscriptions(page.hooks, forms.hooks)}
        {newsletter(page.rule, forms)}
        <p class="text-xs text-faint">{format!("Times are those of {}.", page.zone)}</p>
    }
    .into_any()
}

/// The credentials that were just made: shown once.
fn fresh(fresh: Option<NewKey>, forms: Forms) -> AnyView {
    let made = forms.make.value();
    Effect::new(move |_| {
        if made.with(|made| matches!(made, Some(Ok(_)))) {
            focus_soon("new-password");
        }
    });
    let shown = move || {
        let made = made.with(|made| made.as_ref().and_then(|made| made.as_ref().ok().cloned()));
        made.or_else(|| fresh.clone()).map(|NewKey { user_name, password }| {
            view! {
                <div class="flex flex-col gap-3 rounded-control border border-ok/50 p-3">
                    <CopyField id="new-user-name" label="User name" value=user_name.clone() />
                    <CopyField
                        id="new-password"
                        label="Password"
                        value=password.clone()
                        hint="Copy it now: it is shown only this once, and nobody can read it back."
                    />
                    <CopyField id="new-pair" label="Both, as Zapier wants them under Basic Auth" value=format!("{user_name}|{password}") />
                </div>
            }
            .into_any()
        })
    };
    shown.into_any()
}

fn make(forms: Forms) -> AnyView {
    let error = failure(&forms.make);
    let name = typed(error, "user_name", "zapier".into());
    view! {
        <ValueForm action=forms.make class="flex flex-col gap-2 min-[701px]:w-96">
            <TextInput
                id="user-name"
                name="user_name"
                label="User name for a new password"
                value=Signal::derive(move || name.clone())
                hint="With a name that is there already the old password works for another day, so that you can change it everywhere."
                error=problem(error, "user_name")
                autocomplete="off"
            />
            <FormError error=error fields=&["user_name"] />
            <div>
                <Button kind=ButtonKind::Primary small=true disabled=forms.make.pending()>"Make a password"</Button>
            </div>
        </ValueForm>
    }
    .into_any()
}

fn keys(keys: Vec<KeyCard>, forms: Forms) -> AnyView {
    if keys.is_empty() {
        return view! { <p class="text-[13px] text-muted">"There is no password yet: nothing can be sent."</p> }
            .into_any();
    }
    let rows: Vec<_> = keys.into_iter().map(|key| row(key, forms)).collect();
    view! { <ul aria-label="Passwords" class="flex flex-col gap-2">{rows}</ul> }.into_any()
}

fn row(key: KeyCard, forms: Forms) -> AnyView {
    let made = match key.made_by {
        Some(by) => format!("made {} by {by}", key.made.local.short()),
        None => format!("made {}", key.made.local.short()),
    };
    let used = key.used.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", at.local.short()));
    let state = match (key.over, key.ends) {
        (true, _) => view! { <Chip>"Over"</Chip> }.into_any(),
        (false, Some(ends)) => {
            view! { <Chip tone=Tone::Warning>{format!("Works until {}", ends.local.short())}</Chip> }.into_any()
        }
        (false, None) => view! { <Chip tone=Tone::Good>"Works"</Chip> }.into_any(),
    };
    let name = format!("Revoke now: the password of {} that ends with {}", key.user_name, key.last_four);
    let revoke = (!key.over).then(|| {
        view! {
            <PostForm action=forms.revoke>
                <input type="hidden" name="key" value=key.id.to_string() />
                <Button
                    kind=ButtonKind::Danger
                    small=true
                    label=name
                    disabled=forms.revoke.pending()
                >
                    "Revoke now"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-control border border-line px-3 py-2 text-[13px]">
            <span class="font-mono text-xs">{format!("{} · …{}", key.user_name, key.last_four)}</span>
            {state}
            <span class="text-xs text-faint">{format!("{made}, {used}")}</span>
            <span class="ml-auto">{revoke}</span>
        </li>
    }
    .into_any()
}

fn newsletter(rule: NewsletterRule, forms: Forms) -> AnyView {
    let error = failure(&forms.rule);
    let (sources, tags) = (typed(error, "sources", rule.sources), typed(error, "tags", rule.tags));
    let members = if rule.members == 1 {
        "1 person is in it now.".to_owned()
    } else {
        format!("{} people are in it now.", counted(rule.members))
    };
    view! {
        <Card>
            <CardHead title="Who gets into the newsletter" />
            <PostForm action=forms.rule class="flex flex-col gap-3 p-4">
                <p class="text-[13px] text-muted">
                    {format!("Whoever comes from one of these sources or has one of these tags, unless they said no to mail. {members}")}
                </p>
                <div class="grid gap-3 min-[701px]:grid-cols-2">
                    <TextArea id="rule-sources" name="sources" label="Sources, one a line" rows=4 value=Signal::derive(move || sources.clone()) error=problem(error, "sources") />
                    <TextArea id="rule-tags" name="tags" label="Tags, one a line" rows=4 value=Signal::derive(move || tags.clone()) error=problem(error, "tags") />
                </div>
                <FormError error=error fields=&["sources", "tags"] />
                <div>
                    <Button small=true disabled=forms.rule.pending()>"Save the rule"</Button>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}
