//! The sign-up page. Who comes from an invitation needs no company of their own.

use super::calls::SignUp;
use super::entrance::{Entrance, with_next};
use super::model::PASSWORD_MIN;
use crate::domain::error::Result;
use crate::features::companies::calls::zone_names;
use crate::features::companies::zones::ZoneInput;
use crate::ui::Screen;
use crate::ui::{Button, ButtonKind, FormError, PageTitle, TextInput, browser, failure, problem};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub struct SignupPage {
    zones: Resource<Result<Vec<String>>>,
}

impl Screen for SignupPage {
    fn data() -> Self {
        Self { zones: Resource::new_blocking(|| (), |()| zone_names()) }
    }

    fn view(this: Self) -> AnyView {
        let query = use_query_map().get_untracked();
        let typed = move |key: &str| query.get(key).unwrap_or_default();
        let next = typed("next");
        let invited = next.starts_with("/invite/");
        let (name, email, company) = (typed("name"), typed("email"), typed("company"));
        let kept_zone = typed("zone");
        let zone = RwSignal::new(if kept_zone.is_empty() { "UTC".to_owned() } else { kept_zone.clone() });
        // Only the browser knows where it is; without JavaScript the person chooses.
        Effect::new(move |_| {
            if kept_zone.is_empty()
                && let Some(here) = browser::time_zone()
            {
                zone.set(here);
            }
        });
        let action = ServerAction::<SignUp>::new();
        let error = failure(action);
        let sign_in = with_next("/login", &next);
        let own_company = (!invited).then(|| {
            view! {
                <TextInput
                    id="company"
                    name="company"
                    label="Company"
                    autocomplete="organization"
                    required=true
                    value=Signal::derive(move || company.clone())
                    error=problem(error, "company")
                />
                <ZoneInput
                    names=this.zones
                    value=zone
                    hint="Posts are scheduled on this clock. You can change it later."
                    error=problem(error, "zone")
                />
            }
        });
        view! {
            <PageTitle text="Create an account" />
            <Entrance title="Create an account">
                <ActionForm action=action>
                    <div class="flex flex-col gap-3">
                        <input type="hidden" name="next" value=next />
                        <TextInput
                            id="name"
                            name="name"
                            label="Your name"
                            autocomplete="name"
                            required=true
                            value=Signal::derive(move || name.clone())
                            error=problem(error, "name")
                        />
                        <TextInput
                            id="email"
                            name="email"
                            label="E-mail"
                            input_type="email"
                            autocomplete="username"
                            required=true
                            value=Signal::derive(move || email.clone())
                            error=problem(error, "email")
                        />
                        <TextInput
                            id="password"
                            name="password"
                            label="Password"
                            input_type="password"
                            autocomplete="new-password"
                            required=true
                            hint=format!("At least {PASSWORD_MIN} characters.")
                            error=problem(error, "password")
                        />
                        {own_company}
                        <FormError error=error fields=&["name", "email", "password", "company", "zone"] />
                        <Button kind=ButtonKind::Primary disabled=action.pending()>
                            "Create account"
                        </Button>
                    </div>
                </ActionForm>
                <p class="text-center text-[13px] text-muted">
                    "Have an account? " <a href=sign_in class="text-purple-soft underline">"Sign in"</a>
                </p>
            </Entrance>
        }
        .into_any()
    }
}
