//! Folders on the library's page: which one is shown, a new one, another name, and deleting with the way back.

use super::act::FolderAct;
use super::calls::{ActOnFolder, NameFolder};
use super::library::FolderCard;
use crate::domain::ids::FolderId;
use crate::ui::toast::AddressToast;
use crate::ui::{Button, ButtonKind, FormAction, FormError, PostForm, TextInput, failure, problem, typed};
use leptos::prelude::*;

/// What is done with folders. Kept by the page.
#[derive(Clone, Copy)]
pub struct Folders {
    pub name: FormAction<NameFolder>,
    pub act: FormAction<ActOnFolder>,
}

impl Folders {
    pub fn new() -> Self {
        Self { name: FormAction::staying(), act: FormAction::staying() }
    }
}

/// The folders as links, and what can be done with the one that is shown. `href` makes the address of one, or of all files.
#[component]
pub fn FolderBar(
    folders: Vec<FolderCard>,
    shown: Option<FolderId>,
    may_edit: bool,
    forms: Folders,
    href: Callback<Option<FolderId>, String>,
) -> impl IntoView {
    let link = |id: Option<FolderId>, name: String| {
        let on = id == shown;
        let class = if on {
            "max-w-60 truncate rounded-full border border-purple bg-surface-2 px-3 text-[13px] leading-7 text-text"
        } else {
            "max-w-60 truncate rounded-full border border-line px-3 text-[13px] leading-7 text-muted hover:bg-surface-2 hover:text-text"
        };
        view! {
            <a class=class href=href.run(id) dir="auto" aria-current=on.then_some("page")>
                {name}
            </a>
        }
        .into_any()
    };
    let mut links = vec![link(None, "All folders".into())];
    links.extend(folders.iter().map(|folder| link(Some(folder.id), folder.name.clone())));
    let current = folders.into_iter().find(|folder| Some(folder.id) == shown);
    let edit = may_edit.then(|| {
        view! {
            <div class="flex flex-wrap items-start gap-2">
                {name_form(None, forms)} {current.map(|folder| one(folder, forms))}
            </div>
        }
        .into_any()
    });
    view! {
        <div class="flex flex-col gap-2">
            <div class="flex flex-wrap items-start gap-x-3 gap-y-2">
                <nav class="flex flex-wrap gap-1.5" aria-label="Folders">
                    {links}
                </nav>
                {edit}
            </div>
            <FormError error=failure(&forms.act) />
        </div>
    }
}

/// Another name for the folder that is shown, and deleting it.
fn one(folder: FolderCard, forms: Folders) -> AnyView {
    let id = folder.id;
    view! {
        {name_form(Some(folder), forms)}
        <PostForm action=forms.act>
            <input type="hidden" name="folder" value=id.to_string() />
            <Button
                kind=ButtonKind::Danger
                small=true
                name="act"
                value=FolderAct::Delete.id()
                disabled=forms.act.pending()
            >
                "Delete this folder"
            </Button>
        </PostForm>
    }
    .into_any()
}

/// A name for a new folder, or another one for `folder`.
fn name_form(folder: Option<FolderCard>, forms: Folders) -> AnyView {
    let error = failure(&forms.name);
    let (words, button, id) = match &folder {
        None => ("New folder", "Make the folder", "folder-new"),
        Some(_) => ("Rename", "Save the name", "folder-name"),
    };
    let now = folder.as_ref().map(|folder| folder.name.clone()).unwrap_or_default();
    let value = typed(error, "name", now);
    let open = error.get_untracked().is_some() && folder.is_none();
    let hidden =
        folder.map(|folder| view! { <input type="hidden" name="folder" value=folder.id.to_string() /> }.into_any());
    view! {
        <details class="rounded-control open:border open:border-line open:p-3" open=open>
            <summary class=format!("list-none [&::-webkit-details-marker]:hidden {}", ButtonKind::Ghost.class(true))>{words}</summary>
            <PostForm action=forms.name class="mt-2 flex flex-col items-start gap-2">
                {hidden}
                <TextInput
                    id=id
                    name="name"
                    label="Name of the folder"
                    value=Signal::stored(value)
                    error=problem(error, "name")
                    required=true
                />
                <FormError error=error fields=&["name"] />
                <Button small=true disabled=forms.name.pending()>
                    {button}
                </Button>
            </PostForm>
        </details>
    }
    .into_any()
}

/// A folder was deleted: the way back.
pub fn gone(folder: FolderId, forms: Folders) -> AnyView {
    let undo = view! {
        <PostForm action=forms.act>
            <input type="hidden" name="folder" value=folder.to_string() />
            <Button small=true name="act" value=FolderAct::Restore.id() disabled=forms.act.pending()>
                "Undo"
            </Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The folder is deleted." close="/library" buttons=undo.into_any() lasts=true>
            <p class="text-xs text-muted">"Its files are kept, in no folder."</p>
        </AddressToast>
    }
    .into_any()
}
