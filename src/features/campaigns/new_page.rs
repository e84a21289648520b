//! `/campaigns/new`: the brief of a new campaign.

use super::calls::{CreateCampaign, load_brief};
use super::model::{BriefForm, MAX_DAYS};
use crate::domain::error::AppError;
use crate::features::captions::model::Tone;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, Check, FormAction, FormError, LinkButton, Loaded, Notice, PlatformIcon, PostForm, Screen,
    SelectBox, TextArea, TextInput, failure, problem, typed,
};
use leptos::prelude::*;

const FIELDS: &[&str] = &["name", "goal", "product", "audience", "from", "to", "budget", "accounts"];

pub struct NewCampaignPage {
    form: Resource<Result<BriefForm, AppError>>,
    create: FormAction<CreateCampaign>,
}

impl Screen for NewCampaignPage {
    fn data() -> Self {
        Self { form: Resource::new_blocking(|| (), |()| load_brief()), create: FormAction::new() }
    }

    fn view(this: Self) -> AnyView {
        let Self { form, create } = this;
        view! {
            <PageHead title="New campaign" />
            <div class="flex max-w-3xl flex-col gap-3">
                <p><a class="text-[13px] text-purple-soft hover:underline" href="/campaigns">"All campaigns"</a></p>
                <Loaded resource=form lines=8 let:form>
                    {brief(form, create)}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

fn brief(form: BriefForm, create: FormAction<CreateCampaign>) -> AnyView {
    if form.accounts.is_empty() {
        return view! {
            <Notice>
                <div class="flex flex-wrap items-center gap-3">
                    <p>"A campaign plans posts for your accounts. Connect one first."</p>
                    <LinkButton href="/connections" small=true>"Connect an account"</LinkButton>
                </div>
            </Notice>
        }
        .into_any();
    }
    let error = failure(&create);
    let field = |name: &str, now: &str| Signal::stored(typed(error, name, now.to_owned()));
    let (name, goal, product) = (field("name", ""), field("goal", ""), field("product", ""));
    let (audience, budget) = (field("audience", ""), field("budget", ""));
    let (from, to) = (field("from", &form.from.to_string()), field("to", &form.to.to_string()));
    let tone = field("tone", Tone::default().id());
    let tones = Tone::ALL.map(|tone| (tone.id().to_owned(), tone.name().to_owned())).to_vec();
    let ticked = typed(error, "ticked", String::new());
    let boxes: Vec<_> = form
        .accounts
        .into_iter()
        .map(|account| {
            let id = account.id.to_string();
            let on = Signal::stored(ticked.split(',').any(|one| one == id));
            let icon = account.platform.map(|platform| view! { <PlatformIcon platform=platform /> }.into_any());
            let gone =
                account.gone.then(|| view! { <span class="text-xs text-warn">"connect again"</span> }.into_any());
            view! {
                <Check name="accounts[]" value=id checked=on>
                    {icon}
                    <span dir="auto" class="min-w-0 wrap-anywhere">{account.handle}</span>
                    {gone}
                </Check>
            }
            .into_any()
        })
        .collect();
    let adds = match form.has_model {
        true => {
            "Days and times come from your own posts; a model writes strategy, messages and texts. Nothing goes out before you accept it."
        }
        false => {
            "Days, times and pictures come from your own posts and library, and each post says what it could be about. With a key of a model service (Settings → Integrations) the texts are written, too. Nothing goes out before you accept it."
        }
    };
    let picked = problem(error, "accounts");
    view! {
        <Card class="p-4">
            <PostForm action=create class="flex flex-col gap-2">
                <TextInput id="campaign-name" name="name" label="Name" hint="By which you find it again." value=name error=problem(error, "name") required=true />
                <TextArea
                    id="campaign-goal"
                    name="goal"
                    label="Goal"
                    hint="What is to be reached, in a few sentences, with the facts that posts may name: prices, days, offers."
                    rows=4
                    value=goal
                    error=problem(error, "goal")
                />
                <TextArea
                    id="campaign-product"
                    name="product"
                    label="Product or page"
                    hint="What it is about, or the address of its page. May stay empty."
                    rows=2
                    value=product
                    error=problem(error, "product")
                />
                <TextInput id="campaign-audience" name="audience" label="For whom" hint="May stay empty." value=audience error=problem(error, "audience") />
                <div class="grid gap-x-4 gap-y-2 min-[701px]:grid-cols-2">
                    <TextInput id="campaign-from" name="from" label="First day" input_type="date" value=from error=problem(error, "from") />
                    <TextInput
                        id="campaign-to"
                        name="to"
                        label="Last day"
                        input_type="date"
                        hint=format!("At most {MAX_DAYS} days. Days are those of {}.", form.zone)
                        value=to
                        error=problem(error, "to")
                    />
                    <SelectBox id="campaign-tone" name="tone" label="Tone" options=tones value=tone />
                    <TextInput id="campaign-budget" name="budget" label="Budget" hint="For your own notes. May stay empty." value=budget error=problem(error, "budget") />
                </div>
                <fieldset class="flex flex-col gap-1">
                    <legend class="mb-1 text-[13px] text-muted">"Accounts"</legend>
                    <div class="grid gap-x-4 gap-y-1 min-[701px]:grid-cols-2">{boxes}</div>
                    <p class="text-xs text-bad" aria-live="polite">{move || picked.get()}</p>
                </fieldset>
                <FormError error=error fields=FIELDS />
                <p class="text-[13px] text-muted">{adds}</p>
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=create.pending()>"Plan the campaign"</Button>
                    <LinkButton href="/campaigns">"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}
