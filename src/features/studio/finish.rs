//! The end of the form, one panel that is always in view as a whole: when, what to know about that, the three ways to save.

use super::composer::{Composer, Kept};
use super::guards::{Guards, Notes};
use super::model::Question;
use super::texts::PROBLEMS;
use super::unsaved::Keeper;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, ErrorKind, Result, Severity};
use crate::domain::ids::PostId;
use crate::domain::moment::LocalTime;
use crate::domain::post::{Plan, TimeCheck};
use crate::features::posts::calls::{check_time, save_post};
use crate::features::posts::model::{PostDetail, Saved};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Check, ErrorNotice, LinkButton, Notice, Tone, WhenField};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// The field for day and time, in the document.
const WHEN: &str = "when";

/// What the person pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SubmitIntent {
    pub plan: Plan,
    /// Keep it as a new post (after a conflict).
    pub copy: bool,
}

fn is_draft(plan: Plan) -> bool {
    matches!(plan, Plan::Draft | Plan::Planned { .. })
}

/// What a save sends: the intent, the content, and the time as it stands in the field.
type Sent = (SubmitIntent, Kept, String);

/// Saving in place. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Saver {
    composer: Composer,
    action: Action<Sent, (Sent, Result<Saved>)>,
    /// What stood in the way before anything was sent.
    pub stopped: RwSignal<Option<AppError>>,
    pub error: RwSignal<Option<AppError>>,
    /// What it is not yet, as something needs a change first.
    pub blocked: RwSignal<Option<&'static str>>,
    /// What to know before it is published now.
    pub question: RwSignal<Option<Question>>,
    /// Counted up when a time is needed and none can be read from the fields.
    needs_time: RwSignal<u32>,
}

impl Saver {
    /// `opened` is told the post's id, so that the page knows that the address which follows is this composer's own.
    pub fn new(composer: Composer, opened: RwSignal<Option<PostId>>, question: Option<Question>) -> Self {
        let c = composer;
        let action = Action::new(move |sent: &Sent| {
            let sent = sent.clone();
            let intent = sent.0;
            let input = c.input(intent.plan, intent.copy);
            let key = (!intent.copy).then_some(c.key);
            async move { (sent, save_post(input, key).await) }
        });
        let saver = Self {
            composer,
            action,
            stopped: RwSignal::new(None),
            error: RwSignal::new(None),
            blocked: RwSignal::new(None),
            question: RwSignal::new(question),
            needs_time: RwSignal::new(0),
        };
        // What stood in the way is looked at again with the next attempt.
        Effect::new(move |_| {
            c.validations.track();
            c.chosen.track();
            saver.stopped.set(None);
        });
        // What was wrong with the time is no longer said once another one is chosen.
        Effect::new(move |_| {
            c.when.track();
            let about_time = |e: &AppError| e.of("time").is_some();
            for told in [saver.stopped, saver.error] {
                if told.with_untracked(|e| e.as_ref().is_some_and(about_time)) {
                    told.set(None);
                }
            }
        });
        let navigate = use_navigate();
        let go = move |path: &str, replace| {
            navigate(path, NavigateOptions { replace, scroll: !replace, ..NavigateOptions::default() });
        };
        Effect::new(move |_| match action.value().get() {
            None => {}
            Some((_, Err(error))) => {
                if error.of("time").is_some() {
                    focus_soon(WHEN);
                }
                saver.error.set(Some(error));
            }
            Some(((intent, content, when), Ok(saved))) => {
                let is_new = c.post.get_untracked() != Some(saved.id);
                c.post.set(Some(saved.id));
                c.version.set(Some(saved.version));
                c.saved.set(content);
                c.saved_when.set(when);
                saver.error.set(None);
                let not_yet = if matches!(intent.plan, Plan::Schedule { .. }) { "scheduled" } else { "published" };
                let blocked = !is_draft(intent.plan) && saved.blocked();
                saver.blocked.set(blocked.then_some(not_yet));
                if blocked {
                    focus_soon(PROBLEMS);
                }
                let asks = !saved.asks.is_empty();
                if asks {
                    let planned = saved.due.filter(|_| saved.state == DeliveryState::Queued).map(|due| due.local);
                    saver.question.set(Some(Question { notes: saved.asks.clone(), planned }));
                }
                if !is_draft(intent.plan) && !saved.blocked() && !asks {
                    go(&format!("/posts/{}?notice=scheduled", saved.id), false);
                } else if is_new {
                    opened.set(Some(saved.id));
                    go(&format!("/studio?post={}", saved.id), true);
                }
            }
        });
        saver
    }

    /// What was said of other words or pictures does not hold for these: it is asked about what was saved.
    fn open_question(self) -> Option<Question> {
        self.question.get().filter(|_| !self.composer.dirty.get())
    }

    pub fn pending(self) -> Memo<bool> {
        self.action.pending()
    }

    /// Sends it, unless something has to happen first.
    pub fn save(self, value: &str, copy: bool) {
        let c = self.composer;
        let stop = |field: &str, message: &str| self.stopped.set(Some(AppError::invalid(field, message)));
        if self.action.pending().get_untracked() {
            return;
        }
        self.stopped.set(None);
        self.error.set(None);
        self.blocked.set(None);
        self.question.set(None);
        let plan = match value {
            "now" => Plan::NowIfClear,
            "anyway" => Plan::Now,
            "schedule" => match c.when.get_untracked().parse() {
                Ok(local) => Plan::Schedule { local, second: c.second.get_untracked() },
                // The fields say what is wrong with them.
                Err(()) => return self.needs_time.update(|n| *n += 1),
            },
            _ => c.draft_plan(),
        };
        let publishing = !is_draft(plan);
        c.tried.set(publishing);
        let wrong_time = c.time.get_untracked().problem.filter(|p| p.severity == Severity::Error);
        // It stands at the time already.
        if let (Plan::Schedule { .. }, Some(_)) = (plan, wrong_time) {
            return focus_soon(WHEN);
        }
        if let Some(wait) = c.waits_for(publishing) {
            return stop("files", &wait);
        }
        self.action.dispatch((SubmitIntent { plan, copy }, c.kept_now(), c.when.get_untracked()));
    }
}

/// When it is to go out, in the company's zone.
#[component]
fn When(composer: Composer, needed: RwSignal<u32>) -> impl IntoView {
    let c = composer;
    let ask = Action::new(move |when: &String| {
        let when = when.clone();
        async move { (when.clone(), check_time(when).await) }
    });
    Effect::new(move |_| {
        // An answer to a question that is no longer asked is dropped.
        if let Some((when, Ok(check))) = ask.value().get()
            && when == c.when.get_untracked()
        {
            c.time.set(check);
        }
    });
    Effect::new(move |before: Option<String>| {
        let when = c.when.get();
        if before.is_some_and(|b| b != when) {
            // What was said of the time before does not hold for this one.
            c.time.set(TimeCheck::default());
            // The fields say by themselves what is no time.
            if when.is_empty() {
                return when;
            }
            let asked = when.clone();
            let later = set_timeout_with_handle(
                move || {
                    ask.dispatch(asked);
                },
                Duration::from_millis(300),
            );
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        }
        when
    });
    let hint = move || {
        let zone = c.zone.get_value();
        match c.when.get().parse::<LocalTime>() {
            Ok(local) => format!("{} · {zone}", local.short()),
            Err(()) => zone,
        }
    };
    let problem = move || {
        let TimeCheck { problem, proposal, .. } = c.time.get();
        problem.map(|p| {
            let tone = if p.severity == Severity::Error { Tone::Bad } else { Tone::Warning };
            let take = proposal.map(|time| {
                view! {
                    <span class:hidden=move || !c.alive.get()>
                        <Button
                            kind=ButtonKind::Secondary
                            small=true
                            kind_type="button"
                            on:click=move |_| c.when.set(time.to_string())
                        >
                            {format!("Use {}", time.short())}
                        </Button>
                    </span>
                }
            });
            view! {
                <Notice tone=tone>
                    <div class="flex flex-col items-start gap-2">
                        <p>{p.message}</p>
                        {take}
                    </div>
                </Notice>
            }
        })
    };
    let second = move || {
        c.time.get().twice.then(|| {
            view! {
                <Check name="second" checked=c.second on_change=Callback::new(move |on| c.second.set(on))>
                    "Use the second one, after the clocks went back"
                </Check>
            }
        })
    };
    view! {
        <div class="flex flex-col gap-2">
            <WhenField id=WHEN name="when" label="When" value=c.when hint=Signal::derive(hint) needed=needed />
            {problem}
            {second}
        </div>
    }
}

/// Time, warnings and buttons, and beside these how it stands.
#[component]
pub fn Finish(composer: Composer, saver: Saver, keeper: Keeper, post: Option<PostDetail>) -> impl IntoView {
    let c = composer;
    // Enter in a field presses the first button: on a scheduled post that must not take it off the schedule.
    let scheduled = post.as_ref().is_some_and(|p| p.state != DeliveryState::Draft);
    let busy = Signal::from(saver.pending());
    let draft = move || {
        let words = if scheduled { "Move to draft" } else { "Save draft" };
        view! {
            <Button kind=ButtonKind::Secondary name="plan" value="draft" disabled=busy>
                {words}
            </Button>
        }
    };
    let schedule = move || {
        let words = if scheduled { "Save and schedule" } else { "Schedule" };
        view! {
            <Button kind=ButtonKind::Primary name="plan" value="schedule" disabled=busy>
                {words}
            </Button>
        }
    };
    let buttons = if scheduled {
        view! {
            {schedule()}
            {draft()}
        }
        .into_any()
    } else {
        view! {
            {draft()}
            {schedule()}
        }
        .into_any()
    };
    let anyway = move || {
        saver.open_question().map(|_| {
            view! {
                <Button kind=ButtonKind::Secondary name="plan" value="anyway" disabled=busy>
                    "Publish anyway"
                </Button>
            }
        })
    };
    let status = move || {
        let version = c.version.get();
        match (saver.pending().get(), c.dirty.get(), version) {
            (true, ..) => "Saving…".to_owned(),
            (_, true, _) if keeper.is_kept() => "Not saved · a copy is kept".into(),
            (_, true, Some(_)) => "Unsaved changes".into(),
            (_, _, Some(version)) => format!("Saved · version {version}"),
            (_, true, None) => "Not saved yet".into(),
            (_, false, None) => String::new(),
        }
    };
    view! {
        <section
            aria-label="When and how"
            class="stays-in-place flex min-h-0 flex-col gap-2.5 rounded-card border border-line bg-surface-1 p-4"
        >
            // When it is short of room, the words give way and scroll; never the buttons.
            <div class="relative flex min-h-0 flex-col gap-2.5 desk:overflow-y-auto">
                <When composer=c needed=saver.needs_time />
                <div class:hidden=move || saver.open_question().is_some()>
                    <Guards composer=c />
                </div>
                <Outcome composer=c saver=saver />
            </div>
            <div class="flex shrink-0 flex-wrap items-center gap-2">
                {buttons}
                <Button kind=ButtonKind::Ghost name="plan" value="now" disabled=busy>
                    "Publish now"
                </Button>
                {anyway}
                <p class="ml-auto text-xs text-faint" role="status">
                    {status}
                </p>
            </div>
        </section>
    }
}

/// What came of the last save, when it is not simply saved.
#[component]
fn Outcome(composer: Composer, saver: Saver) -> impl IntoView {
    let c = composer;
    move || {
        if let Some(error) = saver.stopped.get() {
            return view! { <ErrorNotice error=error /> }.into_any();
        }
        // What is wrong with the time stands at it, once.
        let stands_there = |e: &AppError| {
            let told = c.time.get().problem.is_some_and(|p| p.severity == Severity::Error);
            told && e.problems.len() == 1 && e.of("time").is_some()
        };
        if let Some(error) = saver.error.get().filter(|e| !stands_there(e)) {
            let lost = matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound);
            let ways_out = lost.then(|| {
                let other = c.post.get_untracked().map(|id| {
                    view! {
                        <LinkButton href=format!("/posts/{id}") small=true>
                            "See the other version"
                        </LinkButton>
                    }
                });
                view! {
                    <Button
                        kind=ButtonKind::Secondary
                        small=true
                        kind_type="button"
                        on:click=move |_| saver.save("draft", true)
                    >
                        "Keep mine as a new draft"
                    </Button>
                    {other}
                }
            });
            return view! {
                <ErrorNotice error=error />
                <div class="flex flex-wrap gap-2 empty:hidden">{ways_out}</div>
            }
            .into_any();
        }
        // It does not hold for other words.
        if let Some(not_yet) = saver.blocked.get().filter(|_| !c.dirty.get()) {
            let words = format!("Not {not_yet} yet. Fix the problems under the text; your post is saved as a draft.");
            return view! { <Notice tone=Tone::Warning>{words}</Notice> }.into_any();
        }
        if let Some(question) = saver.open_question() {
            return view! { <Ask question=question /> }.into_any();
        }
        ().into_any()
    }
}

/// What the guards say of publishing now. The way on stands among the buttons, behind those that Enter may press.
#[component]
fn Ask(question: Question) -> impl IntoView {
    let meanwhile = question.meanwhile();
    view! {
        <Notes label="Worth a look before you publish" notes=question.notes open=true />
        <p class="text-[13px] text-muted">{meanwhile}</p>
    }
}
