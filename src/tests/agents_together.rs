//! Agents together: tasks that one hands to another, events that wake them, what they may do without asking, and documents that people
//! change.

use crate::agents::Stage;
use chrono::{DateTime, TimeDelta, Utc};
use lux::domain::ids::DocumentId;
use lux::domain::permission::Role;
use lux::domain::platform::Platform::X;
use lux::features::agents::model::{Autonomy, ProposalQuery, TaskCard, TaskState};
use lux::features::agents::server::{events, service, settings};
use lux::infra::session::Granted;
use lux::infra::zone;

impl Stage {
    async fn tasks(&self) -> Vec<TaskCard> {
        service::board(self.who()).await.expect("a board").tasks
    }

    /// The task whose words hold `what`.
    async fn task(&self, what: &str) -> TaskCard {
        let tasks = self.tasks().await;
        tasks.iter().find(|task| task.what.contains(what)).cloned().unwrap_or_else(|| panic!("{what}: {tasks:?}"))
    }

    async fn document(&self, job: &str) -> DocumentId {
        let id = sqlx::query_scalar("select id from agent_documents where job = $1 order by changed_at desc limit 1");
        id.bind(job).fetch_one(&self.t.app.db).await.expect("a document")
    }

    async fn woken(&self, at: DateTime<Utc>) -> usize {
        let woken = events::wake(&self.t.app, at).await.expect("looked");
        self.t.drive(at - Utc::now() + TimeDelta::seconds(5)).await;
        woken
    }

    async fn why(&self, agent: &str) -> String {
        let why = sqlx::query_scalar(
            "select woken_by || ', ' || job || ' ' || state from agent_runs where agent = $1 order by created_at desc limit 1",
        );
        why.bind(agent).fetch_one(&self.t.app.db).await.expect("a run")
    }
}

#[tokio::test]
async fn what_one_agent_finds_another_one_does() {
    let stage = Stage::set().await;
    // Three publications of eleven o'clock, which somebody answered; the Social agent does not post then by itself.
    stage
        .t
        .sql(
            "update companies set zone = 'UTC';
             update deliveries set live_at = date_trunc('day', now()) - interval '10 days' + interval '11 hours';
             insert into comments (company_id, id, delivery_id, post_id, connection_id, remote_id, author, text, at, ours)
             select company_id, gen_random_uuid(), id, post_id, connection_id, 'c' || id, 'Ada', 'Nice', now(), false from deliveries",
        )
        .await;
    stage.run("analytics", "daily").await;
    stage.run("analytics", "daily").await;
    stage.run("creative", "assets").await;
    let hour = stage.task("at 11:00").await;
    assert_eq!(
        (hour.from.as_str(), hour.to.as_str(), hour.state),
        ("Analytics & Optimization", "social", TaskState::Waiting)
    );
    assert!(hour.reference.starts_with("/agents/documents/"), "{hour:?}");
    assert_eq!(stage.tasks().await.len(), 2, "a finding is handed on once");
    stage.task("Use 1 picture").await;

    // People ask for something, too; what they write is looked at, and dropped again.
    let day = zone::today(zone::of("UTC"), Utc::now()).plus(3).to_string();
    for (kind, about) in [("empty_day", "tomorrow"), ("best_hour", "25"), ("answered_post", "/posts"), ("fly", "")] {
        stage.call("add_task", &[("kind", kind), ("about", about)], 422).await;
    }
    stage.call("add_task", &[("kind", "empty_day"), ("about", &day)], 200).await;
    stage.call("add_task", &[("kind", "stale_accounts")], 200).await;
    let dropped = stage.task("Check the accounts").await.id.to_string();
    let act = async |act, status| stage.call("act_on_task", &[("task", dropped.as_str()), ("act", act)], status).await;
    act("drop", 200).await;
    act("drop", 200).await;
    stage.run("operations", "health").await;
    assert_eq!(stage.task("Check the accounts").await.state, TaskState::Dropped, "nobody takes up what was dropped");
    act("restore", 200).await;
    // A run that is cancelled gives its tasks back.
    settings::run_now(stage.who(), "operations", "health").await.expect("begun");
    stage.t.sql("update agent_tasks set state = 'taken', run_id = (select id from agent_runs where state = 'queued') where kind = 'stale_accounts'").await;
    act("drop", 409).await;
    let run = stage.t.value::<sqlx::types::Uuid>("select id from agent_runs where state = 'queued'").await.to_string();
    stage.call("cancel_run", &[("run", run.as_str())], 200).await;
    assert_eq!(stage.task("Check the accounts").await.state, TaskState::Waiting);
    stage.run("operations", "health").await;
    let checked = stage.task("Check the accounts").await;
    assert!(checked.state == TaskState::Done && checked.from == "Owner of Northwind", "{checked:?}");
    assert!(checked.result.contains("30 days"), "{checked:?}");
    act("drop", 409).await;

    // The next run of the Social agent takes up three, does them, and says so.
    stage.run("social", "posts").await;
    let (hour, picture, wanted) =
        (stage.task("at 11:00").await, stage.task("Use 1 picture").await, stage.task("Plan a post for").await);
    for task in [&hour, &picture, &wanted] {
        assert!(task.state == TaskState::Done && task.document.is_some(), "{task:?}");
        assert!(
            task.result.contains("the proposal for") || task.result.contains("There is a proposal for"),
            "{task:?}"
        );
    }
    let at =
        "select string_agg(action -> 'at' ->> 'hour', ' ' order by action -> 'at' ->> 'hour') from agent_proposals";
    assert!(stage.t.value::<String>(at).await.split(' ').any(|hour| hour == "11"));
    let document =
        service::document(stage.who(), hour.document.expect("one"), None).await.expect("a document").markdown;
    assert!(document.contains("## Asked for by others") && document.contains("Plan a post at 11:00"), "{document}");
    // Once more, cut off before it said what came of them: nothing is done or handed on twice.
    let rows = "select string_agg(what || state || result, '; ' order by id) || (select count(*) from agent_proposals) from agent_tasks";
    let before = stage.t.value::<String>(rows).await;
    stage
        .t
        .sql(
            "delete from agent_run_steps where name = 'Hand on';
             update agent_tasks set state = 'taken', result = '' where run_id = (select id from agent_runs order by created_at desc limit 1);
             update agent_runs set state = 'running', ended_at = null where id = (select id from agent_runs order by created_at desc limit 1);
             insert into jobs (id, kind, company_id, payload)
             select gen_random_uuid(), 'run_agent', company_id, jsonb_build_object('run', id) from agent_runs where state = 'running'",
        )
        .await;
    stage.t.drive_to(3).await;
    assert_eq!((stage.last().await.0, stage.t.value::<String>(rows).await), ("done".into(), before));
    for page in ["/agents", "/agents/social", "/agents/analytics"] {
        assert!(stage.owner.page(page).await.body.contains("Plan a post at 11:00"), "{page}");
    }
    // Who may only look asks for nothing.
    stage.t.sql("update members set role = 'viewer'").await;
    stage.call("add_task", &[("kind", "stale_accounts")], 403).await;
    act("restore", 403).await;
}

#[tokio::test]
async fn what_happens_wakes_agents_once_an_hour() {
    let stage = Stage::set().await;
    let (who, now) = (stage.who(), Utc::now());
    let after = |minutes| now + TimeDelta::minutes(minutes);
    assert_eq!(stage.t.value::<i64>("select count(*) from agent_events").await, 0, "nothing where no agent is on");
    for agent in ["analytics", "sales", "app"] {
        settings::switch(who, agent, true).await.expect("on");
    }
    assert_eq!(stage.woken(after(1)).await, 0);
    stage.firm.publish(stage.firm.post("One", &[X])).await;
    stage.t.drive_to(1).await;
    assert_eq!(stage.woken(after(2)).await, 1);
    assert_eq!(stage.why("analytics").await, "a post went live, daily done");
    for text in ["Two", "Three"] {
        stage.firm.publish(stage.firm.post(text, &[X])).await;
        stage.t.drive_to(2).await;
    }
    assert_eq!(stage.woken(after(30)).await, 0, "at most once an hour");
    assert_eq!(stage.woken(after(63)).await, 1);
    assert_eq!(stage.why("analytics").await, "2 posts went live, daily done");
    assert_eq!(stage.woken(after(200)).await, 0, "heard already");

    // A contact, an error, and two at once by nodes that look together.
    stage
        .t
        .sql(
            "insert into contacts (company_id, id, email, email_key, full_name)
             select id, gen_random_uuid(), 'a' || n || '@mail.example', 'a' || n || '@mail.example', 'Ana' from companies, generate_series(1, 10) n;
             insert into contact_events (company_id, id, contact_id, kind) select company_id, gen_random_uuid(), id, 'captured' from contacts;
             insert into error_log (id, company_id, fingerprint, error_type, error_message, severity, version, created_at, last_seen_at)
             select gen_random_uuid(), id, 'f', 'queue', 'It broke', 'error', '1', now(), now() from companies",
        )
        .await;
    let both = tokio::join!(events::wake(&stage.t.app, after(201)), events::wake(&stage.t.app, after(201)));
    assert_eq!(both.0.expect("looked") + both.1.expect("looked"), 2);
    stage.t.drive(TimeDelta::minutes(202)).await;
    assert_eq!(stage.why("sales").await, "10 new contacts came in, score done");
    assert_eq!(stage.why("app").await, "an error was noticed, health done");
    assert!(stage.owner.page("/agents/app").await.body.contains("woken: an error was noticed"));
    // A round number, once; whoever is on from now on hears of the next one only.
    assert_eq!(stage.t.value::<String>("select key from agent_events where kind = 'milestone'").await, "10 contacts");
    settings::switch(who, "strategy", true).await.expect("on");
    assert_eq!(stage.woken(after(300)).await, 0);
    stage
        .t
        .sql(
            "insert into contacts (company_id, id, email, email_key, full_name)
             select id, gen_random_uuid(), 'b' || n || '@mail.example', 'b' || n || '@mail.example', 'Bo' from companies, generate_series(1, 41) n;
             insert into contact_events (company_id, id, contact_id, kind)
             select company_id, gen_random_uuid(), id, 'captured' from contacts where full_name = 'Bo'",
        )
        .await;
    assert_eq!(stage.woken(after(301)).await, 2);
    assert_eq!(stage.why("strategy").await, "there are 50 contacts now, plan done");

    // Switched off for an agent, and all of them stopped.
    stage.call("set_agent_events", &[("agent", "analytics")], 200).await;
    stage.call("set_agent_events", &[("agent", "analytics"), ("events[]", "incident_opened")], 422).await;
    let published = "insert into delivery_events (company_id, id, delivery_id, from_state, to_state) select company_id, gen_random_uuid(), id, 'armed', 'live' from deliveries limit 1";
    stage.t.sql(published).await;
    assert_eq!(stage.woken(after(400)).await, 0);
    stage.call("set_agent_events", &[("agent", "analytics"), ("events[]", "post_live")], 200).await;
    stage.call("stop_agents", &[], 200).await;
    assert_eq!(stage.woken(after(401)).await, 0);
    stage.call("start_agents", &[], 200).await;
    assert_eq!(stage.woken(after(402)).await, 1);

    // The page says what happened and whom it woke, and sets who listens.
    let list = events::page(who).await.expect("a list");
    let woke = |words: &str| list.last.iter().find(|line| line.words == words).map(|line| line.woke.join(", "));
    assert_eq!(woke("10 new contacts came in").as_deref(), Some("sales"), "{:?}", list.last);
    assert_eq!(woke("an error was noticed").as_deref(), Some("app"), "Operations was off");
    assert_eq!(woke("there are 10 contacts now").as_deref(), Some(""), "Strategy was off");
    assert_eq!(woke("there are 50 contacts now").as_deref(), Some("strategy"));
    assert!(list.last.iter().any(|line| line.words == "a post went live" && line.woke == ["analytics"]));
    let page = stage.owner.page("/agents/events").await.body;
    assert!(page.contains("When an error is noticed") && page.contains("10 new contacts came in"), "{page}");
    stage.call("set_listeners", &[("event", "incident_opened"), ("agents[]", "operations")], 200).await;
    let deaf =
        "select string_agg(agent, ' ' order by agent) from agent_settings where 'incident_opened' = any(deaf_to)";
    assert_eq!(stage.t.value::<String>(deaf).await, "app");
    stage.call("set_listeners", &[("event", "incident_opened"), ("agents[]", "sales")], 422).await;
    stage.call("set_listeners", &[("event", "full_moon")], 422).await;
    stage.t.sql("update members set role = 'editor'").await;
    stage.call("set_listeners", &[("event", "incident_opened")], 403).await;
    assert!(stage.owner.page("/agents/events").await.body.contains("does not listen"));
}

#[tokio::test]
async fn what_an_agent_may_do_by_itself_can_be_undone() {
    let stage = Stage::set().await;
    // What waits is counted alike in the headline, in the navigation and on the page of what needs somebody.
    stage.run("social", "posts").await;
    let home = stage.owner.call("home/home", &[]).await.json();
    assert_eq!((&home["attention_total"], &home["proposals"]), (&3.into(), &3.into()));
    assert_eq!(stage.owner.call("frame/frame", &[]).await.json()["attention"], 3);
    let page = stage.owner.page("/").await.body;
    assert!(page.contains("three things need you.") && page.contains("3 proposals wait for you"), "{page}");
    assert!(stage.owner.page("/needs").await.body.contains("3 proposals of agents wait for you."));
    let waiting: Vec<_> = stage.waiting().await.iter().map(|card| card.id.to_string()).collect();
    for id in &waiting {
        stage.call("decide_proposals", &[("ids[]", id), ("decision", "refuse")], 200).await;
    }

    let wrong = stage.owner.call("agents/set_agent_autonomy", &[("agent", "social"), ("autonomy", "everything")]).await;
    assert!((400..500).contains(&wrong.status), "{}", wrong.body);
    stage.call("set_agent_autonomy", &[("agent", "social"), ("autonomy", "reversible")], 200).await;
    let detail = service::detail(stage.who(), "social").await.expect("a page");
    assert_eq!(detail.autonomy, Autonomy::Reversible);
    let before = stage.posts().await;
    stage.run("social", "posts").await;
    let detail = service::detail(stage.who(), "social").await.expect("a page");
    assert_eq!((detail.by_itself.len(), detail.proposals.len(), stage.posts().await), (3, 0, before + 3));
    assert!(detail.by_itself.iter().all(|card| card.by_itself));
    assert!(
        detail.runs[0].headline.starts_with("3 done by itself, which you can undo."),
        "{}",
        detail.runs[0].headline
    );
    let drafts = "select string_agg(distinct state || ' ' || (due_at is not null), ', ') from posts where id in (select post_id from agent_proposals where by_itself)";
    assert_eq!(stage.t.value::<String>(drafts).await, "draft true", "planned and never scheduled");
    assert_eq!((detail.rates.accepted, detail.rates.refused, detail.rates.by_itself), (0, 3, 3));
    let own = detail.by_itself[0].id.to_string();
    stage.call("decide_proposals", &[("ids[]", own.as_str()), ("decision", "undo")], 200).await;
    assert_eq!(stage.posts().await, before + 2);
    assert!(stage.owner.page("/agents/social").await.body.contains("Done without asking"));
    // The same words and hours are not taken again.
    stage.run("social", "posts").await;
    let planned = "select count(*) || ' ' || count(distinct text) || ' ' || count(distinct due_at) from posts where deleted_at is null and due_at > now()";
    assert_eq!(stage.t.value::<String>(planned).await, "3 3 3");

    // A tag is given and taken; whoever was proposed for it and refused is left alone.
    stage
        .t
        .sql(
            "insert into contacts (company_id, id, email, email_key, full_name, company_name, source, phone, consent)
             select id, gen_random_uuid(), 'l' || n || '@mail.example', 'l' || n || '@mail.example', 'Ana', 'Café', 'Wholesale form', '1', 'given'
             from companies, generate_series(1, 3) n",
        )
        .await;
    stage.run("sales", "score").await;
    stage.run("sales", "score").await;
    let cards = stage.waiting().await;
    assert_eq!(cards.len(), 1, "proposed once: {cards:?}");
    stage.call("decide_proposals", &[("ids[]", &cards[0].id.to_string()), ("decision", "refuse")], 200).await;
    stage.call("set_agent_autonomy", &[("agent", "sales"), ("autonomy", "reversible")], 200).await;
    stage.run("sales", "score").await;
    let tagged = "select count(*) from contact_tags where tag = 'hot lead'";
    assert_eq!(stage.t.value::<i64>(tagged).await, 0, "it was refused");
    stage.t.sql("update agent_proposals set decided_at = now() - interval '40 days' where state = 'refused'").await;
    stage.run("sales", "score").await;
    assert_eq!(stage.t.value::<i64>(tagged).await, 3);
    assert!(stage.task("Wholesale form").await.what.contains("3 of 3 hot leads"));
    let sales = service::detail(stage.who(), "sales").await.expect("a page");
    stage.call("decide_proposals", &[("ids[]", &sales.by_itself[0].id.to_string()), ("decision", "undo")], 200).await;
    assert_eq!(stage.t.value::<i64>(tagged).await, 0);

    // An editor is not offered what only an admin may do.
    stage.t.sql("update members set role = 'editor'").await;
    stage.call("set_agent_autonomy", &[("agent", "sales"), ("autonomy", "ask")], 403).await;
    let page = stage.owner.page("/agents").await.body;
    assert!(!page.contains("Switch on:") && page.contains("An admin switches agents on"), "{page}");
}

#[tokio::test]
async fn a_document_that_a_person_changed_is_never_written_over() {
    let stage = Stage::set().await;
    stage.run("analytics", "weekly").await;
    let id = stage.document("weekly").await;
    let text = id.to_string();
    let edit = async |version: &str, markdown: &str, status| {
        stage.call("edit_document", &[("document", &text), ("version", version), ("markdown", markdown)], status).await
    };
    let own = "# Week\n\n**Mine** <script>alert(1)</script> [out](https://evil.example/x)";
    edit("1", own, 200).await;
    assert!(edit("1", "Lost?", 409).await.contains("newer version"));
    edit("2", " ", 422).await;
    let page = stage.owner.page(&format!("/agents/documents/{id}")).await.body;
    assert!(page.contains("edited by Owner of Northwind") && page.contains("Mine"), "{page}");
    assert!(!page.contains("<script>alert(1)") && !page.contains("href=\"https://evil.example"), "{page}");
    assert!(stage.owner.page(&format!("/agents/documents/{id}?edit=1")).await.body.contains("Save the document"));

    // Nothing new: the person's version stays the latest. Something new: the agent's stands beside it.
    let view = async |version| service::document(stage.who(), id, version).await.expect("a document");
    stage.run("analytics", "weekly").await;
    assert_eq!((view(None).await.version, view(None).await.markdown.as_str()), (2, own));
    stage.firm.publish(stage.firm.post("One more", &[X])).await;
    stage.t.drive_to(5).await;
    stage.run("analytics", "weekly").await;
    let now = view(None).await;
    assert_eq!((now.version, now.kept_beside().map(|line| line.version)), (3, Some(2)));
    let note = "select note from agent_run_steps where name = 'Write the document' order by at desc limit 1";
    assert!(
        stage.t.value::<String>(note).await.contains("Version 2, which Owner of Northwind edited, stays beside it.")
    );
    stage.call("restore_document", &[("document", &text), ("version", "2")], 200).await;
    let now = view(None).await;
    assert_eq!((now.version, now.markdown.as_str(), now.versions[0].by_person), (4, own, true));
    stage.call("restore_document", &[("document", &text), ("version", "9")], 404).await;

    // What names people is not changed by whoever may not see contacts.
    stage.run("sales", "pipeline").await;
    let sales = stage.document("pipeline").await;
    let viewer = Granted { role: Role::Viewer, ..stage.who().clone() };
    assert!(service::edit_document(&viewer, sales, 1, "x").await.is_err());
    let all = ProposalQuery { decided: true, ..ProposalQuery::default() };
    assert!(service::proposals_page(&viewer, &all).await.is_ok());
}
