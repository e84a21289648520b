//! The demo's owner has a password that everybody can read, so what the sandbox made is not served without it: it is
//! removed first, or left in its folder.

use crate::domain::ids::{CompanyId, UserId};
use crate::features::media::server::stores;
use crate::infra::state::App;
use sqlx::PgPool;
use std::collections::BTreeMap;

/// What of the demo is in the database.
#[derive(Debug, PartialEq, Eq)]
pub struct Demo {
    /// Ids and names.
    companies: Vec<(CompanyId, String)>,
    /// Ids and e-mail addresses: who was made for the demo, and who belongs to its company and to no other.
    people: Vec<(UserId, String)>,
}

impl Demo {
    fn list(&self) -> String {
        let companies = self.companies.iter().map(|(_, name)| format!("the company “{name}”"));
        let people = self.people.iter().map(|(_, email)| email.clone());
        companies.chain(people).collect::<Vec<_>>().join(", ")
    }
}

/// Looks for the demo; `None`: there is none.
pub async fn found(db: &PgPool) -> Result<Option<Demo>, sqlx::Error> {
    let companies =
        sqlx::query!("select id, name from companies where is_demo order by created_at").fetch_all(db).await?;
    let people = sqlx::query!(
        "select id, email from users u
         where is_demo
            or (exists (select from members m join companies c on c.id = m.company_id where m.id = u.id and c.is_demo)
                and not exists (select from members m join companies c on c.id = m.company_id
                                where m.id = u.id and not c.is_demo))
         order by created_at"
    )
    .fetch_all(db)
    .await?;
    let demo = Demo {
        companies: companies.into_iter().map(|c| (c.id, c.name)).collect(),
        people: people.into_iter().map(|p| (p.id, p.email)).collect(),
    };
    Ok((!demo.companies.is_empty() || !demo.people.is_empty()).then_some(demo))
}

/// Why the server does not start on these data without the sandbox, and the two ways out.
pub async fn refuse_outside_the_sandbox(db: &PgPool) -> Result<(), String> {
    let demo = found(db).await.map_err(|e| format!("The database could not be asked for the demo: {e}"))?;
    let Some(demo) = demo else { return Ok(()) };
    Err(format!(
        "These data have the sandbox's demo in them ({}), whose password everybody knows. Without LUX_SANDBOX they are not \
         served. Either start on other data (LUX_DATA_DIR, DATABASE_URL), or remove the demo with `lux demo remove`.",
        demo.list()
    ))
}

/// Removes the demo company and its people for good, if `confirmed`. Says what was done.
pub async fn remove(app: &App, confirmed: bool) -> Result<String, String> {
    let failed = |e: sqlx::Error| format!("The demo could not be removed, and nothing was changed: {e}");
    let Some(demo) = found(&app.db).await.map_err(failed)? else {
        return Ok("There is no demo in these data.".into());
    };
    if !confirmed {
        return Err(format!("This would remove for good: {}. To do it: lux demo remove --yes", demo.list()));
    }
    // Their keys go with them.
    let mut places = BTreeMap::new();
    for (company, _) in &demo.companies {
        places.insert(*company, stores::all(app, *company).await);
    }
    let heir = delete(&app.db, &demo).await.map_err(failed)?;
    for (company, _) in &demo.companies {
        for place in places.get(company).into_iter().flatten() {
            if let Err(error) = place.delete_folder(&company.to_string()).await {
                tracing::warn!(%error, %company, store = place.name(), "pictures of the demo are left in the media store");
            }
        }
    }
    let owner = heir.map(|email| format!(" {email} now looks after the server.")).unwrap_or_default();
    Ok(format!("Removed: {}.{owner}", demo.list()))
}

/// All or nothing. The e-mail of the one who owns the server now, if somebody new does.
async fn delete(db: &PgPool, demo: &Demo) -> Result<Option<String>, sqlx::Error> {
    let companies: Vec<_> = demo.companies.iter().map(|(id, _)| id.0).collect();
    let people: Vec<_> = demo.people.iter().map(|(id, _)| id.0).collect();
    let mut tx = db.begin().await?;
    sqlx::query!("delete from jobs where company_id = any($1)", &companies).execute(&mut *tx).await?;
    // Before their accounts: a delivery holds its connection.
    sqlx::query!("delete from posts where company_id = any($1)", &companies).execute(&mut *tx).await?;
    sqlx::query!("delete from companies where id = any($1)", &companies).execute(&mut *tx).await?;
    sqlx::query!("delete from invitations where invited_by = any($1) or accepted_by = any($1)", &people)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("delete from users where id = any($1)", &people).execute(&mut *tx).await?;
    // The rule of the first person holds again.
    let heir = sqlx::query_scalar!(
        "update users set is_instance_owner = true
         where id = (select id from users order by created_at, id limit 1)
           and not exists (select from users where is_instance_owner)
         returning email"
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(heir)
}
