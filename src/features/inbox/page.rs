//! "Needs your eyes": every delivery that waits for a person, with the one thing to do. It reads itself anew while somebody
//! looks.

use crate::domain::delivery::DeliveryState;
use crate::domain::error::AppError;
use crate::domain::page::{Part, counted};
use crate::features::deliveries::actions::{DeliveryActions, Typed, is_button};
use crate::features::deliveries::chip::StateChip;
use crate::features::deliveries::linked::{LinkResult, just_linked};
use crate::features::deliveries::package::PackageView;
use crate::features::posts::browse::{ListQuery, PostFilter, list_posts};
use crate::features::posts::model::PostCard;
use crate::ui::Screen;
use crate::ui::page::{PageHead, use_frame};
use crate::ui::{Card, Empty, LinkButton, Loaded, PlatformIcon, Turn, Turns, browser};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(10);
/// After a button was pressed; mostly the server has done it by then.
const SOON: Duration = Duration::from_millis(900);

/// `/needs`
pub struct NeedsPage {
    query: Memo<ListQuery>,
    list: Resource<Result<Part<PostCard>, AppError>>,
    /// Counted up to read the list anew.
    look: RwSignal<u32>,
}

impl Screen for NeedsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| ListQuery {
                filter: PostFilter::Attention,
                page: q.get_str("page").and_then(|p| p.parse().ok()).unwrap_or(1),
                older: q.get_str("older").and_then(|p| p.parse().ok()),
                newer: q.get_str("newer").and_then(|p| p.parse().ok()),
                ..Default::default()
            })
        });
        let look = RwSignal::new(0);
        let linked = just_linked();
        let key = move || (query.get(), linked.get(), look.get());
        let list = Resource::new_blocking(key, |(query, ..)| list_posts(query));
        // The number in the navigation is of the same things.
        let frame = use_frame();
        Effect::new(move |before: Option<()>| {
            list.track();
            if before.is_some() {
                frame.refetch();
            }
        });
        Self { query, list, look }
    }

    fn view(this: Self) -> AnyView {
        let list = this.list;
        let pressed = RwSignal::new(0u32);
        ask_again(this, pressed);
        provide_context(Typed::default());
        view! {
            <PageHead title="Needs your eyes" />
            <div
                class="max-w-page"
                on:click=move |event| {
                    if is_button(&event) {
                        pressed.update(|n| *n += 1);
                    }
                }
                on:submit=move |_| pressed.update(|n| *n += 1)
            >
                {use_frame().show(|data| (data.proposals > 0).then(|| proposals(data.proposals)))}
                <Loaded resource=list lines=6 let:page>
                    <Waiting page=page />
                </Loaded>
            </div>
            <LinkResult />
        }
        .into_any()
    }
}

/// Asks again every so often while somebody looks, and soon after a button was pressed. The page is shown anew only when
/// the answer is another one: until then what a form has answered stays, and nobody is disturbed.
fn ask_again(of: NeedsPage, pressed: RwSignal<u32>) {
    let NeedsPage { query, list, look } = of;
    let shown = StoredValue::new(None::<Part<PostCard>>);
    Effect::new(move |_| shown.set_value(list.get().and_then(Result::ok)));
    let ask = move || {
        spawn_local(async move {
            // Whoever leaves the page meanwhile takes all of this along.
            let Some(query) = query.try_get_untracked() else { return };
            let Ok(now) = list_posts(query).await else { return };
            let is_another = shown.try_with_value(|shown| shown.as_ref() != Some(&now));
            if is_another == Some(true) {
                look.try_update(|n| *n += 1);
            }
        });
    };
    browser::keep_fresh(REFRESH, ask);
    Effect::new(move |_| {
        if pressed.get() > 0 {
            let timer = set_timeout_with_handle(ask, SOON);
            on_cleanup(move || drop(timer.map(|handle| handle.clear())));
        }
    });
}

/// What agents propose, which the number in the navigation counts too.
fn proposals(n: i64) -> AnyView {
    let words = if n == 1 {
        "One proposal of an agent waits for you.".to_owned()
    } else {
        format!("{} proposals of agents wait for you.", counted(n))
    };
    view! {
        <Card class="mb-3 flex flex-wrap items-center justify-between gap-3 p-4">
            <p class="font-semibold">{words}</p>
            <LinkButton href="/proposals" small=true>"Review"</LinkButton>
        </Card>
    }
    .into_any()
}

#[component]
fn Waiting(page: Part<PostCard>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <Card>
                <Empty title="No post needs you" text="When a post cannot go out, or we cannot tell whether it did, or you post it yourself, it waits here with one thing to do.">
                    <LinkButton href="/calendar">"Open the calendar"</LinkButton>
                </Empty>
            </Card>
        }
        .into_any();
    }
    let (newer, older) = (page.newer, page.older);
    let cards = page
        .items
        .into_iter()
        .flat_map(|post| {
            let waiting: Vec<_> = post.waiting().cloned().collect();
            waiting.into_iter().map(move |delivery| (post.clone(), delivery))
        })
        .map(|(post, delivery)| {
            view! {
                <li>
                    <Card class="flex flex-col gap-2 p-4">
                        <div class="flex flex-wrap items-center gap-2.5">
                            <PlatformIcon platform=delivery.platform />
                            <a dir="auto" class="min-w-0 flex-1 truncate font-semibold hover:underline" href=format!("/posts/{}", post.id)>
                                {post.title.clone()}
                            </a>
                            <StateChip state=delivery.state />
                        </div>
                        <p class="text-[13px] text-muted">
                            {format!("{} · ", delivery.handle)}
                            {delivery.part.as_ref().map(|part| format!("{} · ", part.name()))}
                            {delivery.due.map(|w| format!("planned for {} · ", w.local.short()))}
                            {delivery.fault.clone()}
                        </p>
                        {(delivery.state == DeliveryState::ByHand)
                            .then(|| view! { <PackageView delivery=delivery.id /> }.into_any())}
                        <DeliveryActions post=post.id delivery=delivery role=post.role />
                    </Card>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="flex flex-col gap-3">{cards}</ul>
        <Turns newer=newer older=older href=Callback::new(|turn: Turn| format!("/needs?{}", turn.parameter())) />
    }
    .into_any()
}
