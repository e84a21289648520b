//! A rule as a condition over the table of contacts, which is called `c` there. What people typed travels as parameters only.

use crate::features::contacts::segments::rule::{Condition, Group, Join, Node, Op, What};
use crate::infra::zone;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::{Postgres, QueryBuilder};

/// What a rule is about besides its own words: when it is asked, and in which zone its days are.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    pub now: DateTime<Utc>,
    pub zone: Tz,
}

impl Ground {
    pub fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        // As the database keeps it: both evaluations see the same moment.
        Self { now: now.trunc_subsecs(6), zone }
    }

    /// The moment that a condition about time compares with, and whether later ones fit. `None`: nothing fits.
    pub fn bound(&self, condition: &Condition) -> Option<(DateTime<Utc>, bool)> {
        let ago = || condition.days().map(|days| self.now - TimeDelta::days(days.into()));
        let start = || condition.day().map(|day| zone::start_of(self.zone, day));
        match condition.op {
            Op::Within => ago().map(|at| (at, true)),
            Op::Older => ago().map(|at| (at, false)),
            Op::From => start().map(|at| (at, true)),
            Op::Before => start().map(|at| (at, false)),
            _ => None,
        }
    }
}

/// Writes the condition of a group, in brackets; it is never null.
pub fn push(sql: &mut QueryBuilder<Postgres>, group: &Group, ground: &Ground) {
    let (open, between, alone) = match group.join {
        Join::All => ("(", " and ", "true"),
        Join::Any => ("(", " or ", "false"),
        Join::None => ("not (", " or ", "false"),
    };
    sql.push(open);
    if group.parts.is_empty() {
        sql.push(alone);
    }
    for (n, part) in group.parts.iter().enumerate() {
        if n > 0 {
            sql.push(between);
        }
        match part {
            Node::Group(group) => push(sql, group, ground),
            Node::Condition(condition) => one(sql, condition, ground),
        }
    }
    sql.push(")");
}

fn one(sql: &mut QueryBuilder<Postgres>, condition: &Condition, ground: &Ground) {
    match condition.what {
        What::Name => text(sql, "c.full_name", condition),
        What::Email => text(sql, "c.email", condition),
        What::Phone => text(sql, "coalesce(c.phone_e164, c.phone)", condition),
        What::Company => text(sql, "c.company_name", condition),
        What::Source => text(sql, "c.source", condition),
        What::Custom => {
            // The field is looked up once, whatever is asked of it.
            sql.push("(select ");
            own(sql, condition);
            sql.push(" from (select coalesce(c.custom ->> ")
                .push_bind(condition.key.clone())
                .push(", '') as value) f)");
        }
        What::Tag => {
            not(sql, condition);
            sql.push("exists (select from contact_tags t where t.company_id = c.company_id and t.contact_id = c.id and lower(t.tag) = lower(");
            sql.push_bind(condition.value.clone()).push("))");
        }
        What::CameFrom => {
            not(sql, condition);
            sql.push(
                "exists (select from contact_events e where e.company_id = c.company_id and e.contact_id = c.id
                   and e.kind in ('captured', 'captured_again') and lower(e.words) = lower(",
            );
            sql.push_bind(condition.value.clone()).push("))");
        }
        What::Consent => {
            sql.push(if condition.op == Op::IsNot { "c.consent <> " } else { "c.consent = " });
            sql.push_bind(condition.value.clone());
        }
        What::Member => {
            not(sql, condition);
            member(sql, "exists (select", condition);
            sql.push(")");
        }
        What::Created => time(sql, condition, ground, |sql| {
            sql.push("c.created_at");
        }),
        What::Activity => time(sql, condition, ground, |sql| {
            sql.push(
                "(select max(e.at) from contact_events e where e.company_id = c.company_id and e.contact_id = c.id
                    and e.kind not in ('joined', 'left'))",
            );
        }),
        What::Joined => time(sql, condition, ground, |sql| {
            member(sql, "(select m.at", condition);
            sql.push(")");
        }),
        What::Left => time(sql, condition, ground, |sql| {
            sql.push(
                "(select max(e.at) from contact_events e where e.company_id = c.company_id and e.contact_id = c.id
                    and e.kind = 'left' and e.segment_id = ",
            );
            sql.push_bind(condition.list().unwrap_or(crate::domain::ids::SegmentId::nil()).0).push(")");
        }),
    }
}

fn not(sql: &mut QueryBuilder<Postgres>, condition: &Condition) {
    if condition.op == Op::IsNot {
        sql.push("not ");
    }
}

fn member(sql: &mut QueryBuilder<Postgres>, select: &str, condition: &Condition) {
    sql.push(select);
    sql.push(" from segment_members m where m.company_id = c.company_id and m.contact_id = c.id and m.segment_id = ");
    sql.push_bind(condition.list().unwrap_or(crate::domain::ids::SegmentId::nil()).0);
}

/// A value of a further field, as `fields::kind` keeps it: what is no number is not more and not less than one, and dates of this form
/// are in the order of their letters.
fn own(sql: &mut QueryBuilder<Postgres>, condition: &Condition) {
    match (condition.op, condition.number(), condition.day()) {
        (Op::More | Op::Less, Some(number), _) => {
            let sign = if condition.op == Op::More { " > " } else { " < " };
            sql.push("(case when f.value ~ '^-?[0-9]{1,15}([.][0-9]{1,6})?$' then f.value::numeric").push(sign);
            sql.push_bind(number).push("::text::numeric else false end)");
        }
        (Op::From | Op::Before, _, Some(day)) => {
            let sign = if condition.op == Op::From { " >= " } else { " < " };
            sql.push("(f.value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and f.value collate \"C\"").push(sign);
            sql.push_bind(day.to_string()).push(")");
        }
        _ => text(sql, "f.value", condition),
    }
}

/// Upper and lower case are the same.
fn text(sql: &mut QueryBuilder<Postgres>, subject: &str, condition: &Condition) {
    let value = condition.value.clone();
    match condition.op {
        Op::Empty => sql.push(subject).push(" = ''"),
        Op::Filled => sql.push(subject).push(" <> ''"),
        Op::Is => sql.push("lower(").push(subject).push(") = lower(").push_bind(value).push(")"),
        Op::IsNot => sql.push("lower(").push(subject).push(") <> lower(").push_bind(value).push(")"),
        Op::Contains => sql.push("position(lower(").push_bind(value).push(") in lower(").push(subject).push(")) > 0"),
        Op::ContainsNot => {
            sql.push("position(lower(").push_bind(value).push(") in lower(").push(subject).push(")) = 0")
        }
        Op::Starts => sql.push("starts_with(lower(").push(subject).push("), lower(").push_bind(value).push("))"),
        Op::More | Op::Less | Op::Within | Op::Older | Op::From | Op::Before => sql.push("false"),
    };
}

fn time(
    sql: &mut QueryBuilder<Postgres>,
    condition: &Condition,
    ground: &Ground,
    subject: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    let Some((at, later)) = ground.bound(condition) else {
        sql.push("false");
        return;
    };
    sql.push("coalesce(");
    subject(sql);
    sql.push(if later { " >= " } else { " < " }).push_bind(at).push(", false)");
}
