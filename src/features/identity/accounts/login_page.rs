//! The sign-in page.

use super::calls::SignIn;
use super::entrance::{Entrance, next_of, with_next};
use super::fields::Credentials;
use crate::ui::Screen;
use crate::ui::{Button, ButtonKind, FormAction, FormError, PageTitle, PostForm, failure};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/login`
pub struct LoginPage;

impl Screen for LoginPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let query = use_query_map().get_untracked();
        let (email, next) = (query.get("email").unwrap_or_default(), next_of(&query));
        let action = FormAction::<SignIn>::for_another_company();
        let error = failure(&action);
        let sign_up = with_next("/signup", &next);
        view! {
            <PageTitle text="Sign in" />
            <Entrance title="Sign in">
                <PostForm action=action>
                    <div class="flex flex-col gap-3">
                        <input type="hidden" name="next" value=next />
                        <Credentials email=email error=error />
                        <FormError error=error fields=&["email", "password"] />
                        <Button kind=ButtonKind::Primary disabled=action.pending()>
                            "Sign in"
                        </Button>
                    </div>
                </PostForm>
                <p class="text-center text-[13px]">
                    <a href="/forgot" class="text-purple-soft underline">
                        "Forgot your password?"
                    </a>
                </p>
                <p class="text-center text-[13px] text-muted">
                    "New here? " <a href=sign_up class="text-purple-soft underline">"Create an account"</a>
                </p>
            </Entrance>
        }
        .into_any()
    }
}
