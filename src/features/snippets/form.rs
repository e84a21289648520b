//! The form in which a snippet is written.

use super::calls::SaveSnippet;
use super::model::{MAX_NAME, SnippetCard, SnippetKind};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, FormAction, FormError, LinkButton, PostForm, SelectBox, TextArea, TextInput,
    failure, problem, typed,
};
use leptos::prelude::*;

/// For a new one of this kind that begins with this text, or for `edited`. `back`: the page without the form; `folders`: proposals.
#[component]
pub fn SnippetForm(
    action: FormAction<SaveSnippet>,
    kind: SnippetKind,
    edited: Option<SnippetCard>,
    begin: String,
    folders: Vec<String>,
    back: String,
) -> impl IntoView {
    let error = failure(&action);
    let title = if edited.is_some() { "Change the snippet" } else { "New snippet" };
    let kind = edited.as_ref().map_or(kind, |card| card.kind);
    let hidden = edited.as_ref().map(|card| {
        view! {
            <input type="hidden" name="snippet" value=card.id.to_string() />
            <input type="hidden" name="version" value=card.version.to_string() />
        }
        .into_any()
    });
    let now = |field: &str| {
        let Some(card) = &edited else {
            return match field {
                "name" => begin.trim().lines().next().unwrap_or_default().chars().take(MAX_NAME).collect(),
                "text" => begin.clone(),
                _ => String::new(),
            };
        };
        match field {
            "name" => card.name.clone(),
            "folder" => card.folder.clone(),
            "tags" => card.tags.join(", "),
            _ => card.text.clone(),
        }
    };
    let [name, folder, tags, text] =
        ["name", "folder", "tags", "text"].map(|field| Signal::stored(typed(error, field, now(field))));
    let kinds = SnippetKind::ALL.map(|kind| (kind.id().to_owned(), kind.name().to_owned())).to_vec();
    let cancel = back.clone();
    let known: Vec<_> = folders.into_iter().map(|name| view! { <option value=name></option> }.into_any()).collect();
    view! {
        <Card>
            <CardHead title=title />
            <PostForm action=action class="flex flex-col gap-2 p-4">
                {hidden}
                <input type="hidden" name="back" value=back />
                <div class="grid gap-x-4 gap-y-2 min-[701px]:grid-cols-2">
                    <TextInput
                        id="snippet-name"
                        name="name"
                        label="Name"
                        hint="So that you find it again."
                        value=name
                        error=problem(error, "name")
                        required=true
                    />
                    <SelectBox
                        id="snippet-kind"
                        name="kind"
                        label="Kind"
                        options=kinds
                        value=Signal::stored(kind.id().to_owned())
                        hint="Saved replies are offered under comments, where {{name}} becomes the name of whoever wrote; all others in the studio."
                    />
                </div>
                <TextArea
                    id="snippet-text"
                    name="text"
                    label="The text"
                    hint="What changes each time goes in double braces: {{product}}, {{price}}, {{date}}. You are asked for it when you use the snippet."
                    rows=6
                    value=text
                    error=problem(error, "text")
                />
                <div class="grid gap-x-4 gap-y-2 min-[701px]:grid-cols-2">
                    <TextInput
                        id="snippet-folder"
                        name="folder"
                        label="Folder"
                        hint="May stay empty."
                        value=folder
                        error=problem(error, "folder")
                        list="snippet-folders"
                    />
                    <datalist id="snippet-folders">{known}</datalist>
                    <TextInput
                        id="snippet-tags"
                        name="tags"
                        label="Tags"
                        hint="With commas between them. May stay empty."
                        value=tags
                        error=problem(error, "tags")
                    />
                </div>
                <FormError error=error fields=&["name", "text", "folder", "tags"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=action.pending()>
                        "Save the snippet"
                    </Button>
                    <LinkButton href=cancel>"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
}
