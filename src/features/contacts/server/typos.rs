//! People whom a search with one typing error means: one character wrong, missing, too many, or two in the wrong order. The index of
//! words answers it without another one: what stands before the error and what stands behind it are both in the text.

use super::listed::search;
use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::domain::page::PAGE_SIZE;
use crate::features::contacts::model::ContactQuery;
use crate::infra::database::Tenant;
use std::collections::BTreeSet;

/// Fewer characters say too little around an error.
const SHORTEST: usize = 6;
/// Of a longer search the beginning counts.
const LONGEST: usize = 24;
/// People that are looked at for one place of the error.
const LOOKED_AT: i64 = 200;

/// The newest of them first; nobody where the search is too short, or says more than words.
pub async fn people(tenant: &Tenant, query: &ContactQuery) -> Result<Vec<ContactId>> {
    let typed: Vec<char> = search(query).to_lowercase().chars().take(LONGEST).collect();
    if typed.len() < SHORTEST
        || query.filters() > 0
        || query.days.is_some()
        || query.older.is_some()
        || query.newer.is_some()
    {
        return Ok(vec![]);
    }
    // What stands before and behind an error that is at most two characters long. Where either is too short for the index, the
    // other one must say enough.
    let parts: BTreeSet<(String, String)> = (0..typed.len())
        .map(|at| (&typed[..at], &typed[(at + 2).min(typed.len())..]))
        .filter(|(before, behind)| before.len().saturating_sub(2) + behind.len().saturating_sub(2) >= 2)
        .map(|(before, behind)| (before.iter().collect(), behind.iter().collect()))
        .collect();
    let (before, behind): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
    let rows = sqlx::query!(
        r#"with tries as materialized (
             select contact_keys($1, t.before) || contact_keys($1, t.behind) as keys from unnest($2::text[], $3::text[]) as t (before, behind)
           )
           select distinct on (f.created_at, f.id) f.id as "id!: ContactId", f.words as "words!"
           from tries t cross join lateral (
             select c.id, c.created_at, lower(contact_words(c.full_name, c.email, c.phone, c.phone_e164, c.company_name)) as words
             from contacts c
             where c.company_id = $1 and c.deleted_at is null
               and c.search @> t.keys
             limit $4) f
           order by f.created_at desc, f.id desc"#,
        tenant.company.0,
        &before,
        &behind,
        LOOKED_AT
    );
    let rows = rows.fetch_all(&tenant.db).await?;
    Ok(rows.into_iter().filter(|row| has(&row.words, &typed)).map(|row| row.id).take(PAGE_SIZE as usize).collect())
}

/// Whether something in the text is what was typed, but for one error.
fn has(text: &str, typed: &[char]) -> bool {
    let text: Vec<char> = text.chars().take(2_000).collect();
    // Errors of the best way to what was typed so far that ends at each place of the text; it may begin anywhere.
    let mut last: Vec<usize> = vec![0; text.len() + 1];
    let mut before: Vec<usize> = last.clone();
    for (at, c) in typed.iter().enumerate() {
        let mut now = vec![at + 1; text.len() + 1];
        for (to, t) in text.iter().enumerate() {
            let mut best = (last[to] + usize::from(c != t)).min(last[to + 1] + 1).min(now[to] + 1);
            if at > 0 && to > 0 && *c == text[to - 1] && typed[at - 1] == *t {
                best = best.min(before[to - 1] + 1);
            }
            now[to + 1] = best;
        }
        before = std::mem::replace(&mut last, now);
    }
    last.into_iter().any(|errors| errors <= 1)
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn one_error_is_forgiven() {
        let text = "ada lovelace ada@example.com +49 1512 analytical ltd";
        for typed in
            ["lovelace", "lovelase", "loveace", "lovellace", "lvoelace", "analitical", "xample.con", "a lovelacx"]
        {
            assert!(has(text, &typed.chars().collect::<Vec<_>>()), "{typed}");
        }
        for typed in ["loveles", "lovxlxce", "evolecal", "byronn"] {
            assert!(!has(text, &typed.chars().collect::<Vec<_>>()), "{typed}");
        }
        assert!(has("müller", &['m', 'u', 'l', 'l', 'e', 'r']) && !has("", &['a', 'b', 'c']));
    }
}
