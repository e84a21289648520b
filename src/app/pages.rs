//! The one table of pages. A new page is one file in its feature and one row here; a row in `nav` if it shall be found
//! in the navigation. Every page is loaded when it is first visited, so the first visit stays light.

use super::frame::Frame;
use super::not_found::NotFound;
use crate::features::accounts::{LoginPage, SecurityPage, SignupPage};
use crate::features::companies::{CompanyPage, InvitePage, MembersPage, NewCompanyPage};
use crate::features::calendar::CalendarPage;
use crate::features::connections::{ChooseAccountPage, ConnectionsPage};
use crate::features::home::HomePage;
use crate::features::posts::{PostPage, PostsPage};
use crate::features::publishing::NeedsPage;
use crate::features::secrets::IntegrationsPage;
use crate::features::studio::page::StudioPage;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

/// All pages are rendered completely before the first byte: status, cookies and redirects depend on their data.
const SSR: SsrMode = SsrMode::Async;

#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view={Lazy::<LoginPage>::new()} ssr=SSR />
                <Route path=path!("/signup") view={Lazy::<SignupPage>::new()} ssr=SSR />
                <Route path=path!("/invite/:token") view={Lazy::<InvitePage>::new()} ssr=SSR />
                <ParentRoute path=path!("") view=Frame ssr=SSR>
                    <Route path=path!("/") view={Lazy::<HomePage>::new()} ssr=SSR />
                    <Route path=path!("/studio") view={Lazy::<StudioPage>::new()} ssr=SSR />
                    <Route path=path!("/calendar") view={Lazy::<CalendarPage>::new()} ssr=SSR />
                    <Route path=path!("/posts") view={Lazy::<PostsPage>::new()} ssr=SSR />
                    <Route path=path!("/posts/:id") view={Lazy::<PostPage>::new()} ssr=SSR />
                    <Route path=path!("/needs") view={Lazy::<NeedsPage>::new()} ssr=SSR />
                    <Route path=path!("/connections") view={Lazy::<ConnectionsPage>::new()} ssr=SSR />
                    <Route path=path!("/connections/choose/:id") view={Lazy::<ChooseAccountPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/integrations") view={Lazy::<IntegrationsPage>::new()} ssr=SSR />
                    <Route path=path!("/companies/new") view={Lazy::<NewCompanyPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/company") view={Lazy::<CompanyPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/members") view={Lazy::<MembersPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/security") view={Lazy::<SecurityPage>::new()} ssr=SSR />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
