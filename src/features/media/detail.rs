//! One file of the library: large, with what is known of it, its description, where it is used, what each network says to it, and
//! its copies.

use super::act::{AssetAct, AssetOutcome};
use super::calls::{MakeCopy, SetAlt, load_asset};
use super::converting::{ConvertCard, Converting};
use super::detail_known::{description, facts_card, folder, made_by, used_in};
use super::detail_networks::{copies, networks};
use super::library::AssetDetail;
use super::model::AssetCard;
use super::page::{AssetActs, outcome_toast};
use super::tiles;
use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use crate::domain::post::MediaKind;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, FormAction, FormError, Glyph, Icon, LinkButton, Loaded, Notice, PostForm, Screen, Tone,
    done, failure,
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
    converting: Converting,
}

impl Screen for AssetPage {
    fn data() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let forms = Forms {
            acts: AssetActs::staying(),
            alt: FormAction::staying(),
            copy: FormAction::new(),
            converting: Converting::new(),
        };
        let outcome = Memo::new(move |_| {
            query.with(|q| {
                AssetOutcome::parse(q.get_str("did").unwrap_or_default(), q.get_str("not").unwrap_or_default())
            })
        });
        let acted = done(&forms.acts);
        let made = forms.converting.made;
        let key = move || (params.with(|p| p.get("id")).unwrap_or_default(), acted.get(), made.get());
        let data = Resource::new(key, |(id, ..)| async move {
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
pub(super) fn fields(id: AssetId) -> AnyView {
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
    let may_convert = data.may_edit && card.facts.kind() == MediaKind::Video;
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
                {may_convert.then(|| view! { <ConvertCard card=card.clone() converting=forms.converting /> }.into_any())}
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
