//! The card of a link in a preview, as its network draws it. It has the same size while its page is read as afterwards, so
//! that nothing below it moves.

use super::link_pages::{LinkPages, PageState};
use super::preview::Shown;
use crate::domain::limits::{carded_link, rules};
use crate::domain::platform::CardLook;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The page that this account's readers see below the text, if there is one.
pub fn link_of(s: &Shown) -> Option<String> {
    carded_link(s.account.platform, &s.account.facts, &s.content)
}

/// The card; `frame` is the class of its border.
pub fn link_card(s: &Shown, look: CardLook, pages: LinkPages, frame: &'static str) -> Option<AnyView> {
    let link = link_of(s)?;
    let card = move || one(look, &link, pages);
    Some(view! { <div class=format!("overflow-hidden border-line bg-surface-2 {frame}")>{card}</div> }.into_any())
}

/// Where a press on the picture leads, at networks that take a link beside it: to which site.
pub fn leads_to(s: &Shown) -> Option<AnyView> {
    let rules =
        rules(s.account.platform, s.content.format, &s.account.facts).filter(|rules| rules.link_beside_media)?;
    let host = host(s.content.given_link().filter(|_| rules.link_card)?).to_owned();
    Some(
        view! {
            <p class="flex min-w-0 items-center gap-2 border-t border-line px-3 py-2 text-xs text-muted">
                <Icon glyph=Glyph::Link />
                <span class="truncate">{host}</span>
            </p>
        }
        .into_any(),
    )
}

/// `northwind.example`
fn host(link: &str) -> &str {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

fn one(look: CardLook, link: &str, pages: LinkPages) -> AnyView {
    let state = pages.of(link);
    let host = host(link).to_owned();
    let (title, description, picture, note) = match state {
        PageState::Unasked => (None, None, None, None),
        PageState::Reading => (None, None, None, Some("Reading the page…".to_owned())),
        PageState::Unread(why) => (None, None, None, Some(why)),
        PageState::Read(look) => (look.title, look.description, look.picture, None),
    };
    // What has no title is called as its address.
    let title = title.unwrap_or_else(|| link.to_owned());
    let area = picture_area(link, picture, pages);
    let line = |class: &'static str, words: String| view! { <p dir="auto" class=class>{words}</p> }.into_any();
    // Some networks show no description; that a page cannot be read is said with all of them.
    let aside = note.clone().unwrap_or_default();
    let below = note.or(description).unwrap_or_default();
    match look {
        CardLook::None => ().into_any(),
        CardLook::Beside => view! {
            <div class="flex items-center gap-3 p-2">
                <div class="relative aspect-video w-28 shrink-0 overflow-hidden rounded-control bg-surface-3">{area}</div>
                <div class="flex h-20 min-w-0 flex-col justify-center gap-0.5">
                    {line("line-clamp-2 text-[13px] font-semibold wrap-anywhere", title)}
                    {line("truncate text-xs text-faint", host)} {line("line-clamp-2 text-xs text-muted empty:hidden", aside)}
                </div>
            </div>
        }
        .into_any(),
        CardLook::HostFirst => view! {
            {wide(area)}
            <div class="flex h-20 flex-col justify-center gap-0.5 px-3">
                {line("truncate text-xs text-faint uppercase", host)}
                {line("truncate text-[14px] font-semibold", title)} {line("truncate text-[13px] text-muted", below)}
            </div>
        }
        .into_any(),
        CardLook::HostLast => view! {
            {wide(area)}
            <div class="flex h-24 flex-col justify-center gap-0.5 px-3">
                {line("truncate text-[14px] font-semibold", title)}
                {line("line-clamp-2 text-[13px] text-muted", below)}
                {line("truncate border-t border-line pt-1 text-xs text-faint", host)}
            </div>
        }
        .into_any(),
        CardLook::TitleOnPicture => view! {
            <div class="relative">
                {wide(area)}
                <div class="absolute inset-x-2 bottom-2 flex">
                    {line("max-w-full truncate rounded-control bg-bg/80 px-1.5 py-0.5 text-xs", title)}
                </div>
            </div>
            <div class="flex h-11 flex-col justify-center px-3">
                {line("truncate text-xs text-faint", format!("From {host}"))}
                {line("truncate text-xs text-muted empty:hidden", aside)}
            </div>
        }
        .into_any(),
        CardLook::HostOnly => view! {
            {wide(area)}
            <div class="flex h-11 flex-col justify-center px-3">
                {line("truncate text-xs text-faint", host)}
                {line("truncate text-xs text-muted empty:hidden", aside)}
            </div>
        }
        .into_any(),
    }
}

fn wide(area: AnyView) -> AnyView {
    view! { <div class="relative aspect-191/100 overflow-hidden border-b border-line bg-surface-3">{area}</div> }
        .into_any()
}

/// The picture, or the sign of a link where there is none.
fn picture_area(link: &str, picture: Option<String>, pages: LinkPages) -> AnyView {
    let Some(src) = picture else {
        return view! {
            <span class="absolute inset-0 grid place-items-center text-faint">
                <Icon glyph=Glyph::Link />
            </span>
        }
        .into_any();
    };
    let link = link.to_owned();
    let lost = move |_| pages.lost_picture(&link);
    view! { <img src=src alt="" class="absolute inset-0 size-full object-cover" on:error=lost /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_card_names_the_site() {
        for (link, site) in [
            ("https://www.northwind.example/roast?a=b", "northwind.example"),
            ("http://northwind.example#top", "northwind.example"),
            ("northwind.example", "northwind.example"),
            ("https://127.0.0.1:3001/x", "127.0.0.1:3001"),
        ] {
            assert_eq!(host(link), site);
        }
    }
}
