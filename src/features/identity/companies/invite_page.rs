//! What the link of an invitation leads to.

use super::calls::{AcceptInvitation, invitation};
use super::model::{InvitationView, role_hint};
use crate::domain::error::Result;
use crate::features::identity::accounts::entrance::{Entrance, with_next};
use crate::ui::Screen;
use crate::ui::{Button, ButtonKind, FormAction, FormError, LinkButton, Notice, PageTitle, PostForm, Tone, failure};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

pub struct InvitePage {
    token: String,
    invitation: Resource<Result<InvitationView>>,
}

impl Screen for InvitePage {
    fn data() -> Self {
        let token = use_params_map().get_untracked().get("token").unwrap_or_default();
        let asked = token.clone();
        Self { token, invitation: Resource::new_blocking(move || asked.clone(), invitation) }
    }

    fn view(this: Self) -> AnyView {
        let InvitePage { token, invitation } = this;
        let action = FormAction::<AcceptInvitation>::for_another_company();
        view! {
            <PageTitle text="Invitation" />
            <Entrance title="Invitation">
                <Suspense>
                    {move || {
                        let token = token.clone();
                        Suspend::new(async move {
                            match invitation.await {
                                Ok(view) => view! { <Open view token action /> }.into_any(),
                                Err(error) => {
                                    view! {
                                        <Notice tone=Tone::Warning>{error.message}</Notice>
                                        <LinkButton href="/login">"Go to sign-in"</LinkButton>
                                    }
                                        .into_any()
                                }
                            }
                        })
                    }}
                </Suspense>
            </Entrance>
        }
        .into_any()
    }
}

#[component]
fn Open(view: InvitationView, token: String, action: FormAction<AcceptInvitation>) -> impl IntoView {
    let here = format!("/invite/{token}");
    let way_in = match view.signed_in_as {
        Some(email) => view! {
            <PostForm action=action>
                <div class="flex flex-col gap-3">
                    <input type="hidden" name="token" value=token />
                    <FormError error=failure(&action) />
                    <Button kind=ButtonKind::Primary disabled=action.pending()>
                        {if view.is_member { "Open it" } else { "Join" }}
                    </Button>
                </div>
            </PostForm>
            <p class="text-xs text-faint">"You are signed in as " {email} "."</p>
        }
        .into_any(),
        None => view! {
            <div class="flex flex-col gap-2">
                <LinkButton href=with_next("/signup", &here) kind=ButtonKind::Primary>
                    "Create an account"
                </LinkButton>
                <LinkButton href=with_next("/login", &here)>"Sign in"</LinkButton>
            </div>
            <p class="text-xs text-faint">"You come back here and join."</p>
        }
        .into_any(),
    };
    let text = if view.is_member {
        view! {
            <p>"You belong to " <strong dir="auto" class="font-semibold">{view.company}</strong> " already."</p>
        }
        .into_any()
    } else {
        view! {
            <p>
                <bdi>{view.inviter}</bdi> " invites you to " <strong dir="auto" class="font-semibold">{view.company}</strong> " as "
                {view.role.name().to_lowercase()} "."
            </p>
            <p class="text-[13px] text-muted">{format!("{}: {}.", view.role.name(), role_hint(view.role))}</p>
        }
        .into_any()
    };
    view! {
        {text}
        {way_in}
    }
}
