//! What the agents for operations and for the program itself write.

use super::posts::{account_table, trouble_table};
use super::{Made, Taken, of_kind, week};
use crate::domain::error::Result;
use crate::domain::platform::Platform;
use crate::features::agents::model::dollars;
use crate::features::agents::server::facts::posts::{self, Account};
use crate::features::agents::server::facts::{Scene, contacts, things};
use crate::features::agents::server::sheet::{count, number, said};

/// A sign-in that ends within so many days is spoken of.
const SOON: i64 = 14;

pub async fn connections(scene: &Scene, tasks: &[Taken]) -> Result<Made> {
    let mut made = Made::new(format!("Health of accounts, {}", scene.today.short()), scene.today.to_string());
    let (accounts, troubles, keys) =
        futures::try_join!(posts::accounts(scene, 30), posts::troubles(scene, 7), things::broken_keys(scene))?;
    let broken: Vec<_> = accounts.iter().filter(|a| !a.is_usable()).collect();
    let soon: Vec<_> =
        accounts.iter().filter(|a| a.is_usable() && days_left(scene, a).is_some_and(|d| d <= SOON)).collect();
    let stale: Vec<_> =
        accounts.iter().filter(|a| a.is_usable() && a.last_live.is_none_or(|at| at < scene.ago(30))).collect();
    let all = accounts.len() as i64;
    made.finding(format!(
        "**{} of {}** can be posted to.",
        number(all - broken.len() as i64),
        count(all, "account", "accounts")
    ));
    if !soon.is_empty() {
        made.finding(format!("**{}** within {SOON} days.", count(soon.len() as i64, "sign-in ends", "sign-ins end")));
    }
    if !keys.is_empty() {
        let names: Vec<_> =
            keys.iter().map(|id| id.parse::<Platform>().map_or(id.as_str(), |p| p.name()).to_owned()).collect();
        made.finding(format!("The last test of the keys of {} failed.", names.join(", ")));
    }
    let stuck: i64 = troubles.iter().map(|t| t.n).sum();
    made.finding(if stuck == 0 {
        "No post of the last 7 days is stuck.".into()
    } else {
        format!("**{}**, of those due in the last 7 days.", count(stuck, "delivery is stuck", "deliveries are stuck"))
    });
    for task in of_kind(tasks, "stale_accounts") {
        let result = match (broken.len(), stale.len()) {
            (0, 0) => "All of them work, and something went out on each within 30 days.".to_owned(),
            (lost, quiet) => format!(
                "{} must be connected again, on {} nothing went out for 30 days; what to do stands on top of this document.",
                number(lost as i64),
                number(quiet as i64)
            ),
        };
        made.answer(task, result);
    }
    made.section("Do this");
    let mut steps = vec![];
    steps.extend(broken.iter().map(|a| {
        format!(
            "[Connect {} {} again](/connections): {} wait for it.",
            a.network(),
            said(&a.handle),
            count(a.planned, "planned post", "planned posts")
        )
    }));
    steps.extend(soon.iter().map(|a| {
        format!(
            "Renew {} {} in {}: [Connections](/connections).",
            a.network(),
            said(&a.handle),
            count(days_left(scene, a).unwrap_or(0), "day", "days")
        )
    }));
    if !keys.is_empty() {
        steps.push("[Test the keys again](/settings/integrations), and enter those that were replaced.".into());
    }
    if stuck > 0 {
        steps.push("[Look at what is stuck](/needs).".into());
    }
    steps.extend(stale.iter().map(|a| {
        format!("{} {}: nothing went out for 30 days. Plan something or disconnect it.", a.network(), said(&a.handle))
    }));
    if steps.is_empty() {
        steps.push("Nothing. Every account works.".into());
    }
    made.list(steps);
    made.section("Accounts");
    let rows = accounts.iter().map(|a| {
        let state = if a.is_usable() { "works".into() } else { format!("must be connected again {}", said(&a.reason)) };
        let ends = days_left(scene, a)
            .map_or_else(|| "renews itself, or does not end".into(), |d| format!("in {}", count(d, "day", "days")));
        let last = a.last_live.map_or_else(|| "never".into(), |at| scene.day_of(at).short());
        vec![a.network().into(), said(&a.handle), state, ends, last, number(a.planned)]
    });
    let rows: Vec<_> = rows.collect();
    made.table(
        &["Network", "Account", "State", "Sign-in ends", "Last published", "Planned"],
        rows,
        "No account is connected. [Connect one](/connections).",
    );
    made.section("Stuck");
    trouble_table(&mut made, &troubles);
    Ok(made)
}

/// Until a sign-in ends that does not renew itself within the day.
fn days_left(scene: &Scene, account: &Account) -> Option<i64> {
    account.expires_at.map(|at| (at - scene.now).num_days()).filter(|days| *days >= 1)
}

pub async fn sync(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("What came in, week to {}", scene.today.short()), week(scene.today));
    let (intake, comments, sources, accounts) = futures::try_join!(
        things::intake(scene, 7),
        posts::comments(scene, 7),
        contacts::sources(scene, 7),
        posts::accounts(scene, 7)
    )?;
    let of = |states: &[&str]| {
        intake.iter().filter(|(state, ..)| states.contains(&state.as_str())).map(|(_, _, n)| n).sum::<i64>()
    };
    let (accepted, refused) = (of(&["accepted", "repeated", "fixed"]), of(&["refused"]));
    made.finding(format!(
        "Zapier and other programs: **{}** taken in, {} refused.",
        count(accepted, "request", "requests"),
        number(refused)
    ));
    let came: i64 = comments.iter().map(|c| c.came).sum();
    made.finding(format!("Networks: **{}** read.", count(came, "comment", "comments")));
    let new: i64 = sources.iter().map(|s| s.new).sum();
    made.finding(format!("**{}** in 7 days.", count(new, "new contact", "new contacts")));
    if refused > 0 {
        let what = format!(
            "Put {} of other programs of the last 7 days on the list of improvements.",
            count(refused, "refused request", "refused requests")
        );
        made.hand_on("refused_requests", what, ("/settings/zapier", ""), week(scene.today));
    }
    made.section("Refused");
    let rows =
        intake.iter().filter(|(state, ..)| state == "refused").map(|(_, why, n)| vec![said(why), number(*n)]).collect();
    made.table(&["Why", "How often"], rows, "Nothing was refused.");
    if refused > 0 {
        made.text("[Mend what was refused](/settings/zapier) and take it in.");
    }
    made.section("New contacts by source");
    let rows = sources
        .iter()
        .filter(|s| s.new > 0)
        .map(|s| vec![super::marketing::source(&s.source), number(s.new), number(s.before)])
        .collect();
    made.table(&["Source", "New", "Week before"], rows, "Nobody came.");
    made.section("Accounts");
    account_table(&mut made, &accounts);
    Ok(made)
}

pub async fn health(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Health of the program, {}", scene.today.short()), scene.today.to_string());
    let (faults, jobs, troubles) =
        futures::try_join!(things::faults(scene), things::jobs(scene, 1), posts::troubles(scene, 1))?;
    let severe = faults.iter().filter(|f| f.severity != "warning").count() as i64;
    made.finding(if faults.is_empty() {
        "No error is open.".to_owned()
    } else {
        format!(
            "**{}**, {} of them more than a warning.",
            count(faults.len() as i64, "error is open", "errors are open"),
            number(severe)
        )
    });
    made.finding(if jobs.dead + jobs.late == 0 {
        "No work was given up in 24 hours and none is late.".to_owned()
    } else {
        format!(
            "**{}** in 24 hours, {} more than ten minutes late.",
            count(jobs.dead, "job was given up", "jobs were given up"),
            number(jobs.late)
        )
    });
    made.section("Open errors");
    let rows = faults
        .iter()
        .map(|f| {
            vec![said(&f.kind), said(&f.message), f.severity.clone(), number(f.count), scene.day_of(f.last).short()]
        })
        .collect();
    made.table(&["Part", "What", "How bad", "How often", "Last"], rows, "There is none.");
    if !faults.is_empty() {
        made.text("“Check and repair” under [Diagnostics](/diagnostics) mends what may be mended without asking.");
    }
    made.section("Posts of the last 24 hours that are stuck");
    trouble_table(&mut made, &troubles);
    Ok(made)
}

pub async fn usage(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Usage, {}", scene.today.short()), scene.today.to_string());
    let (authors, accounts, models, jobs, people) = futures::try_join!(
        posts::authors(scene, 1),
        posts::accounts(scene, 1),
        things::models(scene, 1),
        things::jobs(scene, 1),
        contacts::counts(scene, 1),
    )?;
    let wrote: i64 = authors.iter().map(|(_, n)| n).sum();
    let live: i64 = accounts.iter().map(|a| a.live).sum();
    let (calls, cost): (i64, i64) = (models.iter().map(|(_, n, _)| n).sum(), models.iter().map(|(_, _, c)| c).sum());
    made.finding(format!(
        "**{}** written, {} in 24 hours.",
        count(wrote, "post was", "posts were"),
        count(live, "publication", "publications")
    ));
    made.finding(format!("**{}** to models for {}.", count(calls, "question", "questions"), dollars(cost)));
    made.finding(format!(
        "{} came, {} of work were done.",
        count(people.new, "contact", "contacts"),
        count(jobs.done, "piece", "pieces")
    ));
    made.section("Who wrote");
    let rows = authors.iter().map(|(name, n)| vec![said(name), number(*n)]).collect();
    made.table(&["Person", "Posts"], rows, "Nobody wrote a post today.");
    made.section("Models");
    let rows = models.iter().map(|(feature, n, cost)| vec![said(feature), number(*n), dollars(*cost)]).collect();
    made.table(&["For", "Questions", "Cost"], rows, "No model was asked.");
    made.section("Publications");
    let rows = accounts
        .iter()
        .filter(|a| a.live > 0)
        .map(|a| vec![a.network().into(), said(&a.handle), number(a.live)])
        .collect();
    made.table(&["Network", "Account", "Published"], rows, "Nothing went out today.");
    Ok(made)
}

pub async fn improvements(scene: &Scene, tasks: &[Taken]) -> Result<Made> {
    let mut made = Made::new(format!("Improvements, week of {}", scene.today.monday().short()), week(scene.today));
    let (accounts, assets, snippets, drafts, planned) = futures::try_join!(
        posts::accounts(scene, 30),
        things::assets(scene),
        things::snippets(scene),
        things::drafts(scene),
        posts::planned(scene, 14),
    )?;
    let (segments, faults, links) =
        futures::try_join!(contacts::segments(scene), things::faults(scene), things::links(scene, 30))?;
    // What is worth most stands first: what keeps posts from going out, then what is empty, then what is untidy.
    let mut steps: Vec<(i64, String)> = vec![];
    let mut step = |worth: i64, words: String| steps.push((worth, words));
    let broken: Vec<_> = accounts.iter().filter(|a| !a.is_usable()).collect();
    if accounts.is_empty() {
        step(100, "[Connect an account](/connections): nothing can go out without one.".into());
    }
    for account in &broken {
        step(
            90 + account.planned.min(9),
            format!(
                "[Connect {} {} again](/connections): {} wait.",
                account.network(),
                said(&account.handle),
                count(account.planned, "planned post", "planned posts")
            ),
        );
    }
    if !faults.is_empty() {
        step(
            80,
            format!(
                "[Look at {}](/diagnostics) and press “Check and repair”.",
                count(faults.len() as i64, "open error", "open errors")
            ),
        );
    }
    let asked: Vec<_> = of_kind(tasks, "refused_requests").collect();
    if !asked.is_empty() {
        let intake = things::intake(scene, 7).await?;
        let refused: i64 = intake.iter().filter(|(state, ..)| state == "refused").map(|(_, _, n)| n).sum();
        if refused > 0 {
            let n = count(refused, "request", "requests");
            step(70, format!("[Mend {n} of other programs](/settings/zapier) that were refused within 7 days."));
        }
        let result = match refused {
            0 => "Nothing that was refused within 7 days is left to mend.".to_owned(),
            n => format!("{} on the list.", count(n, "request is", "requests are")),
        };
        asked.iter().for_each(|task| made.answer(task, result.clone()));
    }
    let quiet = accounts.iter().filter(|a| a.is_usable() && a.last_live.is_none_or(|at| at < scene.ago(30))).count();
    if broken.len() + quiet > 0 {
        let what = format!(
            "Check the accounts: {} must be connected again, on {} nothing went out for 30 days.",
            number(broken.len() as i64),
            number(quiet as i64)
        );
        made.hand_on("stale_accounts", what, ("/connections", ""), week(scene.today));
    }
    let empty = planned.iter().filter(|(_, n)| *n == 0).count() as i64;
    if empty > 0 {
        step(60 + empty, format!("[Plan posts](/calendar): {} of the next 14 days are empty.", number(empty)));
    }
    let old: Vec<_> = drafts.iter().filter(|d| d.updated_at < scene.ago(14)).collect();
    if !old.is_empty() {
        step(
            40,
            format!(
                "[Finish or delete {}](/posts?filter=draft) that nobody touched for 14 days.",
                count(old.len() as i64, "draft", "drafts")
            ),
        );
    }
    let bare = assets.iter().filter(|a| a.kind != "video" && a.alt.trim().is_empty()).count() as i64;
    if bare > 0 {
        step(
            35,
            format!("[Describe {}](/library) for people who cannot see them.", count(bare, "picture", "pictures")),
        );
    }
    if snippets.is_empty() {
        step(30, "[Keep a snippet](/snippets?new=text): opening hours, a signature, a group of hashtags. It saves typing in every post.".into());
    }
    if links.is_empty() {
        step(25, "[Use short links](/links): without them nobody knows which post brought people.".into());
    }
    let asked: i64 = segments.iter().map(|(_, _, given)| given).sum();
    if asked == 0 {
        step(20, "[Ask people whether they want mail](/contacts): nobody has agreed yet.".into());
    }
    steps.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    let all = steps.len() as i64;
    made.finding(match all {
        0 => "There is nothing to improve that this program can see.".to_owned(),
        n => format!(
            "**{}**, in order of what they keep from working.",
            count(n, "thing to improve", "things to improve")
        ),
    });
    let usable = accounts.len() - broken.len();
    made.finding(format!(
        "{} of {} work, {} lie ready, {} in the library.",
        number(usable as i64),
        count(accounts.len() as i64, "account", "accounts"),
        count(drafts.len() as i64, "draft", "drafts"),
        count(assets.len() as i64, "file", "files")
    ));
    made.section("In this order");
    if steps.is_empty() {
        made.text("Accounts work, days are filled, pictures are described, links are measured.");
    } else {
        made.list(steps.into_iter().take(10).map(|(_, words)| words));
    }
    Ok(made)
}
