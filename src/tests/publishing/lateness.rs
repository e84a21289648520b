//! A post whose time has passed is not sent without asking, wherever on its way it was when that happened; and a platform
//! that knows the text already is asked whose post that is.

use super::script::{Bench, remote};
use crate::support::TestApp;
use chrono::TimeDelta;
use lux::connectors::{Fault, Prepared, ProbeOutcome};
use lux::domain::delivery::DeliveryState::{Held, Live, NeedsEdit, Ready, Waiting};
use lux::domain::platform::Platform::X;
use lux::domain::post::{SavePost, Target};
use lux::features::deliveries::server::service;
use lux::sandbox::{self, FaultKind, Operation};
use serde_json::json;
use std::time::Duration;

const MINUTE: i64 = 60;

fn outage() -> Fault {
    Fault::transient("the line is dead")
}

#[tokio::test]
async fn an_outage_in_the_middle_is_an_outage() {
    for (in_preparation, why) in [(true, "while it was prepared"), (false, "at the call")] {
        let mut b = Bench::new().await;
        match in_preparation {
            true => b.script.prepare.lock().unwrap().push_back(Err(outage())),
            false => b.script.commit.lock().unwrap().push_back(Err(outage())),
        }
        b.run(0).await;
        let before = b.commits();
        b.run(20 * MINUTE).await;
        let delivery = b.firm.delivery(b.post, X).await;
        assert_eq!((delivery.state, b.commits()), (Held, before), "{why}");
        let words = delivery.fault.expect("words");
        assert!(words.starts_with("This was due 20 minutes ago") && words.contains("the line is dead"), "{words}");
        assert!(!words.contains("by itself"), "{words}");
        service::retry_delivery(&b.firm.who.tenant, b.delivery).await.expect("a person says so");
        b.now = chrono::Utc::now();
        b.run(1).await;
        assert_eq!((b.state().await, b.commits()), (Live, before + 1), "{why}");
    }
}

#[tokio::test]
async fn a_company_that_waits_longer_is_heard() {
    let mut b = Bench::new().await;
    b.t.sql("update companies set late_minutes = 30").await;
    b.script.commit.lock().unwrap().push_back(Err(outage()));
    b.run(0).await;
    b.run(20 * MINUTE).await;
    assert_eq!((b.state().await, b.commits()), (Live, 2));
}

#[tokio::test]
async fn what_the_platform_works_on_for_long_is_not_late() {
    let mut b = Bench::new().await;
    let slow = Duration::from_secs(40 * 60);
    b.script.prepare.lock().unwrap().push_back(Ok(Prepared::Waiting { checkpoint: json!(1), recheck_after: slow }));
    b.run(0).await;
    assert_eq!(b.state().await, Waiting);
    b.run(41 * MINUTE).await;
    assert_eq!((b.state().await, b.commits()), (Live, 1));
}

#[tokio::test]
async fn a_limit_that_ends_soon_is_waited_for_and_one_that_lasts_is_a_question() {
    let limited = |b: &Bench, minutes| {
        let until = b.now + TimeDelta::minutes(minutes);
        Fault::RateLimited { message: "too many".into(), until }
    };
    let mut b = Bench::new().await;
    let answer = limited(&b, 50);
    b.script.commit.lock().unwrap().push_back(Err(answer));
    b.run(0).await;
    assert_eq!(b.state().await, Ready);
    b.run(51 * MINUTE).await;
    assert_eq!((b.state().await, b.commits()), (Live, 2));

    // The limit ended while we were away: that is an outage again.
    let mut b = Bench::new().await;
    let answer = limited(&b, 50);
    b.script.commit.lock().unwrap().push_back(Err(answer));
    b.run(0).await;
    b.run(90 * MINUTE).await;
    assert_eq!((b.state().await, b.commits()), (Held, 1));

    for in_preparation in [true, false] {
        let mut b = Bench::new().await;
        let answer = limited(&b, 20 * 60);
        match in_preparation {
            true => b.script.prepare.lock().unwrap().push_back(Err(answer)),
            false => b.script.commit.lock().unwrap().push_back(Err(answer)),
        }
        b.run(0).await;
        let delivery = b.firm.delivery(b.post, X).await;
        assert_eq!(delivery.state, Held);
        let words = delivery.fault.expect("words");
        assert!(words.starts_with("X takes no more posts from this account until "), "{words}");
    }
}

fn duplicate() -> Fault {
    Fault::Duplicate { message: "a duplicate of 7".into(), remote_id: Some("7".into()) }
}

#[tokio::test]
async fn a_first_call_cannot_have_made_the_post_that_is_there() {
    let mut b = Bench::new().await;
    // A definite refusal before it changes nothing about that.
    b.script.commit.lock().unwrap().extend([Err(outage()), Err(duplicate())]);
    b.run(0).await;
    b.run(MINUTE).await;
    let delivery = b.firm.delivery(b.post, X).await;
    assert_eq!((delivery.state, delivery.remote_url, b.commits()), (NeedsEdit, None, 2));
    assert!(delivery.fault.expect("words").contains("If that is a different post, change this one"));
}

#[tokio::test]
async fn after_an_open_call_it_is_ours_unless_it_is_another_deliverys() {
    for anothers in [false, true] {
        let mut b = Bench::new().await;
        let other = b.firm.publish(b.firm.post("another one", &[X])).await;
        let place = "update deliveries set state = 'live', live_at = now(), remote_id = $1 where post_id = $2";
        let known = if anothers { remote().id } else { "6".into() };
        sqlx::query(place).bind(known).bind(other).execute(&b.t.app.db).await.expect("placed");
        b.script.commit.lock().unwrap().extend([Err(Fault::unknown("reset")), Err(duplicate())]);
        b.script.probe.lock().unwrap().push_back(Ok(ProbeOutcome::Absent));
        b.run(0).await;
        b.run(61).await;
        let expected = if anothers { NeedsEdit } else { Live };
        assert_eq!((b.state().await, b.commits()), (expected, 2), "{anothers}");
    }
}

#[tokio::test]
async fn who_waited_in_the_line_asks_once_more_whether_anything_is_left() {
    let t = TestApp::with(&[("LUX_X_CONCURRENCY", "1")]).await;
    let firm = t.firm("Northwind").await;
    let (other, _) = firm.connect_account(&t.sandbox, X, &t.sandbox.accounts(X)[1].id).await;
    let limit = sandbox::Fault::once(X, Operation::Commit, FaultKind::AppRateLimit);
    t.sandbox.inject(sandbox::Fault { seconds: Some(600), ..limit });
    for connection in [firm.account(X), other] {
        let targets = vec![Target::to(connection)];
        firm.publish(SavePost { targets, ..firm.post("Both at once", &[]) }).await;
    }
    // The first one holds the only permit until it is refused for the whole app.
    let gate = t.app.outbound.limits().gates.acquire(X, firm.who.company).await;
    let opens = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(gate);
    };
    tokio::join!(t.drive_to(0), t.drive_to(0), opens);
    assert_eq!(t.sandbox.requests(X, Operation::Commit), 1, "the second one does not call");
}

#[tokio::test]
async fn what_was_sent_before_is_remembered_until_the_content_changes() {
    for saved in [false, true] {
        let mut b = Bench::new().await;
        let tenant = &b.firm.who.tenant;
        b.t.sql("update deliveries set state = 'unconfirmed', armed_at = now(), first_armed_at = now()").await;
        service::send_again(tenant, b.delivery).await.expect("sent again");
        b.t.sql("update deliveries set state = 'held'").await;
        if saved {
            let mut db = b.t.app.db.acquire().await.expect("connection");
            service::schedule_post(&mut db, tenant.company, b.post, chrono::Utc::now()).await.expect("planned anew");
        } else {
            service::retry_delivery(tenant, b.delivery).await.expect("sent now");
        }
        b.script.commit.lock().unwrap().push_back(Err(duplicate()));
        b.now = chrono::Utc::now();
        b.run(1).await;
        assert_eq!(b.state().await, if saved { NeedsEdit } else { Live }, "{saved}");
    }
}
