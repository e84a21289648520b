//! The platform took the post and its answer was lost, or nobody knows whether it took it: one post or one question,
//! never two posts.

use super::start;
use crate::support::Content as _;
use crate::support::{Firm, TestApp};
use image::ImageFormat;
use lux::domain::delivery::DeliveryState::{Armed, Live, Ready, Unconfirmed};
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::features::deliveries::server::{linked, service};
use lux::sandbox::FaultKind::{DropBeforeAccept, RateLimit, ServerError, ServerErrorAfterAccept, TimeoutAfterAccept};
use lux::sandbox::Operation::{Commit, Read};
use reqwest::{Method, header};

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
    for bad in [
        "javascript:alert(1)",
        "https://x.com/northwind_demo/status/1",
        "https://www.linkedin.com/in/northwind/",
        "https://www.linkedin.com/feed/update/urn:li:company:1",
        "https://linkedin.com.evil.example/feed/update/urn:li:share:1",
    ] {
        let refused = linked::confirm_live(&firm.who, delivery, bad).await.unwrap_err();
        assert!(refused.of("url").is_some(), "{bad}");
    }
    let url = "https://www.linkedin.com/feed/update/urn:li:share:1";
    linked::confirm_live(&firm.who, delivery, url).await.expect("confirmed");
    let history = service::history(&firm.who.tenant, delivery).await.expect("the history");
    let last = &history.last().expect("an event").note;
    assert!(last.contains("The address is not checked: LinkedIn does not let this app look"), "{last}");
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!((delivery.state, delivery.remote_url), (Live, Some(t.at_stand_in(LinkedIn, url))));
    t.drive_to(600).await;
    assert_eq!((t.seen(LinkedIn).len(), t.commits(LinkedIn)), (1, 1));
}

/// Where the platform can be asked, it is: only a post that is there, of this account and not linked yet, is linked.
#[tokio::test]
async fn only_a_post_of_the_account_is_linked() {
    let (t, firm) = start().await;
    let tenant = &firm.who.tenant;
    let first = firm.publish(firm.post("Linked already", &[X])).await;
    t.drive_to(0).await;
    let linked = t.sandbox.posts(X)[0].url.clone();
    let id = firm.publish(firm.post("Looked for", &[X])).await;
    t.sql("update deliveries set state = 'unconfirmed', armed_at = now() where state = 'queued'").await;
    let at = chrono::Utc::now();
    let ours = t.sandbox.insert_post(X, "northwind_demo", "Looked for\nand found", at, &[]).await.expect("a post");
    let theirs = t.sandbox.insert_post(X, "northwind_lab", "Not ours", at, &[]).await.expect("a post");
    let delivery = firm.delivery(id, X).await.id;
    for (bad, words) in [
        ("https://x.com/northwind_demo", "is not the address of a post on X"),
        ("https://www.linkedin.com/feed/update/urn:li:share:1", "is not the address of a post on X"),
        ("https://x.com/northwind_demo/status/1", "There is no such post on X"),
        (theirs.url.as_str(), "is not from @northwind_demo"),
        (linked.as_str(), "which is linked already"),
    ] {
        let refused = linked::confirm_live(&firm.who, delivery, bad).await.unwrap_err();
        assert!(refused.of("url").is_some_and(|p| p.contains(words)), "{bad}: {refused:?}");
        assert_eq!(firm.state(id, X).await, Unconfirmed, "{bad}");
    }
    linked::confirm_live(&firm.who, delivery, &ours.url).await.expect("linked");
    let note = service::history(tenant, delivery).await.expect("the history").last().expect("an event").note.clone();
    let when = lux::infra::zone::local(chrono_tz::UTC, at).short();
    assert_eq!(note, format!("Somebody checked: it is published. Found on X: “Looked for…”, {when}."));
    assert_eq!((firm.state(first, X).await, firm.state(id, X).await), (Live, Live));
    // The same post is not linked twice, as it is known by its id now.
    let other = firm.publish(firm.post("Another", &[X])).await;
    t.sql("update deliveries set state = 'unconfirmed', armed_at = now() where state = 'queued'").await;
    let other = firm.delivery(other, X).await.id;
    let twice = linked::confirm_live(&firm.who, other, &ours.url).await.unwrap_err();
    assert!(twice.of("url").is_some_and(|p| p.contains("which is linked already")), "{twice:?}");
}

/// A link by hand can be taken back: the question is open again. What the program knows itself cannot.
#[tokio::test]
async fn a_link_by_hand_can_be_undone() {
    let (t, firm) = start().await;
    let tenant = &firm.who.tenant;
    let known = firm.publish(firm.post("Known", &[X])).await;
    t.drive_to(0).await;
    let known = firm.delivery(known, X).await.id;
    assert!(linked::unlink(tenant, known).await.unwrap_err().message.contains("nothing to undo"));
    assert_eq!(linked::linked_post(tenant, known).await.expect("read"), None);

    let id = firm.publish(firm.post("Looked for", &[X])).await;
    t.sql("update deliveries set state = 'unconfirmed', armed_at = now() where state = 'queued'").await;
    let delivery = firm.delivery(id, X).await.id;
    let at = chrono::Utc::now() - chrono::TimeDelta::minutes(5);
    let there = t.sandbox.insert_post(X, "northwind_demo", "Looked for", at, &[]).await.expect("a post");
    linked::confirm_live(&firm.who, delivery, &there.url).await.expect("linked");
    let card = firm.delivery(id, X).await;
    let second = |at: chrono::DateTime<chrono::Utc>| at.timestamp();
    assert_eq!(second(card.live_at.expect("a time").at.into()), second(at), "the platform's time, not ours");
    let linked = linked::linked_post(tenant, delivery).await.expect("read").expect("linked");
    assert_eq!(linked.url, Some(t.at_stand_in(X, &there.url)));
    assert!(linked.note.contains("“Looked for”"), "{linked:?}");

    linked::unlink(tenant, delivery).await.expect("undone");
    let card = firm.delivery(id, X).await;
    assert_eq!((card.state, card.remote_url, card.live_at), (Unconfirmed, None, None));
    assert!(card.fault.is_some_and(|words| words.starts_with("We cannot tell whether this is on X")));
    assert_eq!(linked::linked_post(tenant, delivery).await.expect("read"), None);
    assert!(linked::unlink(tenant, delivery).await.is_err());
    assert!(t.drive_to(600).await.is_empty(), "nothing goes out by itself");
    linked::confirm_live(&firm.who, delivery, "").await.expect("without an address");
    let note = linked::linked_post(tenant, delivery).await.expect("read").expect("linked").note;
    assert!(note.ends_with("The address is not checked: no address was given."), "{note}");
}

/// When the platform does not answer, that is said, and what the person says counts; what the address says itself does too.
#[tokio::test]
async fn a_platform_that_does_not_answer_leaves_it_to_the_person() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.post("Looked for", &[X])).await;
    t.sql("update deliveries set state = 'unconfirmed', armed_at = now() where state = 'queued'").await;
    let delivery = firm.delivery(id, X).await.id;
    t.fault(X, Read, ServerError);
    let theirs = linked::confirm_live(&firm.who, delivery, "https://x.com/northwind_lab/status/7").await.unwrap_err();
    assert!(theirs.of("url").is_some_and(|p| p.contains("is not from @northwind_demo")), "{theirs:?}");
    t.fault(X, Read, ServerError);
    linked::confirm_live(&firm.who, delivery, "https://x.com/northwind_demo/status/7").await.expect("linked");
    let note = linked::linked_post(&firm.who.tenant, delivery).await.expect("read").expect("linked").note;
    assert_eq!(note, "Somebody checked: it is published. The address is not checked: X does not answer right now.");
}

/// Without JavaScript: what was wrong is said at the form that it was, what was found is shown, and Undo is a form.
#[tokio::test]
async fn linking_works_without_javascript() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.post("Looked for", &[X])).await;
    t.sql("update deliveries set state = 'unconfirmed', armed_at = now() where state = 'queued'").await;
    let delivery = firm.delivery(id, X).await.id.to_string();
    let there =
        t.sandbox.insert_post(X, "northwind_demo", "Looked for", chrono::Utc::now(), &[]).await.expect("a post");
    let owner = t.signed_in(&firm.email).await;
    let send = async |function: &str, fields: &[(&str, &str)]| {
        let request = owner.request(Method::POST, &format!("/rpc/lux/features/deliveries/calls/{function}"));
        let page = owner.address("/needs");
        let request = request.header(header::ACCEPT, "text/html").header(header::REFERER, page).form(fields);
        let answer = owner.send(request).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        answer.location.expect("a page")
    };
    let bad = send("confirm_live", &[("delivery", &delivery), ("url", "https://x.com/a"), ("back", "/needs")]).await;
    let page = owner.page(&bad).await.body;
    assert!(
        page.contains("This is not the address of a post on X") && page.contains("value=\"https://x.com/a\""),
        "{page}"
    );
    assert!(page.contains("<details") && page.contains(" open"), "the form stays open");

    let good = send("confirm_live", &[("delivery", &delivery), ("url", &there.url), ("back", "/needs")]).await;
    assert_eq!(good, format!("/needs?linked={delivery}"));
    let page = owner.page(&good).await.body;
    for part in ["Linked for @northwind_demo.", "Found on X: “Looked for”", "See it on X", "/unlink_post"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let undone = send("unlink_post", &[("delivery", &delivery), ("back", &good)]).await;
    let page = owner.page(&undone).await.body;
    assert!(page.contains("Unconfirmed") && !page.contains("Linked for"), "{page}");
    let nowhere =
        send("confirm_live", &[("delivery", &delivery), ("url", &there.url), ("back", "//evil.example")]).await;
    assert_eq!(nowhere, format!("/posts/{id}?linked={delivery}"));
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
