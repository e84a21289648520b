//! The panel in which one asks beside any page. The frame has its button and loads this when it is pressed.

use super::calls::{SendChat, load_chat};
use super::model::{ChatBoard, ChatQuery};
use super::talk::{Talk, conversation};
use crate::domain::error::AppError;
use crate::features::agents::calls::DecideProposals;
use crate::ui::ask::AskOpen;
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, FormAction, Glyph, Icon, LinkButton, Loaded, Screen, done};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const FIELD: &str = "ask-message";

/// It stands in the frame, and is no page of its own.
pub struct ChatPanel {
    board: Resource<Result<ChatBoard, AppError>>,
    talk: Talk,
    send: FormAction<SendChat>,
    decide: FormAction<DecideProposals>,
}

impl Screen for ChatPanel {
    const IS_PAGE: bool = false;

    fn data() -> Self {
        let location = use_location();
        let from = move || {
            let (path, query) = (location.pathname.get(), location.search.get());
            // Of the queries only the Studio's names what the page is about.
            if path == "/studio" && !query.is_empty() { format!("{path}?{query}") } else { path }
        };
        let talk = Talk::new(FIELD, untrack(from));
        Effect::new(move |_| talk.from.set(from()));
        let (send, decide) = (FormAction::new(), FormAction::new());
        let sent = done(&send);
        // The conversation of the last hour goes on, unless another one is begun.
        let begun = RwSignal::new(false);
        let key = move || (talk.news.get(), sent.get(), talk.from.get());
        let board = Resource::new(key, move |(news, _, from)| {
            let conversation = talk.conversation.try_get_untracked().flatten();
            let panel = !begun.try_get_untracked().unwrap_or(true) && news == 0;
            let _ = begun.try_set(true);
            async move {
                let board = load_chat(ChatQuery { conversation, from, panel, ..ChatQuery::default() }).await;
                if let Ok(board) = &board {
                    let _ = talk.conversation.try_set(board.open.as_ref().map(|open| open.id));
                }
                board
            }
        });
        Self { board, talk, send, decide }
    }

    fn view(this: Self) -> AnyView {
        let Self { board, talk, send, decide } = this;
        let open = expect_context::<AskOpen>();
        let on_key = move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.stop_propagation();
                open.close();
            }
        };
        let whole = move || talk.conversation.get().map_or_else(|| "/chat".to_owned(), |id| format!("/chat?c={id}"));
        // The keyboard goes to the field once, when it is there.
        let begun = StoredValue::new(false);
        view! {
            <aside
                aria-label="Ask"
                on:keydown=on_key
                class="fixed inset-y-0 right-0 z-30 flex w-[440px] max-w-full flex-col gap-3 border-l border-line-strong bg-surface-1 p-4 max-[700px]:w-full"
            >
                <div class="flex items-center gap-2">
                    <h2 class="font-semibold">"Ask"</h2>
                    <div class="ml-auto flex items-center gap-2">
                        <Button small=true kind_type="button" kind=ButtonKind::Ghost on:click=move |_| talk.anew()>
                            "New"
                            <span class="sr-only">" conversation"</span>
                        </Button>
                        <span on:click=move |_| open.0.set(false)>
                            {move || view! { <LinkButton small=true kind=ButtonKind::Ghost href=whole()>"Whole page"</LinkButton> }.into_any()}
                        </span>
                        <Button small=true kind_type="button" kind=ButtonKind::Ghost label="Close" on:click=move |_| open.close()>
                            <Icon glyph=Glyph::Close />
                        </Button>
                    </div>
                </div>
                <div class="-m-1 flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-1">
                    <Loaded resource=board lines=5 let:board>
                        {
                            if !begun.get_value() {
                                begun.set_value(true);
                                focus_soon(FIELD);
                            }
                            conversation(&board, talk, send, decide, true)
                        }
                    </Loaded>
                </div>
            </aside>
        }
        .into_any()
    }
}
