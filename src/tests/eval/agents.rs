//! Scenarios of agents: what a model answers that words documents and drafts, what stops a run, what a crash leaves behind, and what
//! becomes of proposals.

use super::Sheet;
use super::stage::{Stage, WORK};
use lux::domain::ids::ProposalId;
use lux::features::agents::model::Decision;
use lux::features::agents::server::decide;
use lux::sandbox::ModelFaultKind::{self, Filter, Half, NoMoney, Refusal, Rubbish, ServerError};
use serde_json::{Value, json};

struct Run {
    group: &'static str,
    name: &'static str,
    job: (&'static str, &'static str),
    /// Done when the run waits for its turn.
    given: &'static str,
    fault: Option<(ModelFaultKind, u32)>,
    answer: Option<Value>,
    state: &'static str,
    /// In the note of the step "Word it", or why the run ended.
    says: &'static str,
    /// The drafts are in the program's own words.
    own: bool,
    /// Questions to a model.
    asked: Option<i64>,
}

const DRAFTS: (&str, &str) = ("social", "posts");
const REPORT: (&str, &str) = ("analytics", "weekly");

fn run_of(group: &'static str, name: &'static str, job: (&'static str, &'static str)) -> Run {
    Run { group, name, job, given: "", fault: None, answer: None, state: "done", says: "", own: true, asked: None }
}

fn answers() -> Vec<Run> {
    let g = "agents: what a model may word";
    let draft = |reference: &str, text: &str, picture: Value, account: &str| json!({ "summary": "", "drafts": [{ "ref": reference, "text": text, "picture": picture, "accounts": [account] }] });
    let one = |name, answer: Value, says| Run { answer: Some(answer), says, ..run_of(g, name, DRAFTS) };
    let good = "Cocoa first, then orange.";
    vec![
        Run {
            own: false,
            says: "worded 1 drafts",
            ..one("other words with the same facts", draft("d1", good, Value::Null, "a1"), "")
        },
        Run { own: false, ..one("with a picture that it was offered", draft("d1", good, json!("p1"), "a1"), "") },
        one("a draft that it was not given", draft("d77", good, Value::Null, "a1"), "not given"),
        one("an id in the place of a draft", draft("$post", good, Value::Null, "a1"), "not given"),
        one("a picture that it was not given", draft("d1", good, json!("p9"), "a1"), "picture or an account"),
        one("an account that it was not given", draft("d1", good, Value::Null, "a41"), "picture or an account"),
        one("an account of another company", draft("d1", good, Value::Null, "$account"), "picture or an account"),
        one("an invented price", draft("d1", "Cocoa first, for 9 €.", Value::Null, "a1"), "was not taken"),
        one("an invented link", draft("d1", "Cocoa at https://evil.example/x.", Value::Null, "a1"), "was not taken"),
        one("an invented mention", draft("d1", "Cocoa by @marco_polo.", Value::Null, "a1"), "was not taken"),
        one("an invented person", draft("d1", "We asked Marco Polo.", Value::Null, "a1"), "was not taken"),
        one("a text that is too long", draft("d1", &"cocoa ".repeat(600), Value::Null, "a1"), "longer than"),
        one("an empty text", draft("d1", " ", Value::Null, "a1"), "empty"),
        one(
            "a number in the summary that nobody computed",
            json!({ "summary": "Reach grew by 4,711 %.", "drafts": [] }),
            "summary was not taken",
        ),
        one("a tool that it has not", json!({ "tool": "publish_now" }), ""),
        one("another form", json!("Sure! Here you are."), "could not be read"),
        Run {
            own: false,
            ..one("another language", draft("d1", "Primero cacao, luego naranja.", Value::Null, "a1"), "")
        },
    ]
}

fn ends() -> Vec<Run> {
    let g = "agents: what breaks or stops a run";
    let broken = |name, kind, times| Run { fault: Some((kind, times)), ..run_of(g, name, REPORT) };
    let ended = |name, given, state, says| Run { given, state, says, ..run_of(g, name, DRAFTS) };
    vec![
        broken("rubbish", Rubbish, 4),
        broken("half an answer", Half, 4),
        broken("it declines", Refusal, 4),
        broken("its filter stops it", Filter, 4),
        broken("no money at the service", NoMoney, 4),
        broken("away", ServerError, 30),
        Run {
            asked: Some(0),
            says: "is used up",
            ..ended(
                "the agent's budget is used up",
                "insert into agent_settings (company_id, id, agent, cap_micros) select id, gen_random_uuid(), 'social', 0 from companies",
                "done",
                "",
            )
        },
        Run {
            says: "limit for AI",
            ..ended(
                "the company's limit is reached",
                "insert into model_settings (company_id, id, cap_micros) select id, id, 0 from companies",
                "done",
                "",
            )
        },
        Run {
            asked: Some(0),
            says: "key of a model service",
            ..ended("no key", "delete from secrets where platform = 'openai'", "done", "")
        },
        ended(
            "all agents are stopped",
            "insert into agent_stops (company_id, id) select id, id from companies",
            "stopped",
            "stopped",
        ),
        ended(
            "cancelled before its turn",
            "update agent_runs set state = 'cancelled', ended_at = now()",
            "cancelled",
            "",
        ),
        ended(
            "whoever began it may only look",
            "update members set role = 'viewer' where role = 'owner'",
            "failed",
            "may not write posts",
        ),
        ended("whoever began it has left", "delete from members where role = 'owner'", "failed", "has left"),
        ended(
            "a job that this version does not know",
            "update agent_runs set job = 'unknown'",
            "failed",
            "does not know",
        ),
    ]
}

pub async fn run(s: &Stage, sheet: &mut Sheet) {
    if s.real {
        return;
    }
    for run in answers().into_iter().chain(ends()) {
        s.reset().await;
        if let Some((kind, times)) = run.fault {
            s.fault(kind, times);
        }
        if let Some(answer) = &run.answer {
            let answer: Value = serde_json::from_str(&s.foreign(&answer.to_string()).await).expect("JSON");
            s.script(&[answer]);
        }
        s.run_agent(run.job.0, run.job.1).await;
        s.sql(run.given).await;
        s.t.drive_to(2).await;
        sheet.scenario(run.group, run.name, judge(s, &run).await);
    }
    crashes(s, sheet).await;
    decisions(s, sheet).await;
}

async fn judge(s: &Stage, run: &Run) -> Vec<String> {
    let mut wrong = vec![];
    let ended = s.value("select state || ' ' || error from agent_runs where agent <> 'chat'").await;
    if !ended.starts_with(run.state) {
        wrong.push(format!("ended as {ended}"));
    }
    let note = s.value("select coalesce(string_agg(note, ' '), '') from agent_run_steps where name = 'Word it'").await;
    if !format!("{ended} {note}").contains(run.says) {
        wrong.push(format!("says {ended} {note}"));
    }
    if run.fault.is_some() && !note.contains("did not help") && !note.contains("could not be read") {
        wrong.push(format!("does not say that no model helped: {note}"));
    }
    let texts = s.value("select coalesce(string_agg(action ->> 'text', '\n'), '') from agent_proposals").await;
    let other = "select count(*) from agent_proposals p where not exists (select from posts o where o.text = p.action ->> 'text')";
    if run.state == "done" && run.job == DRAFTS && (s.count(other).await == 0) != run.own {
        wrong.push(format!("drafts: {texts}"));
    }
    if run.state != "done" && (!texts.is_empty() || s.count("select count(*) from agent_documents").await > 0) {
        wrong.push("it left something behind".into());
    }
    if run.state == "done" && s.count("select count(*) from agent_document_versions").await != 1 {
        wrong.push("no document".into());
    }
    let calls = s.count("select count(*) from model_calls").await;
    if run.asked.is_some_and(|asked| asked != calls) {
        wrong.push(format!("{calls} questions"));
    }
    let allowed: Vec<_> =
        WORK.into_iter().chain(["agent_settings", "agent_stops", "model_settings", "secrets", "members"]).collect();
    wrong.extend(s.acts(&allowed).await);
    wrong.extend(s.faults());
    wrong
}

/// Each run is cut off behind each of its steps, and goes on.
async fn crashes(s: &Stage, sheet: &mut Sheet) {
    let g = "agents: a crash behind each step";
    for (agent, job) in [DRAFTS, REPORT, ("sales", "score")] {
        s.reset().await;
        s.run_agent(agent, job).await;
        s.t.drive_to(2).await;
        let rows = "select (select count(*) from agent_document_versions) || ' ' || (select count(*) from agent_proposals) || ' ' || (select count(*) from agent_proposals where state <> 'proposed')";
        let whole = s.value(rows).await;
        let steps = s.count("select count(*) from agent_run_steps").await;
        for kept in (0..steps).rev() {
            s.sql(&format!(
                "delete from agent_run_steps where id not in (select id from agent_run_steps order by at, id limit {kept});
                 update agent_runs set state = 'running', ended_at = null;
                 insert into jobs (id, kind, company_id, payload)
                 select gen_random_uuid(), 'run_agent', company_id, jsonb_build_object('run', id) from agent_runs"
            ))
            .await;
            s.t.drive_to(3).await;
            let (state, now) = (s.value("select state from agent_runs").await, s.value(rows).await);
            let keys = s.count("select count(*) - count(distinct key) from agent_proposals").await;
            // Facts that were looked at again may give other proposals beside those that wait.
            let same = now == whole || (kept <= 1 && keys == 0 && now.starts_with("1 "));
            let fine = state == "done" && same && s.acts(&WORK).await.is_empty();
            let wrong = if fine { vec![] } else { vec![format!("{whole}; {state} {now}")] };
            sheet.scenario(g, &format!("{agent} {job}, {kept} steps kept"), wrong);
        }
    }
}

/// What becomes of a proposal.
async fn decisions(s: &Stage, sheet: &mut Sheet) {
    let g = "agents: a proposal is carried out once, and only as the world is";
    let posts = "select count(*) from posts where deleted_at is null and created_at > now() - interval '9 days'";
    for (name, given, says) in [
        ("its account was disconnected", "update connections set state = 'disconnected'", "no longer connected"),
        ("its account must be connected again", "update connections set state = 'reconnect'", "connected again"),
        ("its time is over", "update agent_proposals set action = jsonb_set(action, '{at,day,year}', '2001')", "2001"),
        (
            "its picture was deleted",
            "update agent_proposals set action = jsonb_set(action, '{media}', jsonb_build_array(gen_random_uuid()))",
            "picture",
        ),
        (
            "its text is longer than its network takes",
            "update agent_proposals set action = jsonb_set(jsonb_set(action, '{at,day,year}', '2031'), '{text}', to_jsonb(repeat('long ', 900)))",
            "characters",
        ),
        (
            "its account is of another company",
            "update agent_proposals set action = jsonb_set(action, '{accounts}', (select jsonb_build_array(c.id) from connections c join companies k on k.id = c.company_id where k.name = 'Southwind' limit 1))",
            "no longer connected",
        ),
        ("a colleague refused it", "update agent_proposals set state = 'refused'", "refused"),
        (
            "it was made by another version",
            "update agent_proposals set action = '{\"kind\":\"fly\"}'",
            "another version",
        ),
    ] {
        let id = proposal(s).await;
        s.sql(given).await;
        let before = s.count(posts).await;
        let refused = decide::decide(s.who(), Decision::Approve, id).await.err().map(|error| error.message);
        let fine = refused.as_ref().is_some_and(|why| why.contains(says)) && s.count(posts).await == before;
        sheet.scenario(g, name, if fine { vec![] } else { vec![format!("{refused:?}")] });
    }
    let id = proposal(s).await;
    let both =
        tokio::join!(decide::decide(s.who(), Decision::Approve, id), decide::decide(s.who(), Decision::Approve, id));
    let fine = both.0.is_ok() && both.1.is_ok() && s.count(posts).await == 1;
    sheet.scenario(g, "two people approve it at once", if fine { vec![] } else { vec![format!("{both:?}")] });

    let id = proposal(s).await;
    s.sql(&format!(
        "update agent_proposals set state = 'approved', decided_at = now() - interval '5 minutes',
           decided_by = (select m.id from members m join companies c on c.id = m.company_id where c.name = 'Northwind' and m.role = 'owner')
         where id = '{id}'"
    ))
    .await;
    for _ in 0..2 {
        decide::finish_cut_off(&s.t.app).await.expect("finished");
    }
    let n = s.count(posts).await;
    sheet.scenario(g, "a crash between the yes and the post", if n == 1 { vec![] } else { vec![format!("{n} posts")] });

    let id = proposal(s).await;
    let mut wrong = vec![];
    for decision in [Decision::Approve, Decision::Undo, Decision::Undo] {
        wrong.extend(decide::decide(s.who(), decision, id).await.err().map(|error| error.message));
    }
    let again = decide::decide(s.who(), Decision::Approve, id).await.is_ok();
    if s.count(posts).await != 0 || again {
        wrong.push("it was not undone for good".into());
    }
    sheet.scenario(g, "undone, and approved again", wrong);
}

/// One that waits.
async fn proposal(s: &Stage) -> ProposalId {
    s.reset().await;
    s.run_agent(DRAFTS.0, DRAFTS.1).await;
    s.t.drive_to(2).await;
    s.value("select id::text from agent_proposals order by id limit 1")
        .await
        .parse()
        .unwrap_or(ProposalId::from_u128(0))
}
