//! One person: what is known, what they said about mail, which segments they are in and why, and what happened.

use super::calls::{AddNote, ChangeContact, EraseContact, SetConsent, load_contact};
use super::fields::kind::FieldKind;
use super::fields::model::FieldCard;
use super::model::{ContactAct, ContactDetail, ContactFields, ContactOutcome};
use super::page::{ContactActs, FIELDS, consent_chip, inputs, just_done, list_choice, tag_chip};
use crate::domain::error::AppError;
use crate::domain::ids::ContactId;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, LinkButton, Loaded, PostForm, Screen, SelectBox,
    TextArea, TextInput, Tone, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/contacts/:id`
pub struct ContactPage {
    contact: Resource<Result<ContactDetail, AppError>>,
    forms: Forms,
    outcome: Memo<Option<ContactOutcome>>,
}

#[derive(Clone, Copy)]
struct Forms {
    change: FormAction<ChangeContact>,
    note: FormAction<AddNote>,
    consent: FormAction<SetConsent>,
    erase: FormAction<EraseContact>,
    acts: ContactActs,
}

impl Screen for ContactPage {
    fn data() -> Self {
        let params = use_params_map();
        let query = use_query_map();
        let id = Memo::new(move |_| params.with(|p| p.get_str("id").and_then(|id| id.parse::<ContactId>().ok())));
        let outcome = Memo::new(move |_| {
            query.with(|q| {
                ContactOutcome::parse(q.get_str("did").unwrap_or_default(), q.get_str("notice").unwrap_or_default())
            })
        });
        let forms = Forms {
            change: FormAction::staying(),
            note: FormAction::staying(),
            consent: FormAction::staying(),
            erase: FormAction::new(),
            acts: ContactActs::staying(),
        };
        let (changed, noted, said, did) =
            (done(&forms.change), done(&forms.note), done(&forms.consent), done(&forms.acts));
        let contact = Resource::new_blocking(
            move || (id.get(), changed.get(), noted.get(), said.get(), did.get()),
            |(id, ..)| async move {
                match id {
                    Some(id) => load_contact(id).await,
                    // The server says that there is none, with its status.
                    None => load_contact(ContactId::nil()).await,
                }
            },
        );
        Self { contact, forms, outcome }
    }

    fn view(this: Self) -> AnyView {
        let Self { contact, forms, outcome } = this;
        view! {
            <PageHead title="Contact" />
            <div class="flex max-w-page flex-col gap-3">
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts">"All contacts"</a>
                </p>
                <FormError error=failure(&forms.acts) />
                <Loaded resource=contact lines=8 let:contact>
                    {profile(contact, forms)}
                </Loaded>
            </div>
            {move || outcome.get().map(|outcome| {
                let back = outcome.done.first().map_or_else(|| "/contacts".to_owned(), |id| format!("/contacts/{id}"));
                just_done(outcome, &back, forms.acts)
            })}
        }
        .into_any()
    }
}

fn profile(contact: ContactDetail, forms: Forms) -> AnyView {
    let card = contact.card.clone();
    let tags: Vec<_> = card.tags.iter().map(|tag| tag_chip(tag)).collect();
    let facts = [
        ("E-mail", card.email.clone()),
        ("Phone", contact.phone_e164.clone().unwrap_or_else(|| card.phone.clone())),
        ("Company", card.company_name.clone()),
        ("Source", card.source.clone()),
        ("Known since", card.created.local.short()),
        ("Last change", contact.updated.local.short()),
    ];
    let facts = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| fact(name.to_owned(), value, None));
    let facts: Vec<_> =
        facts.chain(contact.custom.clone().into_iter().map(|own| fact(own.name, own.value, own.wrong))).collect();
    view! {
        <Card>
            <div class="flex flex-col gap-3 p-4">
                <div class="flex flex-wrap items-center gap-2">
                    <h2 dir="auto" class="min-w-0 text-lg font-semibold wrap-anywhere">{card.title().to_owned()}</h2>
                    {consent_chip(card.consent)} {tags}
                </div>
                <dl class="grid grid-cols-[repeat(auto-fill,minmax(min(220px,100%),1fr))] gap-3">{facts}</dl>
            </div>
        </Card>
        <div class="grid items-start gap-3 min-[1000px]:grid-cols-2">
            <div class="flex min-w-0 flex-col gap-3">{history(&contact, forms)}</div>
            <div class="flex min-w-0 flex-col gap-3">
                {mail(&contact, forms)}
                {segments(&contact, forms)}
                {edit(&contact, forms)}
                {remove(&contact, forms)}
            </div>
        </div>
        <p class="text-xs text-faint">{format!("Times are those of {}.", contact.zone)}</p>
    }
    .into_any()
}

fn fact(name: String, value: String, wrong: Option<String>) -> AnyView {
    let wrong = wrong.map(|wrong| view! { <Chip tone=Tone::Warning>{wrong}</Chip> }.into_any());
    view! {
        <div class="min-w-0">
            <dt dir="auto" class="text-xs text-faint wrap-anywhere">{name}</dt>
            <dd class="flex flex-wrap items-center gap-2 text-[13px]">
                <span dir="auto" class="min-w-0 whitespace-pre-wrap wrap-anywhere">{value}</span>
                {wrong}
            </dd>
        </div>
    }
    .into_any()
}

fn history(contact: &ContactDetail, forms: Forms) -> AnyView {
    let id = contact.card.id.to_string();
    let error = failure(&forms.note);
    let text = typed(error, "text", String::new());
    let events: Vec<_> = contact
        .events
        .iter()
        .map(|event| {
            let by = event.by.clone().map(|by| format!(" by {by}")).unwrap_or_default();
            let words = (!event.words.is_empty()).then(|| {
                view! { <p dir="auto" class="text-[13px] whitespace-pre-wrap wrap-anywhere text-muted">{event.words.clone()}</p> }.into_any()
            });
            view! {
                <li class="border-b border-line px-4 py-2.5 last:border-b-0">
                    <p class="flex flex-wrap items-baseline justify-between gap-2 text-[13px]">
                        <span dir="auto">{format!("{}{by}", event.what)}</span>
                        <time class="text-xs text-faint tabular-nums">{event.at.local.short()}</time>
                    </p>
                    {words}
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <Card>
            <CardHead title="History" />
            <PostForm action=forms.note class="flex flex-col gap-2 border-b border-line p-4">
                <input type="hidden" name="contact" value=id.clone() />
                <TextArea id="note" name="text" label="Note" rows=2 value=Signal::derive(move || text.clone()) error=problem(error, "text") />
                <FormError error=error fields=&["text"] />
                <div>
                    <Button small=true disabled=forms.note.pending()>"Add the note"</Button>
                </div>
            </PostForm>
            <ol aria-label="History">{events}</ol>
        </Card>
    }
    .into_any()
}

fn mail(contact: &ContactDetail, forms: Forms) -> AnyView {
    let id = contact.card.id.to_string();
    let error = failure(&forms.consent);
    let words = typed(error, "words", String::new());
    let records: Vec<_> = contact
        .consents
        .iter()
        .map(|record| {
            let said = if record.given { "Yes" } else { "No" };
            let by = record.by.clone().unwrap_or_else(|| record.source.clone());
            view! {
                <li class="flex flex-wrap justify-between gap-2 text-[13px]">
                    <span dir="auto" class="min-w-0 wrap-anywhere">{format!("{said}: {} ({by})", record.words)}</span>
                    <time class="text-xs text-faint tabular-nums">{record.at.local.short()}</time>
                </li>
            }
            .into_any()
        })
        .collect();
    let none = records
        .is_empty()
        .then(|| view! { <p class="text-[13px] text-muted">"Nobody has asked this person yet."</p> }.into_any());
    view! {
        <Card>
            <CardHead title="Consent to mail" />
            <div class="flex flex-col gap-3 p-4">
                {none}
                <ul class="flex flex-col gap-1.5">{records}</ul>
                <PostForm action=forms.consent class="flex flex-col gap-2">
                    <input type="hidden" name="contact" value=id.clone() />
                    <TextInput id="how" name="words" label="How do you know?" placeholder="By phone on Monday" value=Signal::derive(move || words.clone()) error=problem(error, "words") />
                    <FormError error=error fields=&["words"] />
                    <div class="flex flex-wrap gap-2">
                        <Button small=true name="given" value="true" disabled=forms.consent.pending()>"They said yes"</Button>
                        <Button small=true name="given" value="false" disabled=forms.consent.pending()>"They said no"</Button>
                    </div>
                </PostForm>
            </div>
        </Card>
    }
    .into_any()
}

fn segments(contact: &ContactDetail, forms: Forms) -> AnyView {
    let id = contact.card.id.to_string();
    let rows: Vec<_> = contact
        .segments
        .iter()
        .map(|member| {
            let because: Vec<_> = member
                .because
                .iter()
                .map(|because| view! { <li dir="auto" class="wrap-anywhere">{because.clone()}</li> }.into_any())
                .collect();
            let because = (!because.is_empty()).then(|| {
                view! { <ul class="w-full list-disc pl-5 text-[13px] text-muted" aria-label=format!("Why in {}", member.name)>{because}</ul> }
                    .into_any()
            });
            let (id, list, name) = (id.clone(), member.segment.to_string(), format!("Take out of {}", member.name));
            let take_out = member.by_hand.then(move || {
                view! {
                    <PostForm action=forms.acts>
                        <input type="hidden" name="ids[]" value=id.clone() />
                        <input type="hidden" name="back" value=format!("/contacts/{id}") />
                        <input type="hidden" name="list" value=list />
                        <Button small=true kind=ButtonKind::Ghost name="act" value=ContactAct::Leave.id() label=name disabled=forms.acts.pending()>
                            "Take out"
                        </Button>
                    </PostForm>
                }
                .into_any()
            });
            view! {
                <li class="flex flex-wrap items-center justify-between gap-x-2 gap-y-1 text-[13px]">
                    <a class="text-purple-soft hover:underline" href=format!("/contacts?segment={}", member.segment)>{member.name.clone()}</a>
                    <span dir="auto" class="min-w-0 wrap-anywhere text-muted">{format!("{}, {}", member.why, member.at.local.short())}</span>
                    {take_out}
                    {because}
                </li>
            }
            .into_any()
        })
        .collect();
    let none = rows.is_empty().then(|| view! { <p class="text-[13px] text-muted">"In no segment."</p> }.into_any());
    let put_in = (!contact.lists.is_empty()).then(|| {
        let lists = contact.lists.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        view! {
            <PostForm action=forms.acts class="flex flex-wrap items-center gap-2 border-t border-line pt-3">
                <input type="hidden" name="ids[]" value=id.clone() />
                <input type="hidden" name="back" value=format!("/contacts/{id}") />
                {list_choice(lists, "")}
                <Button small=true name="act" value=ContactAct::Join.id() disabled=forms.acts.pending()>"Put into this list"</Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <Card>
            <CardHead title="Segments, and why">
                <a class="text-[13px] text-purple-soft hover:underline" href="/contacts/segments">"All segments"</a>
            </CardHead>
            <div class="flex flex-col gap-3 p-4">
                {none}
                <ul class="flex flex-col gap-2">{rows}</ul>
                {put_in}
            </div>
        </Card>
    }
    .into_any()
}

fn edit(contact: &ContactDetail, forms: Forms) -> AnyView {
    let id = contact.card.id.to_string();
    let error = failure(&forms.change);
    let now = ContactFields {
        email: contact.card.email.clone(),
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        phone: contact.card.phone.clone(),
        company_name: contact.card.company_name.clone(),
        tags: contact.card.tags.join(", "),
        own: vec![],
    };
    let own: Vec<_> =
        contact.fields.iter().enumerate().map(|(at, (field, value))| own_input(at, field, value, error)).collect();
    let open = error.with_untracked(Option::is_some);
    view! {
        <details class="rounded-card border border-line bg-surface-1" open=open>
            <summary class="target cursor-pointer px-4 py-3 text-sm font-semibold">"Change"</summary>
            <PostForm action=forms.change class="flex flex-col gap-2 px-4 pb-4">
                <input type="hidden" name="contact" value=id.clone() />
                {inputs("edit", error, &now)}
                {own}
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts/fields">"Fields of your own"</a>
                </p>
                <FormError error=error fields=FIELDS />
                <div>
                    <Button kind=ButtonKind::Primary small=true disabled=forms.change.pending()>"Save"</Button>
                </div>
            </PostForm>
        </details>
    }
    .into_any()
}

/// The input for a field of the company's own. A value that does not fit stays, until somebody writes another one.
fn own_input(at: usize, field: &FieldCard, value: &str, error: Signal<Option<AppError>>) -> AnyView {
    let (id, of, name) =
        (format!("edit-own-{at}"), format!("fields[own][{at}][field]"), format!("fields[own][{at}][value]"));
    let fitted = field.kind.read(value, &field.choices);
    let fits = value.is_empty() || fitted.is_some();
    let all_typed = typed(error, "fields[own]", String::new());
    let now = ContactFields::own_of(&all_typed, at).unwrap_or_else(|| fitted.unwrap_or_else(|| value.to_owned()));
    let at_field = name.clone();
    let problem = Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.of(&at_field))));
    let hint =
        if fits { String::new() } else { format!("{}. It is kept as it is until you change it.", field.kind.wrong()) };
    let mut options: Vec<(String, String)> = match field.kind {
        FieldKind::YesNo => vec![("yes".into(), "Yes".into()), ("no".into(), "No".into())],
        FieldKind::Choice => field.choices.iter().map(|choice| (choice.clone(), choice.clone())).collect(),
        _ => vec![],
    };
    let input = if options.is_empty() {
        // An input for dates shows nothing of a text that is none.
        let is_date = now.is_empty() || field.kind.read(&now, &field.choices).as_deref() == Some(now.as_str());
        let input_type = if field.kind == FieldKind::Date && is_date { "date" } else { "text" };
        view! {
            <TextInput id=id name=name label=field.label.clone() input_type=input_type value=Signal::stored(now) hint=hint error=problem autocomplete="off" />
        }
        .into_any()
    } else {
        options.insert(0, (String::new(), "–".into()));
        for other in [value, now.as_str()] {
            if options.iter().all(|(choice, _)| choice != other) {
                options.push((other.to_owned(), other.to_owned()));
            }
        }
        view! { <SelectBox id=id name=name label=field.label.clone() options=options value=Signal::stored(now) hint=hint error=problem /> }
            .into_any()
    };
    view! {
        <input type="hidden" name=of value=field.id.to_string() />
        {input}
    }
    .into_any()
}

fn remove(contact: &ContactDetail, forms: Forms) -> AnyView {
    let id = contact.card.id.to_string();
    let erase = contact.may_erase.then(|| {
        let id = id.clone();
        view! {
            <details class="rounded-card border border-bad/60 bg-surface-1">
                <summary class="target cursor-pointer px-4 py-3 text-sm font-semibold text-bad">"Erase for good"</summary>
                <PostForm action=forms.erase class="flex flex-col gap-2 px-4 pb-4">
                    <input type="hidden" name="contact" value=id />
                    <p class="text-[13px] text-muted">
                        "Everything about this person goes at once: fields, history, consent, segments and what is kept of requests. This cannot be undone."
                    </p>
                    <FormError error=failure(&forms.erase) />
                    <div class="flex flex-wrap gap-2">
                        <Button kind=ButtonKind::Danger small=true disabled=forms.erase.pending()>"Erase this person"</Button>
                        <LinkButton href="/contacts" small=true>"Keep"</LinkButton>
                    </div>
                </PostForm>
            </details>
        }
        .into_any()
    });
    view! {
        <PostForm action=forms.acts class="flex">
            <input type="hidden" name="ids[]" value=id />
            <input type="hidden" name="back" value="/contacts" />
            <Button kind=ButtonKind::Danger small=true name="act" value=ContactAct::Delete.id() disabled=forms.acts.pending()>
                "Delete this contact"
            </Button>
        </PostForm>
        {erase}
    }
    .into_any()
}
