//! What is looked at before a post goes out: guards while it is written, checks at their stages, and that none of it gets
//! in the way of publishing.

use crate::support::{Firm, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use image::ImageFormat;
use lux::connectors::limits::party;
use lux::domain::error::{ErrorKind, Severity};
use lux::domain::ids::{PostId, Uuid};
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::features::connections::server::service as connections;
use lux::features::posts::model::{Plan, SavePost, Saved, Target, TargetProblem};
use lux::features::posts::server::{cards, service as posts};
use lux::features::publishing::checks::model::{Cause, DeliveryCheck, Verdict};
use lux::features::publishing::model::DeliveryState;
use lux::features::publishing::server::checks;
use lux::features::secrets::server::service as secrets;
use lux::infra::http::limits::{Period, Reading};
use lux::infra::http::outbound::Outbound;
use lux::infra::queue::ticker;
use lux::infra::state::App;
use lux::sandbox::{Fault, FaultKind, Network, Operation};
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
async fn what_is_scheduled_is_checked_at_once_and_shown() {
    let (t, firm) = start().await;
    let picture = firm.picture(ImageFormat::Jpeg).await;
    let post = SavePost { media: vec![picture], ..firm.post("New beans", &[X, LinkedIn, Instagram]) };
    let saved = firm.planned_with(post, 30 * HOUR).await;
    for platform in [X, LinkedIn, Instagram] {
        let check = firm.check(saved.id, platform).await;
        assert_eq!((check.verdict, found(&check)), (Some(Verdict::Ok), vec![]), "{platform}");
        assert!(check.checked.is_some() && check.next.is_some());
    }
    let from = Utc::now();
    let card = cards::between(&firm.who.tenant, from, from + TimeDelta::days(3)).await.expect("cards").remove(0);
    assert_eq!(card.check.expect("a sign").verdict, Verdict::Ok);
    let client = t.signed_in(&firm.email).await;
    let day = saved.due.expect("due").local.day;
    for path in [format!("/calendar?view=day&day={day}"), "/posts".into(), format!("/posts/{}", saved.id)] {
        let page = client.page(&path).await;
        assert!(page.status == 200 && page.body.contains("Ready to go"), "{path}");
    }
    // A draft promises nothing, so there is nothing to check.
    posts::unschedule(&firm.who, saved.id).await.expect("taken back");
    assert_eq!(checks::of_post(&firm.who.tenant, saved.id).await.expect("checks"), vec![]);
    assert_eq!(t.value::<i64>("select count(*) from delivery_checks").await, 0);
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
    let post = |text: &str, media: Vec<_>| SavePost { media, ..firm.post(text, &[Instagram]) };
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
        let post = SavePost { media: pictures.to_vec(), ..firm.post(&format!("Post {n}"), &[Instagram]) };
        let saved = firm.planned_with(post, DAY + n * 30).await;
        assert!(!notes(&saved.problems).iter().any(|n| n.contains("within 24 hours")), "{n}: {:?}", saved.problems);
    }
    let post = SavePost { media: vec![pictures[0]], ..firm.post("One more", &[Instagram, X]) };
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
    let other = SavePost { media: vec![picture], ..south.post("Ours", &[Instagram]) };
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
async fn looks_come_a_day_before_and_ten_minutes_before() {
    let (t, firm) = start().await;
    let saved = firm.planned("On time", &[X], 30 * HOUR).await;
    let due = DateTime::from(saved.due.expect("due").at);
    let stage = "select stage from delivery_checks";
    assert_eq!(t.value::<String>(stage).await, "save");
    assert_eq!(t.next_look(saved.id).await, Some(due - TimeDelta::hours(24)));
    assert!(t.minute(5 * HOUR).await.is_empty(), "nothing to look at yet");
    assert_eq!(t.minute(6 * HOUR).await, ["check"]);
    assert_eq!(t.value::<String>(stage).await, "day");
    assert_eq!(t.next_look(saved.id).await, Some(due - TimeDelta::minutes(10)));
    assert_eq!(t.minute(30 * HOUR - 10).await, ["check"]);
    assert_eq!(t.value::<String>(stage).await, "soon");
    assert_eq!(t.next_look(saved.id).await, None);
    assert_eq!(firm.state(saved.id, X).await, DeliveryState::Queued, "looking sends nothing");
    t.drive_to(30 * 3600 + 60).await;
    assert_eq!(firm.state(saved.id, X).await, DeliveryState::Live);
    // What goes out at once is not looked at: its publishing tells sooner.
    let now = firm.publish(firm.post("Now", &[X])).await;
    assert_eq!(t.next_look(now).await, None);
}

#[tokio::test]
async fn a_bad_look_does_not_keep_a_post_from_going_out() {
    let (t, firm) = start().await;
    let saved = firm.planned("Goes out", &[X], 2 * HOUR).await;
    t.sql("update delivery_checks set verdict = 'problem', findings = '{\"not\": \"known\"}'").await;
    assert_eq!(firm.check(saved.id, X).await.findings, vec![], "what cannot be read is left out");
    t.drive_to(2 * 3600 + 60).await;
    assert_eq!(firm.state(saved.id, X).await, DeliveryState::Live);
}

#[tokio::test]
async fn an_account_that_needs_a_person_turns_red_and_green_again() {
    let (t, mut firm) = start().await;
    let saved = firm.planned("Waits", &[X], 30 * HOUR).await;
    connections::mark_reconnect(&t.app, firm.who.company, firm.account(X), "X has closed our access.")
        .await
        .expect("noted");
    t.minute(0).await;
    let check = firm.check(saved.id, X).await;
    assert_eq!((check.verdict, check.findings[0].cause), (Some(Verdict::Problem), Cause::Connection));
    assert!(check.findings[0].message.contains("X has closed our access"), "{:?}", check.findings);
    let (href, words) = check.findings[0].way_out(X, saved.id).expect("something to do");
    assert_eq!((href.as_str(), words.as_str()), ("/api/social/connect/x", "Reconnect X"));
    firm.connect(&t.sandbox, X).await;
    t.minute(0).await;
    assert_eq!(firm.check(saved.id, X).await.verdict, Some(Verdict::Ok));
    connections::disconnect(&t.app, firm.who.company, firm.account(X)).await.expect("disconnected");
    t.minute(0).await;
    let gone = found(&firm.check(saved.id, X).await).remove(0);
    assert!(gone.0 == Cause::Connection && gone.2.contains("no longer connected"), "{gone:?}");
}

#[tokio::test]
async fn a_sign_in_that_ends_before_is_found() {
    let (t, firm) = start().await;
    let far = firm.planned("Far", &[LinkedIn], 30 * HOUR).await.id;
    let near = firm.planned("Near", &[LinkedIn], 20 * HOUR).await.id;
    t.sql("update connections set access_expires_at = now() + interval '1 hour', sealed_refresh = null where platform = 'linkedin'")
        .await;
    for (post, severity) in [(far, Severity::Warning), (near, Severity::Error)] {
        let finding = firm.look(post, LinkedIn).await.remove(0);
        assert_eq!((finding.0, finding.1), (Cause::Token, severity));
        assert!(finding.2.contains("before this goes out"), "{}", finding.2);
    }
    t.sql("update connections set access_expires_at = now() - interval '1 hour' where platform = 'linkedin'").await;
    let ended = firm.look(far, LinkedIn).await.remove(0);
    assert!(ended.1 == Severity::Error && ended.2.contains("has ended"), "{ended:?}");
    t.sql("update connections set access_expires_at = now() + interval '9 days' where platform = 'linkedin'").await;
    assert_eq!(firm.look(far, LinkedIn).await, vec![]);
    // Instagram renews a token that still counts; X has a token for that.
    t.sql("update connections set access_expires_at = now() + interval '1 hour' where platform <> 'linkedin'").await;
    let picture = firm.jpeg(400).await;
    let others = SavePost { media: vec![picture], ..firm.post("Others", &[Instagram, X]) };
    let others = firm.planned_with(others, 40 * HOUR).await.id;
    for platform in [Instagram, X] {
        assert_eq!(firm.check(others, platform).await.verdict, Some(Verdict::Ok), "{platform}");
    }
}

#[tokio::test]
async fn in_the_last_minutes_a_sign_in_is_renewed() {
    let (t, firm) = start().await;
    let saved = firm.planned("Soon", &[X], 2 * HOUR).await;
    t.sql("update connections set access_expires_at = now() + interval '119 minutes' where platform = 'x'").await;
    t.sql("update delivery_checks set next_at = now() + interval '110 minutes'").await;
    let renewed = "select access_expires_at > now() + interval '119 minutes' from connections where platform = 'x'";
    let refusal = Fault { ms: Some(0), ..Fault::once(Network::X, Operation::Token, FaultKind::ServerError) };
    t.sandbox.inject(refusal);
    t.minute(111).await;
    let check = firm.check(saved.id, X).await;
    assert_eq!((check.verdict, check.findings[0].cause), (Some(Verdict::Warning), Cause::Token));
    assert!(check.findings[0].message.contains("tried again"), "{:?}", check.findings);
    assert!(!t.value::<bool>(renewed).await);
    t.sql("update delivery_checks set next_at = now()").await;
    t.minute(111).await;
    assert!(t.value::<bool>(renewed).await);
    assert_eq!(firm.check(saved.id, X).await.verdict, Some(Verdict::Ok));
    // Refused for good: known ten minutes before, and not when it should go out.
    t.sql("update connections set access_expires_at = now() + interval '119 minutes' where platform = 'x'").await;
    t.sandbox.revoke_account(X, &t.sandbox.accounts(X)[0].id);
    t.sql("update delivery_checks set next_at = now()").await;
    t.minute(111).await;
    let check = firm.check(saved.id, X).await;
    assert_eq!((check.verdict, check.findings[0].cause), (Some(Verdict::Problem), Cause::Connection));
}

#[tokio::test]
async fn missing_permissions_and_keys_are_found() {
    let (t, firm) = start().await;
    let id = firm.planned("Hello", &[X, LinkedIn], 30 * HOUR).await.id;
    t.sql("update connections set scopes = '{tweet.read,users.read}' where platform = 'x'").await;
    let finding = firm.look(id, X).await.remove(0);
    assert_eq!((finding.0, finding.1), (Cause::Scopes, Severity::Error));
    assert!(finding.2.contains("tweet.write") && !finding.2.contains("media.write"), "{}", finding.2);
    assert_eq!(firm.check(id, LinkedIn).await.verdict, Some(Verdict::Ok));
    // A platform that does not say what was allowed is not suspected.
    t.sql("update connections set scopes = '{}' where platform = 'x'").await;
    assert_eq!(firm.look(id, X).await, vec![]);
    secrets::remove(&firm.who.tenant, X, "client_secret").await.expect("removed");
    let finding = firm.look(id, X).await.remove(0);
    assert_eq!((finding.0, finding.1), (Cause::Keys, Severity::Error));
    firm.keys(X).await;
    assert_eq!(firm.look(id, X).await, vec![]);
}

#[tokio::test]
async fn pictures_that_are_gone_or_out_of_reach_are_found() {
    let (t, firm) = start().await;
    let pictures = vec![firm.jpeg(400).await, firm.jpeg(500).await];
    let post = SavePost { media: pictures, ..firm.post("Look", &[Instagram, X]) };
    let id = firm.planned_with(post, 30 * HOUR).await.id;
    assert_eq!(firm.look(id, Instagram).await, vec![]);
    // Without the stand-in Instagram would have to come to 127.0.0.1; X takes bytes.
    let mut bare = t.app.clone();
    bare.outbound = Outbound::new(BTreeMap::new()).expect("client");
    checks::check_post(&bare, &firm.who.tenant, id).await.expect("checked");
    let finding = found(&firm.check(id, Instagram).await).remove(0);
    assert!(finding.0 == Cause::Address && finding.2.contains("LUX_PUBLIC_URL"), "{finding:?}");
    assert_eq!(firm.check(id, X).await.verdict, Some(Verdict::Ok));
    let second = "select a.storage_key from assets a join post_media m on m.asset_id = a.id where m.position = 2";
    let key = t.value::<String>(second).await;
    let bytes = t.app.media.get(&key).await.expect("bytes");
    t.app.media.delete(&key).await.expect("deleted");
    for platform in [Instagram, X] {
        let finding = firm.look(id, platform).await.remove(0);
        assert!(finding.0 == Cause::Media && finding.2.starts_with("Picture 2 is not in"), "{finding:?}");
    }
    t.app.media.put(&key, bytes).await.expect("back");
    assert_eq!(firm.look(id, X).await, vec![]);
}

/// The same server, should it be known under another address.
fn known_as(app: &App, address: &str) -> App {
    let mut settings = (*app.settings).clone();
    settings.public_url = address.parse().expect("an address");
    App { settings: settings.into(), ..app.clone() }
}

#[tokio::test]
async fn an_address_that_does_not_lead_to_our_pictures_is_found() {
    let (t, firm) = start().await;
    let elsewhere = TestApp::start().await;
    let picture = firm.jpeg(400).await;
    let post = SavePost { media: vec![picture], ..firm.post("Fetch me", &[Instagram, X]) };
    let id = firm.planned_with(post, 30 * HOUR).await.id;
    assert_eq!(firm.look(id, Instagram).await, vec![], "the picture comes");
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port").local_addr().expect("address");
    let gone = format!("http://{gone}");
    let addresses =
        [(elsewhere.base.as_str(), Severity::Error, "answers 404"), (gone.as_str(), Severity::Warning, "from outside")];
    for (address, severity, why) in addresses {
        checks::check_post(&known_as(&t.app, address), &firm.who.tenant, id).await.expect("checked");
        let all = found(&firm.check(id, Instagram).await);
        let [(cause, said, words)] = &all[..] else { panic!("{all:?}") };
        assert_eq!((*cause, *said), (Cause::Address, severity), "{words}");
        let told = [address, why, "LUX_PUBLIC_URL"];
        assert!(told.iter().all(|told| words.contains(told)) && !words.contains("/media"), "{words}");
        assert_eq!(firm.check(id, X).await.verdict, Some(Verdict::Ok), "X takes bytes");
    }
    // The stage a day before comes there as well, by the address that it has now.
    assert_eq!(t.minute(6 * HOUR).await, ["check"]);
    assert_eq!(firm.check(id, Instagram).await.verdict, Some(Verdict::Ok));
}

#[tokio::test]
async fn a_limit_that_is_used_up_when_the_time_comes_is_found() {
    let (t, firm) = start().await;
    t.sql("update companies set zone = 'Asia/Kathmandu'").await;
    let saved = firm.planned("Budget", &[X, LinkedIn], 40).await;
    let due: DateTime<Utc> = saved.due.expect("due").at.into();
    let keys = secrets::app_keys(&t.app, firm.who.company, X).await.expect("keys");
    let used_up = |account: &str, until: DateTime<Utc>| {
        let window = Reading {
            of_app: false,
            endpoint: "POST /2/tweets",
            period: Period::Window,
            quota: Some(100),
            remaining: 0,
            resets_at: until,
        };
        t.app.outbound.limits().ledger.note(&party(X, &keys, account), window, Utc::now());
    };
    let accounts = t.sandbox.accounts(X);
    let until = due + TimeDelta::minutes(20);
    used_up(&accounts[1].id, until);
    assert_eq!(firm.look(saved.id, X).await, vec![], "another account");
    used_up(&accounts[0].id, due - TimeDelta::minutes(1));
    assert_eq!(firm.look(saved.id, X).await, vec![], "free again by then");
    used_up(&accounts[0].id, until);
    // Ten minutes before, by itself.
    assert_eq!(t.minute(31).await, ["check"]);
    let check = firm.check(saved.id, X).await;
    let local = lux::infra::zone::local(lux::infra::zone::of("Asia/Kathmandu"), until).short();
    let words = format!("The limit of X for @northwind_demo is used up until {local}; the post goes out then.");
    assert_eq!(check.verdict, Some(Verdict::Warning));
    assert_eq!(found(&check), [(Cause::Quota, Severity::Warning, words)]);
    assert_eq!(firm.check(saved.id, LinkedIn).await.verdict, Some(Verdict::Ok));
    // So late that publishing would ask a person first.
    used_up(&accounts[0].id, due + TimeDelta::minutes(90));
    let finding = firm.look(saved.id, X).await.remove(0);
    assert!(finding.1 == Severity::Error && finding.2.contains("Choose a later time"), "{finding:?}");
    t.sql("update companies set late_minutes = 120").await;
    assert_eq!(firm.look(saved.id, X).await[0].1, Severity::Warning, "this company lets posts be so late");
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
async fn checks_go_on_without_the_safety_net_and_can_be_stopped_themselves() {
    let (t, firm) = start().await;
    let id = firm.planned("By itself", &[X], 30 * HOUR).await.id;
    t.sql("update delivery_checks set next_at = now() - interval '1 minute', verdict = null").await;
    let named = |name: &str| lux::features::schedules().iter().find(|s| s.name == name).expect("the schedule");
    let (net, own) = (named("sweep"), named("checks"));
    let tick = async |schedule| ticker::tick(&t.app, schedule, Utc::now()).await.expect("ticker");
    let ran = async |seconds| t.drive_to(seconds).await.into_iter().map(|ran| ran.kind).collect::<Vec<_>>();
    ticker::stop(&t.app.db, own, firm.who.user).await.expect("stopped");
    assert!(!tick(own).await && tick(net).await);
    assert_eq!(ran(1).await, ["sweep"]);
    assert_eq!(firm.check(id, X).await.verdict, None);
    ticker::stop(&t.app.db, net, firm.who.user).await.expect("stopped");
    t.sql("delete from schedule_stops where schedule = 'checks'").await;
    assert!(tick(own).await);
    assert_eq!(ran(1).await, ["checks"]);
    assert_eq!(ran(3).await, ["check"]);
    assert_eq!(firm.check(id, X).await.verdict, Some(Verdict::Ok));
}

#[tokio::test]
async fn limits_are_held_again_and_problems_looked_at_sooner() {
    let (t, firm) = start().await;
    let id = firm.planned("Short", &[X], 40 * HOUR).await.id;
    t.sql("update posts set text = repeat('long ', 100)").await;
    let finding = firm.look(id, X).await.remove(0);
    assert_eq!((finding.0, finding.1), (Cause::Limits, Severity::Error));
    assert!(finding.2.contains("X allows 280 characters"), "{}", finding.2);
    let next = t.next_look(id).await.expect("again");
    assert!(next < Utc::now() + TimeDelta::minutes(61), "{next}");
    t.sql("update posts set text = 'Short again'").await;
    t.minute(61).await;
    assert_eq!(firm.check(id, X).await.verdict, Some(Verdict::Ok));
}

#[tokio::test]
async fn guards_speak_before_anything_is_saved() {
    let (t, firm) = start().await;
    firm.planned("Beans", &[X], 30 * HOUR).await;
    let plan = Plan::Schedule { local: firm.clock(30 * HOUR + 5).await, second: false };
    let draft = SavePost { plan, ..firm.post("  beans", &[X, LinkedIn]) };
    let client = t.signed_in(&firm.email).await;
    let answer = client.call_json("publishing/guard_post", &json!({ "post": draft })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let said: Vec<TargetProblem> = serde_json::from_value(answer.json()).expect("problems");
    assert_eq!(notes(&said).len(), 2, "{said:?}");
    assert!(said.iter().all(|p| p.connection == Some(firm.account(X)) && p.problem.severity == Severity::Warning));
    assert_eq!(t.value::<i64>("select count(*) from posts").await, 1, "nothing is kept");
    // A time that cannot be is another matter; and so are other companies' accounts.
    let never = Plan::Schedule { local: firm.clock(-600).await, second: false };
    let answer =
        client.call_json("publishing/guard_post", &json!({ "post": SavePost { plan: never, ..draft.clone() } })).await;
    assert_eq!(answer.json(), json!([]));
    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    let foreign = Target { connection: firm.account(X), text: None };
    for targets in [vec![foreign.clone()], south.post("", &[X]).targets] {
        let asked = SavePost { targets, ..draft.clone() };
        assert_eq!(eve.call_json("publishing/guard_post", &json!({ "post": asked })).await.json(), json!([]));
    }
    let other = checks::check_post(&t.app, &south.who.tenant, Uuid::now_v7()).await.unwrap_err();
    assert_eq!(other.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn check_now_is_a_button() {
    let (t, firm) = start().await;
    let id = firm.planned("Button", &[X], 30 * HOUR).await.id;
    t.sql("update connections set scopes = '{tweet.read}'").await;
    let client = t.signed_in(&firm.email).await;
    let post = id.to_string();
    assert_eq!(client.call("publishing/check_now", &[("post", &post)]).await.status, 200);
    assert_eq!(t.value::<String>("select stage || ' ' || verdict from delivery_checks").await, "asked problem");
    let page = client.page(&format!("/posts/{id}")).await.body;
    assert!(page.contains("Will not go out") && page.contains("Reconnect X") && page.contains("Check now"));
    // Nobody is offered what they may not do.
    t.sql("update members set role = 'editor'").await;
    let page = client.page(&format!("/posts/{id}")).await.body;
    assert!(page.contains("Check now") && page.contains("Duplicate") && !page.contains("Reconnect X"));
    t.sql("update members set role = 'viewer'").await;
    let page = client.page(&format!("/posts/{id}")).await.body;
    assert!(page.contains("Will not go out"));
    for button in ["Check now", "Duplicate", "Move to draft", "Delete", "New post"] {
        assert!(!page.contains(button), "{button}");
    }
    assert_eq!(client.call("publishing/check_now", &[("post", &post)]).await.status, 403);
    let calendar = client.page("/calendar").await.body;
    assert!(!calendar.contains("Drag a post") && !calendar.contains("New post on"));
    t.sql("update deliveries set state = 'held'").await;
    for (change, offered) in
        [("update members set role = 'viewer'", false), ("update members set role = 'editor'", true)]
    {
        t.sql(change).await;
        for path in [format!("/posts/{id}"), "/needs".into(), "/".into()] {
            assert_eq!(client.page(&path).await.body.contains("Publish now"), offered, "{change} {path}");
        }
    }
}

#[tokio::test]
async fn a_job_that_cannot_look_puts_it_off_and_the_others_go_on() {
    let (t, firm) = start().await;
    let south = t.firm("Southwind").await;
    let bad = firm.planned("Bad", &[X], 30 * HOUR).await.id;
    let good = south.planned("Good", &[X], 30 * HOUR).await.id;
    t.sql("update delivery_checks set next_at = now() - interval '1 minute', verdict = null").await;
    // What the program cannot read.
    t.sql("update connections set scopes = array[null::text] where company_id = (select id from companies where name = 'Northwind')")
        .await;
    assert_eq!(t.minute(0).await, ["check"]);
    assert_eq!(south.check(good, X).await.verdict, Some(Verdict::Ok));
    assert_eq!(firm.check(bad, X).await.verdict, None);
    assert!(t.minute(0).await.is_empty(), "nothing is due twice");
    t.sql("update connections set scopes = '{tweet.read,tweet.write}' where platform = 'x'").await;
    t.minute(11).await;
    assert_eq!(firm.check(bad, X).await.verdict, Some(Verdict::Ok));
}

#[tokio::test]
async fn how_late_is_too_late_is_the_companys_choice() {
    let (t, firm) = start().await;
    let owner = t.signed_in(&firm.email).await;
    let late = async || t.value::<i32>("select late_minutes from companies").await;
    assert_eq!(late().await, 15);
    let save = async |minutes: &str| {
        let fields = [("name", "Northwind"), ("zone", "UTC"), ("language", "en"), ("late_minutes", minutes)];
        owner.call("companies/save_company", &fields).await
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
    assert_eq!(owner.call("companies/save_company", &fields).await.status, 200);
    assert_eq!(t.value::<i32>("select late_minutes from companies").await, 0);
    assert!(owner.page("/settings/company").await.body.contains("minutes late"));
    let invalid = sqlx::query("update companies set late_minutes = 1441").execute(&t.app.db).await;
    assert!(invalid.is_err(), "the table holds it too");
}
