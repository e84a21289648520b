//! Platforms and other programs that fail: what the program does so that nothing is lost, and how it goes on.

use super::encrypted::{AUTHORITY, EXPIRED, Encrypted, VALID};
use super::{AGREED, ITSELF, Stage};
use crate::hooks::{Listener, Zap};
use crate::support::Content as _;
use chrono::TimeDelta;
use image::ImageFormat;
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::{Facebook, X};
use lux::features::comments::server::inbox;
use lux::features::connections::server::pause;
use lux::features::diagnostics::server::{collect, repair};
use lux::infra::http::outbound::Outbound;
use lux::infra::state::App;
use lux::sandbox::{Fault, FaultKind, Operation};
use std::collections::BTreeMap;

const NOT_RENEWED: &str = "update connections set renewal_result = 'failed', renewal_failures = 3, renewal_note = 'The platform is busy.',
                           renewal_not_before = null, refreshed_at = now() - interval '2 hours' where platform = 'x' and state = 'active'";

pub async fn run(s: &mut Stage) {
    broken_off(s).await;
    expired_certificate(s).await;
    failing_account(s).await;
    asked_about(s).await;
    comments(s).await;
    subscription(s).await;
}

/// It closes the connection instead of answering.
async fn broken_off(s: &mut Stage) {
    s.t.sql(NOT_RENEWED).await;
    s.t.sql("update repairs set at = at - interval '2 days'").await;
    let drop = Fault::once(X, Operation::Token, FaultKind::DropBeforeAccept);
    s.t.sandbox.inject(Fault { times: 20, ..drop });
    let error = s.broken("sign-in").await;
    assert_eq!(error["acts"], 1, "{error}");
    s.t.sandbox.clear_faults();
    let error = s.mended("sign-in").await;
    assert_eq!(error["acts"], 2, "{error}");
    s.line("a platform breaks off connections", &error, ITSELF);
}

async fn expired_certificate(s: &mut Stage) {
    s.t.sql(NOT_RENEWED).await;
    s.t.sql("update repairs set at = at - interval '2 days'").await;
    let platform = Encrypted::in_front_of(s.t.app.settings.sandbox_addr);
    let authority = reqwest::Certificate::from_pem_bundle(AUTHORITY).expect("an authority");
    let outbound = Outbound::new(BTreeMap::from([(X, platform.address("/x"))])).expect("a client");
    let sweep = async |outbound: Outbound| {
        s.t.sql("update repairs set at = at - interval '3 hours'").await;
        let there = App { outbound, ..s.t.app.clone() };
        collect::write(&there).await;
        repair::sweep(&there).await.expect("a sweep");
        let note = s.t.value::<String>("select coalesce(renewal_note, '') from connections where platform = 'x'").await;
        (s.error("sign-in").await, note)
    };
    // Its authority is one that the server does not know.
    platform.shows(VALID);
    let (error, note) = sweep(outbound.clone()).await;
    assert!(error["is_resolved"] == false && note.contains("is not trusted by this server"), "{note}: {error}");
    // It is known (LUX_CA_FILE), and the certificate ran out in 2024.
    let trusting = outbound.trusting(&authority).expect("a client");
    platform.shows(EXPIRED);
    s.t.sql(NOT_RENEWED).await;
    let (error, note) = sweep(trusting.clone()).await;
    assert!(error["is_resolved"] == false && note.contains("has expired"), "{note}: {error}");
    // Nothing else was wrong: the same client at the same address, when the certificate is renewed.
    platform.shows(VALID);
    s.t.sql("update connections set renewal_not_before = null where platform = 'x'").await;
    let (error, _) = sweep(trusting).await;
    assert!(error["is_resolved"] == true && error["acts"] == 3, "{error}");
    s.line("the certificate of a platform has expired, and is renewed", &error, ITSELF);
}

async fn posts(s: &Stage, about: &str, n: usize) -> Vec<PostId> {
    let mut posts = vec![];
    for n in 0..n {
        let media = vec![s.firm.picture(ImageFormat::Jpeg).await];
        posts.push(s.firm.publish(s.firm.post(&format!("{about} number {n}"), &[X]).showing(media)).await);
    }
    posts
}

/// They were tried in vain for a while.
async fn tried_in_vain(s: &Stage) {
    s.run_jobs().await;
    s.t.sql("update jobs set attempts = 3, run_at = now() where kind = 'deliver' and state = 'ready'").await;
    s.run_jobs().await;
}

async fn paused(s: &Stage) -> bool {
    let account = pause::look(&s.t.app, s.firm.who.company, s.firm.account(X)).await.expect("asked");
    account.expect("the account").paused
}

async fn failing_account(s: &mut Stage) {
    s.t.sandbox.inject(Fault { times: 10_000, ..Fault::once(X, Operation::Any, FaultKind::ServerError) });
    let posts = posts(s, "Beans", 3).await;
    tried_in_vain(s).await;
    let error = s.broken("failing account").await;
    assert!(error["acts"] == 1 && paused(s).await, "so many that nobody is asked: {error}");
    // Nothing is given up meanwhile, however long it lasts; and the platform that does not answer is not taken for well.
    for minutes in [5, 10, 15, 20, 25, 30, 35, 40, 45, 50] {
        s.t.drive(TimeDelta::minutes(minutes)).await;
    }
    let error = s.broken("failing account").await;
    assert!(error["acts"] == 1 && error["resolution_notes"]["needs_person"] == false && paused(s).await, "{error}");
    for post in &posts {
        let delivery = s.firm.delivery(*post, X).await;
        let waits = matches!(delivery.state, DeliveryState::Preparing | DeliveryState::Waiting | DeliveryState::Ready);
        assert!(waits && delivery.fault.is_some_and(|fault| fault.contains("The post waits")), "{:?}", delivery.state);
    }
    let page = s.owner.page("/connections").await.body;
    assert!(page.contains("Paused") && page.contains("Resume") && page.contains("failed again and again"), "{page}");
    assert!(s.owner.page("/").await.body.contains("X is paused until it answers again"));
    // Somebody takes it for done; a paused account is not forgotten by that.
    let id = error["id"].as_str().expect("an id");
    assert_eq!(s.owner.call("diagnostics/resolve_error", &[("id", id)]).await.status, 200);
    assert_eq!(s.broken("failing account").await["acts"], 0);
    // It answers again: the account goes on, and is not mended before its posts are out.
    s.t.sandbox.clear_faults();
    let error = s.broken("failing account").await;
    assert!(error["acts"] == 1 && !paused(s).await, "{error}");
    // What waited is woken, and then goes out.
    for _ in 0..2 {
        s.run_jobs().await;
    }
    for post in &posts {
        assert_eq!(s.firm.state(*post, X).await, DeliveryState::Live);
    }
    let error = s.mended("failing account").await;
    s.line("a platform fails for every post of an account", &error, ITSELF);
}

/// With two posts it could be the posts: a person is asked. Who lets the account go on is asked from then on.
async fn asked_about(s: &mut Stage) {
    s.t.sql("update repairs set at = at - interval '2 days'").await;
    s.t.sandbox.inject(Fault { times: 10_000, ..Fault::once(X, Operation::Any, FaultKind::ServerError) });
    let mut all = posts(s, "Cups", 2).await;
    tried_in_vain(s).await;
    let error = s.broken("failing account").await;
    assert!(error["acts"] == 0 && error["resolution_notes"]["needs_person"] == true, "{error}");
    assert!(!s.agree(&error).await["resolved"].as_bool().expect("said") && paused(s).await);
    let receipt = "select id from repairs where undo ->> 'paused' = 'true' order by at desc limit 1";
    let receipt = s.t.value::<uuid::Uuid>(receipt).await;
    let undo = serde_json::json!({ "receipt_id": receipt });
    assert_eq!(s.owner.json("/api/auto-repair/undo", &undo).await.status, 200);
    assert!(!paused(s).await, "the way back");
    all.extend(posts(s, "Mills", 2).await);
    tried_in_vain(s).await;
    s.t.sql("update repairs set at = at - interval '2 days'").await;
    let error = s.broken("failing account").await;
    assert!(
        error["resolution_notes"]["needs_person"] == true && !paused(s).await,
        "asked, as a person let it go on: {error}"
    );
    s.agree(&error).await;
    assert!(paused(s).await);
    // By hand, on the page.
    let id = s.firm.account(X).to_string();
    assert_eq!(s.owner.call("connections/resume_account", &[("id", &id)]).await.status, 200);
    s.t.sandbox.clear_faults();
    s.t.sql("update jobs set run_at = now() where kind = 'deliver' and state = 'ready'").await;
    s.run_jobs().await;
    for post in &all {
        assert_eq!(s.firm.state(*post, X).await, DeliveryState::Live);
    }
    let error = s.mended("failing account").await;
    s.line("a platform fails for two posts of an account", &error, AGREED);
}

async fn comments(s: &mut Stage) {
    s.firm.connect(&s.t.sandbox, Facebook).await;
    let post = s.firm.publish(s.firm.post("Open today", &[Facebook])).await;
    s.run_jobs().await;
    assert_eq!(s.firm.state(post, Facebook).await, DeliveryState::Live);
    inbox::collect_now(&s.firm.who.tenant).await.expect("asked for");
    s.run_jobs().await;
    s.t.sql("update comment_watches set fault = 'Facebook needs a permission: pages_read_engagement.', read_at = null")
        .await;
    let error = s.broken("comments").await;
    assert_eq!(error["acts"], 1, "asked for, and not read yet: {error}");
    s.run_jobs().await;
    let error = s.mended("comments").await;
    s.line("a platform refused to give comments, and gives them again", &error, ITSELF);
}

async fn subscription(s: &mut Stage) {
    let (zap, there) = (Zap::new(&s.t, &s.owner).await, Listener::start().await);
    zap.subscribe("contact_captured", &there.url).await;
    there.answer(500);
    zap.send("ada@fair.example").await;
    s.run_jobs().await;
    s.t.sql("update hooks set failing_since = now() - interval '4 days'; update jobs set run_at = now() where kind = 'send_hook'").await;
    s.run_jobs().await;
    // It is begun again, and the other side still refuses.
    let error = s.broken("subscription").await;
    assert_eq!(error["acts"], 1, "{error}");
    s.run_jobs().await;
    s.broken("subscription").await;
    there.answer(200);
    s.t.sql("update jobs set run_at = now() where kind = 'send_hook' and state = 'ready'").await;
    s.run_jobs().await;
    assert_eq!(there.take().len(), 1, "what waited arrives once");
    let error = s.mended("subscription").await;
    s.line("a subscription was stopped, as the other side took nothing for days", &error, ITSELF);
}
