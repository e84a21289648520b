//! `error_log` (migration 0129). A company sees its own rows; those of no company are for the owner of the server (`Scope`).

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ErrorId, JobId, UserId};
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
use crate::features::diagnostics::model::{ErrorFilter, ErrorQuery};
use crate::infra::database::Tenant;
use crate::infra::incidents::{Answers, BROWSER, Gathered};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::PgPool;

/// How long resolved errors are kept.
const KEPT_DAYS: i32 = 30;
/// How long open ones are kept that were not seen again.
const KEPT_OPEN_DAYS: i32 = 180;
/// The same for what browsers of people reported who were not signed in, and how many of these there are at most.
const KEPT_OF_STRANGERS_DAYS: i32 = 7;
const MOST_OF_STRANGERS: i64 = 100;

/// Whose rows.
pub struct Scope<'a> {
    pub tenant: &'a Tenant,
    /// Those of the server as well.
    pub server: bool,
}

pub struct Row {
    pub id: ErrorId,
    pub company_id: Option<CompanyId>,
    pub fingerprint: String,
    pub error_type: String,
    pub error_message: String,
    pub error_stack: Option<String>,
    pub endpoint: Option<String>,
    pub method: Option<String>,
    pub user_name: Option<String>,
    pub severity: String,
    pub count: i64,
    pub request_id: Option<String>,
    pub version: String,
    pub is_resolved: bool,
    pub resolved_at: Option<DateTime<Utc>>,
    pub resolver: Option<String>,
    pub resolution_notes: Option<Value>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// What exactly it is about.
    pub subject: Option<String>,
    /// How often that address has answered since.
    pub answers: i32,
    /// What a language model said about it.
    pub advice: Option<Value>,
}

impl Row {
    fn cursor(&self) -> Cursor {
        Cursor { at_us: self.last_seen_at.timestamp_micros(), id: self.id.0 }
    }
}

/// Counts equal ones together; people and companies that are gone meanwhile are left out.
pub async fn write(db: &PgPool, all: &[Gathered]) -> Result<(), sqlx::Error> {
    let column = |of: fn(&Gathered) -> &str| all.iter().map(|one| of(one).to_owned()).collect::<Vec<String>>();
    let maybe = |of: fn(&Gathered) -> Option<&String>| all.iter().map(|one| of(one).cloned()).collect::<Vec<_>>();
    sqlx::query!(
        "insert into error_log (id, company_id, fingerprint, error_type, error_message, error_stack, endpoint, method, user_id, severity,
                                count, request_id, version, created_at, last_seen_at, subject)
         select n.id, c.id, n.fingerprint, n.kind, n.message, n.stack, n.endpoint, n.method, u.id, n.level, n.count, n.request, $15,
                n.first, n.last, n.subject
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[],
                     $11::bigint[], $12::text[], $13::timestamptz[], $14::timestamptz[], $16::text[])
              as n (id, company, fingerprint, kind, message, stack, endpoint, method, person, level, count, request, first, last, subject)
         left join companies c on c.id = n.company
         left join users u on u.id = n.person
         where (n.company is null or c.id is not null)
           and (n.kind <> $17 or n.company is not null
                or (select count(*) from (select from error_log o where o.company_id is null and o.error_type = $17 limit $18) o) < $18)
         order by n.fingerprint
         on conflict (coalesce(company_id, '00000000-0000-0000-0000-000000000000'::uuid), fingerprint) where not is_resolved
         do update set count = error_log.count + excluded.count, last_seen_at = greatest(error_log.last_seen_at, excluded.last_seen_at),
           error_message = excluded.error_message, error_stack = coalesce(excluded.error_stack, error_log.error_stack),
           endpoint = excluded.endpoint, method = excluded.method, user_id = excluded.user_id, request_id = excluded.request_id,
           version = excluded.version, answers = 0",
        &all.iter().map(|_| ErrorId::new().0).collect::<Vec<_>>(),
        &all.iter().map(|one| one.incident.company.map(|id| id.0)).collect::<Vec<_>>() as _,
        &column(|one| &one.fingerprint),
        &column(|one| &one.incident.kind),
        &column(|one| &one.incident.message),
        &maybe(|one| one.incident.stack.as_ref()) as _,
        &maybe(|one| one.incident.endpoint.as_ref()) as _,
        &maybe(|one| one.incident.method.as_ref()) as _,
        &all.iter().map(|one| one.incident.user.map(|id| id.0)).collect::<Vec<_>>() as _,
        &column(|one| one.incident.level.id()),
        &all.iter().map(|one| i64::try_from(one.count).unwrap_or(i64::MAX)).collect::<Vec<_>>(),
        &maybe(|one| one.incident.request.as_ref()) as _,
        &all.iter().map(|one| one.first).collect::<Vec<_>>(),
        &all.iter().map(|one| one.last).collect::<Vec<_>>(),
        env!("CARGO_PKG_VERSION"),
        &maybe(|one| one.incident.subject.as_ref()) as _,
        BROWSER,
        MOST_OF_STRANGERS
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Standing faults that somebody looked for and found: one that is open already is only seen again, it did not happen again.
pub async fn found(db: &PgPool, all: Vec<Gathered>) -> Result<()> {
    let seen = sqlx::query!(
        r#"update error_log e set last_seen_at = now(), error_message = n.message, severity = n.level
           from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as n (company, fingerprint, message, level)
           where e.company_id is not distinct from n.company and e.fingerprint = n.fingerprint and not e.is_resolved
           returning e.company_id, e.fingerprint"#,
        &all.iter().map(|one| one.incident.company.map(|id| id.0)).collect::<Vec<_>>() as _,
        &all.iter().map(|one| one.fingerprint.clone()).collect::<Vec<_>>(),
        &all.iter().map(|one| one.incident.message.clone()).collect::<Vec<_>>(),
        &all.iter().map(|one| one.incident.level.id().to_owned()).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    let is_open = |one: &Gathered| {
        seen.iter().any(|row| row.company_id == one.incident.company && row.fingerprint == one.fingerprint)
    };
    let new: Vec<_> = all.into_iter().filter(|one| !is_open(one)).collect();
    Ok(write(db, &new).await?)
}

/// Addresses that failed and have answered since, on this node.
pub async fn add_answers(db: &PgPool, all: &[(String, Answers)]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update error_log e set answers = least(e.answers::bigint + n.count, 1000000)::integer
         from unnest($1::text[], $2::bigint[], $3::timestamptz[]) as n (subject, count, since)
         where not e.is_resolved and e.subject = n.subject and e.method is not null and e.error_type <> $4 and e.last_seen_at < n.since",
        &all.iter().map(|(subject, _)| subject.clone()).collect::<Vec<_>>(),
        &all.iter().map(|(_, answers)| i64::from(answers.count)).collect::<Vec<_>>(),
        &all.iter().map(|(_, answers)| answers.since.unwrap_or_default()).collect::<Vec<_>>(),
        BROWSER
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Addresses whose answers are worth counting, on every node.
pub async fn watched(db: &PgPool, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select distinct subject as "subject!" from error_log
           where not is_resolved and subject is not null and method is not null and error_type <> $1 limit $2"#,
        BROWSER,
        limit
    )
    .fetch_all(db)
    .await
}

/// Rows of errors (`e`), with the stack or without; which ones says the text in brackets. A macro, because `query_as!` reads its
/// SQL from literals.
macro_rules! errors {
    ($stack:tt, [$($which:tt)+], $($value:expr),+) => {
        sqlx::query_as!(
            Row,
            r#"select e.id, e.company_id, e.fingerprint, e.error_type, e.error_message, "# + $stack + r#" as error_stack, e.endpoint,
                      e.method, (select u.name from users u where u.id = e.user_id) as user_name, e.severity, e.count, e.request_id,
                      e.version, e.is_resolved, e.resolved_at, (select u.name from users u where u.id = e.resolved_by) as resolver,
                      e.resolution_notes, e.created_at, e.last_seen_at, e.subject, e.answers, e.advice
               from error_log e where "# + $($which)+,
            $($value),+
        )
    };
}

/// Rows behind a place.
macro_rules! rows {
    ($behind:tt, $order:tt, $scope:expr, $query:expr, $from:expr, $limit:expr) => {
        errors!(
            "null::text",
            ["(e.company_id = $1 or (e.company_id is null and $2)) and e.is_resolved = $3
              and ($4::text is null or e.severity = $4) and (e.last_seen_at, e.id) "
                + $behind
                + " ($5::timestamptz, $6::uuid)
              order by e.last_seen_at "
                + $order
                + ", e.id "
                + $order
                + " limit $7"],
            $scope.tenant.company.0,
            $scope.server,
            $query.filter == ErrorFilter::Resolved,
            $query.level.map(|level| level.id()),
            DateTime::<Utc>::from($from),
            $from.id,
            $limit
        )
        .fetch_all(&$scope.tenant.db)
        .await
    };
}

/// A part of a list, the latest first.
pub async fn part(scope: &Scope<'_>, query: &ErrorQuery) -> Result<Part<Row>> {
    let size = PAGE_SIZE as usize;
    let limit = i64::from(PAGE_SIZE) + 1;
    let (mut rows, newer, older) = match (query.older, query.newer) {
        (None, Some(from)) => {
            let mut rows = rows!(">", "asc", scope, query, from, limit)?;
            let more = rows.len() > size;
            rows.truncate(size);
            rows.reverse();
            (rows, more, true)
        }
        (from, _) => {
            let start = from.unwrap_or(Cursor::LAST);
            let rows = rows!("<", "desc", scope, query, start, limit)?;
            let more = rows.len() > size;
            (rows, from.is_some(), more)
        }
    };
    rows.truncate(size);
    let newer = rows.first().filter(|_| newer).map(Row::cursor);
    let older = rows.last().filter(|_| older).map(Row::cursor);
    Ok(Part { items: rows, newer, older, total: None, looked_at: None })
}

/// The latest that were seen since then, open ones and resolved ones.
pub async fn since(scope: &Scope<'_>, since: DateTime<Utc>, limit: i64) -> Result<Vec<Row>> {
    let rows = errors!(
        "e.error_stack",
        ["(e.company_id = $1 or (e.company_id is null and $2)) and e.last_seen_at >= $3
          order by e.last_seen_at desc, e.id desc limit $4"],
        scope.tenant.company.0,
        scope.server,
        since,
        limit
    );
    Ok(rows.fetch_all(&scope.tenant.db).await?)
}

pub async fn find(scope: &Scope<'_>, id: ErrorId) -> Result<Option<Row>> {
    let row = errors!(
        "e.error_stack",
        ["(e.company_id = $1 or (e.company_id is null and $2)) and e.id = $3"],
        scope.tenant.company.0,
        scope.server,
        id.0
    );
    Ok(row.fetch_optional(&scope.tenant.db).await?)
}

/// `false`: it was resolved already, or is not theirs.
pub async fn resolve(scope: &Scope<'_>, id: ErrorId, by: UserId, notes: &Value) -> Result<bool> {
    let done = sqlx::query!(
        "update error_log set is_resolved = true, resolved_at = now(), resolved_by = $4, resolution_notes = $5
         where (company_id = $1 or (company_id is null and $2)) and id = $3 and not is_resolved",
        scope.tenant.company.0,
        scope.server,
        id.0,
        by.0,
        notes
    );
    Ok(done.execute(&scope.tenant.db).await?.rows_affected() == 1)
}

/// `false`: it is open already, is not theirs, or an equal one is open.
pub async fn reopen(scope: &Scope<'_>, id: ErrorId) -> Result<bool> {
    let done = sqlx::query!(
        "update error_log e set is_resolved = false, resolved_at = null, resolved_by = null, resolution_notes = null
         where (e.company_id = $1 or (e.company_id is null and $2)) and e.id = $3 and e.is_resolved
           and not exists (select from error_log o where o.company_id is not distinct from e.company_id
                             and o.fingerprint = e.fingerprint and not o.is_resolved)",
        scope.tenant.company.0,
        scope.server,
        id.0
    );
    Ok(done.execute(&scope.tenant.db).await?.rows_affected() == 1)
}

pub async fn any_critical(scope: &Scope<'_>) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select (exists (select from error_log where company_id = $1 and not is_resolved and severity = 'critical')
                   or ($2 and exists (select from error_log where company_id is null and not is_resolved and severity = 'critical'))) as "any!""#,
        scope.tenant.company.0,
        scope.server
    )
    .fetch_one(&scope.tenant.db)
    .await?)
}

pub async fn open_critical(db: &PgPool) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from error_log where not is_resolved and severity = 'critical'"#)
        .fetch_one(db)
        .await?)
}

/// Whether an equal one is open.
pub async fn is_back(scope: &Scope<'_>, row: &Row) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from error_log where company_id is not distinct from $1 and fingerprint = $2 and not is_resolved) as "back!""#,
        row.company_id.map(|id| id.0),
        row.fingerprint
    )
    .fetch_one(&scope.tenant.db)
    .await?)
}

/// Open ones, the latest first.
pub async fn open(scope: &Scope<'_>, limit: i64) -> Result<Vec<Row>> {
    let rows = errors!(
        "null::text",
        [
            "(e.company_id = $1 or (e.company_id is null and $2)) and not e.is_resolved order by e.last_seen_at desc, e.id limit $3"
        ],
        scope.tenant.company.0,
        scope.server,
        limit
    );
    Ok(rows.fetch_all(&scope.tenant.db).await?)
}

/// The same for the program's own sweep: of all companies and of none, those that nobody looked at for longest first. `standing`:
/// only those of kinds that the program looks for itself.
pub async fn open_of_all(db: &PgPool, standing: Option<&[String]>, limit: i64) -> Result<Vec<Row>> {
    let rows = errors!(
        "null::text",
        ["not e.is_resolved and ($2::text[] is null or (e.error_type = any($2) and e.subject is not null and e.method is null))
          order by e.looked_at nulls first, e.last_seen_at limit $1"],
        limit,
        standing as _
    );
    Ok(rows.fetch_all(db).await?)
}

/// Resolved by the program, if nothing came in since it was looked at (`count`).
pub async fn settle(db: &PgPool, id: ErrorId, count: i64, notes: &Value) -> Result<bool> {
    let done = sqlx::query!(
        "update error_log set is_resolved = true, resolved_at = now(), resolved_by = null, resolution_notes = $3, looked_at = now()
         where id = $1 and count = $2 and not is_resolved",
        id.0,
        count,
        notes
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What was found out about one that stays open.
pub async fn note(db: &PgPool, id: ErrorId, notes: &Value) -> Result<()> {
    sqlx::query!(
        "update error_log set resolution_notes = $2, looked_at = now() where id = $1 and not is_resolved",
        id.0,
        notes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a language model said about one that is open.
pub async fn advise(db: &PgPool, id: ErrorId, advice: &Value) -> Result<()> {
    sqlx::query!("update error_log set advice = $2 where id = $1 and not is_resolved", id.0, advice)
        .execute(db)
        .await?;
    Ok(())
}

/// When each part was last seen to work. Several nodes write the same: the row changes twice a minute at most.
pub async fn keep_successes(db: &PgPool, all: &[(String, DateTime<Utc>)]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into part_successes (part, worked_at) select * from unnest($1::text[], $2::timestamptz[]) as n (part, worked_at)
         on conflict (part) do update set worked_at = excluded.worked_at
         where part_successes.worked_at < excluded.worked_at - interval '30 seconds'",
        &all.iter().map(|(part, _)| part.clone()).collect::<Vec<_>>(),
        &all.iter().map(|(_, at)| *at).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn successes(db: &PgPool) -> Result<Vec<(String, DateTime<Utc>)>, sqlx::Error> {
    let rows = sqlx::query!("select part, worked_at from part_successes limit 100").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.part, row.worked_at)).collect())
}

/// Removes resolved ones from before then.
pub async fn clear(scope: &Scope<'_>, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!(
        "delete from error_log
         where (company_id = $1 or (company_id is null and $2)) and is_resolved and resolved_at < $3",
        scope.tenant.company.0,
        scope.server,
        before
    );
    Ok(done.execute(&scope.tenant.db).await?.rows_affected())
}

/// Whether a job of this kind, and of this company where it has one, was done since then.
pub async fn job_done_since(db: &PgPool, kind: &str, company: Option<CompanyId>, since: DateTime<Utc>) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from jobs where kind = $1 and ($2::uuid is null or company_id = $2) and state = 'done'
                            and finished_at > $3) as "done!""#,
        kind,
        company.map(|id| id.0),
        since
    )
    .fetch_one(db)
    .await?)
}

/// Jobs of this kind that were given up since then.
pub async fn given_up(
    db: &PgPool,
    kind: &str,
    company: Option<CompanyId>,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<JobId>> {
    Ok(sqlx::query_scalar!(
        "select id from jobs where kind = $1 and company_id is not distinct from $2 and state = 'dead' and finished_at >= $3
         order by finished_at desc limit $4",
        kind,
        company.map(|id| id.0),
        since,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// For the daily clean-up: resolved ones after a month, and open ones that nobody looked at and that stopped long ago.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from error_log where (is_resolved and resolved_at < now() - make_interval(days => $1))
               or (not is_resolved and last_seen_at < now() - make_interval(days => $2))
               or (company_id is null and error_type = $3 and last_seen_at < now() - make_interval(days => $4))",
            KEPT_DAYS,
            KEPT_OPEN_DAYS,
            BROWSER,
            KEPT_OF_STRANGERS_DAYS
        );
        Ok(done.execute(&db).await?.rows_affected())
    })
}
