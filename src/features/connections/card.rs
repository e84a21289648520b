//! One connected account: how it is, who connected it, how its sign-in is renewed, what waits for it, and its buttons.

use super::calls::{DisconnectAccount, RefreshAccount, ResumeAccount};
use super::model::{ConnectionCard, Health, RenewalResult, in_words};
use crate::domain::connection::ConnectionState;
use crate::domain::moment::Moment;
use crate::domain::page::counted;
use crate::ui::{Button, ButtonKind, Chip, FormAction, LinkButton, PlatformIcon, PostForm, Tone};
use leptos::prelude::*;

#[component]
pub fn AccountCard(
    card: ConnectionCard,
    now: Moment,
    may_connect: bool,
    disconnect: FormAction<DisconnectAccount>,
    refresh: FormAction<RefreshAccount>,
    resume: FormAction<ResumeAccount>,
) -> impl IntoView {
    let health = card.health(now);
    let paused = card.paused.clone().filter(|_| card.state == ConnectionState::Active);
    let (tone, word) = match health {
        Health::Ready | Health::Expires { .. } if paused.is_some() => (Tone::Warning, "Paused".to_owned()),
        Health::Ready => (Tone::Good, "Ready".to_owned()),
        Health::Expires { days: 0 } => (Tone::Warning, "Ends today".to_owned()),
        Health::Expires { days: 1 } => (Tone::Warning, "Ends in 1 day".to_owned()),
        Health::Expires { days } => (Tone::Warning, format!("Ends in {days} days")),
        Health::Reconnect => (Tone::Bad, "Reconnect".to_owned()),
        Health::Disconnected => (Tone::Quiet, "Disconnected".to_owned()),
    };
    let class = format!(
        "flex min-w-0 flex-col gap-3 rounded-card border border-l-[3px] border-line bg-surface-1 p-4 {}",
        card.platform.edge()
    );
    let heading = format!("account-{}", card.id);
    let handle = match card.profile_url.clone().filter(|url| url.starts_with("https://")) {
        Some(url) => view! {
            <a class="hover:underline" href=url target="_blank" rel="noopener noreferrer">
                {card.handle.clone()}
                <span class="sr-only">" (in a new tab)"</span>
            </a>
        }
        .into_any(),
        None => card.handle.clone().into_any(),
    };
    let reason = (health == Health::Reconnect).then(|| {
        let reason = if card.state_reason.is_empty() {
            "The sign-in has ended. Reconnect to publish the posts that wait.".to_owned()
        } else {
            card.state_reason.clone()
        };
        view! { <p class="wrap-anywhere text-[13px] text-bad">{reason}</p> }
    });
    let paused = paused.map(|paused| {
        let name = card.platform.name();
        let text = format!(
            "{} Nothing is sent there since {}. Its posts wait, and go on when {name} answers again.",
            paused.why,
            paused.since.local.short()
        );
        let (id, whose) = (card.id.to_string(), format!(" {}", card.handle));
        let resume = may_connect.then(|| {
            view! {
                <PostForm action=resume>
                    <input type="hidden" name="id" value=id />
                    <Button small=true disabled=resume.pending()>
                        "Resume" <span class="sr-only">{whose}</span>
                    </Button>
                </PostForm>
            }
            .into_any()
        });
        view! {
            <div class="flex flex-col items-start gap-2">
                <p class="wrap-anywhere text-[13px] text-warn">{text}</p>
                {resume}
            </div>
        }
        .into_any()
    });
    let by = card.connected_by.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
    let sign_in = sign_in_lines(&card, health, now).into_iter().map(|(term, words)| {
        view! {
            <dt class="text-faint">{term}</dt>
            <dd dir="auto" class="wrap-anywhere">{words}</dd>
        }
    });
    let sign_in = sign_in.collect_view();
    let not_renewed = not_renewed(&card, health).map(|text| view! { <p class="text-[13px] text-warn">{text}</p> });
    let too_late = posts_too_late(&card, health).map(|text| view! { <p class="text-[13px] text-warn">{text}</p> });
    let waiting = match card.waiting_posts {
        0 => "No scheduled posts".into_any(),
        n => {
            let words = if n == 1 { "1 scheduled post".to_owned() } else { format!("{} scheduled posts", counted(n)) };
            let list = format!("/posts?filter=scheduled&platform={}", card.platform);
            view! { <a class="underline hover:text-purple-soft" href=list>{words}</a> }.into_any()
        }
    };
    let left = card.posts_left.map(|left| {
        let class = if left.left == 0 { "text-warn" } else { "" };
        view! {
            <dt class="text-faint">"Posts left"</dt>
            <dd class=class>{left.words()}</dd>
        }
    });
    let scopes = (!card.scopes.is_empty()).then(|| {
        let items = card.scopes.iter().map(|s| view! { <li>{s.clone()}</li> }).collect_view();
        view! {
            <details class="text-xs">
                <summary class="w-fit cursor-pointer text-faint hover:text-text">"What it may do"</summary>
                <ul class="mt-1 flex flex-wrap gap-x-3 gap-y-1 font-mono text-muted">{items}</ul>
            </details>
        }
    });
    let recent = (!card.by_hand && card.state != ConnectionState::Disconnected).then(|| {
        let (href, whose) = (format!("/connections/{}/posts", card.id), format!(" of {}", card.handle));
        view! {
            <p class="text-[13px]">
                <a class="underline hover:text-purple-soft" href=href>
                    "Recent posts" <span class="sr-only">{whose}</span>
                </a>
            </p>
        }
        .into_any()
    });
    let buttons = may_connect
        .then(|| view! { <Buttons card=card.clone() health=health disconnect=disconnect refresh=refresh /> });
    view! {
        <article class=class aria-labelledby=heading>
            <div class="flex items-start gap-3">
                <Avatar card=card.clone() />
                <div class="min-w-0 flex-1">
                    <h2 id=heading.clone() dir="auto" class="truncate font-medium">
                        {handle}
                    </h2>
                    <p class="truncate text-xs text-faint">
                        {format!("{} · {}", card.platform.name(), card.display_name)}
                    </p>
                </div>
                <Chip tone=tone>{word}</Chip>
            </div>
            {reason}
            {paused}
            {not_renewed}
            {too_late}
            <dl class="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-2 gap-y-1 text-[13px]">
                <dt class="text-faint">"Connected"</dt>
                <dd>{format!("{by}{}", card.connected_at.local.short())}</dd>
                <dt class="text-faint">"Waiting"</dt>
                <dd>{waiting}</dd>
                // Not every account has these: last, so that the lines of neighbours stand at one height.
                {sign_in}
                {left}
            </dl>
            {recent}
            {scopes}
            {buttons}
        </article>
    }
    .into_any()
}

/// How long the sign-in lasts, when it was renewed last and what came of it, and when it is renewed next.
fn sign_in_lines(card: &ConnectionCard, health: Health, now: Moment) -> Vec<(&'static str, String)> {
    if health == Health::Disconnected {
        return vec![];
    }
    if card.by_hand {
        return vec![("Publishing", "By hand: we remind you when a post is due".to_owned())];
    }
    let mut lines = vec![];
    lines.push(match card.expires {
        Some(end) => ("Sign-in", format!("Ends {} ({})", end.local.short(), in_words(end.at.0 - now.0))),
        None => ("Sign-in", "Renews automatically".to_owned()),
    });
    if let Some(last) = &card.sign_in.last {
        let mut words = format!("{}: {}", last.at.local.short(), last.result.words());
        if last.result == RenewalResult::Failed && !last.note.is_empty() {
            words = format!("{words}. {}", last.note);
        }
        lines.push(("Last renewed", words));
    }
    if let Some(next) = card.sign_in.next {
        lines.push(("Next renewal", next.local.short()));
    }
    lines
}

/// A renewal that failed while the access lasts: it works until then, and is tried again.
fn not_renewed(card: &ConnectionCard, health: Health) -> Option<String> {
    let failed = card.sign_in.last.as_ref().is_some_and(|last| last.result == RenewalResult::Failed);
    let ends = card.sign_in.access_ends.filter(|_| failed && card.state == ConnectionState::Active)?;
    let works = health != Health::Disconnected;
    works.then(|| {
        format!("The sign-in could not be renewed yet; it works until {}. We keep trying.", ends.local.short())
    })
}

/// Planned posts that the sign-in does not last for.
fn posts_too_late(card: &ConnectionCard, health: Health) -> Option<String> {
    if card.state != ConnectionState::Active || health == Health::Disconnected {
        return None;
    }
    let posts = match card.sign_in.posts_after_end {
        0 => return None,
        1 => "1 planned post".to_owned(),
        n => format!("{} planned posts", counted(n)),
    };
    Some(format!("The sign-in will expire before {posts}. Reconnect the account in time."))
}

/// The account's picture when this server has it, else its first letter; the platform's mark in the corner.
/// Pictures at the platforms are not shown: their addresses expire, and the browser would tell them who looks.
#[component]
fn Avatar(card: ConnectionCard) -> impl IntoView {
    let picture = card.picture_url.filter(|url| url.starts_with('/') && !url.starts_with("//"));
    let initial = card.display_name.chars().chain(card.handle.chars()).find(|c| c.is_alphanumeric());
    let face = match picture {
        Some(src) => view! { <img src=src alt="" class="size-10 rounded-full object-cover" /> }.into_any(),
        None => view! {
            <span
                class="grid size-10 place-items-center rounded-full bg-surface-3 font-semibold text-text"
                aria-hidden="true"
            >
                {initial.map(|c| c.to_uppercase().to_string()).unwrap_or_default()}
            </span>
        }
        .into_any(),
    };
    view! {
        <span class="relative shrink-0">
            {face}
            <span class="absolute -bottom-1 -right-1">
                <PlatformIcon platform=card.platform />
            </span>
        </span>
    }
}

#[component]
fn Buttons(
    card: ConnectionCard,
    health: Health,
    disconnect: FormAction<DisconnectAccount>,
    refresh: FormAction<RefreshAccount>,
) -> impl IntoView {
    let needed = matches!(health, Health::Reconnect | Health::Disconnected | Health::Expires { .. });
    let renewable = card.state == ConnectionState::Active && card.sign_in.renewable;
    let renew = renewable.then(|| {
        let whose = format!(" the sign-in of {}", card.handle);
        view! {
            <PostForm action=refresh>
                <input type="hidden" name="id" value=card.id.to_string() />
                <Button small=true>
                    "Refresh" <span class="sr-only">{whose}</span>
                </Button>
            </PostForm>
        }
    });
    let kind = if needed { ButtonKind::Primary } else { ButtonKind::Secondary };
    let handle = card.handle.clone();
    let waiting = match card.waiting_posts {
        0 => "No posts are scheduled for it.".to_owned(),
        1 => "1 scheduled post will not go out until you connect it again.".to_owned(),
        n => format!("{} scheduled posts will not go out until you connect it again.", counted(n)),
    };
    let give_up = (health != Health::Disconnected).then(|| {
        view! {
            <details>
                <summary class=ButtonKind::Ghost.class(true)>
                    "Disconnect" <span class="sr-only">{format!(" {}", card.handle)}</span>
                </summary>
                <div class="absolute left-0 z-20 mt-1 flex w-72 max-w-full flex-col items-start gap-2 rounded-card border border-line-strong bg-surface-2 p-3 text-[13px]">
                    <p>
                        {format!(
                            "Disconnect {}? {waiting} LUX can then no longer publish there. Published posts stay.",
                            card.handle,
                        )}
                    </p>
                    <PostForm action=disconnect>
                        <input type="hidden" name="id" value=card.id.to_string() />
                        <Button kind=ButtonKind::Danger small=true>
                            {format!("Disconnect {}", card.handle)}
                        </Button>
                    </PostForm>
                </div>
            </details>
        }
    });
    view! {
        <div class="relative mt-auto flex flex-wrap items-start gap-2">
            <LinkButton
                href=format!("/api/social/connect/{}?for={}", card.platform, card.id)
                kind=kind
                small=true
                external=true
            >
                "Reconnect"
                <span class="sr-only">{format!(" {handle}")}</span>
            </LinkButton>
            {renew}
            {give_up}
        </div>
    }
}
