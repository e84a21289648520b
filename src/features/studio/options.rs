//! The options that one account's platform has for a post, drawn from the platform's schema: nothing here knows a platform.
//! Each field has a name by which the form works without JavaScript too ([`OptionInput`]).

use super::composer::Composer;
use super::option_picture::PictureField;
use crate::domain::connection::ConnectionSummary;
use crate::domain::ids::ConnectionId;
use crate::domain::options::{Field, Input, OptionValue, Options};
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::features::connections::calls::load_choices;
use crate::features::posts::names::ChoiceNames;
use crate::ui::{Check, SelectBox, TextInput};
use leptos::prelude::*;

/// The name of an option's field in the form: `option_<connection>_<option>`, or `yes_...` for a tick.
pub struct OptionInput<'a> {
    pub id: &'a str,
    is_tick: bool,
}

impl<'a> OptionInput<'a> {
    /// Reads a name; `None`: it is no option's.
    pub fn parse(name: &'a str) -> Option<(Result<ConnectionId, impl std::fmt::Debug>, Self)> {
        let (is_tick, rest) = match name.strip_prefix("option_") {
            Some(rest) => (false, rest),
            None => (true, name.strip_prefix("yes_")?),
        };
        let (connection, id) = rest.split_once('_')?;
        Some((connection.parse::<ConnectionId>(), Self { id, is_tick }))
    }

    /// What the field's content means.
    pub fn value(&self, text: String) -> OptionValue {
        if self.is_tick { OptionValue::YesNo(true) } else { OptionValue::Text(text) }
    }
}

/// The name of an option's field in the form.
pub fn name_of(connection: ConnectionId, field: &Field) -> String {
    let kind = if field.input == Input::YesNo { "yes" } else { "option" };
    format!("{kind}_{connection}_{}", field.id)
}

/// Format and options of one account; nothing where its platform has neither a choice of formats nor options.
#[component]
pub fn AccountOptions(composer: Composer, account: ConnectionSummary) -> impl IntoView {
    let publishing = account.platform.publishing()?;
    let (c, id) = (composer, account.id);
    if publishing.formats.len() < 2 && publishing.options.fields.is_empty() {
        return None;
    }
    let format = move || c.formats.with(|formats| formats.get(&id).copied().unwrap_or_default());
    let formats = (publishing.formats.len() > 1).then(|| {
        let names = publishing.formats.iter().map(|f| (f.format.id().to_owned(), f.format.name().to_owned())).collect();
        view! {
            <SelectBox
                id=format!("format_{id}")
                name=format!("format_{id}")
                label="Format"
                options=names
                value=Signal::derive(move || format().id().to_owned())
                on_change=Callback::new(move |chosen: String| {
                    let chosen = Format::parse(&chosen).unwrap_or_default();
                    c.formats.update(|formats| {
                        formats.insert(id, chosen);
                    });
                })
            />
        }
    });
    let platform = account.platform;
    let fields = publishing.options.fields.iter();
    let fields = fields.map(|field| view! { <OptionField composer=c id platform field /> }).collect_view();
    let title = format!("Options for {} on {}", account.handle, account.platform.name());
    // What has to be chosen is not hidden.
    let chosen = c.formats.with_untracked(|formats| formats.get(&id).copied().unwrap_or_default());
    let is_needed = publishing.options.applying(chosen, &Options::default()).any(|field| field.required);
    Some(view! {
        <details class="pl-6" open=is_needed class:hidden=move || c.alive.get() && !c.chosen.with(|chosen| chosen.contains(&id))>
            <summary class="cursor-pointer text-xs text-muted hover:text-text">{title}</summary>
            <div class="mt-2 flex flex-col gap-3">{formats} {fields}</div>
        </details>
    })
}

/// One option; hidden while it does not count beside the others.
#[component]
fn OptionField(composer: Composer, id: ConnectionId, platform: Platform, field: &'static Field) -> impl IntoView {
    let c = composer;
    let name = name_of(id, field);
    let read = move || c.options.with(|all| field.shown(all.get(&id)).to_owned());
    let schema = platform.publishing().map(|publishing| publishing.options);
    let set = move |value: OptionValue| {
        c.options.update(|all| {
            if let Some(schema) = schema {
                schema.choose(all.entry(id).or_default(), field.id, value);
            }
        });
    };
    let set_text = Callback::new(move |text: String| set(OptionValue::Text(text)));
    let applies = move || {
        let format = c.formats.with(|formats| formats.get(&id).copied().unwrap_or_default());
        let nothing = Options::default();
        c.options.with(|all| field.applies(format, all.get(&id).unwrap_or(&nothing)))
    };
    let error = Signal::derive(move || {
        let wrong = c.validation(id)?.problems.into_iter().find(|p| p.field == field.problem_field());
        wrong.filter(|_| c.tried.get()).map(|p| p.message)
    });
    let hint = field.help.to_owned();
    let input = match field.input {
        Input::YesNo => {
            let is_yes = Signal::derive(move || c.options.with(|all| all.get(&id).is_some_and(|o| o.is_yes(field.id))));
            let on_change = Callback::new(move |on| set(OptionValue::YesNo(on)));
            view! {
                <Check name=name checked=is_yes on_change=on_change>
                    <span class="text-[13px]">{field.label}</span>
                </Check>
                <p class="pl-6 text-xs text-faint empty:hidden">{hint}</p>
            }
            .into_any()
        }
        Input::Choice(choices) => {
            let open = field.required.then(|| (String::new(), "Choose one".to_owned()));
            let choices = choices.iter().map(|c| (c.id.to_owned(), c.label.to_owned()));
            let options = open.into_iter().chain(choices).collect();
            view! {
                <SelectBox
                    id=name.clone()
                    name=name
                    label=field.label
                    hint=hint
                    options=options
                    value=Signal::derive(read)
                    error=error
                    on_change=set_text
                />
            }
            .into_any()
        }
        Input::Text { .. } | Input::Seconds => view! {
            <TextInput
                id=name.clone()
                name=name
                label=field.label
                hint=hint
                value=Signal::derive(read)
                error=error
                on_change=set_text
            />
        }
        .into_any(),
        Input::Picture { .. } => {
            view! { <PictureField platform field name hint value=Signal::derive(read) error set_text /> }.into_any()
        }
        Input::Remote(source) => {
            let parent = Memo::new(move |_| c.options.with(|all| all.get(&id).map(|o| field.parent_in(o).to_owned())));
            view! { <RemoteField composer=c id name source field parent hint value=Signal::derive(read) error set_text platform /> }
                .into_any()
        }
    };
    view! { <div class:hidden=move || c.alive.get() && !applies()>{input}</div> }
}

/// A choice among what the account has at the platform. Fetched when the page is made, and again when the choice changes on
/// which it depends (without JavaScript: with the page that comes after saving); what was chosen and is not there any more
/// stays in the list, marked so.
#[component]
#[expect(clippy::too_many_arguments, reason = "the pieces of one field")]
fn RemoteField(
    composer: Composer,
    id: ConnectionId,
    name: String,
    source: &'static str,
    field: &'static Field,
    /// What is chosen in the option on which the list depends.
    parent: Memo<Option<String>>,
    hint: String,
    value: Signal<String>,
    error: Signal<Option<String>>,
    set_text: Callback<String>,
    platform: Platform,
) -> impl IntoView {
    let names = ChoiceNames::of_page();
    let depends = field.parent.is_some();
    let above = field.parent.and_then(|parent| platform.publishing()?.options.field(parent)).map_or("", |f| f.label);
    let choices = Resource::new(
        move || parent.get().unwrap_or_default(),
        move |parent| async move {
            match depends && parent.is_empty() {
                true => Ok(vec![]),
                false => load_choices(id, source.to_owned(), parent).await,
            }
        },
    );
    view! {
        <Suspense fallback=move || view! { <p class="text-xs text-muted">{format!("Loading the list from {}…", platform.name())}</p> }>
            {move || {
                let (name, hint) = (name.clone(), hint.clone());
                Suspend::new(async move {
                    match choices.await {
                        Ok(_) if depends && parent.get_untracked().is_none_or(|parent| parent.is_empty()) => view! {
                            <p class="text-xs text-muted">
                                {format!("{}: choose “{above}” first.", field.label)}
                                <span class:hidden=move || composer.alive.get()>" Then save the draft."</span>
                            </p>
                        }
                        .into_any(),
                        Ok(found) => {
                            let chosen = value.get_untracked();
                            // The preview says what is chosen by its name.
                            let (listed, first) = (found.clone(), chosen.clone());
                            let learn = move |chosen: &str| {
                                let choice = listed.iter().find(|choice| choice.id == chosen).cloned();
                                if let (Some(names), Some(choice)) = (names, choice) {
                                    names.learn(id, choice);
                                }
                            };
                            let choose = {
                                let learn = learn.clone();
                                Callback::new(move |chosen: String| {
                                    learn(&chosen);
                                    set_text.run(chosen);
                                })
                            };
                            Effect::new(move |_| learn(&first));
                            let none = if field.required || !depends { "Choose one" } else { "None" };
                            let mut options = vec![(String::new(), none.to_owned())];
                            options.extend(found.into_iter().map(|c| (c.id, c.label)));
                            if !chosen.is_empty() && options.iter().all(|(id, _)| *id != chosen) {
                                options.push((chosen, "No longer available".to_owned()));
                            }
                            view! {
                                <SelectBox
                                    id=name.clone()
                                    name=name
                                    label=field.label
                                    hint=hint
                                    options=options
                                    value=value
                                    error=error
                                    on_change=choose
                                />
                            }
                            .into_any()
                        }
                        Err(problem) => view! {
                            <p class="text-xs text-warn">{format!("{}: {}", field.label, problem.message)}</p>
                            <input type="hidden" name=name value=value.get_untracked() />
                        }
                        .into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_are_read_again() {
        let id = ConnectionId::from_u128(7);
        let field = Field {
            id: "who_can_reply",
            label: "Who can reply",
            help: "",
            input: Input::Text { max: 10 },
            required: false,
            formats: &[],
            only_if: None,
            never_with: None,
            parent: None,
        };
        for (field, expected) in [
            (field, OptionValue::Text("nobody".into())),
            (Field { input: Input::YesNo, ..field }, OptionValue::YesNo(true)),
        ] {
            let name = name_of(id, &field);
            let (connection, input) = OptionInput::parse(&name).expect("an option's name");
            assert_eq!((connection.unwrap(), input.id), (id, "who_can_reply"));
            assert_eq!(input.value("nobody".into()), expected);
        }
        assert!(OptionInput::parse("text_7").is_none() && OptionInput::parse("option_7").is_none());
    }
}
