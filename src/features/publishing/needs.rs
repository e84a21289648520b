//! "Needs your eyes": every delivery that waits for a person, with the one thing to do.

use super::actions::DeliveryActions;
use super::chip::StateChip;
use crate::domain::error::AppError;
use crate::domain::page::Page;
use crate::features::accounts::PageHead;
use crate::features::posts::browse::{ListQuery, PostFilter, list_posts};
use crate::features::posts::model::PostCard;
use crate::ui::Screen;
use crate::ui::{Card, Empty, LinkButton, Loaded, Pager, PlatformIcon};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub struct NeedsPage {
    list: Resource<Result<Page<PostCard>, AppError>>,
}

impl Screen for NeedsPage {
    fn data() -> Self {
        let params = use_query_map();
        let page = Memo::new(move |_| params.with(|q| q.get_str("page").and_then(|p| p.parse().ok()).unwrap_or(1)));
        let list = Resource::new_blocking(
            move || page.get(),
            |page| list_posts(ListQuery { filter: PostFilter::Attention, page, ..Default::default() }),
        );
        Self { list }
    }

    fn view(this: Self) -> AnyView {
        let list = this.list;
        view! {
            <PageHead title="Needs your eyes" />
            <Loaded resource=list lines=6 let:page>
                <Waiting page=page />
            </Loaded>
        }
        .into_any()
    }
}

#[component]
fn Waiting(page: Page<PostCard>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <Card>
                <Empty title="Nothing needs you" text="When a post cannot go out, or we cannot tell whether it did, it waits here with one thing to do.">
                    <LinkButton href="/calendar">"Open the calendar"</LinkButton>
                </Empty>
            </Card>
        }
        .into_any();
    }
    let (number, pages) = (page.number, page.pages());
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
                            <a class="min-w-0 flex-1 truncate font-semibold hover:underline" href=format!("/posts/{}", post.id)>
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
                        <DeliveryActions post=post.id delivery=delivery role=post.role />
                    </Card>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="flex flex-col gap-3">{cards}</ul>
        <Pager number=number pages=pages href=Callback::new(|page| format!("/needs?page={page}")) />
    }
    .into_any()
}
