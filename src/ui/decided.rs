//! What was just decided about things of a list, as the address of the page tells it (`did=<act>.<id>.<id>`, `not` and `why` for those
//! about which it could not be), and the message that says so with the way back. Anybody can write an address: it holds words of a table
//! only, never sentences.

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
    pub not: Option<(usize, Option<WhyNot>)>,
}

/// Why something could not be decided about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    Gone,
    /// Somebody was quicker.
    Decided,
    /// It cannot be done as it is; what has changed is said there.
    Changed,
    /// What came of it cannot be taken back any more.
    Out,
    /// Something is being done with it.
    Busy,
}

impl WhyNot {
    const ALL: [Self; 5] = [Self::Gone, Self::Decided, Self::Changed, Self::Out, Self::Busy];

    /// As it stands in an address.
    pub fn id(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Decided => "decided",
            Self::Changed => "changed",
            Self::Out => "out",
            Self::Busy => "busy",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Gone => "It is not there any more.",
            Self::Decided => "It was decided about before.",
            Self::Changed => "Something has changed since. Look at it again: the reason stands there.",
            Self::Out => "What came of it is out already, or was changed since.",
            Self::Busy => "It is just being worked on. Wait a moment.",
        }
    }
}

/// What an address tells of those with which it could not be done: nothing, or `&not=2&why=changed`.
pub fn not_done(not: &[WhyNot]) -> String {
    not.first().map(|why| format!("&not={}&why={}", not.len(), why.id())).unwrap_or_default()
}

impl Decided {
    pub fn of(query: &ParamsMap) -> Self {
        let mut parts = query.get_str("did").unwrap_or_default().split('.');
        let act = parts.next().unwrap_or_default().to_owned();
        let why = query.get_str("why").and_then(|id| WhyNot::ALL.into_iter().find(|why| why.id() == id));
        let not = query.get_str("not").and_then(|n| n.parse().ok()).filter(|n| (1..=MOST).contains(n));
        let not = not.map(|n| (n, why));
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
    not: Option<(usize, Option<WhyNot>)>,
    words: String,
    back: String,
    undo: Option<AnyView>,
    could_not: &'static str,
) -> AnyView {
    let failed = not.map(|(n, why)| {
        let words = format!("{n} {could_not}. {}", why.map_or("", WhyNot::words));
        view! { <Notice tone=Tone::Warning>{words}</Notice> }.into_any()
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
            ("why", "gone".to_owned()),
        ]
        .into_iter()
        .collect();
        let told = Decided::of(&query);
        assert_eq!((told.act.as_str(), told.ids.len()), ("approved", 1));
        assert_eq!(told.not, Some((2, Some(WhyNot::Gone))));
        assert_eq!(Decided::of(&ParamsMap::new()), Decided::default());
        assert_eq!(not_done(&[WhyNot::Out, WhyNot::Gone]), "&not=2&why=out");
        for (n, why, told) in [
            ("2", "Call 0900 1234", Some((2, None))),
            ("Your account is locked", "gone", None),
            ("999999", "gone", None),
            ("0", "gone", None),
            ("-1", "", None),
        ] {
            let query: ParamsMap = [("not", n.to_owned()), ("why", why.to_owned())].into_iter().collect();
            assert_eq!(Decided::of(&query).not, told, "{n} {why}");
        }
    }
}
