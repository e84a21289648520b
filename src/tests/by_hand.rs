//! Posts to accounts that people publish to themselves: planned and checked as all others, handed over when their time
//! comes, and out when a person says so. Nothing is sent.

use crate::support::{Content as _, Firm, TestApp};
use chrono::TimeDelta;
use lux::domain::delivery::DeliveryState::{ByHand, Cancelled, Live, NeedsReconnect, Queued};
use lux::domain::error::ErrorKind;
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::Snapchat;
use lux::domain::post::{Format, Plan, SavePost, Target};
use lux::features::connections::server::service as connections;
use lux::features::deliveries::server::{linked, service};
use lux::features::posts::server::service as posts;

const WORDS: &str = "Grüße aus der Rösterei\nNew beans today.";
const LINK: &str = "https://northwind.example/beans";
const THERE: &str = "https://www.snapchat.com/spotlight/W7_EDlXWTBiXAEEniNoMPwAA";

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let mut firm = Firm::found(&t.app, "Northwind", "UTC").await;
    firm.add_by_name(Snapchat, "@Northwind.Coffee").await;
    (t, firm)
}

/// A story in half an hour.
async fn story(firm: &Firm) -> SavePost {
    let picture = firm.picture_of(576, 1024).await;
    let plan = Plan::Schedule { local: firm.clock(30).await, second: false };
    let post = firm.post(WORDS, &[Snapchat]).showing(vec![picture]).linking(Some(LINK.into()));
    SavePost { plan, ..post }
}

async fn due(t: &TestApp) {
    t.drive(TimeDelta::minutes(31)).await;
}

async fn lives(t: &TestApp) -> i64 {
    t.value("select count(*) from delivery_events where to_state = 'live'").await
}

#[tokio::test]
async fn it_is_handed_over_at_its_time_and_marked_once() {
    let (t, firm) = start().await;
    let id = firm.publish(story(&firm).await).await;
    t.drive_to(0).await;
    assert_eq!(firm.state(id, Snapchat).await, Queued);
    let problems = "select count(*) from delivery_checks where findings::text like '%\"error\"%'";
    assert_eq!(t.value::<i64>(problems).await, 0, "nothing stands against it: it needs no keys and no sign-in");
    due(&t).await;
    let delivery = firm.delivery(id, Snapchat).await;
    assert_eq!((delivery.state, delivery.fault_kind.as_deref()), (ByHand, Some("by_hand")));
    assert_eq!(delivery.fault.as_deref(), Some("It is time: post this on Snapchat yourself, then mark it as posted."));
    assert_eq!(service::waiting_for_people(&firm.who.tenant).await.unwrap(), 1);
    // It may be out by now, for all that anybody here knows: nobody edits it, and nothing drives it.
    let moved = posts::reschedule(&firm.who, id, firm.clock(90).await, false).await.unwrap_err();
    assert_eq!(moved.kind, ErrorKind::Conflict);
    assert!(t.drive_to(7_200).await.is_empty());

    what_a_person_gets(&t, &firm, id).await;

    let wrong = linked::confirm_live(&firm.who, delivery.id, "https://x.com/northwind/status/1").await.unwrap_err();
    assert_eq!(
        wrong.of("url").as_deref(),
        Some("This is not an address on Snapchat. Paste the address of the post, or leave it empty.")
    );
    linked::confirm_live(&firm.who, delivery.id, THERE).await.expect("marked");
    linked::confirm_live(&firm.who, delivery.id, "").await.expect("a second time it does nothing");
    let live = firm.delivery(id, Snapchat).await;
    assert_eq!((live.state, live.remote_url.as_deref(), live.fault), (Live, Some(THERE), None));
    assert!(live.live_at.is_some());
    assert_eq!((lives(&t).await, service::waiting_for_people(&firm.who.tenant).await.unwrap()), (1, 0));
    assert_eq!(service::cancel_delivery(&firm.who.tenant, delivery.id).await.unwrap_err().kind, ErrorKind::Conflict);

    // Undo: it waits again, and can be marked again.
    linked::unlink(&firm.who.tenant, delivery.id).await.expect("taken back");
    let again = firm.delivery(id, Snapchat).await;
    assert_eq!((again.state, again.remote_url, again.live_at), (ByHand, None, None));
    assert!(linked::unlink(&firm.who.tenant, delivery.id).await.is_err());
    linked::confirm_live(&firm.who, delivery.id, "").await.expect("marked");
    assert_eq!((firm.state(id, Snapchat).await, lives(&t).await), (Live, 2));
    assert!(t.drive_to(7_200).await.is_empty());
}

/// In the page that names what needs somebody, in the REST list, and as a ZIP file; for nobody else.
async fn what_a_person_gets(t: &TestApp, firm: &Firm, id: PostId) {
    let delivery = firm.delivery(id, Snapchat).await.id;
    let client = t.signed_in(&firm.email).await;
    let page = client.page("/needs").await.body;
    for words in [
        "To post by hand",
        "Download all (ZIP)",
        "Save 1.jpg",
        "New beans today.",
        LINK,
        "Mark as posted",
        "Not posted",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let list = client.get(&format!("/api/v1/social/scheduled/{}?status=by_hand", firm.who.company)).await.json();
    assert!(list["total"] == 1 && list["items"][0]["state"] == "by_hand", "{list}");

    let address = format!("/api/v1/deliveries/{delivery}/package");
    let cookie = client.cookie().expect("signed in");
    let answer = client.request(reqwest::Method::GET, &address).header("cookie", cookie).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/zip");
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.starts_with("attachment; filename=\"snapchat-northwind.coffee-20"), "{name}");
    let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let zip = answer.bytes().await.unwrap();
    assert_eq!(zip.len(), length);
    let picture = firm.detail(id).await.content.media[0].url.clone();
    let picture = reqwest::get(client.address(&picture)).await.unwrap().bytes().await.unwrap();
    let has = |part: &[u8]| zip.windows(part.len()).any(|window| window == part);
    for part in [&b"1.jpg"[..], b"text.txt", WORDS.as_bytes(), b"link.txt", LINK.as_bytes(), &picture[..200]] {
        assert!(has(part), "{}", String::from_utf8_lossy(part));
    }

    let other = Firm::found(&t.app, "Southwind", "UTC").await;
    let stranger = t.signed_in(&other.email).await;
    assert_eq!(stranger.get(&address).await.status, 404);
    assert_eq!(t.client().get(&address).await.status, 401);
}

#[tokio::test]
async fn what_is_not_posted_ends_and_can_be_planned_anew() {
    let (t, firm) = start().await;
    let post = story(&firm).await;
    let media = post.content.media.clone();
    let id = firm.publish(post).await;
    // The server was away for half a day: a person decides, and sees how late it is.
    t.sql("update deliveries set due_at = due_at - interval '12 hours'").await;
    t.sql("update jobs set run_at = now() where kind = 'deliver'").await;
    t.drive_to(1).await;
    let delivery = firm.delivery(id, Snapchat).await;
    assert_eq!(delivery.state, ByHand);
    service::cancel_delivery(&firm.who.tenant, delivery.id).await.expect("not posted");
    assert_eq!(firm.state(id, Snapchat).await, Cancelled);
    assert!(linked::confirm_live(&firm.who, delivery.id, "").await.is_err());
    // Edited and planned again, now as a video for everybody: a picture is none.
    let (detail, plan) = (firm.detail(id).await, Plan::Schedule { local: firm.clock(40).await, second: false });
    let anew = |format| {
        let targets = vec![Target { format, ..Target::to(firm.account(Snapchat)) }];
        let (version, media) = (Some(detail.version), media.clone());
        SavePost { id: Some(id), version, plan, targets, ..firm.post("Once more", &[]).showing(media) }
    };
    let refused = firm.save(anew(Format::Spotlight)).await;
    assert!(refused.blocked(), "{:?}", refused.problems);
    let again = SavePost { version: Some(refused.version), ..anew(Format::Story) };
    firm.publish(again).await;
    t.drive(TimeDelta::minutes(41)).await;
    assert_eq!(firm.state(id, Snapchat).await, ByHand);
}

#[tokio::test]
async fn the_account_has_no_sign_in_to_end() {
    let (t, firm) = start().await;
    let [card] = <[_; 1]>::try_from(connections::cards(&firm.who.tenant).await.unwrap()).expect("one account");
    assert!(card.by_hand && !card.sign_in.renewable && card.expires.is_none());
    assert_eq!(card.profile_url.as_deref(), Some("https://www.snapchat.com/add/northwind.coffee"));
    let id = firm.publish(story(&firm).await).await;
    let (_, revoked) = connections::disconnect(&t.app, firm.who.company, card.id).await.unwrap();
    assert_eq!(revoked, connections::Revoked::Yes);
    due(&t).await;
    assert_eq!(firm.state(id, Snapchat).await, NeedsReconnect);
}
