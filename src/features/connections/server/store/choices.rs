//! The kept lists from which options choose.

use crate::domain::error::Result;
use crate::domain::ids::ConnectionId;
use crate::domain::options::RemoteChoice;
use crate::infra::database::Tenant;
use chrono::TimeDelta;
use sqlx::types::Json;

/// The platform of a connection that is in use; `None`: the company has none with this id.
pub async fn platform(t: &Tenant, connection: ConnectionId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select platform from connections where company_id = $1 and id = $2 and state <> 'disconnected'",
        t.company.0,
        connection.0
    )
    .fetch_optional(&t.db)
    .await?)
}

/// A list as it was last fetched, and how long ago that was.
pub async fn find(
    t: &Tenant,
    connection: ConnectionId,
    source: &str,
) -> Result<Option<(Vec<RemoteChoice>, TimeDelta)>> {
    let row = sqlx::query!(
        r#"select choices as "choices: Json<Vec<RemoteChoice>>",
                  extract(epoch from now() - fetched_at)::bigint as "age!"
           from connection_choices where company_id = $1 and source = $2 and id = $3"#,
        t.company.0,
        source,
        connection.0
    )
    .fetch_optional(&t.db)
    .await?;
    Ok(row.map(|r| (r.choices.0, TimeDelta::seconds(r.age))))
}

/// Keeps a list in place of the one before. Nothing where the connection is gone.
pub async fn keep(t: &Tenant, connection: ConnectionId, source: &str, choices: &[RemoteChoice]) -> Result<()> {
    sqlx::query!(
        "insert into connection_choices (company_id, source, id, choices)
         select $1, $2, id, $4 from connections where company_id = $1 and id = $3
         on conflict (company_id, source, id) do update set choices = excluded.choices, fetched_at = now()",
        t.company.0,
        source,
        connection.0,
        Json(choices) as _
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// What these choices of these connections are called, as far as a kept list has them.
pub async fn named(t: &Tenant, wanted: &[(ConnectionId, String)]) -> Result<Vec<(ConnectionId, RemoteChoice)>> {
    let (connections, choices): (Vec<_>, Vec<_>) = wanted.iter().map(|(of, id)| (of.0, id.clone())).unzip();
    let rows = sqlx::query!(
        r#"select distinct c.id as "connection: ConnectionId", e ->> 'id' as "id!", e ->> 'label' as "label!"
           from connection_choices c cross join jsonb_array_elements(c.choices) e
           where c.company_id = $1 and c.id = any($2)
             and (c.id, e ->> 'id') in (select * from unnest($2::uuid[], $3::text[]))
             and e ->> 'label' is not null"#,
        t.company.0,
        connections.as_slice(),
        choices.as_slice()
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.connection, RemoteChoice { id: r.id, label: r.label })).collect())
}
