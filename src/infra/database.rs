//! Postgres: the pool, migrations under a lock, the tenant handle, and how SQL errors become [`AppError`].

use crate::domain::error::AppError;
use crate::domain::ids::CompanyId;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// A pool and the company that may be touched through it. Stores take this, never a bare pool.
#[derive(Clone)]
pub struct Tenant {
    pub db: PgPool,
    pub company: CompanyId,
}

impl Tenant {
    pub fn new(db: PgPool, company: CompanyId) -> Self {
        Self { db, company }
    }
}

/// What holds for every connection.
/// - jit: our statements are short; where Postgres guesses otherwise, compiling takes a thousand times as long as running
///   (seen with a million jobs in the queue: 1.4 s instead of 0.2 ms for a claim).
/// - Whatever the server's default is: what is committed must survive a power cut, an arming above all.
/// - A transaction in which nothing happens for this long is ended by Postgres. A node that stands still or is cut off in
///   the middle of one would otherwise keep its locks (on the rows of a delivery and of its job) for as long as the
///   network is silent, and nobody could take over. Shorter than a lease; a transaction that waits for somebody else on
///   purpose sets another limit for itself.
const SESSION: [(&str, &str); 3] =
    [("jit", "off"), ("synchronous_commit", "on"), ("idle_in_transaction_session_timeout", "6s")];

/// By which the database knows the connections of this process that pages share, unless DATABASE_URL gives another name.
static NAME: LazyLock<String> = LazyLock::new(|| format!("lux {} pages", uuid::Uuid::new_v4().simple()));

pub fn name() -> &'static str {
    &NAME
}

/// Opens the pool; fails within ten seconds when nobody answers.
pub async fn connect(url: &str, max_connections: u32) -> Result<PgPool, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.options(SESSION).statement_cache_capacity(500);
    let options = if options.get_application_name().is_some() { options } else { options.application_name(&NAME) };
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options)
        .await
}

/// The worker's own few connections, opened when they are first used, so that a page which asks much cannot keep
/// deliveries waiting.
pub fn pipeline(url: &str) -> Result<PgPool, sqlx::Error> {
    // Its statements take arrays and reach rows by their keys: one plan fits every call, so none is made anew. It may have
    // been made while the tables were empty: without sequential scans it stays good when they have grown.
    let plans = [("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")];
    let options = PgConnectOptions::from_str(url)?.options(SESSION).options(plans);
    Ok(PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_secs(300))
        .connect_lazy_with(options))
}

/// Brings the schema up to date. sqlx takes an advisory lock, so nodes that start together do not collide.
pub async fn migrate(db: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(db).await
}

/// How many migrations this program knows and how many the database has.
pub async fn migration_state(db: &PgPool) -> Result<(usize, usize), sqlx::Error> {
    let applied: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(db).await?;
    Ok((MIGRATOR.iter().count(), applied as usize))
}

/// A database error is ours, not the caller's: the cause is logged here, once, and the caller gets a reference.
impl From<sqlx::Error> for AppError {
    #[track_caller]
    fn from(error: sqlx::Error) -> Self {
        let place = std::panic::Location::caller();
        if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) {
            tracing::error!(%error, %place, "database does not answer");
            return Self::unavailable(
                "The program cannot reach its data right now. Nothing was lost; please try again.",
            );
        }
        let reference = super::telemetry::request_id();
        tracing::error!(%error, %place, reference, "database query failed");
        Self::bug(reference)
    }
}

/// Turns the violation of a named constraint into a typed error.
pub trait OnConstraint<T> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> Result<T, AppError>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    #[track_caller]
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> Result<T, AppError> {
        match self {
            Err(sqlx::Error::Database(e)) if e.constraint() == Some(name) => Err(error()),
            other => Ok(other?),
        }
    }
}
