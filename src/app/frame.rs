//! The frame around every signed-in page: navigation, company switcher, person. On a phone it becomes a bottom bar with
//! a sheet. Its menus are `<details>` and its forms plain, so all of it works without JavaScript.

use super::bundles::{ask_panel, fetch_ahead};
use super::nav::{MAIN, NavItem, SETUP};
use crate::domain::error::ErrorKind;
use crate::domain::frame::{CompanyBadge, FrameData};
use crate::domain::permission::Permission;
use crate::features::frame::calls::frame;
use crate::features::identity::accounts::calls::SignOut;
use crate::features::identity::accounts::entrance::with_next;
use crate::features::identity::companies::calls::SwitchCompany;
use crate::ui::ask::{ASK, AskOpen};
use crate::ui::menu::{MENU_ITEM, MENU_PANEL};
use crate::ui::page::FrameContext;
use crate::ui::{Brand, ErrorNotice, Glyph, Icon, LinkButton, Menu, Notice, Tone, browser, encode, suspended};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;
use std::time::Duration;

/// How often the clock and the number of things to look at are fetched anew while somebody looks.
const REFRESH: Duration = Duration::from_secs(60);

/// The layout of the signed-in pages; the page itself stands in the outlet.
#[component]
pub fn Frame() -> impl IntoView {
    let data = Resource::new_blocking(|| (), |()| frame());
    let context = FrameContext(data);
    provide_context(context);
    let ask = AskOpen(RwSignal::new(false));
    provide_context(ask);
    Effect::new(move |_| {
        let timer = set_interval_with_handle(
            move || {
                if browser::is_visible() {
                    context.refetch();
                }
            },
            REFRESH,
        );
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
    view! {
        <a
            href="#content"
            rel="external"
            class="sr-only focus:not-sr-only focus:fixed focus:left-3 focus:top-3 focus:z-50 focus:rounded-control focus:border focus:border-purple focus:bg-surface-2 focus:px-3 focus:py-2"
        >
            "Skip to content"
        </a>
        <div class="grid min-h-screen grid-cols-[240px_minmax(0,1fr)] bg-bg max-[1100px]:grid-cols-[64px_minmax(0,1fr)] max-[700px]:grid-cols-[minmax(0,1fr)]">
            <Sidebar context ask />
            <main id="content" tabindex="-1" class="min-w-0 px-3.5 pb-24 outline-none min-[701px]:px-7 min-[701px]:pb-16">
                <Trouble data />
                <Outlet />
            </main>
        </div>
        <BottomBar context />
        {move || ask.0.get().then(ask_beside)}
    }
}

/// The panel beside the page; only after somebody pressed its button, so never on the server.
fn ask_beside() -> AnyView {
    suspended(0, || Box::pin(async { ask_panel().await.unwrap_or_else(|| ().into_any()) }))
}

/// Where one asks about the page that is shown.
fn ask_href() -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let location = use_location();
    move || {
        let path = location.pathname.get();
        let query = location.search.get();
        // Of the queries only the Studio's names what the page is about.
        let from = if path == "/studio" && !query.is_empty() { format!("{path}?{query}") } else { path };
        if from == "/chat" { from } else { format!("/chat?from={}", encode(&from)) }
    }
}

/// Says so when the frame's data cannot be had: signed out elsewhere, or the server is away.
#[component]
fn Trouble(data: Resource<crate::domain::error::Result<FrameData>>) -> impl IntoView {
    let path = use_location().pathname;
    suspended(0, move || {
        Box::pin(async move {
            let Err(error) = data.await else { return ().into_any() };
            let notice = if error.kind == ErrorKind::Unauthenticated {
                view! {
                    <Notice tone=Tone::Warning>
                        <div class="flex flex-wrap items-center justify-between gap-2">
                            <p>"You are signed out."</p>
                            <LinkButton href=with_next("/login", &path.get_untracked()) external=true small=true>
                                "Sign in again"
                            </LinkButton>
                        </div>
                    </Notice>
                }
                .into_any()
            } else {
                view! { <ErrorNotice error=error /> }.into_any()
            };
            view! { <div class="pt-4">{notice}</div> }.into_any()
        })
    })
}

#[component]
fn Sidebar(context: FrameContext, ask: AskOpen) -> impl IntoView {
    let href = ask_href();
    let path = use_location().pathname;
    let open = move |event: MouseEvent| {
        let plain = event.button() == 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key();
        if plain && path.get_untracked() != "/chat" {
            event.prevent_default();
            ask.0.update(|open| *open = !*open);
        }
    };
    let link = move |item: &'static NavItem| {
        for_whom(item, context, move |alarm| view! { <SidebarLink item context alarm /> })
    };
    view! {
        <aside aria-label="Company, pages, account" class="sticky top-0 z-20 flex h-screen flex-col border-r border-line px-3 py-4 max-[1100px]:px-2 max-[700px]:hidden">
            <a href="/" class="mb-3.5 rounded-control px-2 py-1 max-[1100px]:self-center" aria-label="LUX, home">
                <Brand compact=true />
            </a>
            {context.show(|data| view! { <CompanyMenu data /> })}
            <nav
                aria-label="Main"
                on:pointerenter=move |_| fetch_ahead()
                on:focusin=move |_| fetch_ahead()
                class="-mx-1 flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto px-1"
            >
                {MAIN.iter().map(link).collect_view()}
                <hr class="mx-1.5 my-2.5 border-line" />
                {SETUP.iter().map(link).collect_view()}
            </nav>
            <a
                id=ASK
                href=href
                on:click=open
                title="Ask"
                class="mt-3 flex items-center gap-2.5 rounded-control border border-line px-2.5 py-[7px] text-purple-soft hover:bg-surface-2 max-[1100px]:justify-center"
            >
                <Icon glyph=Glyph::Speech />
                <span class="max-[1100px]:sr-only">"Ask"</span>
            </a>
            {context.show(|data| view! { <PersonMenu data /> })}
        </aside>
    }
}

/// A link for those who have something to do there. `link` is told whether a critical error is open, and always "no" for a page
/// that everybody may see: only what waits for the frame's data knows. What is shown with that data cannot wait for it once
/// more, as server and browser would number the two waits differently and the page would not come to life.
fn for_whom<V: IntoView + 'static>(
    item: &NavItem,
    context: FrameContext,
    link: impl Fn(bool) -> V + Clone + Send + Sync + 'static,
) -> AnyView {
    match item.needs {
        Permission::View => link(false).into_any(),
        to => context.show(move |data| data.company.filter(|c| c.role.may(to)).map(|_| link(data.alarm).into_any())),
    }
}

#[component]
fn SidebarLink(item: &'static NavItem, context: FrameContext, alarm: bool) -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <a
            href=item.href
            title=item.label
            aria-current=move || path.with(|p| item.is_current(p)).then_some("page")
            class="relative flex items-center gap-2.5 rounded-control px-2.5 py-[7px] text-muted hover:bg-surface-2 hover:text-text aria-[current=page]:bg-surface-2 aria-[current=page]:text-text [&[aria-current=page]>svg]:text-purple-soft max-[1100px]:justify-center"
        >
            <Icon glyph=item.glyph />
            <span class="max-[1100px]:sr-only">{item.label}</span>
            {item.counts.then(|| badge(context, "ml-auto max-[1100px]:absolute max-[1100px]:right-0 max-[1100px]:top-0"))}
            {(item.alarms && alarm).then(|| dot("ml-auto max-[1100px]:absolute max-[1100px]:right-1 max-[1100px]:top-1"))}
        </a>
    }
}

/// How many things wait for a person, if any.
fn badge(context: FrameContext, place: &'static str) -> AnyView {
    context.show(move |data| {
        (data.attention > 0).then(|| {
            let class = format!("rounded-full bg-bad/15 px-1.5 text-xs leading-[18px] text-bad {place}");
            let number = if data.attention > 99 { "99+".to_owned() } else { data.attention.to_string() };
            view! {
                <span class=class>
                    {number} <span class="sr-only">" to look at"</span>
                </span>
            }
            .into_any()
        })
    })
}

/// A dot while a critical error is open.
fn alarm(context: FrameContext, place: &'static str) -> AnyView {
    context.show(move |data| data.alarm.then(|| dot(place)))
}

fn dot(place: &'static str) -> AnyView {
    view! {
        <span class=format!("size-2 shrink-0 rounded-full bg-bad {place}")>
            <span class="sr-only">" critical error open"</span>
        </span>
    }
    .into_any()
}

#[component]
fn CompanyMenu(data: FrameData) -> impl IntoView {
    let (name, facts) = match &data.company {
        Some(company) => (company.name.clone(), format!("{} · {}", company.role.name(), company.zone)),
        None => ("No company".to_owned(), "Create one or ask for an invitation".to_owned()),
    };
    // What is seen is part of the name, so that whoever speaks to the browser can say what they see. The letters are a drawing.
    let label = format!("{name} {facts}: switch company");
    let letters = data.company_initials.clone();
    let trigger = view! {
        <span
            class="hidden size-7 place-items-center rounded-md bg-surface-3 text-xs font-semibold before:content-[attr(data-letters)] max-[1100px]:grid"
            data-letters=letters
        ></span>
        <span class="min-w-0 flex-1 max-[1100px]:hidden">
            <span dir="auto" class="block truncate font-semibold">{name}</span> " "
            <span dir="auto" class="block truncate text-xs text-faint">{facts}</span>
        </span>
        <Icon glyph=Glyph::Down class="size-3.5 text-faint max-[1100px]:hidden" />
    };
    view! {
        <Menu
            trigger=trigger.into_any()
            class="relative mb-3"
            trigger_class="flex items-center gap-2 rounded-control border border-line bg-surface-1 px-2.5 py-2 hover:bg-surface-2 max-[1100px]:justify-center max-[1100px]:px-1"
            panel_class=format!("{MENU_PANEL} left-0 top-full mt-1")
            label=label
        >
            <Companies companies=data.companies current=data.company />
        </Menu>
    }
}

/// One form per company, and the way to a new one. The page is loaded anew: nothing of the other company remains.
#[component]
fn Companies(companies: Vec<CompanyBadge>, current: Option<CompanyBadge>) -> impl IntoView {
    let current = current.map(|c| c.id);
    let rows = companies
        .into_iter()
        .map(|company| {
            let is_current = Some(company.id) == current;
            view! {
                <li>
                    <button name="company" value=company.id.to_string() aria-current=is_current.then_some("true") class=MENU_ITEM>
                        <span class="min-w-0 flex-1">
                            <span dir="auto" class="block truncate">{company.name}</span>
                            <span class="block truncate text-xs text-faint">
                                {format!("{} · {}", company.role.name(), company.zone)}
                            </span>
                        </span>
                        {is_current.then(|| view! { <Icon glyph=Glyph::Check class="size-4 text-purple-soft" /> }.into_any())}
                    </button>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <form method="post" action=SwitchCompany::url()>
            <ul class="max-h-72 overflow-y-auto">{rows}</ul>
        </form>
        <a href="/companies/new" class=MENU_ITEM>
            <Icon glyph=Glyph::Plus />
            "New company"
        </a>
    }
}

#[component]
fn PersonMenu(data: FrameData) -> impl IntoView {
    let label = format!("{} {}: security, sign out", data.name, data.email);
    let trigger = view! {
        <span
            class="grid size-7 shrink-0 place-items-center rounded-full bg-[linear-gradient(135deg,#7c3aed,#0e7490)] text-xs font-semibold text-white before:content-[attr(data-letters)]"
            data-letters=data.initials.clone()
        ></span>
        <span class="min-w-0 flex-1 max-[1100px]:hidden">
            <span dir="auto" class="block truncate">{data.name.clone()}</span> " "
            <span class="block truncate text-xs text-faint">{data.email.clone()}</span>
        </span>
    };
    view! {
        <Menu
            trigger=trigger.into_any()
            class="relative mt-3"
            trigger_class="flex items-center gap-2.5 rounded-control p-2 hover:bg-surface-2 max-[1100px]:justify-center"
            panel_class=format!("{MENU_PANEL} bottom-full left-0 mb-1")
            label=label
        >
            <PersonItems />
        </Menu>
    }
}

#[component]
fn PersonItems() -> impl IntoView {
    view! {
        <a href="/settings/security" class=MENU_ITEM>
            <Icon glyph=Glyph::Shield />
            "Security"
        </a>
        <form method="post" action=SignOut::url()>
            <button class=MENU_ITEM>
                <Icon glyph=Glyph::Door />
                "Sign out"
            </button>
        </form>
    }
}

const BAR_ITEM: &str = "relative flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] leading-4 text-muted aria-[current=page]:text-text [&[aria-current=page]>svg]:text-purple-soft";

#[component]
fn BottomBar(context: FrameContext) -> impl IntoView {
    let path = use_location().pathname;
    let links = MAIN
        .iter()
        .filter(|item| item.in_bar)
        .map(|item| {
            for_whom(item, context, move |_| {
                view! {
                    <a
                        href=item.href
                        aria-current=move || path.with(|p| item.is_current(p)).then_some("page")
                        class=BAR_ITEM
                    >
                        <Icon glyph=item.glyph class="size-5" />
                        <span class="max-w-full truncate">{item.short}</span>
                        {item.counts.then(|| badge(context, "absolute right-1 top-1"))}
                    </a>
                }
            })
        })
        .collect_view();
    let more = view! {
        <Icon glyph=Glyph::More class="size-5" />
        <span>"More"</span>
        {alarm(context, "absolute right-1 top-1")}
    };
    let setup = MAIN
        .iter()
        .filter(|item| !item.in_bar)
        .chain(&SETUP)
        .map(|item| {
            for_whom(item, context, move |critical| {
                view! {
                    <a href=item.href class=MENU_ITEM>
                        <Icon glyph=item.glyph />
                        {item.label}
                        {(item.alarms && critical).then(|| dot("ml-auto"))}
                    </a>
                }
                .into_any()
            })
        })
        .collect_view();
    view! {
        <nav
            aria-label="Main, phone"
            on:pointerenter=move |_| fetch_ahead()
            on:focusin=move |_| fetch_ahead()
            class="fixed inset-x-0 bottom-0 z-20 hidden border-t border-line bg-bg pb-[env(safe-area-inset-bottom)] max-[700px]:flex"
        >
            {links}
            <Menu
                trigger=more.into_any()
                class="flex-1"
                trigger_class=BAR_ITEM
                panel_class="fixed inset-x-0 bottom-14 max-h-[70vh] overflow-y-auto border-t border-line-strong bg-surface-1 p-3"
            >
                <a href=ask_href() class=MENU_ITEM>
                    <Icon glyph=Glyph::Speech />
                    "Ask"
                </a>
                {setup}
                <hr class="my-2 border-line" />
                {context
                    .show(|data| {
                        view! {
                            <p class="px-2.5 py-1 text-xs text-faint">"Companies"</p>
                            <Companies companies=data.companies current=data.company />
                            <hr class="my-2 border-line" />
                            <p class="truncate px-2.5 py-1 text-xs text-faint">{format!("{} · {}", data.name, data.email)}</p>
                        }
                    })}
                <PersonItems />
            </Menu>
        </nav>
    }
}
