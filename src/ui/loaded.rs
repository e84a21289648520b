//! One way to show something that is fetched: skeleton, error with retry, or the data.

use super::{Button, ButtonKind, ErrorNotice};
use crate::domain::error::AppError;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

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
    let skeleton = move || {
        let rows = (0..lines).map(|_| view! { <div class="skeleton h-10 rounded-control"></div> }).collect_view();
        view! {
            <div class="flex flex-col gap-2" role="status" aria-label="Loading">
                {rows}
            </div>
        }
    };
    view! {
        <Transition fallback=skeleton>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(data) => children(data).into_any(),
                        Err(error) => {
                            view! {
                                <div class="flex flex-col items-start gap-2">
                                    <ErrorNotice error=error />
                                    <Button kind=ButtonKind::Secondary kind_type="button" small=true on:click=move |_| resource.refetch()>
                                        "Try again"
                                    </Button>
                                </div>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}
