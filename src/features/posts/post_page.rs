//! One post: what it says, where it went or goes, what went wrong, and what can be done.

use super::act::{Outcome, PostAct};
use super::acts::{ActButtons, ActResult, Acts, acted, fields, outcome};
use super::calls::get_post;
use super::link_card::link_of;
use super::link_pages::LinkPages;
use super::model::PostDetail;
use super::names::ChoiceNames;
use super::preview::{PostPreview, Shot, Shown};
use crate::domain::delivery::{DeliveryCard, DeliveryState, LACKS_PICTURE};
use crate::domain::error::{AppError, ErrorKind};
use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::moment::When;
use crate::domain::permission::{Permission, Role};
use crate::domain::post::Target;
use crate::domain::post::parts::{PartText, part_name};
use crate::features::deliveries::actions::{DeliveryActions, Typed, is_button};
use crate::features::deliveries::chip::{RemovedChip, StateChip};
use crate::features::deliveries::history::DeliveryHistory;
use crate::features::deliveries::linked::{LinkResult, just_linked};
use crate::features::deliveries::package::PackageView;
use crate::features::preflight::ChecksCard;
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, FormError, Glyph, Icon, LinkButton, Loaded, Notice, PlatformIcon, PostForm,
    Tone, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use std::time::Duration;

/// `/posts/:id`
pub struct PostPage {
    post: Resource<Result<PostDetail, AppError>>,
    acts: Acts,
    /// Of the last act.
    outcome: Memo<Option<Outcome>>,
    /// Counted up to look again.
    look: RwSignal<u32>,
}

impl Screen for PostPage {
    fn data() -> Self {
        let params = use_params_map();
        let look = RwSignal::new(0);
        let acts = Acts::staying();
        let outcome = outcome();
        let (acted, linked) = (acted(outcome), just_linked());
        let changes = move || (acted.get(), linked.get(), look.get());
        let key = move || (params.with(|p| p.get("id")).unwrap_or_default(), changes());
        let post = Resource::new(key, |(id, ..)| async move {
            match id.parse() {
                Ok(id) => get_post(id).await,
                Err(_) => Err(AppError::not_found("post")),
            }
        });
        Self { post, acts, outcome, look }
    }

    fn view(this: Self) -> AnyView {
        let PostPage { post, acts, outcome, look } = this;
        keep_looking(post, look);
        let params = use_params_map();
        // Beside the post, which is drawn anew while it is on its way. Of a post in the bin, the page itself says it.
        let told = move || {
            let outcome = outcome.get().filter(|it| it.act != PostAct::Delete || it.done.is_empty())?;
            let back = format!("/posts/{}", params.with_untracked(|p| p.get("id")).unwrap_or_default());
            Some(view! { <ActResult outcome=outcome back=back titles=vec![] drafts=vec![] acts=acts /> }.into_any())
        };
        provide_context(Typed::default());
        view! {
            <PageHead title="Post" />
            <div class="mb-3.5 empty:hidden">
                <FormError error=failure(&acts) />
            </div>
            <Loaded resource=post lines=6 let:data>
                <Whole post=data acts=acts look=look />
            </Loaded>
            <LinkResult />
            {told}
        }
        .into_any()
    }
}

/// Looks again while something is under way or about to be; each answer says when.
fn keep_looking(post: Resource<Result<PostDetail, AppError>>, look: RwSignal<u32>) {
    Effect::new(move |_| {
        let seconds = match post.get() {
            Some(Ok(post)) => post.look_again_s,
            // The server is away for a moment: look again, that is all one can do.
            Some(Err(error)) if error.kind == ErrorKind::Unavailable => Some(5),
            _ => None,
        };
        if let Some(seconds) = seconds {
            look_in(look, Duration::from_secs(u64::from(seconds)));
        }
    });
}

fn look_in(look: RwSignal<u32>, after: Duration) {
    let timer = set_timeout_with_handle(
        move || {
            look.try_update(|n| *n += 1);
        },
        after,
    );
    on_cleanup(move || drop(timer.map(|handle| handle.clear())));
}

/// What came of scheduling or publishing: with the time while it waits.
fn arrived_words(post: &PostDetail) -> String {
    match (post.state, &post.due) {
        (DeliveryState::Live, _) => "Published.".to_owned(),
        (DeliveryState::Queued, Some(due)) => format!("Scheduled for {}.", due.local.short()),
        _ => "Publishing now.".to_owned(),
    }
}

/// What came of what led here: of saving the post (`words`; nothing where it needs somebody), or of connecting an account again.
#[component]
fn Arrived(words: Option<String>) -> impl IntoView {
    let query = use_query_map();
    let words = StoredValue::new(words);
    move || {
        let words = match query.with(|q| q.get("notice")).as_deref() {
            Some("scheduled") => words.get_value()?,
            Some("connected") => "The account is connected.".to_owned(),
            _ => return None,
        };
        Some(view! {
            <div class="mb-3.5">
                <Notice tone=Tone::Good>{words}</Notice>
            </div>
        })
    }
}

#[component]
fn Whole(post: PostDetail, acts: Acts, look: RwSignal<u32>) -> impl IntoView {
    if post.deleted {
        return view! { <Deleted post=post acts=acts /> }.into_any();
    }
    let back = format!("/posts/{}", post.id);
    let offered = post.offered();
    let nudge = RwSignal::new(0u32);
    // After a button of a delivery was pressed, look soon and once more: its answer changes what is shown here.
    Effect::new(move |_| {
        if nudge.get() > 0 {
            look_in(look, Duration::from_millis(900));
        }
    });
    let role = post.role;
    let deliveries = post
        .deliveries
        .iter()
        .map(|d| view! { <Delivery post=post.id delivery=d.clone() zone=post.zone.clone() role=role /> })
        .collect_view();
    let nowhere = post.deliveries.is_empty().then(|| {
        view! { <p class="px-4 py-3 text-[13px] text-muted">"No account is chosen yet."</p> }
    });
    let keep = (post.role.may(Permission::Publish) && !post.content.text.trim().is_empty()).then(|| {
        view! {
            <p>
                <LinkButton href=format!("/snippets?post={}", post.id) small=true kind=ButtonKind::Ghost>
                    "Save the text as a snippet"
                </LinkButton>
            </p>
        }
        .into_any()
    });
    let comments = post.comments.then(|| {
        view! {
            <p class="border-t border-line px-4 py-3">
                <LinkButton href=format!("/comments?state=all&post={}", post.id) small=true>
                    <Icon glyph=Glyph::Speech />
                    "Comments under this post"
                </LinkButton>
            </p>
        }
        .into_any()
    });
    let calm = !post.state.needs_attention();
    let planned = post.deliveries.iter().any(|d| d.state == DeliveryState::Queued);
    let id = post.id;
    let arrived = calm.then(|| arrived_words(&post));
    ChoiceNames::provide(post.names.clone());
    let previews = previews_of(&post);
    let shots = post.content.media.iter().map(|asset| (asset.thumb(), asset.facts.alt.clone())).collect();
    view! {
        <Arrived words=arrived />
        <div class="grid max-w-page gap-3.5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] lg:items-start">
            <div class="flex min-w-0 flex-col gap-3.5">
                <Content post=post.clone() previews=&previews />
                <Previews previews=previews shots=shots />
            </div>
            <div class="flex min-w-0 flex-col gap-3.5">
                <Card>
                    <CardHead title="Where it goes" />
                    <div
                        on:click=move |event| {
                            if is_button(&event) {
                                nudge.update(|n| *n += 1);
                            }
                        }
                        on:submit=move |_| nudge.update(|n| *n += 1)
                    >
                        {nowhere}
                        <ul>{deliveries}</ul>
                    </div>
                    {comments}
                </Card>
                {planned.then(|| view! { <ChecksCard post=id role=role /> })}
                {keep}
                {(!offered.is_empty())
                    .then(|| view! { <ActButtons post=id offered=offered back=back acts=acts /> }.into_any())}
            </div>
        </div>
    }
    .into_any()
}

/// In the bin: say what became of it, and offer to take it out again.
#[component]
fn Deleted(post: PostDetail, acts: Acts) -> impl IntoView {
    let live = post.deliveries.iter().any(|d| d.state == DeliveryState::Live);
    let words = if live {
        "This post is deleted here. What is published stays on the networks; remove it there if you want it gone."
    } else {
        "This post is deleted. Nothing of it will be published."
    };
    let undo = post.role.may(Permission::Publish).then(|| {
        view! {
            <PostForm action=acts>
                {fields(&[post.id], format!("/posts/{}", post.id))}
                <Button small=true name="act" value=PostAct::Restore.id() disabled=acts.pending()>
                    "Undo"
                </Button>
            </PostForm>
        }
    });
    view! {
        <Notice tone=Tone::Info>
            <div class="flex flex-wrap items-center gap-3">
                <p>{words}</p>
                {undo}
                <LinkButton href="/posts" small=true kind=ButtonKind::Ghost>
                    "All posts"
                </LinkButton>
            </div>
        </Notice>
    }
}

/// What each account shows, with the time at which it went out.
fn previews_of(post: &PostDetail) -> Vec<Shown> {
    let facts = post.content.media.iter().map(|asset| asset.facts.clone()).collect();
    let content = post.content.clone().with_media(facts);
    let shown = |target: &Target| {
        let account = post.accounts.iter().find(|a| a.id == target.connection)?.clone();
        let mut deliveries = post.deliveries.iter().filter(|d| d.connection == account.id && d.part.is_none());
        let live = deliveries.find_map(|d| d.live_at.as_ref());
        let shown = Shown::new(account, &content, target);
        Some(Shown { time: live.map_or(shown.time, |at| at.local.short()), ..shown })
    };
    post.targets.iter().filter_map(shown).collect()
}

#[component]
fn Previews(previews: Vec<Shown>, shots: Vec<Shot>) -> impl IntoView {
    let mut links: Vec<String> = previews.iter().filter_map(link_of).collect();
    links.sort_unstable();
    links.dedup();
    let pages = LinkPages::new(Memo::new(move |_| links.clone()));
    (!previews.is_empty()).then(|| {
        let one = |shown| view! { <PostPreview shown=shown shots=shots.clone() pages=pages /> }.into_any();
        let previews = previews.into_iter().map(one).collect_view();
        view! {
            <Card>
                <CardHead title="Preview" />
                <div class="grid grid-cols-[repeat(auto-fill,minmax(min(280px,100%),1fr))] items-start gap-3.5 p-4">
                    {previews}
                </div>
            </Card>
        }
        .into_any()
    })
}

/// `previews`: what stands in them whole is not repeated here.
#[component]
fn Content<'a>(post: PostDetail, previews: &'a [Shown]) -> impl IntoView {
    let pictures = post
        .content
        .media
        .iter()
        .map(|asset| {
            view! {
                <li>
                    <a href=asset.url.clone() target="_blank" rel="external noopener" class="block">
                        <img
                            src=asset.thumb()
                            alt=if asset.facts.alt.is_empty() {
                                asset.file_name.clone()
                            } else {
                                asset.facts.alt.clone()
                            }
                            loading="lazy"
                            class="aspect-square w-full rounded-control bg-surface-3 object-cover"
                        />
                    </a>
                </li>
            }
        })
        .collect_view();
    let has_pictures = !post.content.media.is_empty();
    let text = if post.content.text.trim().is_empty() { "No text yet.".to_owned() } else { post.content.text.clone() };
    let link = post.content.link.clone().map(|link| {
        view! {
            <p class="flex min-w-0 items-center gap-2 text-[13px] text-muted">
                <Icon glyph=Glyph::Link />
                <span dir="auto" class="truncate">{link}</span>
            </p>
        }
    });
    let is_in_a_preview = |part: &PartText<'_>| previews.iter().flat_map(|p| &p.parts).any(|p| p.text == part.text);
    let parts = post.content.parts.list().into_iter().filter(|part| !is_in_a_preview(part));
    let parts: Vec<_> = parts.map(part_text).collect();
    let own = post.targets.iter().filter_map(|t| {
        let shown = previews.iter().find(|p| p.account.id == t.connection);
        t.text.clone().filter(|_| shown.is_none_or(Shown::is_folded)).map(|text| own_text(&post, t.connection, text))
    });
    let own: Vec<_> = own.collect();
    let time = post.due.map(|due| {
        let words = if post.state == DeliveryState::Draft { "Planned for " } else { "" };
        view! {
            <span class="text-[13px] text-muted">{words} <Time at=due zone=post.zone.clone() /></span>
        }
    });
    let campaign = post.campaign.clone().map(|(id, name)| {
        view! {
            <p dir="auto" class="text-[13px] text-muted wrap-anywhere">
                "Campaign: "
                <a class="text-purple-soft hover:underline" href=format!("/campaigns/{id}")>{name}</a>
            </p>
        }
        .into_any()
    });
    view! {
        <Card class="flex flex-col gap-4 p-4">
            <div class="flex flex-wrap items-center gap-3">
                <StateChip state=post.state />
                {time}
            </div>
            {campaign}
            <p dir="auto" class="text-base leading-relaxed whitespace-pre-wrap">{text}</p>
            {link}
            {has_pictures
                .then(|| {
                    view! {
                        <ul class="grid grid-cols-3 gap-2" aria-label="Pictures">
                            {pictures}
                        </ul>
                    }
                })}
            {parts} {own}
        </Card>
    }
}

fn part_text(part: PartText<'_>) -> AnyView {
    view! {
        <div class="flex flex-col gap-1.5 border-t border-line pt-3">
            <h2 class="text-[13px] text-muted">{part_name(part.kind, part.position)}</h2>
            <p dir="auto" class="whitespace-pre-wrap">{part.text.to_owned()}</p>
        </div>
    }
    .into_any()
}

fn own_text(post: &PostDetail, connection: ConnectionId, text: String) -> AnyView {
    let delivery = post.deliveries.iter().find(|d| d.connection == connection).cloned();
    view! {
        <div class="flex flex-col gap-1.5 border-t border-line pt-3">
            <h2 dir="auto" class="flex items-center gap-2 text-[13px] text-muted">
                {delivery
                    .map(|d| {
                        view! {
                            <PlatformIcon platform=d.platform />
                            {d.handle}
                        }
                    })} " says"
            </h2>
            <p dir="auto" class="whitespace-pre-wrap">{text}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Delivery(post: PostId, delivery: DeliveryCard, zone: String, role: Role) -> impl IntoView {
    let d = delivery;
    let inset = if d.part.is_some() { "pl-8" } else { "pl-4" };
    let class = format!(
        "flex flex-col gap-2 border-b border-l-[3px] border-line py-3 pr-4 last:border-b-0 {inset} {}",
        d.platform.edge()
    );
    let time = match d.state {
        DeliveryState::Live => d.live_at,
        DeliveryState::Queued => d.due,
        _ => None,
    };
    let time = time.map(|at| {
        view! {
            <span class="text-xs text-faint">
                <Time at=at zone=zone />
            </span>
        }
    });
    let chip = match d.removed {
        Some(_) => view! { <RemovedChip /> }.into_any(),
        None => view! { <StateChip state=d.state /> }.into_any(),
    };
    let removed = d.removed.clone().map(|removed| {
        let by = removed.by.map(|by| format!(" by {by}")).unwrap_or_default();
        let words = format!("Deleted on {} on {}{by}.", d.platform.name(), removed.at.local.short());
        view! { <p dir="auto" class="text-[13px] text-muted">{words}</p> }.into_any()
    });
    // Of a post that is out only what it lacks.
    let is_told = d.state != DeliveryState::Live || d.fault_kind.as_deref() == Some(LACKS_PICTURE);
    let fault = d.fault.clone().filter(|_| is_told).map(|fault| {
        view! {
            <p class="flex items-start gap-2 text-[13px] text-text">
                <span class="text-warn">
                    <Icon glyph=Glyph::Warning class="mt-0.5 size-4" />
                </span>
                <span dir="auto" class="min-w-0">{fault}</span>
            </p>
        }
    });
    view! {
        <li class=class>
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <PlatformIcon platform=d.platform large=true />
                <span dir="auto" class="min-w-0 truncate font-medium">{d.handle.clone()}</span>
                {d.part.as_ref().map(|part| view! { <span class="text-[13px] text-muted">{part.name()}</span> })}
                {chip} {time}
            </div>
            {fault} {removed}
            {(d.state == DeliveryState::ByHand).then(|| view! { <PackageView delivery=d.id /> }.into_any())}
            <div class="flex flex-wrap items-center gap-2 empty:hidden">
                <DeliveryActions post=post delivery=d.clone() role=role />
            </div>
            <DeliveryHistory delivery=d.id />
        </li>
    }
}

/// A time of the company's clock, with its zone.
#[component]
fn Time(at: When, zone: String) -> impl IntoView {
    view! { <time datetime=at.local.to_string()>{format!("{} · {zone}", at.local.short())}</time> }
}
