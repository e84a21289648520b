//! What a form's last attempt came to. It reads the same with and without JavaScript: without it, leptos fills the
//! action's first value from the address (`__err`).

use super::ErrorNotice;
use crate::domain::error::{AppError, ErrorKind};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The error of the last attempt. Any action will do: `&ServerAction` and `&FormAction` are read as the `Action` in them.
pub fn failure<I, O>(action: &Action<I, Result<O, AppError>>) -> Signal<Option<AppError>>
where
    I: Send + Sync + 'static,
    O: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|v| v.as_ref().and_then(|r| r.as_ref().err().cloned())))
}

/// Whether the last attempt worked.
pub fn success<I, O>(action: &Action<I, Result<O, AppError>>) -> Signal<bool>
where
    I: Send + Sync + 'static,
    O: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|v| matches!(v, Some(Ok(_)))))
}

/// How many attempts worked: what to read anew for. After one that did not, what was typed must stay.
pub fn done<I, O>(action: &Action<I, Result<O, AppError>>) -> Memo<usize>
where
    I: Send + Sync + 'static,
    O: Send + Sync + 'static,
{
    let (value, version) = (action.value(), action.version());
    Memo::new(move |before: Option<&usize>| {
        let before = before.copied().unwrap_or_default();
        let now = version.get();
        if value.with(|v| matches!(v, Some(Ok(_)))) { now } else { before }
    })
}

/// What a field begins with: after an attempt without JavaScript that failed, what was typed there, which then stands in the
/// address (`infra::http::call::keeping`), else `now`. Without a failure the address says nothing: anybody can write one.
pub fn typed(error: Signal<Option<AppError>>, field: &str, now: String) -> String {
    let failed = error.with_untracked(Option::is_some);
    use_query_map().with_untracked(|query| query.get(field)).filter(|_| failed).unwrap_or(now)
}

/// What is wrong with one field.
pub fn problem(error: Signal<Option<AppError>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|e| e.as_ref().and_then(|e| e.of(field))))
}

/// The error as a notice, unless each of its problems already stands at one of the `fields`.
#[component]
pub fn FormError(error: Signal<Option<AppError>>, #[prop(optional)] fields: &'static [&'static str]) -> impl IntoView {
    move || error.get().filter(|e| !stands_at(e, fields)).map(|error| view! { <ErrorNotice error=error /> }.into_any())
}

fn stands_at(error: &AppError, fields: &[&str]) -> bool {
    error.kind == ErrorKind::Invalid
        && !error.problems.is_empty()
        && error.problems.iter().all(|p| fields.contains(&p.field.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_once() {
        let error = AppError::invalid("email", "Not an e-mail address.");
        assert!(stands_at(&error, &["email", "name"]));
        assert!(!stands_at(&error, &["name"]));
        assert!(!stands_at(&AppError::unavailable("Later."), &["email"]));
    }
}
