//! The one table of pages. A new page is one file in its feature and one row here.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, LazyRoute, SsrMode, lazy_route, path};

#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| view! { <main><h1>"This page does not exist"</h1></main> }>
                <Route path=path!("/login") view={Lazy::<Probe>::new()} ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

pub struct Probe;

#[lazy_route]
impl LazyRoute for Probe {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <h1>"Sign in"</h1> }.into_any()
    }
}
