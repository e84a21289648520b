//! Where "Forgot your password?" leads: there is no mail, so it says whom to ask.

use crate::features::identity::accounts::entrance::Entrance;
use crate::features::identity::accounts::model::RESET_HOURS;
use crate::ui::{LinkButton, PageTitle, Screen};
use leptos::prelude::*;

/// `/forgot`
pub struct ForgotPage;

impl Screen for ForgotPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <PageTitle text="Forgot your password?" />
            <Entrance title="Forgot your password?">
                <p>
                    "Ask an owner or admin of your company for a link. They make it under Settings, Members, and send it to you; with it you set a new password."
                </p>
                <p class="text-[13px] text-muted">
                    {format!("The link works once, for {RESET_HOURS} hours. Nobody else sees your new password.")}
                </p>
                <p class="text-[13px] text-muted">
                    "Nobody there to ask? The person who runs this server can make the link too: "
                    <code class="font-mono text-xs">"lux reset-password"</code> " and your e-mail address."
                </p>
                <LinkButton href="/login">"Back to sign-in"</LinkButton>
            </Entrance>
        }
        .into_any()
    }
}
