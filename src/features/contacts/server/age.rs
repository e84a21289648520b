//! For the demo company: contacts that were all taken in just now get days of the past year.

use crate::domain::error::Result;
use crate::infra::database::Tenant;

/// Spreads all contacts of the company over the past year, more of them lately, with their tags, consents and history.
pub async fn spread_over_a_year(tenant: &Tenant) -> Result<()> {
    let company = tenant.company.0;
    let mut tx = tenant.db.begin().await?;
    sqlx::query!(
        "update contacts c set created_at = o.at, updated_at = o.at
         from (select id, now() - make_interval(mins => (power(row_number() over (order by md5(email_key)) / 2001.0, 1.7) * 525600)::int) as at
               from contacts where company_id = $1) o
         where c.company_id = $1 and c.id = o.id",
        company
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update contact_tags t set listed_at = c.created_at from contacts c
         where t.company_id = $1 and c.company_id = $1 and c.id = t.contact_id",
        company
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update segment_members m set listed_at = c.created_at from contacts c
         where m.company_id = $1 and c.company_id = $1 and c.id = m.contact_id",
        company
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update contact_consents s set at = c.created_at from contacts c
         where s.company_id = $1 and c.company_id = $1 and c.id = s.contact_id",
        company
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update contact_events e set at = c.created_at from contacts c
         where e.company_id = $1 and c.company_id = $1 and c.id = e.contact_id",
        company
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}
