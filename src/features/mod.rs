//! One folder per capability. In each: `model` (types both sides share), `calls` (server functions),
//! pages (what is seen), `server` (SQL in `store`, rules in `service`, REST, jobs).

pub mod calendar;
pub mod connections;
pub mod deliveries;
pub mod frame;
pub mod home;
pub mod identity;
pub mod inbox;
pub mod media;
pub mod posts;
pub mod preflight;
pub mod queue;
pub mod secrets;
pub mod studio;

/// The addresses of all features that are not pages or server functions.
#[cfg(feature = "ssr")]
pub fn rest() -> axum::Router<crate::infra::state::App> {
    axum::Router::new()
        .merge(connections::server::rest::routes())
        .merge(media::server::rest::routes())
        .merge(queue::server::rest::routes())
        .merge(posts::server::rest::routes())
        .merge(studio::server::rest::routes())
}

/// Every kind of job.
#[cfg(feature = "ssr")]
pub fn handlers() -> Vec<std::sync::Arc<dyn crate::infra::queue::Handler>> {
    use crate::infra::http::{idempotency, limits};
    use crate::infra::queue::clean_up::{self, CleanUp, WeeklyCleanUp};
    use crate::infra::session;
    use std::sync::Arc;
    vec![
        Arc::new(deliveries::server::deliver::Deliver::default()),
        Arc::new(deliveries::server::sweep::Sweep::default()),
        Arc::new(CleanUp(vec![
            session::delete_ended,
            connections::server::service::delete_old_consents,
            idempotency::delete_old,
            limits::shared::delete_ended,
            clean_up::own_jobs,
        ])),
        Arc::new(WeeklyCleanUp(vec![
            clean_up::old_jobs,
            identity::companies::server::service::delete_ended_invitations,
            preflight::server::delete_old,
        ])),
        Arc::new(preflight::server::job::Wake),
        Arc::new(preflight::server::job::Check),
        Arc::new(connections::server::jobs::RefreshTokens),
        Arc::new(connections::server::jobs::RefreshAhead),
        Arc::new(secrets::server::reencrypt::ReencryptAll {
            holders: vec![Box::new(secrets::server::reencrypt::Keys), Box::new(connections::server::reencrypt::Tokens)],
        }),
        Arc::new(preflight::server::changed::ConnectionChangedHandler),
    ]
}

/// Everything that fires by the clock.
#[cfg(feature = "ssr")]
pub fn schedules() -> &'static [crate::infra::queue::Schedule] {
    use crate::infra::queue::Schedule;
    use crate::infra::queue::clean_up::{NIGHTLY, WEEKLY};
    static ALL: [Schedule; 7] = [
        deliveries::server::sweep::EVERY_MINUTE,
        preflight::server::job::EVERY_MINUTE,
        NIGHTLY,
        WEEKLY,
        secrets::server::reencrypt::NIGHTLY,
        Schedule { name: "refresh_tokens", cron: "0 0 */6 * * *", kind: "refresh_tokens", max_attempts: 5 },
        connections::server::jobs::AHEAD,
    ];
    &ALL
}

/// Everything that holds encrypted values.
#[cfg(feature = "ssr")]
pub fn reencrypt_all() -> secrets::server::reencrypt::ReencryptAll {
    use secrets::server::reencrypt::{Keys, ReencryptAll};
    ReencryptAll { holders: vec![Box::new(Keys), Box::new(connections::server::reencrypt::Tokens)] }
}
