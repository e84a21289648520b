//! Settings -> Company: name, time zone, language, what happens to posts that are late, and what pictures say about the place.

use super::calls::{SaveCompany, company, zone_names};
use super::fields::NameAndZone;
use super::model::{CompanySettings, LANGUAGES};
use crate::domain::error::Result;
use crate::ui::Screen;
use crate::ui::page::SettingsTabs;
use crate::ui::page::{PageHead, use_frame};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, FormAction, FormError, Loaded, Notice, PostForm, SelectBox, TextInput, Tone,
    failure, problem, success, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/settings/company`
pub struct CompanyPage {
    save: FormAction<SaveCompany>,
    settings: Resource<Result<CompanySettings>>,
    zones: Resource<Result<Vec<String>>>,
}

impl Screen for CompanyPage {
    fn data() -> Self {
        Self {
            save: FormAction::new(),
            settings: Resource::new_blocking(|| (), |()| company()),
            zones: Resource::new_blocking(|| (), |()| zone_names()),
        }
    }

    fn view(this: Self) -> AnyView {
        let CompanyPage { save, settings, zones } = this;
        let frame = use_frame();
        let saved = success(&save);
        // The switcher and the clock show what was just saved.
        Effect::new(move |_| {
            if saved.get() {
                frame.refetch();
            }
        });
        view! {
            <PageHead title="Company" />
            <SettingsTabs />
            <Card class="max-w-page">
                <CardHead title="Company" />
                <div class="p-4">
                    <Loaded resource=settings let:settings>
                        <SettingsForm settings save zones />
                    </Loaded>
                </div>
            </Card>
        }
        .into_any()
    }
}

#[component]
fn SettingsForm(
    settings: CompanySettings,
    save: FormAction<SaveCompany>,
    zones: Resource<Result<Vec<String>>>,
) -> impl IntoView {
    let CompanySettings { name, zone, language, late_minutes, keeps_picture_details, may_change } = settings;
    if !may_change {
        let language = LANGUAGES.iter().find(|(code, _)| *code == language).map_or("Other", |(_, name)| name);
        return view! {
            <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
                <dt class="text-muted">"Name"</dt>
                <dd dir="auto">{name}</dd>
                <dt class="text-muted">"Time zone"</dt>
                <dd>{zone}</dd>
                <dt class="text-muted">"Language"</dt>
                <dd>{language}</dd>
                <dt class="text-muted">"Late posts"</dt>
                <dd>{late_words(late_minutes)}</dd>
                <dt class="text-muted">"Location and camera details of pictures"</dt>
                <dd>{if keeps_picture_details { "are kept" } else { "are removed when a picture is added" }}</dd>
            </dl>
            <p class="mt-4 text-xs text-faint">"Owners and admins can change these."</p>
        }
        .into_any();
    }
    let error = failure(&save);
    let succeeded = success(&save);
    let done_before = use_query_map().get_untracked().get("done").is_some();
    let done = move || {
        (succeeded.get() || (done_before && error.get().is_none()))
            .then(|| view! { <Notice tone=Tone::Good>"Saved."</Notice> })
    };
    let details = if keeps_picture_details { "keep" } else { "remove" };
    let typed = |field, now: String| Signal::stored(typed(error, field, now));
    let (name, zone) = (typed("name", name), typed("zone", zone));
    let (language, details) = (typed("language", language), typed("picture_details", details.to_owned()));
    let late_minutes = typed("late_minutes", late_minutes.to_string());
    let languages = LANGUAGES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    view! {
        <PostForm action=save>
            <div class="grid items-start gap-x-6 gap-y-3 md:grid-cols-2">
                <NameAndZone
                    name=name
                    zone=zone
                    zones=zones
                    hint="The calendar shows times in this time zone. Scheduled posts keep their moment."
                    error=error
                />
                <SelectBox
                    id="language"
                    name="language"
                    label="Language of your posts"
                    options=languages
                    value=language
                    error=problem(error, "language")
                />
                <TextInput
                    id="late_minutes"
                    name="late_minutes"
                    input_type="number"
                    label="Still publish a late post if it is at most this many minutes late"
                    required=true
                    value=late_minutes
                    hint="After that the post is put on hold and we ask you. 0 always asks; 1440 is a day."
                    error=problem(error, "late_minutes")
                />
                <SelectBox
                    id="picture_details"
                    name="picture_details"
                    label="Location and camera details of pictures"
                    options=vec![
                        ("remove".into(), "Remove (recommended)".into()),
                        ("keep".into(), "Keep: everybody can see where and with what it was taken".into()),
                    ]
                    value=details
                    error=problem(error, "picture_details")
                />
                <div class="flex flex-col items-start gap-3 md:col-span-2">
                    <FormError error=error fields=&["name", "zone", "language", "late_minutes", "picture_details"] />
                    {done}
                    <Button kind=ButtonKind::Primary disabled=save.pending()>
                        "Save"
                    </Button>
                </div>
            </div>
        </PostForm>
    }
    .into_any()
}

/// What happens to a post that could not be sent in time.
fn late_words(minutes: i32) -> String {
    match minutes {
        0 => "are put on hold; we ask you".to_owned(),
        1 => "go out when at most a minute late; otherwise we ask you".to_owned(),
        n => format!("go out when at most {n} minutes late; otherwise we ask you"),
    }
}
