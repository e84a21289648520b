//! What was just decided about things of a list, as the address of the page tells it (`did=<act>.<id>.<id>`, `not` and `why` for those
//! about which it could not be), and the message that says so with the way back.

use super::toast::AddressToast;
use super::{Button, FormAction, Notice, PostForm, Tone};
use crate::domain::ids::Uuid;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// Things of which an address tells at once.
const MOST: usize = 50;

/// What the address tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// What was done: `approved`, `refused` …
    pub act: String,
    pub ids: Vec<Uuid>,
    /// With how many it could not be done, and why with the first.
    pub not: Option<(String, String)>,
}

impl Decided {
    pub fn of(query: &ParamsMap) -> Self {
        let mut parts = query.get_str("did").unwrap_or_default().split('.');
        let act = parts.next().unwrap_or_default().to_owned();
        let not = query.get_str("not").map(|n| (n.to_owned(), query.get_str("why").unwrap_or_default().to_owned()));
        Self { act, ids: parts.filter_map(|id| id.parse().ok()).take(MOST).collect(), not }
    }
}

/// How it is taken back: the form, the field that takes the ids, and name and value of its button.
pub struct WayBack<S> {
    pub action: FormAction<S>,
    pub ids: &'static str,
    pub button: (&'static str, &'static str),
}

/// The message. `back`: the page without it; `undo`: where there is a way back; `beside`: links; `could_not`: what stands behind the number of
/// those with which it could not be done.
pub fn decided<S: 'static>(
    decided: Decided,
    words: String,
    back: String,
    undo: Option<WayBack<S>>,
    beside: Option<AnyView>,
    could_not: &'static str,
) -> AnyView {
    let undo = undo.filter(|_| !decided.ids.is_empty()).map(|undo| {
        let ids: Vec<_> = decided
            .ids
            .iter()
            .map(|id| view! { <input type="hidden" name=undo.ids value=id.to_string() /> }.into_any())
            .collect();
        let (action, back) = (undo.action, back.clone());
        view! {
            {beside}
            <PostForm action=action>
                {ids}
                <input type="hidden" name="back" value=back />
                <Button small=true name=undo.button.0 value=undo.button.1 disabled=action.pending()>"Undo"</Button>
            </PostForm>
        }
        .into_any()
    });
    message(decided.not, words, back, undo, could_not)
}

fn message(
    not: Option<(String, String)>,
    words: String,
    back: String,
    undo: Option<AnyView>,
    could_not: &'static str,
) -> AnyView {
    let failed = not.map(|(n, why)| {
        let words = format!("{n} {could_not}. {why}");
        view! { <Notice tone=Tone::Warning><span dir="auto">{words}</span></Notice> }.into_any()
    });
    let lasts = undo.is_some() || failed.is_some();
    view! {
        <AddressToast text=words close=back buttons=undo.into_any() lasts=lasts>
            {failed}
        </AddressToast>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let query: ParamsMap = [
            ("did", "approved.019a0000-0000-7000-8000-000000000001.rubbish".to_owned()),
            ("not", "2".to_owned()),
            ("why", "Gone.".to_owned()),
        ]
        .into_iter()
        .collect();
        let told = Decided::of(&query);
        assert_eq!((told.act.as_str(), told.ids.len()), ("approved", 1));
        assert_eq!(told.not, Some(("2".into(), "Gone.".into())));
        assert_eq!(Decided::of(&ParamsMap::new()), Decided::default());
    }
}
