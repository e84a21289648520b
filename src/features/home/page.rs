//! Home, as a marketing person reads it on a Monday morning.

use super::agents::agents;
use super::calls::{HideFirstSteps, home};
use super::first_steps::first_steps;
use super::model::{EndingSignIn, HomeData, Measure, NEEDS, NewPeople};
use super::spark::Spark;
use crate::domain::error::AppError;
use crate::domain::page::{COUNTED, DAY_COUNTED, counted, up_to};
use crate::domain::permission::Permission;
use crate::features::deliveries::actions::DeliveryActions;
use crate::features::posts::model::PostCard;
use crate::features::posts::row::{POST_ROWS, PostRow};
use crate::ui::Screen;
use crate::ui::page::{Allowed, PageHead};
use crate::ui::{Card, CardHead, Empty, FormAction, Glyph, Icon, LinkButton, Loaded, PlatformIcon, done};
use leptos::prelude::*;

pub struct HomePage {
    data: Resource<Result<HomeData, AppError>>,
    hide: FormAction<HideFirstSteps>,
}

impl Screen for HomePage {
    fn data() -> Self {
        let hide = FormAction::new();
        let hidden = done(&hide);
        Self { data: Resource::new_blocking(move || hidden.get(), |_| home()), hide }
    }

    fn view(this: Self) -> AnyView {
        let HomePage { data, hide } = this;
        view! {
            <PageHead title="Home" />
            <Loaded resource=data lines=6 let:home>
                <Overview home hide />
            </Loaded>
        }
        .into_any()
    }
}

const NUMBERS: [&str; 13] =
    ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

fn count(n: usize, one: &str, many: &str) -> String {
    let number = NUMBERS.get(n).map_or_else(|| n.to_string(), |w| (*w).to_owned());
    format!("{number} {}", if n == 1 { one } else { many })
}

/// "One sign-in has ended, two sign-ins end soon."
fn about_sign_ins(expiring: &[EndingSignIn]) -> Option<String> {
    let of = |wanted: fn(&EndingSignIn) -> bool| expiring.iter().filter(|sign_in| wanted(sign_in)).count();
    let words = |n: usize, one, many| (n > 0).then(|| count(n, one, many));
    let ended_words = words(of(|s| !s.paused && s.ends.is_none()), "sign-in has ended", "sign-ins have ended");
    let soon = words(of(|s| !s.paused && s.ends.is_some()), "sign-in ends soon", "sign-ins end soon");
    if let Some(paused) = words(of(|s| s.paused), "account is paused", "accounts are paused") {
        return Some(paused + ".");
    }
    match (ended_words, soon) {
        (Some(ended), Some(soon)) => Some(format!("{ended}, {}.", soon.to_ascii_lowercase())),
        (ended, soon) => ended.or(soon).map(|words| words + "."),
    }
}

#[component]
fn Overview(home: HomeData, hide: FormAction<HideFirstSteps>) -> impl IntoView {
    let posts = match usize::try_from(home.today_total) {
        Ok(n) if home.today_total <= DAY_COUNTED => count(n, "post today", "posts today"),
        _ => format!("{} posts today", up_to(DAY_COUNTED, home.today_total)),
    };
    // What the badge counts and `/needs` shows; sign-ins that end soon have a line of their own.
    let needs = usize::try_from(home.attention_total).unwrap_or_default();
    let (second, third) = match needs {
        0 => ("nothing needs you.".to_owned(), "Everything runs automatically."),
        n => {
            let one = if n == 1 {
                "one needs you.".to_owned()
            } else {
                let n = if home.attention_total > COUNTED { counted(home.attention_total) } else { count(n, "", "") };
                format!("{} things need you.", n.trim().to_ascii_lowercase())
            };
            (one, "Everything else runs automatically.")
        }
    };
    let third = about_sign_ins(&home.expiring).unwrap_or_else(|| third.to_owned());
    let shown_needs = home.attention.iter().map(|post| post.waiting().count()).sum::<usize>().min(NEEDS);
    let attention = home
        .attention
        .iter()
        .flat_map(|post| post.waiting().map(|d| (post.clone(), d.clone())))
        .take(NEEDS)
        .map(|(post, delivery)| {
            view! {
                <Card class="flex gap-3 p-4">
                    <Icon glyph=Glyph::Warning class="mt-0.5 size-[18px] text-warn" />
                    <div class="flex min-w-0 flex-1 flex-col gap-1">
                        <a dir="auto" class="truncate font-semibold hover:underline" href=format!("/posts/{}", post.id)>
                            {post.title.clone()}
                        </a>
                        <p class="text-[13px] text-muted">
                            {format!("{} · ", delivery.platform.name())}
                            {delivery.part.as_ref().map(|part| format!("{} · ", part.name()))}
                            {format!("{}: ", delivery.state.name())}
                            {delivery.fault.clone().unwrap_or_else(|| "Have a look.".into())}
                        </p>
                        <div class="mt-auto pt-2">
                            <DeliveryActions post=post.id delivery=delivery role=post.role />
                        </div>
                    </div>
                </Card>
            }
            .into_any()
        })
        .collect_view();
    let connects = home.role.may(Permission::Connect);
    let expiring = home
        .expiring
        .iter()
        .cloned()
        .map(|s| view! { <Expiring sign_in=s connects=connects /> }.into_any())
        .collect_view();
    let has_needs = needs > 0 || !home.expiring.is_empty();
    let proposals = (home.proposals > 0).then(|| proposals(home.proposals));
    let all_needs = (home.attention_total - home.proposals > shown_needs as i64).then(|| {
        view! { <p class="text-[13px]"><a class="text-purple-soft hover:underline" href="/needs">"See all that need you"</a></p> }.into_any()
    });
    let measures = home
        .measures
        .iter()
        .cloned()
        .zip(STROKES)
        .map(|(m, s)| view! { <MeasureLine measure=m stroke=s /> }.into_any())
        .collect_view();
    let people = home.people.clone().map(new_people);
    let agents = agents(home.agents.clone());
    let first_steps = home.first_steps.map(|steps| first_steps(steps, hide));
    view! {
        <div class="flex max-w-page flex-col gap-5">
            <div>
                <p class="text-2xl font-semibold leading-8 tracking-tight">
                    {posts} ", " <span class="brand-gradient">{second}</span>
                </p>
                <p class="mt-0.5 text-muted">{third}</p>
            </div>
            {first_steps}
            {has_needs.then(|| view! { <div class="grid grid-cols-1 gap-3.5 md:grid-cols-2 xl:grid-cols-3">{proposals} {attention} {expiring}</div> }.into_any())}
            {all_needs}
            <div class="grid grid-cols-1 gap-3.5 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
                <div class="flex min-w-0 flex-col gap-3.5">
                    <Queue
                        title="Going out today"
                        posts=home.today.clone()
                        more=more_today(&home)
                        empty="Nothing goes out today."
                    />
                    <Queue title="Next days" posts=home.next.clone() more=None empty="Nothing is planned for the next seven days." />
                </div>
                <div class="flex min-w-0 flex-col gap-3.5">
                    <Card>
                        <CardHead title="Last 7 days">
                            <span class="text-xs text-faint">"compared with the 7 before"</span>
                        </CardHead>
                        <div class="divide-y divide-line">{measures}</div>
                    </Card>
                    {people}
                </div>
            </div>
            {agents}
        </div>
    }
}

/// "+ 1,430 more": today's posts that the calendar has and this page does not.
fn more_today(home: &HomeData) -> Option<String> {
    let shown = home.today.len() as i64;
    let more = home.today_total - shown;
    (more > 0).then(|| format!("+ {} more", up_to(DAY_COUNTED - shown, more)))
}

const STROKES: [&str; 3] = ["text-purple-soft", "text-cyan", "text-pink-soft"];

#[component]
fn Queue(
    title: &'static str,
    posts: Vec<PostCard>,
    /// How many more there are.
    more: Option<String>,
    empty: &'static str,
) -> impl IntoView {
    let rows = posts
        .iter()
        .cloned()
        .map(|post| view! { <PostRow post=post with_day=title != "Going out today" /> }.into_any())
        .collect_view();
    view! {
        <Card>
            <CardHead title=title>
                <a class="text-[13px] text-purple-soft hover:underline" href="/calendar">
                    "Calendar"
                </a>
            </CardHead>
            {if posts.is_empty() {
                view! {
                    <Empty title=empty text="A quiet moment is a good one to write.">
                        <Allowed to=Permission::Publish><LinkButton href="/studio">"Write a post"</LinkButton></Allowed>
                    </Empty>
                }
                    .into_any()
            } else {
                view! { <ul class=POST_ROWS>{rows}</ul> }.into_any()
            }}
            {more
                .map(|words| {
                    view! {
                        <a class="block px-4 py-2.5 text-[13px] text-purple-soft hover:underline" href="/calendar?view=day">
                            {words}
                        </a>
                    }
                        .into_any()
                })}
        </Card>
    }
}

/// What agents propose and nobody has decided.
fn proposals(n: i64) -> AnyView {
    let words =
        if n == 1 { "One proposal waits for you".to_owned() } else { format!("{} proposals wait for you", counted(n)) };
    view! {
        <Card class="flex gap-3 p-4">
            <Icon glyph=Glyph::Bot class="mt-0.5 size-[18px] text-purple-soft" />
            <div class="flex min-w-0 flex-1 flex-col gap-1">
                <p class="font-semibold">{words}</p>
                <p class="text-[13px] text-muted">"Agents do nothing of it before you say so."</p>
                <div class="mt-auto pt-2">
                    <LinkButton href="/proposals" small=true>"Review"</LinkButton>
                </div>
            </div>
        </Card>
    }
    .into_any()
}

/// Contacts of the last seven days, and where they came from.
fn new_people(people: NewPeople) -> AnyView {
    let sources = people
        .sources
        .into_iter()
        .map(|words| view! { <li dir="auto" class="truncate">{words}</li> }.into_any())
        .collect_view();
    view! {
        <Card>
            <CardHead title="New contacts">
                <a class="text-[13px] text-purple-soft hover:underline" href="/contacts?days=7">
                    "See them"
                </a>
            </CardHead>
            <div class="px-4 py-3">
                <p>
                    <span class="text-xl font-semibold tabular-nums">{people.total}</span>
                    <span class="text-xs text-faint">" in the last 7 days"</span>
                </p>
                <ul class="text-[13px] text-muted">{sources}</ul>
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn Expiring(sign_in: EndingSignIn, connects: bool) -> impl IntoView {
    let name = sign_in.platform.name();
    let title = match sign_in.ends {
        _ if sign_in.paused => format!("{name} is paused until it answers again"),
        Some(when) => format!("{name} sign-in ends {}", when.short()),
        None => format!("{name} must be reconnected"),
    };
    let waiting = match sign_in.waiting_posts {
        0 => format!("{}. No scheduled post depends on it.", sign_in.handle),
        1 => format!("{}. One scheduled post depends on it.", sign_in.handle),
        n => format!("{}. {} scheduled posts depend on it.", sign_in.handle, counted(n)),
    };
    let (href, act) = match sign_in.paused {
        true => ("/connections".to_owned(), "See the account"),
        false => (format!("/api/social/connect/{}", sign_in.platform), "Reconnect"),
    };
    let reconnect = connects.then(|| {
        view! {
            <div class="mt-auto pt-2">
                <LinkButton href=href small=true external=!sign_in.paused>
                    {act}
                </LinkButton>
            </div>
        }
        .into_any()
    });
    view! {
        <Card class="flex gap-3 p-4">
            <PlatformIcon platform=sign_in.platform />
            <div class="flex min-w-0 flex-1 flex-col gap-1">
                <p class="font-semibold">{title}</p>
                <p dir="auto" class="text-[13px] text-muted">{waiting}</p>
                {reconnect}
            </div>
        </Card>
    }
}

#[component]
fn MeasureLine(measure: Measure, stroke: &'static str) -> impl IntoView {
    let change = measure.total - measure.before;
    let (class, text) = match change {
        _ if measure.at_least => ("text-faint", String::new()),
        0 => ("text-faint", "no change".to_owned()),
        c => {
            let good = (c > 0) == measure.more_is_better;
            let class = if good { "text-ok" } else { "text-bad" };
            (class, format!("{}{}", if c > 0 { "+" } else { "−" }, c.abs()))
        }
    };
    view! {
        <div class="grid grid-cols-[1fr_96px] items-center px-4 py-3">
            <div>
                <p class="text-xs text-faint">{measure.name.clone()}</p>
                <p>
                    <span class="text-xl font-semibold tabular-nums">{measure.total.to_string()} {measure.at_least.then_some("+")}</span>
                    " "
                    <span class=format!("text-xs {class}")>{text}</span>
                </p>
            </div>
            <Spark days=measure.days class=stroke />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::Platform;

    #[test]
    fn sign_ins_that_ended_are_told_from_those_that_will() {
        let sign_in = |ends: bool| EndingSignIn {
            platform: Platform::X,
            handle: "@northwind".into(),
            ends: ends.then(|| "2026-11-20T16:45".parse().unwrap()),
            waiting_posts: 0,
            paused: false,
        };
        let words = |all: &[bool]| about_sign_ins(&all.iter().map(|ends| sign_in(*ends)).collect::<Vec<_>>());
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[false]).as_deref(), Some("One sign-in has ended."));
        assert_eq!(words(&[true, true]).as_deref(), Some("Two sign-ins end soon."));
        assert_eq!(words(&[false, true, false]).as_deref(), Some("Two sign-ins have ended, one sign-in ends soon."));
        let paused = EndingSignIn { paused: true, ..sign_in(false) };
        assert_eq!(about_sign_ins(&[paused, sign_in(true)]).as_deref(), Some("One account is paused."));
    }
}
