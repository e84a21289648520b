//! The sign of a check on cards and rows: green, amber or red, each with a shape of its own and words for those who do
//! not see it.

use super::model::{CheckSummary, Verdict};
use crate::ui::{Glyph, Icon, Tone};
use leptos::prelude::*;

pub fn glyph(verdict: Verdict) -> Glyph {
    match verdict {
        Verdict::Ok => Glyph::Check,
        Verdict::Warning => Glyph::Warning,
        Verdict::Problem => Glyph::Close,
    }
}

pub fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Ok => Tone::Good,
        Verdict::Warning => Tone::Warning,
        Verdict::Problem => Tone::Bad,
    }
}

/// The verdict with what was found, in one line.
pub fn spoken(check: &CheckSummary) -> String {
    let mut words = vec![check.verdict.name().to_owned()];
    words.extend(check.words.iter().cloned());
    words.join(". ")
}

/// The sign. `silent`: the words stand elsewhere for screen readers (in a label). `worded`: where there is room, what it means
/// is beside it, unless all is well.
#[component]
pub fn CheckMark(check: CheckSummary, #[prop(optional)] silent: bool, #[prop(optional)] worded: bool) -> impl IntoView {
    if worded && check.verdict != Verdict::Ok {
        let class = format!("inline-flex shrink-0 items-center gap-1 text-xs {}", tone(check.verdict).text_class());
        let found = check.words.iter().map(|words| format!(". {words}")).collect::<String>();
        return view! {
            <span class=class title=spoken(&check) data-check=check.verdict.id()>
                <Icon glyph=glyph(check.verdict) class="size-3.5" />
                {check.verdict.name()}
                <span class="sr-only">{found}</span>
            </span>
        }
        .into_any();
    }
    let class = format!("inline-flex shrink-0 items-center {}", tone(check.verdict).text_class());
    let words = spoken(&check);
    let read = (!silent).then(|| view! { <span class="sr-only">{words.clone()}</span> }.into_any());
    view! {
        <span class=class title=words data-check=check.verdict.id()>
            <Icon glyph=glyph(check.verdict) class="size-3.5" />
            {read}
        </span>
    }
    .into_any()
}

/// What was found, in a layer at the surrounding `group has-words` while that has the pointer or the focus: nothing moves for
/// it. Nothing for a green one.
#[component]
pub fn CheckWords(check: CheckSummary) -> impl IntoView {
    if check.words.is_empty() {
        return ().into_any();
    }
    let lines = check
        .words
        .into_iter()
        .map(|words| view! { <span dir="auto" class="block">{words}</span> }.into_any())
        .collect_view();
    view! {
        <span
            class="words pointer-events-none hidden rounded-control border border-line-strong bg-surface-3 px-3 py-2 text-xs whitespace-normal text-muted wrap-anywhere group-hover:block group-focus-visible:block"
            aria-hidden="true"
        >
            {lines}
        </span>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn colour_is_never_alone() {
        let found = CheckSummary { verdict: Verdict::Problem, words: vec!["X @northwind: No keys.".into()] };
        let html = Owner::new().with(|| view! { <CheckMark check=found.clone() /> }.to_html());
        assert!(html.contains("Will not go out. X @northwind: No keys."), "{html}");
        assert!(html.contains("text-bad") && html.contains("<svg"), "{html}");
        let worded = Owner::new().with(|| view! { <CheckMark check=found.clone() worded=true /> }.to_html());
        assert!(worded.contains("Will not go out"), "{worded}");
        // Seen, not only heard.
        let (seen, _) = worded.split_once("sr-only").expect("what was found is heard");
        assert!(seen.rsplit_once("</svg>").is_some_and(|(_, text)| text.contains("Will not go out")), "{worded}");
        let shapes: Vec<_> = Verdict::ALL.map(|v| format!("{:?}", glyph(v))).to_vec();
        assert!(shapes.iter().enumerate().all(|(n, s)| !shapes[..n].contains(s)), "{shapes:?}");
    }
}
