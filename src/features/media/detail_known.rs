//! What is known of one file of the library, a card each: its facts, the model that made it, its description, its folder, the posts
//! that use it.

use super::act::AssetAct;
use super::calls::SetAlt;
use super::detail::fields;
use super::facts;
use super::library::{AssetDetail, UsedIn};
use super::model::MAX_ALT;
use super::page::AssetActs;
use crate::ui::{
    Button, Card, CardHead, Chip, FormAction, FormError, PostForm, TextArea, Tone, failure, problem, success, typed,
};
use leptos::prelude::*;

pub fn facts_card(data: &AssetDetail) -> AnyView {
    let mut all = facts::all(&data.card.facts);
    let by = data.by.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    all.push(("Added", format!("{}{by}", data.added.local.short())));
    let rows: Vec<_> = all
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div class="flex justify-between gap-4 border-b border-line px-4 py-1.5 last:border-b-0">
                    <dt class="text-muted">{name}</dt>
                    <dd dir="auto" class="min-w-0 text-right wrap-anywhere">
                        {value}
                    </dd>
                </div>
            }
            .into_any()
        })
        .collect();
    let removed = data.card.details_removed.then(|| {
        view! { <p class="px-4 py-2 text-xs text-faint">"Location and camera details were removed."</p> }.into_any()
    });
    let original = data.original.as_ref().map(|card| {
        let href = format!("/library/{}", card.facts.asset);
        view! {
            <p class="px-4 py-2 text-[13px] text-muted">
                "A copy of " <a href=href dir="auto" class="text-purple-soft underline wrap-anywhere">{card.file_name.clone()}</a>
            </p>
        }
        .into_any()
    });
    view! {
        <Card>
            <CardHead title="Facts" />
            <dl class="text-[13px]">{rows}</dl>
            {original}
            {removed}
        </Card>
    }
    .into_any()
}

/// The mark of a picture that a model made: which one, from which words.
pub fn made_by(data: &AssetDetail) -> AnyView {
    let Some(model) = data.card.made_by.clone() else { return ().into_any() };
    let by = data.by.as_deref().map(|name| format!(" for {name}")).unwrap_or_default();
    let words = format!("{model} made this picture{by} on {}.", data.added.local.short());
    let prompt = data.prompt.clone().filter(|prompt| !prompt.is_empty()).map(|prompt| {
        view! {
            <div>
                <p class="text-xs text-faint">"From the words"</p>
                <p dir="auto" class="whitespace-pre-wrap wrap-anywhere">{prompt}</p>
            </div>
        }
        .into_any()
    });
    view! {
        <Card>
            <CardHead title="Made by AI" />
            <div class="flex flex-col gap-2 p-4 text-[13px]">
                <p>{words}</p>
                {prompt}
                <p class="text-xs text-faint">
                    "Some networks want posts with such a picture to say so. Where one has a switch for it, it is among its options in the Studio; elsewhere say it in the text."
                </p>
            </div>
        </Card>
    }
    .into_any()
}

/// What new posts with this file start with.
pub fn description(data: &AssetDetail, alt: FormAction<SetAlt>) -> AnyView {
    let (id, now) = (data.card.facts.asset, data.card.facts.alt.clone());
    if !data.may_edit {
        let words = if now.is_empty() { "No description yet.".to_owned() } else { now };
        return view! {
            <Card>
                <CardHead title="Description" />
                <p dir="auto" class="px-4 py-3 text-[13px] wrap-anywhere">
                    {words}
                </p>
            </Card>
        }
        .into_any();
    }
    let (error, saved) = (failure(&alt), success(&alt));
    let value = typed(error, "alt", now);
    view! {
        <Card>
            <CardHead title="Description" />
            <PostForm action=alt class="flex flex-col items-start gap-2 p-4">
                <input type="hidden" name="asset" value=id.to_string() />
                <div class="w-full">
                    <TextArea
                        id="library-alt"
                        name="alt"
                        label="Describe it for people who cannot see it"
                        value=Signal::stored(value)
                        hint=format!("New posts with this file start with it. {MAX_ALT} characters at most.")
                        error=problem(error, "alt")
                        rows=3
                    />
                </div>
                <FormError error=error fields=&["alt"] />
                <div class="flex items-center gap-3">
                    <Button small=true disabled=alt.pending()>
                        "Save the description"
                    </Button>
                    <span role="status" class="text-[13px] text-ok">
                        {move || saved.get().then_some("Saved.")}
                    </span>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}

pub fn folder(data: &AssetDetail, acts: AssetActs) -> AnyView {
    let name = |id| data.folders.iter().find(|folder| Some(folder.id) == id).map(|folder| folder.name.clone());
    let current = name(data.folder).unwrap_or_else(|| "No folder".into());
    let id = data.card.facts.asset;
    let move_it = (data.may_edit && !data.folders.is_empty() && data.original.is_none()).then(|| {
        let options: Vec<_> = data
            .folders
            .iter()
            .map(|f| {
                view! {
                    <option value=f.id.to_string() selected=Some(f.id) == data.folder>
                        {f.name.clone()}
                    </option>
                }
                .into_any()
            })
            .collect();
        view! {
            <PostForm action=acts class="flex flex-wrap items-center gap-2">
                {fields(id)}
                <select name="folder" aria-label="Move to" class="max-w-60 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]">
                    <option value="">"No folder"</option>
                    {options}
                </select>
                <Button small=true name="act" value=AssetAct::Move.id() disabled=acts.pending()>
                    "Move"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <Card>
            <CardHead title="Folder" />
            <div class="flex flex-col items-start gap-2 p-4 text-[13px]">
                <p dir="auto" class="wrap-anywhere">
                    {current}
                </p>
                {move_it}
            </div>
        </Card>
    }
    .into_any()
}

pub fn used_in(data: &AssetDetail) -> AnyView {
    let row = |used: &UsedIn| {
        let (tone, words) = if used.out { (Tone::Good, "Published") } else { (Tone::Info, "Not published yet") };
        view! {
            <li class="flex items-center justify-between gap-3 border-b border-line px-4 py-2 last:border-b-0">
                <a href=format!("/posts/{}", used.post) dir="auto" class="min-w-0 truncate text-[13px] hover:underline">
                    {used.title.clone()}
                </a>
                <Chip tone=tone>{words}</Chip>
            </li>
        }
        .into_any()
    };
    let rows: Vec<_> = data.posts.iter().map(row).collect();
    let none = data
        .posts
        .is_empty()
        .then(|| view! { <p class="px-4 py-3 text-[13px] text-muted">"No post uses it."</p> }.into_any());
    let more =
        data.more_posts.then(|| view! { <p class="px-4 py-2 text-xs text-faint">"And more posts."</p> }.into_any());
    view! {
        <Card>
            <CardHead title="Used in" />
            <ul>{rows}</ul>
            {none}
            {more}
        </Card>
    }
    .into_any()
}
