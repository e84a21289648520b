//! SQL of companies, members and invitations. What a person sees of several companies, and what a link leads to before
//! the company is known, take the pool; all else takes the tenant.

use crate::domain::error::{AppError, Result};
use crate::domain::frame::CompanyBadge;
use crate::domain::ids::{CompanyId, InvitationId, UserId};
use crate::domain::permission::Role;
use crate::features::identity::companies::model::INVITATION_DAYS;
use crate::infra::database::Tenant;
use crate::infra::session;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

/// A role as the table keeps it. The check constraint allows no other; reading one as the least is the safe side.
fn role(id: &str) -> Role {
    Role::parse(id).unwrap_or(Role::Viewer)
}

/// Adds a company with its first owner.
pub async fn add_company(db: &mut PgConnection, owner: UserId, name: &str, zone: &str) -> Result<CompanyId> {
    let id = CompanyId::new();
    sqlx::query!("insert into companies (id, name, zone) values ($1, $2, $3)", id.0, name, zone)
        .execute(&mut *db)
        .await?;
    sqlx::query!("insert into members (company_id, id, role) values ($1, $2, 'owner')", id.0, owner.0)
        .execute(db)
        .await?;
    Ok(id)
}

pub async fn mark_as_demo(db: &mut PgConnection, company: CompanyId) -> Result<()> {
    sqlx::query!("update companies set is_demo = true where id = $1", company.0).execute(db).await?;
    Ok(())
}

/// Every company of a person, by name.
pub async fn of_user(db: &PgPool, user: UserId) -> Result<Vec<CompanyBadge>> {
    let rows = sqlx::query!(
        "select c.id, c.name, c.zone, m.role from members m join companies c on c.id = m.company_id
         where m.id = $1 order by lower(c.name), c.id",
        user.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| CompanyBadge { id: r.id, name: r.name, role: role(&r.role), zone: r.zone }).collect())
}

/// Name, zone and language.
pub async fn settings(tenant: &Tenant) -> Result<(String, String, String)> {
    let row = sqlx::query!("select name, zone, language from companies where id = $1", tenant.company.0)
        .fetch_one(&tenant.db)
        .await?;
    Ok((row.name, row.zone, row.language))
}

/// So many minutes late a post may go out by itself.
pub async fn late_minutes(tenant: &Tenant) -> Result<i32> {
    Ok(sqlx::query_scalar!("select late_minutes from companies where id = $1", tenant.company.0)
        .fetch_one(&tenant.db)
        .await?)
}

/// Whether pictures keep what they say about the place and the camera.
pub async fn keeps_picture_details(tenant: &Tenant) -> Result<bool> {
    Ok(sqlx::query_scalar!("select keeps_picture_details from companies where id = $1", tenant.company.0)
        .fetch_one(&tenant.db)
        .await?)
}

/// `late`, `details`: `None` keeps what is there.
pub async fn save(
    tenant: &Tenant,
    name: &str,
    zone: &str,
    language: &str,
    late: Option<i32>,
    details: Option<bool>,
) -> Result<()> {
    sqlx::query!(
        "update companies set name = $2, zone = $3, language = $4, late_minutes = coalesce($5, late_minutes),
                keeps_picture_details = coalesce($6, keeps_picture_details)
         where id = $1",
        tenant.company.0,
        name,
        zone,
        language,
        late,
        details
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub struct Member {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
}

pub async fn members(tenant: &Tenant) -> Result<Vec<Member>> {
    let rows = sqlx::query!(
        "select m.id, u.name, u.email, m.role, m.joined_at from members m join users u on u.id = m.id
         where m.company_id = $1 order by lower(u.name), m.id",
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?;
    let member = |role| move |id, name, email, joined_at| Member { id, name, email, role, joined_at };
    Ok(rows.into_iter().map(|r| member(role(&r.role))(r.id, r.name, r.email, r.joined_at)).collect())
}

/// A member's role, held until the end of the transaction.
pub async fn role_for_update(db: &mut PgConnection, company: CompanyId, member: UserId) -> Result<Option<Role>> {
    let found = sqlx::query_scalar!(
        "select role from members where company_id = $1 and id = $2 for update",
        company.0,
        member.0
    )
    .fetch_optional(db)
    .await?;
    Ok(found.as_deref().map(role))
}

/// The owners, held until the end of the transaction: two who step down at once take turns.
pub async fn owners_for_update(db: &mut PgConnection, company: CompanyId) -> Result<Vec<UserId>> {
    Ok(sqlx::query_scalar!(
        "select id from members where company_id = $1 and role = 'owner' order by id for update",
        company.0
    )
    .fetch_all(db)
    .await?)
}

pub async fn set_role(db: &mut PgConnection, company: CompanyId, member: UserId, role: Role) -> Result<()> {
    sqlx::query!("update members set role = $3 where company_id = $1 and id = $2", company.0, member.0, role.id())
        .execute(db)
        .await?;
    Ok(())
}

/// Removes a member; their sessions that looked at this company turn to their oldest other one, if any.
pub async fn remove(db: &mut PgConnection, company: CompanyId, member: UserId) -> Result<()> {
    sqlx::query!("delete from members where company_id = $1 and id = $2", company.0, member.0)
        .execute(&mut *db)
        .await?;
    session::leave_company(db, company, member).await?;
    Ok(())
}

/// Makes a person a member.
pub async fn join(db: &mut PgConnection, company: CompanyId, user: UserId, role: Role) -> Result<()> {
    sqlx::query!(
        "insert into members (company_id, id, role) values ($1, $2, $3) on conflict (company_id, id) do nothing",
        company.0,
        user.0,
        role.id()
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn is_member(tenant: &Tenant, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from members where company_id = $1 and id = $2) as "found!""#,
        tenant.company.0,
        user.0
    )
    .fetch_one(&tenant.db)
    .await?)
}

/// Whether this member has put the first steps on Home away.
pub async fn first_steps_hidden(tenant: &Tenant, user: UserId) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select first_steps_hidden from members where company_id = $1 and id = $2",
        tenant.company.0,
        user.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(found.unwrap_or(true))
}

pub async fn hide_first_steps(tenant: &Tenant, user: UserId) -> Result<()> {
    sqlx::query!(
        "update members set first_steps_hidden = true where company_id = $1 and id = $2",
        tenant.company.0,
        user.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub async fn add_invitation(tenant: &Tenant, by: UserId, token_sha256: &[u8], role: Role, note: &str) -> Result<()> {
    sqlx::query!(
        "insert into invitations (company_id, id, token_sha256, role, note, invited_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))",
        tenant.company.0,
        InvitationId::new().0,
        token_sha256,
        role.id(),
        note,
        by.0,
        INVITATION_DAYS
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub struct OpenInvitation {
    pub id: InvitationId,
    pub role: Role,
    pub note: String,
    pub invited_by: String,
    pub expires_at: DateTime<Utc>,
}

/// Those whose link still works, the latest first.
pub async fn open_invitations(tenant: &Tenant) -> Result<Vec<OpenInvitation>> {
    let rows = sqlx::query!(
        "select i.id, i.role, i.note, u.name as invited_by, i.expires_at
         from invitations i join users u on u.id = i.invited_by
         where i.company_id = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
         order by i.created_at desc, i.id",
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| OpenInvitation {
            id: r.id,
            role: role(&r.role),
            note: r.note,
            invited_by: r.invited_by,
            expires_at: r.expires_at,
        })
        .collect())
}

/// False when there is no such open invitation in this company.
pub async fn revoke_invitation(tenant: &Tenant, id: InvitationId) -> Result<bool> {
    let revoked = sqlx::query!(
        "update invitations set revoked_at = now()
         where company_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
        tenant.company.0,
        id.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// Withdraws every open invitation that this person made.
pub async fn withdraw_invitations_of(db: &mut PgConnection, company: CompanyId, inviter: UserId) -> Result<()> {
    sqlx::query!(
        "update invitations set revoked_at = now()
         where company_id = $1 and invited_by = $2 and accepted_at is null and revoked_at is null",
        company.0,
        inviter.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a link leads to, in whatever state.
pub struct Invitation {
    pub company_id: CompanyId,
    pub id: InvitationId,
    pub role: Role,
    pub company: String,
    pub inviter: String,
    pub accepted: bool,
    pub revoked: bool,
    pub expired: bool,
}

/// Finds an invitation by its link and holds it until the end of the transaction: it is accepted once.
pub async fn invitation_by_token(db: &mut PgConnection, token_sha256: &[u8]) -> Result<Invitation> {
    let row = sqlx::query!(
        r#"select i.company_id, i.id, i.role, c.name as company, u.name as inviter,
                  i.accepted_at is not null as "accepted!", i.revoked_at is not null as "revoked!",
                  i.expires_at <= now() as "expired!"
           from invitations i
           join companies c on c.id = i.company_id
           join users u on u.id = i.invited_by
           where i.token_sha256 = $1
           for update of i"#,
        token_sha256
    )
    .fetch_optional(db)
    .await?
    .ok_or_else(|| AppError::not_found("invitation"))?;
    Ok(Invitation {
        company_id: row.company_id,
        id: row.id,
        role: role(&row.role),
        company: row.company,
        inviter: row.inviter,
        accepted: row.accepted,
        revoked: row.revoked,
        expired: row.expired,
    })
}

pub async fn accept_invitation(
    db: &mut PgConnection,
    company: CompanyId,
    id: InvitationId,
    user: UserId,
) -> Result<()> {
    sqlx::query!(
        "update invitations set accepted_at = now(), accepted_by = $3 where company_id = $1 and id = $2",
        company.0,
        id.0,
        user.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes invitations that ended a month ago.
pub fn delete_ended_invitations(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from invitations where least(accepted_at, revoked_at, expires_at) < now() - interval '30 days'"
        )
        .execute(&db)
        .await?;
        Ok(done.rows_affected())
    })
}
