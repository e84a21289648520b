//! Pictures by a model, on the library's page: the form with what they will cost, and how far the requests are. While one is under way
//! the page looks again; without JavaScript a link does.

use super::calls::{ActOnMaking, MakePictures, load_makings, load_painter};
use super::made::{MOST, MakingAct, MakingCard, MakingState, PainterBoard, PainterCard, Shape, ShapeCard};
use super::tiles;
use crate::domain::error::AppError;
use crate::ui::{
    Button, ButtonKind, FormAction, FormError, Glyph, Icon, LinkButton, Loaded, PostForm, SelectBox, TextArea, browser,
    done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

/// How often a page looks while a picture is being made.
const REFRESH: Duration = Duration::from_secs(2);
/// The description.
const FIELD: &str = "making-prompt";

/// What is typed, and what is under way. Kept by the page.
#[derive(Clone, Copy)]
pub struct Making {
    painter: Resource<Result<PainterBoard, AppError>>,
    makings: Resource<Result<Vec<MakingCard>, AppError>>,
    make: FormAction<MakePictures>,
    act: FormAction<ActOnMaking>,
    look: RwSignal<u32>,
    /// Pictures that were made since the page was opened: what the list is read anew for.
    pub made: RwSignal<u32>,
    shape: RwSignal<Shape>,
    count: RwSignal<u32>,
    opened: bool,
}

impl Making {
    pub fn new() -> Self {
        let (make, act) = (FormAction::staying(), FormAction::staying());
        let (asked, acted, look) = (done(&make), done(&act), RwSignal::new(0));
        let painter = Resource::new_blocking(|| (), |()| load_painter());
        let makings =
            Resource::new_blocking(move || (asked.get(), acted.get(), look.get()), |_| async { load_makings().await });
        let opened = use_query_map().with_untracked(|query| query.get_str("making").is_some());
        Self {
            painter,
            makings,
            make,
            act,
            look,
            made: RwSignal::new(0),
            shape: RwSignal::default(),
            count: RwSignal::new(1),
            opened,
        }
    }
}

/// The form, or one line that says what a key would add; below it what is under way.
#[component]
pub fn MakePicturesHere(making: Making) -> impl IntoView {
    let m = making;
    let known = StoredValue::new(None::<usize>);
    let moves = StoredValue::new(false);
    Effect::new(move |_| {
        let Some(Ok(all)) = m.makings.get() else { return };
        moves.set_value(all.iter().any(|card| card.state == MakingState::Making));
        let made = all.iter().map(|card| card.made.len()).sum::<usize>();
        if known.get_value().is_some_and(|had| made > had) {
            m.made.update(|n| *n += 1);
        }
        known.set_value(Some(made));
    });
    browser::keep_fresh(REFRESH, move || {
        if moves.try_get_value().unwrap_or_default() {
            m.look.try_update(|n| *n += 1);
        }
    });
    view! {
        <section aria-label="Pictures by AI" class="flex flex-col gap-2.5">
            <Loaded resource=m.painter lines=1 let:board>
                {form(board, m)}
            </Loaded>
            <FormError error=failure(&m.act) />
            <Loaded resource=m.makings lines=1 let:all>
                {under_way(all, m)}
            </Loaded>
        </section>
    }
}

fn form(board: PainterBoard, m: Making) -> AnyView {
    if !board.may_make {
        return ().into_any();
    }
    let Some(painter) = board.painter else {
        let link = board
            .settings
            .map(|href| view! { <a class="text-purple-soft underline" href=href>"Open the settings"</a> }.into_any());
        return view! { <p class="text-xs text-faint">{board.why_not} " " {link}</p> }.into_any();
    };
    let error = failure(&m.make);
    let opened = m.opened || error.with_untracked(Option::is_some);
    let cost = cost(painter.clone(), m);
    let shape_of = |card: &ShapeCard| {
        let (width, height) = card.size;
        let one = card.costs.first().cloned().unwrap_or_default();
        (card.shape.id().to_owned(), format!("{}, {width} × {height}, about {one} each", card.shape.name()))
    };
    let shapes: Vec<_> = painter.shapes.iter().map(shape_of).collect();
    let counts = (1..=MOST).map(|n| (n.to_string(), if n == 1 { "1 picture".into() } else { format!("{n} pictures") }));
    let stand_in = painter.stand_in.then(|| {
        view! { <p class="text-xs text-faint">"A stand-in answers in the place of the model: it draws stripes."</p> }.into_any()
    });
    let prompt = typed(error, "prompt", String::new());
    let shape = typed(error, "shape", Shape::default().id().into());
    let count = typed(error, "count", "1".into());
    m.shape.set(Shape::parse(&shape).unwrap_or_default());
    m.count.set(count.parse().unwrap_or(1).clamp(1, MOST));
    view! {
        <details open=opened class="rounded-card border border-line bg-surface-1 p-3">
            <summary class="target cursor-pointer text-[13px] font-medium">"Make a picture with AI"</summary>
            <PostForm action=m.make class="mt-3 flex flex-col gap-3">
                <TextArea
                    id=FIELD
                    name="prompt"
                    label="What is the picture to show?"
                    placeholder="A cup of coffee on a wooden counter, morning light, seen from above"
                    hint="Name things, place, light and mood. Do not put secrets or people's names into it: it is sent to the model."
                    value=Signal::stored(prompt)
                    error=problem(error, "prompt")
                    rows=3
                />
                <div class="grid gap-3 md:grid-cols-2">
                    <SelectBox
                        id="making-shape"
                        name="shape"
                        label="Shape"
                        options=shapes
                        value=Signal::stored(shape)
                        error=problem(error, "shape")
                        on_change=Callback::new(move |id: String| m.shape.set(Shape::parse(&id).unwrap_or_default()))
                    />
                    <SelectBox
                        id="making-count"
                        name="count"
                        label="How many"
                        options=counts.collect()
                        value=Signal::stored(count)
                        error=problem(error, "count")
                        on_change=Callback::new(move |n: String| m.count.set(n.parse().unwrap_or(1)))
                    />
                </div>
                <FormError error=error fields=&["prompt", "shape", "count"] />
                <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <Button kind=ButtonKind::Primary small=true disabled=m.make.pending()>
                        <Icon glyph=Glyph::Media />
                        "Make it"
                    </Button>
                    <p class="text-xs text-muted">{cost}</p>
                </div>
                {stand_in}
            </PostForm>
        </details>
    }
    .into_any()
}

/// What the chosen number of the chosen shape costs.
fn cost(painter: PainterCard, m: Making) -> impl Fn() -> String + Send + 'static {
    move || {
        let (shape, count) = (m.shape.get(), m.count.get());
        let card = painter.shapes.iter().find(|card| card.shape == shape);
        let cost = card.and_then(|card| card.costs.get(count.saturating_sub(1) as usize)).cloned().unwrap_or_default();
        format!("{} makes it. Costs about {cost}; the bill of the service decides.", painter.model)
    }
}

fn under_way(all: Vec<MakingCard>, m: Making) -> AnyView {
    if all.is_empty() {
        return ().into_any();
    }
    let moves = all.iter().any(|card| card.state == MakingState::Making);
    let rows: Vec<_> = all.into_iter().map(|card| row(card, m)).collect();
    let again = moves.then(|| {
        view! {
            <noscript>
                <p class="text-xs text-faint"><a class="text-purple-soft underline" href="/library?making=1">"See how far they are"</a></p>
            </noscript>
        }
        .into_any()
    });
    view! {
        <ul class="flex flex-col gap-2" aria-label="Requests for pictures">{rows}</ul>
        {again}
    }
    .into_any()
}

fn row(card: MakingCard, m: Making) -> AnyView {
    let (words, id) = (card.words(), card.id.to_string());
    let moves = card.state == MakingState::Making;
    let (label, act, kind) = match moves {
        true => ("Cancel", MakingAct::Cancel, ButtonKind::Secondary),
        false => ("Put away", MakingAct::PutAway, ButtonKind::Ghost),
    };
    let progress = moves.then(|| {
        let (max, value) = (card.wanted.to_string(), card.made.len().to_string());
        view! { <progress class="h-2 w-full accent-purple" aria-label="Pictures" max=max value=value></progress> }
            .into_any()
    });
    let why =
        (!card.why.is_empty()).then(|| view! { <p class="text-[13px] text-warn">{card.why.clone()}</p> }.into_any());
    let ids: Vec<_> = card.made.iter().map(|file| file.facts.asset.to_string()).collect();
    let open = (!moves && !ids.is_empty()).then(|| {
        let href = format!("/studio?add={}", ids.join("."));
        view! { <LinkButton href=href small=true>"Use in a post"</LinkButton> }.into_any()
    });
    let pictures: Vec<_> = card
        .made
        .iter()
        .map(|file| {
            view! {
                <li class="w-16">
                    <a href=format!("/library/{}", file.facts.asset) aria-label=file.file_name.clone()>{tiles::picture(file)}</a>
                </li>
            }
            .into_any()
        })
        .collect();
    let asked =
        format!("{}{}", card.by.as_deref().map(|by| format!("{by}, ")).unwrap_or_default(), card.at.local.short());
    view! {
        <li class="flex flex-col gap-2 rounded-control border border-line bg-surface-2 p-2.5">
            <div class="flex flex-wrap items-start justify-between gap-2">
                <div class="flex min-w-48 flex-1 flex-col gap-1">
                    <p dir="auto" class="line-clamp-2 text-[13px] wrap-anywhere">{card.prompt.clone()}</p>
                    <p role="status" class="text-[13px] text-muted">{words}</p>
                    <p class="text-xs text-faint">{asked}</p>
                </div>
                <div class="flex flex-wrap items-center gap-2">
                    {open}
                    <PostForm action=m.act>
                        <input type="hidden" name="making" value=id />
                        <Button small=true kind=kind name="act" value=act.id() disabled=m.act.pending()>{label}</Button>
                    </PostForm>
                </div>
            </div>
            {progress}
            {why}
            <ul class="flex flex-wrap gap-2 empty:hidden" aria-label="Pictures of this request">{pictures}</ul>
        </li>
    }
    .into_any()
}
