//! One error: what happened, where, how often, and whether it is resolved.

use super::calls::{AdviseError, ReopenError, RepairErrors, ResolveError, UndoRepair, load_error};
use super::model::{Advice, ErrorDetail, LastRepair, Receipt};
use super::parts::{place, times, tone};
use super::timeline::Timeline;
use crate::domain::error::AppError;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, CopyField, FormAction, FormError, Loaded, PostForm, Screen, TextInput,
    Tone, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/diagnostics/:id`
pub struct ErrorPage {
    error: Resource<Result<ErrorDetail, AppError>>,
    acts: Acts,
}

#[derive(Clone, Copy)]
struct Acts {
    resolve: FormAction<ResolveError>,
    reopen: FormAction<ReopenError>,
    repair: FormAction<RepairErrors>,
    undo: FormAction<UndoRepair>,
    advise: FormAction<AdviseError>,
}

impl Screen for ErrorPage {
    fn data() -> Self {
        let params = use_params_map();
        let acts = Acts {
            resolve: FormAction::new(),
            reopen: FormAction::new(),
            repair: FormAction::new(),
            undo: FormAction::new(),
            advise: FormAction::new(),
        };
        let key = move || {
            let changes = (acts.resolve.version().get(), acts.reopen.version().get());
            let repairs = (acts.repair.version().get(), acts.undo.version().get(), acts.advise.version().get());
            (params.with(|p| p.get("id")).unwrap_or_default(), changes, repairs)
        };
        let error = Resource::new_blocking(key, |(id, ..)| async move {
            match id.parse() {
                Ok(id) => load_error(id).await,
                Err(_) => Err(AppError::not_found("error")),
            }
        });
        Self { error, acts }
    }

    fn view(this: Self) -> AnyView {
        let ErrorPage { error, acts } = this;
        view! {
            <PageHead title="Error" />
            <div class="flex w-full max-w-page flex-col gap-4">
                <p class="text-[13px]">
                    <a class="text-purple-soft hover:underline" href="/diagnostics">"All errors"</a>
                </p>
                <FormError error=failure(&acts.reopen) />
                <FormError error=failure(&acts.repair) />
                <FormError error=failure(&acts.undo) />
                <FormError error=failure(&acts.advise) />
                <Loaded resource=error lines=6 let:error>
                    <Whole error acts />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Whole(error: ErrorDetail, acts: Acts) -> impl IntoView {
    let card = error.card.clone();
    let (word, state) = if card.resolved.is_some() { ("Resolved", Tone::Good) } else { ("Open", Tone::Warning) };
    let row = |name: &'static str, value: String| {
        view! {
            <dt class="text-muted">{name}</dt>
            <dd dir="auto" class="wrap-anywhere">
                {value}
            </dd>
        }
        .into_any()
    };
    let zone = &error.zone;
    let mut rows = vec![
        row("Where", place(&card)),
        row("How often", times(card.count)),
        row("First seen", format!("{} · {zone}", card.first.local.short())),
        row("Last seen", format!("{} · {zone}", card.last.local.short())),
    ];
    rows.extend(error.user.clone().map(|name| row("Who was signed in", name)));
    rows.extend(error.request.clone().map(|id| row("Request id", id)));
    rows.push(row("Version", error.version.clone()));
    let stack = error.stack.clone().map(|stack| {
        view! {
            <details class="rounded-control border border-line p-3">
                <summary class="cursor-pointer text-[13px] text-muted">"Technical details"</summary>
                <div class="mt-3">
                    <CopyField id="error-stack" label="Stack" value=stack long=true />
                </div>
            </details>
        }
    });
    let receipts = (!error.receipts.is_empty()).then(|| {
        let (receipts, zone) = (error.receipts.clone(), error.zone.clone());
        view! { <Receipts receipts zone acts=acts /> }.into_any()
    });
    view! {
        <Card class="flex flex-col gap-3 p-4">
            <div class="flex flex-wrap items-center gap-3">
                <Chip tone=tone(card.level)>{card.level.name()}</Chip>
                <Chip tone=state>{word}</Chip>
                {card.needs_person.then(|| view! { <Chip tone=Tone::Warning>"Needs a person"</Chip> }.into_any())}
            </div>
            <h2 dir="auto" class="text-[15px] font-semibold wrap-anywhere">
                {card.message.clone()}
            </h2>
            <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-[13px]">{rows}</dl>
            {stack} <Timeline error=error.clone() /> <Repaired error=error.clone() acts=acts />
            <Ending error=error acts=acts />
        </Card>
        {receipts}
    }
}

/// What the program found out and did, and asking it to look again.
#[component]
fn Repaired(error: ErrorDetail, acts: Acts) -> impl IntoView {
    let last = error.repair.map(|LastRepair { meaning, steps, seen, next }| {
        let steps = steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view();
        let next = next.map(|next| view! { <p class="text-text">{next}</p> });
        view! {
            <div class="flex flex-col gap-1 text-[13px] text-muted">
                <p>{meaning}</p>
                <ul class="list-disc pl-5 empty:hidden" aria-label="What was done">
                    {steps}
                </ul>
                <p>{seen}</p>
                {next}
            </div>
        }
        .into_any()
    });
    let open = error.card.resolved.is_none();
    let id = error.card.id.to_string();
    let asks = error.asks.is_some();
    let would = error.would.map(|would| {
        let words = if asks { "What you can have done: " } else { "What the program would do now: " };
        view! { <p class="text-[13px] wrap-anywhere">{words} {would}</p> }.into_any()
    });
    let same = id.clone();
    let agree = error.asks.map(|words| {
        view! {
            <PostForm action=acts.repair>
                <input type="hidden" name="error" value=same />
                <input type="hidden" name="agreed" value="true" />
                <Button small=true disabled=acts.repair.pending()>
                    {words}
                </Button>
            </PostForm>
        }
        .into_any()
    });
    let button = open.then(|| {
        view! {
            <div class="flex flex-wrap items-center gap-2">
                {agree}
                <PostForm action=acts.repair>
                    <input type="hidden" name="error" value=id />
                    <Button small=true kind=ButtonKind::Secondary disabled=acts.repair.pending()>
                        {if asks { "Check again" } else { "Check and repair" }}
                    </Button>
                </PostForm>
            </div>
        }
        .into_any()
    });
    let advice = error.advice.map(|advice| advised(advice, &error.zone));
    let asked = advice.is_some();
    let ask = error.may_ask.then(|| {
        view! {
            <PostForm action=acts.advise>
                <input type="hidden" name="error" value=error.card.id.to_string() />
                <Button small=true kind=ButtonKind::Ghost disabled=acts.advise.pending()>
                    {if asked { "Ask the language model again" } else { "Ask the language model" }}
                </Button>
            </PostForm>
        }
        .into_any()
    });
    let shown = open || last.is_some();
    shown.then(|| {
        view! {
            <section class="flex flex-col items-start gap-2 border-t border-line pt-3" aria-label="Repair">
                {last} {would} {button} {advice} {ask}
            </section>
        }
        .into_any()
    })
}

/// A language model's words, marked as what they are.
fn advised(advice: Advice, zone: &str) -> AnyView {
    let head = format!("Advice of {} · {} · {zone}", advice.model, advice.at.local.short());
    let repair = advice
        .repair
        .map(|would| view! { <p dir="auto" class="wrap-anywhere">"It would choose: " {would}</p> }.into_any());
    view! {
        <div class="flex w-full flex-col gap-1 rounded-control border border-line bg-surface-2 p-3 text-[13px]">
            <p class="text-xs text-faint">{head}</p>
            <p dir="auto" class="wrap-anywhere">
                {advice.meaning}
            </p>
            <p dir="auto" class="wrap-anywhere">
                {advice.next}
            </p>
            {repair}
            <p class="text-xs text-faint">"A model can be wrong. Only a check marks an error as mended."</p>
        </div>
    }
    .into_any()
}

/// What was done about it: before, after, who, and the way back where there is one.
#[component]
fn Receipts(receipts: Vec<Receipt>, zone: String, acts: Acts) -> impl IntoView {
    let rows = receipts
        .into_iter()
        .map(|receipt| {
            let (word, tone) = match (&receipt.undone, receipt.mended) {
                (Some(_), _) => ("Undone", Tone::Info),
                (None, true) => ("Mended", Tone::Good),
                (None, false) => ("Not mended by it", Tone::Warning),
            };
            let by = receipt.by.unwrap_or_else(|| "the program".into());
            let undone = receipt.undone.map(|undone| {
                let by = undone.by.unwrap_or_else(|| "somebody".into());
                view! { <p class="text-xs text-faint">{format!("Undone by {by}, {} · {zone}", undone.at.local.short())}</p> }.into_any()
            });
            let undo = receipt.can_undo.then(|| {
                view! {
                    <PostForm action=acts.undo>
                        <input type="hidden" name="receipt" value=receipt.id.to_string() />
                        <Button small=true kind=ButtonKind::Ghost disabled=acts.undo.pending()>
                            "Undo"
                        </Button>
                    </PostForm>
                }
                .into_any()
            });
            let line = |name: &'static str, text: String| {
                view! {
                    <dt class="text-muted">{name}</dt>
                    <dd dir="auto" class="wrap-anywhere">
                        {text}
                    </dd>
                }
                .into_any()
            };
            view! {
                <li class="flex flex-col items-start gap-1.5 px-4 py-3 text-[13px]">
                    <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                        <Chip tone=tone>{word}</Chip>
                        <span class="text-xs text-faint">{format!("{} · {zone} · {by}", receipt.at.local.short())}</span>
                    </div>
                    <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
                        {line("Before", receipt.before)} {line("Done", receipt.done)} {line("After", receipt.after)}
                    </dl>
                    {undone} {undo}
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <Card>
            <CardHead title="What was done" />
            <ul class="divide-y divide-line" aria-label="What was done">
                {rows}
            </ul>
        </Card>
    }
}

/// Marking it as resolved, or how that was done and the way back.
#[component]
fn Ending(error: ErrorDetail, acts: Acts) -> impl IntoView {
    let id = error.card.id.to_string();
    let Some(resolved) = error.card.resolved else {
        let failed = failure(&acts.resolve);
        return view! {
            <PostForm action=acts.resolve class="flex max-w-xl flex-col items-start gap-2 border-t border-line pt-3">
                <input type="hidden" name="id" value=id />
                <TextInput
                    id="error-note"
                    name="note"
                    label="What was done about it (optional)"
                    value=Signal::stored(typed(failed, "note", String::new()))
                    error=problem(failed, "note")
                />
                <FormError error=failed fields=&["note"] />
                <Button small=true disabled=acts.resolve.pending()>
                    "Mark as resolved"
                </Button>
                <p class="text-xs text-faint">"If it happens again, it is listed as a new error."</p>
            </PostForm>
        }
        .into_any();
    };
    let by = resolved.by.unwrap_or_else(|| "the program".into());
    let note = (!resolved.note.is_empty())
        .then(|| view! { <p dir="auto" class="text-[13px] wrap-anywhere">{resolved.note.clone()}</p> });
    let back = if error.is_back {
        view! { <p class="text-[13px] text-warn">"It has happened again since, and is open as a new error."</p> }
            .into_any()
    } else {
        view! {
            <PostForm action=acts.reopen>
                <input type="hidden" name="id" value=id />
                <Button small=true kind=ButtonKind::Ghost disabled=acts.reopen.pending()>
                    "Open it again"
                </Button>
            </PostForm>
        }
        .into_any()
    };
    view! {
        <div class="flex flex-col items-start gap-2 border-t border-line pt-3">
            <p class="text-[13px] text-muted">{format!("Resolved by {by}, {} · {}", resolved.at.local.short(), error.zone)}</p>
            {note} {back}
        </div>
    }
    .into_any()
}
