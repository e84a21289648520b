//! What the calendar asks of the server.

use super::model::{CalendarQuery, CalendarView};
use crate::domain::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[server(input = Json)]
pub async fn view_calendar(query: CalendarQuery) -> Result<CalendarView, AppError> {
    use super::model::{CalendarDay, Span};
    use crate::domain::moment::Day;
    use crate::domain::permission::Permission;
    use crate::features::identity::companies;
    use crate::features::posts::server::cards::{self, DayCards};
    use crate::features::posts::server::listed::OnDays;
    use crate::infra::http::call;
    use crate::infra::zone;
    call::allowed(Permission::View, async |who| {
        let name = companies::server::service::zone(&who.tenant).await?;
        let now = chrono::Utc::now();
        let day = query.day.unwrap_or_else(|| zone::today(name, now));
        let (first, last) = query.span.range(day);
        let days: Vec<_> = (0..=last.number() - first.number()).map(|n| first.plus(n)).collect();
        let start = |day| zone::start_of(name, day);
        let stretches: Vec<_> = days.iter().map(|day| (start(*day), start(day.plus(1)))).collect();
        let after = query.after.filter(|_| query.span == Span::Day);
        let which = OnDays { platform: query.platform, attention: query.attention, after };
        let limit = i64::from(query.span.of_a_day());
        let found = cards::of_days(&who.tenant, &stretches, which, limit).await?;
        let of_day = |(day, found): (Day, DayCards)| {
            let more = found.total - found.cards.len() as i64;
            let posts = cards::for_person(&who, found.cards);
            let (clock_change, skipped) = (zone::clock_change(name, day), zone::skipped_hours(name, day));
            CalendarDay { day, clock_change, skipped, posts, more, next: found.last }
        };
        let days = days.into_iter().zip(found).map(of_day).collect();
        let (zone, now) = (name.name().to_owned(), zone::local(name, now));
        Ok(CalendarView { span: query.span, day, zone, now, days, role: who.role })
    })
    .await
}
