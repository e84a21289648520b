//! What a person can do about a delivery, as forms that work without JavaScript. What is offered when, `offer` says.

use super::calls::{CancelDelivery, ConfirmLive, DeleteThere, ResendPart, RetryDelivery, SendAgain};
use super::linked::this_page;
use super::offer::{Act, offered};
use crate::domain::delivery::{DeliveryCard, DeliveryState};
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
use crate::domain::permission::{Permission, Role};
use crate::ui::{
    Button, ButtonKind, FormAction, FormError, LinkButton, Notice, PostForm, TextArea, TextInput, Tone, failure,
    problem, typed,
};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// `role`: of the person who looks; who may not do a thing is not offered it.
#[component]
pub fn DeliveryActions(post: PostId, delivery: DeliveryCard, role: Role) -> impl IntoView {
    let notes = role.may(Permission::Publish).then(|| view! { <Notes notes=delivery.notes.clone() /> }.into_any());
    let acts = offered(&delivery, role);
    let acts = (!acts.is_empty()).then(|| {
        let acts = acts.into_iter().map(|(act, kind)| offer(act, kind, post, &delivery)).collect_view();
        view! { <div class="flex flex-wrap items-start gap-2">{acts}</div> }.into_any()
    });
    view! {
        {notes}
        {acts}
    }
}

fn offer(act: Act, kind: ButtonKind, post: PostId, delivery: &DeliveryCard) -> AnyView {
    let (id, platform) = (delivery.id.to_string(), delivery.platform);
    match act {
        Act::See => outside(delivery, "See it on", kind),
        Act::Look => outside(delivery, "Look at", kind),
        Act::LinkIt => view! { <ConfirmForm id=id platform=platform.name() kind=kind words=LINK_IT /> }.into_any(),
        Act::MarkPosted => {
            view! { <ConfirmForm id=id platform=platform.name() kind=kind words=MARK_POSTED /> }.into_any()
        }
        Act::SendAgain => view! { <AgainForm id=id kind=kind /> }.into_any(),
        Act::Reconnect => {
            // Back to the page that one is on.
            let here = use_location().pathname.get_untracked();
            let href = format!("/api/social/connect/{platform}?for={}&next={here}", delivery.connection);
            let words = format!("Reconnect {} {}", platform.name(), delivery.handle);
            view! { <LinkButton href=href kind=kind small=true external=true>{words}</LinkButton> }.into_any()
        }
        Act::AskToReconnect => words("An admin or owner of this company can reconnect the account."),
        Act::EnterKeys => {
            let href = format!("/settings/integrations#{platform}");
            view! { <LinkButton href=href kind=kind small=true>"Open Integrations"</LinkButton> }.into_any()
        }
        Act::AskForKeys => words("Ask an admin to enter the keys under Settings, Integrations."),
        Act::Edit => match &delivery.part {
            // The post before a part is out already: only the part itself can still be changed.
            Some(part) => view! { <ResendForm id=id name=part.name() text=part.text.clone() kind=kind /> }.into_any(),
            None => {
                let href = format!("/studio?post={post}");
                view! { <LinkButton href=href kind=kind small=true>"Edit the post"</LinkButton> }.into_any()
            }
        },
        Act::PublishNow => view! { <RetryForm id=id label="Publish now" kind=kind /> }.into_any(),
        Act::TryAgain => view! { <RetryForm id=id label="Try again" kind=kind /> }.into_any(),
        Act::Remove => {
            view! { <RemoveForm id=id platform=platform.name() of=delivery.called() kind=kind /> }.into_any()
        }
        Act::Cancel => {
            let label = if delivery.state == DeliveryState::ByHand { "Not posted" } else { "Do not publish" };
            view! { <CancelForm id=id label=label of=delivery.called() kind=kind /> }.into_any()
        }
    }
}

fn words(text: &'static str) -> AnyView {
    view! { <p class="text-[13px] text-muted">{text}</p> }.into_any()
}

/// A link to the delivery's page at the platform, in a tab of its own.
fn outside(delivery: &DeliveryCard, verb: &str, kind: ButtonKind) -> AnyView {
    let Some(href) = delivery.page().map(str::to_owned) else { return ().into_any() };
    let words = format!("{verb} {}", delivery.platform.name());
    view! {
        <a href=href target="_blank" rel="noopener noreferrer" class=kind.class(true)>
            {words}
            <span class="sr-only">" (in a new tab)"</span>
        </a>
    }
    .into_any()
}

/// What to know before sending it now: repeats, quotas, clashes.
#[component]
fn Notes(notes: Vec<String>) -> impl IntoView {
    (!notes.is_empty()).then(|| {
        let lines = notes.into_iter().map(|note| view! { <li dir="auto">{note}</li> }.into_any()).collect_view();
        view! {
            <div class="w-full">
                <Notice tone=Tone::Warning>
                    <ul class="flex flex-col gap-1" aria-label="Worth a look before you publish">
                        {lines}
                    </ul>
                </Notice>
            </div>
        }
        .into_any()
    })
}

#[component]
fn RetryForm(id: String, label: &'static str, kind: ButtonKind) -> impl IntoView {
    let action = FormAction::<RetryDelivery>::new();
    view! {
        <PostForm action=action>
            <input type="hidden" name="delivery" value=id />
            <Button small=true kind=kind disabled=action.pending()>{label}</Button>
        </PostForm>
        <FormError error=failure(&action) fields=&[] />
    }
}

/// What is being typed about deliveries and which of their forms are open, kept by a page that reads itself anew meanwhile.
/// The keys are the ids of the fields: a handful, so a list, which is less program than a map.
#[derive(Clone, Copy, Default)]
pub struct Typed {
    texts: RwSignal<Vec<(String, String)>>,
    open: RwSignal<Vec<String>>,
}

impl Typed {
    /// The page's own; on a page that is never read anew, one that nobody shares.
    pub fn here() -> Self {
        use_context().unwrap_or_default()
    }

    /// What stands in a field, which is `first` until somebody types there; and what to call with every change.
    pub fn field(self, id: &str, first: String) -> (Signal<String>, Callback<String>) {
        let (of, to) = (id.to_owned(), id.to_owned());
        let typed =
            move |all: &Vec<(String, String)>| all.iter().find(|(id, _)| *id == of).map(|(_, text)| text.clone());
        let value = Signal::derive(move || self.texts.with(&typed).unwrap_or_else(|| first.clone()));
        let change = Callback::new(move |text: String| {
            self.texts.update(|all| {
                all.retain(|(id, _)| *id != to);
                all.push((to.clone(), text));
            })
        });
        (value, change)
    }
}

/// A button of a delivery was pressed, and not a text field or a line that unfolds something.
pub fn is_button(event: &leptos::ev::MouseEvent) -> bool {
    use leptos::wasm_bindgen::JsCast;
    let element = event.target().and_then(|t| t.dyn_into::<leptos::web_sys::Element>().ok());
    element.is_some_and(|e| matches!(e.closest("button"), Ok(Some(_))))
}

/// Whether it is the form of this id, in a field of that name, that was refused and came back without JavaScript, with what was typed.
pub fn came_back(error: Signal<Option<AppError>>, field: &str, id: &str) -> bool {
    typed(error, field, String::new()) == id
}

/// A form that a button unfolds, around the field with this id. `refused`: it came back so, and is open.
#[component]
pub fn Unfold(
    id: String,
    #[prop(into)] label: String,
    kind: ButtonKind,
    refused: bool,
    children: Children,
) -> impl IntoView {
    let open = Typed::here().open;
    if refused {
        open.update_untracked(|all| all.push(id.clone()));
    }
    let node = NodeRef::<html::Details>::new();
    let (of, early) = (id.clone(), id.clone());
    // It may have been opened before the program arrived.
    Effect::new(move |_| {
        if node.get().is_some_and(|details| details.has_attribute("open")) {
            open.update(|all| {
                if !all.contains(&early) {
                    all.push(early.clone());
                }
            });
        }
    });
    view! {
        <details
            node_ref=node
            class="open:w-full"
            open=move || open.with(|all| all.contains(&of))
            on:toggle=move |event| {
                let is_open = event_target::<leptos::web_sys::Element>(&event).has_attribute("open");
                // It is told a moment later, when the page may be another one.
                open.try_update(|all| {
                    all.retain(|other| *other != id);
                    if is_open {
                        all.push(id.clone());
                    }
                });
            }
        >
            <summary class=kind.class(true)>{label}</summary>
            {children()}
        </details>
    }
}

/// Another text for a part that did not go out.
#[component]
fn ResendForm(id: String, name: String, text: String, kind: ButtonKind) -> impl IntoView {
    let action = FormAction::<ResendPart>::new();
    let error = failure(&action);
    let refused = came_back(error, "delivery", &id);
    let input = format!("part-{id}");
    let text = if refused { typed(error, "text", text) } else { text };
    let (value, on_change) = Typed::here().field(&input, text);
    view! {
        <Unfold id=input.clone() label="Change the text" kind=kind refused>
            <PostForm action=action class="mt-2 flex w-full flex-col items-start gap-2">
                <input type="hidden" name="delivery" value=id />
                <TextArea id=input name="text" label=name rows=4 value=value on_change=on_change />
                <Button small=true disabled=action.pending()>"Send it now"</Button>
            </PostForm>
            <FormError error=error fields=&[] />
        </Unfold>
    }
}

/// `of`: which delivery it stops, for whoever hears only the button.
#[component]
fn CancelForm(id: String, label: &'static str, of: String, kind: ButtonKind) -> impl IntoView {
    let action = FormAction::<CancelDelivery>::new();
    view! {
        <PostForm action=action>
            <input type="hidden" name="delivery" value=id />
            <Button small=true kind=kind label=format!("{label}: {of}") disabled=action.pending()>
                {label}
            </Button>
        </PostForm>
        <FormError error=failure(&action) fields=&[] />
    }
}

/// The words of a form in which a person says that a post is out.
struct ConfirmWords {
    /// What unfolds it.
    label: &'static str,
    /// Behind the field's name.
    if_any: &'static str,
    send: &'static str,
}

const LINK_IT: ConfirmWords = ConfirmWords { label: "It is live: link it", if_any: "", send: "Save" };
const MARK_POSTED: ConfirmWords =
    ConfirmWords { label: "Mark as posted", if_any: ", if you have it", send: "It is posted" };

/// Asks first: at the platform it cannot be brought back. `of`: which delivery, for whoever hears only the button.
#[component]
fn RemoveForm(id: String, platform: &'static str, of: String, kind: ButtonKind) -> impl IntoView {
    let action = FormAction::<DeleteThere>::new();
    let error = failure(&action);
    let refused = came_back(error, "delivery", &id);
    view! {
        <Unfold id=format!("remove-{id}") label=format!("Delete on {platform}") kind=kind refused>
            <PostForm action=action class="mt-2 flex w-full flex-col items-start gap-2">
                <input type="hidden" name="delivery" value=id />
                <p class="text-[13px] text-muted">
                    {format!(
                        "Delete this post on {platform}? It disappears there with its likes and comments, and cannot be brought back. Here it stays in your list, marked as deleted.",
                    )}
                </p>
                <Button small=true kind=ButtonKind::Danger label=format!("Delete it for good: {of}") disabled=action.pending()>
                    "Delete it for good"
                </Button>
            </PostForm>
            <FormError error=error fields=&[] />
        </Unfold>
    }
}

#[component]
fn ConfirmForm(id: String, platform: &'static str, kind: ButtonKind, words: ConfirmWords) -> impl IntoView {
    let action = FormAction::<ConfirmLive>::staying();
    let error = failure(&action);
    let refused = came_back(error, "delivery", &id);
    let input = format!("url-{id}");
    let url = if refused { typed(error, "url", String::new()) } else { String::new() };
    let (value, on_change) = Typed::here().field(&input, url);
    let back = this_page();
    view! {
        <Unfold id=input.clone() label=words.label kind=kind refused>
            <PostForm action=action class="mt-2 flex w-full max-w-md flex-col gap-2">
                <input type="hidden" name="delivery" value=id />
                <input type="hidden" name="back" value=back />
                <TextInput
                    id=input
                    name="url"
                    label=format!("Address of the post on {platform}{}", words.if_any)
                    input_type="url"
                    placeholder="https://"
                    value=value
                    error=problem(error, "url")
                    on_change=on_change
                />
                <div>
                    <Button small=true disabled=action.pending()>{words.send}</Button>
                </div>
            </PostForm>
            <FormError error=error fields=&["url"] />
        </Unfold>
    }
}

#[component]
fn AgainForm(id: String, kind: ButtonKind) -> impl IntoView {
    let action = FormAction::<SendAgain>::new();
    view! {
        <PostForm action=action>
            <input type="hidden" name="delivery" value=id />
            <Button small=true kind=kind disabled=action.pending()>"It is not: send again"</Button>
        </PostForm>
        <FormError error=failure(&action) fields=&[] />
    }
}
