//! Definite answers other than yes: later, never like this, not with this content.

use super::start;
use crate::support::Content as _;
use chrono::{TimeDelta, Utc};
use image::ImageFormat;
use lux::domain::delivery::DeliveryState::{Draft, Live, NeedsEdit, Preparing, Ready};
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::domain::post::{Plan, SavePost};
use lux::sandbox::Fault;
use lux::sandbox::FaultKind::{RateLimit, ServerError};
use lux::sandbox::Operation::{Commit, Prepare};

#[tokio::test]
async fn a_rate_limit_waits_as_told_and_burns_no_attempt() {
    let (t, firm) = start().await;
    let limit = Fault { seconds: Some(900), ..Fault::once(X, Commit, RateLimit) };
    t.sandbox.inject(limit);
    let id = firm.publish(firm.post("Patience", &[X])).await;
    t.drive_to(0).await;
    let delivery = firm.delivery(id, X).await;
    assert_eq!(delivery.state, Ready);
    let words = delivery.fault.expect("words");
    assert!(words.starts_with("X asks us to wait") && words.ends_with("It continues automatically."), "{words}");
    assert_eq!(t.value::<i32>("select attempts from jobs").await, 0);
    assert!(t.drive_to(880).await.is_empty());
    t.drive_to(905).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len(), t.commits(X)), (Live, 1, 2));
}

#[tokio::test]
async fn linkedins_limit_without_a_time_waits_too() {
    let (t, firm) = start().await;
    t.sandbox.inject(Fault::once(LinkedIn, Commit, RateLimit));
    let id = firm.publish(firm.post("Patience", &[LinkedIn])).await;
    t.drive_to(0).await;
    assert_eq!((firm.state(id, LinkedIn).await, t.value::<i32>("select attempts from jobs").await), (Ready, 0));
    let wait = t.value::<chrono::DateTime<Utc>>("select run_at from jobs").await - Utc::now();
    assert!(wait > TimeDelta::seconds(30), "{wait}");
    t.drive(wait + TimeDelta::seconds(2)).await;
    assert_eq!((firm.state(id, LinkedIn).await, t.seen(LinkedIn).len()), (Live, 1));
}

#[tokio::test]
async fn a_failed_upload_is_repeated_with_back_off() {
    for platform in [X, LinkedIn, Instagram] {
        let (t, firm) = start().await;
        let media = vec![firm.picture(ImageFormat::Jpeg).await];
        t.fault(platform, Prepare, ServerError);
        let id = firm.publish(firm.post("With a picture", &[platform]).showing(media)).await;
        t.drive_to(0).await;
        let delivery = firm.delivery(id, platform).await;
        assert_eq!(delivery.state, Preparing, "{platform}");
        assert!(delivery.fault.is_some_and(|words| words.ends_with("We will try again.")), "{platform}");
        assert_eq!(t.value::<i32>("select attempts from jobs").await, 1, "{platform}");
        for seconds in [120, 130, 140] {
            t.drive_to(seconds).await;
        }
        let delivery = firm.delivery(id, platform).await;
        assert_eq!((delivery.state, delivery.fault), (Live, None), "{platform}");
        assert_eq!((t.seen(platform).len(), t.commits(platform)), (1, 1), "{platform}");
    }
}

#[tokio::test]
async fn a_picture_against_the_rules_is_refused_before_anything_is_sent() {
    let (t, firm) = start().await;
    let media = vec![firm.picture(ImageFormat::Png).await];
    let saved = firm.save(firm.post("A drawing", &[X, Instagram]).showing(media.clone())).await;
    assert!(saved.blocked());
    let problem = saved.problems.iter().find(|p| p.connection == Some(firm.account(Instagram))).expect("its problem");
    assert!(problem.problem.message.contains("JPEG"), "{}", problem.problem.message);
    // Nothing goes out in part; what was written is kept as a draft.
    t.drive_to(60).await;
    let post = firm.detail(saved.id).await;
    assert_eq!((post.state, post.content.text.as_str(), post.content.media.len()), (Draft, "A drawing", 1));
    assert_eq!(t.commits(X) + t.commits(Instagram) + t.sandbox.requests(Instagram, Prepare), 0);
}

#[tokio::test]
async fn refused_content_needs_editing_and_keeps_the_post() {
    let (t, firm) = start().await;
    let account = t.sandbox.accounts(X)[0].id.clone();
    let long_ago = Utc::now() - TimeDelta::hours(5);
    t.sandbox.insert_post(X, &account, "Said before", long_ago, &[]).await.expect("history");
    let id = firm.publish(firm.post("Said before", &[X])).await;
    for seconds in [0, 20, 120] {
        t.drive_to(seconds).await;
    }
    let post = firm.detail(id).await;
    assert_eq!((post.state, post.content.text.as_str(), post.editable), (NeedsEdit, "Said before", true));
    let words = post.deliveries[0].fault.clone().expect("words");
    assert!(words.contains("same content") && words.contains("Change it"), "{words}");
    assert_eq!((t.seen(X).len(), t.commits(X)), (1, 1));
    let edited = SavePost {
        id: Some(id),
        version: Some(post.version),
        plan: Plan::Now,
        ..firm.post("", &[X]).saying("Said anew".into())
    };
    firm.publish(edited).await;
    t.drive_to(1).await;
    assert_eq!((firm.state(id, X).await, t.seen(X)), (Live, vec!["Said before".into(), "Said anew".into()]));
}

#[tokio::test]
async fn a_platform_that_stays_down_ends_in_a_state_that_a_person_sees() {
    let (t, firm) = start().await;
    let media = vec![firm.picture(ImageFormat::Jpeg).await];
    t.sandbox.inject(Fault { times: 100, ..Fault::once(X, Prepare, ServerError) });
    let id = firm.publish(firm.post("Nobody is home", &[X]).showing(media)).await;
    for _ in 0..20 {
        t.drive_to(0).await;
        t.sql("update jobs set run_at = now() where state = 'ready'").await;
    }
    let post = firm.detail(id).await;
    let failed = lux::domain::delivery::DeliveryState::Failed;
    assert_eq!((post.state, post.content.text.as_str(), post.content.media.len()), (failed, "Nobody is home", 1));
    let words = post.deliveries[0].fault.clone().expect("words");
    assert!(words.contains("We tried 8 times; nothing was published."), "{words}");
    assert_eq!((t.commits(Platform::X), t.value::<String>("select state from jobs").await), (0, "dead".into()));
}

#[tokio::test]
async fn the_same_text_in_an_older_post_is_not_taken_for_this_one() {
    let (t, firm) = start().await;
    let account = t.sandbox.accounts(LinkedIn)[0].id.clone();
    t.sandbox.insert_post(LinkedIn, &account, "Said before", Utc::now(), &[]).await.expect("history");
    let id = firm.publish(firm.post("Said before", &[LinkedIn])).await;
    t.drive_to(0).await;
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!((delivery.state, delivery.remote_url), (NeedsEdit, None));
    let words = delivery.fault.expect("words");
    assert!(words.contains("/feed/update/urn:li:") && words.ends_with("schedule it again."), "{words}");
    assert_eq!((t.seen(LinkedIn).len(), t.commits(LinkedIn)), (1, 1));
}
