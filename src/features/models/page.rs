//! Settings → AI: which model answers, what it may cost a month, and what was asked lately.

use super::calls::{SaveAi, load_ai};
use super::model::{AiBoard, CallRow, SumRow};
use crate::domain::error::{AppError, ErrorKind};
use crate::domain::platform::{Platform, PlatformKind};
use crate::ui::Screen;
use crate::ui::page::{PageHead, SettingsTabs};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Empty, FormAction, FormError, LinkButton, Loaded, Notice, PostForm, SelectBox,
    TextInput, Tone, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/settings/ai`
pub struct AiPage {
    /// `None`: this person may not see it.
    board: Resource<Result<Option<AiBoard>, AppError>>,
    save: FormAction<SaveAi>,
}

impl Screen for AiPage {
    fn data() -> Self {
        let save = FormAction::new();
        let saved = done(&save);
        let board = Resource::new_blocking(
            move || saved.get(),
            |_| async {
                match load_ai().await {
                    Err(error) if error.kind == ErrorKind::Forbidden => Ok(None),
                    other => other.map(Some),
                }
            },
        );
        Self { board, save }
    }

    fn view(this: Self) -> AnyView {
        let AiPage { board, save } = this;
        view! {
            <PageHead title="AI" />
            <SettingsTabs />
            <div class="flex w-full max-w-page flex-col gap-5">
                <Loaded resource=board lines=8 let:board>
                    {match board {
                        None => no_access(),
                        Some(board) => shown(board, save),
                    }}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

fn no_access() -> AnyView {
    view! {
        <Card>
            <Empty
                title="Only admins choose the model"
                text="Which model writes for this company, and what it may cost, is decided by its admins and owners. You do not need this page to write."
            >
                <LinkButton href="/studio">"Open the Studio"</LinkButton>
            </Empty>
        </Card>
    }
    .into_any()
}

fn shown(board: AiBoard, save: FormAction<SaveAi>) -> AnyView {
    let answers = match &board.answers {
        Some(answers) => {
            let note = (!answers.note.is_empty())
                .then(|| view! { <p class="text-[13px] text-warn">{answers.note.clone()}</p> }.into_any());
            let stand_in = answers.stand_in.then(|| {
                view! {
                    <p class="text-[13px] text-warn">"The sandbox's stand-in answers in its place, not the real model."</p>
                }
                .into_any()
            });
            view! {
                <p>
                    <span class="font-medium">{answers.model.clone()}</span>
                    {format!(" at {} writes for this company.", answers.service.name())}
                </p>
                {stand_in}
                {note}
            }
            .into_any()
        }
        None => view! {
            <p>"No model can write yet: there is no key. Add one of OpenAI, Gemini or your own model server."</p>
            <div>
                <LinkButton href="/settings/integrations?q=language+models" kind=ButtonKind::Primary>"Add a key"</LinkButton>
            </div>
        }
        .into_any(),
    };
    let (spent, zone, calls) = (board.spent.clone(), board.zone.clone(), board.calls.clone());
    let sums = board.sums.clone();
    view! {
        <Card>
            <CardHead title="Model" />
            <div class="flex flex-col gap-4 p-4">
                {answers}
                {choice(board, save)}
            </div>
        </Card>
        <Card>
            <CardHead title="Spent this month" />
            <div class="flex flex-col gap-3 p-4">
                <p>{spent} <span class="text-muted">" (reckoned from list prices; the bill of the service decides)"</span></p>
                {by_person(sums)}
                {table(calls)}
                <p class="text-xs text-faint">
                    {format!("The last 25 calls. What was asked and answered is not kept here. Times are those of {zone}.")}
                </p>
            </div>
        </Card>
    }
    .into_any()
}

fn choice(board: AiBoard, save: FormAction<SaveAi>) -> AnyView {
    let error = failure(&save);
    let saved = use_query_map().get_untracked().get("done").is_some();
    let done = move || {
        (saved && error.get().is_none()).then(|| view! { <Notice tone=Tone::Good>"Saved."</Notice> }.into_any())
    };
    let mut services = vec![(String::new(), "The first one with a key".to_owned())];
    services.extend(Platform::ALL.into_iter().filter(|p| p.kind() == PlatformKind::Model).map(|service| {
        let key = if board.ready.contains(&service) { "" } else { " (no key yet)" };
        (service.id().to_owned(), format!("{}{key}", service.name()))
    }));
    let typed = |field, now: String| Signal::stored(typed(error, field, now));
    let service = typed("service", board.service.map(|s| s.id().to_owned()).unwrap_or_default());
    let (model, fallback) = (typed("model", board.model), typed("fallback", board.fallback));
    let painter = typed("painter", board.picture_model);
    let makes = match board.pictures {
        Some(model) => format!("Makes pictures in the library. Now: {model}. Empty: the usual one of OpenAI."),
        None => "Makes pictures in the library: OpenAI has a usual one; of your own server, type its name.".to_owned(),
    };
    let cap = typed("cap", board.cap.map(|cap| cap.to_string()).unwrap_or_default());
    let names: Vec<_> = board.listed.into_iter().map(|id| view! { <option value=id></option> }.into_any()).collect();
    view! {
        <PostForm action=save>
            <datalist id="models">{names}</datalist>
            <div class="grid items-start gap-x-6 gap-y-3 md:grid-cols-2">
                <SelectBox id="service" name="service" label="Service" options=services value=service error=problem(error, "service") />
                <TextInput
                    id="cap"
                    name="cap"
                    label="Spend at most this many dollars a month"
                    hint="Empty: no limit. When it is reached, no new text is written until the 1st."
                    value=cap
                    error=problem(error, "cap")
                />
                <TextInput
                    id="model"
                    name="model"
                    label="Model"
                    placeholder="The usual one"
                    hint="Choose from the list, or type its name. Empty: the usual one of the service."
                    list="models"
                    value=model
                    error=problem(error, "model")
                />
                <TextInput
                    id="fallback"
                    name="fallback"
                    label="Model that stands in for it"
                    placeholder="The usual one"
                    hint="Answers when the first one is retired or overloaded."
                    list="models"
                    value=fallback
                    error=problem(error, "fallback")
                />
                <TextInput
                    id="painter"
                    name="painter"
                    label="Model for pictures"
                    placeholder="The usual one"
                    hint=makes
                    list="models"
                    value=painter
                    error=problem(error, "painter")
                />
                <div class="flex flex-col items-start gap-3 md:col-span-2">
                    <FormError error=error fields=&["service", "model", "fallback", "painter", "cap"] />
                    {done}
                    <Button kind=ButtonKind::Primary disabled=save.pending()>"Save"</Button>
                </div>
            </div>
        </PostForm>
    }
    .into_any()
}

/// Who spent what on which kind of work.
fn by_person(sums: Vec<SumRow>) -> Option<AnyView> {
    let rows: Vec<_> = sums
        .into_iter()
        .map(|sum| {
            view! {
                <tr class="border-t border-line">
                    <td class="py-1.5 pr-4" dir="auto">{sum.by.unwrap_or_else(|| "Somebody who left".into())}</td>
                    <td class="pr-4">{sum.feature}</td>
                    <td class="pr-4 tabular-nums">{sum.calls}</td>
                    <td class="tabular-nums">{sum.cost}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <table class="w-full max-w-140 text-left text-[13px]" aria-label="This month by person and kind of work">
                <thead class="text-faint">
                    <tr>
                        <th class="pr-4 pb-1.5 font-normal" scope="col">"Who"</th>
                        <th class="pr-4 font-normal" scope="col">"For"</th>
                        <th class="pr-4 font-normal" scope="col">"Calls"</th>
                        <th class="font-normal" scope="col">"Cost"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    })
}

fn table(calls: Vec<CallRow>) -> AnyView {
    if calls.is_empty() {
        return view! { <p class="text-muted">"Nothing was asked yet."</p> }.into_any();
    }
    let rows: Vec<_> = calls
        .into_iter()
        .map(|call| {
            view! {
                <tr class="border-t border-line">
                    <td class="py-1.5 pr-4 whitespace-nowrap">
                        <time datetime=call.at.local.to_string()>{call.at.local.short()}</time>
                    </td>
                    <td class="pr-4" dir="auto">{call.by.unwrap_or_else(|| "Somebody who left".into())}</td>
                    <td class="pr-4">{call.feature}</td>
                    <td class="pr-4">{call.model}</td>
                    <td class="pr-4 tabular-nums">{call.tokens}</td>
                    <td class="pr-4 tabular-nums">{call.cost}</td>
                    <td>{call.outcome}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Calls to the model">
            <table class="w-full text-left text-[13px]">
                <thead class="text-faint">
                    <tr>
                        <th class="pr-4 pb-1.5 font-normal" scope="col">"When"</th>
                        <th class="pr-4 font-normal" scope="col">"Who"</th>
                        <th class="pr-4 font-normal" scope="col">"For"</th>
                        <th class="pr-4 font-normal" scope="col">"Model"</th>
                        <th class="pr-4 font-normal" scope="col">"Tokens read + written"</th>
                        <th class="pr-4 font-normal" scope="col">"Cost"</th>
                        <th class="font-normal" scope="col">"Outcome"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
