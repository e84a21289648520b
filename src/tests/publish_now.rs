//! Publishing at once: what the guards say is read before anything goes out, in the composer with and without JavaScript
//! and where something stopped can be sent.

use crate::support::{Firm, TestApp};
use lux::domain::delivery::DeliveryState;
use lux::domain::platform::Platform::{LinkedIn, X};
use lux::domain::post::{Plan, SavePost};
use lux::features::posts::model::Saved;
use lux::features::posts::server::cards;
use reqwest::Method;
use reqwest::multipart::Form;

const HOUR: i64 = 60;

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    (t, firm)
}

impl Firm {
    async fn for_later(&self, text: &str, minutes: i64) -> Saved {
        let plan = Plan::Schedule { local: self.clock(minutes).await, second: false };
        self.save(SavePost { plan, ..self.post(text, &[X]) }).await
    }

    /// What "Publish now" sends.
    fn now(&self, text: &str) -> SavePost {
        SavePost { plan: Plan::NowIfClear, ..self.post(text, &[X]) }
    }
}

#[tokio::test]
async fn nothing_goes_out_before_the_warnings_are_read() {
    let (t, firm) = start().await;
    firm.for_later("Beans", 30 * HOUR).await;
    let asked = firm.save(firm.now(" beans ")).await;
    let [note] = asked.asks.as_slice() else { panic!("{asked:?}") };
    assert!(note.starts_with("The same text is planned on @northwind") && note.contains("X refuses repeats"), "{note}");
    assert!(!asked.blocked() && asked.state == DeliveryState::Draft, "{asked:?}");
    t.drive_to(60).await;
    assert_eq!(firm.state(asked.id, X).await, DeliveryState::Draft);
    assert!(t.sandbox.posts(X).is_empty());
    // Other words ask nothing.
    let version = Some(asked.version);
    let other = SavePost { id: Some(asked.id), version, ..firm.now("Other beans") };
    let other = firm.save(other).await;
    assert_eq!((other.asks.len(), other.state), (0, DeliveryState::Queued));
    // And whoever has read it goes on.
    let again = firm.save(firm.now("beans")).await;
    let (id, version) = (Some(again.id), Some(again.version));
    assert!(again.asks.iter().any(|n| n.contains("in the same minute") || n.contains("a minute")), "{again:?}");
    let gone = firm.save(SavePost { id, version, ..firm.post("beans", &[X]) }).await;
    assert_eq!((gone.asks.len(), gone.state), (0, DeliveryState::Queued));
    t.drive_to(60).await;
    assert_eq!(firm.state(gone.id, X).await, DeliveryState::Live);
}

#[tokio::test]
async fn whoever_is_asked_and_walks_away_keeps_the_planned_time() {
    let (t, firm) = start().await;
    firm.for_later("Beans", 30 * HOUR).await;
    let planned = firm.for_later("Tea", 2 * HOUR).await;
    let input = SavePost { id: Some(planned.id), version: Some(planned.version), ..firm.now("Beans") };
    let asked = firm.save(input).await;
    assert_eq!((asked.asks.len(), asked.state, asked.due), (1, DeliveryState::Queued, planned.due));
    t.drive_to(60).await;
    assert_eq!(firm.state(planned.id, X).await, DeliveryState::Queued);
    t.drive_to(2 * 3600 + 60).await;
    assert_eq!(firm.state(planned.id, X).await, DeliveryState::Live);
}

#[tokio::test]
async fn without_javascript_the_page_asks_too() {
    let (t, firm) = start().await;
    firm.for_later("Beans", 30 * HOUR).await;
    let client = t.signed_in(&firm.email).await;
    let press = async |form: Form, button: &str| {
        let form =
            form.text("text", "Beans").text("targets", firm.account(X).to_string()).text("plan", button.to_owned());
        let answer = client.send(client.request(Method::POST, "/studio/save").multipart(form)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location.expect("somewhere to go")
    };
    let to = press(Form::new(), "now").await;
    let id = to.split("post=").nth(1).and_then(|rest| rest.get(..36)).expect("a draft").to_owned();
    assert!(to.ends_with("&notice=ask"), "{to}");
    let page = client.page(&to).await.body;
    for words in
        ["Worth a look before you publish", "The same text is planned on", "Publish anyway", "saved as a draft"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!client.page(&format!("/studio?post={id}")).await.body.contains("Publish anyway"));
    let form = || Form::new().text("post", id.clone()).text("version", "1");
    let to = press(form(), "anyway").await;
    assert_eq!(to, format!("/posts/{id}?notice=scheduled"));
    t.drive_to(60).await;
    assert_eq!(firm.state(id.parse().expect("id"), X).await, DeliveryState::Live);
}

#[tokio::test]
async fn what_has_stopped_says_it_beside_its_button() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.post("Beans", &[X, LinkedIn])).await;
    t.sql("update deliveries set state = 'held'").await;
    assert!(firm.detail(id).await.deliveries.iter().all(|d| d.notes.is_empty()));
    firm.for_later("Beans", 30 * HOUR).await;
    let card = firm.delivery(id, X).await;
    assert!(card.notes.len() == 1 && card.notes[0].starts_with("The same text is planned on"), "{:?}", card.notes);
    assert_eq!(firm.delivery(id, LinkedIn).await.notes, Vec::<String>::new());
    let waiting = cards::needing_attention(&firm.who.tenant, 5).await.expect("cards");
    assert!(waiting.iter().flat_map(|p| &p.deliveries).any(|d| d.notes == card.notes));
    let client = t.signed_in(&firm.email).await;
    for path in [format!("/posts/{id}"), "/needs".into(), "/".into()] {
        let page = client.page(&path).await.body;
        assert!(page.contains("Worth a look before you publish") && page.contains("Publish now"), "{path}");
    }
}

#[tokio::test]
async fn each_failure_shows_its_own_way_out() {
    let (t, firm) = start().await;
    let id = firm.for_later("Beans", 30 * HOUR).await.id;
    let client = t.signed_in(&firm.email).await;
    let handle = firm.delivery(id, X).await.handle;
    let (reconnect, stop) = (format!("Reconnect X {handle}"), format!("Do not publish: X {handle}"));
    let all = ["Open Integrations", "Try again", "Edit the post", reconnect.as_str()];
    for (change, offered) in [
        ("update deliveries set state = 'failed', fault_kind = 'not_configured'", &all[..2]),
        ("update deliveries set state = 'failed', fault_kind = 'unsupported'", &all[2..3]),
        ("update deliveries set state = 'failed', fault_kind = 'permanent'", &all[1..3]),
        ("update deliveries set state = 'needs_edit', fault_kind = 'invalid_content'", &all[2..3]),
        ("update deliveries set state = 'needs_reconnect', fault_kind = 'auth_expired'", &all[3..]),
    ] {
        t.sql(change).await;
        for path in [format!("/posts/{id}"), "/needs".into(), "/".into()] {
            let page = client.page(&path).await.body;
            for words in all {
                assert_eq!(page.contains(words), offered.contains(&words), "{change} {path} {words}");
            }
            assert!(page.contains(&stop), "{change} {path}");
        }
    }
    // Who may not enter keys is told who can.
    t.sql("update deliveries set state = 'failed', fault_kind = 'not_configured'; update members set role = 'editor'")
        .await;
    let page = client.page("/needs").await.body;
    assert!(page.contains("Ask an admin to enter the keys") && !page.contains("Open Integrations"));
    // Nobody knows whether it is there: the account's own page is where one looks.
    t.sql("update deliveries set state = 'unconfirmed', fault_kind = 'unknown_outcome'").await;
    let profile: String = t.value("select profile_url from connections where platform = 'x'").await;
    let there = t.at_stand_in(X, &profile);
    for path in [format!("/posts/{id}"), "/needs".into(), "/".into()] {
        let page = client.page(&path).await.body;
        assert!(page.contains("Look at X") && page.contains(&format!("href=\"{there}\"")), "{path}");
        assert!(!page.contains(&stop), "{path}: it may be out already");
    }
    // What waits for its time can be stopped as well.
    t.sql("update deliveries set state = 'queued', fault_kind = null").await;
    assert!(client.page(&format!("/posts/{id}")).await.body.contains(&stop));
}
