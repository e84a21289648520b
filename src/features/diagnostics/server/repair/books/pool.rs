//! The connections that pages share: all taken by statements that do not end, so that nobody else gets one. The repair itself
//! then uses connections of its own ([`aside`]).

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::Result;
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::infra::database;
use crate::infra::state::App;
use async_trait::async_trait;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::time::Duration;

pub struct Pool;

/// Who waits longer for a connection gets none. A healthy pool gives one within milliseconds.
const WAIT: Duration = Duration::from_secs(3);
/// While nobody gets a connection, a statement that runs for so many seconds is one that hangs: pages give up waiting by then.
const HANGS: f64 = 10.0;

async fn gives(pool: &PgPool) -> std::result::Result<(), Option<sqlx::Error>> {
    match tokio::time::timeout(WAIT, pool.acquire()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Some(error)),
        Err(_) => Err(None),
    }
}

/// The state for a look at everything, where the pool gives no connection though the database lets others in; `None`: the usual one
/// will do.
pub async fn aside(app: &App) -> Option<App> {
    app.vitals.set_stuck(None);
    match gives(&app.db).await {
        Err(None | Some(sqlx::Error::PoolTimedOut)) => {}
        // It is well, or the database does not answer: that is told by others.
        _ => return None,
    }
    let options = (*app.db.connect_options()).clone().application_name("lux aside");
    let other = PgPoolOptions::new().max_connections(2).acquire_timeout(WAIT).connect_with(options).await.ok()?;
    app.vitals.set_stuck(Some(app.db.clone()));
    Some(App { db: other, ..app.clone() })
}

/// Connections of a process to this database, as the database sees them.
#[derive(Debug)]
struct Seen {
    all: i64,
    idle: i64,
    hanging: i64,
}

async fn seen(app: &App, name: &str) -> Result<Seen> {
    Ok(sqlx::query_as!(
        Seen,
        r#"select count(*) as "all!", count(*) filter (where state = 'idle') as "idle!",
                  count(*) filter (where state = 'active' and query_start < now() - make_interval(secs => $2)) as "hanging!"
           from pg_stat_activity where datname = current_database() and application_name = $1"#,
        name,
        HANGS
    )
    .fetch_one(&app.db)
    .await?)
}

fn process(of: &Subject) -> &str {
    of.name.strip_prefix("pool:").unwrap_or_default()
}

fn statements(n: i64) -> String {
    if n == 1 { "1 statement".into() } else { format!("{n} statements") }
}

#[async_trait]
impl Playbook for Pool {
    fn kind(&self) -> &'static str {
        "pool"
    }
    fn id(&self) -> &'static str {
        "reset_pool"
    }
    fn meaning(&self) -> &'static str {
        "All connections to the database that pages share are taken, and none comes free, so pages do not answer."
    }
    fn next(&self) -> &'static str {
        "Start the program again (systemctl restart lux). If it comes back, see with “select * from pg_stat_activity” who holds what the statements wait for."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        Ok(app
            .vitals
            .stuck()
            .map(|_| Found {
                company: None,
                level: FaultLevel::Critical,
                message: "All connections to the database are taken, and none comes free".into(),
                subject: format!("pool:{}", database::name()),
            })
            .into_iter()
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let (ok, seen) = if process(of) == database::name() {
            let given = match app.vitals.stuck() {
                Some(pool) => gives(&pool).await.is_ok(),
                None => true,
            };
            (given, if given { "A connection was given at once.".to_owned() } else { "None was given.".to_owned() })
        } else {
            // Of another process only the database can be asked.
            match seen(app, process(of)).await? {
                Seen { all: 0, .. } => (true, "The process has ended.".to_owned()),
                Seen { idle, hanging: 0, .. } if idle > 0 => (true, "Connections are free again.".to_owned()),
                Seen { hanging, .. } => (false, format!("{} run without end.", statements(hanging))),
            }
        };
        Ok(checked("the pool gives a connection", ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let hanging = seen(app, process(of)).await?.hanging;
        Ok((hanging > 0).then(|| format!("Break off {} that hold connections without end.", statements(hanging))))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let ended = sqlx::query_scalar!(
            r#"select count(*) filter (where pg_cancel_backend(pid)) as "n!" from pg_stat_activity
               where datname = current_database() and application_name = $1 and state = 'active'
                 and query_start < now() - make_interval(secs => $2)"#,
            process(of),
            HANGS
        )
        .fetch_one(&app.db)
        .await?;
        Ok(Done::new(format!("Broke off {}; their connections went back.", statements(ended))))
    }
}
