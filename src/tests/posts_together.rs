//! Several posts at once: what can be done is done, the rest is told with the reason, and nothing reaches another company.

use crate::support::{Client, Firm, TestApp};
use lux::domain::delivery::DeliveryState::{Draft, Queued};
use lux::domain::ids::PostId;
use lux::domain::page::PAGE_SIZE;
use lux::domain::platform::Platform::X;
use lux::domain::post::{Plan, SavePost};
use lux::features::posts::act::{Outcome, PostAct, WhyNot};
use reqwest::{Method, header};

const CALL: &str = "/rpc/lux/features/posts/calls/act_on_posts";

async fn start() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    (t, firm, owner)
}

impl Firm {
    async fn in_ten_hours(&self, text: &str) -> PostId {
        let plan = Plan::Schedule { local: self.clock(600).await, second: false };
        self.save(SavePost { plan, ..self.post(text, &[X]) }).await.id
    }
}

fn fields(act: PostAct, ids: &[String]) -> Vec<(&'static str, &str)> {
    std::iter::once(("act", act.id())).chain(ids.iter().map(|id| ("ids[]", id.as_str()))).collect()
}

fn texts(ids: &[PostId]) -> Vec<String> {
    ids.iter().map(PostId::to_string).collect()
}

async fn act(client: &Client, act: PostAct, ids: &[PostId]) -> Outcome {
    let answer = client.call("posts/act_on_posts", &fields(act, &texts(ids))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("an outcome")
}

#[tokio::test]
async fn what_can_be_done_is_done_and_the_rest_is_told() {
    let (t, firm, owner) = start().await;
    let (first, second, busy, gone) = (
        firm.in_ten_hours("One").await,
        firm.in_ten_hours("Two").await,
        firm.in_ten_hours("Three").await,
        PostId::new(),
    );
    sqlx::query("update deliveries set state = 'armed' where post_id = $1")
        .bind(busy)
        .execute(&t.app.db)
        .await
        .expect("armed");

    let all = [first, busy, second, gone, first];
    let back = act(&owner, PostAct::ToDrafts, &all).await;
    let not = vec![(busy, WhyNot::TooLate), (gone, WhyNot::Gone)];
    assert_eq!(back, Outcome { act: PostAct::ToDrafts, done: vec![first, second], not: not.clone() });
    assert_eq!([firm.state(first, X).await, firm.state(second, X).await], [Draft, Draft]);

    let copies = act(&owner, PostAct::Duplicate, &[first, busy]).await;
    assert_eq!((copies.done.len(), copies.not.len()), (2, 0));
    assert_eq!(firm.detail(copies.done[1]).await.content.text, "Three");
    assert_eq!(firm.state(copies.done[1], X).await, Draft);

    let deleted = act(&owner, PostAct::Delete, &all).await;
    assert_eq!((deleted.done.clone(), deleted.not), (vec![first, second], not));
    let restored = act(&owner, PostAct::Restore, &deleted.done).await;
    assert_eq!((restored.done.len(), restored.not.len()), (2, 0));
    assert!(!firm.detail(first).await.deleted);
}

#[tokio::test]
async fn nothing_of_another_company_is_touched() {
    let (t, north, _) = start().await;
    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    let theirs = north.in_ten_hours("Northwind only").await;
    for doing in [PostAct::ToDrafts, PostAct::Duplicate, PostAct::Delete, PostAct::Restore] {
        let own = south.in_ten_hours("Ours").await;
        let outcome = act(&eve, doing, &[theirs, own]).await;
        assert_eq!((outcome.done.len(), outcome.not), (1, vec![(theirs, WhyNot::Gone)]), "{doing:?}");
        assert_eq!(north.state(theirs, X).await, Queued, "{doing:?}");
        assert!(!north.detail(theirs).await.deleted, "{doing:?}");
    }
    assert_eq!(t.value::<i64>("select count(*) from posts where text = 'Northwind only'").await, 1);
}

#[tokio::test]
async fn a_request_is_bounded_and_says_what_it_wants() {
    let (_t, firm, owner) = start().await;
    let post = firm.in_ten_hours("One").await;
    let many = texts(&vec![post; PAGE_SIZE as usize + 1]);
    for (doing, ids, status) in [
        (PostAct::Delete, many.as_slice(), 422),
        (PostAct::Delete, &[], 422),
        (PostAct::Repost, &texts(&[post, PostId::new()]), 422),
        (PostAct::Delete, &texts(&[PostId::new()]), 404),
    ] {
        let answer = owner.call("posts/act_on_posts", &fields(doing, ids)).await;
        assert_eq!(answer.status, status, "{doing:?} {}: {}", ids.len(), answer.body);
    }
    assert_eq!(firm.state(post, X).await, Queued);
}

/// Without JavaScript: the boxes and buttons of the list are one form, its answer says what was done, and Undo is one more form.
#[tokio::test]
async fn the_list_works_without_javascript() {
    let (_t, firm, owner) = start().await;
    let posts = [firm.in_ten_hours("One").await, firm.in_ten_hours("Two").await];
    let list = owner.page("/posts?filter=scheduled").await.body;
    for part in
        ["form=\"chosen\"", "name=\"act\" value=\"delete\"", "value=\"/posts?filter=scheduled\"", "Send to Studio"]
    {
        assert!(list.contains(part), "{part}");
    }
    let send = async |doing: PostAct, back: &str| {
        let ids = texts(&posts);
        let mut fields = fields(doing, &ids);
        fields.push(("back", back));
        let request = owner.request(Method::POST, CALL).header(header::ACCEPT, "text/html").form(&fields);
        let answer = owner.send(request).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        answer.location.expect("a page")
    };
    let there = send(PostAct::Delete, "/posts?filter=scheduled").await;
    assert_eq!(there, format!("/posts?filter=scheduled&did=delete.{}.{}", posts[0], posts[1]));
    let page = owner.page(&there).await.body;
    assert!(page.contains("2 posts deleted.") && page.contains("name=\"act\" value=\"restore\""), "{page}");
    assert!(page.contains("Nothing matches"));
    let there = send(PostAct::Restore, "https://evil.example/posts").await;
    assert_eq!(there, format!("/posts?did=restore.{}.{}", posts[0], posts[1]));
    assert!(owner.page(&there).await.body.contains("2 posts restored."));
}
