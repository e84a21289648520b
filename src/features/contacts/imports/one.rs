//! `/contacts/import/:id`: before it begins, what each column is and what will happen (`settings`); then how far it is, what came of it,
//! the rows that were refused, and the way back.

use super::calls::{ChooseImport, RemoveImport, ResumeImport, StopImport, UndoImport, load_import};
use super::model::{ImportCard, ImportDetail, ImportState, REFUSALS_KEPT};
use super::page::state;
use super::settings;
use crate::domain::error::AppError;
use crate::domain::ids::ImportId;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, FormAction, FormError, LinkButton, Loaded, Notice, PostForm, Screen, Tone, browser, done,
    failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(2);

pub struct ImportPage {
    import: Resource<Result<ImportDetail, AppError>>,
    forms: Forms,
    look: RwSignal<u32>,
}

#[derive(Clone, Copy)]
pub struct Forms {
    pub choose: FormAction<ChooseImport>,
    stop: FormAction<StopImport>,
    resume: FormAction<ResumeImport>,
    undo: FormAction<UndoImport>,
    pub remove: FormAction<RemoveImport>,
}

impl Screen for ImportPage {
    fn data() -> Self {
        let params = use_params_map();
        let id = Memo::new(move |_| params.with(|p| p.get_str("id").and_then(|id| id.parse::<ImportId>().ok())));
        let forms = Forms {
            choose: FormAction::staying(),
            stop: FormAction::staying(),
            resume: FormAction::staying(),
            undo: FormAction::staying(),
            remove: FormAction::new(),
        };
        let look = RwSignal::new(0);
        let changes = (done(&forms.choose), done(&forms.stop), done(&forms.resume), done(&forms.undo));
        let changed = move || (changes.0.get(), changes.1.get(), changes.2.get(), changes.3.get());
        let import = Resource::new_blocking(
            move || (id.get(), changed(), look.get()),
            // The server says that there is none, with its status.
            |(id, ..)| load_import(id.unwrap_or_else(ImportId::nil)),
        );
        Self { import, forms, look }
    }

    fn view(this: Self) -> AnyView {
        let Self { import, forms, look } = this;
        let runs = StoredValue::new(false);
        Effect::new(move |_| {
            let now = import.get().and_then(Result::ok);
            runs.set_value(now.is_some_and(|import| import.card.state.is_under_way()));
        });
        browser::keep_fresh(REFRESH, move || {
            if runs.try_get_value().unwrap_or_default() {
                look.try_update(|n| *n += 1);
            }
        });
        view! {
            <PageHead title="Import contacts" />
            <div class="flex max-w-page flex-col gap-3">
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts/import">"All imports"</a>
                </p>
                <FormError error=failure(&forms.stop) />
                <FormError error=failure(&forms.resume) />
                <FormError error=failure(&forms.undo) />
                <FormError error=failure(&forms.remove) />
                <Loaded resource=import lines=10 let:import>
                    {content(import, forms)}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

fn content(import: ImportDetail, forms: Forms) -> AnyView {
    let (name, read_as) = (import.card.file_name.clone(), import.read_as.clone());
    let (chip, times) = (
        state(&import.card),
        format!("Uploaded {}. Times are those of {}.", import.card.created.local.short(), import.zone),
    );
    let head = view! {
        <Card>
            <div class="flex flex-col gap-2 p-4">
                <div class="flex flex-wrap items-center gap-2">
                    <h2 dir="auto" class="min-w-0 text-lg font-semibold wrap-anywhere">{name}</h2>
                    {chip}
                </div>
                <p class="text-xs text-faint">{read_as}</p>
            </div>
        </Card>
    };
    let body = match import.card.state {
        ImportState::Choosing => settings::form(&import, forms),
        _ => progress(&import, forms),
    };
    view! {
        {head}
        {body}
        <p class="text-xs text-faint">{times}</p>
    }
    .into_any()
}

/// `1,000,000`
pub fn number(n: i64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "12 new, 3 changed, 1 refused": what came of it in a line.
pub fn counts(import: &ImportCard) -> String {
    let counts = &import.counts;
    let parts =
        [(counts.made, "new"), (counts.changed, "changed"), (counts.same, "unchanged"), (counts.refused, "refused")];
    let parts: Vec<_> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", number(*n))).collect();
    match (import.state, parts.is_empty()) {
        (ImportState::Choosing, _) => "Nothing is imported yet".into(),
        (_, true) => "Nothing was imported".into(),
        _ => parts.join(", "),
    }
}

fn fact(name: &'static str, n: i64) -> AnyView {
    view! {
        <div class="min-w-0">
            <dt class="text-xs text-faint">{name}</dt>
            <dd class="text-lg tabular-nums">{number(n)}</dd>
        </div>
    }
    .into_any()
}

fn progress(import: &ImportDetail, forms: Forms) -> AnyView {
    let card = &import.card;
    let id = card.id.to_string();
    let under_way = card.state.is_under_way();
    let bar = under_way.then(|| {
        let (percent, words) = (card.counts.percent.to_string(), format!("{} %", card.counts.percent));
        let id = id.clone();
        let label = if card.state == ImportState::Running { "Import" } else { "Undo" };
        view! {
            <div class="flex items-center gap-3">
                <progress class="h-2 w-full accent-purple" aria-label=label max="100" value=percent></progress>
                <span class="text-[13px] tabular-nums">{words}</span>
            </div>
            <p class="text-xs text-faint">
                "You may leave this page: it goes on. "
                <a class="text-purple-soft hover:underline" rel="external" href=format!("/contacts/import/{id}")>"Show how far it is"</a>
            </p>
        }
        .into_any()
    });
    let facts = [
        ("Rows read", card.counts.rows),
        ("New contacts", card.counts.made),
        ("Changed", card.counts.changed),
        ("Unchanged", card.counts.same),
        ("Refused", card.counts.refused),
    ];
    let facts: Vec<_> = facts.into_iter().map(|(name, n)| fact(name, n)).collect();
    let (ended, refused, buttons) = (ended(import), refused(card), buttons(import, forms));
    view! {
        <Card>
            <div class="flex flex-col gap-4 p-4">
                {bar}
                <div role="status" class="flex flex-col gap-2">{ended}</div>
                <dl class="grid grid-cols-[repeat(auto-fill,minmax(110px,1fr))] gap-3">{facts}</dl>
                {refused}
                {buttons}
            </div>
        </Card>
    }
    .into_any()
}

/// What there is to say once it is over.
fn ended(import: &ImportDetail) -> AnyView {
    let card = &import.card;
    let (tone, text) = match card.state {
        ImportState::Running if card.stop_asked => (Tone::Quiet, "It ends in a moment.".to_owned()),
        ImportState::Running | ImportState::Choosing | ImportState::Undoing => return ().into_any(),
        ImportState::Done => (Tone::Good, format!("The file is imported: {}.", counts(card))),
        ImportState::Stopped => (
            Tone::Warning,
            "You stopped this import. What was taken in is kept. Go on with the rest, or undo it.".into(),
        ),
        ImportState::Failed => (Tone::Bad, String::new()),
        ImportState::Undone => {
            let kept = match card.counts.kept {
                0 => String::new(),
                1 => " 1 contact was changed afterwards: what was changed there is kept.".into(),
                n => format!(" {} contacts were changed afterwards: what was changed there is kept.", number(n)),
            };
            (Tone::Good, format!("The import is undone for {}.{kept}", contacts(card.counts.undone)))
        }
    };
    let why = card.why.clone().map(|why| view! { <Notice tone=Tone::Bad><p dir="auto">{why}</p></Notice> }.into_any());
    let said = (!text.is_empty()).then(|| view! { <Notice tone=tone><p>{text}</p></Notice> }.into_any());
    view! {
        {said}
        {why}
    }
    .into_any()
}

fn contacts(n: i64) -> String {
    if n == 1 { "1 contact".into() } else { format!("{} contacts", number(n)) }
}

fn refused(card: &ImportCard) -> Option<AnyView> {
    let n = card.counts.refused;
    (n > 0).then(|| {
        let most = (n > REFUSALS_KEPT).then(|| {
            let text = format!("The file has the first {} of them.", number(REFUSALS_KEPT));
            view! { <span class="text-xs text-faint">{text}</span> }.into_any()
        });
        let (href, words) = (
            format!("/api/v1/contact-imports/{}/refused.csv", card.id),
            if n == 1 { "Download the row that was refused".to_owned() } else { format!("Download the {} rows that were refused", number(n)) },
        );
        view! {
            <div class="flex flex-wrap items-center gap-3">
                <LinkButton href=href small=true external=true>
                    {words}
                </LinkButton>
                <span class="text-xs text-faint">"Each with its row number and the reason. Correct the file and upload it again. Kept for 30 days."</span>
                {most}
            </div>
        }
        .into_any()
    })
}

fn buttons(import: &ImportDetail, forms: Forms) -> AnyView {
    let card = &import.card;
    let import_id = card.id;
    let id = move || view! { <input type="hidden" name="import" value=import_id.to_string() /> }.into_any();
    let stop = (card.state == ImportState::Running && !card.stop_asked).then(|| {
        view! {
            <PostForm action=forms.stop>
                {id()}
                <Button small=true disabled=forms.stop.pending()>"Stop the import"</Button>
            </PostForm>
        }
        .into_any()
    });
    let resume = matches!(card.state, ImportState::Stopped | ImportState::Failed).then(|| {
        view! {
            <PostForm action=forms.resume>
                {id()}
                <Button small=true disabled=forms.resume.pending()>"Go on"</Button>
            </PostForm>
        }
        .into_any()
    });
    let undo = import.may_undo.then(|| {
        view! {
            <PostForm action=forms.undo>
                {id()}
                <Button kind=ButtonKind::Danger small=true disabled=forms.undo.pending()>"Undo the import"</Button>
            </PostForm>
        }
        .into_any()
    });
    let see = (!matches!(card.state, ImportState::Running | ImportState::Undoing))
        .then(|| view! { <LinkButton href="/contacts" small=true>"See the contacts"</LinkButton> }.into_any());
    let hint = import.may_undo.then(|| {
        let text = "Undo removes the new contacts and gives the changed ones back what they were. What people changed since then is kept.";
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    view! {
        <div class="flex flex-wrap items-center gap-2">{see} {stop} {resume} {undo}</div>
        {hint}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([0, 12, 999, 1_000, 1_000_000].map(super::number), ["0", "12", "999", "1,000", "1,000,000"]);
    }
}
