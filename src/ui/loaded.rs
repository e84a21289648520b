//! One way to show something that is fetched: skeleton, error with retry, or the data.
//!
//! Leptos compiles about 16 kB for each `<Transition>` whose content is of another type. So there is one here ([`suspended`]),
//! its content is an [`AnyView`], and whatever waits for data is shown by it.

use super::{Button, ButtonKind, ErrorNotice};
use crate::domain::error::AppError;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A view that is not there before its data is.
pub type FutureView = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// Shows what `view` resolves to; when it runs again, the old view stays meanwhile. Before the first: `lines` of skeleton.
pub fn suspended(lines: usize, view: impl Fn() -> FutureView + Send + Sync + 'static) -> AnyView {
    // Compiled once, as no type of the caller's reaches it.
    fn transition(lines: usize, view: Arc<dyn Fn() -> FutureView + Send + Sync>) -> AnyView {
        let skeleton = move || {
            (lines > 0).then(|| {
                let rows = (0..lines).map(|_| view! { <div class="skeleton h-10 rounded-control"></div> }.into_any());
                view! {
                    <div class="flex flex-col gap-2" role="status" aria-label="Loading">
                        {rows.collect_view()}
                    </div>
                }
                .into_any()
            })
        };
        view! { <Transition fallback=skeleton>{move || Suspend::new(view())}</Transition> }.into_any()
    }
    transition(lines, Arc::new(view))
}

/// Shows a resource. While it reloads the old content stays.
#[component]
pub fn Loaded<T, F, V>(
    resource: Resource<Result<T, AppError>>,
    /// Lines of the skeleton.
    #[prop(default = 4)]
    lines: usize,
    children: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    suspended(lines, move || {
        let children = children.clone();
        Box::pin(async move {
            match resource.await {
                Ok(data) => children(data).into_any(),
                Err(error) => failed(error, Callback::new(move |()| resource.refetch())),
            }
        })
    })
}

/// The error, with a button that tries again.
fn failed(error: AppError, again: Callback<()>) -> AnyView {
    view! {
        <div class="flex flex-col items-start gap-2">
            <ErrorNotice error=error />
            <Button kind=ButtonKind::Secondary kind_type="button" small=true on:click=move |_| again.run(())>
                "Try again"
            </Button>
        </div>
    }
    .into_any()
}
