//! A rule asked of one person outside of SQL: whether it holds, and which of its conditions. Texts are folded to lower case by
//! the database, so that both evaluations fold alike whatever its language is.

use super::condition::Ground;
use crate::domain::error::Result;
use crate::domain::ids::{ContactId, SegmentId, Uuid};
use crate::features::contacts::fields::kind;
use crate::features::contacts::segments::rule::{Condition, Group, Op, What};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What rules look at, texts in lower case.
#[derive(Clone, Debug)]
pub struct Facts {
    name: String,
    email: String,
    phone: String,
    company: String,
    source: String,
    custom: BTreeMap<String, String>,
    tags: BTreeSet<String>,
    came_from: BTreeSet<String>,
    consent: String,
    created: DateTime<Utc>,
    activity: Option<DateTime<Utc>>,
    joined: BTreeMap<SegmentId, DateTime<Utc>>,
    left: BTreeMap<SegmentId, DateTime<Utc>>,
}

/// The values of rules in lower case.
pub struct Folded(BTreeMap<String, String>);

/// Those of these contacts that are there.
pub async fn load(tenant: &Tenant, ids: &[ContactId]) -> Result<BTreeMap<ContactId, Facts>> {
    let rows = sqlx::query!(
        r#"select c.id, lower(c.full_name) as "name!", lower(c.email) as "email!", lower(coalesce(c.phone_e164, c.phone)) as "phone!",
                  lower(c.company_name) as "company!", lower(c.source) as "source!", c.consent, c.created_at,
                  (select jsonb_object_agg(k.key, lower(k.value)) from jsonb_each_text(c.custom) k where k.value is not null) as custom,
                  array(select lower(t.tag) from contact_tags t where t.company_id = $1 and t.contact_id = c.id) as "tags!",
                  array(select distinct lower(e.words) from contact_events e where e.company_id = $1 and e.contact_id = c.id
                          and e.kind in ('captured', 'captured_again')) as "came_from!",
                  (select max(e.at) from contact_events e where e.company_id = $1 and e.contact_id = c.id
                     and e.kind not in ('joined', 'left')) as activity,
                  array(select m.segment_id from segment_members m where m.company_id = $1 and m.contact_id = c.id
                        order by m.segment_id) as "joined!: Vec<Uuid>",
                  array(select m.at from segment_members m where m.company_id = $1 and m.contact_id = c.id
                        order by m.segment_id) as "joined_at!",
                  array(select e.segment_id from contact_events e where e.company_id = $1 and e.contact_id = c.id and e.kind = 'left'
                          and e.segment_id is not null group by e.segment_id order by e.segment_id) as "left!: Vec<Uuid>",
                  array(select max(e.at) from contact_events e where e.company_id = $1 and e.contact_id = c.id and e.kind = 'left'
                          and e.segment_id is not null group by e.segment_id order by e.segment_id) as "left_at!"
           from contacts c where c.company_id = $1 and c.id = any($2)"#,
        tenant.company.0,
        ids as _
    )
    .fetch_all(&tenant.db)
    .await?;
    let pairs = |ids: Vec<Uuid>, at: Vec<DateTime<Utc>>| ids.into_iter().map(SegmentId).zip(at).collect();
    let facts = rows.into_iter().map(|row| {
        let custom = match row.custom {
            Some(Value::Object(map)) => {
                map.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
            }
            _ => BTreeMap::new(),
        };
        let facts = Facts {
            name: row.name,
            email: row.email,
            phone: row.phone,
            company: row.company,
            source: row.source,
            custom,
            tags: row.tags.into_iter().collect(),
            came_from: row.came_from.into_iter().collect(),
            consent: row.consent,
            created: row.created_at,
            activity: row.activity,
            joined: pairs(row.joined, row.joined_at),
            left: pairs(row.left, row.left_at),
        };
        (row.id, facts)
    });
    Ok(facts.collect())
}

/// Folds the values of these rules.
pub async fn fold(tenant: &Tenant, rules: &[&Group]) -> Result<Folded> {
    let values: BTreeSet<_> = rules.iter().flat_map(|rule| rule.conditions()).map(|one| one.value.clone()).collect();
    let values: Vec<_> = values.into_iter().collect();
    let folded = sqlx::query_scalar!(
        r#"select lower(v.text) as "text!" from unnest($1::text[]) with ordinality as v (text, n) order by v.n"#,
        &values
    );
    let folded = folded.fetch_all(&tenant.db).await?;
    Ok(Folded(values.into_iter().zip(folded).collect()))
}

impl Facts {
    /// Whether a condition holds for this person.
    pub fn fits(&self, condition: &Condition, folded: &Folded, ground: &Ground) -> bool {
        let value = folded.0.get(&condition.value).unwrap_or(&condition.value).as_str();
        let text = |subject: &str| match condition.op {
            Op::Empty => subject.is_empty(),
            Op::Filled => !subject.is_empty(),
            Op::Is => subject == value,
            Op::IsNot => subject != value,
            Op::Contains => subject.contains(value),
            Op::ContainsNot => !subject.contains(value),
            Op::Starts => subject.starts_with(value),
            Op::More | Op::Less | Op::Within | Op::Older | Op::From | Op::Before => false,
        };
        let own = |subject: &str| match condition.op {
            Op::More | Op::Less => {
                match (kind::millionths(subject), condition.number().as_deref().and_then(kind::millionths)) {
                    (Some(number), Some(bound)) => {
                        if condition.op == Op::More {
                            number > bound
                        } else {
                            number < bound
                        }
                    }
                    _ => false,
                }
            }
            Op::From | Op::Before => match condition.day().filter(|_| kind::is_day(subject)) {
                Some(day) => (subject >= day.to_string().as_str()) == (condition.op == Op::From),
                None => false,
            },
            _ => text(subject),
        };
        let yes = |found: bool| found != (condition.op == Op::IsNot);
        let time = |at: Option<&DateTime<Utc>>| match (at, ground.bound(condition)) {
            (Some(at), Some((bound, later))) => (*at >= bound) == later,
            _ => false,
        };
        let list = || condition.list().unwrap_or(SegmentId::nil());
        match condition.what {
            What::Name => text(&self.name),
            What::Email => text(&self.email),
            What::Phone => text(&self.phone),
            What::Company => text(&self.company),
            What::Source => text(&self.source),
            What::Custom => own(self.custom.get(&condition.key).map_or("", String::as_str)),
            What::Tag => yes(self.tags.contains(value)),
            What::CameFrom => yes(self.came_from.contains(value)),
            What::Consent => yes(self.consent == condition.value),
            What::Member => yes(self.joined.contains_key(&list())),
            What::Created => time(Some(&self.created)),
            What::Activity => time(self.activity.as_ref()),
            What::Joined => time(self.joined.get(&list())),
            What::Left => time(self.left.get(&list())),
        }
    }

    /// Why the rule holds for this person; `None`: it does not.
    pub fn reasons(
        &self,
        rule: &Group,
        folded: &Folded,
        ground: &Ground,
        lists: &[(SegmentId, String)],
    ) -> Option<Vec<String>> {
        rule.reasons(&|condition: &Condition| self.fits(condition, folded, ground), lists)
    }
}
