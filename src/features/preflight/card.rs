//! The checks of one post, on its page: per account how it stands, what was found, and the one thing to do.

use super::mark::{glyph, tone};
use super::model::{DeliveryCheck, Finding};
use crate::domain::error::Severity;
use crate::domain::ids::PostId;
use crate::domain::permission::{Permission, Role};
use crate::domain::platform::Platform;
use crate::features::preflight::calls::{CheckNow, load_checks};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, Glyph, Icon, LinkButton, Loaded, PlatformIcon,
    PostForm, failure,
};
use leptos::prelude::*;

/// For a post of which something is planned. `role`: of the person who looks; asking for a check is for those who publish.
#[component]
pub fn ChecksCard(post: PostId, role: Role) -> impl IntoView {
    let again = FormAction::<CheckNow>::new();
    let checks = Resource::new(move || again.version().get(), move |_| load_checks(post));
    let ask = role.may(Permission::Publish).then(|| {
        view! {
            <PostForm action=again>
                <input type="hidden" name="post" value=post.to_string() />
                <Button small=true kind=ButtonKind::Secondary disabled=again.pending()>
                    "Check now"
                </Button>
            </PostForm>
        }
    });
    view! {
        <Card>
            <CardHead title="Checks before publishing">{ask}</CardHead>
            <FormError error=failure(&again) />
            <Loaded resource=checks lines=2 let:checks>
                <Checks checks=checks post=post role=role />
            </Loaded>
        </Card>
    }
}

#[component]
fn Checks(checks: Vec<DeliveryCheck>, post: PostId, role: Role) -> impl IntoView {
    if checks.is_empty() {
        return view! {
            <p class="px-4 py-3 text-[13px] text-muted">"No part of this post is waiting to go out."</p>
        }
        .into_any();
    }
    let rows = checks.into_iter().map(|check| view! { <Check check=check post=post role=role /> }).collect_view();
    view! {
        <ul class="divide-y divide-line" aria-label="Checks">
            {rows}
        </ul>
    }
    .into_any()
}

#[component]
fn Check(check: DeliveryCheck, post: PostId, role: Role) -> impl IntoView {
    let platform = check.platform;
    let verdict = match check.verdict {
        Some(verdict) => view! {
            <span class=tone(verdict).text_class()>
                <Icon glyph=glyph(verdict) />
            </span>
            <Chip tone=tone(verdict)>{verdict.name()}</Chip>
        }
        .into_any(),
        None => view! { <Chip>"Not checked yet"</Chip> }.into_any(),
    };
    let times = check.checked.map(|at| {
        let next = check.next.map(|next| format!(" · again {}", next.local.short()));
        view! {
            <span class="text-xs text-faint">
                "Checked " <time datetime=at.local.to_string()>{at.local.short()}</time> {next}
            </span>
        }
    });
    let findings = check
        .findings
        .into_iter()
        .map(|found| view! { <Found found=found platform=platform post=post role=role /> })
        .collect_view();
    view! {
        <li class="flex flex-col gap-2 px-4 py-3">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <PlatformIcon platform=platform />
                <span dir="auto" class="min-w-0 truncate font-medium">{check.handle}</span>
                {verdict}
                {times}
            </div>
            <ul class="flex flex-col gap-2 empty:hidden">{findings}</ul>
        </li>
    }
}

#[component]
fn Found(found: Finding, platform: Platform, post: PostId, role: Role) -> impl IntoView {
    let (class, glyph) = match found.severity {
        Severity::Error => ("text-bad", Glyph::Close),
        Severity::Warning => ("text-warn", Glyph::Warning),
    };
    let may = role.may(found.cause.needs());
    let way_out = found.way_out(platform, post).filter(|_| may).map(|(href, words)| {
        // The consent begins at an address of its own, not on a page.
        let external = href.starts_with("/api/");
        view! { <LinkButton href=href small=true external=external>{words}</LinkButton> }
    });
    let other = found.about.map(|other| {
        view! {
            <LinkButton href=format!("/posts/{other}") small=true kind=ButtonKind::Ghost>
                "See the other post"
            </LinkButton>
        }
    });
    view! {
        <li class="flex flex-col items-start gap-1.5 text-[13px]">
            <p class="flex items-start gap-2">
                <span class=class>
                    <Icon glyph=glyph class="mt-0.5 size-4" />
                </span>
                <span dir="auto" class="min-w-0 wrap-anywhere">{found.message}</span>
            </p>
            <div class="flex flex-wrap gap-2 pl-6 empty:hidden">{way_out} {other}</div>
        </li>
    }
}
