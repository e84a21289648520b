//! Settings -> Security: the password, and where one is signed in.

use super::calls::{ChangePassword, EndOtherSessions, EndSession, sessions};
use super::fields::PasswordInput;
use super::model::{SecurityData, SessionRow};
use crate::domain::error::Result;
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::page::SettingsTabs;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, Loaded, Notice, PostForm, Tone, failure, success,
};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/settings/security`
pub struct SecurityPage {
    change: FormAction<ChangePassword>,
    end: FormAction<EndSession>,
    end_others: FormAction<EndOtherSessions>,
    data: Resource<Result<SecurityData>>,
}

impl Screen for SecurityPage {
    fn data() -> Self {
        let change = FormAction::new();
        let end = FormAction::new();
        let end_others = FormAction::new();
        let data = Resource::new_blocking(
            move || (change.version().get(), end.version().get(), end_others.version().get()),
            |_| sessions(),
        );
        Self { change, end, end_others, data }
    }

    fn view(this: Self) -> AnyView {
        let SecurityPage { change, end, end_others, data } = this;
        view! {
            <PageHead title="Security" />
            <SettingsTabs />
            <div class="flex max-w-3xl flex-col gap-5">
                <Card>
                    <CardHead title="Where you are signed in" />
                    <Loaded
                        resource=data
                        let:data
                    >
                        <Sessions data end end_others />
                    </Loaded>
                </Card>
                <Card>
                    <CardHead title="Change password" />
                    <PasswordForm action=change />
                </Card>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Sessions(
    data: SecurityData,
    end: FormAction<EndSession>,
    end_others: FormAction<EndOtherSessions>,
) -> impl IntoView {
    let others = data.sessions.len() > 1;
    let rows = data.sessions.into_iter().map(|row| view! { <SessionLine row action=end /> }).collect_view();
    view! {
        <div class="flex flex-col gap-2 px-4 pt-2 empty:hidden">
            <FormError error=failure(&end) />
            <FormError error=failure(&end_others) />
        </div>
        <ul class="divide-y divide-line">{rows}</ul>
        <div class="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-3">
            <p class="text-xs text-faint">{format!("Times in {}. A sign-in lasts seven days.", data.zone)}</p>
            {others
                .then(|| {
                    view! {
                        <PostForm action=end_others>
                            <Button kind=ButtonKind::Danger small=true disabled=end_others.pending()>
                                "Sign out everywhere else"
                            </Button>
                        </PostForm>
                    }
                })}
        </div>
    }
}

#[component]
fn SessionLine(row: SessionRow, action: FormAction<EndSession>) -> impl IntoView {
    let label = format!("Sign out {} ({})", row.device, row.ip);
    let right = if row.current {
        view! { <Chip tone=Tone::Good>"This browser"</Chip> }.into_any()
    } else {
        view! {
            <PostForm action=action>
                <input type="hidden" name="id" value=row.id.to_string() />
                <Button small=true label=label disabled=action.pending()>
                    "Sign out there"
                </Button>
            </PostForm>
        }
        .into_any()
    };
    let seen = format!("Last seen {} · signed in {}", row.last_seen.local.short(), row.signed_in.local.short());
    view! {
        <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
            <div class="min-w-0">
                <p class="truncate">
                    {row.device} " " <span class="font-mono text-xs text-muted">{row.ip}</span>
                </p>
                <p class="text-xs text-faint">{seen}</p>
            </div>
            {right}
        </li>
    }
}

#[component]
fn PasswordForm(action: FormAction<ChangePassword>) -> impl IntoView {
    let error = failure(&action);
    let form = NodeRef::<html::Form>::new();
    let done_before = use_query_map().get_untracked().get("done").as_deref() == Some("password");
    let succeeded = success(&action);
    // The fields keep nothing once the password was changed.
    Effect::new(move |_| {
        if succeeded.get()
            && let Some(form) = form.get_untracked()
        {
            form.reset();
        }
    });
    let done = move || {
        (succeeded.get() || (done_before && error.get().is_none())).then(|| {
            view! { <Notice tone=Tone::Good>"Your password was changed. Other browsers were signed out."</Notice> }
        })
    };
    view! {
        <div class="p-4">
            <PostForm action=action node_ref=form>
                <div class="flex max-w-sm flex-col gap-3">
                    <PasswordInput name="old_password" label="Current password" error=error />
                    <PasswordInput name="new_password" label="New password" new=true error=error />
                    <FormError error=error fields=&["old_password", "new_password"] />
                    {done}
                    <div>
                        <Button kind=ButtonKind::Primary disabled=action.pending()>
                            "Change password"
                        </Button>
                    </div>
                </div>
            </PostForm>
        </div>
    }
}
