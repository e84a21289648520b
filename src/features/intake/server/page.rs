//! What the page about Zapier shows, and its test button.

use super::keys::{self, Sender};
use super::together::Together;
use super::{items, receive, rest};
use crate::domain::error::{AppError, Result};
use crate::features::contacts::server::segments;
use crate::features::identity::companies::server::service as companies;
use crate::features::intake::hooks::server::subscriptions;
use crate::features::intake::model::{IntakePage, IntakeQuery, NewKey, NewsletterRule};
use crate::infra::http::{flash, reply};
use crate::infra::session::Granted;
use crate::infra::telemetry;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Parts;
use leptos::prelude::use_context;

pub const PAGE: &str = "/settings/zapier";
/// Whom the test button sends.
const SAMPLE: &str =
    r#"{"email": "zapier-test@example.com", "name": "Test from LUX", "source": "Test", "tags": "test"}"#;

pub async fn load(who: &Granted, query: &IntakeQuery) -> Result<IntakePage> {
    let tenant = &who.tenant;
    let newsletter = segments::newsletter(tenant).await?;
    Ok(IntakePage {
        address: who.app.settings.public_url.join(rest::PATH).map_or_else(|_| rest::PATH.to_owned(), Into::into),
        keys: keys::list(tenant).await?,
        fresh: flash::take(&who.app, PAGE).as_deref().and_then(from_flash),
        part: items::part(tenant, query).await?,
        full: items::is_full(tenant).await?,
        rule: NewsletterRule {
            sources: newsletter.sources.join("\n"),
            tags: newsletter.tags.join("\n"),
            members: newsletter.members,
        },
        hooks: subscriptions::list(tenant).await?,
        zone: companies::zone(tenant).await?.name().to_owned(),
    })
}

/// Makes credentials; after a form without JavaScript the page shows them once.
pub async fn make(who: &Granted, user_name: &str) -> Result<NewKey> {
    let made = keys::make(who, user_name).await?;
    if use_context::<Parts>().is_some_and(|parts| reply::is_plain_form(&parts)) {
        let name = BASE64_URL_SAFE_NO_PAD.encode(&made.user_name);
        flash::put(&who.app, PAGE, &format!("{name}.{}", made.password));
    }
    Ok(made)
}

fn from_flash(flash: &str) -> Option<NewKey> {
    let (name, password) = flash.split_once('.')?;
    let user_name = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(name).ok()?).ok()?;
    Some(NewKey { user_name, password: password.to_owned() })
}

/// Takes in a made-up contact by the very way that one from Zapier goes.
pub async fn send_test(who: &Granted) -> Result<()> {
    let sender =
        Sender { company: who.company, company_name: String::new(), user_name: format!("Test by {}", who.name) };
    let request = http::Request::post(rest::PATH)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(axum::body::Body::from(SAMPLE))
        .map_err(|_| AppError::bug(None))?;
    let asked = receive::asked(request).await.map_err(|_| AppError::bug(None))?;
    let answer = receive::receive(&who.tenant, &sender, &asked, &Together::default()).await?;
    if answer.status().is_success() { Ok(()) } else { Err(AppError::bug(telemetry::request_id())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::session;

    #[test]
    fn what_waits_for_the_page_is_read_again() {
        let name = BASE64_URL_SAFE_NO_PAD.encode("zap@office");
        let made = from_flash(&format!("{name}.{}", "p-_x")).expect("credentials");
        assert_eq!((made.user_name.as_str(), made.password.as_str()), ("zap@office", "p-_x"));
        assert_eq!(from_flash("nonsense"), None);
        assert!(session::random_token().chars().all(|c| c != '.'), "the two can be told apart");
    }
}
