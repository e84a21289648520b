//! One file of the library: large, with what is known of it, its description, where it is used, what each network says to it, and
//! its copies.

use super::act::{AssetAct, AssetOutcome};
use super::calls::{MakeCopy, SetAlt, load_asset};
use super::facts;
use super::library::{AssetDetail, UsedIn};
use super::model::{AssetCard, MAX_ALT};
use super::page::{AssetActs, outcome_toast};
use super::tiles;
use super::verdict::{Verdict, verdicts};
use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use crate::domain::limits::fit::{Need, Reshape, in_words};
use crate::domain::post::{Format, MediaKind};
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, Glyph, Icon, LinkButton, Loaded, Notice,
    PlatformIcon, PostForm, Screen, TextArea, Tone, done, failure, problem, success, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/library/:id`
pub struct AssetPage {
    data: Resource<Result<AssetDetail, AppError>>,
    forms: Forms,
    outcome: Memo<Option<AssetOutcome>>,
}

/// What is done with the file. Kept by the page.
#[derive(Clone, Copy)]
struct Forms {
    acts: AssetActs,
    alt: FormAction<SetAlt>,
    copy: FormAction<MakeCopy>,
}

impl Screen for AssetPage {
    fn data() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let forms = Forms { acts: AssetActs::staying(), alt: FormAction::staying(), copy: FormAction::new() };
        let outcome = Memo::new(move |_| {
            query.with(|q| {
                AssetOutcome::parse(q.get_str("did").unwrap_or_default(), q.get_str("not").unwrap_or_default())
            })
        });
        let acted = done(&forms.acts);
        let key = move || (params.with(|p| p.get("id")).unwrap_or_default(), acted.get());
        let data = Resource::new(key, |(id, _)| async move {
            match id.parse() {
                Ok(id) => load_asset(id).await,
                Err(_) => Err(AppError::not_found("file")),
            }
        });
        Self { data, forms, outcome }
    }

    fn view(this: Self) -> AnyView {
        let AssetPage { data, forms, outcome } = this;
        let params = use_params_map();
        let told = move || {
            // Of a file that is deleted, the page itself says it.
            let outcome = outcome.get().filter(|it| it.act != AssetAct::Delete || it.done.is_empty())?;
            let back = format!("/library/{}", params.with_untracked(|p| p.get("id")).unwrap_or_default());
            Some(outcome_toast(outcome, &back, &[], forms.acts))
        };
        view! {
            <PageHead title="File">
                <LinkButton href="/library">"All files"</LinkButton>
            </PageHead>
            <div class="mb-3.5 flex flex-col gap-2 empty:hidden">
                <FormError error=failure(&forms.acts) />
                <FormError error=failure(&forms.copy) />
            </div>
            <Loaded resource=data lines=6 let:data>
                {whole(data, forms)}
            </Loaded>
            {told}
        }
        .into_any()
    }
}

/// The fields that say with which file, and which page to show again.
fn fields(id: AssetId) -> AnyView {
    view! {
        <input type="hidden" name="ids[]" value=id.to_string() />
        <input type="hidden" name="back" value=format!("/library/{id}") />
    }
    .into_any()
}

fn whole(data: AssetDetail, forms: Forms) -> AnyView {
    if let Some(on) = &data.removed_on {
        return deleted(&data, &on.local.day.short(), forms.acts);
    }
    let card = data.card.clone();
    let right = view! {
        {facts_card(&data)}
        {made_by(&data)}
        {description(&data, forms.alt)}
        {folder(&data, forms.acts)}
        {used_in(&data)}
        {data.may_edit.then(|| buttons(card.facts.asset, forms.acts))}
    };
    view! {
        <div class="grid max-w-page gap-3.5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] lg:items-start">
            <div class="flex min-w-0 flex-col gap-3.5">
                {large(&card)}
                {networks(&data, forms.copy)}
                {copies(&data)}
            </div>
            <div class="flex min-w-0 flex-col gap-3.5">{right}</div>
        </div>
    }
    .into_any()
}

/// In the bin: until when it can be taken out again.
fn deleted(data: &AssetDetail, day: &str, acts: AssetActs) -> AnyView {
    let words = format!("“{}” is deleted. It is removed for good on {day}.", data.card.file_name);
    let id = data.card.facts.asset;
    let undo = data.may_edit.then(|| {
        view! {
            <PostForm action=acts>
                {fields(id)}
                <Button small=true name="act" value=AssetAct::Restore.id() disabled=acts.pending()>
                    "Undo"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <Notice tone=Tone::Info>
            <div class="flex flex-wrap items-center gap-3">
                <p dir="auto" class="min-w-0 wrap-anywhere">
                    {words}
                </p>
                {undo}
                <LinkButton href="/library" small=true kind=ButtonKind::Ghost>
                    "All files"
                </LinkButton>
            </div>
        </Notice>
    }
    .into_any()
}

/// The file itself.
fn large(card: &AssetCard) -> AnyView {
    let (url, name) = (card.url.clone(), card.file_name.clone());
    let alt = if card.facts.alt.is_empty() { name.clone() } else { card.facts.alt.clone() };
    let shown = match card.facts.kind() {
        MediaKind::Video => {
            let poster = card.has_thumb.then(|| card.thumb());
            view! {
                <video
                    controls=true
                    preload="metadata"
                    src=url.clone()
                    poster=poster
                    aria-label=alt
                    class="max-h-[70vh] w-full rounded-control bg-surface-3"
                ></video>
            }
            .into_any()
        }
        MediaKind::Picture => view! {
            <img src=url.clone() alt=alt class="max-h-[70vh] w-full rounded-control bg-surface-3 object-contain" />
        }
        .into_any(),
        MediaKind::Document => view! { <div class="w-40">{tiles::picture(card)}</div> }.into_any(),
    };
    view! {
        <Card class="flex flex-col gap-3 p-4">
            <h2 dir="auto" class="text-sm font-semibold wrap-anywhere">
                {name.clone()}
            </h2>
            {shown}
            <a href=url download=name rel="external" class="self-start text-[13px] text-purple-soft underline hover:text-text">
                "Download the file"
            </a>
        </Card>
    }
    .into_any()
}

fn facts_card(data: &AssetDetail) -> AnyView {
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
fn made_by(data: &AssetDetail) -> AnyView {
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
fn description(data: &AssetDetail, alt: FormAction<SetAlt>) -> AnyView {
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

fn folder(data: &AssetDetail, acts: AssetActs) -> AnyView {
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

fn used_in(data: &AssetDetail) -> AnyView {
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

fn buttons(id: AssetId, acts: AssetActs) -> AnyView {
    view! {
        <PostForm action=acts class="flex flex-wrap gap-2">
            {fields(id)}
            <Button kind=ButtonKind::Primary name="act" value=AssetAct::Use.id() disabled=acts.pending()>
                <Icon glyph=Glyph::Studio />
                "Use in a post"
            </Button>
            <Button kind=ButtonKind::Danger name="act" value=AssetAct::Delete.id() disabled=acts.pending()>
                <Icon glyph=Glyph::Trash />
                "Delete"
            </Button>
        </PostForm>
    }
    .into_any()
}

/// What each network says to the file as it is, and the copy that it would take.
fn networks(data: &AssetDetail, copy: FormAction<MakeCopy>) -> AnyView {
    let may_copy = data.may_edit;
    let card = &data.card;
    let rows: Vec<_> =
        verdicts(&card.facts).into_iter().map(|verdict| network(verdict, card, may_copy, copy)).collect();
    view! {
        <Card>
            <CardHead title="Which networks take it" />
            <ul>{rows}</ul>
        </Card>
    }
    .into_any()
}

fn network(verdict: Verdict, card: &AssetCard, may_copy: bool, copy: FormAction<MakeCopy>) -> AnyView {
    let Verdict { platform, takes, reasons, copy: offer } = verdict;
    let (tone, words) = match takes.as_slice() {
        [] => (Tone::Bad, "Not as it is".to_owned()),
        formats => {
            let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
            (Tone::Good, format!("Takes it: {}", names.join(", ")))
        }
    };
    let reasons: Vec<_> = reasons.into_iter().map(|reason| view! { <li>{reason}</li> }.into_any()).collect();
    let form = offer.filter(|_| may_copy).map(|(format, need)| copy_form(platform, format, need, card, copy));
    view! {
        <li class=format!("flex flex-col gap-1.5 border-b border-l-[3px] border-line px-4 py-2.5 last:border-b-0 {}", platform.edge())>
            <div class="flex flex-wrap items-center justify-between gap-2 text-[13px]">
                <span class="flex items-center gap-2">
                    <PlatformIcon platform=platform />
                    {platform.name()}
                </span>
                <Chip tone=tone>{words}</Chip>
            </div>
            <ul class="flex flex-col gap-1 text-[13px] text-muted empty:hidden">{reasons}</ul>
            {form}
        </li>
    }
    .into_any()
}

/// One press makes the copy. Where its shape changes, one can choose how, and sees it.
fn copy_form(
    platform: crate::domain::platform::Platform,
    format: Format,
    need: Need,
    card: &AssetCard,
    copy: FormAction<MakeCopy>,
) -> AnyView {
    let (reshape, part) = (RwSignal::new(Reshape::Crop), RwSignal::new(50u8));
    let choices = need.shape.map(|shape| shapes(shape, card, reshape, part));
    let asset = card.facts.asset.to_string();
    view! {
        <PostForm action=copy class="flex flex-col items-start gap-2">
            <input type="hidden" name="asset" value=asset />
            <input type="hidden" name="platform" value=platform.id() />
            <input type="hidden" name="format" value=format.id() />
            {choices}
            <Button small=true label=format!("Make a copy that fits {}", platform.name()) disabled=copy.pending()>
                <Icon glyph=Glyph::Media />
                "Make a copy that fits"
            </Button>
            <p class="text-xs text-faint">{move || format!("Copy: {}", need.words(reshape.get()))}</p>
        </PostForm>
    }
    .into_any()
}

fn shapes(shape: (u32, u32), card: &AssetCard, reshape: RwSignal<Reshape>, part: RwSignal<u8>) -> AnyView {
    let (width, height) = (u64::from(card.facts.width), u64::from(card.facts.height));
    let too_wide = width * u64::from(shape.1) > height * u64::from(shape.0);
    let (cut, keep) = if too_wide {
        ("Cut off the sides", "Part to keep, from left to right")
    } else {
        ("Cut off top and bottom", "Part to keep, from top to bottom")
    };
    // As the server cuts it: so many per cent of what is too much lie before the part that is kept.
    let position = move || if too_wide { format!("{}% 50%", part.get()) } else { format!("50% {}%", part.get()) };
    let class = move || match reshape.get() {
        Reshape::Crop => "w-32 rounded-control border border-line object-cover",
        Reshape::Pad => "w-32 rounded-control border border-line bg-white object-contain",
    };
    let radio = move |choice: Reshape, value: &'static str, words: &'static str| {
        view! {
            <label class="target flex cursor-pointer items-center gap-2">
                <input
                    type="radio"
                    name="pad"
                    value=value
                    class="accent-purple-fill"
                    checked=choice == Reshape::Crop
                    on:change=move |_| reshape.set(choice)
                />
                {words}
            </label>
        }
        .into_any()
    };
    view! {
        <div class="flex flex-wrap items-start gap-3">
            <img
                src=card.thumb()
                alt=""
                class=class
                style:aspect-ratio=format!("{} / {}", shape.0, shape.1)
                style:object-position=position
            />
            <fieldset class="flex flex-col gap-1.5 text-[13px]">
                <legend class="mb-1 text-xs text-muted">{format!("It becomes {}", in_words(shape))}</legend>
                {radio(Reshape::Crop, "false", cut)}
                {radio(Reshape::Pad, "true", "Add white")}
                <label class="flex max-w-60 flex-col gap-1 text-xs text-muted" class:hidden=move || reshape.get() == Reshape::Pad>
                    {keep}
                    <input
                        type="range"
                        name="part"
                        min="0"
                        max="100"
                        step="5"
                        value="50"
                        class="target w-full accent-purple-fill"
                        on:input=move |event| part.set(event_target_value(&event).parse().unwrap_or(50))
                    />
                </label>
            </fieldset>
        </div>
    }
    .into_any()
}

fn copies(data: &AssetDetail) -> AnyView {
    if data.copies.is_empty() {
        return ().into_any();
    }
    let copies: Vec<_> = data
        .copies
        .iter()
        .map(|card| {
            view! {
                <li class="min-w-0">
                    <a
                        href=format!("/library/{}", card.facts.asset)
                        class="flex flex-col gap-1 rounded-control border border-line bg-surface-2 p-1.5 hover:border-line-strong"
                    >
                        {tiles::picture(card)}
                        <span dir="auto" class="truncate text-[13px]">
                            {card.file_name.clone()}
                        </span>
                        <span class="truncate text-xs text-faint">
                            {format!("{} × {}, {}", card.facts.width, card.facts.height, facts::size(card.facts.bytes))}
                        </span>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <Card>
            <CardHead title="Copies of it" />
            <ul class="grid grid-cols-[repeat(auto-fill,minmax(min(140px,44%),1fr))] gap-3 p-3">{copies}</ul>
        </Card>
    }
    .into_any()
}
