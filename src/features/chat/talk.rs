//! A conversation as one sees it: what was said, what is being said, and the field for the next question. Without JavaScript the form posts,
//! and the page comes back with the answer.

use super::browser;
use super::calls::SendChat;
use super::model::{ChatAction, ChatAsk, ChatBoard, ChatEvent, Ending, MAX_MESSAGE};
use super::parts::{Around, answer, hidden, question, words};
use crate::domain::ids::ConversationId;
use crate::features::agents::calls::DecideProposals;
use crate::features::agents::model::Block;
use crate::ui::focus::focus_soon;
use crate::ui::{
    Button, ButtonKind, Chip, FormAction, FormError, Glyph, Icon, Notice, PostForm, TextArea, Tone, failure, problem,
    typed,
};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::time::Duration;

/// The list of messages, and the button that stops an answer.
const LIST: &str = "chat-list";
const STOP: &str = "chat-stop";
/// The server keeps what came until the answer was stopped.
const KEPT: Duration = Duration::from_millis(400);

/// What is typed, and what is being answered. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Talk {
    /// The open conversation.
    pub conversation: RwSignal<Option<ConversationId>>,
    /// The page on which it is asked.
    pub from: RwSignal<String>,
    pub draft: RwSignal<String>,
    pub writing: RwSignal<bool>,
    /// Counted up when there is something new to read.
    pub news: RwSignal<u32>,
    /// The id of the field for the question.
    pub field: &'static str,
    asked: RwSignal<Option<String>>,
    /// Messages that were there when it was asked.
    base: RwSignal<usize>,
    shown: RwSignal<usize>,
    doing: RwSignal<String>,
    so_far: RwSignal<Vec<Block>>,
    failed: RwSignal<Option<String>>,
    /// Told to screen readers.
    said: RwSignal<String>,
}

impl Talk {
    pub fn new(field: &'static str, from: String) -> Self {
        Self {
            conversation: RwSignal::new(None),
            from: RwSignal::new(from),
            draft: RwSignal::default(),
            writing: RwSignal::new(false),
            news: RwSignal::new(0),
            field,
            asked: RwSignal::new(None),
            base: RwSignal::new(0),
            shown: RwSignal::new(0),
            doing: RwSignal::default(),
            so_far: RwSignal::default(),
            failed: RwSignal::new(None),
            said: RwSignal::default(),
        }
    }

    /// Begins another conversation.
    pub fn anew(self) {
        self.conversation.set(None);
        self.asked.set(None);
        self.failed.set(None);
        self.news.update(|n| *n += 1);
        focus_soon(self.field);
    }

    /// Asks what is typed.
    fn send_draft(self, action: ChatAction) {
        let message = self.draft.get_untracked().trim().to_owned();
        if message.is_empty() && action == ChatAction::Message {
            self.failed.set(Some("Write what you want to know first.".into()));
            focus_soon(self.field);
            return;
        }
        self.send(message, action);
    }

    pub fn send(self, message: String, action: ChatAction) {
        if self.writing.get_untracked() {
            return;
        }
        let shown = if message.is_empty() { "What is wrong right now?".to_owned() } else { message.clone() };
        self.base.set(self.shown.get_untracked());
        self.asked.set(Some(shown));
        self.so_far.set(vec![]);
        self.doing.set("Asks".into());
        self.failed.set(None);
        self.said.set("The answer is being written.".into());
        self.writing.set(true);
        browser::show_end(LIST);
        let ask = ChatAsk {
            conversation: self.conversation.get_untracked(),
            message,
            action,
            from: self.from.get_untracked(),
        };
        let took = move |event| match event {
            ChatEvent::Began { conversation } => {
                let _ = self.draft.try_set(String::new());
                let _ = self.conversation.try_set(Some(conversation));
            }
            ChatEvent::Doing { words } => {
                let _ = self.doing.try_set(words);
                browser::show_end(LIST);
            }
            ChatEvent::Said { blocks } => {
                let _ = self.so_far.try_set(blocks);
                browser::show_end(LIST);
            }
            ChatEvent::Ended { .. } => {
                let _ = self.said.try_set("The answer is there.".into());
            }
        };
        let ended = move |ending| {
            // The page may be gone by now.
            if self.writing.try_set(false).is_some() {
                return;
            }
            match ending {
                Ending::Whole => {}
                Ending::Refused(words) => {
                    self.asked.set(None);
                    self.said.set(String::new());
                    self.failed.set(Some(words));
                    focus_soon(self.field);
                    return;
                }
                Ending::Lost => self.said.set("The connection broke off. What was said so far is kept.".into()),
            }
            self.news.update(|n| *n += 1);
            focus_soon(self.field);
        };
        browser::ask(&ask, took, ended);
    }

    /// Hangs up; what came stays.
    fn stop(self) {
        browser::stop();
        self.writing.set(false);
        self.said.set("Stopped. What was said so far is kept.".into());
        focus_soon(self.field);
        set_timeout(
            move || {
                let _ = self.news.try_update(|n| *n += 1);
            },
            KEPT,
        );
    }
}

/// The open conversation, or questions to begin one with; below it the field. `panel`: beside another page.
pub fn conversation(
    board: &ChatBoard,
    talk: Talk,
    send: FormAction<SendChat>,
    decide: FormAction<DecideProposals>,
    panel: bool,
) -> AnyView {
    let around = Around {
        talk,
        send,
        decide,
        conversation: board.open.as_ref().map(|open| open.id),
        may_decide: board.may_decide,
        panel,
    };
    let n = board.messages.len();
    talk.shown.set(n);
    let mut asked = String::new();
    let messages: Vec<_> = board
        .messages
        .iter()
        .cloned()
        .map(|card| {
            let inner = if card.of_person {
                asked.clone_from(&card.text);
                question(card.text, card.page)
            } else {
                answer(card, asked.clone(), &around)
            };
            view! { <li class="flex min-w-0 flex-col">{inner}</li> }.into_any()
        })
        .collect();
    let ideas = (n == 0).then(|| ideas(board, &around));
    let height = if panel { "min-h-0 flex-1" } else { "max-h-[calc(100vh-21rem)] min-h-48" };
    if n > 0 {
        browser::show_end(LIST);
    }
    view! {
        <div id=LIST tabindex="0" role="region" aria-label="What was said" class=format!("flex flex-col gap-4 overflow-y-auto rounded-card p-1 {height}")>
            {ideas}
            <ol class="flex flex-col gap-4 empty:hidden" aria-label="Messages">{messages}</ol>
            {move || under_way(talk, n)}
        </div>
        {composer(board, &around)}
    }
    .into_any()
}

/// What is being asked and answered, until it is among the messages.
fn under_way(talk: Talk, n: usize) -> Option<AnyView> {
    let asked = talk.asked.get().filter(|_| talk.base.get() == n)?;
    let doing = move || talk.writing.get().then(|| talk.doing.get());
    Some(
        view! {
            <div class="flex flex-col gap-4" aria-busy=move || talk.writing.get().then_some("true")>
                {question(asked, None)}
                <div class="flex min-w-0 flex-col gap-2">
                    {move || words(&talk.so_far.get())}
                    <p class="flex items-center gap-2 text-[13px] text-muted">
                        {move || doing().map(|words| view! { <span class="skeleton size-2 rounded-full" aria-hidden="true"></span> {words} "…" }.into_any())}
                    </p>
                </div>
            </div>
        }
        .into_any(),
    )
}

fn ideas(board: &ChatBoard, around: &Around) -> AnyView {
    let talk = around.talk;
    let buttons: Vec<_> = board
        .ideas
        .iter()
        .cloned()
        .map(|idea| {
            let (typed, shown) = (idea.clone(), idea.clone());
            view! {
                <Button
                    small=true
                    kind=ButtonKind::Ghost
                    name="message"
                    value=idea
                    disabled=talk.writing
                    on:click=move |event| {
                        event.prevent_default();
                        talk.send(typed.clone(), ChatAction::Message);
                    }
                >
                    {shown}
                </Button>
            }
            .into_any()
        })
        .collect();
    let about = match &board.model {
        Some(model) => format!("{model} answers, out of what the program can look up for you."),
        None => {
            "Answers come from the help and from what the program can look up. A key of a model service adds free conversation and drafts.".into()
        }
    };
    let key = (board.model.is_none() && board.may_add_key).then(|| {
        view! { " " <a class="text-purple-soft hover:underline" href="/settings/integrations?q=language+models">"Add a key"</a> }.into_any()
    });
    let said = hidden(around);
    view! {
        <div class:hidden=move || talk.asked.get().is_some()>
            <p class="mb-2.5 text-[13px] text-muted">{about} {key}</p>
            <PostForm action=around.send class="flex flex-wrap gap-2">
                {said}
                {buttons}
            </PostForm>
        </div>
    }
    .into_any()
}

fn composer(board: &ChatBoard, around: &Around) -> AnyView {
    let (talk, send) = (around.talk, around.send);
    let error = failure(&send);
    let before = typed(error, "message", String::new());
    if !before.is_empty() {
        talk.draft.set(before);
    }
    let page = board.page.clone().map(|page| {
        view! {
            <p class="text-xs text-faint">
                "About the page " <a class="hover:underline" href=page.href>{page.title}</a>
            </p>
        }
        .into_any()
    });
    let stand_in = board.stand_in.then(|| {
        view! { <p class="text-xs text-warn">"The sandbox's stand-in answers here, not a real model."</p> }.into_any()
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            talk.send_draft(ChatAction::Message);
        }
    };
    let failed = move || {
        talk.failed.get().map(|words| {
            view! { <Notice tone=Tone::Bad><span role="alert" dir="auto">{words}</span></Notice> }.into_any()
        })
    };
    let said = hidden(around);
    view! {
        <PostForm action=send class="flex flex-col gap-2">
            {said}
            <div on:keydown=on_key>
                <TextArea
                    id=talk.field
                    name="message"
                    label="Ask about your work, or about an error"
                    rows=2
                    value=talk.draft
                    on_change=Callback::new(move |text| talk.draft.set(text))
                    error=problem(error, "message")
                    hint=format!("Enter sends, Shift and Enter begins a new line. At most {MAX_MESSAGE} characters.")
                />
            </div>
            <div class="flex flex-wrap items-center gap-2">
                <Button
                    kind=ButtonKind::Primary
                    disabled=talk.writing
                    on:click=move |event| {
                        event.prevent_default();
                        talk.send_draft(ChatAction::Message);
                    }
                >
                    <Icon glyph=Glyph::Send />
                    "Send"
                </Button>
                <Button
                    name="action"
                    value=ChatAction::Diagnose.id()
                    disabled=talk.writing
                    on:click=move |event| {
                        event.prevent_default();
                        talk.send_draft(ChatAction::Diagnose);
                    }
                >
                    "Find out what is wrong"
                </Button>
                <div class:hidden=move || !talk.writing.get()>
                    <Button kind_type="button" kind=ButtonKind::Ghost attr:id=STOP on:click=move |_| talk.stop()>
                        "Stop"
                    </Button>
                </div>
            </div>
            <FormError error=error fields=&["message"] />
            {failed}
            {page}
            {stand_in}
            <p class="sr-only" role="status" aria-live="polite">
                {move || talk.said.get()}
            </p>
        </PostForm>
    }
    .into_any()
}

/// What the model is, as a small sign.
pub fn model_chip(board: &ChatBoard) -> AnyView {
    let words = board.model.clone().unwrap_or_else(|| "Without a model".into());
    view! { <Chip tone=Tone::Quiet>{words}</Chip> }.into_any()
}
