//! Settings -> Integrations: every service on one page, in groups, without dialogs. Works without scripts: rows are
//! `<details>`, every button is a form, the search is a query in the address.

use super::calls::{FillSandboxKeys, load_integrations};
use super::model::Integrations;
use super::row::{Actions, PageAddress, ServiceRow};
use crate::domain::error::{AppError, ErrorKind};
use crate::domain::platform::{Platform, PlatformKind};
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::page::SettingsTabs;
use crate::ui::{
    Button, ButtonKind, Card, Empty, ErrorNotice, Field, FormAction, FormError, LinkButton, Loaded, Notice, PostForm,
    Tone, done, failure,
};
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use leptos_router::params::ParamsMap;

/// `/settings/integrations`
pub struct IntegrationsPage {
    /// `None`: this person may not see keys.
    board: Resource<Result<Option<Integrations>, AppError>>,
    actions: Actions,
    fill: FormAction<FillSandboxKeys>,
}

impl Screen for IntegrationsPage {
    fn data() -> Self {
        let actions = Actions { save: ServerAction::new(), remove: ServerAction::new(), test: ServerAction::new() };
        let fill = FormAction::new();
        let filled = done(&fill);
        // Read once: every action answers the service as it is then, so that what is typed into other rows stays. Only
        // filling in the stand-ins' keys is about many at once.
        let board = Resource::new(
            move || filled.get(),
            |_| async {
                match load_integrations().await {
                    Err(error) if error.kind == ErrorKind::Forbidden => Ok(None),
                    other => other.map(Some),
                }
            },
        );
        Self { board, actions, fill }
    }

    fn view(this: Self) -> AnyView {
        let IntegrationsPage { board, actions, fill } = this;
        let query = use_query_map();
        let search = RwSignal::new(query.with_untracked(|q| q.get("q")).unwrap_or_default());
        let address = PageAddress { query, hash: use_location().hash };
        view! {
            <PageHead title="Integrations" />
            <SettingsTabs />
            <div class="flex w-full max-w-page flex-col gap-5">
                <GeneralError actions=actions />
                <FormError error=failure(&fill) />
                {move || query.with(filled)}
                <Loaded resource=board lines=10 let:page>
                    {match page {
                        None => view! { <NoAccess /> }.into_any(),
                        Some(page) => view! { <Services page=page actions=actions fill address search=search /> }.into_any(),
                    }}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// An error that belongs to no field.
#[component]
fn GeneralError(actions: Actions) -> impl IntoView {
    move || {
        let failed = [actions.save.value().get(), actions.remove.value().get(), actions.test.value().get()];
        let about_fields = |e: &AppError| e.problems.iter().any(|p| p.field.contains('.'));
        let error = failed.into_iter().flatten().filter_map(Result::err).find(|e| !about_fields(e));
        error.map(|error| view! { <ErrorNotice error=error /> })
    }
}

/// What filling in came to, as the address says it.
fn filled(query: &ParamsMap) -> Option<AnyView> {
    let text = match query.get_str("filled")?.parse::<u32>().ok()? {
        0 => "Every platform has keys already. Nothing was changed.".to_owned(),
        1 => "The sandbox keys of 1 platform are filled in.".to_owned(),
        n => format!("The sandbox keys of {n} platforms are filled in."),
    };
    let notice = view! {
        <Notice tone=Tone::Good>
            <div class="flex flex-wrap items-center justify-between gap-2">
                <p>{text}</p>
                <LinkButton href="/connections" kind=ButtonKind::Primary small=true>
                    "Connect accounts"
                </LinkButton>
            </div>
        </Notice>
    };
    Some(notice.into_any())
}

/// In the sandbox, while there are stand-ins without keys.
#[component]
fn FillIn(stand_ins: usize, action: FormAction<FillSandboxKeys>) -> impl IntoView {
    (stand_ins > 0).then(|| {
        view! {
            <div class="flex flex-wrap items-center justify-between gap-3 rounded-card border border-line bg-surface-1 px-4 py-3">
                <p class="text-muted">
                    "The sandbox takes any keys. What you entered yourself stays as it is."
                </p>
                <PostForm action=action>
                    <Button kind=ButtonKind::Primary disabled=action.pending()>
                        "Fill in sandbox keys"
                    </Button>
                </PostForm>
            </div>
        }
    })
}

#[component]
fn NoAccess() -> impl IntoView {
    view! {
        <Card>
            <Empty
                title="Only admins keep the keys"
                text="The keys of this company can be entered and tested by its admins and owners. You do not need them to write and schedule posts; if a platform says that a key is missing, ask one of them."
            >
                <LinkButton href="/connections">"See the connected accounts"</LinkButton>
            </Empty>
        </Card>
    }
}

#[component]
fn Services(
    page: Integrations,
    actions: Actions,
    fill: FormAction<FillSandboxKeys>,
    address: PageAddress,
    search: RwSignal<String>,
) -> impl IntoView {
    let stand_ins = page.stand_ins_without_keys;
    let nothing = move || search.with(|s| !Platform::ALL.into_iter().any(|p| matches(p, s)));
    let groups = PlatformKind::ALL
        .into_iter()
        .map(|kind| {
            let cards = page.services.iter().filter(|card| card.platform.kind() == kind).cloned();
            let rows = cards
                .map(|card| view! { <ServiceRow card=card actions=actions address search=search /> })
                .collect_view();
            let empty = move || search.with(|s| !Platform::ALL.into_iter().any(|p| p.kind() == kind && matches(p, s)));
            let id = format!("group-{kind:?}").to_lowercase();
            view! {
                <section hidden=empty aria-labelledby=id>
                    <h2 id=id.clone() class="mb-3 text-sm font-semibold">
                        {kind.title()}
                    </h2>
                    <div class="overflow-hidden rounded-card border border-line bg-surface-1">{rows}</div>
                </section>
            }
        })
        .collect_view();
    let input = NodeRef::<Input>::new();
    // What was typed before the program arrived counts too.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            search.set(input.value());
        }
    });
    let show_all = move |_| {
        search.set(String::new());
        if let Some(input) = input.get_untracked() {
            input.set_value("");
        }
    };
    let older_keys = (page.to_reencrypt > 0).then(|| {
        let what = match page.to_reencrypt {
            1 => "1 saved value is".to_owned(),
            n => format!("{n} saved values are"),
        };
        view! {
            <p class="text-[13px] text-warn">
                {format!(
                    "{what} still encrypted with an older key. LUX changes that at the next start or tonight. Until \
                     then, the server needs the older key.",
                )}
            </p>
        }
    });
    view! {
        <div class="flex flex-col gap-6">
            <div class="flex flex-wrap items-end justify-between gap-3">
                <p class="text-muted">
                    {format!("Keys of {}. They are stored encrypted, and nobody can read them back.", page.company)}
                </p>
                <form
                    method="get"
                    action="/settings/integrations"
                    role="search"
                    class="w-full sm:w-64"
                    on:submit=|ev| ev.prevent_default()
                >
                    <Field id="q" label="Find a service">
                        <input
                            id="q"
                            node_ref=input
                            name="q"
                            type="search"
                            placeholder="Name or field"
                            autocomplete="off"
                            aria-describedby="q-note"
                            value=search.get_untracked()
                            on:input=move |ev| search.set(event_target_value(&ev))
                            class="w-full rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 text-text placeholder:text-faint"
                        />
                    </Field>
                </form>
            </div>
            <FillIn stand_ins action=fill />
            {older_keys}
            {groups}
            <p class="text-xs text-faint">{format!("Times are those of {}.", page.zone)}</p>
            <p hidden=move || !nothing() role="status" class="text-muted">
                "No service has this name. "
                <a class="text-purple-soft underline" href="/settings/integrations" on:click=show_all>
                    "Show all"
                </a>
            </p>
        </div>
    }
}

/// Whether a search finds this service: by its name, its group or the label of a field.
pub(super) fn matches(platform: Platform, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    search.is_empty()
        || found(platform.name())
        || found(platform.kind().title())
        || platform.keys().fields.iter().any(|f| found(f.label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_finds_by_name_group_and_field() {
        let found = |search: &str| Platform::ALL.into_iter().filter(|p| matches(*p, search)).count();
        assert_eq!(found("  "), Platform::ALL.len());
        assert_eq!(found("LINKED"), 1);
        assert_eq!(found("shops"), 3);
        assert_eq!(found("keystring"), 1);
        assert_eq!(found("no such service"), 0);
    }
}
