//! What the agents for mail, sales and loyalty write.

use super::marketing::source;
use super::{Made, Taken, month, month_name, of_kind, week};
use crate::domain::error::Result;
use crate::features::agents::action::{MAX_CONTACTS, SegmentAction, TagAction};
use crate::features::agents::server::facts::contacts::{self, Customer, HOT, HOT_FROM, Lead};
use crate::features::agents::server::facts::{Scene, posts};
use crate::features::agents::server::sheet::{change, count, number, said, said_in_full, share};
use crate::features::agents::server::store::proposals;
use crate::features::contacts::model::Consent;
use crate::features::contacts::segments::rule::{Condition, Group, Join, Node, Op, What};
use std::collections::BTreeMap;

/// Leads that a list names.
const NAMED: usize = 20;
/// Days without anything from a customer until they count as cooling, and as silent.
const COOLING: i64 = 30;
const SILENT: i64 = 90;

pub async fn newsletter(scene: &Scene, tasks: &[Taken]) -> Result<Made> {
    let mut made = Made::new(format!("Newsletter, {}", scene.today.short()), week(scene.today));
    let (answered, segments, planned) =
        futures::try_join!(posts::answered(scene, 7, 4), contacts::segments(scene), posts::planned(scene, 7))?;
    let may: i64 = segments.iter().map(|(_, _, given)| given).sum();
    for (name, all, given) in &segments {
        made.finding(format!("**{}** of {} people in “{}” agreed to mail.", number(*given), number(*all), said(name)));
    }
    if may == 0 {
        made.finding("Nobody has agreed to mail yet, so a newsletter would reach nobody.");
    }
    made.finding(format!("{} of the last 7 days can be told again.", count(answered.len() as i64, "post", "posts")));
    made.section("Draft");
    if answered.is_empty() {
        made.text("Nothing went out in the last 7 days. Take the news that you would post, and write it here first.");
    }
    for (n, post) in answered.iter().enumerate() {
        made.text(&format!("**{}. {}**", n + 1, scene.day_of(post.live_at).short()));
        made.text(&said_in_full(&post.text.chars().take(600).collect::<String>()));
        made.text(&format!("From [this post](/posts/{}), {}.", post.id, count(post.comments, "comment", "comments")));
    }
    let ahead: i64 = planned.iter().map(|(_, n)| n).sum();
    made.text(&format!(
        "Closing: what comes next. {} planned for the next 7 days.",
        count(ahead, "post is", "posts are")
    ));
    silent_customers(scene, &mut made, tasks).await?;
    made.section("Subject lines, from your own words");
    let lines: Vec<_> = answered
        .iter()
        .filter_map(|p| p.text.lines().map(str::trim).find(|l| !l.is_empty()))
        .map(said)
        .take(3)
        .collect();
    if lines.is_empty() {
        made.text("There are none without a post.");
    } else {
        made.list(lines);
    }
    Ok(made)
}

/// A part of the newsletter for customers of whom nothing was heard, where somebody asked for it.
async fn silent_customers(scene: &Scene, made: &mut Made, tasks: &[Taken]) -> Result<()> {
    let asked: Vec<_> = of_kind(tasks, "silent_customers").collect();
    if asked.is_empty() {
        return Ok(());
    }
    let customers = contacts::customers(scene).await?;
    let silent = customers.iter().filter(|c| c.days(scene.now) >= SILENT && c.consent == "given").count() as i64;
    if silent == 0 {
        asked.iter().for_each(|task| made.answer(task, "No customer who agreed to mail is silent any more."));
        return Ok(());
    }
    let missed = posts::answered(scene, SILENT, 1).await?;
    made.section("For customers who grew silent");
    made.text(&format!(
        "**{}** heard nothing from you and said nothing for {SILENT} days, and agreed to mail. [See who they are](/contacts?tag=customer). A mail of its own says what they missed:",
        count(silent, "customer", "customers")
    ));
    match missed.first() {
        Some(post) => {
            made.text("It has been a while. Since we last spoke:");
            made.text(&said_in_full(&post.text.chars().take(600).collect::<String>()));
        }
        None => made.text("No post went out in that time. Say what is new, and ask how they are."),
    }
    let result = format!("This newsletter has a part for {}.", count(silent, "customer", "customers"));
    asked.iter().for_each(|task| made.answer(task, result.clone()));
    Ok(())
}

pub async fn list_growth(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("List, 30 days to {}", scene.today.short()), month(scene.today));
    let (counts, sources, segments) =
        futures::try_join!(contacts::counts(scene, 30), contacts::sources(scene, 30), contacts::segments(scene))?;
    made.finding(format!(
        "**{}** in all; {} new in 30 days, {} in the 30 before ({}).",
        count(counts.all, "contact", "contacts"),
        number(counts.new),
        number(counts.before),
        change(counts.new, counts.before)
    ));
    let asked = counts.all - counts.given - counts.withdrawn;
    made.finding(format!(
        "**{}** agreed to mail ({}), {} took it back, {} were never asked.",
        number(counts.given),
        share(counts.given, counts.all),
        number(counts.withdrawn),
        number(asked)
    ));
    if let Some(best) = sources.iter().filter(|s| s.new > 0).max_by_key(|s| s.new) {
        made.finding(format!("Most new people came from **{}** ({}).", source(&best.source), number(best.new)));
    }
    made.section("By source");
    let rows = sources.iter().map(|s| {
        vec![
            source(&s.source),
            number(s.all),
            number(s.new),
            number(s.before),
            share(s.given, s.all),
            share(s.withdrawn, s.all),
        ]
    });
    let rows: Vec<_> = rows.collect();
    made.table(
        &["Source", "All", "New", "30 days before", "Agreed", "Took back"],
        rows,
        "There is no contact yet. [Let Zapier send them](/settings/zapier).",
    );
    made.section("Segments");
    let rows = segments
        .iter()
        .map(|(name, all, given)| vec![said(name), number(*all), number(*given), share(*given, *all)])
        .collect();
    made.table(&["Segment", "People", "Agreed to mail", "Share"], rows, "There is no segment.");
    made.section("What to do");
    let mut steps = vec![];
    if asked > 0 {
        steps.push(format!(
            "Ask {} who were never asked, where you may: by a form that says what you send.",
            count(asked, "person", "people")
        ));
    }
    let poor = sources.iter().filter(|s| s.all >= 20 && s.given * 4 < s.all);
    steps.extend(poor.map(|s| {
        format!("{}: only {} agreed. Put the question on that form.", source(&s.source), share(s.given, s.all))
    }));
    if steps.is_empty() {
        steps.push("Nothing: everybody was asked, and every large source has at least a quarter who agreed.".into());
    }
    made.list(steps);
    Ok(made)
}

pub async fn score(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Leads, {}", scene.today.short()), week(scene.today));
    let leads = contacts::leads(scene).await?;
    let hot: Vec<_> = leads.iter().filter(|l| l.score(scene.now) >= HOT_FROM).collect();
    made.finding(format!(
        "**{}** of {} who came last have {HOT_FROM} points or more.",
        count(hot.len() as i64, "lead", "leads"),
        number(leads.len() as i64)
    ));
    if let Some(first) = leads.first() {
        made.finding(format!("The highest score is {} of 100.", number(first.score(scene.now))));
    }
    let asked = proposals::proposed_for_tag(scene.tenant(), HOT).await?;
    let fresh: Vec<&Lead> = hot.iter().copied().filter(|l| !l.is_tagged && !asked.contains(&l.id)).collect();
    made.finding(format!(
        "{} of them do not have the tag “{HOT}” yet and were not proposed for it.",
        number(fresh.len() as i64)
    ));
    let mut came: BTreeMap<&str, i64> = BTreeMap::new();
    for lead in hot.iter().filter(|lead| !lead.source.trim().is_empty()) {
        *came.entry(&lead.source).or_default() += 1;
    }
    if let Some((from, n)) = came.iter().max_by_key(|(_, n)| **n).filter(|(_, n)| **n >= 2) {
        let short: String = from.chars().filter(|c| !c.is_control()).take(60).collect();
        let what = format!(
            "Look at how many people come from “{short}”: {} of {} did.",
            number(*n),
            count(hot.len() as i64, "hot lead", "hot leads")
        );
        let reference: String = format!("/contacts?source={}", crate::ui::encode(&short));
        made.hand_on("lead_source", what, (&reference, from), week(scene.today));
    }
    made.section("Call these first");
    let rows = leads.iter().take(NAMED).map(|l| {
        let parts: Vec<_> = l.parts(scene.now).iter().map(|(what, n)| format!("{what} {n}")).collect();
        vec![
            person(l.id, &l.name, &l.email),
            said(&l.company),
            source(&l.source),
            number(l.score(scene.now)),
            parts.join(", "),
        ]
    });
    let rows: Vec<_> = rows.collect();
    made.table(
        &["Person", "Company", "Source", "Score", "Why"],
        rows,
        "There is nobody to score: contacts without the tag “customer” who did not withdraw consent.",
    );
    made.section("How the score is counted");
    made.list(
        [
            "agreed to mail: 25",
            "named a company: 20",
            "asked for something (the source says wholesale, quote, demo, contact, request, form or fair): 20",
            "left a phone number: 10",
            "active in the last 30 days: 5 for each event, at most 15",
            "came in the last 14 days: 10",
        ]
        .map(str::to_owned),
    );
    if !fresh.is_empty() {
        let contacts: Vec<_> = fresh.iter().take(MAX_CONTACTS).map(|l| l.id).collect();
        let why = format!(
            "They have {HOT_FROM} points or more, as the document of this run shows. The tag lets you find them under Contacts."
        );
        made.tag = Some((TagAction { tag: HOT.into(), contacts }, why));
    }
    Ok(made)
}

fn person(id: crate::domain::ids::ContactId, name: &str, email: &str) -> String {
    format!("[{}](/contacts/{id})", said(if name.trim().is_empty() { email } else { name }))
}

pub async fn pipeline(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Pipeline, {}", scene.today.short()), week(scene.today));
    let (counts, leads, customers, sources) = futures::try_join!(
        contacts::counts(scene, 7),
        contacts::leads(scene),
        contacts::customers(scene),
        contacts::sources(scene, 7)
    )?;
    let hot: Vec<_> = leads.iter().filter(|l| l.score(scene.now) >= HOT_FROM).collect();
    let warm = leads.iter().filter(|l| (40..HOT_FROM).contains(&l.score(scene.now))).count() as i64;
    made.finding(format!(
        "**{}** in 7 days, {} in the 7 before.",
        count(counts.new, "new contact", "new contacts"),
        number(counts.before)
    ));
    made.finding(format!(
        "**{}** with {HOT_FROM} points or more, {} with 40 to {}.",
        count(hot.len() as i64, "lead", "leads"),
        number(warm),
        HOT_FROM - 1
    ));
    made.finding(format!("**{}** have the tag “customer”.", count(customers.len() as i64, "contact", "contacts")));
    made.section("Steps");
    let cold = leads.len() as i64 - hot.len() as i64 - warm;
    made.table(
        &["Step", "People"],
        vec![
            vec!["Cold (under 40 points)".into(), number(cold)],
            vec!["Warm (40 and more)".into(), number(warm)],
            vec![format!("Hot ({HOT_FROM} and more)"), number(hot.len() as i64)],
            vec!["Customer".into(), number(customers.len() as i64)],
            vec!["Took consent back".into(), number(counts.withdrawn)],
        ],
        "",
    );
    made.section("Hot and waiting longest");
    let mut waiting = hot;
    waiting.sort_by_key(|l| (l.created_at, l.id));
    let rows = waiting.iter().take(10).map(|l| {
        vec![
            person(l.id, &l.name, &l.email),
            said(&l.company),
            number(l.score(scene.now)),
            number((scene.now - l.created_at).num_days()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    made.table(&["Person", "Company", "Score", "Days since they came"], rows, "Nobody is hot.");
    made.section("Where this week's people came from");
    let rows = sources
        .iter()
        .filter(|s| s.new > 0)
        .map(|s| vec![source(&s.source), number(s.new), number(s.before)])
        .collect();
    made.table(&["Source", "New", "Week before"], rows, "Nobody came this week.");
    Ok(made)
}

pub async fn health(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Customer health, {}", scene.today.short()), week(scene.today));
    let customers = contacts::customers(scene).await?;
    let group =
        |from: i64, to: i64| customers.iter().filter(|c| (from..to).contains(&c.days(scene.now))).collect::<Vec<_>>();
    let (active, cooling, silent) = (group(0, COOLING), group(COOLING, SILENT), group(SILENT, i64::MAX));
    let all = customers.len() as i64;
    made.finding(format!(
        "**{}**: {} active, {} cooling, {} silent.",
        count(all, "customer", "customers"),
        number(active.len() as i64),
        number(cooling.len() as i64),
        number(silent.len() as i64)
    ));
    let reachable = silent.iter().filter(|c| c.consent == "given").count() as i64;
    made.finding(format!("{} of the silent ones agreed to mail and can be asked how they are.", number(reachable)));
    if reachable > 0 {
        let what = format!(
            "Write something for {} of whom nothing was heard for {SILENT} days and who agreed to mail.",
            count(reachable, "customer", "customers")
        );
        made.hand_on("silent_customers", what, ("/contacts?tag=customer", ""), week(scene.today));
        made.segment = silent_segment(scene, reachable).await?;
    }
    made.section("Groups");
    let row = |name: String, of: &[&Customer]| vec![name, number(of.len() as i64), share(of.len() as i64, all)];
    made.table(
        &["Group", "Customers", "Share"],
        vec![
            row(format!("Active (heard of within {COOLING} days)"), &active),
            row(format!("Cooling ({COOLING} to {} days)", SILENT - 1), &cooling),
            row(format!("Silent ({SILENT} days and more)"), &silent),
        ],
        "",
    );
    made.section("Write to these first");
    let first = cooling.iter().rev().chain(silent.iter().rev()).filter(|c| c.consent == "given").take(NAMED);
    let rows =
        first.map(|c| vec![person(c.id, &c.name, &c.email), number(c.days(scene.now)), scene.day_of(c.last).short()]);
    let rows: Vec<_> = rows.collect();
    made.table(
        &["Customer", "Days of silence", "Heard of last"],
        rows,
        "Nobody is cooling or silent and may be written to.",
    );
    made.text("Heard of: the last entry in the person's history (captured, changed, tagged, noted), or the day on which they came.");
    Ok(made)
}

/// A segment of the silent customers who may be written to, unless there is one or it was proposed lately.
async fn silent_segment(scene: &Scene, reachable: i64) -> Result<Option<(SegmentAction, String)>> {
    const NAME: &str = "Silent customers";
    let tenant = scene.tenant();
    // The one segment of this agent: its name may have been changed before it was made.
    if proposals::has_segment(tenant, NAME).await?
        || proposals::proposed_lately(tenant, "retention", "segment", ("kind", "segment")).await?
    {
        return Ok(None);
    }
    let condition = |what, op, value: String| Node::Condition(Condition { what, key: String::new(), op, value });
    let rule = Group {
        join: Join::All,
        parts: vec![
            condition(What::Tag, Op::Is, "customer".into()),
            condition(What::Consent, Op::Is, Consent::Given.id().into()),
            condition(What::Activity, Op::Older, SILENT.to_string()),
        ],
    };
    let why = format!(
        "{} of whom nothing was heard for {SILENT} days agreed to mail, as the document of this run shows. A segment keeps up who they are.",
        count(reachable, "customer", "customers")
    );
    Ok(Some((SegmentAction { name: NAME.into(), rule }, why)))
}

pub async fn churn(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Churn, {}", month_name(scene.today)), month(scene.today));
    let (withdrawn, counts, customers) =
        futures::try_join!(contacts::withdrawn(scene, 30), contacts::counts(scene, 30), contacts::customers(scene))?;
    let now: i64 = withdrawn.iter().map(|(_, n, _)| n).sum();
    let before: i64 = withdrawn.iter().map(|(_, _, n)| n).sum();
    let base = counts.given + now;
    made.finding(format!(
        "**{}** took consent back in 30 days, {} in the 30 before ({}).",
        count(now, "person", "people"),
        number(before),
        change(now, before)
    ));
    made.finding(format!("That is {} of the {} who had agreed.", share(now, base), number(base)));
    let risk: Vec<_> = customers.iter().filter(|c| c.days(scene.now) >= SILENT || c.consent == "withdrawn").collect();
    made.finding(format!(
        "**{}** of {} are at risk: silent for {SILENT} days, or without consent.",
        count(risk.len() as i64, "customer", "customers"),
        number(customers.len() as i64)
    ));
    made.section("Who left, by source");
    let rows = withdrawn
        .iter()
        .map(|(name, n, before)| vec![source(name), number(*n), number(*before), change(*n, *before)])
        .collect();
    made.table(&["Source", "30 days", "30 before", "Change"], rows, "Nobody took consent back in 60 days.");
    made.section("Customers at risk");
    let rows = risk.iter().take(NAMED).map(|c| {
        let why = if c.consent == "withdrawn" { "took consent back" } else { "silent" };
        vec![person(c.id, &c.name, &c.email), why.into(), number(c.days(scene.now))]
    });
    let rows: Vec<_> = rows.collect();
    made.table(&["Customer", "Why", "Days since heard of"], rows, "No customer is at risk.");
    Ok(made)
}
