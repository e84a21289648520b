//! The texts: one for all, and one for each account that is to say it differently. With JavaScript they are tabs,
//! without it all of them are there to fill in. Below them what each platform counts and what is wrong.

use super::brief::Scribe;
use super::composer::Composer;
use super::fitting::Fitting;
use super::parts::PartFields;
use super::rewrite::Rewrite;
use super::tools::Tools;
use super::undo::{Removed, Undo};
use super::validation::{Remark, TargetValidation, remarks};
use super::voice::{Reading, Voice};
use crate::domain::account::AccountFacts;
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::Severity;
use crate::domain::ids::ConnectionId;
use crate::domain::limits::rules;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, check};
use crate::ui::focus::{focus_soon, show_current_tabs};
use crate::ui::{Button, ButtonKind, Glyph, Icon, PlatformIcon, TextArea, TextInput};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::time::Duration;

/// How long the typing must rest before a screen reader is told what changed.
const REST: Duration = Duration::from_millis(1200);

#[component]
pub fn Texts(composer: Composer, scribe: Scribe) -> impl IntoView {
    let c = composer;
    let reading = Reading::new(c);
    let cards = with_link(false);
    let beside = with_link(true);
    let leads = if beside.is_empty() { String::new() } else { format!("; on {beside} it is where the post leads") };
    let accounts = c.accounts();
    let some = !accounts.is_empty();
    let panels =
        accounts.into_iter().map(|account| view! { <OwnText composer=c reading account=account /> }).collect_view();
    let has_own = !c.own.get_untracked().is_empty();
    view! {
        <section class="flex flex-col gap-3 rounded-card border border-line bg-surface-1 p-4" aria-label="Text">
            <Tabs composer=c />
            <div
                id="panel-all"
                role="tabpanel"
                aria-labelledby="tab-all"
                class:hidden=move || c.alive.get() && c.shown().is_some()
            >
                <TextArea
                    id="text"
                    name="text"
                    label="Text for all accounts"
                    rows=12
                    value=c.text
                    placeholder="What do you want to say?"
                    on_change=Callback::new(move |text| c.text.set(text))
                    marked=reading.marked(None)
                />
            </div>
            {some
                .then(|| {
                    view! {
                        // With JavaScript only the frame around the tabs: always open, without its own switch.
                        <details open=move || c.alive.get() || has_own class="flex flex-col gap-3">
                            <summary class="cursor-pointer text-[13px] text-muted" class:hidden=move || c.alive.get()>
                                "Different text per account"
                            </summary>
                            {panels}
                        </details>
                    }
                })}
            <Tools composer=c scribe=scribe />
            <Counters composer=c />
            <Voice reading />
            <Rewrite composer=c scribe=scribe />
            <PartFields composer=c />
            <Problems composer=c />
            <Fitting composer=c />
            <TextInput
                id="link"
                name="link"
                label=format!("Link card ({cards})")
                input_type="url"
                placeholder="https://"
                hint=format!("Shown as a card on {cards}{leads}. On the other networks, write the link into the text.")
                value=c.link
                on_change=Callback::new(move |link| c.link.set(link))
            />
            <Spoken composer=c />
            <Undo composer=c />
        </section>
    }
}

/// The platforms that show a link as a card, or take it beside media: `Facebook, LinkedIn and Bluesky`.
fn with_link(beside_media: bool) -> String {
    let has = |platform: &Platform| {
        let rules = rules(*platform, Format::default(), &AccountFacts::default());
        rules.is_some_and(|rules| rules.link_card && rules.link_beside_media == beside_media)
    };
    let names: Vec<_> = Platform::ALL.into_iter().filter(has).map(Platform::name).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

pub fn tab_id(tab: Option<ConnectionId>) -> String {
    tab.map_or_else(|| "tab-all".into(), |id| format!("tab-{id}"))
}

/// The field with an account's own text.
pub fn field_id(id: ConnectionId) -> String {
    format!("text_{id}")
}

/// The field with the text of one account, or with the common one.
pub fn text_id(account: Option<ConnectionId>) -> String {
    account.map_or_else(|| "text".into(), field_id)
}

fn panel_id(id: ConnectionId) -> String {
    format!("panel-{id}")
}

#[component]
fn Tabs(composer: Composer) -> impl IntoView {
    let c = composer;
    // Arrow keys walk through the tabs that are there; Home and End go to the ends.
    let walk = move |event: KeyboardEvent| {
        let tabs: Vec<_> =
            std::iter::once(None).chain(c.chosen_validations().into_iter().map(|s| Some(s.shown.account.id))).collect();
        let at = tabs.iter().position(|t| *t == c.shown()).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % tabs.len(),
            "ArrowLeft" => (at + tabs.len() - 1) % tabs.len(),
            "Home" => 0,
            "End" => tabs.len() - 1,
            _ => return,
        };
        event.prevent_default();
        c.tab.set(tabs[to]);
        focus_soon(tab_id(tabs[to]));
    };
    Effect::new(move |_| {
        c.tab.track();
        show_current_tabs();
    });
    let tabs =
        c.accounts().into_iter().map(|account| view! { <AccountTab composer=c account=account /> }).collect_view();
    view! {
        <div
            role="tablist"
            aria-label="Texts"
            class="tab-row relative flex gap-4 overflow-x-auto border-b border-line"
            class:hidden=move || !c.alive.get()
            on:keydown=move |event| untrack(|| walk(event))
        >
            <button
                type="button"
                role="tab"
                id="tab-all"
                aria-controls="panel-all"
                aria-selected=move || c.shown().is_none().to_string()
                tabindex=move || if c.shown().is_none() { "0" } else { "-1" }
                class=TAB
                on:click=move |_| c.tab.set(None)
            >
                "All"
            </button>
            {tabs}
        </div>
    }
}

const TAB: &str = "-mb-px shrink-0 cursor-pointer border-b-2 border-transparent px-0.5 pb-2 whitespace-nowrap text-muted hover:text-text aria-selected:border-purple aria-selected:text-text";

#[component]
fn AccountTab(composer: Composer, account: ConnectionSummary) -> impl IntoView {
    let (c, id) = (composer, account.id);
    let is_shown = move || c.shown() == Some(id);
    // Only when it does not fit: the number says how far.
    let over = move || {
        let validation = c.validation(id)?;
        let max = validation.max.filter(|max| validation.count > *max)?;
        Some(format!("{}/{max}", validation.count))
    };
    view! {
        <button
            type="button"
            role="tab"
            id=tab_id(Some(id))
            aria-controls=panel_id(id)
            aria-selected=move || is_shown().to_string()
            tabindex=move || if is_shown() { "0" } else { "-1" }
            title=account.handle.clone()
            class=TAB
            class:hidden=move || !c.chosen.with(|chosen| chosen.contains(&id))
            on:click=move |_| c.tab.set(Some(id))
        >
            {account.platform.name()}
            <span class="sr-only">{format!(" {}", account.handle)}</span>
            " "
            <span class="text-xs text-bad">{over}</span>
        </button>
    }
}

/// The text of one account: the common one until somebody asks for another.
#[component]
fn OwnText(composer: Composer, reading: Reading, account: ConnectionSummary) -> impl IntoView {
    let (c, id) = (composer, account.id);
    let name = format!("{} {}", account.platform.name(), account.handle);
    let has_own = move || c.own.with(|own| own.contains_key(&id));
    let field = field_id(id);
    let (id_of_field, label, button) =
        (field.clone(), format!("Text for {name}"), format!("Write a different text for {name}"));
    let begin = move |_| {
        c.own.update(|own| drop(own.insert(id, c.text.get_untracked())));
        focus_soon(id_of_field.clone());
    };
    view! {
        <div
            id=panel_id(id)
            role="tabpanel"
            aria-labelledby=tab_id(Some(id))
            class="flex flex-col items-start gap-2"
            class:hidden=move || c.alive.get() && c.shown() != Some(id)
        >
            <div class="flex flex-col items-start gap-2" class:hidden=move || !c.alive.get() || has_own()>
                <p class="text-[13px] text-muted">"Uses the text under “All”:"</p>
                <p dir="auto" class="max-h-72 overflow-hidden text-base leading-relaxed whitespace-pre-wrap text-muted">
                    {move || c.text.get()}
                </p>
                <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=begin>
                    <Icon glyph=Glyph::Pen />
                    {button}
                </Button>
            </div>
            <div class="w-full" class:hidden=move || c.alive.get() && !has_own()>
                <TextArea
                    id=field.clone()
                    name=field
                    label=label
                    rows=8
                    placeholder="Empty: the text for all accounts"
                    value=Signal::derive(move || c.own.with(|own| own.get(&id).cloned()).unwrap_or_default())
                    on_change=Callback::new(move |text| c.own.update(|own| drop(own.insert(id, text))))
                    marked=reading.marked(Some(id))
                />
            </div>
            <div class:hidden=move || !c.alive.get() || !has_own()>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    kind_type="button"
                    on:click=move |_| {
                        let text = c.own.try_update(|own| own.remove(&id)).flatten();
                        c.removed.set(text.map(|text| Removed::Text(id, text)));
                        focus_soon(tab_id(Some(id)));
                    }
                >
                    "Use the same text"
                </Button>
            </div>
        </div>
    }
}

/// The validations that matter for what is shown: of one account, or of all that are chosen.
fn relevant(c: Composer) -> Vec<TargetValidation> {
    let shown = c.shown();
    c.chosen_validations().into_iter().filter(|s| shown.is_none_or(|id| s.shown.account.id == id)).collect()
}

#[component]
fn Counters(composer: Composer) -> impl IntoView {
    let counters = move || {
        relevant(composer)
            .into_iter()
            .map(|s| {
                let over = s.max.is_some_and(|max| s.count > max);
                let numbers = s.max.map_or_else(|| s.count.to_string(), |max| format!("{}/{max}", s.count));
                let words = if over { " characters, too many" } else { " characters" };
                view! {
                    <li class="flex items-center gap-1.5 text-xs text-muted tabular-nums" class=("text-bad!", over)>
                        <PlatformIcon platform=s.shown.account.platform />
                        <span>{numbers} <span class="sr-only">{words}</span></span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul class="flex flex-wrap gap-x-4 gap-y-1 empty:hidden" aria-label="Length of the text">
            {counters}
        </ul>
    }
}

/// The list of what to change, in the document.
pub const PROBLEMS: &str = "problems";

#[component]
fn Problems(composer: Composer) -> impl IntoView {
    let c = composer;
    let lines = move || {
        let nowhere = c.goes_nowhere().then(|| Remark { problem: check::nowhere(), accounts: vec![] });
        let begun = c.begun();
        let said = remarks(relevant(c)).into_iter().filter(|r| begun || r.problem.field == "targets");
        nowhere.into_iter().chain(said).map(|remark| line(c, remark)).collect_view()
    };
    view! {
        <ul id=PROBLEMS class="flex flex-col gap-1.5 empty:hidden" aria-label="What to change">
            {lines}
        </ul>
    }
}

fn line(c: Composer, remark: Remark) -> impl IntoView {
    let Remark { problem, accounts } = remark;
    let (class, word) = match problem.severity {
        Severity::Error if c.comes_later(&problem) => ("text-warn", "Still missing: "),
        Severity::Error => ("text-bad", "Must change: "),
        Severity::Warning => ("text-warn", "Worth a look: "),
    };
    let icons = accounts.into_iter().map(|o| view! { <PlatformIcon platform=o.platform /> }).collect_view();
    view! {
        <li class="flex items-start gap-2 text-[13px]">
            <span class=class>
                <Icon glyph=Glyph::Warning class="mt-0.5 size-4" />
            </span>
            {icons}
            <span class="min-w-0 wrap-anywhere">
                <span class="sr-only">{word}</span>
                {problem.message}
            </span>
        </li>
    }
}

/// For screen readers: how it stands, told once the typing rests and only when it changed.
#[component]
fn Spoken(composer: Composer) -> impl IntoView {
    let c = composer;
    let said = RwSignal::new(String::new());
    let summary = Memo::new(move |_| {
        let stands = |s: TargetValidation| format!("{}: {}.", s.shown.account.platform.name(), s.verdict.words());
        if !c.begun() {
            return String::new();
        }
        c.chosen_validations().into_iter().map(stands).collect::<Vec<_>>().join(" ")
    });
    Effect::new(move |before: Option<()>| {
        let now = summary.get();
        // Nothing has changed yet when the page opens.
        if before.is_some() {
            let later = set_timeout_with_handle(
                move || {
                    said.try_set(now);
                },
                REST,
            );
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        }
    });
    view! {
        <p class="sr-only" role="status" aria-live="polite">
            {move || said.get()}
        </p>
    }
}
