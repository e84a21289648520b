//! The queue as people and programs see it: whose jobs they are, what may be done with them, the schedules' switches,
//! and when the server says that it is not well.

use crate::support::{Client, Firm, TestApp};
use chrono::{TimeDelta, Utc};
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::{CompanyId, JobId, PostId};
use lux::domain::platform::Platform::X;
use lux::domain::post::{Plan, SavePost};
use lux::infra::queue::{Claim, Job, JobOptions, Outcome, Registry, Schedule, Tick, enqueue, ticker};
use reqwest::Method;
use serde_json::{Value, json};

const WORDS: &str = "Harvest notes";

struct Setup {
    t: TestApp,
    /// The first company; its owner owns the server.
    north: Firm,
    owner: Client,
    eve: Client,
}

impl Setup {
    async fn open() -> Self {
        let t = TestApp::start().await;
        let north = t.firm("Northwind").await;
        let south = Firm::found(&t.app, "Southwind", "Europe/Lisbon").await;
        let owner = t.signed_in(&north.email).await;
        let eve = t.signed_in(&south.email).await;
        Self { t, north, owner, eve }
    }

    /// A post for tomorrow, and the job that is to publish it.
    async fn scheduled(&self) -> (PostId, JobId) {
        let plan = Plan::Schedule { local: self.north.clock(1440).await, second: false };
        let post = self.north.publish(SavePost { plan, ..self.north.post(WORDS, &[X]) }).await;
        (post, self.t.value::<JobId>("select id from jobs where kind = 'deliver'").await)
    }

    /// A job of another kind, which this program does not know.
    async fn put(&self, company: Option<CompanyId>, key: &str) -> JobId {
        let run_at = Utc::now() + TimeDelta::hours(5);
        let options = JobOptions { company, job_key: Some(key.into()), ..JobOptions::at(run_at) };
        let mut db = self.t.app.db.acquire().await.expect("connection");
        enqueue::<CheckLinks>(&mut db, &Tick::default(), options).await.expect("enqueued")
    }

    async fn of(&self, who: &Client, id: JobId) -> (u16, Value) {
        let answer = who.get(&format!("/api/jobs/status/{id}")).await;
        (answer.status, answer.json())
    }

    async fn delete(&self, who: &Client, id: JobId) -> u16 {
        who.send(who.request(Method::DELETE, &format!("/api/jobs/{id}"))).await.status
    }

    async fn run(&self, who: &Client, id: JobId) -> u16 {
        who.call("queue/run_job", &[("id", &id.to_string())]).await.status
    }
}

#[tokio::test]
async fn a_job_is_seen_by_its_company_and_the_programs_own_by_the_servers_owner() {
    let h = Setup::open().await;
    let (post, job) = h.scheduled().await;
    let chore = h.put(None, "chore").await;
    let stranger = h.t.client();
    for id in [job, chore] {
        assert_eq!(h.of(&stranger, id).await.0, 401);
        assert_eq!(h.of(&h.eve, id).await.0, 404);
        assert_eq!(h.delete(&h.eve, id).await, 404);
        assert_eq!(h.run(&h.eve, id).await, 404);
        assert_eq!(h.eve.page(&format!("/diagnostics/queue/{id}")).await.status, 404);
        assert_eq!(h.of(&h.owner, id).await.0, 200);
        let page = h.owner.page(&format!("/diagnostics/queue/{id}")).await;
        assert_eq!(page.status, 200);
    }
    let (_, seen) = h.of(&h.owner, job).await;
    assert_eq!(seen["job"]["about"]["post"], post.to_string());
    assert_eq!(seen["job"]["about"]["title"], WORDS);
    assert_eq!(seen["job"]["title"], "Publish a post");
    let (_, unknown) = h.of(&h.owner, chore).await;
    assert_eq!((&unknown["job"]["kind"], &unknown["job"]["title"]), (&json!("check_links"), &json!("Check links")));
    assert!(h.owner.page(&format!("/diagnostics/queue/{chore}")).await.body.contains("Check links"));
    assert_eq!((&seen["job"]["state"], &seen["job"]["acts"]), (&json!("ready"), &json!(["see_post", "cancel"])));
    for path in ["/diagnostics/queue", "/diagnostics/queue?show=later"] {
        assert!(h.owner.page(path).await.body.contains(WORDS), "{path}");
        let page = h.eve.page(path).await;
        assert_eq!(page.status, 200);
        for secret in [WORDS, "Workers", "The whole server", &job.to_string(), &chore.to_string()] {
            assert!(!page.body.contains(secret), "{path} shows {secret}");
        }
    }
    assert!(h.owner.page("/diagnostics/queue").await.body.contains(&chore.to_string()));
    assert_eq!(h.eve.get("/api/jobs/user").await.json()["total"], json!({ "n": 0, "more": false }));
    assert_eq!(h.of(&h.owner, JobId::nil()).await.0, 404);
    assert_eq!(h.owner.get("/api/jobs/status/not-an-id").await.status, 404);
}

#[tokio::test]
async fn the_list_is_in_parts_and_says_what_it_does_not_understand() {
    let h = Setup::open().await;
    h.scheduled().await;
    for n in 0..3 {
        h.put(Some(h.north.who.company), &format!("n{n}")).await;
    }
    h.t.sql("update jobs set state = 'dead', finished_at = now(), attempts = 3 where job_key = 'n0'").await;
    h.t.sql("update jobs set run_at = now() - interval '1 minute' where job_key = 'n1'").await;
    let list = async |query: &str| {
        let answer = h.owner.get(&format!("/api/jobs/user{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let list = answer.json();
        let states: Vec<_> = list["jobs"].as_array().expect("jobs").iter().map(|j| j["state"].clone()).collect();
        (states, list["total"]["n"].as_i64().expect("total"))
    };
    let (ready, dead) = (json!("ready"), json!("dead"));
    assert_eq!(list("").await, (vec![ready.clone(), ready.clone(), ready.clone(), dead.clone()], 4));
    assert_eq!(list("?state=dead").await, (vec![dead], 1));
    assert_eq!(list("?state=due").await, (vec![ready.clone()], 1));
    assert_eq!(list("?state=later&limit=1&offset=1").await, (vec![ready], 2));
    assert_eq!(list("?state=done").await, (vec![], 0));
    for (query, field) in [("state=lost", "state"), ("limit=1000", "limit"), ("offset=-1", "offset")] {
        let answer = h.owner.get(&format!("/api/jobs/user?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        assert_eq!(answer.json()["error"]["problems"][0]["field"], field);
    }
}

#[tokio::test]
async fn a_post_is_cancelled_by_its_own_rules() {
    let h = Setup::open().await;
    let (post, job) = h.scheduled().await;
    assert_eq!(h.run(&h.owner, job).await, 409, "a post is never sent from here");
    h.t.sql("update members set role = 'viewer'").await;
    assert_eq!(h.delete(&h.owner, job).await, 403);
    assert_eq!(h.of(&h.owner, job).await.1["job"]["acts"], json!([]));
    h.t.sql("update members set role = 'editor'").await;
    assert_eq!(h.delete(&h.owner, job).await, 200);
    assert_eq!(h.north.state(post, X).await, DeliveryState::Cancelled);
    let (_, seen) = h.of(&h.owner, job).await;
    assert_eq!((&seen["job"]["state"], &seen["job"]["acts"]), (&json!("cancelled"), &json!(["see_post"])));
    assert_eq!(h.delete(&h.owner, job).await, 409);
    h.t.drive(TimeDelta::days(2)).await;
    assert_eq!(h.north.state(post, X).await, DeliveryState::Cancelled);
}

#[tokio::test]
async fn other_jobs_are_run_again_unless_newer_work_took_over() {
    let h = Setup::open().await;
    let job = h.put(Some(h.north.who.company), "links").await;
    let due = "select count(*) from jobs where state = 'ready' and run_at <= now()";
    assert_eq!(h.of(&h.owner, job).await.1["job"]["acts"], json!(["run_now", "cancel"]));
    assert_eq!((h.run(&h.owner, job).await, h.t.value::<i64>(due).await), (200, 1));
    h.t.sql("update jobs set state = 'dead', finished_at = now(), attempts = 3, last_error = 'No answer.'").await;
    assert_eq!(h.of(&h.owner, job).await.1["job"]["acts"], json!(["run_again"]));
    assert_eq!((h.run(&h.owner, job).await, h.t.value::<i64>(due).await), (200, 1));
    assert_eq!(h.t.value::<i32>("select attempts from jobs").await, 0);
    let (_, seen) = h.of(&h.owner, job).await;
    let told = &seen["job"]["log"][1];
    assert_eq!((&told["what"], &told["detail"]), (&json!("again"), &json!("By Owner of Northwind.")));
    h.t.sql("update jobs set state = 'dead', finished_at = now(), attempts = 3").await;
    h.put(Some(h.north.who.company), "links").await;
    assert_eq!(h.run(&h.owner, job).await, 409);
    h.t.sql("update jobs set state = 'done', finished_at = now()").await;
    assert_eq!((h.run(&h.owner, job).await, h.delete(&h.owner, job).await), (409, 409));
}

#[tokio::test]
async fn the_figures_count_and_the_log_tells_every_attempt() {
    let h = Setup::open().await;
    h.scheduled().await;
    let now = h.north.publish(h.north.post("Out at once", &[X])).await;
    let query = [("query[filter]", "all"), ("query[page]", "1")];
    let board = h.owner.call("queue/load_queue", &query).await.json();
    assert_eq!((&board["figures"]["due"]["n"], &board["figures"]["later"]["n"]), (&json!(1), &json!(1)));
    assert_eq!(board["pause"]["kind"], "no_worker");
    h.t.drive_to(1).await;
    assert_eq!(h.north.state(now, X).await, DeliveryState::Live);
    h.t.sql("insert into workers (id) values ('w1')").await;
    let board = h.owner.call("queue/load_queue", &query).await.json();
    let figures = &board["figures"];
    assert_eq!((&figures["due"]["n"], &figures["done_last_hour"]["n"]), (&json!(0), &json!(1)));
    assert_eq!((&figures["measured"], &figures["done_per_minute"]), (&json!(1), &json!(0.1)));
    assert!(figures["late_median_ms"].as_f64().is_some_and(|ms| ms < 60_000.0), "{figures}");
    assert_eq!((&board["pause"], &board["server"]["workers"][0]["alive"]), (&Value::Null, &json!(true)));
    let stats = h.owner.get("/api/jobs/stats").await.json();
    assert_eq!((&stats["later"], &stats["done_last_hour"]["n"]), (&json!({ "n": 1, "more": false }), &json!(1)));
    assert_eq!((&stats["oldest_due"], &stats["lateness"]["measured"]), (&Value::Null, &json!(1)), "{stats}");
    assert_eq!(stats["lateness"]["p99_ms"], figures["late_p99_ms"]);
    let id = h.t.value::<JobId>("select id from jobs where state = 'done'").await;
    let (_, seen) = h.of(&h.owner, id).await;
    let told: Vec<_> = seen["job"]["log"].as_array().expect("log").iter().map(|l| l["what"].clone()).collect();
    assert_eq!(told.last(), Some(&json!("done")), "{told:?}");
    let page = h.owner.page("/diagnostics/queue?show=done").await.body;
    assert!(page.contains("Out at once") && !page.contains(WORDS));
}

#[tokio::test]
async fn the_whole_servers_figures_are_for_its_owner() {
    let h = Setup::open().await;
    h.scheduled().await;
    h.north.publish(h.north.post("Out at once", &[X])).await;
    h.t.drive_to(1).await;
    // What the program does of itself would be counted too.
    h.t.sql("delete from jobs where company_id is null").await;
    h.put(Some(h.north.who.company), "north").await;
    // Another company's, and one of the program's own; of any priority.
    let south = h.t.value::<CompanyId>("select id from companies where name = 'Southwind'").await;
    for (company, key) in [(Some(south), "south"), (None, "chore")] {
        h.put(company, key).await;
    }
    h.t.sql("update jobs set run_at = now() - interval '90 seconds', priority = 200 where job_key = 'south'").await;
    h.t.sql("update jobs set run_at = now() - interval '30 seconds' where job_key = 'chore'").await;
    h.t.sql("update jobs set state = 'running' where job_key = 'north'").await;
    let query = [("query[filter]", "all"), ("query[page]", "1")];
    let board = h.owner.call("queue/load_queue", &query).await.json();
    let (all, own) = (&board["server"]["figures"], &board["figures"]);
    let counts = |figures: &Value| ["due", "later", "running"].map(|name| figures[name]["n"].as_i64());
    assert_eq!(counts(own), [Some(0), Some(1), Some(1)]);
    assert_eq!(counts(all), [Some(2), Some(1), Some(1)], "{all}");
    assert!((90..150).contains(&all["oldest_due_late_s"].as_i64().expect("something is due")), "{all}");
    assert_eq!((&all["measured"], &all["late_p99_ms"]), (&own["measured"], &own["late_p99_ms"]));
    assert!(all["done_per_minute"].as_f64() >= own["done_per_minute"].as_f64(), "{all}");
    assert!(h.owner.page("/diagnostics/queue").await.body.contains("The whole server"));
    assert_eq!(h.eve.call("queue/load_queue", &query).await.json()["server"], Value::Null);

    // A company's own figures have an address, for whoever may look.
    let stats = "/api/jobs/stats";
    assert_eq!(h.t.client().get(stats).await.status, 401);
    h.t.sql("update members set role = 'viewer'").await;
    let of = async |who: &Client| who.get(stats).await.json();
    let (north, south) = (of(&h.owner).await, of(&h.eve).await);
    assert_eq!((counts(&north), counts(&south)), ([Some(0), Some(1), Some(1)], [Some(1), Some(0), Some(0)]));
    assert_eq!((&north["oldest_due"], south["oldest_due"].is_string()), (&Value::Null, true), "{south}");
}

/// Nothing of the program's own: its ticks are asked for by hand.
struct CheckLinks;

impl Job for CheckLinks {
    type Payload = Tick;
    const KIND: &'static str = "check_links";
    const TITLE: &'static str = "Check the links of posts";
    const ATTEMPTS: i32 = 3;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "hourly",
        cron: "0 0 * * * *",
        title: "Links",
        does: "Checks links.",
        when_stopped: "While this is stopped, nobody checks links.",
        payload: Tick::at,
    }];
    async fn run(&self, _: &Claim, _: Tick) -> Outcome {
        Outcome::Done
    }
}

#[tokio::test]
async fn a_stopped_schedule_neither_fires_nor_catches_up() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let program = Registry::default().with(CheckLinks);
    let hourly = program.catalogue().schedule("hourly").expect("the schedule");
    let jobs = "select count(*) from jobs";
    let start = Utc::now();
    let hour = |n| start + TimeDelta::hours(n);
    let tick = async |n| ticker::tick(&t.app, hourly, hour(n)).await.expect("ticker");
    let catch_up = async |n| ticker::catch_up(&t.app, hourly, hour(n)).await.expect("ticker");
    assert!(!catch_up(0).await);
    assert!(tick(1).await);
    t.sql("update jobs set state = 'done', finished_at = now()").await;
    // Stopping twice is stopping once.
    for _ in 0..2 {
        ticker::stop(&t.app.db, hourly, firm.who.user).await.expect("stopped");
    }
    assert!(!tick(2).await && !catch_up(4).await);
    assert_eq!(t.value::<i64>(jobs).await, 1);
    ticker::run_now(&t.app.db, hourly).await.expect("by hand, all the same");
    assert_eq!(t.value::<i64>(jobs).await, 2);
    t.sql("update jobs set state = 'done', finished_at = now()").await;
    ticker::resume(&t.app.db, hourly, hour(5)).await.expect("started");
    assert!(!catch_up(5).await && !tick(5).await, "what was missed while it was stopped stays missed");
    assert!(tick(6).await);
    t.sql("update jobs set state = 'done', finished_at = now()").await;
    assert!(catch_up(9).await, "a downtime is made up for as before");
    assert_eq!(t.value::<i64>(jobs).await, 4);
    // Starting what runs changes nothing.
    ticker::resume(&t.app.db, hourly, hour(12)).await.expect("started");
    t.sql("update jobs set state = 'done', finished_at = now()").await;
    assert!(catch_up(12).await);
}

#[tokio::test]
async fn schedules_are_changed_by_the_servers_owner_only() {
    let h = Setup::open().await;
    let stop = "/api/jobs/scheduler/stop";
    let start = "/api/jobs/scheduler/start";
    let status = "/api/jobs/scheduler/status";
    assert_eq!(h.t.client().get(status).await.status, 401);
    let seen = h.eve.get(status).await.json();
    assert_eq!((&seen["running"], &seen["may_change"]), (&json!(true), &json!(false)));
    for path in [stop, start] {
        assert_eq!(h.eve.json(path, &json!({})).await.status, 403, "{path}");
        assert_eq!(h.t.client().json(path, &json!({})).await.status, 401, "{path}");
        assert_eq!(h.owner.json(path, &json!({ "schedule": "nobody" })).await.status, 404, "{path}");
        assert_eq!(h.owner.json(path, &json!({ "schedule": 7 })).await.status, 422, "{path}");
    }
    for call in ["stop_schedule", "start_schedule", "run_schedule"] {
        assert_eq!(h.eve.call(&format!("queue/{call}"), &[("schedule", "sweep")]).await.status, 403, "{call}");
    }
    // Another site's page cannot press the button.
    let foreign = h.owner.request(Method::POST, stop).header("sec-fetch-site", "cross-site");
    assert_eq!(h.owner.send(foreign).await.status, 403);

    let on = |board: &Value, name: &str| {
        let all = board["schedules"].as_array().expect("schedules");
        all.iter().find(|s| s["name"] == name).expect("the schedule")["running"] == json!(true)
    };
    let board = h.owner.json(stop, &json!({ "schedule": "sweep" })).await.json();
    assert!(!on(&board, "sweep") && on(&board, "clean_up") && board["running"] == json!(true));
    let page = h.owner.page("/diagnostics/schedules").await.body;
    assert!(page.contains("Stopped") && page.contains("Start: Safety net for posts"));
    assert!(page.contains("While this is stopped, a missed post stays where it is."));
    let page = h.eve.page("/diagnostics/schedules").await.body;
    assert!(page.contains("Safety net for posts") && !page.contains("Start: ") && !page.contains("Owner of Northwind"));
    let board = h.owner.send(h.owner.request(Method::POST, stop)).await.json();
    assert_eq!(board["running"], json!(false));
    let sweep = h.t.app.jobs.schedule("sweep").expect("the sweep");
    assert!(!ticker::tick(&h.t.app, sweep, Utc::now()).await.expect("ticker"));
    let board = h.owner.send(h.owner.request(Method::POST, start)).await.json();
    assert!(on(&board, "sweep") && on(&board, "clean_up"));
    assert_eq!(h.owner.call("queue/run_schedule", &[("schedule", "clean_up")]).await.status, 200);
    h.t.drive_to(1).await;
    let board = h.owner.get(status).await.json();
    let clean_up = board["schedules"].as_array().expect("schedules").iter().find(|s| s["name"] == "clean_up");
    let last = &clean_up.expect("the schedule")["last"];
    assert_eq!((&last["state"], &last["by_hand"]), (&json!("done"), &json!(true)));
}

#[tokio::test]
async fn the_server_says_why_it_is_not_ready_and_every_page_that_publishing_is_paused() {
    let h = Setup::open().await;
    let ready = async || {
        let answer = h.t.client().get("/readyz").await;
        let faults = answer.json();
        let faults = faults.as_array().expect("checks").iter().filter(|c| c["ok"] == json!(false));
        let words: Vec<_> = faults.map(|c| c["detail"].as_str().unwrap_or_default().to_owned()).collect();
        (answer.status, words.join("; "))
    };
    assert_eq!(ready().await, (503, "no worker is signed on: publishing is paused".into()));
    assert!(h.eve.page("/posts").await.body.contains("Publishing is paused."));
    assert!(!h.t.client().page("/login").await.body.contains("Publishing is paused"));
    h.t.sql("insert into workers (id) values ('w1')").await;
    assert_eq!(ready().await, (200, String::new()));
    assert!(!h.eve.page("/posts").await.body.contains("Publishing"));
    h.t.sql("update workers set beat_at = now() - interval '75 seconds'").await;
    let (status, words) = ready().await;
    assert!(status == 503 && words.starts_with("no sign of life for 75"), "{words}");
    assert!(h.eve.page("/").await.body.contains("Publishing has been paused since"));
    h.t.sql("update workers set beat_at = now()").await;

    h.put(Some(h.north.who.company), "late").await;
    h.put(Some(h.north.who.company), "busy").await;
    h.t.sql("update jobs set queue_key = 'connection:1', run_at = now() - interval '130 seconds'").await;
    h.t.sql("update jobs set state = 'running' where job_key = 'busy'").await;
    assert_eq!(ready().await.0, 200, "it waits its turn behind another of its account");
    h.t.sql("update jobs set queue_key = 'connection:2' where job_key = 'late'").await;
    let (status, words) = ready().await;
    assert!(status == 503 && words.contains("has waited 130 s since it was due"), "{words}");
    assert!(h.eve.page("/calendar").await.body.contains("Publishing is late"));
}
