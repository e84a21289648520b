//! The forms for one's own name and e-mail.

use super::calls::{ChangeEmail, ChangeName};
use crate::features::identity::accounts::model::Profile;
use crate::ui::page::use_frame;
use crate::ui::{
    Button, ButtonKind, FormAction, FormError, Notice, PostForm, TextInput, Tone, failure, problem, success, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn ProfileForms(
    profile: Profile,
    rename: FormAction<ChangeName>,
    readdress: FormAction<ChangeEmail>,
) -> impl IntoView {
    let Profile { name, email } = profile;
    let frame = use_frame();
    let (renamed, readdressed) = (success(&rename), success(&readdress));
    let password = RwSignal::new(String::new());
    Effect::new(move |_| {
        // The password is not kept on the screen.
        if readdressed.get() {
            password.set(String::new());
        }
        // Both stand in the sidebar.
        if renamed.get() || readdressed.get() {
            frame.refetch();
        }
    });
    let (wrong_name, wrong_email) = (failure(&rename), failure(&readdress));
    let query = use_query_map().get_untracked();
    let name = typed(wrong_name, "name", name);
    let email = typed(wrong_email, "email", email);
    let done = query.get("done").unwrap_or_default();
    let said = move |key: &'static str, worked: Signal<bool>, text: &'static str| {
        let before = done == key;
        move || (before || worked.get()).then(|| view! { <Notice tone=Tone::Good>{text}</Notice> })
    };
    let name_saved = said.clone()("name", renamed, "Your name was changed.");
    let email_saved = said("email", readdressed, "Your e-mail was changed. Sign in with it from now on.");
    view! {
        <div class="grid gap-6 p-4 md:grid-cols-2">
            <PostForm action=rename>
                <div class="flex flex-col gap-3">
                    <TextInput
                        id="own-name"
                        name="name"
                        label="Your name"
                        autocomplete="name"
                        required=true
                        value=Signal::stored(name)
                        error=problem(wrong_name, "name")
                    />
                    <FormError error=wrong_name fields=&["name"] />
                    {name_saved}
                    <div>
                        <Button disabled=rename.pending()>"Save name"</Button>
                    </div>
                </div>
            </PostForm>
            <PostForm action=readdress>
                <div class="flex flex-col gap-3">
                    <TextInput
                        id="own-email"
                        name="email"
                        label="E-mail"
                        input_type="email"
                        autocomplete="email"
                        required=true
                        value=Signal::stored(email)
                        error=problem(wrong_email, "email")
                    />
                    <TextInput
                        id="own-password"
                        name="password"
                        label="Your password, to change the e-mail"
                        input_type="password"
                        autocomplete="current-password"
                        required=true
                        value=password
                        on_change=Callback::new(move |typed| password.set(typed))
                        error=problem(wrong_email, "password")
                    />
                    <FormError error=wrong_email fields=&["email", "password"] />
                    {email_saved}
                    <div>
                        <Button kind=ButtonKind::Secondary disabled=readdress.pending()>
                            "Change e-mail"
                        </Button>
                    </div>
                </div>
            </PostForm>
        </div>
    }
}
