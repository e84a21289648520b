//! Media of posts, as connectors take them.

use crate::connectors::Media;
use crate::domain::draft::MediaFacts;
use crate::domain::error::AppError;
use crate::domain::ids::{CompanyId, PostId};
use crate::infra::state::App;

/// The post's media in their order, with bytes.
pub async fn load_media(app: &App, company: CompanyId, post: PostId) -> Result<Vec<Media>, AppError> {
    let rows = sqlx::query!(
        "select a.id, a.mime, a.bytes, a.width, a.height, a.alt, a.storage_key, a.public_token
         from post_media m join assets a on a.company_id = m.company_id and a.id = m.asset_id
         where m.company_id = $1 and m.post_id = $2 order by m.position",
        company,
        post
    )
    .fetch_all(&app.db)
    .await?;
    let mut media = Vec::with_capacity(rows.len());
    for row in rows {
        let bytes = app.media.get(&row.storage_key).await.map_err(|error| {
            tracing::error!(%error, asset = %row.id, "media cannot be read");
            AppError::unavailable("A picture of this post cannot be read right now.")
        })?;
        media.push(Media {
            facts: MediaFacts {
                asset: row.id,
                mime: row.mime,
                bytes: row.bytes as u64,
                width: row.width as u32,
                height: row.height as u32,
                alt: row.alt,
            },
            bytes,
            public_url: format!("{}m/{}", app.settings.public_url, row.public_token),
        });
    }
    Ok(media)
}
