//! What the frame knows, for the pages inside it, and the head that each of them begins with.

use super::PauseNotice;
use super::sandbox::sandbox_line;
use crate::domain::error::Result;
use crate::domain::frame::FrameData;
use crate::domain::permission::Permission;
use crate::ui::{ButtonKind, LinkButton, Notice, PageTitle, Tone, suspended};
use leptos::prelude::*;
use std::sync::Arc;

/// The frame's data: who is signed in, in which company and zone, and the company's clock. Provided by the frame.
#[derive(Clone, Copy)]
pub struct FrameContext(pub Resource<Result<FrameData>>);

/// The frame around this page. Only for pages inside the frame.
pub fn use_frame() -> FrameContext {
    expect_context::<FrameContext>()
}

impl FrameContext {
    /// Fetches it anew: after a change of what the frame shows (name, zone, role, the number of things to look at).
    pub fn refetch(self) {
        self.0.refetch();
    }

    /// A piece of view that needs the frame's data; nothing while it is not there.
    pub fn show<V, F>(self, piece: F) -> AnyView
    where
        V: IntoView + 'static,
        F: Fn(FrameData) -> V + Clone + Send + Sync + 'static,
    {
        self.piece(Arc::new(move |data| piece(data).into_any()))
    }

    /// Compiled once, and not for every piece.
    fn piece(self, piece: Arc<dyn Fn(FrameData) -> AnyView + Send + Sync>) -> AnyView {
        suspended(0, move || {
            let piece = piece.clone();
            Box::pin(async move {
                match self.0.await {
                    Ok(data) => piece(data),
                    Err(_) => ().into_any(),
                }
            })
        })
    }
}

/// Links that only those see who may use them. For what keeps no state of its own: it is drawn anew with the frame's clock.
#[component]
pub fn Allowed(to: Permission, children: ChildrenFn) -> impl IntoView {
    use_frame().show(move |data| data.company.filter(|c| c.role.may(to)).map(|_| children()))
}

/// The top bar of a signed-in page: its title (the page's `h1` and the document's title), the company's clock, and one
/// primary action: "New post", or `children` in its place. Below it what concerns every page: sandbox, publishing that is paused, no
/// company.
#[component]
pub fn PageHead(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let frame = use_frame();
    let clock = frame.show(|data| {
        let place = data.zone().rsplit('/').next().unwrap_or_default().replace('_', " ");
        let text = format!("{} · {} {place}", data.now.local.day.short(), data.now.local.clock());
        view! {
            // Gives way before the title does.
            <span class="min-w-0 shrink-[9999] truncate text-[13px] text-faint" title=data.zone().to_owned()>
                {text}
            </span>
        }
    });
    let action = match children {
        Some(children) => children().into_any(),
        None => view! {
            <Allowed to=Permission::Publish>
                <LinkButton href="/studio" kind=ButtonKind::Primary>
                    "New post"
                </LinkButton>
            </Allowed>
        }
        .into_any(),
    };
    let sandbox = frame.show(|data| data.sandbox.map(sandbox_line));
    let company = frame.show(|data| {
        data.company.is_none().then(|| {
            view! {
                <div class="mb-4">
                    <Notice tone=Tone::Warning>
                        <div class="flex flex-wrap items-center justify-between gap-2">
                            <p>"You do not belong to a company yet. Create one, or ask for an invitation."</p>
                            <LinkButton href="/companies/new" small=true>
                                "Create a company"
                            </LinkButton>
                        </div>
                    </Notice>
                </div>
            }
            .into_any()
        })
    });
    let pause = frame.show(|data| {
        data.pause.map(|pause| {
            view! {
                <div class="mb-4">
                    <PauseNotice pause />
                </div>
            }
            .into_any()
        })
    });
    view! {
        <PageTitle text=title.clone() />
        <header class="sticky top-0 z-10 -mx-3.5 mb-5 flex min-h-[57px] items-center gap-3 border-b border-line bg-bg/85 px-3.5 py-2.5 backdrop-blur min-[701px]:-mx-7 min-[701px]:px-7">
            <h1 class="min-w-0 truncate text-base font-semibold">{title}</h1>
            {clock}
            <div class="ml-auto flex shrink-0 items-center gap-2">{action}</div>
        </header>
        {sandbox}
        {pause}
        {company}
    }
}
