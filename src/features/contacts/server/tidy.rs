//! What contacts have in a field already, brought into the form of its kind after the field was made or its kind changed: some at a
//! time, each portion with its commit. What does not fit stays as it is. Rules of segments then see it as what it is.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ContactId, FieldId};
use crate::features::contacts::fields::kind::FieldKind;
use crate::features::contacts::fields::model::FieldCard;
use crate::features::contacts::segments::server::members;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// Contacts of one portion.
const PORTION: i64 = 1_000;

/// Which field; the job's company is its company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub field: FieldId,
}

pub struct TidyField;

impl Job for TidyField {
    type Payload = Payload;
    const KIND: &'static str = "tidy_contact_field";
    const TITLE: &'static str = "Fit contacts to a field";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 8;

    async fn run(&self, claim: &Claim, payload: Payload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "The job does not belong to a company.".into() };
        };
        tidy(&claim.app.tenant(company), payload.field).await.into()
    }
}

/// Puts the job in.
pub async fn ask(tx: &mut PgConnection, company: CompanyId, field: FieldId) -> Result<()> {
    let options = JobOptions {
        company: Some(company),
        job_key: Some(format!("contact_field:{field}")),
        ..JobOptions::at(Utc::now())
    };
    queue::enqueue::<TidyField>(tx, &Payload { field }, options).await?;
    Ok(())
}

async fn find(tenant: &Tenant, id: FieldId) -> Result<Option<FieldCard>> {
    let row = sqlx::query!(
        "select key, label, kind, choices from contact_fields where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?.map(|row| FieldCard {
        id,
        key: row.key,
        label: row.label,
        kind: FieldKind::parse(&row.kind).unwrap_or_default(),
        choices: row.choices,
    }))
}

async fn tidy(tenant: &Tenant, id: FieldId) -> Result<()> {
    let mut from = ContactId::nil();
    // Read anew each time: it may be changed meanwhile, and the job that follows begins at the beginning.
    while let Some(field) = find(tenant, id).await? {
        let rows = sqlx::query!(
            r#"select c.id, c.custom ->> $3::text as value from contacts c where c.company_id = $1 and c.id > $2 order by c.id limit $4"#,
            tenant.company.0,
            from.0,
            field.key,
            PORTION
        );
        let rows = rows.fetch_all(&tenant.db).await?;
        let Some(last) = rows.last() else { break };
        from = last.id;
        let changed = rows.iter().filter_map(|row| {
            let value = row.value.clone()?;
            let fitted = field.fitted(&value);
            (fitted != value).then_some((row.id.0, value, fitted))
        });
        let (mut ids, mut values, mut fitted) = (vec![], vec![], vec![]);
        for (id, value, fits) in changed {
            ids.push(id);
            values.push(value);
            fitted.push(fits);
        }
        if !ids.is_empty() {
            write(tenant, &field.key, &ids, &values, &fitted).await?;
        }
    }
    Ok(())
}

/// Writes values where nobody has changed them meanwhile.
async fn write(
    tenant: &Tenant,
    key: &str,
    ids: &[crate::domain::ids::Uuid],
    values: &[String],
    fitted: &[String],
) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    sqlx::query!(
        "select id from contacts where company_id = $1 and id = any($2) order by id for no key update",
        tenant.company.0,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let done = sqlx::query_scalar!(
        "update contacts c set custom = c.custom || jsonb_build_object($2::text, v.fitted)
         from unnest($3::uuid[], $4::text[], $5::text[]) as v (id, value, fitted)
         where c.company_id = $1 and c.id = v.id and c.custom ->> $2::text = v.value returning c.id",
        tenant.company.0,
        key,
        ids,
        values,
        fitted
    );
    let done: Vec<ContactId> = done.fetch_all(&mut *tx).await?;
    members::follow(&mut tx, tenant, &done).await?;
    Ok(tx.commit().await?)
}
