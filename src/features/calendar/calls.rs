//! What the calendar asks of the server.

use super::model::{CalendarQuery, CalendarView};
use crate::domain::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[server(input = Json)]
pub async fn view_calendar(query: CalendarQuery) -> Result<CalendarView, AppError> {
    use super::model::CalendarDay;
    use crate::domain::permission::Permission;
    use crate::features::identity::companies;
    use crate::features::posts;
    use crate::infra::http::call;
    use crate::infra::zone;
    call::allowed(Permission::View, async |who| {
        let name = companies::server::service::zone(&who.tenant).await?;
        let now = chrono::Utc::now();
        let day = query.day.unwrap_or_else(|| zone::today(name, now));
        let (first, last) = query.span.range(day);
        let (from, to) = (zone::start_of(name, first), zone::start_of(name, last.plus(1)));
        let cards = posts::server::cards::between(&who.tenant, from, to).await?;
        let mut cards = posts::server::cards::for_person(&who, cards);
        cards.retain(|card| {
            query.platform.is_none_or(|p| card.deliveries.iter().any(|d| d.platform == p))
                && (!query.attention || card.state.needs_attention())
        });
        let days = (0..=last.number() - first.number())
            .map(|n| {
                let day = first.plus(n);
                let posts = cards.iter().filter(|c| c.due.is_some_and(|d| d.local.day == day)).cloned().collect();
                CalendarDay { day, clock_change: zone::clock_change(name, day), posts }
            })
            .collect();
        let (zone, now) = (name.name().to_owned(), zone::local(name, now));
        Ok(CalendarView { span: query.span, day, zone, now, days, role: who.role })
    })
    .await
}
