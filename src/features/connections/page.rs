//! Connections: the accounts, how each one is, and what can be connected.

use super::calls::{DisconnectAccount, RefreshAccount, ResumeAccount, SignInAccount, load_connections};
use super::card::AccountCard;
use super::model::{ConnectionCard, ConnectionsBoard, Offer, RenewalResult};
use super::problem::ConsentProblem;
use super::sign_in_form::SignInDetails;
use crate::domain::error::AppError;
use crate::domain::platform::Platform;
use crate::ui::Screen;
use crate::ui::focus::focus_soon;
use crate::ui::page::PageHead;

use crate::ui::{Card, Empty, ErrorNotice, FormAction, Glyph, Icon, LinkButton, Loaded, Notice, PlatformIcon, Tone};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

/// `/connections`
pub struct ConnectionsPage {
    board: Resource<Result<ConnectionsBoard, AppError>>,
    disconnect: FormAction<DisconnectAccount>,
    refresh: FormAction<RefreshAccount>,
    resume: FormAction<ResumeAccount>,
    sign_in: FormAction<SignInAccount>,
}

impl Screen for ConnectionsPage {
    fn data() -> Self {
        let disconnect = FormAction::<DisconnectAccount>::new();
        let refresh = FormAction::<RefreshAccount>::new();
        let resume = FormAction::<ResumeAccount>::new();
        let query = use_query_map();
        let sign_in = FormAction::<SignInAccount>::new();
        // A sign-in that worked says so in the address; after one that did not, what was typed must stay.
        let source = move || {
            let (about, connected) = query.with(|q| (q.get("about"), q.get("connected")));
            let changes = (disconnect.version().get(), refresh.version().get(), resume.version().get());
            (about, connected, changes)
        };
        let board = Resource::new(source, |(about, ..)| load_connections(about));
        Self { board, disconnect, refresh, resume, sign_in }
    }

    fn view(this: Self) -> AnyView {
        let ConnectionsPage { board, disconnect, refresh, resume, sign_in } = this;
        let query = use_query_map();
        let failed = move || {
            let all = [disconnect.value().get(), refresh.value().get(), resume.value().get()];
            let mut errors = all.into_iter().flatten();
            errors.find_map(Result::err).map(|error| view! { <ErrorNotice error=error /> })
        };
        view! {
            <PageHead title="Connections" />
            <div class="flex w-full max-w-page flex-col gap-5">
                {failed}
                <Loaded resource=board lines=6 let:board>
                    <Board board=board query=query disconnect=disconnect refresh=refresh resume=resume sign_in=sign_in />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Board(
    board: ConnectionsBoard,
    query: Memo<ParamsMap>,
    disconnect: FormAction<DisconnectAccount>,
    refresh: FormAction<RefreshAccount>,
    resume: FormAction<ResumeAccount>,
    sign_in: FormAction<SignInAccount>,
) -> impl IntoView {
    let ConnectionsBoard { cards, offers, may_connect, now, zone, note } = board;
    let notices = {
        let cards = cards.clone();
        move || query.with(|q| notices(q, &cards, note.as_deref()))
    };
    // What was pressed may stand far below: one begins where it is said what came of it.
    Effect::new(move |_| {
        if query.with(|q| SAYS.iter().any(|key| q.get_str(key).is_some())) {
            focus_soon(SAID);
        }
    });
    let none = cards.is_empty();
    // Keyed: drawn anew in the place of another one, a card would leave the keyboard on the other account's buttons.
    let accounts = view! {
        <For
            each=move || cards.clone()
            key=|card| card.id
            children=move |card| {
                view! {
                    <AccountCard card=card now=now may_connect=may_connect disconnect=disconnect refresh=refresh resume=resume />
                }
            }
        />
    };
    let list = if none {
        view! {
            <Card>
                <Empty
                    title="No account is connected yet"
                    text="Connect the accounts that this company publishes to. You sign in at the platform itself; we never see the password."
                />
            </Card>
        }
        .into_any()
    } else {
        view! {
            <div class="grid gap-3.5 lg:grid-cols-2">{accounts}</div>
            <p class="text-xs text-faint">{format!("Times are those of {zone}.")}</p>
        }
        .into_any()
    };
    view! {
        <div class="flex flex-col gap-5">
            <div id=SAID tabindex="-1" class="flex flex-col gap-2 empty:hidden">{notices}</div>
            {list}
            <Offers offers=offers may_connect=may_connect query=query sign_in=sign_in />
        </div>
    }
}

/// The id of what is said on top, and the parts of the address that make something be said.
const SAID: &str = "said";
const SAYS: [&str; 5] = ["connected", "disconnected", "refreshed", "resumed", "problem"];

/// What just happened, as the address says it. Only words that are known here are shown; names come from the list.
fn notices(query: &ParamsMap, cards: &[ConnectionCard], note: Option<&str>) -> AnyView {
    let named = |key: &str| query.get_str(key).and_then(|id| cards.iter().find(|c| c.id.to_string() == id));
    let platform = |key: &str| query.get_str(key).and_then(|id| id.parse::<Platform>().ok());
    let connected = named("connected").map(|card| {
        let text = format!("{} is connected.", card.handle);
        view! { <Notice tone=Tone::Good>{text}</Notice> }
    });
    let instead = named("connected").zip(named("instead")).map(|(new, old)| {
        let name = new.platform.name();
        let text = format!(
            "You signed in as {}, but {} still needs to be reconnected. Sign out at {name}, sign in there as {}, \
             then choose Reconnect.",
            new.handle, old.handle, old.handle
        );
        view! { <Notice tone=Tone::Warning>{text}</Notice> }
    });
    let disconnected = platform("disconnected").map(|platform| {
        let name = platform.name();
        let revoked = query.get_str("revoked");
        if revoked == Some("yes") {
            let text = format!("The {name} account is disconnected.");
            view! { <Notice tone=Tone::Good>{text}</Notice> }
        } else if revoked == Some("shared") {
            let text = format!(
                "The {name} account is disconnected. LUX stays in your settings at {name}, as other accounts that you \
                 connected still use it."
            );
            view! { <Notice tone=Tone::Good>{text}</Notice> }
        } else {
            let text = format!(
                "The {name} account is disconnected here, but {name} did not confirm it. Remove LUX in the account's \
                 settings at {name} too."
            );
            view! { <Notice tone=Tone::Warning>{text}</Notice> }
        }
    });
    let result = query.get_str("result").and_then(RenewalResult::parse);
    let refreshed = named("refreshed").zip(result).map(|(card, result)| refreshed(card, result));
    let resumed = named("resumed").filter(|card| card.paused.is_none()).map(|card| {
        let text = format!("{} goes on: posts that waited go out now.", card.handle);
        view! { <Notice tone=Tone::Good>{text}</Notice> }
    });
    let problem = query.get_str("problem").and_then(ConsentProblem::parse);
    let problem =
        problem.map(|p| view! { <Problem problem=p platform=platform("platform") note=note.map(str::to_owned) /> });
    view! {
        {connected}
        {instead}
        {disconnected}
        {refreshed}
        {resumed}
        {problem}
    }
    .into_any()
}

/// What came of "Refresh". Why it failed stands on the account's card.
fn refreshed(card: &ConnectionCard, result: RenewalResult) -> AnyView {
    let (handle, name) = (&card.handle, card.platform.name());
    let (tone, text) = match result {
        RenewalResult::Renewed => (Tone::Good, format!("The sign-in of {handle} is renewed.")),
        RenewalResult::Unchanged => {
            (Tone::Info, format!("The sign-in of {handle} works. {name} has no newer one yet."))
        }
        RenewalResult::Failed => {
            (Tone::Warning, format!("The sign-in of {handle} could not be renewed yet. We will try again."))
        }
        RenewalResult::Reconnect => {
            (Tone::Bad, format!("The sign-in of {handle} has ended. Choose Reconnect and sign in at {name}."))
        }
    };
    view! { <Notice tone=tone>{text}</Notice> }.into_any()
}

/// Why connecting led nowhere, in plain words, with the platform's own below.
#[component]
fn Problem(problem: ConsentProblem, platform: Option<Platform>, note: Option<String>) -> impl IntoView {
    let said = note.map(|note| {
        let who = platform.map_or("The platform", Platform::name);
        view! {
            <p class="mt-1 wrap-anywhere">
                {format!("{who} said: ")} <q class="font-mono text-xs">{note}</q>
            </p>
        }
    });
    let verb = if problem == ConsentProblem::KeysMissing { "Enter" } else { "See" };
    let keys = matches!(problem, ConsentProblem::KeysMissing | ConsentProblem::PlatformRefused)
        .then_some(platform)
        .flatten()
        .map(|platform| {
            view! {
                <p class="mt-1">
                    <a class="text-purple-soft underline" href=keys_address(platform)>
                        {format!("{verb} the keys of {}", platform.name())}
                    </a>
                </p>
            }
        });
    let tone = match problem {
        ConsentProblem::Denied | ConsentProblem::StateUsed => Tone::Warning,
        _ => Tone::Bad,
    };
    view! {
        <Notice tone=tone>
            <p class="font-medium">{problem.title()}</p>
            <p>{problem.text()}</p>
            {said}
            {keys}
        </Notice>
    }
}

/// Leads to the platform's keys, and from there, with "Save and connect", to the platform and back here.
fn keys_address(platform: Platform) -> String {
    format!("/settings/integrations?connect={platform}#{platform}")
}

#[component]
fn Offers(
    offers: Vec<Offer>,
    may_connect: bool,
    query: Memo<ParamsMap>,
    sign_in: FormAction<SignInAccount>,
) -> impl IntoView {
    if !may_connect {
        return view! {
            <p class="text-[13px] text-muted">"Admins and owners of this company connect and disconnect accounts."</p>
        }
        .into_any();
    }
    if offers.is_empty() {
        return ().into_any();
    }
    let tiles = offers.into_iter().map(|offer| view! { <Tile offer=offer query=query sign_in=sign_in /> });
    let tiles = tiles.collect_view();
    view! {
        <section aria-labelledby="connect-account">
            <h2 id="connect-account" class="mb-3 text-sm font-semibold">
                "Connect an account"
            </h2>
            <ul class="grid items-start gap-3.5 sm:grid-cols-2 lg:grid-cols-3">{tiles}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Tile(offer: Offer, query: Memo<ParamsMap>, sign_in: FormAction<SignInAccount>) -> impl IntoView {
    let platform = offer.platform;
    let name = platform.name();
    let class = format!(
        "relative flex flex-wrap items-center gap-x-3 rounded-card border border-l-[3px] border-line bg-surface-1 p-4 {}",
        platform.edge()
    );
    let (line, action) = if let Some(form) = offer.form.clone() {
        let has_password = form.fields.iter().any(|field| field.is_secret);
        let line = if has_password { "Use an app password." } else { "You post there yourself." };
        let details = view! { <SignInDetails offer=offer form=form query=query action=sign_in /> };
        (line, details.into_any())
    } else if offer.ready {
        let button = view! {
            <LinkButton href=format!("/api/social/connect/{platform}") small=true external=true>
                <Icon glyph=Glyph::Plug class="size-3.5" />
                "Connect"
                <span class="sr-only">{format!(" {name}")}</span>
            </LinkButton>
        };
        ("Sign in there.", button.into_any())
    } else {
        let link = view! {
            <LinkButton href=keys_address(platform) small=true>
                "Enter keys and connect"
                <span class="sr-only">{format!(" {name}")}</span>
            </LinkButton>
        };
        ("Needs keys first", link.into_any())
    };
    view! {
        <li class=class>
            <PlatformIcon platform=platform large=true />
            <div class="flex min-h-13 min-w-0 flex-1 flex-col justify-center">
                <p class="font-medium">{name}</p>
                <p class="text-xs text-faint">{line}</p>
            </div>
            {action}
        </li>
    }
}
