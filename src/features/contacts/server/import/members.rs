//! Which segments people are in after an import: what `contacts::server::put` does for one capture, for many contacts at once.

use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::infra::database::Tenant;
use sqlx::PgConnection;

/// Puts those into the newsletter whom its rule names, and takes those out who said no. What is joined in the transaction of an import
/// has its time, by which the undo knows it.
pub async fn follow(tx: &mut PgConnection, tenant: &Tenant, contacts: &[ContactId]) -> Result<()> {
    sqlx::query!(
        "with newsletter as (
           select s.id, s.sources, s.tags from segments s where s.company_id = $1 and s.kind = 'newsletter' and s.deleted_at is null
         ), people as materialized (
           select c.id, c.source, c.consent, c.created_at from unnest($2::uuid[]) as w (id)
           cross join lateral (
             select x.id, x.source, x.consent, x.created_at from contacts x where x.company_id = $1 and x.id = w.id offset 0) c
         ), left_it as (
           delete from segment_members m using people p, newsletter n
           where m.company_id = $1 and m.segment_id = n.id and m.contact_id = p.id and p.consent = 'withdrawn'
         )
         insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
         select $1, gen_random_uuid(), j.segment_id, j.id, j.why, j.created_at
         from (select p.id, p.created_at, n.id as segment_id,
                      case when lower(p.source) = any(n.sources) then 'Came from ' || p.source
                           else 'Tagged ' || -- Not min(): that would read the tags of the whole company in their order.
                                          (select (array_agg(t.tag order by t.tag))[1] from contact_tags t
                                           where t.company_id = $1 and t.contact_id = p.id and lower(t.tag) = any(n.tags)) end as why
               from people p cross join newsletter n where p.consent <> 'withdrawn') j
         where j.why is not null
         on conflict on constraint segment_members_once do nothing",
        tenant.company.0,
        contacts as _
    )
    .execute(tx)
    .await?;
    Ok(())
}
