//! One folder per capability. In each: `model` (types both sides share), `calls` (server functions),
//! pages (what is seen), `server` (SQL in `store`, rules in `service`, REST, jobs).

pub mod accounts;
pub mod calendar;
pub mod companies;
pub mod connections;
pub mod home;
pub mod media;
pub mod posts;
pub mod publishing;
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
    let mut all = publishing::server::handlers();
    all.push(std::sync::Arc::new(connections::server::jobs::RefreshTokens));
    all.push(std::sync::Arc::new(connections::server::jobs::RefreshAhead));
    all.push(std::sync::Arc::new(secrets::server::reseal::Reseal));
    all
}

/// Everything that fires by the clock.
#[cfg(feature = "ssr")]
pub fn schedules() -> &'static [crate::infra::queue::Schedule] {
    &publishing::server::SCHEDULES
}
