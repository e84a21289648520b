//! Reports of posts: the daily recommendations, the week, the month, and the community.

use super::{Made, month_name, week};
use crate::domain::error::Result;
use crate::features::agents::server::facts::Scene;
use crate::features::agents::server::facts::posts::{self, Account, Hour, SAMPLE, Trouble, networks};
use crate::features::agents::server::sheet::{change, count, number, said, tenth};

pub async fn daily(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Recommendations for {}", scene.today.short()), scene.today.to_string());
    let (accounts, comments, planned, hours, troubles) = futures::try_join!(
        posts::accounts(scene, 7),
        posts::comments(scene, 30),
        posts::planned(scene, 7),
        posts::hours(scene),
        posts::troubles(scene, 7),
    )?;
    let mut steps: Vec<String> = vec![];
    let stuck: i64 = troubles.iter().map(|t| t.n).sum();
    if stuck > 0 {
        steps.push(format!("[Look at {}](/needs) that did not go out as planned.", count(stuck, "post", "posts")));
        made.finding(format!("**{}** of the last 7 days did not go out as planned.", count(stuck, "post", "posts")));
    }
    let waiting: i64 = comments.iter().map(|c| c.waiting).sum();
    if waiting > 0 {
        steps.push(format!(
            "[Answer {}](/comments) that nobody has answered yet.",
            count(waiting, "comment", "comments")
        ));
        made.finding(format!("**{}** of the last 30 days wait for an answer.", count(waiting, "comment", "comments")));
    }
    let today = planned.first().map_or(0, |(_, n)| *n);
    let empty: Vec<_> = planned.iter().filter(|(_, n)| *n == 0).map(|(day, _)| day.short()).collect();
    made.finding(format!(
        "Today has **{}**; {} of the next 7 days have none.",
        count(today, "planned post", "planned posts"),
        number(empty.len() as i64)
    ));
    if !empty.is_empty() {
        steps.push(format!("[Plan a post](/studio) for {}: nothing is planned then.", empty.join(", ")));
    }
    let quiet: Vec<_> = accounts.iter().filter(|a| a.is_usable() && a.live == 0 && a.planned == 0).collect();
    if !quiet.is_empty() {
        let names: Vec<_> = quiet.iter().map(|a| format!("{} {}", a.network(), said(&a.handle))).collect();
        steps.push(format!(
            "Give these accounts something: {}. In 7 days nothing went out there and nothing is planned.",
            names.join(", ")
        ));
        made.finding(format!(
            "**{}** had no post in 7 days and none is planned.",
            count(quiet.len() as i64, "account", "accounts")
        ));
    }
    let best = posts::best_hours(&hours);
    if let Some(best) = best.first().filter(|h| h.comments > 0) {
        if !super::social::own_hours(scene).await?.contains(&best.hour) {
            let what = format!(
                "Plan a post at {:02}:00: publications of that hour had {} comments each ({}).",
                best.hour,
                tenth(best.comments * 10 / best.posts),
                count(best.posts, "publication", "publications")
            );
            let key = format!("{} {}", week(scene.today), best.hour);
            made.hand_on("best_hour", what, ("", &best.hour.to_string()), key);
        }
        steps.push(format!(
            "Try {:02}:00: posts of that hour had {} comments each ({}).",
            best.hour,
            tenth(best.comments * 10 / best.posts),
            count(best.posts, "post", "posts")
        ));
    }
    made.section("Today");
    if steps.is_empty() {
        made.text("Nothing needs to be done: posts are planned for every day, nothing is stuck, and no comment waits.");
    } else {
        made.list(steps);
    }
    made.section("Accounts in the last 7 days");
    account_table(&mut made, &accounts);
    Ok(made)
}

pub async fn weekly(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Week to {}", scene.today.short()), week(scene.today));
    summary(scene, &mut made, 7).await?;
    let weeks = posts::weeks(scene, 8).await?;
    rhythm(&mut made, &weeks);
    Ok(made)
}

pub async fn monthly(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("30 days to {}", scene.today.short()), super::month(scene.today));
    summary(scene, &mut made, 30).await?;
    let hours = posts::hours(scene).await?;
    best_hours(&mut made, &hours);
    let weeks = posts::weeks(scene, 8).await?;
    rhythm(&mut made, &weeks);
    let planned = posts::planned(scene, 30).await?;
    let days = planned.iter().filter(|(_, n)| *n > 0).count() as i64;
    made.section("The next 30 days");
    made.text(&format!(
        "{} planned on {} of 30 days. The month ahead begins in {}.",
        count(planned.iter().map(|(_, n)| n).sum(), "post is", "posts are"),
        number(days),
        month_name(scene.today)
    ));
    Ok(made)
}

/// The last `days` against as many before.
async fn summary(scene: &Scene, made: &mut Made, days: i64) -> Result<()> {
    let (accounts, answered, troubles, comments) = futures::try_join!(
        posts::accounts(scene, days),
        posts::answered(scene, days, 5),
        posts::troubles(scene, days),
        posts::comments(scene, days),
    )?;
    let (live, before): (i64, i64) = (accounts.iter().map(|a| a.live).sum(), accounts.iter().map(|a| a.before).sum());
    made.finding(format!(
        "**{}** on accounts in {days} days, {} before ({}).",
        count(live, "publication", "publications"),
        number(before),
        change(live, before)
    ));
    let came: i64 = comments.iter().map(|c| c.came).sum();
    let waiting: i64 = comments.iter().map(|c| c.waiting).sum();
    made.finding(format!(
        "**{}** came, {} of them wait for an answer.",
        count(came, "comment", "comments"),
        number(waiting)
    ));
    let trouble: i64 = troubles.iter().map(|t| t.n).sum();
    made.finding(if trouble == 0 {
        "Every post went out as planned.".to_owned()
    } else {
        format!("**{}** did not go out as planned.", count(trouble, "post", "posts"))
    });
    if let Some(top) = accounts.iter().max_by_key(|a| a.live).filter(|a| a.live > 0) {
        made.finding(format!("Most went out on {} ({}).", top.network(), number(top.live)));
    }
    made.section("By account");
    account_table(made, &accounts);
    made.section("What people answered most");
    answered_table(scene, made, &answered);
    made.section("What went wrong");
    trouble_table(made, &troubles);
    Ok(())
}

pub async fn community(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Community, week to {}", scene.today.short()), week(scene.today));
    let (comments, answered, accounts, minutes) = futures::try_join!(
        posts::comments(scene, 7),
        posts::answered(scene, 7, 5),
        posts::accounts(scene, 7),
        posts::answer_minutes(scene, 30),
    )?;
    let came: i64 = comments.iter().map(|c| c.came).sum();
    let waiting: i64 = comments.iter().map(|c| c.waiting).sum();
    made.finding(format!(
        "**{}** in 7 days, {} without an answer.",
        count(came, "comment", "comments"),
        number(waiting)
    ));
    match minutes {
        Some((minutes, n)) => made.finding(format!(
            "Half of the answers of the last 30 days came within {} ({}).",
            duration(minutes),
            count(n, "answer", "answers")
        )),
        None => made.finding("Nobody answered a comment in the last 30 days."),
    }
    let live: i64 = accounts.iter().map(|a| a.live).sum();
    let before: i64 = accounts.iter().map(|a| a.before).sum();
    made.finding(format!(
        "{} went out, {} in the week before.",
        count(live, "publication", "publications"),
        number(before)
    ));
    made.section("Comments by account");
    let rows = comments.iter().map(|c| {
        let oldest = c.oldest.map_or_else(|| "–".into(), |at| scene.day_of(at).short());
        vec![
            super::super::facts::posts::networks(&c.platform),
            said(&c.handle),
            number(c.came),
            number(c.waiting),
            oldest,
        ]
    });
    let rows: Vec<_> = rows.collect();
    made.table(
        &["Network", "Account", "Came", "Wait", "Oldest that waits"],
        rows,
        "Nobody commented in the last 7 days.",
    );
    if waiting > 0 {
        made.text("[Open the comments](/comments) and begin with the oldest.");
    }
    made.section("What people answered most");
    answered_table(scene, &mut made, &answered);
    made.section("What went out");
    account_table(&mut made, &accounts);
    Ok(made)
}

/// "45 minutes", "6 hours", "3 days"
fn duration(minutes: i64) -> String {
    match minutes {
        m if m < 120 => count(m, "minute", "minutes"),
        m if m < 48 * 60 => count(m / 60, "hour", "hours"),
        m => count(m / (24 * 60), "day", "days"),
    }
}

pub fn account_table(made: &mut Made, accounts: &[Account]) {
    let rows = accounts.iter().map(|a| {
        vec![
            a.network().into(),
            said(&a.handle),
            number(a.live),
            number(a.before),
            number(a.trouble),
            number(a.planned),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let head = ["Network", "Account", "Published", "Before", "Stuck", "Planned"];
    made.table(&head, rows, "No account is connected. [Connect one](/connections) first.");
}

pub fn answered_table(scene: &Scene, made: &mut Made, answered: &[posts::Answered]) {
    let rows = answered.iter().map(|p| {
        let link = format!("[{}](/posts/{})", said(&p.text), p.id);
        vec![link, scene.day_of(p.live_at).short(), networks(&p.platforms), number(p.comments)]
    });
    let rows: Vec<_> = rows.collect();
    made.table(&["Post", "Day", "Networks", "Comments"], rows, "No post went out in this time.");
}

pub fn trouble_table(made: &mut Made, troubles: &[Trouble]) {
    let rows = troubles.iter().map(|t| {
        let state = match t.state.as_str() {
            "needs_edit" => "Needs a change",
            "needs_reconnect" => "Account must be reconnected",
            "held" => "Held back",
            "unconfirmed" => "Not sure whether it is live",
            _ => "Failed",
        };
        let why = if t.why.is_empty() { "–".into() } else { said(&t.why) };
        vec![networks(&t.platform), said(&t.handle), state.into(), why, number(t.n)]
    });
    let rows: Vec<_> = rows.collect();
    made.table(&["Network", "Account", "State", "Why", "How often"], rows, "Nothing went wrong.");
}

pub fn best_hours(made: &mut Made, hours: &[Hour]) {
    made.section("Best hours");
    let best = posts::best_hours(hours);
    let rows: Vec<_> = best
        .iter()
        .take(5)
        .map(|h| {
            vec![format!("{:02}:00", h.hour), number(h.posts), number(h.comments), tenth(h.comments * 10 / h.posts)]
        })
        .collect();
    let few = hours.iter().map(|h| h.posts).sum::<i64>();
    made.table(
        &["Hour", "Publications", "Comments", "Comments each"],
        rows,
        &format!("No hour has {SAMPLE} publications yet ({} in 180 days), too few to say anything.", number(few)),
    );
    made.text(&format!(
        "Comments by other people per publication over 180 days, hours with at least {SAMPLE} publications."
    ));
}

pub fn rhythm(made: &mut Made, weeks: &[(crate::domain::moment::Day, i64)]) {
    made.section("Rhythm");
    let rows = weeks.iter().map(|(monday, n)| vec![format!("week of {}", monday.short()), number(*n)]).collect();
    made.table(&["Week", "Posts"], rows, "");
    let whole = &weeks[..weeks.len().saturating_sub(1)];
    let empty = whole.iter().filter(|(_, n)| *n == 0).count() as i64;
    let mut sorted: Vec<_> = whole.iter().map(|(_, n)| *n).collect();
    sorted.sort_unstable();
    if let Some(median) = sorted.get(sorted.len() / 2) {
        made.text(&format!(
            "Median of the {} whole weeks: {}. Weeks without a post: {}. The last week is still running.",
            number(whole.len() as i64),
            count(*median, "post", "posts"),
            number(empty)
        ));
    }
}
