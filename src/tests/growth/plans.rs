//! A company with 100,000 published posts: every page is rendered for its owner while Postgres tells the plan of each
//! statement as it was really run (`auto_explain`, as notices to the client). No statement may read a large table from end
//! to end, sort much, or touch more rows than a page can show.

use super::fill;
use crate::support::{Client, TestApp};
use lux::domain::platform::Platform;
use lux::domain::post::{Plan, SavePost};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// A table with more rows is large: no sequential scan.
const LARGE: f64 = 10_000.0;
/// No step of a plan may touch more rows than this, over all of its loops: counts stop at 1,000 or 2,000, a month has six
/// weeks.
const TOUCHED: f64 = 10_000.0;
/// No step may sort more rows.
const SORTED: f64 = 5_000.0;
/// No statement may look at more blocks: an index scan that skips rows tells of it nowhere else.
const BLOCKS: f64 = 10_000.0;

/// What Postgres has told.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Plans;

impl<S: tracing::Subscriber> Layer<S> for Plans {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        struct Message(Option<String>);
        impl Visit for Message {
            fn record_str(&mut self, field: &Field, value: &str) {
                self.record_debug(field, &format_args!("{value}"));
            }
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                if field.name() == "message" {
                    self.0 = Some(format!("{value:?}"));
                }
            }
        }
        let mut message = Message(None);
        event.record(&mut message);
        if let Some((_, plan)) = message.0.as_deref().and_then(|text| text.split_once("plan:\n")) {
            TOLD.lock().expect("plans").push(plan.to_owned());
        }
    }
}

/// From now on every statement on the test's database tells its plan.
async fn listen(t: &TestApp) {
    let layer = Plans.with_filter(filter_fn(|about| about.target() == "sqlx::postgres::notice"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).expect("nobody else listens");
    t.sql(
        "do $$ begin
           execute format('alter database %I set session_preload_libraries = auto_explain', current_database());
           execute format('alter database %I set auto_explain.log_min_duration = 0', current_database());
           execute format('alter database %I set auto_explain.log_level = notice', current_database());
           execute format('alter database %I set auto_explain.log_format = json', current_database());
           execute format('alter database %I set auto_explain.log_analyze = on', current_database());
           execute format('alter database %I set auto_explain.log_buffers = on', current_database());
           execute format('alter database %I set auto_explain.log_timing = off', current_database());
         end $$",
    )
    .await;
    // The pool's connections are from before.
    let others = "select pg_terminate_backend(pid) from pg_stat_activity
                  where datname = current_database() and pid <> pg_backend_pid()";
    sqlx::raw_sql(others).execute(&t.app.db).await.expect("ended");
    for _ in 0..500 {
        let loaded: Result<String, _> = sqlx::query_scalar("show auto_explain.log_format").fetch_one(&t.app.db).await;
        if matches!(loaded.as_deref(), Ok("json"))
            && TOLD.lock().expect("plans").iter().any(|p| p.contains("listening"))
        {
            return;
        }
        sqlx::query("select 1 as listening").execute(&t.app.db).await.ok();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("Postgres does not tell plans: auto_explain is part of its contrib modules");
}

/// The tables with more than [`LARGE`] rows.
async fn large(t: &TestApp) -> Vec<String> {
    let tables = "select relname::text from pg_class where relkind = 'r' and reltuples > $1 order by 1";
    sqlx::query_scalar(tables).bind(LARGE as f32).fetch_all(&t.app.db).await.expect("tables")
}

fn number(node: &Value, name: &str) -> f64 {
    node[name].as_f64().unwrap_or_default()
}

/// What is wrong with a step of a plan and those below it.
fn judge(node: &Value, large: &[String], faults: &mut Vec<String>) {
    let (kind, table) =
        (node["Node Type"].as_str().unwrap_or_default(), node["Relation Name"].as_str().unwrap_or_default());
    let loops = number(node, "Actual Loops");
    let removed: f64 = ["Filter", "Index Recheck", "Join Filter"]
        .iter()
        .map(|why| number(node, &format!("Rows Removed by {why}")))
        .sum();
    let rows = (number(node, "Actual Rows") + removed) * loops;
    if loops > 0.0 && kind == "Seq Scan" && large.iter().any(|name| name == table) {
        faults.push(format!("reads all of {table}"));
    }
    if kind.contains("Sort") && number(node, "Actual Rows") * loops > SORTED {
        faults.push(format!("sorts {rows} rows"));
    }
    if rows > TOUCHED {
        faults.push(format!("{kind} {table} {} touches {rows} rows", node["Index Name"].as_str().unwrap_or_default()));
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        judge(child, large, faults);
    }
}

/// Takes what was told since the last time: how many plans, and what is wrong with them.
fn faults(large: &[String]) -> (usize, Vec<String>) {
    let told = std::mem::take(&mut *TOLD.lock().expect("plans"));
    let plans = told.len();
    let judge = |text: String| {
        let told: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("not a plan ({e}): {text}"));
        let mut faults = vec![];
        judge(&told["Plan"], large, &mut faults);
        let blocks = number(&told["Plan"], "Shared Hit Blocks") + number(&told["Plan"], "Shared Read Blocks");
        if blocks > BLOCKS {
            faults.push(format!("looks at {blocks} blocks"));
        }
        let statement = told["Query Text"].as_str().unwrap_or_default().to_owned();
        (!faults.is_empty()).then(|| format!("{}\n    in {statement}", faults.join("; ")))
    };
    (plans, told.into_iter().filter_map(judge).collect())
}

/// The addresses of all pages, as the table of pages has them, with something for each part that stands for an id.
async fn pages(t: &TestApp) -> Vec<String> {
    let table = include_str!("../../app/pages.rs");
    let paths = table.split("path!(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(path, _)| path);
    let post = t.value::<uuid::Uuid>("select id from posts where state = 'scheduled' limit 1").await;
    let job = t.value::<uuid::Uuid>("select id from jobs where company_id is not null limit 1").await;
    let asset = t.value::<uuid::Uuid>("select id from assets where used limit 1").await;
    let connection = t.value::<uuid::Uuid>("select id from connections limit 1").await;
    let folder = t.value::<uuid::Uuid>("select id from media_folders limit 1").await;
    let person = t.value::<uuid::Uuid>("select id from contacts limit 1").await;
    let campaign = t.value::<uuid::Uuid>("select id from campaigns limit 1").await;
    let document = t.value::<uuid::Uuid>("select id from agent_documents limit 1").await;
    let error = t.value::<uuid::Uuid>("select id from error_log where company_id is not null limit 1").await;
    let mut pages: Vec<String> = vec![];
    for path in paths.filter(|path| !path.is_empty()) {
        pages.push(match path {
            "/posts/:id" => format!("/posts/{post}"),
            "/library/:id" => format!("/library/{asset}"),
            "/contacts/import/:id" => format!("/contacts/import/{post}"),
            "/contacts/:id" => format!("/contacts/{person}"),
            "/diagnostics/:id" => format!("/diagnostics/{error}"),
            "/diagnostics/queue/:id" => format!("/diagnostics/queue/{job}"),
            "/connections/choose/:id" => format!("/connections/choose/{post}"),
            "/connections/:id/posts" => format!("/connections/{connection}/posts"),
            "/campaigns/:id" => format!("/campaigns/{campaign}"),
            "/agents/:agent" => "/agents/social".into(),
            "/agents/documents/:id" => format!("/agents/documents/{document}"),
            "/invite/:token" => "/invite/none".into(),
            "/reset/:token" => "/reset/none".into(),
            path if path.contains(':') => panic!("say in this test what {path} stands for"),
            path => path.into(),
        });
    }
    pages.push(format!("/studio?post={post}"));
    for filter in ["all", "draft", "scheduled", "published", "attention"] {
        for rest in [
            "",
            "&platform=instagram",
            "&page=7",
            "&page=4000",
            "&q=blend",
            "&q=4e0ba5",
            "&q=nowhere",
            "&q=zz",
            "&q=blend&platform=x",
        ] {
            pages.push(format!("/posts?filter={filter}{rest}"));
        }
    }
    for part in ["", "&kind=video", "&kind=document", "&unused=1", "&kind=picture&unused=1"] {
        for rest in ["", "&q=blend", "&q=4e0ba5", "&q=nowhere", "&q=zz"] {
            pages.push(format!("/library?x=1{part}{rest}"));
            pages.push(format!("/library?folder={folder}{part}{rest}"));
        }
    }
    for view in ["month", "week", "day"] {
        for rest in ["", "&platform=x", "&attention=1", "&platform=x&attention=1"] {
            pages.push(format!("/calendar?view={view}{rest}"));
        }
    }
    let account = t.value::<uuid::Uuid>("select connection_id from comments limit 1").await;
    let talked = t.value::<uuid::Uuid>("select post_id from comments limit 1").await;
    for rest in [
        "state=all".to_owned(),
        "state=hidden".into(),
        format!("account={account}"),
        format!("state=all&post={talked}"),
    ] {
        pages.push(format!("/comments?{rest}"));
    }
    let segment = t.value::<uuid::Uuid>("select id from segments limit 1").await;
    for filter in
        ["x=1".to_owned(), "tag=vip".into(), "source=Fair".into(), "consent=given".into(), format!("segment={segment}")]
    {
        for rest in [
            "",
            "&days=7",
            "&sort=oldest",
            "&sort=name",
            "&sort=name&days=7",
            "&sort=name&q=person+4711",
            "&source=Web",
            "&q=person+4711",
            "&q=persom+47111",
            "&q=nowhere",
            "&q=zz",
        ] {
            pages.push(format!("/contacts?{filter}{rest}"));
        }
    }
    pages.push("/settings/zapier?show=refused".into());
    pages.extend(["running", "due", "later", "done", "dead"].map(|show| format!("/diagnostics/queue?show={show}")));
    pages
}

/// The address of a link with this word.
fn link(body: &str, word: &str) -> Option<String> {
    let before = body.split(&format!(">{word}<")).next().filter(|before| before.len() < body.len())?;
    let (_, href) = before.rsplit_once("href=\"")?;
    Some(href.split('"').next()?.replace("&amp;", "&"))
}

/// So many files in the library: few videos, a seventh in a folder, nine of ten used, one of them in a hundred posts.
async fn files(t: &TestApp, number: i32) {
    let mut db = t.app.db.acquire().await.expect("connection");
    let search: String = sqlx::query_scalar("select indexdef from pg_indexes where indexname = 'assets_search'")
        .fetch_one(&mut *db)
        .await
        .expect("the index of names");
    let fill = format!(
        "drop index assets_search;
         insert into media_folders (company_id, id, name)
         select company_id, gen_random_uuid(), 'Summer' from posts limit 1;
         insert into assets (company_id, id, file_name, mime, bytes, width, height, sha256, storage_key, public_token, alt, codec,
                             millis, created_at, folder_id, used)
         select f.company_id, gen_random_uuid(), (array['roast', 'blend', 'shop'])[1 + n % 3] || ' ' || substr(md5(n::text), 1, 12),
                case when n % 1000 = 0 then 'video/mp4' else 'image/jpeg' end, 1000, 100, 100, decode(md5(n::text), 'hex'),
                'none/' || n, md5('token' || n), '', case when n % 1000 = 0 then 'h264' end, case when n % 1000 = 0 then 1000 end,
                now() - interval '1 minute' * n, case when n % 7 = 0 then f.id end, n % 10 > 0
         from media_folders f, generate_series(1, {number}) n;
         insert into post_media (company_id, id, post_id, asset_id, position)
         select p.company_id, gen_random_uuid(), p.id, a.id, 0
         from (select company_id, id, row_number() over () as n from posts limit 5000) p
         join (select id, row_number() over () as n from assets where used limit 100) a on a.n = 1 + p.n / 100;"
    );
    for statements in [fill, search] {
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *db).await.expect("the library is filled");
    }
}

/// So many people: a third from a fair, one in five tagged and in the newsletter, one in five agreed to mail; and as many requests.
async fn people(t: &TestApp, number: i32) {
    let mut db = t.app.db.acquire().await.expect("connection");
    let search: String = sqlx::query_scalar("select indexdef from pg_indexes where indexname = 'contacts_search'")
        .fetch_one(&mut *db)
        .await
        .expect("the index of words");
    let fill = format!(
        "drop index contacts_search;
         insert into contacts (company_id, id, email, email_key, full_name, source, consent, created_at)
         select c.id, gen_random_uuid(), 'p' || n || '@example.com', 'p' || n || '@example.com', 'Person ' || n,
                case when n % 3 = 0 then 'Fair' else 'Web' end, case when n % 5 = 0 then 'given' else 'none' end,
                now() - interval '1 minute' * n
         from companies c, generate_series(1, {number}) n;
         insert into contact_tags (company_id, id, contact_id, tag, listed_at)
         select company_id, gen_random_uuid(), id, 'vip', created_at from contacts where email_key ~ '[37]@';
         insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
         select c.company_id, gen_random_uuid(), s.id, c.id, 'Tagged', c.created_at from contacts c join segments s using (company_id)
         where c.email_key ~ '[37]@';
         insert into contact_events (company_id, id, contact_id, kind) select company_id, gen_random_uuid(), id, 'captured' from contacts;
         insert into intake_items (company_id, id, state, user_name, contact_id, at)
         select company_id, gen_random_uuid(), 'accepted', 'zapier', id, created_at from contacts;"
    );
    for statements in [fill, search] {
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *db).await.expect("people are there");
    }
}

/// What agents, campaigns, the chat, models, short links and errors leave behind in years: so many of each.
async fn work(t: &TestApp, number: i32) {
    let fill = format!(
        "create temporary table ground as
           select m.company_id, m.id as user_id, c.id as account from members m join connections c using (company_id) limit 1;
         create temporary table numbers as select n, now() - interval '1 hour' * n as at from generate_series(1, {number}) n;
         insert into chat_conversations (company_id, id, user_id, title, created_at, changed_at)
         select company_id, gen_random_uuid(), user_id, 'About ' || n, at, at from ground, numbers;
         insert into chat_messages (company_id, id, conversation_id, user_id, place, of_person, text, state, created_at)
         select company_id, gen_random_uuid(), id, user_id, place, place = 1, 'Words about the roast', 'done', created_at
         from chat_conversations, generate_series(1, 2) place;
         insert into agent_runs (company_id, id, agent, job, state, scheduled_for, created_at, started_at, ended_at, headline)
         select company_id, gen_random_uuid(), 'social', 'report', 'done', at, at, at, at, 'Nothing to do' from ground, numbers;
         insert into agent_documents (company_id, id, agent, job, period, title, created_at, changed_at)
         select company_id, gen_random_uuid(), 'social', 'report', n::text, 'Report ' || n, at, at from ground, numbers;
         insert into agent_document_versions (company_id, id, document_id, version, run_id, markdown, at)
         select company_id, gen_random_uuid(), id, 1, gen_random_uuid(), 'Words', created_at from agent_documents;
         insert into agent_proposals (company_id, id, agent, run_id, key, action, why, state, created_at, decided_at)
         select company_id, gen_random_uuid(), 'social', id, 'one', '{{}}', 'Because', 'refused', created_at, created_at from agent_runs;
         insert into campaigns (company_id, id, name, goal, from_day, to_day, account_ids, state, planned, created_at)
         select company_id, gen_random_uuid(), 'Campaign ' || n, 'Sell', '2026-01-01', '2026-01-31', array[account], 'ready', true, at
         from ground, numbers;
         insert into campaign_posts (company_id, id, campaign_id, place, connection_id, local_time, text, state, post_key)
         select c.company_id, gen_random_uuid(), c.id, place, account, '2026-01-05 09:00', 'Words', 'refused', gen_random_uuid()
         from campaigns c, ground, generate_series(1, 3) place;
         insert into short_links (company_id, id, code, target, name, created_at)
         select company_id, gen_random_uuid(), 'growth' || n, 'https://example.com/' || n, 'Link ' || n, at from ground, numbers;
         insert into short_link_days (company_id, day, id, clicks, bots)
         select company_id, date '2026-01-01' + day, id, 3, 1 from short_links, generate_series(1, 5) day;
         insert into error_log (id, company_id, fingerprint, error_type, error_message, severity, version, created_at, last_seen_at, is_resolved)
         select gen_random_uuid(), company_id, 'growth' || n, 'work', 'It was given up', 'error', '1', at, at, n % 3 > 0 from ground, numbers;
         insert into model_calls (company_id, id, user_id, feature, service, model, started_at, ended_at, outcome, input_tokens, output_tokens, cost_micros)
         select company_id, gen_random_uuid(), user_id, 'captions', 'openai', 'gpt-4o', at, at, 'answered', 100, 100, 100
         from ground, numbers, generate_series(1, 3);"
    );
    let mut db = t.app.db.acquire().await.expect("connection");
    sqlx::raw_sql(AssertSqlSafe(fill)).execute(&mut *db).await.expect("work is there");
}

struct Look<'a> {
    client: &'a Client,
    large: Vec<String>,
    wrong: String,
    /// Plans that were looked at.
    plans: usize,
}

impl Look<'_> {
    /// A page, and where its list goes on; what is wrong is noted.
    async fn at(&mut self, path: &str) -> String {
        TOLD.lock().expect("plans").clear();
        let answer = self.client.page(path).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
        self.note(path);
        answer.body
    }

    fn note(&mut self, what: &str) {
        let (plans, faults) = faults(&self.large);
        self.plans += plans;
        for fault in faults {
            let _ = writeln!(self.wrong, "{what}: {fault}");
        }
    }
}

/// Indexes, and a page that must be found wrong without each: the check can fail.
const NEEDED: [(&str, &str); 17] = [
    ("posts_listed", "/posts"),
    ("posts_due", "/calendar?view=month"),
    ("posts_written", "/"),
    ("posts_search", "/posts?q=nowhere"),
    ("deliveries_driving", "/posts?filter=scheduled&platform=instagram"),
    ("deliveries_attention", "/needs"),
    ("deliveries_live", "/"),
    ("delivery_events_trouble", "/"),
    ("assets_listed", "/library?unused=1"),
    ("assets_search", "/library?q=nowhere"),
    ("comments_unread", "/comments"),
    ("comments_listed", "/comments?state=all"),
    ("contacts_listed", "/contacts"),
    ("contacts_named", "/contacts?sort=name"),
    ("contacts_search", "/contacts?q=nowhere"),
    ("contact_tags_listed", "/contacts?tag=vip"),
    ("intake_items_listed", "/settings/zapier"),
];

#[tokio::test]
async fn no_page_reads_or_sorts_a_large_table() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    fill(&t, 100_000, 700).await;
    files(&t, 100_000).await;
    people(&t, 100_000).await;
    work(&t, 20_000).await;
    t.sql("vacuum analyze").await;
    let large = large(&t).await;
    for table in [
        "posts",
        "deliveries",
        "delivery_events",
        "assets",
        "comments",
        "contacts",
        "contact_tags",
        "intake_items",
        "chat_messages",
        "agent_runs",
        "agent_documents",
        "agent_proposals",
        "campaigns",
        "short_link_days",
        "error_log",
        "model_calls",
    ] {
        assert!(large.iter().any(|name| name == table), "{table} is not large");
    }
    let pages = pages(&t).await;
    listen(&t).await;
    let mut look = Look { client: &owner, large, wrong: String::new(), plans: 0 };
    for path in &pages {
        let body = look.at(path).await;
        // Two parts further, and back.
        let (further, back) = if path.contains("sort=name") { ("Next", "Previous") } else { ("Older", "Newer") };
        if let Some(older) = link(&body, further) {
            let next = look.at(&older).await;
            if let Some(older) = link(&next, further) {
                look.at(&older).await;
            }
            if let Some(newer) = link(&next, back) {
                look.at(&newer).await;
            }
        }
    }
    for address in
        ["/api/v1/media?kind=video", "/api/jobs/user?limit=100&offset=9000", "/api/jobs/stats", "/api/social/accounts"]
    {
        look.at(address).await;
    }
    // What is asked while a post is written.
    let plan = Plan::Schedule { local: firm.clock(60).await, second: false };
    let post = SavePost { plan, ..firm.post("Note of the day", &[Platform::X]) };
    let answer = owner.call_json("posts/guard_post", &json!({ "post": post })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    look.note("guard_post");
    assert!(look.plans > 5 * pages.len(), "Postgres told only {} plans", look.plans);
    assert!(look.wrong.is_empty(), "pages grow with what is kept:\n{}", look.wrong);
    let mut unnoticed = vec![];
    for (index, path) in NEEDED {
        let definition = "select indexdef from pg_indexes where indexname = $1";
        let definition: String =
            sqlx::query_scalar(definition).bind(index).fetch_one(&t.app.db).await.expect("there is such an index");
        let drop = AssertSqlSafe(format!("drop index {index}"));
        sqlx::raw_sql(drop).execute(&t.app.db).await.expect("dropped");
        // A page with its index is clean in every look (above), so one look that finds it wrong is enough. Beside the whole
        // suite it was seen once that a look came back without the plan of one statement.
        let mut told = vec![];
        while look.wrong.is_empty() && told.len() < 3 {
            let before = look.plans;
            look.at(path).await;
            told.push(look.plans - before);
        }
        if std::mem::take(&mut look.wrong).is_empty() {
            unnoticed.push(format!("{index} ({told:?} plans told)"));
        }
        sqlx::raw_sql(AssertSqlSafe(definition)).execute(&t.app.db).await.expect("made again");
    }
    assert!(unnoticed.is_empty(), "nobody misses {unnoticed:?}");
}
