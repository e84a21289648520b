//! A day and a time. Without JavaScript it is the browser's own field; with it, a field for the day with a calendar, and one for
//! the time, which take what people write and show it in one way: days with the month's name, so that no order of numbers has
//! to be guessed, and times by 24 hours. Where somebody writes a day in numbers alone, the browser's language says which one is
//! the month. Nothing is written into a field while somebody is in it.

use super::field::{INPUT, follow};
use super::focus::focus_soon;
use super::page::FrameContext;
use super::{Button, ButtonKind, Field, Glyph, Icon, browser};
use crate::domain::moment::{Day, LocalTime, WEEKDAYS};
use crate::domain::written::{self, NoDay};
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

/// `value` is a [`LocalTime`] as text, and empty while what stands in the fields is none. Whoever needs one then counts `needed`
/// up: the field says what is wrong with it and takes the keyboard.
#[component]
pub fn WhenField(
    id: &'static str,
    name: &'static str,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    /// Stands below: what the time means.
    #[prop(into, optional)]
    hint: Signal<String>,
    /// Stands there instead: why the time cannot be had.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    #[prop(optional)] needed: RwSignal<u32>,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| {
        // Somebody may have typed there before the program came to life.
        let field =
            document().get_element_by_id(id).and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        let typed = field.and_then(|field| field.value().parse::<LocalTime>().ok()).map(|at| at.to_string());
        if let Some(typed) = typed.filter(|typed| value.with_untracked(|before| before != typed)) {
            value.set(typed);
        }
        alive.set(true);
    });
    move || {
        if alive.get() {
            // A form sends the one value, whichever fields it was typed into.
            return view! {
                <TwoFields id label=label.clone() value hint error needed />
                <input type="hidden" name=name value=move || value.get() />
            }
            .into_any();
        }
        view! {
            <Field id=id label=label.clone() hint=hint.get_untracked()>
                <input
                    id=id
                    type="datetime-local"
                    name=name
                    class=INPUT
                    aria-describedby=format!("{id}-note")
                    value=value.get_untracked()
                />
            </Field>
        }
        .into_any()
    }
}

/// "Fri 20 Nov 2026": with the year, as it may be changed to any.
fn written_out(day: Day) -> String {
    format!("{} {}", day.short_in(day.year), day.year)
}

/// What is wrong with what stands in the fields.
#[derive(Clone, Debug, PartialEq)]
struct Wrong {
    /// It is the time, not the day.
    is_time: bool,
    words: String,
    /// The day that may be meant.
    instead: Option<Day>,
}

impl Wrong {
    fn day(words: impl Into<String>) -> Self {
        Self { is_time: false, words: words.into(), instead: None }
    }

    fn time(words: &str) -> Self {
        Self { is_time: true, words: words.to_owned(), instead: None }
    }
}

fn read_day(text: &str, today: Day) -> Result<Day, Wrong> {
    // Both at once, as they are copied from elsewhere.
    let copied = text.parse::<LocalTime>().map(|at| at.day);
    let day = copied.or_else(|()| written::day(text, today, browser::writes_month_first()));
    day.map_err(|why| match why {
        _ if text.trim().is_empty() => Wrong::day("Choose a day first."),
        NoDay::Unreadable => {
            Wrong::day("This is not a day. Write it as 20 Nov 2026 or tomorrow, or choose it in the calendar.")
        }
        NoDay::Beyond { day, last } => Wrong {
            instead: Some(last),
            ..Wrong::day(format!("There is no {day} {}: the month ends on {}.", last.month_name(), written_out(last)))
        },
    })
}

fn read_time(text: &str) -> Result<(u8, u8), Wrong> {
    written::clock(text).ok_or_else(|| {
        let empty = text.trim().is_empty();
        Wrong::time(if empty { "Choose a time first." } else { "This is not a time. Write it as 9:30 or 21:30." })
    })
}

#[component]
fn TwoFields(
    id: &'static str,
    label: String,
    value: RwSignal<String>,
    hint: Signal<String>,
    error: Signal<Option<String>>,
    needed: RwSignal<u32>,
) -> impl IntoView {
    // Of the company's clock, which the frame knows.
    let today = StoredValue::new(browser::today());
    let frame = use_context::<FrameContext>();
    Effect::new(move |_| {
        if let Some(Ok(frame)) = frame.and_then(|frame| frame.0.get()) {
            today.set_value(frame.now.local.day);
        }
    });
    let today = move || today.try_get_value().unwrap_or_else(browser::today);
    let now = value.get_untracked().parse::<LocalTime>().ok();
    let day_text = RwSignal::new(now.map(|at| written_out(at.day)).unwrap_or_default());
    let time_text = RwSignal::new(now.map(LocalTime::clock).unwrap_or_default());
    let day = move || day_text.try_with_untracked(|text| read_day(text, today()));
    let day = move || day().unwrap_or_else(|| Err(Wrong::day("")));
    let read = move || {
        let day = day()?;
        let (hour, minute) = time_text.with_untracked(|text| read_time(text))?;
        Ok::<_, Wrong>(LocalTime { day, hour, minute })
    };
    let tell = move || {
        let now = read().map(|at| at.to_string()).unwrap_or_default();
        // Told again, it would be asked about again.
        if value.with_untracked(|before| *before != now) {
            value.set(now);
        }
    };
    let wrong = RwSignal::new(None::<Wrong>);
    // Somebody else chose another time.
    Effect::new(move |_| {
        if let Ok(at) = value.get().parse::<LocalTime>()
            && read() != Ok(at)
        {
            wrong.set(None);
            day_text.set(written_out(at.day));
            time_text.set(at.clock());
        }
    });
    Effect::new(move |before: Option<u32>| {
        let needed = needed.get();
        if before.is_some_and(|before| before != needed)
            && let Err(found) = read()
        {
            focus_soon(if found.is_time { format!("{id}-time") } else { id.to_owned() });
            wrong.set(Some(found));
        }
        needed
    });
    // Only once the field is left: half a day is not a mistake.
    // (The field may be left because it goes away.)
    let day_left = move |_| {
        let Some(text) = day_text.try_get_untracked() else { return };
        match day() {
            Ok(day) => day_text.set(written_out(day)),
            Err(_) if text.trim().is_empty() => {}
            found => wrong.set(found.err()),
        }
        tell();
    };
    let time_left = move |_| {
        let Some(text) = time_text.try_get_untracked() else { return };
        match read_time(&text) {
            Ok((hour, minute)) => time_text.set(format!("{hour:02}:{minute:02}")),
            Err(_) if text.trim().is_empty() => {}
            Err(found) => wrong.set(Some(found)),
        }
    };
    let cursor = RwSignal::new(None::<Day>);
    let field = NodeRef::<leptos::html::Input>::new();
    let open = move || {
        cursor.set(Some(day().unwrap_or_else(|wrong| wrong.instead.unwrap_or_else(today))));
        focus_soon(format!("{id}-cursor"));
    };
    let choose = Callback::new(move |chosen: Option<Day>| {
        cursor.set(None);
        if let Some(day) = chosen {
            wrong.set(None);
            day_text.set(written_out(day));
            tell();
        }
        focus_soon(id);
    });
    let note = format!("{id}-note");
    let name = label.clone();
    let invalid = move |is_time: bool| wrong.get().is_some_and(|wrong| wrong.is_time == is_time).then_some("true");
    let refusal = move || wrong.get().map(|wrong| wrong.words).or_else(|| error.get());
    let instead = move || {
        wrong.get().and_then(|wrong| wrong.instead).map(|day| {
            let take = move |_| choose.run(Some(day));
            let words = format!("Use {}", written_out(day));
            view! { <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=take>{words}</Button> }
                .into_any()
        })
    };
    view! {
        <div role="group" aria-label=name class="flex min-w-0 flex-col gap-1">
            <span class="text-[13px] text-muted" aria-hidden="true">
                {label}
            </span>
            <div class="flex items-center gap-1.5">
                <input
                    node_ref=field
                    id=id
                    type="text"
                    autocomplete="off"
                    class=INPUT
                    aria-label="Day"
                    placeholder="20 Nov 2026"
                    aria-describedby=note.clone()
                    aria-invalid=move || invalid(false)
                    prop:value=follow(Signal::<String>::from(day_text), None)
                    on:input=move |event| {
                        wrong.set(None);
                        let text = event_target_value(&event);
                        // Both at once, as they are copied from elsewhere.
                        if let Ok(at) = text.parse::<LocalTime>() {
                            time_text.set(at.clock());
                            day_text.set(written_out(at.day));
                            return tell();
                        }
                        day_text.set(text);
                        tell();
                    }
                    on:blur=day_left
                    on:keydown=move |event| {
                        if event.key() == "ArrowDown" {
                            event.prevent_default();
                            open();
                        }
                    }
                />
                <button
                    type="button"
                    aria-label="Choose the day in a calendar"
                    aria-expanded=move || cursor.with(Option::is_some).to_string()
                    class="grid size-9 shrink-0 place-items-center rounded-control border border-line-strong text-muted hover:bg-surface-2 hover:text-text"
                    on:click=move |_| open()
                >
                    <Icon glyph=Glyph::Calendar />
                </button>
                <input
                    id=format!("{id}-time")
                    type="text"
                    autocomplete="off"
                    inputmode="numeric"
                    class=[INPUT, " max-w-20 tabular-nums"].concat()
                    aria-label="Time"
                    placeholder="16:45"
                    aria-describedby=note.clone()
                    aria-invalid=move || invalid(true)
                    prop:value=follow(Signal::<String>::from(time_text), None)
                    on:input=move |event| {
                        wrong.set(None);
                        time_text.set(event_target_value(&event));
                        tell();
                    }
                    on:blur=time_left
                />
            </div>
            <p id=note class="text-xs text-faint" class=("text-bad!", move || refusal().is_some()) aria-live="polite">
                {move || refusal().unwrap_or_else(|| hint.get())}
            </p>
            <div class="flex empty:hidden">{instead}</div>
            {move || cursor.get().map(|day| view! { <Month id field day today=today() cursor choose /> }.into_any())}
        </div>
    }
}

/// Where the calendar stands: by the field, above or below as there is room.
#[cfg(not(feature = "hydrate"))]
fn place(_: NodeRef<leptos::html::Input>) -> String {
    String::new()
}

#[cfg(feature = "hydrate")]
fn place(field: NodeRef<leptos::html::Input>) -> String {
    const HEIGHT: f64 = 330.0;
    const WIDTH: f64 = 290.0;
    let Some(field) = field.get_untracked() else { return String::new() };
    let at = field.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|n| n.as_f64()).unwrap_or_default();
    let width = window().inner_width().ok().and_then(|n| n.as_f64()).unwrap_or_default();
    let top = if at.bottom() + HEIGHT > height { (at.top() - HEIGHT).max(8.0) } else { at.bottom() + 4.0 };
    let left = at.left().min(width - WIDTH).max(8.0);
    format!("top:{}px;left:{}px", top as i32, left as i32)
}

/// A month in which the arrows walk; Enter takes the day, Escape leaves.
#[component]
fn Month(
    id: &'static str,
    field: NodeRef<leptos::html::Input>,
    day: Day,
    today: Day,
    cursor: RwSignal<Option<Day>>,
    choose: Callback<Option<Day>>,
) -> impl IntoView {
    let go = move |to: Day| {
        cursor.set(Some(to));
        focus_soon(format!("{id}-cursor"));
    };
    let key = move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" => day.plus(-1),
            "ArrowRight" => day.plus(1),
            "ArrowUp" => day.plus(-7),
            "ArrowDown" => day.plus(7),
            "Home" => day.monday(),
            "End" => day.monday().plus(6),
            "PageUp" => day.plus_months(-1),
            "PageDown" => day.plus_months(1),
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                return choose.run(None);
            }
            _ => return,
        };
        event.prevent_default();
        go(to);
    };
    let left = move |event: FocusEvent| {
        let inside = event.current_target().and_then(|at| at.dyn_into::<web_sys::Node>().ok());
        let to = event.related_target().and_then(|at| at.dyn_into::<web_sys::Node>().ok());
        if to.is_some_and(|to| inside.is_none_or(|inside| !inside.contains(Some(&to)))) {
            cursor.try_set(None);
        }
    };
    let first = day.first_of_month();
    let weeks = (0..6)
        .map(|week| first.monday().plus(week * 7))
        .filter(|monday| monday.first_of_month() <= first)
        .map(|monday| {
            let days = (0..7)
                .map(|n| {
                    let of = monday.plus(n);
                    let here = of == day;
                    let class = match () {
                        () if here => "size-9 rounded-control bg-purple-fill text-white",
                        () if of.month != day.month => "size-9 rounded-control text-faint hover:bg-surface-3",
                        () if of == today => "size-9 rounded-control border border-purple text-text hover:bg-surface-3",
                        () => "size-9 rounded-control text-text hover:bg-surface-3",
                    };
                    view! {
                        <td role="gridcell" aria-selected=here.then_some("true")>
                            <button
                                type="button"
                                id=here.then(|| format!("{id}-cursor"))
                                tabindex=if here { "0" } else { "-1" }
                                aria-label=written_out(of)
                                aria-current=(of == today).then_some("date")
                                class=class
                                on:click=move |_| choose.run(Some(of))
                            >
                                {of.day}
                            </button>
                        </td>
                    }
                    .into_any()
                })
                .collect_view();
            view! { <tr>{days}</tr> }.into_any()
        })
        .collect_view();
    let heads =
        WEEKDAYS.map(|name| view! { <th scope="col" abbr=name class="font-normal">{&name[..2]}</th> }.into_any());
    const STEP: &str = "grid size-9 place-items-center rounded-control text-muted hover:bg-surface-3 hover:text-text";
    view! {
        <div
            role="dialog"
            aria-label="Choose a day"
            class="fixed z-50 rounded-card border border-line-strong bg-surface-2 p-2"
            style=place(field)
            on:keydown=key
            on:focusout=left
            on:mousedown=move |event| event.prevent_default()
        >
            <div class="flex items-center justify-between">
                <button type="button" aria-label="Month before" class=STEP on:click=move |_| go(day.plus_months(-1))>
                    <Icon glyph=Glyph::Left />
                </button>
                <span aria-live="polite" class="font-semibold">
                    {format!("{} {}", day.month_name(), day.year)}
                </span>
                <button type="button" aria-label="Month after" class=STEP on:click=move |_| go(day.plus_months(1))>
                    <Icon glyph=Glyph::Right />
                </button>
            </div>
            <table role="grid" class="text-center text-[13px] tabular-nums">
                <thead class="text-xs text-faint">
                    <tr>{heads.into_iter().collect_view()}</tr>
                </thead>
                <tbody>{weeks}</tbody>
            </table>
        </div>
    }
}
