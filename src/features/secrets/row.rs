//! One service of the integrations page: a line that opens into its fields, the redirect address, Save and Test.

use super::calls::{RemoveKey, SaveKeys, TestKeys};
use super::catalogue::{self, Field};
use super::model::{FieldCard, ServiceCard, ServiceState, TestCard, Value};
use super::page::matches;
use crate::domain::error::AppError;
use crate::ui::{Button, ButtonKind, Chip, CopyField, Glyph, Icon, PlatformIcon, TextInput, Tone};
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
pub(super) struct Place {
    pub query: Memo<ParamsMap>,
    /// Only read in the browser: a server never sees it.
    pub hash: Memo<String>,
}

impl Place {
    /// The address says that this just happened to this service: `?saved=x`.
    fn says(&self, what: &str, id: &str) -> bool {
        self.query.with(|q| q.get_str(what) == Some(id))
    }
    fn names(&self, id: &str) -> bool {
        ["saved", "removed", "tested"].into_iter().any(|what| self.says(what, id))
    }
}

/// The problem of one field in the answer to the last save.
fn problem(save: ServerAction<SaveKeys>, field: &str) -> Option<String> {
    save.value().with(|answer| match answer {
        Some(Err(error)) => error.of(field),
        _ => None,
    })
}

fn concerns(error: &AppError, id: &str) -> bool {
    error.problems.iter().any(|p| p.field.split_once('.').is_some_and(|(platform, _)| platform == id))
}

#[component]
pub(super) fn ServiceRow(card: ServiceCard, actions: Actions, place: Place, search: RwSignal<String>) -> impl IntoView {
    let platform = card.platform;
    let id = platform.id();
    let entry = catalogue::entry(platform);
    let Actions { save, remove, test } = actions;

    let refused = save.value().with_untracked(|a| matches!(a, Some(Err(error)) if concerns(error, id)));
    let open = refused || untrack(move || place.names(id));
    let row = NodeRef::<Details>::new();
    Effect::new(move |_| {
        let pointed_at = place.hash.with(|h| h.trim_start_matches('#') == id);
        if (pointed_at || place.names(id))
            && let Some(row) = row.get()
        {
            row.set_open(true);
        }
    });
    // What was typed is kept now and must not stay on the screen.
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let saved = save.value().with(|a| matches!(a, Some(Ok(saved)) if saved == id));
        if saved && let Some(form) = form.get_untracked() {
            form.reset();
        }
    });

    let tone = match card.state {
        ServiceState::Ready => Tone::Good,
        ServiceState::NotSetUp => Tone::Quiet,
        ServiceState::InstanceDefault => Tone::Info,
        ServiceState::NeedsAttention => Tone::Bad,
    };
    let inputs = entry
        .fields
        .iter()
        .zip(card.fields.clone())
        .map(|(field, had)| view! { <KeyInput id=id field=field had=had save=save /> })
        .collect_view();
    let removals = card
        .fields
        .iter()
        .filter(|f| matches!(f.value, Value::Own { .. }))
        .map(|f| {
            let (field, form) = (f.name.clone(), removal_id(id, &f.name));
            view! {
                <ActionForm action=remove attr:id=form>
                    <input type="hidden" name="platform" value=id />
                    <input type="hidden" name="field" value=field />
                </ActionForm>
            }
        })
        .collect_view();
    let redirect =
        card.redirect_uri.clone().map(|uri| view! { <RedirectAddress platform=platform.name() id=id uri=uri /> });
    let test_button = card.testable.then(|| {
        view! {
            <Button kind=ButtonKind::Secondary label=format!("Test the keys of {}", platform.name()) attr:form=format!("test-{id}")>
                "Test"
            </Button>
        }
    });
    let test_form = card.testable.then(|| {
        view! {
            <ActionForm action=test attr:id=format!("test-{id}")>
                <input type="hidden" name="platform" value=id />
            </ActionForm>
        }
    });
    let testing = move || test.input().with(|i| i.as_ref().is_some_and(|i| i.platform == id));
    let outcome = card.test.clone();
    let result = move || {
        if testing() {
            view! { <span class="text-muted">{format!("Asking {} …", platform.name())}</span> }.into_any()
        } else if save.value().with(|a| matches!(a, Some(Err(error)) if concerns(error, id))) {
            view! { <span class="text-bad">"Not saved. See the marked fields."</span> }.into_any()
        } else if place.says("saved", id) {
            view! { <Done text="Saved. It counts from now on." /> }.into_any()
        } else if place.says("removed", id) {
            view! { <Done text="Removed." /> }.into_any()
        } else {
            outcome.clone().map(|t| view! { <TestLine test=t /> }).into_any()
        }
    };
    let help = entry.help_url.map(|url| {
        view! {
            <a class="ml-auto text-purple-soft hover:underline" href=url target="_blank" rel="noopener noreferrer">
                "Where do I get these?"
                <span class="sr-only">{format!(" {}, in a new tab", platform.name())}</span>
            </a>
        }
    });
    let note = (!entry.note.is_empty()).then(|| view! { <p class="text-[13px] text-muted">{entry.note}</p> });

    view! {
        <details
            node_ref=row
            open=open
            hidden=move || search.with(|s| !matches(platform, s))
            class="group border-b border-line last:border-b-0"
        >
            <summary class="flex cursor-pointer list-none items-center gap-3 px-4 py-3 hover:bg-surface-2 [&::-webkit-details-marker]:hidden">
                <PlatformIcon platform=platform large=true />
                <span class="min-w-0 flex-1">
                    <span class="block font-medium">{platform.name()}</span>
                    <span class="block truncate text-xs text-faint">{card.summary.clone()}</span>
                </span>
                <Chip tone=tone>{card.state.name()}</Chip>
                <Icon glyph=Glyph::Down class="size-4 text-faint group-open:rotate-180" />
            </summary>
            // The browser opens a closed row by itself when the address points into it: #x works without scripts.
            <div id=id class="flex scroll-mt-28 flex-col gap-4 px-4 pb-4 pt-1 sm:pl-14">
                {note}
                <ActionForm action=save node_ref=form attr:id=format!("save-{id}") attr:autocomplete="off">
                    <input type="hidden" name="platform" value=id />
                    <div class="grid gap-x-3 gap-y-4 sm:grid-cols-2">{inputs}</div>
                </ActionForm>
                {redirect}
                <div class="flex flex-wrap items-center gap-3">
                    <Button kind=ButtonKind::Primary label=format!("Save the keys of {}", platform.name()) attr:form=format!("save-{id}")>
                        "Save"
                    </Button>
                    {test_button}
                    <span role="status" class="min-w-0 break-words text-[13px]">
                        {result}
                    </span>
                    {help}
                </div>
                {test_form}
                {removals}
            </div>
        </details>
    }
    .into_any()
}

fn removal_id(platform: &str, field: &str) -> String {
    format!("remove-{platform}-{field}")
}

/// One field: an empty input (what is kept is never sent back), who changed it when, and how to remove it.
#[component]
fn KeyInput(id: &'static str, field: &'static Field, had: FieldCard, save: ServerAction<SaveKeys>) -> impl IntoView {
    let error = Signal::derive(move || problem(save, &format!("{id}.{}", field.name)));
    let label = if field.required { field.label.to_owned() } else { format!("{} (optional)", field.label) };
    let (placeholder, state) = match &had.value {
        Value::Missing => (String::new(), String::new()),
        Value::Default => ("Instance default".to_owned(), format!("From the server's variable {}.", field.env)),
        Value::Own { readable: false, .. } => {
            ("Cannot be read".to_owned(), "Its encryption key is missing. Enter it again.".to_owned())
        }
        Value::Own { last_four, changed_by, changed_at, .. } => {
            let shown =
                if last_four.is_empty() { "••••".to_owned() } else { format!("•••• {last_four}") };
            let who = changed_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
            (shown, format!("Changed{who}, {}.", changed_at.local.short()))
        }
    };
    let hint = match (state.is_empty(), field.hint.is_empty()) {
        (true, _) => field.hint.to_owned(),
        (false, true) => state,
        (false, false) => format!("{state} {}", field.hint),
    };
    let remove = matches!(had.value, Value::Own { .. }).then(|| {
        let label = field.label;
        view! {
            <details class="mt-1 text-xs">
                <summary class="w-fit cursor-pointer text-faint hover:text-text">
                    "Remove" <span class="sr-only">{format!(" {label}")}</span>
                </summary>
                <div class="mt-2 flex flex-wrap items-center gap-2">
                    <span class="text-muted">{format!("Forget this {label}? What uses it stops until there is a new one.")}</span>
                    <Button kind=ButtonKind::Danger small=true attr:form=removal_id(id, field.name)>
                        {format!("Remove {label}")}
                    </Button>
                </div>
            </details>
        }
    });
    let (input_type, autocomplete) = if field.secret { ("password", "new-password") } else { ("text", "off") };
    view! {
        <div>
            <TextInput
                id=format!("key-{id}-{}", field.name)
                name=format!("values[{}]", field.name)
                label=label
                input_type=input_type
                autocomplete=autocomplete
                placeholder=placeholder
                hint=hint
                error=error
                mono=true
            />
            {remove}
        </div>
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
            hint="It must match to the letter."
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
