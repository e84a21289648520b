//! The one table of pages. A new page is one file in its feature and one row here; a row in `nav` if it shall be found
//! in the navigation. Every page is loaded when it is first visited, so the first visit stays light.

use super::frame::Frame;
use super::not_found::NotFound;
use crate::features::accounts::{LoginPage, SecurityPage, SignupPage};
use crate::features::companies::{CompanyPage, InvitePage, MembersPage, NewCompanyPage};
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
                    <Route path=path!("/companies/new") view={Lazy::<NewCompanyPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/company") view={Lazy::<CompanyPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/members") view={Lazy::<MembersPage>::new()} ssr=SSR />
                    <Route path=path!("/settings/security") view={Lazy::<SecurityPage>::new()} ssr=SSR />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
