//! What is looked at before a post goes out: guards while it is written, checks at their stages, and that none of it gets
//! in the way of publishing.

mod looks;

use crate::support::Content as _;
use crate::support::{Firm, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use image::ImageFormat;
use lux::connectors::rate_limits::limit_key;
use lux::domain::delivery::DeliveryState;
use lux::domain::error::{ErrorKind, Severity};
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::domain::post::{Plan, SavePost, Target, TargetProblem};
use lux::features::connections::server::service as connections;
use lux::features::posts::model::Saved;
use lux::features::posts::server::{cards, service as posts};
use lux::features::preflight::model::{Cause, DeliveryCheck, Verdict};
use lux::features::preflight::server as checks;
use lux::features::secrets::server::service as secrets;
use lux::infra::http::limits::{Period, Reading};
use lux::infra::http::outbound::Outbound;
use lux::infra::queue::ticker;
use lux::infra::state::App;
use lux::sandbox::{Fault, FaultKind, Operation};
use serde_json::json;
use std::collections::BTreeMap;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    (t, firm)
}

impl Firm {
    /// A post that is scheduled in so many minutes.
    async fn planned(&self, text: &str, platforms: &[Platform], minutes: i64) -> Saved {
        self.planned_with(self.post(text, platforms), minutes).await
    }

    async fn planned_with(&self, post: SavePost, minutes: i64) -> Saved {
        let plan = Plan::Schedule { local: self.clock(minutes).await, second: false };
        let saved = self.save(SavePost { plan, ..post }).await;
        assert!(!saved.blocked(), "{:?}", saved.problems);
        saved
    }

    /// The last check of the post's delivery there.
    async fn check(&self, post: PostId, platform: Platform) -> DeliveryCheck {
        let all = checks::of_post(&self.who.tenant, post).await.expect("checks");
        all.into_iter().find(|c| c.platform == platform).expect("a planned delivery")
    }

    /// Asks for a check; what it found there.
    async fn look(&self, post: PostId, platform: Platform) -> Vec<(Cause, Severity, String)> {
        checks::check_post(&self.who.app, &self.who.tenant, post).await.expect("checked");
        found(&self.check(post, platform).await)
    }
}

fn found(check: &DeliveryCheck) -> Vec<(Cause, Severity, String)> {
    check.findings.iter().map(|f| (f.cause, f.severity, f.message.clone())).collect()
}

/// What the guards had to say on saving.
fn notes(problems: &[TargetProblem]) -> Vec<&str> {
    let guards = |p: &&TargetProblem| matches!(p.problem.field.as_str(), "text" | "time");
    problems.iter().filter(guards).map(|p| p.problem.message.as_str()).collect()
}

impl TestApp {
    /// The minute in so many minutes: the check that is asked for then. Nothing that is due before is sent.
    async fn minute(&self, minutes: i64) -> Vec<String> {
        let until = Utc::now() + TimeDelta::minutes(minutes);
        let mut db = self.app.db.acquire().await.expect("connection");
        checks::job::wake(&mut db, until).await.expect("asked for");
        drop(db);
        self.drive_to(minutes * 60 + 1).await.into_iter().map(|ran| ran.kind).collect()
    }

    async fn next_look(&self, post: PostId) -> Option<DateTime<Utc>> {
        let next = "select k.next_at from delivery_checks k join deliveries d on d.id = k.id where d.post_id = $1";
        sqlx::query_scalar(next).bind(post).fetch_one(&self.app.db).await.expect("a check")
    }
}

#[tokio::test]
async fn the_same_text_on_the_same_account_is_noticed() {
    let (t, firm) = start().await;
    let first = firm.publish(firm.post("New beans! https://example.com/beans", &[X])).await;
    t.drive_to(5).await;
    assert_eq!(firm.state(first, X).await, DeliveryState::Live);
    let again = "new  BEANS! http://www.example.com/beans?utm_source=x";
    let saved = firm.planned(again, &[X, LinkedIn], 2 * DAY).await;
    let [note] = notes(&saved.problems)[..] else { panic!("{:?}", saved.problems) };
    assert!(note.starts_with("The same text went out on @northwind") && note.contains("X refuses repeats"), "{note}");
    let problem = saved.problems.iter().find(|p| p.problem.message == note).expect("it");
    assert_eq!((problem.connection, problem.problem.severity), (Some(firm.account(X)), Severity::Warning));
    let check = firm.check(saved.id, X).await;
    assert_eq!((check.verdict, check.findings[0].about), (Some(Verdict::Warning), Some(first)));
    assert_eq!(firm.check(saved.id, LinkedIn).await.verdict, Some(Verdict::Ok), "another account");
    // A planned one counts too; one that was changed, or is long past, does not.
    let third = firm.planned(again, &[LinkedIn], 3 * DAY).await;
    assert!(notes(&third.problems)[0].contains("is planned on"), "{:?}", third.problems);
    t.sql("update deliveries set live_at = now() - interval '31 days', due_at = now() - interval '31 days' where live_at is not null")
        .await;
    assert_eq!(firm.look(saved.id, X).await, vec![]);
    let changed =
        SavePost { id: Some(third.id), version: Some(third.version), ..firm.post("Other beans", &[LinkedIn]) };
    assert_eq!(notes(&firm.planned_with(changed, 3 * DAY).await.problems), Vec::<&str>::new());
}

#[tokio::test]
async fn the_same_pictures_are_noticed() {
    let (_t, firm) = start().await;
    let (one, other) = (firm.jpeg(400).await, firm.jpeg(500).await);
    let post = |text: &str, media: Vec<_>| firm.post(text, &[Instagram]).showing(media);
    firm.planned_with(post("First", vec![one, other]), DAY).await;
    let same = firm.planned_with(post("Second", vec![other, one]), 2 * DAY).await;
    let [note] = notes(&same.problems)[..] else { panic!("{:?}", same.problems) };
    assert!(note.starts_with("The same pictures are planned on"), "{note}");
    let fewer = firm.planned_with(post("Third", vec![one]), 3 * DAY).await;
    assert_eq!(notes(&fewer.problems), Vec::<&str>::new());
}

#[tokio::test]
async fn the_26th_instagram_post_of_a_day_is_noticed_and_not_blocked() {
    let (t, firm) = start().await;
    let pictures = [firm.jpeg(400).await, firm.jpeg(500).await];
    for n in 0..25 {
        let post = firm.post(&format!("Post {n}"), &[Instagram]).showing(pictures.to_vec());
        let saved = firm.planned_with(post, DAY + n * 30).await;
        assert!(!notes(&saved.problems).iter().any(|n| n.contains("within 24 hours")), "{n}: {:?}", saved.problems);
    }
    let post = firm.post("One more", &[Instagram, X]).showing(vec![pictures[0]]);
    let saved = firm.planned_with(post.clone(), DAY + 20 * HOUR).await;
    let [note] = notes(&saved.problems)[..] else { panic!("{:?}", saved.problems) };
    assert!(note.starts_with("This would be the 26th Instagram post within 24 hours"), "{note}");
    assert_eq!(firm.state(saved.id, Instagram).await, DeliveryState::Queued, "a warning blocks nothing");
    assert_eq!(firm.check(saved.id, X).await.verdict, Some(Verdict::Ok), "X has no such quota");
    // Two days later there is room.
    let later = firm.clock(4 * DAY).await;
    let moved = posts::reschedule(&firm.who, saved.id, later, false).await.expect("moved");
    assert_eq!(notes(&moved.problems), Vec::<&str>::new());
    // Nobody's posts are counted but the account's own.
    let south = t.firm("Southwind").await;
    let picture = south.jpeg(400).await;
    let other = south.post("Ours", &[Instagram]).showing(vec![picture]);
    assert_eq!(notes(&south.planned_with(other, DAY + 20 * HOUR).await.problems), Vec::<&str>::new());
}

#[tokio::test]
async fn posts_on_top_of_each_other_are_noticed_on_both_until_one_moves() {
    let (t, firm) = start().await;
    let first = firm.planned("First", &[X], 30 * HOUR).await;
    let second = firm.planned("Second", &[X], 30 * HOUR + 4).await;
    let [note] = notes(&second.problems)[..] else { panic!("{:?}", second.problems) };
    assert!(note.starts_with("Another post goes to @northwind") && note.contains("4 minutes before"), "{note}");
    assert_eq!(firm.check(first.id, X).await.verdict, Some(Verdict::Ok), "not looked at again yet");
    assert_eq!(t.minute(0).await, ["check"]);
    let check = firm.check(first.id, X).await;
    assert_eq!((check.verdict, check.findings[0].cause), (Some(Verdict::Warning), Cause::Clash));
    assert_eq!(check.findings[0].about, Some(second.id));
    let moved = posts::reschedule(&firm.who, second.id, firm.clock(31 * HOUR).await, false).await.expect("moved");
    assert_eq!(notes(&moved.problems), Vec::<&str>::new());
    t.minute(0).await;
    for id in [first.id, second.id] {
        assert_eq!(firm.check(id, X).await.verdict, Some(Verdict::Ok));
    }
    // The same when the other one is taken back.
    let third = firm.planned("Third", &[X], 30 * HOUR + 9).await;
    t.minute(0).await;
    assert_eq!(firm.check(first.id, X).await.verdict, Some(Verdict::Warning));
    posts::delete(&firm.who, third.id).await.expect("deleted");
    t.minute(0).await;
    assert_eq!(firm.check(first.id, X).await.verdict, Some(Verdict::Ok));
}

#[tokio::test]
async fn of_very_many_posts_the_nearest_are_compared() {
    let (t, firm) = start().await;
    firm.planned("Beans", &[X], 20 * DAY).await;
    // More than are compared, all of them earlier, until two days from now.
    t.sql(
        "insert into posts (company_id, id, text, state, due_at)
         select company_id, gen_random_uuid(), 'Filler ' || n, 'scheduled', now() + n * interval '1 minute'
         from posts, generate_series(1, 3100) n;
         insert into deliveries (company_id, id, post_id, connection_id, state, due_at)
         select p.company_id, gen_random_uuid(), p.id, c.id, 'queued', p.due_at
         from posts p join connections c on c.company_id = p.company_id and c.platform = 'x'
         where p.text like 'Filler %'",
    )
    .await;
    let again = firm.planned("beans", &[X], 20 * DAY + 2 * HOUR).await;
    let [note] = notes(&again.problems)[..] else { panic!("{:?}", again.problems) };
    assert!(note.starts_with("The same text is planned on @northwind"), "{note}");
    assert_eq!(firm.check(again.id, X).await.verdict, Some(Verdict::Warning));
}

#[tokio::test]
async fn guards_speak_before_anything_is_saved() {
    let (t, firm) = start().await;
    firm.planned("Beans", &[X], 30 * HOUR).await;
    let plan = Plan::Schedule { local: firm.clock(30 * HOUR + 5).await, second: false };
    let draft = SavePost { plan, ..firm.post("  beans", &[X, LinkedIn]) };
    let client = t.signed_in(&firm.email).await;
    let answer = client.call_json("posts/guard_post", &json!({ "post": draft })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let said: Vec<TargetProblem> = serde_json::from_value(answer.json()).expect("problems");
    assert_eq!(notes(&said).len(), 2, "{said:?}");
    assert!(said.iter().all(|p| p.connection == Some(firm.account(X)) && p.problem.severity == Severity::Warning));
    assert_eq!(t.value::<i64>("select count(*) from posts").await, 1, "nothing is kept");
    // A time that cannot be is another matter; and so are other companies' accounts.
    let never = Plan::Schedule { local: firm.clock(-600).await, second: false };
    let answer =
        client.call_json("posts/guard_post", &json!({ "post": SavePost { plan: never, ..draft.clone() } })).await;
    assert_eq!(answer.json(), json!([]));
    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    let foreign = Target::to(firm.account(X));
    for targets in [vec![foreign.clone()], south.post("", &[X]).targets] {
        let asked = SavePost { targets, ..draft.clone() };
        assert_eq!(eve.call_json("posts/guard_post", &json!({ "post": asked })).await.json(), json!([]));
    }
    let other = checks::check_post(&t.app, &south.who.tenant, PostId::new()).await.unwrap_err();
    assert_eq!(other.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn how_late_is_too_late_is_the_companys_choice() {
    let (t, firm) = start().await;
    let owner = t.signed_in(&firm.email).await;
    let late = async || t.value::<i32>("select late_minutes from companies").await;
    assert_eq!(late().await, 15);
    let save = async |minutes: &str| {
        let fields = [("name", "Northwind"), ("zone", "UTC"), ("language", "en"), ("late_minutes", minutes)];
        owner.call("identity/companies/save_company", &fields).await
    };
    assert_eq!(save("90").await.status, 200);
    assert_eq!(late().await, 90);
    assert_eq!(save("0").await.status, 200);
    assert_eq!(late().await, 0);
    for wrong in ["-1", "1441", "soon", "1.5"] {
        let answer = save(wrong).await;
        assert_eq!(
            (answer.status, answer.json()["problems"][0]["field"].as_str()),
            (422, Some("late_minutes")),
            "{wrong}"
        );
    }
    // Who says nothing of it changes nothing of it.
    let fields = [("name", "Northwind"), ("zone", "Asia/Tokyo"), ("language", "en")];
    assert_eq!(owner.call("identity/companies/save_company", &fields).await.status, 200);
    assert_eq!(t.value::<i32>("select late_minutes from companies").await, 0);
    assert!(owner.page("/settings/company").await.body.contains("minutes late"));
    let invalid = sqlx::query("update companies set late_minutes = 1441").execute(&t.app.db).await;
    assert!(invalid.is_err(), "the table holds it too");
}
