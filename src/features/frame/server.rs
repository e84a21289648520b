//! The frame's data.

use crate::domain::error::Result;
use crate::domain::frame::{FrameData, SANDBOX_LINE, SandboxLine};
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::features::agents::server::service as agents;
use crate::features::deliveries::server::service as deliveries;
use crate::features::diagnostics::server::service as diagnostics;
use crate::features::identity::companies::server::service as companies;
use crate::features::queue::server::service as queue;
use crate::infra::session::{Who, cookie_value};
use crate::infra::settings::Settings;
use crate::infra::zone;
use chrono::Utc;
use http::request::Parts;
use leptos::prelude::use_context;

pub async fn frame(who: Who) -> Result<FrameData> {
    let companies = companies::of_user(&who.app, who.user).await?;
    let current = who.membership.map(|(id, _)| id);
    let company = companies.iter().find(|c| Some(c.id) == current).cloned();
    let deliveries = match current {
        Some(id) => deliveries::waiting_for_people(&who.app.tenant(id)).await?,
        None => 0,
    };
    let proposals = match who.clone().require(Permission::View) {
        Ok(granted) => agents::waiting(&granted).await?,
        Err(_) => 0,
    };
    let alarm = diagnostics::alarm(&who).await?;
    let zone = zone::of(company.as_ref().map_or("UTC", |c| &c.zone));
    let now = Utc::now();
    Ok(FrameData {
        initials: initials(&who.name),
        name: who.name,
        email: who.email,
        company_initials: initials(company.as_ref().map_or("No company", |c| &c.name)),
        company,
        companies,
        sandbox: sandbox_line(&who.app.settings),
        attention: deliveries + proposals,
        proposals,
        alarm,
        pause: queue::pause(&who.app.db, zone).await?,
        now: When { at: now.into(), local: zone::local(zone, now) },
    })
}

fn sandbox_line(settings: &Settings) -> Option<SandboxLine> {
    let cookie = |parts: Parts| cookie_value(&parts.headers, SANDBOX_LINE);
    settings.sandbox.then(|| SandboxLine {
        address: format!("http://{}/", settings.sandbox_addr),
        folded: use_context::<Parts>().and_then(cookie).is_some_and(|value| value == "folded"),
    })
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn letters_for_names() {
        assert_eq!(initials("Maya Castro"), "MC");
        assert_eq!(initials("Northwind Roasters and Sons"), "NS");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials("«» —"), "");
    }
}
