//! The deliveries of one post with their accounts, and the rows that a choice of accounts makes and takes away.

use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, PostId};
use crate::domain::options::Options;
use crate::domain::post::parts::PartText;
use crate::domain::post::{Format, Target};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

/// A delivery with the account that it goes to.
#[derive(Clone)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    pub connection_id: ConnectionId,
    pub text: Option<String>,
    pub state: String,
    pub due_at: Option<DateTime<Utc>>,
    pub live_at: Option<DateTime<Utc>>,
    pub remote_url: Option<String>,
    pub fault_kind: Option<String>,
    pub fault_message: Option<String>,
    pub platform: String,
    pub handle: String,
    /// The account's own page.
    pub profile_url: Option<String>,
    /// 0: the post itself.
    pub part: i32,
    /// `post`, `reply`, `comment`.
    pub kind: String,
    pub after_id: Option<DeliveryId>,
    pub format: String,
    pub options: Json<Options>,
    pub removed_at: Option<DateTime<Utc>>,
    /// The name of who deleted it at the platform.
    pub removed_by: Option<String>,
}

impl DeliveryRow {
    pub fn is_main(&self) -> bool {
        self.part == 0
    }
    /// The target that it stands for; a cancelled one, and a further part of the post, stand for none.
    pub fn target(&self) -> Option<Target> {
        (self.is_main() && self.state() != DeliveryState::Cancelled).then(|| self.content_target())
    }

    /// Its account and what is different there, in whatever state.
    pub fn content_target(&self) -> Target {
        Target {
            connection: self.connection_id,
            text: self.text.clone(),
            format: Format::parse(&self.format).unwrap_or_default(),
            options: self.options.0.clone(),
        }
    }

    pub fn state(&self) -> DeliveryState {
        DeliveryState::parse(&self.state).unwrap_or(DeliveryState::Draft)
    }
}

/// The deliveries of a post and its parts, in the order in which people see them.
pub async fn of_post(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Vec<DeliveryRow>> {
    Ok(sqlx::query_as!(
        DeliveryRow,
        r#"select d.id, d.connection_id, d.text, d.state, d.due_at, d.live_at, d.remote_url, d.fault_kind, d.fault_message,
                c.platform, c.handle, c.profile_url, d.part, d.kind, d.after_id, d.format, d.options as "options: Json<Options>",
                d.removed_at, (select u.name from users u where u.id = d.removed_by) as removed_by
         from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
         where d.company_id = $1 and d.post_id = $2 order by c.platform, c.handle, c.id, d.part"#,
        company.0,
        post.0
    )
    .fetch_all(tx)
    .await?)
}

/// As [`of_post`], and no worker changes them until the transaction ends.
pub async fn lock_with_accounts(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Vec<DeliveryRow>> {
    Ok(sqlx::query_as!(
        DeliveryRow,
        r#"select d.id, d.connection_id, d.text, d.state, d.due_at, d.live_at, d.remote_url, d.fault_kind, d.fault_message,
                c.platform, c.handle, c.profile_url, d.part, d.kind, d.after_id, d.format, d.options as "options: Json<Options>",
                d.removed_at, (select u.name from users u where u.id = d.removed_by) as removed_by
         from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
         where d.company_id = $1 and d.post_id = $2 order by d.id for update of d"#,
        company.0,
        post.0
    )
    .fetch_all(tx)
    .await?)
}

/// Makes the delivery to one account, as a draft.
pub async fn insert(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    target: &Target,
    options_version: u16,
) -> Result<DeliveryId> {
    Ok(sqlx::query_scalar!(
        "insert into deliveries (company_id, id, post_id, connection_id, text, format, options, options_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        company.0,
        DeliveryId::new().0,
        post.0,
        target.connection.0,
        target.text,
        target.format.id(),
        Json(&target.options) as _,
        options_version as i16
    )
    .fetch_one(tx)
    .await?)
}

/// What a draft gets, with nothing left of what was prepared for an older content.
pub async fn set_content(
    tx: &mut PgConnection,
    company: CompanyId,
    id: DeliveryId,
    target: &Target,
    options_version: u16,
) -> Result<()> {
    sqlx::query!(
        "update deliveries set text = $3, format = $4, options = $5, options_version = $6, due_at = null, checkpoint = null, fault_kind = null, fault_message = null,
           updated_at = now()
         where company_id = $1 and id = $2 and state = 'draft'",
        company.0,
        id.0,
        target.text,
        target.format.id(),
        Json(&target.options) as _,
        options_version as i16
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Deletes a delivery that was never attempted; `false`: it was, and its history must stay.
pub async fn delete_unattempted(tx: &mut PgConnection, company: CompanyId, id: DeliveryId) -> Result<bool> {
    let done =
        sqlx::query!("delete from deliveries where company_id = $1 and id = $2 and attempt = 0", company.0, id.0)
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes away the deliveries of parts: of a post that can still be edited none of them was ever sent.
pub async fn delete_parts(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    sqlx::query!(
        "delete from deliveries where company_id = $1 and post_id = $2 and part > 0 and attempt = 0",
        company.0,
        post.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes the delivery of a further part, which goes out after `after`.
pub async fn insert_part(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    connection: ConnectionId,
    part: &PartText<'_>,
    after: DeliveryId,
) -> Result<DeliveryId> {
    Ok(sqlx::query_scalar!(
        "insert into deliveries (company_id, id, post_id, connection_id, text, part, kind, after_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        company.0,
        DeliveryId::new().0,
        post.0,
        connection.0,
        part.text,
        i32::try_from(part.position).unwrap_or(i32::MAX),
        part.kind.id(),
        after.0
    )
    .fetch_one(tx)
    .await?)
}
