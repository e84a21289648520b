//! One folder per capability. In each: `model` (types both sides share), `calls` (server functions),
//! pages (what is seen), `server` (SQL in `store`, rules in `service`, REST, jobs).

pub mod agents;
pub mod brand_voice;
pub mod calendar;
pub mod campaigns;
pub mod captions;
pub mod chat;
pub mod comments;
pub mod connections;
pub mod contacts;
pub mod deliveries;
pub mod diagnostics;
pub mod emoji;
pub mod frame;
pub mod home;
pub mod identity;
pub mod inbox;
pub mod intake;
pub mod links;
pub mod media;
pub mod models;
pub mod posts;
pub mod preflight;
pub mod queue;
pub mod recent;
pub mod secrets;
pub mod snippets;
pub mod studio;

/// The addresses of all features that are not pages or server functions.
#[cfg(feature = "ssr")]
pub fn rest() -> axum::Router<crate::infra::state::App> {
    axum::Router::new()
        .merge(agents::server::rest::routes())
        .merge(captions::server::rest::routes())
        .merge(chat::server::rest::routes())
        .merge(connections::server::rest::routes())
        .merge(contacts::server::rest::routes())
        .merge(deliveries::server::rest::routes())
        .merge(diagnostics::server::rest::routes())
        .merge(intake::server::rest::routes())
        .merge(intake::hooks::server::rest::routes())
        .merge(links::server::visit::routes())
        .merge(media::server::rest::routes())
        .merge(queue::server::rest::routes())
        .merge(posts::server::rest::routes())
        .merge(recent::server::rest::routes())
        .merge(studio::server::rest::routes())
}

/// Every kind of job: what the worker runs, what fires by the clock, and what the queue's pages call them.
#[cfg(feature = "ssr")]
pub fn jobs() -> crate::infra::queue::Registry {
    use crate::infra::http::{idempotency, limits};
    use crate::infra::queue::Registry;
    use crate::infra::queue::clean_up::{self, CleanUp, WeeklyCleanUp};
    use crate::infra::session;
    Registry::default()
        .with(contacts::server::duplicates::find::FindDuplicates)
        .with(contacts::server::import::job::RunImport)
        .with(contacts::server::import::job::UndoImport)
        .with(contacts::server::import::job::DropOldImports)
        .with(deliveries::server::deliver::Deliver::default())
        .with(deliveries::server::sweep::Sweep::default())
        .with(preflight::server::job::Wake)
        .with(preflight::server::job::Check)
        .with(CleanUp(vec![
            session::delete_ended,
            connections::server::service::delete_old_consents,
            idempotency::delete_old,
            limits::shared::delete_ended,
            diagnostics::server::service::delete_old,
            intake::server::items::delete_old,
            intake::hooks::server::subscriptions::delete_old,
            recent::server::delete_old,
            clean_up::own_jobs,
        ]))
        .with(WeeklyCleanUp(vec![
            clean_up::old_jobs,
            identity::companies::server::service::delete_ended_invitations,
            identity::accounts::server::reset::delete_old,
            links::server::service::remove_deleted,
            media::server::folders::remove_deleted,
            media::server::making::delete_old,
            media::server::converting::delete_old,
            contacts::server::acts::remove_deleted,
            contacts::segments::server::service::remove_deleted,
            contacts::server::fields::remove_deleted,
            contacts::segments::server::drafts::delete_old,
            models::server::delete_old,
            captions::server::service::delete_unsaved,
            studio::server::unsaved::delete_old,
            preflight::server::delete_old,
            snippets::server::service::remove_deleted,
            snippets::server::delete_old_acts,
            agents::server::delete_old,
            chat::server::remove_deleted,
            campaigns::server::remove_deleted,
        ]))
        .with(media::server::assemble::Assemble)
        .with(media::server::assemble::DropIdleUploads)
        .with(media::server::converting::ConvertVideo)
        .with(media::server::making::MakePictures)
        .with(media::server::poster::MakePoster)
        .with(media::server::removal::DropDeletedFiles)
        .with(reencrypt_all())
        .with(connections::server::jobs::RefreshTokens)
        .with(connections::server::jobs::RefreshAhead)
        .with(connections::server::changed::ConnectionChanged(vec![
            preflight::server::changed::follow,
            comments::server::changed::follow,
        ]))
        .with(diagnostics::server::repair::job::AutoRepair)
        .with(comments::server::collect::Collect)
        .with(comments::server::send::SendReply)
        .with(contacts::segments::server::refresh::RefreshSegment)
        .with(contacts::server::tidy::TidyField)
        .with(contacts::segments::server::refresh::RefreshMoving)
        .with(intake::hooks::server::send::SendHook)
        .with(agents::server::clock::WakeAgents)
        .with(agents::server::run::RunAgent)
        .with(campaigns::server::run::WriteCampaign)
}

/// Everything that holds encrypted values.
#[cfg(feature = "ssr")]
pub fn reencrypt_all() -> secrets::server::reencrypt::ReencryptAll {
    use secrets::server::reencrypt::{Keys, ReencryptAll};
    ReencryptAll { holders: vec![Box::new(Keys), Box::new(connections::server::reencrypt::Tokens)] }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::jobs;
    use crate::infra::queue::ticker;

    /// What is missing or misspelt here would be seen by people only.
    #[test]
    fn every_job_and_schedule_has_its_words_and_a_time() {
        let jobs = jobs();
        let catalogue = jobs.catalogue();
        for kind in catalogue.kinds() {
            let title = catalogue.title(kind).unwrap_or_default();
            assert!(title.starts_with(char::is_uppercase) && !title.ends_with('.'), "{kind}: {title:?}");
        }
        assert!(catalogue.schedules().len() >= 7);
        for schedule in catalogue.schedules() {
            let (name, given) = (schedule.name, (schedule.payload)(chrono::Utc::now()));
            assert!(given.is_ok_and(|given| given.is_object()), "{name}");
            assert!(ticker::next(schedule, chrono::Utc::now()).is_ok() && ticker::in_words(schedule).is_ok(), "{name}");
            assert!(schedule.title.starts_with(char::is_uppercase), "{name}: {:?}", schedule.title);
            assert!(schedule.does.ends_with('.') && schedule.does.len() > 20, "{name}: {:?}", schedule.does);
            let stopped = schedule.when_stopped;
            assert!(stopped.starts_with("While this is stopped, ") && stopped.ends_with('.'), "{name}: {stopped:?}");
        }
    }
}
