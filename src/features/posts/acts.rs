//! What can be done with a whole post: edit, duplicate, move to draft, delete, and take it back out of the bin.

use super::calls::{DeletePost, DuplicatePost, RestorePost, UnschedulePost};
use super::model::PostDetail;
use crate::domain::delivery::DeliveryState;
use crate::domain::permission::Permission;
use crate::ui::{Button, ButtonKind, ErrorNotice, FormAction, Glyph, Icon, LinkButton, Notice, PostForm, Tone};
use leptos::prelude::*;

/// The actions behind the buttons.
#[derive(Clone, Copy)]
pub struct Acts {
    pub duplicate: FormAction<DuplicatePost>,
    pub unschedule: FormAction<UnschedulePost>,
    pub delete: FormAction<DeletePost>,
    pub restore: FormAction<RestorePost>,
}

/// The answer of an action that was refused.
#[component]
pub fn Refused(acts: Acts) -> impl IntoView {
    move || {
        let refused = [
            acts.duplicate.value().get().and_then(Result::err),
            acts.unschedule.value().get().and_then(Result::err),
            acts.delete.value().get().and_then(Result::err),
            acts.restore.value().get().and_then(Result::err),
        ];
        refused.into_iter().flatten().next().map(|error| {
            view! {
                <div class="mb-3.5">
                    <ErrorNotice error=error />
                </div>
            }
        })
    }
}

/// For a post that is there.
#[component]
pub fn Buttons(post: PostDetail, acts: Acts) -> impl IntoView {
    let id = post.id;
    let scheduled = post.editable && post.state != DeliveryState::Draft;
    let edit = post.editable.then(|| {
        view! {
            <LinkButton href=format!("/studio?post={id}") kind=ButtonKind::Primary>
                <Icon glyph=Glyph::Pen />
                "Edit"
            </LinkButton>
        }
    });
    let with_id = move || view! { <input type="hidden" name="id" value=id.to_string() /> };
    let rest = post.has_failed_partly().then(|| {
        view! {
            <PostForm action=acts.duplicate>
                {with_id()} <input type="hidden" name="rest" value="true" />
                <Button kind=ButtonKind::Secondary>
                    <Icon glyph=Glyph::Pen />
                    "Edit a copy for the accounts where it failed"
                </Button>
            </PostForm>
        }
    });
    let to_draft = scheduled.then(|| {
        view! {
            <PostForm action=acts.unschedule>
                {with_id()} <Button kind=ButtonKind::Secondary disabled=acts.unschedule.pending()>"Move to draft"</Button>
            </PostForm>
        }
    });
    view! {
        <div class="flex flex-wrap gap-2">
            {edit} {rest}
            <PostForm action=acts.duplicate>
                {with_id()}
                <Button kind=ButtonKind::Secondary disabled=acts.duplicate.pending()>
                    <Icon glyph=Glyph::Copy />
                    "Duplicate"
                </Button>
            </PostForm> {to_draft}
            <PostForm action=acts.delete>
                {with_id()}
                <Button kind=ButtonKind::Danger disabled=acts.delete.pending()>
                    <Icon glyph=Glyph::Trash />
                    "Delete"
                </Button>
            </PostForm>
        </div>
    }
}

/// In the bin: say what became of it, and offer to take it out again.
#[component]
pub fn Deleted(post: PostDetail, acts: Acts) -> impl IntoView {
    let live = post.deliveries.iter().any(|d| d.state == DeliveryState::Live);
    let words = if live {
        "This post is deleted here. What is published stays on the networks; remove it there if you want it gone."
    } else {
        "This post is deleted. Nothing of it will be published."
    };
    let undo = post.role.may(Permission::Publish).then(|| {
        view! {
            <PostForm action=acts.restore>
                <input type="hidden" name="id" value=post.id.to_string() />
                <Button kind=ButtonKind::Secondary small=true disabled=acts.restore.pending()>
                    "Undo"
                </Button>
            </PostForm>
        }
    });
    view! {
        <Notice tone=Tone::Info>
            <div class="flex flex-wrap items-center gap-3">
                <p>{words}</p>
                {undo}
                <LinkButton href="/posts" small=true kind=ButtonKind::Ghost>
                    "All posts"
                </LinkButton>
            </div>
        </Notice>
    }
}
