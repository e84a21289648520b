//! What platforms say of their limits: shared among nodes, shown to people, and heeded without asking them again.

use crate::support::Content as _;
use crate::support::{Database, Firm, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use lux::connectors::rate_limits::limit_key;
use lux::domain::delivery::DeliveryState::{Live, Queued, Ready};
use lux::domain::ids::{AssetId, ConnectionId};
use lux::domain::platform::Platform::{self, Bluesky, Instagram, LinkedIn, X};
use lux::domain::post::{SavePost, Target};
use lux::features::connections::server::service as connections;
use lux::features::secrets::server::service as secrets;
use lux::infra::http::limits::{ANY, Ledger, LimitKey, Period, Reading, shared};
use lux::sandbox::{Fault, FaultKind, Operation};

const POST: &str = "POST /2/tweets";

fn used_up(endpoint: &str, until: DateTime<Utc>) -> Reading<'_> {
    Reading { of_app: false, endpoint, period: Period::Window, quota: Some(100), remaining: 0, resets_at: until }
}

#[tokio::test]
async fn nodes_share_what_they_are_told() {
    let db = Database::new().await;
    let (here, there, mine) = (Ledger::default(), Ledger::default(), LimitKey::new(X, "print", "1"));
    let (mut mark_here, mut mark_there) = (None, None);
    shared::exchange(&db.pool, &there, &mut mark_there).await.expect("read");
    let (now, end) = (Utc::now(), Utc::now() + TimeDelta::minutes(9));
    here.note(&mine, used_up(POST, end), now);
    shared::exchange(&db.pool, &here, &mut mark_here).await.expect("written");
    assert_eq!(there.blocked_until(&mine, &[POST], now), None);
    shared::exchange(&db.pool, &there, &mut mark_there).await.expect("read");
    let held = there.blocked_until(&mine, &[POST], now).expect("heard of it");
    assert!((held - end).abs() < TimeDelta::milliseconds(1));
    // Nothing new, nothing written; what a node has not heard of does not overwrite what it has not seen.
    let changed = || async {
        let query = sqlx::query_scalar::<_, DateTime<Utc>>("select max(changed_at) from rate_limits");
        query.fetch_one(&db.pool).await.expect("a row")
    };
    let before = changed().await;
    shared::exchange(&db.pool, &here, &mut mark_here).await.expect("nothing to write");
    shared::exchange(&db.pool, &there, &mut mark_there).await.expect("nothing to write");
    assert_eq!(changed().await, before);
    let late = Ledger::default();
    late.note(&mine, Reading { remaining: 50, ..used_up(POST, end) }, now - TimeDelta::minutes(1));
    shared::exchange(&db.pool, &late, &mut None).await.expect("older news");
    assert_eq!(changed().await, before);
    assert!(late.blocked_until(&mine, &[POST], now).is_some(), "and it has learnt");
}

/// How often the irreversible call was made.
fn commits(t: &TestApp, platform: Platform) -> u64 {
    t.sandbox.requests(platform, Operation::Commit)
}

/// The ledger's page of the firm's account.
async fn page(t: &TestApp, firm: &Firm, platform: Platform) -> LimitKey {
    let keys = secrets::app_keys(&t.app, firm.who.company, platform).await.expect("keys");
    limit_key(platform, &keys, &remote_id(t, platform))
}

fn remote_id(t: &TestApp, platform: Platform) -> String {
    let id = t.sandbox.accounts(platform)[0].id.clone();
    if platform == LinkedIn { format!("urn:li:person:{id}") } else { id }
}

#[tokio::test]
async fn a_budget_that_is_used_up_waits_without_a_call_and_burns_no_attempt() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let ledger = &t.app.outbound.limits().ledger;
    for (platform, endpoint) in [(X, POST), (LinkedIn, ANY)] {
        let end = Utc::now() + TimeDelta::minutes(15);
        ledger.note(&page(&t, &firm, platform).await, used_up(endpoint, end), Utc::now());
        let id = firm.publish(firm.post("Patience", &[platform])).await;
        t.drive_to(0).await;
        t.drive_to(600).await;
        let delivery = firm.delivery(id, platform).await;
        assert!(!matches!(delivery.state, Live | Queued), "{platform}: {:?}", delivery.state);
        assert_eq!(commits(&t, platform), 0, "{platform}");
        let attempts = "select max(j.attempts + d.attempt) from jobs j, deliveries d";
        assert_eq!(t.value::<i32>(attempts).await, 0, "{platform}");
        t.drive_to(910).await;
        assert_eq!((firm.state(id, platform).await, commits(&t, platform)), (Live, 1), "{platform}");
        t.sql("delete from jobs; delete from delivery_events; delete from deliveries").await;
    }
}

#[tokio::test]
async fn one_refusal_holds_back_the_other_posts_of_the_account() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    t.sandbox.inject(Fault { seconds: Some(900), ..Fault::once(X, Operation::Commit, FaultKind::RateLimit) });
    let first = firm.publish(firm.post("First", &[X])).await;
    t.drive_to(0).await;
    assert_eq!((firm.state(first, X).await, commits(&t, X)), (Ready, 1));
    let second = firm.publish(firm.post("Second", &[X])).await;
    t.drive_to(600).await;
    assert_eq!((firm.state(second, X).await == Live, commits(&t, X)), (false, 1), "not even asked");
    t.drive_to(910).await;
    t.drive_to(920).await;
    assert_eq!((firm.state(first, X).await, firm.state(second, X).await, commits(&t, X)), (Live, Live, 3));
}

/// A post to one account, at once.
fn one(firm: &Firm, text: &str, connection: ConnectionId, media: Vec<AssetId>) -> SavePost {
    SavePost { targets: vec![Target::to(connection)], ..firm.post(text, &[]).showing(media) }
}

#[tokio::test]
async fn what_is_said_of_the_app_holds_back_every_account() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    for platform in [X, LinkedIn, Instagram] {
        let media = if platform == Instagram { vec![firm.jpeg(400).await] } else { vec![] };
        let (other, _) = firm.connect_account(&t.sandbox, platform, &t.sandbox.accounts(platform)[1].id).await;
        let refusal = Fault { seconds: Some(900), ..Fault::once(platform, Operation::Commit, FaultKind::AppRateLimit) };
        t.sandbox.inject(refusal);
        let first = firm.publish(one(&firm, "Many of us", firm.account(platform), media.clone())).await;
        for seconds in [0, 5, 10] {
            t.drive_to(seconds).await;
        }
        assert_eq!((firm.state(first, platform).await, commits(&t, platform)), (Ready, 1), "{platform}");
        let second = firm.publish(one(&firm, "Many more", other, media)).await;
        for seconds in [15, 20, 600] {
            t.drive_to(seconds).await;
        }
        assert_eq!((firm.state(second, platform).await == Live, commits(&t, platform)), (false, 1), "{platform}");
        for seconds in [910, 915, 920] {
            t.drive_to(seconds).await;
        }
        let states = (firm.state(first, platform).await, firm.state(second, platform).await);
        assert_eq!((states, commits(&t, platform)), ((Live, Live), 3), "{platform}");
        t.sql("delete from jobs").await;
    }
}

#[tokio::test]
async fn linkedin_says_by_its_words_how_long_and_whom() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let ledger = &t.app.outbound.limits().ledger;
    let mine = page(&t, &firm, LinkedIn).await;
    let theirs = LimitKey { account: "another".into(), ..mine.clone() };
    let endpoint = ["POST /rest/posts"];
    let refuse = |kind| t.sandbox.inject(Fault::once(LinkedIn, Operation::Commit, kind));
    // No word of a day: short, and this account only.
    refuse(FaultKind::RateLimit);
    firm.publish(firm.post("Short", &[LinkedIn])).await;
    let now = Utc::now();
    t.drive_to(0).await;
    let wait = ledger.blocked_until(&mine, &endpoint, now).expect("held") - now;
    assert!(wait <= TimeDelta::seconds(75), "{wait}");
    assert_eq!(ledger.blocked_until(&theirs, &endpoint, now), None);
    // The app's day: until midnight UTC, for everybody.
    refuse(FaultKind::AppRateLimit);
    t.drive_to(90).await;
    let midnight = (Utc::now().date_naive() + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
    assert_eq!(ledger.blocked_until(&theirs, &endpoint, now), Some(midnight));
}

#[tokio::test]
async fn people_see_what_is_left() {
    let t = TestApp::start().await;
    let mut firm = t.firm("Northwind").await;
    firm.connect(&t.sandbox, Bluesky).await;
    let media = vec![firm.picture(image::ImageFormat::Jpeg).await];
    let post = firm.post("Counted", &[X, Instagram, Bluesky]).showing(media);
    let id = firm.publish(post).await;
    for seconds in [0, 5, 10] {
        t.drive_to(seconds).await;
    }
    assert_eq!((firm.state(id, X).await, firm.state(id, Instagram).await), (Live, Live));
    shared::exchange(&t.app.db, &t.app.outbound.limits().ledger, &mut None).await.expect("shared");
    let board = connections::board(&firm.who, None).await.expect("the page");
    let left = |platform| {
        let card = board.cards.iter().find(|c| c.platform == platform).expect("a card");
        card.posts_left.map(|left| left.words())
    };
    // The stand-in's limits are a thousand times the platform's in tests.
    assert_eq!(left(X).as_deref(), Some("99999 of 100000"));
    assert_eq!(left(Instagram).as_deref(), Some("99999 of 100000"));
    assert_eq!(left(LinkedIn), None);
    // 3,000 calls in five minutes come before 5,000 points an hour; a post counts twice.
    assert_eq!(left(Bluesky).as_deref(), Some("1499998 of 1500000"));
}
