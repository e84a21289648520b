//! The form in which an account is connected whose platform makes passwords for programs, drawn from its data: nothing here
//! knows a platform. It works as a plain form post too.

use super::calls::SignInAccount;
use super::model::{Offer, SignInField, SignInForm};
use crate::ui::{Button, ButtonKind, ErrorNotice, FormAction, Glyph, Icon, PostForm, TextInput, failure};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// The button of an offer, and the form that it opens.
#[component]
pub fn SignInDetails(
    offer: Offer,
    form: SignInForm,
    query: Memo<ParamsMap>,
    action: FormAction<SignInAccount>,
) -> impl IntoView {
    let (platform, name) = (offer.platform, offer.platform.name());
    // The address names the form that is open: after "Reconnect", or when it comes back with an error.
    let asked = query.with_untracked(|q| q.get_str("connect") == Some(platform.id()));
    let renews = query.with_untracked(|q| q.get("for")).filter(|_| asked).unwrap_or_default();
    let next = query.with_untracked(|q| q.get("next")).filter(|_| asked).unwrap_or_default();
    let error = failure(&action);
    let general = move || {
        let error = error.get()?;
        // One action serves the forms of all platforms; what stands at a field of one of them says nothing of the others.
        let at_fields = !error.problems.is_empty() && error.problems.iter().all(|p| p.field.contains('.'));
        (!at_fields).then(|| view! { <ErrorNotice error=error /> })
    };
    let inputs = form.fields.into_iter().enumerate().map(|(n, field)| {
        let SignInField { name, label, help, initial, placeholder, is_secret } = field;
        // Whose account it is; nothing else is taken from the address: a link must not lead a password elsewhere.
        let typed = query.with_untracked(|q| q.get("account")).filter(|_| asked && n == 0);
        let input = if n == 0 { "account".to_owned() } else { format!("values[{name}]") };
        let of_error = format!("{platform}.{name}");
        view! {
            <TextInput
                id=format!("connect-{platform}-{name}")
                name=input
                label=label
                input_type=if is_secret { "password" } else { "text" }
                autocomplete="off"
                placeholder=placeholder
                hint=help
                required=true
                value=Signal::stored(typed.unwrap_or(initial))
                error=Signal::derive(move || error.with(|e| e.as_ref().and_then(|e| e.of(&of_error))))
            />
        }
    });
    let inputs = inputs.collect_view();
    view! {
        // Its room beside the name; the button itself stands in the tile's corner, and stays there when the form unfolds.
        <span aria-hidden="true" class="w-24"></span>
        <details id=format!("connect-{platform}") class="w-full open:mt-3" open=asked>
            <summary class=format!("absolute top-10.5 right-4 -translate-y-1/2 {}", ButtonKind::Secondary.class(true))>
                <Icon glyph=Glyph::Plug class="size-3.5" />
                "Connect"
                <span class="sr-only">{format!(" {name}")}</span>
            </summary>
            <div class="flex max-w-md flex-col gap-3">
                <p class="text-[13px] text-muted">{form.note}</p>
                {general}
                <PostForm action=action>
                    <input type="hidden" name="platform" value=platform.id() />
                    <input type="hidden" name="renews" value=renews />
                    <input type="hidden" name="next" value=next />
                    <div class="flex flex-col items-start gap-3 [&>*]:w-full">
                        {inputs}
                        <Button kind=ButtonKind::Primary disabled=action.pending()>
                            {format!("Connect this {name} account")}
                        </Button>
                    </div>
                </PostForm>
            </div>
        </details>
    }
    .into_any()
}
