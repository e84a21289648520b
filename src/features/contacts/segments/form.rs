//! A rule as the rows of a form, one below the other with their depth, and what the form's buttons do to them. The same rows
//! travel with and without JavaScript.

use super::rule::{Condition, Group, Join, MAX_CONDITIONS, MAX_DEPTH, MAX_GROUPS, Node, Op, What};
use crate::domain::bounds;
use crate::domain::error::{AppError, Problem};
use crate::domain::ids::{DraftId, SegmentId};
use serde::{Deserialize, Serialize};

const MAX_ROWS: usize = MAX_CONDITIONS + MAX_GROUPS;

/// One row: a group when it has a `join`, else a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub depth: u8,
    #[serde(default)]
    pub join: Option<Join>,
    #[serde(default)]
    pub what: Option<What>,
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub op: Option<Op>,
    #[serde(default)]
    pub value: String,
    /// Of a group: what the next condition in it looks at.
    #[serde(default)]
    pub add: Option<What>,
}

impl Row {
    pub fn group(depth: u8, join: Join) -> Self {
        Self { depth, join: Some(join), ..Self::default() }
    }
    pub fn condition(depth: u8, what: What) -> Self {
        Self { depth, what: Some(what), op: what.ops().first().copied(), ..Self::default() }
    }
    pub fn is_group(&self) -> bool {
        self.join.is_some()
    }
}

/// What somebody builds: the whole form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Under which it was kept after the press before.
    #[serde(default)]
    pub id: Option<DraftId>,
    /// Which segment is changed.
    #[serde(default)]
    pub segment: Option<SegmentId>,
    #[serde(default)]
    pub name: String,
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_ROWS>")]
    pub rows: Vec<Row>,
    /// What was pressed.
    #[serde(default)]
    pub press: String,
}

/// What a button of the form does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    Save,
    /// Counts again.
    Look,
    /// A condition into the group of this row.
    Add(usize),
    /// A group into the group of this row.
    Group(usize),
    /// This row, with what is in it.
    Remove(usize),
}

impl Press {
    pub fn parse(text: &str) -> Self {
        let (name, row) = text.split_once('.').unwrap_or((text, ""));
        match (name, row.parse()) {
            ("save", _) => Self::Save,
            ("add", Ok(row)) => Self::Add(row),
            ("group", Ok(row)) => Self::Group(row),
            ("remove", Ok(row)) => Self::Remove(row),
            _ => Self::Look,
        }
    }
}

/// The rows of a rule.
pub fn rows(rule: &Group) -> Vec<Row> {
    fn put(rows: &mut Vec<Row>, group: &Group, depth: u8) {
        rows.push(Row::group(depth, group.join));
        for part in &group.parts {
            match part {
                Node::Group(group) => put(rows, group, depth + 1),
                Node::Condition(condition) => rows.push(Row {
                    depth: depth + 1,
                    what: Some(condition.what),
                    key: condition.key.clone(),
                    op: Some(condition.op),
                    value: condition.value.clone(),
                    ..Row::default()
                }),
            }
        }
    }
    let mut all = vec![];
    put(&mut all, rule, 0);
    all
}

/// What a new rule begins with.
pub fn blank() -> Vec<Row> {
    vec![Row::group(0, Join::All)]
}

/// The row behind the last one that is in this group.
fn end(rows: &[Row], group: usize) -> usize {
    let depth = rows[group].depth;
    rows.iter().enumerate().skip(group + 1).find(|(_, row)| row.depth <= depth).map_or(rows.len(), |(at, _)| at)
}

/// Does what a button says; the row at which somebody goes on.
pub fn pressed(rows: &mut Vec<Row>, press: Press) -> Result<Option<usize>, AppError> {
    let full = |what: &str, most: usize| {
        Err(AppError::invalid(
            "draft[rows]",
            format!("There are at most {most} {what} in a rule. Take one away first."),
        ))
    };
    let group = |at: usize| rows.get(at).filter(|row| row.is_group());
    match press {
        Press::Save | Press::Look => Ok(None),
        Press::Add(at) => {
            let Some(row) = group(at) else { return Ok(None) };
            if rows.iter().filter(|row| !row.is_group()).count() >= MAX_CONDITIONS {
                return full("conditions", MAX_CONDITIONS);
            }
            let (new, at) = (Row::condition(row.depth + 1, row.add.unwrap_or(What::Email)), end(rows, at));
            rows.insert(at, new);
            Ok(Some(at))
        }
        Press::Group(at) => {
            let Some(row) = group(at) else { return Ok(None) };
            if usize::from(row.depth) + 1 >= MAX_DEPTH {
                return full("groups within each other", MAX_DEPTH);
            }
            if rows.iter().filter(|row| row.is_group()).count() >= MAX_GROUPS {
                return full("groups", MAX_GROUPS);
            }
            let (new, at) = (Row::group(row.depth + 1, Join::Any), end(rows, at));
            rows.insert(at, new);
            Ok(Some(at))
        }
        Press::Remove(at) if at > 0 && at < rows.len() => {
            let end = if rows[at].is_group() { end(rows, at) } else { at + 1 };
            rows.drain(at..end);
            Ok(Some(at - 1))
        }
        Press::Remove(_) => Ok(None),
    }
}

/// The rule that the rows say. `whole`: every condition must be ready to be used; else those that are not are left out.
pub fn rule(rows: &[Row], whole: bool) -> Result<Group, AppError> {
    let torn = || AppError::invalid("draft[rows]", "The rule could not be read. Load the page again.");
    let first = rows.first().filter(|row| row.is_group() && row.depth == 0).ok_or_else(torn)?;
    let mut problems = vec![];
    // The groups that are open, from the outermost.
    let mut open = vec![Group { join: first.join.unwrap_or_default(), parts: vec![] }];
    let mut sizes = (0, 1);
    let close = |open: &mut Vec<Group>, depth: usize| {
        while open.len() > depth.max(1) {
            if let (Some(group), Some(outer)) = (open.pop(), open.last_mut()) {
                outer.parts.push(Node::Group(group));
            }
        }
    };
    for (at, row) in rows.iter().enumerate().skip(1) {
        let depth = usize::from(row.depth);
        if depth == 0 || depth > open.len() {
            return Err(torn());
        }
        close(&mut open, depth);
        if let Some(join) = row.join {
            sizes.1 += 1;
            open.push(Group { join, parts: vec![] });
            continue;
        }
        sizes.0 += 1;
        let (Some(what), Some(op)) = (row.what, row.op) else { return Err(torn()) };
        let value = if op.takes_value() { row.value.trim().to_owned() } else { String::new() };
        let condition = Condition { what, key: row.key.trim().to_owned(), op, value };
        match condition.problem() {
            None => open.last_mut().ok_or_else(torn)?.parts.push(Node::Condition(condition)),
            Some(message) if whole => problems.push(Problem::error(field(at), message)),
            Some(_) => (),
        }
        if open.len() > MAX_DEPTH {
            return Err(torn());
        }
    }
    close(&mut open, 1);
    let rule = open.pop().ok_or_else(torn)?;
    if sizes.0 > MAX_CONDITIONS || sizes.1 > MAX_GROUPS || depth(&rule) > MAX_DEPTH {
        return Err(torn());
    }
    if whole && problems.is_empty() && has_empty(&rule) {
        problems.push(Problem::error("draft[rows]", "Put a condition into each group, or take the group away."));
    }
    if problems.is_empty() {
        Ok(if whole { rule } else { without_empty(rule) })
    } else {
        Err(AppError::problems(problems))
    }
}

/// Where a problem of a row is shown.
pub fn field(row: usize) -> String {
    format!("draft[rows][{row}]")
}

fn depth(group: &Group) -> usize {
    let inner = group.parts.iter().map(|part| if let Node::Group(group) = part { depth(group) } else { 0 });
    1 + inner.max().unwrap_or_default()
}

fn has_empty(group: &Group) -> bool {
    group.parts.is_empty() || group.parts.iter().any(|part| matches!(part, Node::Group(group) if has_empty(group)))
}

/// While it is being built, a group without a condition says nothing yet.
fn without_empty(group: Group) -> Group {
    let parts = group.parts.into_iter().filter_map(|part| match part {
        Node::Group(group) => Some(without_empty(group)).filter(|group| !group.parts.is_empty()).map(Node::Group),
        condition => Some(condition),
    });
    Group { join: group.join, parts: parts.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_built_with_presses() {
        let mut all = blank();
        all[0].add = Some(What::Tag);
        assert_eq!(pressed(&mut all, Press::parse("add.0")), Ok(Some(1)));
        assert_eq!(pressed(&mut all, Press::parse("group.0")), Ok(Some(2)));
        all[2].add = Some(What::Created);
        assert_eq!(pressed(&mut all, Press::parse("add.2")), Ok(Some(3)));
        assert_eq!(pressed(&mut all, Press::parse("add.0")), Ok(Some(4)));
        assert!(rule(&all, true).is_err_and(|e| e.problems.len() == 3 && e.problems[0].field == "draft[rows][1]"));
        // What is not ready is left out while one builds.
        assert_eq!(rule(&all, false).map(|rule| rule.parts.len()), Ok(0));
        for (at, value) in [(1, "vip"), (3, "30"), (4, "news")] {
            all[at].value = value.into();
        }
        let made = rule(&all, true).expect("a rule");
        assert_eq!(made.words(&[]), "Has the tag “vip” and First seen in the last 30 days and Has the tag “news”");
        let (fresh, kept) = (rows(&made), rule(&all, true));
        assert_eq!(rule(&fresh, true), kept);
        // A group goes with what is in it.
        assert_eq!(pressed(&mut all, Press::parse("remove.2")), Ok(Some(1)));
        assert_eq!(all.len(), 3);
        assert_eq!(pressed(&mut all, Press::Remove(0)), Ok(None));
        assert_eq!(pressed(&mut all, Press::Remove(99)), Ok(None));
        assert_eq!(pressed(&mut all, Press::Add(1)), Ok(None));
    }

    #[test]
    fn rules_have_bounds() {
        let mut all = blank();
        for depth in 0..3 {
            assert!(pressed(&mut all, Press::Group(depth)).is_ok());
        }
        assert!(pressed(&mut all, Press::Group(3)).is_err());
        for _ in 0..MAX_CONDITIONS {
            assert!(pressed(&mut all, Press::Add(0)).is_ok());
        }
        assert!(pressed(&mut all, Press::Add(0)).is_err());
        for torn in [
            vec![],
            vec![Row::condition(0, What::Tag)],
            vec![Row::group(0, Join::All), Row::condition(3, What::Tag)],
            vec![Row::group(0, Join::All), Row::group(0, Join::All)],
            vec![Row::group(0, Join::All), Row { depth: 1, ..Row::default() }],
            (0..6).map(|depth| Row::group(depth, Join::Any)).collect(),
        ] {
            assert!(rule(&torn, false).is_err(), "{torn:?}");
        }
    }
}
