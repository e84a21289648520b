//! Which pages' code travels together. Home and the frame are in the file that every visit loads; the other pages come
//! in a few bundles, fetched when a page of theirs is first shown. Few, because the splitter makes one more file for
//! every set of bundles that share code. On the server all of it is one program, and a bundle is a plain function.

use crate::features::agents::{AgentPage, AgentsPage, DocumentPage, EventsPage, MemoryPage, ProposalsPage};
use crate::features::brand_voice::VoicePage;
use crate::features::calendar::CalendarPage;
use crate::features::campaigns::{CampaignPage, CampaignsPage, NewCampaignPage};
use crate::features::chat::{ChatPage, ChatPanel};
use crate::features::comments::CommentsPage;
use crate::features::connections::{ChooseAccountPage, ConnectionsPage};
use crate::features::contacts::{
    ContactPage, ContactsPage, DuplicatesPage, FieldsPage, ImportPage, ImportsPage, SegmentsPage,
};
use crate::features::diagnostics::{DiagnosticsPage, ErrorPage, LogsPage};
use crate::features::identity::accounts::{ForgotPage, LoginPage, ResetPage, SecurityPage, SignupPage};
use crate::features::identity::companies::{CompanyPage, InvitePage, MembersPage, NewCompanyPage};
use crate::features::inbox::NeedsPage;
use crate::features::intake::ZapierPage;
use crate::features::links::LinksPage;
use crate::features::media::{AssetPage, LibraryPage};
use crate::features::models::AiPage;
use crate::features::posts::{PostPage, PostsPage};
use crate::features::queue::{JobPage, QueuePage, SchedulesPage};
use crate::features::recent::RecentPostsPage;
use crate::features::secrets::IntegrationsPage;
use crate::features::snippets::SnippetsPage;
use crate::features::studio::page::StudioPage;
use crate::ui::screen;
use leptos::prelude::*;
use leptos_router::ChooseView;

/// A page of a bundle, as a route shows it.
#[derive(Clone, Copy, Debug)]
pub enum Lazy {
    Entrance(entrance::Page),
    Settings(settings::Page),
    Write(write::Page),
}

/// One bundle: its pages, how to show one, and (in the browser) how to fetch the code.
macro_rules! bundle {
    ($(#[$doc:meta])* $bundle:ident: $($page:ident),+ $(,)?) => {
        $(#[$doc])*
        pub mod $bundle {
            use super::*;

            #[derive(Clone, Copy, Debug)]
            #[expect(clippy::enum_variant_names, reason = "a variant bears the name of its page")]
            pub enum Page {
                $($page,)+
            }

            fn page(page: Page) -> AnyView {
                match page {
                    $(Page::$page => screen::<super::$page>(),)+
                }
            }

            #[cfg(feature = "hydrate")]
            #[leptos::wasm_split::wasm_split(
                $bundle,
                wasm_split_path = leptos::wasm_split,
                preload(fetch),
                fallible
            )]
            pub(super) fn show(shown: Page) -> Result<AnyView, leptos::wasm_split::SplitLoaderError> {
                Ok(page(shown))
            }

            /// Tells leptos to name the bundle's files in the document, so that they load beside the program.
            #[cfg(not(feature = "hydrate"))]
            pub(super) fn show(shown: Page) -> AnyView {
                leptos::prefetch_lazy_fn_on_server(stringify!($bundle));
                page(shown)
            }
        }
    };
}

bundle! {
    /// What one sees before signing in.
    entrance: LoginPage, SignupPage, InvitePage, ForgotPage, ResetPage
}
bundle! {
    /// What is set up once.
    settings: AiPage, ChooseAccountPage, CompanyPage, ConnectionsPage, DiagnosticsPage, ErrorPage, IntegrationsPage, JobPage, LogsPage,
    MembersPage, NewCompanyPage, QueuePage, RecentPostsPage, SchedulesPage, SecurityPage, VoicePage, ZapierPage
}
bundle! {
    /// The daily work.
    write: AgentPage, AgentsPage, AssetPage, CalendarPage, CampaignPage, CampaignsPage, ChatPage, ChatPanel, CommentsPage, ContactPage, ContactsPage, DocumentPage,
    DuplicatesPage, EventsPage, FieldsPage, ImportPage, ImportsPage, LibraryPage, LinksPage, MemoryPage, NeedsPage, NewCampaignPage, PostPage, PostsPage, ProposalsPage, SegmentsPage, SnippetsPage, StudioPage
}

#[cfg(not(feature = "hydrate"))]
impl ChooseView for Lazy {
    async fn choose(self) -> AnyView {
        match self {
            Self::Entrance(page) => entrance::show(page),
            Self::Settings(page) => settings::show(page),
            Self::Write(page) => write::show(page),
        }
    }

    async fn preload(&self) {}
}

#[cfg(feature = "hydrate")]
impl ChooseView for Lazy {
    async fn choose(self) -> AnyView {
        let shown = match self {
            Self::Entrance(page) => entrance::show(page).await,
            Self::Settings(page) => settings::show(page).await,
            Self::Write(page) => write::show(page).await,
        };
        match shown {
            Ok(view) => view,
            // `preload` does not end without the code.
            Err(_) => std::future::pending().await,
        }
    }

    /// Ends when the code is there; until then the page before stays.
    async fn preload(&self) {
        use crate::ui::browser;
        let target = leptos_router::hooks::use_url().get_untracked();
        let hydrating = Owner::current_shared_context().is_some_and(|context| context.during_hydration());
        // What the server rendered is there already, and works as it does without JavaScript.
        let _plain = hydrating.then(browser::PlainClicks::new);
        // The second attempt is for a connection that broke off.
        if self.fetch().await || self.fetch().await {
            return;
        }
        if hydrating {
            browser::show_notice(INCOMPLETE);
        } else {
            // The server can show the page without the code; after an update of the program it also names the new files.
            let query = if target.search().is_empty() { String::new() } else { format!("?{}", target.search()) };
            browser::load(&format!("{}{query}", target.path()));
        }
        std::future::pending().await
    }
}

/// Shown under a page whose code could not be fetched.
#[cfg(feature = "hydrate")]
const INCOMPLETE: &str = r#"<div role="alert" class="fixed inset-x-3 bottom-16 z-50 mx-auto max-w-xl rounded-card border border-line-strong bg-surface-2 px-4 py-3 text-text">A part of this page could not be loaded, so some of it may not respond. <a href="" rel="external" class="text-purple-soft underline">Load the page again</a></div>"#;

#[cfg(feature = "hydrate")]
impl Lazy {
    async fn fetch(self) -> bool {
        match self {
            Self::Entrance(_) => entrance::fetch().await,
            Self::Settings(_) => settings::fetch().await,
            Self::Write(_) => write::fetch().await,
        }
        .is_ok()
    }
}

/// Room for the splitter. It lays the constants out anew, each with the bundle that needs it, and may not make their
/// segment longer than the linker made it; where alignment would by a few bytes, it gives up and leaves all constants of
/// all pages in the file of every visit. Nothing refers to this one, so it takes room and is in no file.
#[cfg(feature = "hydrate")]
#[used]
static SLACK: [u8; 16 * 1024] = [1; 16 * 1024];

/// The panel in which one asks, with the bundle that it is in; `None`: it could not be fetched.
#[cfg(feature = "hydrate")]
pub async fn ask_panel() -> Option<AnyView> {
    write::show(write::Page::ChatPanel).await.ok()
}

/// Nobody presses its button on the server.
#[cfg(not(feature = "hydrate"))]
pub async fn ask_panel() -> Option<AnyView> {
    Some(write::show(write::Page::ChatPanel))
}

/// Fetches what the navigation leads to, before it is followed.
pub fn fetch_ahead() {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async {
        // When it fails, the click that follows asks again.
        let _ = write::fetch().await;
        let _ = settings::fetch().await;
    });
}
