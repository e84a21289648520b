//! The sign-up page. Who comes from an invitation needs no company of their own.

use super::calls::SignUp;
use super::entrance::{Entrance, next_of, with_next};
use super::fields::Credentials;
use crate::domain::error::Result;
use crate::features::identity::companies::calls::zone_names;
use crate::features::identity::companies::fields::{NameAndZone, zone_here};
use crate::ui::Screen;
use crate::ui::{Button, ButtonKind, FormAction, FormError, PageTitle, PostForm, TextInput, failure, problem};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/signup`
pub struct SignupPage {
    zones: Resource<Result<Vec<String>>>,
}

impl Screen for SignupPage {
    fn data() -> Self {
        Self { zones: Resource::new_blocking(|| (), |()| zone_names()) }
    }

    fn view(this: Self) -> AnyView {
        let query = use_query_map().get_untracked();
        let next = next_of(&query);
        let typed = move |key: &str| query.get(key).unwrap_or_default();
        let invited = next.starts_with("/invite/");
        let (name, email, company) = (typed("name"), typed("email"), typed("company"));
        let zone = zone_here(typed("zone"));
        let action = FormAction::<SignUp>::for_another_company();
        let error = failure(&action);
        let sign_in = with_next("/login", &next);
        let own_company = (!invited).then(|| {
            view! {
                <NameAndZone
                    field="company"
                    label="Company"
                    name=Signal::stored(company)
                    zone=zone
                    zones=this.zones
                    hint="Posts are scheduled in this time zone. You can change it later."
                    error=error
                />
            }
        });
        view! {
            <PageTitle text="Create an account" />
            <Entrance title="Create an account">
                <PostForm action=action>
                    <div class="flex flex-col gap-3">
                        <input type="hidden" name="next" value=next />
                        <TextInput
                            id="name"
                            name="name"
                            label="Your name"
                            autocomplete="name"
                            required=true
                            value=Signal::stored(name)
                            error=problem(error, "name")
                        />
                        <Credentials email=email new=true error=error />
                        {own_company}
                        <FormError error=error fields=&["name", "email", "password", "company", "zone"] />
                        <Button kind=ButtonKind::Primary disabled=action.pending()>
                            "Create account"
                        </Button>
                    </div>
                </PostForm>
                <p class="text-center text-[13px] text-muted">
                    "Have an account? " <a href=sign_in class="text-purple-soft underline">"Sign in"</a>
                </p>
            </Entrance>
        }
        .into_any()
    }
}
