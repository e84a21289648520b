//! The frame's data.

use crate::domain::error::Result;
use crate::domain::frame::FrameData;
use crate::domain::moment::When;
use crate::features::deliveries::server::service as deliveries;
use crate::features::identity::companies::server::service as companies;
use crate::features::queue::server::service as queue;
use crate::infra::session::Who;
use crate::infra::zone;
use chrono::Utc;

pub async fn frame(who: Who) -> Result<FrameData> {
    let companies = companies::of_user(&who.app, who.user).await?;
    let current = who.membership.map(|(id, _)| id);
    let company = companies.iter().find(|c| Some(c.id) == current).cloned();
    let attention = match current {
        Some(id) => deliveries::waiting_for_people(&who.app.tenant(id)).await?,
        None => 0,
    };
    let zone = zone::of(company.as_ref().map_or("UTC", |c| &c.zone));
    let now = Utc::now();
    Ok(FrameData {
        name: who.name,
        email: who.email,
        company,
        companies,
        sandbox: who.app.settings.sandbox,
        attention,
        pause: queue::pause(&who.app.db, zone).await?,
        now: When { at: now.into(), local: zone::local(zone, now) },
    })
}
