//! Where a post goes: one box per connected account, with what that account says to it.

use super::composer::Composer;
use super::options::AccountOptions;
use crate::domain::connection::ConnectionState;
use crate::domain::connection::ConnectionSummary;
use crate::domain::post::check::Verdict;
use crate::ui::{ButtonKind, Check, LinkButton, PlatformIcon};
use leptos::prelude::*;

#[component]
pub fn Accounts(composer: Composer) -> impl IntoView {
    let accounts = composer.accounts();
    let none = accounts.is_empty().then(|| {
        view! {
            <div class="flex flex-col items-start gap-2">
                <p class="text-[13px] text-muted">
                    "No account is connected yet. You can write and keep drafts; to publish, connect one."
                </p>
                <LinkButton href="/connections" kind=ButtonKind::Secondary small=true>
                    "Connect an account"
                </LinkButton>
            </div>
        }
    });
    let rows = accounts.into_iter().map(|account| view! { <Row composer=composer account=account /> }).collect_view();
    view! {
        <fieldset class="flex min-w-0 flex-col gap-2.5">
            <legend class="mb-2.5 text-xs font-semibold tracking-wider text-faint uppercase">"Publish to"</legend>
            {none}
            {rows}
        </fieldset>
    }
}

#[component]
fn Row(composer: Composer, account: ConnectionSummary) -> impl IntoView {
    let (c, id) = (composer, account.id);
    let verdict = move || c.begun().then(|| c.validation(id).map(|s| s.verdict)).flatten();
    // Red is what somebody did, and not what is still to come or where nothing goes.
    let tone = move || match verdict() {
        _ if c.chosen.with(|chosen| !chosen.contains(&id)) => "ml-auto shrink-0 text-xs text-faint",
        None | Some(Verdict::Fits | Verdict::Look(_)) => "ml-auto shrink-0 text-xs text-ok",
        Some(verdict) if verdict.is_missing() && !c.tried.get() => "ml-auto shrink-0 text-xs text-warn",
        Some(Verdict::Over(_) | Verdict::Wrong(_)) => "ml-auto shrink-0 text-xs text-bad",
    };
    let reconnect = (account.state == ConnectionState::Reconnect).then(|| {
        view! {
            <p class="pl-6 text-xs text-warn">
                "Reconnect first: posts wait until then. "
                <a href="/connections" class="underline">
                    "Reconnect"
                </a>
            </p>
        }
    });
    let by_hand = account.facts.by_hand.then(|| {
        view! { <p class="pl-6 text-xs text-muted">"You post there yourself: we hand it to you at its time."</p> }
            .into_any()
    });
    let options = view! { <AccountOptions composer=c account=account.clone() /> };
    let handle = account.handle.clone();
    view! {
        <div class="flex flex-col gap-1">
            <div class="flex min-w-0 items-center gap-2">
                <Check
                    name="targets"
                    value=id.to_string()
                    checked=Signal::derive(move || c.chosen.with(|chosen| chosen.contains(&id)))
                    on_change=Callback::new(move |on| c.choose(id, on))
                >
                    <PlatformIcon platform=account.platform />
                    <span dir="auto" class="min-w-0 font-medium wrap-anywhere" title=account.display_name.clone()>
                        {handle}
                    </span>
                </Check>
                <span class=tone>{move || verdict().map(|v| v.words())}</span>
            </div>
            {reconnect}
            {by_hand}
            {options}
        </div>
    }
}
