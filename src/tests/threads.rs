//! Threads and first comments: kept with the post, planned and taken back with it, and counted as one post.

use crate::support::Content as _;
use crate::support::{ALL, Client, Firm, TestApp};
use chrono::TimeDelta;
use image::ImageFormat;
use lux::domain::delivery::DeliveryCard;
use lux::domain::delivery::DeliveryState;
use lux::domain::delivery::DeliveryState::{Cancelled, Draft, Held, Live, Queued, Unconfirmed};
use lux::domain::error::{ErrorKind, Severity};
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::domain::post::parts::Parts;
use lux::domain::post::{Plan, SavePost};
use lux::features::deliveries::server::{linked, parts, service};
use lux::features::posts::browse::{ListQuery, PostFilter};
use lux::features::posts::server::{cards, service as posts};
use lux::features::preflight::model::{Cause, Verdict};
use lux::features::preflight::server as checks;
use lux::infra::database::Tenant;
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::Value;

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    (t, firm)
}

fn both() -> Parts {
    Parts { thread: vec!["Two".into(), "Three".into()], comment: Some("More below".into()) }
}

impl Firm {
    /// A post with a thread and a comment for all three, an hour ahead.
    async fn story(&self) -> SavePost {
        let plan = Plan::Schedule { local: self.clock(60).await, second: false };
        let media = vec![self.picture(ImageFormat::Jpeg).await];
        SavePost { plan, ..self.post("One", &ALL).followed_by(both()).showing(media) }
    }

    /// The deliveries to one account, the post itself first.
    async fn chain(&self, post: PostId, platform: Platform) -> Vec<DeliveryCard> {
        let all = self.detail(post).await.deliveries;
        all.into_iter().filter(|d| d.platform == platform).collect()
    }

    async fn states(&self, post: PostId, platform: Platform) -> Vec<DeliveryState> {
        self.chain(post, platform).await.iter().map(|d| d.state).collect()
    }
}

fn named(cards: &[DeliveryCard]) -> Vec<(u32, &str, &str)> {
    cards.iter().filter_map(|d| d.part.as_ref()).map(|p| (p.position, p.kind.id(), p.text.as_str())).collect()
}

/// How many jobs are waiting to drive a delivery.
const OPEN: &str = "select count(*) from jobs where kind = 'deliver' and state = 'ready'";

#[tokio::test]
async fn each_account_gets_the_parts_that_its_platform_takes() {
    let (t, firm) = start().await;
    let saved = firm.save(SavePost { plan: Plan::Draft, ..firm.story().await }).await;
    let post = firm.detail(saved.id).await;
    assert_eq!((post.content.parts, post.state), (both(), Draft));
    assert_eq!(post.targets.len(), 3, "parts are no targets");
    assert_eq!(named(&firm.chain(saved.id, X).await), [(1, "reply", "Two"), (2, "reply", "Three")]);
    for platform in [LinkedIn, Instagram] {
        assert_eq!(named(&firm.chain(saved.id, platform).await), [(3, "comment", "More below")], "{platform}");
    }
    // Each post of the thread comes after the one before, a comment after the post.
    let wrong = "select count(*) from deliveries d join deliveries a on a.id = d.after_id
                 where a.connection_id <> d.connection_id or a.post_id <> d.post_id
                    or a.part <> case when d.kind = 'reply' then d.part - 1 else 0 end";
    assert_eq!(t.value::<i64>(wrong).await, 0);
    assert_eq!(t.value::<i64>("select count(*) from deliveries where after_id is not null").await, 4);
}

#[tokio::test]
async fn parts_are_planned_moved_and_taken_back_with_the_post() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.story().await).await;
    assert_eq!(t.value::<i64>(OPEN).await, 7, "three posts, two replies, two comments");
    let one_time = "select count(distinct due_at) from deliveries where state = 'queued'";
    let queues = "select count(distinct queue_key) from jobs where kind = 'deliver'";
    assert_eq!((t.value::<i64>(one_time).await, t.value::<i64>(queues).await), (1, 3), "one account, one queue");
    assert!(firm.states(id, X).await.iter().all(|s| *s == Queued));

    posts::reschedule(&firm.who, id, firm.clock(120).await, false).await.expect("moved");
    assert_eq!((t.value::<i64>(OPEN).await, t.value::<i64>(one_time).await), (7, 1));
    posts::unschedule(&firm.who, id).await.expect("taken back");
    assert_eq!((t.value::<i64>(OPEN).await, firm.states(id, X).await), (0, vec![Draft; 3]));

    // Edited: other parts, other deliveries, and nothing of the old ones is left in the queue.
    let post = firm.detail(id).await;
    let shorter = Parts { thread: vec!["Only two".into()], comment: None };
    let edited =
        SavePost { id: Some(id), version: Some(post.version), ..firm.story().await.followed_by(shorter.clone()) };
    firm.publish(edited.showing(post.content.media.iter().map(|m| m.facts.asset).collect())).await;
    assert_eq!(firm.detail(id).await.content.parts, shorter);
    assert_eq!((t.value::<i64>(OPEN).await, named(&firm.chain(id, X).await)), (4, vec![(1, "reply", "Only two")]));

    let copy = posts::duplicate(&firm.who, id, false).await.expect("copied");
    assert_eq!((firm.detail(copy).await.content.parts, firm.chain(copy, X).await.len()), (shorter, 2));
    posts::delete(&firm.who, id).await.expect("deleted");
    assert_eq!(t.value::<i64>(OPEN).await, 0);
    assert_eq!(t.value::<i64>("select count(*) from post_parts").await, 2);
}

#[tokio::test]
async fn the_same_save_twice_is_one_and_another_thread_is_not() {
    let (_t, firm) = start().await;
    let key = PostId::new();
    let post = SavePost { plan: Plan::Draft, ..firm.story().await.showing(vec![]) };
    let first = posts::save_as(&firm.who, post.clone(), Some(key)).await.expect("saved");
    let again = posts::save_as(&firm.who, post.clone(), Some(key)).await.expect("saved");
    assert_eq!((first.id, first.version), (again.id, again.version));
    let other = post.followed_by(Parts { comment: None, ..both() });
    let conflict = posts::save_as(&firm.who, other, Some(key)).await.unwrap_err();
    assert_eq!(conflict.kind, ErrorKind::Conflict);
}

#[tokio::test]
async fn problems_name_the_part_and_say_who_gets_none() {
    let (t, firm) = start().await;
    let parts = Parts { thread: vec!["x".repeat(281)], comment: Some("x".repeat(1251)) };
    let saved = firm.save(firm.story().await.followed_by(parts)).await;
    assert!(saved.blocked());
    let said: Vec<_> = saved.problems.iter().map(|p| (p.problem.severity, p.problem.message.as_str())).collect();
    for expected in [
        (Severity::Error, "Post 2 of the thread: X allows 280 characters; this is 281. Remove 1."),
        (Severity::Error, "First comment: LinkedIn allows 1250 characters; this is 1251. Remove 1."),
        (Severity::Warning, "LinkedIn has no threads: only the first post goes there."),
        (Severity::Warning, "The first comment is not sent to X. Write it as the next post of the thread."),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
    assert_eq!(t.value::<i64>(OPEN).await, 0);
    let many = Parts { thread: vec!["More".into(); 25], comment: None };
    let refused = posts::save(&firm.who, firm.story().await.followed_by(many)).await.unwrap_err();
    assert_eq!((refused.kind, refused.of("thread").is_some()), (ErrorKind::Invalid, true));
}

#[tokio::test]
async fn cancelling_one_part_cancels_what_would_follow_it() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.story().await).await;
    let tenant = &firm.who.tenant;
    let chain = firm.chain(id, X).await;
    service::cancel_delivery(tenant, chain[1].id).await.expect("cancelled");
    assert_eq!(firm.states(id, X).await, [Queued, Cancelled, Cancelled]);
    assert_eq!(t.value::<i64>(OPEN).await, 5);
    let main = firm.chain(id, LinkedIn).await[0].id;
    service::cancel_delivery(tenant, main).await.expect("cancelled");
    assert_eq!(firm.states(id, LinkedIn).await, [Cancelled, Cancelled]);
    assert_eq!(firm.states(id, Instagram).await, [Queued, Queued], "other accounts go on");
    assert_eq!(t.value::<i64>(OPEN).await, 3);
}

#[tokio::test]
async fn a_part_is_tried_again_by_itself_once_its_turn_has_come() {
    let (t, firm) = start().await;
    let id = firm.publish(SavePost { targets: firm.post("", &[X]).targets, ..firm.story().await }).await;
    let tenant = &firm.who.tenant;
    let chain = firm.chain(id, X).await;
    t.sql("update deliveries set state = 'held'").await;
    let early = service::retry_delivery(tenant, chain[1].id).await.unwrap_err();
    assert_eq!(early.kind, ErrorKind::Conflict);
    assert!(early.message.contains("Publish that one first"), "{}", early.message);
    // The post itself, and with it what was held because of it.
    service::retry_delivery(tenant, chain[0].id).await.expect("sent");
    assert_eq!(firm.states(id, X).await, [Queued; 3]);
    assert_eq!(t.value::<i64>("select count(distinct due_at) from deliveries").await, 1);

    t.sql("update deliveries set state = case part when 0 then 'live' when 1 then 'needs_edit' else 'held' end").await;
    t.sql("update jobs set state = 'done', finished_at = now()").await;
    let long = parts::resend(tenant, chain[1].id, &"x".repeat(281)).await.unwrap_err();
    assert_eq!(long.message, "X allows 280 characters; this is 281. Remove 1.");
    parts::resend(tenant, chain[1].id, " Two, but better\r\n").await.expect("sent");
    assert_eq!(firm.states(id, X).await, [Live, Queued, Queued], "what follows goes on as well");
    assert_eq!(firm.chain(id, X).await[1].part.as_ref().expect("a part").text, "Two, but better");
    assert_eq!(t.value::<i64>(OPEN).await, 2);
    let other = Firm::found(&t.app, "Southwind", "UTC").await;
    let foreign = parts::resend(&other.who.tenant, chain[2].id, "Eve was here").await.unwrap_err();
    assert_eq!(foreign.kind, ErrorKind::NotFound);
    let main = parts::resend(tenant, chain[0].id, "Something").await.unwrap_err();
    assert_eq!(main.kind, ErrorKind::NotFound, "the post itself is edited in the studio");
}

#[tokio::test]
async fn somebody_who_finds_the_post_there_sets_the_rest_going() {
    let (t, firm) = start().await;
    let id = firm.publish(SavePost { targets: firm.post("", &[X]).targets, ..firm.story().await }).await;
    t.sql("update deliveries set state = case part when 0 then 'unconfirmed' else 'queued' end, armed_at = now()")
        .await;
    let main = firm.chain(id, X).await[0].id;
    let at = chrono::Utc::now();
    let there = t.sandbox.insert_post(X, "northwind_demo", "One", at, &[]).await.expect("a post");
    linked::confirm_live(&firm.who, main, &there.url).await.expect("linked");
    assert_eq!(firm.states(id, X).await, [Live, Queued, Queued]);
    assert_eq!(t.value::<i64>("select count(*) from deliveries where part > 0 and due_at <= now()").await, 2);
    // As long as nothing of the rest has begun the link can be taken back; then the rest waits again.
    let tenant = &firm.who.tenant;
    linked::unlink(tenant, main).await.expect("undone");
    t.drive_to(60).await;
    assert_eq!(firm.states(id, X).await, [Unconfirmed, Held, Held]);
    linked::confirm_live(&firm.who, main, &there.url).await.expect("linked again");
    t.drive_to(600).await;
    assert_eq!(firm.states(id, X).await, [Live, Live, Live]);
    let late = linked::unlink(tenant, main).await.unwrap_err();
    assert!(late.message.contains("already on its way"), "{late:?}");
    assert_eq!(firm.states(id, X).await, [Live, Live, Live]);
}

async fn count(tenant: &Tenant, filter: PostFilter) -> usize {
    cards::list(tenant, &ListQuery { filter, page: 1, ..Default::default() }).await.expect("a list").items.len()
}

#[tokio::test]
async fn lists_home_and_calendar_see_one_post() {
    let (t, firm) = start().await;
    let tenant = &firm.who.tenant;
    firm.publish(firm.story().await).await;
    let now = chrono::Utc::now();
    let cards = cards::between(tenant, now, now + TimeDelta::hours(2), 100).await.expect("cards");
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((card.deliveries.len(), card.parts.len(), card.state), (3, 0, Queued));
    assert_eq!(count(tenant, PostFilter::Scheduled).await, 1);
    let board = lux::features::connections::server::service::list(tenant).await.expect("connections");
    assert!(board.iter().all(|c| c.waiting_posts == 1), "a post waits once for an account");

    // Held because of the post: only the post needs somebody.
    t.sql("update deliveries set state = case part when 0 then 'failed' else 'held' end").await;
    let client = t.signed_in(&firm.email).await;
    assert_eq!(client.call("frame/frame", &[]).await.json()["attention"], 3);
    // Headline, badge and list count the same things.
    assert_eq!(client.call("home/home", &[]).await.json()["attention_total"], 3);
    assert!(client.page("/").await.body.contains("three things need you."));
    let waiting = &cards::needing_attention(tenant, 10).await.expect("cards")[0];
    assert_eq!(waiting.waiting().count(), 3);

    // Its own turn: now it is the part that needs somebody.
    t.sql("update deliveries set state = case part when 0 then 'live' else 'failed' end, live_at = now()").await;
    let waiting = &cards::needing_attention(tenant, 10).await.expect("cards")[0];
    let parts: Vec<_> = waiting.waiting().filter_map(|d| d.part.as_ref()).map(|p| p.position).collect();
    assert_eq!(parts, [3, 3, 1], "the second reply waits for the first");
    assert_eq!((waiting.deliveries.len(), waiting.state), (3, DeliveryState::Failed));
    assert_eq!(count(tenant, PostFilter::Published).await, 1);
    let home = client.call("home/home", &[]).await.json();
    let published =
        home["measures"].as_array().expect("measures").iter().find(|m| m["name"] == "Published on accounts");
    assert_eq!(published.expect("a measure")["total"], 3);
    let page = client.page("/needs").await.body;
    assert!(page.contains("Post 2 of the thread") && page.contains("First comment"), "{page}");
}

#[tokio::test]
async fn the_form_without_scripts_keeps_them_too() {
    let (t, firm) = start().await;
    let client = t.signed_in(&firm.email).await;
    let account = firm.account(X).to_string();
    let form = Form::new()
        .text("post", PostId::new().to_string())
        .text("version", "")
        .text("text", "One")
        .text("thread", "Two")
        .text("thread", "")
        .text("thread", "Three\r\nlines")
        .text("comment", " ")
        .text("targets", account)
        .text("plan", "draft");
    let answer = client.send(client.request(Method::POST, "/studio/save").multipart(form)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let id = t.value::<PostId>("select id from posts").await;
    let parts = Parts { thread: vec!["Two".into(), "Three\nlines".into()], comment: None };
    assert_eq!(firm.detail(id).await.content.parts, parts);
    let studio = client.page(&format!("/studio?post={id}")).await.body;
    for expected in ["Post 2 of the thread", "Three\nlines", "Post 4 of the thread", "First comment", "name=\"thread\""]
    {
        assert!(studio.contains(expected), "{expected}");
    }
    let post = client.page(&format!("/posts/{id}")).await.body;
    assert!(post.contains("Post 3 of the thread"), "{post}");
    let bare = Client::new(&t.base).page(&format!("/posts/{id}")).await;
    assert_ne!(bare.status, 200, "for strangers there is nothing to see");
}

// ---- publishing: these need a driver that knows of parts

fn answers(posts: &[lux::sandbox::Post]) -> Vec<Value> {
    posts.iter().map(|p| p.facts["in_reply_to_tweet_id"].clone()).collect()
}

#[tokio::test]
async fn a_thread_goes_out_in_order_and_comments_follow_their_post() {
    let (t, firm) = start().await;
    let id = firm.publish(SavePost { plan: Plan::Now, ..firm.story().await }).await;
    for seconds in [1, 5, 30, 120] {
        t.drive_to(seconds).await;
    }
    let x = t.sandbox.posts(X);
    assert_eq!(x.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["One", "Two", "Three"]);
    assert!(x[1].pictures.is_empty(), "pictures go with the post itself");
    assert_eq!(answers(&x), [Value::Null, x[0].id.as_str().into(), x[1].id.as_str().into()]);
    for platform in [LinkedIn, Instagram] {
        let (posts, comments) = (t.sandbox.posts(platform), t.sandbox.comments(platform));
        let [comment] = comments.as_slice() else { panic!("{platform}: {comments:?}") };
        assert_eq!((comment.post.as_str(), comment.text.as_str()), (posts[0].id.as_str(), "More below"));
    }
    let post = firm.detail(id).await;
    assert_eq!(post.state, Live);
    assert!(post.deliveries.iter().all(|d| d.state == Live && d.remote_url.is_some()), "{:?}", post.deliveries);
}

#[tokio::test]
async fn a_part_waits_for_the_one_before_and_lost_answers_send_nothing_twice() {
    let (t, firm) = start().await;
    let lost = Fault { ms: Some(0), times: 3, ..Fault::once(X, Operation::Commit, FaultKind::TimeoutAfterAccept) };
    t.sandbox.inject(lost);
    let story = SavePost { plan: Plan::Now, targets: firm.post("", &[X]).targets, ..firm.story().await };
    let id = firm.publish(story).await;
    t.drive_to(1).await;
    assert_eq!(t.sandbox.posts(X).len(), 1, "nobody answers a post of which we do not know whether it is there");
    // The stand-in's clock is the real one: looks must not get too far ahead of it.
    for seconds in [20, 40, 60, 80, 100] {
        t.drive_to(seconds).await;
    }
    let x = t.sandbox.posts(X);
    assert_eq!(x.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["One", "Two", "Three"]);
    assert_eq!(answers(&x), [Value::Null, x[0].id.as_str().into(), x[1].id.as_str().into()]);
    assert_eq!(firm.states(id, X).await, [Live; 3]);
}

#[tokio::test]
async fn a_part_does_not_go_out_without_the_one_before() {
    let (t, firm) = start().await;
    t.sandbox.revoke_account(X, &t.sandbox.accounts(X)[0].id);
    let story = SavePost { plan: Plan::Now, targets: firm.post("", &[X]).targets, ..firm.story().await };
    let id = firm.publish(story).await;
    for seconds in [1, 60, 600] {
        t.drive_to(seconds).await;
    }
    let states = firm.states(id, X).await;
    assert_eq!(states[0], DeliveryState::NeedsReconnect);
    assert!(states[1..].iter().all(|s| matches!(s, Queued | Held)), "{states:?}");
    assert!(t.sandbox.posts(X).is_empty());
}

#[tokio::test]
async fn an_account_that_has_not_allowed_comments_goes_on_with_posts() {
    let (t, mut firm) = start().await;
    // As it was connected before comments were asked for.
    t.sql("update connections set scopes = '{instagram_business_basic,instagram_business_content_publish}' where platform = 'instagram'")
        .await;
    let story = |firm: &Firm, story: SavePost| SavePost { targets: firm.post("", &[Instagram]).targets, ..story };
    let planned = story(&firm, firm.story().await);
    let saved = firm.save(planned).await;
    let warned: Vec<_> = saved.problems.iter().filter(|p| p.problem.field == "targets").collect();
    let [warning] = warned.as_slice() else { panic!("{:?}", saved.problems) };
    assert_eq!(warning.problem.severity, Severity::Warning);
    let words = &warning.problem.message;
    assert!(words.contains("instagram_business_manage_comments") && words.contains("The post goes out"), "{words}");
    let check = checks::of_post(&firm.who.tenant, saved.id).await.expect("checks").remove(0);
    assert_eq!((check.verdict, check.findings[0].cause), (Some(Verdict::Warning), Cause::Scopes));
    assert_eq!(check.findings[0].message, *words);

    for seconds in [3_700, 3_720, 3_800] {
        t.drive_to(seconds).await;
    }
    let chain = firm.chain(saved.id, Instagram).await;
    assert_eq!((chain[0].state, chain[1].state), (Live, DeliveryState::NeedsReconnect));
    let said = chain[1].fault.clone().expect("why");
    assert!(said.contains("instagram_business_manage_comments") && said.contains("Reconnect the account"), "{said}");
    // Nothing else waits: the connection is good, and the next post goes out.
    let state = "select state from connections where platform = 'instagram'";
    assert_eq!(t.value::<String>(state).await, "active");
    let plan = Plan::Schedule { local: firm.clock(66).await, second: false };
    let more = SavePost { plan, ..firm.post("Next", &[Instagram]).showing(vec![firm.jpeg(500).await]) };
    let next = firm.publish(more).await;
    for seconds in [3_970, 3_990, 4_060] {
        t.drive_to(seconds).await;
    }
    assert_eq!(firm.state(next, Instagram).await, Live);
    // Connected again, the comment goes out by itself.
    firm.connect(&t.sandbox, Instagram).await;
    for seconds in [4_070, 4_090, 4_160] {
        t.drive_to(seconds).await;
    }
    assert_eq!(firm.chain(saved.id, Instagram).await[1].state, Live);
    assert_eq!(t.sandbox.comments(Instagram).len(), 1);
}
