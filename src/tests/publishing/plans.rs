//! Times: too early, too late, moved, taken back.

use super::start;
use crate::support::Content as _;
use lux::domain::delivery::DeliveryState::{Armed, Cancelled, Draft, Held, Live, Queued, Ready};
use lux::domain::error::ErrorKind;
use lux::domain::platform::Platform::{LinkedIn, X};
use lux::domain::post::parts::Parts;
use lux::domain::post::{Plan, SavePost};
use lux::features::deliveries::server::service;
use lux::features::posts::server::service as posts;
use lux::sandbox::FaultKind::{RateLimit, ServerErrorAfterAccept};
use lux::sandbox::Operation::Commit;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test]
async fn a_scheduled_post_goes_out_at_its_time_and_not_before() {
    let (t, firm) = start().await;
    let plan = Plan::Schedule { local: firm.clock(120).await, second: false };
    let id = firm.publish(SavePost { plan, ..firm.post("Later", &[X]) }).await;
    assert!(t.drive_to(HOUR).await.is_empty());
    assert_eq!(firm.state(id, X).await, Queued);
    t.drive_to(2 * HOUR + MINUTE).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len()), (Live, 1));
}

#[tokio::test]
async fn what_is_far_too_late_is_held_and_asked_about() {
    let (t, firm) = start().await;
    let plan = Plan::Schedule { local: firm.clock(60).await, second: false };
    let id = firm.publish(SavePost { plan, ..firm.post("Lunch today!", &[X]) }).await;
    t.drive_to(3 * HOUR).await;
    let delivery = firm.delivery(id, X).await;
    assert_eq!((delivery.state, t.commits(X)), (Held, 0));
    let words = delivery.fault.expect("words");
    assert!(words.contains("could not be sent in time") && words.contains("Send it now"), "{words}");
    service::retry_delivery(&firm.who.tenant, delivery.id).await.expect("sent now");
    t.drive_to(1).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len()), (Live, 1));
}

#[tokio::test]
async fn a_cancelled_delivery_never_goes_out_and_the_others_do() {
    let (t, firm) = start().await;
    let plan = Plan::Schedule { local: firm.clock(30).await, second: false };
    let id = firm.publish(SavePost { plan, ..firm.post("Only there", &[X, LinkedIn]) }).await;
    let delivery = firm.delivery(id, X).await.id;
    service::cancel_delivery(&firm.who.tenant, delivery).await.expect("cancelled");
    t.drive_to(31 * MINUTE).await;
    assert_eq!((firm.state(id, X).await, t.commits(X)), (Cancelled, 0));
    assert_eq!((firm.state(id, LinkedIn).await, t.seen(LinkedIn).len()), (Live, 1));
    let again = service::retry_delivery(&firm.who.tenant, delivery).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Conflict);
    let published = firm.delivery(id, LinkedIn).await.id;
    let too_late = service::cancel_delivery(&firm.who.tenant, published).await.unwrap_err();
    assert_eq!(too_late.kind, ErrorKind::Conflict);
}

#[tokio::test]
async fn moving_a_post_moves_its_job() {
    let (t, firm) = start().await;
    let plan = Plan::Schedule { local: firm.clock(120).await, second: false };
    let id = firm.publish(SavePost { plan, ..firm.post("Moved", &[X, LinkedIn]) }).await;
    posts::reschedule(&firm.who, id, firm.clock(240).await, false).await.expect("moved");
    let open = "select count(*) from jobs where state = 'ready'";
    assert_eq!(t.value::<i64>(open).await, 2);
    assert!(t.drive_to(3 * HOUR).await.is_empty());
    // Back to an earlier time.
    posts::reschedule(&firm.who, id, firm.clock(60).await, false).await.expect("moved back");
    assert_eq!(t.value::<i64>(open).await, 2);
    t.drive_to(HOUR + MINUTE).await;
    for platform in [X, LinkedIn] {
        assert_eq!((firm.state(id, platform).await, t.seen(platform).len()), (Live, 1), "{platform}");
    }
    let too_late = posts::reschedule(&firm.who, id, firm.clock(300).await, false).await.unwrap_err();
    assert_eq!(too_late.kind, ErrorKind::Conflict);
}

#[tokio::test]
async fn what_was_taken_back_or_deleted_stays_here() {
    let (t, firm) = start().await;
    let plan = Plan::Schedule { local: firm.clock(30).await, second: false };
    let back = firm.publish(SavePost { plan, ..firm.post("Back to draft", &[X]) }).await;
    let bin = firm.publish(SavePost { plan, ..firm.post("Into the bin", &[X]) }).await;
    posts::unschedule(&firm.who, back).await.expect("taken back");
    posts::delete(&firm.who, bin).await.expect("deleted");
    t.drive_to(HOUR).await;
    assert_eq!(t.commits(X), 0);
    posts::restore(&firm.who, bin).await.expect("restored");
    t.drive_to(HOUR).await;
    for id in [back, bin] {
        let post = firm.detail(id).await;
        assert_eq!((post.state, post.due.is_some()), (Draft, true));
    }
    assert_eq!(t.commits(X), 0);
}

#[tokio::test]
async fn deleting_a_post_stops_what_is_being_made_ready() {
    let (t, firm) = start().await;
    t.fault(X, Commit, RateLimit);
    let parts = Parts { thread: vec!["And that is all".into()], comment: None };
    let id = firm.publish(firm.post("Never mind", &[X]).followed_by(parts)).await;
    t.drive_to(0).await;
    assert_eq!(firm.state(id, X).await, Ready);
    posts::delete(&firm.who, id).await.expect("deleted");
    let states: Vec<_> = firm.detail(id).await.deliveries.iter().map(|d| d.state).collect();
    assert_eq!(states, [Cancelled, Cancelled], "the post, and what would have followed it");
    let open = "select count(*) from jobs where kind = 'deliver' and state in ('ready', 'running')";
    assert_eq!(t.value::<i64>(open).await, 0);
    let main = firm.delivery(id, X).await.id;
    let history = service::history(&firm.who.tenant, main).await.expect("history");
    let told = history.last().map(|e| (e.from, e.to, e.note.as_str()));
    assert_eq!(told, Some((Ready, Cancelled, "The post was deleted.")));
    t.drive_to(2 * MINUTE).await;
    assert_eq!((t.seen(X).len(), t.commits(X)), (0, 1));
    posts::restore(&firm.who, id).await.expect("restored");
    assert!(firm.detail(id).await.editable, "it can be planned anew");
    t.drive_to(HOUR).await;
    assert_eq!(t.commits(X), 1);
}

#[tokio::test]
async fn a_post_is_not_deleted_while_the_outcome_of_a_call_is_open() {
    let (t, firm) = start().await;
    t.fault(X, Commit, RateLimit);
    t.fault(LinkedIn, Commit, ServerErrorAfterAccept);
    let id = firm.publish(firm.post("Under way", &[X, LinkedIn])).await;
    t.drive_to(0).await;
    assert_eq!((firm.state(id, X).await, firm.state(id, LinkedIn).await), (Ready, Armed));
    let refused = posts::delete(&firm.who, id).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    assert!(refused.message.contains("being published right now"), "{}", refused.message);
    // All or nothing: the other one goes on as well.
    assert_eq!((firm.state(id, X).await, firm.state(id, LinkedIn).await), (Ready, Armed));
    t.drive_to(2 * MINUTE).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len()), (Live, 1));
}

#[tokio::test]
async fn a_delivery_that_nobody_drives_is_found_by_the_sweep() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.post("Orphan", &[X])).await;
    t.sql("delete from jobs").await;
    assert!(t.drive_to(1).await.is_empty());
    t.sql(
        "insert into jobs (id, kind, payload, run_at, priority, max_attempts)
           values (gen_random_uuid(), 'sweep', '{}', now() - interval '1 second', 100, 1)",
    )
    .await;
    t.drive_to(2).await;
    t.drive_to(4).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len()), (Live, 1));
}
