//! The checks of what is planned: when they come, what they find, and that they stand in nobody's way.

use super::*;
use crate::support::Content as _;

#[tokio::test]
async fn what_is_scheduled_is_checked_at_once_and_shown() {
    let (t, firm) = start().await;
    let picture = firm.picture(ImageFormat::Jpeg).await;
    let post = firm.post("New beans", &[X, LinkedIn, Instagram]).showing(vec![picture]);
    let saved = firm.planned_with(post, 30 * HOUR).await;
    for platform in [X, LinkedIn, Instagram] {
        let check = firm.check(saved.id, platform).await;
        assert_eq!((check.verdict, found(&check)), (Some(Verdict::Ok), vec![]), "{platform}");
        assert!(check.checked.is_some() && check.next.is_some());
    }
    let from = Utc::now();
    let card = cards::between(&firm.who.tenant, from, from + TimeDelta::days(3), 100).await.expect("cards").remove(0);
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
    firm.follow_changes().await;
    t.minute(0).await;
    let check = firm.check(saved.id, X).await;
    assert_eq!((check.verdict, check.findings[0].cause), (Some(Verdict::Problem), Cause::Connection));
    assert!(check.findings[0].message.contains("X has closed our access"), "{:?}", check.findings);
    let (href, words) = check.findings[0].way_out(X, saved.id).expect("something to do");
    assert_eq!((href, words.as_str()), (format!("/api/social/connect/x?next=/posts/{}", saved.id), "Reconnect X"));
    firm.connect(&t.sandbox, X).await;
    t.minute(0).await;
    assert_eq!(firm.check(saved.id, X).await.verdict, Some(Verdict::Ok));
    connections::disconnect(&t.app, firm.who.company, firm.account(X)).await.expect("disconnected");
    firm.follow_changes().await;
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
    let others = firm.post("Others", &[Instagram, X]).showing(vec![picture]);
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
    let refusal = Fault { ms: Some(0), ..Fault::once(X, Operation::Token, FaultKind::ServerError) };
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
    let post = firm.post("Look", &[Instagram, X]).showing(pictures);
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
    let bytes = t.app.folder.get(&key).await.expect("bytes");
    t.app.folder.delete(&key).await.expect("deleted");
    for platform in [Instagram, X] {
        let finding = firm.look(id, platform).await.remove(0);
        assert!(finding.0 == Cause::Media && finding.2.starts_with("Picture 2 is not in"), "{finding:?}");
    }
    t.app.folder.put(&key, bytes).await.expect("back");
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
    let post = firm.post("Fetch me", &[Instagram, X]).showing(vec![picture]);
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
        t.app.outbound.limits().ledger.note(&limit_key(X, &keys, account), window, Utc::now());
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
async fn checks_go_on_without_the_safety_net_and_can_be_stopped_themselves() {
    let (t, firm) = start().await;
    let id = firm.planned("By itself", &[X], 30 * HOUR).await.id;
    t.sql("update delivery_checks set next_at = now() - interval '1 minute', verdict = null").await;
    let named = |name: &str| t.app.jobs.schedule(name).expect("the schedule");
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
async fn check_now_is_a_button() {
    let (t, firm) = start().await;
    let id = firm.planned("Button", &[X], 30 * HOUR).await.id;
    t.sql("update connections set scopes = '{tweet.read}'").await;
    let client = t.signed_in(&firm.email).await;
    let post = id.to_string();
    assert_eq!(client.call("preflight/check_now", &[("post", &post)]).await.status, 200);
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
    assert_eq!(client.call("preflight/check_now", &[("post", &post)]).await.status, 403);
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
