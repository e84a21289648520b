//! Settings -> Security: the password, and where one is signed in.

use super::calls::{ChangePassword, EndOtherSessions, EndSession, sessions};
use super::fields::PasswordInput;
use super::model::{EventRow, Profile, SecurityData, SessionRow};
use super::profile::ProfileForms;
use super::profile::calls::{ChangeEmail, ChangeName, own_profile};
use crate::domain::error::Result;
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::page::SettingsTabs;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, Loaded, Notice, PostForm, Tone, done, failure,
    success,
};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/settings/security`
pub struct SecurityPage {
    rename: FormAction<ChangeName>,
    readdress: FormAction<ChangeEmail>,
    profile: Resource<Result<Profile>>,
    change: FormAction<ChangePassword>,
    end: FormAction<EndSession>,
    end_others: FormAction<EndOtherSessions>,
    data: Resource<Result<SecurityData>>,
}

impl Screen for SecurityPage {
    fn data() -> Self {
        let (rename, readdress) = (FormAction::new(), FormAction::new());
        // Read once: the forms show what was typed, and keep it while something else on the page changes.
        let profile = Resource::new_blocking(|| (), |()| own_profile());
        let change = FormAction::new();
        let end = FormAction::new();
        let end_others = FormAction::new();
        // After a changed e-mail or password the journal has a line more.
        let (changed, ended) = ((done(&readdress), done(&change)), (done(&end), done(&end_others)));
        let data = Resource::new_blocking(
            move || (changed.0.get(), changed.1.get(), ended.0.get(), ended.1.get()),
            |_| sessions(),
        );
        Self { rename, readdress, profile, change, end, end_others, data }
    }

    fn view(this: Self) -> AnyView {
        let SecurityPage { rename, readdress, profile, change, end, end_others, data } = this;
        view! {
            <PageHead title="Security" />
            <SettingsTabs />
            <div class="flex max-w-page flex-col gap-5">
                <Card>
                    <CardHead title="You" />
                    <Loaded resource=profile let:profile>
                        <ProfileForms profile rename readdress />
                    </Loaded>
                </Card>
                <Card>
                    <CardHead title="Change password" />
                    <PasswordForm action=change />
                </Card>
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
                    <CardHead title="What happened to your account" />
                    <Loaded resource=data let:data>
                        <History history=data.history />
                    </Loaded>
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

/// So that nobody's sign-in is changed without their seeing it.
#[component]
fn History(history: Vec<EventRow>) -> impl IntoView {
    if history.is_empty() {
        let nothing = "Nothing yet. A changed password or e-mail address stands here, and whoever made a link to set a new password.";
        return view! { <p class="px-4 py-3 text-[13px] text-muted">{nothing}</p> }.into_any();
    }
    let rows = history
        .into_iter()
        .map(|row| {
            view! {
                <li class="px-4 py-2.5">
                    <p class="break-words">{row.text}</p>
                    <p class="text-xs text-faint">{row.at.local.short()}</p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="divide-y divide-line">{rows}</ul> }.into_any()
}

#[component]
fn SessionLine(row: SessionRow, action: FormAction<EndSession>) -> impl IntoView {
    let label = format!("Sign out there: {} ({})", row.device, row.ip);
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
                <div class="grid items-start gap-x-6 gap-y-3 md:grid-cols-2">
                    <PasswordInput name="old_password" label="Current password" error=error />
                    <PasswordInput name="new_password" label="New password" new=true error=error />
                    <div class="flex flex-col items-start gap-3 md:col-span-2">
                        <FormError error=error fields=&["old_password", "new_password"] />
                        {done}
                        <Button kind=ButtonKind::Primary disabled=action.pending()>
                            "Change password"
                        </Button>
                    </div>
                </div>
            </PostForm>
        </div>
    }
}
