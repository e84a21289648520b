//! Scenarios of campaigns: what a model answers that writes one, what ends the writing, what a crash leaves behind, and what becomes of
//! planned posts.

use super::Sheet;
use super::stage::{Stage, WORK};
use lux::domain::ids::{CampaignId, PlannedId};
use lux::domain::platform::Platform::X;
use lux::features::campaigns::model::{CampaignAct, Decision};
use lux::features::campaigns::server::brief::{self, Brief};
use lux::features::campaigns::server::{decide, service};
use lux::sandbox::ModelFaultKind::{self, Filter, Half, NoMoney, Refusal, Rubbish, ServerError, TooLong};
use serde_json::{Value, json};

const GOAL: &str = "Sell 40 bags of the winter blend. It costs 12 € a bag. Orders at https://shop.example/winter only.";

struct Plan {
    group: &'static str,
    name: &'static str,
    /// Done when it waits for its turn.
    given: &'static str,
    fault: Option<(ModelFaultKind, u32)>,
    /// One field of the first post, and what a model answers there.
    answer: Option<(&'static str, Value)>,
    strategy: Option<Value>,
    state: &'static str,
    /// In the note, the reason, or a post's reason.
    says: &'static str,
    /// Posts with a text.
    written: Option<i64>,
}

fn plan(group: &'static str, name: &'static str) -> Plan {
    Plan {
        group,
        name,
        given: "",
        fault: None,
        answer: None,
        strategy: None,
        state: "ready",
        says: "",
        written: Some(2),
    }
}

fn plans() -> Vec<Plan> {
    let g = "campaigns: what a model may write";
    let one = |name, field, value: Value, says| Plan {
        answer: Some((field, value)),
        says,
        written: Some(1),
        ..plan(g, name)
    };
    let all = |messages: Value| Some(json!({ "strategy": "First why, then how.", "messages": messages }));
    vec![
        plan(g, "texts that fit"),
        one("an account that it was not given", "account", json!("a41"), "an account"),
        one("an account of another company", "account", json!("$account"), "an account"),
        one("a day outside of the campaign", "day", json!("2099-01-01"), "outside of the campaign"),
        one("a day that is none", "day", json!("soon"), "no day"),
        one("a picture that it was not given", "picture", json!("p9"), "a picture"),
        one("a post that it was not given", "ref", json!("s77"), "no text for it"),
        one("an invented price", "text", json!("Save 77 % now."), "77"),
        one("an invented link", "text", json!("See https://evil.example/x now."), "evil.example"),
        one("an invented person", "text", json!("Ask Marco Polo first."), "Marco Polo"),
        one("an empty text", "text", json!(" "), "empty"),
        one("a text that is too long", "text", json!("long words ".repeat(60)), "characters"),
        Plan { strategy: all(json!(["Only one."])), says: "strategy was not taken", ..plan(g, "too few messages") },
        Plan {
            strategy: all(json!(["Reach grew by 4,711 %.", "b", "c"])),
            says: "strategy was not taken",
            ..plan(g, "a message with an invented number")
        },
        Plan {
            strategy: Some(json!({ "tool": "publish_now" })),
            says: "strategy was not taken",
            ..plan(g, "a tool that it has not")
        },
        Plan { fault: Some((TooLong, 2)), ..plan(g, "too long once: mended unseen") },
    ]
}

fn ends() -> Vec<Plan> {
    let g = "campaigns: what breaks or stops the writing";
    let broken =
        |name, kind, state, says| Plan { fault: Some((kind, 99)), state, says, written: Some(0), ..plan(g, name) };
    let ended =
        |name, given, state, says, written| Plan { given, state, says, written: Some(written), ..plan(g, name) };
    vec![
        broken("rubbish", Rubbish, "ready", "not in the form"),
        broken("it declines", Refusal, "ready", "not in the form"),
        broken("its filter stops it", Filter, "ready", "not in the form"),
        broken("away", ServerError, "stopped", "did not go on"),
        broken("half an answer", Half, "stopped", "did not go on"),
        broken("no money at the service", NoMoney, "stopped", "did not go on"),
        ended(
            "the company's limit is reached",
            "insert into model_settings (company_id, id, cap_micros) select id, id, 0 from companies",
            "stopped",
            "limit for AI",
            0,
        ),
        ended("no key", "delete from secrets where platform = 'openai'", "ready", "With a key of a model service", 0),
        ended(
            "cancelled before its turn",
            "update campaigns set state = 'stopped', why = 'You cancelled it.'",
            "stopped",
            "",
            0,
        ),
        ended("deleted before its turn", "update campaigns set deleted_at = now()", "writing", "", 0),
        ended(
            "whoever began it may only look",
            "update members set role = 'viewer' where role = 'owner'",
            "stopped",
            "may not write posts",
            0,
        ),
    ]
}

async fn create(s: &Stage) -> CampaignId {
    let form = brief::form(s.who()).await.expect("a form");
    let (from, to) = (form.from.to_string(), form.from.plus(13).to_string());
    let typed = Brief {
        name: "Winter blend",
        goal: GOAL,
        product: "",
        audience: "People who make coffee at home",
        from: &from,
        to: &to,
        tone: "calm",
        budget: "200 €",
        accounts: vec![s.firm.account(X)],
    };
    brief::create(s.who(), typed).await.expect("kept")
}

pub async fn run(s: &Stage, sheet: &mut Sheet) {
    if s.real {
        return;
    }
    for plan in plans().into_iter().chain(ends()) {
        s.reset().await;
        if let Some((kind, times)) = plan.fault {
            s.fault(kind, times);
        }
        create(s).await;
        s.sql(plan.given).await;
        answer(s, &plan).await;
        s.t.drive_to(1).await;
        sheet.scenario(plan.group, plan.name, judge(s, &plan).await);
    }
    crashes(s, sheet).await;
    decisions(s, sheet).await;
}

/// The words of the model: the strategy, and the texts of two posts, of which one is wrong. What is wrong is asked for twice.
async fn answer(s: &Stage, plan: &Plan) {
    let fine = json!({ "strategy": "First why, then how.", "messages": ["One roast.", "Made with care.", "Come by."] });
    if let Some(strategy) = &plan.strategy {
        s.script(&[strategy.clone(), strategy.clone()]);
    }
    let Some((field, value)) = &plan.answer else { return };
    let first = brief::form(s.who()).await.expect("a form").from;
    let mut wrong = json!({ "ref": "s1", "account": "a1", "day": first.to_string(), "text": "The winter blend is here.", "picture": null });
    wrong[field] = value.clone();
    let good = json!({ "ref": "s2", "account": "a1", "day": first.plus(13).to_string(), "text": "It costs 12 € a bag.", "picture": null });
    let words = json!([fine, { "posts": [wrong, good] }, { "posts": [wrong] }]).to_string();
    let answers: Vec<Value> = serde_json::from_str(&s.foreign(&words).await).expect("JSON");
    s.script(&answers);
}

async fn judge(s: &Stage, plan: &Plan) -> Vec<String> {
    let mut wrong = vec![];
    let ended = s.value("select state || ' ' || why || ' ' || coalesce(note, '') || strategy from campaigns").await;
    if !ended.starts_with(plan.state) {
        wrong.push(format!("ended as {ended}"));
    }
    let reasons = s.value("select coalesce(string_agg(reason, ' '), '') from campaign_posts").await;
    if !format!("{ended} {reasons}").contains(plan.says) {
        wrong.push(format!("says {ended} {reasons}"));
    }
    let written = s.count("select count(*) from campaign_posts where text <> ''").await;
    let all = s.count("select count(*) from campaign_posts").await;
    let expected = plan.written.map(|n| if n == 2 { all } else { n.min(all) });
    if expected.is_some_and(|n| n != written) {
        wrong.push(format!("{written} of {all} written: {reasons}"));
    }
    let texts = s.value("select coalesce(string_agg(text, ' '), '') || ' ' from campaign_posts").await;
    if texts.contains("evil") || texts.contains("77") {
        wrong.push(texts);
    }
    let allowed: Vec<_> = WORK.into_iter().chain(["model_settings", "secrets", "members"]).collect();
    wrong.extend(s.acts(&allowed).await);
    wrong.extend(s.faults());
    wrong
}

/// The writing is cut off behind each of its questions, and goes on.
async fn crashes(s: &Stage, sheet: &mut Sheet) {
    let g = "campaigns: a crash behind each question";
    s.reset().await;
    create(s).await;
    s.t.drive_to(1).await;
    let questions = s.count("select count(*) from campaign_steps").await;
    for kept in (0..questions).rev() {
        s.sql(&format!(
            "delete from campaign_steps where id not in (select id from campaign_steps order by at, id limit {kept});
             update campaigns set state = 'writing', done = 0;
             update campaign_posts set text = '', version = 1;
             insert into jobs (id, kind, company_id, payload)
             select gen_random_uuid(), 'write_campaign', company_id, jsonb_build_object('campaign', id) from campaigns"
        ))
        .await;
        let before = s.count("select count(*) from model_calls").await;
        s.t.drive_to(2).await;
        let asked = s.count("select count(*) from model_calls").await - before;
        let open = s.count("select count(*) from campaign_posts where text = ''").await;
        let fine = asked == questions - kept && open == 0 && s.acts(&WORK).await.is_empty();
        let wrong = if fine { vec![] } else { vec![format!("{asked} asked, {open} open")] };
        sheet.scenario(g, &format!("{kept} answers kept"), wrong);
    }
}

/// What becomes of a planned post.
async fn decisions(s: &Stage, sheet: &mut Sheet) {
    let g = "campaigns: a planned post is accepted once, and only as the world is";
    let posts = "select count(*) from posts where deleted_at is null and created_at > now() - interval '9 days'";
    for (name, given, says) in [
        ("its account was disconnected", "update connections set state = 'disconnected'", "no longer connected"),
        ("its account must be connected again", "update connections set state = 'reconnect'", "connected again"),
        ("its time is over", "update campaign_posts set local_time = '2001-01-01 10:00'", "in the past"),
        ("its text is gone", "update campaign_posts set text = ''", "has no text yet"),
        ("its text is too long", "update campaign_posts set text = repeat('long ', 900)", "accept it as a draft"),
        ("a colleague refused it", "update campaign_posts set state = 'refused'", "has refused"),
    ] {
        let id = planned(s).await;
        s.sql(given).await;
        let refused = decide::decide(s.who(), Decision::Schedule, id).await.err().map(|error| error.message);
        let fine = refused.as_ref().is_some_and(|why| why.contains(says)) && s.count(posts).await == 0;
        sheet.scenario(g, name, if fine { vec![] } else { vec![format!("{refused:?}")] });
    }
    let id = planned(s).await;
    let accept = || decide::decide(s.who(), Decision::Schedule, id);
    let both = tokio::join!(accept(), accept());
    let fine = both.0.is_ok() && both.1.is_ok() && s.count(posts).await == 1;
    sheet.scenario(g, "two people accept it at once", if fine { vec![] } else { vec![format!("{both:?}")] });

    // Cut off while it was accepted: its post is there once.
    s.sql("update campaign_posts set state = 'accepting', post_id = null, decided_at = now() - interval '2 minutes' where state = 'scheduled'").await;
    let campaign: CampaignId =
        s.value("select id::text from campaigns").await.parse().unwrap_or(CampaignId::from_u128(0));
    let detail = service::detail(s.who(), campaign).await;
    let again = accept().await;
    let n = s.count(posts).await;
    let fine = detail.is_ok() && again.is_ok() && n == 1;
    sheet.scenario(
        g,
        "a crash between the yes and the post",
        if fine { vec![] } else { vec![format!("{n} posts, {again:?}")] },
    );

    let id = planned(s).await;
    let mut wrong = vec![];
    for decision in [Decision::Draft, Decision::Undo, Decision::Undo] {
        wrong.extend(decide::decide(s.who(), decision, id).await.err().map(|error| error.message));
    }
    if s.count(posts).await != 0 {
        wrong.push("it was not undone".into());
    }
    sheet.scenario(g, "undone", wrong);

    let id = planned(s).await;
    let campaign: CampaignId =
        s.value("select id::text from campaigns").await.parse().unwrap_or(CampaignId::from_u128(0));
    let deleted = service::act(s.who(), CampaignAct::Delete, campaign).await.is_ok();
    let refused = deleted && decide::decide(s.who(), Decision::Schedule, id).await.is_err();
    let fine = refused && s.count(posts).await == 0;
    sheet.scenario(g, "its campaign was deleted", if fine { vec![] } else { vec!["accepted".into()] });
}

/// One that waits, written.
async fn planned(s: &Stage) -> PlannedId {
    s.reset().await;
    create(s).await;
    s.t.drive_to(1).await;
    s.value("select id::text from campaign_posts order by place limit 1")
        .await
        .parse()
        .unwrap_or(PlannedId::from_u128(0))
}
