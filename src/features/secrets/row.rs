//! One service of the integrations page: a line that opens into its fields, the redirect address, Save and Test.

use super::calls::{RemoveKey, SaveKeys, TestKeys};
use super::key_input::KeyInput;
use super::model::{ServiceCard, ServiceState, TestCard};
use super::page::matches;
use crate::domain::error::AppError;
use crate::ui::company::of_company;
use crate::ui::{Button, ButtonKind, Chip, CopyField, Glyph, Icon, LinkButton, PlatformIcon, Tone, ValueForm};
use leptos::html::{Details, Form};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// What the page can do; shared by all rows.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub save: ServerAction<SaveKeys>,
    pub remove: ServerAction<RemoveKey>,
    pub test: ServerAction<TestKeys>,
}

/// Where the page's address points.
#[derive(Clone, Copy)]
pub(super) struct PageAddress {
    pub query: Memo<ParamsMap>,
    /// Only read in the browser: a server never sees it.
    pub hash: Memo<String>,
}

impl PageAddress {
    /// The address says that this just happened to this service: `?saved=x`.
    fn says(&self, what: &str, id: &str) -> bool {
        self.query.with(|q| q.get_str(what) == Some(id))
    }
    fn names(&self, id: &str) -> bool {
        ["saved", "removed", "tested", "connect", "continue"].into_iter().any(|what| self.says(what, id))
    }
}

fn concerns(error: &AppError, id: &str) -> bool {
    error.problems.iter().any(|p| p.field.split_once('.').is_some_and(|(platform, _)| platform == id))
}

#[component]
pub(super) fn ServiceRow(
    card: ServiceCard,
    actions: Actions,
    address: PageAddress,
    search: RwSignal<String>,
) -> impl IntoView {
    let platform = card.platform;
    let id = platform.id();
    let name = platform.name();
    let entry = platform.keys();
    let Actions { save, remove, test } = actions;
    let refused = move || save.value().with(|a| matches!(a, Some(Err(error)) if concerns(error, id)));

    let open = untrack(move || refused() || address.names(id));
    let details = NodeRef::<Details>::new();
    Effect::new(move |_| {
        let pointed_at = address.hash.with(|h| h.trim_start_matches('#') == id);
        if (pointed_at || address.names(id))
            && let Some(details) = details.get()
        {
            details.set_open(true);
        }
    });

    let redirect_uri = card.redirect_uri.clone();
    let (testable, connectable) = (card.testable, card.connectable);
    let card = RwSignal::new(card);
    let form = NodeRef::<Form>::new();
    let news = move |answer: &Option<Result<ServiceCard, AppError>>| match answer {
        Some(Ok(now)) if now.platform == platform => Some(now.clone()),
        _ => None,
    };
    Effect::new(move |_| {
        if let Some(now) = save.value().with(news) {
            #[cfg(feature = "hydrate")]
            if now.go_on {
                crate::ui::browser::load(&of_company(&format!("/api/social/connect/{id}")));
            }
            card.set(now);
            // What was typed is kept now and must not stay on the screen.
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
        }
    });
    Effect::new(move |_| {
        if let Some(now) = remove.value().with(news) {
            card.set(now);
        }
    });
    Effect::new(move |_| {
        if let Some(now) = test.value().with(news) {
            card.set(now);
        }
    });

    let chip = move || {
        let state = card.with(|c| c.state);
        let tone = match state {
            ServiceState::Ready => Tone::Good,
            ServiceState::Saved | ServiceState::NotSetUp => Tone::Quiet,
            ServiceState::InstanceDefault => Tone::Info,
            ServiceState::NeedsAttention => Tone::Bad,
        };
        view! { <Chip tone=tone>{state.name()}</Chip> }
    };
    let inputs = entry
        .fields
        .iter()
        .map(|field| view! { <KeyInput id=id field=field card=card save=save remove=remove /> })
        .collect_view();
    let redirect = redirect_uri.map(|uri| view! { <RedirectAddress platform=name id=id uri=uri /> });
    let test_button = testable.then(|| {
        view! {
            <Button kind=ButtonKind::Secondary label=format!("Test the keys of {name}") attr:form=format!("test-{id}")>
                "Test"
            </Button>
        }
    });
    let (needed, any) = (entry.are_needed(), !entry.fields.is_empty());
    // First, so that Enter in a field does it.
    let save_and_connect = connectable.then(|| {
        view! {
            <Button
                kind=ButtonKind::Primary
                name="then"
                value="connect"
                label=format!("Save and connect {name}")
                disabled=save.pending()
                attr:form=format!("save-{id}")
            >
                "Save and connect"
            </Button>
        }
    });
    let save_kind = if connectable { ButtonKind::Secondary } else { ButtonKind::Primary };
    let save_button = any.then(|| {
        view! {
            <Button kind=save_kind label=format!("Save the keys of {name}") attr:form=format!("save-{id}")>
                "Save"
            </Button>
        }
    });
    let save_form = any.then(|| {
        view! {
            <ValueForm action=save node_ref=form id=format!("save-{id}") autocomplete="off">
                <input type="hidden" name="platform" value=id />
            </ValueForm>
        }
    });
    let connect = (!needed).then(|| view! { <LinkButton href="/connections">"Connect an account"</LinkButton> });
    let test_form = testable.then(|| {
        view! {
            <ValueForm action=test id=format!("test-{id}")>
                <input type="hidden" name="platform" value=id />
            </ValueForm>
        }
    });
    let result = move || {
        if test.input().with(|i| i.as_ref().is_some_and(|i| i.platform == id)) {
            view! { <span class="text-muted">{format!("Asking {name} …")}</span> }.into_any()
        } else if refused() {
            view! { <span class="text-bad">"Not saved. See the marked fields."</span> }.into_any()
        } else if address.says("saved", id) {
            view! { <Done text="Saved." /> }.into_any()
        } else if address.says("removed", id) {
            view! { <Done text="Removed." /> }.into_any()
        } else if address.says("continue", id) {
            let href = of_company(&format!("/api/social/connect/{id}"));
            view! {
                <a class="text-purple-soft underline" href=href rel="external">
                    {format!("The keys work. Continue to {name}")}
                </a>
            }
            .into_any()
        } else if address.says("connect", id) && card.with(|c| c.state == ServiceState::NotSetUp) {
            view! { <span class="text-muted">"Enter the keys, then choose Save and connect."</span> }.into_any()
        } else {
            card.with(|c| c.test.clone()).map(|t| view! { <TestLine test=t /> }).into_any()
        }
    };
    let help = entry.help_url.map(|url| {
        view! {
            <a class="ml-auto text-purple-soft hover:underline" href=url target="_blank" rel="noopener noreferrer">
                "Where do I get these?"
                <span class="sr-only">{format!(" {name}, in a new tab")}</span>
            </a>
        }
    });
    let note = (!entry.note.is_empty()).then(|| view! { <p class="text-[13px] text-muted">{entry.note}</p> });

    view! {
        <details
            node_ref=details
            open=open
            hidden=move || search.with(|s| !matches(platform, s))
            class="group border-b border-line last:border-b-0"
        >
            <summary class="flex cursor-pointer list-none items-center gap-3 px-4 py-3 hover:bg-surface-2 [&::-webkit-details-marker]:hidden">
                <PlatformIcon platform=platform large=true />
                <span class="min-w-0 flex-1">
                    <span class="block font-medium">{name}</span>
                    <span class="block truncate text-xs text-faint">{move || card.with(|c| c.summary.clone())}</span>
                </span>
                {chip}
                <Icon glyph=Glyph::Down class="size-4 text-faint group-open:rotate-180" />
            </summary>
            // The browser opens a closed row by itself when the address points into it: #x works without scripts.
            <div id=id class="flex scroll-mt-28 flex-col gap-4 px-4 pb-4 pt-1 sm:pl-14">
                {note}
                <div class="grid gap-x-3 gap-y-4 sm:grid-cols-2">{inputs}</div>
                {redirect}
                <div class="flex flex-wrap items-center gap-3">
                    {save_and_connect} {save_button} {connect} {test_button}
                    <span role="status" class="min-w-0 wrap-anywhere text-[13px]">
                        {result}
                    </span>
                    {help}
                </div>
                <div hidden>
                    {save_form} {test_form}
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// The address to register at the platform.
#[component]
fn RedirectAddress(platform: &'static str, id: &'static str, uri: String) -> impl IntoView {
    view! {
        <CopyField
            id=format!("redirect-{id}")
            label=format!("Redirect address to register at {platform}")
            value=uri
            hint="It must match exactly."
        />
    }
}

#[component]
fn Done(text: &'static str) -> impl IntoView {
    view! {
        <span class="inline-flex items-center gap-1.5 text-ok">
            <Icon glyph=Glyph::Check class="size-3.5" />
            {text}
        </span>
    }
}

/// The provider's answer, when, and who asked.
#[component]
fn TestLine(test: TestCard) -> impl IntoView {
    let (class, glyph) = if test.passed { ("text-ok", Glyph::Check) } else { ("text-bad", Glyph::Warning) };
    let who = test.by.map(|name| format!(", asked by {name}")).unwrap_or_default();
    view! {
        <span class=class>
            <Icon glyph=glyph class="mr-1.5 inline size-3.5" />
            {test.detail}
        </span>
        <span class="text-faint">{format!(" {}{who}", test.at.local.short())}</span>
    }
}
