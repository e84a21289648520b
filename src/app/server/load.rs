//! `lux load`: schedules many posts for accounts at a stand-in, for measuring. It writes the rows that scheduling by a person
//! leaves behind, in bulk, and refuses to run unless X is answered by a stand-in.

use super::boot;
use crate::connectors::{Grant, RemoteAccount};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, PostId};
use crate::domain::platform::Platform;
use crate::features::connections::server::service as connections;
use crate::features::deliveries::server::deliver::Deliver;
use crate::features::deliveries::server::service as publishing;
use crate::infra::queue::{self, Job};
use crate::infra::settings::Settings;
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use sqlx::PgConnection;

/// What is to be scheduled.
#[derive(Args, Clone, Copy, Debug)]
pub struct Load {
    /// How many posts
    #[arg(long, env = "BENCH_N", default_value_t = 1000)]
    posts: u32,
    /// The number of the first one
    #[arg(long, env = "BENCH_FIRST", default_value_t = 1)]
    first: u64,
    /// When the first is due, in milliseconds since 1970; now if left out
    #[arg(long, env = "BENCH_DUE_MS")]
    due_ms: Option<i64>,
    /// Over how many milliseconds the others follow
    #[arg(long, env = "BENCH_SPREAD_MS", default_value_t = 0)]
    spread_ms: i64,
    /// Companies that the accounts belong to
    #[arg(long, default_value_t = 100)]
    companies: usize,
    /// Accounts of each company; posts go round all of them
    #[arg(long, default_value_t = 100)]
    accounts: usize,
    /// Jobs beside them that wait for another year: what a claim has to find its way around
    #[arg(long, default_value_t = 0)]
    waiting: i64,
}

/// Rows in one statement.
const PORTION: usize = 2000;
const NAME: &str = "Load test";

struct Target {
    company: CompanyId,
    connection: ConnectionId,
}

pub async fn run(settings: Settings, load: Load) -> std::result::Result<(), String> {
    if !settings.base_urls.contains_key(&Platform::X) {
        return Err("lux load needs a stand-in for X: set LUX_X_BASE_URL or LUX_SANDBOX=1.".into());
    }
    let app = boot::beside(settings).await?;
    let done = schedule(&app, load).await.map_err(|error| error.message);
    app.db.close().await;
    done.map(|()| println!("{} posts are scheduled.", load.posts))
}

async fn schedule(app: &App, load: Load) -> Result<()> {
    let targets = targets(app, load.companies, load.accounts).await?;
    let first_due = load.due_ms.and_then(DateTime::from_timestamp_millis).unwrap_or_else(Utc::now);
    let numbers: Vec<u32> = (0..load.posts).collect();
    for portion in numbers.chunks(PORTION) {
        let posts: Vec<(String, DateTime<Utc>, &Target)> = portion
            .iter()
            .map(|i| {
                let due = first_due + TimeDelta::milliseconds(i64::from(*i) * load.spread_ms / i64::from(load.posts));
                let id = load.first + u64::from(*i);
                let text = format!("Our autumn collection is live. benchpost-{id}-{}", due.timestamp_millis());
                (text, due, &targets[*i as usize % targets.len()])
            })
            .collect();
        let mut tx = app.db.begin().await?;
        write(&mut tx, &posts).await?;
        tx.commit().await?;
    }
    wait(app, &targets, load.waiting).await
}

/// Jobs of all these companies that are due in a year.
async fn wait(app: &App, targets: &[Target], many: i64) -> Result<()> {
    let companies: Vec<_> = targets.iter().map(|t| t.company).collect();
    sqlx::query!(
        "insert into jobs (id, kind, company_id, payload, run_at, job_key)
         select id, $2, ($1::uuid[])[1 + n % cardinality($1)], jsonb_build_object('delivery', id),
                now() + interval '1 year' + make_interval(secs => n), 'waiting ' || id
         from (select n, gen_random_uuid() as id from generate_series(1, $3::bigint) as n) as made",
        &companies as _,
        Deliver::KIND,
        many
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// A portion of posts, their deliveries and jobs.
async fn write(db: &mut PgConnection, posts: &[(String, DateTime<Utc>, &Target)]) -> Result<()> {
    let companies: Vec<_> = posts.iter().map(|(.., t)| t.company).collect();
    let connections: Vec<_> = posts.iter().map(|(.., t)| t.connection).collect();
    let texts: Vec<_> = posts.iter().map(|(text, ..)| text.clone()).collect();
    let dues: Vec<_> = posts.iter().map(|(_, due, _)| *due).collect();
    let ids: Vec<_> = posts.iter().map(|_| PostId::new()).collect();
    let deliveries: Vec<_> = posts.iter().map(|_| DeliveryId::new()).collect();
    sqlx::query!(
        "with made as (
           insert into posts (company_id, id, text, state, due_at, zone)
           select company_id, id, text, 'scheduled', due_at, 'UTC'
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as p (company_id, id, text, due_at))
         insert into deliveries (company_id, id, post_id, connection_id, state, due_at)
         select company_id, id, post_id, connection_id, $7, due_at
         from unnest($1::uuid[], $5::uuid[], $2::uuid[], $6::uuid[], $4::timestamptz[])
           as d (company_id, id, post_id, connection_id, due_at)",
        &companies as _,
        &ids as _,
        &texts,
        &dues,
        &deliveries as _,
        &connections as _,
        DeliveryState::Queued.id()
    )
    .execute(&mut *db)
    .await?;
    let jobs = posts
        .iter()
        .zip(&deliveries)
        .map(|((_, due, target), delivery)| publishing::job_of(target.company, *delivery, target.connection, *due))
        .collect();
    queue::enqueue_new::<Deliver>(db, jobs).await?;
    Ok(())
}

/// Accounts at the stand-in, as many as asked for; made when they are not there yet.
async fn targets(app: &App, companies: usize, accounts: usize) -> Result<Vec<Target>> {
    let mut targets = vec![];
    for n in 0..companies {
        let name = format!("{NAME} {n}");
        let known =
            sqlx::query_scalar!("select id from companies where name = $1", name).fetch_optional(&app.db).await?;
        let company = match known {
            Some(id) => id,
            None => {
                let id = CompanyId::new();
                sqlx::query!("insert into companies (id, name, zone) values ($1, $2, 'UTC')", id.0, name)
                    .execute(&app.db)
                    .await?;
                id
            }
        };
        let mut ids = sqlx::query_scalar!(
            "select id from connections where company_id = $1 and platform = $2 order by remote_id",
            company.0,
            Platform::X.id()
        )
        .fetch_all(&app.db)
        .await?;
        for m in ids.len()..accounts {
            ids.push(connect(app, company, m).await?);
        }
        targets.extend(ids.into_iter().take(accounts).map(|connection| Target { company, connection }));
    }
    // One of each company in turn.
    targets.sort_by_cached_key(|_| rand::random::<u32>());
    if targets.is_empty() { Err(AppError::invalid("accounts", "At least one account is needed.")) } else { Ok(targets) }
}

async fn connect(app: &App, company: CompanyId, number: usize) -> Result<ConnectionId> {
    let account = RemoteAccount {
        remote_id: format!("load-{number}"),
        handle: format!("@load_{number}"),
        display_name: format!("Load {number}"),
        picture_url: None,
        profile_url: None,
        facts: json!({}),
    };
    let grant = Grant {
        access: SecretString::from(format!("stand-in-access-{company}-{number}")),
        refresh: None,
        access_expires_at: None,
        refresh_expires_at: None,
        scopes: vec!["tweet.write".into(), "tweet.read".into(), "users.read".into(), "media.write".into()],
    };
    connections::connect(app, company, None, Platform::X, &account, &grant).await
}
