//! The platform took the post and its answer was lost, or nobody knows whether it took it: one post or one question,
//! never two posts.

use super::start;
use crate::support::Content as _;
use crate::support::{Firm, TestApp};
use image::ImageFormat;
use lux::domain::delivery::DeliveryState::{Armed, Live, Ready, Unconfirmed};
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::features::deliveries::server::service;
use lux::sandbox::FaultKind::{DropBeforeAccept, RateLimit, ServerError, ServerErrorAfterAccept, TimeoutAfterAccept};
use lux::sandbox::Operation::Commit;

#[tokio::test]
async fn x_is_looked_at_and_the_post_is_found() {
    let (t, firm) = start().await;
    for (kind, text) in [(ServerErrorAfterAccept, "First of two"), (TimeoutAfterAccept, "Second of two")] {
        t.fault(X, Commit, kind);
        let before = t.commits(X);
        let id = firm.publish(firm.post(text, &[X])).await;
        t.drive_to(0).await;
        assert_eq!(firm.state(id, X).await, Armed, "{kind:?}");
        t.drive_to(20).await;
        let delivery = firm.delivery(id, X).await;
        assert_eq!((delivery.state, t.commits(X)), (Live, before + 1), "{kind:?}");
        let there: Vec<_> = t.sandbox.posts(X).into_iter().filter(|p| p.text == text).collect();
        assert_eq!(there.len(), 1);
        assert_eq!(delivery.remote_url.as_deref(), Some(t.at_stand_in(Platform::X, &there[0].url).as_str()));
    }
}

#[tokio::test]
async fn instagram_is_asked_about_the_container() {
    let (t, firm) = start().await;
    for (kind, text) in [(ServerErrorAfterAccept, "First of two"), (TimeoutAfterAccept, "Second of two")] {
        t.fault(Instagram, Commit, kind);
        let before = t.commits(Instagram);
        let media = vec![firm.picture(ImageFormat::Jpeg).await];
        let id = firm.publish(firm.post(text, &[Instagram]).showing(media)).await;
        for seconds in [0, 5, 10, 30, 45] {
            t.drive_to(seconds).await;
        }
        let delivery = firm.delivery(id, Instagram).await;
        assert_eq!((delivery.state, t.commits(Instagram)), (Live, before + 1), "{kind:?} {:?}", delivery.fault);
        assert_eq!(t.seen(Instagram).iter().filter(|seen| *seen == text).count(), 1);
        assert!(delivery.remote_url.is_some());
    }
}

/// Publishes the delivery's container past the program, as an attempt would whose traces a restored backup has lost.
async fn publish_by_hand(t: &TestApp, firm: &mut Firm) {
    let token = firm.connect(&t.sandbox, Instagram).await.remove(0);
    let account = t.sandbox.accounts(Instagram)[0].id.clone();
    let container: String = t.value("select checkpoint->'post'->>'id' from deliveries").await;
    let address = format!("https://graph.instagram.com/v25.0/{account}/media_publish");
    let client = t.client();
    let ask = client.request(reqwest::Method::POST, &t.at_stand_in(Instagram, &address)).bearer_auth(token);
    let answer = client.send(ask.form(&[("creation_id", container)])).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn an_instagram_container_that_is_published_already_is_linked() {
    // Found while preparing (then nothing is sent), and by the call itself ("not ready").
    for prepared in [false, true] {
        let (t, mut firm) = start().await;
        t.fault(Instagram, Commit, RateLimit);
        let media = vec![firm.picture(ImageFormat::Jpeg).await];
        let id = firm.publish(firm.post("Out already", &[Instagram]).showing(media)).await;
        t.drive_to(0).await;
        assert_eq!(firm.state(id, Instagram).await, Ready);
        publish_by_hand(&t, &mut firm).await;
        if !prepared {
            t.sql("update deliveries set state = 'preparing', checkpoint = jsonb_set(checkpoint, '{post,finished}', 'false')")
                .await;
        }
        let before = t.commits(Instagram);
        for seconds in [130, 140, 150] {
            t.drive_to(seconds).await;
        }
        let delivery = firm.delivery(id, Instagram).await;
        assert_eq!(delivery.state, Live, "{:?}", delivery.fault);
        let posts = t.sandbox.posts(Instagram);
        assert_eq!((posts.len(), t.commits(Instagram) - before), (1, u64::from(prepared)));
        assert_eq!(delivery.remote_url.as_deref(), Some(t.at_stand_in(Instagram, &posts[0].url).as_str()));
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again_after_a_look() {
    let (t, firm) = start().await;
    let media = vec![firm.picture(ImageFormat::Jpeg).await];
    for platform in [X, Instagram] {
        for (kind, text) in [(ServerError, "First of two"), (DropBeforeAccept, "Second of two")] {
            t.fault(platform, Commit, kind);
            let before = t.commits(platform);
            let id = firm.publish(firm.post(text, &[platform]).showing(media.clone())).await;
            for seconds in [0, 5, 25] {
                t.drive_to(seconds).await;
            }
            // Not seen so soon proves nothing yet.
            assert_eq!(
                (firm.state(id, platform).await, t.commits(platform)),
                (Armed, before + 1),
                "{platform} {kind:?}"
            );
            t.drive_to(120).await;
            assert_eq!(
                (firm.state(id, platform).await, t.commits(platform)),
                (Live, before + 2),
                "{platform} {kind:?}"
            );
            assert_eq!(t.seen(platform).iter().filter(|seen| *seen == text).count(), 1, "{platform} {kind:?}");
        }
    }
}

/// LinkedIn does not let an app look at a member's posts, so a person is asked at once.
async fn question(t: &TestApp, firm: &Firm, text: &str) -> PostId {
    let id = firm.publish(firm.post(text, &[LinkedIn])).await;
    let before = t.commits(LinkedIn);
    for seconds in [0, 1] {
        t.drive_to(seconds).await;
    }
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!((delivery.state, t.commits(LinkedIn)), (Unconfirmed, before + 1), "{:?}", delivery.fault);
    assert_eq!(delivery.fault_kind.as_deref(), Some("unknown_outcome"));
    // LinkedIn names no profile, so the way to look leads to whoever is signed in there; here to the stand-in's page.
    let own = t.at_stand_in(LinkedIn, "https://www.linkedin.com/in/me/");
    assert_eq!(delivery.page(), Some(own.as_str()));
    assert_eq!(t.client().page(&own).await.location.as_deref(), Some("/linkedin"));
    let words = delivery.fault.expect("the question");
    assert!(words.starts_with("We cannot tell whether this is on LinkedIn"), "{words}");
    // Until it is answered nothing else can be done with it, and nothing happens by itself.
    let tenant = &firm.who.tenant;
    assert!(service::retry_delivery(tenant, delivery.id).await.is_err());
    assert!(service::cancel_delivery(tenant, delivery.id).await.is_err());
    assert!(t.drive_to(86_400).await.is_empty());
    id
}

#[tokio::test]
async fn linkedin_asks_and_a_person_confirms() {
    let (t, firm) = start().await;
    t.fault(LinkedIn, Commit, TimeoutAfterAccept);
    let id = question(&t, &firm, "Seen on the profile").await;
    let delivery = firm.delivery(id, LinkedIn).await.id;
    let bad = service::confirm_live(&firm.who.tenant, delivery, "javascript:alert(1)").await.unwrap_err();
    assert!(bad.of("url").is_some());
    let url = "https://www.linkedin.com/feed/update/urn:li:share:1";
    service::confirm_live(&firm.who.tenant, delivery, url).await.expect("confirmed");
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!((delivery.state, delivery.remote_url.as_deref()), (Live, Some(url)));
    t.drive_to(600).await;
    assert_eq!((t.seen(LinkedIn).len(), t.commits(LinkedIn)), (1, 1));
}

#[tokio::test]
async fn linkedin_asks_and_a_person_sends_again() {
    let (t, firm) = start().await;
    t.fault(LinkedIn, Commit, DropBeforeAccept);
    let id = question(&t, &firm, "Not on the profile").await;
    assert!(t.seen(LinkedIn).is_empty());
    service::send_again(&firm.who.tenant, firm.delivery(id, LinkedIn).await.id).await.expect("sent again");
    t.drive_to(1).await;
    assert_eq!((firm.state(id, LinkedIn).await, t.seen(LinkedIn).len()), (Live, 1));
}

#[tokio::test]
async fn sending_again_what_is_there_after_all_makes_no_second_post() {
    let (t, firm) = start().await;
    t.fault(LinkedIn, Commit, ServerErrorAfterAccept);
    let id = question(&t, &firm, "Overlooked on the profile").await;
    service::send_again(&firm.who.tenant, firm.delivery(id, LinkedIn).await.id).await.expect("sent again");
    t.drive_to(1).await;
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!((delivery.state, t.seen(LinkedIn).len()), (Live, 1), "{:?}", delivery.fault);
}

#[tokio::test]
async fn after_three_proven_absences_a_person_decides() {
    let (t, firm) = start().await;
    for _ in 0..3 {
        t.fault(X, Commit, ServerError);
    }
    let id = firm.publish(firm.post("Unwanted", &[X])).await;
    // Arming takes real time, looks are taken later and later: each absence is believed 90 s after its call.
    for _ in 0..12 {
        t.drive_to(120).await;
        t.sql("update deliveries set armed_at = armed_at - interval '3 minutes' where state = 'armed'").await;
        t.sql("update jobs set run_at = now() where state = 'ready'").await;
    }
    let delivery = firm.delivery(id, X).await;
    assert_eq!(delivery.state, lux::domain::delivery::DeliveryState::Failed);
    assert_eq!((t.commits(X), t.seen(X).len()), (3, 0));
    service::retry_delivery(&firm.who.tenant, delivery.id).await.expect("tried again");
    t.drive_to(1).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len()), (Live, 1));
}

/// The platforms whose posts can be looked at are the ones that never need to ask.
#[tokio::test]
async fn only_what_cannot_be_looked_at_is_asked_about() {
    let (t, firm) = start().await;
    let media = vec![firm.picture(ImageFormat::Jpeg).await];
    let all: [Platform; 3] = [X, LinkedIn, Instagram];
    all.iter().for_each(|p| t.fault(*p, Commit, TimeoutAfterAccept));
    let id = firm.publish(firm.post("All answers lost", &all).showing(media)).await;
    for seconds in [0, 5, 10, 30, 45, 150, 240, 500] {
        t.drive_to(seconds).await;
    }
    for (platform, state) in [(X, Live), (LinkedIn, Unconfirmed), (Instagram, Live)] {
        assert_eq!((firm.state(id, platform).await, t.seen(platform).len()), (state, 1), "{platform}");
    }
}
