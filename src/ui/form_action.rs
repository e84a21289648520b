//! [`PostForm`] and [`FormAction`]: a form that is sent to a server function of which only matters whether it worked.
//!
//! They stand in for leptos' `ActionForm` and `ServerAction`, which read the form's fields into the function's arguments and
//! write them again: code for every single function, 5 kB of it in what a visit transfers. Here the fields are sent as they
//! are, by code that is compiled once. The server cannot tell the difference, and neither can a browser without JavaScript:
//! it posts the same form to the same address. What a page needs the answer's value of stays a `ValueForm`.

use super::company::of_company;
use crate::domain::error::AppError;
use leptos::ev::SubmitEvent;
use leptos::html::Form;
use leptos::prelude::*;
use leptos::server::ServerActionError;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;
use std::marker::PhantomData;
use std::ops::Deref;

/// The fields of a form, encoded as a browser sends them, and what came of sending them.
type Attempts = Action<String, Result<(), AppError>>;

/// What a form is sent to, and what came of it. `pending`, `version` and `value` are those of leptos' actions.
pub struct FormAction<S> {
    function: PhantomData<fn() -> S>,
    path: &'static str,
    attempts: Attempts,
}

/// What follows an attempt that worked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The program goes to where the answer leads.
    Navigate,
    /// The same, in the place of the page that is shown: it leads to that page with something to say.
    Stay,
    /// The browser loads that page anew.
    Load,
}

impl<S: ServerFn<Error = AppError>> FormAction<S> {
    #[expect(clippy::new_without_default, reason = "as leptos' actions: it makes signals")]
    pub fn new() -> Self {
        Self { function: PhantomData, path: S::PATH, attempts: attempts(S::PATH, Then::Navigate) }
    }

    /// For what leads back to the page that it stands on: that does not scroll, and is no step of its own on the way back.
    pub fn staying() -> Self {
        Self { function: PhantomData, path: S::PATH, attempts: attempts(S::PATH, Then::Stay) }
    }

    /// For what changes who one is or at which company: a page is for one of each (`ui::company`), so another is loaded.
    pub fn for_another_company() -> Self {
        Self { function: PhantomData, path: S::PATH, attempts: attempts(S::PATH, Then::Load) }
    }
}

impl<S> Clone for FormAction<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for FormAction<S> {}

impl<S> Deref for FormAction<S> {
    type Target = Attempts;

    fn deref(&self) -> &Attempts {
        &self.attempts
    }
}

/// The first value is the error that a form sent without JavaScript came back with, in the address of the page.
fn attempts(path: &'static str, then: Then) -> Attempts {
    let failed = use_context::<ServerActionError>().filter(|error| error.path() == path);
    let outcome = failed.map(|error| Err(ServerFnUrlError::decode_err(error.err())));
    let go = browser::navigation(then);
    Action::new_with_value(outcome, move |fields: &String| browser::post(path, fields.clone(), go.clone()))
}

/// The form of a [`FormAction`]. Its fields bear the names of the server function's arguments.
#[component]
pub fn PostForm<S: 'static>(
    action: FormAction<S>,
    #[prop(optional)] class: &'static str,
    /// For fields that stand elsewhere on the page (`form=`).
    #[prop(optional)]
    id: &'static str,
    #[prop(optional)] node_ref: NodeRef<Form>,
    children: Children,
) -> impl IntoView {
    form(action.path, action.attempts, (id, class), node_ref, children)
}

fn form(
    path: &'static str,
    attempts: Attempts,
    (id, class): (&'static str, &'static str),
    node_ref: NodeRef<Form>,
    children: Children,
) -> AnyView {
    let submit = move |event: SubmitEvent| {
        // Somebody else has taken it over, to ask first.
        if event.default_prevented() {
            return;
        }
        // The same again while the first is under way.
        if attempts.pending().get_untracked() {
            event.prevent_default();
            return;
        }
        // Where the fields cannot be read, the browser sends them itself.
        if let Some(fields) = browser::fields(&event) {
            event.prevent_default();
            attempts.dispatch(fields);
        }
    };
    view! {
        <form
            method="post"
            action=of_company(path)
            id=Some(id).filter(|id| !id.is_empty())
            class=class
            node_ref=node_ref
            on:submit=submit
        >
            {children()}
        </form>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Then;
    use crate::domain::error::AppError;
    use leptos::form::form_data_from_event;
    use leptos::prelude::FromServerFnError;
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::redirect::call_redirect_hook;
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;
    use leptos::server_fn::response::browser::BrowserResponse;
    use leptos_router::NavigateOptions;
    use leptos_router::hooks::use_navigate;
    use std::sync::Arc;
    use web_sys::{SubmitEvent, UrlSearchParams};

    /// The form's fields and the button that was pressed, as a browser encodes them.
    pub fn fields(event: &SubmitEvent) -> Option<String> {
        let fields = form_data_from_event(event).ok()?;
        let pairs = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
        Some(pairs.to_string().into())
    }

    /// How one gets to where an answer leads.
    pub type Go = Arc<dyn Fn(&str) + Send + Sync>;

    pub fn navigation(then: Then) -> Go {
        match then {
            Then::Navigate => Arc::new(call_redirect_hook),
            Then::Stay => {
                let navigate = use_navigate();
                let here = || leptos::prelude::window().location().pathname().unwrap_or_default();
                Arc::new(move |there| {
                    let stays = there.split('?').next() == Some(here().as_str());
                    let options = NavigateOptions { scroll: !stays, replace: stays, ..NavigateOptions::default() };
                    navigate(there, options)
                })
            }
            Then::Load => Arc::new(|there| {
                let _ = leptos::prelude::window().location().set_href(there);
            }),
        }
    }

    /// What `server_fn::Http::run_client` does, but for reading the answer's value: a redirect is followed by the router.
    pub async fn post(path: &'static str, fields: String, go: Go) -> Result<(), AppError> {
        const FORM: &str = "application/x-www-form-urlencoded";
        let request = <BrowserRequest as ClientReq<AppError>>::try_new_post(path, FORM, "application/json", fields)?;
        let answer: BrowserResponse = <BrowserClient as Client<AppError>>::send(request).await?;
        let status = ClientRes::<AppError>::status(&answer);
        if (400..600).contains(&status) {
            return Err(AppError::de(ClientRes::<AppError>::try_into_bytes(answer).await?));
        }
        if (300..400).contains(&status) || ClientRes::<AppError>::has_redirect(&answer) {
            go(&ClientRes::<AppError>::location(&answer));
        }
        Ok(())
    }
}

/// Nothing is submitted on the server.
#[cfg(not(feature = "hydrate"))]
mod browser {
    use super::{SubmitEvent, Then};
    use crate::domain::error::AppError;

    pub fn fields(_: &SubmitEvent) -> Option<String> {
        None
    }

    /// There is nowhere to go.
    #[derive(Clone)]
    pub struct Go;

    pub fn navigation(_: Then) -> Go {
        Go
    }

    pub async fn post(_: &'static str, _: String, _: Go) -> Result<(), AppError> {
        Err(AppError::bug(None))
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use base64::Engine;

    #[test]
    fn an_error_in_the_address_is_the_first_outcome_of_its_form() {
        let error = AppError::invalid("email", "Not an e-mail address.");
        let in_address = base64::prelude::BASE64_URL_SAFE.encode(error.ser());
        Owner::new().with(|| {
            provide_context(ServerActionError::new("/rpc/lux/sign_in", &in_address));
            assert_eq!(attempts("/rpc/lux/sign_in", Then::Navigate).value().get_untracked(), Some(Err(error)));
            assert_eq!(attempts("/rpc/lux/sign_up", Then::Navigate).value().get_untracked(), None);
        });
    }

    #[test]
    fn a_form_works_without_javascript() {
        let path = "/rpc/lux/sign_in";
        let html = Owner::new().with(|| {
            form(path, attempts(path, Then::Navigate), ("", "p-4"), NodeRef::new(), Box::new(|| ().into_any()))
                .to_html()
        });
        assert!(html.starts_with("<form ") && html.contains("method=\"post\""), "{html}");
        assert!(html.contains("action=\"/rpc/lux/sign_in\"") && html.contains("class=\"p-4\""), "{html}");
    }
}
