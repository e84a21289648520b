//! What goes wrong in the program: gathered, counted, written down, shown to whom it concerns, resolved, and back again.

use crate::support::{Client, TestApp};
use lux::domain::ids::CompanyId;
use lux::domain::incident::FaultLevel;
use lux::features::diagnostics::server::collect;
use lux::infra::incidents::Incident;
use serde_json::{Value, json};

fn incident(message: &str, company: Option<CompanyId>) -> Incident {
    Incident {
        kind: "queue".into(),
        level: FaultLevel::Error,
        message: message.into(),
        stack: Some("at lux::infra::queue::worker".into()),
        endpoint: Some("deliver".into()),
        method: None,
        company,
        user: None,
        request: Some("job-1".into()),
    }
}

async fn messages(client: &Client, address: &str) -> Vec<String> {
    let answer = client.page(address).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let errors = answer.json()["errors"].as_array().cloned().expect("a list");
    errors.iter().map(|error| error["message"].as_str().expect("a message").to_owned()).collect()
}

const ALL: &str = "/api/diagnostics/errors?hours=24&limit=100";

#[tokio::test]
async fn errors_are_counted_shown_to_whom_they_concern_and_resolved() {
    let t = TestApp::start().await;
    let (north, south) = (t.firm("Northwind").await, t.firm("Southwind").await);
    t.sql("update users set is_instance_owner = (name = 'Owner of Northwind')").await;
    let (owner, eve) = (t.signed_in(&north.email).await, t.signed_in(&south.email).await);
    for n in 0..1_000 {
        t.app.incidents.note(incident(&format!("job {n} failed: token=abc123"), Some(north.who.company)));
    }
    t.app.incidents.note(incident("job 7 failed: token=abc123", Some(south.who.company)));
    t.app.incidents.note(incident("the disk is full", None));
    // Of a company that is gone meanwhile.
    t.app.incidents.note(incident("nobody's", Some(CompanyId::from_u128(7))));
    collect::write(&t.app).await;

    let answer = owner.page(ALL).await.json();
    let errors = answer["errors"].as_array().expect("a list").clone();
    assert_eq!(errors.len(), 2, "{answer}");
    let job = errors.iter().find(|error| error["of_server"] == false).expect("the company's");
    assert_eq!((&job["count"], &job["message"]), (&json!(1_000), &json!("job 999 failed: token=[hidden]")));
    assert_eq!(messages(&eve, ALL).await, ["job 7 failed: token=[hidden]"]);
    for (address, status) in [("?hours=0", 422), ("?limit=501", 422), ("?hours=x", 422), ("?hours=1", 200)] {
        assert_eq!(owner.page(&format!("/api/diagnostics/errors{address}")).await.status, status, "{address}");
    }
    let page = owner.page("/diagnostics").await;
    assert!(
        page.body.contains("1000 times") && page.body.contains("the disk is full") && page.body.contains("File store")
    );
    let page = eve.page("/diagnostics").await;
    assert!(page.status == 200 && !page.body.contains("the disk is full") && !page.body.contains("File store"));

    // Resolved with a note; what comes back is a new one, and the old one stays as it is.
    let id = job["id"].as_str().expect("an id");
    let note = [("id", id), ("note", "Restarted the worker")];
    assert_eq!(eve.call("diagnostics/resolve_error", &note).await.status, 404);
    let long = "x".repeat(501);
    assert_eq!(owner.call("diagnostics/resolve_error", &[("id", id), ("note", &long)]).await.status, 422);
    assert_eq!(owner.call("diagnostics/resolve_error", &note).await.status, 200);
    let page = owner.page(&format!("/diagnostics/{id}")).await;
    assert!(page.body.contains("Restarted the worker") && page.body.contains("Open it again"), "{}", page.body);
    assert_eq!(owner.call("diagnostics/reopen_error", &[("id", id)]).await.status, 200);
    assert_eq!(owner.call("diagnostics/resolve_error", &note).await.status, 200);
    t.app.incidents.note(incident("job 8 failed: token=abc123", Some(north.who.company)));
    collect::write(&t.app).await;
    assert_eq!(messages(&owner, ALL).await.len(), 3);
    assert_eq!(owner.call("diagnostics/reopen_error", &[("id", id)]).await.status, 409);

    // Errors show addresses and names: not for everybody in the company.
    assert_eq!(eve.page("/api/diagnostics/health").await.status, 403);
    t.sql("update members set role = 'editor' where id in (select id from users where name = 'Owner of Southwind')")
        .await;
    assert_eq!(eve.page(ALL).await.status, 403);
    assert_eq!(eve.call("diagnostics/load_error", &[("id", id)]).await.status, 403);
    let parts = owner.page("/api/diagnostics/health").await.json();
    let named: Vec<&str> =
        parts["parts"].as_array().expect("parts").iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(named, ["database", "schema", "worker", "queue", "files"]);
    let short: Value = t.client().page("/api/health").await.json();
    assert_eq!(short["database"], "connected");
}

#[tokio::test]
async fn what_cannot_be_written_down_yet_is_kept() {
    let t = TestApp::start().await;
    let mut away = t.app.clone();
    away.db = sqlx::postgres::PgPoolOptions::new()
        .acquire_timeout(std::time::Duration::from_millis(200))
        .connect_lazy("postgres://lux@127.0.0.1:1/lux")
        .expect("an address");
    away.incidents.note(incident("the database is away", None));
    collect::write(&away).await;
    let file = t.app.settings.data_dir.join("errors.json");
    assert!(file.exists(), "for a start after a crash");
    away.incidents.note(incident("the database is away", None));
    // It is back.
    collect::write(&t.app).await;
    assert!(!file.exists());
    assert_eq!(t.value::<i64>("select sum(count)::bigint from error_log").await, 2);
}

#[tokio::test]
async fn browsers_report_what_nobody_caught() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let report =
        json!({ "message": "Kettle is empty for maya@northwind.example", "stack": "at pour", "page": "/studio" });
    assert_eq!(owner.json("/api/browser-errors", &report).await.status, 204);
    assert_eq!(t.client().json("/api/browser-errors", &report).await.status, 204);
    for wrong in [json!({}), json!([]), json!({ "message": 7 }), json!({ "message": "x".repeat(30_000) })] {
        assert_eq!(owner.json("/api/browser-errors", &wrong).await.status, 422);
    }
    collect::write(&t.app).await;
    let seen = "select string_agg(error_message || coalesce(company_id::text, '-'), ',' order by company_id nulls last) from error_log";
    let company = firm.who.company;
    assert_eq!(
        t.value::<String>(seen).await,
        format!("Kettle is empty for [e-mail]{company},Kettle is empty for [e-mail]-")
    );
}

/// Only what a check proves is resolved; what is done about it is done a few times a day and no more.
#[tokio::test]
async fn repairs_resolve_what_is_proved_to_work_again() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let asked = |message: &str, endpoint: &str| Incident {
        kind: "posts".into(),
        method: Some("GET".into()),
        endpoint: Some(endpoint.into()),
        ..incident(message, Some(firm.who.company))
    };
    t.app.incidents.note(asked("the page broke", "/posts"));
    t.app.incidents.note(asked("nobody asks for this", "/nowhere"));
    t.app.incidents.note(Incident { kind: "database".into(), endpoint: None, ..incident("no answer", None) });
    // A statement that is wrong stays wrong though the database answers.
    t.app.incidents.note(Incident { kind: "database".into(), ..asked("a wrong statement", "/calendar") });
    // A stranger names a job as their page.
    t.app.incidents.note(Incident {
        kind: "browser".into(),
        endpoint: Some("clean_up".into()),
        ..incident("not a job of ours", None)
    });
    t.app.incidents.note(Incident { kind: "browser".into(), ..incident("Kettle is empty", Some(firm.who.company)) });
    // Work that fires by the clock and was given up.
    t.app.incidents.note(Incident { endpoint: Some("clean_up".into()), ..incident("the clean-up broke off", None) });
    t.sql(
        "insert into jobs (id, kind, payload, state, finished_at, attempts)
         values (gen_random_uuid(), 'clean_up', '{}', 'dead', now() + interval '1 second', 5)",
    )
    .await;
    collect::write(&t.app).await;
    let repair = async |body: Value| {
        let answer = owner.json("/api/auto-repair/start", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let of = |answer: &Value, message: &str| {
        let repairs = answer["repairs"].as_array().expect("repairs");
        let found = repairs.iter().find(|one| one["message"] == message).cloned();
        found.unwrap_or_else(|| panic!("{message}: {answer}"))
    };
    let first = repair(json!({})).await;
    assert_eq!(of(&first, "no answer")["resolved"], true, "the database works: {first}");
    assert_eq!(of(&first, "not a job of ours")["steps"], json!([]), "{first}");
    for open in [
        "the page broke",
        "nobody asks for this",
        "Kettle is empty",
        "the clean-up broke off",
        "a wrong statement",
        "not a job of ours",
    ] {
        let one = of(&first, open);
        assert!(one["resolved"] == false && one["next"].is_string(), "{one}");
    }
    let steps = of(&first, "the clean-up broke off")["steps"].to_string();
    assert!(steps.contains("back into the queue"), "{steps}");
    assert_eq!(t.value::<i64>("select count(*) from jobs where kind = 'clean_up' and state = 'ready'").await, 1);

    // Now it is used again, and the work is done.
    for _ in 0..2 {
        assert_eq!(owner.page("/posts").await.status, 200);
    }
    t.sql("update jobs set state = 'done', finished_at = now() + interval '2 seconds' where kind = 'clean_up'").await;
    let second = repair(json!({})).await;
    for mended in ["the page broke", "the clean-up broke off"] {
        assert_eq!(of(&second, mended)["resolved"], true, "{second}");
    }
    assert_eq!(second["resolved"], 2);
    // What breaks again is open again, and is not taken for mended.
    t.app.incidents.note(asked("the page broke", "/posts"));
    collect::write(&t.app).await;
    assert_eq!(of(&repair(json!({})).await, "the page broke")["resolved"], false);

    // Nothing is done about an error more often than three times a day.
    t.app.incidents.note(Incident { endpoint: Some("clean_up".into()), ..incident("the clean-up broke off", None) });
    collect::write(&t.app).await;
    let mut acted = 0;
    for _ in 0..5 {
        t.sql("update jobs set state = 'dead', finished_at = now() + interval '1 minute' where kind = 'clean_up'")
            .await;
        let one = of(&repair(json!({})).await, "the clean-up broke off");
        acted += usize::from(!one["steps"].as_array().expect("steps").is_empty());
    }
    assert_eq!(acted, 3);
    // The receipt stands on the error's page.
    let id = t.value::<uuid::Uuid>("select id from error_log where error_message = 'no answer'").await;
    let page = owner.page(&format!("/diagnostics/{id}")).await.body;
    assert!(page.contains("Resolved by the program") && page.contains("Now: answers."), "{page}");
    let cleared = owner.json("/api/auto-repair/clear", &json!({ "hours": 0 })).await.json();
    assert_eq!(cleared["cleared"], 3, "{cleared}");
    assert_eq!(owner.json("/api/auto-repair/clear", &json!({ "hours": 9_999_999 })).await.status, 422);
}
