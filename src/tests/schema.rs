//! What the schema promises: tenant rows are keyed by company, and no row can point into another company.

use crate::support::Database;
use sqlx::Row;

/// Tables that carry a company but belong to the instance.
const INSTANCE_TABLES: [&str; 2] = ["error_log", "jobs"];

#[tokio::test]
async fn tenant_tables_are_keyed_by_company() {
    let db = Database::new().await;
    let tables = sqlx::query(
        "select c.relname as name,
                (select array_agg(a.attname::text order by k.n) from pg_index i
                 cross join lateral unnest(i.indkey) with ordinality k(num, n)
                 join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
                 where i.indrelid = c.oid and i.indisprimary) as key
         from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
         where c.relkind = 'r' and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id')",
    )
    .fetch_all(&db.pool)
    .await
    .expect("tables");
    assert!(tables.len() > 8, "only {} tenant tables found", tables.len());
    for table in tables {
        let (name, key): (String, Vec<String>) = (table.get("name"), table.get("key"));
        if !INSTANCE_TABLES.contains(&name.as_str()) {
            // A history is keyed by what it is about, too.
            let mut key = key.iter().map(String::as_str);
            assert_eq!((key.next(), key.next_back()), (Some("company_id"), Some("id")), "primary key of {name}");
        }
    }
}

#[tokio::test]
async fn references_between_tenant_tables_carry_the_company() {
    let db = Database::new().await;
    let wrong: Vec<String> = sqlx::query_scalar(
        "select con.conname::text || ' on ' || t.relname::text
         from pg_constraint con
         join pg_class t on t.oid = con.conrelid
         join pg_class r on r.oid = con.confrelid
         where con.contype = 'f'
           and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'company_id')
           and exists (select from pg_attribute a where a.attrelid = r.oid and a.attname = 'company_id')
           and not exists (select from unnest(con.conkey) k join pg_attribute a on a.attrelid = t.oid and a.attnum = k
                           where a.attname = 'company_id')",
    )
    .fetch_all(&db.pool)
    .await
    .expect("constraints");
    assert!(wrong.is_empty(), "foreign keys without the company: {wrong:?}");
}
