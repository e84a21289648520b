//! Settings → Brand voice: what is told to a model that writes for the company, and learning it from a text or a page.

use super::calls::{DiscardLearnt, LearnVoice, SaveVoice, load_voice};
use super::model::{BETWEEN, BrandVoice, MAX_LEARNT, VoiceBoard};
use crate::domain::error::{AppError, ErrorKind};
use crate::ui::Screen;
use crate::ui::page::{PageHead, SettingsTabs};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Empty, FormAction, FormError, LinkButton, Loaded, Notice, PostForm, TextArea,
    TextInput, Tone, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/settings/voice`
pub struct VoicePage {
    /// `None`: this person may not see it.
    board: Resource<Result<Option<VoiceBoard>, AppError>>,
    save: FormAction<SaveVoice>,
    learn: FormAction<LearnVoice>,
    discard: FormAction<DiscardLearnt>,
}

impl Screen for VoicePage {
    fn data() -> Self {
        let (save, learn, discard) = (FormAction::new(), FormAction::new(), FormAction::new());
        let (saved, learnt, discarded) = (done(&save), done(&learn), done(&discard));
        let board = Resource::new_blocking(
            move || (saved.get(), learnt.get(), discarded.get()),
            |_| async {
                match load_voice().await {
                    Err(error) if error.kind == ErrorKind::Forbidden => Ok(None),
                    other => other.map(Some),
                }
            },
        );
        Self { board, save, learn, discard }
    }

    fn view(this: Self) -> AnyView {
        let VoicePage { board, save, learn, discard } = this;
        view! {
            <PageHead title="Brand voice" />
            <SettingsTabs />
            <div class="flex w-full max-w-page flex-col gap-5">
                <Loaded resource=board lines=8 let:board>
                    {match board {
                        None => no_access(),
                        Some(board) => shown(board, save, learn, discard),
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
                title="Only people who write posts see this"
                text="How the company sounds is kept by its editors, admins and owners."
            >
                <LinkButton href="/">"Back to Home"</LinkButton>
            </Empty>
        </Card>
    }
    .into_any()
}

fn shown(
    board: VoiceBoard,
    save: FormAction<SaveVoice>,
    learn: FormAction<LearnVoice>,
    discard: FormAction<DiscardLearnt>,
) -> AnyView {
    let changed = board.changed.as_ref().map(|(by, when)| {
        let by = by.as_deref().unwrap_or("somebody who left");
        view! { <p class="text-xs text-faint" dir="auto">{format!("Changed by {by}, {}.", when.local.short())}</p> }
            .into_any()
    });
    let notice = board.learnt.is_some().then(|| {
        view! {
            <Notice tone=Tone::Info>
                <div class="flex flex-col items-start gap-2">
                    <p>"This was read out of your text and is not kept yet. Change what is not right, then save it."</p>
                    <PostForm action=discard>
                        <Button kind=ButtonKind::Secondary small=true disabled=discard.pending()>"Discard what was read"</Button>
                    </PostForm>
                </div>
            </Notice>
        }
        .into_any()
    });
    let fields = board.learnt.map_or_else(|| board.kept.clone(), |learnt| over(&board.kept, learnt));
    view! {
        <Card>
            <CardHead title="How your company sounds" />
            <div class="flex flex-col gap-4 p-4">
                <p class="text-muted">
                    "Every text that the AI writes in the Studio follows this. Words to avoid are kept in the Studio, under “Your company's words”."
                </p>
                {notice}
                {form(&fields, save)}
                {changed}
            </div>
        </Card>
        <Card>
            <CardHead title="Learn it from your own texts" />
            <div class="flex flex-col gap-3 p-4">{learning(board.has_model, board.stand_in, learn)}</div>
        </Card>
    }
    .into_any()
}

/// What was learnt, where it says something; else what is kept.
fn over(kept: &BrandVoice, learnt: BrandVoice) -> BrandVoice {
    let text = |new: String, old: &str| if new.is_empty() { old.to_owned() } else { new };
    let list = |new: Vec<String>, old: &[String]| if new.is_empty() { old.to_vec() } else { new };
    BrandVoice {
        about: text(learnt.about, &kept.about),
        tone: text(learnt.tone, &kept.tone),
        audience: text(learnt.audience, &kept.audience),
        words: list(learnt.words, &kept.words),
        examples: list(learnt.examples, &kept.examples),
    }
}

fn form(voice: &BrandVoice, save: FormAction<SaveVoice>) -> AnyView {
    let error = failure(&save);
    let saved = use_query_map().get_untracked().get("done").is_some();
    let done = move || {
        (saved && error.get().is_none()).then(|| view! { <Notice tone=Tone::Good>"Saved."</Notice> }.into_any())
    };
    let typed = move |field, now: String| Signal::stored(typed(error, field, now));
    let [about, tone, audience, words, examples] = voice.fields();
    view! {
        <PostForm action=save>
            <div class="flex flex-col gap-3">
                <TextArea
                    id="about"
                    name="about"
                    label="What you do"
                    hint="A sentence or two, as you would say it to a neighbour."
                    rows=2
                    value=typed("about", about)
                    error=problem(error, "about")
                />
                <TextArea
                    id="tone"
                    name="tone"
                    label="How you sound"
                    placeholder="Short sentences. Warm, a little dry. We say “we” and “you”. No exclamation marks."
                    rows=3
                    value=typed("tone", tone)
                    error=problem(error, "tone")
                />
                <TextArea
                    id="audience"
                    name="audience"
                    label="Whom you speak to"
                    rows=2
                    value=typed("audience", audience)
                    error=problem(error, "audience")
                />
                <TextInput
                    id="words"
                    name="words"
                    label="Words and names you like"
                    hint="With commas between them. They are used where they fit."
                    value=typed("words", words)
                    error=problem(error, "words")
                />
                <TextArea
                    id="examples"
                    name="examples"
                    label="Texts of yours as examples"
                    hint=format!("Up to five, with a line of three dashes ({BETWEEN}) between two of them.")
                    rows=6
                    value=typed("examples", examples)
                    error=problem(error, "examples")
                />
                <FormError error=error fields=&["about", "tone", "audience", "words", "examples"] />
                {done}
                <div>
                    <Button kind=ButtonKind::Primary disabled=save.pending()>"Save"</Button>
                </div>
            </div>
        </PostForm>
    }
    .into_any()
}

fn learning(has_model: bool, stand_in: bool, learn: FormAction<LearnVoice>) -> AnyView {
    let error = failure(&learn);
    let typed = move |field| Signal::stored(typed(error, field, String::new()));
    let by = if has_model {
        "The text is counted here and read by your AI model. You see the result above before anything is kept."
    } else {
        "The text is counted here. With a key of an AI model, it also says what you do and whom you speak to."
    };
    let stand_in = stand_in.then(|| {
        view! { <p class="text-xs text-warn">"The sandbox's stand-in reads it here, not a real model."</p> }.into_any()
    });
    view! {
        <p class="text-muted">{by}</p>
        {stand_in}
        <PostForm action=learn>
            <div class="flex flex-col gap-3">
                <TextArea
                    id="learn-text"
                    name="text"
                    label="A text of yours"
                    hint=format!("A few posts, a newsletter or an article; at most {MAX_LEARNT} characters.")
                    rows=5
                    value=typed("text")
                    error=problem(error, "text")
                />
                <TextInput
                    id="learn-address"
                    name="address"
                    label="Or the address of a page"
                    placeholder="https://"
                    value=typed("address")
                    error=problem(error, "address")
                />
                <FormError error=error fields=&["text", "address"] />
                <div>
                    <Button kind=ButtonKind::Secondary disabled=learn.pending()>
                        {move || if learn.pending().get() { "Reading…" } else { "Read it" }}
                    </Button>
                </div>
            </div>
        </PostForm>
    }
    .into_any()
}
