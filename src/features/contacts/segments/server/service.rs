//! Making, changing and deleting segments, and what their page shows.

use super::{counted, drafts, facts, members, refresh};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ContactId, SegmentId};
use crate::domain::page::COUNTED;
use crate::domain::permission::Permission;
use crate::features::contacts::segments::form::{self, Draft, Press, Row};
use crate::features::contacts::segments::model::{
    Builder, Renamed, SegmentForm, SegmentKind, SegmentPage, SegmentQuery, SegmentRow,
};
use crate::features::contacts::segments::rule::Group;
use crate::features::contacts::segments::server::condition::Ground;
use crate::features::contacts::server::{fields, listed};
use crate::features::identity::companies::server::service as companies;
use crate::features::posts::server::cards::when;
use crate::infra::database::{OnConstraint, Tenant};
use crate::infra::session::Granted;
use chrono::Utc;
use futures::future::BoxFuture;
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;

/// Segments of one company.
pub const MOST: i64 = 100;
const NAME: usize = 60;
/// Days for which a deleted segment can come back.
pub const DAYS: i32 = 30;
pub const PAGE: &str = "/contacts/segments";

fn gone() -> AppError {
    AppError::not_found("segment")
}

fn name(typed: &str, field: &str) -> Result<String> {
    let name = typed.trim();
    let length = name.chars().count();
    let fits = length <= NAME && name.chars().any(char::is_alphanumeric) && !name.chars().any(char::is_control);
    if fits {
        Ok(name.to_owned())
    } else {
        Err(AppError::invalid(field, format!("Write a name with letters or numbers, of at most {NAME} characters.")))
    }
}

/// Lists and the newsletter, which conditions can name.
pub async fn lists(tenant: &Tenant) -> Result<Vec<(SegmentId, String)>> {
    let rows = sqlx::query!(
        "select id, name from segments where company_id = $1 and kind <> 'rule' and deleted_at is null
         order by kind desc, lower(name) limit 200",
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The lists that people fill.
pub async fn lists_by_hand(tenant: &Tenant) -> Result<Vec<(SegmentId, String)>> {
    let rows = sqlx::query!(
        "select id, name from segments where company_id = $1 and kind = 'list' and deleted_at is null order by lower(name), id limit 100",
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The whole page.
pub async fn page(who: &Granted, query: SegmentQuery) -> Result<SegmentPage> {
    let tenant = &who.tenant;
    let lists = lists(tenant).await?;
    let (mut builder, mut renamed) = (None, None);
    let draft = match query.draft {
        None if query.failed && (query.edit.is_some() || query.new == Some(SegmentForm::Rule)) => {
            drafts::latest(who, query.edit).await?
        }
        draft => draft,
    };
    if let Some(id) = draft {
        let kept = drafts::load(who, id).await?;
        builder = Some(build(tenant, Some(id), kept.segment, kept.name, kept.rows).await?);
    } else if let Some(id) = query.edit {
        let row = sqlx::query!(
            "select kind, name, rule from segments where company_id = $1 and id = $2 and deleted_at is null",
            tenant.company.0,
            id.0
        );
        let row = row.fetch_optional(&tenant.db).await?.ok_or_else(gone)?;
        match SegmentKind::parse(&row.kind) {
            Some(SegmentKind::Rule) => {
                let rule = members::read(id, row.rule).unwrap_or_default();
                builder = Some(build(tenant, None, Some(id), row.name, form::rows(&rule)).await?);
            }
            Some(SegmentKind::List) => renamed = Some(Renamed { id, name: row.name }),
            _ => (),
        }
    } else if query.new == Some(SegmentForm::Rule) {
        builder = Some(build(tenant, None, None, String::new(), form::blank()).await?);
    }
    Ok(SegmentPage {
        rows: rows(tenant, &lists).await?,
        lists,
        builder,
        renamed,
        zone: companies::zone(tenant).await?.name().to_owned(),
        may_set_up: who.role.may(Permission::Company),
    })
}

async fn build(
    tenant: &Tenant,
    id: Option<crate::domain::ids::DraftId>,
    segment: Option<SegmentId>,
    name: String,
    rows: Vec<Row>,
) -> Result<Builder> {
    let count = counted::of_draft(tenant, form::rule(&rows, false)).await?;
    Ok(Builder {
        id,
        segment,
        name,
        rows,
        count,
        tags: listed::tags(tenant).await?,
        sources: listed::sources(tenant).await?,
        fields: fields::all(tenant).await?.into_iter().map(|field| field.key).collect(),
    })
}

async fn rows(tenant: &Tenant, lists: &[(SegmentId, String)]) -> Result<Vec<SegmentRow>> {
    let rows = sqlx::query!(
        r#"select s.id, s.name, s.kind, s.rule, s.sources, s.tags, s.looked_at, s.changed_at, u.name as "by?",
                  (select count(*) from (
                     select from (select m.contact_id from segment_members m where m.company_id = $1 and m.segment_id = s.id
                                  order by m.listed_at desc, m.contact_id desc limit 2 * $2::bigint) m
                     where (select true from contacts c
                            where c.company_id = $1 and c.id = m.contact_id and c.deleted_at is null) limit $2) k) as "members!"
           from segments s left join users u on u.id = s.changed_by
           where s.company_id = $1 and s.deleted_at is null order by s.kind <> 'newsletter', lower(s.name), s.id limit 200"#,
        tenant.company.0,
        COUNTED + 1
    )
    .fetch_all(&tenant.db)
    .await?;
    let zone = companies::zone(tenant).await?;
    let row = rows.into_iter().filter_map(|row| {
        let kind = SegmentKind::parse(&row.kind)?;
        let words = match kind {
            SegmentKind::Rule => members::read(row.id, row.rule).map(|rule| rule.words(lists)).unwrap_or_default(),
            SegmentKind::Newsletter => {
                let said =
                    |what: &str, all: Vec<String>| (!all.is_empty()).then(|| format!("{what} {}", all.join(", ")));
                let both = [said("Comes from", row.sources), said("has the tag", row.tags)];
                both.into_iter().flatten().collect::<Vec<_>>().join(" or ")
            }
            SegmentKind::List => String::new(),
        };
        Some(SegmentRow {
            id: row.id,
            name: row.name,
            kind,
            members: row.members,
            words,
            looked_at: row.looked_at,
            changed: when(zone, row.changed_at),
            by: row.by,
        })
    });
    Ok(row.collect())
}

/// What a press of the builder came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Built {
    Saved(SegmentId),
    /// Kept, and where somebody goes on.
    Kept(crate::domain::ids::DraftId, Option<usize>),
}

/// Does what was pressed. Whatever comes of it, what was typed is kept first, so that nobody types it twice.
pub async fn build_on(who: &Granted, mut draft: Draft) -> Result<Built> {
    if let Some(segment) = draft.segment {
        must_be(who, segment, "rule").await?;
    }
    // Torn rows are not kept: they could not be shown.
    form::rule(&draft.rows, false)?;
    let press = Press::parse(&draft.press);
    let typed = form::pressed(&mut draft.rows, press);
    if press != Press::Save {
        let id = drafts::keep(who, &draft).await?;
        return typed.map(|at| Built::Kept(id, at));
    }
    let saved = save(who, &draft).await;
    match (&saved, draft.id) {
        (Ok(_), Some(id)) => drafts::drop(who, id).await?,
        (Ok(_), None) => (),
        (Err(_), _) => drafts::keep(who, &draft).await.map(drop)?,
    }
    saved.map(Built::Saved)
}

async fn must_be(who: &Granted, segment: SegmentId, kind: &str) -> Result<()> {
    let found = sqlx::query_scalar!(
        "select id from segments where company_id = $1 and id = $2 and kind = $3 and deleted_at is null",
        who.company.0,
        segment.0,
        kind
    );
    found.fetch_optional(&who.tenant.db).await?.map(drop).ok_or_else(gone)
}

async fn save(who: &Granted, draft: &Draft) -> Result<SegmentId> {
    let name = name(&draft.name, "draft[name]");
    let rule = form::rule(&draft.rows, true);
    // Both are said at once.
    let (name, rule) = match (name, rule) {
        (Ok(name), Ok(rule)) => (name, rule),
        (name, rule) => {
            let problems = [name.err(), rule.err()].into_iter().flatten().flat_map(|error| error.problems);
            return Err(AppError::problems(problems.collect()));
        }
    };
    let known = lists(&who.tenant).await?;
    for (at, row) in draft.rows.iter().enumerate() {
        let named = row.what.filter(|what| what.names_list()).and_then(|_| row.key.parse::<SegmentId>().ok());
        if named.is_some_and(|id| known.iter().all(|(list, _)| *list != id)) {
            return Err(AppError::invalid(form::field(at), "This list is not there any more. Choose another one."));
        }
    }
    put(who, draft.segment, &name, &rule).await
}

/// Makes a segment with a rule, or gives one a new rule; the job that works out who is in it begins at once.
pub async fn put(who: &Granted, segment: Option<SegmentId>, name: &str, rule: &Group) -> Result<SegmentId> {
    let taken = || AppError::invalid("draft[name]", "Another segment has this name.");
    let mut tx = who.tenant.db.begin().await?;
    let id = match segment {
        Some(id) => {
            let changed = sqlx::query!(
                "update segments set name = $3, rule = $4, moves = $5, version = version + 1, looked_at = 0, changed_by = $6,
                   changed_at = now()
                 where company_id = $1 and id = $2 and kind = 'rule' and deleted_at is null",
                who.company.0,
                id.0,
                name,
                json!(rule),
                rule.moves(),
                who.user.0
            );
            if changed.execute(&mut *tx).await.on_constraint("segments_once", taken)?.rows_affected() == 0 {
                return Err(gone());
            }
            id
        }
        None => {
            room(&mut tx, who, "draft[name]").await?;
            let id = SegmentId::new();
            let made = sqlx::query!(
                "insert into segments (company_id, id, kind, name, rule, moves, version, looked_at, changed_by)
                 values ($1, $2, 'rule', $3, $4, $5, 1, 0, $6)",
                who.company.0,
                id.0,
                name,
                json!(rule),
                rule.moves(),
                who.user.0
            );
            made.execute(&mut *tx).await.on_constraint("segments_once", taken)?;
            id
        }
    };
    refresh::ask(&mut tx, who.company, id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes a segment with a rule under an id that is given, once: doing it again changes nothing.
pub async fn make(who: &Granted, id: SegmentId, typed: &str, rule: &Group) -> Result<()> {
    let name = name(typed, "name")?;
    let taken = || AppError::conflict("Another segment has this name by now.");
    let mut tx = who.tenant.db.begin().await?;
    let there = sqlx::query_scalar!(
        r#"select exists (select from segments where company_id = $1 and id = $2) as "there!""#,
        who.company.0,
        id.0
    );
    if there.fetch_one(&mut *tx).await? {
        return Ok(());
    }
    room(&mut tx, who, "name").await?;
    let made = sqlx::query!(
        "insert into segments (company_id, id, kind, name, rule, moves, version, looked_at, changed_by)
         values ($1, $2, 'rule', $3, $4, $5, 1, 0, $6) on conflict (company_id, id) do nothing",
        who.company.0,
        id.0,
        name,
        json!(rule),
        rule.moves(),
        who.user.0
    );
    made.execute(&mut *tx).await.on_constraint("segments_once", taken)?;
    refresh::ask(&mut tx, who.company, id).await?;
    Ok(tx.commit().await?)
}

/// Whether there is room for one more.
async fn room(tx: &mut PgConnection, who: &Granted, field: &str) -> Result<()> {
    let there = sqlx::query_scalar!(
        r#"select count(*) as "n!" from segments where company_id = $1 and deleted_at is null"#,
        who.company.0
    );
    if there.fetch_one(tx).await? >= MOST {
        return Err(AppError::invalid(field, format!("There are {MOST} segments already. Delete one first.")));
    }
    Ok(())
}

/// Makes a list that is filled by hand, or renames one.
pub async fn save_list(who: &Granted, list: Option<SegmentId>, typed: &str) -> Result<SegmentId> {
    let name = name(typed, "name")?;
    let taken = || AppError::invalid("name", "Another segment has this name.");
    let mut tx = who.tenant.db.begin().await?;
    let id = match list {
        Some(id) => {
            let changed = sqlx::query!(
                "update segments set name = $3, changed_by = $4, changed_at = now()
                 where company_id = $1 and id = $2 and kind = 'list' and deleted_at is null",
                who.company.0,
                id.0,
                name,
                who.user.0
            );
            if changed.execute(&mut *tx).await.on_constraint("segments_once", taken)?.rows_affected() == 0 {
                return Err(gone());
            }
            id
        }
        None => {
            room(&mut tx, who, "name").await?;
            let id = SegmentId::new();
            let made = sqlx::query!(
                "insert into segments (company_id, id, kind, name, changed_by) values ($1, $2, 'list', $3, $4)",
                who.company.0,
                id.0,
                name,
                who.user.0
            );
            made.execute(&mut *tx).await.on_constraint("segments_once", taken)?;
            id
        }
    };
    tx.commit().await?;
    Ok(id)
}

/// Deletes a segment, not its people; or brings it back. The newsletter stays.
pub async fn delete(who: &Granted, segment: SegmentId, restore: bool) -> Result<()> {
    let taken = || AppError::conflict("Another segment has this name by now. Rename that one first.");
    let mut tx = who.tenant.db.begin().await?;
    let done = sqlx::query_scalar!(
        "update segments set deleted_at = case when $3 then null else now() end, version = version + 1,
           looked_at = case when $3 and kind = 'rule' then 0 end
         where company_id = $1 and id = $2 and kind <> 'newsletter' and (deleted_at is not null) = $3 returning kind",
        who.company.0,
        segment.0,
        restore
    );
    let kind = done.fetch_optional(&mut *tx).await.on_constraint("segments_once", taken)?.ok_or_else(gone)?;
    // What happened to contacts meanwhile was not followed.
    if restore && kind == "rule" {
        refresh::ask(&mut tx, who.company, segment).await?;
    }
    Ok(tx.commit().await?)
}

/// Removes for good what was deleted long ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from segments where deleted_at < now() - make_interval(days => $1)", DAYS);
        Ok(done.execute(&db).await?.rows_affected())
    })
}

/// By which conditions a contact is in the segments that have a rule.
pub async fn why(tenant: &Tenant, contact: ContactId) -> Result<HashMap<SegmentId, Vec<String>>> {
    let rows = sqlx::query!(
        "select s.id, s.rule from segment_members m join segments s on s.company_id = $1 and s.id = m.segment_id
         where m.company_id = $1 and m.contact_id = $2 and s.kind = 'rule' and s.deleted_at is null",
        tenant.company.0,
        contact.0
    );
    let rows = rows.fetch_all(&tenant.db).await?;
    let rules: Vec<_> = rows.into_iter().filter_map(|row| Some((row.id, members::read(row.id, row.rule)?))).collect();
    if rules.is_empty() {
        return Ok(HashMap::new());
    }
    let folded = facts::fold(tenant, &rules.iter().map(|(_, rule)| rule).collect::<Vec<_>>()).await?;
    let lists = lists(tenant).await?;
    let ground = Ground::new(Utc::now(), companies::zone(tenant).await?);
    let all = facts::load(tenant, &[contact]).await?;
    let Some(person) = all.get(&contact) else { return Ok(HashMap::new()) };
    let why = rules.iter().map(|(id, rule)| {
        // The rule changed, or a day passed, and the job that follows has not come to this person yet.
        let late = || vec!["Does not fit any more: the segment is about to be worked out again".to_owned()];
        (*id, person.reasons(rule, &folded, &ground, &lists).unwrap_or_else(late))
    });
    Ok(why.collect())
}
