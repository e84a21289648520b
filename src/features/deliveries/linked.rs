//! What was found when somebody linked a post by hand (`?linked=` in the address of the page), with the way back.

use super::calls::{UnlinkPost, view_linked_post};
use crate::domain::error::ErrorKind;
use crate::domain::ids::DeliveryId;
use crate::ui::toast::AddressToast;
use crate::ui::{Button, ButtonKind, FormAction, FormError, Loaded, PostForm, failure};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

/// The delivery that the address speaks of.
pub fn just_linked() -> Memo<Option<DeliveryId>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|q| q.get_str("linked").and_then(|id| id.parse().ok())))
}

/// The address of the page that is shown, as a form sends it along.
pub fn this_page() -> String {
    let here = use_location();
    let (path, query) = (here.pathname.get_untracked(), here.search.get_untracked());
    if query.is_empty() { path } else { format!("{path}?{}", query.trim_start_matches('?')) }
}

#[component]
pub fn LinkResult() -> impl IntoView {
    let linked = just_linked();
    let found = Resource::new(
        move || linked.get(),
        async |id| match id {
            // An address that somebody made up shows nothing.
            Some(id) => {
                view_linked_post(id).await.or_else(|e| if e.kind == ErrorKind::NotFound { Ok(None) } else { Err(e) })
            }
            None => Ok(None),
        },
    );
    let undo = FormAction::<UnlinkPost>::staying();
    view! {
        <Loaded resource=found lines=0 let:found>
            {found
                .zip(linked.get_untracked())
                .map(|(post, id)| {
                    let page = this_page();
                    let close = without(&page);
                    let see = post
                        .url
                        .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
                        .map(|href| {
                            view! {
                                <a href=href target="_blank" rel="noopener noreferrer" class=ButtonKind::Secondary.class(true)>
                                    {format!("See it on {}", post.platform.name())}
                                    <span class="sr-only">" (in a new tab)"</span>
                                </a>
                            }
                                .into_any()
                        });
                    let buttons = view! {
                        {see}
                        <PostForm action=undo>
                            <input type="hidden" name="delivery" value=id.to_string() />
                            <input type="hidden" name="back" value=page.clone() />
                            <Button small=true disabled=undo.pending()>
                                "Undo"
                            </Button>
                        </PostForm>
                    };
                    let text = match post.by_hand {
                        true => format!("Marked as posted for {}.", post.handle),
                        false => format!("Linked for {}.", post.handle),
                    };
                    view! {
                        <AddressToast text=text close=close buttons=buttons.into_any() lasts=true>
                            <p dir="auto" class="text-muted">
                                {post.note}
                            </p>
                            <FormError error=failure(&undo) />
                        </AddressToast>
                    }
                        .into_any()
                })}
        </Loaded>
    }
}

/// The page without what it has to say.
fn without(page: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let kept: Vec<_> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("linked=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_leaves_the_rest_of_the_address() {
        assert_eq!(without("/needs?linked=1"), "/needs");
        assert_eq!(without("/needs?older=2&linked=1"), "/needs?older=2");
        assert_eq!(without("/posts/7"), "/posts/7");
    }
}
