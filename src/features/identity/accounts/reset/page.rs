//! What a link for a new password leads to.

use super::calls::{UseReset, view_reset};
use crate::domain::error::Result;
use crate::features::identity::accounts::entrance::Entrance;
use crate::features::identity::accounts::fields::PasswordInput;
use crate::features::identity::accounts::model::ResetView;
use crate::ui::{
    Button, ButtonKind, FormAction, FormError, LinkButton, Loaded, Notice, PageTitle, PostForm, Screen, Tone, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/reset/:token`
pub struct ResetPage {
    token: String,
    link: Resource<Result<Seen>>,
}

/// The link, or why it does not work (any more).
type Seen = std::result::Result<ResetView, String>;

impl Screen for ResetPage {
    fn data() -> Self {
        let token = use_params_map().get_untracked().get("token").unwrap_or_default();
        let asked = token.clone();
        let link = Resource::new_blocking(
            move || asked.clone(),
            |token| async { Ok(view_reset(token).await.map_err(|e| e.message)) },
        );
        Self { token, link }
    }

    fn view(this: Self) -> AnyView {
        let ResetPage { token, link } = this;
        let action = FormAction::<UseReset>::for_another_company();
        view! {
            <PageTitle text="Set a new password" />
            <Entrance title="Set a new password">
                <Loaded resource=link lines=3 let:seen>
                    {match seen {
                        Ok(view) => view! { <Form email=view.email token=token.clone() action /> }.into_any(),
                        Err(why) => {
                            view! {
                                <Notice tone=Tone::Warning>{why}</Notice>
                                <LinkButton href="/forgot">"Whom to ask"</LinkButton>
                            }
                                .into_any()
                        }
                    }}
                </Loaded>
            </Entrance>
        }
        .into_any()
    }
}

#[component]
fn Form(email: String, token: String, action: FormAction<UseReset>) -> impl IntoView {
    let error = failure(&action);
    view! {
        <p class="break-words">"For " <strong class="font-semibold">{email.clone()}</strong></p>
        <PostForm action=action>
            <div class="flex flex-col gap-3">
                <input type="hidden" name="token" value=token />
                // For password managers; it has no name, so it is not sent.
                <input type="text" autocomplete="username" value=email hidden readonly />
                <PasswordInput name="new_password" label="New password" new=true error=error />
                <FormError error=error fields=&["new_password"] />
                <p class="text-xs text-faint">"You are signed in here then, and signed out everywhere else."</p>
                <Button kind=ButtonKind::Primary disabled=action.pending()>
                    "Set password"
                </Button>
            </div>
        </PostForm>
    }
}
