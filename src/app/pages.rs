//! The one table of pages. A new page is one file in its feature and one row here; a row in `nav` if it shall be found
//! in the navigation.

use super::frame::Frame;
use super::not_found::NotFound;
use crate::features::accounts::{LoginPage, SecurityPage, SignupPage};
use crate::features::calendar::CalendarPage;
use crate::features::companies::{CompanyPage, InvitePage, MembersPage, NewCompanyPage};
use crate::features::connections::{ChooseAccountPage, ConnectionsPage};
use crate::features::home::HomePage;
use crate::features::posts::{PostPage, PostsPage};
use crate::features::publishing::NeedsPage;
use crate::features::queue::{JobPage, QueuePage, SchedulesPage};
use crate::features::secrets::IntegrationsPage;
use crate::features::studio::page::StudioPage;
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
                <Route path=path!("/login") view={screen::<LoginPage>} ssr=SSR />
                <Route path=path!("/signup") view={screen::<SignupPage>} ssr=SSR />
                <Route path=path!("/invite/:token") view={screen::<InvitePage>} ssr=SSR />
                <ParentRoute path=path!("") view=Frame ssr=SSR>
                    <Route path=path!("/") view={screen::<HomePage>} ssr=SSR />
                    <Route path=path!("/studio") view={screen::<StudioPage>} ssr=SSR />
                    <Route path=path!("/calendar") view={screen::<CalendarPage>} ssr=SSR />
                    <Route path=path!("/posts") view={screen::<PostsPage>} ssr=SSR />
                    <Route path=path!("/posts/:id") view={screen::<PostPage>} ssr=SSR />
                    <Route path=path!("/needs") view={screen::<NeedsPage>} ssr=SSR />
                    <Route path=path!("/connections") view={screen::<ConnectionsPage>} ssr=SSR />
                    <Route path=path!("/connections/choose/:id") view={screen::<ChooseAccountPage>} ssr=SSR />
                    <Route path=path!("/settings/integrations") view={screen::<IntegrationsPage>} ssr=SSR />
                    <Route path=path!("/settings/queue") view={screen::<QueuePage>} ssr=SSR />
                    <Route path=path!("/settings/queue/:id") view={screen::<JobPage>} ssr=SSR />
                    <Route path=path!("/settings/schedules") view={screen::<SchedulesPage>} ssr=SSR />
                    <Route path=path!("/companies/new") view={screen::<NewCompanyPage>} ssr=SSR />
                    <Route path=path!("/settings/company") view={screen::<CompanyPage>} ssr=SSR />
                    <Route path=path!("/settings/members") view={screen::<MembersPage>} ssr=SSR />
                    <Route path=path!("/settings/security") view={screen::<SecurityPage>} ssr=SSR />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
