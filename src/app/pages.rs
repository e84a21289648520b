//! The one table of pages. A new page is one file in its feature and one row here; a row in `nav` if it shall be found
//! in the navigation; which code it comes with stands in `bundles`.

use super::bundles::Lazy::{Entrance, Settings, Write};
use super::bundles::{entrance, settings, write};
use super::frame::Frame;
use super::not_found::NotFound;
use crate::features::home::HomePage;
use crate::ui::screen;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// All pages are rendered completely before the first byte: status, cookies and redirects depend on their data.
const SSR: SsrMode = SsrMode::Async;

#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view=Entrance(entrance::Page::LoginPage) ssr=SSR />
                <Route path=path!("/signup") view=Entrance(entrance::Page::SignupPage) ssr=SSR />
                <Route path=path!("/invite/:token") view=Entrance(entrance::Page::InvitePage) ssr=SSR />
                <Route path=path!("/forgot") view=Entrance(entrance::Page::ForgotPage) ssr=SSR />
                <Route path=path!("/reset/:token") view=Entrance(entrance::Page::ResetPage) ssr=SSR />
                <ParentRoute path=path!("") view=Frame ssr=SSR>
                    <Route path=path!("/") view={screen::<HomePage>} ssr=SSR />
                    <Route path=path!("/studio") view=Write(write::Page::StudioPage) ssr=SSR />
                    <Route path=path!("/calendar") view=Write(write::Page::CalendarPage) ssr=SSR />
                    <Route path=path!("/posts") view=Write(write::Page::PostsPage) ssr=SSR />
                    <Route path=path!("/posts/:id") view=Write(write::Page::PostPage) ssr=SSR />
                    <Route path=path!("/campaigns") view=Write(write::Page::CampaignsPage) ssr=SSR />
                    <Route path=path!("/campaigns/new") view=Write(write::Page::NewCampaignPage) ssr=SSR />
                    <Route path=path!("/campaigns/:id") view=Write(write::Page::CampaignPage) ssr=SSR />
                    <Route path=path!("/library") view=Write(write::Page::LibraryPage) ssr=SSR />
                    <Route path=path!("/library/:id") view=Write(write::Page::AssetPage) ssr=SSR />
                    <Route path=path!("/snippets") view=Write(write::Page::SnippetsPage) ssr=SSR />
                    <Route path=path!("/links") view=Write(write::Page::LinksPage) ssr=SSR />
                    <Route path=path!("/needs") view=Write(write::Page::NeedsPage) ssr=SSR />
                    <Route path=path!("/comments") view=Write(write::Page::CommentsPage) ssr=SSR />
                    <Route path=path!("/contacts") view=Write(write::Page::ContactsPage) ssr=SSR />
                    <Route path=path!("/contacts/segments") view=Write(write::Page::SegmentsPage) ssr=SSR />
                    <Route path=path!("/contacts/fields") view=Write(write::Page::FieldsPage) ssr=SSR />
                    <Route path=path!("/contacts/duplicates") view=Write(write::Page::DuplicatesPage) ssr=SSR />
                    <Route path=path!("/contacts/import") view=Write(write::Page::ImportsPage) ssr=SSR />
                    <Route path=path!("/contacts/import/:id") view=Write(write::Page::ImportPage) ssr=SSR />
                    <Route path=path!("/contacts/:id") view=Write(write::Page::ContactPage) ssr=SSR />
                    <Route path=path!("/agents") view=Write(write::Page::AgentsPage) ssr=SSR />
                    <Route path=path!("/agents/memory") view=Write(write::Page::MemoryPage) ssr=SSR />
                    <Route path=path!("/agents/events") view=Write(write::Page::EventsPage) ssr=SSR />
                    <Route path=path!("/agents/documents/:id") view=Write(write::Page::DocumentPage) ssr=SSR />
                    <Route path=path!("/agents/:agent") view=Write(write::Page::AgentPage) ssr=SSR />
                    <Route path=path!("/chat") view=Write(write::Page::ChatPage) ssr=SSR />
                    <Route path=path!("/proposals") view=Write(write::Page::ProposalsPage) ssr=SSR />
                    <Route path=path!("/connections") view=Settings(settings::Page::ConnectionsPage) ssr=SSR />
                    <Route path=path!("/connections/choose/:id") view=Settings(settings::Page::ChooseAccountPage) ssr=SSR />
                    <Route path=path!("/connections/:id/posts") view=Settings(settings::Page::RecentPostsPage) ssr=SSR />
                    <Route path=path!("/settings/integrations") view=Settings(settings::Page::IntegrationsPage) ssr=SSR />
                    <Route path=path!("/settings/zapier") view=Settings(settings::Page::ZapierPage) ssr=SSR />
                    <Route path=path!("/settings/ai") view=Settings(settings::Page::AiPage) ssr=SSR />
                    <Route path=path!("/settings/voice") view=Settings(settings::Page::VoicePage) ssr=SSR />
                    <Route path=path!("/diagnostics/queue") view=Settings(settings::Page::QueuePage) ssr=SSR />
                    <Route path=path!("/diagnostics/queue/:id") view=Settings(settings::Page::JobPage) ssr=SSR />
                    <Route path=path!("/diagnostics/schedules") view=Settings(settings::Page::SchedulesPage) ssr=SSR />
                    <Route path=path!("/diagnostics") view=Settings(settings::Page::DiagnosticsPage) ssr=SSR />
                    <Route path=path!("/diagnostics/logs") view=Settings(settings::Page::LogsPage) ssr=SSR />
                    <Route path=path!("/diagnostics/:id") view=Settings(settings::Page::ErrorPage) ssr=SSR />
                    <Route path=path!("/companies/new") view=Settings(settings::Page::NewCompanyPage) ssr=SSR />
                    <Route path=path!("/settings/company") view=Settings(settings::Page::CompanyPage) ssr=SSR />
                    <Route path=path!("/settings/members") view=Settings(settings::Page::MembersPage) ssr=SSR />
                    <Route path=path!("/settings/security") view=Settings(settings::Page::SecurityPage) ssr=SSR />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
