//! The fields of a company's own: which there are and of which kind, and the form in which one is made or changed. Everything works
//! as a plain form too.

use super::calls::{DeleteField, SaveField, list_fields};
use super::kind::FieldKind;
use super::model::{FieldCard, FieldList};
use crate::domain::error::AppError;
use crate::domain::ids::FieldId;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, Empty, FormAction, FormError, LinkButton, Loaded, PostForm, Screen,
    SelectBox, TextArea, TextInput, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const ADDRESS: &str = "/contacts/fields";

/// `/contacts/fields`
pub struct FieldsPage {
    list: Resource<Result<FieldList, AppError>>,
    told: Memo<Told>,
    save: FormAction<SaveField>,
    delete: FormAction<DeleteField>,
}

/// What the address asks for and tells.
#[derive(Clone, Default, PartialEq)]
struct Told {
    /// This one is opened to be changed.
    edit: Option<FieldId>,
    saved: bool,
    gone: Option<FieldId>,
}

impl Screen for FieldsPage {
    fn data() -> Self {
        let params = use_query_map();
        let told = Memo::new(move |_| {
            params.with(|q| Told {
                edit: q.get_str("edit").and_then(|id| id.parse().ok()),
                saved: q.get_str("did").is_some_and(|did| did == "saved"),
                gone: q.get_str("gone").and_then(|id| id.parse().ok()),
            })
        });
        let (save, delete) = (FormAction::<SaveField>::staying(), FormAction::<DeleteField>::staying());
        let (saved, deleted) = (done(&save), done(&delete));
        let list = Resource::new_blocking(
            move || (told.with(|told| told.edit), saved.get(), deleted.get()),
            |_| list_fields(),
        );
        Self { list, told, save, delete }
    }

    fn view(this: Self) -> AnyView {
        let Self { list, told, save, delete } = this;
        view! {
            <PageHead title="Fields of contacts" />
            <div class="flex max-w-page flex-col gap-3">
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts">"All contacts"</a>
                </p>
                <FormError error=failure(&delete) />
                <Loaded resource=list lines=6 let:list>
                    {content(list, told.get_untracked().edit, save, delete)}
                </Loaded>
            </div>
            {move || {
                let told = told.get();
                told.gone.map(|id| deleted(id, delete)).or_else(|| told.saved.then(saved))
            }}
        }
        .into_any()
    }
}

fn content(
    list: FieldList,
    edit: Option<FieldId>,
    save: FormAction<SaveField>,
    delete: FormAction<DeleteField>,
) -> AnyView {
    let FieldList { fields, names } = list;
    let edited = edit.and_then(|id| fields.iter().find(|field| field.id == id).cloned());
    let rows: Vec<_> = fields.into_iter().map(|field| row(field, delete)).collect();
    let all = if rows.is_empty() {
        let text = "Add what you want to know of people: a birthday, a size, how much they spend. What other programs and files send \
                    under the same name goes into it.";
        view! { <Empty title="No fields of your own yet" text=text /> }.into_any()
    } else {
        view! { <ul aria-label="Fields">{rows}</ul> }.into_any()
    };
    view! {
        {form(edited, names, save)}
        <Card>{all}</Card>
        <p class="text-xs text-faint">
            "A value that does not fit its field is kept as it came, and marked on the contact."
        </p>
    }
    .into_any()
}

/// The form for a new one, or for `edited`.
fn form(edited: Option<FieldCard>, names: Vec<String>, action: FormAction<SaveField>) -> AnyView {
    let error = failure(&action);
    let is_new = edited.is_none();
    let title = if is_new { "New field" } else { "Change the field" };
    let hidden = edited
        .as_ref()
        .map(|field| view! { <input type="hidden" name="field" value=field.id.to_string() /> }.into_any());
    let (label, kind, choices) =
        edited.map_or_else(Default::default, |field| (field.label, field.kind, field.choices.join("\n")));
    let [label, kind, choices] = [("label", label), ("kind", kind.id().to_owned()), ("choices", choices)]
        .map(|(field, now)| Signal::stored(typed(error, field, now)));
    let kinds = FieldKind::ALL.map(|kind| (kind.id().to_owned(), kind.name().to_owned())).to_vec();
    let names: Vec<_> = names.into_iter().map(|name| view! { <option value=name></option> }.into_any()).collect();
    let hint = if is_new {
        "With the name under which other programs or files send it, what is there already is taken over."
    } else {
        "What is sent under its first name still goes into it."
    };
    let cancel = (!is_new).then(|| view! { <LinkButton href=ADDRESS small=true>"Cancel"</LinkButton> }.into_any());
    view! {
        <Card>
            <CardHead title=title />
            <PostForm action=action class="flex flex-col gap-2 p-4 min-[701px]:max-w-xl">
                {hidden}
                <TextInput
                    id="field-label"
                    name="label"
                    label="Name"
                    value=label
                    hint=hint
                    error=problem(error, "label")
                    list="field-names"
                    autocomplete="off"
                />
                <datalist id="field-names">{names}</datalist>
                <SelectBox id="field-kind" name="kind" label="Kind" options=kinds value=kind />
                <TextArea
                    id="field-choices"
                    name="choices"
                    label="Choices"
                    hint="Only for a choice from a list: one a line."
                    rows=3
                    value=choices
                    error=problem(error, "choices")
                />
                <FormError error=error fields=&["label", "choices"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary small=true disabled=action.pending()>"Save the field"</Button>
                    {cancel}
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}

fn row(field: FieldCard, delete: FormAction<DeleteField>) -> AnyView {
    let FieldCard { id, key, label, kind, choices } = field;
    let first = (key != label).then(|| {
        view! { <p dir="auto" class="text-xs text-faint wrap-anywhere">{format!("Sent as “{key}”")}</p> }.into_any()
    });
    let choices = (kind == FieldKind::Choice).then(|| {
        view! { <p dir="auto" class="line-clamp-2 text-[13px] text-muted wrap-anywhere">{choices.join(", ")}</p> }
            .into_any()
    });
    let (named, button) = (format!(": {label}"), format!("Delete: {label}"));
    view! {
        <li class="flex min-w-0 flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
            <div class="flex min-w-0 flex-1 basis-64 flex-col gap-1">
                <div class="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
                    <span dir="auto" class="min-w-0 font-semibold wrap-anywhere">{label}</span>
                    <Chip>{kind.name()}</Chip>
                </div>
                {choices}
                {first}
            </div>
            <div class="flex flex-wrap gap-2">
                <LinkButton href=format!("{ADDRESS}?edit={id}") small=true>
                    "Change"
                    <span class="sr-only">{named}</span>
                </LinkButton>
                <PostForm action=delete>
                    <input type="hidden" name="field" value=id.to_string() />
                    <Button kind=ButtonKind::Danger small=true label=button disabled=delete.pending()>
                        "Delete"
                    </Button>
                </PostForm>
            </div>
        </li>
    }
    .into_any()
}

fn saved() -> AnyView {
    view! {
        <AddressToast text="The field is saved." close=ADDRESS buttons=().into_any() lasts=false>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}

/// A field was deleted: the way back.
fn deleted(id: FieldId, delete: FormAction<DeleteField>) -> AnyView {
    let undo = view! {
        <PostForm action=delete>
            <input type="hidden" name="field" value=id.to_string() />
            <input type="hidden" name="restore" value="true" />
            <Button small=true disabled=delete.pending()>"Undo"</Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The field is deleted. Its values are still with the contacts." close=ADDRESS buttons=undo.into_any() lasts=true>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}
