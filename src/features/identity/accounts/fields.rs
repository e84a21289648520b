//! The fields of a sign-in: e-mail and passwords.

use super::model::PASSWORD_MIN;
use crate::domain::error::AppError;
use crate::ui::{TextInput, problem};
use leptos::prelude::*;

/// The inputs `email` and `password`; `new`: the password is being chosen.
#[component]
pub fn Credentials(email: String, error: Signal<Option<AppError>>, #[prop(optional)] new: bool) -> impl IntoView {
    view! {
        <TextInput
            id="email"
            name="email"
            label="E-mail"
            input_type="email"
            autocomplete="username"
            required=true
            value=Signal::stored(email)
            error=problem(error, "email")
        />
        <PasswordInput name="password" label="Password" new=new error=error />
    }
}

/// A password that one has, or a `new` one.
#[component]
pub fn PasswordInput(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] new: bool,
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    let (autocomplete, hint) = match new {
        true => ("new-password", format!("At least {PASSWORD_MIN} characters.")),
        false => ("current-password", String::new()),
    };
    view! {
        <TextInput
            id=name
            name=name
            label=label
            input_type="password"
            autocomplete=autocomplete
            required=true
            hint=hint
            error=problem(error, name)
        />
    }
}
