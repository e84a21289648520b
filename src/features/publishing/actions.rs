//! What a person can do about a delivery: one clear action per state, as forms that work without JavaScript.

use super::calls::{CancelDelivery, ConfirmLive, ResendPart, RetryDelivery, SendAgain};
use super::model::{DeliveryCard, DeliveryState};
use crate::domain::ids::PostId;
use crate::domain::permission::{Permission, Role};
use crate::ui::{Button, ButtonKind, FormError, LinkButton, Notice, TextArea, Tone, failure};
use leptos::form::ActionForm;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// `role`: of the person who looks; who may not do a thing is not offered it.
#[component]
pub fn DeliveryActions(post: PostId, delivery: DeliveryCard, role: Role) -> impl IntoView {
    let publishes = role.may(Permission::Publish);
    let id = delivery.id.to_string();
    let platform = delivery.platform;
    let (part, of_part) = (delivery.part.clone(), id.clone());
    // The post before a part is out already: only the part itself can still be changed.
    let edit = move || match &part {
        Some(part) => view! { <ResendForm id=of_part.clone() name=part.name() text=part.text.clone() /> }.into_any(),
        None => {
            view! { <LinkButton href=format!("/studio?post={post}") small=true>"Edit the post"</LinkButton> }.into_any()
        }
    };
    let notes = publishes.then(|| view! { <Notes notes=delivery.notes.clone() /> });
    let actions = match delivery.state {
        DeliveryState::NeedsReconnect if !role.may(Permission::Connect) => view! {
            <p class="text-[13px] text-muted">"An admin or owner of this company can reconnect the account."</p>
        }
        .into_any(),
        state if state.needs_attention() && state != DeliveryState::NeedsReconnect && !publishes => ().into_any(),
        DeliveryState::Unconfirmed => view! {
            <div class="flex flex-wrap items-center gap-2">
                {delivery
                    .remote_url
                    .clone()
                    .map(|url| view! { <LinkButton href=url small=true external=true>{format!("Look at {}", platform.name())}</LinkButton> })}
                <ConfirmForm id=id.clone() platform=platform.name() />
                <AgainForm id=id />
            </div>
        }
        .into_any(),
        DeliveryState::Live => delivery
            .remote_url
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            .map(|url| {
                view! {
                    <a href=url target="_blank" rel="noopener noreferrer" class=ButtonKind::Secondary.class(true)>
                        {format!("See it on {}", platform.name())}
                        <span class="sr-only">" (in a new tab)"</span>
                    </a>
                }
            })
            .into_any(),
        DeliveryState::NeedsEdit if delivery.part.is_some() => view! {
            <div class="flex flex-wrap gap-2">{edit()} <CancelForm id=id /></div>
        }
        .into_any(),
        DeliveryState::NeedsEdit => edit().into_any(),
        DeliveryState::NeedsReconnect => view! {
            <LinkButton href=format!("/api/social/connect/{platform}") small=true external=true>
                {format!("Reconnect {}", platform.name())}
            </LinkButton>
        }
        .into_any(),
        DeliveryState::Held => view! {
            <div class="flex flex-wrap gap-2">
                <RetryForm id=id.clone() label="Publish now" />
                {edit()}
                <CancelForm id=id />
            </div>
        }
        .into_any(),
        DeliveryState::Failed => view! {
            <div class="flex flex-wrap gap-2">
                <RetryForm id=id.clone() label="Try again" />
                {edit()}
                <CancelForm id=id />
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        {notes}
        {actions}
    }
}

/// What to know before sending it now: repeats, quotas, clashes.
#[component]
fn Notes(notes: Vec<String>) -> impl IntoView {
    (!notes.is_empty()).then(|| {
        let lines = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
        view! {
            <div class="w-full">
                <Notice tone=Tone::Warning>
                    <ul class="flex flex-col gap-1" aria-label="Worth a look before you publish">
                        {lines}
                    </ul>
                </Notice>
            </div>
        }
    })
}

#[component]
fn RetryForm(id: String, label: &'static str) -> impl IntoView {
    let action = ServerAction::<RetryDelivery>::new();
    view! {
        <ActionForm action=action>
            <input type="hidden" name="delivery" value=id />
            <Button small=true disabled=action.pending()>{label}</Button>
        </ActionForm>
        <FormError error=failure(action) fields=&[] />
    }
}

/// What is being typed about deliveries, kept by a page that reads itself anew meanwhile.
#[derive(Clone, Copy, Default)]
pub struct Typed(RwSignal<BTreeMap<String, String>>);

/// Another text for a part that did not go out.
#[component]
fn ResendForm(id: String, name: String, text: String) -> impl IntoView {
    let action = ServerAction::<ResendPart>::new();
    let input = format!("part-{id}");
    let Typed(typed) = use_context::<Typed>().unwrap_or_default();
    let (key, of) = (id.clone(), id.clone());
    let value = Signal::derive(move || typed.with(|t| t.get(&of).cloned()).unwrap_or_else(|| text.clone()));
    view! {
        <details>
            <summary class=ButtonKind::Secondary.class(true)>"Change the text"</summary>
            <ActionForm action=action attr:class="mt-2 flex w-full flex-col items-start gap-2">
                <input type="hidden" name="delivery" value=id />
                <TextArea
                    id=input
                    name="text"
                    label=name
                    rows=4
                    value=value
                    on_change=Callback::new(move |text| typed.update(|t| drop(t.insert(key.clone(), text))))
                />
                <Button small=true kind=ButtonKind::Primary disabled=action.pending()>"Send it now"</Button>
            </ActionForm>
            <FormError error=failure(action) fields=&[] />
        </details>
    }
}

#[component]
fn CancelForm(id: String) -> impl IntoView {
    let action = ServerAction::<CancelDelivery>::new();
    view! {
        <ActionForm action=action>
            <input type="hidden" name="delivery" value=id />
            <Button small=true kind=ButtonKind::Ghost disabled=action.pending()>"Do not publish"</Button>
        </ActionForm>
        <FormError error=failure(action) fields=&[] />
    }
}

#[component]
fn ConfirmForm(id: String, platform: &'static str) -> impl IntoView {
    let action = ServerAction::<ConfirmLive>::new();
    let input = format!("url-{id}");
    let label_for = input.clone();
    view! {
        <details>
            <summary class=ButtonKind::Secondary.class(true)>"It is live: link it"</summary>
            <ActionForm action=action attr:class="mt-2 flex flex-wrap items-end gap-2">
                <input type="hidden" name="delivery" value=id.clone() />
                <label class="flex flex-col gap-1 text-xs text-muted" for=label_for>
                    {format!("Address of the post on {platform}")}
                    <input
                        id=input
                        name="url"
                        type="url"
                        class="w-64 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px] text-text"
                        placeholder="https://"
                    />
                </label>
                <Button small=true kind=ButtonKind::Primary disabled=action.pending()>"Save"</Button>
            </ActionForm>
            <FormError error=failure(action) fields=&[] />
        </details>
    }
}

#[component]
fn AgainForm(id: String) -> impl IntoView {
    let action = ServerAction::<SendAgain>::new();
    view! {
        <ActionForm action=action>
            <input type="hidden" name="delivery" value=id />
            <Button small=true kind=ButtonKind::Ghost disabled=action.pending()>"It is not: send again"</Button>
        </ActionForm>
        <FormError error=failure(action) fields=&[] />
    }
}
