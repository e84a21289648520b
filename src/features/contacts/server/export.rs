//! Contacts as a CSV file, written while it is sent: a part of the table at a time, so that a million takes no more memory than
//! a thousand.

use crate::domain::error::Result;
use crate::domain::page::Cursor;
use crate::infra::database::Tenant;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::Stream;

const PART: i64 = 1_000;

const HEAD: &str = "email,first_name,last_name,name,phone,company,source,consent,tags,created_at,custom\r\n";

/// The whole file, part by part.
pub fn file(tenant: Tenant) -> impl Stream<Item = Result<Bytes>> + Send {
    futures::stream::try_unfold((tenant, Some(Cursor::FIRST), true), |(tenant, from, first)| async move {
        let Some(from) = from else { return Ok(None) };
        let (mut text, next) = part(&tenant, from).await?;
        if first {
            // By this mark spreadsheets know that it is UTF-8.
            text.insert_str(0, &format!("\u{feff}{HEAD}"));
        }
        Ok(Some((Bytes::from(text), (tenant, next, false))))
    })
}

async fn part(tenant: &Tenant, from: Cursor) -> Result<(String, Option<Cursor>)> {
    let rows = sqlx::query!(
        r#"select c.id, c.email, c.first_name, c.last_name, c.full_name, c.phone, c.company_name, c.source, c.consent, c.created_at,
                  c.custom::text as "custom!",
                  array(select t.tag from contact_tags t where t.company_id = $1 and t.contact_id = c.id order by t.tag) as "tags!"
           from contacts c
           where c.company_id = $1 and c.deleted_at is null and (c.created_at, c.id) > ($2::timestamptz, $3::uuid)
           order by c.created_at, c.id limit $4"#,
        tenant.company.0,
        DateTime::<Utc>::from(from),
        from.id,
        PART
    )
    .fetch_all(&tenant.db)
    .await?;
    let next = rows.last().filter(|_| rows.len() as i64 == PART);
    let next = next.map(|row| Cursor { at_us: row.created_at.timestamp_micros(), id: row.id.0 });
    let mut text = String::new();
    for row in &rows {
        let custom = if row.custom == "{}" { "" } else { &row.custom };
        let (tags, created) = (row.tags.join(", "), row.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let cells = [
            &row.email,
            &row.first_name,
            &row.last_name,
            &row.full_name,
            &row.phone,
            &row.company_name,
            &row.source,
            &row.consent,
            &tags,
            &created,
            custom,
        ];
        let cells: Vec<_> = cells.into_iter().map(cell).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    Ok((text, next))
}

/// A cell of a CSV file (RFC 4180). What a spreadsheet would run as a formula gets an apostrophe before it.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_run_or_breaks_out() {
        assert_eq!(cell("Ada"), "Ada");
        assert_eq!(cell("O\"Brien, Ada"), "\"O\"\"Brien, Ada\"");
        assert_eq!(cell("=HYPERLINK(\"https://evil.example\")"), "\"'=HYPERLINK(\"\"https://evil.example\"\")\"");
        for formula in ["=1", "+49 30 1", "-1", "@x", "\t=1"] {
            assert!(cell(formula).trim_start_matches('"').starts_with('\''), "{formula:?}");
        }
    }
}
