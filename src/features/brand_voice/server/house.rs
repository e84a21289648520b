//! The company's own words: never to be written, or never marked.

use crate::domain::authenticity::{HouseWords, MOST_HOUSE_WORDS};
use crate::domain::error::{AppError, Result};
use crate::features::brand_voice::model::HouseChange;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;

/// All of the company, in the order of the alphabet.
pub async fn all(tenant: &Tenant) -> Result<HouseWords> {
    let rows = sqlx::query!(
        "select word, rule = 'avoid' as \"avoid!\" from house_words where company_id = $1 order by word limit $2",
        tenant.company.0,
        2 * MOST_HOUSE_WORDS as i64
    );
    let rows = rows.fetch_all(&tenant.db).await?;
    let (avoid, allowed): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.avoid);
    Ok(HouseWords {
        avoid: avoid.into_iter().map(|row| row.word).collect(),
        allowed: allowed.into_iter().map(|row| row.word).collect(),
    })
}

/// Adds words and takes words off, whatever others did meanwhile; what the lists are then.
pub async fn change(who: &Granted, change: HouseChange) -> Result<HouseWords> {
    let HouseWords { avoid, allowed } = HouseWords { avoid: change.avoid, allowed: change.allow }.tidy();
    let (tenant, company) = (&who.tenant, who.tenant.company);
    let mut tx = tenant.db.begin().await?;
    sqlx::query!("delete from house_words where company_id = $1 and word = any($2)", company.0, &change.forget)
        .execute(&mut *tx)
        .await?;
    for (rule, words) in [("avoid", avoid), ("allow", allowed)] {
        sqlx::query!(
            "insert into house_words (company_id, word, rule) select $1, word, $3 from unnest($2::text[]) as word
             on conflict (company_id, word) do update set rule = excluded.rule",
            company.0,
            &words,
            rule
        )
        .execute(&mut *tx)
        .await?;
    }
    let fullest = sqlx::query_scalar!(
        "select count(*) as \"n!\" from house_words where company_id = $1 group by rule order by 1 desc limit 1",
        company.0
    );
    let most = MOST_HOUSE_WORDS as i64;
    if fullest.fetch_optional(&mut *tx).await?.is_some_and(|n| n > most) {
        let message = format!("There are {most} words on this list already. Take one off first.");
        return Err(AppError::invalid("word", message));
    }
    tx.commit().await?;
    all(tenant).await
}
