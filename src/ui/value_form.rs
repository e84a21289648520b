//! The form of a leptos `ServerAction`: what `ActionForm` is, for this page's company. For forms whose answer's value the page
//! needs; all others are a [`super::PostForm`].

use super::company::of_company;
use crate::domain::error::AppError;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::html::Form;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;

/// Its fields bear the names of the server function's arguments.
#[component]
pub fn ValueForm<S>(
    action: ServerAction<S>,
    #[prop(optional)] node_ref: NodeRef<Form>,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + FromFormData + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        // Where the fields cannot be read, the browser sends them itself.
        if let Ok(input) = S::from_event(&event) {
            event.prevent_default();
            action.dispatch(input);
        }
    };
    view! {
        <form
            method="post"
            action=of_company(S::PATH)
            class=class
            id=id
            autocomplete=autocomplete
            node_ref=node_ref
            on:submit=submit
        >
            {children()}
        </form>
    }
}
