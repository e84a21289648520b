//! What every handler, server function and job gets: one cheap clone of everything that lives as long as the process.

use super::calls::CallLog;
use super::crypto::KeyRing;
use super::database::Tenant;
use super::http::outbound::Outbound;
use super::http::throttle::Throttles;
use super::incidents::Incidents;
use super::queue::Catalogue;
use super::settings::Settings;
use super::storage::MediaStore;
use super::vitals::Vitals;
use crate::domain::ids::CompanyId;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use leptos::prelude::use_context;
use sqlx::PgPool;
use std::sync::Arc;

#[derive(Clone, FromRef)]
pub struct App {
    pub settings: Arc<Settings>,
    pub db: PgPool,
    /// The queue's and the deliveries' own connections.
    pub pipeline: Pipeline,
    /// Which irreversible calls were begun, by this process and by those before it.
    pub calls: Arc<CallLog>,
    /// Seals and opens secrets and tokens.
    pub keys: Arc<KeyRing>,
    /// The one HTTP client for everything outside.
    pub outbound: Outbound,
    /// The server's own folder of files. Where those of a company lie, `features::media` says (`server/stores`).
    pub folder: MediaStore,
    /// Limits on what one caller may ask of us.
    pub throttles: Arc<Throttles>,
    /// The jobs of all features by name, and what fires by the clock; the queue's pages show them without knowing the
    /// features.
    pub jobs: Arc<Catalogue>,
    /// Faults of this process that are not written down yet.
    pub incidents: Arc<Incidents>,
    /// When each part of the server was last seen to work.
    pub vitals: Arc<Vitals>,
    pub leptos: LeptosOptions,
}

/// A pool of its own type, so that nobody gets it for the usual one.
#[derive(Clone)]
pub struct Pipeline(pub PgPool);

impl App {
    /// The handle that store functions take.
    pub fn tenant(&self, company: CompanyId) -> Tenant {
        Tenant::new(self.db.clone(), company)
    }

    /// The state inside a server function or a page that is being rendered.
    pub fn from_context() -> Option<Self> {
        use_context::<Self>()
    }
}
