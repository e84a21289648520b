//! A consent covered several accounts: choose the one to connect.

use super::calls::{ChooseAccount, load_choice};
use super::model::Choice;
use crate::domain::error::AppError;
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, ErrorNotice, FormAction, LinkButton, Loaded, PlatformIcon, PostForm, failure, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/connections/choose/:id`
pub struct ChooseAccountPage {
    choice: Resource<Result<Choice, AppError>>,
    choose: FormAction<ChooseAccount>,
}

impl Screen for ChooseAccountPage {
    fn data() -> Self {
        let params = use_params_map();
        let of = move || params.with(|p| p.get("id")).unwrap_or_default();
        Self { choice: Resource::new(of, load_choice), choose: FormAction::new() }
    }

    fn view(this: Self) -> AnyView {
        let ChooseAccountPage { choice, choose } = this;
        let failed = move || {
            let error = choose.value().get().and_then(Result::err);
            error.map(|error| view! { <ErrorNotice error=error /> })
        };
        view! {
            <PageHead title="Choose an account" />
            <div class="flex w-full max-w-page flex-col gap-5">
                {failed}
                <Loaded resource=choice lines=3 let:choice>
                    <Accounts choice=choice choose=choose />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Accounts(choice: Choice, choose: FormAction<ChooseAccount>) -> impl IntoView {
    let name = choice.platform.name();
    let first = choice.accounts.first().map(|account| account.remote_id.clone()).unwrap_or_default();
    let chosen = typed(failure(&choose), "account", first);
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let rows = choice
        .accounts
        .into_iter()
        .map(|account| {
            let known = account.connected.then(|| view! { <span class="text-xs text-faint">"Connected before"</span> });
            view! {
                <label class="flex cursor-pointer items-center gap-3 border-b border-line px-4 py-3 last:border-b-0 hover:bg-surface-2">
                    <input
                        type="radio"
                        name="account"
                        checked=account.remote_id == chosen
                        value=account.remote_id
                        required
                        class="size-4 accent-purple-fill"
                    />
                    <PlatformIcon platform=choice.platform />
                    <span class="min-w-0 flex-1">
                        <span dir="auto" class="block truncate font-medium">{account.handle}</span>
                        <span dir="auto" class="block truncate text-xs text-faint">{account.display_name}</span>
                    </span>
                    {known}
                </label>
            }
        })
        .collect_view();
    view! {
        <PostForm action=choose>
            <input type="hidden" name="of" value=choice.id.to_string() />
            <input type="hidden" name="next" value=next />
            <div class="flex flex-col gap-4">
                <p class="text-muted">
                    {format!("Your {name} sign-in covers several accounts. Choose one; for another, connect once more.")}
                </p>
                <Card>
                    <fieldset>
                        <legend class="sr-only">{format!("Accounts at {name}")}</legend>
                        {rows}
                    </fieldset>
                </Card>
                <div class="flex gap-2">
                    <Button kind=ButtonKind::Primary>"Connect this account"</Button>
                    <LinkButton href="/connections" kind=ButtonKind::Ghost>
                        "Cancel"
                    </LinkButton>
                </div>
            </div>
        </PostForm>
    }
    .into_any()
}
